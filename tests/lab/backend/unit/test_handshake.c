// SPDX-License-Identifier: GPL-2.0
/*
 * Nodes, states and when; what is refused; the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "front.h"

static void test_when(void **state)
{
	(void)state;
	line("node offer max-ring-page-order 2");
	line("node connect sectors @sectors");
	line("node connect info @info");
	line("node connect text @nothing");
	line("read-only yes");
	line("cdrom yes");
	line("delay-offer 50");
	line("delay-connect 70");
	begin();
	assert_string_equal(fake_log(), "");
	fake_now += 49;
	assert_int_equal(backend_time(&be), fake_now + 1);
	assert_string_equal(fake_log(), "");
	fake_now++;
	backend_time(&be);
	assert_string_equal(fake_log(), "max-ring-page-order=2\nstate=2\n");
	make_ring(1, NULL, NULL);
	front_state(XenbusStateInitialised);
	fake_now += 69;
	xs_look(&be);
	backend_time(&be);
	assert_string_equal(fake_log(), "max-ring-page-order=2\nstate=2\n");
	fake_now++;
	assert_int_equal(backend_time(&be), NEVER);
	assert_string_equal(fake_log(), "max-ring-page-order=2\nstate=2\n"
					"sectors=2048\ninfo=5\ntext=@nothing\nstate=4\n");
}

static void test_close(void **state)
{
	(void)state;
	line("grants persistent");
	fake_write(FRONT "/feature-persistent", "1");
	connected();
	fake_grant(1, false);
	assert_int_equal(ask(BLKIF_OP_WRITE, 0, 1, 1), BLKIF_RSP_OKAY);
	front_state(XenbusStateClosing);
	assert_int_equal(be.state, XenbusStateClosing);
	front_state(XenbusStateClosed);
	assert_int_equal(be.state, XenbusStateClosed);
	assert_int_equal(fake_mapped, 0);
	assert_false(be.done);
	front_state(XenbusStateInitialising);
	assert_int_equal(be.state, XenbusStateInitWait);
	make_ring(1, NULL, NULL);
	front_state(XenbusStateInitialised);
	assert_int_equal(be.state, XenbusStateConnected);
	assert_int_equal(ask(BLKIF_OP_WRITE, 0, 1, 1), BLKIF_RSP_OKAY);
}

static void test_detach(void **state)
{
	(void)state;
	connected();
	fake_write(BACK "/online", "0");
	fake_write(BACK "/state", "5");
	xs_look(&be);
	assert_int_equal(be.state, XenbusStateClosing);
	assert_int_equal(be.nr_rings, 1);
	front_state(XenbusStateClosing);
	assert_false(be.done);
	front_state(XenbusStateClosed);
	assert_true(be.done);
	assert_string_equal(fake_read(BACK "/state"), "6");
}

static void test_nodes_gone(void **state)
{
	(void)state;
	connected();
	xs_rm(NULL, 0, FRONT "/state");
	xs_look(&be);
	assert_true(be.done);
	assert_int_equal(fake_mapped, 0);
}

/* A frontend that closes while the backend takes its time to connect. */
static void test_close_too_early(void **state)
{
	(void)state;
	line("delay-connect 50");
	begin();
	make_ring(1, NULL, NULL);
	front_state(XenbusStateInitialised);
	front_state(XenbusStateClosing);
	fake_now += 100;
	backend_time(&be);
	assert_int_equal(be.state, XenbusStateClosing);
}

static void refused(const char *why)
{
	front_state(XenbusStateInitialised);
	assert_int_equal(be.state, XenbusStateClosing);
	assert_int_equal(fake_mapped, 0);
	assert_non_null(strstr(fake_read("/local/domain/0/error/backend/xbf/7/51712/error"), why));
}

static void test_refusals(void **state)
{
	const struct {
		const char *key, *value, *why;
	} rows[] = {
		{ "ring-page-order", "1", "more pages" },
		{ "ring-page-order", "4000000000", "more pages" },
		{ "multi-queue-num-queues", "2", "more queues" },
		{ "multi-queue-num-queues", "0", "more queues" },
		{ "protocol", "x86_32-abi", "another protocol" },
		{ "event-channel", "", "event channel is missing" },
		{ "ring-ref", "x", "page of its ring is missing" },
		{ "ring-ref", "77", "cannot be had" },
	};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (i) {
			end(state);
			fresh(state);
		}
		begin();
		make_ring(1, NULL, NULL);
		snprintf(path, sizeof(path), FRONT "/%s", rows[i].key);
		fake_write(path, rows[i].value);
		refused(rows[i].why);
	}
}

static void test_dialects(void **state)
{
	(void)state;
	line("ring-order 3");
	connect_pages(8, "ring-page-order", "3");
	assert_int_equal(be.rings[0].nr_pages, 8);
	end(state);
	fresh(state);
	line("ring-order 2");
	line("ring-dialect pages");
	connect_pages(4, "num-ring-pages", "4");
	assert_int_equal(be.rings[0].nr_pages, 4);
	end(state);
	fresh(state);
	/* Who does not know the dialect has one page. */
	line("ring-order 2");
	line("ring-dialect pages");
	connect_pages(1, "ring-page-order", "0");
	assert_int_equal(be.rings[0].nr_pages, 1);
}

static void test_queues(void **state)
{
	const char *const nodes[] = { "queue-0/ring-ref", "queue-1/ring-ref" };
	char path[128], text[16];
	int i;

	(void)state;
	line("rings 2");
	begin();
	make_ring(1, "multi-queue-num-queues", "2");
	for (i = 0; i < 2; i++) {
		SHARED_RING_INIT((struct blkif_sring *)fake_grant(RING + i, false));
		snprintf(path, sizeof(path), FRONT "/%s", nodes[i]);
		snprintf(text, sizeof(text), "%u", RING + i);
		fake_write(path, text);
		snprintf(path, sizeof(path), FRONT "/queue-%d/event-channel", i);
		snprintf(text, sizeof(text), "%d", PORT + i);
		fake_write(path, text);
	}
	front_state(XenbusStateInitialised);
	assert_int_equal(be.state, XenbusStateConnected);
	assert_int_equal(be.nr_rings, 2);
	assert_int_equal(be.rings[1].port, PORT + 101);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, end)
	const struct CMUnitTest tests[] = {
		TEST(test_when),       TEST(test_close),	   TEST(test_detach),
		TEST(test_nodes_gone), TEST(test_close_too_early), TEST(test_refusals),
		TEST(test_dialects),   TEST(test_queues),
	};

	return cmocka_run_group_tests(tests, make_store, drop_store);
}

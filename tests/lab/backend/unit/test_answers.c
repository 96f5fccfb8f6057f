// SPDX-License-Identifier: GPL-2.0
/*
 * Order and delay of answers, barriers that stall, what is answered from when on, and faults.
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

static void queue_reads(int nr)
{
	int i;

	fake_grant(1, false);
	for (i = 0; i < nr; i++)
		queue(BLKIF_OP_READ, i, 0, 1, 1);
	kick();
}

static void test_reversed(void **state)
{
	int i;

	(void)state;
	line("order reversed");
	connected();
	queue_reads(8);
	for (i = 7; i >= 0; i--)
		assert_int_equal(answer(i), BLKIF_RSP_OKAY);
	assert_int_equal(fake_notified, 1);
}

static void test_random(void **state)
{
	bool seen[32] = { false }, moved = false;
	int i;

	(void)state;
	line("order random");
	line("seed 5");
	connected();
	queue_reads(32);
	for (i = 0; i < 32; i++) {
		uint64_t id = RING_GET_RESPONSE(&front, i)->id;

		assert_true(id < 32 && !seen[id]);
		seen[id] = true;
		moved |= id != (uint64_t)i;
	}
	assert_true(moved);
}

static void test_delay(void **state)
{
	(void)state;
	line("delay-answer 30");
	connected();
	queue_reads(1);
	fake_now += 20;
	queue(BLKIF_OP_READ, 1, 0, 1, 1);
	kick();
	no_answer();
	assert_int_equal(backend_time(&be), fake_now + 10);
	fake_now += 10;
	assert_int_equal(backend_time(&be), fake_now + 20);
	assert_int_equal(answer(0), BLKIF_RSP_OKAY);
	no_answer();
	/* Told to hurry, it still keeps the order. */
	assert_null(backend_told(&be, "delay-answer 0"));
	queue(BLKIF_OP_READ, 2, 0, 1, 1);
	kick();
	no_answer();
	fake_now += 20;
	backend_time(&be);
	assert_int_equal(answer(1), BLKIF_RSP_OKAY);
	assert_int_equal(answer(2), BLKIF_RSP_OKAY);
}

static void test_stall(void **state)
{
	(void)state;
	line("barrier stall");
	line("delay-answer 10");
	line("node offer feature-barrier 1");
	connected();
	fake_grant(1, false);
	queue(BLKIF_OP_WRITE, 0, 0, 1, 1);
	queue(BLKIF_OP_WRITE_BARRIER, 1, 8, 1, 1);
	queue(BLKIF_OP_WRITE, 2, 16, 1, 1);
	kick();
	assert_int_equal(be.count.requests[OP_WRITE], 1);
	assert_int_equal(be.count.requests[OP_BARRIER], 0);
	fake_now += 10;
	backend_time(&be);
	assert_int_equal(answer(0), BLKIF_RSP_OKAY);
	no_answer();
	assert_int_equal(be.count.requests[OP_BARRIER], 1);
	assert_int_equal(be.count.requests[OP_WRITE], 1);
	fake_now += 10;
	backend_time(&be);
	assert_int_equal(answer(1), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.requests[OP_WRITE], 2);
	fake_now += 10;
	backend_time(&be);
	assert_int_equal(answer(2), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.stalls, 2);
	assert_int_equal(be.count.flushes, 2);
}

/* Where barriers flow, nothing waits for them. */
static void test_flow(void **state)
{
	(void)state;
	line("delay-answer 10");
	connected();
	fake_grant(1, false);
	queue(BLKIF_OP_WRITE_BARRIER, 1, 8, 1, 1);
	queue(BLKIF_OP_WRITE, 2, 16, 1, 1);
	kick();
	assert_int_equal(be.count.requests[OP_WRITE], 1);
	assert_int_equal(be.count.stalls, 0);
}

/* ---- what is answered, and from when on ---- */

static void test_answers(void **state)
{
	char found[512];

	(void)state;
	line("answer write error");
	line("node offer feature-barrier 1");
	line("after 2 barrier answer barrier unsupported");
	line("at 500 answer write ok");
	connected();
	memset(fake_grant(1, false), 'x', 4096);
	assert_int_equal(ask(BLKIF_OP_WRITE, 0, 1, 1), BLKIF_RSP_ERROR);
	stored(found, 0, sizeof(found));
	assert_int_equal(found[0], 0);
	assert_int_equal(ask(BLKIF_OP_WRITE_BARRIER, 0, 1, 1), BLKIF_RSP_OKAY);
	stored(found, 0, sizeof(found));
	assert_int_equal(found[0], 'x');
	queue(BLKIF_OP_WRITE_BARRIER, 1, 8, 1, 1);
	queue(BLKIF_OP_WRITE_BARRIER, 2, 16, 1, 1);
	kick();
	assert_int_equal(answer(1), BLKIF_RSP_OKAY);
	assert_int_equal(answer(2), BLKIF_RSP_EOPNOTSUPP);
	stored(found, 16, sizeof(found));
	assert_int_equal(found[0], 0);
	fake_now += 500;
	assert_int_equal(backend_time(&be), NEVER);
	assert_int_equal(ask(BLKIF_OP_WRITE, 16, 1, 1), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.answers[1], 1);
	assert_int_equal(be.count.answers[2], 1);
	assert_int_equal(be.count.not_offered, 0);
}

static void test_told(void **state)
{
	struct stat st;

	(void)state;
	connected();
	assert_null(backend_told(&be, "node now feature-flush-cache 0"));
	assert_string_equal(fake_read(BACK "/feature-flush-cache"), "0");
	assert_null(backend_told(&be, "node now feature-flush-cache"));
	assert_null(fake_read(BACK "/feature-flush-cache"));
	assert_null(backend_told(&be, "resize 4096"));
	assert_string_equal(fake_read(BACK "/sectors"), "4096");
	fstat(be.store, &st);
	assert_int_equal(st.st_size, 4096 * 512);
	fake_grant(1, false);
	assert_int_equal(ask(BLKIF_OP_WRITE, 4088, 1, 1), BLKIF_RSP_OKAY);
	assert_null(backend_told(&be, "resize 1024"));
	assert_int_equal(ask(BLKIF_OP_WRITE, 1024, 1, 1), BLKIF_RSP_ERROR);
	assert_int_equal(be.count.faults, 1);
	assert_non_null(backend_told(&be, "rings 2"));
}

/* ---- a frontend that does what none may ---- */

static void test_faults(void **state)
{
	struct blkif_request *req;

	(void)state;
	connected();
	fake_grant(1, false);
	req = slot();
	memset(req, 0xff, sizeof(*req));
	req->id = 66;
	kick();
	assert_int_equal(answer(66), BLKIF_RSP_ERROR);
	assert_int_equal(ask(BLKIF_OP_WRITE, SECTORS, 1, 1), BLKIF_RSP_ERROR);
	assert_int_equal(ask(BLKIF_OP_WRITE, 0, 1, 11), BLKIF_RSP_ERROR);
	assert_int_equal(ask(BLKIF_OP_READ, 0, 1, 1), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.faults, 2);
	/* More requests than there are slots: nothing is believed any more. */
	front.sring->req_prod += 40;
	fake_pending = PORT + 100;
	backend_event(&be);
	assert_true(be.rings[0].broken);
	assert_int_equal(be.count.faults, 3);
	no_answer();
	fake_pending = PORT + 100;
	backend_event(&be);
	assert_int_equal(be.count.faults, 3);
}

/* A whole ring at once, many times around. */
static void test_around(void **state)
{
	int round, i;

	(void)state;
	connected();
	fake_grant(1, false);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 32; i++)
			queue(BLKIF_OP_WRITE, i, i * 8, 1, 1);
		kick();
		for (i = 0; i < 32; i++)
			assert_int_equal(answer(i), BLKIF_RSP_OKAY);
		no_answer();
	}
	assert_int_equal(be.count.requests[OP_WRITE], 640);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, end)
	const struct CMUnitTest tests[] = {
		TEST(test_reversed), TEST(test_random), TEST(test_delay),
		TEST(test_stall),    TEST(test_flow),	TEST(test_answers),
		TEST(test_told),     TEST(test_faults), TEST(test_around),
	};

	return cmocka_run_group_tests(tests, make_store, drop_store);
}

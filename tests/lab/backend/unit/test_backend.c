// SPDX-License-Identifier: GPL-2.0
/*
 * The whole backend but its main(), with a frontend played by the tests: handshake, every
 * way of reaching a page, orders and delays, barriers that stall, refusals, and faults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend.h"
#include "fake.h"

#include <xen/io/xenbus.h>

#define mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)

#define BACK	"/local/domain/0/backend/xbf/7/51712"
#define FRONT	"/local/domain/7/device/vbd/51712"
#define SECTORS 2048
#define RING	900 /* references of the ring's pages; data has small ones */
#define PORT	5

static struct backend be;
static struct blkif_front_ring front;
static char store[] = "/tmp/own-backend-XXXXXX";

static int make_store(void **state)
{
	(void)state;
	close(mkstemp(store));
	return 0;
}

static int drop_store(void **state)
{
	(void)state;
	return unlink(store);
}

static int fresh(void **state)
{
	(void)state;
	fake_reset();
	memset(&be, 0, sizeof(be));
	be.hooks = &honest;
	be.dir = BACK;
	be.next_at = NEVER;
	profile_init(&be.profile);
	assert_int_equal(truncate(store, 0), 0);
	assert_int_equal(truncate(store, SECTORS * 512), 0);
	fake_write(BACK "/frontend", FRONT);
	fake_write(BACK "/frontend-id", "7");
	fake_write(BACK "/online", "1");
	fake_write(BACK "/state", "1");
	fake_write(FRONT "/state", "1");
	return 0;
}

static int end(void **state)
{
	(void)state;
	while (be.nr_rings)
		ring_disconnect(&be, &be.rings[--be.nr_rings]);
	assert_int_equal(fake_mapped, 0);
	close(be.store);
	free(be.front);
	free(be.buffer);
	return 0;
}

static void line(const char *text)
{
	struct action unused;

	assert_null(profile_line(&be.profile, text, false, &unused));
}

/* ---- the frontend's half of the handshake ---- */

static void begin(void)
{
	assert_true(store_open(&be, store));
	assert_true(xs_begin(&be));
	backend_time(&be);
}

static void front_state(int state)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", state);
	fake_write(FRONT "/state", text);
	xs_look(&be);
	backend_time(&be);
}

/* A ring of so many pages, and its nodes by the names of a dialect. */
static void make_ring(unsigned int nr, const char *key, const char *value)
{
	char path[128], text[16];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		fake_grant(RING + i, false);
		if (nr == 1)
			snprintf(path, sizeof(path), FRONT "/ring-ref");
		else
			snprintf(path, sizeof(path), FRONT "/ring-ref%u", i);
		snprintf(text, sizeof(text), "%u", RING + i);
		fake_write(path, text);
	}
	if (key) {
		snprintf(path, sizeof(path), FRONT "/%s", key);
		fake_write(path, value);
	}
	snprintf(text, sizeof(text), "%u", PORT);
	fake_write(FRONT "/event-channel", text);
	fake_write(FRONT "/protocol", "x86_64-abi");
	SHARED_RING_INIT((struct blkif_sring *)fake_grant(RING, false));
	FRONT_RING_INIT(&front, (struct blkif_sring *)fake_grant(RING, false), nr * FRAME_SIZE);
}

static void connect_pages(unsigned int nr, const char *key, const char *value)
{
	begin();
	make_ring(nr, key, value);
	front_state(XenbusStateInitialised);
	assert_int_equal(be.state, XenbusStateConnected);
	front_state(XenbusStateConnected);
}

static void connected(void)
{
	connect_pages(1, NULL, NULL);
}

/* ---- requests ---- */

static struct blkif_request *slot(void)
{
	return RING_GET_REQUEST(&front, front.req_prod_pvt++);
}

/* @nr whole pages at @sector, references from @ref on. */
static void queue(int op, uint64_t id, uint64_t sector, unsigned int ref, unsigned int nr)
{
	struct blkif_request *req = slot();
	unsigned int i;

	memset(req, 0, sizeof(*req));
	req->operation = op;
	req->id = id;
	req->sector_number = sector;
	req->nr_segments = nr;
	for (i = 0; i < nr; i++)
		req->seg[i] = (struct blkif_request_segment){ ref + i, 0, 7 };
}

static void kick(void)
{
	RING_PUSH_REQUESTS(&front);
	fake_pending = PORT + 100;
	backend_event(&be);
}

/* The next answer: its status; checks what it is the answer to. */
static int answer(uint64_t id)
{
	struct blkif_response *rsp;

	assert_true(front.rsp_cons != front.sring->rsp_prod);
	rsp = RING_GET_RESPONSE(&front, front.rsp_cons++);
	front.sring->rsp_event = front.rsp_cons + 1;
	assert_int_equal(rsp->id, id);
	return rsp->status;
}

static void no_answer(void)
{
	assert_true(front.rsp_cons == front.sring->rsp_prod);
}

static int ask(int op, uint64_t sector, unsigned int ref, unsigned int nr)
{
	queue(op, 4711, sector, ref, nr);
	kick();
	return answer(4711);
}

static void stored(void *to, uint64_t sector, unsigned int bytes)
{
	assert_int_equal(pread(be.store, to, bytes, sector * 512), bytes);
}

/* ---- the handshake ---- */

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

/* ---- data ---- */

/* Two pages written, read back into others; what is beside a segment stays as it is. */
static void write_and_read(void)
{
	char *page = fake_grant(1, true), *other = fake_grant(3, false), found[8192];

	memset(page, 'a', 4096);
	memset(fake_grant(2, true), 'b', 4096);
	assert_int_equal(ask(BLKIF_OP_WRITE, 16, 1, 2), BLKIF_RSP_OKAY);
	stored(found, 16, sizeof(found));
	assert_int_equal(found[0], 'a');
	assert_int_equal(found[8191], 'b');
	memset(other, 'z', 4096);
	queue(BLKIF_OP_READ, 1, 16 + 7, 3, 1);
	RING_GET_REQUEST(&front, front.req_prod_pvt - 1)->seg[0].first_sect = 2;
	RING_GET_REQUEST(&front, front.req_prod_pvt - 1)->seg[0].last_sect = 4;
	kick();
	assert_int_equal(answer(1), BLKIF_RSP_OKAY);
	assert_int_equal(other[1023], 'z');
	assert_int_equal(other[1024], 'a');
	assert_int_equal(other[1536], 'b');
	assert_int_equal(other[2559], 'b');
	assert_int_equal(other[2560], 'z');
}

static void test_map(void **state)
{
	(void)state;
	connected();
	write_and_read();
	assert_int_equal(fake_mapped, 1); /* the ring */
	assert_int_equal(be.count.mapped, 3);
	assert_int_equal(be.count.copied, 0);
}

static void test_copy(void **state)
{
	(void)state;
	line("grants copy");
	connected();
	write_and_read();
	assert_int_equal(be.count.mapped, 0);
	assert_int_equal(be.count.copied, 8192 + 1536);
}

static void test_kept(void **state)
{
	int i;

	(void)state;
	line("grants persistent");
	line("kept 3");
	fake_write(FRONT "/feature-persistent", "1");
	connected();
	for (i = 1; i < 20; i++)
		fake_grant(i, false);
	for (i = 0; i < 10; i++)
		assert_int_equal(ask(BLKIF_OP_WRITE, 0, 5 - i % 3, 1), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.mapped, 3);
	assert_int_equal(fake_mapped, 4);
	/* More than may be kept is mapped for the request. */
	assert_int_equal(ask(BLKIF_OP_WRITE, 0, 3, 8), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.mapped, 11);
	assert_int_equal(fake_mapped, 4);
}

/* Without the frontend's word for it, nothing is kept. */
static void test_not_kept(void **state)
{
	(void)state;
	line("grants persistent");
	connected();
	write_and_read();
	assert_int_equal(fake_mapped, 1);
}

static void test_bad_reference(void **state)
{
	const char *const ways[] = { "grants map", "grants copy", "grants persistent" };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (i) {
			end(state);
			fresh(state);
		}
		line(ways[i]);
		fake_write(FRONT "/feature-persistent", "1");
		connected();
		fake_grant(1, false);
		assert_int_equal(ask(BLKIF_OP_WRITE, 0, 1, 2), BLKIF_RSP_ERROR);
		fake_grant(2, true);
		assert_int_equal(ask(BLKIF_OP_READ, 0, 1, 2), BLKIF_RSP_ERROR);
		fake_grant(2, false);
		assert_int_equal(ask(BLKIF_OP_READ, 0, 1, 2), BLKIF_RSP_OKAY);
	}
}

static void test_indirect(void **state)
{
	struct blkif_request_indirect *req;
	struct blkif_request_segment *segs;
	char found[20 * 4096];
	unsigned int i;

	(void)state;
	line("segments 600");
	connected();
	segs = fake_grant(500, true);
	for (i = 0; i < 20; i++) {
		memset(fake_grant(10 + i, true), 'A' + i, 4096);
		segs[i] = (struct blkif_request_segment){ 10 + i, 0, 7 };
	}
	req = (void *)slot();
	memset(req, 0, sizeof(struct blkif_request));
	req->operation = BLKIF_OP_INDIRECT;
	req->indirect_op = BLKIF_OP_WRITE;
	req->nr_segments = 20;
	req->id = 12;
	req->sector_number = 8;
	req->indirect_grefs[0] = 500;
	kick();
	assert_int_equal(answer(12), BLKIF_RSP_OKAY);
	assert_int_equal(RING_GET_RESPONSE(&front, 0)->operation, BLKIF_OP_WRITE);
	stored(found, 8, sizeof(found));
	for (i = 0; i < 20; i++)
		assert_int_equal(found[i * 4096 + 4095], 'A' + i);
	assert_int_equal(be.count.indirect, 1);
	assert_int_equal(be.count.most_segments, 20);
	/* A frame that is not granted. */
	req = (void *)slot();
	*req = (struct blkif_request_indirect){ .operation = BLKIF_OP_INDIRECT,
						.indirect_op = BLKIF_OP_READ,
						.nr_segments = 20,
						.id = 13,
						.indirect_grefs = { 501 } };
	kick();
	assert_int_equal(answer(13), BLKIF_RSP_ERROR);
	assert_int_equal(be.count.faults, 1);
}

static void test_discard(void **state)
{
	struct blkif_request_discard *req;
	struct stat before, after;

	(void)state;
	line("node offer feature-discard 1");
	connected();
	memset(fake_grant(1, false), 'x', 4096);
	assert_int_equal(ask(BLKIF_OP_WRITE, 0, 1, 1), BLKIF_RSP_OKAY);
	assert_int_equal(ask(BLKIF_OP_WRITE, 8, 1, 1), BLKIF_RSP_OKAY);
	fsync(be.store);
	fstat(be.store, &before);
	req = (void *)slot();
	*req = (struct blkif_request_discard){
		.operation = BLKIF_OP_DISCARD, .id = 1, .sector_number = 8, .nr_sectors = 8
	};
	kick();
	assert_int_equal(answer(1), BLKIF_RSP_OKAY);
	fstat(be.store, &after);
	assert_int_equal(after.st_size, before.st_size);
	assert_true(after.st_blocks < before.st_blocks);
	assert_int_equal(be.count.requests[OP_DISCARD], 1);
	assert_int_equal(be.count.not_offered, 0);
	assert_int_equal(ask(BLKIF_OP_FLUSH_DISKCACHE, 0, 0, 0), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.not_offered, 1);
}

/* ---- order, delay, barriers ---- */

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
		TEST(test_when),
		TEST(test_close),
		TEST(test_detach),
		TEST(test_nodes_gone),
		TEST(test_close_too_early),
		TEST(test_refusals),
		TEST(test_dialects),
		TEST(test_queues),
		TEST(test_map),
		TEST(test_copy),
		TEST(test_kept),
		TEST(test_not_kept),
		TEST(test_bad_reference),
		TEST(test_indirect),
		TEST(test_discard),
		TEST(test_reversed),
		TEST(test_random),
		TEST(test_delay),
		TEST(test_stall),
		TEST(test_flow),
		TEST(test_answers),
		TEST(test_told),
		TEST(test_faults),
		TEST(test_around),
	};

	return cmocka_run_group_tests(tests, make_store, drop_store);
}

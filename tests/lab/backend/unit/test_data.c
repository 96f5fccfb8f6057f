// SPDX-License-Identifier: GPL-2.0
/*
 * Every way of reaching a page of the frontend, and what then is in the store.
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

/* Sectors 2 and 3 of a page, written. */
static void write_part(unsigned int ref)
{
	struct blkif_request_segment *seg;

	queue(BLKIF_OP_WRITE, 1, 16, ref, 1);
	seg = RING_GET_REQUEST(&front, front.req_prod_pvt - 1)->seg;
	seg->first_sect = 2;
	seg->last_sect = 3;
	kick();
	assert_int_equal(answer(1), BLKIF_RSP_OKAY);
}

/* What stands beside a segment, or where nothing was read yet, is seen by who looks. */
static void test_inspect(void **state)
{
	char *page = fake_grant(1, true);

	(void)state;
	line("inspect yes");
	connected();
	memset(page + 1024, 'a', 1024);
	write_part(1);
	assert_int_equal(be.count.leaks, 0);
	assert_int_equal(be.count.writable, 0);
	page[2048] = 'b';
	write_part(1);
	assert_int_equal(be.count.leaks, 1);
	fake_grant(2, false);
	assert_int_equal(ask(BLKIF_OP_READ, 16, 2, 1), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.leaks, 1);
	assert_int_equal(ask(BLKIF_OP_READ, 16, 2, 1), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.leaks, 2);
	assert_int_equal(be.count.writable, 0);
	assert_int_equal(ask(BLKIF_OP_WRITE, 16, 2, 1), BLKIF_RSP_OKAY);
	assert_int_equal(be.count.writable, 1);
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, end)
	const struct CMUnitTest tests[] = {
		TEST(test_map),	     TEST(test_copy),	 TEST(test_kept),
		TEST(test_not_kept), TEST(test_inspect), TEST(test_bad_reference),
		TEST(test_indirect), TEST(test_discard),
	};

	return cmocka_run_group_tests(tests, make_store, drop_store);
}

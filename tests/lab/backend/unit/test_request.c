// SPDX-License-Identifier: GPL-2.0
/*
 * What is a request, and what a frontend may have written that is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "request.h"

static struct request req;
static struct blkif_request slot;
static struct limits limits;

static int fresh(void **state)
{
	int i;

	(void)state;
	limits = (struct limits){ .sectors = 1000, .sector_size = 512, .segments = 600 };
	memset(&req, 0x5a, sizeof(req));
	memset(&slot, 0, sizeof(slot));
	slot.operation = BLKIF_OP_WRITE;
	slot.nr_segments = 2;
	slot.id = 0x123456789abcdef0;
	slot.sector_number = 8;
	for (i = 0; i < 2; i++)
		slot.seg[i] = (struct blkif_request_segment){ 40 + i, 0, 7 };
	return 0;
}

static const char *look(void)
{
	const char *bad = request_decode(&req, &slot, &limits);

	return bad ? bad : request_check(&req, &limits);
}

static void refused(const char *why)
{
	const char *bad = look();

	assert_non_null(bad);
	if (!strstr(bad, why))
		fail_msg("it is said: %s", bad);
	/* Even so it can be answered. */
	assert_true(req.id == slot.id || slot.operation == BLKIF_OP_INDIRECT);
}

static void test_direct(void **state)
{
	(void)state;
	slot.seg[0].first_sect = 3;
	assert_null(look());
	assert_int_equal(req.op, OP_WRITE);
	assert_int_equal(req.ring_op, BLKIF_OP_WRITE);
	assert_true(req.id == slot.id);
	assert_true(req.sector == 8);
	assert_int_equal(req.nr_segs, 2);
	assert_int_equal(req.seg[1].gref, 41);
	assert_true(req.sectors == 13);
	assert_int_equal(segment_bytes(&req.seg[0]), 5 * 512);
	assert_true(request_writes(&req));
}

static void test_operations(void **state)
{
	const struct {
		int ring_op;
		enum op op;
	} rows[] = {
		{ BLKIF_OP_READ, OP_READ },
		{ BLKIF_OP_WRITE_BARRIER, OP_BARRIER },
		{ BLKIF_OP_FLUSH_DISKCACHE, OP_FLUSH },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		slot.operation = rows[i].ring_op;
		assert_null(look());
		assert_int_equal(req.op, rows[i].op);
	}
	for (i = 7; i < 256; i++) {
		slot.operation = i;
		refused("operation that there is not");
		assert_int_equal(req.ring_op, i);
	}
	slot.operation = BLKIF_OP_RESERVED_1;
	refused("operation that there is not");
}

static void test_segments(void **state)
{
	(void)state;
	slot.nr_segments = 11;
	memset(slot.seg, 0, sizeof(slot.seg));
	assert_null(look());
	assert_true(req.sectors == 11);
	slot.nr_segments = 12;
	refused("more than 11");
	slot.nr_segments = 0;
	refused("without segments");
	slot.operation = BLKIF_OP_FLUSH_DISKCACHE;
	assert_null(look());
	slot.operation = BLKIF_OP_WRITE_BARRIER;
	slot.sector_number = 1u << 31;
	assert_null(look());
	fresh(NULL);
	slot.seg[1].last_sect = 8;
	refused("beyond its frame");
	slot.seg[1] = (struct blkif_request_segment){ 1, 5, 4 };
	refused("ends before it begins");
}

static void test_place(void **state)
{
	(void)state;
	slot.sector_number = 1000 - 16;
	assert_null(look());
	slot.sector_number++;
	refused("beyond the end");
	slot.sector_number = ~0ull;
	refused("beyond the end");
	slot.sector_number = ~0ull - 15;
	refused("beyond the end");
}

static void test_sector_size(void **state)
{
	(void)state;
	limits.sector_size = 4096;
	assert_null(look());
	slot.sector_number = 12;
	refused("at no multiple");
	slot.sector_number = 8;
	slot.seg[0].last_sect = 6;
	refused("no multiple of the sector size");
	slot.seg[0] = (struct blkif_request_segment){ 1, 1, 7 };
	refused("no multiple of the sector size");
}

static void test_read_only(void **state)
{
	(void)state;
	limits.read_only = true;
	refused("read-only");
	slot.operation = BLKIF_OP_WRITE_BARRIER;
	refused("read-only");
	slot.operation = BLKIF_OP_DISCARD;
	refused("read-only");
	slot.operation = BLKIF_OP_READ;
	assert_null(look());
	slot.operation = BLKIF_OP_FLUSH_DISKCACHE;
	assert_null(look());
}

static void test_discard(void **state)
{
	struct blkif_request_discard *discard = (void *)&slot;

	(void)state;
	memset(&slot, 0, sizeof(slot));
	discard->operation = BLKIF_OP_DISCARD;
	discard->id = 7;
	discard->sector_number = 10;
	discard->nr_sectors = 990;
	assert_null(look());
	assert_int_equal(req.op, OP_DISCARD);
	assert_true(req.sectors == 990);
	assert_int_equal(req.nr_segs, 0);
	discard->flag = BLKIF_DISCARD_SECURE;
	assert_null(look());
	assert_int_equal(req.op, OP_ERASE);
	discard->nr_sectors++;
	refused("beyond the end");
	discard->nr_sectors = ~0ull;
	refused("beyond the end");
}

/* An indirect request; its segments come from frames that the caller reads. */
static const char *look_indirect(int inner, unsigned int nr)
{
	struct blkif_request_indirect *indirect = (void *)&slot;
	unsigned int i;
	const char *bad;

	memset(&slot, 0, sizeof(slot));
	indirect->operation = BLKIF_OP_INDIRECT;
	indirect->indirect_op = inner;
	indirect->nr_segments = nr;
	indirect->id = 99;
	indirect->sector_number = 4;
	for (i = 0; i < 8; i++)
		indirect->indirect_grefs[i] = 70 + i;
	bad = request_decode(&req, &slot, &limits);
	assert_true(req.id == 99);
	assert_int_equal(req.ring_op, inner);
	if (bad)
		return bad;
	memset(req.seg, 0, req.nr_segs * sizeof(req.seg[0]));
	return request_check(&req, &limits);
}

static void test_indirect(void **state)
{
	(void)state;
	assert_null(look_indirect(BLKIF_OP_READ, 600));
	assert_int_equal(req.op, OP_READ);
	assert_true(req.indirect);
	assert_int_equal(req.nr_segs, 600);
	assert_int_equal(req.nr_frames, 2);
	assert_int_equal(req.frames[1], 71);
	assert_true(req.sectors == 600);
	assert_null(look_indirect(BLKIF_OP_WRITE_BARRIER, 512));
	assert_int_equal(req.nr_frames, 1);
	assert_non_null(look_indirect(BLKIF_OP_READ, 601));
	assert_non_null(look_indirect(BLKIF_OP_READ, 0));
	assert_non_null(look_indirect(BLKIF_OP_FLUSH_DISKCACHE, 1));
	assert_non_null(look_indirect(BLKIF_OP_INDIRECT, 1));
	assert_non_null(look_indirect(255, 1));
	limits.segments = 0;
	assert_non_null(look_indirect(BLKIF_OP_READ, 1));
	limits.segments = 65535;
	limits.sectors = 1 << 20;
	assert_null(look_indirect(BLKIF_OP_READ, 4096));
	assert_int_equal(req.nr_frames, 8);
	assert_non_null(look_indirect(BLKIF_OP_READ, 4097));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_direct, fresh),
		cmocka_unit_test_setup(test_operations, fresh),
		cmocka_unit_test_setup(test_segments, fresh),
		cmocka_unit_test_setup(test_place, fresh),
		cmocka_unit_test_setup(test_sector_size, fresh),
		cmocka_unit_test_setup(test_read_only, fresh),
		cmocka_unit_test_setup(test_discard, fresh),
		cmocka_unit_test_setup(test_indirect, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

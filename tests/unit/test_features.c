// SPDX-License-Identifier: GPL-2.0
/*
 * features.c: what nodes are worth together.
 */
#include "core/features.h"
#include "test.h"

#include <xen/interface/io/blkif.h>

#define FINE	XBF_NOTE_FINE
#define CLAMPED	XBF_NOTE_CLAMPED
#define IGNORED	XBF_NOTE_IGNORED
#define REFUSED	XBF_NOTE_REFUSED

/* An ordinary backend, but for one node. */
static bool set_and_check(struct xbf_features *f, enum xbf_node node, const char *raw)
{
	u32 i;

	for (i = 0; i < XBF_NR_FEATURES; i++)
		xbf_feature_set(f, i, NULL);
	xbf_feature_set(f, XBF_NODE_SECTORS, "1000");
	xbf_feature_set(f, XBF_NODE_INFO, "0");
	xbf_feature_set(f, XBF_NODE_SECTOR_SIZE, "512");
	if (raw)
		xbf_feature_set(f, node, raw);
	return xbf_features_check(f);
}

static void ordinary_backend_is_fine(void **state)
{
	struct xbf_features f;
	u32 i;

	(void)state;
	assert_true(set_and_check(&f, 0, NULL));
	for (i = 0; i < XBF_NR_FEATURES; i++)
		assert_int_equal(f.note[i], XBF_NOTE_FINE);
	assert_true(f.val[XBF_NODE_PHYSICAL_SIZE] == 512);
	assert_true(f.val[XBF_NODE_DISCARD_GRANULARITY] == 512);
}

static void what_a_disk_needs_must_be_there(void **state)
{
	static const enum xbf_node needed[] = {
		XBF_NODE_SECTORS,
		XBF_NODE_INFO,
		XBF_NODE_SECTOR_SIZE,
	};
	struct xbf_features f;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(needed); i++) {
		assert_false(set_and_check(&f, needed[i], "nonsense"));
		assert_int_equal(f.note[needed[i]], XBF_NOTE_REFUSED);
		/* A fresh handshake may put it right. */
		assert_true(set_and_check(&f, needed[i], "512"));
	}
}

static void physical_sector_is_at_least_a_logical_one(void **state)
{
	static const struct {
		const char *logical, *physical;
		enum xbf_note note;
		u64 val;
	} rows[] = {
		{ "512", "4096", FINE, 4096 },
		{ "4096", "4096", FINE, 4096 },
		{ "4096", "512", IGNORED, 4096 },
		{ "4096", NULL, FINE, 4096 },
		{ "4096", "0", IGNORED, 4096 },
		{ "512", "3", IGNORED, 512 },
	};
	struct xbf_features f;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		set_and_check(&f, 0, NULL);
		xbf_feature_set(&f, XBF_NODE_SECTOR_SIZE, rows[i].logical);
		xbf_feature_set(&f, XBF_NODE_PHYSICAL_SIZE, rows[i].physical);
		assert_true(xbf_features_check(&f));
		assert_int_equal(f.note[XBF_NODE_PHYSICAL_SIZE], rows[i].note);
		assert_true(f.val[XBF_NODE_PHYSICAL_SIZE] == rows[i].val);
	}
}

static void few_indirect_segments_are_no_gain(void **state)
{
	static const char *const few[] = { "1", "5", "11" };
	struct xbf_features f;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(few); i++) {
		assert_true(set_and_check(&f, XBF_NODE_MAX_INDIRECT, few[i]));
		assert_int_equal(f.note[XBF_NODE_MAX_INDIRECT], XBF_NOTE_IGNORED);
		assert_true(f.val[XBF_NODE_MAX_INDIRECT] == 0);
	}
	assert_true(set_and_check(&f, XBF_NODE_MAX_INDIRECT, "12"));
	assert_int_equal(f.note[XBF_NODE_MAX_INDIRECT], XBF_NOTE_FINE);
	assert_true(f.val[XBF_NODE_MAX_INDIRECT] == 12);
}

static void discard_values_fit_each_other(void **state)
{
	static const struct {
		const char *granularity, *alignment;
		enum xbf_note granularity_note, alignment_note;
		u64 granularity_val, alignment_val;
	} rows[] = {
		/* The disk has sectors of 1024 logical, 4096 physical. */
		{ NULL, NULL, FINE, FINE, 1024, 0 },
		{ "65536", "1536", FINE, FINE, 65536, 1536 },
		{ "1024", "512", FINE, FINE, 1024, 512 },
		/* Smaller than a logical sector, zero, odd, huge: the physical size. */
		{ "512", NULL, IGNORED, FINE, 4096, 0 },
		{ "0", NULL, IGNORED, FINE, 4096, 0 },
		{ "3", "512", IGNORED, FINE, 4096, 512 },
		{ "4294967295", NULL, IGNORED, FINE, 4096, 0 },
		/* An alignment above the granularity. */
		{ "65536", "65536", FINE, IGNORED, 65536, 0 },
		{ "65536", "70000", FINE, IGNORED, 65536, 0 },
		{ NULL, "1024", FINE, IGNORED, 1024, 0 },
		{ "0", "4096", IGNORED, IGNORED, 4096, 0 },
		{ "1073741824", "4294967295", FINE, IGNORED, 1 << 30, 0 },
	};
	struct xbf_features f;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		set_and_check(&f, 0, NULL);
		xbf_feature_set(&f, XBF_NODE_SECTOR_SIZE, "1024");
		xbf_feature_set(&f, XBF_NODE_PHYSICAL_SIZE, "4096");
		xbf_feature_set(&f, XBF_NODE_DISCARD_GRANULARITY, rows[i].granularity);
		xbf_feature_set(&f, XBF_NODE_DISCARD_ALIGNMENT, rows[i].alignment);
		assert_true(xbf_features_check(&f));
		assert_int_equal(f.note[XBF_NODE_DISCARD_GRANULARITY], rows[i].granularity_note);
		assert_int_equal(f.note[XBF_NODE_DISCARD_ALIGNMENT], rows[i].alignment_note);
		assert_true(f.val[XBF_NODE_DISCARD_GRANULARITY] == rows[i].granularity_val);
		assert_true(f.val[XBF_NODE_DISCARD_ALIGNMENT] == rows[i].alignment_val);
	}
}

/* The unit is 512 bytes; what is no whole block is not used, and reported. */
static void capacity_is_whole_blocks(void **state)
{
	static const struct {
		const char *block, *sectors;
		enum xbf_note note;
		u64 val;
	} rows[] = {
		{ "512", "1001", FINE, 1001 },
		{ "4096", "8", FINE, 8 },
		{ "4096", "1001", CLAMPED, 1000 },
		{ "4096", "7", CLAMPED, 0 },
		{ "4096", "0", FINE, 0 },
		{ "1024", "18014398509481983", CLAMPED, (1ull << 54) - 2 },
	};
	struct xbf_features f;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		set_and_check(&f, XBF_NODE_SECTORS, rows[i].sectors);
		xbf_feature_set(&f, XBF_NODE_SECTOR_SIZE, rows[i].block);
		assert_true(xbf_features_check(&f));
		assert_int_equal(f.note[XBF_NODE_SECTORS], rows[i].note);
		assert_true(f.val[XBF_NODE_SECTORS] == rows[i].val);
	}
	/* What is refused already stays so. */
	set_and_check(&f, XBF_NODE_SECTOR_SIZE, "4096");
	f.val[XBF_NODE_SECTORS] = 1001;
	f.note[XBF_NODE_SECTORS] = REFUSED;
	assert_false(xbf_features_check(&f));
	assert_int_equal(f.note[XBF_NODE_SECTORS], REFUSED);
}

static void both_dialects_say_how_large_a_ring_may_be(void **state)
{
	static const struct {
		const char *order, *pages;
		u32 val;
	} rows[] = {
		{ NULL, NULL, 0 },  { "0", NULL, 0 },	{ "3", NULL, 3 },  { NULL, "1", 0 },
		{ NULL, "2", 1 },   { NULL, "16", 4 },	{ NULL, "64", 4 }, { NULL, "0", 0 },
		/* No power of two: as many as fit. */
		{ NULL, "3", 1 },   { NULL, "15", 3 },	{ NULL, "x", 0 },
		/* The younger dialect counts, unless it says nothing. */
		{ "2", "16", 2 },   { "4", "2", 4 },	{ "x", "8", 3 },   { "255", "2", 4 },
	};
	struct xbf_features f;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		xbf_feature_set(&f, XBF_NODE_RING_ORDER, rows[i].order);
		xbf_feature_set(&f, XBF_NODE_RING_PAGES, rows[i].pages);
		assert_int_equal(xbf_features_ring_order(&f), rows[i].val);
	}
}

static void removable_is_said_in_two_ways(void **state)
{
	static const struct {
		const char *info, *removable;
		u32 val;
	} rows[] = {
		{ "0", NULL, 0 },
		{ "0", "0", 0 },
		{ "0", "1", VDISK_REMOVABLE },
		{ "2", NULL, VDISK_REMOVABLE },
		{ "2", "0", VDISK_REMOVABLE },
		{ "5", "1", VDISK_READONLY | VDISK_CDROM | VDISK_REMOVABLE },
		{ "0", "yes", 0 },
	};
	struct xbf_features f;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		xbf_feature_set(&f, XBF_NODE_INFO, rows[i].info);
		xbf_feature_set(&f, XBF_NODE_REMOVABLE, rows[i].removable);
		assert_int_equal(xbf_features_info(&f), rows[i].val);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ordinary_backend_is_fine),
		TEST(what_a_disk_needs_must_be_there),
		TEST(physical_sector_is_at_least_a_logical_one),
		TEST(few_indirect_segments_are_no_gain),
		TEST(discard_values_fit_each_other),
		TEST(capacity_is_whole_blocks),
		TEST(both_dialects_say_how_large_a_ring_may_be),
		TEST(removable_is_said_in_two_ways),
	};

	return cmocka_run_group_tests_name("features", tests, NULL, NULL);
}

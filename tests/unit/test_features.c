// SPDX-License-Identifier: GPL-2.0
/*
 * features.c: what becomes of every node's value, good, bad and absurd.
 */
#include "core/features.h"
#include "test.h"

#define MAX64	"18446744073709551615"

static void only_whole_decimal_numbers_are_numbers(void **state)
{
	static const struct {
		const char *text;
		bool good;
		u64 val;
	} rows[] = {
		{ "0", true, 0 },
		{ "7", true, 7 },
		{ "007", true, 7 },
		{ "1234567890", true, 1234567890 },
		{ "4096\n", true, 4096 },
		{ "18446744073709551614", true, ~0ull - 1 },
		{ MAX64, true, ~0ull },
		{ "18446744073709551616", false, 0 },
		{ "18446744073709551620", false, 0 },
		{ "99999999999999999999999999999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "\n", false, 0 },
		{ "-1", false, 0 },
		{ "+1", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "1\n\n", false, 0 },
		{ "1\n2", false, 0 },
		{ "0x10", false, 0 },
		{ "1e3", false, 0 },
		{ "12 sectors", false, 0 },
		{ "none", false, 0 },
		{ "/", false, 0 },
		{ ":", false, 0 },
	};
	u64 val;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		if (xbf_parse_u64(rows[i].text, &val) != rows[i].good)
			fail_msg("\"%s\" was %staken", rows[i].text, rows[i].good ? "not " : "");
		if (rows[i].good)
			assert_true(val == rows[i].val);
	}
}

/* One node, one raw value, what becomes of it. */
struct row {
	enum xbf_node node;
	const char *raw;
	enum xbf_note note;
	u64 val;
};

#define FINE	XBF_NOTE_FINE
#define CLAMPED	XBF_NOTE_CLAMPED
#define IGNORED	XBF_NOTE_IGNORED
#define REFUSED	XBF_NOTE_REFUSED

static const struct row single[] = {
	/* Whoever mistypes it meant to lower trust. */
	{ XBF_NODE_TRUSTED, NULL, FINE, 1 },
	{ XBF_NODE_TRUSTED, "0", FINE, 0 },
	{ XBF_NODE_TRUSTED, "1", FINE, 1 },
	{ XBF_NODE_TRUSTED, "2", CLAMPED, 1 },
	{ XBF_NODE_TRUSTED, "yes", IGNORED, 0 },
	{ XBF_NODE_TRUSTED, "-1", IGNORED, 0 },

	{ XBF_NODE_RING_ORDER, NULL, FINE, 0 },
	{ XBF_NODE_RING_ORDER, "0", FINE, 0 },
	{ XBF_NODE_RING_ORDER, "4", FINE, 4 },
	{ XBF_NODE_RING_ORDER, "5", CLAMPED, 4 },
	{ XBF_NODE_RING_ORDER, "255", CLAMPED, 4 },
	{ XBF_NODE_RING_ORDER, MAX64, CLAMPED, 4 },
	{ XBF_NODE_RING_ORDER, "big", IGNORED, 0 },

	{ XBF_NODE_MAX_QUEUES, NULL, FINE, 1 },
	{ XBF_NODE_MAX_QUEUES, "1", FINE, 1 },
	{ XBF_NODE_MAX_QUEUES, "16", FINE, 16 },
	{ XBF_NODE_MAX_QUEUES, "2048", FINE, 2048 },
	{ XBF_NODE_MAX_QUEUES, "0", CLAMPED, 1 },
	{ XBF_NODE_MAX_QUEUES, "65536", CLAMPED, 2048 },
	{ XBF_NODE_MAX_QUEUES, "4294967296", CLAMPED, 2048 },
	{ XBF_NODE_MAX_QUEUES, "-1", IGNORED, 1 },

	{ XBF_NODE_SECTORS, "0", FINE, 0 },
	{ XBF_NODE_SECTORS, "2097152", FINE, 2097152 },
	{ XBF_NODE_SECTORS, "18014398509481984", FINE, 1ull << 54 },
	{ XBF_NODE_SECTORS, "18014398509481985", REFUSED, 0 },
	{ XBF_NODE_SECTORS, MAX64, REFUSED, 0 },
	{ XBF_NODE_SECTORS, "-8", REFUSED, 0 },
	{ XBF_NODE_SECTORS, "12 GB", REFUSED, 0 },
	{ XBF_NODE_SECTORS, NULL, REFUSED, 0 },

	{ XBF_NODE_INFO, "0", FINE, 0 },
	{ XBF_NODE_INFO, "4", FINE, 4 },
	{ XBF_NODE_INFO, "4294967295", FINE, 0xffffffff },
	{ XBF_NODE_INFO, "4294967296", REFUSED, 0 },
	{ XBF_NODE_INFO, "r", REFUSED, 0 },
	{ XBF_NODE_INFO, NULL, REFUSED, 0 },

	{ XBF_NODE_SECTOR_SIZE, "512", FINE, 512 },
	{ XBF_NODE_SECTOR_SIZE, "4096", FINE, 4096 },
	{ XBF_NODE_SECTOR_SIZE, "65536", FINE, 65536 },
	{ XBF_NODE_SECTOR_SIZE, "0", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "3", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "256", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "511", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "513", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "131072", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "2147483648", REFUSED, 0 },
	/* A scan into sixteen bits would find 512 here. */
	{ XBF_NODE_SECTOR_SIZE, "66048", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "4294967808", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "512b", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, NULL, REFUSED, 0 },

	{ XBF_NODE_PHYSICAL_SIZE, NULL, FINE, 0 },
	{ XBF_NODE_PHYSICAL_SIZE, "4096", FINE, 4096 },
	{ XBF_NODE_PHYSICAL_SIZE, "1073741824", FINE, 1 << 30 },
	{ XBF_NODE_PHYSICAL_SIZE, "0", IGNORED, 0 },
	{ XBF_NODE_PHYSICAL_SIZE, "3", IGNORED, 0 },
	{ XBF_NODE_PHYSICAL_SIZE, "256", IGNORED, 0 },
	{ XBF_NODE_PHYSICAL_SIZE, "2147483648", IGNORED, 0 },
	{ XBF_NODE_PHYSICAL_SIZE, "-1", IGNORED, 0 },

	{ XBF_NODE_MAX_INDIRECT, NULL, FINE, 0 },
	{ XBF_NODE_MAX_INDIRECT, "0", FINE, 0 },
	{ XBF_NODE_MAX_INDIRECT, "256", FINE, 256 },
	{ XBF_NODE_MAX_INDIRECT, "4096", FINE, 4096 },
	{ XBF_NODE_MAX_INDIRECT, "4097", CLAMPED, 4096 },
	{ XBF_NODE_MAX_INDIRECT, "2147483648", CLAMPED, 4096 },
	{ XBF_NODE_MAX_INDIRECT, "-5", IGNORED, 0 },

	{ XBF_NODE_DISCARD_GRANULARITY, NULL, FINE, 0 },
	{ XBF_NODE_DISCARD_GRANULARITY, "512", FINE, 512 },
	{ XBF_NODE_DISCARD_GRANULARITY, "1073741824", FINE, 1 << 30 },
	{ XBF_NODE_DISCARD_GRANULARITY, "0", IGNORED, 0 },
	{ XBF_NODE_DISCARD_GRANULARITY, "3", IGNORED, 0 },
	{ XBF_NODE_DISCARD_GRANULARITY, "2147483648", IGNORED, 0 },
	{ XBF_NODE_DISCARD_GRANULARITY, "4294967295", IGNORED, 0 },
	{ XBF_NODE_DISCARD_GRANULARITY, "x", IGNORED, 0 },

	{ XBF_NODE_DISCARD_ALIGNMENT, NULL, FINE, 0 },
	{ XBF_NODE_DISCARD_ALIGNMENT, "1536", FINE, 1536 },
	{ XBF_NODE_DISCARD_ALIGNMENT, "4294967295", CLAMPED, 1 << 30 },
	{ XBF_NODE_DISCARD_ALIGNMENT, "-512", IGNORED, 0 },
};

/* Flags are all alike. */
static const enum xbf_node flags[] = {
	XBF_NODE_FLUSH,	  XBF_NODE_BARRIER,	   XBF_NODE_PERSISTENT,
	XBF_NODE_DISCARD, XBF_NODE_DISCARD_SECURE,
};

static const struct row flag_rows[] = {
	{ 0, NULL, FINE, 0 },	{ 0, "0", FINE, 0 },	   { 0, "1", FINE, 1 },
	{ 0, "2", CLAMPED, 1 }, { 0, MAX64, CLAMPED, 1 },  { 0, "-1", IGNORED, 0 },
	{ 0, "on", IGNORED, 0 }, { 0, "", IGNORED, 0 },
};

static void check(const struct row *row, enum xbf_node node)
{
	struct xbf_features f;
	enum xbf_note note;

	memset(&f, 0xff, sizeof(f));
	note = xbf_feature_set(&f, node, row->raw);
	if (note != row->note || f.note[node] != row->note || f.val[node] != row->val)
		fail_msg("%s = %s: note %u, value %llu", xbf_node_rows[node].key,
			 row->raw ? row->raw : "(missing)", note, (unsigned long long)f.val[node]);
}

static void every_value_has_its_fate(void **state)
{
	u32 i, j;

	(void)state;
	for (i = 0; i < NR_OF(single); i++)
		check(&single[i], single[i].node);
	for (i = 0; i < NR_OF(flags); i++)
		for (j = 0; j < NR_OF(flag_rows); j++)
			check(&flag_rows[j], flags[i]);
}

static void every_node_is_covered_and_described(void **state)
{
	u32 node, i;

	(void)state;
	for (node = 0; node < XBF_NR_NODES; node++) {
		u32 nr = 0;

		for (i = 0; i < NR_OF(single); i++)
			nr += single[i].node == node;
		for (i = 0; i < NR_OF(flags); i++)
			nr += flags[i] == node;
		assert_true(nr);
		assert_non_null(xbf_node_rows[node].key);
		assert_non_null(xbf_node_rows[node].want);
		assert_int_equal(xbf_node_rows[node].frontend, node == XBF_NODE_TRUSTED);
	}
}

/* ---- values against each other ---- */

/* An ordinary backend, but for one node. */
static bool set_and_check(struct xbf_features *f, u32 page_size, enum xbf_node node,
			  const char *raw)
{
	u32 i;

	for (i = 0; i < XBF_NR_NODES; i++)
		xbf_feature_set(f, i, NULL);
	xbf_feature_set(f, XBF_NODE_SECTORS, "1000");
	xbf_feature_set(f, XBF_NODE_INFO, "0");
	xbf_feature_set(f, XBF_NODE_SECTOR_SIZE, "512");
	if (raw)
		xbf_feature_set(f, node, raw);
	return xbf_features_check(f, page_size);
}

static void ordinary_backend_is_fine(void **state)
{
	struct xbf_features f;
	u32 i;

	(void)state;
	assert_true(set_and_check(&f, 4096, 0, NULL));
	for (i = 0; i < XBF_NR_NODES; i++)
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
		assert_false(set_and_check(&f, 4096, needed[i], "nonsense"));
		assert_int_equal(f.note[needed[i]], XBF_NOTE_REFUSED);
		/* A fresh handshake may put it right. */
		assert_true(set_and_check(&f, 4096, needed[i], "512"));
	}
}

static void sector_is_at_most_a_page(void **state)
{
	struct xbf_features f;

	(void)state;
	assert_true(set_and_check(&f, 4096, XBF_NODE_SECTOR_SIZE, "4096"));
	assert_false(set_and_check(&f, 4096, XBF_NODE_SECTOR_SIZE, "8192"));
	assert_int_equal(f.note[XBF_NODE_SECTOR_SIZE], XBF_NOTE_REFUSED);
	assert_true(set_and_check(&f, 65536, XBF_NODE_SECTOR_SIZE, "65536"));
	assert_false(set_and_check(&f, 4096, XBF_NODE_SECTOR_SIZE, "65536"));
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
		set_and_check(&f, 4096, 0, NULL);
		xbf_feature_set(&f, XBF_NODE_SECTOR_SIZE, rows[i].logical);
		xbf_feature_set(&f, XBF_NODE_PHYSICAL_SIZE, rows[i].physical);
		assert_true(xbf_features_check(&f, 4096));
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
		assert_true(set_and_check(&f, 4096, XBF_NODE_MAX_INDIRECT, few[i]));
		assert_int_equal(f.note[XBF_NODE_MAX_INDIRECT], XBF_NOTE_IGNORED);
		assert_true(f.val[XBF_NODE_MAX_INDIRECT] == 0);
	}
	assert_true(set_and_check(&f, 4096, XBF_NODE_MAX_INDIRECT, "12"));
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
		{ NULL, NULL, FINE, FINE, 4096, 0 },
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
		{ NULL, "4096", FINE, IGNORED, 4096, 0 },
		{ "1073741824", "4294967295", FINE, IGNORED, 1 << 30, 0 },
	};
	struct xbf_features f;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		set_and_check(&f, 4096, 0, NULL);
		xbf_feature_set(&f, XBF_NODE_SECTOR_SIZE, "1024");
		xbf_feature_set(&f, XBF_NODE_PHYSICAL_SIZE, "4096");
		xbf_feature_set(&f, XBF_NODE_DISCARD_GRANULARITY, rows[i].granularity);
		xbf_feature_set(&f, XBF_NODE_DISCARD_ALIGNMENT, rows[i].alignment);
		assert_true(xbf_features_check(&f, 4096));
		assert_int_equal(f.note[XBF_NODE_DISCARD_GRANULARITY], rows[i].granularity_note);
		assert_int_equal(f.note[XBF_NODE_DISCARD_ALIGNMENT], rows[i].alignment_note);
		assert_true(f.val[XBF_NODE_DISCARD_GRANULARITY] == rows[i].granularity_val);
		assert_true(f.val[XBF_NODE_DISCARD_ALIGNMENT] == rows[i].alignment_val);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_whole_decimal_numbers_are_numbers),
		TEST(every_value_has_its_fate),
		TEST(every_node_is_covered_and_described),
		TEST(ordinary_backend_is_fine),
		TEST(what_a_disk_needs_must_be_there),
		TEST(sector_is_at_most_a_page),
		TEST(physical_sector_is_at_least_a_logical_one),
		TEST(few_indirect_segments_are_no_gain),
		TEST(discard_values_fit_each_other),
	};

	return cmocka_run_group_tests_name("features", tests, NULL, NULL);
}

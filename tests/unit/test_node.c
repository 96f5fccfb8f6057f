// SPDX-License-Identifier: GPL-2.0
/*
 * node.c: what becomes of every node's value, good, bad and absurd.
 */
#include "core/node.h"
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
	{ XBF_NODE_SECTOR_SIZE, "0", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "3", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "256", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "511", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "513", REFUSED, 0 },
	/* Also where a page has as many: it takes several grants, between which it may be cut. */
	{ XBF_NODE_SECTOR_SIZE, "8192", REFUSED, 0 },
	{ XBF_NODE_SECTOR_SIZE, "65536", REFUSED, 0 },
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

	{ XBF_NODE_RING_PAGES, NULL, FINE, 1 },
	{ XBF_NODE_RING_PAGES, "1", FINE, 1 },
	{ XBF_NODE_RING_PAGES, "16", FINE, 16 },
	{ XBF_NODE_RING_PAGES, "0", CLAMPED, 1 },
	{ XBF_NODE_RING_PAGES, "17", CLAMPED, 16 },
	{ XBF_NODE_RING_PAGES, MAX64, CLAMPED, 16 },
	{ XBF_NODE_RING_PAGES, "-2", IGNORED, 1 },

	{ XBF_NODE_VDEV, "51712", FINE, 51712 },
	{ XBF_NODE_VDEV, "268441600", FINE, 268441600 },
	{ XBF_NODE_VDEV, NULL, REFUSED, 0 },
	{ XBF_NODE_VDEV, "536870912", REFUSED, 0 },
	{ XBF_NODE_VDEV, "xvda", REFUSED, 0 },
	{ XBF_NODE_VDEV_EXT, "268441600", FINE, 268441600 },
	{ XBF_NODE_VDEV_EXT, NULL, REFUSED, 0 },
	{ XBF_NODE_VDEV_EXT, "4294967296", REFUSED, 0 },

	{ XBF_NODE_DEVICE_TYPE, NULL, FINE, 0 },
	{ XBF_NODE_DEVICE_TYPE, "cdrom", FINE, 5 },
	{ XBF_NODE_DEVICE_TYPE, "", IGNORED, 0 },
	{ XBF_NODE_DEVICE_TYPE, "an endless kind of disk", IGNORED, 0 },
	{ XBF_NODE_BACKEND, "/local/domain/0/backend/vbd/1/51712", FINE, 35 },
	{ XBF_NODE_BACKEND, NULL, REFUSED, 0 },
	{ XBF_NODE_BACKEND, "", REFUSED, 0 },
	{ XBF_NODE_BACKEND_ID, "0", FINE, 0 },
	{ XBF_NODE_BACKEND_ID, "32751", FINE, 32751 },
	{ XBF_NODE_BACKEND_ID, NULL, REFUSED, 0 },
	{ XBF_NODE_BACKEND_ID, "32752", REFUSED, 0 },
	{ XBF_NODE_BACKEND_ID, "65536", REFUSED, 0 },
	{ XBF_NODE_BACKEND_ID, "-1", REFUSED, 0 },
	{ XBF_NODE_STATE, NULL, FINE, 0 },
	{ XBF_NODE_STATE, "4", FINE, 4 },
	{ XBF_NODE_STATE, "9", IGNORED, 0 },
	{ XBF_NODE_STATE, "Connected", IGNORED, 0 },
	{ XBF_NODE_OWN_STATE, NULL, FINE, 0 },
	{ XBF_NODE_OWN_STATE, "1", FINE, 1 },
	{ XBF_NODE_OWN_STATE, "9", IGNORED, 0 },

	{ XBF_NODE_SERIAL, NULL, FINE, 0 },
	{ XBF_NODE_SERIAL, "AIAABGFiY2Q=", FINE, 12 },
	{ XBF_NODE_SERIAL, "AIA=", IGNORED, 0 },
	{ XBF_NODE_IDENTIFIERS, NULL, FINE, 0 },
	{ XBF_NODE_IDENTIFIERS, "AIMADAEDAAg=", FINE, 12 },
	{ XBF_NODE_IDENTIFIERS, "", IGNORED, 0 },

	/* Ours: what we write is what we would take. */
	{ XBF_NODE_PROTOCOL, "x86_64-abi", FINE, 10 },
	{ XBF_NODE_PROTOCOL, "", IGNORED, 0 },
	{ XBF_NODE_OWN_RING_ORDER, "1", FINE, 1 },
	{ XBF_NODE_OWN_RING_ORDER, "4", FINE, 4 },
	{ XBF_NODE_OWN_RING_ORDER, "5", CLAMPED, 4 },
	{ XBF_NODE_OWN_RING_PAGES, "2", FINE, 2 },
	{ XBF_NODE_OWN_RING_PAGES, "16", FINE, 16 },
	{ XBF_NODE_OWN_RING_PAGES, "3", IGNORED, 0 },
	{ XBF_NODE_OWN_QUEUES, "2", FINE, 2 },
	{ XBF_NODE_OWN_QUEUES, "1", CLAMPED, 2 },
	{ XBF_NODE_QUEUE, "", FINE, 0 },
	{ XBF_NODE_QUEUE, "a directory", IGNORED, 0 },
	{ XBF_NODE_RING_REF, "8", FINE, 8 },
	{ XBF_NODE_RING_REF, "4294967296", CLAMPED, 0xffffffff },
	{ XBF_NODE_RING_REF_N, "4294967295", FINE, 0xffffffff },
	{ XBF_NODE_RING_REF_N, "x", IGNORED, 0 },
	{ XBF_NODE_EVENT_CHANNEL, "17", FINE, 17 },
	{ XBF_NODE_EVENT_CHANNEL, "0", CLAMPED, 1 },
};

/* Flags are all alike. */
static const enum xbf_node flags[] = {
	XBF_NODE_FLUSH,	  XBF_NODE_BARRIER,	   XBF_NODE_PERSISTENT,
	XBF_NODE_DISCARD, XBF_NODE_DISCARD_SECURE, XBF_NODE_REMOVABLE,
	XBF_NODE_ONLINE,  XBF_NODE_OWN_PERSISTENT, XBF_NODE_LARGE_SECTORS,
};

static const struct row flag_rows[] = {
	{ 0, NULL, FINE, 0 },	{ 0, "0", FINE, 0 },	   { 0, "1", FINE, 1 },
	{ 0, "2", CLAMPED, 1 }, { 0, MAX64, CLAMPED, 1 },  { 0, "-1", IGNORED, 0 },
	{ 0, "on", IGNORED, 0 }, { 0, "", IGNORED, 0 },
};

static void check(const struct row *row, enum xbf_node node)
{
	u64 val = ~0ull;
	enum xbf_note note = xbf_node_judge(node, row->raw, &val);

	if (note != row->note || val != row->val)
		fail_msg("%s = %s: note %u, value %llu", xbf_node_rows[node].key,
			 row->raw ? row->raw : "(missing)", note, (unsigned long long)val);
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

/* Of one node's tests: values that are fine, and values that are not. */
static void count(enum xbf_node node, u32 *good, u32 *bad)
{
	u32 i;

	for (i = 0; i < NR_OF(single); i++) {
		if (single[i].node != node || !single[i].raw)
			continue;
		if (single[i].note == XBF_NOTE_FINE)
			++*good;
		else
			++*bad;
	}
	for (i = 0; i < NR_OF(flags); i++) {
		if (flags[i] != node)
			continue;
		++*good;
		++*bad;
	}
}

static void every_node_is_tried_and_described(void **state)
{
	enum xbf_node node;

	(void)state;
	for (node = 0; node < XBF_NR_NODES; node++) {
		const struct xbf_node_row *row = &xbf_node_rows[node];
		u32 good = 0, bad = 0;

		assert_non_null(row->key);
		assert_non_null(row->want);
		assert_true(row->min <= row->max);
		count(node, &good, &bad);
		if (!good || !bad)
			fail_msg("%s: no good or no bad value is tried", row->key);
	}
}

/* Two rows for one node would be two opinions. */
static void no_node_has_two_rows(void **state)
{
	enum xbf_node i, j;

	(void)state;
	for (i = 0; i < XBF_NR_NODES; i++)
		for (j = 0; j < i; j++)
			assert_false(xbf_node_rows[i].own == xbf_node_rows[j].own &&
				     !strcmp(xbf_node_rows[i].key, xbf_node_rows[j].key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_whole_decimal_numbers_are_numbers),
		TEST(every_value_has_its_fate),
		TEST(every_node_is_tried_and_described),
		TEST(no_node_has_two_rows),
	};

	return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}

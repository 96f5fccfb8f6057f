// SPDX-License-Identifier: GPL-2.0
/*
 * features.c - raw xenstore values into a validated feature set.
 *
 * Numbers in xenstore are decimal strings (Xen public header blkif.h). They
 * are parsed whole, as u64, before they are compared with anything.
 */
#include "features.h"

#define GIB	(1u << 30)

/* A flag: 0 or 1, off unless the backend says so. */
#define FLAG(key_)								\
	{ .key = key_, .max = 1, .want = "0 or 1" }

const struct xbf_node_row xbf_node_rows[XBF_NR_NODES] = {
	[XBF_NODE_TRUSTED] = {
		/* Whoever mistypes it meant to lower trust. */
		.key = "trusted", .frontend = true, .max = 1, .fallback = 1, .garbage = 0,
		.want = "0 or 1" },
	[XBF_NODE_RING_ORDER] = {
		.key = "max-ring-page-order", .max = 4, .want = "0 to 4" },
	[XBF_NODE_MAX_QUEUES] = {
		.key = "multi-queue-max-queues", .min = 1, .max = 2048,
		.fallback = 1, .garbage = 1, .want = "1 to 2048" },
	[XBF_NODE_SECTORS] = {
		.key = "sectors", .required = true, .max = 1ull << 54,
		.want = "a number of 512-byte sectors up to 2^54" },
	[XBF_NODE_INFO] = {
		.key = "info", .required = true, .max = ~0u,
		.want = "a bit mask of 32 bits" },
	[XBF_NODE_SECTOR_SIZE] = {
		.key = "sector-size", .required = true, .power_of_two = true,
		.min = 512, .max = 65536,
		.want = "a power of two from 512 to the page size" },
	[XBF_NODE_PHYSICAL_SIZE] = {
		.key = "physical-sector-size", .power_of_two = true,
		.min = 512, .max = GIB,
		.want = "a power of two, at least sector-size" },
	[XBF_NODE_FLUSH] = FLAG("feature-flush-cache"),
	[XBF_NODE_BARRIER] = FLAG("feature-barrier"),
	[XBF_NODE_PERSISTENT] = FLAG("feature-persistent"),
	[XBF_NODE_MAX_INDIRECT] = {
		.key = "feature-max-indirect-segments", .max = 4096,
		.want = "12 to 4096, or 0" },
	[XBF_NODE_DISCARD] = FLAG("feature-discard"),
	[XBF_NODE_DISCARD_GRANULARITY] = {
		.key = "discard-granularity", .power_of_two = true, .min = 512, .max = GIB,
		.want = "a power of two from sector-size to 1 GiB" },
	[XBF_NODE_DISCARD_ALIGNMENT] = {
		.key = "discard-alignment", .max = GIB,
		.want = "below discard-granularity" },
	[XBF_NODE_DISCARD_SECURE] = FLAG("discard-secure"),
};

/**
 * xbf_parse_u64() - a decimal number, whole
 * @text: NUL-terminated
 * @val: set on success
 *
 * One trailing newline is forgiven: people write nodes by hand.
 *
 * Return: false for anything that is not exactly one u64.
 */
bool xbf_parse_u64(const char *text, u64 *val)
{
	u64 n = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		u32 digit = *text - '0';

		if (n > (~0ull - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (*text == '\n')
		text++;
	*val = n;
	return !*text;
}

static bool is_power_of_two(u64 n)
{
	return n && !(n & (n - 1));
}

static enum xbf_note judge(const struct xbf_node_row *row, const char *raw, u64 *val)
{
	enum xbf_note bad = row->required ? XBF_NOTE_REFUSED : XBF_NOTE_IGNORED;
	u64 n;

	*val = row->fallback;
	if (!raw)
		return row->required ? XBF_NOTE_REFUSED : XBF_NOTE_FINE;
	if (!xbf_parse_u64(raw, &n)) {
		*val = row->garbage;
		return bad;
	}
	if (row->power_of_two && !is_power_of_two(n))
		return bad;
	if (n < row->min || n > row->max) {
		if (row->required || row->power_of_two)
			return bad;
		*val = n < row->min ? row->min : row->max;
		return XBF_NOTE_CLAMPED;
	}
	*val = n;
	return XBF_NOTE_FINE;
}

/**
 * xbf_feature_set() - take the raw value of one node
 * @f: the set
 * @node: which node
 * @raw: its string, or NULL when it is missing
 *
 * Return: what became of it; also in @f->note.
 */
enum xbf_note xbf_feature_set(struct xbf_features *f, enum xbf_node node, const char *raw)
{
	enum xbf_note note = judge(&xbf_node_rows[node], raw, &f->val[node]);

	f->note[node] = note;
	return note;
}

static void reject(struct xbf_features *f, enum xbf_node node, u64 instead)
{
	f->val[node] = instead;
	f->note[node] = XBF_NOTE_IGNORED;
}

static void check_discard(struct xbf_features *f, u64 logical, u64 physical)
{
	u64 *granularity = &f->val[XBF_NODE_DISCARD_GRANULARITY];

	if (!*granularity)
		*granularity = physical;
	else if (*granularity < logical)
		reject(f, XBF_NODE_DISCARD_GRANULARITY, physical);
	if (f->val[XBF_NODE_DISCARD_ALIGNMENT] >= *granularity)
		reject(f, XBF_NODE_DISCARD_ALIGNMENT, 0);
}

/**
 * xbf_features_check() - check the values against each other
 * @f: all nodes set
 * @page_size: of this kernel, in bytes
 *
 * Return: false when a node that a disk needs was refused; @f->note tells.
 */
bool xbf_features_check(struct xbf_features *f, u32 page_size)
{
	u64 logical = f->val[XBF_NODE_SECTOR_SIZE];
	u64 *physical = &f->val[XBF_NODE_PHYSICAL_SIZE];
	u32 i;

	if (logical > page_size)
		f->note[XBF_NODE_SECTOR_SIZE] = XBF_NOTE_REFUSED;
	if (!*physical)
		*physical = logical;
	else if (*physical < logical)
		reject(f, XBF_NODE_PHYSICAL_SIZE, logical);
	/* A direct request carries 11: fewer than 12 are no gain. */
	if (f->val[XBF_NODE_MAX_INDIRECT] && f->val[XBF_NODE_MAX_INDIRECT] < 12)
		reject(f, XBF_NODE_MAX_INDIRECT, 0);
	check_discard(f, logical, *physical);

	for (i = 0; i < XBF_NR_NODES; i++)
		if (f->note[i] == XBF_NOTE_REFUSED)
			return false;
	return true;
}

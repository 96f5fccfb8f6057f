// SPDX-License-Identifier: GPL-2.0
/*
 * features.c - nodes that have been read into a validated feature set.
 */
#include "features.h"

#include <xen/interface/io/blkif.h>

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
	enum xbf_note note = xbf_node_judge(node, raw, &f->val[node]);

	f->note[node] = note;
	return note;
}

static void reject(struct xbf_features *f, enum xbf_node node, u64 instead)
{
	f->val[node] = instead;
	f->note[node] = XBF_NOTE_IGNORED;
}

/*
 * Sectors have 512 bytes whatever the size of a block. Who counts in blocks, or
 * has half a block at the end, is told so; only whole ones are used.
 */
static void check_capacity(struct xbf_features *f, u64 logical)
{
	u64 *sectors = &f->val[XBF_NODE_SECTORS];
	u64 rest = *sectors & ((logical >> XBF_SECTOR_SHIFT) - 1);

	if (!rest || f->note[XBF_NODE_SECTORS] == XBF_NOTE_REFUSED)
		return;
	*sectors -= rest;
	f->note[XBF_NODE_SECTORS] = XBF_NOTE_CLAMPED;
}

static void check_discard(struct xbf_features *f, u64 logical, u64 physical)
{
	u64 *granularity = &f->val[XBF_NODE_DISCARD_GRANULARITY];

	/* blkif.h has sector-size for a missing one; what makes no sense is no smaller. */
	if (!*granularity)
		*granularity = f->note[XBF_NODE_DISCARD_GRANULARITY] ? physical : logical;
	else if (*granularity < logical)
		reject(f, XBF_NODE_DISCARD_GRANULARITY, physical);
	if (f->val[XBF_NODE_DISCARD_ALIGNMENT] >= *granularity)
		reject(f, XBF_NODE_DISCARD_ALIGNMENT, 0);
}

/**
 * xbf_features_check() - check the values against each other
 * @f: all nodes set
 *
 * Return: false when a node that a disk needs was refused; @f->note tells.
 */
bool xbf_features_check(struct xbf_features *f)
{
	u64 logical = f->val[XBF_NODE_SECTOR_SIZE];
	u64 *physical = &f->val[XBF_NODE_PHYSICAL_SIZE];
	u32 i;

	if (f->note[XBF_NODE_SECTOR_SIZE] != XBF_NOTE_REFUSED)
		check_capacity(f, logical);
	if (!*physical)
		*physical = logical;
	else if (*physical < logical)
		reject(f, XBF_NODE_PHYSICAL_SIZE, logical);
	/* A direct request carries 11: fewer than 12 are no gain. */
	if (f->val[XBF_NODE_MAX_INDIRECT] && f->val[XBF_NODE_MAX_INDIRECT] < 12)
		reject(f, XBF_NODE_MAX_INDIRECT, 0);
	check_discard(f, logical, *physical);

	for (i = 0; i < XBF_NR_FEATURES; i++)
		if (f->note[i] == XBF_NOTE_REFUSED)
			return false;
	return true;
}

/**
 * xbf_features_ring_order() - how large a ring does the backend take?
 * @f: the nodes up to XBF_NODE_CONNECTED are set
 *
 * Two dialects have a node each; a backend may speak both.
 *
 * Return: log2 of the pages.
 */
u32 xbf_features_ring_order(const struct xbf_features *f)
{
	u32 order = f->val[XBF_NODE_RING_ORDER];
	u64 pages = f->val[XBF_NODE_RING_PAGES];

	if (order)
		return order;
	while (pages >> (order + 1))
		order++;
	return order;
}

/**
 * xbf_features_info() - is the disk read-only, removable, a CD?
 * @f: the nodes of the disk are set
 *
 * Return: VDISK_ bits.
 */
u32 xbf_features_info(const struct xbf_features *f)
{
	u32 info = f->val[XBF_NODE_INFO];

	return f->val[XBF_NODE_REMOVABLE] ? info | VDISK_REMOVABLE : info;
}

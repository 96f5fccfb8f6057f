/* SPDX-License-Identifier: GPL-2.0 */
/*
 * features.h - what the backend says in xenstore, validated.
 *
 * One row of one table per node (features.c). connect.c reads the raw strings
 * and reports what was wrong; nothing else in the driver parses a node.
 */
#ifndef XBF_CORE_FEATURES_H
#define XBF_CORE_FEATURES_H

#include "env.h"

/* Nodes of blkif.h, in the order in which they are checked. */
enum xbf_node {
	/* known once the backend is in InitWait */
	XBF_NODE_TRUSTED,
	XBF_NODE_RING_ORDER,
	XBF_NODE_MAX_QUEUES,
	/* known once the backend is Connected */
	XBF_NODE_SECTORS,
	XBF_NODE_INFO,
	XBF_NODE_SECTOR_SIZE,
	XBF_NODE_PHYSICAL_SIZE,
	XBF_NODE_FLUSH,
	XBF_NODE_BARRIER,
	XBF_NODE_PERSISTENT,
	XBF_NODE_MAX_INDIRECT,
	XBF_NODE_DISCARD,
	XBF_NODE_DISCARD_GRANULARITY,
	XBF_NODE_DISCARD_ALIGNMENT,
	XBF_NODE_DISCARD_SECURE,
	XBF_NR_NODES,
	XBF_NODE_CONNECTED = XBF_NODE_SECTORS,
};

/* What became of a node's value. */
enum xbf_note {
	XBF_NOTE_FINE,		/* as it stands, or absent and optional */
	XBF_NOTE_CLAMPED,	/* out of range: the nearest value is used */
	XBF_NOTE_IGNORED,	/* makes no sense: as if it were not there */
	XBF_NOTE_REFUSED,	/* without it there is no disk */
};

/**
 * struct xbf_node_row - all there is to know of one node
 * @key: its name
 * @frontend: it stands in our own directory, not the backend's
 * @required: no disk without it
 * @power_of_two: other numbers are as bad as garbage
 * @min: smallest value that makes sense
 * @max: largest; larger ones are clamped or, if @required, refused
 * @fallback: what a missing or ignored node means
 * @garbage: what a node means that is not a number
 * @want: what a good value is, for the message to the admin
 */
struct xbf_node_row {
	const char *key;
	bool frontend;
	bool required;
	bool power_of_two;
	u64 min;
	u64 max;
	u64 fallback;
	u64 garbage;
	const char *want;
};

extern const struct xbf_node_row xbf_node_rows[XBF_NR_NODES];

/**
 * struct xbf_features - validated values
 * @val: indexed by enum xbf_node
 * @note: what became of each
 */
struct xbf_features {
	u64 val[XBF_NR_NODES];
	u8 note[XBF_NR_NODES];
};

bool xbf_parse_u64(const char *text, u64 *val);
enum xbf_note xbf_feature_set(struct xbf_features *f, enum xbf_node node, const char *raw);
bool xbf_features_check(struct xbf_features *f, u32 page_size);

#endif /* XBF_CORE_FEATURES_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * node.h - every xenstore node of a vbd that this driver reads or writes.
 *
 * One row of one table per node (node.c). Reading, judging, the messages to the
 * admin, the table in docs/protocol.md and the dictionary for fuzzing come from
 * it; nothing else in the driver knows a node's name or what is in range.
 */
#ifndef XBF_CORE_NODE_H
#define XBF_CORE_NODE_H

#include "env.h"

enum xbf_node {
	/* What a disk is made from: struct xbf_features has their values. */
	/* known once the backend is in InitWait */
	XBF_NODE_TRUSTED,
	XBF_NODE_RING_ORDER,
	XBF_NODE_RING_PAGES,
	XBF_NODE_MAX_QUEUES,
	/* known once the backend is Connected */
	XBF_NODE_SECTORS,
	XBF_NODE_INFO,
	XBF_NODE_SECTOR_SIZE,
	XBF_NODE_PHYSICAL_SIZE,
	XBF_NODE_REMOVABLE,
	XBF_NODE_FLUSH,
	XBF_NODE_BARRIER,
	XBF_NODE_PERSISTENT,
	XBF_NODE_MAX_INDIRECT,
	XBF_NODE_DISCARD,
	XBF_NODE_DISCARD_GRANULARITY,
	XBF_NODE_DISCARD_ALIGNMENT,
	XBF_NODE_DISCARD_SECURE,
	XBF_NR_FEATURES,
	XBF_NODE_CONNECTED = XBF_NODE_SECTORS,

	/* Who and where the two sides are. */
	XBF_NODE_VDEV = XBF_NR_FEATURES,
	XBF_NODE_VDEV_EXT,
	XBF_NODE_DEVICE_TYPE,
	XBF_NODE_BACKEND,
	XBF_NODE_BACKEND_ID,
	XBF_NODE_STATE,
	XBF_NODE_ONLINE,
	XBF_NODE_SERIAL,
	XBF_NODE_IDENTIFIERS,

	/* What we write. */
	XBF_NODE_OWN_STATE,
	XBF_NODE_PROTOCOL,
	XBF_NODE_OWN_PERSISTENT,
	XBF_NODE_OWN_RING_ORDER,
	XBF_NODE_OWN_RING_PAGES,
	XBF_NODE_OWN_QUEUES,
	XBF_NODE_QUEUE,
	XBF_NODE_RING_REF,
	XBF_NODE_RING_REF_N,
	XBF_NODE_EVENT_CHANNEL,
	XBF_NODE_LARGE_SECTORS,
	XBF_NR_NODES,
};

/* What became of a node's value. */
enum xbf_note {
	XBF_NOTE_FINE,		/* as it stands, or absent and optional */
	XBF_NOTE_CLAMPED,	/* out of range: the nearest value is used */
	XBF_NOTE_IGNORED,	/* makes no sense: as if it were not there */
	XBF_NOTE_REFUSED,	/* without it there is no disk */
};

enum xbf_node_type {
	XBF_TYPE_FLAG,		/* 0 or 1 */
	XBF_TYPE_NUMBER,	/* out of range: the nearest that is in range */
	XBF_TYPE_POWER,		/* of two; any other number is as bad as garbage */
	XBF_TYPE_EXACT,		/* a number that is in range or as bad as garbage */
	XBF_TYPE_TEXT,		/* @min to @max characters; the value is how many */
};

/**
 * struct xbf_node_row - all there is to know of one node
 * @key: its name
 * @type: enum xbf_node_type
 * @own: it stands in our own directory, not the backend's
 * @written: by us
 * @required: no disk without it
 * @min: smallest value that makes sense
 * @max: largest
 * @fallback: what a missing or ignored node means
 * @garbage: what a node means that is not a number
 * @want: what a good value is, for the message to the admin
 */
struct xbf_node_row {
	const char *key;
	u8 type;
	bool own;
	bool written;
	bool required;
	u64 min;
	u64 max;
	u64 fallback;
	u64 garbage;
	const char *want;
};

extern const struct xbf_node_row xbf_node_rows[XBF_NR_NODES];

bool xbf_parse_u64(const char *text, u64 *val);
enum xbf_note xbf_node_judge(enum xbf_node node, const char *raw, u64 *val);

#endif /* XBF_CORE_NODE_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * node.c - the table of xenstore nodes, and what one node's text is worth.
 *
 * Numbers in xenstore are decimal strings (Xen public header blkif.h). They
 * are parsed whole, as u64, before they are compared with anything.
 */
#include "node.h"

#define GIB	(1u << 30)
/* Of a path in xenstore, and of anything a node may hold. */
#define PATH_MAX_LEN	3072
#define VALUE_MAX_LEN	4096

/* A flag is off unless somebody says so. */
#define FLAG(key_, ...)								\
	{ .key = key_, .type = XBF_TYPE_FLAG, .max = 1, .want = "0 or 1", ##__VA_ARGS__ }

const struct xbf_node_row xbf_node_rows[XBF_NR_NODES] = {
	/* Whoever mistypes it meant to lower trust. */
	[XBF_NODE_TRUSTED] = FLAG("trusted", .own = true, .fallback = 1),
	[XBF_NODE_RING_ORDER] = { .key = "max-ring-page-order",
				  .type = XBF_TYPE_NUMBER,
				  .max = 4,
				  .want = "0 to 4" },
	/* An older dialect's. */
	[XBF_NODE_RING_PAGES] = { .key = "max-ring-pages",
				  .type = XBF_TYPE_NUMBER,
				  .min = 1,
				  .max = 16,
				  .fallback = 1,
				  .garbage = 1,
				  .want = "a power of two from 1 to 16" },
	[XBF_NODE_MAX_QUEUES] = { .key = "multi-queue-max-queues",
				  .type = XBF_TYPE_NUMBER,
				  .min = 1,
				  .max = 2048,
				  .fallback = 1,
				  .garbage = 1,
				  .want = "1 to 2048" },

	[XBF_NODE_SECTORS] = { .key = "sectors",
			       .type = XBF_TYPE_EXACT,
			       .required = true,
			       .max = 1ull << 54,
			       .want = "a number of 512-byte sectors up to 2^54 that makes whole blocks" },
	[XBF_NODE_INFO] = { .key = "info",
			    .type = XBF_TYPE_EXACT,
			    .required = true,
			    .max = ~0u,
			    .want = "a bit mask of 32 bits" },
	[XBF_NODE_SECTOR_SIZE] = { .key = "sector-size",
				   .type = XBF_TYPE_POWER,
				   .required = true,
				   .min = 512,
				   /* A request may be cut wherever a grant ends. */
				   .max = XBF_FRAME_SIZE,
				   .want = "a power of two from 512 to 4096" },
	[XBF_NODE_PHYSICAL_SIZE] = { .key = "physical-sector-size",
				     .type = XBF_TYPE_POWER,
				     .min = 512,
				     .max = GIB,
				     .want = "a power of two, at least sector-size" },
	/* Some toolstacks say it here instead of in info. */
	[XBF_NODE_REMOVABLE] = FLAG("removable"),
	[XBF_NODE_FLUSH] = FLAG("feature-flush-cache"),
	[XBF_NODE_BARRIER] = FLAG("feature-barrier"),
	[XBF_NODE_PERSISTENT] = FLAG("feature-persistent"),
	[XBF_NODE_MAX_INDIRECT] = { .key = "feature-max-indirect-segments",
				    .type = XBF_TYPE_NUMBER,
				    .max = 4096,
				    .want = "12 to 4096, or 0" },
	[XBF_NODE_DISCARD] = FLAG("feature-discard"),
	[XBF_NODE_DISCARD_GRANULARITY] = { .key = "discard-granularity",
					   .type = XBF_TYPE_POWER,
					   .min = 512,
					   .max = GIB,
					   .want = "a power of two from sector-size to 1 GiB" },
	[XBF_NODE_DISCARD_ALIGNMENT] = { .key = "discard-alignment",
					 .type = XBF_TYPE_NUMBER,
					 .max = GIB,
					 .want = "below discard-granularity" },
	[XBF_NODE_DISCARD_SECURE] = FLAG("discard-secure"),

	[XBF_NODE_VDEV] = { .key = "virtual-device",
			    .type = XBF_TYPE_EXACT,
			    .own = true,
			    .required = true,
			    .max = (1u << 29) - 1,
			    .want = "the number of a virtual disk" },
	[XBF_NODE_VDEV_EXT] = { .key = "virtual-device-ext",
				.type = XBF_TYPE_EXACT,
				.own = true,
				.required = true,
				.max = (1u << 29) - 1,
				.want = "the number of a virtual disk" },
	[XBF_NODE_DEVICE_TYPE] = { .key = "device-type",
				   .type = XBF_TYPE_TEXT,
				   .own = true,
				   .min = 1,
				   .max = 16,
				   .want = "disk, cdrom or floppy" },
	[XBF_NODE_BACKEND] = { .key = "backend",
			       .type = XBF_TYPE_TEXT,
			       .own = true,
			       .required = true,
			       .min = 1,
			       .max = PATH_MAX_LEN,
			       .want = "the path of the backend's directory" },
	[XBF_NODE_BACKEND_ID] = { .key = "backend-id",
				  .type = XBF_TYPE_EXACT,
				  .own = true,
				  .required = true,
				  .max = 0x7fef,
				  .want = "the number of a domain" },
	[XBF_NODE_STATE] = { .key = "state",
			     .type = XBF_TYPE_EXACT,
			     .max = 8,
			     .want = "a state from 1 to 8" },
	[XBF_NODE_ONLINE] = FLAG("online"),
	[XBF_NODE_SERIAL] = { .key = "sm-data/scsi/0x12/0x80",
			      .type = XBF_TYPE_TEXT,
			      .min = 8,
			      .max = VALUE_MAX_LEN,
			      .want = "a SCSI page with a serial number, in base64" },
	[XBF_NODE_IDENTIFIERS] = { .key = "sm-data/scsi/0x12/0x83",
				   .type = XBF_TYPE_TEXT,
				   .min = 8,
				   .max = VALUE_MAX_LEN,
				   .want = "a SCSI page with identifiers, in base64" },

	[XBF_NODE_OWN_STATE] = { .key = "state",
				 .type = XBF_TYPE_EXACT,
				 .own = true,
				 .written = true,
				 .max = 8,
				 .want = "a state from 1 to 8" },
	[XBF_NODE_PROTOCOL] = { .key = "protocol",
				.type = XBF_TYPE_TEXT,
				.own = true,
				.written = true,
				.min = 1,
				.max = 16,
				.want = "the native one: x86_64-abi, x86_32-abi, arm-abi" },
	[XBF_NODE_OWN_PERSISTENT] = FLAG("feature-persistent", .own = true, .written = true),
	/* In both dialects, and in none where it is one page. */
	[XBF_NODE_OWN_RING_ORDER] = { .key = "ring-page-order",
				      .type = XBF_TYPE_NUMBER,
				      .own = true,
				      .written = true,
				      .min = 1,
				      .max = 4,
				      .want = "1 to 4" },
	[XBF_NODE_OWN_RING_PAGES] = { .key = "num-ring-pages",
				      .type = XBF_TYPE_POWER,
				      .own = true,
				      .written = true,
				      .min = 2,
				      .max = 16,
				      .want = "a power of two from 2 to 16" },
	/* With one queue these stand in our directory itself, otherwise below queue-N. */
	[XBF_NODE_OWN_QUEUES] = { .key = "multi-queue-num-queues",
				  .type = XBF_TYPE_NUMBER,
				  .own = true,
				  .written = true,
				  .min = 2,
				  .max = 2048,
				  .want = "2 to 2048" },
	[XBF_NODE_QUEUE] = { .key = "queue-%u",
			     .type = XBF_TYPE_TEXT,
			     .own = true,
			     .written = true,
			     .want = "a directory for each queue" },
	[XBF_NODE_RING_REF] = { .key = "ring-ref",
				.type = XBF_TYPE_NUMBER,
				.own = true,
				.written = true,
				.max = ~0u,
				.want = "a grant reference" },
	[XBF_NODE_RING_REF_N] = { .key = "ring-ref%u",
				  .type = XBF_TYPE_NUMBER,
				  .own = true,
				  .written = true,
				  .max = ~0u,
				  .want = "a grant reference for each page" },
	[XBF_NODE_EVENT_CHANNEL] = { .key = "event-channel",
				     .type = XBF_TYPE_NUMBER,
				     .own = true,
				     .written = true,
				     .min = 1,
				     .max = ~0u,
				     .want = "a port" },
	/* A driver before us may have left it; it changes the unit of every number. */
	[XBF_NODE_LARGE_SECTORS] = FLAG("feature-large-sector-size", .own = true, .written = true),
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

/* What a node holds; a text is as many as it has characters. */
static bool parse(const struct xbf_node_row *row, const char *raw, u64 *n)
{
	if (row->type != XBF_TYPE_TEXT)
		return xbf_parse_u64(raw, n);
	*n = strlen(raw);
	return true;
}

/**
 * xbf_node_judge() - what is the text of a node worth?
 * @node: which node
 * @raw: its text, or NULL when it is missing
 * @val: set to what is to be used
 *
 * Return: what became of it.
 */
enum xbf_note xbf_node_judge(enum xbf_node node, const char *raw, u64 *val)
{
	const struct xbf_node_row *row = &xbf_node_rows[node];
	enum xbf_note bad = row->required ? XBF_NOTE_REFUSED : XBF_NOTE_IGNORED;
	u64 n;

	*val = row->fallback;
	if (!raw)
		return row->required ? XBF_NOTE_REFUSED : XBF_NOTE_FINE;
	if (!parse(row, raw, &n)) {
		*val = row->garbage;
		return bad;
	}
	if (row->type == XBF_TYPE_POWER && !is_power_of_two(n))
		return bad;
	if (n >= row->min && n <= row->max) {
		*val = n;
		return XBF_NOTE_FINE;
	}
	if (row->type > XBF_TYPE_NUMBER)
		return bad;
	*val = n < row->min ? row->min : row->max;
	return XBF_NOTE_CLAMPED;
}

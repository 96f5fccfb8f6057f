/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blkif.h - what a disk's ring holds, by Xen's protocol, in our own words.
 *
 * For kernels whose header lacks a part: include/compat/xen/interface/io/blkif.h gives these
 * the names of the protocol there. Everywhere else they are what the kernel's own header is
 * held against (include/compat/blkif-check.h); tests/compat/xen-public.c does the same
 * with Xen's. Each member is aligned as its type is: so it is right for 32 and 64 bits.
 */
#ifndef XBF_XEN_PUBLIC_BLKIF_H
#define XBF_XEN_PUBLIC_BLKIF_H

#include <linux/types.h>

/* What a request is to do. Secure: a discard of which nothing can be read again. */
#define XBF_BLKIF_READ		0
#define XBF_BLKIF_WRITE		1
#define XBF_BLKIF_BARRIER	2
#define XBF_BLKIF_FLUSH		3
#define XBF_BLKIF_DISCARD	5
#define XBF_BLKIF_INDIRECT	6
#define XBF_BLKIF_SECURE	1

/* What became of it. */
#define XBF_BLKIF_OKAY		0
#define XBF_BLKIF_FAILED	(-1)
#define XBF_BLKIF_UNSUPPORTED (-2)

/* What a disk is, bits of the node "info". */
#define XBF_BLKIF_CDROM		1
#define XBF_BLKIF_REMOVABLE	2
#define XBF_BLKIF_READONLY	4

#define XBF_BLKIF_SEGMENTS	11
#define XBF_BLKIF_PAGES		8

/**
 * struct xbf_blkif_segment - a piece of a granted frame
 * @gref: the grant
 * @first_sect: first sector of 512 bytes in the frame
 * @last_sect: last one, itself included
 */
struct xbf_blkif_segment {
	__u32 gref;
	__u8 first_sect;
	__u8 last_sect;
};

/* What names its segments itself, and a flush. */
struct xbf_blkif_rw {
	__u8 operation;
	__u8 nr_segments;
	__u16 handle;
	__u64 id;
	__u64 sector_number;
	struct xbf_blkif_segment seg[XBF_BLKIF_SEGMENTS];
};

struct xbf_blkif_discard {
	__u8 operation;
	__u8 flag;
	__u16 handle;
	__u64 id;
	__u64 sector_number;
	__u64 nr_sectors;
};

/* What names pages that are full of segments. */
struct xbf_blkif_indirect {
	__u8 operation;
	__u8 indirect_op;
	__u16 nr_segments;
	__u64 id;
	__u64 sector_number;
	__u16 handle;
	__u32 indirect_grefs[XBF_BLKIF_PAGES];
};

struct xbf_blkif_request {
	union {
		__u8 operation;
		union {
			struct xbf_blkif_rw rw;
			struct xbf_blkif_discard discard;
			struct xbf_blkif_indirect indirect;
		} u;
	};
};

struct xbf_blkif_response {
	__u64 id;
	__u8 operation;
	__s16 status;
};

union xbf_blkif_slot {
	struct xbf_blkif_request req;
	struct xbf_blkif_response rsp;
};

/**
 * struct xbf_blkif_ring - what both domains share
 * @req_prod: number of requests that the backend may look at
 * @req_event: the backend wants an event with this many
 * @rsp_prod: number of responses that we may look at
 * @rsp_event: we want an event with this many
 * @pad: of no meaning
 * @ring: the slots, of which there are a power of two
 */
struct xbf_blkif_ring {
	__u32 req_prod;
	__u32 req_event;
	__u32 rsp_prod;
	__u32 rsp_event;
	__u8 pad[48];
	union xbf_blkif_slot ring[1];
};

#endif /* XBF_XEN_PUBLIC_BLKIF_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blkif.h - the disk protocol with indirect descriptors. The kernel's own header is
 * taken, and requests in our words where it does not know them.
 */
#ifndef XBF_COMPAT_BLKIF_H
#define XBF_COMPAT_BLKIF_H

#ifdef XBF_HAVE_BLKIF_INDIRECT
#include_next <xen/interface/io/blkif.h>
#else
/* Up to 3.10. What the kernel makes of its requests gets other names, then is made anew. */
#define blkif_request		blkif_request_of_kernel
#define blkif_sring		blkif_sring_of_kernel
#define blkif_sring_entry	blkif_sring_entry_of_kernel
#define blkif_front_ring	blkif_front_ring_of_kernel
#define blkif_back_ring		blkif_back_ring_of_kernel
#include_next <xen/interface/io/blkif.h>
#undef blkif_request
#undef blkif_sring
#undef blkif_sring_entry
#undef blkif_front_ring
#undef blkif_back_ring

#define BLKIF_OP_INDIRECT			6
#define BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST	8

/* The layout is that of 64 bits: elsewhere the kernel's own requests have another. */
typedef char xbf_blkif_of_64_bits[offsetof(struct blkif_request_of_kernel, u.rw.id) == 8 ? 1 : -1];

struct blkif_request_indirect {
	u8 indirect_op;
	u16 nr_segments;
	u32 _pad1;
	u64 id;
	blkif_sector_t sector_number;
	blkif_vdev_t handle;
	u16 _pad2;
	grant_ref_t indirect_grefs[BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST];
	u32 _pad3;
} __packed;

struct blkif_request {
	u8 operation;
	union {
		struct blkif_request_rw rw;
		struct blkif_request_discard discard;
		struct blkif_request_other other;
		struct blkif_request_indirect indirect;
	} u;
} __packed;

DEFINE_RING_TYPES(blkif, struct blkif_request, struct blkif_response);
#endif

#endif /* XBF_COMPAT_BLKIF_H */

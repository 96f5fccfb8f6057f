/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blkif.h - requests for disks. The kernel's own header is taken where it has all of them.
 */
#ifndef XBF_COMPAT_BLKIF_H
#define XBF_COMPAT_BLKIF_H

#include_next <xen/interface/io/blkif.h>

#include "compat/blkif-check.h"

#ifndef XBF_HAVE_BLKIF_INDIRECT
/* Up to 3.10 it does not know indirect ones, so what stands in the ring is ours. */
#define blkif_request_segment	xbf_blkif_segment
#define blkif_request		xbf_blkif_request
#define blkif_response		xbf_blkif_response
#define blkif_sring_entry	xbf_blkif_slot
#define blkif_sring		xbf_blkif_ring

#define BLKIF_OP_INDIRECT			XBF_BLKIF_INDIRECT
#define BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST	XBF_BLKIF_PAGES
#endif

#endif /* XBF_COMPAT_BLKIF_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * xen-public.c - include/xen-public/blkif.h says what Xen's own header says. Nothing to
 * run: it compiles, for 32 and 64 bits, or it does not.
 */
#include <stddef.h>
#include <stdint.h>

#include <xen/xen.h>
#include <xen/io/blkif.h>

#include "xen-public/blkif.h"

#define SAME(theirs, ours)	_Static_assert((theirs) == (ours), #ours " is not " #theirs)
#define SAME_SIZE(theirs, ours)	SAME(sizeof(theirs), sizeof(ours))
#define SAME_PLACE(theirs, ours, member) \
	SAME(offsetof(struct theirs, member), offsetof(struct ours, member))
/* A request is several of Xen's structures, of which each begins with the operation. */
#define SAME_IN_REQUEST(theirs, kind, member)						\
	SAME_PLACE(theirs, xbf_blkif_##kind, member);					\
	SAME(offsetof(struct theirs, member),						\
	     offsetof(struct xbf_blkif_request, u.kind.member));			\
	SAME_SIZE(((struct theirs *)0)->member,						\
		  ((struct xbf_blkif_request *)0)->u.kind.member)

SAME(BLKIF_OP_READ, XBF_BLKIF_READ);
SAME(BLKIF_OP_WRITE, XBF_BLKIF_WRITE);
SAME(BLKIF_OP_WRITE_BARRIER, XBF_BLKIF_BARRIER);
SAME(BLKIF_OP_FLUSH_DISKCACHE, XBF_BLKIF_FLUSH);
SAME(BLKIF_OP_DISCARD, XBF_BLKIF_DISCARD);
SAME(BLKIF_OP_INDIRECT, XBF_BLKIF_INDIRECT);
SAME(BLKIF_DISCARD_SECURE, XBF_BLKIF_SECURE);
SAME(BLKIF_RSP_OKAY, XBF_BLKIF_OKAY);
SAME(BLKIF_RSP_ERROR, XBF_BLKIF_FAILED);
SAME(BLKIF_RSP_EOPNOTSUPP, XBF_BLKIF_UNSUPPORTED);
SAME(BLKIF_MAX_SEGMENTS_PER_REQUEST, XBF_BLKIF_SEGMENTS);
SAME(BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST, XBF_BLKIF_PAGES);
SAME(VDISK_CDROM, XBF_BLKIF_CDROM);
SAME(VDISK_REMOVABLE, XBF_BLKIF_REMOVABLE);
SAME(VDISK_READONLY, XBF_BLKIF_READONLY);

SAME_SIZE(struct blkif_request_segment, struct xbf_blkif_segment);
SAME_PLACE(blkif_request_segment, xbf_blkif_segment, gref);
SAME_PLACE(blkif_request_segment, xbf_blkif_segment, first_sect);
SAME_PLACE(blkif_request_segment, xbf_blkif_segment, last_sect);

SAME_SIZE(struct blkif_request, struct xbf_blkif_request);
SAME_IN_REQUEST(blkif_request, rw, operation);
SAME_IN_REQUEST(blkif_request, rw, nr_segments);
SAME_IN_REQUEST(blkif_request, rw, handle);
SAME_IN_REQUEST(blkif_request, rw, id);
SAME_IN_REQUEST(blkif_request, rw, sector_number);
SAME_IN_REQUEST(blkif_request, rw, seg);

SAME_IN_REQUEST(blkif_request_discard, discard, operation);
SAME_IN_REQUEST(blkif_request_discard, discard, flag);
SAME_IN_REQUEST(blkif_request_discard, discard, handle);
SAME_IN_REQUEST(blkif_request_discard, discard, id);
SAME_IN_REQUEST(blkif_request_discard, discard, sector_number);
SAME_IN_REQUEST(blkif_request_discard, discard, nr_sectors);

SAME_IN_REQUEST(blkif_request_indirect, indirect, operation);
SAME_IN_REQUEST(blkif_request_indirect, indirect, indirect_op);
SAME_IN_REQUEST(blkif_request_indirect, indirect, nr_segments);
SAME_IN_REQUEST(blkif_request_indirect, indirect, id);
SAME_IN_REQUEST(blkif_request_indirect, indirect, sector_number);
SAME_IN_REQUEST(blkif_request_indirect, indirect, handle);
SAME_IN_REQUEST(blkif_request_indirect, indirect, indirect_grefs);

SAME(0, offsetof(struct xbf_blkif_request, operation));

SAME_SIZE(struct blkif_response, struct xbf_blkif_response);
SAME_PLACE(blkif_response, xbf_blkif_response, id);
SAME_PLACE(blkif_response, xbf_blkif_response, operation);
SAME_PLACE(blkif_response, xbf_blkif_response, status);

SAME_SIZE(union blkif_sring_entry, union xbf_blkif_slot);
SAME_PLACE(blkif_sring, xbf_blkif_ring, req_prod);
SAME_PLACE(blkif_sring, xbf_blkif_ring, req_event);
SAME_PLACE(blkif_sring, xbf_blkif_ring, rsp_prod);
SAME_PLACE(blkif_sring, xbf_blkif_ring, rsp_event);
SAME_PLACE(blkif_sring, xbf_blkif_ring, ring);

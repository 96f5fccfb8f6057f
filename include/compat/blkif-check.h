/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blkif-check.h - what the kernel's own header says of disks is what xen-public/blkif.h says.
 * Nothing of it is left in the module; where the two differ, the build ends here.
 */
#ifndef XBF_COMPAT_BLKIF_CHECK_H
#define XBF_COMPAT_BLKIF_CHECK_H

#include <linux/stddef.h>

#include "xen-public/blkif.h"

/* An array of no negative size, declared as often as one likes and never made. */
#define XBF_CHECK(condition)	extern char xbf_differs_from_xen_public[(condition) ? 1 : -1]

#define XBF_CHECK_SIZE(theirs, ours)	XBF_CHECK(sizeof(theirs) == sizeof(ours))
#define XBF_CHECK_PLACE(theirs, ours, member)					\
	XBF_CHECK(offsetof(theirs, member) == offsetof(ours, member));		\
	XBF_CHECK_SIZE(((theirs *)0)->member, ((ours *)0)->member)
#define XBF_CHECK_REQUEST(member) \
	XBF_CHECK_PLACE(struct blkif_request, struct xbf_blkif_request, member)

XBF_CHECK(BLKIF_OP_READ == XBF_BLKIF_READ);
XBF_CHECK(BLKIF_OP_WRITE == XBF_BLKIF_WRITE);
XBF_CHECK(BLKIF_OP_WRITE_BARRIER == XBF_BLKIF_BARRIER);
XBF_CHECK(BLKIF_OP_FLUSH_DISKCACHE == XBF_BLKIF_FLUSH);
XBF_CHECK(BLKIF_OP_DISCARD == XBF_BLKIF_DISCARD);
XBF_CHECK(BLKIF_DISCARD_SECURE == XBF_BLKIF_SECURE);
XBF_CHECK(BLKIF_RSP_OKAY == XBF_BLKIF_OKAY);
XBF_CHECK(BLKIF_RSP_ERROR == XBF_BLKIF_FAILED);
XBF_CHECK(BLKIF_RSP_EOPNOTSUPP == XBF_BLKIF_UNSUPPORTED);
XBF_CHECK(BLKIF_MAX_SEGMENTS_PER_REQUEST == XBF_BLKIF_SEGMENTS);
XBF_CHECK(VDISK_CDROM == XBF_BLKIF_CDROM);
XBF_CHECK(VDISK_REMOVABLE == XBF_BLKIF_REMOVABLE);
XBF_CHECK(VDISK_READONLY == XBF_BLKIF_READONLY);

XBF_CHECK_SIZE(struct blkif_request_segment, struct xbf_blkif_segment);
XBF_CHECK_PLACE(struct blkif_request_segment, struct xbf_blkif_segment, gref);
XBF_CHECK_PLACE(struct blkif_request_segment, struct xbf_blkif_segment, first_sect);
XBF_CHECK_PLACE(struct blkif_request_segment, struct xbf_blkif_segment, last_sect);

XBF_CHECK_REQUEST(operation);
XBF_CHECK_REQUEST(u.rw.nr_segments);
XBF_CHECK_REQUEST(u.rw.handle);
XBF_CHECK_REQUEST(u.rw.id);
XBF_CHECK_REQUEST(u.rw.sector_number);
XBF_CHECK_REQUEST(u.rw.seg);
XBF_CHECK_REQUEST(u.discard.flag);
XBF_CHECK_REQUEST(u.discard.id);
XBF_CHECK_REQUEST(u.discard.sector_number);
XBF_CHECK_REQUEST(u.discard.nr_sectors);

#ifdef XBF_HAVE_BLKIF_INDIRECT
XBF_CHECK(BLKIF_OP_INDIRECT == XBF_BLKIF_INDIRECT);
XBF_CHECK(BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST == XBF_BLKIF_PAGES);
XBF_CHECK_REQUEST(u.indirect.indirect_op);
XBF_CHECK_REQUEST(u.indirect.nr_segments);
XBF_CHECK_REQUEST(u.indirect.id);
XBF_CHECK_REQUEST(u.indirect.sector_number);
XBF_CHECK_REQUEST(u.indirect.handle);
XBF_CHECK_REQUEST(u.indirect.indirect_grefs);
#endif

XBF_CHECK_SIZE(struct blkif_response, struct xbf_blkif_response);
XBF_CHECK_PLACE(struct blkif_response, struct xbf_blkif_response, id);
XBF_CHECK_PLACE(struct blkif_response, struct xbf_blkif_response, operation);
XBF_CHECK_PLACE(struct blkif_response, struct xbf_blkif_response, status);

XBF_CHECK_SIZE(union blkif_sring_entry, union xbf_blkif_slot);
XBF_CHECK_PLACE(struct blkif_sring, struct xbf_blkif_ring, req_prod);
XBF_CHECK_PLACE(struct blkif_sring, struct xbf_blkif_ring, req_event);
XBF_CHECK_PLACE(struct blkif_sring, struct xbf_blkif_ring, rsp_prod);
XBF_CHECK_PLACE(struct blkif_sring, struct xbf_blkif_ring, rsp_event);
/* Of no size where the kernel says that there are any number of slots. */
XBF_CHECK(offsetof(struct blkif_sring, ring) == offsetof(struct xbf_blkif_ring, ring));

#endif /* XBF_COMPAT_BLKIF_CHECK_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * request.h - from the segments of a request to descriptors in ring slots.
 *
 * A request moves in rounds. Nearly always one round carries all of it in one
 * slot: up to 11 segments directly, more by way of indirect pages. Where the
 * backend has no indirect descriptors (or a barrier cannot use them) a round
 * takes several slots, its parts; where grants are short a round carries what
 * the pool could give, and the next one goes out when it is done.
 *
 * The way down: xbf_request_start(), then for every round xbf_round_begin(),
 * xbf_seg_add() once per piece of at most one frame, xbf_round_ready(), all
 * without a lock; then xbf_ring_put() under the producer lock.
 * The way up: xbf_reap(), xbf_seg_copy_back() per piece of a bounced read,
 * xbf_round_end(), and xbf_round_next() to see whether there is more.
 */
#ifndef XBF_CORE_REQUEST_H
#define XBF_CORE_REQUEST_H

#include "grant.h"
#include "ring.h"
#include "shadow.h"

#define XBF_SEGS_DIRECT		BLKIF_MAX_SEGMENTS_PER_REQUEST
#define XBF_SEGS_PER_PAGE	(XBF_FRAME_SIZE / (u32)sizeof(struct blkif_request_segment))
/* What the parts of one round can carry without indirect descriptors. */
#define XBF_SEGS_SPLIT		(XBF_SEGS_DIRECT * XBF_MAX_PARTS)
#define XBF_SEGS_MAX		(XBF_SEGS_PER_PAGE * BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST)

/**
 * struct xbf_grants - where a queue's requests get their grants from
 * @data: grants for the payload
 * @indirect: pages for indirect segments; empty where not offered
 * @max_indirect: segments per indirect request; 0: not offered
 * @scrub: the backend is not trusted: it sees no byte beside the payload, and
 *	   a read it does not answer with data reads as zeroes
 */
struct xbf_grants {
	struct xbf_pool data;
	struct xbf_pool indirect;
	u16 max_indirect;
	bool scrub;
};

/**
 * struct xbf_prep - a batch of requests being prepared
 * @grants: where they come from
 * @next: grants taken and not used yet
 * @sh: the request being prepared
 */
struct xbf_prep {
	struct xbf_grants *grants;
	struct xbf_gnt *next;
	struct xbf_shadow *sh;
};

/* What became of a request at the ring. */
enum xbf_put {
	XBF_PUT_OK,		/* filled in, to be pushed */
	XBF_PUT_WAIT,		/* no slots, or the gate is on HOLD */
	XBF_PUT_DEAD,		/* the disk is broken */
};

void xbf_request_start(struct xbf_shadow *sh, void *owner, u8 op, u64 sector,
		       u32 nr_segs);
u32 xbf_round_size(const struct xbf_grants *grants, const struct xbf_shadow *sh);
bool xbf_round_begin(struct xbf_prep *prep, struct xbf_shadow *sh, u32 nr);
void xbf_seg_bounce(struct xbf_prep *prep, struct xbf_gnt *gnt, struct page *page,
		    unsigned int offset, unsigned int len);
void xbf_round_cancel(struct xbf_grants *grants, struct xbf_shadow *sh);
enum xbf_put xbf_ring_put(struct xbf_ring *ring, struct xbf_shadow *sh);

bool xbf_round_end(struct xbf_grants *grants, struct xbf_shadow *sh,
		   struct xbf_chain *data, struct xbf_chain *indirect);
bool xbf_round_retry(struct xbf_grants *grants, struct xbf_shadow *sh);
bool xbf_round_next(struct xbf_shadow *sh);

/**
 * xbf_seg_add() - add one piece of payload to the round being prepared
 * @prep: the batch; xbf_round_begin() was called for this request
 * @page: where the payload is
 * @offset: in @page, of its first byte; a multiple of 512
 * @len: bytes, a multiple of 512, within one 4 KiB frame
 *
 * Grants the frame, or copies into a page of the pool. No lock, any context.
 */
static inline void xbf_seg_add(struct xbf_prep *prep, struct page *page,
			       unsigned int offset, unsigned int len)
{
	struct xbf_pool *pool = &prep->grants->data;
	unsigned int in_frame = offset & (XBF_FRAME_SIZE - 1);
	struct xbf_gnt *gnt = prep->next;

	prep->next = gnt->next;
	prep->sh->last = gnt;
	gnt->first = in_frame >> XBF_SECTOR_SHIFT;
	gnt->last = (in_frame + len - 1) >> XBF_SECTOR_SHIFT;
	if (pool->mode == XBF_MODE_DIRECT)
		env_grant(gnt->ref, pool->domid, env_page_frame(page, offset),
			  prep->sh->op != BLKIF_OP_READ);
	else
		xbf_seg_bounce(prep, gnt, page, offset, len);
}

/* Does a response to @sh leave data in bounce pages that must be copied back? */
static inline bool xbf_needs_copy(const struct xbf_grants *grants, const struct xbf_shadow *sh)
{
	return sh->op == BLKIF_OP_READ && grants->data.mode != XBF_MODE_DIRECT;
}

/**
 * xbf_seg_copy_back() - bring one piece of a bounced read to its owner
 * @gnt: the piece's grant
 * @page: where the payload goes
 * @offset: in @page
 * @len: bytes
 *
 * Return: the next piece's grant.
 */
static inline struct xbf_gnt *xbf_seg_copy_back(struct xbf_gnt *gnt, struct page *page,
						unsigned int offset, unsigned int len)
{
	env_copy_to_page(page, offset,
			 (char *)gnt->page + (offset & (XBF_FRAME_SIZE - 1)), len);
	return gnt->next;
}

void xbf_round_describe(struct xbf_shadow *sh);

/**
 * xbf_round_ready() - all pieces of the round are added
 * @prep: the batch
 *
 * Cuts the request's grants off the batch and writes its indirect pages.
 */
static inline void xbf_round_ready(struct xbf_prep *prep)
{
	struct xbf_shadow *sh = prep->sh;

	sh->last->next = NULL;
	if (sh->indirect)
		xbf_round_describe(sh);
}

#endif /* XBF_CORE_REQUEST_H */

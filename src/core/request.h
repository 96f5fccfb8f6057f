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
 *	   a read it does not answer with data reads as zeroes; always so when
 *	   the mode of @data is BOUNCE
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

bool xbf_round_begin_large(struct xbf_grants *grants, struct xbf_shadow *sh, u32 nr);
u32 xbf_round_size_large(const struct xbf_grants *grants, const struct xbf_shadow *sh);
void xbf_seg_bounce(struct xbf_grants *grants, u8 op, struct xbf_gnt *gnt, struct page *page,
		    unsigned int offset, unsigned int len);
void xbf_round_describe(struct xbf_shadow *sh);
bool xbf_round_undo(struct xbf_grants *grants, struct xbf_shadow *sh);
void xbf_round_cancel(struct xbf_grants *grants, struct xbf_shadow *sh);

enum xbf_put xbf_ring_look(struct xbf_ring *ring, u32 nr);
enum xbf_put xbf_ring_put_large(struct xbf_ring *ring, struct xbf_shadow *sh);

bool xbf_round_settle(struct xbf_shadow *sh, struct xbf_chain *indirect);
bool xbf_round_reclaim(struct xbf_grants *grants, struct xbf_shadow *sh);
bool xbf_round_retry(struct xbf_grants *grants, struct xbf_shadow *sh);

/**
 * xbf_request_start() - take a tag into use
 * @sh: the tag's entry, unused: it holds no grants
 * @owner: the upper floor's request
 * @kind: what it wants
 * @sector: first sector, in units of 512 bytes
 * @nr_segs: frames its payload touches; 0 for flush and discard
 *
 * Before a round is prepared, the plan says what it is on the ring: @sh->op. Any
 * context; whoever owns the tag owns the entry.
 */
static inline void xbf_request_start(struct xbf_shadow *sh, void *owner, u8 kind, u64 sector,
				     u32 nr_segs)
{
	sh->owner = owner;
	sh->sector = sector;
	sh->kind = kind;
	sh->nr_plain = nr_segs <= XBF_SEGS_DIRECT ? nr_segs : 0;
	sh->nr_segs = 0;
	sh->nr_done = 0;
	sh->waits = 0;
	sh->nr_total = nr_segs;
	sh->status = XBF_ST_OK;
	xbf_id_renew(sh);
}

/**
 * xbf_round_size() - segments the next round should carry
 * @grants: the queue's grants
 * @sh: a request of which something is left
 *
 * Return: how many grants to take for it. When that is more than
 * XBF_SEGS_DIRECT, fewer are fine too, but not fewer than those.
 */
static inline u32 xbf_round_size(const struct xbf_grants *grants, const struct xbf_shadow *sh)
{
	u32 nr = sh->nr_plain;

	return likely(nr) ? nr : xbf_round_size_large(grants, sh);
}

/**
 * xbf_round_begin() - start to prepare a round
 * @prep: the batch; @prep->next has at least @nr grants
 * @sh: the request
 * @nr: segments of this round, see xbf_round_size()
 *
 * Return: false when a page for indirect segments was not to be had: try
 * again with XBF_SEGS_DIRECT segments, or later.
 */
static inline bool xbf_round_begin(struct xbf_prep *prep, struct xbf_shadow *sh, u32 nr)
{
	if (!sh->nr_plain && !xbf_round_begin_large(prep->grants, sh, nr))
		return false;
	sh->grants = prep->next;
	sh->nr_segs = nr;
	prep->sh = sh;
	return true;
}

/**
 * xbf_seg_add() - add one piece of payload to the round being prepared
 * @prep: the batch; xbf_round_begin() was called for this request
 * @page: where the payload is
 * @offset: in @page, of its first byte; a multiple of 512
 * @len: bytes, a multiple of 512, within one 4 KiB frame
 *
 * Grants the frame, or copies into a page of the pool. No lock, any context.
 */
static inline void xbf_seg_add(struct xbf_prep *prep, struct page *page, unsigned int offset,
			       unsigned int len)
{
	struct xbf_grants *grants = prep->grants;
	unsigned int in_frame = offset & (XBF_FRAME_SIZE - 1);
	struct xbf_shadow *sh = prep->sh;
	struct xbf_gnt *gnt = prep->next;

	prep->next = gnt->next;
	sh->last = gnt;
	gnt->seg.first_sect = in_frame >> XBF_SECTOR_SHIFT;
	gnt->seg.last_sect = (in_frame + len - 1) >> XBF_SECTOR_SHIFT;
	if (grants->data.mode == XBF_MODE_DIRECT)
		env_grant(gnt->seg.gref, grants->data.domid, env_page_frame(page, offset),
			  sh->op - BLKIF_OP_READ);
	else if (grants->scrub)
		xbf_seg_bounce(grants, sh->op, gnt, page, offset, len);
	else if (sh->op != BLKIF_OP_READ)
		env_copy_from_page((char *)gnt->page + in_frame, page, offset, len);
}

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
	if (!sh->nr_plain)
		xbf_round_describe(sh);
}

/* Does a response to @sh leave data in bounce pages that must be copied back? */
static inline bool xbf_needs_copy(const struct xbf_grants *grants, const struct xbf_shadow *sh)
{
	return grants->data.mode != XBF_MODE_DIRECT && sh->op == BLKIF_OP_READ;
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
	env_copy_to_page(page, offset, (char *)gnt->page + (offset & (XBF_FRAME_SIZE - 1)), len);
	return gnt->next;
}

/* Ends every grant of a chain; false: some are still mapped, and are marked. */
static inline bool xbf_chain_end(struct xbf_gnt *gnt)
{
	bool all = true;

	do {
		if (!env_grant_end(gnt->seg.gref)) {
			gnt->granted = true;
			all = false;
		}
		gnt = gnt->next;
	} while (gnt);
	return all;
}

/**
 * xbf_round_end() - end the grants of a round that the backend has answered
 * @grants: the queue's grants
 * @sh: the request; bounced data was already copied back
 * @data: gets the payload's grants, for one give-back per batch
 * @indirect: gets the indirect pages, likewise
 *
 * Records in nr_done and sector how far the request has come. A bounce page
 * that the backend keeps mapped goes to the quarantine.
 *
 * Return: false when the backend still maps a page that is not ours to hide:
 * the request must wait and xbf_round_retry() be tried. Its next owner would
 * share the page with the backend otherwise.
 */
static inline bool xbf_round_end(struct xbf_grants *grants, struct xbf_shadow *sh,
				 struct xbf_chain *data, struct xbf_chain *indirect)
{
	if (!sh->nr_plain && !xbf_round_settle(sh, indirect))
		return true;
	if (grants->data.mode == XBF_MODE_DIRECT) {
		if (!xbf_chain_end(sh->grants))
			return false;
	} else if (grants->data.mode == XBF_MODE_BOUNCE && !xbf_round_reclaim(grants, sh)) {
		return true;
	}
	xbf_chain_add(data, sh->grants, sh->last, sh->nr_segs);
	sh->grants = NULL;
	return true;
}

/**
 * xbf_round_next() - is there another round to do?
 * @sh: a request whose round has ended
 *
 * Return: true when the last round went well and segments are left; the
 * request is ready for xbf_round_begin() then, under a new generation.
 */
static inline bool xbf_round_next(struct xbf_shadow *sh)
{
	if (sh->nr_plain || sh->nr_done >= sh->nr_total || sh->status != XBF_ST_OK)
		return false;
	xbf_id_renew(sh);
	return true;
}

/* The next slot, filled but for its segments. */
static inline struct blkif_request *xbf_fill_head(struct xbf_ring *ring,
						  const struct xbf_shadow *sh, u32 part, u64 sector)
{
	struct blkif_request *req = xbf_ring_slot(ring);
	/* All loaded before the first is stored: one wide load and store. */
	u8 op = sh->op, nr = sh->nr_plain;
	u16 handle = sh->handle;

	req->operation = op;
	req->u.rw.nr_segments = nr;
	req->u.rw.handle = handle;
	req->u.rw.id = xbf_id(sh, part);
	req->u.rw.sector_number = sector;
	return req;
}

/**
 * xbf_ring_put() - fill the slots of a prepared request, in place
 * @ring: the ring; producer lock held
 * @sh: the request
 *
 * Nothing is shown to the backend before xbf_ring_push(). But a hostile one may
 * look, and answer at once: when this returns, the entry is the consumer's.
 *
 * Return: XBF_PUT_OK, or why nothing was filled.
 */
static inline enum xbf_put xbf_ring_put(struct xbf_ring *ring, struct xbf_shadow *sh)
{
	struct blkif_request_segment *seg;
	const struct xbf_gnt *gnt;
	struct blkif_request *req;

	if (!sh->nr_plain)
		return xbf_ring_put_large(ring, sh);
	if (ring->req_prod == ring->req_limit) {
		enum xbf_put put = xbf_ring_look(ring, 1);

		if (put != XBF_PUT_OK)
			return put;
	}
	req = xbf_fill_head(ring, sh, 0, sh->sector);
	seg = req->u.rw.seg;
	gnt = sh->grants;
	do {
		*seg++ = gnt->seg;
		gnt = gnt->next;
	} while (gnt);
	env_store_release(&sh->parts, 1);
	return XBF_PUT_OK;
}

#endif /* XBF_CORE_REQUEST_H */

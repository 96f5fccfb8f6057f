// SPDX-License-Identifier: GPL-2.0
/*
 * request.c - descriptors of requests (Xen public header blkif.h).
 */
#include "request.h"

/**
 * xbf_request_start() - take a tag into use
 * @sh: the tag's entry, unused
 * @owner: the upper floor's request
 * @op: operation on the ring
 * @sector: first sector, in units of 512 bytes
 * @nr_segs: frames its payload touches; 0 for flush and discard
 *
 * Any context; whoever owns the tag owns the entry.
 */
void xbf_request_start(struct xbf_shadow *sh, void *owner, u8 op, u64 sector,
		       u32 nr_segs)
{
	sh->owner = owner;
	sh->grants = NULL;
	sh->indirect = NULL;
	sh->sector = sector;
	sh->nr_segs = 0;
	sh->nr_done = 0;
	sh->nr_total = nr_segs;
	sh->slots = 1;
	sh->op = op;
	sh->status = XBF_ST_OK;
	sh->gen++;
}

/* blkif.h: the inner operation of an indirect request is READ or WRITE. */
static bool may_indirect(const struct xbf_grants *grants, const struct xbf_shadow *sh)
{
	return grants->max_indirect > XBF_SEGS_DIRECT &&
	       (sh->op == BLKIF_OP_READ || sh->op == BLKIF_OP_WRITE);
}

/**
 * xbf_round_size() - segments the next round should carry
 * @grants: the queue's grants
 * @sh: a request of which something is left
 *
 * Return: how many grants to take for it. Fewer, at least 1, are fine too.
 */
u32 xbf_round_size(const struct xbf_grants *grants, const struct xbf_shadow *sh)
{
	u32 rest = sh->nr_total - sh->nr_done;
	u32 most = may_indirect(grants, sh) ? grants->max_indirect : XBF_SEGS_SPLIT;

	return rest < most ? rest : most;
}

/**
 * xbf_round_begin() - start to prepare a round
 * @prep: the batch; @prep->next has at least @nr grants
 * @sh: the request
 * @nr: segments of this round, at least 1
 *
 * Return: false when a page for indirect segments was not to be had: try
 * again with XBF_SEGS_DIRECT segments, or later.
 */
bool xbf_round_begin(struct xbf_prep *prep, struct xbf_shadow *sh, u32 nr)
{
	sh->indirect = NULL;
	sh->slots = 1;
	if (nr > XBF_SEGS_DIRECT) {
		if (may_indirect(prep->grants, sh)) {
			u32 pages = (nr + XBF_SEGS_PER_PAGE - 1) / XBF_SEGS_PER_PAGE;

			sh->indirect = xbf_pool_take(&prep->grants->indirect, pages);
			if (!sh->indirect)
				return false;
		} else {
			sh->slots = (nr + XBF_SEGS_DIRECT - 1) / XBF_SEGS_DIRECT;
		}
	}
	sh->grants = prep->next;
	sh->nr_segs = nr;
	prep->sh = sh;
	return true;
}

/**
 * xbf_seg_bounce() - xbf_seg_add() for pools that have pages of their own
 * @prep: the batch
 * @gnt: the piece's grant
 * @page: where the payload is
 * @offset: in @page
 * @len: bytes
 *
 * The payload keeps its place within the frame.
 */
void xbf_seg_bounce(struct xbf_prep *prep, struct xbf_gnt *gnt, struct page *page,
		    unsigned int offset, unsigned int len)
{
	struct xbf_pool *pool = &prep->grants->data;
	unsigned int in_frame = offset & (XBF_FRAME_SIZE - 1);
	bool write = prep->sh->op != BLKIF_OP_READ;
	char *to = gnt->page;

	if (prep->grants->scrub)
		memset(to, 0, XBF_FRAME_SIZE);
	if (write)
		env_copy_from_page(to + in_frame, page, offset, len);
	if (pool->mode == XBF_MODE_KEPT)
		return;
	env_grant(gnt->ref, pool->domid, env_addr_frame(to), write);
	gnt->granted = true;
}

static void put_seg(struct blkif_request_segment *seg, const struct xbf_gnt *gnt)
{
	seg->gref = gnt->ref;
	seg->first_sect = gnt->first;
	seg->last_sect = gnt->last;
}

/**
 * xbf_round_describe() - write the segments of a round to its indirect pages
 * @sh: the request; its grant chain is complete
 */
void xbf_round_describe(struct xbf_shadow *sh)
{
	const struct xbf_gnt *gnt = sh->grants;
	const struct xbf_gnt *page;
	u32 i;

	for (page = sh->indirect; page; page = page->next) {
		struct blkif_request_segment *seg = page->page;

		for (i = 0; gnt && i < XBF_SEGS_PER_PAGE; i++, gnt = gnt->next)
			put_seg(&seg[i], gnt);
	}
}

/* The slot of one part; returns the first grant of the next part. */
static const struct xbf_gnt *fill_direct(struct xbf_ring *ring, const struct xbf_shadow *sh,
					 const struct xbf_gnt *gnt, u32 part, u64 *sector)
{
	struct blkif_request *req = xbf_ring_slot(ring);
	u64 next = *sector;
	u32 i;

	req->operation = sh->op;
	req->u.rw.handle = ring->handle;
	req->u.rw.id = xbf_id(ring->shadows, sh, part);
	req->u.rw.sector_number = next;
	for (i = 0; gnt && i < XBF_SEGS_DIRECT; i++, gnt = gnt->next) {
		put_seg(&req->u.rw.seg[i], gnt);
		next += gnt->last - gnt->first + 1;
	}
	req->u.rw.nr_segments = i;
	*sector = next;
	return gnt;
}

static void fill_indirect(struct xbf_ring *ring, const struct xbf_shadow *sh)
{
	struct blkif_request *req = xbf_ring_slot(ring);
	const struct xbf_gnt *page;
	u32 i = 0;

	req->operation = BLKIF_OP_INDIRECT;
	req->u.indirect.indirect_op = sh->op;
	req->u.indirect.nr_segments = sh->nr_segs;
	req->u.indirect.id = xbf_id(ring->shadows, sh, 0);
	req->u.indirect.sector_number = sh->sector;
	req->u.indirect.handle = ring->handle;
	for (page = sh->indirect; page; page = page->next)
		req->u.indirect.indirect_grefs[i++] = page->ref;
}

static void fill_discard(struct xbf_ring *ring, const struct xbf_shadow *sh)
{
	struct blkif_request *req = xbf_ring_slot(ring);

	req->operation = BLKIF_OP_DISCARD;
	req->u.discard.flag = sh->secure ? BLKIF_DISCARD_SECURE : 0;
	req->u.discard.id = xbf_id(ring->shadows, sh, 0);
	req->u.discard.sector_number = sh->sector;
	req->u.discard.nr_sectors = sh->nr_sectors;
}

/**
 * xbf_ring_put() - fill the slots of a prepared request, in place
 * @ring: the ring; producer lock held
 * @sh: the request
 *
 * Nothing is shown to the backend before xbf_ring_push().
 *
 * Return: XBF_PUT_OK, or why nothing was filled.
 */
enum xbf_put xbf_ring_put(struct xbf_ring *ring, struct xbf_shadow *sh)
{
	const struct xbf_gnt *gnt = sh->grants;
	u64 sector = sh->sector;
	u32 part;

	if (ring->gate != XBF_GATE_RUN)
		return ring->gate == XBF_GATE_DEAD ? XBF_PUT_DEAD : XBF_PUT_WAIT;
	if (xbf_ring_free(ring) < sh->slots)
		return XBF_PUT_WAIT;

	if (sh->indirect)
		fill_indirect(ring, sh);
	else if (sh->op == BLKIF_OP_DISCARD)
		fill_discard(ring, sh);
	else
		for (part = 0; part < sh->slots; part++)
			gnt = fill_direct(ring, sh, gnt, part, &sector);
	sh->parts = ~0u >> (XBF_MAX_PARTS - sh->slots);
	return XBF_PUT_OK;
}

/* Ends every grant of the chain; those still mapped are marked, and counted. */
static u32 end_direct(struct xbf_shadow *sh)
{
	struct xbf_gnt *gnt;
	u32 mapped = 0;

	for (gnt = sh->grants; gnt; gnt = gnt->next) {
		if (env_grant_end(gnt->ref))
			continue;
		gnt->granted = true;
		mapped++;
	}
	return mapped;
}

/*
 * Takes the grants off the request's chain that @drop disposes of; what stays
 * is counted in nr_segs again.
 */
static void chain_filter(struct xbf_pool *pool, struct xbf_shadow *sh,
			 bool (*drop)(struct xbf_pool *pool, struct xbf_gnt *gnt))
{
	struct xbf_gnt **link = &sh->grants;
	struct xbf_gnt *gnt, *next;

	sh->last = NULL;
	for (gnt = sh->grants; gnt; gnt = next) {
		next = gnt->next;
		if (gnt->granted && drop(pool, gnt)) {
			*link = next;
			sh->nr_segs--;
			continue;
		}
		sh->last = gnt;
		link = &gnt->next;
	}
}

static bool drop_bounce(struct xbf_pool *pool, struct xbf_gnt *gnt)
{
	if (env_grant_end(gnt->ref)) {
		gnt->granted = false;
		return false;
	}
	xbf_pool_quarantine(pool, gnt);
	return true;
}

static bool drop_ended(struct xbf_pool *pool, struct xbf_gnt *gnt)
{
	if (!env_grant_retry(gnt->ref))
		return false;
	xbf_pool_forget(pool, gnt);
	return true;
}

static void chain_give(struct xbf_shadow *sh, struct xbf_chain *data)
{
	if (sh->grants)
		xbf_chain_add(data, sh->grants, sh->last, sh->nr_segs);
	sh->grants = NULL;
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
bool xbf_round_end(struct xbf_grants *grants, struct xbf_shadow *sh,
		   struct xbf_chain *data, struct xbf_chain *indirect)
{
	struct xbf_gnt *gnt;

	if (sh->nr_segs < sh->nr_total)
		for (gnt = sh->grants; gnt; gnt = gnt->next)
			sh->sector += gnt->last - gnt->first + 1;
	sh->nr_done += sh->nr_segs;

	if (sh->indirect) {
		u32 nr = 1;

		for (gnt = sh->indirect; gnt->next; gnt = gnt->next)
			nr++;
		xbf_chain_add(indirect, sh->indirect, gnt, nr);
		sh->indirect = NULL;
	}
	if (grants->data.mode == XBF_MODE_DIRECT) {
		if (end_direct(sh))
			return false;
	} else if (grants->data.mode == XBF_MODE_BOUNCE) {
		chain_filter(&grants->data, sh, drop_bounce);
	}
	chain_give(sh, data);
	return true;
}

/**
 * xbf_round_retry() - try to end what xbf_round_end() could not
 * @grants: the queue's grants
 * @sh: the request
 *
 * Any context. Return: true when no page of the request is mapped any more;
 * its grants are back in the pool.
 */
bool xbf_round_retry(struct xbf_grants *grants, struct xbf_shadow *sh)
{
	struct xbf_chain data = { NULL, NULL, 0 };
	struct xbf_gnt *gnt;

	chain_filter(&grants->data, sh, drop_ended);
	for (gnt = sh->grants; gnt; gnt = gnt->next)
		if (gnt->granted)
			return false;
	chain_give(sh, &data);
	xbf_pool_give(&grants->data, &data);
	return true;
}

/**
 * xbf_round_next() - is there another round to do?
 * @sh: a request whose round has ended
 *
 * Return: true when the last round went well and segments are left; the
 * request is ready for xbf_round_begin() then, under a new generation.
 */
bool xbf_round_next(struct xbf_shadow *sh)
{
	if (sh->status != XBF_ST_OK || sh->nr_done >= sh->nr_total)
		return false;
	sh->gen++;
	return true;
}

/**
 * xbf_round_cancel() - unwind a round that was prepared and not put
 * @grants: the queue's grants
 * @sh: the request; afterwards as before xbf_round_begin()
 *
 * The backend never saw it, so every grant ends. Any context.
 */
void xbf_round_cancel(struct xbf_grants *grants, struct xbf_shadow *sh)
{
	struct xbf_chain data = { NULL, NULL, 0 };
	struct xbf_chain indirect = { NULL, NULL, 0 };
	u64 sector = sh->sector;
	u16 done = sh->nr_done;

	xbf_round_end(grants, sh, &data, &indirect);
	xbf_pool_give(&grants->data, &data);
	xbf_pool_give(&grants->indirect, &indirect);
	sh->sector = sector;
	sh->nr_done = done;
	sh->nr_segs = 0;
}

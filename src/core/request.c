// SPDX-License-Identifier: GPL-2.0
/*
 * request.c - descriptors of requests (Xen public header blkif.h).
 */
#include "request.h"

/* blkif.h: the inner operation of an indirect request is READ or WRITE. */
static bool may_indirect(const struct xbf_grants *grants, const struct xbf_shadow *sh)
{
	return grants->max_indirect > XBF_SEGS_DIRECT &&
	       (sh->op == BLKIF_OP_READ || sh->op == BLKIF_OP_WRITE);
}

/* xbf_round_size() for requests that are not plain. */
u32 xbf_round_size_large(const struct xbf_grants *grants, const struct xbf_shadow *sh)
{
	u32 rest = sh->nr_total - sh->nr_done;
	u32 most = may_indirect(grants, sh) ? grants->max_indirect : XBF_SEGS_SPLIT;

	/* More than the pool may ever have would wait for ever. */
	if (most > grants->data.max)
		most = grants->data.max;
	return rest < most ? rest : most;
}

/* xbf_round_begin() for requests that are not plain. */
bool xbf_round_begin_large(struct xbf_grants *grants, struct xbf_shadow *sh, u32 nr)
{
	if (nr <= XBF_SEGS_DIRECT || !may_indirect(grants, sh))
		return true;
	nr = (nr + XBF_SEGS_PER_PAGE - 1) / XBF_SEGS_PER_PAGE;
	sh->indirect = xbf_pool_take(&grants->indirect, nr);
	return sh->indirect;
}

/**
 * xbf_seg_bounce() - xbf_seg_add() by way of a page of the pool's own
 * @grants: the queue's grants
 * @op: operation on the ring
 * @gnt: the piece's grant
 * @page: where the payload is
 * @offset: in @page
 * @len: bytes
 *
 * The payload keeps its place within the frame.
 */
void xbf_seg_bounce(struct xbf_grants *grants, u8 op, struct xbf_gnt *gnt, struct page *page,
		    unsigned int offset, unsigned int len)
{
	struct xbf_pool *pool = &grants->data;
	bool write = op != BLKIF_OP_READ;
	char *to = gnt->page;

	if (grants->scrub)
		memset(to, 0, XBF_FRAME_SIZE);
	if (write)
		env_copy_from_page(to + (offset & (XBF_FRAME_SIZE - 1)), page, offset, len);
	if (pool->mode == XBF_MODE_KEPT)
		return;
	env_grant(gnt->seg.gref, pool->domid, env_addr_frame(to), write);
	gnt->granted = true;
}

/* Writes the segments of a round to its indirect pages, if it has any. */
void xbf_round_describe(struct xbf_shadow *sh)
{
	const struct xbf_gnt *gnt = sh->grants;
	const struct xbf_gnt *page;
	u32 i;

	for (page = sh->indirect; page; page = page->next) {
		struct blkif_request_segment *seg = page->page;

		for (i = 0; gnt && i < XBF_SEGS_PER_PAGE; i++, gnt = gnt->next)
			seg[i] = gnt->seg;
	}
}

/* Ring slots that a prepared round takes. */
static u32 nr_slots(const struct xbf_shadow *sh)
{
	if (sh->indirect || sh->nr_segs <= XBF_SEGS_DIRECT)
		return 1;
	return (sh->nr_segs + XBF_SEGS_DIRECT - 1) / XBF_SEGS_DIRECT;
}

static void fill_parts(struct xbf_ring *ring, const struct xbf_shadow *sh, u32 parts)
{
	const struct xbf_gnt *gnt = sh->grants;
	u64 sector = sh->sector;
	u32 part, i;

	for (part = 0; part < parts; part++) {
		struct blkif_request *req = xbf_fill_head(ring, sh, part, sector);

		for (i = 0; gnt && i < XBF_SEGS_DIRECT; i++, gnt = gnt->next) {
			req->u.rw.seg[i] = gnt->seg;
			sector += xbf_gnt_sectors(gnt);
		}
		req->u.rw.nr_segments = i;
	}
}

static void fill_indirect(struct xbf_ring *ring, const struct xbf_shadow *sh)
{
	struct blkif_request *req = xbf_ring_slot(ring);
	const struct xbf_gnt *page;
	u32 i = 0;

	req->operation = BLKIF_OP_INDIRECT;
	req->u.indirect.indirect_op = sh->op;
	req->u.indirect.nr_segments = sh->nr_segs;
	req->u.indirect.id = xbf_id(sh, 0);
	req->u.indirect.sector_number = sh->sector;
	req->u.indirect.handle = sh->handle;
	for (page = sh->indirect; page; page = page->next)
		req->u.indirect.indirect_grefs[i++] = page->seg.gref;
}

static void fill_discard(struct xbf_ring *ring, const struct xbf_shadow *sh)
{
	struct blkif_request *req = xbf_ring_slot(ring);

	req->operation = BLKIF_OP_DISCARD;
	req->u.discard.flag = sh->kind == XBF_KIND_ERASE ? BLKIF_DISCARD_SECURE : 0;
	req->u.discard.id = xbf_id(sh, 0);
	req->u.discard.sector_number = sh->sector;
	req->u.discard.nr_sectors = sh->nr_sectors;
}

/* Says why the ring cannot take @nr slots now, or that it can. */
enum xbf_put xbf_ring_look(struct xbf_ring *ring, u32 nr)
{
	if (ring->gate == XBF_GATE_DEAD)
		return XBF_PUT_DEAD;
	if (ring->gate != XBF_GATE_RUN || xbf_ring_free(ring) < nr)
		return XBF_PUT_WAIT;
	ring->req_limit = ring->req_prod + xbf_ring_free(ring);
	return XBF_PUT_OK;
}

/* xbf_ring_put() for requests that are not plain. */
enum xbf_put xbf_ring_put_large(struct xbf_ring *ring, struct xbf_shadow *sh)
{
	u32 slots = nr_slots(sh);
	enum xbf_put put = xbf_ring_look(ring, slots);

	if (put != XBF_PUT_OK)
		return put;
	if (sh->indirect)
		fill_indirect(ring, sh);
	else if (sh->op == BLKIF_OP_DISCARD)
		fill_discard(ring, sh);
	else
		fill_parts(ring, sh, slots);
	/* NOLINTNEXTLINE(clang-analyzer-core.*): a request has at least one slot. */
	env_store_release(&sh->parts, ~0u >> (XBF_MAX_PARTS - slots));
	return XBF_PUT_OK;
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
	if (env_grant_end(gnt->seg.gref)) {
		gnt->granted = false;
		return false;
	}
	xbf_pool_quarantine(pool, gnt);
	return true;
}

static bool drop_ended(struct xbf_pool *pool, struct xbf_gnt *gnt)
{
	if (!env_grant_retry(gnt->seg.gref))
		return false;
	xbf_pool_forget(pool, gnt);
	return true;
}

static bool drop_mapped(struct xbf_pool *pool, struct xbf_gnt *gnt)
{
	xbf_pool_quarantine(pool, gnt);
	return true;
}

/* Gives back what is left of a round's data grants. */
static void give_back(struct xbf_grants *grants, struct xbf_shadow *sh)
{
	struct xbf_chain data = { NULL, NULL, 0 };

	if (sh->grants)
		xbf_chain_add(&data, sh->grants, sh->last, sh->nr_segs);
	sh->grants = NULL;
	xbf_pool_give(&grants->data, &data);
}

/* What a round that is not plain leaves behind; does it have data grants? */
bool xbf_round_settle(struct xbf_shadow *sh, struct xbf_chain *indirect)
{
	struct xbf_gnt *last = sh->indirect;
	const struct xbf_gnt *gnt;
	u32 nr = 1;

	for (gnt = sh->grants; gnt; gnt = gnt->next)
		sh->sector += xbf_gnt_sectors(gnt);
	sh->nr_done += sh->nr_segs;
	if (last) {
		for (; last->next; nr++)
			last = last->next;
		xbf_chain_add(indirect, sh->indirect, last, nr);
		sh->indirect = NULL;
	}
	return sh->grants;
}

/* Ends the grants of bounce pages; is there one that can be used again? */
bool xbf_round_reclaim(struct xbf_grants *grants, struct xbf_shadow *sh)
{
	chain_filter(&grants->data, sh, drop_bounce);
	return sh->grants;
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
	struct xbf_gnt *gnt;

	chain_filter(&grants->data, sh, drop_ended);
	for (gnt = sh->grants; gnt; gnt = gnt->next)
		if (gnt->granted)
			return false;
	give_back(grants, sh);
	return true;
}

/**
 * xbf_round_undo() - make as if a round had never been prepared
 * @grants: the queue's grants
 * @sh: the request; afterwards as before xbf_round_begin()
 *
 * Any context. Return: false when the backend still maps a page that is not
 * ours to hide: the request must wait for xbf_round_retry().
 */
bool xbf_round_undo(struct xbf_grants *grants, struct xbf_shadow *sh)
{
	struct xbf_chain data = { NULL, NULL, 0 };
	struct xbf_chain indirect = { NULL, NULL, 0 };
	u64 sector = sh->sector;
	u16 done = sh->nr_done;
	bool ended = xbf_round_end(grants, sh, &data, &indirect);

	xbf_pool_give(&grants->data, &data);
	xbf_pool_give(&grants->indirect, &indirect);
	sh->sector = sector;
	sh->nr_done = done;
	if (ended)
		sh->nr_segs = 0;
	return ended;
}

/**
 * xbf_round_cancel() - unwind a round that was prepared and not put
 * @grants: the queue's grants
 * @sh: the request; afterwards as before xbf_round_begin()
 *
 * The backend was not told of its grants. Should it have guessed one and mapped
 * it, that grant goes to the quarantine. Any context.
 */
void xbf_round_cancel(struct xbf_grants *grants, struct xbf_shadow *sh)
{
	if (xbf_round_undo(grants, sh))
		return;
	chain_filter(&grants->data, sh, drop_mapped);
	give_back(grants, sh);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * plan.c - decides numbers; allocates and talks to nobody.
 */
#include "plan.h"
#include "request.h"

static u32 least(u64 a, u64 b)
{
	return a < b ? a : b;
}

/**
 * xbf_limit_lift() - the next offer may be as large as it wants
 * @limit: the limit
 */
void xbf_limit_lift(struct xbf_limit *limit)
{
	limit->ring_order = ~0u;
	limit->nr_rings = ~0u;
}

/**
 * xbf_limit_lower() - what was planned could not be had: the next is smaller
 * @limit: lowered
 * @plan: what it was
 *
 * First smaller rings, then fewer.
 *
 * Return: false when it was the smallest there is.
 */
bool xbf_limit_lower(struct xbf_limit *limit, const struct xbf_plan *plan)
{
	if (plan->ring_order)
		limit->ring_order = plan->ring_order - 1;
	else if (plan->nr_rings > 1)
		limit->nr_rings = plan->nr_rings / 2;
	else
		return false;
	return true;
}

/**
 * xbf_plan_rings() - first half, once the backend is in InitWait
 * @plan: number and size of the rings are set
 * @f: the nodes up to XBF_NODE_CONNECTED are set
 * @params: our side
 * @limit: what more has proved to be too much
 */
void xbf_plan_rings(struct xbf_plan *plan, const struct xbf_features *f,
		    const struct xbf_params *params, const struct xbf_limit *limit)
{
	u32 queues = params->max_queues ? params->max_queues : params->nr_cpus;

	queues = least(queues, params->nr_cpus);
	queues = least(queues, f->val[XBF_NODE_MAX_QUEUES]);
	queues = least(queues, XBF_MAX_QUEUES);
	queues = least(queues, limit->nr_rings);
	plan->nr_rings = queues ? queues : 1;
	plan->ring_order = least(params->max_ring_order, xbf_features_ring_order(f));
	plan->ring_order = least(plan->ring_order, limit->ring_order);
	/* No request waits for a slot: the normal request takes just one. */
	plan->depth = xbf_ring_slots(1u << plan->ring_order);
}

/**
 * xbf_plan_nodes() - what the rings cost in xenstore
 * @plan: number and size of the rings are set
 *
 * Return: nodes: each page, channel and folder of a queue is one.
 */
u32 xbf_plan_nodes(const struct xbf_plan *plan)
{
	u32 ring = (1u << plan->ring_order) + 1;

	return plan->nr_rings == 1 ? ring : plan->nr_rings * (ring + 1);
}

static u32 indirect_pages(u32 segs)
{
	return (segs + XBF_SEGS_PER_PAGE - 1) / XBF_SEGS_PER_PAGE;
}

static void plan_grants(struct xbf_plan *plan, const struct xbf_features *f,
			const struct xbf_params *params)
{
	bool trusted = params->trusted && f->val[XBF_NODE_TRUSTED];

	plan->scrub = !trusted;
	if (params->persistent && f->val[XBF_NODE_PERSISTENT])
		plan->mode = XBF_MODE_KEPT;
	else
		plan->mode = trusted ? XBF_MODE_DIRECT : XBF_MODE_BOUNCE;

	plan->max_indirect = least(params->max_indirect, f->val[XBF_NODE_MAX_INDIRECT]);
	if (plan->max_indirect <= XBF_SEGS_DIRECT)
		plan->max_indirect = 0;
	plan->max_segs = plan->max_indirect ? plan->max_indirect : XBF_SEGS_DIRECT;
	/* A page of the block layer must fit, also where it is 16 frames. */
	if (plan->max_segs < params->page_size / XBF_FRAME_SIZE)
		plan->max_segs = params->page_size / XBF_FRAME_SIZE;

	plan->pool_max = plan->depth * plan->max_segs;
	plan->indirect_max = plan->depth * indirect_pages(plan->max_indirect);
	if (plan->mode != XBF_MODE_KEPT)
		return;
	/* Together no more than the backend keeps mapped, 32 payloads to a page. */
	plan->pool_max = least(plan->pool_max, XBF_POOL_MAX_KEPT * 32 / 33);
	plan->indirect_max = least(plan->indirect_max, XBF_POOL_MAX_KEPT / 33);
}

/*
 * A disk that was forced to write through once may be asked again, although the
 * backend it is on now cannot: then as a write and a flush.
 */
static void plan_ops(u8 *ops, const struct xbf_features *f)
{
	bool flush = f->val[XBF_NODE_FLUSH];
	bool barrier = f->val[XBF_NODE_BARRIER] && !flush;
	bool discard = f->val[XBF_NODE_DISCARD];
	bool erase = discard && f->val[XBF_NODE_DISCARD_SECURE];

	ops[XBF_KIND_READ] = BLKIF_OP_READ;
	ops[XBF_KIND_WRITE] = BLKIF_OP_WRITE;
	ops[XBF_KIND_FORCE] = barrier ? BLKIF_OP_WRITE_BARRIER : BLKIF_OP_WRITE;
	ops[XBF_KIND_DATA_FLUSH] = BLKIF_OP_WRITE;
	ops[XBF_KIND_FLUSH] = XBF_OP_DONE;
	if (flush)
		ops[XBF_KIND_FLUSH] = BLKIF_OP_FLUSH_DISKCACHE;
	else if (barrier)
		ops[XBF_KIND_FLUSH] = BLKIF_OP_WRITE_BARRIER;
	ops[XBF_KIND_DISCARD] = discard ? BLKIF_OP_DISCARD : XBF_OP_NONE;
	ops[XBF_KIND_ERASE] = erase ? BLKIF_OP_DISCARD : XBF_OP_NONE;
}

/**
 * xbf_plan_disk() - second half, once the backend is Connected
 * @plan: everything that xbf_plan_rings() left open is set
 * @f: all nodes set and checked
 * @params: our side
 */
void xbf_plan_disk(struct xbf_plan *plan, const struct xbf_features *f,
		   const struct xbf_params *params)
{
	plan_grants(plan, f, params);
	plan_ops(plan->ops, f);
}

/**
 * xbf_plan_revoke() - the backend declines what it has offered
 * @plan: goes without it from now on
 * @kind: of the request it declined
 *
 * A backend without barriers has nothing else to flush with: such a one was not
 * asked for barriers in the first place.
 *
 * Return: false when that is no news.
 */
bool xbf_plan_revoke(struct xbf_plan *plan, u8 kind)
{
	u8 *ops = plan->ops;

	switch (kind) {
	case XBF_KIND_FORCE:
	case XBF_KIND_FLUSH:
		if (ops[XBF_KIND_FLUSH] == XBF_OP_DONE)
			return false;
		ops[XBF_KIND_FORCE] = BLKIF_OP_WRITE;
		ops[XBF_KIND_FLUSH] = XBF_OP_DONE;
		return true;
	case XBF_KIND_DISCARD:
		if (!xbf_plan_discards(plan))
			return false;
		ops[XBF_KIND_DISCARD] = XBF_OP_NONE;
		ops[XBF_KIND_ERASE] = XBF_OP_NONE;
		return true;
	default:
		if (!xbf_plan_erases(plan))
			return false;
		ops[XBF_KIND_ERASE] = XBF_OP_NONE;
		return true;
	}
}

/**
 * xbf_plan_renew() - the backend says once more that it is connected
 * @plan: does again what was declined
 * @f: what was offered
 *
 * It may be another one on the same ring. Asked in vain it declines again.
 *
 * Return: true when there was anything.
 */
bool xbf_plan_renew(struct xbf_plan *plan, const struct xbf_features *f)
{
	u8 offered[XBF_NR_KINDS];

	plan_ops(offered, f);
	if (!memcmp(plan->ops, offered, sizeof(plan->ops)))
		return false;
	memcpy(plan->ops, offered, sizeof(plan->ops));
	return true;
}

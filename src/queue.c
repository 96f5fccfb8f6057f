// SPDX-License-Identifier: GPL-2.0
/*
 * queue.c - a hardware queue's life: made, opened, broken, taken back.
 *
 * Its requests go down in submit.c and come up in complete.c.
 */
#include "complete.h"
#include "device.h"
#include "queue.h"
#include "submit.h"

static int xbf_init_hctx(struct blk_mq_hw_ctx *hctx, void *data, unsigned int index)
{
	struct xbf_dev *dev = data;

	hctx->driver_data = &dev->queues[index];
	return 0;
}

XBF_ADAPT_QUEUE_RQS(xbf_queue_rqs)
XBF_ADAPT_TIMEOUT(xbf_timeout)

/* clang-format off */
const struct blk_mq_ops xbf_mq_ops = {
	.queue_rq	= xbf_queue_rq,
	.commit_rqs	= xbf_commit_rqs,
	XBF_SET_QUEUE_RQS(xbf_queue_rqs)
	.complete	= xbf_complete_rq,
	XBF_SET_TIMEOUT(xbf_timeout)
	.init_hctx	= xbf_init_hctx,
};
/* clang-format on */

/**
 * xbf_queue_init() - what a queue needs before it has a ring
 * @q: zeroed
 * @dev: the disk
 */
void xbf_queue_init(struct xbf_queue *q, struct xbf_dev *dev)
{
	q->dev = dev;
	spin_lock_init(&q->limbo_lock);
	INIT_DELAYED_WORK(&q->retry, xbf_retry);
	tasklet_setup(&q->bottom, xbf_bottom);
}

/**
 * xbf_queue_set_grants() - give a queue its pools
 * @q: the queue; its ring exists, its gate is not open yet
 * @plan: the disk's plan, complete
 * @budget: what pools may grow by
 *
 * May sleep. Return: 0, or -ENOMEM when not even the reserve could be had.
 */
int xbf_queue_set_grants(struct xbf_queue *q, const struct xbf_plan *plan,
			 struct xbf_budget *budget)
{
	struct xbf_grants *g = &q->grants;

	g->max_indirect = plan->max_indirect;
	g->scrub = plan->scrub;
	g->data.mode = plan->mode;
	g->data.domid = q->dev->backend_id;
	/* Pages with segments are ours and hold no secret: granted once. */
	g->indirect.mode = XBF_MODE_KEPT;
	/* A backend that keeps grants maps all of them writable. */
	g->indirect.readonly = plan->mode != XBF_MODE_KEPT;
	g->indirect.domid = q->dev->backend_id;
	if (xbf_pool_init(&g->data, budget, XBF_POOL_RESERVE, plan->pool_max) ||
	    xbf_pool_init(&g->indirect, budget, 0, plan->indirect_max))
		return -ENOMEM;
	return 0;
}

/**
 * xbf_queue_open() - let I/O through
 * @q: the queue
 */
void xbf_queue_open(struct xbf_queue *q)
{
	xbf_ring_set_gate(&q->ring, XBF_GATE_RUN);
	tasklet_schedule(&q->bottom);
}

/* Takes every request that the backend has not answered, and those parked. */
static void take_all(struct xbf_queue *q, struct xbf_shadow_list *unanswered,
		     struct xbf_shadow_list *parked)
{
	unsigned long flags;
	u32 i;

	flags = env_lock(&q->ring.cons_lock);
	for (i = 0; i < q->shadows.depth; i++) {
		struct xbf_shadow *sh = &q->shadows.entry[i];

		if (!sh->parts)
			continue;
		sh->parts = 0;
		sh->status = XBF_ST_ERROR;
		xbf_list_add(unanswered, sh);
	}
	env_unlock(&q->ring.cons_lock, flags);

	flags = env_lock(&q->ring.prod_lock);
	*parked = q->ring.parked;
	q->ring.parked.head = NULL;
	env_unlock(&q->ring.prod_lock, flags);
}

/**
 * xbf_queue_break() - end all I/O of a queue with errors, now and from now on
 * @q: the queue
 *
 * Idempotent. Waits for nothing but the bottom half. A request with a page of
 * its owner's that the backend still maps is ended once that mapping is gone.
 * Process context.
 */
void xbf_queue_break(struct xbf_queue *q)
{
	struct xbf_shadow_list unanswered = { NULL, NULL };
	struct xbf_shadow_list parked = { NULL, NULL };
	struct xbf_shadow *sh;

	xbf_ring_set_gate(&q->ring, XBF_GATE_DEAD);
	tasklet_disable(&q->bottom);
	take_all(q, &unanswered, &parked);
	tasklet_enable(&q->bottom);

	xbf_finish(q, &unanswered);
	while ((sh = xbf_list_pop(&parked)))
		xbf_end_failed(sh);
	tasklet_schedule(&q->bottom);
}

/**
 * xbf_queue_end_grants() - take back everything the backend was granted
 * @q: a queue without I/O, interrupt or bottom half
 *
 * Return: how many pages the backend still maps; call again while it is not 0.
 */
u32 xbf_queue_end_grants(struct xbf_queue *q)
{
	q->nr_area_refs = xbf_area_end(q->area_refs, q->nr_area_refs);
	return q->nr_area_refs + xbf_pool_destroy(&q->grants.data) +
	       xbf_pool_destroy(&q->grants.indirect);
}

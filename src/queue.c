// SPDX-License-Identifier: GPL-2.0
/*
 * queue.c - a hardware queue's life: made, opened, broken, taken back.
 *
 * Its requests go down in submit.c and come up in complete.c.
 */
#include <linux/ktime.h>

#include <xen/events.h>

#include "complete.h"
#include "core/replay.h"
#include "device.h"
#include "module.h"
#include "queue.h"
#include "submit.h"

static int xbf_init_hctx(struct blk_mq_hw_ctx *hctx, void *data, unsigned int index)
{
	struct xbf_dev *dev = data;

	hctx->driver_data = &dev->queues[index];
	return 0;
}

XBF_ADAPT_QUEUE_RQ(xbf_queue_rq)
XBF_ADAPT_QUEUE_RQS(xbf_queue_rqs)
XBF_ADAPT_COMMIT_RQS(xbf_commit_rqs)
XBF_ADAPT_TIMEOUT(xbf_timeout)
XBF_ADAPT_TASKLET(xbf_bottom)

/* clang-format off */
const struct blk_mq_ops xbf_mq_ops = {
	XBF_SET_QUEUE_RQ(xbf_queue_rq)
	XBF_SET_COMMIT_RQS(xbf_commit_rqs)
	XBF_SET_QUEUE_RQS(xbf_queue_rqs)
	XBF_SET_MAP_QUEUE
	.complete	= xbf_complete_rq,
	XBF_SET_TIMEOUT(xbf_timeout)
	.init_hctx	= xbf_init_hctx,
};
/* clang-format on */

/**
 * xbf_queue_init() - what a queue needs before it has a ring
 * @q: zeroed
 * @dev: the disk, its plan for the rings made
 * @index: of the queue
 *
 * May sleep. Return: 0 or -ENOMEM.
 */
int xbf_queue_init(struct xbf_queue *q, struct xbf_dev *dev, u32 index)
{
	u32 now = ktime_to_ns(ktime_get());

	q->dev = dev;
	q->via = q;
	spin_lock_init(&q->limbo_lock);
	INIT_DELAYED_WORK(&q->retry, xbf_retry);
	tasklet_setup(&q->bottom, xbf_bottom);
	scnprintf(q->name, sizeof(q->name), "%s-%u", xbf_dev_name(dev), index);
	xbf_ring_init(&q->ring, &q->shadows);
	if (xbf_shadows_init(&q->shadows, index, dev->plan.depth, dev->vdevice, now))
		return -ENOMEM;
	return 0;
}

static int init_grants(const struct xbf_queue *q, struct xbf_grants *g, const struct xbf_plan *plan,
		       enum xbf_mode mode, struct xbf_budget *budget, u32 reserve)
{
	g->max_indirect = plan->max_indirect;
	g->scrub = plan->scrub || mode == XBF_MODE_BOUNCE;
	g->data.mode = mode;
	g->data.domid = q->dev->backend_id;
	/* Pages with segments are ours and hold no secret: granted once. */
	g->indirect.mode = XBF_MODE_KEPT;
	/* A backend that keeps grants maps all of them writable. */
	g->indirect.readonly = mode != XBF_MODE_KEPT;
	g->indirect.domid = q->dev->backend_id;
	return xbf_pool_init(&g->data, budget, reserve, plan->pool_max) ||
	       xbf_pool_init(&g->indirect, budget, 0, plan->indirect_max);
}

/**
 * xbf_queue_set_grants() - give a queue its pools
 * @q: the queue; its ring exists, its gate is not open yet
 * @plan: the disk's plan, complete
 * @budget: what pools may grow by
 *
 * For every connection anew; nothing of the pools is in use then. May sleep.
 *
 * Return: 0, or -ENOMEM when not even the reserve could be had.
 */
int xbf_queue_set_grants(struct xbf_queue *q, const struct xbf_plan *plan,
			 struct xbf_budget *budget)
{
	if (init_grants(q, &q->grants, plan, plan->mode, budget, XBF_POOL_RESERVE))
		return -ENOMEM;
	if (plan->mode != XBF_MODE_DIRECT)
		return 0;
	return init_grants(q, &q->foreign, plan, XBF_MODE_BOUNCE, budget, 0) ? -ENOMEM : 0;
}

/**
 * xbf_queue_quiet() - nothing touches the queue's ring or its grants any more
 * @q: a queue whose gate is shut, and past that no submitter is at work
 *
 * Lets go of the event channel; waits for the bottom half, not for I/O.
 * Idempotent. Process context.
 */
void xbf_queue_quiet(struct xbf_queue *q)
{
	/* It may send events: first it, then the interrupt that schedules it. */
	tasklet_kill(&q->bottom);
	if (q->irq)
		unbind_from_irqhandler(q->irq, q);
	q->irq = 0;
	tasklet_kill(&q->bottom);
	cancel_delayed_work_sync(&q->retry);
	tasklet_kill(&q->bottom);
}

/**
 * xbf_queue_take() - take back every request that the backend has not answered
 * @q: a queue whose gate is shut
 * @list: they are added to it, in no order; their grants still stand
 *
 * Return: how many there were.
 */
u32 xbf_queue_take(struct xbf_queue *q, struct xbf_shadow_list *list)
{
	unsigned long flags = env_lock(&q->ring.cons_lock);
	u32 nr = xbf_replay_take(&q->ring, list);

	env_unlock(&q->ring.cons_lock, flags);
	return nr;
}

/**
 * xbf_queue_shut() - nothing goes by the queue's ring any more
 * @q: the queue
 *
 * What the backend has answered until now has come to its end: that is taken first.
 * Idempotent. Process context.
 */
void xbf_queue_shut(struct xbf_queue *q)
{
	xbf_queue_look(q);
	xbf_ring_set_gate(&q->ring, XBF_GATE_DEAD);
}

/**
 * xbf_queue_break() - end all I/O of a queue with errors
 * @q: a queue that was shut, and past that no submitter is at work: else it might
 *     use a page again on which the backend still works
 *
 * Idempotent. Waits for nothing but the bottom half. A request with a page of
 * its owner's that the backend still maps is ended once that mapping is gone.
 * Process context.
 */
void xbf_queue_break(struct xbf_queue *q)
{
	struct xbf_shadow_list unanswered = { NULL, NULL };
	struct xbf_shadow_list parked;
	struct xbf_shadow *sh;
	unsigned long flags;

	tasklet_disable(&q->bottom);
	xbf_queue_take(q, &unanswered);
	flags = env_lock(&q->ring.prod_lock);
	parked = q->ring.parked;
	q->ring.parked.head = NULL;
	env_unlock(&q->ring.prod_lock, flags);
	tasklet_enable(&q->bottom);

	for (sh = unanswered.head; sh; sh = sh->next)
		sh->status = XBF_ST_ERROR;
	xbf_finish(q, &unanswered);
	while ((sh = xbf_list_pop(&parked)))
		xbf_end_failed(sh);
	tasklet_schedule(&q->bottom);
	queue_delayed_work(xbf_wq, &q->retry, 0);
}

/**
 * xbf_queue_end_ring() - take back the memory that a ring shared
 * @q: a quiet queue
 *
 * Idempotent. Return: how many of its pages the backend still maps; until that
 * is 0 the memory stays.
 */
u32 xbf_queue_end_ring(struct xbf_queue *q)
{
	q->nr_area_refs = xbf_area_end(q->area_refs, q->nr_area_refs);
	if (q->area && !q->nr_area_refs) {
		free_pages_exact(q->area, q->nr_pages * XBF_FRAME_SIZE);
		q->area = NULL;
	}
	return q->nr_area_refs;
}

/**
 * xbf_queue_end_pools() - take back every grant for requests
 * @q: a quiet queue
 *
 * Idempotent. Return: how many pages the backend still maps.
 */
u32 xbf_queue_end_pools(struct xbf_queue *q)
{
	return xbf_pool_destroy(&q->grants.data) + xbf_pool_destroy(&q->grants.indirect) +
	       xbf_pool_destroy(&q->foreign.data) + xbf_pool_destroy(&q->foreign.indirect);
}

/**
 * xbf_queue_move_grants() - hand over what a queue's backend still maps
 * @to: zeroed; only to be ended from then on
 * @from: a quiet queue; has neither ring nor grants afterwards
 */
void xbf_queue_move_grants(struct xbf_queue *to, struct xbf_queue *from)
{
	to->area = from->area;
	to->nr_pages = from->nr_pages;
	to->nr_area_refs = from->nr_area_refs;
	memcpy(to->area_refs, from->area_refs, sizeof(to->area_refs));
	from->area = NULL;
	from->nr_area_refs = 0;
	xbf_pool_move(&to->grants.data, &from->grants.data);
	xbf_pool_move(&to->grants.indirect, &from->grants.indirect);
	xbf_pool_move(&to->foreign.data, &from->foreign.data);
	xbf_pool_move(&to->foreign.indirect, &from->foreign.indirect);
}

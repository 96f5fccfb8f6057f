// SPDX-License-Identifier: GPL-2.0
/*
 * complete.c - the way of a response up from the ring.
 *
 * service() reaps under the consumer lock; xbf_finish() ends grants and
 * completes in one batch. What must be copied back goes by the bottom half.
 * A request whose pages the backend keeps mapped is in limbo until they are
 * not: its next owner would share them.
 */
#include <xen/events.h>

#include "complete.h"
#include "core/reap.h"
#include "core/replay.h"
#include "device.h"
#include "module.h"
#include "piece.h"
#include "submit.h"

static void copy_back(struct xbf_shadow *sh)
{
	struct xbf_gnt *gnt = sh->grants;

	for_each_piece(rq_of(sh), sh->nr_done, sh->nr_segs, page, off, len,
		       gnt = xbf_seg_copy_back(gnt, page, off, len));
}

/* The status to end with. */
static blk_status_t end_status(const struct xbf_shadow *sh)
{
	if (likely(sh->status == XBF_ST_OK))
		return BLK_STS_OK;
	if (sh->status == XBF_ST_ERROR)
		return BLK_STS_IOERR;
	if (sh->op == BLKIF_OP_DISCARD)
		return xbf_refusal(sh);
	/* An empty flush that the backend declines: it has no cache to flush. */
	return BLK_STS_OK;
}

/*
 * The backend declined what it had offered: it is not asked again before the next
 * connection. Nobody makes another plan meanwhile: before that, we are past.
 */
static void follow_decline(struct xbf_queue *q, const struct xbf_shadow *sh)
{
	static const char *const what[XBF_NR_KINDS] = {
		[XBF_KIND_FORCE] = "barriers; writes are forced no more",
		[XBF_KIND_FLUSH] = "cache flushes; they are done with at once",
		[XBF_KIND_DISCARD] = "discard; it is off",
		[XBF_KIND_ERASE] = "secure discard; it is off",
	};

	if (!xbf_plan_revoke(&q->dev->plan, sh->kind))
		return;
	pr_warn_ratelimited("%s: the backend in domain %u no longer supports %s\n",
			    xbf_dev_name(q->dev), q->dev->backend_id, what[sh->kind]);
	xbf_dev_update(q->dev);
}

/* Does a request whose round has ended go out once more? */
static bool goes_on(struct xbf_queue *q, struct xbf_shadow *sh)
{
	if (unlikely(sh->status == XBF_ST_NOTSUPP))
		follow_decline(q, sh);
	return xbf_round_next(sh) || xbf_replay_stage(sh, blk_rq_pos(rq_of(sh)));
}

/* Ends requests in one batch; their tags are free from then on. */
static void end_batch(struct xbf_queue *q, struct xbf_shadow_list *ended)
{
	DEFINE_IO_COMP_BATCH(iob);
	struct xbf_shadow *sh;

	while ((sh = xbf_list_pop(ended))) {
		struct request *rq = rq_of(sh);
		blk_status_t status = end_status(sh);

		sh->owner = NULL;
		if (q->dev->nr_queues > 1) {
			struct xbf_pdu *pdu = blk_mq_rq_to_pdu(rq);

			pdu->status = status;
			if (blk_mq_complete_request_remote(rq))
				continue;
		}
		if (!blk_mq_add_to_batch(rq, &iob, status != BLK_STS_OK, blk_mq_end_request_batch))
			blk_mq_end_request(rq, status);
	}
	if (iob.complete)
		iob.complete(&iob);
}

/* Grants of most requests are given back together; few come from another pool. */
static bool end_round(struct xbf_queue *q, struct xbf_shadow *sh, struct xbf_chain *data,
		      struct xbf_chain *indirect)
{
	struct xbf_grants *grants = grants_of(q, sh);
	struct xbf_chain own_data = { NULL, NULL, 0 };
	struct xbf_chain own_indirect = { NULL, NULL, 0 };
	bool ended;

	if (likely(grants == &q->grants))
		return xbf_round_end(grants, sh, data, indirect);
	ended = xbf_round_end(grants, sh, &own_data, &own_indirect);
	xbf_pool_give(&grants->data, &own_data);
	xbf_pool_give(&grants->indirect, &own_indirect);
	return ended;
}

/**
 * xbf_finish() - end the grants of answered requests, and the requests
 * @q: the queue
 * @done: no part of them is out any more; bounced data is copied back
 *
 * One give-back to the pool and one completion for the whole batch. Any
 * context.
 */
void xbf_finish(struct xbf_queue *q, struct xbf_shadow_list *done)
{
	struct xbf_chain indirect = { NULL, NULL, 0 };
	struct xbf_chain data = { NULL, NULL, 0 };
	struct xbf_shadow_list ended = { NULL, NULL };
	struct xbf_shadow *sh;

	while ((sh = xbf_list_pop(done))) {
		if (!end_round(q, sh, &data, &indirect)) {
			xbf_limbo_add(q, sh);
			queue_delayed_work(xbf_wq, &q->retry, XBF_RETRY_DELAY);
		} else if (unlikely(goes_on(q, sh))) {
			xbf_park(q, sh);
		} else {
			xbf_list_add(&ended, sh);
		}
	}
	xbf_pool_give(&q->grants.data, &data);
	xbf_pool_give(&q->grants.indirect, &indirect);
	end_batch(q, &ended);
}

static void violated(struct xbf_queue *q, const struct xbf_reaped *r)
{
	xbf_ring_set_gate(&q->ring, XBF_GATE_DEAD);
	if (r->verdict == XBF_REAP_BAD_PROD)
		pr_err_ratelimited(
			"%s: queue %u: the backend in domain %u claims more responses than there were requests (index %u)\n",
			xbf_dev_name(q->dev), q->shadows.queue, q->dev->backend_id, r->prod);
	else
		pr_err_ratelimited(
			"%s: queue %u: the backend in domain %u sent a response that no request waits for (id %#llx, operation %u)\n",
			xbf_dev_name(q->dev), q->shadows.queue, q->dev->backend_id, r->id, r->op);
	xbf_dev_post(q->dev, XBF_EV_VIOLATION);
}

/*
 * Takes and completes what the backend has answered; says how much it was.
 * Any context.
 */
static u32 service(struct xbf_queue *q, bool event)
{
	struct xbf_shadow_list done = { NULL, NULL };
	struct xbf_reaped r;
	struct xbf_shadow *sh;
	unsigned long flags;
	bool soft;

	flags = env_lock(&q->ring.cons_lock);
	xbf_reap(&q->ring, &r);
	while ((sh = xbf_list_pop(&r.done)))
		xbf_list_add(xbf_needs_copy(grants_of(q, sh), sh) ? &q->soft : &done, sh);
	soft = q->soft.head;
	q->count.interrupts += event;
	q->count.late += event ? 0 : r.nr;
	q->count.responses += r.nr;
	env_unlock(&q->ring.cons_lock, flags);

	xbf_finish(q, &done);
	if (unlikely(r.verdict > XBF_REAP_SHUT))
		violated(q, &r);
	if (soft || READ_ONCE(q->ring.parked.head))
		tasklet_schedule(&q->bottom);
	return r.nr;
}

/**
 * xbf_queue_interrupt() - the backend sent an event
 * @irq: the interrupt
 * @data: the queue
 *
 * An event without a response is reported as spurious, so that the kernel
 * slows down a backend that floods us with them.
 *
 * Return: IRQ_HANDLED.
 */
irqreturn_t xbf_queue_interrupt(int irq, void *data)
{
	xen_irq_lateeoi(irq, service(data, true) ? 0 : XEN_EOI_FLAG_SPURIOUS);
	return IRQ_HANDLED;
}

/*
 * Not while the gate is shut; nor in a guest that was restored and does not know it
 * yet: its event channel is void, and the answers in its ring may be newer than
 * their data.
 */
static bool has_channel(const struct xbf_queue *q)
{
	return q->irq && irq_from_evtchn(q->evtchn) == q->irq;
}

/**
 * xbf_queue_look() - take what the backend has answered, without its event
 * @q: the queue
 *
 * In the worker, or where it waits for.
 *
 * Return: how many answers there were.
 */
u32 xbf_queue_look(struct xbf_queue *q)
{
	return has_channel(q) ? service(q, false) : 0;
}

/*
 * A request is late. Perhaps an event was lost, the backend's or ours: look at
 * the ring, and ring the bell again.
 */
static void look_without_event(struct xbf_queue *q)
{
	unsigned long flags;
	u32 found;

	if (!has_channel(q))
		return;
	found = service(q, false);
	if (found)
		pr_warn_ratelimited(
			"%s: queue %u: found %u late answers of the backend without an event\n",
			xbf_dev_name(q->dev), q->shadows.queue, found);
	flags = env_lock(&q->ring.cons_lock);
	if (q->ring.gate == XBF_GATE_RUN)
		notify_remote_via_irq(q->irq);
	env_unlock(&q->ring.cons_lock, flags);
}

/**
 * xbf_bottom() - what an interrupt must not do: copying, and preparing more
 * @t: the queue's tasklet
 */
void xbf_bottom(struct tasklet_struct *t)
{
	struct xbf_queue *q = container_of(t, struct xbf_queue, bottom);
	struct xbf_shadow_list soft, copied = { NULL, NULL };
	struct xbf_shadow *sh;
	unsigned long flags;

	if (unlikely(xchg(&q->overdue, 0)))
		look_without_event(q);
	flags = env_lock(&q->ring.cons_lock);
	soft = q->soft;
	q->soft.head = NULL;
	env_unlock(&q->ring.cons_lock, flags);

	while ((sh = xbf_list_pop(&soft))) {
		if (sh->status == XBF_ST_OK)
			copy_back(sh);
		xbf_list_add(&copied, sh);
	}
	xbf_finish(q, &copied);
	xbf_refill(q);
}

/* A request in limbo whose pages are free at last is ended, or goes (on) out. */
static void leave_limbo(struct xbf_queue *q, struct xbf_shadow *sh, struct xbf_shadow_list *ended)
{
	if (sh->status == XBF_ST_AGAIN) {
		sh->status = XBF_ST_OK;
		xbf_park(q, sh);
	} else if (goes_on(q, sh)) {
		xbf_park(q, sh);
	} else {
		xbf_list_add(ended, sh);
	}
}

/**
 * xbf_limbo_add() - let a request wait until the backend has unmapped its pages
 * @q: the queue
 * @sh: the request, not on the ring
 *
 * Somebody has to call xbf_limbo_retry(). Any context.
 */
void xbf_limbo_add(struct xbf_queue *q, struct xbf_shadow *sh)
{
	unsigned long flags;

	spin_lock_irqsave(&q->limbo_lock, flags);
	xbf_list_add(&q->limbo, sh);
	q->count.limbo++;
	spin_unlock_irqrestore(&q->limbo_lock, flags);
}

/**
 * xbf_limbo_retry() - look whether pages of requests in limbo are unmapped by now
 * @q: the queue
 *
 * Process context. Return: how many requests stay.
 */
u32 xbf_limbo_retry(struct xbf_queue *q)
{
	struct xbf_shadow_list limbo, ended = { NULL, NULL }, stay = { NULL, NULL };
	struct xbf_shadow *sh;
	unsigned long flags;
	u32 left = 0;

	spin_lock_irqsave(&q->limbo_lock, flags);
	limbo = q->limbo;
	q->limbo.head = NULL;
	spin_unlock_irqrestore(&q->limbo_lock, flags);

	while ((sh = xbf_list_pop(&limbo))) {
		if (xbf_round_retry(grants_of(q, sh), sh)) {
			leave_limbo(q, sh, &ended);
		} else {
			xbf_list_add(&stay, sh);
			left++;
		}
	}
	spin_lock_irqsave(&q->limbo_lock, flags);
	xbf_list_join(&q->limbo, &stay);
	spin_unlock_irqrestore(&q->limbo_lock, flags);
	end_batch(q, &ended);
	return left;
}

/**
 * xbf_retry() - try again what could not be done
 * @work: the queue's delayed work
 */
void xbf_retry(struct work_struct *work)
{
	struct xbf_queue *q = container_of(to_delayed_work(work), struct xbf_queue, retry);
	u32 left = xbf_limbo_retry(q);

	if (left) {
		pr_warn_ratelimited(
			"%s: the backend in domain %u still maps pages of %u requests; they wait\n",
			xbf_dev_name(q->dev), q->dev->backend_id, left);
		queue_delayed_work(xbf_wq, &q->retry, XBF_RETRY_DELAY);
	}
	xbf_pool_retry(&q->grants.data);
	xbf_pool_retry(&q->foreign.data);
	tasklet_schedule(&q->bottom);
}

/**
 * xbf_complete_rq() - complete on the submitter's CPU, sent there by end_batch()
 * @rq: the request
 */
void xbf_complete_rq(struct request *rq)
{
	struct xbf_pdu *pdu = blk_mq_rq_to_pdu(rq);

	blk_mq_end_request(rq, pdu->status);
}

/**
 * xbf_queue_knock() - look at the ring without an event, and send ours again
 * @q: the queue
 *
 * For the bottom half to do. Any context.
 */
void xbf_queue_knock(struct xbf_queue *q)
{
	WRITE_ONCE(q->overdue, 1);
	tasklet_schedule(&q->bottom);
}

/**
 * xbf_timeout() - a request is late
 * @rq: the request
 *
 * Nothing is ever taken away from a backend that still has our pages mapped, so
 * it only says so and waits on, unless io_timeout_fail says otherwise; then the
 * disk breaks. The bottom half looks whether an event was lost.
 *
 * Return: BLK_EH_RESET_TIMER.
 */
enum blk_eh_timer_return xbf_timeout(struct request *rq)
{
	struct xbf_queue *q = carrier_of(rq);
	u32 age = ++shadow_of(rq)->waits * (jiffies_to_msecs(rq->q->rq_timeout) / 1000);
	bool fails = xbf_io_timeout_fail && age >= xbf_io_timeout_fail;

	pr_warn_ratelimited(
		"%s: queue %u: request %d has waited %u s for the backend in domain %u (state %d); %s\n",
		xbf_dev_name(q->dev), q->shadows.queue, rq->tag, age, q->dev->backend_id,
		READ_ONCE(q->dev->peer),
		fails ? "that is too long (io_timeout_fail)" : "it waits on");
	if (fails)
		xbf_dev_post(q->dev, XBF_EV_OVERDUE);
	xbf_queue_knock(q);
	return BLK_EH_RESET_TIMER;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * queue.c - blk-mq operations: the way of a request down to the ring and up.
 *
 * Down: start() -> prepare() without a lock -> fill() under the producer lock
 * -> push once -> notify outside the lock. What finds no slot, no grant or the
 * gate on HOLD is parked, unprepared, and goes out from the bottom half.
 *
 * Up: the interrupt reaps under the consumer lock -> finish() ends grants and
 * completes in one batch. What must be copied back goes by the bottom half.
 */
#include <linux/module.h>

#include <xen/events.h>

#include "core/reap.h"
#include "device.h"
#include "module.h"
#include "queue.h"

#define RETRY_DELAY	(HZ / 10)

static struct request *rq_of(const struct xbf_shadow *sh)
{
	return sh->owner;
}

static struct xbf_queue *queue_of(const struct request *rq)
{
	return rq->mq_hctx->driver_data;
}

static struct xbf_shadow *shadow_of(struct xbf_queue *q, const struct request *rq)
{
	/* The driver tag; a flush request borrows one. Never the scheduler's. */
	return &q->shadows.entry[rq->tag];
}

/*
 * A piece is the part of a segment that lies in one 4 KiB frame; with 4 KiB
 * pages that is the segment. @body is done for @nr_ of them, after @skip_.
 */
#define for_each_piece(rq_, skip_, nr_, page_, off_, len_, body)		\
do {										\
	struct req_iterator iter_;						\
	struct bio_vec bv_;							\
	u32 skipped_ = 0, seen_ = 0;						\
										\
	rq_for_each_segment(bv_, rq_, iter_) {					\
		struct page *page_ = bv_.bv_page;				\
		u32 off_ = bv_.bv_offset;					\
		u32 rest_ = bv_.bv_len;						\
		u32 len_;							\
										\
		for (; rest_ && seen_ < (nr_); off_ += len_, rest_ -= len_) {	\
			len_ = min_t(u32, rest_, XBF_FRAME_SIZE -		\
				     (off_ & (XBF_FRAME_SIZE - 1)));		\
			if (skipped_ < (skip_)) {				\
				skipped_++;					\
				continue;					\
			}							\
			seen_++;						\
			body;							\
		}								\
	}									\
} while (0)

static u32 count_pieces(struct request *rq)
{
	u32 nr = 0;

	for_each_piece(rq, 0, U32_MAX, page, off, len, {
		(void)page;
		nr++;
	});
	return nr;
}

static void add_pieces(struct xbf_prep *prep, struct xbf_shadow *sh)
{
	for_each_piece(rq_of(sh), sh->nr_done, sh->nr_segs, page, off, len,
		       xbf_seg_add(prep, page, off, len));
}

static void copy_back(struct xbf_shadow *sh)
{
	struct xbf_gnt *gnt = sh->grants;

	for_each_piece(rq_of(sh), sh->nr_done, sh->nr_segs, page, off, len,
		       gnt = xbf_seg_copy_back(gnt, page, off, len));
}

/* ---- down ---- */

/* The operation on the ring; 0xff: not one that this disk does. */
#define NO_OP	0xff

static u8 ring_op(const struct xbf_queue *q, const struct request *rq)
{
	const struct xbf_plan *plan = &q->dev->plan;

	switch (req_op(rq)) {
	case REQ_OP_READ:
		return BLKIF_OP_READ;
	case REQ_OP_WRITE:
		/* Only writes are forced: a read with FUA is just a read. */
		if (plan->fua && rq->cmd_flags & REQ_FUA)
			return BLKIF_OP_WRITE_BARRIER;
		return BLKIF_OP_WRITE;
	case REQ_OP_FLUSH:
		return plan->flush_op ? plan->flush_op : NO_OP;
	case REQ_OP_DISCARD:
		return plan->discard ? BLKIF_OP_DISCARD : NO_OP;
	case REQ_OP_SECURE_ERASE:
		return plan->secure ? BLKIF_OP_DISCARD : NO_OP;
	default:
		return NO_OP;
	}
}

/* Takes the tag into use; NULL: this disk does not do that. */
static struct xbf_shadow *start(struct xbf_queue *q, struct request *rq)
{
	struct xbf_shadow *sh = shadow_of(q, rq);
	u8 op = ring_op(q, rq);
	u32 nr = 0;

	blk_mq_start_request(rq);
	if (op == NO_OP)
		return NULL;
	if (op == BLKIF_OP_DISCARD) {
		sh->secure = req_op(rq) == REQ_OP_SECURE_ERASE;
		sh->nr_sectors = blk_rq_sectors(rq);
	} else if (req_op(rq) != REQ_OP_FLUSH) {
		nr = count_pieces(rq);
	}
	xbf_request_start(sh, rq, op, req_op(rq) == REQ_OP_FLUSH ? 0 : blk_rq_pos(rq), nr);
	return sh;
}

/* Prepares one round with grants that are already in @prep. */
static bool prepare(struct xbf_prep *prep, struct xbf_shadow *sh, u32 nr)
{
	if (!nr)
		return true;
	if (!xbf_round_begin(prep, sh, nr))
		return false;
	add_pieces(prep, sh);
	xbf_round_ready(prep);
	return true;
}

/* What is left of a batch's grants goes back; NULL is fine. */
static void give_rest(struct xbf_queue *q, struct xbf_gnt *head)
{
	struct xbf_chain rest = { NULL, NULL, 0 };
	struct xbf_gnt *next;

	for (; head; head = next) {
		next = head->next;
		xbf_chain_add(&rest, head, head, 1);
	}
	xbf_pool_give(&q->grants.data, &rest);
}

static bool take_and_prepare(struct xbf_queue *q, struct xbf_shadow *sh, u32 nr)
{
	struct xbf_prep prep = { .grants = &q->grants };

	prep.next = xbf_pool_take(&q->grants.data, nr);
	if (!prep.next)
		return false;
	if (prepare(&prep, sh, nr))
		return true;
	give_rest(q, prep.next);
	return false;
}

/*
 * Prepares one round on its own. False: nothing to be had now, but others are
 * on their way and give back when they are done. When nobody is, the round
 * carries what one direct request can: the reserve guarantees that much.
 */
static bool prepare_alone(struct xbf_queue *q, struct xbf_shadow *sh)
{
	u32 nr = xbf_round_size(&q->grants, sh);

	if (!nr || take_and_prepare(q, sh, nr))
		return true;
	if (nr <= XBF_SEGS_DIRECT || !xbf_ring_idle(&q->ring))
		return false;
	return take_and_prepare(q, sh, XBF_SEGS_DIRECT);
}

static void end_failed(struct xbf_shadow *sh)
{
	struct request *rq = rq_of(sh);

	sh->owner = NULL;
	blk_mq_end_request(rq, BLK_STS_IOERR);
}

static void park(struct xbf_queue *q, struct xbf_shadow *sh)
{
	unsigned long flags = env_lock(&q->ring.prod_lock);
	bool dead = q->ring.gate == XBF_GATE_DEAD;

	if (!dead) {
		xbf_list_add(&q->ring.parked, sh);
		q->count.parked++;
	}
	env_unlock(&q->ring.prod_lock, flags);
	if (dead)
		end_failed(sh);
	else
		/* It looks again: what we lacked may have come free meanwhile. */
		tasklet_schedule(&q->bottom);
}

static void notify(struct xbf_queue *q, bool wanted)
{
	if (wanted)
		notify_remote_via_irq(q->irq);
}

static bool push(struct xbf_queue *q)
{
	u32 before = q->ring.req_pushed;
	bool wanted = xbf_ring_push(&q->ring);

	q->count.pushes += q->ring.req_pushed != before;
	q->count.notifies += wanted;
	return wanted;
}

/*
 * Fills a batch of prepared requests into the ring, shows them to the backend
 * if @last, and notifies it. What does not fit is unwound and parked.
 */
static void fill(struct xbf_queue *q, struct xbf_shadow *batch, bool last)
{
	enum xbf_put put = XBF_PUT_OK;
	struct xbf_shadow *sh = batch;
	bool wanted = false;
	unsigned long flags;

	flags = env_lock(&q->ring.prod_lock);
	for (; sh; sh = sh->next) {
		put = xbf_ring_put(&q->ring, sh);
		if (put != XBF_PUT_OK)
			break;
		q->count.requests++;
	}
	if (last || sh)
		wanted = push(q);
	env_unlock(&q->ring.prod_lock, flags);
	notify(q, wanted);

	while (sh) {
		struct xbf_shadow *next = sh->next;

		xbf_round_cancel(&q->grants, sh);
		park(q, sh);
		sh = next;
	}
}

/* Prepares and fills the requests of a plug; one take from the pool for all. */
static void submit(struct xbf_queue *q, struct xbf_shadow_list *batch, u32 nr_grants, bool last)
{
	struct xbf_prep prep = { .grants = &q->grants };
	struct xbf_shadow_list ready = { NULL, NULL };
	/* Nobody overtakes those that wait. */
	bool wait = READ_ONCE(q->ring.parked.head);
	struct xbf_shadow *sh;
	bool ok;

	if (nr_grants && !wait)
		prep.next = xbf_pool_take(&q->grants.data, nr_grants);

	while ((sh = xbf_list_pop(batch))) {
		if (wait)
			ok = false;
		else if (prep.next)
			ok = prepare(&prep, sh, xbf_round_size(&q->grants, sh));
		else
			ok = prepare_alone(q, sh);
		if (ok)
			xbf_list_add(&ready, sh);
		else
			park(q, sh);
	}
	if (unlikely(prep.next))
		give_rest(q, prep.next);
	fill(q, ready.head, last);
}

static blk_status_t xbf_queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	struct xbf_queue *q = hctx->driver_data;
	struct xbf_shadow_list batch = { NULL, NULL };
	struct xbf_shadow *sh = start(q, bd->rq);

	if (!sh)
		return BLK_STS_NOTSUPP;
	xbf_list_add(&batch, sh);
	submit(q, &batch, xbf_round_size(&q->grants, sh), bd->last);
	return BLK_STS_OK;
}

static void xbf_commit_rqs(struct blk_mq_hw_ctx *hctx)
{
	struct xbf_queue *q = hctx->driver_data;
	unsigned long flags;
	bool wanted;

	flags = env_lock(&q->ring.prod_lock);
	wanted = push(q);
	env_unlock(&q->ring.prod_lock, flags);
	notify(q, wanted);
}

static void xbf_queue_rqs(struct rq_list *rqlist)
{
	struct xbf_shadow_list batch;
	struct xbf_shadow *sh;
	struct xbf_queue *q;
	struct request *rq;
	u32 nr_grants;

	while ((rq = rq_list_peek(rqlist))) {
		q = queue_of(rq);
		batch.head = NULL;
		nr_grants = 0;
		do {
			rq_list_pop(rqlist);
			sh = start(q, rq);
			if (sh) {
				nr_grants += xbf_round_size(&q->grants, sh);
				xbf_list_add(&batch, sh);
			} else {
				blk_mq_end_request(rq, BLK_STS_NOTSUPP);
			}
			rq = rq_list_peek(rqlist);
		} while (rq && queue_of(rq) == q);
		submit(q, &batch, nr_grants, true);
	}
}
XBF_ADAPT_QUEUE_RQS(xbf_queue_rqs)

/* ---- up ---- */

static void limbo_add(struct xbf_queue *q, struct xbf_shadow *sh)
{
	unsigned long flags;

	spin_lock_irqsave(&q->limbo_lock, flags);
	xbf_list_add(&q->limbo, sh);
	q->count.limbo++;
	spin_unlock_irqrestore(&q->limbo_lock, flags);
	queue_delayed_work(xbf_wq, &q->retry, RETRY_DELAY);
}

/* The status to end with. */
static blk_status_t end_status(struct xbf_queue *q, const struct xbf_shadow *sh)
{
	if (likely(sh->status == XBF_ST_OK))
		return BLK_STS_OK;
	if (sh->status == XBF_ST_ERROR)
		return BLK_STS_IOERR;
	if (sh->op == BLKIF_OP_DISCARD)
		return BLK_STS_NOTSUPP;
	/* An empty flush that the backend declines: it has no cache to flush. */
	if (!q->flush_refused)
		pr_warn("%s: the backend no longer supports cache flushes; they are done with at once\n",
			xbf_dev_name(q->dev));
	q->flush_refused = true;
	return BLK_STS_OK;
}

/* Does a request whose round has ended go out once more? */
static bool goes_on(struct xbf_shadow *sh)
{
	if (xbf_round_next(sh))
		return true;
	if (sh->status != XBF_ST_NOTSUPP || sh->op != BLKIF_OP_WRITE_BARRIER || !sh->nr_total)
		return false;
	/* A declined barrier has written nothing: send its data as a plain write. */
	xbf_request_start(sh, sh->owner, BLKIF_OP_WRITE, blk_rq_pos(rq_of(sh)), sh->nr_total);
	return true;
}

/* Ends requests in one batch; their tags are free from then on. */
static void end_batch(struct xbf_queue *q, struct xbf_shadow_list *ended)
{
	DEFINE_IO_COMP_BATCH(iob);
	struct xbf_shadow *sh;

	while ((sh = xbf_list_pop(ended))) {
		struct request *rq = rq_of(sh);
		blk_status_t status = end_status(q, sh);

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

/* Ends the grants of answered requests, and the requests; one batch. */
static void finish(struct xbf_queue *q, struct xbf_shadow_list *done)
{
	struct xbf_chain indirect = { NULL, NULL, 0 };
	struct xbf_chain data = { NULL, NULL, 0 };
	struct xbf_shadow_list ended = { NULL, NULL };
	struct xbf_shadow *sh;

	while ((sh = xbf_list_pop(done))) {
		if (!xbf_round_end(&q->grants, sh, &data, &indirect))
			limbo_add(q, sh);
		else if (unlikely(goes_on(sh)))
			park(q, sh);
		else
			xbf_list_add(&ended, sh);
	}
	xbf_pool_give(&q->grants.data, &data);
	xbf_pool_give(&q->grants.indirect, &indirect);
	end_batch(q, &ended);
}

static void violated(struct xbf_queue *q, const struct xbf_reaped *r)
{
	xbf_ring_set_gate(&q->ring, XBF_GATE_DEAD);
	if (r->verdict == XBF_REAP_BAD_PROD)
		pr_err_ratelimited("%s: queue %u: the backend in domain %u claims more responses than there were requests (index %u)\n",
				   xbf_dev_name(q->dev), q->shadows.queue, q->dev->backend_id,
				   r->prod);
	else
		pr_err_ratelimited("%s: queue %u: the backend in domain %u sent a response that no request waits for (id %#llx, operation %u)\n",
				   xbf_dev_name(q->dev), q->shadows.queue, q->dev->backend_id,
				   r->id, r->op);
	xbf_dev_post(q->dev, XBF_EV_VIOLATION);
}

/*
 * Takes and completes what the backend has answered; says how much it was.
 * Any context.
 */
static u32 service(struct xbf_queue *q, bool interrupt)
{
	struct xbf_shadow_list done = { NULL, NULL };
	struct xbf_reaped r;
	struct xbf_shadow *sh;
	unsigned long flags;
	bool soft;

	flags = env_lock(&q->ring.cons_lock);
	xbf_reap(&q->ring, &r);
	while ((sh = xbf_list_pop(&r.done)))
		xbf_list_add(xbf_needs_copy(&q->grants, sh) ? &q->soft : &done, sh);
	soft = q->soft.head;
	q->count.interrupts += interrupt;
	q->count.responses += r.nr;
	env_unlock(&q->ring.cons_lock, flags);

	finish(q, &done);
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

/* Fills the ring from the parked list. Only the bottom half takes from it. */
static void refill(struct xbf_queue *q)
{
	struct xbf_shadow *sh;
	unsigned long flags;
	bool wanted;

	flags = env_lock(&q->ring.prod_lock);
	while (q->ring.gate == XBF_GATE_RUN && (sh = q->ring.parked.head)) {
		enum xbf_put put;

		env_unlock(&q->ring.prod_lock, flags);
		if (!prepare_alone(q, sh)) {
			queue_delayed_work(xbf_wq, &q->retry, RETRY_DELAY);
			flags = env_lock(&q->ring.prod_lock);
			break;
		}
		flags = env_lock(&q->ring.prod_lock);
		put = xbf_ring_put(&q->ring, sh);
		if (put != XBF_PUT_OK) {
			env_unlock(&q->ring.prod_lock, flags);
			xbf_round_cancel(&q->grants, sh);
			flags = env_lock(&q->ring.prod_lock);
			break;
		}
		xbf_list_pop(&q->ring.parked);
		q->count.requests++;
	}
	wanted = push(q);
	env_unlock(&q->ring.prod_lock, flags);
	notify(q, wanted);
}

/* What an interrupt must not do: copying, and preparing more. */
static void bottom(struct tasklet_struct *t)
{
	struct xbf_queue *q = container_of(t, struct xbf_queue, bottom);
	struct xbf_shadow_list soft, copied = { NULL, NULL };
	struct xbf_shadow *sh;
	unsigned long flags;

	flags = env_lock(&q->ring.cons_lock);
	soft = q->soft;
	q->soft.head = NULL;
	env_unlock(&q->ring.cons_lock, flags);

	while ((sh = xbf_list_pop(&soft))) {
		if (sh->status == XBF_ST_OK)
			copy_back(sh);
		xbf_list_add(&copied, sh);
	}
	finish(q, &copied);
	refill(q);
}

/* Requests whose pages the backend has let go of by now are completed. */
static void retry_limbo(struct xbf_queue *q)
{
	struct xbf_shadow_list limbo, ended = { NULL, NULL };
	struct xbf_shadow *sh;
	unsigned long flags;
	bool left = false;

	spin_lock_irqsave(&q->limbo_lock, flags);
	limbo = q->limbo;
	q->limbo.head = NULL;
	spin_unlock_irqrestore(&q->limbo_lock, flags);

	while ((sh = xbf_list_pop(&limbo))) {
		if (xbf_round_retry(&q->grants, sh)) {
			if (goes_on(sh))
				park(q, sh);
			else
				xbf_list_add(&ended, sh);
			continue;
		}
		left = true;
		spin_lock_irqsave(&q->limbo_lock, flags);
		xbf_list_add(&q->limbo, sh);
		spin_unlock_irqrestore(&q->limbo_lock, flags);
	}
	end_batch(q, &ended);
	if (!left)
		return;
	pr_warn_ratelimited("%s: the backend in domain %u has answered requests but still maps their pages; they wait\n",
			    xbf_dev_name(q->dev), q->dev->backend_id);
	queue_delayed_work(xbf_wq, &q->retry, RETRY_DELAY);
}

static void retry(struct work_struct *work)
{
	struct xbf_queue *q = container_of(to_delayed_work(work), struct xbf_queue, retry);

	retry_limbo(q);
	xbf_pool_retry(&q->grants.data);
	tasklet_schedule(&q->bottom);
}

/* Completion on another CPU, by way of the block layer. */
static void xbf_complete_rq(struct request *rq)
{
	struct xbf_pdu *pdu = blk_mq_rq_to_pdu(rq);

	blk_mq_end_request(rq, pdu->status);
}

/*
 * Nothing is ever taken away from a backend that still has our pages mapped,
 * so a request that is late only waits on. But the event may have been lost:
 * look at the ring, and ring the bell again.
 */
static enum blk_eh_timer_return xbf_timeout(struct request *rq)
{
	struct xbf_queue *q = queue_of(rq);

	if (service(q, false))
		pr_warn_ratelimited("%s: queue %u: found responses without an event\n",
				    xbf_dev_name(q->dev), q->shadows.queue);
	if (!blk_mq_request_started(rq) || blk_mq_request_completed(rq))
		return BLK_EH_DONE;
	pr_warn_ratelimited("%s: queue %u: the backend in domain %u has not answered a request for %u s; still waiting (it is in state %d)\n",
			    xbf_dev_name(q->dev), q->shadows.queue, q->dev->backend_id,
			    jiffies_to_msecs(rq->q->rq_timeout) / 1000, q->dev->peer);
	if (READ_ONCE(q->ring.gate) == XBF_GATE_RUN)
		notify_remote_via_irq(q->irq);
	return BLK_EH_RESET_TIMER;
}
XBF_ADAPT_TIMEOUT(xbf_timeout)

static int xbf_init_hctx(struct blk_mq_hw_ctx *hctx, void *data, unsigned int index)
{
	struct xbf_dev *dev = data;

	hctx->driver_data = &dev->queues[index];
	return 0;
}

const struct blk_mq_ops xbf_mq_ops = {
	.queue_rq	= xbf_queue_rq,
	.commit_rqs	= xbf_commit_rqs,
	XBF_SET_QUEUE_RQS(xbf_queue_rqs)
	.complete	= xbf_complete_rq,
	XBF_SET_TIMEOUT(xbf_timeout)
	.init_hctx	= xbf_init_hctx,
};

/* ---- life ---- */

/**
 * xbf_queue_init() - what a queue needs before it has a ring
 * @q: zeroed
 * @dev: the disk
 */
void xbf_queue_init(struct xbf_queue *q, struct xbf_dev *dev)
{
	q->dev = dev;
	spin_lock_init(&q->limbo_lock);
	INIT_DELAYED_WORK(&q->retry, retry);
	tasklet_setup(&q->bottom, bottom);
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

	finish(q, &unanswered);
	while ((sh = xbf_list_pop(&parked)))
		end_failed(sh);
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

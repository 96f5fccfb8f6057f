// SPDX-License-Identifier: GPL-2.0
/*
 * submit.c - the way of a request down to the ring.
 *
 * start() takes the tag into use; prepare() grants or copies, without a lock;
 * fill() puts it into slots under the producer lock and pushes once; the event
 * is sent outside the lock. What finds no slot, no grant or the gate on HOLD is
 * parked, unprepared, and goes out from the bottom half by xbf_refill().
 */
#include <xen/events.h>

#include "device.h"
#include "module.h"
#include "piece.h"
#include "submit.h"

/* Counts the pieces of a request; can all of them be granted? */
static u32 count_pieces(struct request *rq, bool *foreign)
{
	u32 nr = 0;

	for_each_piece(rq, 0, U32_MAX, page, off, len, {
		*foreign |= xbf_page_is_foreign(page);
		nr++;
	});
	return nr;
}

static void add_pieces(struct xbf_prep *prep, struct xbf_shadow *sh)
{
	for_each_piece(rq_of(sh), sh->nr_done, sh->nr_segs, page, off, len,
		       xbf_seg_add(prep, page, off, len));
}

static enum xbf_kind kind_of(const struct request *rq)
{
	switch (req_op(rq)) {
	case REQ_OP_READ:
		return XBF_KIND_READ;
	case REQ_OP_WRITE:
		/* Only writes are forced: a read with FUA is just a read. */
		return rq->cmd_flags & REQ_FUA ? XBF_KIND_FORCE : XBF_KIND_WRITE;
	case REQ_OP_FLUSH:
		return XBF_KIND_FLUSH;
	case REQ_OP_DISCARD:
		return XBF_KIND_DISCARD;
	case REQ_OP_SECURE_ERASE:
		return XBF_KIND_ERASE;
	default:
		return XBF_NR_KINDS;
	}
}

/* Takes the tag into use; NULL: this is nothing that a disk of ours does. */
static struct xbf_shadow *start(struct request *rq)
{
	struct xbf_shadow *sh = shadow_of(rq);
	enum xbf_kind kind = kind_of(rq);
	u32 nr = 0;

	blk_mq_start_request(rq);
	sh->foreign = false;
	sh->through = false;
	if (kind < XBF_KIND_FLUSH)
		nr = count_pieces(rq, &sh->foreign);
	else if (kind == XBF_NR_KINDS)
		return NULL;
	else if (kind != XBF_KIND_FLUSH)
		sh->nr_sectors = blk_rq_sectors(rq);
	xbf_request_start(sh, rq, kind, kind == XBF_KIND_FLUSH ? 0 : blk_rq_pos(rq), nr);
	return sh;
}

static void end_unsent(struct xbf_shadow *sh, blk_status_t status)
{
	struct request *rq = rq_of(sh);

	sh->owner = NULL;
	blk_mq_end_request(rq, status);
}

/*
 * Decides what the request is on the ring: by the plan that holds while the gate
 * is open. The backend may decline an operation meanwhile, so it is asked once.
 * False: there is nothing to send.
 */
static bool decide(const struct xbf_queue *q, struct xbf_shadow *sh)
{
	const struct xbf_dev *dev = q->dev;

	/* The block layer does not know yet that there is a cache, and never flushes. */
	if (unlikely(!READ_ONCE(dev->disk.cached)) && xbf_plan_flushes(&dev->plan)) {
		sh->through = true;
		if (sh->kind == XBF_KIND_WRITE)
			sh->kind = XBF_KIND_FORCE;
	}
	sh->op = READ_ONCE(dev->plan.ops[sh->kind]);
	return likely(sh->op < XBF_OP_DONE);
}

/**
 * xbf_refusal() - the status of a discard that no backend does
 * @sh: its shadow
 *
 * Up to 5.18 the block layer takes "not supported" for success, which does no harm to
 * a plain discard; but who asked for a secure one must not take the data for gone.
 *
 * Return: an error.
 */
blk_status_t xbf_refusal(const struct xbf_shadow *sh)
{
	return sh->kind == XBF_KIND_ERASE ? BLK_STS_IOERR : BLK_STS_NOTSUPP;
}

/* Ends what decide() found nothing to send for. */
static void end_decided(struct xbf_shadow *sh)
{
	end_unsent(sh, sh->op == XBF_OP_DONE ? BLK_STS_OK : xbf_refusal(sh));
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
static void give_rest(struct xbf_pool *pool, struct xbf_gnt *head)
{
	struct xbf_chain rest = { NULL, NULL, 0 };
	struct xbf_gnt *next;

	for (; head; head = next) {
		next = head->next;
		xbf_chain_add(&rest, head, head, 1);
	}
	xbf_pool_give(pool, &rest);
}

static bool take_and_prepare(struct xbf_queue *q, struct xbf_shadow *sh, u32 nr)
{
	struct xbf_prep prep = { .grants = grants_of(q, sh) };
	struct xbf_pool *pool = &prep.grants->data;

	prep.next = xbf_pool_take(pool, nr);
	if (!prep.next)
		return false;
	if (prepare(&prep, sh, nr))
		return true;
	give_rest(pool, prep.next);
	return false;
}

/*
 * Prepares one round on its own. False: nothing to be had now, but others are
 * on their way and give back when they are done. When nobody is, the round
 * carries what one direct request can: the reserve guarantees that much.
 */
static bool prepare_alone(struct xbf_queue *q, struct xbf_shadow *sh)
{
	u32 nr = xbf_round_size(grants_of(q, sh), sh);

	if (!nr || take_and_prepare(q, sh, nr))
		return true;
	if (nr <= XBF_SEGS_DIRECT || !xbf_ring_idle(&q->ring))
		return false;
	return take_and_prepare(q, sh, XBF_SEGS_DIRECT);
}

/**
 * xbf_end_failed() - end a request that is not on the ring
 * @sh: its entry; without grants
 */
void xbf_end_failed(struct xbf_shadow *sh)
{
	end_unsent(sh, BLK_STS_IOERR);
}

/**
 * xbf_park() - let a request wait for slots, grants or the gate
 * @q: the queue
 * @sh: the request, taken into use and not prepared
 *
 * On a dead ring it ends with an error at once. Any context.
 */
void xbf_park(struct xbf_queue *q, struct xbf_shadow *sh)
{
	unsigned long flags = env_lock(&q->ring.prod_lock);
	bool dead = q->ring.gate == XBF_GATE_DEAD;

	if (!dead) {
		xbf_list_add(&q->ring.parked, sh);
		q->count.parked++;
	}
	env_unlock(&q->ring.prod_lock, flags);
	if (dead)
		xbf_end_failed(sh);
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
	struct xbf_shadow *sh, *next;
	bool wanted = false;
	unsigned long flags;

	flags = env_lock(&q->ring.prod_lock);
	for (sh = batch; sh; sh = next) {
		/* Once it is put, the entry is the consumer's. */
		next = sh->next;
		if (xbf_ring_put(&q->ring, sh) != XBF_PUT_OK)
			break;
		q->count.requests++;
	}
	if (last || sh)
		wanted = push(q);
	env_unlock(&q->ring.prod_lock, flags);
	notify(q, wanted);

	while (sh) {
		next = sh->next;
		xbf_round_cancel(grants_of(q, sh), sh);
		xbf_park(q, sh);
		sh = next;
	}
}

/*
 * struct batch - requests that go down together
 * @q: the queue by whose ring they go
 * @list: they
 * @nr_grants: what they need
 * @wait: nobody overtakes those that are parked; and nothing is prepared while
 *	  the gate is shut, for then plan and pools may be changing, and the ring
 *	  by which a queue goes
 */
struct batch {
	struct xbf_queue *q;
	struct xbf_shadow_list list;
	u32 nr_grants;
	bool wait;
};

static void batch_begin(struct batch *b, const struct xbf_queue *own)
{
	struct xbf_queue *q = READ_ONCE(own->via);

	b->q = q;
	b->list.head = NULL;
	b->nr_grants = 0;
	b->wait = READ_ONCE(q->ring.parked.head) ||
		  smp_load_acquire(&q->ring.gate) != XBF_GATE_RUN || READ_ONCE(own->via) != q;
}

/* Do its grants come from where those of nearly all others do? */
static bool is_batched(struct xbf_queue *q, const struct xbf_shadow *sh)
{
	return likely(grants_of(q, sh) == &q->grants);
}

static void batch_add(struct batch *b, struct request *rq)
{
	struct xbf_shadow *sh = start(rq);

	if (unlikely(!sh)) {
		blk_mq_end_request(rq, BLK_STS_NOTSUPP);
		return;
	}
	if (likely(!b->wait)) {
		if (!decide(b->q, sh)) {
			end_decided(sh);
			return;
		}
		if (is_batched(b->q, sh))
			b->nr_grants += xbf_round_size(&b->q->grants, sh);
	}
	xbf_list_add(&b->list, sh);
}

/* Prepares and fills a batch; one take from the pool for all. */
static void submit(struct batch *b, bool last)
{
	struct xbf_queue *q = b->q;
	struct xbf_prep prep = { .grants = &q->grants };
	struct xbf_shadow_list ready = { NULL, NULL };
	struct xbf_shadow *sh;
	bool ok;

	if (b->nr_grants)
		prep.next = xbf_pool_take(&q->grants.data, b->nr_grants);

	while ((sh = xbf_list_pop(&b->list))) {
		if (b->wait)
			ok = false;
		else if (prep.next && is_batched(q, sh))
			ok = prepare(&prep, sh, xbf_round_size(&q->grants, sh));
		else
			ok = prepare_alone(q, sh);
		if (ok)
			xbf_list_add(&ready, sh);
		else
			xbf_park(q, sh);
	}
	if (unlikely(prep.next))
		give_rest(&q->grants.data, prep.next);
	fill(q, ready.head, last);
}

/**
 * xbf_queue_rq() - the block layer hands over one request
 * @hctx: the hardware queue
 * @bd: the request, and whether more follow at once
 *
 * Return: BLK_STS_OK: a request that has to wait is taken as accepted, one that
 * the disk cannot do has ended.
 */
blk_status_t xbf_queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	struct batch b;

	batch_begin(&b, hctx->driver_data);
	batch_add(&b, bd->rq);
	submit(&b, bd->last);
	return BLK_STS_OK;
}

/**
 * xbf_commit_rqs() - nothing follows after all: push what was filled
 * @hctx: the hardware queue
 */
void xbf_commit_rqs(struct blk_mq_hw_ctx *hctx)
{
	struct xbf_queue *own = hctx->driver_data;
	struct xbf_queue *q = READ_ONCE(own->via);
	unsigned long flags;
	bool wanted;

	flags = env_lock(&q->ring.prod_lock);
	wanted = push(q);
	env_unlock(&q->ring.prod_lock, flags);
	notify(q, wanted);
}

/**
 * xbf_queue_rqs() - the block layer hands over a whole plug
 * @rqlist: requests of one disk, of any of its queues; emptied
 *
 * One pool take, one lock and one push for each run of requests of a ring.
 */
void xbf_queue_rqs(struct rq_list *rqlist)
{
	struct request *rq;
	struct batch b;

	while ((rq = rq_list_peek(rqlist))) {
		batch_begin(&b, queue_of(rq));
		do {
			rq_list_pop(rqlist);
			batch_add(&b, rq);
			rq = rq_list_peek(rqlist);
		} while (rq && carrier_of(rq) == b.q);
		submit(&b, true);
	}
}

/* Prepares and fills the first that is parked; false: it has to wait on. */
static bool send_first(struct xbf_queue *q, struct xbf_shadow *sh)
{
	unsigned long flags;
	bool sent;

	if (!prepare_alone(q, sh)) {
		queue_delayed_work(xbf_wq, &q->retry, XBF_RETRY_DELAY);
		return false;
	}
	flags = env_lock(&q->ring.prod_lock);
	/* Once it is put, the entry is the consumer's. */
	xbf_list_pop(&q->ring.parked);
	sent = xbf_ring_put(&q->ring, sh) == XBF_PUT_OK;
	if (sent)
		q->count.requests++;
	else
		xbf_list_push(&q->ring.parked, sh);
	env_unlock(&q->ring.prod_lock, flags);
	if (!sent)
		xbf_round_cancel(grants_of(q, sh), sh);
	return sent;
}

/* Hands the first that is parked on to the ring by which it goes now, if another. */
static bool hand_on(struct xbf_queue *q)
{
	unsigned long flags = env_lock(&q->ring.prod_lock);
	struct xbf_shadow *sh = q->ring.parked.head;
	struct xbf_queue *to = sh ? carrier_of(rq_of(sh)) : q;

	if (to != q)
		xbf_list_pop(&q->ring.parked);
	env_unlock(&q->ring.prod_lock, flags);
	if (to != q)
		xbf_park(to, sh);
	return to != q;
}

/**
 * xbf_refill() - send what is parked, as far as it goes
 * @q: the queue
 *
 * Only the bottom half calls this: nobody else takes from the parked list
 * while the gate is open.
 */
void xbf_refill(struct xbf_queue *q)
{
	struct xbf_shadow *sh;
	unsigned long flags;
	bool wanted, sent = true, ended;

	do {
		while (hand_on(q))
			;
		flags = env_lock(&q->ring.prod_lock);
		sh = q->ring.gate == XBF_GATE_RUN ? q->ring.parked.head : NULL;
		ended = sh && !decide(q, sh);
		if (ended)
			xbf_list_pop(&q->ring.parked);
		env_unlock(&q->ring.prod_lock, flags);
		if (ended)
			end_decided(sh);
		else if (sh)
			sent = send_first(q, sh);
	} while (sh && sent);

	flags = env_lock(&q->ring.prod_lock);
	wanted = push(q);
	env_unlock(&q->ring.prod_lock, flags);
	notify(q, wanted);
}

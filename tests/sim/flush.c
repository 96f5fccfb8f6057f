// SPDX-License-Identifier: GPL-2.0
/*
 * flush.c - writes that are to reach stable storage, and empty flushes.
 *
 * What the queue cannot do at once becomes a sequence: flush, write, flush. The
 * flush of a hardware queue is one request, which borrows the tag of the first
 * that waits for it; those that come while it is on its way wait for the next.
 */
#include "block.h"

static void issue_flush(struct blk_mq_hw_ctx *hctx)
{
	struct request *first, *rq = hctx->flush_rq;

	if (hctx->flushing || list_empty(&hctx->flush_pending))
		return;
	/* While data is on its way it may pay to wait for more. */
	if (hctx->flush_data && sim_chance(2))
		return;
	first = list_first_entry(&hctx->flush_pending, struct request, queuelist);
	while (!list_empty(&hctx->flush_pending)) {
		struct list_head *item = hctx->flush_pending.next;

		list_del(item);
		list_add_tail(item, &hctx->flush_running);
	}
	hctx->flushing = true;
	rq->cmd_flags = REQ_OP_FLUSH | REQ_PREFLUSH;
	rq->bio = NULL;
	rq->sector = 0;
	rq->nr_sectors = 0;
	rq->mq_hctx = hctx;
	rq->state = MQ_RQ_IDLE;
	rq->refs = 1;
	rq->tag = first->tag;
	rq->internal_tag = BLK_MQ_NO_TAG;
	if (first->internal_tag != BLK_MQ_NO_TAG) {
		rq->internal_tag = first->internal_tag;
		rq->tag = BLK_MQ_NO_TAG;
	} else {
		hctx->tags->rqs[rq->tag] = rq;
	}
	mq_insert(rq, true);
	mq_run_soon(hctx);
}

/* Goes on to the next step of a sequence, or ends it. */
static void advance(struct request *rq, blk_status_t status)
{
	struct blk_mq_hw_ctx *hctx = rq->mq_hctx;

	if (status)
		rq->error = status;
	if (rq->error)
		rq->flush = 0;
	if (rq->flush & FLUSH_PRE || (rq->flush & (FLUSH_DATA | FLUSH_POST)) == FLUSH_POST) {
		list_add_tail(&rq->queuelist, &hctx->flush_pending);
	} else if (rq->flush & FLUSH_DATA) {
		hctx->flush_data++;
		mq_insert(rq, true);
		mq_run_soon(hctx);
	} else {
		rq->in_sequence = false;
		request_end_bios(rq, rq->error);
		request_free(rq);
	}
}

/* The driver ended the flush: everybody who waited for it has made a step. */
void flush_ended(struct request *flush_rq, blk_status_t status)
{
	struct blk_mq_hw_ctx *hctx = flush_rq->mq_hctx;
	struct request *first = list_first_entry(&hctx->flush_running, struct request, queuelist);
	LIST_HEAD(done);

	if (flush_rq->internal_tag == BLK_MQ_NO_TAG)
		hctx->tags->rqs[flush_rq->tag] = first;
	else
		request_put_driver_tag(flush_rq);
	flush_rq->tag = BLK_MQ_NO_TAG;
	hctx->flushing = false;
	while (!list_empty(&hctx->flush_running)) {
		struct list_head *item = hctx->flush_running.next;

		list_del(item);
		list_add_tail(item, &done);
	}
	while (!list_empty(&done)) {
		struct request *rq = list_first_entry(&done, struct request, queuelist);

		list_del(&rq->queuelist);
		rq->flush &= rq->flush & FLUSH_PRE ? ~FLUSH_PRE : ~FLUSH_POST;
		advance(rq, status);
	}
	issue_flush(hctx);
}

void flush_data_ended(struct request *rq, blk_status_t status)
{
	struct blk_mq_hw_ctx *hctx = rq->mq_hctx;

	hctx->flush_data--;
	rq->flush &= ~FLUSH_DATA;
	if (rq->internal_tag != BLK_MQ_NO_TAG)
		request_put_driver_tag(rq);
	advance(rq, status);
	issue_flush(hctx);
}

/* Takes a request over that needs more than one step. */
bool flush_insert(struct request *rq)
{
	const struct queue_limits *lim = &rq->q->limits;
	bool native = lim->features & BLK_FEAT_FUA;

	rq->flush = 0;
	if (rq->cmd_flags & REQ_PREFLUSH)
		rq->flush |= FLUSH_PRE;
	if (rq->nr_sectors)
		rq->flush |= FLUSH_DATA;
	if (rq->cmd_flags & REQ_FUA && !native)
		rq->flush |= FLUSH_POST;
	rq->cmd_flags &= ~REQ_PREFLUSH;
	if (!native)
		rq->cmd_flags &= ~REQ_FUA;
	if (rq->flush == FLUSH_DATA)
		return false;
	rq->in_sequence = true;
	rq->error = BLK_STS_OK;
	advance(rq, BLK_STS_OK);
	issue_flush(rq->mq_hctx);
	return true;
}

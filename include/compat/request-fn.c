// SPDX-License-Identifier: GPL-2.0
/*
 * request-fn.c - blk-mq on top of a queue with a request_fn: see missing/linux/blk-mq.h.
 * Included by src/compat.c; mainline up to 3.19.
 *
 * The disk has one queue, with the scheduler of the kernel's choice. Whoever runs it
 * takes all that there are tags for to the driver's queue of his CPU, under the queue
 * lock, and hands it over without: the driver copies and grants there, and pushes when
 * it sees the last one.
 */
#include <linux/blk-mq.h>

#ifdef XBF_BLK_MQ_ON_REQUEST_FN
#include <linux/bitmap.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/wait.h>

/* The lock that a queue was given is its set's, until blk_cleanup_queue() is through. */
static struct blk_mq_tag_set *set_of(struct request_queue *q)
{
	return container_of(q->queue_lock, struct blk_mq_tag_set, lock);
}

/* Takes the next request to @hctx; NULL: there is none, or no tag for it. Queue lock. */
static struct request *take_one(struct request_queue *q, struct blk_mq_hw_ctx *hctx)
{
	struct blk_mq_tag_set *set = hctx->set;
	unsigned int tag = find_first_zero_bit(hctx->tags, set->queue_depth);
	struct request *rq = set->nr_frozen ? NULL : blk_peek_request(q);

	if (!rq)
		return NULL;
	if (tag >= set->queue_depth) {
		set->starved = true;
		return NULL;
	}
	blk_start_request(rq);
	__set_bit(tag, hctx->tags);
	set->nr_busy++;
	rq->tag = tag;
	rq->special = hctx;
	return rq;
}

static void take_all(struct request_queue *q, struct blk_mq_hw_ctx *hctx, struct list_head *batch)
{
	struct request *rq;

	while ((rq = take_one(q, hctx)))
		list_add_tail(&rq->queuelist, batch);
}

static void hand_over(struct blk_mq_hw_ctx *hctx, struct list_head *batch)
{
	while (!list_empty(batch)) {
		struct blk_mq_queue_data bd = {
			.rq = list_first_entry(batch, struct request, queuelist),
		};

		list_del_init(&bd.rq->queuelist);
		bd.last = list_empty(batch);
		if (hctx->set->ops->queue_rq(hctx, &bd) != BLK_MQ_RQ_QUEUE_OK)
			blk_mq_end_request(bd.rq, -EIO);
	}
}

/* Called with the queue lock and interrupts off, like every request_fn. */
static void run(struct request_queue *q)
{
	struct blk_mq_tag_set *set = set_of(q);
	struct blk_mq_hw_ctx *hctx;
	LIST_HEAD(batch);

	for (;;) {
		hctx = &set->hctxs[smp_processor_id() % set->nr_hw_queues];
		take_all(q, hctx, &batch);
		if (list_empty(&batch))
			return;
		spin_unlock_irq(q->queue_lock);
		hand_over(hctx, &batch);
		spin_lock_irq(q->queue_lock);
	}
}

/* Softirq, on the CPU that the request came from. */
static void complete_here(struct request *rq)
{
	set_of(rq->q)->ops->complete(rq);
}

/* Queue lock. */
static enum blk_eh_timer_return time_out(struct request *rq)
{
	return set_of(rq->q)->ops->timeout(rq, false);
}

/**
 * blk_mq_complete_request() - have a request completed where it came from
 * @rq: the request
 *
 * Any context. With the lock, so that a timeout that looks at the request just now does
 * not make the kernel forget it.
 */
void blk_mq_complete_request(struct request *rq)
{
	struct request_queue *q = rq->q;
	unsigned long flags;

	spin_lock_irqsave(q->queue_lock, flags);
	blk_complete_request(rq);
	spin_unlock_irqrestore(q->queue_lock, flags);
}

/**
 * blk_mq_end_request() - end a request; its tag is free from then on
 * @rq: the request
 * @error: or 0
 *
 * Any context.
 */
void blk_mq_end_request(struct request *rq, int error)
{
	struct request_queue *q = rq->q;
	struct blk_mq_tag_set *set = set_of(q);
	struct blk_mq_hw_ctx *hctx = rq->special;
	unsigned long flags;

	spin_lock_irqsave(&set->lock, flags);
	__clear_bit(rq->tag, hctx->tags);
	if (!--set->nr_busy)
		wake_up(&set->idle);
	__blk_end_request_all(rq, error);
	if (set->starved) {
		set->starved = false;
		blk_run_queue_async(q);
	}
	spin_unlock_irqrestore(&set->lock, flags);
}

/**
 * blk_mq_freeze_queue() - have no request in the driver
 * @q: the queue
 *
 * Others wait in the scheduler meanwhile. Waits for I/O.
 */
void blk_mq_freeze_queue(struct request_queue *q)
{
	struct blk_mq_tag_set *set = set_of(q);

	spin_lock_irq(q->queue_lock);
	set->nr_frozen++;
	spin_unlock_irq(q->queue_lock);
	wait_event(set->idle, !ACCESS_ONCE(set->nr_busy));
}

/**
 * blk_mq_unfreeze_queue() - go on after blk_mq_freeze_queue()
 * @q: the queue
 */
void blk_mq_unfreeze_queue(struct request_queue *q)
{
	struct blk_mq_tag_set *set = set_of(q);

	spin_lock_irq(q->queue_lock);
	if (!--set->nr_frozen)
		blk_run_queue_async(q);
	spin_unlock_irq(q->queue_lock);
}

/**
 * blk_mq_init_queue() - make the one queue of a set
 * @set: allocated
 *
 * May sleep. Return: the queue or an error.
 */
struct request_queue *blk_mq_init_queue(struct blk_mq_tag_set *set)
{
	struct request_queue *q;
	unsigned int i;
	int err;

	for (i = 0; i < set->nr_hw_queues; i++) {
		err = set->ops->init_hctx(&set->hctxs[i], set->driver_data, i);
		if (err)
			return ERR_PTR(err);
	}
	q = blk_init_queue_node(run, &set->lock, set->numa_node);
	if (!q)
		return ERR_PTR(-ENOMEM);
	blk_queue_softirq_done(q, complete_here);
	blk_queue_rq_timed_out(q, time_out);
	blk_queue_rq_timeout(q, 30 * HZ);
	return q;
}

static int init_hctx(struct blk_mq_tag_set *set, struct blk_mq_hw_ctx *hctx)
{
	hctx->set = set;
	hctx->tags = kcalloc(BITS_TO_LONGS(set->queue_depth), sizeof(long), GFP_NOIO);
	hctx->pdus = kcalloc(set->queue_depth, set->cmd_size, GFP_NOIO);
	return hctx->tags && hctx->pdus ? 0 : -ENOMEM;
}

/**
 * blk_mq_alloc_tag_set() - make the tags of a disk
 * @set: its upper part filled in, the rest zeroed
 *
 * May sleep. Return: 0 or -ENOMEM.
 */
int blk_mq_alloc_tag_set(struct blk_mq_tag_set *set)
{
	unsigned int i;
	int err = 0;

	spin_lock_init(&set->lock);
	init_waitqueue_head(&set->idle);
	set->hctxs = kcalloc(set->nr_hw_queues, sizeof(*set->hctxs), GFP_NOIO);
	if (!set->hctxs)
		return -ENOMEM;
	for (i = 0; !err && i < set->nr_hw_queues; i++)
		err = init_hctx(set, &set->hctxs[i]);
	if (err)
		blk_mq_free_tag_set(set);
	return err;
}

/**
 * blk_mq_free_tag_set() - free the tags of a disk whose queue has ended
 * @set: not used any more
 */
void blk_mq_free_tag_set(struct blk_mq_tag_set *set)
{
	unsigned int i;

	for (i = 0; i < set->nr_hw_queues; i++) {
		kfree(set->hctxs[i].tags);
		kfree(set->hctxs[i].pdus);
	}
	kfree(set->hctxs);
	set->hctxs = NULL;
}
#endif /* XBF_BLK_MQ_ON_REQUEST_FN */

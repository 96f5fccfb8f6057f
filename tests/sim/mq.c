// SPDX-License-Identifier: GPL-2.0
/*
 * mq.c - requests: their tags, how they get to the driver and back, timeouts.
 *
 * Without a scheduler a request has a driver tag from the first; with one it
 * has a tag of the scheduler's, and a driver tag only while the driver has it.
 */
#include "block.h"

/* ---- tags ---- */

struct request *request_alloc(struct request_queue *q, unsigned int cmd_size)
{
	struct request *rq = calloc(1, sizeof(*rq) + cmd_size);

	rq->q = q;
	rq->tag = BLK_MQ_NO_TAG;
	rq->internal_tag = BLK_MQ_NO_TAG;
	return rq;
}

/* @own: with a request to each tag. */
struct blk_mq_tags *tags_alloc(struct request_queue *q, struct blk_mq_hw_ctx *hctx,
			       unsigned int depth, unsigned int cmd_size, bool own)
{
	struct blk_mq_tags *tags = calloc(1, sizeof(*tags));
	unsigned int tag;

	if (depth > MAX_DEPTH)
		sim_broken("queues are not too deep", "%u", depth);
	tags->depth = depth;
	tags->rqs = calloc(depth, sizeof(*tags->rqs));
	tags->own = calloc(depth, sizeof(*tags->own));
	for (tag = 0; tag < depth; tag++) {
		tags->free[tag / 64] |= 1ull << tag % 64;
		if (!own)
			continue;
		tags->own[tag] = request_alloc(q, cmd_size);
		tags->own[tag]->mq_hctx = hctx;
	}
	return tags;
}

void tags_free(struct blk_mq_tags *tags)
{
	unsigned int tag;

	if (!tags)
		return;
	for (tag = 0; tag < tags->depth; tag++)
		free(tags->own[tag]);
	free(tags->own);
	free(tags->rqs);
	free(tags);
}

/* Some free tag, or -1. */
static int tag_get(struct blk_mq_tags *tags)
{
	unsigned int words = DIV_ROUND_UP(tags->depth, 64);
	unsigned int i, word = sim_random(words);

	for (i = 0; i < words; i++, word = (word + 1) % words) {
		unsigned int bit;

		if (!tags->free[word])
			continue;
		bit = __builtin_ctzll(tags->free[word]);
		tags->free[word] &= ~(1ull << bit);
		return word * 64 + bit;
	}
	return -1;
}

static void tag_put(struct blk_mq_tags *tags, int tag)
{
	if (tags->free[tag / 64] & 1ull << tag % 64)
		sim_broken("a tag is in one request at a time", "tag %d is freed twice", tag);
	tags->free[tag / 64] |= 1ull << tag % 64;
	tags->rqs[tag] = NULL;
	sim_wake(&tags->wait);
}

static bool tags_idle(const struct blk_mq_tags *tags)
{
	unsigned int tag;

	for (tag = 0; tag < tags->depth; tag++)
		if (!(tags->free[tag / 64] & 1ull << tag % 64))
			return false;
	return true;
}

bool mq_is_idle(const struct blk_mq_hw_ctx *hctx)
{
	return tags_idle(hctx->tags) && (!hctx->sched_tags || tags_idle(hctx->sched_tags));
}

struct request *request_get(struct blk_mq_hw_ctx *hctx)
{
	struct request_queue *q = hctx->queue;
	struct blk_mq_tags *tags = q->elevator ? hctx->sched_tags : hctx->tags;
	int tag = tag_get(tags);
	struct request *rq;

	if (tag < 0)
		return NULL;
	rq = tags->own[tag];
	rq->tag = q->elevator ? BLK_MQ_NO_TAG : tag;
	rq->internal_tag = q->elevator ? tag : BLK_MQ_NO_TAG;
	tags->rqs[tag] = rq;
	rq->mq_hctx = hctx;
	rq->state = MQ_RQ_IDLE;
	rq->refs = 1;
	rq->timeout = q->rq_timeout;
	q->usage++;
	return rq;
}

static bool get_driver_tag(struct request *rq)
{
	if (rq->tag == BLK_MQ_NO_TAG) {
		rq->tag = tag_get(rq->mq_hctx->tags);
		if (rq->tag < 0)
			return false;
		rq->mq_hctx->tags->rqs[rq->tag] = rq;
	}
	return true;
}

/* Only who has a tag of the scheduler's can do without one of the driver's. */
void request_put_driver_tag(struct request *rq)
{
	if (rq->tag == BLK_MQ_NO_TAG || rq->internal_tag == BLK_MQ_NO_TAG)
		return;
	tag_put(rq->mq_hctx->tags, rq->tag);
	rq->tag = BLK_MQ_NO_TAG;
	if (!list_empty(&rq->mq_hctx->dispatch) || !list_empty(&rq->q->sched_list))
		mq_run_soon(rq->mq_hctx);
}

void request_free(struct request *rq)
{
	struct blk_mq_hw_ctx *hctx = rq->mq_hctx;

	if (rq->internal_tag == BLK_MQ_NO_TAG) {
		tag_put(hctx->tags, rq->tag);
	} else {
		request_put_driver_tag(rq);
		tag_put(hctx->sched_tags, rq->internal_tag);
	}
	rq->tag = BLK_MQ_NO_TAG;
	rq->internal_tag = BLK_MQ_NO_TAG;
	queue_exit(rq->q);
}

/* ---- to the driver ---- */

static unsigned int dispatch_begin(struct request_queue *q)
{
	q->dispatching[q->epoch]++;
	sim_atomic(1);
	return q->epoch;
}

static void dispatch_end(struct request_queue *q, unsigned int epoch)
{
	sim_atomic(-1);
	q->dispatching[epoch]--;
	sim_wake(&q->wait);
}

static void hand_over(struct request *rq)
{
	if (rq->with_driver || rq->state != MQ_RQ_IDLE)
		sim_broken("a tag is in one request at a time", "tag %d is with the driver",
			   rq->tag);
	rq->with_driver = true;
}

static blk_status_t issue(struct request *rq, bool last)
{
	struct blk_mq_queue_data bd = { rq, last };
	blk_status_t status;

	hand_over(rq);
	status = rq->q->tag_set->ops->queue_rq(rq->mq_hctx, &bd);
	if (status == BLK_STS_OK)
		return status;
	if (status == BLK_STS_RESOURCE || status == BLK_STS_DEV_RESOURCE) {
		sim_note("queue_rq has no resources for tag %d", rq->tag);
		rq->with_driver = false;
		rq->state = MQ_RQ_IDLE;
		return status;
	}
	if (rq->state == MQ_RQ_IDLE)
		rq->state = MQ_RQ_IN_FLIGHT;
	blk_mq_end_request(rq, status);
	return status;
}

void mq_insert(struct request *rq, bool first)
{
	struct blk_mq_hw_ctx *hctx = rq->mq_hctx;

	if (first)
		list_add_tail(&rq->queuelist, &hctx->dispatch);
	else if (rq->internal_tag != BLK_MQ_NO_TAG)
		list_add_tail(&rq->queuelist, &rq->q->sched_list);
	else
		list_add_tail(&rq->queuelist, &hctx->pending);
}

/* The scheduler's choice, which may be any. */
static struct request *sched_choose(struct request_queue *q)
{
	struct request *rq = list_first_entry(&q->sched_list, struct request, queuelist);
	unsigned int skip = sim_random(4);

	while (skip-- && rq->queuelist.next != &q->sched_list)
		rq = list_entry(rq->queuelist.next, struct request, queuelist);
	return rq;
}

static struct request *take_next(struct blk_mq_hw_ctx *hctx)
{
	struct request_queue *q = hctx->queue;
	struct request *rq = NULL;

	if (!list_empty(&hctx->dispatch))
		rq = list_first_entry(&hctx->dispatch, struct request, queuelist);
	else if (!list_empty(&hctx->pending))
		rq = list_first_entry(&hctx->pending, struct request, queuelist);
	else if (!list_empty(&q->sched_list))
		rq = sched_choose(q);
	if (rq && get_driver_tag(rq)) {
		list_del(&rq->queuelist);
		return rq;
	}
	return NULL;
}

/* Sends what waits on a hardware queue, as long as there are tags. */
void mq_run(struct blk_mq_hw_ctx *hctx)
{
	struct request_queue *q = hctx->queue;
	const struct blk_mq_ops *ops = q->tag_set->ops;
	struct request *rq = NULL, *next;
	unsigned int epoch = dispatch_begin(q);
	blk_status_t status = BLK_STS_OK;
	bool again = false;

	if (!q->quiesce_depth)
		rq = take_next(hctx);
	for (; rq; rq = next) {
		struct blk_mq_hw_ctx *mine = rq->mq_hctx;

		/* Once it is sent, @rq is not ours; whether it is the last is seen before. */
		again = sim_chance(16);
		next = again ? NULL : take_next(hctx);
		status = issue(rq, !next || next->mq_hctx != mine);
		if (status != BLK_STS_RESOURCE && status != BLK_STS_DEV_RESOURCE)
			continue;
		mq_insert(rq, true);
		if (next)
			mq_insert(next, true);
		if (ops->commit_rqs)
			ops->commit_rqs(mine);
		again = true;
		break;
	}
	dispatch_end(q, epoch);
	/* What lacks a tag is sent when one comes free. */
	if (again)
		mq_run_soon(hctx);
}

static void run_hctx(void *arg)
{
	struct blk_mq_hw_ctx *hctx = arg;
	struct request_queue *q = hctx->queue;

	hctx->run_soon = false;
	mq_run(hctx);
	queue_helped(q);
}

/* From a task of its own, which comes to it when it does. */
void mq_run_soon(struct blk_mq_hw_ctx *hctx)
{
	if (hctx->run_soon || hctx->queue->quiesce_depth)
		return;
	hctx->run_soon = true;
	queue_help(hctx->queue, "kblockd", SIM_PROCESS, run_hctx, hctx);
}

void blk_mq_run_hw_queues(struct request_queue *q, bool async)
{
	unsigned int i;

	sim_point();
	for (i = 0; i < q->nr_hw_queues; i++) {
		if (async)
			mq_run_soon(q->hctxs[i]);
		else
			mq_run(q->hctxs[i]);
	}
}

/* ---- a plug ---- */

/* One by one, each told whether more of the same hardware queue follow. */
static void issue_direct(struct request_queue *q, struct rq_list *plug)
{
	const struct blk_mq_ops *ops = q->tag_set->ops;
	struct blk_mq_hw_ctx *hctx = NULL;
	struct request *rq;

	while ((rq = rq_list_peek(plug)) && !q->quiesce_depth) {
		blk_status_t status;

		rq_list_pop(plug);
		if (hctx && hctx != rq->mq_hctx && ops->commit_rqs)
			ops->commit_rqs(hctx);
		hctx = rq->mq_hctx;
		status = issue(rq, rq_list_empty(plug));
		if (status == BLK_STS_RESOURCE || status == BLK_STS_DEV_RESOURCE) {
			mq_insert(rq, true);
			mq_run_soon(hctx);
		}
	}
	if (hctx && !rq_list_empty(plug) && ops->commit_rqs)
		ops->commit_rqs(hctx);
}

static void issue_batch(struct request_queue *q, struct rq_list *plug)
{
	struct request *rq;

	for (rq = plug->head; rq; rq = rq->rq_next)
		hand_over(rq);
	q->tag_set->ops->queue_rqs(plug);
	for (rq = plug->head; rq; rq = rq->rq_next)
		rq->with_driver = false;
}

void mq_issue_plug(struct request_queue *q, struct rq_list *plug, unsigned int nr)
{
	struct request *rq;
	unsigned int epoch;

	/* Now and then the task is scheduled away in between; then others send it. */
	if (!q->elevator && !sim_chance(32)) {
		epoch = dispatch_begin(q);
		if (nr > 1 && q->tag_set->ops->queue_rqs && !q->quiesce_depth)
			issue_batch(q, plug);
		if (!rq_list_empty(plug))
			issue_direct(q, plug);
		dispatch_end(q, epoch);
	}
	while ((rq = rq_list_pop(plug))) {
		mq_insert(rq, false);
		mq_run_soon(rq->mq_hctx);
	}
}

/* ---- back from the driver ---- */

void blk_mq_start_request(struct request *rq)
{
	sim_point();
	if (!rq->with_driver || rq->state != MQ_RQ_IDLE)
		sim_broken("a request is started once, by who has it", "tag %d", rq->tag);
	rq->deadline = sim_now() + jiffies_to_ns(rq->q->rq_timeout);
	rq->state = MQ_RQ_IN_FLIGHT;
	mq_arm_timeout(rq->q, rq->deadline);
}

void request_end_bios(struct request *rq, blk_status_t status)
{
	struct bio *bio = rq->bio, *next;

	rq->bio = NULL;
	rq->biotail = NULL;
	for (; bio; bio = next) {
		next = bio->next;
		bio_end(bio, status);
	}
}

/* The driver has ended it, and nobody looks at it any more. */
static void request_put(struct request *rq)
{
	if (--rq->refs)
		return;
	if (rq == rq->mq_hctx->flush_rq) {
		flush_ended(rq, rq->error);
	} else if (rq->in_sequence) {
		rq->refs = 1;
		flush_data_ended(rq, rq->error);
	} else {
		request_free(rq);
	}
}

static void end(struct request *rq, blk_status_t status)
{
	sim_point();
	if (rq->q->gone)
		sim_broken("nothing ends after del_gendisk() returned", "tag %d", rq->tag);
	if (!rq->with_driver || rq->state == MQ_RQ_IDLE)
		sim_broken("each request completes exactly once", "tag %d is not in flight",
			   rq->tag);
	if (sim_holds_locks())
		sim_broken("requests end without a lock held", "tag %d", rq->tag);
	rq->with_driver = false;
	rq->state = MQ_RQ_IDLE;
	rq->error = status;
	if (!rq->in_sequence)
		request_end_bios(rq, status);
	request_put(rq);
}

void blk_mq_end_request(struct request *rq, blk_status_t status)
{
	end(rq, status);
}

static void complete_softirq(void *arg)
{
	struct request *rq = arg;

	rq->q->tag_set->ops->complete(rq);
}

/* Mostly the submitter's CPU is another one. */
bool blk_mq_complete_request_remote(struct request *rq)
{
	sim_point();
	if (rq->state != MQ_RQ_IN_FLIGHT)
		sim_broken("each request completes exactly once", "tag %d is not in flight",
			   rq->tag);
	rq->state = MQ_RQ_COMPLETE;
	if (rq->q->nr_hw_queues > 1 && sim_chance(2))
		return false;
	sim_spawn("blk-done", SIM_SOFTIRQ, complete_softirq, rq);
	return true;
}

void blk_mq_complete_request(struct request *rq)
{
	if (!blk_mq_complete_request_remote(rq))
		rq->q->tag_set->ops->complete(rq);
}

bool blk_mq_add_to_batch(struct request *rq, struct io_comp_batch *iob, bool is_error,
			 void (*complete)(struct io_comp_batch *iob))
{
	if (!iob || is_error || rq->internal_tag != BLK_MQ_NO_TAG || rq->in_sequence ||
	    rq == rq->mq_hctx->flush_rq)
		return false;
	if (!iob->complete)
		iob->complete = complete;
	else if (iob->complete != complete)
		return false;
	rq_list_add_tail(&iob->req_list, rq);
	return true;
}

void blk_mq_end_request_batch(struct io_comp_batch *iob)
{
	struct request *rq;

	while ((rq = rq_list_pop(&iob->req_list)))
		end(rq, BLK_STS_OK);
}

void blk_mq_requeue_request(struct request *rq, bool kick)
{
	sim_point();
	if (!rq->with_driver || rq->state == MQ_RQ_IDLE)
		sim_broken("only a request in flight is requeued", "tag %d", rq->tag);
	rq->with_driver = false;
	rq->state = MQ_RQ_IDLE;
	request_put_driver_tag(rq);
	mq_insert(rq, true);
	if (kick)
		mq_run_soon(rq->mq_hctx);
}

bool blk_mq_request_started(struct request *rq)
{
	sim_point();
	return rq->state != MQ_RQ_IDLE;
}

bool blk_mq_request_completed(struct request *rq)
{
	sim_point();
	return rq->state == MQ_RQ_COMPLETE;
}

/* ---- looking at what is in flight ---- */

/* Calls @fn for each request that is in flight; it stays what it is meanwhile. */
static void for_each_busy(struct request_queue *q, bool (*fn)(struct request *rq, void *data),
			  void *data)
{
	unsigned int i;
	unsigned int tag;
	bool on = true;

	for (i = 0; on && i < q->nr_hw_queues; i++) {
		struct blk_mq_tags *tags = q->hctxs[i]->tags;

		for (tag = 0; on && tag < tags->depth; tag++) {
			struct request *rq = tags->rqs[tag];

			if (!rq || rq->state == MQ_RQ_IDLE || !rq->refs)
				continue;
			rq->refs++;
			on = fn(rq, data);
			request_put(rq);
		}
	}
}

void blk_mq_tagset_busy_iter(struct blk_mq_tag_set *set, bool (*fn)(struct request *rq, void *data),
			     void *data)
{
	sim_point();
	for_each_busy(set->q, fn, data);
}

static bool check_late(struct request *rq, void *data)
{
	u64 *next = data;
	u64 patience = jiffies_to_ns(rq->q->rq_timeout);

	if (rq->state == MQ_RQ_IN_FLIGHT && rq->deadline <= sim_now()) {
		sim_life_late(rq->q->disk->disk_name, rq->deadline - patience);
		if (rq->q->tag_set->ops->timeout(rq) == BLK_EH_RESET_TIMER)
			rq->deadline = sim_now() + patience;
	}
	if (rq->state == MQ_RQ_IN_FLIGHT)
		*next = min(*next, rq->deadline);
	return true;
}

static void look_for_late(void *arg)
{
	struct request_queue *q = arg;
	u64 next = SIM_NEVER;

	for_each_busy(q, check_late, &next);
	if (next != SIM_NEVER)
		mq_arm_timeout(q, next);
	queue_helped(q);
}

/* The timer: looks in a task of its own. */
void mq_time_out(void *arg)
{
	struct request_queue *q = arg;

	if (!q->gone)
		queue_help(q, "timeout", SIM_PROCESS, look_for_late, q);
}

void mq_arm_timeout(struct request_queue *q, u64 at)
{
	/* As coarse as the kernel's: one timer for all, at most a second late. */
	if (!q->timer.armed)
		sim_timer_arm(&q->timer, at + NSEC_PER_SEC);
	else if (at + NSEC_PER_SEC < q->timer.at)
		sim_timer_arm(&q->timer, at + NSEC_PER_SEC);
}

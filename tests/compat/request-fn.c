// SPDX-License-Identifier: GPL-2.0
/*
 * request-fn.c - blk-mq on top of a request_fn (include/compat/request-fn.c): batches,
 * tags, locks, completion, freezing.
 */
#include <linux/blk-mq.h>

#define NR_TAGS	4

static const char *test;
static int failures;

#define check(condition)							\
do {										\
	if (!(condition)) {							\
		printf("%s:%d: %s: %s\n", __FILE__, __LINE__, test, #condition);	\
		failures++;							\
	}									\
} while (0)

/* --- The block layer ------------------------------------------------------ */

unsigned int model_cpu;
static int allocations_left = 1000;
static bool no_queue;

void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return flags && allocations_left-- > 0 ? calloc(n, size) : NULL;
}

void kfree(const void *p)
{
	free((void *)p);
}

void spin_lock_irq(spinlock_t *lock)
{
	check(!lock->held);
	lock->held = 1;
}

void spin_unlock_irq(spinlock_t *lock)
{
	check(lock->held);
	lock->held = 0;
}

struct request_queue *blk_init_queue_node(void (*run)(struct request_queue *q), spinlock_t *lock,
					  int node)
{
	struct request_queue *q = no_queue || node ? NULL : calloc(1, sizeof(*q));

	if (q) {
		q->queue_lock = lock;
		q->model.run = run;
		INIT_LIST_HEAD(&q->model.waiting);
	}
	return q;
}

void blk_queue_softirq_done(struct request_queue *q, void (*done)(struct request *rq))
{
	q->model.softirq_done = done;
}

void blk_queue_rq_timed_out(struct request_queue *q,
			    enum blk_eh_timer_return (*timed_out)(struct request *rq))
{
	q->model.timed_out = timed_out;
}

void blk_queue_rq_timeout(struct request_queue *q, unsigned int timeout)
{
	q->model.timeout = timeout;
}

struct request *blk_peek_request(struct request_queue *q)
{
	check(q->queue_lock->held);
	return list_empty(&q->model.waiting) ?
		       NULL :
		       list_first_entry(&q->model.waiting, struct request, queuelist);
}

void blk_start_request(struct request *rq)
{
	check(rq->q->queue_lock->held && !rq->model.started);
	rq->model.started = true;
	list_del_init(&rq->queuelist);
}

static struct request *completing;

/* A timeout that looks at it just now would make this a no-op. */
void blk_complete_request(struct request *rq)
{
	check(rq->q->queue_lock->held && rq->model.started);
	completing = rq;
}

void __blk_end_request_all(struct request *rq, int error)
{
	check(rq->q->queue_lock->held && rq->model.started && !rq->model.ended);
	rq->model.ended = true;
	rq->model.error = error;
}

void blk_run_queue_async(struct request_queue *q)
{
	q->model.run_later = true;
}

static void run_queue(struct request_queue *q)
{
	spin_lock_irq(q->queue_lock);
	q->model.run(q);
	spin_unlock_irq(q->queue_lock);
}

static void run_later(struct request_queue *q)
{
	if (q->model.run_later) {
		q->model.run_later = false;
		run_queue(q);
	}
}

static void add(struct request_queue *q, struct request *rq)
{
	memset(rq, 0, sizeof(*rq));
	rq->q = q;
	rq->tag = -1;
	list_add_tail(&rq->queuelist, &q->model.waiting);
}

/* --- The driver ----------------------------------------------------------- */

static int queues[2];

static struct {
	struct request *rqs[16];
	unsigned int nr, nr_last, nr_completed, nr_late;
	struct blk_mq_hw_ctx *hctx;
	int answer;
} driver;

static int queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	check(!bd->rq->q->queue_lock->held);
	check(bd->rq->tag >= 0 && bd->rq->tag < NR_TAGS && bd->rq->special == hctx);
	blk_mq_start_request(bd->rq);
	driver.hctx = hctx;
	driver.rqs[driver.nr++] = bd->rq;
	driver.nr_last += bd->last;
	return driver.answer;
}

static void complete_rq(struct request *rq)
{
	driver.nr_completed++;
	blk_mq_end_request(rq, 0);
}

static enum blk_eh_timer_return late(struct request *rq, bool reserved)
{
	driver.nr_late += rq->model.started && !reserved;
	return BLK_EH_RESET_TIMER;
}

static int init_error;

static int init_hctx(struct blk_mq_hw_ctx *hctx, void *data, unsigned int index)
{
	hctx->driver_data = (int *)data + index;
	return init_error;
}

static const struct blk_mq_ops ops = { queue_rq, complete_rq, late, init_hctx };
static struct blk_mq_tag_set set;
static struct request_queue *q;

static void set_up(void)
{
	memset(&driver, 0, sizeof(driver));
	memset(&set, 0, sizeof(set));
	set.ops = &ops;
	set.nr_hw_queues = 2;
	set.queue_depth = NR_TAGS;
	set.cmd_size = sizeof(int);
	set.driver_data = queues;
	check(!blk_mq_alloc_tag_set(&set));
	q = blk_mq_init_queue(&set);
	check(!IS_ERR(q));
}

static void tear_down(void)
{
	check(!set.lock.held && !set.nr_busy && list_empty(&q->model.waiting));
	free(q);
	blk_mq_free_tag_set(&set);
}

/* --- The tests ------------------------------------------------------------ */

/* What waits goes down as one batch, to the queue of the CPU that runs it. */
static void test_batch(void)
{
	struct request rqs[3];
	int i;

	model_cpu = 3;
	for (i = 0; i < 3; i++)
		add(q, &rqs[i]);
	run_queue(q);
	check(driver.nr == 3 && driver.nr_last == 1);
	check(driver.rqs[0] == &rqs[0] && driver.rqs[2] == &rqs[2]);
	check(driver.hctx->driver_data == &queues[1]);
	for (i = 0; i < 3; i++)
		*(int *)blk_mq_rq_to_pdu(&rqs[i]) = i + 7;
	for (i = 0; i < 3; i++) {
		check(*(int *)blk_mq_rq_to_pdu(&rqs[i]) == i + 7);
		blk_mq_end_request(&rqs[i], -i);
		check(rqs[i].model.ended && rqs[i].model.error == -i);
	}
	check(!q->model.run_later);
	model_cpu = 0;
}

/* What finds no tag waits until one is free. */
static void test_tags(void)
{
	struct request rqs[NR_TAGS + 2];
	int i;

	for (i = 0; i < NR_TAGS + 2; i++)
		add(q, &rqs[i]);
	run_queue(q);
	check(driver.nr == NR_TAGS && !rqs[NR_TAGS].model.started);
	blk_mq_end_request(&rqs[2], 0);
	run_later(q);
	check(driver.nr == NR_TAGS + 1 && rqs[NR_TAGS].tag == rqs[2].tag);
	for (i = 0; i < NR_TAGS; i++)
		if (i != 2)
			blk_mq_end_request(&rqs[i], 0);
	run_later(q);
	check(driver.nr == NR_TAGS + 2);
	for (i = NR_TAGS; i < NR_TAGS + 2; i++)
		blk_mq_end_request(&rqs[i], 0);
}

static void test_refused(void)
{
	struct request rq;

	driver.answer = BLK_MQ_RQ_QUEUE_ERROR;
	add(q, &rq);
	run_queue(q);
	check(rq.model.ended && rq.model.error == -EIO);
}

static void test_completion(void)
{
	struct request rq;

	add(q, &rq);
	run_queue(q);
	check(q->model.timeout == 30 * HZ && q->model.timed_out(&rq) == BLK_EH_RESET_TIMER);
	check(driver.nr_late == 1);
	blk_mq_complete_request(&rq);
	check(completing == &rq && !rq.model.ended);
	q->model.softirq_done(&rq);
	check(driver.nr_completed == 1 && rq.model.ended && !rq.model.error);
}

static struct request in_flight, behind;

/* While the freeze waits: another request comes, and the one in flight ends. */
void model_pass(void)
{
	add(q, &behind);
	run_queue(q);
	check(!behind.model.started && !in_flight.model.ended);
	blk_mq_end_request(&in_flight, 0);
}

static void test_freeze(void)
{
	add(q, &in_flight);
	run_queue(q);
	blk_mq_freeze_queue(q);
	check(in_flight.model.ended && !set.nr_busy);
	run_queue(q);
	check(!behind.model.started);
	blk_mq_unfreeze_queue(q);
	run_later(q);
	check(behind.model.started);
	blk_mq_end_request(&behind, 0);
}

/* Nothing is left of what could not be made. */
static void test_shortage(void)
{
	struct blk_mq_tag_set other = set;
	int i;

	for (i = 0; i < 5; i++) {
		other.hctxs = NULL;
		allocations_left = i;
		check(blk_mq_alloc_tag_set(&other) == -ENOMEM && !other.hctxs);
	}
	allocations_left = 1000;
	check(!blk_mq_alloc_tag_set(&other));
	no_queue = true;
	check(PTR_ERR(blk_mq_init_queue(&other)) == -ENOMEM);
	no_queue = false;
	init_error = -EINVAL;
	check(PTR_ERR(blk_mq_init_queue(&other)) == -EINVAL);
	init_error = 0;
	blk_mq_free_tag_set(&other);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "batch", test_batch },	   { "tags", test_tags },
		{ "refused", test_refused },	   { "completion", test_completion },
		{ "freeze", test_freeze },	   { "shortage", test_shortage },
	};
	unsigned int i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		test = tests[i].name;
		set_up();
		tests[i].run();
		tear_down();
	}
	return failures > 0;
}

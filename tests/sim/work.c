// SPDX-License-Identifier: GPL-2.0
/*
 * work.c - work queues, delayed work and tasklets, as the kernel has them.
 *
 * Every worker is a task that ends when nothing is left to do. An ordered queue
 * has one at a time, and what it runs must not wait for I/O: the driver's
 * worker runs in one.
 */
#include <stdio.h>

#include <linux/slab.h>
#include <linux/workqueue.h>

#include "model.h"

struct workqueue_struct {
	char name[24];
	unsigned int flags;
	struct work_struct *head, *tail;
	unsigned int workers;
	unsigned int delayed;
};

/* Who runs what. The work may be freed by its own function. */
struct worker {
	const struct work_struct *current;
	struct workqueue_struct *wq;
	struct sim_task *task;
	struct worker *next;
};

static struct worker *workers;
static struct sim_wait something_done;
static unsigned int nr_queues;
bool sim_workers_short;

struct workqueue_struct *alloc_workqueue(const char *format, unsigned int flags, int max_active,
					 ...)
{
	struct workqueue_struct *wq = kzalloc(sizeof(*wq), GFP_KERNEL);
	va_list args;

	if (!wq)
		return NULL;
	va_start(args, max_active);
	vsnprintf(wq->name, sizeof(wq->name), format, args);
	va_end(args);
	wq->flags = flags;
	nr_queues++;
	return wq;
}

static struct worker *runner_of(const struct work_struct *work)
{
	struct worker *worker;

	for (worker = workers; worker && worker->current != work; worker = worker->next)
		;
	return worker;
}

/* Takes the first that nobody runs at the moment off the queue. */
static struct work_struct *take(struct workqueue_struct *wq)
{
	struct work_struct **link, *work, *before = NULL;

	for (link = &wq->head; (work = *link); link = &work->next) {
		if (!runner_of(work)) {
			*link = work->next;
			if (wq->tail == work)
				wq->tail = before;
			work->pending = false;
			return work;
		}
		before = work;
	}
	return NULL;
}

static void run_worker(void *arg)
{
	struct workqueue_struct *wq = arg;
	struct worker me = { NULL, wq, sim_self(), workers }, **link;
	struct work_struct *work;

	workers = &me;
	while ((work = take(wq))) {
		me.current = work;
		sim_ban_io(wq->flags & WQ_ORDERED ? wq->name : NULL);
		work->func(work);
		if (*sim_task_word())
			sim_broken("memalloc_noio is restored", "%s", wq->name);
		me.current = NULL;
		sim_wake(&something_done);
		sim_point();
	}
	for (link = &workers; *link != &me; link = &(*link)->next)
		;
	*link = me.next;
	wq->workers--;
	sim_wake(&something_done);
}

static void enqueue(struct workqueue_struct *wq, struct work_struct *work)
{
	work->next = NULL;
	if (wq->head)
		wq->tail->next = work;
	else
		wq->head = work;
	wq->tail = work;
	if (wq->workers && (sim_workers_short || wq->flags & WQ_ORDERED))
		return;
	wq->workers++;
	sim_spawn(wq->name, SIM_PROCESS, run_worker, wq);
}

static bool claim(struct workqueue_struct *wq, struct work_struct *work)
{
	sim_point();
	if (!work->func)
		sim_broken("work is initialised", "queued on %s", wq->name);
	if (work->pending || work->canceling)
		return false;
	work->pending = true;
	work->wq = wq;
	return true;
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	if (!claim(wq, work))
		return false;
	enqueue(wq, work);
	sim_point();
	return true;
}

/* Is it off the queue? It may run. */
static bool dequeue(struct work_struct *work)
{
	struct work_struct **link, *before = NULL;

	if (!work->pending)
		return false;
	for (link = &work->wq->head; *link && *link != work; link = &(*link)->next)
		before = *link;
	if (*link) {
		*link = work->next;
		if (work->wq->tail == work)
			work->wq->tail = before;
	}
	work->pending = false;
	return true;
}

static void check_not_own(const struct work_struct *work, const char *what)
{
	const struct worker *worker = runner_of(work);

	might_sleep();
	if (worker && worker->task == sim_self())
		sim_broken("no work waits for itself", "%s", what);
}

bool flush_work(struct work_struct *work)
{
	bool waited = false;

	check_not_own(work, "flush_work()");
	while (work->pending || runner_of(work)) {
		waited = true;
		sim_wait(&something_done);
	}
	return waited;
}

bool cancel_work_sync(struct work_struct *work)
{
	bool was;

	check_not_own(work, "cancel_work_sync()");
	work->canceling++;
	was = dequeue(work);
	sim_wait_for(&something_done, !runner_of(work));
	work->canceling--;
	return was;
}

void flush_workqueue(struct workqueue_struct *wq)
{
	might_sleep();
	sim_wait_for(&something_done, !wq->head && !wq->workers);
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	struct worker *worker;

	for (worker = workers; worker; worker = worker->next)
		if (worker->wq == wq && worker->task == sim_self())
			sim_broken("no work destroys its own queue", "%s", wq->name);
	flush_workqueue(wq);
	if (wq->delayed)
		sim_broken("no work outlives its queue", "%s: %u delayed", wq->name, wq->delayed);
	nr_queues--;
	kfree(wq);
}

/* ---- delayed ---- */

void linux_delay_over(void *arg)
{
	struct delayed_work *dwork = arg;

	dwork->work.wq->delayed--;
	enqueue(dwork->work.wq, &dwork->work);
}

static void start_delay(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	if (!delay) {
		enqueue(wq, &dwork->work);
		return;
	}
	wq->delayed++;
	sim_timer_arm(&dwork->timer, sim_now() + jiffies_to_ns(delay));
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay)
{
	if (!claim(wq, &dwork->work))
		return false;
	start_delay(wq, dwork, delay);
	return true;
}

/* Neither waiting for its time nor on the queue any more; it may run. */
bool cancel_delayed_work(struct delayed_work *dwork)
{
	sim_point();
	if (sim_timer_cancel(&dwork->timer))
		dwork->work.wq->delayed--;
	return dequeue(&dwork->work);
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	bool was;

	if (dwork->work.canceling)
		return false;
	was = cancel_delayed_work(dwork);
	dwork->work.pending = true;
	dwork->work.wq = wq;
	start_delay(wq, dwork, delay);
	return was;
}

bool flush_delayed_work(struct delayed_work *dwork)
{
	if (sim_timer_cancel(&dwork->timer)) {
		dwork->work.wq->delayed--;
		enqueue(dwork->work.wq, &dwork->work);
	}
	return flush_work(&dwork->work);
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool was;

	dwork->work.canceling++;
	was = cancel_delayed_work(dwork);
	cancel_work_sync(&dwork->work);
	dwork->work.canceling--;
	return was;
}

void work_check_clean(void)
{
	if (nr_queues)
		sim_broken("nothing is left behind", "%u work queues", nr_queues);
}

/* ---- tasklets ---- */

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *t))
{
	*t = (struct tasklet_struct){ .callback = callback };
}

static void run_tasklet(void *arg);

static void start_tasklet(struct tasklet_struct *t)
{
	if (!t->scheduled || t->disabled || t->running || t->spawned)
		return;
	t->spawned = true;
	sim_spawn("tasklet", SIM_SOFTIRQ, run_tasklet, t);
}

static void run_tasklet(void *arg)
{
	struct tasklet_struct *t = arg;

	t->spawned = false;
	if (t->scheduled && !t->disabled) {
		t->scheduled = false;
		t->running = true;
		t->callback(t);
		t->running = false;
		start_tasklet(t);
	}
	sim_wake(&t->wait);
}

void tasklet_schedule(struct tasklet_struct *t)
{
	sim_point();
	if (!t->callback)
		sim_broken("a tasklet is set up", "scheduled by %p", __builtin_return_address(0));
	if (t->scheduled)
		return;
	t->scheduled = true;
	start_tasklet(t);
	sim_point();
}

void tasklet_disable(struct tasklet_struct *t)
{
	might_sleep();
	t->disabled++;
	sim_wait_for(&t->wait, !t->running);
}

void tasklet_enable(struct tasklet_struct *t)
{
	sim_point();
	t->disabled--;
	start_tasklet(t);
}

/* Waits until it has run, if it was to, and keeps others from scheduling it meanwhile. */
void tasklet_kill(struct tasklet_struct *t)
{
	might_sleep();
	sim_wait_for(&t->wait, !t->scheduled);
	t->scheduled = true;
	sim_wait_for(&t->wait, !t->running && !t->spawned);
	t->scheduled = false;
	sim_wake(&t->wait);
}

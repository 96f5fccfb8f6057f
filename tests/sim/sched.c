// SPDX-License-Identifier: GPL-2.0
/*
 * sched.c - tasks, virtual time, chance, sleeping and spin locks.
 *
 * One task runs at a time, until it sleeps, ends, or the scheduler takes the
 * processor away at a sim_point(). Each world draws how eager the scheduler is
 * to switch and how it chooses: evenly, or by priorities that change now and
 * then, which finds interleavings where one task is starved by all others. In
 * some worlds the host now and then takes a guest's processor away for long,
 * whatever runs there: with interrupts off, under a spin lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fiber.h"
#include "model.h"

#define MAX_TASKS	4096
#define MAX_HELD	8
#define MAX_CLASSES	48
/* What a step of the model costs. */
#define STEP_NS		60
#define YIELD_NS	400
/* A world without progress is stuck after so long, or so many switches. */
#define PATIENCE_NS	(1800ull * 1000000000)
#define PATIENCE_STEPS	20000000ull

struct sim_task {
	struct fiber fiber;
	char name[24];
	enum sim_context context;
	void (*fn)(void *arg);
	void *arg;
	int ready;		/* place among those that can run; -1: sleeps */
	bool alive;
	uint32_t priority;
	struct sim_timer alarm, given_back;
	bool time_is_up;
	uint64_t since;
	struct sim_lock *held[MAX_HELD];
	unsigned int nr_held;
	const struct sim_lock *spins_on;
	const char *io_ban;
	unsigned long word;
	int atomic;
};

struct lock_class {
	char name[32];
};

static struct fiber outside;
static struct sim_task *tasks[MAX_TASKS];
static unsigned int nr_tasks;
static struct sim_task *spare[MAX_TASKS];
static unsigned int nr_spare;
static struct sim_task *ready[MAX_TASKS];
static unsigned int nr_ready;
static struct sim_task *self;
static struct sim_task *first;
static struct sim_task *corpse;	/* has ended; its stack was in use until the switch */
static unsigned int nr_spinning;

static uint64_t now;
static uint64_t steps_until, time_until;
static uint64_t steps;
static uint32_t countdown;
static uint32_t eagerness;
static bool by_priority;
static uint32_t stolen_one_in;	/* switches of a guest's task; 0: never */
static uint64_t random_state;
static uint64_t print;

/* ---- chance ---- */

static uint64_t next_random(void)
{
	uint64_t z = (random_state += 0x9e3779b97f4a7c15ull);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

uint32_t sim_random(uint32_t below)
{
	return (next_random() >> 32) * below >> 32;
}

bool sim_chance(uint32_t one_in)
{
	return one_in && !sim_random(one_in);
}

uint64_t sim_now(void)
{
	return now;
}

uint64_t sched_print(void)
{
	return print ^ random_state ^ now;
}

/* ---- tasks ---- */

static void make_ready(struct sim_task *task)
{
	if (task->ready >= 0 || !task->alive)
		return;
	task->ready = nr_ready;
	ready[nr_ready++] = task;
}

static void make_sleep(struct sim_task *task)
{
	struct sim_task *last = ready[--nr_ready];

	ready[task->ready] = last;
	last->ready = task->ready;
	task->ready = -1;
	task->since = now;
}

static void alarm_rings(void *arg)
{
	struct sim_task *task = arg;

	task->time_is_up = true;
	make_ready(task);
}

static void run_timers(void)
{
	struct sim_timer *timer;

	while ((timer = timers_take(now))) {
		if (timer->direct)
			timer->fn(timer->arg);
		else
			sim_spawn("timer", SIM_SOFTIRQ, timer->fn, timer->arg);
	}
}

static void processor_returns(void *arg)
{
	make_ready(arg);
}

/* The host has something better to do than to run this processor of the guest. */
static void steal_processor(struct sim_task *task)
{
	uint64_t longest = sim_chance(4) ? SIM_MOST_STOLEN : SIM_MOST_STOLEN / 100;

	if (task->ready < 0 || task->context == SIM_OUTSIDE || task == first)
		return;
	sim_note("its processor is taken away");
	make_sleep(task);
	sim_timer_arm(&task->given_back, now + sim_random(longest));
}

static struct sim_task *choose(void)
{
	struct sim_task *best = ready[sim_random(nr_ready)];
	unsigned int i;

	if (!by_priority || sim_chance(8))
		return best;
	if (sim_chance(64))
		best->priority = sim_random(UINT32_MAX);
	for (i = 0; i < nr_ready; i++)
		if (ready[i]->priority > best->priority)
			best = ready[i];
	return best;
}

static void check_patience(void)
{
	if (!time_until) {
		time_until = now + PATIENCE_NS;
		steps_until = steps + PATIENCE_STEPS;
	}
	if (now > time_until || steps > steps_until)
		sim_stuck();
}

static void bury(void)
{
	if (corpse)
		spare[nr_spare++] = corpse;
	corpse = NULL;
}

/* Runs somebody, perhaps the same; @last: this task has ended. */
static void reschedule(bool last)
{
	struct sim_task *from = self;

	countdown = 1 + sim_random(2 * eagerness);
	if (sim_chance(stolen_one_in))
		steal_processor(from);
	run_timers();
	while (!nr_ready) {
		uint64_t next = timers_next();

		if (next == SIM_NEVER)
			sim_stuck();
		now = next > now ? next : now;
		run_timers();
	}
	steps++;
	check_patience();
	self = choose();
	if (self == from)
		return;
	sim_outcome->switches++;
	print = (print ^ self->ready ^ now) * 0x100000001b3ull;
	fiber_switch(&from->fiber, &self->fiber, last);
	bury();
}

static void task_begin(void)
{
	struct sim_task *task = self;

	fiber_begin();
	bury();
	task->fn(task->arg);
	if (task->nr_held)
		sim_broken("a lock is dropped by who took it", "%s ends with %s", task->name,
			   task->held[0]->name);
	task->alive = false;
	sim_timer_cancel(&task->given_back);
	make_sleep(task);
	corpse = task;
	if (task == first)
		fiber_switch(&task->fiber, &outside, true);
	reschedule(true);
	abort();
}

static struct sim_task *task_alloc(void)
{
	if (nr_spare)
		return spare[--nr_spare];
	if (nr_tasks == MAX_TASKS)
		sim_broken("tasks are bounded", "there are %u", nr_tasks);
	return tasks[nr_tasks++] = calloc(1, sizeof(struct sim_task));
}

struct sim_task *sim_spawn(const char *name, enum sim_context context, void (*fn)(void *),
			   void *arg)
{
	struct sim_task *task = task_alloc();

	snprintf(task->name, sizeof(task->name), "%s", name);
	task->context = context;
	task->fn = fn;
	task->arg = arg;
	task->ready = -1;
	task->alive = true;
	task->priority = sim_random(UINT32_MAX);
	task->alarm = (struct sim_timer){ .direct = true, .fn = alarm_rings, .arg = task };
	task->given_back =
		(struct sim_timer){ .direct = true, .fn = processor_returns, .arg = task };
	task->nr_held = 0;
	task->spins_on = NULL;
	task->io_ban = NULL;
	task->word = 0;
	task->atomic = 0;
	fiber_init(&task->fiber, task_begin);
	make_ready(task);
	return task;
}

struct sim_task *sim_self(void)
{
	return self;
}

enum sim_context sim_context(void)
{
	return self ? self->context : SIM_OUTSIDE;
}

void sched_run(void (*fn)(void *arg), void *arg)
{
	random_state = sim_config.seed * 0xd1342543de82ef95ull + 1;
	eagerness = 1u << sim_random(9);
	by_priority = sim_chance(3);
	stolen_one_in = sim_chance(4) ? 100u << sim_random(8) : 0;
	countdown = 1;
	first = sim_spawn("world", SIM_PROCESS, fn, arg);
	self = first;
	fiber_switch(&outside, &first->fiber, false);
	self = NULL;
}

void sim_point(void)
{
	if (!self)
		return;
	now += STEP_NS;
	if (--countdown && timers_next() > now)
		return;
	reschedule(false);
}

void sim_yield(void)
{
	if (!self)
		return;
	now += YIELD_NS;
	reschedule(false);
}

void sim_progress(void)
{
	time_until = 0;
}

/* ---- sleeping ---- */

void sim_sleep_check(const char *what)
{
	if (!self)
		sim_broken("only tasks sleep", "%s outside of one", what);
	if (self->context == SIM_SOFTIRQ || self->context == SIM_IRQ)
		sim_broken("interrupts do not sleep", "%s: %s", self->name, what);
	if (self->atomic)
		sim_broken("queue_rq does not sleep", "%s: %s", self->name, what);
	if (self->nr_held)
		sim_broken("nobody sleeps under a spin lock", "%s: %s with %s", self->name, what,
			   self->held[self->nr_held - 1]->name);
}

void sim_atomic(int delta)
{
	self->atomic += delta;
}

bool sim_holds_locks(void)
{
	return self && self->nr_held;
}

/* Is anybody where the kernel does not preempt: in an interrupt, under a spin lock? */
static bool is_unpreemptible(const struct sim_task *task)
{
	return task->alive &&
	       (task->context == SIM_SOFTIRQ || task->context == SIM_IRQ || task->nr_held);
}

void sim_stop_machine(void)
{
	unsigned int i = 0;

	while (i < nr_tasks) {
		if (!is_unpreemptible(tasks[i++]))
			continue;
		sim_yield();
		i = 0;
	}
}

/* Sleeps until somebody makes us ready; false: the deadline did. */
static bool fall_asleep(uint64_t deadline)
{
	struct sim_task *task = self;

	task->time_is_up = false;
	if (deadline != SIM_NEVER)
		sim_timer_arm(&task->alarm, deadline);
	make_sleep(task);
	reschedule(false);
	sim_timer_cancel(&task->alarm);
	return !task->time_is_up;
}

void sim_sleep(uint64_t ns)
{
	sim_sleep_check("sleeps");
	fall_asleep(now + ns);
}

void sim_wait_prepare(struct sim_wait *place, struct sim_waiter *waiter)
{
	waiter->task = self;
	waiter->place = place;
	waiter->woken = false;
	waiter->next = place->head;
	place->head = waiter;
}

/* Wakers take the waiters off themselves. */
void sim_wait_cancel(struct sim_waiter *waiter)
{
	struct sim_waiter **link;

	if (waiter->woken)
		return;
	for (link = &waiter->place->head; *link; link = &(*link)->next) {
		if (*link != waiter)
			continue;
		*link = waiter->next;
		break;
	}
}

bool sim_wait_commit(struct sim_waiter *waiter, uint64_t deadline)
{
	bool in_time = true;

	sim_sleep_check("waits");
	/* Now and then one wakes up for nothing. */
	if (!waiter->woken && !sim_chance(64))
		in_time = fall_asleep(deadline);
	else
		sim_yield();
	sim_wait_cancel(waiter);
	return in_time && now < deadline;
}

bool sim_wait_until(struct sim_wait *place, uint64_t deadline)
{
	struct sim_waiter waiter;

	sim_wait_prepare(place, &waiter);
	return sim_wait_commit(&waiter, deadline);
}

void sim_wait(struct sim_wait *place)
{
	sim_wait_until(place, SIM_NEVER);
}

void sim_wake(struct sim_wait *place)
{
	struct sim_waiter *waiter = place->head, *next;

	place->head = NULL;
	for (; waiter; waiter = next) {
		next = waiter->next;
		waiter->woken = true;
		make_ready(waiter->task);
	}
}

unsigned long *sim_task_word(void)
{
	return &self->word;
}

void sim_ban_io(const char *who)
{
	self->io_ban = who;
}

void sim_waits_for_io(const char *what)
{
	if (self->io_ban)
		sim_broken("the worker never waits for I/O", "%s: %s", self->io_ban, what);
}

/* ---- spin locks ---- */

static struct lock_class classes[MAX_CLASSES];
static unsigned int nr_classes;
/* [outer][inner]: was taken in that order */
static bool nested[MAX_CLASSES][MAX_CLASSES];

void sim_lock_init(struct sim_lock *lock, const char *name)
{
	unsigned int i;

	for (i = 0; i < nr_classes && strcmp(classes[i].name, name); i++)
		;
	if (i == MAX_CLASSES)
		sim_broken("lock classes are few", "%s is one too many", name);
	if (i == nr_classes)
		snprintf(classes[nr_classes++].name, sizeof(classes[0].name), "%s", name);
	lock->name = classes[i].name;
	lock->holder = NULL;
}

static unsigned int class_of(const struct sim_lock *lock)
{
	return (const struct lock_class *)lock->name - classes;
}

static void check_order(const struct sim_lock *lock)
{
	unsigned int i, inner = class_of(lock);

	if (self->nr_held == MAX_HELD)
		sim_broken("few locks nest", "%s is one too many", lock->name);
	for (i = 0; i < self->nr_held; i++) {
		unsigned int outer = class_of(self->held[i]);

		if (self->held[i] == lock)
			sim_broken("a lock is not taken twice", "%s", lock->name);
		if (outer == inner || nested[inner][outer])
			sim_broken("locks have an order", "%s is taken inside %s", lock->name,
				   self->held[i]->name);
		nested[outer][inner] = true;
	}
}

void sim_lock(struct sim_lock *lock)
{
	sim_point();
	if (!lock->name)
		sim_broken("a lock is initialised before it is taken", "%p", (void *)lock);
	if (!self)
		return;
	check_order(lock);
	while (lock->holder) {
		self->spins_on = lock;
		nr_spinning++;
		make_sleep(self);
		reschedule(false);
	}
	lock->holder = self;
	self->held[self->nr_held++] = lock;
}

static void release_spinners(const struct sim_lock *lock)
{
	unsigned int i;

	for (i = 0; i < nr_tasks && nr_spinning; i++) {
		if (tasks[i]->spins_on != lock)
			continue;
		tasks[i]->spins_on = NULL;
		nr_spinning--;
		make_ready(tasks[i]);
	}
}

void sim_unlock(struct sim_lock *lock)
{
	unsigned int i;

	if (!self)
		return;
	if (lock->holder != self)
		sim_broken("a lock is dropped by who took it", "%s", lock->name);
	lock->holder = NULL;
	for (i = 0; self->held[i] != lock; i++)
		;
	self->nr_held--;
	for (; i < self->nr_held; i++)
		self->held[i] = self->held[i + 1];
	if (nr_spinning)
		release_spinners(lock);
	sim_point();
}

bool sim_is_locked(const struct sim_lock *lock)
{
	return self && lock->holder == self;
}

/* ---- for people ---- */

int sched_where(char *buf, size_t size)
{
	return snprintf(buf, size, "%11.6f %-15s ", now / 1e9, self ? self->name : "-");
}

/* Not everybody's last steps. */
static bool is_telling(const char *name)
{
	static const char *const dull[] = { "fall_asleep", "reschedule", "leave", "sched_report",
					    "task_begin",  "run_worker", "??" };
	unsigned int i;

	for (i = 0; i < sizeof(dull) / sizeof(dull[0]); i++)
		if (!strcmp(name, dull[i]))
			return false;
	return strncmp(name, "sim_", 4);
}

/* Function names, innermost first, of where a task sleeps. */
static void report_trace(const struct sim_task *task)
{
	const void *frame = task == self ? __builtin_frame_address(0) : NULL;
	void *addr[12];
	unsigned int i, nr = fiber_trace(&task->fiber, frame, addr, 12);
	char command[512], name[128];
	int at = snprintf(command, sizeof(command), "addr2line -f -e /proc/%d/exe", getpid());
	FILE *pipe;

	for (i = 0; i < nr; i++)
		at += snprintf(command + at, sizeof(command) - at, " %p", (char *)addr[i] - 1);
	pipe = nr ? popen(command, "r") : NULL;
	for (i = 0; pipe && fgets(name, sizeof(name), pipe); i++) {
		name[strcspn(name, "\n")] = 0;
		if (!(i & 1) && is_telling(name))
			printf(" < %s", name);
	}
	if (pipe)
		pclose(pipe);
}

void sched_report(void)
{
	static const char *const context[] = { "task", "xenwatch", "softirq", "irq", "outside" };
	unsigned int i;

	printf("  who waits at %.6f s:\n", now / 1e9);
	for (i = 0; i < nr_tasks; i++) {
		const struct sim_task *task = tasks[i];

		if (!task->alive)
			continue;
		printf("    %-8s %-16s ", context[task->context], task->name);
		if (task == self)
			printf("was running");
		else if (task->spins_on)
			printf("spins on %s", task->spins_on->name);
		else if (task->ready >= 0)
			printf("could run");
		else
			printf("since %.6f", task->since / 1e9);
		report_trace(task);
		putchar('\n');
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * timers.c - what is to happen at a virtual time: a heap, the earliest on top.
 */
#include "sched.h"

#define MAX_TIMERS	65536

static struct sim_timer *heap[MAX_TIMERS];
static unsigned int nr_timers;

static void heap_put(unsigned int slot, struct sim_timer *timer)
{
	heap[slot] = timer;
	timer->slot = slot;
}

static void heap_up(unsigned int slot, struct sim_timer *timer)
{
	unsigned int above;

	for (; slot; slot = above) {
		above = (slot - 1) / 2;
		if (heap[above]->at <= timer->at)
			break;
		heap_put(slot, heap[above]);
	}
	heap_put(slot, timer);
}

static void heap_down(unsigned int slot, struct sim_timer *timer)
{
	unsigned int below;

	while ((below = 2 * slot + 1) < nr_timers) {
		if (below + 1 < nr_timers && heap[below + 1]->at < heap[below]->at)
			below++;
		if (heap[below]->at >= timer->at)
			break;
		heap_put(slot, heap[below]);
		slot = below;
	}
	heap_put(slot, timer);
}

void sim_timer_arm(struct sim_timer *timer, uint64_t at)
{
	sim_timer_cancel(timer);
	if (nr_timers == MAX_TIMERS)
		sim_broken("timers are bounded", "%u are armed", nr_timers);
	timer->at = at;
	timer->armed = true;
	heap_up(nr_timers++, timer);
}

bool sim_timer_cancel(struct sim_timer *timer)
{
	struct sim_timer *last;

	if (!timer->armed)
		return false;
	timer->armed = false;
	last = heap[--nr_timers];
	if (last != timer) {
		heap_up(timer->slot, last);
		heap_down(last->slot, last);
	}
	return true;
}

uint64_t timers_next(void)
{
	return nr_timers ? heap[0]->at : SIM_NEVER;
}

struct sim_timer *timers_take(uint64_t now)
{
	struct sim_timer *timer = heap[0];

	if (timers_next() > now)
		return NULL;
	sim_timer_cancel(timer);
	return timer;
}

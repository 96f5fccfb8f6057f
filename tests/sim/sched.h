/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sched.h - what main.c and history.c need of the scheduler, and it of them.
 */
#ifndef SIM_SCHED_H
#define SIM_SCHED_H

#include "sim.h"

#define SIM_MAX_KINDS	64

/**
 * struct sim_outcome - what became of a world; shared with the parent process
 * @broken: a rule was
 * @rule: which
 * @text: how
 * @switches: between tasks
 * @virtual_ns: the world's age at its end
 * @print: of all decisions that were made: the same for the same seed
 * @ios: that ended
 * @nr_events: in the world's list
 * @happened: life events that took place, by kind
 */
struct sim_outcome {
	bool broken;
	char rule[100];
	char text[400];
	uint64_t switches;
	uint64_t virtual_ns;
	uint64_t print;
	uint64_t ios;
	unsigned int nr_events;
	uint64_t happened[SIM_MAX_KINDS];
};

extern struct sim_outcome *sim_outcome;

/* Runs a world: @fn is its first task, the world ends with it. */
void sched_run(void (*fn)(void *arg), void *arg);
uint64_t sched_print(void);
/* "3.141592653 name" of the running task */
int sched_where(char *buf, size_t size);
/* A line for each task: what it waits for, and where. */
void sched_report(void);

/* timers.c: when the next is due; one that is due, not armed any more. */
uint64_t timers_next(void);
struct sim_timer *timers_take(uint64_t now);

/* history.c: notes are kept from now on; otherwise they cost nothing. */
void history_keep(bool trace);
void history_print(void);

#endif /* SIM_SCHED_H */

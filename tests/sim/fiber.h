/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fiber.h - stacks to run on, and switching between them without a system call.
 */
#ifndef SIM_FIBER_H
#define SIM_FIBER_H

#include <stddef.h>

/**
 * struct fiber - a stack and what is on it
 * @sp: where it was left
 * @stack: lowest byte; NULL: the process's own
 * @size: of the stack
 * @shadow: what AddressSanitizer keeps of it
 */
struct fiber {
	void *sp;
	void *stack;
	size_t size;
	void *shadow;
};

/* Prepares a fiber, with a stack from before or a new one, to begin with @entry. */
void fiber_init(struct fiber *fiber, void (*entry)(void));
/* Runs @to until something switches back; @last: @from is never run again. */
void fiber_switch(struct fiber *from, struct fiber *to, int last);
/* First of all on a new fiber. */
void fiber_begin(void);
/*
 * Return addresses on a fiber, innermost first; says how many. @frame: of the caller if it is
 * the fiber that runs, otherwise NULL.
 */
unsigned int fiber_trace(const struct fiber *fiber, const void *frame, void **addr,
			 unsigned int max);

#endif /* SIM_FIBER_H */

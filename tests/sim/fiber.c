// SPDX-License-Identifier: GPL-2.0
/*
 * fiber.c - switching stacks: callee-saved registers are pushed, the stack
 * pointers exchanged, and the other's registers popped.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "fiber.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#define STACK_SIZE	(256u << 10)
#else
#define __sanitizer_start_switch_fiber(save, bottom, size)	((void)(save))
#define __sanitizer_finish_switch_fiber(shadow, bottom, size)	((void)(shadow))
#define STACK_SIZE	(64u << 10)
#endif
#define GUARD_SIZE	4096u

static struct fiber *came_from;
static struct fiber *running;

static void *stack_alloc(void)
{
	char *p = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED || mprotect(p, GUARD_SIZE, PROT_NONE))
		abort();
	return p + GUARD_SIZE;
}

#ifdef __x86_64__

void fiber_swap(void **save, void *load);
__asm__(".text\n"
	".type fiber_swap, @function\n"
	"fiber_swap:\n"
	"	push %rbp\n"
	"	push %rbx\n"
	"	push %r12\n"
	"	push %r13\n"
	"	push %r14\n"
	"	push %r15\n"
	"	mov %rsp, (%rdi)\n"
	"	mov %rsi, %rsp\n"
	"	pop %r15\n"
	"	pop %r14\n"
	"	pop %r13\n"
	"	pop %r12\n"
	"	pop %rbx\n"
	"	pop %rbp\n"
	"	ret\n"
	".size fiber_swap, . - fiber_swap\n");
#define NR_SAVED	6

static void prepare(struct fiber *fiber, void (*entry)(void))
{
	uintptr_t *sp = (uintptr_t *)((char *)fiber->stack + fiber->size);
	unsigned int i;

	/* As if something had called @entry: with a return address, below which it is aligned. */
	*--sp = 0;
	*--sp = (uintptr_t)entry;
	for (i = 0; i < NR_SAVED; i++)
		*--sp = 0;
	fiber->sp = sp;
}

unsigned int fiber_trace(const struct fiber *fiber, const void *frame, void **addr,
			 unsigned int max)
{
	uintptr_t low = (uintptr_t)fiber->stack, high = low + fiber->size;
	const uintptr_t *at = frame ? frame : (void *)((uintptr_t *)fiber->sp)[NR_SAVED - 1];
	unsigned int nr = 0, elsewhere = 0;

	/* Frame pointers lead from caller to caller, first perhaps from a signal's stack. */
	while (nr < max && at && !((uintptr_t)at & 7) && at[1]) {
		bool here = (uintptr_t)at >= low && (uintptr_t)at < high;

		if (here)
			addr[nr++] = (void *)at[1];
		else if (!frame || nr || elsewhere++ > 4)
			break;
		at = (const uintptr_t *)at[0];
	}
	return nr;
}

#else /* any other machine: slower, for it saves the signal mask by a system call */

#include <ucontext.h>

static void fiber_swap(void **save, void *load)
{
	ucontext_t self;

	*save = &self;
	swapcontext(&self, load);
}

static void prepare(struct fiber *fiber, void (*entry)(void))
{
	ucontext_t *context = fiber->stack;

	/* At the far end of the stack, which grows towards it. */
	getcontext(context);
	context->uc_stack.ss_sp = context + 1;
	context->uc_stack.ss_size = fiber->size - sizeof(*context);
	context->uc_link = NULL;
	makecontext(context, entry, 0);
	fiber->sp = context;
}

unsigned int fiber_trace(const struct fiber *fiber, const void *frame, void **addr,
			 unsigned int max)
{
	(void)fiber;
	(void)frame;
	(void)addr;
	(void)max;
	return 0;
}

#endif

void fiber_init(struct fiber *fiber, void (*entry)(void))
{
	if (!fiber->stack) {
		fiber->stack = stack_alloc();
		fiber->size = STACK_SIZE;
	}
	fiber->shadow = NULL;
	prepare(fiber, entry);
}

static void arrived(void)
{
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(running->shadow, &bottom, &size);
#ifdef __SANITIZE_ADDRESS__
	/* The process's own stack is learned when it is left for the first time. */
	if (!came_from->stack) {
		came_from->stack = (void *)bottom;
		came_from->size = size;
	}
#else
	(void)bottom;
	(void)size;
#endif
}

void fiber_begin(void)
{
	arrived();
}

void fiber_switch(struct fiber *from, struct fiber *to, int last)
{
	came_from = from;
	running = to;
	__sanitizer_start_switch_fiber(last ? NULL : &from->shadow, to->stack, to->size);
	fiber_swap(&from->sp, to->sp);
	arrived();
}

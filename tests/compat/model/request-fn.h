/* SPDX-License-Identifier: GPL-2.0 */
/*
 * request-fn.h - the block layer of kernels without blk-mq, as far as
 * include/compat/request-fn.c asks for it. tests/compat/request-fn.c says what it does.
 */
#ifndef MODEL_REQUEST_FN_H
#define MODEL_REQUEST_FN_H

#include "kernel.h"

#define HZ			250
#define BITS_TO_LONGS(n)	(((n) + 63) / 64)
#define smp_processor_id()	model_cpu
#define spin_lock_init(l)	((l)->held = 0)
#define spin_lock_irqsave(l, flags)		\
do {						\
	(flags) = 1;				\
	spin_lock_irq(l);			\
} while (0)
#define spin_unlock_irqrestore(l, flags)	\
do {						\
	if (flags)				\
		spin_unlock_irq(l);		\
} while (0)

extern unsigned int model_cpu;

/* Whoever waits lets the time pass in which all else happens. */
typedef int wait_queue_head_t;
#define init_waitqueue_head(w)	(*(w) = 0)
#define wake_up(w)		((*(w))++)
#define wait_event(w, condition)	\
do {					\
	while (!(condition))		\
		model_pass();		\
} while (0)
void model_pass(void);

static inline void list_add_tail(struct list_head *item, struct list_head *head)
{
	list_add(item, head->prev);
}

static inline void list_del_init(struct list_head *item)
{
	list_del(item);
	INIT_LIST_HEAD(item);
}

#define list_empty(head)			((head)->next == (head))
#define list_first_entry(head, type, member)	list_entry((head)->next, type, member)

static inline void __set_bit(unsigned int nr, unsigned long *bits)
{
	bits[nr / 64] |= 1UL << nr % 64;
}

static inline void __clear_bit(unsigned int nr, unsigned long *bits)
{
	bits[nr / 64] &= ~(1UL << nr % 64);
}

static inline unsigned int find_first_zero_bit(const unsigned long *bits, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr && bits[i / 64] >> i % 64 & 1; i++)
		;
	return i;
}

enum blk_eh_timer_return {
	BLK_EH_NOT_HANDLED,
	BLK_EH_RESET_TIMER,
};

struct request {
	struct list_head queuelist;
	struct request_queue *q;
	void *special;
	int tag;
	struct {
		bool started, ended, hot;
		int error;
	} model;
};

struct request_queue {
	spinlock_t *queue_lock;
	struct {
		void (*run)(struct request_queue *q);
		void (*softirq_done)(struct request *rq);
		enum blk_eh_timer_return (*timed_out)(struct request *rq);
		unsigned int timeout;
		struct list_head waiting;
		bool run_later;
	} model;
};

struct request_queue *blk_init_queue_node(void (*run)(struct request_queue *q), spinlock_t *lock,
					  int node);
void blk_queue_softirq_done(struct request_queue *q, void (*done)(struct request *rq));
void blk_queue_rq_timed_out(struct request_queue *q,
			    enum blk_eh_timer_return (*timed_out)(struct request *rq));
void blk_queue_rq_timeout(struct request_queue *q, unsigned int timeout);
struct request *blk_peek_request(struct request_queue *q);
void blk_start_request(struct request *rq);
void blk_complete_request(struct request *rq);
void __blk_end_request_all(struct request *rq, int error);
void blk_run_queue_async(struct request_queue *q);

#endif /* MODEL_REQUEST_FN_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * workqueue.h - work items, delayed ones, tasklets, interrupts.
 */
#ifndef SIM_LINUX_WORKQUEUE_H
#define SIM_LINUX_WORKQUEUE_H

#include "wait.h"

/* ---- work queues ---- */

struct work_struct;
struct workqueue_struct;
typedef void (*work_func_t)(struct work_struct *work);

/*
 * @next: in the list of its queue
 * @wq: where it is pending, or was last
 * @canceling: so many wait for its end, and forbid that it be queued again
 */
struct work_struct {
	work_func_t func;
	struct work_struct *next;
	struct workqueue_struct *wq;
	bool pending;
	unsigned int canceling;
};

struct delayed_work {
	struct work_struct work;
	struct sim_timer timer;
};

#define INIT_WORK(work_, func_) \
	(*(work_) = (struct work_struct){ .func = (func_) })
#define INIT_DELAYED_WORK(dwork_, func_)				\
do {									\
	INIT_WORK(&(dwork_)->work, func_);				\
	(dwork_)->timer = (struct sim_timer){				\
		.direct = true, .fn = linux_delay_over, .arg = (dwork_)	\
	};								\
} while (0)
#define DECLARE_DELAYED_WORK(name_, func_)				\
	struct delayed_work name_ = {					\
		.work = { .func = (func_) },				\
		.timer = { .direct = true, .fn = linux_delay_over, .arg = &(name_) }, \
	}
void linux_delay_over(void *dwork);
#define to_delayed_work(work_)	container_of(work_, struct delayed_work, work)

#define WQ_UNBOUND	0x1
#define WQ_MEM_RECLAIM	0x2
#define WQ_HIGHPRI	0x4
#define WQ_FREEZABLE	0x8
#define WQ_ORDERED	0x100

struct workqueue_struct *alloc_workqueue(const char *format, unsigned int flags, int max_active,
					 ...);
#define alloc_ordered_workqueue(format, flags, ...) \
	alloc_workqueue(format, WQ_ORDERED | (flags), 1, ##__VA_ARGS__)
void destroy_workqueue(struct workqueue_struct *wq);
void flush_workqueue(struct workqueue_struct *wq);

bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool flush_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);
#define work_pending(work_)	({ sim_point(); (work_)->pending; })

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
			unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);
bool flush_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work(struct delayed_work *dwork);
bool cancel_delayed_work_sync(struct delayed_work *dwork);
#define delayed_work_pending(dwork)	work_pending(&(dwork)->work)

/* ---- tasklets ---- */

struct tasklet_struct {
	void (*callback)(struct tasklet_struct *t);
	bool scheduled, running, spawned;
	unsigned int disabled;
	struct sim_wait wait;
};

void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *t));
void tasklet_schedule(struct tasklet_struct *t);
void tasklet_disable(struct tasklet_struct *t);
void tasklet_enable(struct tasklet_struct *t);
void tasklet_kill(struct tasklet_struct *t);

/* ---- interrupts ---- */

typedef enum irqreturn { IRQ_NONE, IRQ_HANDLED, IRQ_WAKE_THREAD } irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(int irq, void *data);

#endif /* SIM_LINUX_WORKQUEUE_H */

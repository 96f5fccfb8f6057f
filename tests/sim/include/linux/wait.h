/* SPDX-License-Identifier: GPL-2.0 */
/*
 * wait.h - spin locks, mutexes, wait queues, completions, reference counts.
 */
#ifndef SIM_LINUX_WAIT_H
#define SIM_LINUX_WAIT_H

#include "kernel.h"

/* ---- spin locks ---- */

typedef struct sim_lock spinlock_t;

#define DEFINE_SPINLOCK(lock)	spinlock_t lock = { .name = NULL }
#define spin_lock_init(lock)	sim_lock_init(lock, #lock)
#define spin_lock_irqsave(lock, flags) \
	do { (flags) = linux_lock_irqsave(lock); } while (0)
#define spin_unlock_irqrestore(lock, flags)	linux_unlock_irqrestore(lock, flags)
#define spin_lock_irq(lock)	((void)linux_lock_irqsave(lock))
#define spin_unlock_irq(lock)	sim_unlock(lock)

unsigned long linux_lock_irqsave(spinlock_t *lock);
void linux_unlock_irqrestore(spinlock_t *lock, unsigned long flags);

/* ---- mutexes ---- */

struct mutex {
	struct sim_task *holder;
	struct sim_wait wait;
};

#define DEFINE_MUTEX(name)	struct mutex name = { NULL, { NULL } }
void mutex_init(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
bool mutex_trylock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
#define mutex_destroy(mutex)	((void)(mutex))
#define lockdep_assert_held(lock)	((void)(lock))

/* ---- wait queues ---- */

typedef struct sim_wait wait_queue_head_t;

#define init_waitqueue_head(wq)	((wq)->head = NULL)
#define wake_up(wq)		sim_wake(wq)
#define wake_up_all(wq)		sim_wake(wq)

/* The time left, at least 1, or 0 when the condition did not come true in time. */
#define wait_event_timeout(wq, condition, timeout)			\
({									\
	u64 until_ = sim_now() + jiffies_to_ns(timeout);		\
	struct sim_waiter waiter_;					\
	bool met_, time_ = true;					\
									\
	might_sleep();							\
	for (;;) {							\
		sim_wait_prepare(&(wq), &waiter_);			\
		met_ = (condition);					\
		if (met_ || !time_)					\
			break;						\
		time_ = sim_wait_commit(&waiter_, until_);		\
	}								\
	sim_wait_cancel(&waiter_);					\
	met_ ? linux_time_left(until_) : 0;				\
})
#define wait_event(wq, condition)					\
do {									\
	struct sim_waiter waiter_;					\
									\
	might_sleep();							\
	for (;;) {							\
		sim_wait_prepare(&(wq), &waiter_);			\
		if (condition)						\
			break;						\
		sim_wait_commit(&waiter_, SIM_NEVER);			\
	}								\
	sim_wait_cancel(&waiter_);					\
} while (0)

long linux_time_left(u64 until);

/* ---- completions ---- */

struct completion {
	unsigned int done;
	wait_queue_head_t wait;
};

static inline void init_completion(struct completion *c)
{
	c->done = 0;
	init_waitqueue_head(&c->wait);
}

static inline void reinit_completion(struct completion *c)
{
	c->done = 0;
}

static inline void complete(struct completion *c)
{
	sim_point();
	c->done++;
	wake_up_all(&c->wait);
}

static inline void complete_all(struct completion *c)
{
	sim_point();
	c->done = 1u << 31;
	wake_up_all(&c->wait);
}

static inline unsigned long wait_for_completion_timeout(struct completion *c, unsigned long timeout)
{
	long left = wait_event_timeout(c->wait, c->done, timeout);

	if (left)
		c->done--;
	return left;
}

static inline void wait_for_completion(struct completion *c)
{
	wait_event(c->wait, c->done);
	c->done--;
}

/* ---- reference counts ---- */

struct kref {
	atomic_t refcount;
};

static inline void kref_init(struct kref *ref)
{
	ref->refcount.counter = 1;
}

static inline void kref_get(struct kref *ref)
{
	sim_point();
	if (ref->refcount.counter <= 0)
		sim_broken("nothing is taken that is gone", "kref_get() of %d",
			   ref->refcount.counter);
	ref->refcount.counter++;
}

static inline bool kref_get_unless_zero(struct kref *ref)
{
	sim_point();
	if (!ref->refcount.counter)
		return false;
	ref->refcount.counter++;
	return true;
}

static inline int kref_put(struct kref *ref, void (*release)(struct kref *ref))
{
	sim_point();
	if (ref->refcount.counter <= 0)
		sim_broken("nothing is dropped twice", "kref_put() of %d", ref->refcount.counter);
	if (--ref->refcount.counter)
		return 0;
	release(ref);
	return 1;
}

#endif /* SIM_LINUX_WAIT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * types.h - the kernel's types and the small words every source uses.
 */
#ifndef SIM_LINUX_TYPES_H
#define SIM_LINUX_TYPES_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim.h"

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

typedef u64 sector_t;
typedef u8 blk_status_t;
typedef unsigned int gfp_t;
typedef unsigned short umode_t;
typedef long long ktime_t;

#define U8_MAX		UINT8_MAX
#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX

#define __init
#define __exit
#define __force
#define __user
#define __iomem
#define __must_check
#define __packed		__attribute__((packed))
#define __printf(a, b)
#define __maybe_unused		__attribute__((unused))
#define fallthrough		__attribute__((fallthrough))

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, val)	(*(volatile __typeof__(x) *)&(x) = (val))
/* Tasks switch at calls of the model only; that is where others are seen. */
#define barrier()		__asm__ volatile("" : : : "memory")
#define smp_load_acquire(p)      \
	({                       \
		sim_point();     \
		READ_ONCE(*(p)); \
	})
#define smp_store_release(p, v)      \
	({                           \
		WRITE_ONCE(*(p), v); \
		sim_point();         \
	})
#define smp_mb()	   sim_point()
#define smp_rmb()	   sim_point()
#define smp_wmb()	   sim_point()
#define cpu_relax()	   sim_yield()

#define ARRAY_SIZE(a)	   (sizeof(a) / sizeof((a)[0]))
#define BIT(nr)		   (1ul << (nr))
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define round_up(x, y)	   ((((x)-1) | ((__typeof__(x))(y)-1)) + 1)
#define round_down(x, y)   ((x) & ~((__typeof__(x))(y)-1))
#define swap(a, b)                        \
	({                                \
		__typeof__(a) tmp_ = (a); \
		(a) = (b);                \
		(b) = tmp_;               \
	})
#define min(a, b)                       \
	({                              \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ < b_ ? a_ : b_;      \
	})
#define max(a, b)                       \
	({                              \
		__typeof__(a) a_ = (a); \
		__typeof__(b) b_ = (b); \
		a_ > b_ ? a_ : b_;      \
	})
#define min_t(type, a, b)                \
	({                               \
		type a_ = (a), b_ = (b); \
		a_ < b_ ? a_ : b_;       \
	})
#define max_t(type, a, b)                \
	({                               \
		type a_ = (a), b_ = (b); \
		a_ > b_ ? a_ : b_;       \
	})
#define clamp_t(type, v, lo, hi)	min_t(type, max_t(type, v, lo), hi)
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define BUILD_BUG_ON(condition)		_Static_assert(!(condition), #condition)
/* A warning of the kernel is a broken rule. */
#define WARN_ON(condition)						\
({									\
	bool warn_ = (condition);					\
									\
	if (warn_)							\
		sim_broken("no warning", "%s:%d: %s", __func__, __LINE__, #condition); \
	warn_;								\
})
#define WARN_ON_ONCE(condition)	WARN_ON(condition)

static inline u32 sector_div_(sector_t *n, u32 base)
{
	u32 rest = *n % base;

	*n /= base;
	return rest;
}
#define sector_div(n, base)	sector_div_(&(n), base)

static inline unsigned int ilog2(unsigned long n)
{
	return 63 - __builtin_clzl(n);
}

static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

/* ---- pointers that are errors ---- */

#define MAX_ERRNO	4095
#define ENOTSUPP	524

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return (unsigned long)ptr >= (unsigned long)-MAX_ERRNO;
}

static inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || IS_ERR(ptr);
}

static inline void *ERR_CAST(const void *ptr)
{
	return (void *)ptr;
}

/* ---- lists ---- */

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline void list_add_between(struct list_head *item, struct list_head *prev,
				    struct list_head *next)
{
	next->prev = item;
	item->next = next;
	item->prev = prev;
	prev->next = item;
}

static inline void list_add(struct list_head *item, struct list_head *head)
{
	list_add_between(item, head, head->next);
}

static inline void list_add_tail(struct list_head *item, struct list_head *head)
{
	list_add_between(item, head->prev, head);
}

static inline void list_del(struct list_head *item)
{
	item->next->prev = item->prev;
	item->prev->next = item->next;
	item->next = NULL;
	item->prev = NULL;
}

static inline void list_del_init(struct list_head *item)
{
	list_del(item);
	INIT_LIST_HEAD(item);
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	if (list_empty(list))
		return;
	list->next->prev = head;
	list->prev->next = head->next;
	head->next->prev = list->prev;
	head->next = list->next;
	INIT_LIST_HEAD(list);
}

#define list_entry(ptr, type, member)		container_of(ptr, type, member)
#define list_first_entry(head, type, member)	list_entry((head)->next, type, member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_for_each_entry(pos, head, member)				\
	for (pos = list_entry((head)->next, __typeof__(*pos), member);	\
	     &pos->member != (head);					\
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))
#define list_for_each_entry_safe(pos, n, head, member)			\
	for (pos = list_entry((head)->next, __typeof__(*pos), member),	\
	     n = list_entry(pos->member.next, __typeof__(*pos), member); \
	     &pos->member != (head);					\
	     pos = n, n = list_entry(n->member.next, __typeof__(*n), member))

/* ---- atomics and bits: a switch before each, none inside ---- */

typedef struct {
	int counter;
} atomic_t;

#define ATOMIC_INIT(i)		{ i }
#define atomic_read(v)		({ sim_point(); READ_ONCE((v)->counter); })
#define atomic_set(v, i)	({ sim_point(); WRITE_ONCE((v)->counter, i); })
#define atomic_add_return(i, v)	({ sim_point(); (v)->counter += (i); })
#define atomic_add(i, v)	((void)atomic_add_return(i, v))
#define atomic_inc(v)		atomic_add(1, v)
#define atomic_dec(v)		atomic_add(-1, v)
#define atomic_inc_return(v)	atomic_add_return(1, v)
#define atomic_dec_and_test(v)	(!atomic_add_return(-1, v))
#define atomic_xchg(v, i)							\
({									\
	int old_;							\
									\
	sim_point();							\
	old_ = (v)->counter;						\
	(v)->counter = (i);						\
	old_;								\
})
#define cmpxchg(p, old, new)						\
({									\
	__typeof__(*(p)) was_;						\
									\
	sim_point();							\
	was_ = *(p);							\
	if (was_ == (old))						\
		*(p) = (new);						\
	was_;								\
})
#define atomic_cmpxchg(v, old, new)	cmpxchg(&(v)->counter, old, new)
#define atomic_inc_unless_negative(v)						\
({									\
	sim_point();							\
	(v)->counter < 0 ? false : (++(v)->counter, true);		\
})
#define xchg(p, new)							\
({									\
	__typeof__(*(p)) was_;						\
									\
	sim_point();							\
	was_ = *(p);							\
	*(p) = (new);							\
	was_;								\
})

static inline void set_bit(unsigned int nr, unsigned long *bits)
{
	sim_point();
	*bits |= BIT(nr);
}

static inline void clear_bit(unsigned int nr, unsigned long *bits)
{
	sim_point();
	*bits &= ~BIT(nr);
}

static inline bool test_bit(unsigned int nr, const unsigned long *bits)
{
	sim_point();
	return READ_ONCE(*bits) & BIT(nr);
}

static inline bool test_and_set_bit(unsigned int nr, unsigned long *bits)
{
	bool was;

	sim_point();
	was = *bits & BIT(nr);
	*bits |= BIT(nr);
	return was;
}

static inline bool test_and_clear_bit(unsigned int nr, unsigned long *bits)
{
	bool was;

	sim_point();
	was = *bits & BIT(nr);
	*bits &= ~BIT(nr);
	return was;
}

static inline unsigned long find_first_bit(const unsigned long *bits, unsigned long size)
{
	unsigned long word;

	sim_point();
	word = READ_ONCE(*bits);
	word &= size < 64 ? BIT(size) - 1 : ~0ul;
	return word ? __builtin_ctzl(word) : size;
}

#endif /* SIM_LINUX_TYPES_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * grant.h - per-queue pools of grant references and of the pages behind them.
 *
 * The pool is the only owner of its pages: a page is freed, and a reference
 * given back, only by grant.c and only after the grant has ended.
 */
#ifndef XBF_CORE_GRANT_H
#define XBF_CORE_GRANT_H

#include "env.h"

#include <xen/interface/io/blkif.h>

/* What one direct request can carry; enough for every request to progress. */
#define XBF_POOL_RESERVE	11
/* What blkback keeps mapped per ring: 32 requests of 32 segments and one page */
#define XBF_POOL_MAX_KEPT	1056

enum xbf_mode {
	XBF_MODE_DIRECT,	/* the caller's own page, granted for one use */
	XBF_MODE_BOUNCE,	/* a page of the pool, granted for one use */
	XBF_MODE_KEPT,		/* a page of the pool, granted once */
};

/**
 * struct xbf_gnt - one grant reference, for one 4 KiB frame
 * @next: the next of a chain; whoever holds the chain owns it
 * @page: the pool's page behind it; NULL in a direct pool
 * @seg: as it goes to the ring: the reference, ours as long as this structure
 *	 lives; first and last 512-byte sector of the frame in this use
 * @granted: the other domain may map the frame now
 */
struct xbf_gnt {
	struct xbf_gnt *next;
	void *page;
	struct blkif_request_segment seg;
	bool granted;
};

/* A chain that gives and takes at the head. */
struct xbf_chain {
	struct xbf_gnt *head;
	struct xbf_gnt *tail;
	u32 nr;
};

/**
 * struct xbf_budget - grants that all pools of the module share
 * @lock: innermost, taken inside a pool's
 * @used: grants that exist beyond the reserves
 * @max: @used never exceeds it
 */
struct xbf_budget {
	env_lock_t lock;
	u32 used;
	u32 max;
};

/**
 * struct xbf_pool - the grants of one queue
 * @lock: only a budget's may be taken inside; protects the fields up to
 *	  @nr_quarantine
 * @free: not in use, last used first
 * @nr_free: length of @free
 * @nr: all that exist: free, in use or in the quarantine
 * @max: @nr never exceeds it; constant after init
 * @quarantine: the backend would not let go of these
 * @nr_quarantine: length of @quarantine
 * @budget: pays for growth beyond the reserve
 * @reserve: grants that the budget does not pay for; constant
 * @mode: enum xbf_mode; constant after init
 * @readonly: KEPT only: the backend gets read access only; constant
 * @domid: the backend's domain; constant
 */
struct xbf_pool {
	env_lock_t lock;
	struct xbf_gnt *free;
	u32 nr_free;
	u32 nr;
	u32 max;
	struct xbf_gnt *quarantine;
	u32 nr_quarantine;

	struct xbf_budget *budget;
	u32 reserve;
	u8 mode;
	bool readonly;
	u16 domid;
};

void xbf_budget_init(struct xbf_budget *budget, u32 max);
int xbf_pool_init(struct xbf_pool *pool, struct xbf_budget *budget, u32 reserve, u32 max);
u32 xbf_pool_destroy(struct xbf_pool *pool);
void xbf_pool_move(struct xbf_pool *pool, struct xbf_pool *from);
struct xbf_gnt *xbf_pool_grow_and_take(struct xbf_pool *pool, u32 nr);
void xbf_pool_quarantine(struct xbf_pool *pool, struct xbf_gnt *gnt);
u32 xbf_pool_retry(struct xbf_pool *pool);
void xbf_pool_forget(struct xbf_pool *pool, struct xbf_gnt *gnt);

int xbf_area_grant(grant_ref_t *refs, u32 nr, const void *addr, u16 domid);
u32 xbf_area_end(grant_ref_t *refs, u32 nr);

/* Sectors of the protocol that one piece covers. */
static inline u32 xbf_gnt_sectors(const struct xbf_gnt *gnt)
{
	return gnt->seg.last_sect - gnt->seg.first_sect + 1;
}

static inline void xbf_chain_add(struct xbf_chain *chain, struct xbf_gnt *head,
				 struct xbf_gnt *tail, u32 nr)
{
	tail->next = chain->head;
	if (!chain->head)
		chain->tail = tail;
	chain->head = head;
	chain->nr += nr;
}

/* Takes @nr off the free list; NULL when there are fewer. */
static inline struct xbf_gnt *xbf_pool_pop(struct xbf_pool *pool, u32 nr)
{
	unsigned long flags = env_lock(&pool->lock);
	struct xbf_gnt *head = NULL, *last;

	if (pool->nr_free >= nr) {
		pool->nr_free -= nr;
		head = pool->free;
		for (last = head; --nr;)
			last = last->next;
		pool->free = last->next;
		last->next = NULL;
	}
	env_unlock(&pool->lock, flags);
	return head;
}

/**
 * xbf_pool_take() - take a chain of grants out of a pool
 * @pool: the pool
 * @nr: how many, at least 1
 *
 * Grows the pool without waiting when it has too few. Any context.
 *
 * Return: the head of a NULL-terminated chain of @nr grants, or NULL; never
 * fewer than asked for.
 */
static inline struct xbf_gnt *xbf_pool_take(struct xbf_pool *pool, u32 nr)
{
	struct xbf_gnt *head = xbf_pool_pop(pool, nr);

	return head ? head : xbf_pool_grow_and_take(pool, nr);
}

/**
 * xbf_pool_give() - give a chain back to its pool
 * @pool: the pool
 * @chain: grants without standing access, KEPT ones excepted; emptied
 *
 * One lock for the whole chain. Any context.
 */
static inline void xbf_pool_give(struct xbf_pool *pool, struct xbf_chain *chain)
{
	unsigned long flags;

	if (!chain->head)
		return;
	flags = env_lock(&pool->lock);
	chain->tail->next = pool->free;
	pool->free = chain->head;
	pool->nr_free += chain->nr;
	env_unlock(&pool->lock, flags);
	chain->head = NULL;
	chain->nr = 0;
}

#endif /* XBF_CORE_GRANT_H */

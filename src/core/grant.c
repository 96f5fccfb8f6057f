// SPDX-License-Identifier: GPL-2.0
/*
 * grant.c - pools of grant references and bounce pages.
 *
 * A reference is claimed from the kernel once and then reused, so no I/O takes
 * the kernel's global grant lock. Pools start with a small reserve and grow
 * when a request needs more, without waiting, up to their limit.
 */
#include "grant.h"

/* References are claimed in groups of this size when a pool grows. */
#define GROW_BATCH	32

/**
 * xbf_budget_init() - what all pools together may take beyond their reserves
 * @budget: the budget
 * @max: in grants
 */
void xbf_budget_init(struct xbf_budget *budget, u32 max)
{
	env_lock_init(&budget->lock);
	budget->used = 0;
	budget->max = max;
}

/* Books up to @nr grants, says how many. */
static u32 budget_take(struct xbf_budget *budget, u32 nr)
{
	unsigned long flags;

	if (!nr)
		return 0;
	flags = env_lock(&budget->lock);
	if (nr > budget->max - budget->used)
		nr = budget->max - budget->used;
	budget->used += nr;
	env_unlock(&budget->lock, flags);
	return nr;
}

static void budget_give(struct xbf_budget *budget, u32 nr)
{
	unsigned long flags;

	if (!nr)
		return;
	flags = env_lock(&budget->lock);
	budget->used -= nr;
	env_unlock(&budget->lock, flags);
}

static void gnt_free(struct xbf_gnt *gnt)
{
	if (gnt->page)
		env_frame_free(gnt->page);
	env_free(gnt);
}

/* Ends the grant if it stands and frees all; false: still mapped, untouched. */
static bool gnt_destroy(struct xbf_gnt *gnt)
{
	if (gnt->granted) {
		if (!env_grant_retry(gnt->seg.gref))
			return false;
	} else {
		env_ref_release(gnt->seg.gref);
	}
	gnt_free(gnt);
	return true;
}

static struct xbf_gnt *gnt_create(const struct xbf_pool *pool, bool may_sleep)
{
	struct xbf_gnt *gnt = env_alloc(sizeof(*gnt), may_sleep);

	if (!gnt || pool->mode == XBF_MODE_DIRECT)
		return gnt;
	gnt->page = env_frame_alloc(may_sleep);
	if (gnt->page)
		return gnt;
	env_free(gnt);
	return NULL;
}

static void gnt_adopt(struct xbf_pool *pool, struct xbf_gnt *gnt, grant_ref_t ref)
{
	gnt->seg.gref = ref;
	if (pool->mode != XBF_MODE_KEPT)
		return;
	env_grant(ref, pool->domid, env_addr_frame(gnt->page), pool->readonly);
	gnt->granted = true;
}

/* Makes up to @nr new grants, at most GROW_BATCH; the count is already booked. */
static struct xbf_gnt *grow_batch(struct xbf_pool *pool, u32 nr, bool may_sleep, u32 *made)
{
	grant_ref_t refs[GROW_BATCH];
	struct xbf_gnt *chain = NULL, *gnt;
	u32 claimed = env_refs_claim(refs, nr);
	u32 i;

	for (i = 0; i < claimed; i++) {
		gnt = gnt_create(pool, may_sleep);
		if (!gnt)
			break;
		gnt_adopt(pool, gnt, refs[i]);
		gnt->next = chain;
		chain = gnt;
	}
	*made = i;
	while (i < claimed)
		env_ref_release(refs[i++]);
	return chain;
}

static void push_free(struct xbf_pool *pool, struct xbf_gnt *chain)
{
	struct xbf_gnt *gnt;

	while ((gnt = chain)) {
		chain = gnt->next;
		gnt->next = pool->free;
		pool->free = gnt;
		pool->nr_free++;
	}
}

/*
 * Books room for up to as many as @want lacks, in the pool and, beyond the
 * reserve, in the budget. Booking comes before making, so that several growers
 * together respect the limits. The pool's lock is held.
 */
static u32 book(struct xbf_pool *pool, u32 want)
{
	u32 nr = pool->nr_free < want ? want - pool->nr_free : 0;
	bool reserve = pool->nr < pool->reserve;
	u32 room = (reserve ? pool->reserve : pool->max) - pool->nr;

	if (nr > room)
		nr = room;
	if (nr > GROW_BATCH)
		nr = GROW_BATCH;
	if (!reserve)
		nr = budget_take(pool->budget, nr);
	pool->nr += nr;
	return nr;
}

/* Takes @nr grants off the books; the pool's lock is held. */
static void unbook(struct xbf_pool *pool, u32 nr)
{
	u32 beyond = pool->nr > pool->reserve ? pool->nr - pool->reserve : 0;

	pool->nr -= nr;
	budget_give(pool->budget, nr < beyond ? nr : beyond);
}

/* Grows until @want are free; false: no more to be had now. */
static bool pool_grow(struct xbf_pool *pool, u32 want, bool may_sleep)
{
	unsigned long flags = env_lock(&pool->lock);
	struct xbf_gnt *chain;
	u32 nr, made;
	bool enough;

	while ((nr = book(pool, want))) {
		env_unlock(&pool->lock, flags);
		chain = grow_batch(pool, nr, may_sleep, &made);
		flags = env_lock(&pool->lock);
		push_free(pool, chain);
		unbook(pool, nr - made);
		if (made < nr)
			break;
	}
	/* Perhaps thanks to others that gave back meanwhile. */
	enough = pool->nr_free >= want;
	env_unlock(&pool->lock, flags);
	return enough;
}

/**
 * xbf_pool_init() - set up a pool and fill its reserve
 * @pool: zeroed, but for mode, readonly and domid, which the caller has set
 * @budget: pays for what the pool grows beyond the reserve
 * @reserve: grants that exist from now on
 * @max: grants that may exist at most, at least @reserve
 *
 * May sleep. Return: 0, or -1 when the reserve could not be had; the pool is
 * empty then and may be destroyed.
 */
int xbf_pool_init(struct xbf_pool *pool, struct xbf_budget *budget, u32 reserve, u32 max)
{
	env_lock_init(&pool->lock);
	pool->budget = budget;
	pool->reserve = reserve;
	pool->max = max > reserve ? max : reserve;
	if (!reserve || pool_grow(pool, reserve, true))
		return 0;
	xbf_pool_destroy(pool);
	return -1;
}

/**
 * xbf_pool_destroy() - end all grants and free what is behind them
 * @pool: a pool of which nothing is in use any more
 *
 * What the backend still maps moves to the quarantine and stays allocated:
 * a page that another domain can see is never given back to the kernel.
 *
 * Return: how many grants are left in the quarantine. The caller may call
 * again later, or leak them.
 */
u32 xbf_pool_destroy(struct xbf_pool *pool)
{
	struct xbf_gnt *gnt;
	unsigned long flags;

	/* Never set up: the handshake did not come that far. */
	if (!pool->budget)
		return 0;
	flags = env_lock(&pool->lock);
	while ((gnt = pool->free)) {
		pool->free = gnt->next;
		pool->nr_free--;
		gnt->next = pool->quarantine;
		pool->quarantine = gnt;
		pool->nr_quarantine++;
	}
	env_unlock(&pool->lock, flags);
	return xbf_pool_retry(pool);
}

/**
 * xbf_pool_move() - let what is left of a pool outlive its owner
 * @pool: becomes what is left
 * @from: one that was destroyed, or never set up; is as if never set up afterwards
 *
 * Nobody else has either of them.
 */
void xbf_pool_move(struct xbf_pool *pool, struct xbf_pool *from)
{
	*pool = *from;
	env_lock_init(&pool->lock);
	memset(from, 0, sizeof(*from));
}

/* The part of xbf_pool_take() for pools that have too few. */
struct xbf_gnt *xbf_pool_grow_and_take(struct xbf_pool *pool, u32 nr)
{
	struct xbf_gnt *head = NULL;

	/* Another CPU may take what we grew: that is progress too. */
	while (!head && pool_grow(pool, nr, false))
		head = xbf_pool_pop(pool, nr);
	return head;
}

/**
 * xbf_pool_quarantine() - set a grant aside that the backend keeps mapped
 * @pool: the pool
 * @gnt: a grant in use; its page is the pool's own
 *
 * The page is neither reused nor freed until xbf_pool_retry() could end the
 * grant. It goes on counting against the pool's limit, so that a backend that
 * never lets go starves its own disk and nothing else. Any context.
 */
void xbf_pool_quarantine(struct xbf_pool *pool, struct xbf_gnt *gnt)
{
	unsigned long flags = env_lock(&pool->lock);

	gnt->next = pool->quarantine;
	pool->quarantine = gnt;
	pool->nr_quarantine++;
	env_unlock(&pool->lock, flags);
}

/**
 * xbf_pool_retry() - try once more to end what is in the quarantine
 * @pool: the pool
 *
 * Any context. Return: how many grants are left in it.
 */
u32 xbf_pool_retry(struct xbf_pool *pool)
{
	struct xbf_gnt **link = &pool->quarantine;
	struct xbf_gnt *gnt, *next;
	unsigned long flags;
	u32 left;

	/* Never set up: the handshake did not come that far. */
	if (!pool->budget)
		return 0;
	flags = env_lock(&pool->lock);
	for (gnt = pool->quarantine; gnt; gnt = next) {
		next = gnt->next;
		if (!gnt_destroy(gnt)) {
			link = &gnt->next;
			continue;
		}
		*link = next;
		pool->nr_quarantine--;
		unbook(pool, 1);
	}
	left = pool->nr_quarantine;
	env_unlock(&pool->lock, flags);
	return left;
}

/**
 * xbf_pool_forget() - drop a grant whose reference the kernel has taken back
 * @pool: the pool
 * @gnt: a grant in use, ended with env_grant_retry()
 *
 * Any context.
 */
void xbf_pool_forget(struct xbf_pool *pool, struct xbf_gnt *gnt)
{
	unsigned long flags = env_lock(&pool->lock);

	unbook(pool, 1);
	env_unlock(&pool->lock, flags);
	gnt_free(gnt);
}

/**
 * xbf_area_grant() - share an area of our own, such as a ring, for good
 * @refs: gets @nr references
 * @nr: number of frames
 * @addr: the area, frame-aligned
 * @domid: the backend's domain
 *
 * Return: 0, or -1 when there are not enough references; nothing is shared.
 */
int xbf_area_grant(grant_ref_t *refs, u32 nr, const void *addr, u16 domid)
{
	u32 i, claimed = env_refs_claim(refs, nr);

	if (claimed < nr) {
		while (claimed)
			env_ref_release(refs[--claimed]);
		return -1;
	}
	for (i = 0; i < nr; i++)
		env_grant(refs[i], domid, env_addr_frame((const char *)addr + i * XBF_FRAME_SIZE),
			  false);
	return 0;
}

/**
 * xbf_area_end() - stop sharing an area
 * @refs: its references; those that end are taken off
 * @nr: how many there are
 *
 * Return: how many frames the backend still maps. While it is not 0 the area
 * must stay allocated; call again with that number.
 */
u32 xbf_area_end(grant_ref_t *refs, u32 nr)
{
	u32 i, left = 0;

	for (i = 0; i < nr; i++)
		if (!env_grant_retry(refs[i]))
			refs[left++] = refs[i];
	return left;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * grant.c: pools that grow, run short, share a budget, and never let go of a
 * page that the backend still sees.
 */
#include "core/grant.h"
#include "test.h"

#define DOMID		7
#define PLENTY		100000u

static struct xbf_budget budget;
static struct xbf_pool pool;

static int set_up(struct xbf_pool *p, enum xbf_mode mode, u32 reserve, u32 max)
{
	memset(p, 0, sizeof(*p));
	p->mode = mode;
	p->domid = DOMID;
	return xbf_pool_init(p, &budget, reserve, max);
}

static int begin(void **state)
{
	test_begin(state);
	xbf_budget_init(&budget, PLENTY);
	return set_up(&pool, XBF_MODE_DIRECT, XBF_POOL_RESERVE, PLENTY);
}

static int end(void **state)
{
	assert_int_equal(xbf_pool_destroy(&pool), 0);
	assert_int_equal(pool.nr, 0);
	assert_int_equal(pool.nr_free, 0);
	assert_int_equal(budget.used, 0);
	return test_end(state);
}

/* @nr grants, or fewer if the pool has no more, one by one. */
static struct xbf_chain take_all(struct xbf_pool *p, u32 nr)
{
	struct xbf_chain chain = { NULL, NULL, 0 };
	struct xbf_gnt *gnt;

	while (chain.nr < nr && (gnt = xbf_pool_take(p, 1)))
		xbf_chain_add(&chain, gnt, gnt, 1);
	return chain;
}

static void give_one(struct xbf_pool *p, struct xbf_gnt *gnt)
{
	struct xbf_chain chain = { NULL, NULL, 0 };

	xbf_chain_add(&chain, gnt, gnt, 1);
	xbf_pool_give(p, &chain);
}

/* Used as the data path does for one bounced page, and kept by the backend. */
static struct xbf_gnt *used_and_kept(struct xbf_pool *p)
{
	struct xbf_gnt *gnt = xbf_pool_take(p, 1);

	assert_non_null(gnt);
	env_grant(gnt->seg.gref, DOMID, env_addr_frame(gnt->page), true);
	gnt->granted = true;
	model_map(gnt->seg.gref, DOMID, false);
	return gnt;
}

/* ---- a pool of its own ---- */

static void reserve_is_there_from_the_start(void **state)
{
	(void)state;
	assert_int_equal(pool.nr, XBF_POOL_RESERVE);
	assert_int_equal(pool.nr_free, XBF_POOL_RESERVE);
	assert_int_equal(model.claimed, XBF_POOL_RESERVE);
	assert_int_equal(budget.used, 0);
}

static void pool_never_set_up_is_left_alone(void **state)
{
	struct xbf_pool p = { .nr = 0 };

	(void)state;
	assert_int_equal(xbf_pool_destroy(&p), 0);
	assert_int_equal(xbf_pool_retry(&p), 0);
}

static void pool_without_reserve_begins_empty(void **state)
{
	struct xbf_pool p;

	(void)state;
	assert_int_equal(set_up(&p, XBF_MODE_KEPT, 0, 4), 0);
	assert_int_equal(p.nr, 0);
	assert_int_equal(xbf_pool_destroy(&p), 0);
}

static void pool_is_as_large_as_its_reserve_at_least(void **state)
{
	struct xbf_pool p;

	(void)state;
	assert_int_equal(set_up(&p, XBF_MODE_DIRECT, 40, 5), 0);
	assert_int_equal(p.nr, 40);
	assert_int_equal(p.max, 40);
	assert_int_equal(xbf_pool_destroy(&p), 0);
}

static void only_pools_that_copy_have_pages(void **state)
{
	struct xbf_pool p;
	struct xbf_gnt *gnt;

	(void)state;
	assert_null(pool.free->page);
	assert_int_equal(model.frames, 0);

	assert_int_equal(set_up(&p, XBF_MODE_BOUNCE, 2, 2), 0);
	assert_int_equal(model.frames, 2);
	assert_int_equal(model.granted, 0);
	assert_int_equal(xbf_pool_destroy(&p), 0);

	memset(&p, 0, sizeof(p));
	p.mode = XBF_MODE_KEPT;
	p.domid = DOMID;
	p.readonly = true;
	assert_int_equal(xbf_pool_init(&p, &budget, 2, 2), 0);
	assert_int_equal(model.granted, 2);
	for (gnt = p.free; gnt; gnt = gnt->next) {
		assert_true(gnt->granted);
		assert_true(model_is_readonly(gnt->seg.gref));
		assert_ptr_equal(model_map(gnt->seg.gref, DOMID, false), gnt->page);
		model_unmap(gnt->seg.gref);
	}
	assert_int_equal(xbf_pool_destroy(&p), 0);
}

static void reserve_or_nothing(void **state)
{
	static const enum xbf_mode modes[] = { XBF_MODE_DIRECT, XBF_MODE_BOUNCE, XBF_MODE_KEPT };
	unsigned int *const left[] = { &model.refs_left, &model.allocs_left, &model.frames_left };
	struct xbf_pool p;
	u32 m, l, nr;

	(void)state;
	for (m = 0; m < NR_OF(modes); m++)
		for (l = 0; l < NR_OF(left); l++)
			for (nr = 0; nr < 40; nr += 13) {
				unsigned int claimed = model.claimed;

				/* Without pages nobody misses them. */
				if (modes[m] == XBF_MODE_DIRECT && left[l] == &model.frames_left)
					continue;
				*left[l] = nr;
				assert_int_equal(set_up(&p, modes[m], 40, 40), -1);
				*left[l] = MODEL_PLENTY;
				assert_int_equal(p.nr, 0);
				assert_int_equal(p.nr_free, 0);
				assert_null(p.free);
				assert_int_equal(model.claimed, claimed);
				assert_int_equal(model.granted, 0);
				assert_int_equal(xbf_pool_destroy(&p), 0);
			}
}

static void last_given_is_first_taken(void **state)
{
	struct xbf_gnt *a = xbf_pool_take(&pool, 1), *b = xbf_pool_take(&pool, 1);

	(void)state;
	give_one(&pool, a);
	give_one(&pool, b);
	assert_ptr_equal(xbf_pool_take(&pool, 1), b);
	assert_ptr_equal(xbf_pool_take(&pool, 1), a);
	give_one(&pool, a);
	give_one(&pool, b);
}

static void chain_is_cut_to_length(void **state)
{
	struct xbf_chain chain = { NULL, NULL, 0 };
	struct xbf_gnt *head = xbf_pool_take(&pool, 5), *last = head;
	u32 nr = 1;

	(void)state;
	for (; last->next; nr++)
		last = last->next;
	assert_int_equal(nr, 5);
	assert_int_equal(pool.nr_free, XBF_POOL_RESERVE - 5);
	xbf_chain_add(&chain, head, last, nr);
	xbf_pool_give(&pool, &chain);
	assert_null(chain.head);
	assert_int_equal(chain.nr, 0);
	/* An empty chain is nothing to give. */
	xbf_pool_give(&pool, &chain);
	assert_int_equal(pool.nr_free, XBF_POOL_RESERVE);
}

/* ---- growth ---- */

static void pool_grows_when_asked_for_more(void **state)
{
	struct xbf_gnt *head = xbf_pool_take(&pool, 100), *last = head;
	struct xbf_chain chain = { NULL, NULL, 0 };

	(void)state;
	assert_non_null(head);
	assert_int_equal(pool.nr, 100);
	assert_int_equal(budget.used, 100 - XBF_POOL_RESERVE);
	while (last->next)
		last = last->next;
	xbf_chain_add(&chain, head, last, 100);
	xbf_pool_give(&pool, &chain);
	assert_int_equal(pool.nr_free, 100);
	/* What there is, is used first. */
	head = xbf_pool_take(&pool, 100);
	assert_int_equal(pool.nr, 100);
	xbf_chain_add(&chain, head, last, 100);
	xbf_pool_give(&pool, &chain);
}

static void pool_never_exceeds_its_limit(void **state)
{
	struct xbf_pool p;
	struct xbf_chain chain;

	(void)state;
	assert_int_equal(set_up(&p, XBF_MODE_DIRECT, 11, 50), 0);
	assert_null(xbf_pool_take(&p, 51));
	assert_int_equal(p.nr, 50);
	/* What came of trying is not lost. */
	assert_int_equal(p.nr_free, 50);
	chain = take_all(&p, 60);
	assert_int_equal(chain.nr, 50);
	assert_null(xbf_pool_take(&p, 1));
	xbf_pool_give(&p, &chain);
	assert_int_equal(xbf_pool_destroy(&p), 0);
}

static void exhausted_pool_recovers_when_grants_come_back(void **state)
{
	struct xbf_chain chain;
	struct xbf_gnt *gnt;

	(void)state;
	model.refs_left = 9;
	chain = take_all(&pool, 100);
	assert_int_equal(chain.nr, XBF_POOL_RESERVE + 9);
	assert_int_equal(budget.used, 9);
	assert_null(xbf_pool_take(&pool, 1));
	xbf_pool_give(&pool, &chain);
	gnt = xbf_pool_take(&pool, 1);
	assert_non_null(gnt);
	give_one(&pool, gnt);
	/* And grows on when the kernel has references again. */
	model.refs_left = 5;
	chain = take_all(&pool, 100);
	assert_int_equal(chain.nr, XBF_POOL_RESERVE + 14);
	xbf_pool_give(&pool, &chain);
}

static void growth_without_memory_books_nothing(void **state)
{
	(void)state;
	model.allocs_left = 3;
	assert_null(xbf_pool_take(&pool, 60));
	assert_int_equal(pool.nr, XBF_POOL_RESERVE + 3);
	assert_int_equal(budget.used, 3);
	assert_int_equal(model.claimed, pool.nr);
}

static void budget_is_shared(void **state)
{
	struct xbf_chain a, b;
	struct xbf_pool other;

	(void)state;
	xbf_budget_init(&budget, 20);
	assert_int_equal(set_up(&other, XBF_MODE_DIRECT, 11, PLENTY), 0);
	a = take_all(&pool, 100);
	assert_int_equal(a.nr, 31);
	assert_int_equal(budget.used, 20);
	/* The other has its reserve, whatever the first took. */
	b = take_all(&other, 100);
	assert_int_equal(b.nr, 11);
	xbf_pool_give(&pool, &a);
	xbf_pool_give(&other, &b);
	assert_int_equal(xbf_pool_destroy(&pool), 0);
	assert_int_equal(budget.used, 0);
	b = take_all(&other, 100);
	assert_int_equal(b.nr, 31);
	xbf_pool_give(&other, &b);
	assert_int_equal(xbf_pool_destroy(&other), 0);
}

/* ---- other CPUs, in the moment in which a lock is dropped ---- */

static struct xbf_chain others;
static u32 moment;

static void other_cpu_gives_back(enum model_op op, const volatile void *addr)
{
	if (op == MODEL_UNLOCK && addr == &pool.lock && !moment--)
		xbf_pool_give(&pool, &others);
}

static void what_comes_back_during_growth_is_seen(void **state)
{
	u32 i;

	(void)state;
	pool.max = XBF_POOL_RESERVE;
	for (i = 0; i < 2; i++) {
		struct xbf_gnt *gnt;

		others = take_all(&pool, XBF_POOL_RESERVE);
		assert_int_equal(others.nr, XBF_POOL_RESERVE);
		moment = i;
		model.hook = other_cpu_gives_back;
		gnt = xbf_pool_take(&pool, 1);
		model.hook = NULL;
		if (i == 0) {
			assert_non_null(gnt);
			give_one(&pool, gnt);
		} else {
			/* Too late: it had said that there are none. */
			assert_null(gnt);
		}
		assert_int_equal(pool.nr_free, XBF_POOL_RESERVE);
	}
}

static void other_cpu_takes_one(enum model_op op, const volatile void *addr)
{
	struct xbf_gnt *gnt;

	if (op != MODEL_UNLOCK || addr != &pool.lock || !pool.nr_free || !moment)
		return;
	moment--;
	gnt = xbf_pool_take(&pool, 1);
	xbf_chain_add(&others, gnt, gnt, 1);
}

static void growth_goes_on_while_others_take(void **state)
{
	struct xbf_chain chain = take_all(&pool, XBF_POOL_RESERVE);
	struct xbf_gnt *gnt;

	(void)state;
	moment = 4;
	model.hook = other_cpu_takes_one;
	gnt = xbf_pool_take(&pool, 1);
	model.hook = NULL;
	assert_non_null(gnt);
	assert_int_equal(others.nr, 4);
	give_one(&pool, gnt);
	xbf_pool_give(&pool, &others);
	xbf_pool_give(&pool, &chain);
	assert_int_equal(pool.nr_free, pool.nr);
}

static struct xbf_gnt *given_up;

static void other_cpu_gives_one_up(enum model_op op, const volatile void *addr)
{
	if (op != MODEL_UNLOCK || addr != &pool.lock || !given_up)
		return;
	assert_true(env_grant_retry(given_up->seg.gref));
	xbf_pool_forget(&pool, given_up);
	given_up = NULL;
}

/* At the edge of the reserve, where a grant may or may not be the budget's. */
static void budget_holds_while_grants_are_given_up(void **state)
{
	static const u32 maxima[] = { 0, 1, 2, 40 };
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(maxima); i++) {
		struct xbf_chain chain;

		xbf_budget_init(&budget, maxima[i]);
		chain = take_all(&pool, XBF_POOL_RESERVE);
		given_up = chain.head;
		chain.head = given_up->next;
		chain.nr--;
		env_grant(given_up->seg.gref, DOMID, 1, true);
		model.hook = other_cpu_gives_one_up;
		others = take_all(&pool, 20);
		model.hook = NULL;
		assert_null(given_up);
		assert_true(pool.nr >= XBF_POOL_RESERVE);
		assert_int_equal(budget.used, pool.nr - XBF_POOL_RESERVE);
		assert_true(budget.used <= maxima[i]);
		xbf_pool_give(&pool, &chain);
		xbf_pool_give(&pool, &others);
		assert_int_equal(xbf_pool_destroy(&pool), 0);
		assert_int_equal(set_up(&pool, XBF_MODE_DIRECT, XBF_POOL_RESERVE, PLENTY), 0);
	}
}

/* ---- quarantine ---- */

static void quarantined_page_is_neither_used_nor_freed(void **state)
{
	struct xbf_pool p;
	struct xbf_gnt *gnt;
	struct xbf_chain chain;

	(void)state;
	assert_int_equal(set_up(&p, XBF_MODE_BOUNCE, 2, 4), 0);
	gnt = used_and_kept(&p);
	xbf_pool_quarantine(&p, gnt);
	assert_int_equal(p.nr_quarantine, 1);
	assert_int_equal(xbf_pool_retry(&p), 1);
	/* It counts: a backend that keeps everything starves its own disk. */
	chain = take_all(&p, 10);
	assert_int_equal(chain.nr, 3);
	xbf_pool_give(&p, &chain);

	model_unmap(gnt->seg.gref);
	assert_int_equal(xbf_pool_retry(&p), 0);
	assert_int_equal(p.nr, 3);
	chain = take_all(&p, 10);
	assert_int_equal(chain.nr, 4);
	xbf_pool_give(&p, &chain);
	assert_int_equal(xbf_pool_destroy(&p), 0);
}

static void quarantine_gives_up_what_it_can(void **state)
{
	struct xbf_pool p;
	struct xbf_gnt *gnt[4];
	u32 i;

	(void)state;
	assert_int_equal(set_up(&p, XBF_MODE_BOUNCE, 2, 4), 0);
	for (i = 0; i < 4; i++) {
		gnt[i] = used_and_kept(&p);
		xbf_pool_quarantine(&p, gnt[i]);
	}
	assert_int_equal(budget.used, 2);
	model_unmap(gnt[0]->seg.gref);
	model_unmap(gnt[2]->seg.gref);
	assert_int_equal(xbf_pool_retry(&p), 2);
	assert_int_equal(p.nr, 2);
	assert_int_equal(budget.used, 0);
	model_unmap_all();
	assert_int_equal(xbf_pool_retry(&p), 0);
	assert_int_equal(p.nr, 0);
	assert_int_equal(xbf_pool_destroy(&p), 0);
}

static void destroyed_pool_keeps_what_is_mapped(void **state)
{
	struct xbf_pool p;
	grant_ref_t ref;

	(void)state;
	assert_int_equal(set_up(&p, XBF_MODE_KEPT, 20, 20), 0);
	ref = p.free->next->seg.gref;
	model_map(ref, DOMID, true);
	assert_int_equal(xbf_pool_destroy(&p), 1);
	/* Again and again, for as long as it takes. */
	assert_int_equal(xbf_pool_destroy(&p), 1);
	assert_int_equal(model.frames, 1);
	assert_true(model_is_granted(ref));
	model_unmap(ref);
	assert_int_equal(xbf_pool_destroy(&p), 0);
	assert_int_equal(p.nr, 0);
}

/* Of a disk that is gone; its budget is asked back when the backend lets go. */
static void moved_pool_outlives_its_owner(void **state)
{
	struct xbf_pool kept;
	struct xbf_gnt *gnt;

	(void)state;
	xbf_pool_destroy(&pool);
	set_up(&pool, XBF_MODE_BOUNCE, 0, PLENTY);
	gnt = used_and_kept(&pool);
	xbf_pool_quarantine(&pool, gnt);
	assert_int_equal(xbf_pool_destroy(&pool), 1);
	xbf_pool_move(&kept, &pool);
	assert_int_equal(xbf_pool_destroy(&pool), 0);
	assert_int_equal(xbf_pool_destroy(&kept), 1);
	assert_int_equal(budget.used, 1);
	model_unmap_all();
	assert_int_equal(xbf_pool_destroy(&kept), 0);
	assert_int_equal(budget.used, 0);
	/* One that never was a pool is none afterwards. */
	xbf_pool_move(&kept, &pool);
	assert_int_equal(xbf_pool_destroy(&kept), 0);
}

static void forgotten_grant_is_gone(void **state)
{
	struct xbf_gnt *gnt = xbf_pool_take(&pool, 1);

	(void)state;
	env_grant(gnt->seg.gref, DOMID, 1, true);
	assert_true(env_grant_retry(gnt->seg.gref));
	xbf_pool_forget(&pool, gnt);
	assert_int_equal(pool.nr, XBF_POOL_RESERVE - 1);
	assert_int_equal(model.claimed, XBF_POOL_RESERVE - 1);
	/* The reserve is made up for, without the budget. */
	gnt = xbf_pool_take(&pool, XBF_POOL_RESERVE);
	assert_non_null(gnt);
	assert_int_equal(budget.used, 0);
	while (gnt) {
		struct xbf_gnt *next = gnt->next;

		give_one(&pool, gnt);
		gnt = next;
	}
}

/* ---- areas ---- */

static void area_is_shared_whole_or_not_at_all(void **state)
{
	unsigned char *area = aligned_alloc(XBF_FRAME_SIZE, 4 * XBF_FRAME_SIZE);
	grant_ref_t refs[4];
	u32 i;

	(void)state;
	model.refs_left = 3;
	assert_int_equal(xbf_area_grant(refs, 4, area, DOMID), -1);
	assert_int_equal(model.refs_left, 3);
	assert_int_equal(model.granted, 0);

	model.refs_left = 4;
	assert_int_equal(xbf_area_grant(refs, 4, area, DOMID), 0);
	for (i = 0; i < 4; i++) {
		assert_false(model_is_readonly(refs[i]));
		assert_ptr_equal(model_map(refs[i], DOMID, true), area + i * XBF_FRAME_SIZE);
	}
	model_unmap(refs[0]);
	model_unmap(refs[2]);
	assert_int_equal(xbf_area_end(refs, 4), 2);
	assert_int_equal(xbf_area_end(refs, 2), 2);
	model_unmap_all();
	assert_int_equal(xbf_area_end(refs, 2), 0);
	assert_int_equal(xbf_area_end(refs, 0), 0);
	free(area);
}

#define POOL_TEST(function)	cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		POOL_TEST(reserve_is_there_from_the_start),
		POOL_TEST(pool_never_set_up_is_left_alone),
		POOL_TEST(pool_without_reserve_begins_empty),
		POOL_TEST(pool_is_as_large_as_its_reserve_at_least),
		POOL_TEST(only_pools_that_copy_have_pages),
		POOL_TEST(reserve_or_nothing),
		POOL_TEST(last_given_is_first_taken),
		POOL_TEST(chain_is_cut_to_length),
		POOL_TEST(pool_grows_when_asked_for_more),
		POOL_TEST(pool_never_exceeds_its_limit),
		POOL_TEST(exhausted_pool_recovers_when_grants_come_back),
		POOL_TEST(growth_without_memory_books_nothing),
		POOL_TEST(budget_is_shared),
		POOL_TEST(what_comes_back_during_growth_is_seen),
		POOL_TEST(growth_goes_on_while_others_take),
		POOL_TEST(budget_holds_while_grants_are_given_up),
		POOL_TEST(quarantined_page_is_neither_used_nor_freed),
		POOL_TEST(quarantine_gives_up_what_it_can),
		POOL_TEST(destroyed_pool_keeps_what_is_mapped),
		POOL_TEST(moved_pool_outlives_its_owner),
		POOL_TEST(forgotten_grant_is_gone),
		POOL_TEST(area_is_shared_whole_or_not_at_all),
	};

	return cmocka_run_group_tests_name("grant", tests, NULL, NULL);
}

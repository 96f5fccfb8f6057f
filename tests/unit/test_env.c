// SPDX-License-Identifier: GPL-2.0
/*
 * The model itself: every rule that it holds the core to can fail a test.
 */
#include "test.h"

#define DOMID	7

static env_lock_t lock_named(const char *name)
{
	env_lock_t lock;

	model_lock_init(&lock, name);
	return lock;
}

static void unknown_lock_is_refused(void **state)
{
	env_lock_t lock;

	(void)state;
	expect_assert_failure(model_lock_init(&lock, "&thing->lock"));
}

static void lock_is_not_taken_twice(void **state)
{
	env_lock_t lock = lock_named("&pool->lock");
	unsigned long flags = env_lock(&lock);

	(void)state;
	expect_assert_failure(env_lock(&lock));
	env_unlock(&lock, flags);
}

static void locks_are_taken_in_order(void **state)
{
	env_lock_t prod = lock_named("&ring->prod_lock"), cons = lock_named("&ring->cons_lock");
	env_lock_t pool = lock_named("&pool->lock"), other = lock_named("&pool->lock");
	unsigned long c, p, o;

	(void)state;
	c = env_lock(&cons);
	p = env_lock(&prod);
	o = env_lock(&pool);
	expect_assert_failure(env_lock(&other));
	env_unlock(&pool, o);
	env_unlock(&prod, p);
	env_unlock(&cons, c);

	p = env_lock(&prod);
	expect_assert_failure(env_lock(&cons));
	env_unlock(&prod, p);
}

static void lock_is_dropped_by_its_holder(void **state)
{
	env_lock_t prod = lock_named("&ring->prod_lock"), cons = lock_named("&ring->cons_lock");
	unsigned long c, p;

	(void)state;
	expect_assert_failure(env_unlock(&cons, 0));
	c = env_lock(&cons);
	p = env_lock(&prod);
	expect_assert_failure(env_unlock(&cons, c));
	expect_assert_failure(env_unlock(&prod, c));
	env_unlock(&prod, p);
	env_unlock(&cons, c);
}

static void nobody_sleeps_under_a_lock(void **state)
{
	env_lock_t lock = lock_named("&pool->lock");
	unsigned long flags = env_lock(&lock);

	(void)state;
	expect_assert_failure(env_alloc(1, true));
	expect_assert_failure(env_frame_alloc(true));
	env_free(env_alloc(1, false));
	env_unlock(&lock, flags);
}

static void references_have_one_use_at_a_time(void **state)
{
	grant_ref_t ref;

	(void)state;
	assert_int_equal(env_refs_claim(&ref, 1), 1);
	expect_assert_failure(env_grant(ref + 1, DOMID, 1, false));
	expect_assert_failure(env_grant(0, DOMID, 1, false));
	expect_assert_failure(env_grant_end(ref));
	env_grant(ref, DOMID, 1, false);
	expect_assert_failure(env_grant(ref, DOMID, 2, false));
	expect_assert_failure(env_ref_release(ref));
	assert_true(env_grant_end(ref));
	env_ref_release(ref);
	expect_assert_failure(env_ref_release(ref));
}

static void mapped_grant_does_not_end(void **state)
{
	grant_ref_t ref;

	(void)state;
	env_refs_claim(&ref, 1);
	env_grant(ref, DOMID, 1, true);
	assert_true(model_is_readonly(ref));
	model_map(ref, DOMID, false);
	assert_false(env_grant_end(ref));
	assert_false(env_grant_retry(ref));
	model_unmap(ref);
	assert_true(env_grant_retry(ref));
	expect_assert_failure(env_ref_release(ref));
}

static void visible_frame_is_not_freed(void **state)
{
	void *frame = env_frame_alloc(false);
	grant_ref_t ref;

	(void)state;
	env_refs_claim(&ref, 1);
	env_grant(ref, DOMID, env_addr_frame(frame), true);
	expect_assert_failure(env_frame_free(frame));
	assert_true(env_grant_retry(ref));
	env_frame_free(frame);
}

static void shortage_is_as_the_test_says(void **state)
{
	grant_ref_t refs[3];

	(void)state;
	model.refs_left = 2;
	assert_int_equal(env_refs_claim(refs, 3), 2);
	env_ref_release(refs[0]);
	env_ref_release(refs[1]);
	assert_int_equal(model.refs_left, 2);
	model.frames_left = 0;
	assert_null(env_frame_alloc(true));
	model.allocs_left = 1;
	env_free(env_alloc(1, true));
	assert_null(env_alloc(1, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unknown_lock_is_refused),	    TEST(lock_is_not_taken_twice),
		TEST(locks_are_taken_in_order),	    TEST(lock_is_dropped_by_its_holder),
		TEST(nobody_sleeps_under_a_lock),   TEST(references_have_one_use_at_a_time),
		TEST(mapped_grant_does_not_end),    TEST(visible_frame_is_not_freed),
		TEST(shortage_is_as_the_test_says),
	};

	return cmocka_run_group_tests_name("env", tests, NULL, NULL);
}

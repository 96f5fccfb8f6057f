// SPDX-License-Identifier: GPL-2.0
/*
 * shadow.c: the table of requests, the id on the ring, what answers to what.
 */
#include "core/shadow.h"
#include "test.h"

#define QUEUE	5
#define DEPTH	64
#define HANDLE	51712
/* Soon there is no higher one. */
#define GENERATION	0xfffffffeull

static struct xbf_shadows shadows;

static int begin(void **state)
{
	test_begin(state);
	return xbf_shadows_init(&shadows, QUEUE, DEPTH, HANDLE, GENERATION);
}

static int end(void **state)
{
	xbf_shadows_destroy(&shadows);
	return test_end(state);
}

/* A request on the ring, all of its parts unanswered. */
static struct xbf_shadow *in_flight(u32 tag, u8 op, u32 parts)
{
	struct xbf_shadow *sh = &shadows.entry[tag];

	xbf_id_renew(sh);
	sh->op = op;
	sh->parts = parts;
	return sh;
}

static void numbers_out_of_range_are_refused(void **state)
{
	struct xbf_shadows s = { .depth = 0 };

	(void)state;
	assert_int_equal(xbf_shadows_init(&s, XBF_MAX_QUEUES, 32, HANDLE, GENERATION), -1);
	assert_int_equal(xbf_shadows_init(&s, 0, 0, HANDLE, GENERATION), -1);
	assert_int_equal(xbf_shadows_init(&s, 0, XBF_MAX_DEPTH + 1, HANDLE, GENERATION), -1);
	assert_null(s.entry);
	assert_int_equal(
		xbf_shadows_init(&s, XBF_MAX_QUEUES - 1, XBF_MAX_DEPTH, HANDLE, GENERATION), 0);
	assert_int_equal((u32)xbf_id(&s.entry[XBF_MAX_DEPTH - 1], XBF_MAX_PARTS - 1), 0xffffffff);
	xbf_shadows_destroy(&s);
	assert_null(s.entry);
	assert_int_equal(s.depth, 0);
}

static void no_memory_is_reported(void **state)
{
	struct xbf_shadows s = { .depth = 0 };

	(void)state;
	model.allocs_left = 0;
	assert_int_equal(xbf_shadows_init(&s, 0, 32, HANDLE, GENERATION), -1);
	xbf_shadows_destroy(&s);
}

static void every_entry_knows_the_vbd(void **state)
{
	u32 tag;

	(void)state;
	for (tag = 0; tag < DEPTH; tag++)
		assert_int_equal(shadows.entry[tag].handle, HANDLE);
}

static void id_names_generation_queue_part_and_tag(void **state)
{
	struct xbf_shadow *sh = &shadows.entry[9];

	(void)state;
	assert_true(xbf_id(sh, 0) == (GENERATION << 32 | 9 | QUEUE << 21));
	assert_true(xbf_id(sh, 31) == (GENERATION << 32 | 9 | 31 << 16 | QUEUE << 21));
	xbf_id_renew(sh);
	assert_true(xbf_id(sh, 1) == ((GENERATION + 1) << 32 | 9 | 1 << 16 | QUEUE << 21));
}

static void generation_wraps_and_touches_nothing_else(void **state)
{
	struct xbf_shadow *sh = &shadows.entry[9];

	(void)state;
	xbf_id_renew(sh);
	xbf_id_renew(sh);
	assert_true(sh->id == (9 | QUEUE << 21));
}

static void answer_finds_its_request_and_part(void **state)
{
	struct xbf_shadow *sh = in_flight(DEPTH - 1, 1, 1 | 1 << 7 | 1u << 31);
	static const u32 parts[] = { 0, 7, 31 };
	u32 i, bit;

	(void)state;
	for (i = 0; i < NR_OF(parts); i++) {
		bit = 0;
		assert_ptr_equal(xbf_shadow_match(&shadows, xbf_id(sh, parts[i]), 1, &bit), sh);
		assert_int_equal(bit, 1u << parts[i]);
	}
}

static void answer_that_nothing_waits_for_finds_nothing(void **state)
{
	struct xbf_shadow *sh = in_flight(3, 1, 1 | 1 << 7);
	u64 id = sh->id;
	u32 bit;

	(void)state;
	assert_ptr_equal(xbf_shadow_match(&shadows, id, 1, &bit), sh);
	/* a part already answered, or that never was */
	assert_null(xbf_shadow_match(&shadows, xbf_id(sh, 1), 1, &bit));
	assert_null(xbf_shadow_match(&shadows, xbf_id(sh, 31), 1, &bit));
	/* another operation */
	assert_null(xbf_shadow_match(&shadows, id, 0, &bit));
	assert_null(xbf_shadow_match(&shadows, id, 5, &bit));
	/* another generation: of the past, of the future */
	assert_null(xbf_shadow_match(&shadows, id - (1ull << 32), 1, &bit));
	assert_null(xbf_shadow_match(&shadows, id + (1ull << 32), 1, &bit));
	assert_null(xbf_shadow_match(&shadows, id ^ 1ull << 63, 1, &bit));
	/* another queue */
	assert_null(xbf_shadow_match(&shadows, id ^ 1 << 21, 1, &bit));
	assert_null(xbf_shadow_match(&shadows, id ^ 1u << 31, 1, &bit));
	/* the tag of a free entry, the first beyond the table, the last that fits an id */
	assert_null(xbf_shadow_match(&shadows, shadows.entry[4].id, 0, &bit));
	assert_null(xbf_shadow_match(&shadows, (id & ~0xffffull) | DEPTH, 1, &bit));
	assert_null(xbf_shadow_match(&shadows, id | 0xffff, 1, &bit));
	/* and what hostile or confused backends like to send */
	assert_null(xbf_shadow_match(&shadows, 0, 0, &bit));
	assert_null(xbf_shadow_match(&shadows, ~0ull, 1, &bit));
}

static void answer_to_a_round_before_is_stale(void **state)
{
	struct xbf_shadow *sh = in_flight(3, 0, 1);
	u64 before = sh->id;
	u32 bit;

	(void)state;
	sh->parts = 0;
	assert_null(xbf_shadow_match(&shadows, before, 0, &bit));
	in_flight(3, 0, 1);
	assert_null(xbf_shadow_match(&shadows, before, 0, &bit));
	assert_ptr_equal(xbf_shadow_match(&shadows, sh->id, 0, &bit), sh);
}

/* ---- several queues on one ring ---- */

static void answer_finds_its_queue(void **state)
{
	struct xbf_shadows second = { .depth = 0 }, third = { .depth = 0 };
	struct xbf_shadow *sh[3];
	u32 i, part;

	(void)state;
	assert_int_equal(xbf_shadows_init(&second, QUEUE + 2, DEPTH / 2, HANDLE, GENERATION), 0);
	assert_int_equal(xbf_shadows_init(&third, QUEUE + 1, DEPTH * 2, HANDLE, GENERATION), 0);
	shadows.next = &second;
	second.next = &third;
	/* One tag, at the same time, in all of them. */
	sh[0] = in_flight(9, 1, 1 | 1u << 31);
	sh[1] = &second.entry[9];
	sh[2] = &third.entry[9];
	for (i = 1; i < NR_OF(sh); i++) {
		xbf_id_renew(sh[i]);
		sh[i]->op = 1;
		sh[i]->parts = 1 | 1u << 31;
	}
	for (i = 0; i < NR_OF(sh); i++) {
		assert_ptr_equal(xbf_shadow_match(&shadows, sh[i]->id, 1, &part), sh[i]);
		assert_int_equal(part, 1);
		assert_ptr_equal(xbf_shadow_match(&shadows, xbf_id(sh[i], 31), 1, &part), sh[i]);
		assert_int_equal(part, 1u << 31);
		/* What is no answer in the first queue is none in the others. */
		assert_null(xbf_shadow_match(&shadows, xbf_id(sh[i], 30), 1, &part));
		assert_null(xbf_shadow_match(&shadows, sh[i]->id, 0, &part));
		assert_null(xbf_shadow_match(&shadows, sh[i]->id - (1ull << 32), 1, &part));
		assert_null(xbf_shadow_match(&shadows, sh[i]->id + (1ull << 32), 1, &part));
	}
	/* Each has tags of its own: these are beyond the second's, not the third's. */
	assert_null(xbf_shadow_match(&shadows, (sh[1]->id & ~0xffffull) | DEPTH / 2, 1, &part));
	assert_null(xbf_shadow_match(&shadows, (sh[2]->id & ~0xffffull) | DEPTH * 2, 1, &part));
	third.entry[DEPTH].parts = 1;
	assert_ptr_equal(xbf_shadow_match(&shadows, third.entry[DEPTH].id, 0, &part),
			 &third.entry[DEPTH]);
	/* A queue of another ring. */
	assert_null(xbf_shadow_match(&shadows, sh[0]->id ^ 1 << 24, 1, &part));

	shadows.next = NULL;
	xbf_shadows_destroy(&second);
	xbf_shadows_destroy(&third);
}

/* ---- lists ---- */

static void lists_are_first_in_first_out(void **state)
{
	struct xbf_shadow_list list = { NULL, NULL };
	struct xbf_shadow *e = shadows.entry;

	(void)state;
	assert_null(xbf_list_pop(&list));
	xbf_list_add(&list, &e[1]);
	xbf_list_add(&list, &e[2]);
	assert_ptr_equal(xbf_list_pop(&list), &e[1]);
	xbf_list_add(&list, &e[3]);
	assert_ptr_equal(xbf_list_pop(&list), &e[2]);
	assert_ptr_equal(xbf_list_pop(&list), &e[3]);
	assert_null(xbf_list_pop(&list));
	/* Empty once more: the tail of before means nothing. */
	xbf_list_add(&list, &e[4]);
	assert_ptr_equal(xbf_list_pop(&list), &e[4]);
	assert_null(xbf_list_pop(&list));
}

static void pushed_back_entry_comes_first(void **state)
{
	struct xbf_shadow_list list = { NULL, NULL };
	struct xbf_shadow *e = shadows.entry;

	(void)state;
	xbf_list_push(&list, &e[2]);
	xbf_list_push(&list, &e[1]);
	xbf_list_add(&list, &e[3]);
	assert_ptr_equal(xbf_list_pop(&list), &e[1]);
	assert_ptr_equal(xbf_list_pop(&list), &e[2]);
	assert_ptr_equal(xbf_list_pop(&list), &e[3]);
	assert_null(xbf_list_pop(&list));
}

static void joined_list_comes_behind_and_leaves_nothing(void **state)
{
	struct xbf_shadow_list list = { NULL, NULL }, more = { NULL, NULL };
	struct xbf_shadow *e = shadows.entry;
	u32 i;

	(void)state;
	/* Nothing to nothing, something to nothing, something to something, nothing to it. */
	xbf_list_join(&list, &more);
	assert_null(list.head);
	xbf_list_add(&more, &e[1]);
	xbf_list_add(&more, &e[2]);
	xbf_list_join(&list, &more);
	assert_null(more.head);
	xbf_list_add(&more, &e[3]);
	xbf_list_add(&more, &e[4]);
	xbf_list_join(&list, &more);
	assert_null(more.head);
	xbf_list_join(&list, &more);
	xbf_list_add(&list, &e[5]);
	for (i = 1; i <= 5; i++)
		assert_ptr_equal(xbf_list_pop(&list), &e[i]);
	assert_null(xbf_list_pop(&list));
}

#define TABLE_TEST(function)	cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers_out_of_range_are_refused),
		TEST(no_memory_is_reported),
		TABLE_TEST(every_entry_knows_the_vbd),
		TABLE_TEST(id_names_generation_queue_part_and_tag),
		TABLE_TEST(generation_wraps_and_touches_nothing_else),
		TABLE_TEST(answer_finds_its_request_and_part),
		TABLE_TEST(answer_that_nothing_waits_for_finds_nothing),
		TABLE_TEST(answer_to_a_round_before_is_stale),
		TABLE_TEST(answer_finds_its_queue),
		TABLE_TEST(lists_are_first_in_first_out),
		TABLE_TEST(pushed_back_entry_comes_first),
		TABLE_TEST(joined_list_comes_behind_and_leaves_nothing),
	};

	return cmocka_run_group_tests_name("shadow", tests, NULL, NULL);
}

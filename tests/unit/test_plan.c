// SPDX-License-Identifier: GPL-2.0
/*
 * plan.c: what is built, from what the backend offers and we allow.
 */
#include "core/plan.h"
#include "core/request.h"
#include "test.h"

/* A backend that offers everything, a frontend that wants everything. */
static struct xbf_features features;
static struct xbf_params params;
static struct xbf_limit limit;

static int begin(void **state)
{
	test_begin(state);
	memset(&features, 0, sizeof(features));
	features.val[XBF_NODE_TRUSTED] = 1;
	features.val[XBF_NODE_RING_ORDER] = 4;
	features.val[XBF_NODE_MAX_QUEUES] = 16;
	features.val[XBF_NODE_FLUSH] = 1;
	features.val[XBF_NODE_BARRIER] = 1;
	features.val[XBF_NODE_PERSISTENT] = 1;
	features.val[XBF_NODE_MAX_INDIRECT] = 256;
	features.val[XBF_NODE_DISCARD] = 1;
	features.val[XBF_NODE_DISCARD_SECURE] = 1;
	params.max_indirect = 256;
	params.max_queues = 0;
	params.max_ring_order = 4;
	params.persistent = true;
	params.trusted = true;
	params.nr_cpus = 8;
	params.page_size = 4096;
	xbf_limit_lift(&limit);
	return 0;
}

static struct xbf_plan make_plan(void)
{
	struct xbf_plan plan;

	memset(&plan, 0xff, sizeof(plan));
	xbf_plan_rings(&plan, &features, &params, &limit);
	xbf_plan_disk(&plan, &features, &params);
	return plan;
}

static void queues_are_what_all_can_use(void **state)
{
	static const struct {
		u32 wanted, cpus;
		u64 offered;
		u32 rings;
	} rows[] = {
		{ 0, 8, 16, 8 },  { 0, 32, 16, 16 }, { 4, 8, 16, 4 },	  { 100, 8, 16, 8 },
		{ 100, 8, 1, 1 }, { 0, 1, 16, 1 },   { 0, 4096, 4096, XBF_MAX_QUEUES },
		/* A handshake without CPUs or queues is none; a disk has one. */
		{ 0, 0, 16, 1 },  { 4, 8, 0, 1 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		params.max_queues = rows[i].wanted;
		params.nr_cpus = rows[i].cpus;
		features.val[XBF_NODE_MAX_QUEUES] = rows[i].offered;
		assert_int_equal(make_plan().nr_rings, rows[i].rings);
	}
}

static void ring_is_the_smaller_of_both_wishes(void **state)
{
	static const u32 depths[] = { 32, 64, 128, 256, 512 };
	u32 ours, theirs;

	(void)state;
	for (ours = 0; ours < 8; ours++)
		for (theirs = 0; theirs < NR_OF(depths); theirs++) {
			u32 order = ours < theirs ? ours : theirs;
			struct xbf_plan plan;

			params.max_ring_order = ours;
			features.val[XBF_NODE_RING_ORDER] = theirs;
			plan = make_plan();
			assert_int_equal(plan.ring_order, order);
			/* No request waits for a slot: nearly all take just one. */
			assert_int_equal(plan.depth, depths[order]);
		}
}

/* Smaller rings, page by page; then fewer; then there is nothing left to try. */
static void what_was_refused_is_offered_smaller(void **state)
{
	static const struct {
		u32 order, rings;
	} steps[] = {
		{ 4, 8 }, { 3, 8 }, { 2, 8 }, { 1, 8 }, { 0, 8 }, { 0, 4 }, { 0, 2 }, { 0, 1 },
	};
	struct xbf_limit before;
	struct xbf_plan plan;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(steps); i++) {
		plan = make_plan();
		assert_int_equal(plan.ring_order, steps[i].order);
		assert_int_equal(plan.nr_rings, steps[i].rings);
		before = limit;
		assert_int_equal(xbf_limit_lower(&limit, &plan), i + 1 < NR_OF(steps));
		assert_int_equal(xbf_limit_differs(&before, &limit), i + 1 < NR_OF(steps));
	}
	xbf_limit_lift(&limit);
	assert_int_equal(make_plan().ring_order, 4);
	assert_int_equal(make_plan().nr_rings, 8);
	before = limit;
	before.nr_rings--;
	assert_true(xbf_limit_differs(&before, &limit));
}

static void each_page_channel_and_folder_is_a_node(void **state)
{
	static const struct {
		u32 rings, order, nodes;
	} rows[] = {
		{ 1, 0, 2 }, { 1, 4, 17 }, { 2, 0, 6 }, { 2, 3, 20 }, { 4, 3, 40 }, { 8, 4, 144 },
	};
	struct xbf_plan plan = {};
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		plan.nr_rings = rows[i].rings;
		plan.ring_order = rows[i].order;
		assert_int_equal(xbf_plan_nodes(&plan), rows[i].nodes);
	}
}

static void trust_and_persistence_decide_the_grants(void **state)
{
	static const struct {
		bool module_trusts;
		u64 node_trusts;
		bool we_keep;
		u64 they_keep;
		enum xbf_mode mode;
		bool scrub;
	} rows[] = {
		{ true, 1, true, 1, XBF_MODE_KEPT, false },
		{ true, 1, true, 0, XBF_MODE_DIRECT, false },
		{ true, 1, false, 1, XBF_MODE_DIRECT, false },
		/* Either side can lower trust, neither can raise it. */
		{ true, 0, true, 1, XBF_MODE_KEPT, true },
		{ false, 1, true, 1, XBF_MODE_KEPT, true },
		{ true, 0, true, 0, XBF_MODE_BOUNCE, true },
		{ false, 1, true, 0, XBF_MODE_BOUNCE, true },
		{ true, 0, false, 1, XBF_MODE_BOUNCE, true },
		{ false, 0, false, 0, XBF_MODE_BOUNCE, true },
	};
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct xbf_plan plan;

		params.trusted = rows[i].module_trusts;
		params.persistent = rows[i].we_keep;
		features.val[XBF_NODE_TRUSTED] = rows[i].node_trusts;
		features.val[XBF_NODE_PERSISTENT] = rows[i].they_keep;
		plan = make_plan();
		assert_int_equal(plan.mode, rows[i].mode);
		assert_int_equal(plan.scrub, rows[i].scrub);
		/* request.h relies on it. */
		assert_true(plan.mode != XBF_MODE_BOUNCE || plan.scrub);
	}
}

static void segments_are_what_both_can(void **state)
{
	static const struct {
		u32 wanted;
		u64 offered;
		u32 page_size, indirect, segs;
	} rows[] = {
		{ 256, 256, 4096, 256, 256 },
		{ 32, 256, 4096, 32, 32 },
		{ 4096, 4096, 4096, 4096, 4096 },
		{ 256, 12, 4096, 12, 12 },
		/* Not offered, not wanted, not worth it: as many as a direct one has. */
		{ 256, 0, 4096, 0, 11 },
		{ 0, 256, 4096, 0, 11 },
		{ 11, 256, 4096, 0, 11 },
		/* A page of 64 KiB is 16 frames and cannot be split by the block layer. */
		{ 256, 0, 65536, 0, 16 },
		{ 256, 12, 65536, 12, 16 },
		{ 256, 256, 65536, 256, 256 },
		{ 256, 0, 16384, 0, 11 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct xbf_plan plan;

		params.max_indirect = rows[i].wanted;
		params.page_size = rows[i].page_size;
		features.val[XBF_NODE_MAX_INDIRECT] = rows[i].offered;
		plan = make_plan();
		assert_int_equal(plan.max_indirect, rows[i].indirect);
		assert_int_equal(plan.max_segs, rows[i].segs);
	}
}

/* The block layer cannot make a request smaller than a page; it must get through. */
static void page_of_any_size_gets_through(void **state)
{
	static const u32 page_sizes[] = { 4096, 16384, 65536 };
	static const u32 offers[] = { 0, 1, 11, 12, 15, 16, 17, 32, 256, 4096 };
	u32 p, o, kept;

	(void)state;
	params.max_indirect = XBF_SEGS_MAX;
	for (p = 0; p < NR_OF(page_sizes); p++)
		for (o = 0; o < NR_OF(offers); o++)
			for (kept = 0; kept < 2; kept++) {
				u32 frames = page_sizes[p] / XBF_FRAME_SIZE;
				struct xbf_plan plan;

				params.page_size = page_sizes[p];
				params.max_ring_order = 0;
				params.persistent = kept;
				features.val[XBF_NODE_MAX_INDIRECT] = offers[o];
				plan = make_plan();
				assert_true(plan.max_segs >= frames);
				assert_true(plan.pool_max >= frames);
				/* In one round, whose parts have bits of their own. */
				assert_true(plan.max_indirect || plan.max_segs <= XBF_SEGS_SPLIT);
				assert_true(!plan.max_indirect || plan.indirect_max);
			}
}

static void pools_cover_the_queue_at_full_depth(void **state)
{
	struct xbf_plan plan;

	(void)state;
	params.persistent = false;
	plan = make_plan();
	assert_int_equal(plan.pool_max, 512 * 256);
	assert_int_equal(plan.indirect_max, 512);

	params.max_indirect = 1025;
	features.val[XBF_NODE_MAX_INDIRECT] = 4096;
	params.max_ring_order = 0;
	plan = make_plan();
	assert_int_equal(plan.pool_max, 32 * 1025);
	assert_int_equal(plan.indirect_max, 32 * 3);

	features.val[XBF_NODE_MAX_INDIRECT] = 0;
	plan = make_plan();
	assert_int_equal(plan.pool_max, 32 * 11);
	assert_int_equal(plan.indirect_max, 0);
}

/* What is beyond it, the backend maps and unmaps each time, on top of our copy. */
static void kept_grants_are_no_more_than_the_backend_keeps(void **state)
{
	struct xbf_plan plan = make_plan();

	(void)state;
	assert_int_equal(plan.mode, XBF_MODE_KEPT);
	assert_true(plan.pool_max + plan.indirect_max <= XBF_POOL_MAX_KEPT);
	assert_true(plan.pool_max >= plan.max_segs);
	assert_true(plan.indirect_max >= 1);
	/* Few are enough for a small ring. */
	params.max_ring_order = 0;
	features.val[XBF_NODE_MAX_INDIRECT] = 0;
	plan = make_plan();
	assert_int_equal(plan.pool_max, 32 * 11);
	assert_int_equal(plan.indirect_max, 0);
}

/* ---- what a request is on the ring ---- */

static void reads_and_writes_are_what_they_are(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < 16; i++) {
		struct xbf_plan plan;

		features.val[XBF_NODE_FLUSH] = i & 1;
		features.val[XBF_NODE_BARRIER] = i >> 1 & 1;
		features.val[XBF_NODE_DISCARD] = i >> 2 & 1;
		features.val[XBF_NODE_DISCARD_SECURE] = i >> 3;
		plan = make_plan();
		assert_int_equal(plan.ops[XBF_KIND_READ], BLKIF_OP_READ);
		assert_int_equal(plan.ops[XBF_KIND_WRITE], BLKIF_OP_WRITE);
		/* The flush after it is a request of its own. */
		assert_int_equal(plan.ops[XBF_KIND_DATA_FLUSH], BLKIF_OP_WRITE);
	}
}

static void flush_is_what_the_backend_offers(void **state)
{
	static const struct {
		u64 flush, barrier;
		u8 flush_op, force_op;
		bool flushes, forces;
	} rows[] = {
		/* No cache: there is nothing to flush, and a write is stable as it is. */
		{ 0, 0, XBF_OP_DONE, BLKIF_OP_WRITE, false, false },
		{ 1, 0, BLKIF_OP_FLUSH_DISKCACHE, BLKIF_OP_WRITE, true, false },
		/* A flush is cheaper than a barrier: forced writes are write and flush. */
		{ 1, 1, BLKIF_OP_FLUSH_DISKCACHE, BLKIF_OP_WRITE, true, false },
		{ 0, 1, BLKIF_OP_WRITE_BARRIER, BLKIF_OP_WRITE_BARRIER, true, true },
	};
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct xbf_plan plan;

		features.val[XBF_NODE_FLUSH] = rows[i].flush;
		features.val[XBF_NODE_BARRIER] = rows[i].barrier;
		plan = make_plan();
		assert_int_equal(plan.ops[XBF_KIND_FLUSH], rows[i].flush_op);
		assert_int_equal(plan.ops[XBF_KIND_FORCE], rows[i].force_op);
		assert_int_equal(xbf_plan_flushes(&plan), rows[i].flushes);
		assert_int_equal(xbf_plan_forces(&plan), rows[i].forces);
	}
}

static void secure_discard_needs_discard(void **state)
{
	static const struct {
		u64 discard, secure;
		u8 discard_op, erase_op;
		bool discards, erases;
	} rows[] = {
		{ 0, 0, XBF_OP_NONE, XBF_OP_NONE, false, false },
		{ 0, 1, XBF_OP_NONE, XBF_OP_NONE, false, false },
		{ 1, 0, BLKIF_OP_DISCARD, XBF_OP_NONE, true, false },
		{ 1, 1, BLKIF_OP_DISCARD, BLKIF_OP_DISCARD, true, true },
	};
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct xbf_plan plan;

		features.val[XBF_NODE_DISCARD] = rows[i].discard;
		features.val[XBF_NODE_DISCARD_SECURE] = rows[i].secure;
		plan = make_plan();
		assert_int_equal(plan.ops[XBF_KIND_DISCARD], rows[i].discard_op);
		assert_int_equal(plan.ops[XBF_KIND_ERASE], rows[i].erase_op);
		assert_int_equal(xbf_plan_discards(&plan), rows[i].discards);
		assert_int_equal(xbf_plan_erases(&plan), rows[i].erases);
	}
}

/* src/submit.c tells what is sent from what is not by one comparison. */
static void no_operation_is_taken_for_none(void **state)
{
	(void)state;
	assert_true(BLKIF_OP_DISCARD < XBF_OP_DONE && BLKIF_OP_INDIRECT < XBF_OP_DONE);
	assert_true(XBF_OP_DONE < XBF_OP_NONE);
}

/* ---- what it declines ---- */

static void check_ops(const struct xbf_plan *plan, u8 flush, u8 force, u8 discard, u8 erase)
{
	assert_int_equal(plan->ops[XBF_KIND_FLUSH], flush);
	assert_int_equal(plan->ops[XBF_KIND_FORCE], force);
	assert_int_equal(plan->ops[XBF_KIND_DISCARD], discard);
	assert_int_equal(plan->ops[XBF_KIND_ERASE], erase);
}

static void declined_flush_is_not_asked_for_again(void **state)
{
	struct xbf_plan plan = make_plan();

	(void)state;
	assert_true(xbf_plan_revoke(&plan, XBF_KIND_FLUSH));
	check_ops(&plan, XBF_OP_DONE, BLKIF_OP_WRITE, BLKIF_OP_DISCARD, BLKIF_OP_DISCARD);
	assert_false(xbf_plan_flushes(&plan));
	/* Others were on their way. */
	assert_false(xbf_plan_revoke(&plan, XBF_KIND_FLUSH));
	assert_false(xbf_plan_revoke(&plan, XBF_KIND_FORCE));
	/* The next connection asks again. */
	assert_true(xbf_plan_flushes((plan = make_plan(), &plan)));
}

static void declined_barrier_is_neither_flush_nor_force(void **state)
{
	static const u8 kinds[] = { XBF_KIND_FORCE, XBF_KIND_FLUSH };
	struct xbf_plan plan;
	u32 i;

	(void)state;
	features.val[XBF_NODE_FLUSH] = 0;
	for (i = 0; i < NR_OF(kinds); i++) {
		plan = make_plan();
		assert_true(xbf_plan_forces(&plan));
		assert_true(xbf_plan_revoke(&plan, kinds[i]));
		check_ops(&plan, XBF_OP_DONE, BLKIF_OP_WRITE, BLKIF_OP_DISCARD, BLKIF_OP_DISCARD);
		assert_false(xbf_plan_forces(&plan));
	}
}

static void declined_discard_takes_the_secure_one_along(void **state)
{
	struct xbf_plan plan = make_plan();

	(void)state;
	assert_true(xbf_plan_revoke(&plan, XBF_KIND_DISCARD));
	check_ops(&plan, BLKIF_OP_FLUSH_DISKCACHE, BLKIF_OP_WRITE, XBF_OP_NONE, XBF_OP_NONE);
	assert_false(xbf_plan_revoke(&plan, XBF_KIND_DISCARD));
	assert_false(xbf_plan_revoke(&plan, XBF_KIND_ERASE));
}

static void declined_secure_discard_leaves_the_plain_one(void **state)
{
	struct xbf_plan plan = make_plan();

	(void)state;
	assert_true(xbf_plan_revoke(&plan, XBF_KIND_ERASE));
	check_ops(&plan, BLKIF_OP_FLUSH_DISKCACHE, BLKIF_OP_WRITE, BLKIF_OP_DISCARD, XBF_OP_NONE);
	assert_false(xbf_plan_revoke(&plan, XBF_KIND_ERASE));
	assert_true(xbf_plan_revoke(&plan, XBF_KIND_DISCARD));
}

static void what_was_declined_is_asked_again_on_the_ring_that_lives(void **state)
{
	struct xbf_plan plan = make_plan();
	static const u8 kinds[] = { XBF_KIND_FLUSH, XBF_KIND_DISCARD, XBF_KIND_ERASE };
	u32 i;

	(void)state;
	assert_false(xbf_plan_renew(&plan, &features));
	for (i = 0; i < NR_OF(kinds); i++) {
		xbf_plan_revoke(&plan, kinds[i]);
		assert_true(xbf_plan_renew(&plan, &features));
		check_ops(&plan, BLKIF_OP_FLUSH_DISKCACHE, BLKIF_OP_WRITE, BLKIF_OP_DISCARD,
			  BLKIF_OP_DISCARD);
	}
}

#define PLAN_TEST(function)	cmocka_unit_test_setup_teardown(function, begin, test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(queues_are_what_all_can_use),
		PLAN_TEST(ring_is_the_smaller_of_both_wishes),
		PLAN_TEST(what_was_refused_is_offered_smaller),
		PLAN_TEST(each_page_channel_and_folder_is_a_node),
		PLAN_TEST(trust_and_persistence_decide_the_grants),
		PLAN_TEST(segments_are_what_both_can),
		PLAN_TEST(page_of_any_size_gets_through),
		PLAN_TEST(pools_cover_the_queue_at_full_depth),
		PLAN_TEST(kept_grants_are_no_more_than_the_backend_keeps),
		PLAN_TEST(reads_and_writes_are_what_they_are),
		PLAN_TEST(flush_is_what_the_backend_offers),
		PLAN_TEST(secure_discard_needs_discard),
		PLAN_TEST(no_operation_is_taken_for_none),
		PLAN_TEST(declined_flush_is_not_asked_for_again),
		PLAN_TEST(declined_barrier_is_neither_flush_nor_force),
		PLAN_TEST(declined_discard_takes_the_secure_one_along),
		PLAN_TEST(declined_secure_discard_leaves_the_plain_one),
		PLAN_TEST(what_was_declined_is_asked_again_on_the_ring_that_lives),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}

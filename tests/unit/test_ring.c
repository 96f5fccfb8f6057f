// SPDX-License-Identifier: GPL-2.0
/*
 * ring.c: indices that run over 2^32, when events are due, room, the gate.
 */
#include "rig.h"
#include "test.h"

static const struct rig_io read_frame = { .kind = XBF_KIND_READ, .nr_frames = 1 };

static struct rig_io read_with_tag(u32 tag)
{
	struct rig_io io = read_frame;

	io.tag = tag;
	io.first_frame = tag;
	io.sector = tag * 8;
	return io;
}

static void slots_are_the_power_of_two_that_fits(void **state)
{
	(void)state;
	assert_int_equal(xbf_ring_slots(1), 32);
	assert_int_equal(xbf_ring_slots(2), 64);
	assert_int_equal(xbf_ring_slots(4), 128);
	assert_int_equal(xbf_ring_slots(8), 256);
	assert_int_equal(xbf_ring_slots(16), 512);
}

static void new_ring_is_empty_and_held(void **state)
{
	struct xbf_shadows shadows = { .depth = 0 };
	struct blkif_sring *sring = env_frame_alloc(true);
	struct xbf_ring ring = { .size = 0 };
	struct xbf_shadow waiting;

	(void)state;
	xbf_ring_init(&ring, &shadows);
	assert_int_equal(ring.gate, XBF_GATE_HOLD);
	assert_ptr_equal(ring.shadows, &shadows);
	/* What is there before the memory is does not count. */
	memset(sring, 0xff, offsetof(struct blkif_sring, ring));
	ring.req_prod = 7;
	ring.req_limit = 8;
	ring.req_pushed = 6;
	ring.rsp_cons = 5;
	xbf_list_add(&ring.parked, &waiting);
	xbf_ring_attach(&ring, sring, 1);
	assert_ptr_equal(ring.parked.head, &waiting);
	assert_int_equal(ring.req_prod, 0);
	assert_int_equal(ring.req_limit, 0);
	assert_int_equal(ring.req_pushed, 0);
	assert_int_equal(ring.rsp_cons, 0);
	assert_int_equal(ring.size, 32);
	assert_int_equal(ring.mask, 31);
	assert_int_equal(ring.gate, XBF_GATE_HOLD);
	assert_int_equal(xbf_ring_free(&ring), 32);
	/* Both sides want to hear of the first thing that happens. */
	assert_int_equal(sring->req_prod, 0);
	assert_int_equal(sring->rsp_prod, 0);
	assert_int_equal(sring->req_event, 1);
	assert_int_equal(sring->rsp_event, 1);
	env_frame_free(sring);
}

/* ---- what happens in which order ---- */

static enum model_op seen[64];
static const volatile void *seen_at[64];
static u32 nr_seen;

static void record(enum model_op op, const volatile void *addr)
{
	assert_true(nr_seen < NR_OF(seen));
	seen[nr_seen] = op;
	seen_at[nr_seen++] = addr;
}

static void assert_seen(u32 i, enum model_op op, const volatile void *addr)
{
	assert_true(i < nr_seen);
	assert_int_equal(seen[i], op);
	assert_ptr_equal((const void *)seen_at[i], (const void *)addr);
}

static void push_shows_slots_then_index_then_looks_for_the_event(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct xbf_shadow *sh = rig_start(rig, &read_frame);

	(void)state;
	assert_true(rig_prepare(rig, sh, 1));
	assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
	assert_int_equal(rig->sring->req_prod, 0);
	nr_seen = 0;
	model.hook = record;
	assert_true(xbf_ring_push(&rig->ring));
	model.hook = NULL;
	assert_int_equal(nr_seen, 4);
	assert_seen(0, MODEL_WMB, NULL);
	assert_seen(1, MODEL_WRITE, &rig->sring->req_prod);
	assert_seen(2, MODEL_MB, NULL);
	assert_seen(3, MODEL_READ, &rig->sring->req_event);
	assert_int_equal(rig->sring->req_prod, 1);

	/* Nothing new: nothing is touched. */
	nr_seen = 0;
	model.hook = record;
	assert_false(xbf_ring_push(&rig->ring));
	model.hook = NULL;
	assert_int_equal(nr_seen, 0);

	backend_serve(&rig->backend);
	rig_complete(rig);
	rig_free(rig);
}

static void rearm_asks_then_looks_again(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .start = 0xffffffff });

	(void)state;
	nr_seen = 0;
	model.hook = record;
	assert_false(xbf_ring_rearm(&rig->ring));
	model.hook = NULL;
	assert_int_equal(nr_seen, 3);
	assert_seen(0, MODEL_WRITE, &rig->sring->rsp_event);
	assert_seen(1, MODEL_MB, NULL);
	assert_seen(2, MODEL_READ, &rig->sring->rsp_prod);
	/* The next response, over the edge of 2^32. */
	assert_int_equal(rig->sring->rsp_event, 0);
	/* One came in before the backend could see the new threshold. */
	rig->sring->rsp_prod++;
	assert_true(xbf_ring_rearm(&rig->ring));
	rig_free(rig);
}

static struct rig *racing;

/* The backend answers in the moment in which the frontend has read the index. */
static void answer_after_the_look(enum model_op op, const volatile void *addr)
{
	if (op == MODEL_READ && addr == &racing->sring->rsp_prod && racing->sring->rsp_prod == 1)
		backend_serve(&racing->backend);
}

static void no_response_falls_between_reap_and_rearm(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io one = read_with_tag(1), two = read_with_tag(2);
	struct xbf_reaped r;

	(void)state;
	rig_submit(rig, &one);
	backend_serve(&rig->backend);
	rig_submit(rig, &two);
	racing = rig;
	model.hook = answer_after_the_look;
	r = rig_reap(rig);
	model.hook = NULL;
	assert_int_equal(r.nr, 2);
	assert_int_equal(rig->sring->rsp_event, 3);
	while (r.done.head)
		assert_true(rig_end(rig, xbf_list_pop(&r.done)));
	rig_free(rig);
}

/* ---- events ---- */

static void notification_is_due_when_the_threshold_is_passed(void **state)
{
	/* Index before, requests pushed at once, threshold relative to the index before. */
	static const struct {
		u32 pushed;
		int threshold;
		bool due;
	} rows[] = {
		{ 1, 1, true },	   { 1, 0, false },  { 1, 2, false },	{ 4, 1, true },
		{ 4, 4, true },	   { 4, 5, false },  { 4, 0, false },	{ 4, -1, false },
		{ 4, -31, false }, { 4, 33, false }, { 32, 32, true },	{ 32, 33, false },
		/* A backend that polls parks its threshold far away. */
		{ 4, 0x40000000, false },
	};
	static const u32 starts[] = { 0, 1, 31, 0x7ffffffe, 0xfffffffd, 0xffffffff };
	struct xbf_shadows shadows = { .depth = 0 };
	struct blkif_sring *sring = env_frame_alloc(true);
	struct xbf_ring ring = { .size = 0 };
	u32 i, j;

	(void)state;
	xbf_ring_init(&ring, &shadows);
	xbf_ring_attach(&ring, sring, 1);
	for (i = 0; i < NR_OF(rows); i++)
		for (j = 0; j < NR_OF(starts); j++) {
			ring.req_pushed = starts[j];
			ring.req_prod = starts[j] + rows[i].pushed;
			sring->req_event = starts[j] + rows[i].threshold;
			assert_int_equal(xbf_ring_push(&ring), rows[i].due);
			assert_int_equal(sring->req_prod, ring.req_prod);
			assert_int_equal(ring.req_pushed, ring.req_prod);
		}
	env_frame_free(sring);
}

static void batch_is_one_push_and_one_notification(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	u32 tag;

	(void)state;
	for (tag = 0; tag < 8; tag++) {
		struct rig_io io = read_with_tag(tag);
		struct xbf_shadow *sh = rig_start(rig, &io);

		assert_true(rig_prepare(rig, sh, 1));
		assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
	}
	assert_int_equal(rig->sring->req_prod, 0);
	assert_true(rig_push(rig));
	assert_int_equal(rig->sring->req_prod, 8);
	assert_false(rig_push(rig));
	assert_int_equal(backend_serve(&rig->backend), 8);
	assert_int_equal(rig_complete(rig), 8);
	rig_free(rig);
}

/* ---- indices ---- */

static void indices_run_over_the_edge(void **state)
{
	static const u32 starts[] = { 0xffffffff, 0xfffffff0, 0xffffffe0, 0x7ffffff0 };
	u32 i, round, tag;

	(void)state;
	for (i = 0; i < NR_OF(starts); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ .start = starts[i] });

		for (round = 0; round < 10; round++) {
			for (tag = 0; tag < 13; tag++) {
				struct rig_io io = read_with_tag(tag);

				rig_submit(rig, &io);
			}
			assert_int_equal(backend_serve(&rig->backend), 13);
			assert_int_equal(rig_complete(rig), 13);
		}
		assert_int_equal(rig->ring.rsp_cons, starts[i] + 130);
		assert_int_equal(xbf_ring_free(&rig->ring), 32);
		rig_free(rig);
	}
}

static void full_ring_takes_no_more(void **state)
{
	static const u32 starts[] = { 0, 0xfffffff0 };
	struct blkif_request req;
	u32 i, tag;

	(void)state;
	for (i = 0; i < NR_OF(starts); i++) {
		struct rig *rig =
			rig_new(&(struct rig_config){ .start = starts[i], .ring_pages = 2 });
		struct rig_io io;
		struct xbf_shadow *sh;

		/* A tag set deeper than the ring, as after a migration. */
		rig->ring.size = 32;
		rig->ring.mask = 31;
		rig->backend.size = 32;
		for (tag = 0; tag < 32; tag++) {
			io = read_with_tag(tag);
			rig_submit(rig, &io);
		}
		assert_int_equal(xbf_ring_free(&rig->ring), 0);
		io = read_with_tag(32);
		sh = rig_start(rig, &io);
		assert_true(rig_prepare(rig, sh, 1));
		assert_int_equal(rig_put(rig, sh), XBF_PUT_WAIT);
		assert_int_equal(sh->parts, 0);

		/* An answer frees a slot once it was read, not before. */
		assert_true(backend_next(&rig->backend, &req));
		backend_do(&rig->backend, &req);
		backend_answer(&rig->backend, backend_id(&req), BLKIF_OP_READ, BLKIF_RSP_OKAY);
		backend_publish(&rig->backend);
		assert_int_equal(rig_put(rig, sh), XBF_PUT_WAIT);
		assert_int_equal(rig_complete(rig), 1);
		assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
		rig_push(rig);
		assert_int_equal(backend_serve(&rig->backend), 32);
		assert_int_equal(rig_complete(rig), 32);
		rig_free(rig);
	}
}

static u32 nr_acquired;

static void count_looks_at_the_consumer(enum model_op op, const volatile void *addr)
{
	nr_acquired += op == MODEL_ACQUIRE && addr == &racing->ring.rsp_cons;
}

/* The consumer's cache line is left alone while known slots are free. */
static void producer_looks_around_once_per_ring(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	u32 tag;

	(void)state;
	racing = rig;
	nr_acquired = 0;
	for (tag = 0; tag < 32; tag++) {
		struct rig_io io = read_with_tag(tag);

		model.hook = count_looks_at_the_consumer;
		rig_submit(rig, &io);
		model.hook = NULL;
	}
	assert_in_range(nr_acquired, 1, 2);
	backend_serve(&rig->backend);
	rig_complete(rig);
	rig_free(rig);
}

/* ---- the gate ---- */

static void memory_is_changed_under_both_locks(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });

	(void)state;
	xbf_ring_set_gate(&rig->ring, XBF_GATE_HOLD);
	nr_seen = 0;
	model.hook = record;
	xbf_ring_attach(&rig->ring, rig->sring, 1);
	model.hook = NULL;
	assert_seen(0, MODEL_LOCK, &rig->ring.cons_lock);
	assert_seen(1, MODEL_LOCK, &rig->ring.prod_lock);
	assert_seen(2, MODEL_UNLOCK, &rig->ring.prod_lock);
	assert_seen(3, MODEL_UNLOCK, &rig->ring.cons_lock);
	rig_free(rig);
}

static void gate_is_set_under_both_locks(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });

	(void)state;
	nr_seen = 0;
	model.hook = record;
	xbf_ring_set_gate(&rig->ring, XBF_GATE_DEAD);
	model.hook = NULL;
	assert_int_equal(nr_seen, 4);
	assert_seen(0, MODEL_LOCK, &rig->ring.cons_lock);
	assert_seen(1, MODEL_LOCK, &rig->ring.prod_lock);
	assert_seen(2, MODEL_UNLOCK, &rig->ring.prod_lock);
	assert_seen(3, MODEL_UNLOCK, &rig->ring.cons_lock);
	rig_free(rig);
}

static void closed_gate_lets_nothing_in(void **state)
{
	static const struct {
		enum xbf_gate gate;
		enum xbf_put put;
	} rows[] = {
		{ XBF_GATE_HOLD, XBF_PUT_WAIT },
		{ XBF_GATE_DEAD, XBF_PUT_DEAD },
	};
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io io = read_with_tag(5), flush = { .tag = 6, .kind = XBF_KIND_FLUSH };
	struct xbf_shadow *sh, *fl;
	u32 i;

	(void)state;
	/* The producer knows of free slots when the gate closes. */
	rig_submit(rig, &read_frame);
	sh = rig_start(rig, &io);
	fl = rig_start(rig, &flush);
	assert_true(rig_prepare(rig, sh, 1));
	for (i = 0; i < NR_OF(rows); i++) {
		xbf_ring_set_gate(&rig->ring, rows[i].gate);
		assert_int_equal(rig_put(rig, sh), rows[i].put);
		assert_int_equal(rig_put(rig, fl), rows[i].put);
		assert_int_equal(rig->ring.req_prod, 1);
		assert_int_equal(rig_reap(rig).verdict, XBF_REAP_SHUT);
	}
	xbf_ring_set_gate(&rig->ring, XBF_GATE_RUN);
	assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
	assert_int_equal(rig_put(rig, fl), XBF_PUT_OK);
	rig_push(rig);
	assert_int_equal(backend_serve(&rig->backend), 3);
	assert_int_equal(rig_complete(rig), 3);
	rig_free(rig);
}

/* When a gate shuts, the ring's memory may go: what is in it and was not shown stays unseen. */
static void shut_gate_shows_nothing_more(void **state)
{
	static const enum xbf_gate gates[] = { XBF_GATE_HOLD, XBF_GATE_DEAD };
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(gates); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ 0 });
		struct rig_io shown = read_with_tag(1), hidden = read_with_tag(2);
		struct xbf_shadow *sh;

		rig_submit(rig, &shown);
		sh = rig_start(rig, &hidden);
		assert_true(rig_prepare(rig, sh, 1));
		assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
		xbf_ring_set_gate(&rig->ring, gates[i]);
		nr_seen = 0;
		model.hook = record;
		assert_false(xbf_ring_push(&rig->ring));
		model.hook = NULL;
		assert_int_equal(nr_seen, 0);
		assert_int_equal(rig->sring->req_prod, 1);
		rig_lose(rig);
		rig_free(rig);
	}
}

/* Opening it shows what was filled meanwhile no sooner than the next push. */
static void open_gate_keeps_what_is_to_be_pushed(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io io = read_with_tag(1);
	struct xbf_shadow *sh = rig_start(rig, &io);

	(void)state;
	assert_true(rig_prepare(rig, sh, 1));
	assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
	xbf_ring_set_gate(&rig->ring, XBF_GATE_RUN);
	assert_int_equal(rig->sring->req_prod, 0);
	assert_true(rig_push(rig));
	assert_int_equal(backend_serve(&rig->backend), 1);
	assert_int_equal(rig_complete(rig), 1);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(slots_are_the_power_of_two_that_fits),
		TEST(new_ring_is_empty_and_held),
		TEST(push_shows_slots_then_index_then_looks_for_the_event),
		TEST(rearm_asks_then_looks_again),
		TEST(no_response_falls_between_reap_and_rearm),
		TEST(notification_is_due_when_the_threshold_is_passed),
		TEST(batch_is_one_push_and_one_notification),
		TEST(indices_run_over_the_edge),
		TEST(full_ring_takes_no_more),
		TEST(producer_looks_around_once_per_ring),
		TEST(memory_is_changed_under_both_locks),
		TEST(gate_is_set_under_both_locks),
		TEST(closed_gate_lets_nothing_in),
		TEST(shut_gate_shows_nothing_more),
		TEST(open_gate_keeps_what_is_to_be_pushed),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}

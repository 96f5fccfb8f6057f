// SPDX-License-Identifier: GPL-2.0
/*
 * reap.c: responses of honest, confused and hostile backends.
 */
#include "rig.h"
#include "test.h"

#define NR_OPS	5

static struct rig_io read_with_tag(u32 tag)
{
	return (struct rig_io){ .tag = tag, .sector = tag * 8, .first_frame = tag, .nr_frames = 1 };
}

/* @nr reads with the tags from 0 up, on the ring and taken by the backend. */
static struct rig *rig_with_reads(u32 start, u32 nr)
{
	struct rig *rig = rig_new(&(struct rig_config){ .start = start });
	struct blkif_request req;
	u32 tag;

	for (tag = 0; tag < nr; tag++) {
		struct rig_io io = read_with_tag(tag);

		rig_submit(rig, &io);
	}
	while (backend_next(&rig->backend, &req))
		;
	return rig;
}

static void respond(struct rig *rig, u64 id, u8 op, s16 status)
{
	backend_answer(&rig->backend, id, op, status);
	backend_publish(&rig->backend);
}

static u64 id_of(struct rig *rig, u32 tag)
{
	return xbf_id(&rig->shadows.entry[tag], 0);
}

/* What breaking a disk does with what was on the ring. */
static void end_all(struct rig *rig)
{
	u32 tag;

	for (tag = 0; tag < rig->shadows.depth; tag++) {
		struct xbf_shadow *sh = &rig->shadows.entry[tag];

		sh->parts = 0;
		sh->status = XBF_ST_ERROR;
		if (sh->grants)
			assert_true(rig_end(rig, sh));
	}
	rig_free(rig);
}

/* ---- honest ---- */

static void answers_in_any_order_and_in_bursts(void **state)
{
	static const u32 order[] = { 3, 0, 4, 1, 2 };
	struct rig *rig = rig_with_reads(0xfffffffe, 5);
	struct xbf_reaped r;
	u32 i;

	(void)state;
	r = rig_reap(rig);
	assert_int_equal(r.verdict, XBF_REAP_FINE);
	assert_int_equal(r.nr, 0);
	assert_null(r.done.head);
	for (i = 0; i < 2; i++)
		respond(rig, id_of(rig, order[i]), BLKIF_OP_READ, BLKIF_RSP_OKAY);
	assert_int_equal(rig_complete(rig), 2);
	for (; i < 5; i++)
		backend_answer(&rig->backend, id_of(rig, order[i]), BLKIF_OP_READ, BLKIF_RSP_OKAY);
	backend_publish(&rig->backend);
	r = rig_reap(rig);
	assert_int_equal(r.nr, 3);
	assert_int_equal(rig->sring->rsp_event, 0xfffffffe + 6);
	/* They are listed as they came. */
	for (i = 2; i < 5; i++) {
		struct xbf_shadow *sh = xbf_list_pop(&r.done);

		assert_ptr_equal(sh, &rig->shadows.entry[order[i]]);
		assert_true(rig_end(rig, sh));
	}
	assert_null(xbf_list_pop(&r.done));
	rig_free(rig);
}

static void request_of_parts_is_done_with_the_last(void **state)
{
	static const u32 order[] = { 2, 0, 1 };
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io io = { .tag = 7, .nr_frames = 30 };
	struct xbf_shadow *sh = rig_submit(rig, &io);
	u32 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct xbf_reaped r;

		respond(rig, xbf_id(sh, order[i]), BLKIF_OP_READ, BLKIF_RSP_OKAY);
		r = rig_reap(rig);
		assert_int_equal(r.verdict, XBF_REAP_FINE);
		assert_int_equal(r.nr, 1);
		assert_ptr_equal(r.done.head, i == 2 ? sh : NULL);
	}
	assert_int_equal(sh->status, XBF_ST_OK);
	assert_true(rig_end(rig, sh));
	rig_free(rig);
}

static void worst_part_counts(void **state)
{
	static const struct {
		s16 first, second;
		u8 status;
	} rows[] = {
		{ BLKIF_RSP_OKAY, BLKIF_RSP_OKAY, XBF_ST_OK },
		{ BLKIF_RSP_OKAY, BLKIF_RSP_ERROR, XBF_ST_ERROR },
		{ BLKIF_RSP_ERROR, BLKIF_RSP_OKAY, XBF_ST_ERROR },
		{ BLKIF_RSP_EOPNOTSUPP, BLKIF_RSP_OKAY, XBF_ST_NOTSUPP },
		{ BLKIF_RSP_OKAY, BLKIF_RSP_EOPNOTSUPP, XBF_ST_NOTSUPP },
		{ BLKIF_RSP_EOPNOTSUPP, BLKIF_RSP_ERROR, XBF_ST_ERROR },
		{ BLKIF_RSP_ERROR, BLKIF_RSP_EOPNOTSUPP, XBF_ST_ERROR },
	};
	struct rig_io io = { .kind = XBF_KIND_FORCE, .nr_frames = 12 };
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ 0 });
		struct xbf_shadow *sh = rig_submit(rig, &io);

		respond(rig, xbf_id(sh, 0), BLKIF_OP_WRITE_BARRIER, rows[i].first);
		respond(rig, xbf_id(sh, 1), BLKIF_OP_WRITE_BARRIER, rows[i].second);
		assert_ptr_equal(rig_reap(rig).done.head, sh);
		assert_int_equal(sh->status, rows[i].status);
		assert_true(rig_end(rig, sh));
		rig_free(rig);
	}
}

/* Only 0 is success; "not supported" only for what may be declined. */
static void status_by_operation(void **state)
{
	static const struct {
		enum xbf_kind kind;
		u8 op;
		u8 declined;
	} rows[NR_OPS] = {
		{ XBF_KIND_READ, BLKIF_OP_READ, XBF_ST_ERROR },
		{ XBF_KIND_WRITE, BLKIF_OP_WRITE, XBF_ST_ERROR },
		{ XBF_KIND_FORCE, BLKIF_OP_WRITE_BARRIER, XBF_ST_NOTSUPP },
		{ XBF_KIND_FLUSH, BLKIF_OP_FLUSH_DISKCACHE, XBF_ST_NOTSUPP },
		{ XBF_KIND_DISCARD, BLKIF_OP_DISCARD, XBF_ST_NOTSUPP },
	};
	static const s16 garbage[] = { BLKIF_RSP_ERROR, 1, -3, 0x7fff, -0x8000, 0x100, -254 };
	u32 i, j;

	(void)state;
	for (i = 0; i < NR_OPS; i++)
		for (j = 0; j < NR_OF(garbage) + 2; j++) {
			struct rig *rig = rig_new(&(struct rig_config){ 0 });
			struct rig_io io = { .kind = rows[i].kind, .nr_frames = rows[i].op < 2 };
			struct xbf_shadow *sh = rig_submit(rig, &io);
			s16 status = j == 0 ? BLKIF_RSP_OKAY :
				     j == 1 ? BLKIF_RSP_EOPNOTSUPP :
					      garbage[j - 2];

			respond(rig, sh->id, rows[i].op, status);
			assert_ptr_equal(rig_reap(rig).done.head, sh);
			assert_int_equal(sh->status, j == 0 ? XBF_ST_OK :
						     j == 1 ? rows[i].declined :
							      XBF_ST_ERROR);
			assert_true(rig_end(rig, sh));
			rig_free(rig);
		}
}

/* The inner operation of an indirect request is what is echoed. */
static void indirect_request_is_answered_by_its_inner_operation(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 32 });
	struct rig_io io = { .kind = XBF_KIND_WRITE, .nr_frames = 20 };
	struct xbf_shadow *sh = rig_submit(rig, &io);

	(void)state;
	respond(rig, sh->id, BLKIF_OP_INDIRECT, BLKIF_RSP_OKAY);
	assert_int_equal(rig_reap(rig).verdict, XBF_REAP_BAD_RSP);
	assert_int_equal(sh->parts, 1);
	end_all(rig);
}

/* ---- several queues on one ring ---- */

/* As after a move to a backend with fewer rings than the disk has queues. */
static void answers_find_their_queues(void **state)
{
	static const struct {
		u32 guest, tag;
	} sent[] = { { 0, 3 }, { 1, 3 }, { 2, 3 }, { 2, 0 }, { 0, 31 }, { 1, 31 } };
	static const u32 order[] = { 2, 5, 0, 3, 1, 4 };
	struct rig *rig = rig_new(&(struct rig_config){ .queue = 4, .guests = 2 });
	struct xbf_shadow *sh[NR_OF(sent)];
	struct xbf_reaped r;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(sent); i++) {
		struct rig_io io = read_with_tag(sent[i].tag);

		io.guest = sent[i].guest;
		sh[i] = rig_submit(rig, &io);
		assert_int_equal((u32)sh[i]->id >> XBF_ID_QUEUE_SHIFT, 4 + sent[i].guest);
	}
	for (i = 0; i < NR_OF(order); i++)
		backend_answer(&rig->backend, sh[order[i]]->id, BLKIF_OP_READ, BLKIF_RSP_OKAY);
	backend_publish(&rig->backend);
	r = rig_reap(rig);
	assert_int_equal(r.verdict, XBF_REAP_FINE);
	assert_int_equal(r.nr, NR_OF(order));
	for (i = 0; i < NR_OF(order); i++) {
		assert_ptr_equal(xbf_list_pop(&r.done), sh[order[i]]);
		assert_true(rig_end(rig, sh[order[i]]));
	}
	assert_null(xbf_list_pop(&r.done));
	rig_free(rig);
}

static void parts_of_a_guest_find_their_request(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .guests = 1 });
	struct rig_io io = { .guest = 1, .kind = XBF_KIND_WRITE, .sector = 8, .nr_frames = 30 };

	(void)state;
	rig_fill(rig, 0, 30, 4);
	rig_run(rig, &io);
	assert_int_equal(rig->ring.req_prod, 3);
	rig_assert_on_disk(rig, &io);
	rig_free(rig);
}

static void answer_for_a_queue_of_another_ring_breaks(void **state)
{
	/* Queues 4 and 5 send by this ring; both have tag 1 out. */
	static const u32 others[] = { 0, 3, 6, 7, XBF_MAX_QUEUES - 1 };
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(others); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ .queue = 4, .guests = 1 });
		struct rig_io own = read_with_tag(1), guest = { .guest = 1, .tag = 1 };
		u64 id;

		guest.nr_frames = 1;
		rig_submit(rig, &own);
		rig_submit(rig, &guest);
		id = id_of(rig, 1) ^ (4 ^ others[i]) << XBF_ID_QUEUE_SHIFT;
		respond(rig, id, BLKIF_OP_READ, BLKIF_RSP_OKAY);
		assert_int_equal(rig_reap(rig).verdict, XBF_REAP_BAD_RSP);
		rig_lose(rig);
		rig_free(rig);
	}
}

/* ---- not honest ---- */

static void every_answer_that_nothing_waits_for_breaks(void **state)
{
	static const struct {
		const char *what;
		u64 flip;	/* in the id of tag 1 */
		u8 op;
	} rows[] = {
		{ "tag of a free slot", 1 ^ 9, BLKIF_OP_READ },
		{ "tag beyond the table", 1 ^ 32, BLKIF_OP_READ },
		{ "largest tag", 1 ^ 0xffff, BLKIF_OP_READ },
		{ "part that there is not", 1 << 16, BLKIF_OP_READ },
		{ "queue of somebody else", 1 << 21, BLKIF_OP_READ },
		{ "generation to come", 3ull << 32, BLKIF_OP_READ },
		{ "generation long gone", 1ull << 63, BLKIF_OP_READ },
		{ "write for a read", 0, BLKIF_OP_WRITE },
		/* It would skip the copy. */
		{ "discard for a read", 0, BLKIF_OP_DISCARD },
		{ "no operation at all", 0, 0xff },
	};
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct rig *rig = rig_with_reads(0, 3);
		u64 id = id_of(rig, 1) ^ rows[i].flip;
		struct xbf_reaped r;

		respond(rig, id_of(rig, 0), BLKIF_OP_READ, BLKIF_RSP_OKAY);
		respond(rig, id, rows[i].op, BLKIF_RSP_OKAY);
		respond(rig, id_of(rig, 2), BLKIF_OP_READ, BLKIF_RSP_OKAY);
		r = rig_reap(rig);
		if (r.verdict != XBF_REAP_BAD_RSP)
			fail_msg("%s was taken", rows[i].what);
		assert_true(r.id == id);
		assert_int_equal(r.op, rows[i].op);
		/* What came before it counts, what came after is not looked at. */
		assert_ptr_equal(xbf_list_pop(&r.done), &rig->shadows.entry[0]);
		assert_null(xbf_list_pop(&r.done));
		assert_int_equal(r.nr, 1);
		assert_int_equal(rig->shadows.entry[1].parts, 1);
		assert_int_equal(rig->shadows.entry[2].parts, 1);
		end_all(rig);
	}
}

static void second_answer_breaks(void **state)
{
	struct rig *rig = rig_with_reads(0, 2);
	struct xbf_reaped r;

	(void)state;
	respond(rig, id_of(rig, 0), BLKIF_OP_READ, BLKIF_RSP_OKAY);
	assert_int_equal(rig_complete(rig), 1);
	respond(rig, id_of(rig, 0), BLKIF_OP_READ, BLKIF_RSP_OKAY);
	r = rig_reap(rig);
	assert_int_equal(r.verdict, XBF_REAP_BAD_RSP);
	assert_null(r.done.head);
	end_all(rig);
}

static void second_answer_in_one_burst_breaks(void **state)
{
	struct rig *rig = rig_with_reads(0, 2);
	struct xbf_reaped r;

	(void)state;
	respond(rig, id_of(rig, 0), BLKIF_OP_READ, BLKIF_RSP_OKAY);
	respond(rig, id_of(rig, 0), BLKIF_OP_READ, BLKIF_RSP_OKAY);
	r = rig_reap(rig);
	assert_int_equal(r.verdict, XBF_REAP_BAD_RSP);
	assert_ptr_equal(xbf_list_pop(&r.done), &rig->shadows.entry[0]);
	assert_null(xbf_list_pop(&r.done));
	end_all(rig);
}

/* The tag is in use again when the late answer to its last use comes. */
static void late_answer_to_a_former_use_breaks(void **state)
{
	struct rig *rig = rig_with_reads(0, 1);
	struct rig_io io = read_with_tag(0);
	u64 former = id_of(rig, 0);

	(void)state;
	respond(rig, former, BLKIF_OP_READ, BLKIF_RSP_OKAY);
	assert_int_equal(rig_complete(rig), 1);
	rig_submit(rig, &io);
	respond(rig, former, BLKIF_OP_READ, BLKIF_RSP_OKAY);
	assert_int_equal(rig_reap(rig).verdict, XBF_REAP_BAD_RSP);
	assert_int_equal(rig->shadows.entry[0].parts, 1);
	end_all(rig);
}

static void producer_index_that_cannot_be_breaks(void **state)
{
	static const u32 starts[] = { 0, 5, 0xfffffffe, 0x7fffffff };
	/* Three requests are out, one is answered and taken. */
	static const u32 ahead[] = {
		3, 4, 31, 32, 33, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
	};
	u32 i, j;

	(void)state;
	for (i = 0; i < NR_OF(starts); i++)
		for (j = 0; j < NR_OF(ahead); j++) {
			struct rig *rig = rig_with_reads(starts[i], 3);
			struct xbf_reaped r;

			respond(rig, id_of(rig, 0), BLKIF_OP_READ, BLKIF_RSP_OKAY);
			assert_int_equal(rig_complete(rig), 1);
			rig->sring->rsp_prod = starts[i] + 1 + ahead[j];
			r = rig_reap(rig);
			assert_int_equal(r.verdict, XBF_REAP_BAD_PROD);
			assert_int_equal(r.prod, starts[i] + 1 + ahead[j]);
			assert_int_equal(r.nr, 0);
			assert_null(r.done.head);
			assert_int_equal(rig->ring.rsp_cons, starts[i] + 1);
			end_all(rig);
		}
}

/* Filled, not pushed: the backend was not asked yet. */
static void answers_do_not_run_ahead_of_the_push(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io io = read_with_tag(0);
	struct xbf_shadow *sh = rig_start(rig, &io);

	(void)state;
	assert_true(rig_prepare(rig, sh, 1));
	assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
	respond(rig, sh->id, BLKIF_OP_READ, BLKIF_RSP_OKAY);
	assert_int_equal(rig_reap(rig).verdict, XBF_REAP_BAD_PROD);
	end_all(rig);
}

/*
 * A request filled and not pushed may be answered in the place of one that was
 * pushed. That costs the backend's own disk its data, and nobody anything else.
 */
static void early_answer_finds_a_whole_entry(void **state)
{
	struct rig *rig = rig_with_reads(0, 1);
	struct rig_io io = read_with_tag(5);
	struct xbf_shadow *sh = rig_start(rig, &io);
	struct xbf_reaped r;

	(void)state;
	assert_true(rig_prepare(rig, sh, 1));
	/* Not put yet: the entry is the submitter's. */
	respond(rig, sh->id, BLKIF_OP_READ, BLKIF_RSP_OKAY);
	assert_int_equal(rig_reap(rig).verdict, XBF_REAP_BAD_RSP);
	assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
	r = rig_reap(rig);
	assert_int_equal(r.verdict, XBF_REAP_FINE);
	assert_ptr_equal(xbf_list_pop(&r.done), sh);
	assert_true(rig_end(rig, sh));
	rig_push(rig);
	end_all(rig);
}

/* parts is what makes an entry the consumer's: set after all else. */
static struct xbf_shadow *being_put;
static bool parts_released;

static void note_release_of_parts(enum model_op op, const volatile void *addr)
{
	if (op == MODEL_RELEASE && addr == &being_put->parts) {
		assert_int_equal(being_put->parts, 0);
		parts_released = true;
	}
}

static void entry_is_released_with_its_parts(void **state)
{
	static const u32 sizes[] = { 1, 12, 200 };
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(sizes); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = i < 2 ? 0 : 256 });
		struct rig_io io = { .nr_frames = sizes[i] };

		being_put = rig_start(rig, &io);
		parts_released = false;
		assert_true(rig_prepare(rig, being_put, sizes[i]));
		model.hook = note_release_of_parts;
		assert_int_equal(rig_put(rig, being_put), XBF_PUT_OK);
		model.hook = NULL;
		assert_true(parts_released);
		rig_push(rig);
		backend_serve(&rig->backend);
		assert_int_equal(rig_complete(rig), 1);
		rig_free(rig);
	}
}

/* ---- memory that changes while it is read ---- */

static struct rig *hostile;
static u32 nr_reads[3];

/* Writes nonsense over a field as soon as it was read. */
static void change_what_was_read(enum model_op op, const volatile void *addr)
{
	struct blkif_response *rsp = &hostile->sring->ring[0].rsp;

	if (op != MODEL_READ)
		return;
	if (addr == &rsp->id) {
		nr_reads[0]++;
		rsp->id = ~rsp->id;
	} else if (addr == &rsp->operation) {
		nr_reads[1]++;
		rsp->operation = ~rsp->operation;
	} else if (addr == &rsp->status) {
		nr_reads[2]++;
		rsp->status = ~rsp->status;
	}
}

static void response_is_read_once_and_the_copy_used(void **state)
{
	struct rig *rig = rig_with_reads(0, 1);
	struct xbf_reaped r;

	(void)state;
	hostile = rig;
	memset(nr_reads, 0, sizeof(nr_reads));
	respond(rig, id_of(rig, 0), BLKIF_OP_READ, BLKIF_RSP_OKAY);
	model.hook = change_what_was_read;
	r = rig_reap(rig);
	model.hook = NULL;
	assert_int_equal(r.verdict, XBF_REAP_FINE);
	assert_ptr_equal(r.done.head, &rig->shadows.entry[0]);
	assert_int_equal(r.done.head->status, XBF_ST_OK);
	assert_int_equal(nr_reads[0], 1);
	assert_int_equal(nr_reads[1], 1);
	assert_int_equal(nr_reads[2], 1);
	assert_true(rig_end(rig, r.done.head));
	rig_free(rig);
}

/* The index rises as soon as it was read: taken in the next pass, once checked. */
static void raise_the_index(enum model_op op, const volatile void *addr)
{
	if (op == MODEL_READ && addr == &hostile->sring->rsp_prod)
		hostile->sring->rsp_prod += 7;
}

static void index_is_read_once_per_pass(void **state)
{
	struct rig *rig = rig_with_reads(0, 1);
	struct xbf_reaped r;

	(void)state;
	hostile = rig;
	respond(rig, id_of(rig, 0), BLKIF_OP_READ, BLKIF_RSP_OKAY);
	model.hook = raise_the_index;
	r = rig_reap(rig);
	model.hook = NULL;
	assert_int_equal(r.verdict, XBF_REAP_BAD_PROD);
	assert_int_equal(r.nr, 1);
	assert_ptr_equal(r.done.head, &rig->shadows.entry[0]);
	assert_true(rig_end(rig, r.done.head));
	rig_free(rig);
}

/* What we wrote to the ring is never believed once it is there. */
static void scribbled_requests_have_no_effect(void **state)
{
	struct rig *rig = rig_with_reads(0, 3);
	u32 tag;

	(void)state;
	memset(rig->sring->ring, 0xff, rig->ring_bytes - offsetof(struct blkif_sring, ring));
	rig->sring->req_prod = 12345;
	rig->sring->rsp_event = 54321;
	for (tag = 0; tag < 3; tag++)
		respond(rig, id_of(rig, tag), BLKIF_OP_READ, BLKIF_RSP_OKAY);
	assert_int_equal(rig_complete(rig), 3);
	assert_int_equal(rig->ring.req_prod, 3);
	rig_free(rig);
}

static void shut_gate_is_not_looked_through(void **state)
{
	static const enum xbf_gate gates[] = { XBF_GATE_HOLD, XBF_GATE_DEAD };
	struct rig *rig = rig_with_reads(0, 1);
	struct xbf_reaped r;
	u32 i;

	(void)state;
	respond(rig, ~0ull, 0xff, BLKIF_RSP_OKAY);
	for (i = 0; i < NR_OF(gates); i++) {
		xbf_ring_set_gate(&rig->ring, gates[i]);
		r = rig_reap(rig);
		assert_int_equal(r.verdict, XBF_REAP_SHUT);
		assert_int_equal(r.nr, 0);
		assert_null(r.done.head);
	}
	end_all(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_in_any_order_and_in_bursts),
		TEST(request_of_parts_is_done_with_the_last),
		TEST(worst_part_counts),
		TEST(status_by_operation),
		TEST(indirect_request_is_answered_by_its_inner_operation),
		TEST(answers_find_their_queues),
		TEST(parts_of_a_guest_find_their_request),
		TEST(answer_for_a_queue_of_another_ring_breaks),
		TEST(every_answer_that_nothing_waits_for_breaks),
		TEST(second_answer_breaks),
		TEST(second_answer_in_one_burst_breaks),
		TEST(late_answer_to_a_former_use_breaks),
		TEST(producer_index_that_cannot_be_breaks),
		TEST(answers_do_not_run_ahead_of_the_push),
		TEST(early_answer_finds_a_whole_entry),
		TEST(entry_is_released_with_its_parts),
		TEST(response_is_read_once_and_the_copy_used),
		TEST(index_is_read_once_per_pass),
		TEST(scribbled_requests_have_no_effect),
		TEST(shut_gate_is_not_looked_through),
	};

	return cmocka_run_group_tests_name("reap", tests, NULL, NULL);
}

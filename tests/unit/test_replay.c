// SPDX-License-Identifier: GPL-2.0
/*
 * replay.c: what one connection leaves to the next, and requests that go out as
 * another operation than before.
 */
#include "rig.h"
#include "test.h"

/* ---- the disk that comes back ---- */

static void disk_is_compared_with_what_it_was(void **state)
{
	static const u32 ro = VDISK_READONLY, cdrom = VDISK_CDROM;
	static const struct {
		enum xbf_node node;
		u64 was, now;
		u32 news;
	} rows[] = {
		{ XBF_NODE_SECTORS, 1000, 1000, 0 },
		/* The disk is asked for that. */
		{ XBF_NODE_SECTORS, 1000, 1001, 0 },
		{ XBF_NODE_SECTOR_SIZE, 512, 512, 0 },
		{ XBF_NODE_SECTOR_SIZE, 512, 4096, XBF_NEWS_BLOCK_SIZE },
		{ XBF_NODE_SECTOR_SIZE, 4096, 512, XBF_NEWS_BLOCK_SIZE },
		{ XBF_NODE_INFO, 0, ro, XBF_NEWS_READ_ONLY },
		{ XBF_NODE_INFO, ro, 0, XBF_NEWS_WRITABLE },
		{ XBF_NODE_INFO, ro, ro, 0 },
		/* Other bits are of no concern. */
		{ XBF_NODE_INFO, 0, cdrom, 0 },
		{ XBF_NODE_INFO, cdrom, cdrom | ro, XBF_NEWS_READ_ONLY },
		{ XBF_NODE_INFO, ro, ro | cdrom, 0 },
		/* Nor is what the plan of the new connection answers for. */
		{ XBF_NODE_PHYSICAL_SIZE, 512, 4096, 0 },
		{ XBF_NODE_MAX_INDIRECT, 256, 0, 0 },
		{ XBF_NODE_FLUSH, 1, 0, 0 },
		{ XBF_NODE_DISCARD, 1, 0, 0 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct xbf_features was = { .val = { 0 } }, now = { .val = { 0 } };

		was.val[rows[i].node] = rows[i].was;
		now.val[rows[i].node] = rows[i].now;
		assert_int_equal(xbf_replay_news(&was, &now), rows[i].news);
	}
}

static void several_news_at_once(void **state)
{
	struct xbf_features was = { .val = { 0 } }, now = { .val = { 0 } };

	(void)state;
	was.val[XBF_NODE_SECTORS] = 8;
	was.val[XBF_NODE_SECTOR_SIZE] = 512;
	now.val[XBF_NODE_SECTORS] = 16;
	now.val[XBF_NODE_SECTOR_SIZE] = 4096;
	now.val[XBF_NODE_INFO] = VDISK_READONLY;
	assert_int_equal(xbf_replay_news(&was, &now), XBF_NEWS_BLOCK_SIZE | XBF_NEWS_READ_ONLY);
}

/* ---- what is taken back ---- */

static u32 take(struct rig *rig, struct xbf_shadow_list *out)
{
	unsigned long flags;
	u32 nr;

	xbf_ring_set_gate(&rig->ring, XBF_GATE_HOLD);
	flags = env_lock(&rig->ring.cons_lock);
	nr = xbf_replay_take(&rig->ring, out);
	env_unlock(&rig->ring.cons_lock, flags);
	return nr;
}

static struct rig_io read_of(u32 guest, u32 tag)
{
	return (struct rig_io){
		.guest = guest, .tag = tag, .sector = tag * 8, .first_frame = tag, .nr_frames = 1,
	};
}

static struct xbf_shadow *submit_read(struct rig *rig, u32 guest, u32 tag)
{
	struct rig_io io = read_of(guest, tag);

	return rig_submit(rig, &io);
}

/* Unwinds what was taken, without sending it again. */
static void undo_all(struct rig *rig, struct xbf_shadow_list *out)
{
	struct xbf_shadow *sh;

	while ((sh = xbf_list_pop(out)))
		assert_true(xbf_round_undo(&rig->grants, sh));
}

/* Does the first @nr requests that wait and answers them. */
static void serve_some(struct rig *rig, u32 nr)
{
	struct blkif_request req;

	while (nr-- && backend_next(&rig->backend, &req)) {
		backend_do(&rig->backend, &req);
		backend_answer(&rig->backend, backend_id(&req), backend_op(&req), BLKIF_RSP_OKAY);
	}
	backend_publish(&rig->backend);
}

static void unanswered_requests_of_every_queue_are_taken(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .guests = 2 });
	struct xbf_shadow_list out = { NULL, NULL };
	struct xbf_shadow before, *sh[4];
	u64 id[NR_OF(sh)];
	u32 i;

	(void)state;
	/* One that is through, in the first queue. */
	submit_read(rig, 0, 1);
	serve_some(rig, 1);
	assert_int_equal(rig_complete(rig), 1);
	/* Sent in another order than that of the tags. */
	sh[3] = submit_read(rig, 2, 31);
	sh[1] = submit_read(rig, 0, 7);
	sh[2] = submit_read(rig, 1, 7);
	sh[0] = submit_read(rig, 0, 2);
	for (i = 0; i < NR_OF(sh); i++)
		id[i] = sh[i]->id;

	xbf_list_add(&out, &before);
	assert_int_equal(take(rig, &out), 4);
	assert_ptr_equal(xbf_list_pop(&out), &before);
	for (i = 0; i < NR_OF(sh); i++) {
		assert_ptr_equal(xbf_list_pop(&out), sh[i]);
		assert_int_equal(sh[i]->status, XBF_ST_AGAIN);
		assert_int_equal(sh[i]->parts, 0);
		assert_true(sh[i]->id == id[i] + (1ull << 32));
		/* Its grants are the caller's to end. */
		assert_non_null(sh[i]->grants);
		assert_true(xbf_round_undo(&rig->grants, sh[i]));
	}
	assert_null(xbf_list_pop(&out));
	/* Once is enough. */
	assert_int_equal(take(rig, &out), 0);
	assert_null(out.head);
	rig_free(rig);
}

static void ring_that_carries_no_queue_has_nothing(void **state)
{
	struct xbf_shadow_list out = { NULL, NULL };
	struct xbf_ring ring = { .size = 0 };

	(void)state;
	xbf_ring_init(&ring, NULL);
	assert_int_equal(xbf_replay_take(&ring, &out), 0);
	assert_null(out.head);
}

/* Filled and not pushed: the gate keeps it from the backend, it is taken like any other. */
static void request_that_was_never_shown_is_taken(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct xbf_shadow_list out = { NULL, NULL };
	struct rig_io io = read_of(0, 3);
	struct xbf_shadow *sh = rig_start(rig, &io);

	(void)state;
	assert_true(rig_prepare(rig, sh, 1));
	assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
	assert_int_equal(take(rig, &out), 1);
	assert_false(rig_push(rig));
	assert_int_equal(rig->sring->req_prod, 0);
	undo_all(rig, &out);
	rig_free(rig);
}

static void unread_answers_are_not_looked_at(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct xbf_shadow_list out = { NULL, NULL };

	(void)state;
	submit_read(rig, 0, 4);
	submit_read(rig, 0, 5);
	serve_some(rig, 1);
	assert_int_equal(take(rig, &out), 2);
	assert_int_equal(rig_reap(rig).verdict, XBF_REAP_SHUT);
	undo_all(rig, &out);
	rig_free(rig);
}

/* A reaper that saw the answers has the request, whatever becomes of the gate. */
static void answered_requests_stay_with_who_reaped_them(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct xbf_shadow_list out = { NULL, NULL };
	struct xbf_shadow *sh = submit_read(rig, 0, 4);

	(void)state;
	serve_some(rig, 1);
	assert_ptr_equal(rig_reap(rig).done.head, sh);
	assert_int_equal(take(rig, &out), 0);
	assert_int_equal(sh->status, XBF_ST_OK);
	assert_true(rig_end(rig, sh));
	rig_free(rig);
}

static void request_of_which_a_part_is_answered_goes_out_whole(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io io = { .kind = XBF_KIND_WRITE, .sector = 8, .nr_frames = 30 };
	struct xbf_shadow *sh = rig_submit(rig, &io);

	(void)state;
	/* The first of three has failed, the connection ends before the others. */
	backend_answer(&rig->backend, xbf_id(sh, 0), BLKIF_OP_WRITE, BLKIF_RSP_ERROR);
	backend_publish(&rig->backend);
	assert_null(rig_reap(rig).done.head);
	assert_int_equal(sh->status, XBF_ST_ERROR);
	rig_lose(rig);
	rig_fill(rig, 0, 30, 5);
	rig_return(rig, &(struct rig_config){ 0 });
	assert_int_equal(rig_drain(rig), 1);
	assert_int_equal(rig->ring.req_prod, 3);
	rig_assert_on_disk(rig, &io);
	rig_free(rig);
}

static void late_answer_of_the_old_backend_finds_nothing(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct xbf_shadow *sh = submit_read(rig, 0, 4);
	u64 old = sh->id;

	(void)state;
	rig_lose(rig);
	rig_return(rig, &(struct rig_config){ 0 });
	assert_int_equal(rig_refill(rig), 0);
	backend_answer(&rig->backend, old, BLKIF_OP_READ, BLKIF_RSP_OKAY);
	backend_publish(&rig->backend);
	assert_int_equal(rig_reap(rig).verdict, XBF_REAP_BAD_RSP);
	assert_int_equal(sh->parts, 1);
	rig_lose(rig);
	rig_free(rig);
}

/* ---- from any backend to any other ---- */

static const struct rig_config backends[] = {
	{ .mode = XBF_MODE_DIRECT, .ring_pages = 4, .max_indirect = 256 },
	{ .mode = XBF_MODE_DIRECT },
	{ .mode = XBF_MODE_BOUNCE, .max_indirect = 32, .start = 0xfffffff0 },
	{ .mode = XBF_MODE_KEPT, .max_indirect = 256, .max_grants = 64 },
};

/* Reads and writes of all sizes, side by side, as they come from the block layer. */
static const u32 sizes[] = { 1, 11, 12, 40, 300 };
#define NR_JOBS		(2 * NR_OF(sizes))

static void start_jobs(struct rig *rig, struct rig_io *jobs)
{
	u32 i, frame = 0;

	for (i = 0; i < NR_JOBS; i++) {
		struct rig_io *io = &jobs[i];

		*io = (struct rig_io){ .tag = i, .kind = i & 1 ? XBF_KIND_WRITE : XBF_KIND_READ };
		io->nr_frames = sizes[i / 2];
		io->first_frame = frame;
		io->sector = frame * 8;
		if (io->kind == XBF_KIND_WRITE)
			rig_fill(rig, frame, io->nr_frames, 3 * i);
		frame += io->nr_frames;
		xbf_list_add(&rig->ring.parked, rig_start(rig, io));
	}
}

static void assert_jobs_done(struct rig *rig, const struct rig_io *jobs)
{
	u32 i;

	for (i = 0; i < NR_JOBS; i++) {
		assert_null(rig->shadows.entry[i].owner);
		assert_int_equal(rig->shadows.entry[i].status, XBF_ST_OK);
		rig_assert_on_disk(rig, &jobs[i]);
	}
}

static void move_house(const struct rig_config *from, const struct rig_config *to, u32 served,
		       bool reaped)
{
	struct rig *rig = rig_new(from);
	struct rig_io jobs[NR_JOBS];
	u32 nr;

	start_jobs(rig, jobs);
	nr = rig_refill(rig);
	serve_some(rig, served);
	if (reaped)
		nr += rig_complete(rig);
	rig_lose(rig);
	rig_return(rig, to);
	nr += rig_drain(rig);
	assert_int_equal(nr, NR_JOBS);
	assert_jobs_done(rig, jobs);
	rig_free(rig);
}

static void nothing_is_lost_between_two_backends(void **state)
{
	static const u32 served[] = { 0, 2, 7 };
	u32 from, to, i;

	(void)state;
	for (from = 0; from < NR_OF(backends); from++)
		for (to = 0; to < NR_OF(backends); to++)
			for (i = 0; i < NR_OF(served); i++)
				move_house(&backends[from], &backends[to], served[i], i & 1);
}

/* It never gets far, but each time another backend. */
static void nothing_is_lost_on_a_long_journey(void **state)
{
	struct rig *rig = rig_new(&backends[0]);
	struct rig_io jobs[NR_JOBS];
	u32 i, nr;

	(void)state;
	start_jobs(rig, jobs);
	nr = rig_refill(rig);
	for (i = 1; i < 12; i++) {
		serve_some(rig, i / 2);
		if (i % 3)
			nr += rig_complete(rig);
		rig_lose(rig);
		rig_return(rig, &backends[i % NR_OF(backends)]);
		nr += rig_refill(rig);
	}
	nr += rig_drain(rig);
	assert_int_equal(nr, NR_JOBS);
	assert_jobs_done(rig, jobs);
	rig_free(rig);
}

static void request_goes_on_where_its_last_round_ended(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 32 });
	struct rig_io io = { .kind = XBF_KIND_WRITE, .sector = 16, .nr_frames = 100 };
	struct xbf_shadow *sh = rig_submit(rig, &io);

	(void)state;
	rig_fill(rig, 0, 100, 9);
	serve_some(rig, 1);
	assert_int_equal(rig_complete(rig), 0);
	rig_lose(rig);
	assert_int_equal(sh->nr_done, 32);
	assert_true(sh->sector == 16 + 32 * 8);
	rig_return(rig, &(struct rig_config){ .max_indirect = 64 });
	assert_int_equal(rig_drain(rig), 1);
	/* 68 were left: 64 and 4. */
	assert_int_equal(rig->ring.req_prod, 2);
	rig_assert_on_disk(rig, &io);
	rig_free(rig);
}

/* ---- stages ---- */

static void only_what_is_to_be_stable_has_a_second_stage(void **state)
{
	static const u8 statuses[] = { XBF_ST_OK, XBF_ST_NOTSUPP, XBF_ST_ERROR };
	static const struct {
		enum xbf_kind kind;
		u8 op;
		/* What follows, by status; the same kind: nothing does. */
		enum xbf_kind next[NR_OF(statuses)];
	} rows[] = {
#define NEVER(kind)	{ kind, kind, kind }
		{ XBF_KIND_READ, BLKIF_OP_READ, NEVER(XBF_KIND_READ) },
		{ XBF_KIND_WRITE, BLKIF_OP_WRITE, NEVER(XBF_KIND_WRITE) },
		{ XBF_KIND_FLUSH, BLKIF_OP_FLUSH_DISKCACHE, NEVER(XBF_KIND_FLUSH) },
		{ XBF_KIND_FLUSH, BLKIF_OP_WRITE_BARRIER, NEVER(XBF_KIND_FLUSH) },
		{ XBF_KIND_DISCARD, BLKIF_OP_DISCARD, NEVER(XBF_KIND_DISCARD) },
		{ XBF_KIND_ERASE, BLKIF_OP_DISCARD, NEVER(XBF_KIND_ERASE) },
		/* A barrier is all there is to it, unless it is declined. */
		{ XBF_KIND_FORCE,
		  BLKIF_OP_WRITE_BARRIER,
		  { XBF_KIND_FORCE, XBF_KIND_DATA_FLUSH, XBF_KIND_FORCE } },
		/* Where there are none, a flush follows what was written. */
		{ XBF_KIND_FORCE,
		  BLKIF_OP_WRITE,
		  { XBF_KIND_FLUSH, XBF_KIND_FORCE, XBF_KIND_FORCE } },
		{ XBF_KIND_DATA_FLUSH,
		  BLKIF_OP_WRITE,
		  { XBF_KIND_FLUSH, XBF_KIND_DATA_FLUSH, XBF_KIND_DATA_FLUSH } },
	};
	struct xbf_shadow sh;
	u32 i, j;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++)
		for (j = 0; j < NR_OF(statuses); j++) {
			memset(&sh, 0, sizeof(sh));
			sh.kind = rows[i].kind;
			sh.op = rows[i].op;
			sh.status = statuses[j];
			assert_int_equal(xbf_replay_stage(&sh, 8), rows[i].next[j] != rows[i].kind);
			assert_int_equal(sh.kind, rows[i].next[j]);
			if (rows[i].next[j] == rows[i].kind)
				assert_int_equal(sh.status, statuses[j]);
		}
}

/* Where nobody will flush, a flush follows what was discarded, and nothing else. */
static void discard_may_be_made_stable(void **state)
{
	static const u8 kinds[] = { XBF_KIND_READ, XBF_KIND_WRITE, XBF_KIND_FLUSH, XBF_KIND_DISCARD,
				    XBF_KIND_ERASE };
	static const u8 statuses[] = { XBF_ST_OK, XBF_ST_NOTSUPP, XBF_ST_ERROR };
	u32 i, j;

	(void)state;
	for (i = 0; i < NR_OF(kinds); i++)
		for (j = 0; j < NR_OF(statuses); j++) {
			struct xbf_shadow sh = { .kind = kinds[i],
						 .op = BLKIF_OP_DISCARD,
						 .status = statuses[j],
						 .through = true };
			bool follows = kinds[i] >= XBF_KIND_DISCARD && statuses[j] == XBF_ST_OK;

			assert_int_equal(xbf_replay_stage(&sh, 8), follows);
			assert_int_equal(sh.kind, follows ? XBF_KIND_FLUSH : kinds[i]);
		}
}

/* Two rounds of a barrier were done, the third is declined: all of it goes out again. */
static void declined_barrier_starts_over(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .max_grants = 16 });
	struct rig_io io = { .kind = XBF_KIND_FORCE, .sector = 80, .nr_frames = 40 };
	struct xbf_shadow *sh;
	struct rig_io *own;
	u64 id;
	u32 i;

	(void)state;
	rig_fill(rig, 0, 40, 1);
	sh = rig_submit(rig, &io);
	own = sh->owner;
	for (i = 0; i < 2; i++) {
		assert_int_equal(backend_serve(&rig->backend), 2);
		assert_int_equal(rig_complete(rig), 0);
	}
	assert_int_equal(sh->nr_done, 32);
	rig->backend.status = BLKIF_RSP_EOPNOTSUPP;
	assert_int_equal(backend_serve(&rig->backend), 1);
	assert_ptr_equal(rig_reap(rig).done.head, sh);
	assert_true(rig_end(rig, sh));
	assert_false(xbf_round_next(sh));
	id = sh->id;
	assert_true(xbf_replay_stage(sh, 80));
	assert_int_equal(sh->kind, XBF_KIND_DATA_FLUSH);
	assert_int_equal(sh->status, XBF_ST_OK);
	assert_int_equal(sh->nr_done, 0);
	assert_int_equal(sh->nr_total, 40);
	assert_true(sh->sector == 80);
	assert_ptr_equal(sh->owner, own);
	assert_true(sh->id != id);

	memset(rig->backend.disk, 0, BACKEND_SECTORS * 512);
	rig->backend.status = BLKIF_RSP_OKAY;
	rig->backend.flushes = 0;
	xbf_list_add(&rig->ring.parked, sh);
	assert_int_equal(rig_drain(rig), 1);
	assert_int_equal(rig->backend.flushes, 1);
	rig_assert_on_disk(rig, &io);
	rig_free(rig);
}

/* Written to one backend or the other, it is stable when it is through. */
static void forced_write_follows_the_backend(void **state)
{
	static const struct {
		u8 force_before, force, flush;
		u32 requests, flushes;
	} rows[] = {
		{ BLKIF_OP_WRITE_BARRIER, BLKIF_OP_WRITE_BARRIER, BLKIF_OP_WRITE_BARRIER, 1, 1 },
		{ BLKIF_OP_WRITE_BARRIER, BLKIF_OP_WRITE, BLKIF_OP_FLUSH_DISKCACHE, 2, 1 },
		{ BLKIF_OP_WRITE_BARRIER, BLKIF_OP_WRITE, XBF_OP_DONE, 1, 0 },
		{ BLKIF_OP_WRITE, BLKIF_OP_WRITE_BARRIER, BLKIF_OP_WRITE_BARRIER, 1, 1 },
	};
	struct rig_io io = { .kind = XBF_KIND_FORCE, .sector = 8, .nr_frames = 5 };
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ 0 });

		rig_fill(rig, 0, 5, i);
		rig->ops[XBF_KIND_FORCE] = rows[i].force_before;
		rig_submit(rig, &io);
		rig_lose(rig);
		rig->ops[XBF_KIND_FORCE] = rows[i].force;
		rig->ops[XBF_KIND_FLUSH] = rows[i].flush;
		rig_return(rig, &(struct rig_config){ 0 });
		assert_int_equal(rig_drain(rig), 1);
		assert_int_equal(rig->ring.req_prod, rows[i].requests);
		assert_int_equal(rig->backend.flushes, rows[i].flushes);
		rig_assert_on_disk(rig, &io);
		rig_free(rig);
	}
}

/* The write is through and its flush is out when the backend goes: only that is left. */
static void flush_of_a_forced_write_is_replayed_alone(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io io = { .kind = XBF_KIND_FORCE, .sector = 8, .nr_frames = 5 };

	(void)state;
	rig->ops[XBF_KIND_FORCE] = BLKIF_OP_WRITE;
	rig_submit(rig, &io);
	serve_some(rig, 1);
	assert_int_equal(rig_complete(rig), 0);
	assert_int_equal(rig->ring.req_prod, 2);
	rig_lose(rig);
	rig_return(rig, &(struct rig_config){ 0 });
	assert_int_equal(rig_drain(rig), 1);
	assert_int_equal(rig->ring.req_prod, 1);
	assert_int_equal(rig->backend.flushes, 1);
	rig_free(rig);
}

static void discards_keep_their_extent_and_kind(void **state)
{
	static const enum xbf_kind kinds[] = { XBF_KIND_DISCARD, XBF_KIND_ERASE };
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(kinds); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ 0 });
		struct rig_io io = { .kind = kinds[i], .sector = 64 };

		rig->shadows.entry[0].nr_sectors = 72;
		rig_submit(rig, &io);
		rig_lose(rig);
		rig_return(rig, &(struct rig_config){ 0 });
		assert_int_equal(rig_drain(rig), 1);
		assert_int_equal(rig->backend.discarded, 72);
		assert_int_equal(rig->backend.secure, kinds[i] == XBF_KIND_ERASE ? 72 : 0);
		rig_free(rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(disk_is_compared_with_what_it_was),
		TEST(several_news_at_once),
		TEST(unanswered_requests_of_every_queue_are_taken),
		TEST(ring_that_carries_no_queue_has_nothing),
		TEST(request_that_was_never_shown_is_taken),
		TEST(unread_answers_are_not_looked_at),
		TEST(answered_requests_stay_with_who_reaped_them),
		TEST(request_of_which_a_part_is_answered_goes_out_whole),
		TEST(late_answer_of_the_old_backend_finds_nothing),
		TEST(nothing_is_lost_between_two_backends),
		TEST(nothing_is_lost_on_a_long_journey),
		TEST(request_goes_on_where_its_last_round_ended),
		TEST(only_what_is_to_be_stable_has_a_second_stage),
		TEST(discard_may_be_made_stable),
		TEST(declined_barrier_starts_over),
		TEST(forced_write_follows_the_backend),
		TEST(flush_of_a_forced_write_is_replayed_alone),
		TEST(discards_keep_their_extent_and_kind),
	};

	return cmocka_run_group_tests_name("replay", tests, NULL, NULL);
}

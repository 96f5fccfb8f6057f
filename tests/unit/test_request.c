// SPDX-License-Identifier: GPL-2.0
/*
 * request.c: every form of descriptor, rounds, and what becomes of the grants.
 */
#include "rig.h"
#include "test.h"

static const enum xbf_mode modes[] = { XBF_MODE_DIRECT, XBF_MODE_BOUNCE, XBF_MODE_KEPT };

/* The only request that waits; the backend took it off the ring. */
static struct blkif_request only_request(struct rig *rig)
{
	struct blkif_request req, more;

	assert_true(backend_next(&rig->backend, &req));
	assert_false(backend_next(&rig->backend, &more));
	return req;
}

static void answer(struct rig *rig, const struct blkif_request *req, s16 status)
{
	backend_answer(&rig->backend, backend_id(req), backend_op(req), status);
	backend_publish(&rig->backend);
}

/* ---- forms ---- */

static void direct_descriptor_says_it_all(void **state)
{
	struct rig_io io = {
		.tag = 17, .kind = XBF_KIND_WRITE, .sector = 0x123456789a, .nr_frames = 3,
		.skip_sectors = 5, .drop_sectors = 6,
	};
	static const u8 first[] = { 5, 0, 0 }, last[] = { 7, 7, 1 };
	u32 nr, i;

	(void)state;
	for (nr = 3; nr <= XBF_SEGS_DIRECT; nr++) {
		struct rig *rig = rig_new(&(struct rig_config){ .queue = 2 });
		struct xbf_shadow *sh;
		struct blkif_request req;

		io.nr_frames = nr;
		sh = rig_submit(rig, &io);
		req = only_request(rig);
		assert_int_equal(req.operation, BLKIF_OP_WRITE);
		assert_int_equal(req.u.rw.nr_segments, nr);
		assert_int_equal(req.u.rw.handle, BACKEND_HANDLE);
		assert_true(req.u.rw.id == (1ull << 32 | 2 << 21 | 17));
		assert_true(req.u.rw.sector_number == 0x123456789a);
		for (i = 0; i < nr; i++) {
			const struct blkif_request_segment *seg = &req.u.rw.seg[i];
			u32 row = i == nr - 1 ? 2 : i != 0;

			assert_int_equal(seg->first_sect, first[row]);
			assert_int_equal(seg->last_sect, last[row]);
			assert_ptr_equal(model_map(seg->gref, BACKEND_DOMID, false),
					 rig_frame(rig, i));
			model_unmap(seg->gref);
		}
		assert_int_equal(sh->parts, 1);
		answer(rig, &req, BLKIF_RSP_OKAY);
		assert_int_equal(rig_complete(rig), 1);
		rig_free(rig);
	}
}

static void single_piece_within_a_frame(void **state)
{
	static const struct {
		u8 skip, drop;
	} rows[] = { { 0, 0 }, { 0, 7 }, { 7, 0 }, { 3, 4 }, { 2, 0 } };
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ 0 });
		struct rig_io io = {
			.kind = XBF_KIND_READ, .nr_frames = 1,
			.skip_sectors = rows[i].skip, .drop_sectors = rows[i].drop,
		};
		struct blkif_request req;

		rig_submit(rig, &io);
		req = only_request(rig);
		assert_int_equal(req.u.rw.seg[0].first_sect, rows[i].skip);
		assert_int_equal(req.u.rw.seg[0].last_sect, 7 - rows[i].drop);
		answer(rig, &req, BLKIF_RSP_OKAY);
		assert_int_equal(rig_complete(rig), 1);
		rig_free(rig);
	}
}

static void larger_request_is_indirect(void **state)
{
	static const u32 sizes[] = { 12, 256, 511, 512, 513, 1024, 1025, XBF_SEGS_MAX };
	static struct blkif_request_segment segs[XBF_SEGS_MAX];
	u32 i, j;

	(void)state;
	for (i = 0; i < NR_OF(sizes); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = XBF_SEGS_MAX });
		struct rig_io io = {
			.tag = 3, .kind = XBF_KIND_WRITE, .sector = 1000,
			.first_frame = i, .nr_frames = sizes[i],
		};
		struct xbf_shadow *sh = rig_submit(rig, &io);
		struct blkif_request req = only_request(rig);

		assert_int_equal(req.operation, BLKIF_OP_INDIRECT);
		assert_int_equal(req.u.indirect.indirect_op, BLKIF_OP_WRITE);
		assert_int_equal(req.u.indirect.nr_segments, sizes[i]);
		assert_int_equal(req.u.indirect.handle, BACKEND_HANDLE);
		assert_true(req.u.indirect.id == (1ull << 32 | 3));
		assert_true(req.u.indirect.sector_number == 1000);
		assert_int_equal(sh->parts, 1);
		/* As many pages as needed, and the backend may only read them. */
		assert_int_equal(rig->grants.indirect.nr - rig->grants.indirect.nr_free,
				 (sizes[i] + 511) / 512);
		for (j = 0; j < (sizes[i] + 511) / 512; j++)
			assert_true(model_is_readonly(req.u.indirect.indirect_grefs[j]));
		assert_int_equal(backend_segments(&req, segs), sizes[i]);
		for (j = 0; j < sizes[i]; j++) {
			assert_ptr_equal(model_map(segs[j].gref, BACKEND_DOMID, false),
					 rig_frame(rig, i + j));
			model_unmap(segs[j].gref);
			assert_int_equal(segs[j].first_sect, 0);
			assert_int_equal(segs[j].last_sect, 7);
		}
		answer(rig, &req, BLKIF_RSP_OKAY);
		assert_int_equal(rig_complete(rig), 1);
		assert_int_equal(rig->grants.indirect.nr_free, rig->grants.indirect.nr);
		rig_free(rig);
	}
}

/* Without indirect descriptors, and for barriers: parts of 11. */
static void larger_request_without_indirect_is_parts(void **state)
{
	static const struct {
		enum xbf_kind kind;
		u8 op;
		u32 max_indirect, nr, parts;
	} rows[] = {
		{ XBF_KIND_READ, BLKIF_OP_READ, 0, 12, 2 },
		{ XBF_KIND_WRITE, BLKIF_OP_WRITE, 0, 22, 2 },
		{ XBF_KIND_WRITE, BLKIF_OP_WRITE, 0, 23, 3 },
		{ XBF_KIND_FORCE, BLKIF_OP_WRITE_BARRIER, 256, 12, 2 },
		{ XBF_KIND_FORCE, BLKIF_OP_WRITE_BARRIER, 256, 256, 24 },
		{ XBF_KIND_READ, BLKIF_OP_READ, 0, XBF_SEGS_SPLIT, XBF_MAX_PARTS },
		/* Offered, but no more than a direct one carries. */
		{ XBF_KIND_READ, BLKIF_OP_READ, 11, 12, 2 },
	};
	u32 i, part;

	(void)state;
	for (i = 0; i < NR_OF(rows); i++) {
		struct rig *rig =
			rig_new(&(struct rig_config){ .max_indirect = rows[i].max_indirect });
		struct rig_io io = {
			.tag = 9,
			.kind = rows[i].kind,
			.sector = 80,
			.nr_frames = rows[i].nr,
			.skip_sectors = 3,
			.drop_sectors = 1,
		};
		struct xbf_shadow *sh = rig_submit(rig, &io);
		u64 sector = 80;
		u32 rest = rows[i].nr;

		assert_int_equal(rig->sring->req_prod, rows[i].parts);
		assert_int_equal(sh->parts, ~0u >> (32 - rows[i].parts));
		for (part = 0; part < rows[i].parts; part++) {
			struct blkif_request req = rig->sring->ring[part].req;
			u32 nr = rest < 11 ? rest : 11;

			assert_int_equal(req.operation, rows[i].op);
			assert_int_equal(req.u.rw.nr_segments, nr);
			assert_true(req.u.rw.id == (1ull << 32 | part << 16 | 9));
			assert_true(req.u.rw.sector_number == sector);
			sector += nr * 8 - (part ? 0 : 3);
			rest -= nr;
		}
		assert_int_equal(rest, 0);
		assert_int_equal(backend_serve(&rig->backend), rows[i].parts);
		assert_int_equal(rig_complete(rig), 1);
		rig_free(rig);
	}
}

static void parts_need_all_their_slots(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io big = { .tag = 1, .kind = XBF_KIND_READ, .nr_frames = XBF_SEGS_SPLIT };
	struct rig_io small = { .tag = 2, .kind = XBF_KIND_READ, .nr_frames = 1 };
	struct xbf_shadow *sh;

	(void)state;
	rig_submit(rig, &small);
	sh = rig_start(rig, &big);
	assert_true(rig_prepare(rig, sh, xbf_round_size(&rig->grants, sh)));
	assert_int_equal(rig_put(rig, sh), XBF_PUT_WAIT);
	assert_int_equal(rig->ring.req_prod, 1);
	backend_serve(&rig->backend);
	assert_int_equal(rig_complete(rig), 1);
	assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
	rig_push(rig);
	assert_int_equal(backend_serve(&rig->backend), 32);
	assert_int_equal(rig_complete(rig), 1);
	rig_free(rig);
}

static void flush_and_empty_barrier_carry_nothing(void **state)
{
	static const u8 ops[] = { BLKIF_OP_FLUSH_DISKCACHE, BLKIF_OP_WRITE_BARRIER };
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(ops); i++) {
		struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 256 });
		struct rig_io io = { .tag = 4, .kind = XBF_KIND_FLUSH },
			      data = { .tag = 4, .nr_frames = 1 };
		struct xbf_shadow *sh;
		struct blkif_request req;

		rig->ops[XBF_KIND_FLUSH] = ops[i];
		/* On a tag that carried data before. */
		rig_run(rig, &data);
		sh = rig_start(rig, &io);
		assert_int_equal(xbf_round_size(&rig->grants, sh), 0);
		assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
		rig_push(rig);
		req = only_request(rig);
		assert_int_equal(req.operation, ops[i]);
		assert_int_equal(req.u.rw.nr_segments, 0);
		assert_true(req.u.rw.sector_number == 0);
		assert_true(req.u.rw.id == (2ull << 32 | 4));
		answer(rig, &req, BLKIF_RSP_OKAY);
		assert_int_equal(rig_complete(rig), 1);
		rig_free(rig);
	}
}

static void barrier_with_data_up_to_eleven_is_direct(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 256 });
	struct rig_io io = { .kind = XBF_KIND_FORCE, .sector = 8, .nr_frames = 11 };

	(void)state;
	rig_fill(rig, 0, 11, 1);
	rig_run(rig, &io);
	rig_assert_on_disk(rig, &io);
	assert_int_equal(rig->backend.flushes, 1);
	rig_free(rig);
}

static void discard_names_sectors_and_whether_securely(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io io = { .tag = 6, .sector = 1ull << 40 };
	u32 secure;

	(void)state;
	for (secure = 0; secure < 2; secure++) {
		struct xbf_shadow *sh = &rig->shadows.entry[6];
		struct blkif_request req;

		io.kind = secure ? XBF_KIND_ERASE : XBF_KIND_DISCARD;
		sh->nr_sectors = 1ull << 33;
		rig_start(rig, &io);
		assert_int_equal(xbf_round_size(&rig->grants, sh), 0);
		assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
		rig_push(rig);
		req = only_request(rig);
		assert_int_equal(req.operation, BLKIF_OP_DISCARD);
		assert_int_equal(req.u.discard.flag, secure ? BLKIF_DISCARD_SECURE : 0);
		assert_true(req.u.discard.sector_number == 1ull << 40);
		assert_true(req.u.discard.nr_sectors == 1ull << 33);
		assert_true(req.u.discard.id == sh->id);
		answer(rig, &req, BLKIF_RSP_OKAY);
		assert_int_equal(rig_complete(rig), 1);
	}
	rig_free(rig);
}

/* ---- data ---- */

/* There and back again, in every size, at odd places. */
static void write_and_read(const struct rig_config *config)
{
	static const u32 sizes[] = { 1, 2, 11, 12, 16, 17, 23, 64, 300, 600, 2000 };
	struct rig *rig = rig_new(config);
	u32 i;

	for (i = 0; i < NR_OF(sizes); i++) {
		struct rig_io io = { .tag = i, .first_frame = 5 * i, .nr_frames = sizes[i] };

		io.sector = 24 * i + 8;
		io.skip_sectors = i % 7;
		io.drop_sectors = 6 - i % 7;
		io.kind = XBF_KIND_WRITE;
		rig_fill(rig, io.first_frame, io.nr_frames, i);
		rig_run(rig, &io);
		rig_assert_on_disk(rig, &io);
		rig_fill(rig, io.first_frame, io.nr_frames, 0x55);
		io.kind = XBF_KIND_READ;
		rig_run(rig, &io);
		rig_assert_on_disk(rig, &io);
	}
	rig_free(rig);
}

static void in_every_form(void (*run)(const struct rig_config *config))
{
	static const u32 indirect[] = { 0, 12, 32, 1024 };
	struct rig_config config = { .start = 0xfffffff8 };
	u32 m, n;

	for (m = 0; m < NR_OF(modes); m++)
		for (n = 0; n < NR_OF(indirect); n++) {
			config.mode = modes[m];
			config.max_indirect = indirect[n];
			run(&config);
		}
}

static void data_arrives_whatever_the_form(void **state)
{
	(void)state;
	in_every_form(write_and_read);
}

/*
 * A page, whatever its size, in every place that its payload may have in it and
 * its neighbour: each frame is granted once, at its own offset.
 */
static void page_at_odd_places(const struct rig_config *config)
{
	const u32 nr = PAGE_SIZE / XBF_FRAME_SIZE;
	struct rig *rig = rig_new(config);
	u32 place, sectors = PAGE_SIZE / 512;

	for (place = 0; place < sectors; place++) {
		u32 skip = place % 8;
		struct rig_io io = {
			.first_frame = 16 + place / 8, .nr_frames = nr + !!skip,
			.skip_sectors = skip, .drop_sectors = (8 - skip) % 8,
			.kind = XBF_KIND_WRITE, .sector = place,
		};

		rig_fill(rig, io.first_frame, io.nr_frames, place);
		rig_run(rig, &io);
		rig_assert_on_disk(rig, &io);
		memset(rig_frame(rig, io.first_frame), 0x55, io.nr_frames * XBF_FRAME_SIZE);
		io.kind = XBF_KIND_READ;
		rig_run(rig, &io);
		rig_assert_on_disk(rig, &io);
		assert_int_equal(rig_frame(rig, io.first_frame)[skip * 512 - !!skip],
				 skip ? 0x55 : rig->backend.disk[place * 512]);
	}
	rig_free(rig);
}

static void page_of_payload_lies_anywhere(void **state)
{
	(void)state;
	in_every_form(page_at_odd_places);
}

static void read_leaves_the_bytes_beside_it_alone(void **state)
{
	u32 m;

	(void)state;
	for (m = 0; m < NR_OF(modes); m++) {
		struct rig *rig = rig_new(&(struct rig_config){ .mode = modes[m] });
		struct rig_io io = {
			.kind = XBF_KIND_READ, .nr_frames = 2, .skip_sectors = 6, .drop_sectors = 7,
		};
		u32 i;

		memset(rig_frame(rig, 0), 0x77, 2 * XBF_FRAME_SIZE);
		rig_run(rig, &io);
		rig_assert_on_disk(rig, &io);
		for (i = 0; i < 6 * 512; i++)
			assert_int_equal(rig_frame(rig, 0)[i], 0x77);
		for (i = 512; i < XBF_FRAME_SIZE; i++)
			assert_int_equal(rig_frame(rig, 1)[i], 0x77);
		rig_free(rig);
	}
}

static void only_reads_are_writable_for_the_backend(void **state)
{
	static const u8 kinds[] = { XBF_KIND_READ, XBF_KIND_WRITE, XBF_KIND_FORCE };
	u32 m, o;

	(void)state;
	for (m = 0; modes[m] != XBF_MODE_KEPT; m++)
		for (o = 0; o < NR_OF(kinds); o++) {
			struct rig *rig = rig_new(&(struct rig_config){ .mode = modes[m] });
			struct rig_io io = { .kind = kinds[o], .nr_frames = 1 };
			struct blkif_request req;

			rig_submit(rig, &io);
			req = only_request(rig);
			assert_int_equal(model_is_readonly(req.u.rw.seg[0].gref),
					 kinds[o] != XBF_KIND_READ);
			answer(rig, &req, BLKIF_RSP_OKAY);
			assert_int_equal(rig_complete(rig), 1);
			rig_free(rig);
		}
}

static void direct_grants_copy_nothing(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .mode = XBF_MODE_DIRECT });
	struct rig_io io = { .kind = XBF_KIND_WRITE, .nr_frames = 8 };

	(void)state;
	rig_run(rig, &io);
	io.kind = XBF_KIND_READ;
	rig_run(rig, &io);
	assert_int_equal(model.copied, 0);
	assert_int_equal(model.granted, 0);
	rig_free(rig);
}

static void kept_pages_are_granted_once(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .mode = XBF_MODE_KEPT });
	struct rig_io io = { .kind = XBF_KIND_WRITE, .nr_frames = 8 };
	unsigned long grants;
	u32 i;

	(void)state;
	rig->backend.keeps = true;
	rig_run(rig, &io);
	grants = model.grants;
	for (i = 0; i < 20; i++) {
		io.kind = i & 1 ? XBF_KIND_WRITE : XBF_KIND_READ;
		rig_run(rig, &io);
	}
	assert_int_equal(model.grants, grants);
	assert_int_equal(model.ends, 0);
	/* It never let go: nothing is freed before it does. */
	assert_int_equal(xbf_pool_destroy(&rig->grants.data), 8);
	model_unmap_all();
	rig_free(rig);
}

/* ---- a backend that is not trusted ---- */

/* All that a backend can see of a request's frames. */
static const unsigned char *seen(const struct blkif_request *req, u32 i)
{
	grant_ref_t ref = req->u.rw.seg[i].gref;
	const unsigned char *frame = model_map(ref, BACKEND_DOMID, false);

	model_unmap(ref);
	return frame;
}

static void nothing_beside_the_payload_is_visible(void **state)
{
	static const enum xbf_mode own_pages[] = { XBF_MODE_BOUNCE, XBF_MODE_KEPT };
	u32 m, i;

	(void)state;
	for (m = 0; m < NR_OF(own_pages); m++) {
		struct rig *rig =
			rig_new(&(struct rig_config){ .mode = own_pages[m], .scrub = true });
		struct rig_io secret = { .kind = XBF_KIND_WRITE, .nr_frames = 11 };
		struct rig_io small = {
			.kind = XBF_KIND_WRITE,
			.nr_frames = 2,
			.skip_sectors = 3,
			.drop_sectors = 5,
		};
		struct blkif_request req;

		/* Pages that held something before, frames with something beside. */
		memset(rig_frame(rig, 0), 0xaa, 11 * XBF_FRAME_SIZE);
		rig_run(rig, &secret);
		rig_submit(rig, &small);
		req = only_request(rig);
		for (i = 0; i < XBF_FRAME_SIZE; i++) {
			assert_int_equal(seen(&req, 0)[i], i < 3 * 512 ? 0 : 0xaa);
			assert_int_equal(seen(&req, 1)[i], i < 3 * 512 ? 0xaa : 0);
		}
		answer(rig, &req, BLKIF_RSP_OKAY);
		assert_int_equal(rig_complete(rig), 1);
		rig_free(rig);
	}
}

static void read_without_data_is_zeroes(void **state)
{
	static const enum xbf_mode own_pages[] = { XBF_MODE_BOUNCE, XBF_MODE_KEPT };
	u32 m, i;

	(void)state;
	for (m = 0; m < NR_OF(own_pages); m++) {
		struct rig *rig =
			rig_new(&(struct rig_config){ .mode = own_pages[m], .scrub = true });
		struct rig_io write = { .kind = XBF_KIND_WRITE, .nr_frames = 11 };
		struct rig_io read = { .kind = XBF_KIND_READ, .first_frame = 20, .nr_frames = 1 };
		struct blkif_request req;

		rig_run(rig, &write);
		rig_submit(rig, &read);
		req = only_request(rig);
		/* It says "done" and did nothing. */
		answer(rig, &req, BLKIF_RSP_OKAY);
		assert_int_equal(rig_complete(rig), 1);
		for (i = 0; i < XBF_FRAME_SIZE; i++)
			assert_int_equal(rig_frame(rig, 20)[i], 0);
		rig_free(rig);
	}
}

/* ---- rounds ---- */

static void short_pool_means_several_rounds(void **state)
{
	u32 m;

	(void)state;
	for (m = 0; m < NR_OF(modes); m++) {
		struct rig *rig =
			rig_new(&(struct rig_config){ .mode = modes[m], .max_indirect = 256 });
		struct rig_io io = {
			.tag = 8,
			.kind = XBF_KIND_WRITE,
			.sector = 64,
			.nr_frames = 40,
			.skip_sectors = 1,
			.drop_sectors = 2,
		};
		struct xbf_shadow *sh = rig_start(rig, &io);
		u32 rounds = 0;
		u64 id = 0;

		rig_fill(rig, 0, 40, m);
		model.refs_left = 5;
		assert_int_equal(xbf_round_size(&rig->grants, sh), 40);
		assert_false(rig_prepare(rig, sh, 40));
		/* Nothing was lost in trying. */
		assert_int_equal(rig->grants.data.nr_free, rig->grants.data.nr);
		do {
			u32 rest = xbf_round_size(&rig->grants, sh);

			assert_true(sh->id != id);
			id = sh->id;
			assert_int_equal(rest, 40 - 11 * rounds);
			assert_true(rig_prepare(rig, sh, rest < 11 ? rest : 11));
			assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
			rig_push(rig);
			assert_int_equal(backend_serve(&rig->backend), 1);
			assert_ptr_equal(rig_reap(rig).done.head, sh);
			assert_true(rig_end(rig, sh));
			rounds++;
		} while (xbf_round_next(sh));
		assert_int_equal(rounds, 4);
		rig_assert_on_disk(rig, &io);
		rig_free(rig);
	}
}

static void round_takes_no_more_than_the_pool_may_have(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 256, .max_grants = 16 });
	struct rig_io io = { .kind = XBF_KIND_WRITE, .nr_frames = 40 };
	struct rig_io barrier = { .tag = 1, .kind = XBF_KIND_FORCE, .nr_frames = 20 };
	struct xbf_shadow *sh = rig_start(rig, &io);

	(void)state;
	assert_int_equal(xbf_round_size(&rig->grants, sh), 16);
	sh->owner = NULL;
	rig_fill(rig, 0, 40, 3);
	rig_run(rig, &io);
	rig_assert_on_disk(rig, &io);
	assert_int_equal(rig->ring.req_prod, 3);
	rig_run(rig, &barrier);
	rig_assert_on_disk(rig, &barrier);
	rig_free(rig);
}

static void round_takes_no_more_than_the_backend_does(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 32 });
	struct rig_io io = { .kind = XBF_KIND_READ, .nr_frames = 100 };
	struct rig_io barrier = { .tag = 1, .kind = XBF_KIND_FORCE, .nr_frames = 400 };
	struct xbf_shadow *sh;

	(void)state;
	sh = rig_start(rig, &io);
	assert_int_equal(xbf_round_size(&rig->grants, sh), 32);
	sh->owner = NULL;
	sh = rig_start(rig, &barrier);
	assert_int_equal(xbf_round_size(&rig->grants, sh), XBF_SEGS_SPLIT);
	sh->owner = NULL;
	rig_run(rig, &io);
	rig_assert_on_disk(rig, &io);
	rig_free(rig);
}

static void failed_round_is_the_last(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 32 });
	struct rig_io io = { .kind = XBF_KIND_READ, .nr_frames = 100 };
	struct xbf_shadow *sh = rig_submit(rig, &io);

	(void)state;
	rig->backend.status = BLKIF_RSP_ERROR;
	backend_serve(&rig->backend);
	assert_ptr_equal(rig_reap(rig).done.head, sh);
	assert_true(rig_end(rig, sh));
	assert_false(xbf_round_next(sh));
	assert_int_equal(sh->status, XBF_ST_ERROR);
	rig_free(rig);
}

static void tag_starts_afresh(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 32 });
	struct rig_io failed = { .kind = XBF_KIND_READ, .nr_frames = 100 };
	struct rig_io io = { .kind = XBF_KIND_READ, .sector = 8, .nr_frames = 1 };
	struct xbf_shadow *sh = rig_submit(rig, &failed);

	(void)state;
	rig->backend.status = BLKIF_RSP_ERROR;
	backend_serve(&rig->backend);
	assert_ptr_equal(rig_reap(rig).done.head, sh);
	assert_true(rig_end(rig, sh));
	sh->owner = NULL;
	sh->waits = 3;

	rig->backend.status = BLKIF_RSP_OKAY;
	rig_start(rig, &io);
	assert_int_equal(sh->status, XBF_ST_OK);
	assert_int_equal(sh->nr_segs, 0);
	assert_int_equal(sh->nr_done, 0);
	assert_int_equal(sh->waits, 0);
	assert_int_equal(sh->parts, 0);
	assert_null(sh->grants);
	assert_null(sh->indirect);
	sh->owner = NULL;
	rig_run(rig, &io);
	rig_assert_on_disk(rig, &io);
	rig_free(rig);
}

static void no_page_for_segments_is_no_loss(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 256 });
	struct rig_io io = { .kind = XBF_KIND_READ, .nr_frames = 100 };
	struct xbf_shadow *sh = rig_start(rig, &io);

	(void)state;
	model.frames_left = 0;
	assert_false(rig_prepare(rig, sh, 100));
	assert_int_equal(rig->grants.data.nr_free, rig->grants.data.nr);
	assert_null(sh->indirect);
	/* Eleven need no such page. */
	assert_true(rig_prepare(rig, sh, XBF_SEGS_DIRECT));
	xbf_round_cancel(&rig->grants, sh);
	model.frames_left = MODEL_PLENTY;
	sh->owner = NULL;
	rig_run(rig, &io);
	rig_assert_on_disk(rig, &io);
	rig_free(rig);
}

/* ---- taken back ---- */

static void cancelled_round_can_be_prepared_again(void **state)
{
	static const u32 sizes[] = { 1, 11, 12, 30 };
	u32 m, s;

	(void)state;
	for (m = 0; m < NR_OF(modes); m++)
		for (s = 0; s < NR_OF(sizes); s++) {
			struct rig *rig = rig_new(&(struct rig_config){
				.mode = modes[m], .max_indirect = s & 1 ? 0 : 32 });
			struct rig_io io = {
				.kind = XBF_KIND_WRITE, .sector = 16, .nr_frames = sizes[s],
			};
			struct xbf_shadow *sh = rig_start(rig, &io);
			u64 id = sh->id;

			rig_fill(rig, 0, sizes[s], s);
			assert_true(rig_prepare(rig, sh, sizes[s]));
			xbf_round_cancel(&rig->grants, sh);
			assert_true(sh->sector == 16);
			assert_int_equal(sh->nr_done, 0);
			assert_int_equal(rig->grants.data.nr_free, rig->grants.data.nr);
			assert_int_equal(rig->grants.indirect.nr_free, rig->grants.indirect.nr);
			assert_true(sh->id == id);

			assert_true(rig_prepare(rig, sh, sizes[s]));
			assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
			rig_push(rig);
			backend_serve(&rig->backend);
			assert_int_equal(rig_complete(rig), 1);
			rig_assert_on_disk(rig, &io);
			rig_free(rig);
		}
}

static void cancelled_flush_has_nothing_to_give(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ 0 });
	struct rig_io io = { .kind = XBF_KIND_FLUSH };
	struct xbf_shadow *sh = rig_start(rig, &io);

	(void)state;
	xbf_round_cancel(&rig->grants, sh);
	assert_int_equal(rig->grants.data.nr_free, rig->grants.data.nr);
	rig_free(rig);
}

/* A backend may guess a reference and map it before it is told. */
static void guessed_grant_of_a_cancelled_round_is_set_aside(void **state)
{
	u32 m;

	(void)state;
	for (m = 0; modes[m] != XBF_MODE_KEPT; m++) {
		struct rig *rig = rig_new(&(struct rig_config){ .mode = modes[m] });
		struct rig_io io = { .kind = XBF_KIND_WRITE, .nr_frames = 3 };
		struct xbf_shadow *sh = rig_start(rig, &io);
		grant_ref_t guess;

		assert_true(rig_prepare(rig, sh, 3));
		guess = sh->grants->next->seg.gref;
		model_map(guess, BACKEND_DOMID, false);
		xbf_round_cancel(&rig->grants, sh);
		assert_null(sh->grants);
		assert_int_equal(rig->grants.data.nr_quarantine, 1);
		assert_int_equal(rig->grants.data.nr_free, rig->grants.data.nr - 1);
		assert_int_equal(xbf_pool_retry(&rig->grants.data), 1);
		model_unmap(guess);
		assert_int_equal(xbf_pool_retry(&rig->grants.data), 0);
		assert_false(model_is_granted(guess));
		sh->owner = NULL;
		rig_run(rig, &io);
		rig_assert_on_disk(rig, &io);
		rig_free(rig);
	}
}

/* Taken back from the ring, in the middle of a request. */
static void undone_round_was_never_prepared(void **state)
{
	u32 m;

	(void)state;
	for (m = 0; m < NR_OF(modes); m++) {
		struct rig *rig =
			rig_new(&(struct rig_config){ .mode = modes[m], .max_indirect = 32 });
		struct rig_io io = {
			.kind = XBF_KIND_WRITE, .sector = 16, .nr_frames = 70, .skip_sectors = 2,
		};
		struct xbf_shadow *sh;

		rig_fill(rig, 0, 70, m);
		sh = rig_submit(rig, &io);
		backend_serve(&rig->backend);
		/* The second round is out. */
		assert_int_equal(rig_complete(rig), 0);
		sh->parts = 0;
		assert_true(xbf_round_undo(&rig->grants, sh));
		assert_int_equal(sh->nr_done, 32);
		assert_true(sh->sector == 16 + 32 * 8 - 2);
		assert_null(sh->grants);
		assert_null(sh->indirect);
		assert_int_equal(rig->grants.data.nr_free, rig->grants.data.nr);
		assert_int_equal(rig->grants.indirect.nr_free, rig->grants.indirect.nr);
		assert_int_equal(xbf_round_size(&rig->grants, sh), 32);
		rig_free(rig);
	}
}

/* Nobody may have the page before the backend lets go; the request knows its place. */
static void undone_round_waits_for_what_is_mapped(void **state)
{
	static const u32 sizes[] = { 3, 14 };
	u32 s;

	(void)state;
	for (s = 0; s < NR_OF(sizes); s++) {
		struct rig *rig = rig_new(&(struct rig_config){ .max_indirect = 32 });
		struct rig_io io = { .sector = 16, .nr_frames = sizes[s] };
		struct xbf_shadow *sh = rig_submit(rig, &io);
		grant_ref_t ref = sh->grants->next->seg.gref;

		model_map(ref, BACKEND_DOMID, true);
		sh->parts = 0;
		assert_false(xbf_round_undo(&rig->grants, sh));
		assert_int_equal(sh->nr_done, 0);
		assert_true(sh->sector == 16);
		assert_null(sh->indirect);
		assert_int_equal(rig->grants.indirect.nr_free, rig->grants.indirect.nr);
		assert_false(xbf_round_retry(&rig->grants, sh));
		assert_int_equal(rig->grants.data.nr_quarantine, 0);
		model_unmap(ref);
		assert_true(xbf_round_retry(&rig->grants, sh));
		assert_int_equal(rig->grants.data.nr_free, rig->grants.data.nr);
		assert_int_equal(xbf_round_size(&rig->grants, sh), sizes[s]);
		rig_free(rig);
	}
}

/* ---- a backend that keeps pages mapped ---- */

static void bounce_page_kept_mapped_does_not_hold_the_request(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .mode = XBF_MODE_BOUNCE });
	struct rig_io io = { .kind = XBF_KIND_READ, .nr_frames = 3 };
	struct xbf_shadow *sh = rig_submit(rig, &io);
	grant_ref_t refs[3];
	u32 i;

	(void)state;
	for (i = 0; i < 3; i++)
		refs[i] = rig->sring->ring[0].req.u.rw.seg[i].gref;
	rig->backend.keeps = true;
	backend_serve(&rig->backend);
	/* It lets go of the middle one only. */
	model_unmap(refs[1]);
	assert_ptr_equal(rig_reap(rig).done.head, sh);
	assert_true(rig_end(rig, sh));
	rig_assert_on_disk(rig, &io);
	assert_int_equal(rig->grants.data.nr_quarantine, 2);
	assert_int_equal(rig->grants.data.nr_free, rig->grants.data.nr - 2);
	/* These are not reused: a page that is both would fail the model. */
	sh->owner = NULL;
	rig->backend.keeps = false;
	io.nr_frames = 11;
	rig_run(rig, &io);
	model_unmap(refs[0]);
	model_unmap(refs[2]);
	assert_int_equal(xbf_pool_retry(&rig->grants.data), 0);
	rig_free(rig);
}

static void request_none_of_whose_bounce_pages_come_back(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .mode = XBF_MODE_BOUNCE });
	struct rig_io io = { .kind = XBF_KIND_WRITE, .nr_frames = 2 };
	struct xbf_shadow *sh = rig_submit(rig, &io);

	(void)state;
	rig->backend.keeps = true;
	backend_serve(&rig->backend);
	assert_ptr_equal(rig_reap(rig).done.head, sh);
	assert_true(rig_end(rig, sh));
	assert_null(sh->grants);
	assert_int_equal(rig->grants.data.nr_quarantine, 2);
	model_unmap_all();
	rig_free(rig);
}

static void zero_copy_page_kept_mapped_holds_the_request(void **state)
{
	static const u32 sizes[] = { 3, 14 };
	u32 s;

	(void)state;
	for (s = 0; s < NR_OF(sizes); s++) {
		struct rig *rig = rig_new(&(struct rig_config){ .mode = XBF_MODE_DIRECT });
		struct rig_io io = { .kind = XBF_KIND_READ, .nr_frames = sizes[s] };
		struct xbf_shadow *sh = rig_submit(rig, &io);
		u32 nr = rig->grants.data.nr;
		grant_ref_t first = sh->grants->seg.gref, last = sh->last->seg.gref;

		model_map(first, BACKEND_DOMID, true);
		model_map(last, BACKEND_DOMID, true);
		backend_serve(&rig->backend);
		assert_ptr_equal(rig_reap(rig).done.head, sh);
		assert_false(rig_end(rig, sh));
		assert_false(xbf_round_retry(&rig->grants, sh));
		assert_true(model_is_granted(first) && model_is_granted(last));
		assert_int_equal(model.granted, 2);

		model_unmap(last);
		assert_false(xbf_round_retry(&rig->grants, sh));
		assert_int_equal(rig->grants.data.nr, nr - 1);
		model_unmap(first);
		assert_true(xbf_round_retry(&rig->grants, sh));
		/* The kernel has taken two references back; the others are in the pool. */
		assert_int_equal(rig->grants.data.nr, nr - 2);
		assert_int_equal(rig->grants.data.nr_free, nr - 2);
		assert_null(sh->grants);
		assert_false(xbf_round_next(sh));
		rig_assert_on_disk(rig, &io);
		rig_free(rig);
	}
}

static void zero_copy_request_with_all_pages_kept(void **state)
{
	struct rig *rig = rig_new(&(struct rig_config){ .mode = XBF_MODE_DIRECT });
	struct rig_io io = { .kind = XBF_KIND_READ, .nr_frames = 1 };
	struct xbf_shadow *sh = rig_submit(rig, &io);
	grant_ref_t ref = sh->grants->seg.gref;

	(void)state;
	rig->backend.keeps = true;
	backend_serve(&rig->backend);
	assert_ptr_equal(rig_reap(rig).done.head, sh);
	assert_false(rig_end(rig, sh));
	model_unmap(ref);
	assert_true(xbf_round_retry(&rig->grants, sh));
	assert_null(sh->grants);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(direct_descriptor_says_it_all),
		TEST(single_piece_within_a_frame),
		TEST(larger_request_is_indirect),
		TEST(larger_request_without_indirect_is_parts),
		TEST(parts_need_all_their_slots),
		TEST(flush_and_empty_barrier_carry_nothing),
		TEST(barrier_with_data_up_to_eleven_is_direct),
		TEST(discard_names_sectors_and_whether_securely),
		TEST(data_arrives_whatever_the_form),
		TEST(page_of_payload_lies_anywhere),
		TEST(read_leaves_the_bytes_beside_it_alone),
		TEST(only_reads_are_writable_for_the_backend),
		TEST(direct_grants_copy_nothing),
		TEST(kept_pages_are_granted_once),
		TEST(nothing_beside_the_payload_is_visible),
		TEST(read_without_data_is_zeroes),
		TEST(short_pool_means_several_rounds),
		TEST(round_takes_no_more_than_the_pool_may_have),
		TEST(round_takes_no_more_than_the_backend_does),
		TEST(failed_round_is_the_last),
		TEST(tag_starts_afresh),
		TEST(no_page_for_segments_is_no_loss),
		TEST(cancelled_round_can_be_prepared_again),
		TEST(cancelled_flush_has_nothing_to_give),
		TEST(guessed_grant_of_a_cancelled_round_is_set_aside),
		TEST(undone_round_was_never_prepared),
		TEST(undone_round_waits_for_what_is_mapped),
		TEST(bounce_page_kept_mapped_does_not_hold_the_request),
		TEST(request_none_of_whose_bounce_pages_come_back),
		TEST(zero_copy_page_kept_mapped_holds_the_request),
		TEST(zero_copy_request_with_all_pages_kept),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}

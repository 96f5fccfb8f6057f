// SPDX-License-Identifier: GPL-2.0
/*
 * rig.c - see rig.h.
 */
#include "piece.h"
#include "rig.h"
#include "test.h"

#define SECTOR		512u
#define PLENTY		100000u

static void init_grants(struct rig *rig, const struct rig_config *config)
{
	struct xbf_grants *g = &rig->grants;

	xbf_budget_init(&rig->budget, config->budget ? config->budget : PLENTY);
	g->max_indirect = config->max_indirect;
	g->scrub = config->scrub || config->mode == XBF_MODE_BOUNCE;
	g->data.mode = config->mode;
	g->data.domid = BACKEND_DOMID;
	g->indirect.mode = XBF_MODE_KEPT;
	g->indirect.readonly = config->mode != XBF_MODE_KEPT;
	g->indirect.domid = BACKEND_DOMID;
	assert_int_equal(xbf_pool_init(&g->data, &rig->budget, XBF_POOL_RESERVE,
				       config->max_grants ? config->max_grants : PLENTY),
			 0);
	assert_int_equal(xbf_pool_init(&g->indirect, &rig->budget, 0, PLENTY), 0);
}

/* As if @start requests had come and gone. */
static void set_indices(struct rig *rig, u32 start)
{
	rig->ring.req_prod = start;
	rig->ring.req_limit = start;
	rig->ring.req_pushed = start;
	rig->ring.rsp_cons = start;
	rig->sring->req_prod = start;
	rig->sring->rsp_prod = start;
	rig->sring->req_event = start + 1;
	rig->sring->rsp_event = start + 1;
}

/* Shared pages for a new connection; the backend has not seen any of it yet. */
static void init_ring(struct rig *rig, const struct rig_config *config)
{
	u32 ring_pages = config->ring_pages ? config->ring_pages : 1;

	rig->ring_bytes = ring_pages * XBF_FRAME_SIZE;
	rig->sring = aligned_alloc(XBF_FRAME_SIZE, rig->ring_bytes);
	assert_non_null(rig->sring);
	memset(rig->sring, 0, rig->ring_bytes);
	xbf_ring_attach(&rig->ring, rig->sring, ring_pages);
	set_indices(rig, config->start);
	xbf_ring_set_gate(&rig->ring, XBF_GATE_RUN);
}

static void init_shadows(struct rig *rig, const struct rig_config *config)
{
	u32 depth = xbf_ring_slots(config->ring_pages ? config->ring_pages : 1);
	struct xbf_shadows **link = &rig->shadows.next;
	u32 i;

	assert_true(config->guests <= RIG_GUESTS);
	assert_int_equal(xbf_shadows_init(&rig->shadows, config->queue, depth, BACKEND_HANDLE, 0),
			 0);
	for (i = 0; i < config->guests; i++) {
		struct xbf_shadows *guest = &rig->guests[i];

		assert_int_equal(xbf_shadows_init(guest, config->queue + 1 + i, depth,
						  BACKEND_HANDLE, 0),
				 0);
		*link = guest;
		link = &guest->next;
	}
}

/* A plan with everything; tests change what matters to them. */
static const u8 all_ops[XBF_NR_KINDS] = {
	[XBF_KIND_READ] = BLKIF_OP_READ,
	[XBF_KIND_WRITE] = BLKIF_OP_WRITE,
	[XBF_KIND_FORCE] = BLKIF_OP_WRITE_BARRIER,
	[XBF_KIND_DATA_FLUSH] = BLKIF_OP_WRITE,
	[XBF_KIND_FLUSH] = BLKIF_OP_FLUSH_DISKCACHE,
	[XBF_KIND_DISCARD] = BLKIF_OP_DISCARD,
	[XBF_KIND_ERASE] = BLKIF_OP_DISCARD,
};

struct rig *rig_new(const struct rig_config *config)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	u32 i;

	assert_non_null(rig);
	rig->payload = aligned_alloc(PAGE_SIZE, RIG_FRAMES * XBF_FRAME_SIZE);
	assert_non_null(rig->payload);
	memset(rig->payload, 0xee, RIG_FRAMES * XBF_FRAME_SIZE);
	for (i = 0; i < NR_OF(rig->pages); i++)
		rig->pages[i].addr = rig->payload + i * PAGE_SIZE;
	memcpy(rig->ops, all_ops, sizeof(all_ops));

	init_shadows(rig, config);
	xbf_ring_init(&rig->ring, &rig->shadows);
	init_ring(rig, config);
	init_grants(rig, config);
	backend_init(&rig->backend, rig->sring, rig->ring.size, config->start);
	return rig;
}

/* Ends a connection: everything must have come back. */
static void exit_connection(struct rig *rig)
{
	assert_int_equal(xbf_pool_destroy(&rig->grants.data), 0);
	assert_int_equal(xbf_pool_destroy(&rig->grants.indirect), 0);
	assert_int_equal(rig->grants.data.nr, 0);
	assert_int_equal(rig->grants.indirect.nr, 0);
	assert_int_equal(rig->budget.used, 0);
	free(rig->sring);
}

void rig_free(struct rig *rig)
{
	u32 i;

	exit_connection(rig);
	xbf_shadows_destroy(&rig->shadows);
	for (i = 0; i < RIG_GUESTS; i++)
		xbf_shadows_destroy(&rig->guests[i]);
	backend_exit(&rig->backend);
	free(rig->payload);
	free(rig);
}

unsigned char *rig_frame(struct rig *rig, u32 frame)
{
	return rig->payload + frame * XBF_FRAME_SIZE;
}

/* ---- payload, cut as the driver does it ---- */

static struct request request_of(struct rig *rig, const struct rig_io *io)
{
	u32 start = io->first_frame * XBF_FRAME_SIZE + io->skip_sectors * SECTOR;
	u32 end = (io->first_frame + io->nr_frames) * XBF_FRAME_SIZE - io->drop_sectors * SECTOR;

	return (struct request){ &rig->pages[start / PAGE_SIZE], start % PAGE_SIZE, end - start };
}

/* Is it as many pieces as it says, none of them in two frames? */
static void check_pieces(struct rig *rig, const struct rig_io *io)
{
	struct request rq = request_of(rig, io);
	u32 skip = 0, nr = 0;

	for_each_piece(&rq, skip, ~0u, page, off, len, {
		assert_true(off % XBF_FRAME_SIZE + len <= XBF_FRAME_SIZE);
		assert_true(page < rig->pages + NR_OF(rig->pages));
		nr++;
	});
	assert_int_equal(nr, io->nr_frames);
}

static struct rig_io *io_of(const struct xbf_shadow *sh)
{
	return sh->owner;
}

/* ---- down ---- */

/* False: the plan has nothing to send for it. */
static bool decide(struct rig *rig, struct xbf_shadow *sh)
{
	sh->op = rig->ops[sh->kind];
	return sh->op < XBF_OP_DONE;
}

struct xbf_shadow *rig_start(struct rig *rig, const struct rig_io *io)
{
	struct xbf_shadows *queue = io->guest ? &rig->guests[io->guest - 1] : &rig->shadows;
	struct rig_io *own = &rig->io[io->guest][io->tag];
	struct xbf_shadow *sh = &queue->entry[io->tag];

	assert_null(sh->owner);
	check_pieces(rig, io);
	*own = *io;
	xbf_request_start(sh, own, io->kind, io->sector, io->nr_frames);
	assert_true(decide(rig, sh));
	return sh;
}

/* Prepares a round of @nr segments; false: something was short, nothing is kept. */
bool rig_prepare(struct rig *rig, struct xbf_shadow *sh, u32 nr)
{
	struct xbf_prep prep = { .grants = &rig->grants };
	struct xbf_chain rest = { NULL, NULL, 0 };
	struct request rq = request_of(rig, io_of(sh));
	struct xbf_gnt *gnt, *next;

	if (!nr)
		return true;
	prep.next = xbf_pool_take(&rig->grants.data, nr);
	if (!prep.next)
		return false;
	if (xbf_round_begin(&prep, sh, nr)) {
		for_each_piece(&rq, sh->nr_done, nr, page, off, len,
			       xbf_seg_add(&prep, page, off, len));
		xbf_round_ready(&prep);
		assert_null(prep.next);
		return true;
	}
	for (gnt = prep.next; gnt; gnt = next) {
		next = gnt->next;
		xbf_chain_add(&rest, gnt, gnt, 1);
	}
	xbf_pool_give(&rig->grants.data, &rest);
	return false;
}

enum xbf_put rig_put(struct rig *rig, struct xbf_shadow *sh)
{
	unsigned long flags = env_lock(&rig->ring.prod_lock);
	enum xbf_put put = xbf_ring_put(&rig->ring, sh);

	env_unlock(&rig->ring.prod_lock, flags);
	return put;
}

bool rig_push(struct rig *rig)
{
	unsigned long flags = env_lock(&rig->ring.prod_lock);
	bool wanted = xbf_ring_push(&rig->ring);

	env_unlock(&rig->ring.prod_lock, flags);
	return wanted;
}

/* All of the way down, for a request that must find room. */
struct xbf_shadow *rig_submit(struct rig *rig, const struct rig_io *io)
{
	struct xbf_shadow *sh = rig_start(rig, io);

	assert_true(rig_prepare(rig, sh, xbf_round_size(&rig->grants, sh)));
	assert_int_equal(rig_put(rig, sh), XBF_PUT_OK);
	rig_push(rig);
	return sh;
}

/* ---- up ---- */

struct xbf_reaped rig_reap(struct rig *rig)
{
	unsigned long flags = env_lock(&rig->ring.cons_lock);
	struct xbf_reaped r;

	memset(&r, 0xff, sizeof(r));
	xbf_reap(&rig->ring, &r);
	env_unlock(&rig->ring.cons_lock, flags);
	return r;
}

static void copy_back(struct rig *rig, struct xbf_shadow *sh)
{
	struct request rq = request_of(rig, io_of(sh));
	struct xbf_gnt *gnt = sh->grants;

	for_each_piece(&rq, sh->nr_done, sh->nr_segs, page, off, len,
		       gnt = xbf_seg_copy_back(gnt, page, off, len));
	assert_null(gnt);
}

/* Ends a round; false: it has to wait for the backend to unmap a page. */
bool rig_end(struct rig *rig, struct xbf_shadow *sh)
{
	struct xbf_chain data = { NULL, NULL, 0 }, indirect = { NULL, NULL, 0 };
	bool ended;

	if (xbf_needs_copy(&rig->grants, sh) && sh->status == XBF_ST_OK)
		copy_back(rig, sh);
	ended = xbf_round_end(&rig->grants, sh, &data, &indirect);
	xbf_pool_give(&rig->grants.data, &data);
	xbf_pool_give(&rig->grants.indirect, &indirect);
	return ended;
}

/* Does a request go down once more? As src/complete.c asks. */
static bool goes_on(struct xbf_shadow *sh)
{
	return xbf_round_next(sh) || xbf_replay_stage(sh, io_of(sh)->sector);
}

/* All of the way up; requests that go on are parked and sent. Says how many are through. */
u32 rig_complete(struct rig *rig)
{
	struct xbf_reaped r = rig_reap(rig);
	struct xbf_shadow *sh;
	u32 nr = 0;

	assert_int_equal(r.verdict, XBF_REAP_FINE);
	while ((sh = xbf_list_pop(&r.done))) {
		assert_true(rig_end(rig, sh));
		if (goes_on(sh)) {
			xbf_list_add(&rig->ring.parked, sh);
		} else {
			sh->owner = NULL;
			nr++;
		}
	}
	return nr + rig_refill(rig);
}

/* A request from start to end, however many rounds it takes. */
void rig_run(struct rig *rig, const struct rig_io *io)
{
	u32 rounds = 0;

	rig_submit(rig, io);
	do {
		assert_true(rounds++ < RIG_FRAMES);
		assert_true(backend_serve(&rig->backend));
	} while (!rig_complete(rig));
}

/* ---- from one backend to the next ---- */

/* The connection ends; what was not answered is parked, in front of what was parked before. */
void rig_lose(struct rig *rig)
{
	struct xbf_shadow_list out = { NULL, NULL }, ready = { NULL, NULL };
	struct xbf_shadow *sh;
	unsigned long flags;

	xbf_ring_set_gate(&rig->ring, XBF_GATE_HOLD);
	flags = env_lock(&rig->ring.cons_lock);
	xbf_replay_take(&rig->ring, &out);
	env_unlock(&rig->ring.cons_lock, flags);
	while ((sh = xbf_list_pop(&out))) {
		assert_true(xbf_round_undo(&rig->grants, sh));
		sh->status = XBF_ST_OK;
		xbf_list_add(&ready, sh);
	}
	xbf_list_join(&ready, &rig->ring.parked);
	rig->ring.parked = ready;
}

/* Another backend, which has the same disk; the tags stay as they were. */
void rig_return(struct rig *rig, const struct rig_config *config)
{
	exit_connection(rig);
	memset(&rig->grants, 0, sizeof(rig->grants));
	init_ring(rig, config);
	init_grants(rig, config);
	backend_restart(&rig->backend, rig->sring, rig->ring.size, config->start);
}

/* Sends what is parked, as far as it goes. Says how many are through without. */
u32 rig_refill(struct rig *rig)
{
	struct xbf_shadow *sh;
	u32 nr = 0;

	while ((sh = xbf_list_pop(&rig->ring.parked))) {
		if (!decide(rig, sh)) {
			sh->owner = NULL;
			nr++;
			continue;
		}
		if (rig_prepare(rig, sh, xbf_round_size(&rig->grants, sh))) {
			if (rig_put(rig, sh) == XBF_PUT_OK)
				continue;
			xbf_round_cancel(&rig->grants, sh);
		}
		xbf_list_push(&rig->ring.parked, sh);
		break;
	}
	rig_push(rig);
	return nr;
}

/* Until nothing is parked and nothing is out. Says how many are through. */
u32 rig_drain(struct rig *rig)
{
	u32 nr = rig_refill(rig);

	while (!xbf_ring_idle(&rig->ring)) {
		assert_true(backend_serve(&rig->backend));
		nr += rig_complete(rig);
	}
	assert_null(rig->ring.parked.head);
	return nr;
}

/* ---- payload ---- */

void rig_fill(struct rig *rig, u32 first_frame, u32 nr_frames, unsigned char seed)
{
	unsigned char *p = rig_frame(rig, first_frame);
	u32 i;

	for (i = 0; i < nr_frames * XBF_FRAME_SIZE; i++)
		p[i] = seed + i + i / XBF_FRAME_SIZE * 3;
}

/* The payload of a request is what stands on the disk at its place. */
void rig_assert_on_disk(struct rig *rig, const struct rig_io *io)
{
	const unsigned char *disk = rig->backend.disk + io->sector * SECTOR;
	u32 len = io->nr_frames * XBF_FRAME_SIZE - (io->skip_sectors + io->drop_sectors) * SECTOR;

	assert_memory_equal(rig_frame(rig, io->first_frame) + io->skip_sectors * SECTOR, disk, len);
}

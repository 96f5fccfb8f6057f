// SPDX-License-Identifier: GPL-2.0
/*
 * bench.c - drives src/core the way src/queue.c does, for callgrind to count.
 *
 *     bench SHAPE MODE OP BATCH SEGS ROUNDS
 *
 * Counted are submit() and complete() and what they call: everything but the
 * block layer, the backend (answer()) and the copying of payload. All requests
 * of a run are alike, so the count divides exactly.
 */
#include <stdio.h>

#include "core/plan.h"
#include "core/reap.h"
#include "core/request.h"

#define MAX_BATCH	32
#define MAX_SEGS	256
#define RING_PAGES	4

/* What queue.c would find in a request of the block layer. */
struct io {
	struct xbf_shadow *sh;
	struct page *pages;
	struct page *end;
	u64 sector;
	u32 nr;
	enum xbf_kind kind;
};

struct bench {
	struct xbf_ring ring;
	struct xbf_shadows shadows;
	struct xbf_grants grants;
	struct xbf_budget budget;
	u8 ops[XBF_NR_KINDS];
	struct io io[MAX_BATCH];
	u32 batch;
	u32 backend_cons;
	u32 ended;
};

static struct page pages[MAX_SEGS];

static void die(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

/* ---- counted: the way down ---- */

static void prepare(struct xbf_prep *prep, struct xbf_shadow *sh)
{
	const struct io *io = sh->owner;
	struct page *page;

	if (!xbf_round_begin(prep, sh, xbf_round_size(prep->grants, sh)))
		die("no page for indirect segments");
	for (page = io->pages; page < io->end; page++)
		xbf_seg_add(prep, page, 0, XBF_FRAME_SIZE);
	xbf_round_ready(prep);
}

static void fill(struct xbf_ring *ring, struct xbf_shadow *sh, struct xbf_shadow *end)
{
	unsigned long flags = env_lock(&ring->prod_lock);
	bool wanted;

	for (; sh < end; sh++)
		if (xbf_ring_put(ring, sh) != XBF_PUT_OK)
			die("no slot");
	wanted = xbf_ring_push(ring);
	env_unlock(&ring->prod_lock, flags);
	if (wanted)
		bench_notify();
}

static void submit_some(struct bench *b, struct io *io, u32 nr)
{
	struct xbf_prep prep = { .grants = &b->grants };
	struct xbf_shadow *end = &io->sh[nr];
	struct xbf_shadow *sh;
	u32 nr_grants = 0;

	for (sh = io->sh; sh < end; sh++, io++) {
		xbf_request_start(sh, io, io->kind, io->sector, io->nr);
		sh->op = b->ops[sh->kind];
		nr_grants += xbf_round_size(&b->grants, sh);
	}
	prep.next = xbf_pool_take(&b->grants.data, nr_grants);
	if (!prep.next)
		die("no grants");
	for (sh = end - nr; sh < end; sh++)
		prepare(&prep, sh);
	fill(&b->ring, end - nr, end);
}

/* One lock, one take and one push for all of them, or for each. */
__attribute__((noinline)) void submit(struct bench *b, bool one_by_one)
{
	u32 i;

	if (!one_by_one) {
		submit_some(b, b->io, b->batch);
		return;
	}
	for (i = 0; i < b->batch; i++)
		submit_some(b, &b->io[i], 1);
}

/* ---- counted: the way up ---- */

static void copy_back(struct xbf_shadow *sh)
{
	const struct io *io = sh->owner;
	struct xbf_gnt *gnt = sh->grants;
	struct page *page;

	for (page = io->pages; page < io->end; page++)
		gnt = xbf_seg_copy_back(gnt, page, 0, XBF_FRAME_SIZE);
}

__attribute__((noinline)) void complete(struct bench *b)
{
	struct xbf_chain data = { NULL, NULL, 0 }, indirect = { NULL, NULL, 0 };
	struct xbf_shadow *sh, *next;
	struct xbf_reaped r;
	unsigned long flags;

	flags = env_lock(&b->ring.cons_lock);
	xbf_reap(&b->ring, &r);
	env_unlock(&b->ring.cons_lock, flags);
	if (r.verdict != XBF_REAP_FINE)
		die("a response was refused");

	for (sh = r.done.head; sh; sh = next) {
		next = sh->next;
		if (xbf_needs_copy(&b->grants, sh))
			copy_back(sh);
		if (!xbf_round_end(&b->grants, sh, &data, &indirect) || xbf_round_next(sh))
			die("a request did not end");
		sh->owner = NULL;
		b->ended++;
	}
	xbf_pool_give(&b->grants.data, &data);
	xbf_pool_give(&b->grants.indirect, &indirect);
}

/* ---- not counted ---- */

/* The backend: answers all that it was shown, and asks for the next event. */
static void answer(struct bench *b)
{
	struct blkif_sring *sring = b->ring.sring;

	for (; b->backend_cons != sring->req_prod; b->backend_cons++) {
		union blkif_sring_entry *slot = &sring->ring[b->backend_cons & b->ring.mask];
		struct blkif_request req = slot->req;
		bool indirect = req.operation == BLKIF_OP_INDIRECT;

		slot->rsp.id = indirect ? req.u.indirect.id : req.u.rw.id;
		slot->rsp.operation = indirect ? req.u.indirect.indirect_op : req.operation;
		slot->rsp.status = BLKIF_RSP_OKAY;
	}
	sring->rsp_prod = b->backend_cons;
	sring->req_event = b->backend_cons + 1;
}

/* A pool that has grown to what the run needs. */
static void fill_pool(struct xbf_pool *pool, struct xbf_budget *budget, u32 nr)
{
	struct xbf_chain chain = { NULL, NULL, 0 };
	struct xbf_gnt *last;

	if (xbf_pool_init(pool, budget, 0, nr))
		die("no pool");
	if (!nr)
		return;
	chain.head = xbf_pool_take(pool, nr);
	if (!chain.head)
		die("the pool does not grow");
	for (last = chain.head; last->next; last = last->next)
		;
	chain.tail = last;
	chain.nr = nr;
	xbf_pool_give(pool, &chain);
}

static void set_up(struct bench *b, enum xbf_mode mode, enum xbf_kind kind, u32 batch, u32 segs)
{
	struct blkif_sring *sring = aligned_alloc(4096, RING_PAGES * 4096);
	u32 i;

	if (!sring || xbf_shadows_init(&b->shadows, 0, xbf_ring_slots(RING_PAGES), 0, 0))
		die("no memory");
	memset(sring, 0, RING_PAGES * 4096);
	xbf_ring_init(&b->ring, &b->shadows);
	xbf_ring_attach(&b->ring, sring, RING_PAGES);
	xbf_ring_set_gate(&b->ring, XBF_GATE_RUN);
	xbf_budget_init(&b->budget, ~0u);
	b->grants.max_indirect = MAX_SEGS;
	b->grants.data.mode = mode;
	b->grants.indirect.mode = XBF_MODE_KEPT;
	fill_pool(&b->grants.data, &b->budget, batch * segs);
	fill_pool(&b->grants.indirect, &b->budget, segs > XBF_SEGS_DIRECT ? batch : 0);
	b->ops[XBF_KIND_READ] = BLKIF_OP_READ;
	b->ops[XBF_KIND_WRITE] = BLKIF_OP_WRITE;
	b->batch = batch;
	for (i = 0; i < batch; i++)
		b->io[i] = (struct io){ &b->shadows.entry[i], pages, pages + segs,
					i * segs * 8,	      segs,  kind };
}

int main(int argc, char **argv)
{
	static struct bench bench;
	u32 batch, segs, rounds, i;
	bool one_by_one;

	if (argc != 7)
		die("usage: bench batch|single direct|persistent read|write BATCH SEGS ROUNDS");
	one_by_one = !strcmp(argv[1], "single");
	batch = atoi(argv[4]);
	segs = atoi(argv[5]);
	rounds = atoi(argv[6]);
	if (!batch || batch > MAX_BATCH || !segs || segs > MAX_SEGS)
		die("batch or segments out of range");
	set_up(&bench, strcmp(argv[2], "direct") ? XBF_MODE_KEPT : XBF_MODE_DIRECT,
	       strcmp(argv[3], "read") ? XBF_KIND_WRITE : XBF_KIND_READ, batch, segs);

	for (i = 0; i < rounds; i++) {
		submit(&bench, one_by_one);
		answer(&bench);
		complete(&bench);
	}
	if (bench.ended != rounds * batch)
		die("requests were lost");
	return 0;
}

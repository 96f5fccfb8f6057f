/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rig.h - a queue, its ring and a backend, put together and driven as
 * src/submit.c and src/complete.c do it.
 */
#ifndef XBF_UNIT_RIG_H
#define XBF_UNIT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "backend.h"
#include "core/plan.h"
#include "core/reap.h"
#include "core/replay.h"
#include "core/request.h"

/* The largest request there is, in pages that it shares with others at both ends. */
#define RIG_FRAMES	(XBF_SEGS_MAX + 32)
#define RIG_TAGS	512
/* Queues without a ring of their own. */
#define RIG_GUESTS	2

/**
 * struct rig_config - what a test wants; zeroes are good defaults
 * @mode: of the data grants
 * @ring_pages: 0: one
 * @max_indirect: segments; 0: no indirect descriptors
 * @max_grants: limit of the data pool; 0: plenty
 * @budget: what pools may grow by; 0: plenty
 * @start: where the ring's indices begin
 * @queue: its number
 * @guests: queues with the numbers after it that send by the same ring
 * @scrub: the backend is not trusted
 */
struct rig_config {
	enum xbf_mode mode;
	u32 ring_pages;
	u32 max_indirect;
	u32 max_grants;
	u32 budget;
	u32 start;
	u32 queue;
	u32 guests;
	bool scrub;
};

/* A request's payload: frames [first, first + nr) of the rig's, but for some sectors. */
struct rig_io {
	u32 guest;		/* 0: the ring's own queue */
	u32 tag;
	enum xbf_kind kind;
	u64 sector;
	u32 first_frame;
	u32 nr_frames;
	u32 skip_sectors;	/* of the first frame */
	u32 drop_sectors;	/* of the last */
};

struct rig {
	struct xbf_ring ring;
	struct xbf_shadows shadows;
	struct xbf_shadows guests[RIG_GUESTS];
	struct xbf_grants grants;
	u8 ops[XBF_NR_KINDS];	/* as in struct xbf_plan */
	struct xbf_budget budget;
	struct backend backend;
	struct blkif_sring *sring;
	u32 ring_bytes;
	unsigned char *payload;
	struct page pages[RIG_FRAMES * XBF_FRAME_SIZE / PAGE_SIZE];
	struct rig_io io[1 + RIG_GUESTS][RIG_TAGS];
};

struct rig *rig_new(const struct rig_config *config);
void rig_free(struct rig *rig);

struct xbf_shadow *rig_start(struct rig *rig, const struct rig_io *io);
bool rig_prepare(struct rig *rig, struct xbf_shadow *sh, u32 nr);
enum xbf_put rig_put(struct rig *rig, struct xbf_shadow *sh);
bool rig_push(struct rig *rig);
struct xbf_shadow *rig_submit(struct rig *rig, const struct rig_io *io);
struct xbf_reaped rig_reap(struct rig *rig);
bool rig_end(struct rig *rig, struct xbf_shadow *sh);
u32 rig_complete(struct rig *rig);
void rig_run(struct rig *rig, const struct rig_io *io);

void rig_lose(struct rig *rig);
void rig_return(struct rig *rig, const struct rig_config *config);
u32 rig_refill(struct rig *rig);
u32 rig_drain(struct rig *rig);

unsigned char *rig_frame(struct rig *rig, u32 frame);
void rig_fill(struct rig *rig, u32 first_frame, u32 nr_frames, unsigned char seed);
void rig_assert_on_disk(struct rig *rig, const struct rig_io *io);

#endif /* XBF_UNIT_RIG_H */

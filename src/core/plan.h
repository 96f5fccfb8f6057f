/* SPDX-License-Identifier: GPL-2.0 */
/*
 * plan.h - from what the backend offers, what the admin allows and what the
 * guest can afford to the numbers everything is built with.
 */
#ifndef XBF_CORE_PLAN_H
#define XBF_CORE_PLAN_H

#include "env.h"
#include "features.h"
#include "grant.h"
#include "shadow.h"

/* In the place of an operation on the ring: none is needed, none will do. */
#define XBF_OP_DONE		0xfe
#define XBF_OP_NONE		0xff

/**
 * struct xbf_params - our side of the negotiation
 * @max_indirect: module parameter max_indirect_segments
 * @max_queues: module parameter; 0: one per CPU
 * @max_ring_order: module parameter max_ring_page_order
 * @persistent: module parameter feature_persistent
 * @trusted: module parameter
 * @nr_cpus: CPUs online
 * @page_size: of this kernel, in bytes
 */
struct xbf_params {
	u32 max_indirect;
	u32 max_queues;
	u32 max_ring_order;
	bool persistent;
	bool trusted;
	u32 nr_cpus;
	u32 page_size;
};

/**
 * struct xbf_limit - how much may be offered, after more could not be had
 * @ring_order: log2 of the pages of a ring
 * @nr_rings: how many
 */
struct xbf_limit {
	u32 ring_order;
	u32 nr_rings;
};

/**
 * struct xbf_plan - what is built
 * @nr_rings: rings, and hardware queues
 * @ring_order: log2 of the pages of each
 * @depth: requests per queue
 * @mode: how payload is granted
 * @scrub: the backend is not trusted
 * @max_indirect: segments of an indirect request; 0: none are sent
 * @max_segs: frames that one request may touch
 * @pool_max: grants for payload that one queue may have
 * @indirect_max: pages for indirect segments, likewise
 * @ops: by enum xbf_kind: operation on the ring, XBF_OP_DONE or XBF_OP_NONE
 */
struct xbf_plan {
	u32 nr_rings;
	u32 ring_order;
	u32 depth;

	enum xbf_mode mode;
	bool scrub;
	u32 max_indirect;
	u32 max_segs;
	u32 pool_max;
	u32 indirect_max;
	u8 ops[XBF_NR_KINDS];
};

/* Does the disk have a cache that is flushed? */
static inline bool xbf_plan_flushes(const struct xbf_plan *plan)
{
	return plan->ops[XBF_KIND_FLUSH] != XBF_OP_DONE;
}

/* Is a forced write one operation on the ring? */
static inline bool xbf_plan_forces(const struct xbf_plan *plan)
{
	return plan->ops[XBF_KIND_FORCE] == BLKIF_OP_WRITE_BARRIER;
}

static inline bool xbf_plan_discards(const struct xbf_plan *plan)
{
	return plan->ops[XBF_KIND_DISCARD] != XBF_OP_NONE;
}

static inline bool xbf_plan_erases(const struct xbf_plan *plan)
{
	return plan->ops[XBF_KIND_ERASE] != XBF_OP_NONE;
}

static inline bool xbf_limit_differs(const struct xbf_limit *a, const struct xbf_limit *b)
{
	return a->ring_order != b->ring_order || a->nr_rings != b->nr_rings;
}

void xbf_limit_lift(struct xbf_limit *limit);
bool xbf_limit_lower(struct xbf_limit *limit, const struct xbf_plan *plan);
void xbf_plan_rings(struct xbf_plan *plan, const struct xbf_features *f,
		    const struct xbf_params *params, const struct xbf_limit *limit);
u32 xbf_plan_nodes(const struct xbf_plan *plan);
void xbf_plan_disk(struct xbf_plan *plan, const struct xbf_features *f,
		   const struct xbf_params *params);
bool xbf_plan_revoke(struct xbf_plan *plan, u8 kind);
bool xbf_plan_renew(struct xbf_plan *plan, const struct xbf_features *f);

#endif /* XBF_CORE_PLAN_H */

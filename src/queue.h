/* SPDX-License-Identifier: GPL-2.0 */
/*
 * queue.h - one blk-mq hardware queue and the ring that feeds it.
 */
#ifndef XBF_QUEUE_H
#define XBF_QUEUE_H

#include <linux/blk-mq.h>
#include <linux/interrupt.h>
#include <linux/workqueue.h>

#include "core/grant.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/ring.h"
#include "core/shadow.h"

struct xbf_dev;

#define XBF_RING_MAX_PAGES	16

/**
 * struct xbf_counters - what a queue has done since it was connected
 * @requests: rounds filled into the ring; producer lock
 * @pushes: times the producer index was shown to the backend; producer lock
 * @notifies: events sent to the backend; producer lock
 * @parked: requests that had to wait for slots or grants; producer lock
 * @interrupts: events received; consumer lock
 * @responses: taken off the ring; consumer lock
 * @late: answers found without an event, when a request was overdue; consumer lock
 * @again: requests sent again on a new connection; producer lock
 * @limbo: requests that waited for the backend to unmap their pages; limbo lock
 */
struct xbf_counters {
	u64 requests;
	u64 pushes;
	u64 notifies;
	u64 parked;
	u64 interrupts;
	u64 responses;
	u64 late;
	u64 again;
	u64 limbo;
};

/**
 * struct xbf_queue - a hardware queue, its tags and its ring
 * @ring: slots, indices, locks and gate
 * @shadows: one entry per driver tag
 * @via: the queue by whose ring the requests of this one go: itself, unless the
 *	 disk came to a backend with fewer rings; worker, while the gates are shut
 * @grants: references and bounce pages
 * @foreign: the same for requests with pages that cannot be granted, where others
 *	     are granted directly; made when first needed
 * @dev: the disk
 * @overdue: an event may be lost: look at the ring without one
 * @bottom: what an interrupt leaves to do: copying, and refilling the ring
 * @soft: answered requests that wait for @bottom; consumer lock
 * @limbo_lock: protects @limbo
 * @limbo: answered requests whose pages the backend still maps
 * @retry: tries again what could not be done: ending grants, refilling
 * @area: memory of the ring
 * @area_refs: references of the ring's pages
 * @nr_area_refs: how many still stand
 * @nr_pages: pages of the ring
 * @evtchn: event channel
 * @irq: interrupt bound to it; 0: none
 * @name: of the interrupt
 */
struct xbf_queue {
	struct xbf_ring ring;
	struct xbf_shadows shadows;
	struct xbf_queue *via;
	struct xbf_grants grants;
	struct xbf_grants foreign;
	struct xbf_dev *dev;

	u32 overdue;
	struct tasklet_struct bottom;
	struct xbf_shadow_list soft;
	spinlock_t limbo_lock;
	struct xbf_shadow_list limbo;
	struct delayed_work retry;

	struct xbf_counters count;

	void *area;
	grant_ref_t area_refs[XBF_RING_MAX_PAGES];
	u32 nr_area_refs;
	u32 nr_pages;
	unsigned int evtchn;
	unsigned int irq;
	char name[32];
};

/* Per request of the block layer; nothing but its status on the way up. */
struct xbf_pdu {
	blk_status_t status;
};

static inline struct request *rq_of(const struct xbf_shadow *sh)
{
	return sh->owner;
}

/* The queue whose tag a request has. */
static inline struct xbf_queue *queue_of(const struct request *rq)
{
	return xbf_rq_hctx(rq)->driver_data;
}

/* The driver tag's entry: a flush request borrows one. Never the scheduler's. */
static inline struct xbf_shadow *shadow_of(const struct request *rq)
{
	return &queue_of(rq)->shadows.entry[rq->tag];
}

/*
 * The queue by whose ring a request goes. It stays so for a submitter that has seen
 * that queue's gate open; what is parked may have to be handed on.
 */
static inline struct xbf_queue *carrier_of(const struct request *rq)
{
	return READ_ONCE(queue_of(rq)->via);
}

/* Where a request's grants come from, on the ring of @q. */
static inline struct xbf_grants *grants_of(struct xbf_queue *q, const struct xbf_shadow *sh)
{
	if (unlikely(sh->foreign) && q->grants.data.mode == XBF_MODE_DIRECT)
		return &q->foreign;
	return &q->grants;
}

extern const struct blk_mq_ops xbf_mq_ops;

int xbf_queue_init(struct xbf_queue *q, struct xbf_dev *dev, u32 index);
int xbf_queue_set_grants(struct xbf_queue *q, const struct xbf_plan *plan,
			 struct xbf_budget *budget);
void xbf_queue_quiet(struct xbf_queue *q);
u32 xbf_queue_take(struct xbf_queue *q, struct xbf_shadow_list *list);
void xbf_queue_shut(struct xbf_queue *q);
void xbf_queue_break(struct xbf_queue *q);
u32 xbf_queue_end_ring(struct xbf_queue *q);
u32 xbf_queue_end_pools(struct xbf_queue *q);
void xbf_queue_move_grants(struct xbf_queue *to, struct xbf_queue *from);

#endif /* XBF_QUEUE_H */

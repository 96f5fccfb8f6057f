// SPDX-License-Identifier: GPL-2.0
/*
 * ring.c - indices and events of a shared ring (Xen public header ring.h).
 *
 * All four indices run freely over 2^32; only differences are compared.
 */
#include "ring.h"

/**
 * xbf_ring_init() - a ring without memory, its gate on HOLD
 * @ring: zeroed
 * @shadows: the requests that its responses may answer
 */
void xbf_ring_init(struct xbf_ring *ring, struct xbf_shadows *shadows)
{
	env_lock_init(&ring->prod_lock);
	env_lock_init(&ring->cons_lock);
	ring->shadows = shadows;
	ring->gate = XBF_GATE_HOLD;
}

/**
 * xbf_ring_attach() - give a ring its memory; it is empty
 * @ring: the ring, its gate on HOLD
 * @sring: @nr_pages of zeroed memory, contiguous for us
 * @nr_pages: a power of two, at most 16
 *
 * The pages are not granted yet: nobody else looks. Parked requests stay.
 */
void xbf_ring_attach(struct xbf_ring *ring, struct blkif_sring *sring, u32 nr_pages)
{
	unsigned long flags = env_lock(&ring->cons_lock);
	unsigned long inner = env_lock(&ring->prod_lock);

	ring->sring = sring;
	ring->size = xbf_ring_slots(nr_pages);
	ring->mask = ring->size - 1;
	ring->req_prod = 0;
	ring->req_limit = 0;
	ring->req_pushed = 0;
	ring->rsp_cons = 0;
	env_unlock(&ring->prod_lock, inner);
	env_unlock(&ring->cons_lock, flags);
	env_write32(&sring->req_prod, 0);
	env_write32(&sring->rsp_prod, 0);
	env_write32(&sring->req_event, 1);
	env_write32(&sring->rsp_event, 1);
}

/**
 * xbf_ring_set_gate() - open, hold or close a ring for everybody
 * @ring: the ring
 * @gate: what holds from now on
 *
 * Takes both locks: when it returns, nobody who saw the old gate still
 * touches the shared pages; requests that were filled in and not pushed are
 * never shown. Any context.
 */
void xbf_ring_set_gate(struct xbf_ring *ring, enum xbf_gate gate)
{
	unsigned long flags = env_lock(&ring->cons_lock);
	unsigned long inner = env_lock(&ring->prod_lock);

	ring->gate = gate;
	ring->req_limit = ring->req_prod;
	/* What was filled and not shown yet stays so: its memory may go. */
	if (gate != XBF_GATE_RUN)
		ring->req_pushed = ring->req_prod;
	env_unlock(&ring->prod_lock, inner);
	env_unlock(&ring->cons_lock, flags);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * ring.c - indices and events of a shared ring (Xen public header ring.h).
 *
 * All four indices run freely over 2^32; only differences are compared.
 */
#include "ring.h"

/**
 * xbf_ring_init() - a new ring, empty, its gate on HOLD
 * @ring: the ring
 * @sring: @nr_pages of zeroed memory, contiguous for us
 * @nr_pages: a power of two, at most 16
 * @handle: the vbd's number
 * @shadows: the requests that its responses may answer
 *
 * The pages are not granted yet: nobody else looks.
 */
void xbf_ring_init(struct xbf_ring *ring, struct blkif_sring *sring, u32 nr_pages,
		   u16 handle, struct xbf_shadows *shadows)
{
	env_lock_init(&ring->prod_lock);
	env_lock_init(&ring->cons_lock);
	ring->sring = sring;
	ring->size = xbf_ring_slots(nr_pages);
	ring->mask = ring->size - 1;
	ring->handle = handle;
	ring->shadows = shadows;
	ring->gate = XBF_GATE_HOLD;
	ring->req_prod = 0;
	ring->req_pushed = 0;
	ring->rsp_cons = 0;
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
 * touches the shared pages. Any context.
 */
void xbf_ring_set_gate(struct xbf_ring *ring, enum xbf_gate gate)
{
	unsigned long flags = env_lock(&ring->cons_lock);
	unsigned long inner = env_lock(&ring->prod_lock);

	ring->gate = gate;
	env_unlock(&ring->prod_lock, inner);
	env_unlock(&ring->cons_lock, flags);
}

/**
 * xbf_ring_push() - show the backend all slots filled so far
 * @ring: the ring; producer lock held, gate open
 *
 * Return: true when the backend asked to be notified of one of them. The
 * caller sends the event after it has dropped the lock.
 */
bool xbf_ring_push(struct xbf_ring *ring)
{
	u32 old = ring->req_pushed;
	u32 new = ring->req_prod;
	u32 event;

	if (old == new)
		return false;
	ring->req_pushed = new;
	/* The backend sees the slots before it sees the index. */
	env_wmb();
	env_write32(&ring->sring->req_prod, new);
	/* Its event index is read after ours is visible: one of us sees the other. */
	env_mb();
	event = env_read32(&ring->sring->req_event);
	return new - event < new - old;
}

/**
 * xbf_ring_rearm() - ask for an event with the next response
 * @ring: the ring; consumer lock held, everything seen so far consumed
 *
 * Return: true when a response came in meanwhile: consume again.
 */
bool xbf_ring_rearm(struct xbf_ring *ring)
{
	env_write32(&ring->sring->rsp_event, ring->rsp_cons + 1);
	env_mb();
	return env_read32(&ring->sring->rsp_prod) != ring->rsp_cons;
}

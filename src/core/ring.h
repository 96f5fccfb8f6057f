/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ring.h - a shared ring: its indices, its event arithmetic and its gate.
 *
 * Implements the ring protocol of Xen's public header ring.h for the requests
 * of blkif.h. Only structure layouts come from those headers; everything that
 * touches the shared pages is here, and goes through env.h.
 */
#ifndef XBF_CORE_RING_H
#define XBF_CORE_RING_H

#include "env.h"
#include "shadow.h"

#include <xen/interface/io/blkif.h>

enum xbf_gate {
	XBF_GATE_HOLD,		/* not connected: requests are parked */
	XBF_GATE_RUN,
	XBF_GATE_DEAD,		/* requests end with an error */
};

/**
 * struct xbf_ring - one ring, an event channel's worth of I/O
 * @sring: the shared pages
 * @size: number of slots, a power of two
 * @mask: @size - 1
 * @gate: written with both locks held, read with either
 * @prod_lock: protects the producer's fields
 * @req_prod: next slot to fill; slots up to it may not be pushed yet
 * @req_limit: slots up to here may be filled without looking around: there is
 *	       room and the gate is open
 * @req_pushed: what the backend has been shown; also read by the consumer
 * @parked: requests that wait for slots, grants or the gate, unprepared
 * @cons_lock: protects the consumer's fields; taken before @prod_lock
 * @rsp_cons: next response to read; also read by producers
 */
struct xbf_ring {
	struct blkif_sring *sring;
	u32 size;
	u32 mask;
	enum xbf_gate gate;
	struct xbf_shadows *shadows;	/* of the queues it serves */

	env_lock_t prod_lock;
	u32 req_prod;
	u32 req_limit;
	u32 req_pushed;
	struct xbf_shadow_list parked;

	env_lock_t cons_lock;
	u32 rsp_cons;
};

void xbf_ring_init(struct xbf_ring *ring, struct xbf_shadows *shadows);
void xbf_ring_attach(struct xbf_ring *ring, struct blkif_sring *sring, u32 nr_pages);
void xbf_ring_set_gate(struct xbf_ring *ring, enum xbf_gate gate);

/* Number of slots in @nr_pages of shared ring. */
static inline u32 xbf_ring_slots(u32 nr_pages)
{
	u32 room = nr_pages * XBF_FRAME_SIZE - (u32)offsetof(struct blkif_sring, ring);
	u32 slots = room / (u32)sizeof(union blkif_sring_entry);
	u32 size = 1;

	while (size * 2 <= slots)
		size *= 2;
	return size;
}

/* Free slots; the producer lock is held. */
static inline u32 xbf_ring_free(const struct xbf_ring *ring)
{
	/* Pairs with the release in xbf_reap(): the slot was read before. */
	return ring->size - (ring->req_prod - env_load_acquire(&ring->rsp_cons));
}

/* Has everything that was filled in been answered? A hint unless locked. */
static inline bool xbf_ring_idle(const struct xbf_ring *ring)
{
	return env_read32(&ring->req_prod) == env_read32(&ring->rsp_cons);
}

/* The next free slot, to be filled in place; the producer lock is held. */
static inline struct blkif_request *xbf_ring_slot(struct xbf_ring *ring)
{
	return &ring->sring->ring[ring->req_prod++ & ring->mask].req;
}

/**
 * xbf_ring_push() - show the backend all slots filled so far
 * @ring: the ring; producer lock held, gate open
 *
 * Return: true when the backend asked to be notified of one of them. The
 * caller sends the event after it has dropped the lock.
 */
static inline bool xbf_ring_push(struct xbf_ring *ring)
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
static inline bool xbf_ring_rearm(struct xbf_ring *ring)
{
	env_write32(&ring->sring->rsp_event, ring->rsp_cons + 1);
	env_mb();
	return env_read32(&ring->sring->rsp_prod) != ring->rsp_cons;
}

#endif /* XBF_CORE_RING_H */

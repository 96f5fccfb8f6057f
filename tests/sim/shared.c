// SPDX-License-Identifier: GPL-2.0
/*
 * shared.c - memory shared for good: the rings.
 *
 * The frontend has the pages themselves, the backend a copy of its own; a third
 * copy is what both agree on. What differs from it is a store that the other
 * side has not seen yet. A barrier carries all of them over; before that the
 * other side sees of them what chance has it, an index without its slots too.
 * So whoever forgets a barrier is found out, whatever this machine's CPU does.
 *
 * Slots are filled and answered in their order: a scan that starts at the
 * first one not carried over yet ends at the first that has not been touched.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <xen/interface/io/blkif.h>

#include "xen-model.h"

#define MAX_PAGES	16
#define WORD		8u
#define SLOT		sizeof(union blkif_sring_entry)

/**
 * struct flow - slots on their way to the other side
 * @from: who stored
 * @to: who is to see it
 * @first: slots before this one have been carried over
 * @high: slots before this one were seen changed; some of their words may be over
 * @fresh: the index has not moved since the backend came: what was filled
 *	   before that looks untouched, and more may follow
 */
struct flow {
	uint8_t *from, *to;
	uint32_t first, high;
	bool fresh;
};

/**
 * struct sim_ring - one ring
 * @front: the frontend's memory
 * @back: the backend's view
 * @common: what both have seen
 * @down: requests
 * @up: responses
 * @held: pages are mapped; nothing is carried over once they are not
 */
struct sim_ring {
	struct sim_ring *next;
	uint16_t backend;
	unsigned int nr_pages;
	sim_ref refs[MAX_PAGES];
	uint32_t nr_slots;
	uint8_t *front, *back, *common;
	struct flow down, up;
	bool held;
};

static struct sim_ring *rings;		/* those that are held, or were a moment ago */

static struct blkif_sring *front_of(const struct sim_ring *ring)
{
	return (struct blkif_sring *)ring->front;
}

struct blkif_sring *sim_ring_view(struct sim_ring *ring)
{
	return (struct blkif_sring *)ring->back;
}

/* ---- carrying over ---- */

/* Of one slot everything, or what chance has it. Was there anything? */
static bool carry_slot(struct sim_ring *ring, struct flow *flow, uint32_t slot, bool all)
{
	size_t at = offsetof(struct blkif_sring, ring) + (slot & (ring->nr_slots - 1)) * SLOT;
	size_t end = at + SLOT;
	bool found = false;

	for (; at < end; at += WORD) {
		if (!memcmp(flow->from + at, ring->common + at, WORD))
			continue;
		found = true;
		if (!all && sim_chance(2))
			continue;
		memcpy(ring->common + at, flow->from + at, WORD);
		memcpy(flow->to + at, flow->from + at, WORD);
	}
	return found;
}

/* @prod: the index that the storing side has written, or is about to. */
static void carry_slots(struct sim_ring *ring, struct flow *flow, uint32_t prod, bool all)
{
	uint32_t i;

	if ((int32_t)(prod - flow->high) > 0)
		flow->high = prod;
	for (i = flow->first; i - flow->first < ring->nr_slots; i++) {
		bool found = carry_slot(ring, flow, i, all);
		bool beyond = (int32_t)(i - flow->high) >= 0;

		if (found && beyond)
			flow->high = i + 1;
		else if (beyond && !flow->fresh)
			break;
	}
	if (!all)
		return;
	if (prod != flow->first)
		flow->fresh = false;
	flow->first = prod;
}

static void carry_down(struct sim_ring *ring)
{
	struct blkif_sring *front = front_of(ring), *back = sim_ring_view(ring);

	carry_slots(ring, &ring->down, front->req_prod, true);
	back->req_prod = front->req_prod;
	back->rsp_event = front->rsp_event;
}

static void carry_up(struct sim_ring *ring)
{
	struct blkif_sring *front = front_of(ring), *back = sim_ring_view(ring);

	carry_slots(ring, &ring->up, back->rsp_prod, true);
	front->rsp_prod = back->rsp_prod;
	front->req_event = back->req_event;
}

/* ---- the frontend ---- */

static struct sim_ring *held(struct sim_ring *ring)
{
	while (ring && !ring->held)
		ring = ring->next;
	return ring;
}

static struct sim_ring *ring_at(const void *p)
{
	struct sim_ring *ring;

	for (ring = held(rings); ring; ring = held(ring->next))
		if ((uintptr_t)p - (uintptr_t)ring->front < ring->nr_pages * SIM_FRAME_SIZE)
			return ring;
	return NULL;
}

void sim_front_look(const void *p, size_t size)
{
	struct sim_ring *ring;

	sim_point();
	ring = ring_at(p);
	if (!ring)
		return;
	(void)size;
	if (sim_chance(2))
		front_of(ring)->rsp_prod = sim_ring_view(ring)->rsp_prod;
	if (sim_chance(2))
		front_of(ring)->req_event = sim_ring_view(ring)->req_event;
	if (sim_chance(8))
		carry_slots(ring, &ring->up, sim_ring_view(ring)->rsp_prod, false);
}

void sim_front_store32(uint32_t *p, uint32_t v)
{
	*(volatile uint32_t *)p = v;
	sim_point();
}

void sim_front_wmb(void)
{
	struct sim_ring *ring;

	sim_point();
	for (ring = held(rings); ring; ring = held(ring->next))
		carry_down(ring);
}

void sim_front_rmb(void)
{
	struct sim_ring *ring;

	sim_point();
	for (ring = held(rings); ring; ring = held(ring->next))
		carry_up(ring);
}

void sim_front_mb(void)
{
	struct sim_ring *ring;

	sim_point();
	for (ring = held(rings); ring; ring = held(ring->next)) {
		carry_down(ring);
		carry_up(ring);
	}
}

/* ---- the backend ---- */

/* The frontend's stores that no barrier has carried over yet trickle in. */
void sim_ring_look(struct sim_ring *ring)
{
	sim_point();
	if (!ring->held)
		return;
	if (sim_chance(4))
		carry_slots(ring, &ring->down, sim_ring_view(ring)->req_prod, false);
	if (sim_chance(2))
		sim_ring_view(ring)->req_prod = front_of(ring)->req_prod;
	if (sim_chance(2))
		sim_ring_view(ring)->rsp_event = front_of(ring)->rsp_event;
}

/*
 * The backend keeps its order by itself: its model has no bugs. What it stores
 * is seen at the frontend's barrier, or when chance has it.
 */
void sim_back_wmb(struct sim_ring *ring)
{
	(void)ring;
	sim_point();
}

void sim_back_rmb(struct sim_ring *ring)
{
	(void)ring;
	sim_point();
}

void sim_back_mb(struct sim_ring *ring)
{
	(void)ring;
	sim_point();
}

bool sim_ring_missed(const struct sim_ring *ring, uint32_t req_cons, uint32_t rsp_prod)
{
	const struct blkif_sring *front = front_of(ring);

	return ring->held &&
	       (front->req_prod != req_cons || (int32_t)(rsp_prod - front->rsp_event) >= 0);
}

static struct sim_ring *new_ring(unsigned int nr)
{
	struct sim_ring *ring = calloc(1, sizeof(*ring));

	ring->nr_pages = nr;
	ring->back = malloc(nr * SIM_FRAME_SIZE);
	ring->common = malloc(nr * SIM_FRAME_SIZE);
	ring->next = rings;
	rings = ring;
	return ring;
}

static uint32_t slots_in(size_t bytes)
{
	uint32_t slots = (bytes - offsetof(struct blkif_sring, ring)) / SLOT;

	while (slots & (slots - 1))
		slots &= slots - 1;
	return slots;
}

struct sim_ring *sim_ring_attach(const sim_ref *refs, unsigned int nr, uint16_t backend)
{
	size_t bytes = nr * SIM_FRAME_SIZE;
	struct sim_ring *ring;
	uint8_t *front = NULL;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		uint8_t *page = sim_grant_map(refs[i], backend, true);

		if (i && page && page != front + i * SIM_FRAME_SIZE)
			sim_broken("model", "the pages of a ring are not in one piece");
		if (!page)
			break;
		front = i ? front : page;
	}
	if (i < nr) {
		while (i)
			sim_grant_unmap(refs[--i], backend);
		return NULL;
	}
	ring = new_ring(nr);
	ring->backend = backend;
	memcpy(ring->refs, refs, nr * sizeof(*refs));
	ring->nr_slots = slots_in(bytes);
	ring->front = front;
	memcpy(ring->back, front, bytes);
	memcpy(ring->common, front, bytes);
	ring->down = (struct flow){ .from = front, .to = ring->back };
	ring->up = (struct flow){ .from = ring->back, .to = front };
	ring->down.first = ring->down.high = front_of(ring)->req_prod;
	ring->down.fresh = true;
	ring->up.first = ring->up.high = front_of(ring)->rsp_prod;
	ring->held = true;
	return ring;
}

void sim_ring_detach(struct sim_ring *ring)
{
	unsigned int i;

	if (!ring->held)
		return;
	carry_up(ring);
	ring->held = false;
	for (i = 0; i < ring->nr_pages; i++)
		sim_grant_unmap(ring->refs[i], ring->backend);
}

/* The view stays readable for whoever has not noticed yet. */
void sim_rings_dropped(uint16_t backend)
{
	struct sim_ring *ring;

	for (ring = held(rings); ring; ring = held(ring->next))
		if (ring->backend == backend)
			ring->held = false;
}

void sim_rings_moved(void)
{
	struct sim_ring *ring;

	for (ring = held(rings); ring; ring = held(ring->next))
		ring->held = false;
}

void sim_ring_free(struct sim_ring *ring)
{
	struct sim_ring **link = &rings;

	while (*link != ring)
		link = &(*link)->next;
	*link = ring->next;
	free(ring->back);
	free(ring->common);
	free(ring);
}

void sim_rings_reset(void)
{
	while (rings)
		sim_ring_free(rings);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * ring.c - requests out of a ring, answers into it.
 *
 * A request is carried out when it is taken; its answer waits until it is due, and
 * leaves in the order that the profile wants. Where barriers stall the ring, a barrier
 * is taken when everything before it is answered, and nothing is taken before it is.
 */
#include <string.h>
#include <sys/mman.h>

#include "backend.h"

/* What Xen's ring.h calls. */
#define mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)

/**
 * ring_connect() - map a ring, and bind its event channel
 * @be: the backend
 * @ring: not connected
 * @refs: the frontend's references for its pages
 * @nr_pages: how many
 * @port: the frontend's end of the event channel
 *
 * Return: false, with a message, if that cannot be done; ring_disconnect() in any case.
 */
bool ring_connect(struct backend *be, struct ring *ring, uint32_t *refs, uint32_t nr_pages,
		  evtchn_port_t port)
{
	xenevtchn_port_or_error_t local;

	memset(ring, 0, sizeof(*ring));
	ring->area = xengnttab_map_domain_grant_refs(be->gnttab, nr_pages, be->domid, refs,
						     PROT_READ | PROT_WRITE);
	if (!ring->area) {
		say("cannot map a ring of %u pages", nr_pages);
		return false;
	}
	ring->nr_pages = nr_pages;
	local = xenevtchn_bind_interdomain(be->evtchn, be->domid, port);
	if (local < 0) {
		say("cannot bind to event channel %u", port);
		return false;
	}
	ring->port = local;
	BACK_RING_INIT(&ring->back, (struct blkif_sring *)ring->area, nr_pages * FRAME_SIZE);
	return true;
}

/**
 * ring_disconnect() - let go of all that is the frontend's
 * @be: the backend
 * @ring: connected, or half
 */
void ring_disconnect(struct backend *be, struct ring *ring)
{
	grants_drop(be, ring);
	if (ring->port)
		xenevtchn_unbind(be->evtchn, ring->port);
	if (ring->area)
		xengnttab_unmap(be->gnttab, ring->area, ring->nr_pages);
	memset(ring, 0, sizeof(*ring));
}

/* ---- answers ---- */

/**
 * ring_respond() - write an answer into the ring; not shown to the frontend yet
 * @be: the backend
 * @ring: the ring
 * @rsp: the answer
 */
void ring_respond(struct backend *be, struct ring *ring, const struct blkif_response *rsp)
{
	(void)be;
	*RING_GET_RESPONSE(&ring->back, ring->back.rsp_prod_pvt) = *rsp;
	ring->back.rsp_prod_pvt++;
}

static uint64_t random_below(struct backend *be, uint64_t n)
{
	/* Knuth's MMIX generator; its upper half is the better one. */
	if (!be->random)
		be->random = be->profile.seed;
	be->random = be->random * 6364136223846793005u + 1442695040888963407u;
	return (be->random >> 33) % n;
}

/* Which of the answers that are due goes next; they stand in front, being due in order. */
static uint32_t choose(struct backend *be, uint32_t nr_due)
{
	switch (be->profile.order) {
	case ORDER_REVERSED:
		return nr_due - 1;
	case ORDER_RANDOM:
		return random_below(be, nr_due);
	default:
		return 0;
	}
}

static uint32_t count_due(const struct ring *ring, uint64_t now)
{
	uint32_t nr = 0;

	while (nr < ring->nr_waiting && ring->waiting[nr].due <= now)
		nr++;
	return nr;
}

static bool answer_due(struct backend *be, struct ring *ring)
{
	uint32_t nr_due = count_due(ring, now_ms());
	int notify;

	if (!nr_due)
		return false;
	while (nr_due) {
		uint32_t i = choose(be, nr_due--);

		be->hooks->respond(be, ring, &ring->waiting[i].rsp);
		ring->nr_waiting--;
		memmove(ring->waiting + i, ring->waiting + i + 1,
			(ring->nr_waiting - i) * sizeof(ring->waiting[0]));
	}
	if (!ring->nr_waiting)
		ring->barrier = false;
	RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&ring->back, notify);
	if (notify)
		xenevtchn_notify(be->evtchn, ring->port);
	return true;
}

/* The delay may have become shorter meanwhile; then the answers before it go with it. */
static void answer_later(struct backend *be, struct ring *ring, int status)
{
	struct answer *answer = &ring->waiting[ring->nr_waiting++];
	struct blkif_response *rsp = &answer->rsp;
	uint64_t due = now_ms() + be->profile.delay_answer;

	if (ring->nr_waiting > 1 && due < answer[-1].due)
		due = answer[-1].due;
	memset(answer, 0, sizeof(*answer));
	answer->due = due;
	rsp->id = be->request.id;
	rsp->operation = be->request.ring_op;
	rsp->status = status;
	be->count.answers[-status]++;
}

/* ---- requests ---- */

static void tell_fault(struct backend *be, const char *fault)
{
	be->count.faults++;
	say("%s", fault);
}

/* Whether there is a request; it is copied once. */
static bool look(struct backend *be, struct ring *ring, struct blkif_request *slot)
{
	uint32_t prod = *(volatile uint32_t *)&ring->back.sring->req_prod;

	rmb();
	if (RING_REQUEST_PROD_OVERFLOW(&ring->back, prod)) {
		tell_fault(be, "more requests than there are slots: the ring is given up");
		ring->broken = true;
		return false;
	}
	if (prod == ring->back.req_cons)
		return false;
	RING_COPY_REQUEST(&ring->back, ring->back.req_cons, slot);
	return true;
}

/* A barrier that stalls the ring waits for all before it, and all behind it for the barrier. */
static bool must_wait(struct backend *be, struct ring *ring)
{
	bool stall = be->request.op == OP_BARRIER && be->profile.stall;

	if (!ring->barrier && (!stall || !ring->nr_waiting)) {
		ring->barrier = stall;
		return false;
	}
	if (!ring->stands)
		be->count.stalls++;
	return true;
}

static bool take_one(struct backend *be, struct ring *ring)
{
	struct blkif_request slot;
	const char *bad;

	if (ring->broken || !look(be, ring, &slot))
		return false;
	bad = request_decode(&be->request, &slot, &be->limits);
	ring->stands = must_wait(be, ring);
	if (ring->stands)
		return false;
	ring->back.req_cons++;
	backend_triggers(be);
	if (bad)
		tell_fault(be, bad);
	answer_later(be, ring, bad ? BLKIF_RSP_ERROR : serve(be, ring));
	return true;
}

/**
 * ring_work() - do all there is to do on a ring now
 * @be: the backend
 * @ring: connected
 */
void ring_work(struct backend *be, struct ring *ring)
{
	int more = 1;

	while (more) {
		while (take_one(be, ring))
			;
		if (answer_due(be, ring))
			continue;
		/* A ring that stands goes on when its answers are due. */
		if (ring->broken || ring->stands)
			return;
		RING_FINAL_CHECK_FOR_REQUESTS(&ring->back, more);
	}
}

/**
 * ring_due() - when ring_work() has something to do, if nothing else happens
 * @ring: the ring
 *
 * Return: the time, or NEVER.
 */
uint64_t ring_due(const struct ring *ring)
{
	return ring->nr_waiting ? ring->waiting[0].due : NEVER;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * xen.c - the guest's grant table, with all that the kernel's own does not
 * check: who has what mapped, and who frees pages that others still see.
 *
 * References go from free to listed (a private list of the caller's) to claimed
 * to granted, and back. After a move to another host nothing is granted any
 * more, but the kernel does not know: ending such a stale grant succeeds.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <xen/grant_table.h>

#include "sim.h"
#include "xen-model.h"

#define NR_FRAMES	32
#define NR_REFS		SIM_NR_REFS
#define FIRST_REF	8	/* the kernel keeps the ones below */
#define NR_BUCKETS	4096u
#define NONE		UINT32_MAX

enum ref_state { REF_FREE, REF_LISTED, REF_CLAIMED, REF_GRANTED };

/**
 * struct ref - one grant reference
 * @next: of the free list, of a caller's list, or of the frame's bucket
 * @maps: how often the backend has it mapped now
 * @stale: granted on a host that the guest has left
 */
struct ref {
	enum ref_state state;
	bool readonly, stale;
	uint16_t domain;
	unsigned long frame;
	uint32_t next;
	uint32_t maps;
};

static struct ref refs[NR_REFS];
static uint32_t buckets[NR_BUCKETS];	/* granted ones by frame */
static uint32_t free_head;
static uint32_t nr_used, limit;

static const char *const state_names[] = { "free", "listed", "claimed", "granted" };

/* The reference, which must be in that state for @what. */
static struct ref *expect(grant_ref_t nr, enum ref_state state, const char *what)
{
	struct ref *ref;

	if (nr < FIRST_REF || nr >= NR_REFS)
		sim_broken("grants", "%s: there is no reference %u", what, nr);
	ref = &refs[nr];
	if (ref->state != state)
		sim_broken("grants", "%s: reference %u is %s, not %s", what, nr,
			   state_names[ref->state], state_names[state]);
	return ref;
}

/* ---- what is another domain's ---- */

#define MAX_FOREIGN	64

static struct {
	unsigned long first, end;
} foreign[MAX_FOREIGN];

void sim_grant_foreign(const void *addr, size_t size)
{
	unsigned long first = (uintptr_t)addr >> SIM_FRAME_SHIFT;
	unsigned int i;

	for (i = 0; addr && i < MAX_FOREIGN; i++) {
		if (size ? foreign[i].end : foreign[i].first != first)
			continue;
		foreign[i].first = size ? first : 0;
		foreign[i].end = size ? first + (size >> SIM_FRAME_SHIFT) : 0;
		return;
	}
	if (size)
		sim_broken("model", "more than %u areas of other domains", MAX_FOREIGN);
}

static void check_foreign(unsigned long frame)
{
	unsigned int i;

	for (i = 0; i < MAX_FOREIGN; i++)
		if (frame >= foreign[i].first && frame < foreign[i].end)
			sim_broken("grants", "a page of another domain is granted on");
}

/* ---- what is granted, by frame ---- */

static uint32_t *bucket_of(unsigned long frame)
{
	return &buckets[frame % NR_BUCKETS];
}

static void file(uint32_t nr)
{
	uint32_t *head = bucket_of(refs[nr].frame);

	refs[nr].next = *head;
	*head = nr;
}

static void unfile(uint32_t nr)
{
	uint32_t *link = bucket_of(refs[nr].frame);

	while (*link != nr)
		link = &refs[*link].next;
	*link = refs[nr].next;
}

/* ---- the kernel's interface ---- */

unsigned int gnttab_max_grant_frames(void)
{
	return NR_FRAMES;
}

int gnttab_alloc_grant_references(u16 count, grant_ref_t *head)
{
	uint32_t last = NONE;
	unsigned int i;

	sim_point();
	if (nr_used + count > limit)
		return -ENOSPC;
	nr_used += count;
	for (i = 0; i < count; i++) {
		uint32_t nr = free_head;

		free_head = refs[nr].next;
		refs[nr].state = REF_LISTED;
		refs[nr].next = last;
		last = nr;
	}
	*head = last;
	return 0;
}

int gnttab_claim_grant_reference(grant_ref_t *head)
{
	uint32_t nr = *head;
	struct ref *ref;

	if (nr == NONE)
		return -ENOSPC;
	ref = expect(nr, REF_LISTED, "claim");
	*head = ref->next;
	ref->state = REF_CLAIMED;
	ref->stale = false;
	return nr;
}

static void release(uint32_t nr)
{
	refs[nr].state = REF_FREE;
	refs[nr].next = free_head;
	free_head = nr;
	nr_used--;
}

void gnttab_free_grant_references(grant_ref_t head)
{
	while (head != NONE) {
		uint32_t next = expect(head, REF_LISTED, "free list")->next;

		release(head);
		head = next;
	}
}

void gnttab_free_grant_reference(grant_ref_t nr)
{
	sim_point();
	expect(nr, REF_CLAIMED, "free");
	release(nr);
}

void gnttab_grant_foreign_access_ref(grant_ref_t nr, domid_t domid, unsigned long frame,
				     int readonly)
{
	struct ref *ref = expect(nr, REF_CLAIMED, "grant");

	check_foreign(frame);
	sim_point();
	ref->state = REF_GRANTED;
	ref->stale = false;
	ref->domain = domid;
	ref->frame = frame;
	ref->readonly = readonly;
	ref->maps = 0;
	file(nr);
}

int gnttab_end_foreign_access_ref(grant_ref_t nr)
{
	struct ref *ref;

	sim_point();
	if (nr < NR_REFS && refs[nr].state == REF_CLAIMED && refs[nr].stale) {
		refs[nr].stale = false;
		return 1;
	}
	ref = expect(nr, REF_GRANTED, "end");
	if (ref->maps)
		return 0;
	unfile(nr);
	ref->state = REF_CLAIMED;
	return 1;
}

int gnttab_try_end_foreign_access(grant_ref_t nr)
{
	if (!gnttab_end_foreign_access_ref(nr))
		return 0;
	release(nr);
	return 1;
}

/* ---- the backend's interface ---- */

void *sim_grant_map(sim_ref nr, uint16_t backend, bool write)
{
	struct ref *ref;

	if (nr >= NR_REFS)
		return NULL;
	ref = &refs[nr];
	if (ref->state != REF_GRANTED || ref->domain != backend || (write && ref->readonly))
		return NULL;
	ref->maps++;
	return (void *)(ref->frame << SIM_FRAME_SHIFT);
}

bool sim_grant_is_readonly(sim_ref nr)
{
	return refs[nr].readonly;
}

void sim_grant_unmap(sim_ref nr, uint16_t backend)
{
	struct ref *ref = expect(nr, REF_GRANTED, "backend unmaps");

	if (ref->domain != backend || !ref->maps)
		sim_broken("model", "domain %u has not mapped reference %u", backend, nr);
	ref->maps--;
}

void sim_grant_unmap_all(uint16_t backend)
{
	uint32_t nr;

	for (nr = FIRST_REF; nr < NR_REFS; nr++)
		if (refs[nr].state == REF_GRANTED && refs[nr].domain == backend)
			refs[nr].maps = 0;
	sim_rings_dropped(backend);
}

/* ---- the world's interface ---- */

void sim_grant_page_freed(void *addr, size_t size)
{
	unsigned long frame = (uintptr_t)addr >> SIM_FRAME_SHIFT;
	unsigned long end = ((uintptr_t)addr + size) >> SIM_FRAME_SHIFT;
	uint32_t nr;

	for (; frame < end; frame++)
		for (nr = *bucket_of(frame); nr != NONE; nr = refs[nr].next)
			if (refs[nr].frame == frame)
				sim_broken(
					"grants",
					"a page goes to its next owner while domain %u %s it by reference %u",
					refs[nr].domain, refs[nr].maps ? "maps" : "may map", nr);
}

void sim_grant_limit(uint32_t more)
{
	uint32_t left = NR_REFS - FIRST_REF - nr_used;

	limit = nr_used + (more < left ? more : left);
}

void sim_xen_moved(void)
{
	uint32_t nr;

	for (nr = FIRST_REF; nr < NR_REFS; nr++) {
		if (refs[nr].state != REF_GRANTED)
			continue;
		unfile(nr);
		refs[nr].state = REF_CLAIMED;
		refs[nr].stale = true;
	}
	sim_events_moved();
	sim_rings_moved();
}

void sim_xen_reset(void)
{
	uint32_t nr;

	memset(refs, 0, sizeof(refs));
	memset(buckets, 0xff, sizeof(buckets));
	for (nr = FIRST_REF; nr < NR_REFS; nr++)
		refs[nr].next = nr + 1;
	refs[NR_REFS - 1].next = NONE;
	free_head = FIRST_REF;
	nr_used = 0;
	sim_grant_limit(NR_REFS);
	sim_events_reset();
	sim_rings_reset();
}

void sim_xen_check_clean(void)
{
	uint32_t nr;

	for (nr = FIRST_REF; nr < NR_REFS; nr++)
		if (refs[nr].state != REF_FREE)
			sim_broken("leak", "reference %u is still %s%s, %u are not free", nr,
				   state_names[refs[nr].state], refs[nr].maps ? " and mapped" : "",
				   nr_used);
	sim_events_check_clean();
}

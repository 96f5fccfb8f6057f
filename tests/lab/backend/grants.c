// SPDX-License-Identifier: GPL-2.0
/*
 * grants.c - the frontend's pages: mapped for each request, kept mapped, or copied by Xen.
 *
 * Between grants_take() and grants_give() the data of the request at hand stands at
 * be->iov, a piece for each segment.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "backend.h"

#define COPY_BATCH 128

/* ---- copied ---- */

static bool copy_batch(struct backend *be, xengnttab_grant_copy_segment_t *batch, uint32_t nr)
{
	uint32_t i;

	if (xengnttab_grant_copy(be->gnttab, nr, batch))
		return false;
	for (i = 0; i < nr; i++) {
		if (batch[i].status != GNTST_okay)
			return false;
		be->count.copied += batch[i].len;
	}
	return true;
}

static void copy_piece(xengnttab_grant_copy_segment_t *piece, bool out, uint32_t domid,
		       uint32_t ref, uint32_t offset, void *here, uint32_t bytes)
{
	union xengnttab_copy_ptr *local = out ? &piece->source : &piece->dest;
	union xengnttab_copy_ptr *foreign = out ? &piece->dest : &piece->source;

	memset(piece, 0, sizeof(*piece));
	local->virt = here;
	foreign->foreign.ref = ref;
	foreign->foreign.offset = offset;
	foreign->foreign.domid = domid;
	piece->len = bytes;
	piece->flags = out ? GNTCOPY_dest_gref : GNTCOPY_source_gref;
}

/* All segments, to the frontend or from it. */
static bool copy_segments(struct backend *be, bool out)
{
	xengnttab_grant_copy_segment_t batch[COPY_BATCH];
	const struct request *req = &be->request;
	uint32_t i, nr = 0;

	for (i = 0; i < req->nr_segs; i++) {
		copy_piece(&batch[nr++], out, be->domid, req->seg[i].gref,
			   req->seg[i].first_sect * 512u, be->iov[i].iov_base, be->iov[i].iov_len);
		if (nr < COPY_BATCH && i + 1 < req->nr_segs)
			continue;
		if (!copy_batch(be, batch, nr))
			return false;
		nr = 0;
	}
	return true;
}

static bool take_copied(struct backend *be)
{
	const struct request *req = &be->request;
	char *at = be->buffer;
	uint32_t i;

	for (i = 0; i < req->nr_segs; i++) {
		be->iov[i].iov_base = at;
		at += be->iov[i].iov_len;
	}
	return !request_writes(req) || copy_segments(be, false);
}

/* ---- mapped ---- */

static bool take_mapped(struct backend *be)
{
	const struct request *req = &be->request;
	int prot = request_writes(req) ? PROT_READ : PROT_READ | PROT_WRITE;
	uint32_t refs[MAX_SEGMENTS], i;
	char *area;

	for (i = 0; i < req->nr_segs; i++)
		refs[i] = req->seg[i].gref;
	area = xengnttab_map_domain_grant_refs(be->gnttab, req->nr_segs, be->domid, refs, prot);
	if (!area)
		return false;
	be->count.mapped += req->nr_segs;
	for (i = 0; i < req->nr_segs; i++)
		be->iov[i].iov_base = area + i * FRAME_SIZE + req->seg[i].first_sect * 512;
	return true;
}

static bool give_mapped(struct backend *be)
{
	char *first = be->iov[0].iov_base;

	first -= be->request.seg[0].first_sect * 512;
	return !xengnttab_unmap(be->gnttab, first, be->request.nr_segs);
}

/* ---- kept ---- */

static int by_ref(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return x->ref < y->ref ? -1 : x->ref > y->ref;
}

/* Where @ref stands, or would stand. */
static uint32_t kept_place(const struct ring *ring, uint32_t ref)
{
	uint32_t low = 0, high = ring->nr_kept;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		const struct kept key = { .ref = ref };

		if (by_ref(&ring->kept[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void *kept_page(struct backend *be, struct ring *ring, uint32_t ref)
{
	uint32_t place = kept_place(ring, ref);
	struct kept *kept;
	void *page;

	if (place < ring->nr_kept && ring->kept[place].ref == ref)
		return ring->kept[place].page;
	if (ring->nr_kept == be->profile.kept)
		return NULL;
	kept = realloc(ring->kept, (ring->nr_kept + 1) * sizeof(*kept));
	if (!kept)
		return NULL;
	ring->kept = kept;
	page = xengnttab_map_grant_ref(be->gnttab, be->domid, ref, PROT_READ | PROT_WRITE);
	if (!page)
		return NULL;
	be->count.mapped++;
	memmove(kept + place + 1, kept + place, (ring->nr_kept - place) * sizeof(*kept));
	kept[place] = (struct kept){ ref, page };
	ring->nr_kept++;
	return page;
}

/* A frontend that uses more pages than may be kept gets the whole request mapped as ever. */
static bool take_kept(struct backend *be, struct ring *ring)
{
	const struct request *req = &be->request;
	uint32_t i;

	for (i = 0; i < req->nr_segs; i++) {
		char *page = kept_page(be, ring, req->seg[i].gref);

		if (!page)
			return false;
		be->iov[i].iov_base = page + req->seg[i].first_sect * 512;
	}
	return true;
}

/* ---- the rest of the backend sees these ---- */

/**
 * grants_take() - make the data of the request at hand be at be->iov
 * @be: the backend
 * @ring: where it came from
 *
 * Return: false if the frontend's pages cannot be had; nothing is to be given back then.
 */
bool grants_take(struct backend *be, struct ring *ring)
{
	uint32_t i;

	for (i = 0; i < be->request.nr_segs; i++)
		be->iov[i].iov_len = segment_bytes(&be->request.seg[i]);
	be->request_mapped = false;
	if (!be->request.nr_segs)
		return true;
	if (be->profile.grants == GRANTS_COPY)
		return take_copied(be);
	if (be->persistent && take_kept(be, ring))
		return true;
	be->request_mapped = take_mapped(be);
	return be->request_mapped;
}

/**
 * grants_give() - let go of what grants_take() took
 * @be: the backend
 * @good: what was read is to reach the frontend
 *
 * Return: false if it did not.
 */
bool grants_give(struct backend *be, bool good)
{
	if (be->request_mapped)
		return give_mapped(be) && good;
	if (be->profile.grants == GRANTS_COPY && be->request.op == OP_READ && good)
		return copy_segments(be, true);
	return good;
}

/**
 * grants_read() - copy from the beginning of a page of the frontend's
 * @be: the backend
 * @ref: its reference
 * @to: where to
 * @bytes: how much
 *
 * Return: whether it could be done.
 */
bool grants_read(struct backend *be, uint32_t ref, void *to, uint32_t bytes)
{
	xengnttab_grant_copy_segment_t piece;

	copy_piece(&piece, false, be->domid, ref, 0, to, bytes);
	return copy_batch(be, &piece, 1);
}

/**
 * grants_drop() - unmap what was kept
 * @be: the backend
 * @ring: whose frontend it was kept for
 */
void grants_drop(struct backend *be, struct ring *ring)
{
	while (ring->nr_kept)
		xengnttab_unmap(be->gnttab, ring->kept[--ring->nr_kept].page, 1);
	free(ring->kept);
	ring->kept = NULL;
}

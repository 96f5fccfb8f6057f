// SPDX-License-Identifier: GPL-2.0
/*
 * inspect.c - what a backend that is curious finds in the frontend's pages.
 */
#include <sys/mman.h>

#include "backend.h"

static bool all_zero(const char *from, const char *end)
{
	while (from < end && !*from)
		from++;
	return from == end;
}

/* Is there something in the page that this request does not send? */
static bool shows_more(struct backend *be, const struct blkif_request_segment *seg)
{
	char page[FRAME_SIZE];
	uint32_t first = FRAME_SIZE, after = FRAME_SIZE;

	if (!grants_read(be, seg->gref, page, sizeof(page)))
		return false;
	if (request_writes(&be->request)) {
		first = seg->first_sect * 512u;
		after = (seg->last_sect + 1u) * 512;
	}
	return !all_zero(page, page + first) || !all_zero(page + after, page + FRAME_SIZE);
}

static bool can_write(struct backend *be, uint32_t ref)
{
	void *page = xengnttab_map_grant_ref(be->gnttab, be->domid, ref, PROT_READ | PROT_WRITE);

	return page && !xengnttab_unmap(be->gnttab, page, 1);
}

/**
 * inspect() - count the pages that show, or allow, more than the request at hand needs
 * @be: the backend; nothing of the request is done yet
 *
 * What is kept mapped may be written: by agreement.
 */
void inspect(struct backend *be)
{
	const struct request *req = &be->request;
	uint32_t i;

	for (i = 0; i < req->nr_segs; i++) {
		be->count.leaks += shows_more(be, &req->seg[i]);
		if (request_writes(req) && !be->persistent)
			be->count.writable += can_write(be, req->seg[i].gref);
	}
}

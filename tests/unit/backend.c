// SPDX-License-Identifier: GPL-2.0
/*
 * backend.c - what Xen's public header blkif.h asks of a backend.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "backend.h"

#define SECTOR		512u
#define SEGS_PER_PAGE	(XBF_FRAME_SIZE / sizeof(struct blkif_request_segment))
#define MAX_SEGS	(SEGS_PER_PAGE * BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST)

void backend_init(struct backend *b, struct blkif_sring *sring, u32 size, u32 start)
{
	u32 i;

	memset(b, 0, sizeof(*b));
	backend_restart(b, sring, size, start);
	b->disk = malloc(BACKEND_SECTORS * SECTOR);
	assert_non_null(b->disk);
	for (i = 0; i < BACKEND_SECTORS * SECTOR; i++)
		b->disk[i] = i / SECTOR + i % SECTOR;
}

/* Another connection, or another backend with the same disk. */
void backend_restart(struct backend *b, struct blkif_sring *sring, u32 size, u32 start)
{
	b->sring = sring;
	b->size = size;
	b->req_cons = start;
	b->rsp_prod = start;
}

void backend_exit(struct backend *b)
{
	free(b->disk);
}

/* Copies the next request; false: there is none. */
bool backend_next(struct backend *b, struct blkif_request *req)
{
	u32 waiting = b->sring->req_prod - b->req_cons;

	assert_true(waiting <= b->size);
	if (!waiting) {
		b->sring->req_event = b->req_cons + 1;
		return false;
	}
	*req = b->sring->ring[b->req_cons++ & (b->size - 1)].req;
	return true;
}

/* Writes a response where only backend_publish() shows it. */
void backend_answer(struct backend *b, u64 id, u8 op, s16 status)
{
	struct blkif_response *rsp = &b->sring->ring[b->rsp_prod++ & (b->size - 1)].rsp;

	rsp->id = id;
	rsp->operation = op;
	rsp->status = status;
}

void backend_publish(struct backend *b)
{
	b->sring->rsp_prod = b->rsp_prod;
}

u64 backend_id(const struct blkif_request *req)
{
	switch (req->operation) {
	case BLKIF_OP_INDIRECT:
		return req->u.indirect.id;
	case BLKIF_OP_DISCARD:
		return req->u.discard.id;
	default:
		return req->u.rw.id;
	}
}

/* The operation that the response repeats. */
u8 backend_op(const struct blkif_request *req)
{
	return req->operation == BLKIF_OP_INDIRECT ? req->u.indirect.indirect_op : req->operation;
}

static u32 indirect_segments(const struct blkif_request *req, struct blkif_request_segment *segs)
{
	u32 nr = req->u.indirect.nr_segments;
	u32 i;

	assert_in_range(nr, 1, MAX_SEGS);
	assert_in_range(req->u.indirect.indirect_op, BLKIF_OP_READ, BLKIF_OP_WRITE);
	assert_int_equal(req->u.indirect.handle, BACKEND_HANDLE);
	for (i = 0; i < nr; i += SEGS_PER_PAGE) {
		grant_ref_t ref = req->u.indirect.indirect_grefs[i / SEGS_PER_PAGE];
		u32 here = nr - i < SEGS_PER_PAGE ? nr - i : SEGS_PER_PAGE;

		memcpy(segs + i, model_map(ref, BACKEND_DOMID, false), here * sizeof(*segs));
		model_unmap(ref);
	}
	return nr;
}

/* The segments of a request, wherever it keeps them. */
u32 backend_segments(const struct blkif_request *req, struct blkif_request_segment *segs)
{
	u32 nr = req->u.rw.nr_segments;

	if (req->operation == BLKIF_OP_INDIRECT)
		return indirect_segments(req, segs);
	assert_true(nr <= BLKIF_MAX_SEGMENTS_PER_REQUEST);
	assert_int_equal(req->u.rw.handle, BACKEND_HANDLE);
	memcpy(segs, req->u.rw.seg, nr * sizeof(*segs));
	return nr;
}

static u32 move(struct backend *b, const struct blkif_request_segment *seg, u64 sector, bool write)
{
	u32 nr = seg->last_sect - seg->first_sect + 1;
	unsigned char *frame, *disk;

	assert_true(seg->first_sect <= seg->last_sect && seg->last_sect < 8);
	assert_true(sector + nr <= BACKEND_SECTORS);
	/* What is written need not be writable for us. */
	frame = model_map(seg->gref, BACKEND_DOMID, !write);
	disk = b->disk + sector * SECTOR;
	frame += seg->first_sect * SECTOR;
	if (write)
		memcpy(disk, frame, nr * SECTOR);
	else
		memcpy(frame, disk, nr * SECTOR);
	if (!b->keeps)
		model_unmap(seg->gref);
	return nr;
}

static void transfer(struct backend *b, const struct blkif_request *req)
{
	static struct blkif_request_segment segs[MAX_SEGS];
	u64 sector = req->operation == BLKIF_OP_INDIRECT ? req->u.indirect.sector_number :
							   req->u.rw.sector_number;
	u32 i, nr = backend_segments(req, segs);

	for (i = 0; i < nr; i++)
		sector += move(b, &segs[i], sector, backend_op(req) != BLKIF_OP_READ);
}

/* Does what a request asks for, without an answer. */
void backend_do(struct backend *b, const struct blkif_request *req)
{
	switch (backend_op(req)) {
	case BLKIF_OP_READ:
	case BLKIF_OP_WRITE:
		transfer(b, req);
		break;
	case BLKIF_OP_WRITE_BARRIER:
		transfer(b, req);
		b->flushes++;
		break;
	case BLKIF_OP_FLUSH_DISKCACHE:
		assert_int_equal(req->u.rw.nr_segments, 0);
		b->flushes++;
		break;
	case BLKIF_OP_DISCARD:
		b->discarded += req->u.discard.nr_sectors;
		if (req->u.discard.flag & BLKIF_DISCARD_SECURE)
			b->secure += req->u.discard.nr_sectors;
		break;
	default:
		fail_msg("the frontend sent operation %u", req->operation);
	}
}

/* Does and answers all that waits; says how many requests that were. */
u32 backend_serve(struct backend *b)
{
	struct blkif_request req;
	u32 nr = 0;

	for (; backend_next(b, &req); nr++) {
		backend_do(b, &req);
		backend_answer(b, backend_id(&req), backend_op(&req), b->status);
	}
	backend_publish(b);
	return nr;
}

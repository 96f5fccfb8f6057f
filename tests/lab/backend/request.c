// SPDX-License-Identifier: GPL-2.0
/*
 * request.c - slots of the ring into requests. The frontend may have written anything.
 *
 * Pure: works on copies, so that nothing changes after it was looked at.
 */
#include <string.h>

#include "request.h"

static const enum op ops[] = {
	[BLKIF_OP_READ] = OP_READ,	      [BLKIF_OP_WRITE] = OP_WRITE,
	[BLKIF_OP_WRITE_BARRIER] = OP_BARRIER, [BLKIF_OP_FLUSH_DISKCACHE] = OP_FLUSH,
	[BLKIF_OP_RESERVED_1] = OP_UNKNOWN,    [BLKIF_OP_DISCARD] = OP_DISCARD,
	[BLKIF_OP_INDIRECT] = OP_UNKNOWN,
};

static enum op op_of(uint8_t ring_op)
{
	return ring_op < sizeof(ops) / sizeof(ops[0]) ? ops[ring_op] : OP_UNKNOWN;
}

static const char *decode_discard(struct request *req, const struct blkif_request_discard *slot)
{
	req->sector = slot->sector_number;
	req->sectors = slot->nr_sectors;
	if (slot->flag & BLKIF_DISCARD_SECURE)
		req->op = OP_ERASE;
	return NULL;
}

static const char *decode_indirect(struct request *req, const struct blkif_request_indirect *slot,
				   const struct limits *limits)
{
	req->indirect = true;
	req->id = slot->id;
	req->ring_op = slot->indirect_op;
	req->op = op_of(slot->indirect_op);
	req->sector = slot->sector_number;
	req->nr_segs = slot->nr_segments;
	if (req->op != OP_READ && !request_writes(req))
		return "an indirect request of an operation that has no data";
	if (!req->nr_segs || req->nr_segs > limits->segments || req->nr_segs > MAX_SEGMENTS)
		return "an indirect request of more segments than were offered, or of none";
	req->nr_frames = (req->nr_segs + SEGMENTS_PER_FRAME - 1) / SEGMENTS_PER_FRAME;
	memcpy(req->frames, slot->indirect_grefs, sizeof(req->frames));
	return NULL;
}

static const char *decode_direct(struct request *req, const struct blkif_request *slot)
{
	req->sector = slot->sector_number;
	req->nr_segs = slot->nr_segments;
	if (req->nr_segs > BLKIF_MAX_SEGMENTS_PER_REQUEST) {
		req->nr_segs = 0;
		return "a request of more than 11 segments";
	}
	memcpy(req->seg, slot->seg, req->nr_segs * sizeof(*slot->seg));
	return NULL;
}

/**
 * request_decode() - the first half: what the slot says
 * @req: the request; @id and @ring_op are set in any case
 * @slot: a copy of the slot
 * @limits: what the backend takes
 *
 * Of an indirect request the caller then reads @frames into @seg.
 *
 * Return: NULL, or what is wrong with it.
 */
const char *request_decode(struct request *req, const struct blkif_request *slot,
			   const struct limits *limits)
{
	req->id = slot->id;
	req->ring_op = slot->operation;
	req->op = op_of(slot->operation);
	req->indirect = false;
	req->nr_frames = 0;
	req->sector = 0;
	req->sectors = 0;
	req->nr_segs = 0;
	if (slot->operation == BLKIF_OP_INDIRECT)
		return decode_indirect(req, (const void *)slot, limits);
	if (req->op == OP_DISCARD)
		return decode_discard(req, (const void *)slot);
	if (req->op == OP_UNKNOWN)
		return "an operation that there is not";
	return decode_direct(req, slot);
}

static const char *check_segments(struct request *req, const struct limits *limits)
{
	uint32_t unit = limits->sector_size / 512, i;

	for (i = 0; i < req->nr_segs; i++) {
		const struct blkif_request_segment *seg = &req->seg[i];

		if (seg->first_sect > seg->last_sect || seg->last_sect >= FRAME_SIZE / 512)
			return "a segment that ends before it begins, or beyond its frame";
		if (seg->first_sect % unit || (seg->last_sect + 1u) % unit)
			return "a segment that is no multiple of the sector size";
		req->sectors += seg->last_sect - seg->first_sect + 1u;
	}
	return NULL;
}

/**
 * request_check() - the second half: can it be done
 * @req: the request, decoded, @seg complete
 * @limits: what the backend takes
 *
 * Return: NULL, or what is wrong with it.
 */
const char *request_check(struct request *req, const struct limits *limits)
{
	const char *bad = check_segments(req, limits);

	if (bad)
		return bad;
	if (!req->nr_segs && req->op != OP_FLUSH && req->op != OP_BARRIER &&
	    req->op != OP_DISCARD && req->op != OP_ERASE)
		return "a request without segments";
	if (limits->read_only && req->op != OP_READ && req->op != OP_FLUSH)
		return "a write to a read-only disk";
	/* An empty flush or barrier has no place on the disk. */
	if (!req->sectors)
		return NULL;
	if (req->sector > limits->sectors || req->sectors > limits->sectors - req->sector)
		return "a request beyond the end of the disk";
	if (req->sector % (limits->sector_size / 512))
		return "a request at no multiple of the sector size";
	return NULL;
}

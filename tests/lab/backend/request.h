/* SPDX-License-Identifier: GPL-2.0 */
/*
 * request.h - a request, taken out of the frontend's memory and checked.
 */
#ifndef OWN_REQUEST_H
#define OWN_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "profile.h"

#include <xen/io/blkif.h>

#define FRAME_SIZE	4096u
#define MAX_SEGMENTS	4096u
#define SEGMENTS_PER_FRAME (FRAME_SIZE / sizeof(struct blkif_request_segment))

/**
 * struct request - one request, whatever form it came in
 * @id: the frontend's name for it
 * @ring_op: its operation, as the response repeats it: an indirect request's is the inner one
 * @op: what it asks for
 * @indirect: the segments stand in frames of their own
 * @frames: those, @nr_frames of them
 * @sector: first sector, of 512 bytes
 * @sectors: how many; for a discard its own, else the sum of the segments
 * @seg: @nr_segs segments
 */
struct request {
	uint64_t id;
	uint8_t ring_op;
	enum op op;
	bool indirect;
	uint32_t frames[BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST];
	uint32_t nr_frames;
	uint64_t sector;
	uint64_t sectors;
	uint32_t nr_segs;
	struct blkif_request_segment seg[MAX_SEGMENTS];
};

/**
 * struct limits - what a backend takes
 * @sectors: capacity, in sectors of 512 bytes
 * @sector_size: what requests are multiples of, in bytes
 * @read_only: nothing is written
 * @segments: most segments of an indirect request
 */
struct limits {
	uint64_t sectors;
	uint32_t sector_size;
	bool read_only;
	uint32_t segments;
};

const char *request_decode(struct request *req, const struct blkif_request *slot,
			   const struct limits *limits);
const char *request_check(struct request *req, const struct limits *limits);

static inline uint32_t segment_bytes(const struct blkif_request_segment *seg)
{
	return (seg->last_sect - seg->first_sect + 1u) * 512;
}

static inline bool request_writes(const struct request *req)
{
	return req->op == OP_WRITE || req->op == OP_BARRIER;
}

#endif /* OWN_REQUEST_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * serve.c - carries out the request at hand on the store, a file or a block device.
 *
 * What is answered with "ok" was done before: data is in the store, a flush has reached
 * what is behind it, a discard has left a hole.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend.h"

/* All of be->iov, as many pieces at a time as the kernel takes; less than all is a failure. */
static bool transfer(struct backend *be)
{
	off_t at = be->request.sector * 512;
	uint32_t i = 0, nr, left;
	ssize_t bytes, done;

	while (i < be->request.nr_segs) {
		left = be->request.nr_segs - i;
		for (nr = 0, bytes = 0; nr < left && nr < IOV_MAX; nr++)
			bytes += be->iov[i + nr].iov_len;
		done = request_writes(&be->request) ? pwritev(be->store, be->iov + i, nr, at) :
						      preadv(be->store, be->iov + i, nr, at);
		if (done != bytes)
			return false;
		at += bytes;
		i += nr;
	}
	return true;
}

static bool flush(struct backend *be)
{
	be->count.flushes++;
	return !fdatasync(be->store);
}

static bool discard(struct backend *be)
{
	if (!be->request.sectors)
		return true;
	return !fallocate(be->store, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  be->request.sector * 512, be->request.sectors * 512);
}

static bool data(struct backend *be, struct ring *ring)
{
	if (be->profile.inspect)
		inspect(be);
	if (!grants_take(be, ring)) {
		say("cannot take the pages of a request");
		return false;
	}
	return grants_give(be, transfer(be));
}

static bool carry_out(struct backend *be, struct ring *ring)
{
	switch (be->request.op) {
	case OP_READ:
	case OP_WRITE:
		return data(be, ring);
	case OP_BARRIER:
		return flush(be) && data(be, ring) && flush(be);
	case OP_FLUSH:
		return flush(be);
	case OP_DISCARD:
	case OP_ERASE:
		return discard(be);
	default:
		return false;
	}
}

/* The segments of an indirect request stand in frames of their own. */
static bool read_segments(struct backend *be)
{
	struct request *req = &be->request;
	uint32_t i, at = 0;

	for (i = 0; i < req->nr_frames; i++) {
		uint32_t nr = req->nr_segs - at;

		if (nr > SEGMENTS_PER_FRAME)
			nr = SEGMENTS_PER_FRAME;
		if (!grants_read(be, req->frames[i], req->seg + at, nr * sizeof(req->seg[0])))
			return false;
		at += nr;
	}
	return true;
}

static const char *fault(struct backend *be)
{
	if (be->request.indirect && !read_segments(be))
		return "an indirect request whose frames cannot be read";
	return request_check(&be->request, &be->limits);
}

static void count(struct backend *be)
{
	const struct request *req = &be->request;
	struct counters *c = &be->count;

	c->requests[req->op]++;
	c->indirect += req->indirect;
	if (req->nr_segs > c->most_segments)
		c->most_segments = req->nr_segs;
	if (!be->offered[req->op])
		c->not_offered++;
}

/**
 * serve() - carry out the request at hand
 * @be: the backend; its request is decoded
 * @ring: where it came from
 *
 * Return: the status to answer with.
 */
int serve(struct backend *be, struct ring *ring)
{
	const char *bad = fault(be);
	int status;

	if (bad) {
		be->count.faults++;
		say("%s: refused", bad);
		return BLKIF_RSP_ERROR;
	}
	count(be);
	status = be->profile.answer[be->request.op];
	if (status != BLKIF_RSP_OKAY)
		return status;
	if (carry_out(be, ring))
		return BLKIF_RSP_OKAY;
	say("%s of %llu sectors at %llu failed", op_name(be->request.op),
	    (unsigned long long)be->request.sectors, (unsigned long long)be->request.sector);
	return BLKIF_RSP_ERROR;
}

/**
 * store_open() - begin with a store
 * @be: the backend; its profile is read
 * @name: a file's or a block device's
 *
 * Return: whether there is one, else with a message.
 */
bool store_open(struct backend *be, const char *name)
{
	be->store = open(name, be->profile.read_only ? O_RDONLY : O_RDWR);
	be->buffer = malloc((size_t)MAX_SEGMENTS * FRAME_SIZE);
	if (be->store < 0 || !be->buffer) {
		say("%s: %s", name, strerror(errno));
		return false;
	}
	be->limits = (struct limits){
		.sectors = lseek(be->store, 0, SEEK_END) / 512,
		.sector_size = be->profile.sector_size,
		.read_only = be->profile.read_only,
		.segments = be->profile.segments,
	};
	return true;
}

/**
 * store_resize() - another capacity; a file follows it
 * @be: the backend
 * @sectors: of 512 bytes
 *
 * Return: whether the store has that size.
 */
bool store_resize(struct backend *be, uint64_t sectors)
{
	struct stat st;

	if (fstat(be->store, &st))
		return false;
	if (S_ISREG(st.st_mode) && ftruncate(be->store, sectors * 512))
		return false;
	be->limits.sectors = sectors;
	return true;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * backend.h - the parts of a backend: its states (backend.c), its rings
 * (serve.c), its storage (storage.c).
 */
#ifndef XBF_SIM_BACKEND_H
#define XBF_SIM_BACKEND_H

#include <stdint.h>

#include <xen/interface/io/blkif.h>

#include "xen-model.h"

#define SIM_MAX_DISKS	8
#define SIM_MAX_LANES	8
#define SIM_MAX_SEGS	256
#define SIM_SECTOR	512u
#define SIM_BIG_SECTOR	4096u
#define SIM_MAX_KEPT	1056	/* persistent grants of a ring, as xen-blkback has it */

struct backend;

/**
 * struct seg - a piece of a request
 * @page: mapped; NULL: not
 * @kept: by a persistent grant, which stays
 */
struct seg {
	uint8_t *page;
	sim_ref ref;
	uint8_t first, last;
	bool kept;
};

enum job_state { JOB_FREE, JOB_BUSY, JOB_ANSWERED };

/**
 * struct job - a request that was taken off the ring
 * @due: when it is done, or, once it is answered, unmapped
 * @taken: when it was taken off the ring
 * @op: what is to be done, the inner operation of an indirect request
 * @failed: a page could not be mapped
 */
struct job {
	enum job_state state;
	uint64_t due, taken, id, sector, nr_sectors;
	uint8_t op;
	bool failed;
	uint16_t nr_segs;
	struct seg segs[SIM_MAX_SEGS];
};

/**
 * struct lane - a ring and the task that serves it
 * @stop: finish what was taken, then go
 * @dead: go at once; the memory shared with the frontend is not there any more
 * @here: the task exists
 * @told: when an event was due last
 * @forgot: it was not sent
 * @heard: events of the frontend that had come when one was last asked for
 * @order: numbers of jobs, oldest first
 * @due: of the job taken last, where answers keep the order
 * @kept: by reference: its page, while a persistent grant
 */
struct lane {
	struct backend *be;
	unsigned int nr;
	struct sim_ring *ring;
	sim_port port;
	struct sim_wait wait;
	bool stop, dead, here, forgot;
	uint32_t size, req_cons, rsp_prod;
	struct job *jobs;
	uint16_t order[512];
	unsigned int nr_jobs, heard;
	uint64_t due, told;
	uint8_t **kept;
	unsigned int nr_kept;
};

/* An answer that was given, at that time. */
struct answer {
	uint64_t at, id;
	uint8_t op;
};

#define SIM_MAX_ANSWERS	256

/**
 * struct backend - the backend of one vbd, as long as it is one domain's
 * @front: the frontend's directory
 * @dir: its own
 * @state: as in xenstore
 * @seen: the frontend's state that was acted upon; -1: none
 * @here: the task that follows the states exists
 * @leave: asked to unbind
 * @close: asked to close
 * @dead: the domain is gone
 * @stalled: takes and answers nothing
 * @proven: has been connected before
 * @cacheless: has declined a flush
 * @persistent: both sides want persistent grants
 * @untrusted: the guest does not trust it, and it looks around
 * @repeats: gives the next answer it can for the second time, and does no more than
 *	     finish what it has taken then
 * @errors: answers that were errors
 * @answers: the latest, on all connections
 */
struct backend {
	uint32_t vdev;
	uint16_t domid;
	struct sim_offer offer;
	char front[64], dir[64];
	struct sim_wait wait;
	int state, seen;
	bool here, leave, close, dead, stalled, proven, persistent, untrusted, cacheless;
	enum { REPEATS_NOT, REPEATS_SOON, HAS_REPEATED } repeats;
	unsigned int errors, nr_lanes, nr_answers;
	struct answer answers[SIM_MAX_ANSWERS];
	struct lane lanes[SIM_MAX_LANES];
};

/* backend.c: does the frontend still want what its rings say? */
bool sim_backend_wanted(const struct backend *be);

/* serve.c */
void sim_lane_start(struct lane *lane);
void sim_lane_stop(struct lane *lane);		/* returns when all is answered and unmapped */
void sim_lane_leave(struct lane *lane, bool moved);	/* dies; see there for what remains */

/* storage.c */
void sim_storage_read(uint32_t vdev, uint64_t sector, void *data, uint64_t nr);
void sim_storage_write(uint32_t vdev, uint64_t sector, const void *data, uint64_t nr);
void sim_storage_flush(uint32_t vdev);
void sim_storage_write_through(uint32_t vdev, bool on);

#endif /* XBF_SIM_BACKEND_H */

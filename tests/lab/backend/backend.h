/* SPDX-License-Identifier: GPL-2.0 */
/*
 * backend.h - one disk: what all files of its backend know.
 *
 * One thread. main.c waits, and calls xs.c when xenstore speaks, ring.c when the
 * frontend does, control.c when dom0 does; each of them gives main.c the time of what
 * it has to do next.
 */
#ifndef OWN_BACKEND_H
#define OWN_BACKEND_H

#include <sys/uio.h>

#include <xenevtchn.h>
#include <xengnttab.h>
#include <xenstore.h>

#include "profile.h"
#include "request.h"

#define MAX_SLOTS	(32u << MAX_RING_ORDER)
#define NEVER		UINT64_MAX

/* An answer that waits for its time. */
struct answer {
	uint64_t due;
	struct blkif_response rsp;
};

/* A page of the frontend's that stays mapped. */
struct kept {
	uint32_t ref;
	void *page;
};

/**
 * struct ring - shared memory, its event channel, and what is under way
 * @back: nothing to see in it before it is connected
 * @waiting: answers, in the order in which their requests came
 * @barrier: one of them is a barrier's, and nothing else may begin before it is out
 * @stands: there is a request that has to wait for these answers
 * @broken: the frontend broke the protocol, and is no longer listened to
 * @kept: @nr_kept mapped pages of a persistent frontend, by reference
 */
struct ring {
	struct blkif_back_ring back;
	void *area;
	uint32_t nr_pages;
	evtchn_port_t port;
	struct answer waiting[MAX_SLOTS];
	uint32_t nr_waiting;
	bool barrier;
	bool stands;
	bool broken;
	struct kept *kept;
	uint32_t nr_kept;
};

/* What dom0 may want to know ("count"). */
struct counters {
	uint64_t requests[NR_OPS];	/* by what they ask for; without those with a fault */
	uint64_t indirect;
	uint64_t faults;		/* requests that no frontend may send */
	uint64_t not_offered;		/* requests of a kind whose node never was 1 */
	uint64_t most_segments;
	uint64_t mapped;		/* data pages, each time they were mapped */
	uint64_t copied;		/* bytes copied by Xen */
	uint64_t leaks;			/* inspected pages that show more than their request */
	uint64_t writable;		/* inspected pages that need only be read */
	uint64_t flushes;		/* of the store, whatever for */
	uint64_t stalls;		/* times a ring stood because of a barrier */
	uint64_t answers[3];		/* ok, error, unsupported */
};

struct backend;

/**
 * struct hooks - every way out of the backend
 *
 * The honest one does what it is told. Another one may say something else to the
 * frontend than what was done; nothing goes past this table.
 * @respond: an answer into the ring
 * @node: a node of the backend's directory; NULL removes it
 * @state: the backend's state
 */
struct hooks {
	void (*respond)(struct backend *be, struct ring *ring, const struct blkif_response *rsp);
	bool (*node)(struct backend *be, const char *key, const char *value);
	bool (*state)(struct backend *be, unsigned int state);
};

extern const struct hooks honest;

struct backend {
	struct profile profile;
	struct limits limits;
	const struct hooks *hooks;
	int store;
	struct request request;		/* the one at hand */
	struct iovec iov[MAX_SEGMENTS];	/* its data */
	bool request_mapped;		/* for this one only */
	void *buffer;			/* MAX_SEGMENTS frames, where it is copied to */
	struct counters count;
	uint64_t random;

	xengnttab_handle *gnttab;
	xenevtchn_handle *evtchn;
	struct ring rings[MAX_RINGS];
	uint32_t nr_rings;
	bool persistent;		/* the frontend wants it as well */

	struct xs_handle *xs;
	const char *dir;
	char *front;
	uint32_t domid;
	unsigned int state;
	bool offered[NR_OPS];		/* kinds of requests whose node was 1 at some time */
	uint64_t connected_at;
	uint64_t next_at;		/* when @next is to be called */
	void (*next)(struct backend *be);
	bool done;

	int control;
};

/* main.c */
uint64_t now_ms(void);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* backend.c */
void backend_act(struct backend *be, const struct action *act);
const char *backend_told(struct backend *be, const char *line);
uint64_t backend_triggers(struct backend *be);
void backend_event(struct backend *be);
uint64_t backend_time(struct backend *be);

/* grants.c */
bool grants_take(struct backend *be, struct ring *ring);
bool grants_give(struct backend *be, bool good);
bool grants_read(struct backend *be, uint32_t ref, void *to, uint32_t bytes);
void grants_drop(struct backend *be, struct ring *ring);

/* inspect.c */
void inspect(struct backend *be);

/* serve.c */
int serve(struct backend *be, struct ring *ring);
bool store_open(struct backend *be, const char *name);
bool store_resize(struct backend *be, uint64_t sectors);

/* ring.c */
bool ring_connect(struct backend *be, struct ring *ring, uint32_t *refs, uint32_t nr_pages,
		  evtchn_port_t port);
void ring_disconnect(struct backend *be, struct ring *ring);
void ring_work(struct backend *be, struct ring *ring);
uint64_t ring_due(const struct ring *ring);
void ring_respond(struct backend *be, struct ring *ring, const struct blkif_response *rsp);

/* xs.c */
bool xs_begin(struct backend *be);
void xs_look(struct backend *be);
bool xs_node(struct backend *be, const char *key, const char *value);
bool xs_state(struct backend *be, unsigned int state);

/* control.c */
bool control_open(struct backend *be, const char *path);
void control_serve(struct backend *be);
int control_say(const char *path, const char *line);

#endif /* OWN_BACKEND_H */

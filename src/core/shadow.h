/* SPDX-License-Identifier: GPL-2.0 */
/*
 * shadow.h - what we know of each request that the backend may answer.
 *
 * One entry per driver tag of a queue, all of it in private memory: nothing
 * about a request is ever read back from the ring. The id on the ring names
 * generation, queue, part and tag, so that a stale, repeated or invented
 * response finds no entry that waits for it.
 */
#ifndef XBF_CORE_SHADOW_H
#define XBF_CORE_SHADOW_H

#include "env.h"
#include "grant.h"

/* A request goes out in at most this many ring slots at a time. */
#define XBF_MAX_PARTS		32

/* What the block layer wants; what it becomes on the ring is the plan's to say. */
enum xbf_kind {
	XBF_KIND_READ,
	XBF_KIND_WRITE,
	XBF_KIND_FORCE,		/* a write that is stable when it completes */
	XBF_KIND_DATA_FLUSH,	/* the same, as a plain write and a flush after it */
	XBF_KIND_FLUSH,
	XBF_KIND_DISCARD,
	XBF_KIND_ERASE,		/* a secure discard */
	XBF_NR_KINDS,
};

/* Worst last: of several parts the largest counts. */
enum xbf_status {
	XBF_ST_OK,
	XBF_ST_NOTSUPP,
	XBF_ST_ERROR,
	XBF_ST_AGAIN,		/* never answered: it goes out once more */
};

/**
 * struct xbf_shadow - one request between queue_rq and its completion
 * @next: links entries of a batch, of the parked list, or of those done
 * @owner: the upper floor's request; NULL while the tag is free
 * @grants: chain of data grants of this round, in segment order
 * @last: its last element
 * @indirect: chain of pages with indirect segments, NULL for direct requests
 * @sector: where this round starts, in 512-byte sectors
 * @nr_sectors: discard only: how many
 * @id: of part 0; its generation changes with every round, so that an old
 *	answer does not fit
 * @parts: a bit for every part the backend still has to answer
 * @op: operation on the ring, and what the response must repeat
 * @nr_plain: nearly always one direct slot carries the whole payload: of so many
 *	      segments; 0: it does not
 * @handle: the vbd's number; with the two above as in struct blkif_request, so
 *	    that they are copied at once
 * @nr_segs: segments of this round
 * @nr_done: segments of the request that earlier rounds have moved
 * @waits: how often it was found late
 * @status: worst enum xbf_status so far
 * @nr_total: segments of the whole request
 * @kind: enum xbf_kind
 * @through: a discard is to be stable when it completes; the owner's
 * @foreign: its pages are another domain's: they can only be copied; the owner's
 *
 * Between prepare and push the submitter owns the entry; on the ring the
 * holder of the ring's consumer lock; once @parts is 0 whoever reaped it.
 */
struct xbf_shadow {
	struct xbf_shadow *next;
	void *owner;
	struct xbf_gnt *grants;
	struct xbf_gnt *last;
	struct xbf_gnt *indirect;
	u64 sector;
	u64 nr_sectors;
	u64 id;
	u32 parts;
	u8 op;
	u8 nr_plain;
	u16 handle;
	/* Zero at first: together, they are one store. */
	u16 nr_segs;
	u16 nr_done;
	u16 waits;
	u16 status;
	u16 nr_total;
	u8 kind;
	bool through;
	bool foreign;
};

/**
 * struct xbf_shadows - the shadow entries of one queue
 * @next: another queue whose requests go by the same ring
 * @entry: indexed by driver tag
 * @depth: number of entries
 * @queue: index of the queue, part of every id
 */
struct xbf_shadows {
	struct xbf_shadows *next;
	struct xbf_shadow *entry;
	u32 depth;
	u32 queue;
};

/* List of shadow entries, first in first out. */
struct xbf_shadow_list {
	struct xbf_shadow *head;
	struct xbf_shadow *tail;
};

static inline void xbf_list_add(struct xbf_shadow_list *list, struct xbf_shadow *sh)
{
	sh->next = NULL;
	if (list->head)
		list->tail->next = sh;
	else
		list->head = sh;
	list->tail = sh;
}

static inline void xbf_list_push(struct xbf_shadow_list *list, struct xbf_shadow *sh)
{
	sh->next = list->head;
	if (!list->head)
		list->tail = sh;
	list->head = sh;
}

static inline struct xbf_shadow *xbf_list_pop(struct xbf_shadow_list *list)
{
	struct xbf_shadow *sh = list->head;

	if (sh)
		list->head = sh->next;
	return sh;
}

/* Puts all of @more behind @list; @more is empty afterwards. */
static inline void xbf_list_join(struct xbf_shadow_list *list, struct xbf_shadow_list *more)
{
	if (!more->head)
		return;
	if (list->head)
		list->tail->next = more->head;
	else
		list->head = more->head;
	list->tail = more->tail;
	more->head = NULL;
}

/*
 * The id: tag in bits 0-15, part in 16-20, queue in 21-31, generation above.
 */
#define XBF_ID_PART_SHIFT	16
#define XBF_ID_QUEUE_SHIFT	21
#define XBF_ID_GEN_SHIFT	32
#define XBF_MAX_DEPTH		(1u << XBF_ID_PART_SHIFT)
#define XBF_MAX_QUEUES		(1u << (XBF_ID_GEN_SHIFT - XBF_ID_QUEUE_SHIFT))

static inline u64 xbf_id(const struct xbf_shadow *sh, u32 part)
{
	return sh->id | part << XBF_ID_PART_SHIFT;
}

/* From now on answers to earlier rounds are stale. */
static inline void xbf_id_renew(struct xbf_shadow *sh)
{
	sh->id += 1ull << XBF_ID_GEN_SHIFT;
}

struct xbf_shadow *xbf_shadow_find(const struct xbf_shadows *shadows, u64 id, u32 *part);

/**
 * xbf_shadow_match() - find the request that a response answers
 * @shadows: entries of the first queue that the ring serves
 * @id: id of the response, a private copy
 * @op: operation of the response, likewise
 * @part: set to the bit of the part it answers
 *
 * Consumer lock held. Return: the entry, or NULL when no request waits for
 * this response: unknown tag, a queue of another ring, old generation, a part
 * already answered, or another operation than was asked for.
 */
static inline struct xbf_shadow *xbf_shadow_match(const struct xbf_shadows *shadows, u64 id, u8 op,
						  u32 *part)
{
	u32 tag = id & (XBF_MAX_DEPTH - 1);
	struct xbf_shadow *sh;

	*part = 1;
	if (likely(tag < shadows->depth && id == shadows->entry[tag].id)) {
		sh = &shadows->entry[tag];
	} else {
		sh = xbf_shadow_find(shadows, id, part);
		if (!sh)
			return NULL;
	}
	/* Pairs with the release in xbf_ring_put(): all of @sh can be seen. */
	if (!likely(env_load_acquire(&sh->parts) & *part) || sh->op != op)
		return NULL;
	return sh;
}

int xbf_shadows_init(struct xbf_shadows *shadows, u32 queue, u32 depth, u16 handle, u32 generation);
void xbf_shadows_destroy(struct xbf_shadows *shadows);

#endif /* XBF_CORE_SHADOW_H */

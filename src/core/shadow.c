// SPDX-License-Identifier: GPL-2.0
/*
 * shadow.c - the table of requests that the backend may answer.
 */
#include "shadow.h"

/**
 * xbf_shadows_init() - allocate the entries of a queue
 * @shadows: the table
 * @queue: index of the queue, below XBF_MAX_QUEUES
 * @depth: number of driver tags, at most XBF_MAX_DEPTH
 *
 * May sleep. Return: 0, or -1 when memory is short or a number out of range.
 */
int xbf_shadows_init(struct xbf_shadows *shadows, u32 queue, u32 depth)
{
	if (queue >= XBF_MAX_QUEUES || !depth || depth > XBF_MAX_DEPTH)
		return -1;
	shadows->entry = env_alloc(depth * sizeof(*shadows->entry), true);
	if (!shadows->entry)
		return -1;
	shadows->depth = depth;
	shadows->queue = queue;
	return 0;
}

/**
 * xbf_shadows_destroy() - free the entries; none may be in use
 * @shadows: the table
 */
void xbf_shadows_destroy(struct xbf_shadows *shadows)
{
	env_free(shadows->entry);
	shadows->entry = NULL;
	shadows->depth = 0;
}

/**
 * xbf_shadow_match() - find the request that a response answers
 * @shadows: entries of the queue that owns the ring
 * @id: id of the response, a private copy
 * @op: operation of the response, likewise
 * @part: set to the part it answers
 *
 * Consumer lock held. Return: the entry, or NULL when no request waits for
 * this response: unknown tag, other queue, old generation, a part already
 * answered, or another operation than was asked for.
 */
struct xbf_shadow *xbf_shadow_match(const struct xbf_shadows *shadows,
				    u64 id, u8 op, u32 *part)
{
	u32 low = (u32)id;
	u32 tag = low & (XBF_MAX_DEPTH - 1);
	struct xbf_shadow *sh;

	if (tag >= shadows->depth || low >> XBF_ID_QUEUE_SHIFT != shadows->queue)
		return NULL;
	sh = &shadows->entry[tag];
	*part = low >> XBF_ID_PART_SHIFT & (XBF_MAX_PARTS - 1);
	if (sh->gen != id >> XBF_ID_GEN_SHIFT || !(sh->parts >> *part & 1) || sh->op != op)
		return NULL;
	return sh;
}

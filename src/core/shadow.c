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
 * @handle: the vbd's number
 * @generation: where ids begin: another place every time, so that an answer to
 *		somebody who had the disk before us finds nobody
 *
 * May sleep. Return: 0, or -1 when memory is short or a number out of range.
 */
int xbf_shadows_init(struct xbf_shadows *shadows, u32 queue, u32 depth, u16 handle, u32 generation)
{
	u32 tag;

	if (queue >= XBF_MAX_QUEUES || !depth || depth > XBF_MAX_DEPTH)
		return -1;
	shadows->entry = env_alloc(depth * sizeof(*shadows->entry), true);
	if (!shadows->entry)
		return -1;
	shadows->depth = depth;
	shadows->queue = queue;
	for (tag = 0; tag < depth; tag++) {
		shadows->entry[tag].id = tag | queue << XBF_ID_QUEUE_SHIFT |
					 (u64)generation << XBF_ID_GEN_SHIFT;
		shadows->entry[tag].handle = handle;
	}
	return 0;
}

/*
 * The part of xbf_shadow_match() for answers that are not to the first part of a
 * request of the ring's first queue.
 */
struct xbf_shadow *xbf_shadow_find(const struct xbf_shadows *shadows, u64 id, u32 *part)
{
	u32 queue = (u32)id >> XBF_ID_QUEUE_SHIFT;
	u32 bit = (u32)id >> XBF_ID_PART_SHIFT & (XBF_MAX_PARTS - 1);
	u32 tag = id & (XBF_MAX_DEPTH - 1);

	while (shadows && shadows->queue != queue)
		shadows = shadows->next;
	if (!shadows || tag >= shadows->depth || id != xbf_id(&shadows->entry[tag], bit))
		return NULL;
	*part = 1u << bit;
	return &shadows->entry[tag];
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

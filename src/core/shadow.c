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
	u32 tag;

	if (queue >= XBF_MAX_QUEUES || !depth || depth > XBF_MAX_DEPTH)
		return -1;
	shadows->entry = env_alloc(depth * sizeof(*shadows->entry), true);
	if (!shadows->entry)
		return -1;
	shadows->depth = depth;
	shadows->queue = queue;
	for (tag = 0; tag < depth; tag++)
		shadows->entry[tag].id = tag | queue << XBF_ID_QUEUE_SHIFT;
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

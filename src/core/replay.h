/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replay.h - what a connection that has ended leaves to be done on the next.
 *
 * Decides only; recover.c carries it out. A request that the old backend never
 * answered, as far as we know, goes out again: reads and writes may be done
 * twice, since nothing that depends on them was told of their end. The block
 * layer lets requests that are out at the same time be done in any order.
 */
#ifndef XBF_CORE_REPLAY_H
#define XBF_CORE_REPLAY_H

#include "features.h"
#include "request.h"
#include "ring.h"

/* What the disk must follow; 0: nothing has changed for it. */
#define XBF_NEWS_BLOCK_SIZE	(1u << 0)	/* no longer the same disk: break it */
#define XBF_NEWS_READ_ONLY	(1u << 1)
#define XBF_NEWS_WRITABLE	(1u << 2)

u32 xbf_replay_news(const struct xbf_features *was, const struct xbf_features *now);
u32 xbf_replay_take(struct xbf_ring *ring, struct xbf_shadow_list *out);
bool xbf_replay_stage(struct xbf_shadow *sh, u64 sector);

#endif /* XBF_CORE_REPLAY_H */

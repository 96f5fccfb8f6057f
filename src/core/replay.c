// SPDX-License-Identifier: GPL-2.0
/*
 * replay.c - requests that go out once more, on another connection or as
 * another operation (Xen public header blkif.h).
 */
#include "replay.h"

/**
 * xbf_replay_news() - compare a disk with what the next backend says of it
 * @was: nodes of the last connection
 * @now: nodes of this one, checked
 *
 * Return: XBF_NEWS_ bits.
 */
u32 xbf_replay_news(const struct xbf_features *was, const struct xbf_features *now)
{
	bool ro_before = was->val[XBF_NODE_INFO] & VDISK_READONLY;
	bool ro_now = now->val[XBF_NODE_INFO] & VDISK_READONLY;
	u32 news = 0;

	if (was->val[XBF_NODE_SECTOR_SIZE] != now->val[XBF_NODE_SECTOR_SIZE])
		news |= XBF_NEWS_BLOCK_SIZE;
	if (ro_now && !ro_before)
		news |= XBF_NEWS_READ_ONLY;
	if (ro_before && !ro_now)
		news |= XBF_NEWS_WRITABLE;
	return news;
}

/**
 * xbf_replay_take() - take back every request that the backend has not answered
 * @ring: a ring whose gate is not open; consumer lock held
 * @out: they are added to it
 *
 * Answers that lie unread in the ring are not looked at: in a guest that was
 * migrated they may be newer than the data they speak of. And answers that come
 * late find nothing that waits for them.
 *
 * Return: how many there were.
 */
u32 xbf_replay_take(struct xbf_ring *ring, struct xbf_shadow_list *out)
{
	struct xbf_shadows *shadows;
	u32 tag, nr = 0;

	for (shadows = ring->shadows; shadows; shadows = shadows->next) {
		for (tag = 0; tag < shadows->depth; tag++) {
			struct xbf_shadow *sh = &shadows->entry[tag];

			if (!sh->parts)
				continue;
			sh->parts = 0;
			sh->status = XBF_ST_AGAIN;
			xbf_id_renew(sh);
			xbf_list_add(out, sh);
			nr++;
		}
	}
	return nr;
}

/* Is it to be stable when it completes? */
static bool promises_stability(const struct xbf_shadow *sh)
{
	switch (sh->kind) {
	case XBF_KIND_FORCE:
	case XBF_KIND_DATA_FLUSH:
		return true;
	case XBF_KIND_DISCARD:
	case XBF_KIND_ERASE:
		return sh->through;
	default:
		return false;
	}
}

/**
 * xbf_replay_stage() - is a request that has ended done, or is there more to it?
 * @sh: a request without a further round
 * @sector: where it starts
 *
 * A barrier that the backend declines has not done its work: its data is sent
 * again, as a write and then a flush. The same two make up a forced write on a
 * disk that came to a backend without barriers; a discard may need a flush too.
 *
 * Return: true when @sh was started anew.
 */
bool xbf_replay_stage(struct xbf_shadow *sh, u64 sector)
{
	if (likely(sh->kind < XBF_KIND_FORCE) || !promises_stability(sh))
		return false;
	if (sh->op == BLKIF_OP_WRITE_BARRIER) {
		if (sh->status != XBF_ST_NOTSUPP)
			return false;
		xbf_request_start(sh, sh->owner, XBF_KIND_DATA_FLUSH, sector, sh->nr_total);
		return true;
	}
	if (sh->status != XBF_ST_OK)
		return false;
	xbf_request_start(sh, sh->owner, XBF_KIND_FLUSH, 0, 0);
	return true;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blk-mq.h - as much of the block layer as src/piece.h needs: a request whose
 * payload lies in consecutive pages, a segment in each.
 */
#ifndef XBF_UNIT_SHIM_BLK_MQ_H
#define XBF_UNIT_SHIM_BLK_MQ_H

#include "core/env.h"

#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))

struct bio_vec {
	struct page *bv_page;
	u32 bv_offset;
	u32 bv_len;
};

/**
 * struct request - a payload
 * @pages: where it begins, and those that follow
 * @offset: of its first byte, in the first of them
 * @len: bytes
 */
struct request {
	struct page *pages;
	u32 offset;
	u32 len;
};

struct req_iterator {
	u32 done;
};

static inline bool rq_next_segment(const struct request *rq, struct req_iterator *iter,
				   struct bio_vec *bv)
{
	u32 at = rq->offset + iter->done;

	bv->bv_page = rq->pages + at / PAGE_SIZE;
	bv->bv_offset = at % PAGE_SIZE;
	bv->bv_len = min_t(u32, PAGE_SIZE - bv->bv_offset, rq->len - iter->done);
	iter->done += bv->bv_len;
	return bv->bv_len;
}

#define rq_for_each_segment(bv, rq, iter) \
	for ((iter).done = 0; rq_next_segment(rq, &(iter), &(bv));)

#endif /* XBF_UNIT_SHIM_BLK_MQ_H */

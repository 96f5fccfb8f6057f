/* SPDX-License-Identifier: GPL-2.0 */
/*
 * submit.h - the way of a request down to the ring.
 */
#ifndef XBF_SUBMIT_H
#define XBF_SUBMIT_H

#include "queue.h"

/* How long until what failed for want of memory or grants is tried again. */
#define XBF_RETRY_DELAY	(HZ / 10)

blk_status_t xbf_queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd);
void xbf_commit_rqs(struct blk_mq_hw_ctx *hctx);
void xbf_queue_rqs(struct rq_list *rqlist);

void xbf_park(struct xbf_queue *q, struct xbf_shadow *sh);
blk_status_t xbf_refusal(const struct xbf_shadow *sh);
void xbf_end_failed(struct xbf_shadow *sh);
void xbf_refill(struct xbf_queue *q);

#endif /* XBF_SUBMIT_H */

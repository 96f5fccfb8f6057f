/* SPDX-License-Identifier: GPL-2.0 */
/*
 * complete.h - the way of a response up from the ring.
 */
#ifndef XBF_COMPLETE_H
#define XBF_COMPLETE_H

#include "queue.h"

u32 xbf_queue_look(struct xbf_queue *q);
irqreturn_t xbf_queue_interrupt(int irq, void *data);
void xbf_bottom(struct tasklet_struct *t);
void xbf_retry(struct work_struct *work);
void xbf_queue_knock(struct xbf_queue *q);
void xbf_finish(struct xbf_queue *q, struct xbf_shadow_list *done);
void xbf_limbo_add(struct xbf_queue *q, struct xbf_shadow *sh);
u32 xbf_limbo_retry(struct xbf_queue *q);

void xbf_complete_rq(struct request *rq);
enum blk_eh_timer_return xbf_timeout(struct request *rq);

#endif /* XBF_COMPLETE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blk-mq.h - tag sets, queues and their callbacks.
 */
#ifndef XBF_COMPAT_BLK_MQ_H
#define XBF_COMPAT_BLK_MQ_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>

#include "compat/request.h"
#include "compat/rq-list.h"

/* --- Tag sets ------------------------------------------------------------- */

/*
 * Flags of a tag set that the newest kernel implies or knows by itself.
 * Up to 6.13 merging has to be asked for; from 5.14 on a disk can ask for the
 * scheduler "none" (before: see compat/gendisk.h).
 */
#ifdef XBF_HAVE_SHOULD_MERGE
#define XBF_TAG_SET_MERGE	BLK_MQ_F_SHOULD_MERGE
#else
#define XBF_TAG_SET_MERGE	0
#endif
#ifdef XBF_HAVE_NO_SCHED_BY_DEFAULT
#define XBF_TAG_SET_NO_SCHED	BLK_MQ_F_NO_SCHED_BY_DEFAULT
#else
#define XBF_TAG_SET_NO_SCHED	0
#endif
#define XBF_TAG_SET_FLAGS	(XBF_TAG_SET_MERGE | XBF_TAG_SET_NO_SCHED)

#ifdef XBF_HAVE_CONST_MQ_OPS
#define XBF_TAG_SET_OPS(ops)	(ops)
#else
/* Up to 4.8 they are not declared constant; the kernel does not write to them. */
#define XBF_TAG_SET_OPS(ops)	((struct blk_mq_ops *)(ops))
#endif

/* --- Waiting for a queue -------------------------------------------------- */

#ifdef XBF_HAVE_QUIESCE_QUEUE
static inline void xbf_submit_enter(void)
{
}

static inline void xbf_submit_leave(void)
{
}
#else
/*
 * Up to 4.12 nobody can wait for those who are handing over requests. So they are
 * readers of RCU here. Requests are not held back meanwhile; the driver does not
 * need that.
 */
static inline void xbf_submit_enter(void)
{
	rcu_read_lock();
}

static inline void xbf_submit_leave(void)
{
	rcu_read_unlock();
}

static inline void xbf_quiesce_queue(struct request_queue *q)
{
	synchronize_rcu();
}

#define blk_mq_quiesce_queue(q)		xbf_quiesce_queue(q)
#define blk_mq_unquiesce_queue(q)	do { } while (0)
#endif

/* --- Callbacks ------------------------------------------------------------ */

#if defined(XBF_HAVE_RQ_MQ_HCTX) && defined(XBF_HAVE_QUIESCE_QUEUE)
#define XBF_ADAPT_QUEUE_RQ(fn)
#define XBF_SET_QUEUE_RQ(fn)		.queue_rq = fn,
#else
static inline blk_status_t
xbf_submit(blk_status_t (*fn)(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd),
	   struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
	blk_status_t status;

	xbf_rq_set_hctx(bd->rq, hctx);
	xbf_submit_enter();
	status = fn(hctx, bd);
	xbf_submit_leave();
	return status;
}

#if defined(XBF_HAVE_QUEUE_RQ_STATUS)
/* 4.13 to 4.20 */
#define XBF_ADAPT_QUEUE_RQ(fn)						\
static blk_status_t fn##_adapter(struct blk_mq_hw_ctx *hctx,		\
				 const struct blk_mq_queue_data *bd)	\
{									\
	return xbf_submit(fn, hctx, bd);				\
}
#else
/* 3.19 to 4.12 */
#define XBF_ADAPT_QUEUE_RQ(fn)						\
static int fn##_adapter(struct blk_mq_hw_ctx *hctx,			\
			const struct blk_mq_queue_data *bd)		\
{									\
	return xbf_submit(fn, hctx, bd) ? BLK_MQ_RQ_QUEUE_ERROR : BLK_MQ_RQ_QUEUE_OK; \
}
#endif
#define XBF_SET_QUEUE_RQ(fn)		.queue_rq = fn##_adapter,
#endif

#ifdef XBF_HAVE_COMMIT_RQS
#define XBF_ADAPT_COMMIT_RQS(fn)
#define XBF_SET_COMMIT_RQS(fn)		.commit_rqs = fn,
#else
/* Up to 4.20 what is announced does follow. */
#define XBF_ADAPT_COMMIT_RQS(fn) \
static void (*const fn##_unused)(struct blk_mq_hw_ctx *hctx) __maybe_unused = fn;
#define XBF_SET_COMMIT_RQS(fn)
#endif

#ifdef XBF_HAVE_MAP_QUEUE
/* Up to 4.8 there is no default for which hardware queue a CPU has. */
#define XBF_SET_MAP_QUEUE		.map_queue = blk_mq_map_queue,
#else
#define XBF_SET_MAP_QUEUE
#endif

#if defined(XBF_HAVE_QUEUE_RQS_LIST)
#define XBF_ADAPT_QUEUE_RQS(fn)
#define XBF_SET_QUEUE_RQS(name)		.queue_rqs = name,
#elif defined(XBF_HAVE_QUEUE_RQS_POINTER)
/* 5.16 to 6.12.0. What the driver leaves in the list goes through queue_rq. */
#define XBF_ADAPT_QUEUE_RQS(fn)						\
static void fn##_adapter(struct request **first)			\
{									\
	struct rq_list list = { .head = *first };			\
									\
	/* Only taken from at the head: nobody looks for the tail. */	\
	fn(&list);							\
	*first = list.head;						\
}
#define XBF_SET_QUEUE_RQS(fn)		.queue_rqs = fn##_adapter,
#else
/* Up to 5.15 requests come one by one. */
#define XBF_ADAPT_QUEUE_RQS(fn) \
static void (*const fn##_unused)(struct rq_list *list) __maybe_unused = fn;
#define XBF_SET_QUEUE_RQS(fn)
#endif

#ifdef XBF_HAVE_TIMEOUT_RESERVED
/* Up to 6.0 */
#define XBF_ADAPT_TIMEOUT(fn)						\
static enum blk_eh_timer_return fn##_adapter(struct request *rq, bool reserved) \
{									\
	return xbf_rq_is_out(rq) ? fn(rq) : BLK_EH_RESET_TIMER;		\
}
#define XBF_SET_TIMEOUT(fn)		.timeout = fn##_adapter,
#else
#define XBF_ADAPT_TIMEOUT(fn)
#define XBF_SET_TIMEOUT(fn)		.timeout = fn,
#endif

#endif /* XBF_COMPAT_BLK_MQ_H */

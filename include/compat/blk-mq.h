/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blk-mq.h - queues, their callbacks, and requests in lists and batches.
 */
#ifndef XBF_COMPAT_BLK_MQ_H
#define XBF_COMPAT_BLK_MQ_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>

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

/* --- Lists of requests ---------------------------------------------------- */

#ifndef XBF_HAVE_RQ_LIST
/*
 * Up to 6.12.0 a list is a pointer to its first request, if the kernel has
 * such lists at all.
 */
struct rq_list {
	struct request *head;
	struct request *tail;
};

#ifdef XBF_HAVE_RQ_NEXT
static inline struct request *xbf_rq_next(struct request *rq)
{
	return rq->rq_next;
}

static inline void xbf_rq_set_next(struct request *rq, struct request *next)
{
	rq->rq_next = next;
}

static inline void xbf_rq_unlink(struct request *rq)
{
	rq->rq_next = NULL;
}
#else
/* Up to 5.15: the list head that the block layer dispatched the request from. */
static inline struct request *xbf_rq_next(struct request *rq)
{
	return rq->queuelist.next ? list_entry(rq->queuelist.next, struct request, queuelist) :
				    NULL;
}

static inline void xbf_rq_set_next(struct request *rq, struct request *next)
{
	rq->queuelist.next = next ? &next->queuelist : NULL;
}

/* Requeueing insists on an empty list head. */
static inline void xbf_rq_unlink(struct request *rq)
{
	INIT_LIST_HEAD(&rq->queuelist);
}
#endif

/* Before, lists in struct io_comp_batch were the mere pointer: look at that. */
#undef rq_list_empty
#define rq_list_empty(list)	(*(struct request *const *)(list) == NULL)

#undef rq_list_init
#define rq_list_init(list)	xbf_rq_list_init(list)
static inline void xbf_rq_list_init(struct rq_list *list)
{
	list->head = NULL;
	list->tail = NULL;
}

#undef rq_list_peek
#define rq_list_peek(list)	xbf_rq_list_peek(list)
static inline struct request *xbf_rq_list_peek(const struct rq_list *list)
{
	return list->head;
}

#undef rq_list_add_tail
#define rq_list_add_tail(list, rq)	xbf_rq_list_add_tail(list, rq)
static inline void xbf_rq_list_add_tail(struct rq_list *list, struct request *rq)
{
	xbf_rq_set_next(rq, NULL);
	if (list->tail)
		xbf_rq_set_next(list->tail, rq);
	else
		list->head = rq;
	list->tail = rq;
}

#undef rq_list_add_head
#define rq_list_add_head(list, rq)	xbf_rq_list_add_head(list, rq)
static inline void xbf_rq_list_add_head(struct rq_list *list, struct request *rq)
{
	xbf_rq_set_next(rq, list->head);
	list->head = rq;
	if (!list->tail)
		list->tail = rq;
}

#undef rq_list_pop
#define rq_list_pop(list)	xbf_rq_list_pop(list)
static inline struct request *xbf_rq_list_pop(struct rq_list *list)
{
	struct request *rq = list->head;

	if (rq) {
		list->head = xbf_rq_next(rq);
		if (!list->head)
			list->tail = NULL;
		xbf_rq_unlink(rq);
	}
	return rq;
}

#undef rq_list_for_each
#define rq_list_for_each(list, pos) \
	for (pos = rq_list_peek(list); pos; pos = xbf_rq_next(pos))
#endif /* !XBF_HAVE_RQ_LIST */

/* --- Completing in batches ------------------------------------------------ */

#ifndef XBF_HAVE_IO_COMP_BATCH
/* Up to 5.15: no request is taken into a batch, each completes by itself. */
struct io_comp_batch {
	struct rq_list req_list;
	bool need_ts;
	void (*complete)(struct io_comp_batch *iob);
};

#define DEFINE_IO_COMP_BATCH(name)	struct io_comp_batch name = { }

static inline bool blk_mq_add_to_batch(struct request *rq, struct io_comp_batch *iob, bool is_error,
				       void (*complete)(struct io_comp_batch *iob))
{
	return false;
}

static inline void blk_mq_end_request_batch(struct io_comp_batch *iob)
{
}
#endif

/* --- Walking over requests ------------------------------------------------ */

#ifdef XBF_HAVE_BUSY_ITER_RESERVED
/* Up to 5.19 the callback is also told whether the tag is a reserved one. */
struct xbf_busy_iter {
	bool (*fn)(struct request *rq, void *data);
	void *data;
};

static inline bool xbf_busy_iter_one(struct request *rq, void *data, bool reserved)
{
	struct xbf_busy_iter *iter = data;

	return iter->fn(rq, iter->data);
}

static inline void xbf_tagset_busy_iter(struct blk_mq_tag_set *set,
					bool (*fn)(struct request *rq, void *data), void *data)
{
	struct xbf_busy_iter iter = { .fn = fn, .data = data };

	blk_mq_tagset_busy_iter(set, xbf_busy_iter_one, &iter);
}

#define blk_mq_tagset_busy_iter(set, fn, data)	xbf_tagset_busy_iter(set, fn, data)
#endif

/* --- Callbacks ------------------------------------------------------------ */

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
	return fn(rq);							\
}
#define XBF_SET_TIMEOUT(fn)		.timeout = fn##_adapter,
#else
#define XBF_ADAPT_TIMEOUT(fn)
#define XBF_SET_TIMEOUT(fn)		.timeout = fn,
#endif

#ifdef XBF_HAVE_MAP_QUEUES_RESULT
/* Up to 6.0 */
#define XBF_ADAPT_MAP_QUEUES(fn)					\
static int fn##_adapter(struct blk_mq_tag_set *set)			\
{									\
	fn(set);							\
	return 0;							\
}
#define XBF_SET_MAP_QUEUES(fn)		.map_queues = fn##_adapter,
#else
#define XBF_ADAPT_MAP_QUEUES(fn)
#define XBF_SET_MAP_QUEUES(fn)		.map_queues = fn,
#endif

#endif /* XBF_COMPAT_BLK_MQ_H */

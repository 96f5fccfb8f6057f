/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rq-list.h - requests in lists and in batches.
 */
#ifndef XBF_COMPAT_RQ_LIST_H
#define XBF_COMPAT_RQ_LIST_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>

#include "compat/request.h"

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

#endif /* XBF_COMPAT_RQ_LIST_H */

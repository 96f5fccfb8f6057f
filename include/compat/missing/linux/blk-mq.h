/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blk-mq.h - blk-mq for kernels that have none, mainline up to 3.12, or one that a driver
 * of ours cannot use, up to 3.19: see compat/linux/blk-mq.h.
 *
 * What a driver of ours needs of it, in the form of 4.4, on top of a single queue with a
 * request_fn: see compat/request-fn.c. The probes are told by this header what it has.
 */
#ifndef XBF_MISSING_BLK_MQ_H
#define XBF_MISSING_BLK_MQ_H

#include <linux/blkdev.h>

#define XBF_BLK_MQ_ON_REQUEST_FN	1

#define BLK_MQ_RQ_QUEUE_OK	0
#define BLK_MQ_RQ_QUEUE_ERROR	2

/**
 * struct blk_mq_hw_ctx - what takes requests: a driver's queue, with its tags
 * @driver_data: the driver's
 * @set: the one it belongs to
 * @tags: those in use; queue lock
 * @pdus: the driver's part of each request, by tag
 */
struct blk_mq_hw_ctx {
	void *driver_data;
	struct blk_mq_tag_set *set;
	unsigned long *tags;
	void *pdus;
};

struct blk_mq_queue_data {
	struct request *rq;
	bool last;
};

struct blk_mq_ops {
	int (*queue_rq)(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd);
	void (*complete)(struct request *rq);
	enum blk_eh_timer_return (*timeout)(struct request *rq, bool reserved);
	int (*init_hctx)(struct blk_mq_hw_ctx *hctx, void *data, unsigned int index);
};

/**
 * struct blk_mq_tag_set - the queues of one disk
 * @ops: the driver's
 * @nr_hw_queues: how many queues the driver has
 * @queue_depth: tags of each
 * @cmd_size: bytes of a request that are the driver's
 * @numa_node: where memory is to be
 * @flags: none
 * @driver_data: for @ops
 * @lock: the queue lock of the disk, by which a queue leads to its set
 * @hctxs: the queues
 * @nr_busy: tags in use; @lock
 * @nr_frozen: freezes; nothing is taken from the disk's queue while there is one; @lock
 * @starved: something waits for a tag; @lock
 * @idle: waited on until no tag is in use
 */
struct blk_mq_tag_set {
	const struct blk_mq_ops *ops;
	unsigned int nr_hw_queues;
	unsigned int queue_depth;
	unsigned int cmd_size;
	int numa_node;
	unsigned int flags;
	void *driver_data;

	spinlock_t lock;
	struct blk_mq_hw_ctx *hctxs;
	unsigned int nr_busy;
	unsigned int nr_frozen;
	bool starved;
	wait_queue_head_t idle;
};

int blk_mq_alloc_tag_set(struct blk_mq_tag_set *set);
void blk_mq_free_tag_set(struct blk_mq_tag_set *set);
struct request_queue *blk_mq_init_queue(struct blk_mq_tag_set *set);
void blk_mq_complete_request(struct request *rq);
void blk_mq_end_request(struct request *rq, int error);
void blk_mq_freeze_queue(struct request_queue *q);
void blk_mq_unfreeze_queue(struct request_queue *q);

/* A request has started when it is handed over. */
static inline void blk_mq_start_request(struct request *rq)
{
}

/* Its queue is remembered where compat/request.h looks for it. */
static inline void *blk_mq_rq_to_pdu(struct request *rq)
{
	struct blk_mq_hw_ctx *hctx = rq->special;

	return hctx->pdus + rq->tag * hctx->set->cmd_size;
}

#endif /* XBF_MISSING_BLK_MQ_H */

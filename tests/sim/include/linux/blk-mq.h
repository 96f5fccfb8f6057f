/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blk-mq.h - requests, hardware queues and their tags. What is below "model"
 * in a structure is the model's own.
 */
#ifndef SIM_LINUX_BLK_MQ_H
#define SIM_LINUX_BLK_MQ_H

#include "blkdev.h"
#include "workqueue.h"

struct bio_vec {
	struct page *bv_page;
	unsigned int bv_len;
	unsigned int bv_offset;
};

/* A part of a submitter's I/O, as large as limits were when it was sent. */
struct bio {
	struct sim_io *io;
	sector_t sector;
	u32 nr_sectors;
	struct bio *next;
};

enum mq_rq_state { MQ_RQ_IDLE, MQ_RQ_IN_FLIGHT, MQ_RQ_COMPLETE };

/* What a flush sequence has yet to do. */
#define FLUSH_PRE	1u
#define FLUSH_DATA	2u
#define FLUSH_POST	4u

struct request {
	struct request_queue *q;
	struct blk_mq_hw_ctx *mq_hctx;
	unsigned int cmd_flags;
	int tag;
	int internal_tag;
	unsigned int timeout;
	struct bio *bio, *biotail;
	struct list_head queuelist;
	struct request *rq_next;

	/* model */
	sector_t sector;
	u32 nr_sectors;
	enum mq_rq_state state;
	bool with_driver;	/* handed over, not ended */
	unsigned int refs;
	u64 deadline;
	unsigned int flush;	/* steps of a sequence that are left */
	bool in_sequence;
	blk_status_t error;
};

static inline enum req_op req_op(const struct request *rq)
{
	return rq->cmd_flags & REQ_OP_MASK;
}

static inline sector_t blk_rq_pos(const struct request *rq)
{
	return rq->sector;
}

static inline unsigned int blk_rq_sectors(const struct request *rq)
{
	return rq->nr_sectors;
}

static inline unsigned int blk_rq_bytes(const struct request *rq)
{
	return rq->nr_sectors << SECTOR_SHIFT;
}

static inline void *blk_mq_rq_to_pdu(struct request *rq)
{
	return rq + 1;
}

static inline struct request *blk_mq_rq_from_pdu(void *pdu)
{
	return (struct request *)pdu - 1;
}

/* ---- segments: a page's worth of a bio each ---- */

struct req_iterator {
	const struct bio *bio;
	u32 done;
};

static inline bool blk_next_segment(struct req_iterator *iter, struct bio_vec *bv)
{
	const struct bio *bio = iter->bio;
	u32 at;

	while (bio && iter->done == bio->nr_sectors << SECTOR_SHIFT) {
		bio = iter->bio = bio->next;
		iter->done = 0;
	}
	if (!bio || !bio->io->pages)
		return false;
	at = bio->io->first_offset + ((bio->sector - bio->io->sector) << SECTOR_SHIFT) + iter->done;
	bv->bv_page = bio->io->pages[at >> PAGE_SHIFT];
	bv->bv_offset = at & ~PAGE_MASK;
	bv->bv_len = min_t(u32, PAGE_SIZE - bv->bv_offset,
			   (bio->nr_sectors << SECTOR_SHIFT) - iter->done);
	iter->done += bv->bv_len;
	return true;
}

#define rq_for_each_segment(bv, rq, iter)				\
	for ((iter) = (struct req_iterator){ (rq)->bio, 0 };		\
	     blk_next_segment(&(iter), &(bv));)
#define rq_for_each_bvec(bv, rq, iter)	rq_for_each_segment(bv, rq, iter)

unsigned short blk_rq_nr_phys_segments(struct request *rq);

/* ---- queues ---- */

#define BLK_MQ_NO_TAG			(-1)
#define BLK_MQ_F_NO_SCHED_BY_DEFAULT	(1u << 6)

struct blk_mq_queue_data {
	struct request *rq;
	bool last;
};

struct blk_mq_tags;

struct blk_mq_hw_ctx {
	struct request_queue *queue;
	void *driver_data;
	unsigned int queue_num;
	struct blk_mq_tags *tags;

	/* model */
	struct blk_mq_tags *sched_tags;
	struct list_head dispatch;	/* to go out before all others */
	struct list_head pending;	/* no scheduler: those that could not go at once */
	bool run_soon;
	/* flushes: who waits for the next, and for the one that is on its way */
	struct list_head flush_pending, flush_running;
	struct request *flush_rq;
	bool flushing;
	unsigned int flush_data;
};

struct rq_list {
	struct request *head;
	struct request *tail;
};

struct io_comp_batch {
	struct rq_list req_list;
	bool need_ts;
	void (*complete)(struct io_comp_batch *iob);
};

#define DEFINE_IO_COMP_BATCH(name)	struct io_comp_batch name = { }

enum blk_eh_timer_return { BLK_EH_DONE, BLK_EH_RESET_TIMER };

struct blk_mq_ops {
	blk_status_t (*queue_rq)(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd);
	void (*commit_rqs)(struct blk_mq_hw_ctx *hctx);
	void (*queue_rqs)(struct rq_list *rqlist);
	enum blk_eh_timer_return (*timeout)(struct request *rq);
	int (*poll)(struct blk_mq_hw_ctx *hctx, struct io_comp_batch *iob);
	void (*complete)(struct request *rq);
	int (*init_hctx)(struct blk_mq_hw_ctx *hctx, void *data, unsigned int index);
	void (*exit_hctx)(struct blk_mq_hw_ctx *hctx, unsigned int index);
	void (*map_queues)(struct blk_mq_tag_set *set);
};

struct blk_mq_tag_set {
	const struct blk_mq_ops *ops;
	unsigned int nr_maps;
	unsigned int nr_hw_queues;
	unsigned int queue_depth;
	unsigned int reserved_tags;
	unsigned int cmd_size;
	int numa_node;
	unsigned int timeout;
	unsigned int flags;
	void *driver_data;
	struct blk_mq_tags **tags;

	/* model */
	struct request_queue *q;
};

int blk_mq_alloc_tag_set(struct blk_mq_tag_set *set);
void blk_mq_free_tag_set(struct blk_mq_tag_set *set);
struct gendisk *blk_mq_alloc_disk(struct blk_mq_tag_set *set, struct queue_limits *lim,
				  void *queuedata);

void blk_mq_start_request(struct request *rq);
void blk_mq_end_request(struct request *rq, blk_status_t status);
bool blk_mq_complete_request_remote(struct request *rq);
void blk_mq_complete_request(struct request *rq);
bool blk_mq_add_to_batch(struct request *rq, struct io_comp_batch *iob, bool is_error,
			 void (*complete)(struct io_comp_batch *iob));
void blk_mq_end_request_batch(struct io_comp_batch *iob);
void blk_mq_requeue_request(struct request *rq, bool kick);
void blk_mq_tagset_busy_iter(struct blk_mq_tag_set *set, bool (*fn)(struct request *rq, void *data),
			     void *data);
bool blk_mq_request_started(struct request *rq);
bool blk_mq_request_completed(struct request *rq);

void blk_mq_quiesce_queue(struct request_queue *q);
void blk_mq_quiesce_queue_nowait(struct request_queue *q);
void blk_mq_unquiesce_queue(struct request_queue *q);
unsigned int blk_mq_freeze_queue(struct request_queue *q);
void blk_mq_unfreeze_queue_(struct request_queue *q);
#define blk_mq_unfreeze_queue(q, ...)	blk_mq_unfreeze_queue_(q)
void blk_mq_run_hw_queues(struct request_queue *q, bool async);

#define queue_for_each_hw_ctx(q, hctx, i)				\
	for ((i) = 0; (i) < (q)->nr_hw_queues && ((hctx) = (q)->hctxs[i]); (i)++)

/* ---- lists of requests ---- */

static inline bool rq_list_empty(const struct rq_list *list)
{
	return !list->head;
}

static inline struct request *rq_list_peek(const struct rq_list *list)
{
	return list->head;
}

static inline void rq_list_init(struct rq_list *list)
{
	list->head = NULL;
	list->tail = NULL;
}

static inline void rq_list_add_tail(struct rq_list *list, struct request *rq)
{
	rq->rq_next = NULL;
	if (list->tail)
		list->tail->rq_next = rq;
	else
		list->head = rq;
	list->tail = rq;
}

static inline struct request *rq_list_pop(struct rq_list *list)
{
	struct request *rq = list->head;

	if (!rq)
		return NULL;
	list->head = rq->rq_next;
	if (!list->head)
		list->tail = NULL;
	rq->rq_next = NULL;
	return rq;
}

#endif /* SIM_LINUX_BLK_MQ_H */

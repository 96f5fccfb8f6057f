/* SPDX-License-Identifier: GPL-2.0 */
/*
 * block.h - what the parts of the modelled block layer know of one another:
 *
 *	block.c		disks and their queues: made, opened, frozen, deleted
 *	bio.c		a submitter's I/O: checked, cut by the limits, plugged
 *	mq.c		requests: tags, dispatch, completion, timeouts
 *	flush.c		sequences of flushes and data
 */
#ifndef SIM_BLOCK_H
#define SIM_BLOCK_H

#include <linux/blk-mq.h>

#include "model.h"

/* As many words of bits as the largest depth takes. */
#define MAX_DEPTH	4096
#define TAG_WORDS	(MAX_DEPTH / 64)

/**
 * struct blk_mq_tags - the tags of one hardware queue
 * @depth: how many
 * @free: a bit for each that nobody has
 * @rqs: who has it; a flush borrows
 * @own: the request that belongs to each tag
 * @wait: for a free one
 */
struct blk_mq_tags {
	unsigned int depth;
	u64 free[TAG_WORDS];
	struct request **rqs;
	struct request **own;
	struct sim_wait wait;
};

struct sim_disk {
	struct gendisk gd;
	struct request_queue q;
	struct sim_disk *next;
	unsigned int refs;
	unsigned int openers;
	bool visible, dead;
	struct mutex open_lock;
};

static inline struct sim_disk *disk_of(struct gendisk *gd)
{
	return container_of(gd, struct sim_disk, gd);
}

/* ---- block.c ---- */

bool queue_enter(struct request_queue *q);	/* false: it is dying */
void queue_wait_thaw(struct request_queue *q);
void queue_exit(struct request_queue *q);
/* A task of the block layer's own, for which deleting the disk waits. */
void queue_help(struct request_queue *q, const char *name, enum sim_context context,
		void (*fn)(void *), void *arg);
void queue_helped(struct request_queue *q);

/* ---- mq.c ---- */

struct blk_mq_tags *tags_alloc(struct request_queue *q, struct blk_mq_hw_ctx *hctx,
			       unsigned int depth, unsigned int cmd_size, bool own);
void tags_free(struct blk_mq_tags *tags);
struct request *request_alloc(struct request_queue *q, unsigned int cmd_size);
struct request *request_get(struct blk_mq_hw_ctx *hctx);	/* NULL: no tag is free */
void request_free(struct request *rq);
void request_end_bios(struct request *rq, blk_status_t status);
void request_put_driver_tag(struct request *rq);

bool mq_is_idle(const struct blk_mq_hw_ctx *hctx);	/* nobody has a tag */
void mq_run(struct blk_mq_hw_ctx *hctx);
void mq_run_soon(struct blk_mq_hw_ctx *hctx);
void mq_insert(struct request *rq, bool first);
void mq_issue_plug(struct request_queue *q, struct rq_list *plug, unsigned int nr);
void mq_arm_timeout(struct request_queue *q, u64 at);
void mq_time_out(void *arg);

/* ---- flush.c ---- */

bool flush_insert(struct request *rq);		/* false: an ordinary request */
void flush_ended(struct request *flush_rq, blk_status_t status);
void flush_data_ended(struct request *rq, blk_status_t status);

/* ---- bio.c ---- */

void bio_end(struct bio *bio, blk_status_t status);
void bio_check_clean(void);

#endif /* SIM_BLOCK_H */

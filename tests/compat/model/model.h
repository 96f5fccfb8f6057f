/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model.h - what the tests make the kernel do, and see of it. The same whatever kernel
 * is played: its forms are model.c's business.
 */
#ifndef MODEL_H
#define MODEL_H

#include "block.h"
#include "kernel.h"
#include "xen.h"

/* --- Requests ------------------------------------------------------------- */

/* What a request does, told as that kernel does; anything else is none of ours. */
enum model_op {
	MODEL_READ,
	MODEL_WRITE,
	MODEL_FLUSH,
	MODEL_DISCARD,
	MODEL_SECURE_ERASE,
	MODEL_PASSTHROUGH,
};

void model_request(struct request *rq, enum model_op op);
/* Ends those of a batch that was taken. */
extern unsigned int model_batched;

/* Hands requests over, as a list where that kernel does; false: one had an error. */
bool model_submit(const struct blk_mq_ops *ops, struct blk_mq_hw_ctx *hctx, struct request **rqs,
		  unsigned int nr);
/* Does the kernel know now that requests are being handed over? */
bool model_is_submitting(void);
/* Nothing follows; false: that kernel never says so. */
bool model_commit(const struct blk_mq_ops *ops, struct blk_mq_hw_ctx *hctx);
enum blk_eh_timer_return model_timeout(const struct blk_mq_ops *ops, struct request *rq);
/* Is there what finds the hardware queue of a CPU? */
bool model_can_map(const struct blk_mq_ops *ops);
/* How often somebody waited for those who submit. */
extern unsigned int model_grace_periods;

/* --- Disks ---------------------------------------------------------------- */

/* Queue limits in the terms of today. */
struct model_limits {
	bool cache, fua, rotational;
	unsigned long boundary;
	unsigned int max_sectors, max_segments, segment_size, logical, physical, io_min, io_opt;
	unsigned int dma, discard, erase, granularity, alignment;
};

struct model_limits model_limits(const struct request_queue *q);
/* How many disks and queues stand; disks that starts with "none", if the kernel can. */
extern unsigned int model_disks, model_queues;
bool model_starts_without_scheduler(const struct gendisk *disk, const struct blk_mq_tag_set *set);
bool model_can_refuse_schedulers(void);
bool model_merges(const struct blk_mq_tag_set *set);
bool model_is_dead(const struct gendisk *disk);
/* The next allocations of a disk and of a queue fail; limits are refused, if the kernel can. */
extern bool model_no_disk, model_no_queue, model_bad_limits;
bool model_can_refuse_limits(void);

int model_open(const struct block_device_operations *fops, struct gendisk *disk, bool write);
void model_release(const struct block_device_operations *fops, struct gendisk *disk);
int model_getgeo(const struct block_device_operations *fops, struct gendisk *disk,
		 struct hd_geometry *geo);
/* From a program of the kernel's own size, or of 32 bits. */
int model_ioctl(struct gendisk *disk, unsigned int cmd, unsigned long arg);
int model_ioctl32(struct gendisk *disk, unsigned int cmd, unsigned long arg);
bool model_has_32_bit_programs(void);

/* --- Xen ------------------------------------------------------------------ */

void model_remove(const struct xenbus_driver *driver, struct xenbus_device *dev);
const char *model_driver_name(const struct xenbus_driver *driver, const char *of_register);
void model_fire(struct xenbus_watch *watch, const char *path, const char *token);
extern const char *model_read_path;
bool model_takes_reset_for_new(void);

/* The one grant: does it stand, is it mapped; has the kernel complained. */
extern bool model_granted, model_mapped;
extern unsigned int model_complaints;
void model_make_foreign(struct page *page);
/* The mark that foreign pages have, on one of a file. */
void model_make_checked(struct page *page);

/* The one event channel. */
bool model_is_bound(void);
/* False: it is masked. */
bool model_event(void);
/* Time passes: work that is due runs. */
void model_wait(void);
extern bool model_no_memory;

/* --- The rest ------------------------------------------------------------- */

void model_run_tasklet(struct tasklet_struct *t);
/* Pages that are mapped, locks that are held, readers: none may be left. */
extern int model_held;

#endif /* MODEL_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blkdev.h - disks, queues and their limits. What is below "model" in a
 * structure is block.c's own.
 */
#ifndef SIM_LINUX_BLKDEV_H
#define SIM_LINUX_BLKDEV_H

#include "device.h"
#include "slab.h"

#define SECTOR_SHIFT	9
#define SECTOR_SIZE	(1u << SECTOR_SHIFT)

#define BLK_STS_OK		0
#define BLK_STS_NOTSUPP		1
#define BLK_STS_TIMEOUT		2
#define BLK_STS_NOSPC		3
#define BLK_STS_TRANSPORT	4
#define BLK_STS_TARGET		5
#define BLK_STS_MEDIUM		7
#define BLK_STS_RESOURCE	9
#define BLK_STS_IOERR		10
#define BLK_STS_DEV_RESOURCE	13
#define BLK_STS_OFFLINE		16

int blk_status_to_errno(blk_status_t status);

enum req_op {
	REQ_OP_READ,
	REQ_OP_WRITE,
	REQ_OP_FLUSH,
	REQ_OP_DISCARD,
	REQ_OP_SECURE_ERASE = 5,
	REQ_OP_WRITE_ZEROES = 9,
	REQ_OP_DRV_IN = 34,
};
#define REQ_OP_MASK	     0xffu
#define REQ_FUA		     (1u << 17)
#define REQ_PREFLUSH	     (1u << 18)

#define BLK_FEAT_WRITE_CACHE (1u << 0)
#define BLK_FEAT_FUA	     (1u << 1)
#define BLK_FEAT_ROTATIONAL  (1u << 2)
#define BLK_FEAT_POLL	     (1u << 7)

/* Zero is "the default" wherever there is one. */
struct queue_limits {
	unsigned int features;
	unsigned long seg_boundary_mask;
	unsigned int max_hw_sectors;
	unsigned int max_sectors;
	unsigned int max_segment_size;
	unsigned int physical_block_size;
	unsigned int logical_block_size;
	unsigned int io_min;
	unsigned int io_opt;
	unsigned int max_hw_discard_sectors;
	unsigned int max_secure_erase_sectors;
	unsigned int discard_granularity;
	unsigned int discard_alignment;
	unsigned short max_segments;
	unsigned int dma_alignment;
};

struct gendisk;
struct blk_mq_tag_set;
struct blk_mq_hw_ctx;
struct hd_geometry {
	unsigned char heads;
	unsigned char sectors;
	unsigned short cylinders;
	unsigned long start;
};

struct request_queue {
	void *queuedata;
	struct gendisk *disk;
	struct queue_limits limits;
	unsigned int rq_timeout;
	struct blk_mq_tag_set *tag_set;
	struct blk_mq_hw_ctx **hctxs;
	unsigned int nr_hw_queues;

	/* model */
	struct mutex limits_lock;
	unsigned int usage;		/* submissions and requests inside */
	unsigned int freeze_depth;
	unsigned int quiesce_depth;
	unsigned int dispatching[2];	/* calls of queue_rq, by epoch */
	unsigned int epoch;
	struct sim_wait wait;		/* for any of these */
	bool dying, gone;
	bool elevator;			/* tags of a scheduler's own */
	bool merges;
	struct list_head sched_list;
	struct sim_timer timer;
	unsigned int helpers;		/* tasks of ours that have yet to end */
};

typedef unsigned int blk_mode_t;
#define BLK_OPEN_READ	1u
#define BLK_OPEN_WRITE	2u
#define BLK_OPEN_EXCL	4u
#define BLK_OPEN_NDELAY	8u

struct block_device {
	struct gendisk *bd_disk;
};

/* No program asks by the conventions of another word size. */
#define blkdev_compat_ptr_ioctl NULL

struct block_device_operations {
	struct module *owner;
	int (*open)(struct gendisk *disk, blk_mode_t mode);
	void (*release)(struct gendisk *disk);
	int (*ioctl)(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		     unsigned long arg);
	int (*compat_ioctl)(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
			    unsigned long arg);
	int (*getgeo)(struct gendisk *disk, struct hd_geometry *geo);
	void (*free_disk)(struct gendisk *disk);
};

#define DISK_NAME_LEN		32
#define GENHD_FL_REMOVABLE	1
#define GENHD_FL_NO_PART	4

struct gendisk {
	int major;
	int first_minor;
	int minors;
	char disk_name[DISK_NAME_LEN];
	const struct block_device_operations *fops;
	struct request_queue *queue;
	void *private_data;
	int flags;

	/* model */
	sector_t capacity;
	bool readonly;
};

#define disk_to_dev(disk)	((struct device *)(disk))

static inline sector_t get_capacity(struct gendisk *disk)
{
	return disk->capacity;
}

void set_capacity(struct gendisk *disk, sector_t sectors);
bool set_capacity_and_notify(struct gendisk *disk, sector_t sectors);
void set_disk_ro(struct gendisk *disk, bool readonly);
int device_add_disk(struct device *parent, struct gendisk *disk,
		    const struct attribute_group **groups);
void blk_mark_disk_dead(struct gendisk *disk);
void del_gendisk(struct gendisk *disk);
void put_disk(struct gendisk *disk);
int register_blkdev(unsigned int major, const char *name);
void unregister_blkdev(unsigned int major, const char *name);

static inline bool get_disk_ro(const struct gendisk *disk)
{
	return disk->readonly;
}

struct queue_limits queue_limits_start_update(struct request_queue *q);
int queue_limits_commit_update(struct request_queue *q, struct queue_limits *lim);
int queue_limits_commit_update_frozen(struct request_queue *q, struct queue_limits *lim);
void queue_limits_cancel_update(struct request_queue *q);

static inline void blk_queue_rq_timeout(struct request_queue *q, unsigned int timeout)
{
	q->rq_timeout = timeout;
}

#endif /* SIM_LINUX_BLKDEV_H */

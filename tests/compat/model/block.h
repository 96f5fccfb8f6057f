/* SPDX-License-Identifier: GPL-2.0 */
/*
 * block.h - the block layer of the kernel that is played. See kernel.h.
 *
 * Structures have what include/compat looks at; what only the model itself needs
 * stands in a member that is called `model`.
 */
#ifndef MODEL_BLOCK_H
#define MODEL_BLOCK_H

#include "kernel.h"

#define READ	0
#define WRITE	1

#ifdef KERNEL_HAS_BLK_STATUS_T
typedef u8 blk_status_t;
#define BLK_STS_OK	((blk_status_t)0)
#define BLK_STS_NOTSUPP	((blk_status_t)1)
#define BLK_STS_IOERR	((blk_status_t)10)
#define QUEUE_RQ_RESULT	blk_status_t
#else
#define BLK_MQ_RQ_QUEUE_OK	0
#define BLK_MQ_RQ_QUEUE_ERROR	2
#define QUEUE_RQ_RESULT	int
#endif

/* --- Requests ------------------------------------------------------------- */

struct bio_vec {
	struct page *bv_page;
	unsigned int bv_len, bv_offset;
};

struct bio {
	struct bio *bi_next;
	struct bio_vec *bi_io_vec;
	unsigned short bi_idx, bi_vcnt;
};

struct blk_mq_hw_ctx {
	void *driver_data;
};

struct request {
	struct request_queue *q;
	struct bio *bio;
	struct list_head queuelist;
	int tag;
	u64 cmd_flags;
#ifdef KERNEL_HAS_RQ_MQ_HCTX
	struct blk_mq_hw_ctx *mq_hctx;
#else
	void *special;
#endif
#ifdef KERNEL_HAS_RQ_NEXT
	struct request *rq_next;
#endif
#ifndef KERNEL_HAS_REQ_OP
	int cmd_type;
#endif
	struct {
		bool completed;
	} model;
};

#ifdef KERNEL_HAS_REQ_OP
enum {
	REQ_OP_READ,
	REQ_OP_WRITE,
	REQ_OP_FLUSH,
	REQ_OP_DISCARD,
	REQ_OP_SECURE_ERASE = 5,
	REQ_OP_DRV_IN = 34,
};

#define req_op(rq)		((rq)->cmd_flags & 255)
#else
enum {
	REQ_TYPE_FS = 1,
	REQ_TYPE_BLOCK_PC,
};

#define REQ_WRITE		(1u << 0)
#define REQ_DISCARD		(1u << 7)
#define REQ_SECURE		(1u << 8)
#define REQ_FLUSH		(1u << 9)
#define REQ_FUA			(1u << 10)
#define rq_data_dir(rq)		((int)((rq)->cmd_flags & REQ_WRITE))
#endif

struct req_iterator {
	struct bio *bio;
	int i;
};

#define __rq_for_each_bio(bio_, rq)	for (bio_ = (rq)->bio; bio_; bio_ = bio_->bi_next)
#define bio_segment(bio, i)		((bio)->bi_io_vec[i])
#ifdef KERNEL_HAS_SEGMENT_COPIES
#define rq_for_each_segment(bv, rq, iter)					\
	__rq_for_each_bio((iter).bio, rq)					\
		for ((iter).i = (iter).bio->bi_idx;				\
		     (iter).i < (iter).bio->bi_vcnt &&				\
		     ((bv) = bio_segment((iter).bio, (iter).i), 1);		\
		     (iter).i++)
#else
#define rq_for_each_segment(bv, rq, iter)					\
	__rq_for_each_bio((iter).bio, rq)					\
		for ((iter).i = (iter).bio->bi_idx;				\
		     (iter).i < (iter).bio->bi_vcnt &&				\
		     ((bv) = &bio_segment((iter).bio, (iter).i), 1);		\
		     (iter).i++)
#endif

void blk_mq_complete_request(struct request *rq);
#ifdef KERNEL_HAS_COMPLETE_REMOTE
bool blk_mq_complete_request_remote(struct request *rq);
#endif

#ifdef KERNEL_HAS_RQ_LIST
struct rq_list {
	struct request *head, *tail;
};

#define rq_list_empty(l)	((l)->head == NULL)
#define rq_list_peek(l)		((l)->head)
#define rq_list_init(l)		((l)->head = (l)->tail = NULL)
#define rq_list_for_each(l, pos) \
	for (pos = (l)->head; pos; pos = pos->rq_next)
void rq_list_add_tail(struct rq_list *l, struct request *rq);
void rq_list_add_head(struct rq_list *l, struct request *rq);
struct request *rq_list_pop(struct rq_list *l);
#elif defined(KERNEL_HAS_RQ_NEXT)
/* In the form of then, which is another one than the newest. */
#define rq_list_empty(first)	((first) == NULL)
#define rq_list_peek(first)	(*(first))
#endif

#ifdef KERNEL_HAS_IO_COMP_BATCH
struct io_comp_batch {
	struct request *model;
	void (*complete)(struct io_comp_batch *iob);
};

#define DEFINE_IO_COMP_BATCH(name)	struct io_comp_batch name = { NULL, NULL }
bool blk_mq_add_to_batch(struct request *rq, struct io_comp_batch *iob, bool is_error,
			 void (*complete)(struct io_comp_batch *iob));
void blk_mq_end_request_batch(struct io_comp_batch *iob);
#endif

/* --- Limits and queues ---------------------------------------------------- */

struct queue_limits {
#ifdef KERNEL_HAS_LIMITS_FEATURES
	unsigned int features;
#endif
	unsigned long seg_boundary_mask;
	unsigned int max_hw_sectors;
	unsigned int max_segment_size;
	unsigned int physical_block_size;
	unsigned int logical_block_size;
	unsigned int io_min;
	unsigned int io_opt;
#ifdef KERNEL_HAS_MAX_HW_DISCARD_SECTORS
	unsigned int max_hw_discard_sectors;
#endif
	unsigned int max_discard_sectors;
	unsigned int max_secure_erase_sectors;
	unsigned int discard_granularity;
	unsigned int discard_alignment;
	unsigned short max_segments;
	unsigned int dma_alignment;
};

#define BLK_SAFE_MAX_SECTORS	255
#define BLK_SEG_BOUNDARY_MASK	0xFFFFFFFFUL
#define BLK_MAX_SEGMENT_SIZE	65536
#define BLK_MAX_SEGMENTS	128

struct request_queue {
	void *queuedata;
	struct queue_limits limits;
	unsigned long queue_flags;
#ifndef KERNEL_HAS_WRITE_CACHE
	unsigned int flush_flags;
#endif
#ifndef KERNEL_HAS_BLK_QUEUE_FLAG_SET
	spinlock_t *queue_lock;
#endif
	struct {
		spinlock_t lock;
		int refs, frozen, quiesced;
		bool dying, dead, limits_set, limits_set_unfrozen;
		unsigned int abilities;
	} model;
};

enum {
	QUEUE_FLAG_DYING,
	QUEUE_FLAG_NONROT,
#ifdef KERNEL_HAS_WRITE_CACHE
	QUEUE_FLAG_WC,
	QUEUE_FLAG_FUA,
#endif
#ifdef KERNEL_HAS_QUEUE_FLAG_DISCARD
	QUEUE_FLAG_DISCARD,
#ifdef KERNEL_HAS_QUEUE_FLAG_SECERASE
	QUEUE_FLAG_SECERASE,
#else
	QUEUE_FLAG_SECDISCARD,
#endif
#endif
};

#ifdef KERNEL_HAS_LIMITS_FEATURES
#define BLK_FEAT_WRITE_CACHE	(1u << 0)
#define BLK_FEAT_FUA		(1u << 1)
#define BLK_FEAT_ROTATIONAL	(1u << 2)
#endif
#ifdef KERNEL_HAS_LIMITS_UPDATE
struct queue_limits queue_limits_start_update(struct request_queue *q);
int queue_limits_commit_update(struct request_queue *q, struct queue_limits *lim);
#endif
#ifdef KERNEL_HAS_LIMITS_COMMIT_FROZEN
int queue_limits_commit_update_frozen(struct request_queue *q, struct queue_limits *lim);
#endif

#ifdef KERNEL_HAS_LIMITS_SETTERS
void blk_queue_logical_block_size(struct request_queue *q, unsigned int size);
void blk_queue_physical_block_size(struct request_queue *q, unsigned int size);
void blk_queue_io_min(struct request_queue *q, unsigned int size);
#ifndef KERNEL_HAS_LIMITS_UPDATE
void blk_queue_io_opt(struct request_queue *q, unsigned int size);
void blk_queue_max_hw_sectors(struct request_queue *q, unsigned int sectors);
void blk_queue_segment_boundary(struct request_queue *q, unsigned long mask);
void blk_queue_max_segment_size(struct request_queue *q, unsigned int size);
void blk_queue_max_segments(struct request_queue *q, unsigned short segments);
void blk_queue_dma_alignment(struct request_queue *q, int mask);
void blk_queue_max_discard_sectors(struct request_queue *q, unsigned int sectors);
#endif
#define queue_dma_alignment(q)	((q)->limits.dma_alignment)
#endif
#ifdef KERNEL_HAS_MAX_SECURE_ERASE_SECTORS
void blk_queue_max_secure_erase_sectors(struct request_queue *q, unsigned int sectors);
#endif
#ifdef KERNEL_HAS_BOUNCE_LIMIT
#define BLK_BOUNCE_ANY	(~0ul)
void blk_queue_bounce_limit(struct request_queue *q, u64 limit);
#endif

#ifdef KERNEL_HAS_BLK_QUEUE_FLAG_SET
void blk_queue_flag_set(unsigned int flag, struct request_queue *q);
void blk_queue_flag_clear(unsigned int flag, struct request_queue *q);
#else
void queue_flag_set(unsigned int flag, struct request_queue *q);
void queue_flag_clear(unsigned int flag, struct request_queue *q);
#endif

#ifdef KERNEL_HAS_WRITE_CACHE
void blk_queue_write_cache(struct request_queue *q, bool cached, bool fua);
#else
void blk_queue_flush(struct request_queue *q, unsigned int flush);
#endif

#ifdef KERNEL_HAS_ELEVATOR_FEATURES
void blk_queue_required_elevator_features(struct request_queue *q, unsigned int features);
#endif

void blk_mq_freeze_queue(struct request_queue *q);
void blk_mq_unfreeze_queue(struct request_queue *q);
#ifdef KERNEL_HAS_QUIESCE_QUEUE
void blk_mq_quiesce_queue(struct request_queue *q);
void blk_mq_unquiesce_queue(struct request_queue *q);
#endif

/* --- Tag sets ------------------------------------------------------------- */

enum blk_eh_timer_return {
#ifdef KERNEL_HAS_EH_DONE
	BLK_EH_DONE,
#else
	BLK_EH_NOT_HANDLED,
	BLK_EH_HANDLED,
#endif
	BLK_EH_RESET_TIMER,
};

struct blk_mq_queue_data {
	struct request *rq;
	bool last;
};

struct blk_mq_ops {
	QUEUE_RQ_RESULT (*queue_rq)(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd);
#ifdef KERNEL_HAS_COMMIT_RQS
	void (*commit_rqs)(struct blk_mq_hw_ctx *hctx);
#endif
#if defined(KERNEL_HAS_QUEUE_RQS_LIST)
	void (*queue_rqs)(struct rq_list *list);
#elif defined(KERNEL_HAS_QUEUE_RQS_POINTER)
	void (*queue_rqs)(struct request **list);
#endif
#ifdef KERNEL_HAS_MAP_QUEUE
	struct blk_mq_hw_ctx *(*map_queue)(struct request_queue *q, const int cpu);
#endif
#ifdef KERNEL_HAS_TIMEOUT_RESERVED
	enum blk_eh_timer_return (*timeout)(struct request *rq, bool reserved);
#else
	enum blk_eh_timer_return (*timeout)(struct request *rq);
#endif
};

#ifdef KERNEL_HAS_MAP_QUEUE
struct blk_mq_hw_ctx *blk_mq_map_queue(struct request_queue *q, const int cpu);
#endif

enum {
#ifdef KERNEL_HAS_SHOULD_MERGE
	BLK_MQ_F_SHOULD_MERGE = 1,
#endif
#ifdef KERNEL_HAS_NO_SCHED_BY_DEFAULT
	BLK_MQ_F_NO_SCHED_BY_DEFAULT = 128,
#endif
	BLK_MQ_F_BLOCKING = 32,
};

struct blk_mq_tag_set {
#ifdef KERNEL_HAS_CONST_MQ_OPS
	const struct blk_mq_ops *ops;
#else
	struct blk_mq_ops *ops;
#endif
	unsigned int queue_depth;
	int numa_node;
	unsigned int flags;
#ifdef KERNEL_HAS_BLK_MQ
	struct blk_mq_tags **tags;
#endif
};

void blk_mq_free_tag_set(struct blk_mq_tag_set *set);

/* --- Disks ---------------------------------------------------------------- */

struct gendisk {
	char disk_name[32];
	int flags;
	struct request_queue *queue;
	const struct block_device_operations *fops;
#ifdef KERNEL_HAS_DISK_ADD_PARENT
	struct device *driverfs_dev;
#endif
	struct {
		struct device dev;
		sector_t capacity;
		bool added, holds_queue;
		unsigned int schedulers_refused;
	} model;
};

struct block_device {
	struct gendisk *bd_disk;
};

static inline struct device *disk_to_dev(struct gendisk *disk)
{
	return &disk->model.dev;
}

#ifdef KERNEL_HAS_DISK_ALLOC_PARTS
#define GENHD_FL_EXT_DEVT	0x40
struct request_queue *blk_mq_init_queue(struct blk_mq_tag_set *set);
struct gendisk *alloc_disk_node(int minors, int node);
bool blk_get_queue(struct request_queue *q);
void blk_put_queue(struct request_queue *q);
#else
#ifndef KERNEL_HAS_DISK_ADD_RESULT
#define GENHD_FL_EXT_DEVT	0x40
#endif
struct gendisk *__blk_mq_alloc_disk(struct blk_mq_tag_set *set, const struct queue_limits *lim,
				    void *queuedata);
#ifdef KERNEL_HAS_DISK_ALLOC_LIMITS
#define blk_mq_alloc_disk(set, lim, data)	__blk_mq_alloc_disk(set, lim, data)
#else
#define blk_mq_alloc_disk(set, data)		__blk_mq_alloc_disk(set, NULL, data)
#endif
#endif

#if defined(KERNEL_HAS_DISK_ADD_RESULT)
int device_add_disk(struct device *parent, struct gendisk *disk,
		    const struct attribute_group **groups);
#elif defined(KERNEL_HAS_DISK_ADD_VOID)
void device_add_disk(struct device *parent, struct gendisk *disk,
		     const struct attribute_group **groups);
#elif defined(KERNEL_HAS_DISK_ADD_PLAIN)
void device_add_disk(struct device *parent, struct gendisk *disk);
#else
void add_disk(struct gendisk *disk);
#endif

void del_gendisk(struct gendisk *disk);
void put_disk(struct gendisk *disk);
#ifdef KERNEL_HAS_DISK_OWNS_QUEUE
void blk_mq_destroy_queue(struct request_queue *q);
#else
void blk_cleanup_queue(struct request_queue *q);
#define blk_queue_dead(q)	((q)->model.dead)
#endif

void set_capacity(struct gendisk *disk, sector_t sectors);
#if defined(KERNEL_HAS_SET_CAPACITY_AND_NOTIFY)
bool set_capacity_and_notify(struct gendisk *disk, sector_t sectors);
#elif defined(KERNEL_HAS_REVALIDATE_DISK)
int revalidate_disk(struct gendisk *disk);
#else
void set_capacity_revalidate_and_notify(struct gendisk *disk, sector_t sectors, bool update_bdev);
#endif

#ifdef KERNEL_HAS_BLK_MARK_DISK_DEAD
void blk_mark_disk_dead(struct gendisk *disk);
#elif defined(KERNEL_HAS_BLK_SET_QUEUE_DYING)
void blk_set_queue_dying(struct request_queue *q);
#endif

/* --- Operations of a block device ----------------------------------------- */

#define FMODE_READ	1u
#define FMODE_WRITE	2u
#define FMODE_NDELAY	64u
#define FMODE_EXCL	128u
#ifdef KERNEL_HAS_BLK_MODE_T
typedef unsigned int blk_mode_t;
#define BLK_OPEN_READ	1u
#define BLK_OPEN_WRITE	2u
#define BLK_OPEN_EXCL	4u
#define BLK_OPEN_NDELAY	8u
#define MODEL_MODE	blk_mode_t
#else
#define MODEL_MODE	fmode_t
#endif

struct hd_geometry {
	u8 heads;
};

struct block_device_operations {
	struct module *owner;
#ifdef KERNEL_HAS_BDEV_OPEN_DISK
	int (*open)(struct gendisk *disk, blk_mode_t mode);
#else
	int (*open)(struct block_device *bdev, fmode_t mode);
#endif
#ifdef KERNEL_HAS_BDEV_RELEASE_DISK
	void (*release)(struct gendisk *disk);
#else
	void (*release)(struct gendisk *disk, fmode_t mode);
#endif
#ifdef KERNEL_HAS_BDEV_GETGEO_DISK
	int (*getgeo)(struct gendisk *disk, struct hd_geometry *geo);
#else
	int (*getgeo)(struct block_device *bdev, struct hd_geometry *geo);
#endif
	int (*ioctl)(struct block_device *bdev, MODEL_MODE mode, unsigned int cmd,
		     unsigned long arg);
	int (*compat_ioctl)(struct block_device *bdev, MODEL_MODE mode, unsigned int cmd,
			    unsigned long arg);
};

#if defined(KERNEL_HAS_COMPAT_PTR_IOCTL) && defined(CONFIG_COMPAT)
int blkdev_compat_ptr_ioctl(struct block_device *bdev, MODEL_MODE mode, unsigned int cmd,
			    unsigned long arg);
#elif defined(KERNEL_HAS_COMPAT_PTR_IOCTL)
#define blkdev_compat_ptr_ioctl	NULL
#endif

#endif /* MODEL_BLOCK_H */

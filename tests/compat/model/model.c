// SPDX-License-Identifier: GPL-2.0
/*
 * model.c - what the kernel that is played does: requests, disks and their queues.
 */
#include "model.h"

/* --- Requests ------------------------------------------------------------- */

unsigned int model_batched, model_grace_periods;
static int submitters;

void model_request(struct request *rq, enum model_op op)
{
#ifdef KERNEL_HAS_REQ_OP
	static const unsigned int flags[] = { REQ_OP_READ,    REQ_OP_WRITE,	   REQ_OP_FLUSH,
					      REQ_OP_DISCARD, REQ_OP_SECURE_ERASE, REQ_OP_DRV_IN };
#else
	static const unsigned int flags[] = { 0,
					      REQ_WRITE,
					      REQ_FLUSH | REQ_WRITE,
					      REQ_DISCARD | REQ_WRITE,
					      REQ_DISCARD | REQ_SECURE | REQ_WRITE,
					      0 };

	rq->cmd_type = op == MODEL_PASSTHROUGH ? REQ_TYPE_BLOCK_PC : REQ_TYPE_FS;
#endif
	rq->cmd_flags = flags[op];
}

/* As in the worst moment: while the request's timeout is handled. */
void blk_mq_complete_request(struct request *rq)
{
#ifdef KERNEL_HAS_EH_DONE
	rq->model.completed = true;
#endif
}

#ifdef KERNEL_HAS_COMPLETE_REMOTE
bool blk_mq_complete_request_remote(struct request *rq)
{
	blk_mq_complete_request(rq);
	return true;
}
#endif

#ifdef KERNEL_HAS_RQ_LIST
void rq_list_add_tail(struct rq_list *l, struct request *rq)
{
	rq->rq_next = NULL;
	if (l->tail)
		l->tail->rq_next = rq;
	else
		l->head = rq;
	l->tail = rq;
}

void rq_list_add_head(struct rq_list *l, struct request *rq)
{
	rq->rq_next = l->head;
	l->head = rq;
	if (!l->tail)
		l->tail = rq;
}

struct request *rq_list_pop(struct rq_list *l)
{
	struct request *rq = l->head;

	if (!rq)
		return NULL;
	l->head = rq->rq_next;
	if (!l->head)
		l->tail = NULL;
	rq->rq_next = NULL;
	return rq;
}
#endif

#ifdef KERNEL_HAS_IO_COMP_BATCH
bool blk_mq_add_to_batch(struct request *rq, struct io_comp_batch *iob, bool is_error,
			 void (*complete)(struct io_comp_batch *iob))
{
	if (is_error)
		return false;
	rq->rq_next = iob->model;
	iob->model = rq;
	iob->complete = complete;
	return true;
}

void blk_mq_end_request_batch(struct io_comp_batch *iob)
{
	for (; iob->model; iob->model = iob->model->rq_next)
		model_batched++;
}
#endif

static bool submit_one(const struct blk_mq_ops *ops, struct blk_mq_hw_ctx *hctx, struct request *rq,
		       bool last)
{
	struct blk_mq_queue_data bd = { rq, last };
	QUEUE_RQ_RESULT result = ops->queue_rq(hctx, &bd);

#ifdef KERNEL_HAS_BLK_STATUS_T
	return result == BLK_STS_OK;
#else
	return result == BLK_MQ_RQ_QUEUE_OK;
#endif
}

#if defined(KERNEL_HAS_QUEUE_RQS_LIST)
static unsigned int submit_list(const struct blk_mq_ops *ops, struct request **rqs, unsigned int nr)
{
	struct rq_list list = { NULL, NULL };
	unsigned int i, left = 0;

	for (i = 0; i < nr; i++)
		rq_list_add_tail(&list, rqs[i]);
	ops->queue_rqs(&list);
	while (rq_list_pop(&list))
		left++;
	return nr - left;
}
#elif defined(KERNEL_HAS_QUEUE_RQS_POINTER)
static unsigned int submit_list(const struct blk_mq_ops *ops, struct request **rqs, unsigned int nr)
{
	struct request *list = rqs[0], *rq;
	unsigned int i, left = 0;

	for (i = 0; i < nr; i++)
		rqs[i]->rq_next = i + 1 < nr ? rqs[i + 1] : NULL;
	ops->queue_rqs(&list);
	for (rq = list; rq; rq = rq->rq_next)
		left++;
	return nr - left;
}
#else
static unsigned int submit_list(const struct blk_mq_ops *ops, struct request **rqs, unsigned int nr)
{
	(void)ops, (void)rqs, (void)nr;
	return 0;
}
#endif

bool model_submit(const struct blk_mq_ops *ops, struct blk_mq_hw_ctx *hctx, struct request **rqs,
		  unsigned int nr)
{
	bool ok = true;
	unsigned int i;

	submitters++;
#ifdef KERNEL_HAS_RQ_MQ_HCTX
	for (i = 0; i < nr; i++)
		rqs[i]->mq_hctx = hctx;
#endif
	for (i = submit_list(ops, rqs, nr); i < nr; i++)
		ok &= submit_one(ops, hctx, rqs[i], i + 1 == nr);
	submitters--;
	return ok;
}

static int readers;

void rcu_read_lock(void)
{
	readers++;
}

void rcu_read_unlock(void)
{
	readers--;
}

void synchronize_rcu(void)
{
	model_grace_periods++;
}

bool model_is_submitting(void)
{
#ifdef KERNEL_HAS_QUIESCE_QUEUE
	return submitters;
#else
	/* That kernel does not know. */
	return readers;
#endif
}

#ifdef KERNEL_HAS_QUIESCE_QUEUE
void blk_mq_quiesce_queue(struct request_queue *q)
{
	q->model.quiesced++;
	model_grace_periods++;
}

void blk_mq_unquiesce_queue(struct request_queue *q)
{
	q->model.quiesced--;
}
#endif

bool model_commit(const struct blk_mq_ops *ops, struct blk_mq_hw_ctx *hctx)
{
#ifdef KERNEL_HAS_COMMIT_RQS
	ops->commit_rqs(hctx);
	return true;
#else
	(void)ops, (void)hctx;
	return false;
#endif
}

enum blk_eh_timer_return model_timeout(const struct blk_mq_ops *ops, struct request *rq)
{
#ifdef KERNEL_HAS_TIMEOUT_RESERVED
	return ops->timeout(rq, false);
#else
	return ops->timeout(rq);
#endif
}

#ifdef KERNEL_HAS_MAP_QUEUE
struct blk_mq_hw_ctx *blk_mq_map_queue(struct request_queue *q, const int cpu)
{
	(void)q, (void)cpu;
	return NULL;
}
#endif

bool model_can_map(const struct blk_mq_ops *ops)
{
#ifdef KERNEL_HAS_MAP_QUEUE
	return ops->map_queue == blk_mq_map_queue;
#else
	return ops;
#endif
}

/* --- Queues and their limits ---------------------------------------------- */

unsigned int model_disks, model_queues;
bool model_no_disk, model_no_queue, model_bad_limits;

static struct request_queue *queue_make(void)
{
	struct request_queue *q = calloc(1, sizeof(*q));

	q->model.refs = 1;
#ifndef KERNEL_HAS_BLK_QUEUE_FLAG_SET
	q->queue_lock = &q->model.lock;
#endif
	model_queues++;
	return q;
}

static void queue_put(struct request_queue *q)
{
	if (--q->model.refs)
		return;
	model_queues--;
	free(q);
}

/* Limits of a disk that is in use are changed while no request is. */
static void limits_change(struct request_queue *q)
{
	q->model.limits_set_unfrozen |= q->model.limits_set && !q->model.frozen;
}

void blk_mq_freeze_queue(struct request_queue *q)
{
	q->model.frozen++;
}

void blk_mq_unfreeze_queue(struct request_queue *q)
{
	q->model.frozen--;
	q->model.limits_set = true;
}

static void flag_change(struct request_queue *q, unsigned int flag, bool on)
{
	q->queue_flags &= ~(1UL << flag);
	q->queue_flags |= (unsigned long)on << flag;
}

#ifdef KERNEL_HAS_BLK_QUEUE_FLAG_SET
void blk_queue_flag_set(unsigned int flag, struct request_queue *q)
{
	flag_change(q, flag, true);
}

void blk_queue_flag_clear(unsigned int flag, struct request_queue *q)
{
	flag_change(q, flag, false);
}
#else
void queue_flag_set(unsigned int flag, struct request_queue *q)
{
	flag_change(q, flag, q->queue_lock->held);
}

void queue_flag_clear(unsigned int flag, struct request_queue *q)
{
	flag_change(q, flag, !q->queue_lock->held);
}
#endif

#ifdef KERNEL_HAS_LIMITS_UPDATE
struct queue_limits queue_limits_start_update(struct request_queue *q)
{
	return q->limits;
}

int queue_limits_commit_update(struct request_queue *q, struct queue_limits *lim)
{
	limits_change(q);
	if (model_bad_limits)
		return -EINVAL;
	q->limits = *lim;
	return 0;
}
#endif

#ifdef KERNEL_HAS_LIMITS_COMMIT_FROZEN
int queue_limits_commit_update_frozen(struct request_queue *q, struct queue_limits *lim)
{
	int ret;

	blk_mq_freeze_queue(q);
	ret = queue_limits_commit_update(q, lim);
	blk_mq_unfreeze_queue(q);
	return ret;
}
#endif

bool model_can_refuse_limits(void)
{
#ifdef KERNEL_HAS_LIMITS_UPDATE
	return true;
#else
	return false;
#endif
}

#ifdef KERNEL_HAS_LIMITS_SETTERS
#define SETTER(name, type, member)					\
void blk_queue_##name(struct request_queue *q, type value)		\
{									\
	limits_change(q);						\
	q->limits.member = value;					\
}

SETTER(logical_block_size, unsigned int, logical_block_size)
SETTER(physical_block_size, unsigned int, physical_block_size)
SETTER(io_min, unsigned int, io_min)
#ifndef KERNEL_HAS_LIMITS_UPDATE
SETTER(io_opt, unsigned int, io_opt)
SETTER(max_hw_sectors, unsigned int, max_hw_sectors)
SETTER(segment_boundary, unsigned long, seg_boundary_mask)
SETTER(max_segment_size, unsigned int, max_segment_size)
SETTER(max_segments, unsigned short, max_segments)
SETTER(dma_alignment, int, dma_alignment)

void blk_queue_max_discard_sectors(struct request_queue *q, unsigned int sectors)
{
#ifdef KERNEL_HAS_MAX_HW_DISCARD_SECTORS
	q->limits.max_hw_discard_sectors = sectors;
#endif
	q->limits.max_discard_sectors = sectors;
}
#endif
#endif

#ifdef KERNEL_HAS_MAX_SECURE_ERASE_SECTORS
SETTER(max_secure_erase_sectors, unsigned int, max_secure_erase_sectors)
#endif

#ifdef KERNEL_HAS_BOUNCE_LIMIT
void blk_queue_bounce_limit(struct request_queue *q, u64 limit)
{
	(void)q, (void)limit;
}
#endif

#ifdef KERNEL_HAS_WRITE_CACHE
void blk_queue_write_cache(struct request_queue *q, bool cached, bool fua)
{
	flag_change(q, QUEUE_FLAG_WC, cached);
	flag_change(q, QUEUE_FLAG_FUA, fua);
}
#else
void blk_queue_flush(struct request_queue *q, unsigned int flush)
{
	q->flush_flags = flush;
}
#endif

static bool has_flag(const struct request_queue *q, unsigned int flag)
{
	return test_bit(flag, &q->queue_flags);
}

#if defined(KERNEL_HAS_LIMITS_FEATURES)
static void read_features(struct model_limits *lim, const struct request_queue *q)
{
	lim->cache = q->limits.features & BLK_FEAT_WRITE_CACHE;
	lim->fua = q->limits.features & BLK_FEAT_FUA;
	lim->rotational = q->limits.features & BLK_FEAT_ROTATIONAL;
}
#else
static void read_features(struct model_limits *lim, const struct request_queue *q)
{
	lim->rotational = !has_flag(q, QUEUE_FLAG_NONROT);
#ifdef KERNEL_HAS_WRITE_CACHE
	lim->cache = has_flag(q, QUEUE_FLAG_WC);
	lim->fua = has_flag(q, QUEUE_FLAG_FUA);
#else
	lim->cache = q->flush_flags & REQ_FLUSH;
	lim->fua = q->flush_flags & REQ_FUA;
#endif
}
#endif

/* What that kernel would discard and erase, by limits or by flags. */
static void read_discard(struct model_limits *lim, const struct request_queue *q)
{
#ifdef KERNEL_HAS_MAX_HW_DISCARD_SECTORS
	lim->discard = q->limits.max_hw_discard_sectors;
#else
	lim->discard = q->limits.max_discard_sectors;
#endif
	lim->erase = q->limits.max_secure_erase_sectors;
#ifdef KERNEL_HAS_QUEUE_FLAG_DISCARD
#ifndef KERNEL_HAS_QUEUE_FLAG_SECERASE
#define QUEUE_FLAG_SECERASE	QUEUE_FLAG_SECDISCARD
#endif
	lim->erase = has_flag(q, QUEUE_FLAG_SECERASE) ? lim->discard : 0;
	if (!has_flag(q, QUEUE_FLAG_DISCARD))
		lim->discard = 0;
#endif
}

struct model_limits model_limits(const struct request_queue *q)
{
	struct model_limits lim = {
		.boundary = q->limits.seg_boundary_mask,
		.max_sectors = q->limits.max_hw_sectors,
		.max_segments = q->limits.max_segments,
		.segment_size = q->limits.max_segment_size,
		.logical = q->limits.logical_block_size,
		.physical = q->limits.physical_block_size,
		.io_min = q->limits.io_min,
		.io_opt = q->limits.io_opt,
		.dma = q->limits.dma_alignment,
		.granularity = q->limits.discard_granularity,
		.alignment = q->limits.discard_alignment,
	};

	read_features(&lim, q);
	read_discard(&lim, q);
	return lim;
}

/* --- Disks ---------------------------------------------------------------- */

void blk_mq_free_tag_set(struct blk_mq_tag_set *set)
{
	(void)set;
}

bool model_merges(const struct blk_mq_tag_set *set)
{
#ifdef KERNEL_HAS_SHOULD_MERGE
	return set->flags & BLK_MQ_F_SHOULD_MERGE;
#else
	return !(set->flags & ~128u);
#endif
}

static struct gendisk *disk_make(void)
{
	if (model_no_disk)
		return NULL;
	model_disks++;
	return calloc(1, sizeof(struct gendisk));
}

#ifdef KERNEL_HAS_DISK_ALLOC_PARTS
struct request_queue *blk_mq_init_queue(struct blk_mq_tag_set *set)
{
	(void)set;
	return model_no_queue ? ERR_PTR(-ENOMEM) : queue_make();
}

struct gendisk *alloc_disk_node(int minors, int node)
{
	(void)minors, (void)node;
	return disk_make();
}

bool blk_get_queue(struct request_queue *q)
{
	return !q->model.dying && ++q->model.refs;
}

void blk_put_queue(struct request_queue *q)
{
	queue_put(q);
}
#else
struct gendisk *__blk_mq_alloc_disk(struct blk_mq_tag_set *set, const struct queue_limits *lim,
				    void *queuedata)
{
	struct gendisk *disk = model_no_queue ? NULL : disk_make();

	(void)set;
	if (!disk)
		return ERR_PTR(-ENOMEM);
	disk->queue = queue_make();
	if (lim && model_bad_limits) {
		put_disk(disk);
		return ERR_PTR(-EINVAL);
	}
	disk->queue->queuedata = queuedata;
	if (lim)
		disk->queue->limits = *lim;
	return disk;
}
#endif

/* Where queue and disk are made one by one, the queue belongs to the disk once it is added. */
static void disk_add(struct device *parent, struct gendisk *disk)
{
	disk->model.dev.parent = parent;
	disk->model.added = true;
	disk->model.schedulers_refused = disk->queue->model.abilities;
	disk->queue->model.limits_set = true;
#ifdef KERNEL_HAS_DISK_ALLOC_PARTS
	disk->queue->model.refs++;
#endif
}

#if defined(KERNEL_HAS_DISK_ADD_RESULT)
int device_add_disk(struct device *parent, struct gendisk *disk,
		    const struct attribute_group **groups)
{
	for (; *groups; groups++)
		sysfs_create_group(&disk->model.dev.kobj, *groups);
	disk_add(parent, disk);
	return 0;
}
#elif defined(KERNEL_HAS_DISK_ADD_VOID)
void device_add_disk(struct device *parent, struct gendisk *disk,
		     const struct attribute_group **groups)
{
	for (; *groups; groups++)
		sysfs_create_group(&disk->model.dev.kobj, *groups);
	disk_add(parent, disk);
}
#elif defined(KERNEL_HAS_DISK_ADD_PLAIN)
void device_add_disk(struct device *parent, struct gendisk *disk)
{
	disk_add(parent, disk);
}
#else
void add_disk(struct gendisk *disk)
{
	disk_add(disk->driverfs_dev, disk);
}
#endif

#ifdef KERNEL_HAS_ELEVATOR_FEATURES
void blk_queue_required_elevator_features(struct request_queue *q, unsigned int features)
{
	q->model.abilities = features;
}
#endif

bool model_can_refuse_schedulers(void)
{
#if defined(KERNEL_HAS_ELEVATOR_FEATURES) || defined(KERNEL_HAS_NO_SCHED_BY_DEFAULT)
	return true;
#else
	return false;
#endif
}

/* And the administrator can still choose another one. */
bool model_starts_without_scheduler(const struct gendisk *disk, const struct blk_mq_tag_set *set)
{
#ifdef KERNEL_HAS_NO_SCHED_BY_DEFAULT
	return set->flags & BLK_MQ_F_NO_SCHED_BY_DEFAULT && !disk->queue->model.abilities;
#else
	return set && disk->model.schedulers_refused && !disk->queue->model.abilities;
#endif
}

void del_gendisk(struct gendisk *disk)
{
	disk->model.added = false;
#ifdef KERNEL_HAS_DISK_OWNS_QUEUE
	disk->queue->model.dead = true;
#endif
}

void put_disk(struct gendisk *disk)
{
	struct request_queue *q = disk ? disk->queue : NULL;

	if (!disk)
		return;
	model_disks--;
	free(disk);
	if (q)
		queue_put(q);
}

#ifdef KERNEL_HAS_DISK_OWNS_QUEUE
void blk_mq_destroy_queue(struct request_queue *q)
{
	q->model.dead = true;
}
#else
void blk_cleanup_queue(struct request_queue *q)
{
	q->model.dead = true;
	/* A disk that is made in one has the only reference. */
#ifdef KERNEL_HAS_DISK_ALLOC_PARTS
	queue_put(q);
#endif
}
#endif

void set_capacity(struct gendisk *disk, sector_t sectors)
{
	disk->model.capacity = sectors;
}

#if defined(KERNEL_HAS_SET_CAPACITY_AND_NOTIFY)
bool set_capacity_and_notify(struct gendisk *disk, sector_t sectors)
{
	set_capacity(disk, sectors);
	disk->model.dev.kobj.resizes++;
	return true;
}
#elif defined(KERNEL_HAS_REVALIDATE_DISK)
int revalidate_disk(struct gendisk *disk)
{
	return disk ? 0 : -EINVAL;
}
#else
void set_capacity_revalidate_and_notify(struct gendisk *disk, sector_t sectors, bool update_bdev)
{
	set_capacity(disk, sectors);
	disk->model.dev.kobj.resizes += update_bdev;
}
#endif

#ifdef KERNEL_HAS_BLK_MARK_DISK_DEAD
void blk_mark_disk_dead(struct gendisk *disk)
{
	disk->queue->model.dying = true;
	set_capacity(disk, 0);
}
#elif defined(KERNEL_HAS_BLK_SET_QUEUE_DYING)
void blk_set_queue_dying(struct request_queue *q)
{
	q->model.dying = true;
}
#endif

bool model_is_dead(const struct gendisk *disk)
{
	return (disk->queue->model.dying || has_flag(disk->queue, QUEUE_FLAG_DYING)) &&
	       !disk->model.capacity;
}

/* --- Operations of a block device ----------------------------------------- */

int model_open(const struct block_device_operations *fops, struct gendisk *disk, bool write)
{
#ifdef KERNEL_HAS_BDEV_OPEN_DISK
	return fops->open(disk, BLK_OPEN_READ | (write ? BLK_OPEN_WRITE : 0));
#else
	struct block_device bdev = { disk };

	return fops->open(&bdev, FMODE_READ | (write ? FMODE_WRITE : 0));
#endif
}

void model_release(const struct block_device_operations *fops, struct gendisk *disk)
{
#ifdef KERNEL_HAS_BDEV_RELEASE_DISK
	fops->release(disk);
#else
	fops->release(disk, FMODE_READ);
#endif
}

int model_getgeo(const struct block_device_operations *fops, struct gendisk *disk,
		 struct hd_geometry *geo)
{
#ifdef KERNEL_HAS_BDEV_GETGEO_DISK
	return fops->getgeo(disk, geo);
#else
	struct block_device bdev = { disk };

	return fops->getgeo(&bdev, geo);
#endif
}

int model_ioctl(struct gendisk *disk, unsigned int cmd, unsigned long arg)
{
	struct block_device bdev = { disk };

	return disk->fops->ioctl(&bdev, 1u, cmd, arg);
}

int model_ioctl32(struct gendisk *disk, unsigned int cmd, unsigned long arg)
{
	struct block_device bdev = { disk };

	return disk->fops->compat_ioctl ? disk->fops->compat_ioctl(&bdev, 1u, cmd, arg) :
					  -ENOIOCTLCMD;
}

bool model_has_32_bit_programs(void)
{
#ifdef CONFIG_COMPAT
	return true;
#else
	return false;
#endif
}

#if defined(KERNEL_HAS_COMPAT_PTR_IOCTL) && defined(CONFIG_COMPAT)
int blkdev_compat_ptr_ioctl(struct block_device *bdev, MODEL_MODE mode, unsigned int cmd,
			    unsigned long arg)
{
	const struct block_device_operations *fops = bdev->bd_disk->fops;

	return fops->ioctl ? fops->ioctl(bdev, mode, cmd, (unsigned long)compat_ptr(arg)) :
			     -ENOIOCTLCMD;
}
#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * block.c - disks and their queues: made, shown, opened, frozen, deleted.
 *
 * The rules of the modelled block layer, here and in mq.c, flush.c and bio.c:
 *
 *	- a request is started before it is ended, and ended exactly once
 *	- a tag is in one request at a time
 *	- nothing ends after del_gendisk() returned, or with a lock held
 *	- queue_rq does not sleep
 *	- payload is not touched after its request has ended
 *	- the ordered worker waits neither for I/O nor for a frozen queue
 *	- names are unique, disks are deleted before they are put
 */
#include <linux/sysfs.h>

#include "block.h"

#define RQ_TIMEOUT		(30 * HZ)
#define DEFAULT_MAX_SECTORS	2560
#define MAX_PARTITION_SECTORS	8

static struct sim_disk *disks;
static unsigned int nr_tag_sets;
static unsigned int nr_majors;

/* ---- entering, freezing, quiescing ---- */

bool queue_enter(struct request_queue *q)
{
	while (q->freeze_depth && !q->dying)
		queue_wait_thaw(q);
	if (q->dying)
		return false;
	q->usage++;
	return true;
}

void queue_wait_thaw(struct request_queue *q)
{
	sim_waits_for_io("a frozen queue");
	sim_wait_for(&q->wait, !q->freeze_depth || q->dying);
}

void queue_exit(struct request_queue *q)
{
	if (!q->usage)
		sim_broken("who leaves a queue has entered it", "%s", q->disk->disk_name);
	if (!--q->usage)
		sim_wake(&q->wait);
}

void queue_help(struct request_queue *q, const char *name, enum sim_context context,
		void (*fn)(void *), void *arg)
{
	q->helpers++;
	sim_spawn(name, context, fn, arg);
}

void queue_helped(struct request_queue *q)
{
	if (!--q->helpers)
		sim_wake(&q->wait);
}

static void wait_drained(struct request_queue *q)
{
	sim_waits_for_io("the end of all I/O");
	sim_wait_for(&q->wait, !q->usage);
}

unsigned int blk_mq_freeze_queue(struct request_queue *q)
{
	might_sleep();
	q->freeze_depth++;
	wait_drained(q);
	return 0;
}

void blk_mq_unfreeze_queue_(struct request_queue *q)
{
	if (!q->freeze_depth--)
		sim_broken("a queue is thawed as often as frozen", "%s", q->disk->disk_name);
	sim_wake(&q->wait);
	sim_point();
}

void blk_mq_quiesce_queue_nowait(struct request_queue *q)
{
	sim_point();
	q->quiesce_depth++;
}

/* Waits for those in queue_rq by now, not for those that come and turn away. */
void blk_mq_quiesce_queue(struct request_queue *q)
{
	unsigned int epoch;

	might_sleep();
	q->quiesce_depth++;
	epoch = q->epoch;
	q->epoch = !epoch;
	sim_wait_for(&q->wait, !q->dispatching[epoch]);
	/* The other's may be from before the last time. */
	q->epoch = epoch;
	sim_wait_for(&q->wait, !q->dispatching[!epoch]);
}

void blk_mq_unquiesce_queue(struct request_queue *q)
{
	sim_point();
	if (!q->quiesce_depth--)
		sim_broken("a queue is woken as often as quiesced", "%s", q->disk->disk_name);
	if (!q->quiesce_depth)
		blk_mq_run_hw_queues(q, true);
}

/* ---- limits ---- */

static int set_limits(struct request_queue *q, const struct queue_limits *from)
{
	struct queue_limits lim = *from;

	if (!lim.logical_block_size)
		lim.logical_block_size = SECTOR_SIZE;
	lim.physical_block_size = max(lim.physical_block_size, lim.logical_block_size);
	if (!lim.max_hw_sectors)
		lim.max_hw_sectors = 255;
	if (!lim.max_segments)
		lim.max_segments = 128;
	if (!is_power_of_2(lim.logical_block_size) || lim.logical_block_size > PAGE_SIZE ||
	    lim.max_hw_sectors < PAGE_SIZE >> SECTOR_SHIFT ||
	    lim.seg_boundary_mask != PAGE_SIZE - 1 || lim.max_segment_size < PAGE_SIZE)
		sim_broken("limits make sense", "block size %u, %u sectors, %u segments",
			   lim.logical_block_size, lim.max_hw_sectors, lim.max_segments);
	if (lim.features & BLK_FEAT_FUA && !(lim.features & BLK_FEAT_WRITE_CACHE))
		lim.features &= ~BLK_FEAT_FUA;
	lim.max_sectors = min_t(u32, lim.max_hw_sectors, DEFAULT_MAX_SECTORS);
	lim.max_sectors = round_down(lim.max_sectors, lim.logical_block_size >> SECTOR_SHIFT);
	q->limits = lim;
	return 0;
}

struct queue_limits queue_limits_start_update(struct request_queue *q)
{
	mutex_lock(&q->limits_lock);
	return q->limits;
}

int queue_limits_commit_update(struct request_queue *q, struct queue_limits *lim)
{
	int err = set_limits(q, lim);

	mutex_unlock(&q->limits_lock);
	return err;
}

int queue_limits_commit_update_frozen(struct request_queue *q, struct queue_limits *lim)
{
	int err;

	blk_mq_freeze_queue(q);
	err = queue_limits_commit_update(q, lim);
	blk_mq_unfreeze_queue(q);
	return err;
}

void queue_limits_cancel_update(struct request_queue *q)
{
	mutex_unlock(&q->limits_lock);
}

/* ---- tag sets ---- */

int blk_mq_alloc_tag_set(struct blk_mq_tag_set *set)
{
	sim_sleep_check("blk_mq_alloc_tag_set()");
	sim_point();
	if (sim_chance(sim_alloc_fails * 8))
		return -ENOMEM;
	if (!set->nr_hw_queues || !set->queue_depth || set->queue_depth > MAX_DEPTH)
		sim_broken("tag sets make sense", "%u queues of %u", set->nr_hw_queues,
			   set->queue_depth);
	nr_tag_sets++;
	return 0;
}

void blk_mq_free_tag_set(struct blk_mq_tag_set *set)
{
	sim_point();
	if (set->q)
		sim_broken("tags go after the disk", "%s is still there", set->q->disk->disk_name);
	nr_tag_sets--;
}

/* ---- hardware queues ---- */

static struct blk_mq_hw_ctx *make_hctx(struct request_queue *q, unsigned int index)
{
	struct blk_mq_hw_ctx *hctx = calloc(1, sizeof(*hctx));
	const struct blk_mq_tag_set *set = q->tag_set;

	hctx->queue = q;
	hctx->queue_num = index;
	INIT_LIST_HEAD(&hctx->dispatch);
	INIT_LIST_HEAD(&hctx->pending);
	INIT_LIST_HEAD(&hctx->flush_pending);
	INIT_LIST_HEAD(&hctx->flush_running);
	hctx->flush_rq = request_alloc(q, set->cmd_size);
	hctx->flush_rq->mq_hctx = hctx;
	hctx->tags = tags_alloc(q, hctx, set->queue_depth, set->cmd_size, !q->elevator);
	if (q->elevator)
		hctx->sched_tags =
			tags_alloc(q, hctx, min(2 * set->queue_depth, 256u), set->cmd_size, true);
	if (set->ops->init_hctx)
		set->ops->init_hctx(hctx, q->queuedata, index);
	return hctx;
}

static void free_hctx(struct blk_mq_hw_ctx *hctx)
{
	const struct blk_mq_ops *ops = hctx->queue->tag_set->ops;

	if (ops->exit_hctx)
		ops->exit_hctx(hctx, hctx->queue_num);
	tags_free(hctx->tags);
	tags_free(hctx->sched_tags);
	free(hctx->flush_rq);
	free(hctx);
}

/* As the kernel does it, a CPU goes when its queues have nothing left to do. */
void sim_disk_lose_cpus(struct sim_disk *disk)
{
	struct request_queue *q = &disk->q;
	unsigned int i;

	sim_disk_get(disk);
	for (i = sim_nr_cpus; i < q->nr_hw_queues; i++)
		while (i < q->nr_hw_queues && !mq_is_idle(q->hctxs[i]))
			sim_sleep(5 * NSEC_PER_MSEC);
	sim_disk_put(disk);
}

/* No I/O is left and none can come: the queue goes. */
static void queue_end(struct request_queue *q)
{
	unsigned int i;

	q->dying = true;
	q->freeze_depth++;
	sim_wake(&q->wait);
	wait_drained(q);
	sim_timer_cancel(&q->timer);
	sim_wait_for(&q->wait, !q->helpers);
	sim_timer_cancel(&q->timer);
	q->gone = true;
	q->tag_set->q = NULL;
	for (i = 0; i < q->nr_hw_queues; i++)
		free_hctx(q->hctxs[i]);
	free(q->hctxs);
	q->hctxs = NULL;
	q->nr_hw_queues = 0;
}

/* ---- disks ---- */

struct gendisk *blk_mq_alloc_disk(struct blk_mq_tag_set *set, struct queue_limits *lim,
				  void *queuedata)
{
	struct queue_limits none = {};
	struct sim_disk *disk;
	struct request_queue *q;
	unsigned int i;

	sim_sleep_check("blk_mq_alloc_disk()");
	sim_point();
	if (sim_chance(sim_alloc_fails * 8))
		return ERR_PTR(-ENOMEM);
	disk = calloc(1, sizeof(*disk));
	q = &disk->q;
	disk->gd.queue = q;
	disk->refs = 1;
	disk->next = disks;
	disks = disk;
	q->disk = &disk->gd;
	q->queuedata = queuedata;
	q->tag_set = set;
	q->rq_timeout = set->timeout ? set->timeout : RQ_TIMEOUT;
	q->elevator = sim_chance(4);
	q->merges = sim_chance(2);
	q->timer = (struct sim_timer){ .direct = true, .fn = mq_time_out, .arg = q };
	INIT_LIST_HEAD(&q->sched_list);
	set_limits(q, lim ? lim : &none);
	set->q = q;
	q->nr_hw_queues = set->nr_hw_queues;
	q->hctxs = calloc(q->nr_hw_queues, sizeof(struct blk_mq_hw_ctx *));
	for (i = 0; i < q->nr_hw_queues; i++)
		q->hctxs[i] = make_hctx(q, i);
	return &disk->gd;
}

void set_capacity(struct gendisk *gd, sector_t sectors)
{
	sim_point();
	gd->capacity = sectors;
}

bool set_capacity_and_notify(struct gendisk *gd, sector_t sectors)
{
	sector_t old = gd->capacity;

	set_capacity(gd, sectors);
	if (old == sectors || !old || !sectors)
		return false;
	sim_note("uevent RESIZE=1 for %s: %llu sectors", gd->disk_name,
		 (unsigned long long)sectors);
	return true;
}

void set_disk_ro(struct gendisk *gd, bool readonly)
{
	sim_point();
	if (gd->readonly != readonly && disk_of(gd)->visible)
		sim_note("uevent DISK_RO=%d for %s", readonly, gd->disk_name);
	gd->readonly = readonly;
}

static void scan_done(struct sim_io *io)
{
	sim_wake(io->data);
}

/* Reads the partition table, as everybody's first look at a disk does. */
static void scan_partitions(struct sim_disk *disk)
{
	static u8 table[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	struct page page = { .addr = table }, *pages[] = { &page };
	struct sim_wait wait = { NULL };
	struct sim_io io = { .op = SIM_READ,
			     .nr_sectors = MAX_PARTITION_SECTORS,
			     .pages = pages,
			     .done = scan_done,
			     .data = &wait,
			     .parts = 1 };
	struct sim_io *ios[] = { &io };

	if (disk->gd.capacity < MAX_PARTITION_SECTORS || disk->gd.flags & GENHD_FL_NO_PART ||
	    !sim_disk_open(disk))
		return;
	sim_waits_for_io("the partition table");
	sim_submit(disk, ios, 1);
	sim_wait_for(&wait, !io.parts);
	sim_disk_close(disk);
}

/* What a program that reads all of sysfs would find. */
static void read_attributes(struct gendisk *gd, const struct attribute_group *group)
{
	static char text[PAGE_SIZE];
	int i;

	for (i = 0; group->attrs[i]; i++) {
		struct device_attribute *attr =
			container_of(group->attrs[i], struct device_attribute, attr);

		if (!group->is_visible((struct kobject *)gd, &attr->attr, i))
			continue;
		attr->show(disk_to_dev(gd), attr, text);
		sim_note("%s has %s: %s", gd->disk_name, attr->attr.name, text);
	}
}

int device_add_disk(struct device *parent, struct gendisk *gd,
		    const struct attribute_group **groups)
{
	struct sim_disk *disk = disk_of(gd);

	(void)parent;
	might_sleep();
	if (sim_chance(sim_alloc_fails * 8))
		return -ENOMEM;
	if (sim_disk_find(gd->disk_name))
		sim_broken("names are unique", "%s", gd->disk_name);
	disk->visible = true;
	sim_note("%s is there: %llu sectors", gd->disk_name, (unsigned long long)gd->capacity);
	for (; *groups; groups++)
		read_attributes(gd, *groups);
	scan_partitions(disk);
	return 0;
}

void blk_mark_disk_dead(struct gendisk *gd)
{
	struct sim_disk *disk = disk_of(gd);

	might_sleep();
	disk->dead = true;
	gd->capacity = 0;
	disk->q.dying = true;
	sim_wake(&disk->q.wait);
}

void del_gendisk(struct gendisk *gd)
{
	struct sim_disk *disk = disk_of(gd);

	might_sleep();
	if (!disk->visible)
		sim_broken("only a disk that was added is deleted", "%s", gd->disk_name);
	/* Who is just opening or closing it finishes first. */
	mutex_lock(&disk->open_lock);
	disk->dead = true;
	mutex_unlock(&disk->open_lock);
	gd->capacity = 0;
	queue_end(&disk->q);
	disk->visible = false;
	sim_note("%s is gone", gd->disk_name);
}

struct sim_disk *sim_disk_get(struct sim_disk *disk)
{
	disk->refs++;
	return disk;
}

void sim_disk_put(struct sim_disk *disk)
{
	struct sim_disk **link;

	if (!disk->refs)
		sim_broken("nothing is dropped twice", "%s", disk->gd.disk_name);
	if (--disk->refs)
		return;
	for (link = &disks; *link != disk; link = &(*link)->next)
		;
	*link = disk->next;
	free(disk);
}

void put_disk(struct gendisk *gd)
{
	struct sim_disk *disk = disk_of(gd);

	sim_point();
	if (disk->visible)
		sim_broken("a disk is deleted before it is put", "%s", gd->disk_name);
	if (!disk->q.gone)
		queue_end(&disk->q);
	sim_disk_put(disk);
}

/* ---- who uses them ---- */

struct sim_disk *sim_disk_find(const char *name)
{
	struct sim_disk *disk;

	sim_point();
	for (disk = disks; disk; disk = disk->next)
		if (disk->visible && !strcmp(disk->gd.disk_name, name))
			break;
	return disk && !disk->dead ? disk : NULL;
}

bool sim_disk_open(struct sim_disk *disk)
{
	bool open = false;

	sim_disk_get(disk);
	mutex_lock(&disk->open_lock);
	if (disk->visible && !disk->dead)
		open = !disk->gd.fops->open || !disk->gd.fops->open(&disk->gd, BLK_OPEN_READ);
	if (open)
		disk->openers++;
	mutex_unlock(&disk->open_lock);
	if (!open)
		sim_disk_put(disk);
	return open;
}

void sim_disk_close(struct sim_disk *disk)
{
	mutex_lock(&disk->open_lock);
	disk->openers--;
	if (disk->gd.fops->release)
		disk->gd.fops->release(&disk->gd);
	mutex_unlock(&disk->open_lock);
	sim_disk_put(disk);
}

uint64_t sim_disk_capacity(const struct sim_disk *disk)
{
	return disk->gd.capacity;
}

bool sim_disk_readonly(const struct sim_disk *disk)
{
	return disk->gd.readonly;
}

bool sim_disk_dead(const struct sim_disk *disk)
{
	return disk->dead;
}

const struct queue_limits *sim_disk_limits(const struct sim_disk *disk)
{
	return &disk->q.limits;
}

/* ---- the rest ---- */

int register_blkdev(unsigned int major, const char *name)
{
	(void)major;
	(void)name;
	nr_majors++;
	return 0;
}

void unregister_blkdev(unsigned int major, const char *name)
{
	(void)major;
	(void)name;
	nr_majors--;
}

void sim_block_reset(void)
{
}

void sim_block_check_clean(void)
{
	bio_check_clean();
	if (disks || nr_tag_sets || nr_majors)
		sim_broken("nothing is left behind", "%s, %u tag sets, %u majors",
			   disks ? disks->gd.disk_name : "no disk", nr_tag_sets, nr_majors);
}

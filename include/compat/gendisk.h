/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gendisk.h - how a disk is made, added, marked dead and taken away.
 */
#ifndef XBF_COMPAT_GENDISK_H
#define XBF_COMPAT_GENDISK_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/err.h>

#include "compat/queue-limits.h"

/* --- Making it ------------------------------------------------------------ */

#ifdef XBF_HAVE_LIMITS_SETTERS
/* Up to 6.10: a disk without limits first. */
static inline struct gendisk *xbf_disk_alloc(struct blk_mq_tag_set *set, void *queuedata)
{
#if defined(XBF_HAVE_DISK_ALLOC_LIMITS)
	/* 6.9 and 6.10 */
	return blk_mq_alloc_disk(set, NULL, queuedata);
#elif defined(XBF_HAVE_DISK_ALLOC_PLAIN)
	/* 5.14 to 6.8 */
	return blk_mq_alloc_disk(set, queuedata);
#else
	/*
	 * Up to 5.13 queue and disk are made one by one. The last put_disk()
	 * drops a reference to the queue that only adding the disk would
	 * take; we take it here, so that a disk that is never added can be
	 * put as well.
	 */
	struct request_queue *q;
	struct gendisk *disk;

	q = blk_mq_init_queue(set);
	if (IS_ERR(q))
		return ERR_CAST(q);
	q->queuedata = queuedata;
	disk = alloc_disk_node(0, set->numa_node);
	if (!disk || !blk_get_queue(q)) {
		put_disk(disk);
		blk_cleanup_queue(q);
		return ERR_PTR(-ENOMEM);
	}
	disk->queue = q;
	return disk;
#endif
}

static inline struct gendisk *xbf_disk_alloc_limits(struct blk_mq_tag_set *set,
						    const struct xbf_queue_limits *lim,
						    void *queuedata)
{
	struct gendisk *disk = xbf_disk_alloc(set, queuedata);
	int ret = 0;

	if (!IS_ERR(disk) && lim)
		ret = xbf_limits_set(disk->queue, lim);
	if (!ret)
		return disk;
	/* 6.9 and 6.10, which refuse limits that contradict each other. */
	put_disk(disk);
	return ERR_PTR(ret);
}

#undef blk_mq_alloc_disk
#define blk_mq_alloc_disk(set, lim, data)	xbf_disk_alloc_limits(set, lim, data)
#endif /* XBF_HAVE_LIMITS_SETTERS */

/* --- Adding it ------------------------------------------------------------ */

#ifndef XBF_HAVE_DISK_ADD_RESULT
/*
 * Up to 5.13 a disk cannot say that it wants no I/O scheduler at first. From
 * 5.4 on its queue can say which abilities it needs of one: while the disk is
 * added we ask for all there could be. No scheduler has them, so the queue
 * starts with "none". Afterwards the wish is taken back and the administrator
 * can choose any. Kernels without such wishes start with their own default.
 */
static inline void xbf_disk_refuse_schedulers(struct gendisk *disk, bool refuse)
{
#if defined(XBF_HAVE_ELEVATOR_FEATURES) && !defined(XBF_HAVE_NO_SCHED_BY_DEFAULT)
	blk_queue_required_elevator_features(disk->queue, refuse ? ~0u : 0);
#endif
}

#ifdef XBF_HAVE_DISK_ADD_VOID
static inline void xbf_disk_add_groups(struct device *parent, struct gendisk *disk,
				       const struct attribute_group **groups)
{
	device_add_disk(parent, disk, groups);
}
#else
/*
 * Up to 4.20 attributes come when the disk is known already. udev looks at them
 * when it hears of the disk: so it hears of it once more. They go with the disk.
 */
static inline void xbf_disk_add_groups(struct device *parent, struct gendisk *disk,
				       const struct attribute_group **groups)
{
	struct kobject *kobj = &disk_to_dev(disk)->kobj;

#ifdef XBF_HAVE_DISK_ADD_PARENT
	/* Up to 4.7 */
	disk->driverfs_dev = parent;
	add_disk(disk);
#else
	device_add_disk(parent, disk);
#endif
	for (; *groups; groups++)
		if (sysfs_create_group(kobj, *groups))
			pr_warn("%s: no attributes in sysfs\n", disk->disk_name);
	kobject_uevent(kobj, KOBJ_CHANGE);
}
#endif

/* Up to 5.14 adding a disk cannot fail, and has to be told of automatic minors. */
static inline int xbf_disk_add(struct device *parent, struct gendisk *disk,
			       const struct attribute_group **groups)
{
	disk->flags |= GENHD_FL_EXT_DEVT;
	xbf_disk_refuse_schedulers(disk, true);
	xbf_disk_add_groups(parent, disk, groups);
	xbf_disk_refuse_schedulers(disk, false);
#ifdef XBF_HAVE_DISK_ALLOC_PARTS
	/* It has a reference to its queue of its own now. */
	blk_put_queue(disk->queue);
#endif
	return 0;
}

#define device_add_disk(parent, disk, groups)	xbf_disk_add(parent, disk, groups)
#endif

/* --- Its size ------------------------------------------------------------- */

#ifndef XBF_HAVE_SET_CAPACITY_AND_NOTIFY
/* Up to 5.9, and early 5.10, where there is another helper for it. */
static inline bool set_capacity_and_notify(struct gendisk *disk, sector_t size)
{
#ifdef XBF_HAVE_REVALIDATE_DISK
	char *resized[] = { "RESIZE=1", NULL };

	set_capacity(disk, size);
	revalidate_disk(disk);
	return !kobject_uevent_env(&disk_to_dev(disk)->kobj, KOBJ_CHANGE, resized);
#else
	set_capacity_revalidate_and_notify(disk, size, true);
	return true;
#endif
}
#endif

/* --- Taking it away ------------------------------------------------------- */

#ifndef XBF_HAVE_BLK_MARK_DISK_DEAD
/* Up to 5.16 */
static inline void blk_mark_disk_dead(struct gendisk *disk)
{
#ifdef XBF_HAVE_BLK_SET_QUEUE_DYING
	blk_set_queue_dying(disk->queue);
#else
	/* Up to 3.19 */
	xbf_queue_flag(disk->queue, QUEUE_FLAG_DYING, true);
#endif
	set_capacity(disk, 0);
}
#endif

#ifdef XBF_HAVE_BLK_CLEANUP_QUEUE
/*
 * Up to 5.19 the driver ends the queue itself. It is done where newer kernels
 * do it: del_gendisk() returns when no request is left and none can come, and
 * put_disk() ends the queue of a disk that was never added.
 */
static inline void xbf_disk_del(struct gendisk *disk)
{
	del_gendisk(disk);
	blk_cleanup_queue(disk->queue);
}

static inline void xbf_disk_put(struct gendisk *disk)
{
	if (!blk_queue_dead(disk->queue))
		blk_cleanup_queue(disk->queue);
	put_disk(disk);
}

#define del_gendisk(disk)	xbf_disk_del(disk)
#define put_disk(disk)		xbf_disk_put(disk)
#endif

#endif /* XBF_COMPAT_GENDISK_H */

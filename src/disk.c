// SPDX-License-Identifier: GPL-2.0
/*
 * disk.c - the gendisk: name and minors, limits, capacity, file operations.
 */
#include <linux/cdrom.h>
#include <linux/hdreg.h>
#include <linux/module.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include "device.h"
#include "disk.h"
#include "module.h"

#include <xen/interface/io/blkif.h>

/* Minors of all our disks; two vbds may ask for the same ones, or for the same name. */
static DEFINE_MUTEX(minors_lock);
static LIST_HEAD(minors_used);

/* 0: there is place beside the other; -EAGAIN: there will be, it is on its way out. */
static int minors_compare(const struct xbf_disk *disk, const struct xbf_disk *other)
{
	const struct xbf_vdev *mine = &disk->vdev;
	bool same_name = !strcmp(disk->name, other->name);

	if (!same_name && (mine->minor >= other->vdev.minor + other->vdev.nr_minors ||
			   other->vdev.minor >= mine->minor + mine->nr_minors))
		return 0;
	if (READ_ONCE(container_of(other, struct xbf_dev, disk)->life) == XBF_LIFE_CLOSING)
		return -EAGAIN;
	if (same_name)
		pr_err("%s: there is another disk of that name; configure another vdev for this one\n",
		       disk->name);
	else
		pr_err("%s: minors %u to %u are taken by %s; configure another vdev for it\n",
		       disk->name, mine->minor, mine->minor + mine->nr_minors - 1, other->name);
	return -EBUSY;
}

static int minors_reserve(struct xbf_disk *disk)
{
	struct xbf_disk *other;
	int err = 0;

	mutex_lock(&minors_lock);
	list_for_each_entry(other, &minors_used, minors) {
		err = minors_compare(disk, other);
		if (err)
			break;
	}
	if (!err)
		list_add(&disk->minors, &minors_used);
	mutex_unlock(&minors_lock);
	return err;
}

static void minors_release(struct xbf_disk *disk)
{
	mutex_lock(&minors_lock);
	list_del_init(&disk->minors);
	mutex_unlock(&minors_lock);
}

/* In place of the count of those who have a disk open: nobody has, nobody will. */
#define OPENS_SHUT	INT_MIN

static int xbf_open(struct gendisk *gd, blk_mode_t mode)
{
	struct xbf_dev *dev = gd->private_data;

	if (!atomic_inc_unless_negative(&dev->opens))
		return -ENXIO;
	xbf_dev_get(dev);
	return 0;
}
XBF_ADAPT_BDEV_OPEN(xbf_open)

static void xbf_release(struct gendisk *gd)
{
	struct xbf_dev *dev = gd->private_data;

	if (atomic_dec_and_test(&dev->opens))
		xbf_dev_post(dev, XBF_EV_LAST_CLOSE);
	xbf_dev_put(dev);
}
XBF_ADAPT_BDEV_RELEASE(xbf_release)

/**
 * xbf_disk_shut() - let nobody open the disk any more, if nobody has it open
 * @dev: a vbd that is asked to go
 *
 * Who came first, the detach or the opener, is decided here. The next disk that is
 * made of the vbd opens again.
 *
 * Return: true if it is shut.
 */
bool xbf_disk_shut(struct xbf_dev *dev)
{
	int opens = atomic_cmpxchg(&dev->opens, 0, OPENS_SHUT);

	return !opens || opens == OPENS_SHUT;
}

static int xbf_getgeo(struct gendisk *gd, struct hd_geometry *geo)
{
	sector_t cylinders = get_capacity(gd);

	/* A fiction that partitioning tools of old ask for. */
	geo->heads = 255;
	geo->sectors = 63;
	sector_div(cylinders, geo->heads * geo->sectors);
	geo->cylinders = min_t(sector_t, cylinders, U16_MAX);
	return 0;
}
XBF_ADAPT_BDEV_GETGEO(xbf_getgeo)

/*
 * What programs ask a CD drive: it can nothing but read, and has one session. Other
 * commands are not ours.
 */
static int xbf_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int command,
		     unsigned long argument)
{
	const struct xbf_dev *dev = bdev->bd_disk->private_data;
	bool cdrom = xbf_features_info(&dev->features) & VDISK_CDROM;

	if (command == CDROMMULTISESSION) {
		size_t size = sizeof(struct cdrom_multisession);

		return clear_user((void __user *)argument, size) ? -EFAULT : 0;
	}
	return command == CDROM_GET_CAPABILITY && cdrom ? 0 : -ENOTTY;
}
XBF_ADAPT_BDEV_IOCTL(xbf_ioctl)

/* clang-format off */
static const struct block_device_operations xbf_fops = {
	.owner	= THIS_MODULE,
	XBF_SET_BDEV_OPEN(xbf_open)
	XBF_SET_BDEV_RELEASE(xbf_release)
	XBF_SET_BDEV_GETGEO(xbf_getgeo)
	XBF_SET_BDEV_IOCTL(xbf_ioctl)
	.compat_ioctl	= blkdev_compat_ptr_ioctl,
};
/* clang-format on */

/*
 * Who the disk is, for udev's rules. Not "wwid" or "serial": tools would remember
 * the disk by it, and not find it under the kernel's own driver.
 */
static ssize_t xen_serial_show(struct device *device, struct device_attribute *attr, char *buf)
{
	const struct xbf_dev *dev = dev_to_disk(device)->private_data;

	return sysfs_emit(buf, "%s\n", dev->disk.serial);
}
static DEVICE_ATTR_RO(xen_serial);

static ssize_t xen_identifier_show(struct device *device, struct device_attribute *attr, char *buf)
{
	const struct xbf_dev *dev = dev_to_disk(device)->private_data;

	return sysfs_emit(buf, "%s\n", dev->disk.identifier);
}
static DEVICE_ATTR_RO(xen_identifier);

static struct attribute *xbf_attrs[] = {
	&dev_attr_xen_serial.attr,
	&dev_attr_xen_identifier.attr,
	NULL,
};

/* Only what there is. */
static umode_t xbf_attr_mode(struct kobject *kobj, struct attribute *attr, int index)
{
	const struct xbf_dev *dev = dev_to_disk(kobj_to_dev(kobj))->private_data;
	const struct xbf_disk *disk = &dev->disk;

	if (attr == &dev_attr_xen_serial.attr)
		return disk->serial[0] ? attr->mode : 0;
	return disk->identifier[0] ? attr->mode : 0;
}

static const struct attribute_group xbf_attr_group = {
	.attrs = xbf_attrs,
	.is_visible = xbf_attr_mode,
};

static const struct attribute_group *xbf_attr_groups[] = { &xbf_attr_group, NULL };

/* What may change when the disk comes to another backend. */
static void set_abilities(struct queue_limits *lim, const struct xbf_dev *dev)
{
	const struct xbf_plan *plan = &dev->plan;
	const u64 *val = dev->features.val;
	bool discards = xbf_plan_discards(plan);

	lim->features &= ~(BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA);
	if (xbf_plan_flushes(plan))
		lim->features |= BLK_FEAT_WRITE_CACHE;
	if (xbf_plan_forces(plan))
		lim->features |= BLK_FEAT_FUA;
	lim->max_hw_discard_sectors = discards ? UINT_MAX : 0;
	lim->max_secure_erase_sectors = xbf_plan_erases(plan) ? UINT_MAX : 0;
	lim->discard_granularity = discards ? val[XBF_NODE_DISCARD_GRANULARITY] : 0;
	lim->discard_alignment = discards ? val[XBF_NODE_DISCARD_ALIGNMENT] : 0;
}

/*
 * Sizes stay for good: requests made by them wait in schedulers and in disks
 * stacked upon this one. A backend that takes less gets them in pieces.
 */
static void set_sizes(struct queue_limits *lim, const struct xbf_dev *dev)
{
	const u64 *val = dev->features.val;
	u32 frames_per_page = PAGE_SIZE / XBF_FRAME_SIZE;

	/*
	 * A segment never leaves its page, so that the count of segments bounds
	 * the count of frames, each of which costs a grant.
	 */
	lim->seg_boundary_mask = PAGE_SIZE - 1;
	lim->max_segment_size = PAGE_SIZE;
	lim->max_segments = dev->plan.max_segs / frames_per_page;
	lim->max_hw_sectors = lim->max_segments * (PAGE_SIZE >> SECTOR_SHIFT);
	/* Where a request is cut between two segments, no block is. */
	lim->dma_alignment = val[XBF_NODE_SECTOR_SIZE] - 1;
	lim->logical_block_size = val[XBF_NODE_SECTOR_SIZE];
	lim->physical_block_size = val[XBF_NODE_PHYSICAL_SIZE];
}

static int alloc_tags(struct xbf_dev *dev)
{
	struct blk_mq_tag_set *set = &dev->disk.tag_set;

	memset(set, 0, sizeof(*set));
	set->ops = XBF_TAG_SET_OPS(&xbf_mq_ops);
	set->nr_hw_queues = dev->nr_queues;
	set->queue_depth = dev->plan.depth;
	set->numa_node = NUMA_NO_NODE;
	set->cmd_size = sizeof(struct xbf_pdu);
	set->flags = XBF_TAG_SET_FLAGS;
	set->driver_data = dev;
	return blk_mq_alloc_tag_set(set);
}

static void name_disk(struct xbf_dev *dev, struct gendisk *gd)
{
	u32 info = xbf_features_info(&dev->features);
	struct xbf_disk *disk = &dev->disk;

	scnprintf(gd->disk_name, sizeof(gd->disk_name), "%s", disk->name);
	gd->major = XBF_MAJOR;
	gd->first_minor = disk->vdev.minor;
	gd->minors = disk->vdev.nr_minors;
	gd->fops = &xbf_fops;
	gd->private_data = dev;
	if (info & VDISK_READONLY)
		set_disk_ro(gd, true);
	if (info & VDISK_REMOVABLE)
		gd->flags |= GENHD_FL_REMOVABLE;
	set_capacity(gd, dev->features.val[XBF_NODE_SECTORS]);
}

/**
 * xbf_disk_create() - make the gendisk, without showing it to anyone
 * @dev: a vbd whose plan is complete
 *
 * Worker only. Return: 0 or an error; nothing is left then. -EAGAIN: in its place is
 * still a disk that is being deleted.
 */
int xbf_disk_create(struct xbf_dev *dev)
{
	struct xbf_disk *disk = &dev->disk;
	struct queue_limits lim = {};
	struct gendisk *gd;
	int err;

	err = minors_reserve(disk);
	if (err)
		return err;
	err = alloc_tags(dev);
	if (err)
		goto fail_minors;
	set_sizes(&lim, dev);
	set_abilities(&lim, dev);
	gd = blk_mq_alloc_disk(&disk->tag_set, &lim, dev);
	if (IS_ERR(gd)) {
		err = PTR_ERR(gd);
		goto fail_tags;
	}
	name_disk(dev, gd);
	disk->cached = lim.features & BLK_FEAT_WRITE_CACHE;
	disk->gd = gd;
	atomic_cmpxchg(&dev->opens, OPENS_SHUT, 0);
	return 0;

fail_tags:
	blk_mq_free_tag_set(&disk->tag_set);
fail_minors:
	minors_release(disk);
	return err;
}

/**
 * xbf_disk_announce() - show the disk to user space
 * @dev: the vbd, connected
 *
 * Reads the partition table, so it waits for I/O: slow work only.
 *
 * Return: 0 or an error.
 */
int xbf_disk_announce(struct xbf_dev *dev)
{
	int err = device_add_disk(&dev->xdev->dev, dev->disk.gd, xbf_attr_groups);

	if (err)
		pr_err("%s: cannot add the disk: error %d\n", dev->disk.name, err);
	else
		dev->disk.added = true;
	return err;
}

/**
 * xbf_disk_update() - tell the block layer what the disk can do from now on
 * @dev: the vbd, connected once more, or with a backend that declined something
 *
 * Freezes the queue, so it waits for I/O: slow work only.
 */
void xbf_disk_update(struct xbf_dev *dev)
{
	struct request_queue *queue;
	struct queue_limits lim;
	bool cached;
	int err;

	/* What is declined on its way out changes nothing any more. */
	if (!dev->disk.added)
		return;
	queue = dev->disk.gd->queue;
	lim = queue_limits_start_update(queue);
	set_abilities(&lim, dev);
	cached = lim.features & BLK_FEAT_WRITE_CACHE;
	/* Flushes are heard of until the change, or from it on. */
	if (!cached)
		WRITE_ONCE(dev->disk.cached, false);
	err = queue_limits_commit_update_frozen(queue, &lim);
	if (err)
		pr_err("%s: cannot change the disk's limits: error %d\n", dev->disk.name, err);
	else
		WRITE_ONCE(dev->disk.cached, cached);
}

/**
 * xbf_disk_pass_submitters() - let those submitters pass that saw a gate open
 * @dev: a vbd whose gates are shut; without a disk there are none
 *
 * Afterwards nobody prepares a request before the gates open. Waits for no I/O.
 * Process context.
 */
void xbf_disk_pass_submitters(struct xbf_dev *dev)
{
	if (!dev->disk.gd)
		return;
	blk_mq_quiesce_queue(dev->disk.gd->queue);
	blk_mq_unquiesce_queue(dev->disk.gd->queue);
}

/**
 * xbf_disk_delete() - take the disk away and free it
 * @dev: a vbd whose queues are broken, so that no I/O waits for the backend
 *
 * Idempotent. Waits until the last request has ended: slow work only.
 */
void xbf_disk_delete(struct xbf_dev *dev)
{
	struct xbf_disk *disk = &dev->disk;

	if (!disk->gd)
		return;
	if (disk->added) {
		blk_mark_disk_dead(disk->gd);
		del_gendisk(disk->gd);
	}
	put_disk(disk->gd);
	blk_mq_free_tag_set(&disk->tag_set);
	minors_release(disk);
	disk->added = false;
	disk->gd = NULL;
}

/**
 * xbf_disk_resize() - follow the backend's capacity
 * @dev: the vbd, with a disk
 * @sectors: new capacity in 512-byte sectors
 */
void xbf_disk_resize(struct xbf_dev *dev, u64 sectors)
{
	sector_t old = get_capacity(dev->disk.gd);

	if (sectors == old)
		return;
	if (sectors < old)
		pr_warn_ratelimited(
			"%s: the backend has shrunk the disk from %llu to %llu sectors; data beyond is gone\n",
			dev->disk.name, (u64)old, sectors);
	else
		pr_info_ratelimited("%s: capacity grew from %llu to %llu sectors\n", dev->disk.name,
				    (u64)old, sectors);
	set_capacity_and_notify(dev->disk.gd, sectors);
}

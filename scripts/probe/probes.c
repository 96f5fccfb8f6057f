// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel that we are built for offers.
 *
 * Each function below asks one question: does this compile? probe.sh compiles
 * the file once with the kernel's own flags, charges every error to the
 * function it stands in, and writes the answers to generated/xbf-config.h as
 * XBF_HAVE_<name in capitals>. No version number is ever looked at.
 *
 *   PROBE(name)		a question whose answer may be yes or no
 *   PROBE_ONE_OF(group, name)	exactly one form of the group must compile;
 *				if not, the build ends with the group's sentence
 *   PROBE_AT_MOST(group, name)	at most one form of the group may compile
 *   PROBE_GROUP(group, text)	the sentence: "this kernel has <text>"
 *   PROBE_GOOD(name)		control: must compile
 *   PROBE_BAD(name)		control: must not, one per class of error
 *   EXPORTED(symbol)		the answer is no unless Module.symvers has it. Belongs
 *				into every probe that calls: compilers complain about
 *				a call of something unknown only the first time
 *
 * Members are compared by assigning them to a pointer of the form in question:
 * a compiler that lets a wrong one pass is found out by the controls.
 */
#include <linux/blkdev.h>
#include <linux/blk-mq.h>
#include <linux/device.h>
#include <linux/hdreg.h>
#include <linux/module.h>
#include <linux/types.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/xen.h>
#include <xen/xenbus.h>

#define PROBE(name)		static void __attribute__((unused)) probe_##name(void)
#define PROBE_ONE_OF(group, name)	PROBE(name)
#define PROBE_AT_MOST(group, name)	PROBE(name)
#define PROBE_GOOD(name)	PROBE(name)
#define PROBE_BAD(name)		PROBE(name)
#define PROBE_GROUP(group, text)	extern int probe_group_##group
#define EXPORTED(symbol)	((void)(symbol))

static struct blk_mq_ops *mq_ops;
static struct block_device_operations *bd_ops;
static struct xenbus_driver *xb_driver;
static struct xenbus_device *xb_dev;
static struct blk_mq_tag_set *tag_set;
static struct gendisk *disk;
static struct request_queue *queue;

/* --- Controls ------------------------------------------------------------- */

/* Every kernel: a call, a member and a callback that are right. */
PROBE_GOOD(good_environment)
{
	blk_status_t (*fn)(struct blk_mq_hw_ctx *, const struct blk_mq_queue_data *) =
		mq_ops->queue_rq;

	tag_set->queue_depth = fn ? 1 : 0;
	blk_mq_free_tag_set(tag_set);
}

/* A function that no kernel has. */
PROBE_BAD(bad_function)
{
	xbf_no_such_function(tag_set);
}

/* The same function once more, where compilers no longer mind the call. */
PROBE_BAD(bad_function_again)
{
	EXPORTED(xbf_no_such_function);
	xbf_no_such_function(tag_set);
}

/* A call with too many arguments. */
PROBE_BAD(bad_argument_count)
{
	blk_mq_free_tag_set(tag_set, tag_set);
}

/* A pointer of another type. */
PROBE_BAD(bad_argument_type)
{
	blk_mq_free_tag_set(xb_dev);
}

/* A pointer where a number belongs. */
PROBE_BAD(bad_conversion)
{
	tag_set->queue_depth = tag_set;
}

/* A member that no kernel has. */
PROBE_BAD(bad_member)
{
	tag_set->xbf_no_such_member = 1;
}

/* A type that no kernel has. */
PROBE_BAD(bad_type)
{
	xbf_no_such_type_t value = 0;

	tag_set->queue_depth = value;
}

/* A constant that no kernel has. */
PROBE_BAD(bad_constant)
{
	tag_set->flags = XBF_NO_SUCH_CONSTANT;
}

/* The size of a structure that is declared only. */
PROBE_BAD(bad_incomplete)
{
	tag_set->queue_depth = sizeof(struct xbf_no_such_struct);
}

/* A callback with another argument. */
PROBE_BAD(bad_callback)
{
	blk_status_t (*fn)(struct blk_mq_tag_set *) = mq_ops->queue_rq;

	tag_set->queue_depth = fn ? 1 : 0;
}

/* A callback with another result. */
PROBE_BAD(bad_callback_result)
{
	void (*fn)(struct blk_mq_hw_ctx *, const struct blk_mq_queue_data *) = mq_ops->queue_rq;

	tag_set->queue_depth = fn ? 1 : 0;
}

/* --- Disks and their queues ----------------------------------------------- */

PROBE_GROUP(disk_alloc, "none of the known forms of blk_mq_alloc_disk()");

/* 6.9 on: queue limits are given when the disk is made. */
PROBE_ONE_OF(disk_alloc, disk_alloc_limits)
{
	EXPORTED(__blk_mq_alloc_disk);
	disk = blk_mq_alloc_disk(tag_set, (struct queue_limits *)NULL, NULL);
}

/* 5.14 to 6.8 */
PROBE_ONE_OF(disk_alloc, disk_alloc_plain)
{
	EXPORTED(__blk_mq_alloc_disk);
	disk = blk_mq_alloc_disk(tag_set, NULL);
}

/* up to 5.13: disk and queue are made one by one. */
PROBE_ONE_OF(disk_alloc, disk_alloc_parts)
{
	EXPORTED(blk_mq_init_queue_data);
	queue = blk_mq_init_queue_data(tag_set, NULL);
	disk = alloc_disk_node(0, NUMA_NO_NODE);
	disk->flags |= GENHD_FL_EXT_DEVT;
}

PROBE_GROUP(disk_end, "neither disks that end their queue nor blk_cleanup_queue()");

/* 6.0 on: del_gendisk() and put_disk() end the queue too. */
PROBE_ONE_OF(disk_end, disk_owns_queue)
{
	EXPORTED(blk_mq_destroy_queue);
	blk_mq_destroy_queue(queue);
}

/* up to 5.19 */
PROBE_ONE_OF(disk_end, blk_cleanup_queue)
{
	EXPORTED(blk_cleanup_queue);
	blk_cleanup_queue(queue);
}

PROBE_GROUP(disk_add, "no known form of device_add_disk()");

/* 5.15 on: adding a disk may fail. */
PROBE_ONE_OF(disk_add, disk_add_result)
{
	int (*fn)(struct device *, struct gendisk *, const struct attribute_group **) =
		device_add_disk;

	EXPORTED(device_add_disk);
	queue = fn ? NULL : queue;
}

/* up to 5.14 */
PROBE_ONE_OF(disk_add, disk_add_void)
{
	void (*fn)(struct device *, struct gendisk *, const struct attribute_group **) =
		device_add_disk;

	EXPORTED(device_add_disk);
	queue = fn ? NULL : queue;
}

PROBE_GROUP(disk_dead, "neither blk_mark_disk_dead() nor blk_set_queue_dying()");

/* 5.17 on */
PROBE_ONE_OF(disk_dead, blk_mark_disk_dead)
{
	EXPORTED(blk_mark_disk_dead);
	blk_mark_disk_dead(disk);
}

/* up to 5.16 */
PROBE_ONE_OF(disk_dead, blk_set_queue_dying)
{
	EXPORTED(blk_set_queue_dying);
	blk_set_queue_dying(queue);
}

PROBE_GROUP(capacity, "no set_capacity_and_notify()");

/* 5.11 on, and 5.10 stable */
PROBE_ONE_OF(capacity, set_capacity_and_notify)
{
	bool told;

	EXPORTED(set_capacity_and_notify);
	told = set_capacity_and_notify(disk, (sector_t)0);
	(void)told;
}

/* 5.17 on; the flag had another name before. */
PROBE(genhd_fl_no_part)
{
	disk->flags = GENHD_FL_NO_PART;
}

/* --- Queue limits --------------------------------------------------------- */

PROBE_GROUP(limits, "neither features in struct queue_limits nor the functions that set them");

/* 6.11 on: cache, FUA, rotational and others are features of the limits. */
PROBE_ONE_OF(limits, limits_features)
{
	struct queue_limits *lim = NULL;

	lim->features = BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA | BLK_FEAT_ROTATIONAL;
}

/* up to 6.10: a function per limit, flags in the queue. */
PROBE_ONE_OF(limits, limits_setters)
{
	EXPORTED(blk_queue_write_cache);
	EXPORTED(blk_queue_max_hw_sectors);
	EXPORTED(blk_queue_flag_set);
	blk_queue_write_cache(queue, true, true);
	blk_queue_max_hw_sectors(queue, 8);
	blk_queue_flag_set(QUEUE_FLAG_NONROT, queue);
}

/* 6.13 on, and 6.12 stable: commits while the queue is frozen. */
PROBE(limits_commit_frozen)
{
	struct queue_limits *lim = NULL;
	int ret;

	EXPORTED(queue_limits_commit_update_frozen);
	ret = queue_limits_commit_update_frozen(queue, lim);
	(void)ret;
}

/* up to 5.18: discard and secure erase are switched on by a flag of the queue. */
PROBE(queue_flag_discard)
{
	EXPORTED(blk_queue_flag_set);
	blk_queue_flag_set(QUEUE_FLAG_DISCARD, queue);
	blk_queue_flag_set(QUEUE_FLAG_SECERASE, queue);
}

/* 5.19 to 6.10: secure erase has a limit of its own and a function to set it. */
PROBE(max_secure_erase_sectors)
{
	EXPORTED(blk_queue_max_secure_erase_sectors);
	blk_queue_max_secure_erase_sectors(queue, 8);
}

/* --- blk-mq --------------------------------------------------------------- */

/* 5.14 on: a disk may ask for the scheduler "none". */
PROBE(no_sched_by_default)
{
	tag_set->flags = BLK_MQ_F_NO_SCHED_BY_DEFAULT;
}

/* 5.4 to 6.8: a queue may ask for a scheduler with certain abilities. */
PROBE(elevator_features)
{
	EXPORTED(blk_queue_required_elevator_features);
	blk_queue_required_elevator_features(queue, 0U);
}

/* up to 6.13: merging has to be asked for. */
PROBE(should_merge)
{
	tag_set->flags = BLK_MQ_F_SHOULD_MERGE;
}

PROBE_GROUP(queue_rqs, "two forms of blk_mq_ops.queue_rqs at once");

/* 6.13 on, and 6.12 stable */
PROBE_AT_MOST(queue_rqs, queue_rqs_list)
{
	void (*fn)(struct rq_list *) = mq_ops->queue_rqs;

	queue = fn ? NULL : queue;
}

/* 5.16 to 6.12; kernels before have none. */
PROBE_AT_MOST(queue_rqs, queue_rqs_pointer)
{
	void (*fn)(struct request **) = mq_ops->queue_rqs;

	queue = fn ? NULL : queue;
}

/* 6.13 on, and 6.12 stable: lists of requests have a type. */
PROBE(rq_list)
{
	struct rq_list list = { .head = NULL, .tail = NULL };

	queue = rq_list_empty(&list) ? NULL : queue;
}

/* 5.16 on: requests have a link of their own for such lists. */
PROBE(rq_next)
{
	struct request *rq = NULL;

	rq->rq_next = NULL;
}

/* 5.16 on: requests complete in batches. */
PROBE(io_comp_batch)
{
	DEFINE_IO_COMP_BATCH(iob);

	EXPORTED(blk_mq_end_request_batch);
	blk_mq_end_request_batch(&iob);
}

PROBE_GROUP(timeout, "no known form of blk_mq_ops.timeout");

/* 6.1 on */
PROBE_ONE_OF(timeout, timeout_request)
{
	enum blk_eh_timer_return (*fn)(struct request *) = mq_ops->timeout;

	queue = fn ? NULL : queue;
}

/* up to 6.0 */
PROBE_ONE_OF(timeout, timeout_reserved)
{
	enum blk_eh_timer_return (*fn)(struct request *, bool) = mq_ops->timeout;

	queue = fn ? NULL : queue;
}

PROBE_GROUP(map_queues, "no known form of blk_mq_ops.map_queues");

/* 6.1 on */
PROBE_ONE_OF(map_queues, map_queues_void)
{
	void (*fn)(struct blk_mq_tag_set *) = mq_ops->map_queues;

	queue = fn ? NULL : queue;
}

/* up to 6.0 */
PROBE_ONE_OF(map_queues, map_queues_result)
{
	int (*fn)(struct blk_mq_tag_set *) = mq_ops->map_queues;

	queue = fn ? NULL : queue;
}

PROBE_GROUP(busy_iter, "no known form of the callback of blk_mq_tagset_busy_iter()");

/* 6.1 on, and some 6.0 */
PROBE_ONE_OF(busy_iter, busy_iter_plain)
{
	bool (*fn)(struct request *, void *) = NULL;

	EXPORTED(blk_mq_tagset_busy_iter);
	blk_mq_tagset_busy_iter(tag_set, fn, NULL);
}

/* up to 5.19 */
PROBE_ONE_OF(busy_iter, busy_iter_reserved)
{
	bool (*fn)(struct request *, void *, bool) = NULL;

	EXPORTED(blk_mq_tagset_busy_iter);
	blk_mq_tagset_busy_iter(tag_set, fn, NULL);
}

PROBE_GROUP(complete_remote, "no blk_mq_complete_request_remote()");

/* 5.8 on */
PROBE_ONE_OF(complete_remote, complete_remote)
{
	bool sent;

	EXPORTED(blk_mq_complete_request_remote);
	sent = blk_mq_complete_request_remote((struct request *)NULL);
	(void)sent;
}

/* --- Operations of a block device ----------------------------------------- */

/* 6.5 on: how a device was opened has a type and names of its own. */
PROBE(blk_mode_t)
{
	blk_mode_t mode = BLK_OPEN_READ | BLK_OPEN_WRITE | BLK_OPEN_NDELAY;

	(void)mode;
}

PROBE_GROUP(bdev_open, "no known form of block_device_operations.open");

/* 6.5 on */
PROBE_ONE_OF(bdev_open, bdev_open_disk)
{
	int (*fn)(struct gendisk *, blk_mode_t) = bd_ops->open;

	queue = fn ? NULL : queue;
}

/* up to 6.4 */
PROBE_ONE_OF(bdev_open, bdev_open_bdev)
{
	int (*fn)(struct block_device *, fmode_t) = bd_ops->open;

	queue = fn ? NULL : queue;
}

PROBE_GROUP(bdev_release, "no known form of block_device_operations.release");

/* 6.5 on */
PROBE_ONE_OF(bdev_release, bdev_release_disk)
{
	void (*fn)(struct gendisk *) = bd_ops->release;

	queue = fn ? NULL : queue;
}

/* up to 6.4 */
PROBE_ONE_OF(bdev_release, bdev_release_mode)
{
	void (*fn)(struct gendisk *, fmode_t) = bd_ops->release;

	queue = fn ? NULL : queue;
}

PROBE_GROUP(bdev_getgeo, "no known form of block_device_operations.getgeo");

/* 6.18 on */
PROBE_ONE_OF(bdev_getgeo, bdev_getgeo_disk)
{
	int (*fn)(struct gendisk *, struct hd_geometry *) = bd_ops->getgeo;

	queue = fn ? NULL : queue;
}

/* up to 6.17 */
PROBE_ONE_OF(bdev_getgeo, bdev_getgeo_bdev)
{
	int (*fn)(struct block_device *, struct hd_geometry *) = bd_ops->getgeo;

	queue = fn ? NULL : queue;
}

/* --- xenbus --------------------------------------------------------------- */

PROBE_GROUP(xenbus_remove, "no known form of xenbus_driver.remove");

/* 6.0 on */
PROBE_ONE_OF(xenbus_remove, xenbus_remove_void)
{
	void (*fn)(struct xenbus_device *) = xb_driver->remove;

	queue = fn ? NULL : queue;
}

/* up to 5.19 */
PROBE_ONE_OF(xenbus_remove, xenbus_remove_result)
{
	int (*fn)(struct xenbus_device *) = xb_driver->remove;

	queue = fn ? NULL : queue;
}

PROBE_GROUP(xenbus_state, "no known form of xenbus_read_driver_state()");

/* 7.0 on: says for whom the state is read. */
PROBE_ONE_OF(xenbus_state, xenbus_state_device)
{
	EXPORTED(xenbus_read_driver_state);
	xb_dev->state = xenbus_read_driver_state(xb_dev, "");
}

/* up to 6.19 */
PROBE_ONE_OF(xenbus_state, xenbus_state_path)
{
	EXPORTED(xenbus_read_driver_state);
	xb_dev->state = xenbus_read_driver_state("");
}

/* 4.20 on, and older stable kernels: remove leaves our xenstore state alone. */
PROBE(xenbus_allow_rebind)
{
	xb_driver->allow_rebind = true;
}

/* --- Grants and events ---------------------------------------------------- */

PROBE_GROUP(grant_end_ref, "no known form of gnttab_end_foreign_access_ref()");

/* 6.1 on */
PROBE_ONE_OF(grant_end_ref, grant_end_ref_plain)
{
	int (*fn)(grant_ref_t) = gnttab_end_foreign_access_ref;

	EXPORTED(gnttab_end_foreign_access_ref);
	queue = fn ? NULL : queue;
}

/* up to 6.0 */
PROBE_ONE_OF(grant_end_ref, grant_end_ref_readonly)
{
	int (*fn)(grant_ref_t, int) = gnttab_end_foreign_access_ref;

	EXPORTED(gnttab_end_foreign_access_ref);
	queue = fn ? NULL : queue;
}

PROBE_GROUP(grant_end, "no known form of gnttab_end_foreign_access()");

/* 6.1 on */
PROBE_ONE_OF(grant_end, grant_end_page)
{
	void (*fn)(grant_ref_t, struct page *) = gnttab_end_foreign_access;

	EXPORTED(gnttab_end_foreign_access);
	queue = fn ? NULL : queue;
}

/* up to 6.0 */
PROBE_ONE_OF(grant_end, grant_end_address)
{
	void (*fn)(grant_ref_t, int, unsigned long) = gnttab_end_foreign_access;

	EXPORTED(gnttab_end_foreign_access);
	queue = fn ? NULL : queue;
}

PROBE_GROUP(grant_try_end, "no gnttab_try_end_foreign_access()");

/* 5.17 on, and older stable kernels */
PROBE_ONE_OF(grant_try_end, grant_try_end)
{
	int ended;

	EXPORTED(gnttab_try_end_foreign_access);
	ended = gnttab_try_end_foreign_access((grant_ref_t)1);
	(void)ended;
}

/* 5.19 on: a reference that is none has a name. */
PROBE(invalid_grant_ref)
{
	grant_ref_t ref = INVALID_GRANT_REF;

	(void)ref;
}

PROBE_GROUP(lateeoi, "no bind_evtchn_to_irqhandler_lateeoi()");

/* 5.10 on, and older stable kernels */
PROBE_ONE_OF(lateeoi, lateeoi)
{
	EXPORTED(bind_evtchn_to_irqhandler_lateeoi);
	EXPORTED(xen_irq_lateeoi);
	xen_irq_lateeoi((unsigned int)bind_evtchn_to_irqhandler_lateeoi(
				(evtchn_port_t)1, (irq_handler_t)NULL, 0UL, "", NULL),
			XEN_EOI_FLAG_SPURIOUS);
}

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
 *   PROBE_FIRST_OF(group, name)	the same where newer forms came beside the older for a
 *				while: the first that compiles is taken
 *   PROBE_AT_MOST(group, name)	at most one form of the group may compile
 *   PROBE_OR_OURS(name)	if not, headers of include/compat/missing take the place of
 *				the kernel's own, and all else is asked of them
 *   PROBE_GROUP(group, text)	the sentence: "this kernel has <text>"
 *   PROBE_GOOD(name)		control: must compile
 *   PROBE_BAD(name)		control: must not, one per class of error
 *   EXPORTED(symbol)		the answer is no unless Module.symvers has it. Belongs
 *				into every probe that calls: compilers complain about
 *				a call of something unknown only the first time
 *   CALLED(function)		the same for what may be an inline function
 *
 * Members are compared by assigning them to a pointer of the form in question:
 * a compiler that lets a wrong one pass is found out by the controls.
 */
#ifndef KBUILD_MODNAME
/* A macro of xenbus.h up to 3.3 wants it; kbuild says it only to what goes into a module. */
#define KBUILD_MODNAME "xen-blkfront"
#endif

#include <linux/blkdev.h>
#include <linux/blk-mq.h>
#include <linux/device.h>
#include <linux/hdreg.h>
#include <linux/highmem.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/types.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/io/blkif.h>
#include <xen/page.h>
#include <xen/platform_pci.h>
#include <xen/xen.h>
#include <xen/xenbus.h>

#define PROBE(name)		static void __attribute__((unused)) probe_##name(void)
#define PROBE_ONE_OF(group, name)	PROBE(name)
#define PROBE_FIRST_OF(group, name)	PROBE(name)
#define PROBE_AT_MOST(group, name)	PROBE(name)
#define PROBE_OR_OURS(name)	PROBE(name)
#define PROBE_GOOD(name)	PROBE(name)
#define PROBE_BAD(name)		PROBE(name)
#define PROBE_GROUP(group, text)	extern int probe_group_##group
#define EXPORTED(symbol)	((void)(symbol))
#define CALLED(function)	((void)(function))

static struct blk_mq_ops *mq_ops;
static struct block_device_operations *bd_ops;
static struct xenbus_driver *xb_driver;
static struct xenbus_device *xb_dev;
static struct xenbus_watch *xb_watch;
static struct blk_mq_tag_set *tag_set;
static struct gendisk *disk;
static struct request_queue *queue;
static struct request *request;
static struct page *page;

/* --- Controls ------------------------------------------------------------- */

/* Every kernel: a call, a member and a callback that are right. */
PROBE_GOOD(good_environment)
{
	int (*fn)(struct xenbus_device *, const struct xenbus_device_id *) = xb_driver->probe;

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
	int (*fn)(struct blk_mq_tag_set *) = xb_driver->probe;

	tag_set->queue_depth = fn ? 1 : 0;
}

/* A callback with another result. */
PROBE_BAD(bad_callback_result)
{
	void (*fn)(struct xenbus_device *, const struct xenbus_device_id *) = xb_driver->probe;

	tag_set->queue_depth = fn ? 1 : 0;
}

/* --- Disks and their queues ----------------------------------------------- */

/*
 * 4.0 on: a blk-mq that says whether another request follows, and that can be frozen. Ours
 * can as well, but has no such @tags.
 */
PROBE_OR_OURS(blk_mq)
{
	struct blk_mq_queue_data data = { .last = true };
	struct blk_mq_tags **tags = tag_set->tags;

	CALLED(blk_mq_freeze_queue);
	queue = data.last && tags ? NULL : queue;
}

PROBE_GROUP(disk_alloc, "none of the known forms of blk_mq_alloc_disk()");

/* 6.9 on: queue limits are given when the disk is made. */
PROBE_FIRST_OF(disk_alloc, disk_alloc_limits)
{
	EXPORTED(__blk_mq_alloc_disk);
	disk = blk_mq_alloc_disk(tag_set, (struct queue_limits *)NULL, NULL);
}

/* 5.14 to 6.8 */
PROBE_FIRST_OF(disk_alloc, disk_alloc_plain)
{
	EXPORTED(__blk_mq_alloc_disk);
	disk = blk_mq_alloc_disk(tag_set, NULL);
}

/* up to 5.14: disk and queue are made one by one. */
PROBE_FIRST_OF(disk_alloc, disk_alloc_parts)
{
	EXPORTED(blk_mq_init_queue);
	queue = blk_mq_init_queue(tag_set);
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

/* 5.0 to 5.14 */
PROBE_ONE_OF(disk_add, disk_add_void)
{
	void (*fn)(struct device *, struct gendisk *, const struct attribute_group **) =
		device_add_disk;

	EXPORTED(device_add_disk);
	queue = fn ? NULL : queue;
}

/* 4.8 to 4.20: attributes are added afterwards. */
PROBE_ONE_OF(disk_add, disk_add_plain)
{
	void (*fn)(struct device *, struct gendisk *) = device_add_disk;

	EXPORTED(device_add_disk);
	queue = fn ? NULL : queue;
}

/* up to 4.7: the parent is a member of the disk. */
PROBE_ONE_OF(disk_add, disk_add_parent)
{
	EXPORTED(add_disk);
	disk->driverfs_dev = NULL;
	add_disk(disk);
}

/* 5.17 on */
PROBE(blk_mark_disk_dead)
{
	EXPORTED(blk_mark_disk_dead);
	blk_mark_disk_dead(disk);
}

/* 4.0 to 5.16 */
PROBE(blk_set_queue_dying)
{
	EXPORTED(blk_set_queue_dying);
	blk_set_queue_dying(queue);
}

/* 5.11 on, and 5.10 stable */
PROBE(set_capacity_and_notify)
{
	bool told;

	EXPORTED(set_capacity_and_notify);
	told = set_capacity_and_notify(disk, (sector_t)0);
	(void)told;
}

/* up to 5.9 */
PROBE(revalidate_disk)
{
	EXPORTED(revalidate_disk);
	revalidate_disk(disk);
}

/* --- Queue limits --------------------------------------------------------- */

PROBE_GROUP(limits, "neither features in struct queue_limits nor the functions that set them");

/* 6.11 on: cache, FUA, rotational and others are features of the limits. */
PROBE_ONE_OF(limits, limits_features)
{
	struct queue_limits *lim = NULL;

	lim->features = BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA | BLK_FEAT_ROTATIONAL;
}

/* up to 6.10: functions per limit, of which 6.10 has some only; flags in the queue. */
PROBE_ONE_OF(limits, limits_setters)
{
	EXPORTED(blk_queue_io_min);
	EXPORTED(blk_queue_logical_block_size);
	blk_queue_io_min(queue, 512);
	blk_queue_logical_block_size(queue, 512);
}

/* 6.9 on: limits are changed together; before 6.11 without features. */
PROBE(limits_update)
{
	struct queue_limits lim;
	int ret;

	EXPORTED(queue_limits_commit_update);
	lim = queue_limits_start_update(queue);
	ret = queue_limits_commit_update(queue, &lim);
	(void)ret;
}

/* 4.7 on; before there are flags for what a queue can be asked for. */
PROBE(write_cache)
{
	CALLED(blk_queue_write_cache);
	(void)QUEUE_FLAG_WC;
}

/* 4.17 on; before only for whoever holds the lock, or is alone. */
PROBE(blk_queue_flag_set)
{
	EXPORTED(blk_queue_flag_set);
	blk_queue_flag_set(0U, queue);
}

/* 4.3 on: beside it stands the limit that the administrator chose. */
PROBE(max_hw_discard_sectors)
{
	queue->limits.max_hw_discard_sectors = 0;
}

/* up to 5.12: memory that a device does not reach is copied. */
PROBE(bounce_limit)
{
	EXPORTED(blk_queue_bounce_limit);
	blk_queue_bounce_limit(queue, BLK_BOUNCE_ANY);
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

/* up to 5.18: discard and secure erase are switched on by flags of the queue. */
PROBE(queue_flag_discard)
{
	(void)QUEUE_FLAG_DISCARD;
}

/* 4.7 to 5.18; before it was called secure discard. */
PROBE(queue_flag_secerase)
{
	(void)QUEUE_FLAG_SECERASE;
}

/* 5.19 to 6.10: secure erase has a limit of its own and a function to set it. */
PROBE(max_secure_erase_sectors)
{
	EXPORTED(blk_queue_max_secure_erase_sectors);
	blk_queue_max_secure_erase_sectors(queue, 8);
}

/* --- blk-mq --------------------------------------------------------------- */

/* 4.13 on: what became of a request has a type of its own. */
PROBE(blk_status_t)
{
	blk_status_t status = BLK_STS_OK;

	(void)status;
}

/* 4.9 on: a tag set does not change its operations. */
PROBE(const_mq_ops)
{
	const struct blk_mq_ops **ops = &tag_set->ops;

	(void)ops;
}

PROBE_GROUP(queue_rq, "no known form of blk_mq_ops.queue_rq");

/* 4.13 on */
PROBE_ONE_OF(queue_rq, queue_rq_status)
{
	blk_status_t (*fn)(struct blk_mq_hw_ctx *, const struct blk_mq_queue_data *) =
		mq_ops->queue_rq;

	queue = fn ? NULL : queue;
}

/* 3.19 to 4.12 */
PROBE_ONE_OF(queue_rq, queue_rq_number)
{
	int (*fn)(struct blk_mq_hw_ctx *, const struct blk_mq_queue_data *) = mq_ops->queue_rq;

	queue = fn ? NULL : queue;
}

/* 5.0 on: told when what was to follow does not. */
PROBE(commit_rqs)
{
	void (*fn)(struct blk_mq_hw_ctx *) = mq_ops->commit_rqs;

	queue = fn ? NULL : queue;
}

/* up to 4.8: the driver says which hardware queue a CPU has. */
PROBE(map_queue)
{
	EXPORTED(blk_mq_map_queue);
	mq_ops->map_queue = blk_mq_map_queue;
}

/* 5.0 on: a request knows its hardware queue. */
PROBE(rq_mq_hctx)
{
	struct blk_mq_hw_ctx *hctx = request->mq_hctx;

	(void)hctx;
}

/* 4.8 on: what a request does is a number, not flags. */
PROBE(req_op)
{
	(void)(req_op(request) == REQ_OP_SECURE_ERASE || req_op(request) == REQ_OP_FLUSH);
}

/* 3.14 on: segments are copies. */
PROBE(segment_copies)
{
	struct req_iterator iter;
	struct bio_vec bv;

	rq_for_each_segment(bv, request, iter)
		(void)bv.bv_len;
}

/* 4.13 on: waits for those who are handing over requests. */
PROBE(quiesce_queue)
{
	EXPORTED(blk_mq_quiesce_queue);
	EXPORTED(blk_mq_unquiesce_queue);
	blk_mq_quiesce_queue(queue);
	blk_mq_unquiesce_queue(queue);
}

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

/* 5.8 on: completes on another CPU, or says that this one is right. */
PROBE(complete_remote)
{
	bool sent;

	EXPORTED(blk_mq_complete_request_remote);
	sent = blk_mq_complete_request_remote(request);
	(void)sent;
}

/* 4.18 on: what completes while its timeout is handled is not lost; this name is as old. */
PROBE(eh_done)
{
	enum blk_eh_timer_return done = BLK_EH_DONE;

	(void)done;
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

/* 5.5 on */
PROBE(compat_ptr_ioctl)
{
	bd_ops->compat_ioctl = blkdev_compat_ptr_ioctl;
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

PROBE_GROUP(xenbus_watch, "no known form of xenbus_watch.callback");

/* 4.11 on */
PROBE_ONE_OF(xenbus_watch, xenbus_watch_path)
{
	void (*fn)(struct xenbus_watch *, const char *, const char *) = xb_watch->callback;

	queue = fn ? NULL : queue;
}

/* up to 4.10 */
PROBE_ONE_OF(xenbus_watch, xenbus_watch_vector)
{
	void (*fn)(struct xenbus_watch *, const char **, unsigned int) = xb_watch->callback;

	queue = fn ? NULL : queue;
}

/* 3.17 on: xenbus fills in the name and the owner of a driver. */
PROBE(xenbus_driver_name)
{
	xb_driver->name = "";
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

/* 3.11 on: a request can name pages that are full of segments. */
PROBE(blkif_indirect)
{
	struct blkif_request_indirect *indirect = NULL;

	indirect->indirect_op = BLKIF_OP_INDIRECT;
}

/* 3.14 on: says whether disks of ours are there beside emulated ones. */
PROBE(pv_disk_devices)
{
	CALLED(xen_has_pv_disk_devices);
	(void)xen_has_pv_disk_devices();
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

/* 5.17 on, and older stable kernels */
PROBE(grant_try_end)
{
	int ended;

	EXPORTED(gnttab_try_end_foreign_access);
	ended = gnttab_try_end_foreign_access((grant_ref_t)1);
	(void)ended;
}

/* 4.4 on: one of Xen's frames may be less than a page. */
PROBE(xen_page_size)
{
	(void)(XEN_PAGE_SIZE >> XEN_PAGE_SHIFT);
}

/* 4.3 on: a frame is called what the guest calls it. */
PROBE(gfn)
{
	CALLED(xen_page_to_gfn);
	(void)virt_to_gfn(NULL);
}

/* 4.0 on: pages that are another domain's are marked. */
PROBE(page_foreign)
{
	CALLED(PageForeign);
	(void)PageForeign(page);
}

/* 5.10 on, and older stable kernels */
PROBE(lateeoi)
{
	EXPORTED(bind_evtchn_to_irqhandler_lateeoi);
	EXPORTED(xen_irq_lateeoi);
	xen_irq_lateeoi((unsigned int)bind_evtchn_to_irqhandler_lateeoi(
				(evtchn_port_t)1, (irq_handler_t)NULL, 0UL, "", NULL),
			XEN_EOI_FLAG_SPURIOUS);
}

/* --- The rest of the kernel ----------------------------------------------- */

/* 5.9 on, and older stable kernels: a tasklet gets itself, not a number. */
PROBE(tasklet_setup)
{
	EXPORTED(tasklet_setup);
	tasklet_setup((struct tasklet_struct *)NULL, (void (*)(struct tasklet_struct *))NULL);
}

/* 5.10 on, and older stable kernels */
PROBE(sysfs_emit)
{
	EXPORTED(sysfs_emit);
	sysfs_emit((char *)NULL, "%s", "");
}

/* 4.18 on */
PROBE(kvcalloc)
{
	kvfree(kvcalloc((size_t)1, (size_t)1, GFP_KERNEL));
}

/* 3.15 on */
PROBE(kvfree)
{
	EXPORTED(kvfree);
	kvfree(NULL);
}

/* 3.11 on */
PROBE(device_attr_ro)
{
#ifndef DEVICE_ATTR_RO
	(void)DEVICE_ATTR_RO;
#endif
}

/* 5.12 on, and older stable kernels */
PROBE(memcpy_page)
{
	CALLED(memcpy_from_page);
	CALLED(memcpy_to_page);
	memcpy_from_page((char *)NULL, page, (size_t)0, (size_t)0);
	memcpy_to_page(page, (size_t)0, (const char *)NULL, (size_t)0);
}

/* 4.16 on; a macro that defines functions can only be asked whether it is there. */
PROBE(define_show_attribute)
{
#ifndef DEFINE_SHOW_ATTRIBUTE
	(void)DEFINE_SHOW_ATTRIBUTE;
#endif
}

/* 4.17 on */
PROBE(sector_size)
{
	(void)(SECTOR_SIZE >> SECTOR_SHIFT);
}

/* 3.19 on */
PROBE(read_once)
{
	unsigned int value = 0;

	WRITE_ONCE(value, READ_ONCE(value));
}

/* 3.14 on */
PROBE(load_acquire)
{
	unsigned int value = 0;

	smp_store_release(&value, smp_load_acquire(&value));
}

/* 4.5 on: barriers towards other guests, also where this one has a single CPU. */
PROBE(virt_barriers)
{
	virt_mb();
	virt_rmb();
	virt_wmb();
}

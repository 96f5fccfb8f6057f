// SPDX-License-Identifier: GPL-2.0
/*
 * shims.c - the newest kernel's API does what it should, whatever kernel is played.
 *
 * Written as src/ is: by the newest API alone, with compat.h included before the first
 * line. What arrives in the kernel is looked at through model.h.
 */
#include <xen/interface/io/blkif.h>

#include "model.h"

static const char *test;
static int failures;

#define check(condition)							\
do {										\
	if (!(condition)) {							\
		printf("%s:%d: %s: %s\n", __FILE__, __LINE__, test, #condition);	\
		failures++;							\
	}									\
} while (0)

/* --- Requests on their way ------------------------------------------------ */

static struct {
	struct request *rqs[4];
	unsigned int nr, commits;
	bool last, known, right_queue;
	struct request *late;
	blk_status_t answer;
} seen;

static struct blk_mq_hw_ctx hctx;

static blk_status_t take_one(struct blk_mq_hw_ctx *by, const struct blk_mq_queue_data *bd)
{
	seen.right_queue = by == &hctx && xbf_rq_hctx(bd->rq) == by;
	seen.known = model_is_submitting();
	seen.last = bd->last;
	seen.rqs[seen.nr++] = bd->rq;
	return seen.answer;
}
XBF_ADAPT_QUEUE_RQ(take_one)

/* Leaves the last one where it is. */
static void take_list(struct rq_list *list)
{
	struct request *rq;

	while ((rq = rq_list_peek(list)) && seen.nr < 2)
		seen.rqs[seen.nr++] = rq_list_pop(list);
}
XBF_ADAPT_QUEUE_RQS(take_list)

static void commit(struct blk_mq_hw_ctx *by)
{
	seen.commits += by == &hctx;
}
XBF_ADAPT_COMMIT_RQS(commit)

static enum blk_eh_timer_return late(struct request *rq)
{
	seen.late = rq;
	return BLK_EH_RESET_TIMER;
}
XBF_ADAPT_TIMEOUT(late)

/* clang-format off */
static const struct blk_mq_ops mq_ops = {
	XBF_SET_QUEUE_RQ(take_one)
	XBF_SET_QUEUE_RQS(take_list)
	XBF_SET_COMMIT_RQS(commit)
	XBF_SET_MAP_QUEUE
	XBF_SET_TIMEOUT(late)
};
/* clang-format on */

static void test_submit(void)
{
	struct request rqs[3] = { { .tag = 0 } };
	struct request *all[] = { &rqs[0], &rqs[1], &rqs[2] };
	struct request *one[] = { &rqs[0] };

	memset(&seen, 0, sizeof(seen));
	check(model_submit(&mq_ops, &hctx, all, 3));
	check(seen.nr == 3 && seen.rqs[0] == all[0]);
	check(seen.rqs[1] == all[1] && seen.rqs[2] == all[2]);
	check(seen.last && seen.known && seen.right_queue);
	check(!model_is_submitting());

	memset(&seen, 0, sizeof(seen));
	seen.nr = 2;
	seen.answer = BLK_STS_IOERR;
	check(!model_submit(&mq_ops, &hctx, one, 1));

	check(model_commit(&mq_ops, &hctx) == seen.commits);
	check(model_timeout(&mq_ops, &rqs[1]) == BLK_EH_RESET_TIMER && seen.late == &rqs[1]);
	check(model_can_map(&mq_ops));
}

/* Newer kernels keep a request as long as its timeout is handled. */
static void test_ended_in_timeout(void)
{
#ifndef XBF_HAVE_EH_DONE
	struct request ended = { .tag = -1, .special = &hctx };
	struct request anew = { .tag = 0, .special = NULL };

	seen.late = NULL;
	check(model_timeout(&mq_ops, &ended) == BLK_EH_RESET_TIMER);
	check(model_timeout(&mq_ops, &anew) == BLK_EH_RESET_TIMER && !seen.late);
#endif
}

static void test_quiesce(void)
{
	struct request_queue q = { .queuedata = NULL };

	model_grace_periods = 0;
	blk_mq_quiesce_queue(&q);
	blk_mq_unquiesce_queue(&q);
	check(model_grace_periods == 1 && !q.model.quiesced);
}

static int op_of(enum model_op op)
{
	struct request rq = { .tag = 0 };

	model_request(&rq, op);
	return req_op(&rq);
}

static void test_operations(void)
{
	check(op_of(MODEL_READ) == REQ_OP_READ);
	check(op_of(MODEL_WRITE) == REQ_OP_WRITE);
	check(op_of(MODEL_FLUSH) == REQ_OP_FLUSH);
	check(op_of(MODEL_DISCARD) == REQ_OP_DISCARD);
	check(op_of(MODEL_SECURE_ERASE) == REQ_OP_SECURE_ERASE);
	check(op_of(MODEL_PASSTHROUGH) != REQ_OP_READ && op_of(MODEL_PASSTHROUGH) != REQ_OP_WRITE);
}

static void test_segments(void)
{
	struct bio_vec vecs[] = { { NULL, 512, 0 }, { NULL, 1024, 512 }, { NULL, 2048, 0 } };
	struct bio second = { NULL, &vecs[2], 0, 1 };
	struct bio first = { &second, vecs, 1, 2 };
	struct request rq = { .bio = &first };
	struct req_iterator iter;
	struct bio_vec bv;
	unsigned int len = 0, nr = 0;

	rq_for_each_segment(bv, &rq, iter) {
		len += bv.bv_len;
		nr++;
	}
	check(nr == 2 && len == 1024 + 2048);
}

static void test_lists(void)
{
	struct request rqs[3] = { { .tag = 0 }, { .tag = 1 }, { .tag = 2 } };
	struct rq_list list;
	struct request *rq;
	int sum = 0;

	rq_list_init(&list);
	check(rq_list_empty(&list) && !rq_list_pop(&list));
	rq_list_add_tail(&list, &rqs[1]);
	rq_list_add_tail(&list, &rqs[2]);
	rq_list_add_head(&list, &rqs[0]);
	check(!rq_list_empty(&list));
	rq_list_for_each(&list, rq)
		sum = sum * 10 + rq->tag + 1;
	check(sum == 123);
	check(rq_list_pop(&list) == &rqs[0] && rq_list_peek(&list) == &rqs[1]);
	check(rq_list_pop(&list) == &rqs[1] && rq_list_pop(&list) == &rqs[2]);
	check(rq_list_empty(&list));
	rq_list_add_head(&list, &rqs[2]);
	rq_list_add_tail(&list, &rqs[0]);
	check(rq_list_pop(&list) == &rqs[2] && rq_list_pop(&list) == &rqs[0]);
}

static void test_end(void)
{
	struct request rqs[2] = { { .tag = 0 } };
	unsigned int ended = 0;
	bool sent;
	int i;
	DEFINE_IO_COMP_BATCH(iob);

	/* Either the kernel completes it, in any moment, or the driver is to end it. */
	sent = blk_mq_complete_request_remote(&rqs[0]);
	check(sent == rqs[0].model.completed);
	check(BLK_STS_OK != BLK_STS_NOTSUPP && BLK_STS_NOTSUPP != BLK_STS_IOERR && !BLK_STS_OK);
	check(!blk_mq_add_to_batch(&rqs[0], &iob, true, blk_mq_end_request_batch));
	/* Each ends with the batch, or at once. */
	model_batched = 0;
	for (i = 0; i < 2; i++)
		ended += !blk_mq_add_to_batch(&rqs[i], &iob, false, blk_mq_end_request_batch);
	if (iob.complete)
		iob.complete(&iob);
	else
		blk_mq_end_request_batch(&iob);
	check(ended + model_batched == 2);
}

/* --- Disks ---------------------------------------------------------------- */

static const struct attribute_group group = { "group" };
static const struct attribute_group *groups[] = { &group, NULL };

static const struct queue_limits wanted = {
	.features = BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA,
	.seg_boundary_mask = 4095,
	.max_segment_size = 4096,
	.max_segments = 256,
	.max_hw_sectors = 2048,
	.dma_alignment = 511,
	.logical_block_size = 512,
	.physical_block_size = 4096,
	.io_min = 4096,
	.io_opt = 65536,
	.max_hw_discard_sectors = 4096,
	.max_secure_erase_sectors = 4096,
	.discard_granularity = 512,
	.discard_alignment = 1024,
};

static bool are_wanted(struct model_limits lim)
{
	return lim.cache && lim.fua && !lim.rotational && lim.boundary == 4095 &&
	       lim.segment_size == 4096 && lim.max_segments == 256 && lim.max_sectors == 2048 &&
	       lim.dma == 511 && lim.logical == 512 && lim.physical == 4096 && lim.io_min == 4096 &&
	       lim.io_opt == 65536 && lim.discard == 4096 && lim.erase == 4096 &&
	       lim.granularity == 512 && lim.alignment == 1024;
}

static void test_limits(struct request_queue *q)
{
	struct queue_limits lim = queue_limits_start_update(q);

	/* What was set is what is found, and what is not changed stays. */
	check(lim.features == (BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA));
	check(!queue_limits_commit_update_frozen(q, &lim));
	check(are_wanted(model_limits(q)));

	lim.features = BLK_FEAT_WRITE_CACHE | BLK_FEAT_ROTATIONAL;
	check(!queue_limits_commit_update_frozen(q, &lim));
	check(model_limits(q).cache && !model_limits(q).fua && model_limits(q).rotational);
	lim = queue_limits_start_update(q);
	check(lim.features == (BLK_FEAT_WRITE_CACHE | BLK_FEAT_ROTATIONAL));

	lim.features = 0;
	lim.max_hw_discard_sectors = 0;
	lim.max_secure_erase_sectors = 0;
	check(!queue_limits_commit_update_frozen(q, &lim));
	check(!model_limits(q).cache && !model_limits(q).discard && !model_limits(q).erase);
	check(!model_limits(q).rotational && model_limits(q).max_segments == 256);
	model_bad_limits = true;
	check(!queue_limits_commit_update_frozen(q, &lim) != model_can_refuse_limits());
	model_bad_limits = false;
	check(!q->model.frozen && !q->model.limits_set_unfrozen);
}

static void test_disk(void)
{
	struct blk_mq_tag_set set = { .ops = XBF_TAG_SET_OPS(&mq_ops), .flags = XBF_TAG_SET_FLAGS };
	struct queue_limits lim = wanted;
	struct device parent = { .parent = NULL };
	struct gendisk *disk;
	int data;

	check(set.ops == &mq_ops && model_merges(&set));
	disk = blk_mq_alloc_disk(&set, &lim, &data);
	check(!IS_ERR(disk) && disk->queue->queuedata == &data &&
	      are_wanted(model_limits(disk->queue)));
	set_capacity(disk, 8);
	check(!device_add_disk(&parent, disk, groups));
	check(disk->model.added && disk_to_dev(disk)->parent == &parent);
	check(disk_to_dev(disk)->kobj.groups == 1);
	check(model_starts_without_scheduler(disk, &set) == model_can_refuse_schedulers());
	test_limits(disk->queue);

	check(set_capacity_and_notify(disk, 16));
	check(disk->model.capacity == 16 && disk_to_dev(disk)->kobj.resizes == 1);

	blk_mark_disk_dead(disk);
	check(model_is_dead(disk));
	del_gendisk(disk);
	check(!disk->model.added && disk->queue->model.dead);
	put_disk(disk);
	check(!model_disks && !model_queues);
}

/* One that nobody ever saw, and three that could not be made. */
static void test_no_disk(void)
{
	struct blk_mq_tag_set set = { .flags = 0 };
	struct queue_limits lim = wanted;
	struct gendisk *disk = blk_mq_alloc_disk(&set, &lim, NULL);

	put_disk(disk);
	check(!model_disks && !model_queues);
	model_no_disk = true;
	disk = blk_mq_alloc_disk(&set, &lim, NULL);
	model_no_disk = false;
	check(IS_ERR(disk) && PTR_ERR(disk) == -ENOMEM && !model_queues);
	model_no_queue = true;
	disk = blk_mq_alloc_disk(&set, &lim, NULL);
	model_no_queue = false;
	check(IS_ERR(disk) && PTR_ERR(disk) == -ENOMEM && !model_disks);
	model_bad_limits = true;
	disk = blk_mq_alloc_disk(&set, &lim, NULL);
	model_bad_limits = false;
	check(IS_ERR(disk) == model_can_refuse_limits());
	if (!IS_ERR(disk))
		put_disk(disk);
	check(!model_disks && !model_queues);
}

static struct {
	struct gendisk *disk;
	unsigned int cmd;
	unsigned long arg;
	int opens, releases;
} used;

static int open_it(struct gendisk *disk, blk_mode_t mode)
{
	used.disk = disk;
	used.opens++;
	return mode & BLK_OPEN_WRITE ? -EROFS : 0;
}
XBF_ADAPT_BDEV_OPEN(open_it)

static void release_it(struct gendisk *disk)
{
	used.disk = disk;
	used.releases++;
}
XBF_ADAPT_BDEV_RELEASE(release_it)

static int measure_it(struct gendisk *disk, struct hd_geometry *geo)
{
	used.disk = disk;
	geo->heads = 255;
	return 3;
}
XBF_ADAPT_BDEV_GETGEO(measure_it)

static int ask_it(struct block_device *bdev, blk_mode_t mode, unsigned int cmd, unsigned long arg)
{
	used.disk = bdev->bd_disk;
	used.cmd = cmd;
	used.arg = arg;
	return mode & BLK_OPEN_READ ? 5 : 0;
}
XBF_ADAPT_BDEV_IOCTL(ask_it)

/* clang-format off */
static const struct block_device_operations fops = {
	XBF_SET_BDEV_OPEN(open_it)
	XBF_SET_BDEV_RELEASE(release_it)
	XBF_SET_BDEV_GETGEO(measure_it)
	XBF_SET_BDEV_IOCTL(ask_it)
	.compat_ioctl = blkdev_compat_ptr_ioctl,
};
/* clang-format on */

static void test_bdev(void)
{
	struct gendisk disk = { .fops = &fops };
	struct hd_geometry geo = { 0 };
	unsigned long arg = 0x12345678;

	check(!model_open(&fops, &disk, false) && used.opens == 1 && used.disk == &disk);
	check(model_open(&fops, &disk, true) == -EROFS);
	used.disk = NULL;
	model_release(&fops, &disk);
	check(used.releases == 1 && used.disk == &disk);
	used.disk = NULL;
	check(model_getgeo(&fops, &disk, &geo) == 3 && geo.heads == 255 && used.disk == &disk);
	check(!(BLK_OPEN_EXCL & (BLK_OPEN_READ | BLK_OPEN_WRITE | BLK_OPEN_NDELAY)));
	check(model_ioctl(&disk, 77, arg) == 5 && used.cmd == 77 && used.arg == arg);

	used.arg = 0;
	if (model_has_32_bit_programs()) {
		check(model_ioctl32(&disk, 78, arg | 1UL << 40) == 5);
		check(used.cmd == 78 && used.arg == arg && used.disk == &disk);
	} else {
		check(model_ioctl32(&disk, 78, arg) == -ENOIOCTLCMD && !used.arg);
	}
}

/* --- Xen ------------------------------------------------------------------ */

static struct {
	struct xenbus_device *removed;
	struct xenbus_watch *watch;
	const char *path, *token;
} heard;

static void remove_it(struct xenbus_device *dev)
{
	heard.removed = dev;
}
XBF_ADAPT_XENBUS_REMOVE(remove_it)

static void hear(struct xenbus_watch *watch, const char *path, const char *token)
{
	heard.watch = watch;
	heard.path = path;
	heard.token = token;
}
XBF_ADAPT_XENBUS_WATCH(hear)

static void test_xenbus(void)
{
	struct xenbus_driver driver = {
		/* clang-format off */
		XBF_SET_XENBUS_REMOVE(remove_it)
		XBF_SET_XENBUS_NAME("name")
		/* clang-format on */
	};
	struct xenbus_watch watch = { .callback = XBF_XENBUS_WATCH(hear) };
	struct xenbus_device dev = { XenbusStateUnknown };

	model_remove(&driver, &dev);
	check(heard.removed == &dev);
	check(!strcmp(model_driver_name(&driver, "name"), "name"));
	model_fire(&watch, "path", "token");
	check(heard.watch == &watch);
	check(!strcmp(heard.path, "path") && !strcmp(heard.token, "token"));
	check(xenbus_read_driver_state(&dev, "elsewhere") == XenbusStateInitWait);
	check(!strcmp(model_read_path, "elsewhere"));
	check(XBF_XENBUS_RENEWS == model_takes_reset_for_new());
}

static bool has_disks(int unplugged)
{
	xen_platform_pci_unplug = unplugged;
	return xen_has_pv_disk_devices();
}

/* Of a guest with emulated hardware. */
static void test_unplug(void)
{
	check(has_disks(0));
	model_is_hvm = true;
	check(!has_disks(0) && !has_disks(XEN_UNPLUG_ALL_NICS));
	check(has_disks(XEN_UNPLUG_ALL_IDE_DISKS) && has_disks(XEN_UNPLUG_UNNECESSARY));
	check(!has_disks(XEN_UNPLUG_NEVER | XEN_UNPLUG_UNNECESSARY));
}

/* As the protocol has it for 64 bits. */
static void test_blkif(void)
{
	union blkif_sring_entry slots[2] = { { .rsp = { 0 } } };
	struct blkif_response response = slots[1].rsp;
	struct blkif_request request = slots[1].req;
	struct blkif_request_segment segment = request.u.rw.seg[0];
	char *begin = (char *)&request;

	check(!response.status && !segment.gref && offsetof(struct blkif_sring, ring) == 64);
	check(sizeof(request) == 112 && sizeof(union blkif_sring_entry) == 112);
	check((char *)&request.u.rw.id - begin == 8);
	check((char *)&request.u.indirect.indirect_op - begin == 1);
	check((char *)&request.u.indirect.nr_segments - begin == 2);
	check((char *)&request.u.indirect.id - begin == 8);
	check((char *)&request.u.indirect.sector_number - begin == 16);
	check((char *)&request.u.indirect.handle - begin == 24);
	check((char *)&request.u.indirect.indirect_grefs - begin == 28);
	check(BLKIF_OP_INDIRECT == 6 && BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST == 8);
}

static void test_grants(void)
{
	model_granted = true;
	model_mapped = true;
	check(!gnttab_try_end_foreign_access(9) && model_granted && !model_complaints);
	check(!gnttab_end_foreign_access_ref(9) && model_complaints == 1);
	model_mapped = false;
	check(gnttab_end_foreign_access_ref(9) && model_granted);
	check(gnttab_try_end_foreign_access(9) && !model_granted && model_complaints == 1);
}

static void test_frames(void)
{
	struct page own = { .pfn = 3 }, mapped = { .pfn = 4 }, of_a_file = { .pfn = 5 };

	check(XEN_PAGE_SIZE == 4096 && 1UL << XEN_PAGE_SHIFT == XEN_PAGE_SIZE);
	check(xen_page_to_gfn(&own) == 0x10003);
	check(virt_to_gfn((void *)0x5000) == 0x10005);
	model_make_foreign(&mapped);
	model_make_checked(&of_a_file);
	check(xbf_page_is_foreign(&mapped));
	check(!xbf_page_is_foreign(&own) && !xbf_page_is_foreign(&of_a_file));
}

static unsigned int events, event_flags;

static irqreturn_t on_event(int irq, void *data)
{
	events += data == &events;
	xen_irq_lateeoi(irq, event_flags);
	return IRQ_HANDLED;
}

/* A storm of events for nothing is slowed down; events with work in them are not. */
static void test_events(void)
{
	int irq = bind_evtchn_to_irqhandler_lateeoi(5, on_event, 0, "name", &events);
	unsigned int i;

	check(irq > 0 && model_is_bound());
	for (i = 0; i < 20; i++)
		check(model_event());
	check(events == 20);

	event_flags = XEN_EOI_FLAG_SPURIOUS;
	check(model_event());
	event_flags = 0;
	check(model_event());
	event_flags = XEN_EOI_FLAG_SPURIOUS;
	for (i = 0; i < 20; i++)
		model_event();
	check(events == 24 && !model_event());
	model_wait();
	event_flags = 0;
	check(model_event() && model_event() && model_event());

	/* Also while it is masked. */
	event_flags = XEN_EOI_FLAG_SPURIOUS;
	for (i = 0; i < 3; i++)
		model_event();
	unbind_from_irqhandler(irq, &events);
	check(!model_is_bound());
	model_wait();

	check(bind_evtchn_to_irqhandler_lateeoi(0, on_event, 0, "name", &events) == -EINVAL);
	model_no_memory = true;
	check(bind_evtchn_to_irqhandler_lateeoi(5, on_event, 0, "name", &events) == -ENOMEM);
	model_no_memory = false;
}

/* --- The rest ------------------------------------------------------------- */

static struct tasklet_struct *ran;

static void run(struct tasklet_struct *t)
{
	ran = t;
}
XBF_ADAPT_TASKLET(run)

static void *shown;

static int thing_show(struct seq_file *m, void *v)
{
	shown = v ? NULL : m->private;
	return 6;
}
DEFINE_SHOW_ATTRIBUTE(thing);

static long size_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return dev && attr && buf;
}
static DEVICE_ATTR_RO(size);

static void test_values(void)
{
	u32 value = 0;

	WRITE_ONCE(value, 7);
	check(READ_ONCE(value) == 7);
	smp_store_release(&value, 9);
	check(smp_load_acquire(&value) == 9);
	check(!strcmp(dev_attr_size.name, "size") && dev_attr_size.show == size_show);
}

static void test_kernel(void)
{
	struct page page = { .data = "0123456789" };
	struct tasklet_struct tasklet;
	struct inode inode = { &inode };
	struct file file;
	char buf[4096], *zeroed;

	tasklet_setup(&tasklet, run);
	model_run_tasklet(&tasklet);
	check(ran == &tasklet);

	check(!thing_fops.open(&inode, &file) && thing_fops.read(&file) == 6 && shown == &inode);

	check(sysfs_emit(buf, "%s %d\n", "text", 1) == 7 && !strcmp(buf, "text 1\n"));
	memcpy_from_page(buf, &page, 2, 3);
	check(!strncmp(buf, "234", 3));
	memcpy_to_page(&page, 4, "ab", 2);
	check(!strcmp(page.data, "0123ab6789"));

	zeroed = kvcalloc(3, 5, GFP_KERNEL);
	check(zeroed && !zeroed[0] && !zeroed[14]);
	kvfree(zeroed);
	check(!kvcalloc(SIZE_MAX / 2, 3, GFP_KERNEL));
	/* Where pages in a row are short. */
	model_no_memory = true;
	zeroed = kvcalloc(3, 5, GFP_KERNEL);
	model_no_memory = false;
	check(zeroed && !zeroed[14]);
	kvfree(zeroed);

	check(SECTOR_SIZE == 512 && 1 << SECTOR_SHIFT == SECTOR_SIZE);
	virt_mb();
	virt_rmb();
	virt_wmb();
}

extern const char *const __start_model_info[] __attribute__((weak));
extern const char *const __stop_model_info[] __attribute__((weak));

/* Does the module's file say so? Once, if at all. */
static bool lacks(const char *what)
{
	const char *const *text;
	char line[80];
	int times = 0;

	snprintf(line, sizeof(line), "lacks=%s", what);
	for (text = __start_model_info; text < __stop_model_info; text++)
		times += !strcmp(*text, line);
	check(times <= 1);
	return times;
}

static void test_lacks(void)
{
	bool blk_mq = false, batches = false, lists = false, no_scheduler = false;

#ifdef KERNEL_HAS_BLK_MQ
	blk_mq = true;
#endif
#ifdef KERNEL_HAS_IO_COMP_BATCH
	batches = true;
#endif
#if defined(KERNEL_HAS_QUEUE_RQS_LIST) || defined(KERNEL_HAS_QUEUE_RQS_POINTER)
	lists = true;
#endif
#if defined(KERNEL_HAS_NO_SCHED_BY_DEFAULT) || defined(KERNEL_HAS_ELEVATOR_FEATURES)
	no_scheduler = true;
#endif
	check(lacks("a queue per ring") == !blk_mq);
	check(lacks("batched completion") == !batches);
	check(lacks("a plug as one list") == !lists);
	check(lacks("scheduler none at first") == !no_scheduler);
	check(__stop_model_info - __start_model_info ==
	      !blk_mq + !batches + !lists + !no_scheduler);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{ "submit", test_submit },
		{ "ended in timeout", test_ended_in_timeout },
		{ "quiesce", test_quiesce },
		{ "operations", test_operations },
		{ "segments", test_segments },
		{ "lists", test_lists },
		{ "end", test_end },
		{ "disk", test_disk },
		{ "no disk", test_no_disk },
		{ "bdev", test_bdev },
		{ "xenbus", test_xenbus },
		{ "unplug", test_unplug },
		{ "blkif", test_blkif },
		{ "grants", test_grants },
		{ "frames", test_frames },
		{ "events", test_events },
		{ "values", test_values },
		{ "kernel", test_kernel },
		{ "lacks", test_lacks },
	};
	unsigned int i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		test = tests[i].name;
		tests[i].run();
		check(!model_held);
	}
	return failures > 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - module parameters, and the driver's registration with the xenbus.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/suspend.h>

#include <xen/grant_table.h>
#include <xen/platform_pci.h>
#include <xen/xen.h>
#include <xen/xenbus.h>

#include "device.h"
#include "module.h"
#include "quarantine.h"
#include "stats.h"
#include "watch.h"

/* Grant references in one frame of the grant table, version 1. */
#define REFS_PER_FRAME		512
/* All pools together leave half of the grant table to other drivers. */
#define BUDGET_SHARE		2

static unsigned int max_indirect_segments = 256;
module_param_named(max_indirect_segments, max_indirect_segments, uint, 0444);
MODULE_PARM_DESC(
	max_indirect_segments,
	"Most 4 KiB segments in one request, if the backend takes as many (default 256: 1 MiB)");
/* Its name up to Linux 4.4, still found in modprobe.d files. */
module_param_named(max, max_indirect_segments, uint, 0444);
MODULE_PARM_DESC(max, "Old name of max_indirect_segments");

static unsigned int max_queues = 4;
module_param(max_queues, uint, 0444);
MODULE_PARM_DESC(max_queues, "Most rings per disk; 0: one per CPU (default 4)");

static unsigned int max_ring_page_order = 3;
module_param(max_ring_page_order, uint, 0444);
MODULE_PARM_DESC(max_ring_page_order,
		 "Most pages per ring, as a power of two from 0 to 4 (default 3: 256 requests)");

static bool feature_persistent = true;
module_param(feature_persistent, bool, 0644);
MODULE_PARM_DESC(
	feature_persistent,
	"Use persistent grants if the backend does; for disks that connect from now on (default Y)");

static bool trusted = true;
module_param(trusted, bool, 0644);
MODULE_PARM_DESC(
	trusted,
	"Trust the backends; N: they see nothing but the data of each request, which is copied (default Y)");

bool xbf_sda_is_xvda = true;
module_param_named(sda_is_xvda, xbf_sda_is_xvda, bool, 0444);
MODULE_PARM_DESC(sda_is_xvda, "A vbd named sda becomes xvda; N: xvde, as on EL6 (default Y)");

bool xbf_close_in_use_now;

static int close_in_use_set(const char *val, const struct kernel_param *kp)
{
	bool now = sysfs_streq(val, "now");

	if (!now && !sysfs_streq(val, "defer")) {
		pr_warn("xen-blkfront: close_in_use=%.20s is neither \"defer\" nor \"now\"\n", val);
		/* No reason not to load: the root disk may depend on us. */
		return THIS_MODULE->state == MODULE_STATE_LIVE ? -EINVAL : 0;
	}
	xbf_close_in_use_now = now;
	return 0;
}

static int close_in_use_get(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%s\n", xbf_close_in_use_now ? "now" : "defer");
}

static const struct kernel_param_ops close_in_use_ops = {
	.set = close_in_use_set,
	.get = close_in_use_get,
};
module_param_cb(close_in_use, &close_in_use_ops, NULL, 0644);
MODULE_PARM_DESC(
	close_in_use,
	"What to do when the toolstack detaches a disk in use: \"defer\" until the last user closes it, or \"now\": its I/O fails (default defer)");

unsigned int xbf_io_timeout_fail;
module_param_named(io_timeout_fail, xbf_io_timeout_fail, uint, 0644);
MODULE_PARM_DESC(
	io_timeout_fail,
	"Seconds after which a disk breaks whose backend does not answer, so that its I/O fails; 0: wait for ever (default 0)");

bool xbf_hand_over;
module_param_named(hand_over, xbf_hand_over, bool, 0644);
MODULE_PARM_DESC(
	hand_over,
	"Leave disks that are unbound to another driver, when this one is unloaded (default N)");

struct workqueue_struct *xbf_wq;
struct workqueue_struct *xbf_slow_wq;
struct xbf_budget xbf_budget;

static atomic_t nr_disks = ATOMIC_INIT(0);

/**
 * xbf_disks_count() - count the vbds that exist, removed ones in use included
 * @delta: 1 or -1
 */
void xbf_disks_count(int delta)
{
	atomic_add(delta, &nr_disks);
}

/**
 * xbf_params_get() - our side of a negotiation that starts now
 * @params: filled in
 */
void xbf_params_get(struct xbf_params *params)
{
	params->max_indirect = max_indirect_segments;
	params->max_queues = max_queues;
	params->max_ring_order = max_ring_page_order;
	params->persistent = feature_persistent;
	params->trusted = trusted;
	params->nr_cpus = num_online_cpus();
	params->page_size = PAGE_SIZE;
}

static const struct xenbus_device_id xbf_ids[] = { { "vbd" }, { "" } };

XBF_ADAPT_XENBUS_REMOVE(xbf_dev_remove)

/* clang-format off */
static struct xenbus_driver xbf_driver = {
	XBF_SET_XENBUS_NAME("vbd")
	.ids			= xbf_ids,
	.probe			= xbf_dev_probe,
	XBF_SET_XENBUS_REMOVE(xbf_dev_remove)
	.resume			= xbf_dev_resume,
	.otherend_changed	= xbf_dev_backend_changed,
	.is_ready		= xbf_dev_is_ready,
};
/* clang-format on */

static void check_params(void)
{
	if (max_ring_page_order > 4) {
		pr_warn("xen-blkfront: max_ring_page_order=%u is too large; using 4\n",
			max_ring_page_order);
		max_ring_page_order = 4;
	}
	if (max_indirect_segments > XBF_SEGS_MAX) {
		pr_warn("xen-blkfront: max_indirect_segments=%u is too large; using %u\n",
			max_indirect_segments, XBF_SEGS_MAX);
		max_indirect_segments = XBF_SEGS_MAX;
	}
}

/*
 * xenbus has no way to take a frontend through hibernation: what a backend had
 * mapped is not there any more when the image is loaded.
 */
static int before_sleep(struct notifier_block *nb, unsigned long event, void *unused)
{
	if ((event != PM_HIBERNATION_PREPARE && event != PM_RESTORE_PREPARE) ||
	    !atomic_read(&nr_disks))
		return NOTIFY_DONE;
	pr_err("xen-blkfront: a guest with Xen disks cannot hibernate; suspend it from the host instead (xl save)\n");
	return notifier_from_errno(-EOPNOTSUPP);
}

static struct notifier_block sleep_notifier = { .notifier_call = before_sleep };

static int __init xbf_init(void)
{
	int err;

	if (!xen_domain() || !xen_has_pv_disk_devices())
		return -ENODEV;
	check_params();
	xbf_budget_init(&xbf_budget, gnttab_max_grant_frames() * REFS_PER_FRAME / BUDGET_SHARE);
	xbf_wq = alloc_workqueue("xen-blkfront", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!xbf_wq)
		return -ENOMEM;
	xbf_slow_wq = alloc_workqueue("xen-blkfront-io", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!xbf_slow_wq) {
		err = -ENOMEM;
		goto fail_wq;
	}
	err = register_blkdev(XBF_MAJOR, "xvd");
	if (err) {
		pr_err("xen-blkfront: cannot get block major %d (error %d): is another xen-blkfront loaded or built in?\n",
		       XBF_MAJOR, err);
		goto fail_slow_wq;
	}
	xbf_stats_init();
	register_pm_notifier(&sleep_notifier);
	err = xenbus_register_frontend(&xbf_driver);
	if (err)
		goto fail_notifier;
	return 0;

fail_notifier:
	unregister_pm_notifier(&sleep_notifier);
	xbf_stats_exit();
	unregister_blkdev(XBF_MAJOR, "xvd");
fail_slow_wq:
	destroy_workqueue(xbf_slow_wq);
fail_wq:
	destroy_workqueue(xbf_wq);
	return err;
}
module_init(xbf_init);

static void __exit xbf_exit(void)
{
	xenbus_unregister_driver(&xbf_driver);
	xbf_dev_hand_over();
	/* A removal may still wait for a backend that keeps pages mapped. */
	while (atomic_read(&nr_disks)) {
		pr_warn_ratelimited("xen-blkfront: waiting for %d removed disks to be let go\n",
				    atomic_read(&nr_disks));
		msleep(100);
	}
	xbf_watch_exit();
	unregister_pm_notifier(&sleep_notifier);
	xbf_stats_exit();
	xbf_quarantine_exit();
	unregister_blkdev(XBF_MAJOR, "xvd");
	destroy_workqueue(xbf_slow_wq);
	destroy_workqueue(xbf_wq);
}
module_exit(xbf_exit);

MODULE_DESCRIPTION("Xen paravirtual block device frontend");
MODULE_LICENSE("GPL");
MODULE_VERSION(XBF_VERSION);
MODULE_ALIAS("xen:vbd");
MODULE_ALIAS("xenblk");
MODULE_ALIAS_BLOCKDEV_MAJOR(XBF_MAJOR);

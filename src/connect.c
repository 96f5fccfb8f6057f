// SPDX-License-Identifier: GPL-2.0
/*
 * connect.c - the handshake (Xen public headers blkif.h and xenbus.h).
 *
 * Reads the backend's nodes into raw strings for core/features, and builds and
 * publishes what core/plan decided. All of it runs in the disk's worker.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/io/protocols.h>
#include <xen/page.h>
#include <xen/xen.h>

#include "complete.h"
#include "connect.h"
#include "module.h"
#include "stats.h"

/* xenstored answers EAGAIN when others wrote meanwhile; not for ever. */
#define TRANSACTION_TRIES	32
/* How long the backend may take to unmap our pages after we went to Closed. */
#define UNMAP_TRIES		250
#define UNMAP_DELAY_MS		20

/* ---- reading ---- */

static const char *node_dir(const struct xbf_dev *dev, enum xbf_node node)
{
	return xbf_node_rows[node].own ? dev->xdev->nodename : dev->backend_dir;
}

static char *read_node(const struct xbf_dev *dev, enum xbf_node node)
{
	char *raw = xenbus_read(XBT_NIL, node_dir(dev, node), xbf_node_rows[node].key, NULL);

	return IS_ERR(raw) ? NULL : raw;
}

static void read_nodes(struct xbf_dev *dev, enum xbf_node from, enum xbf_node to)
{
	u32 node;

	for (node = from; node < to; node++) {
		char *raw = read_node(dev, node);

		xbf_feature_set(&dev->features, node, raw);
		kfree(raw);
	}
}

/* Tells the admin which nodes were not taken as they stand. */
static void report_nodes(const struct xbf_dev *dev, enum xbf_node from, enum xbf_node to)
{
	static const char *const outcome[] = {
		[XBF_NOTE_CLAMPED] = "using the nearest value",
		[XBF_NOTE_IGNORED] = "ignoring it",
		[XBF_NOTE_REFUSED] = "refusing the disk",
	};
	u32 node;

	for (node = from; node < to; node++) {
		u8 note = dev->features.note[node];
		char *raw;

		if (note == XBF_NOTE_FINE)
			continue;
		raw = read_node(dev, node);
		pr_warn("%s: xenstore node %s/%s is \"%.40s\", not %s; %s\n", xbf_dev_name(dev),
			node_dir(dev, node), xbf_node_rows[node].key, raw ?: "(missing)",
			xbf_node_rows[node].want, outcome[note]);
		kfree(raw);
	}
}

/**
 * xbf_connect_find() - learn who and where the backend is
 * @dev: the vbd
 *
 * Worker only. Return: 0 or an error.
 */
int xbf_connect_find(struct xbf_dev *dev)
{
	const char *own = dev->xdev->nodename;
	char *dir = xenbus_read(XBT_NIL, own, "backend", NULL);

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	kfree(dev->backend_dir);
	dev->backend_dir = dir;
	dev->backend_id = xenbus_read_unsigned(own, "backend-id", 0);
	return 0;
}

/* ---- rings ---- */

/* Memory, grants and event channel of a queue's ring. */
static int make_ring(struct xbf_dev *dev, struct xbf_queue *q)
{
	evtchn_port_t port;
	int irq, err;

	q->nr_pages = 1u << dev->plan.ring_order;
	q->area = alloc_pages_exact(q->nr_pages * XBF_FRAME_SIZE, GFP_NOIO | __GFP_ZERO);
	if (!q->area)
		return -ENOMEM;
	xbf_ring_attach(&q->ring, q->area, q->nr_pages);
	if (xbf_area_grant(q->area_refs, q->nr_pages, q->area, dev->backend_id))
		return -ENOSPC;
	q->nr_area_refs = q->nr_pages;

	err = xenbus_alloc_evtchn(dev->xdev, &port);
	if (err)
		return err;
	irq = bind_evtchn_to_irqhandler_lateeoi(port, xbf_queue_interrupt, 0, q->name, q);
	if (irq < 0) {
		xenbus_free_evtchn(dev->xdev, port);
		return irq;
	}
	q->evtchn = port;
	q->irq = irq;
	return 0;
}

static void free_queues(struct xbf_dev *dev)
{
	u32 i;

	for (i = 0; i < dev->nr_queues; i++)
		xbf_shadows_destroy(&dev->queues[i].shadows);
	kvfree(dev->queues);
	dev->queues = NULL;
	dev->nr_queues = 0;
}

/* As many as there are rings. A disk that exists keeps what it has. */
static int make_queues(struct xbf_dev *dev)
{
	u32 i;
	int err = 0;

	if (dev->disk.gd)
		return 0;
	free_queues(dev);
	dev->queues = kvcalloc(dev->plan.nr_rings, sizeof(*dev->queues), GFP_KERNEL);
	if (!dev->queues)
		return -ENOMEM;
	dev->nr_queues = dev->plan.nr_rings;
	for (i = 0; i < dev->nr_queues && !err; i++)
		err = xbf_queue_init(&dev->queues[i], dev, i);
	return err;
}

static int make_rings(struct xbf_dev *dev)
{
	u32 i;
	int err = make_queues(dev);

	if (err)
		return err;
	if (dev->plan.nr_rings > dev->nr_queues)
		dev->plan.nr_rings = dev->nr_queues;
	for (i = 0; i < dev->plan.nr_rings && !err; i++)
		err = make_ring(dev, &dev->queues[i]);
	return err;
}

/* ---- publishing ---- */

/* The nodes of one ring, below @dir. */
static int write_ring(struct xenbus_transaction xbt, const char *dir, const struct xbf_queue *q)
{
	char key[16];
	u32 i;
	int err;

	for (i = 0; i < q->nr_pages; i++) {
		if (q->nr_pages == 1)
			strscpy(key, "ring-ref", sizeof(key));
		else
			scnprintf(key, sizeof(key), "ring-ref%u", i);
		err = xenbus_printf(xbt, dir, key, "%u", q->area_refs[i]);
		if (err)
			return err;
	}
	return xenbus_printf(xbt, dir, "event-channel", "%u", q->evtchn);
}

static int write_queues(struct xenbus_transaction xbt, const struct xbf_dev *dev)
{
	const char *dir = dev->xdev->nodename;
	char *path;
	u32 i;
	int err;

	if (dev->plan.nr_rings == 1)
		return write_ring(xbt, dir, &dev->queues[0]);

	err = xenbus_printf(xbt, dir, "multi-queue-num-queues", "%u", dev->plan.nr_rings);
	for (i = 0; i < dev->plan.nr_rings && !err; i++) {
		path = kasprintf(GFP_NOIO, "%s/queue-%u", dir, i);
		if (!path)
			return -ENOMEM;
		err = write_ring(xbt, path, &dev->queues[i]);
		kfree(path);
	}
	return err;
}

static int write_nodes(struct xenbus_transaction xbt, const struct xbf_dev *dev)
{
	const char *dir = dev->xdev->nodename;
	int err = 0;

	/* What an earlier handshake left means something to the backend. */
	xenbus_rm(xbt, dir, "ring-page-order");
	xenbus_rm(xbt, dir, "multi-queue-num-queues");
	if (dev->plan.ring_order)
		err = xenbus_printf(xbt, dir, "ring-page-order", "%u", dev->plan.ring_order);
	if (!err)
		err = write_queues(xbt, dev);
	if (!err)
		err = xenbus_printf(xbt, dir, "protocol", "%s", XEN_IO_PROTO_ABI_NATIVE);
	if (!err)
		err = xenbus_printf(xbt, dir, "feature-persistent", "%u", dev->params.persistent);
	/*
	 * Not xenbus_switch_state(): newer kernels compare, in xenwatch, the node
	 * with xdev->state, and take Initialising in the one and something else
	 * in the other for a device that was made anew. We are not in xenwatch.
	 * So xdev->state follows when we go to Connected: by then xenwatch has
	 * told us of the backend's answer and is past what it had read before.
	 */
	if (!err)
		err = xenbus_printf(xbt, dir, "state", "%d", XenbusStateInitialised);
	return err;
}

/*
 * Nodes that the toolstack has removed must not be made again; nor must what was
 * made for one backend be offered to another, on the next host.
 */
static bool is_same_backend(struct xenbus_transaction xbt, const struct xbf_dev *dev)
{
	const char *own = dev->xdev->nodename;
	char *dir = xenbus_read(xbt, own, "backend", NULL);
	bool same;

	if (IS_ERR(dir))
		return false;
	same = !strcmp(dir, dev->backend_dir) && xenbus_exists(xbt, own, "state");
	kfree(dir);
	return same;
}

static int publish_nodes(const struct xbf_dev *dev)
{
	struct xenbus_transaction xbt;
	int err, tries;

	for (tries = 0; tries < TRANSACTION_TRIES; tries++) {
		err = xenbus_transaction_start(&xbt);
		if (err)
			return err;
		err = is_same_backend(xbt, dev) ? write_nodes(xbt, dev) : -ENODEV;
		if (err) {
			xenbus_transaction_end(xbt, 1);
			return err;
		}
		err = xenbus_transaction_end(xbt, 0);
		if (err != -EAGAIN)
			return err;
		msleep(tries);
	}
	return err;
}

/**
 * xbf_connect_publish() - first half of the handshake: offer rings
 * @dev: the vbd, new, or on hold with everything taken back; the backend is in
 *	 InitWait
 *
 * Return: 0 when we are Initialised. On an error the caller takes back what there is.
 */
int xbf_connect_publish(struct xbf_dev *dev)
{
	int err = xbf_connect_find(dev);

	if (err)
		return err;
	read_nodes(dev, 0, XBF_NODE_CONNECTED);
	report_nodes(dev, 0, XBF_NODE_CONNECTED);
	xbf_params_get(&dev->params);
	xbf_plan_rings(&dev->plan, &dev->features, &dev->params);
	/* Were it still Connected, from before a reset, we would not write that again. */
	dev->xdev->state = XenbusStateInitialising;

	err = make_rings(dev);
	if (err) {
		xenbus_dev_error(dev->xdev, err, "%u rings of %u pages", dev->plan.nr_rings,
				 1u << dev->plan.ring_order);
		return err;
	}
	err = publish_nodes(dev);
	if (err)
		xenbus_dev_error(dev->xdev, err, "writing the frontend's nodes");
	return err;
}

static const char *flush_name(const struct xbf_plan *plan)
{
	if (xbf_plan_forces(plan))
		return "barriers";
	return xbf_plan_flushes(plan) ? "flush" : "no write cache";
}

static void announce(const struct xbf_dev *dev, const char *how)
{
	static const char *const modes[] = {
		[XBF_MODE_DIRECT] = "direct grants",
		[XBF_MODE_BOUNCE] = "bounced, one grant per use",
		[XBF_MODE_KEPT] = "persistent grants",
	};
	const struct xbf_plan *plan = &dev->plan;
	const u64 *val = dev->features.val;

	pr_info("%s: %s%llu MiB on domain %u: %u queue%s of %u requests, %s%s, %u segments%s, %s%s%s\n",
		xbf_dev_name(dev), how, val[XBF_NODE_SECTORS] >> 11, dev->backend_id,
		plan->nr_rings, plan->nr_rings == 1 ? "" : "s", plan->depth, modes[plan->mode],
		plan->scrub ? " (backend not trusted)" : "", plan->max_segs,
		plan->max_indirect ? " (indirect)" : "", flush_name(plan),
		xbf_plan_discards(plan) ? ", discard" : "",
		val[XBF_NODE_INFO] & VDISK_READONLY ? ", read-only" : "");
}

/**
 * xbf_connect_read() - read what a connected backend says, and complete the plan
 * @dev: the vbd; the backend is Connected, the gates are shut
 *
 * Return: 0, -EINVAL when a node makes the disk impossible, or -EAGAIN when the
 * backend went away meanwhile.
 */
int xbf_connect_read(struct xbf_dev *dev)
{
	bool usable;

	read_nodes(dev, XBF_NODE_CONNECTED, XBF_NR_FEATURES);
	usable = xbf_features_check(&dev->features, PAGE_SIZE);
	/* If it is not Connected any more, some nodes may have gone while we read. */
	if (xenbus_read_driver_state(dev->xdev, dev->backend_dir) != XenbusStateConnected)
		return -EAGAIN;
	report_nodes(dev, XBF_NODE_CONNECTED, XBF_NR_FEATURES);
	if (!usable) {
		xenbus_dev_error(dev->xdev, -EINVAL, "the backend's nodes make no disk");
		return -EINVAL;
	}
	xbf_plan_disk(&dev->plan, &dev->features, &dev->params);
	return 0;
}

/* ---- watching the capacity ---- */

/* Of one backend directory. Kept until the device goes: see xbf_connect_unwatch(). */
struct watch {
	struct xenbus_watch watch;
	struct list_head list;
	struct xbf_dev *dev;
};

/* In xenwatch: only posts. */
static void sectors_written(struct xenbus_watch *watch, const char *path, const char *token)
{
	xbf_dev_post(container_of(watch, struct watch, watch)->dev, XBF_EV_BACKEND);
}

/*
 * Toolstacks may write a new capacity without a state. Without the watch such
 * growth is seen with the backend's next state: a failure here is no failure.
 */
static void watch_sectors(struct xbf_dev *dev)
{
	struct watch *w;
	char *node =
		kasprintf(GFP_NOIO, "%s/%s", dev->backend_dir, xbf_node_rows[XBF_NODE_SECTORS].key);

	list_for_each_entry(w, &dev->watches, list)
		if (node && !strcmp(w->watch.node, node)) {
			kfree(node);
			return;
		}
	w = kzalloc(sizeof(*w), GFP_NOIO);
	if (!w || !node)
		goto fail;
	w->dev = dev;
	w->watch.node = node;
	w->watch.callback = sectors_written;
	if (register_xenbus_watch(&w->watch))
		goto fail;
	list_add(&w->list, &dev->watches);
	return;
fail:
	kfree(w);
	kfree(node);
}

/**
 * xbf_connect_unwatch() - let go of all watches
 * @dev: a vbd that is gone
 *
 * Not for the worker: it waits for xenwatch, which may wait for the worker.
 */
void xbf_connect_unwatch(struct xbf_dev *dev)
{
	struct watch *w, *next;

	list_for_each_entry_safe(w, next, &dev->watches, list) {
		unregister_xenbus_watch(&w->watch);
		kfree(w->watch.node);
		kfree(w);
	}
	INIT_LIST_HEAD(&dev->watches);
}

/**
 * xbf_connect_open() - let I/O flow
 * @dev: the vbd, both sides Connected
 * @how: for the message: how it came to this
 */
void xbf_connect_open(struct xbf_dev *dev, const char *how)
{
	u32 i;

	dev->was = dev->features;
	announce(dev, how);
	for (i = 0; i < dev->plan.nr_rings; i++)
		xbf_ring_set_gate(&dev->queues[i].ring, XBF_GATE_RUN);
	/* Of all queues: those without a ring hand on what is parked. */
	for (i = 0; i < dev->nr_queues; i++)
		tasklet_schedule(&dev->queues[i].bottom);
	watch_sectors(dev);
}

/**
 * xbf_connect_finish() - second half of the handshake: make the disk
 * @dev: the vbd; the backend is Connected
 *
 * Return: 0 when I/O may flow. On an error the caller breaks and tears down.
 */
int xbf_connect_finish(struct xbf_dev *dev)
{
	u32 i;
	int err = xbf_connect_read(dev);

	if (err)
		return err;
	for (i = 0; i < dev->nr_queues && !err; i++)
		err = xbf_queue_set_grants(&dev->queues[i], &dev->plan, &xbf_budget);
	if (!err)
		err = xbf_disk_create(dev);
	if (!err)
		err = xenbus_switch_state(dev->xdev, XenbusStateConnected);
	if (err) {
		xenbus_dev_error(dev->xdev, err, "making the disk");
		return err;
	}
	xbf_connect_open(dev, "");
	xbf_stats_add(dev);
	return 0;
}

/**
 * xbf_connect_resize() - the backend says that it is Connected once more
 * @dev: the vbd, live
 */
void xbf_connect_resize(struct xbf_dev *dev)
{
	struct xbf_features now = dev->features;
	char *raw = read_node(dev, XBF_NODE_SECTORS);

	if (xbf_feature_set(&now, XBF_NODE_SECTORS, raw) == XBF_NOTE_FINE)
		xbf_disk_resize(dev, now.val[XBF_NODE_SECTORS]);
	else
		pr_warn_ratelimited(
			"%s: xenstore node %s/sectors is \"%.40s\", not %s; the capacity stays\n",
			xbf_dev_name(dev), dev->backend_dir, raw ?: "(missing)",
			xbf_node_rows[XBF_NODE_SECTORS].want);
	kfree(raw);
}

/* ---- the way back ---- */

/**
 * xbf_connect_rejoin() - go back to Initialising, where a handshake begins
 * @dev: a vbd without a connection; the backend is Closed
 *
 * The node is written last: a kernel that finds Initialising there, and not in
 * xdev->state, takes the device for a new one. At most once a second, lest two
 * sides that do not agree keep each other busy.
 */
void xbf_connect_rejoin(struct xbf_dev *dev)
{
	struct xenbus_device *xdev = dev->xdev;

	if (time_before(jiffies, dev->next_rejoin)) {
		mod_delayed_work(xbf_wq, &dev->look, HZ);
		return;
	}
	dev->next_rejoin = jiffies + HZ;
	/* Never make a node again that the toolstack has removed. */
	if (!xenbus_exists(XBT_NIL, xdev->nodename, "state"))
		return;
	xdev->state = XenbusStateInitialising;
	xenbus_printf(XBT_NIL, xdev->nodename, "state", "%d", XenbusStateInitialising);
}

static u32 end_grants(struct xbf_dev *dev)
{
	u32 i, left = 0;

	for (i = 0; i < dev->nr_queues; i++)
		left += xbf_queue_end_ring(&dev->queues[i]) + xbf_queue_end_pools(&dev->queues[i]);
	return left;
}

/**
 * xbf_connect_teardown() - go to Closed, take everything back, free the queues
 * @dev: the vbd, without a disk
 *
 * Waits a bounded time for the backend to unmap our pages. What it still maps
 * then is leaked: a page that another domain can write to must not be reused.
 */
void xbf_connect_teardown(struct xbf_dev *dev)
{
	u32 i, left, tries;

	xbf_stats_del(dev);
	for (i = 0; i < dev->nr_queues; i++)
		xbf_queue_quiet(&dev->queues[i]);
	if (!dev->orphan)
		xenbus_switch_state(dev->xdev, XenbusStateClosed);

	left = end_grants(dev);
	for (tries = 0; left && tries < UNMAP_TRIES; tries++) {
		msleep(UNMAP_DELAY_MS);
		left = end_grants(dev);
	}
	if (left)
		pr_warn("%s: the backend in domain %u still maps %u pages after %u s; they are lost until the guest reboots\n",
			xbf_dev_name(dev), dev->backend_id, left,
			UNMAP_TRIES * UNMAP_DELAY_MS / 1000);
	free_queues(dev);
}

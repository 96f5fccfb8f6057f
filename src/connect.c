// SPDX-License-Identifier: GPL-2.0
/*
 * connect.c - the handshake (Xen public headers blkif.h and xenbus.h).
 *
 * Builds and offers what core/plan decided, and takes it back. All of it runs in
 * the disk's worker.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include <asm/xen/hypercall.h>

#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/page.h>
#include <xen/xen.h>

#include "complete.h"
#include "connect.h"
#include "module.h"
#include "quarantine.h"
#include "stats.h"
#include "store.h"

/* How long the backend may take to unmap our pages after we went to Closed. */
#define UNMAP_TRIES		250
#define UNMAP_DELAY_MS		20
/* How long the backend may take to follow when a disk is handed over. */
#define HAND_OVER_TRIES		60
#define HAND_OVER_DELAY_MS	50

/* ---- rings ---- */

/* Memory of a queue's ring, granted to the backend. */
static int share_ring(struct xbf_dev *dev, struct xbf_queue *q)
{
	q->nr_pages = 1u << dev->plan.ring_order;
	q->area = alloc_pages_exact(q->nr_pages * XBF_FRAME_SIZE, GFP_NOIO | __GFP_ZERO);
	if (!q->area)
		return -ENOMEM;
	xbf_ring_attach(&q->ring, q->area, q->nr_pages);
	if (xbf_area_grant(q->area_refs, q->nr_pages, q->area, dev->backend_id))
		return -ENOSPC;
	q->nr_area_refs = q->nr_pages;
	return 0;
}

/* Not by xenbus_alloc_evtchn(): the domain it takes is that of xdev->otherend. */
static int alloc_evtchn(u16 domain, evtchn_port_t *port)
{
	struct evtchn_alloc_unbound op = { .dom = DOMID_SELF, .remote_dom = domain };
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &op);

	*port = op.port;
	return err;
}

static int bind_ring(struct xbf_dev *dev, struct xbf_queue *q)
{
	evtchn_port_t port;
	int irq, err;

	err = alloc_evtchn(dev->backend_id, &port);
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
	for (i = 0; i < dev->plan.nr_rings && !err; i++) {
		err = xbf_queue_init(&dev->queues[i], dev, i);
		dev->nr_queues = i + 1;
	}
	return err;
}

/* Makes what the plan says; @dev->limit is lower when something is short. */
static int make_rings(struct xbf_dev *dev)
{
	struct xbf_plan *plan = &dev->plan;
	u32 i;
	int err = make_queues(dev);

	for (i = 0; i < plan->nr_rings && !err; i++)
		err = share_ring(dev, &dev->queues[i]);
	if (err) {
		xbf_limit_lower(&dev->limit, plan);
		return err;
	}
	for (i = 0; i < plan->nr_rings; i++) {
		err = bind_ring(dev, &dev->queues[i]);
		if (err && i)
			dev->limit.nr_rings = i;
		if (err)
			return err;
	}
	return 0;
}

/* Takes back what nobody was told of. */
static void drop_rings(struct xbf_dev *dev)
{
	u32 i;

	for (i = 0; i < dev->nr_queues; i++) {
		xbf_queue_quiet(&dev->queues[i]);
		xbf_queue_end_ring(&dev->queues[i]);
	}
}

/* What is offered: no more than has proved possible, and than xenstore has room for. */
static void plan_rings(struct xbf_dev *dev)
{
	struct xbf_plan *plan = &dev->plan;

	do {
		xbf_plan_rings(plan, &dev->features, &dev->params, &dev->limit);
	} while (xbf_plan_nodes(plan) > xbf_store_room(dev) && xbf_limit_lower(&dev->limit, plan));
	xbf_store_claim(dev, xbf_plan_nodes(plan));
}

/* Makes rings; where memory, grants or events are short smaller ones, or fewer. */
static int make_offer(struct xbf_dev *dev)
{
	struct xbf_limit tried;
	int err;

	/* A disk that exists keeps the queues it has. */
	if (dev->disk.gd && dev->limit.nr_rings > dev->nr_queues)
		dev->limit.nr_rings = dev->nr_queues;
	for (;;) {
		plan_rings(dev);
		tried = dev->limit;
		err = make_rings(dev);
		if (!err || !xbf_limit_differs(&tried, &dev->limit))
			return err;
		drop_rings(dev);
	}
}

/* What we offer next is smaller; after the smallest it is all again. */
static bool offer_less(struct xbf_dev *dev)
{
	if (xbf_limit_lower(&dev->limit, &dev->plan))
		return true;
	xbf_limit_lift(&dev->limit);
	return false;
}

/* The backend closed instead of connecting. */
static void follow_refusal(struct xbf_dev *dev)
{
	if (!dev->refused)
		return;
	dev->refused = false;
	if (offer_less(dev))
		pr_info("%s: the backend in domain %u refused our rings (%u, of %u pages each); offering less\n",
			xbf_dev_name(dev), dev->backend_id, dev->plan.nr_rings,
			1u << dev->plan.ring_order);
}

/* The one xenstored says so, the other says EQUOTA, which Linux does not know. */
static bool is_quota(int err)
{
	return err == -ENOSPC || err == -EINVAL;
}

/*
 * We are asked again after a while; by then some nodes may have gone, or we offer less.
 * Once the log knows that even the least is too much, it is not told again.
 */
static void follow_failed_offer(struct xbf_dev *dev, int err)
{
	bool less = is_quota(err) && offer_less(dev);

	if (dev->told)
		return;
	xenbus_dev_error(dev->xdev, err, "writing the frontend's nodes");
	if (!is_quota(err))
		return;
	dev->told = !less;
	pr_warn("%s: xenstore takes no more nodes of this guest: no room for %u rings of %u pages; %s\n",
		xbf_dev_name(dev), dev->plan.nr_rings, 1u << dev->plan.ring_order,
		less ? "offering less" :
		       "waiting for room: detach another disk, or raise xenstored's quota for the guest");
}

/**
 * xbf_connect_hint() - why may a backend not answer our offer?
 * @dev: the vbd
 *
 * QEMU's, with blocks of more than 512 bytes, waits for a frontend that says it
 * counts in blocks: a deprecated dialect in which the same numbers mean other
 * places on the disk.
 *
 * Any context. Return: for the end of a message.
 */
const char *xbf_connect_hint(const struct xbf_dev *dev)
{
	if (!READ_ONCE(dev->offered) || !READ_ONCE(dev->large_blocks))
		return "";
	return "; its sector-size is not 512: it may insist on feature-large-sector-size, which this driver does not speak";
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
	u32 kept = xbf_quarantine_count(dev->backend_id);
	u64 block;
	int err;

	if (kept > XBF_QUARANTINE_MAX) {
		xenbus_dev_error(dev->xdev, -EBUSY,
				 "domain %u still maps %u pages of disks that are gone",
				 dev->backend_id, kept);
		return -EBUSY;
	}
	xbf_store_features(dev, 0, XBF_NODE_CONNECTED);
	xbf_store_report(dev, 0, XBF_NODE_CONNECTED);
	xbf_params_get(&dev->params);
	follow_refusal(dev);
	/* Were it still Connected, from before a reset, we would not write that again. */
	dev->xdev->state = XenbusStateInitialising;

	err = make_offer(dev);
	if (err) {
		xenbus_dev_error(dev->xdev, err, "%u rings of %u pages", dev->plan.nr_rings,
				 1u << dev->plan.ring_order);
		xbf_limit_lift(&dev->limit);
		return err;
	}
	dev->large_blocks = xbf_store_number(dev, XBF_NODE_SECTOR_SIZE, &block) == XBF_NOTE_FINE &&
			    block > 1u << XBF_SECTOR_SHIFT;
	err = xbf_store_offer(dev);
	dev->offered = !err;
	if (err)
		follow_failed_offer(dev, err);
	else
		dev->told = false;
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
		xbf_features_info(&dev->features) & VDISK_READONLY ? ", read-only" : "");
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

	dev->offered = false;
	xbf_store_features(dev, XBF_NODE_CONNECTED, XBF_NR_FEATURES);
	usable = xbf_features_check(&dev->features);
	/* If it is not Connected any more, some nodes may have gone while we read. */
	if (xenbus_read_driver_state(dev->xdev, dev->backend_dir) != XenbusStateConnected)
		return -EAGAIN;
	xbf_store_report(dev, XBF_NODE_CONNECTED, XBF_NR_FEATURES);
	if (!usable) {
		xenbus_dev_error(dev->xdev, -EINVAL, "the backend's nodes make no disk");
		return -EINVAL;
	}
	xbf_plan_disk(&dev->plan, &dev->features, &dev->params);
	return 0;
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
	dev->told = false;
	xbf_limit_lift(&dev->limit);
	announce(dev, how);
	for (i = 0; i < dev->plan.nr_rings; i++)
		xbf_ring_set_gate(&dev->queues[i].ring, XBF_GATE_RUN);
	/* Of all queues: those without a ring hand on what is parked. */
	for (i = 0; i < dev->nr_queues; i++)
		tasklet_schedule(&dev->queues[i].bottom);
}

/**
 * xbf_connect_finish() - second half of the handshake: make the disk
 * @dev: the vbd; the backend is Connected
 *
 * Return: 0 when I/O may flow; -EAGAIN when there may be a disk, but no backend for
 * it any more, or no place for it yet. On another error the caller breaks and tears down.
 */
int xbf_connect_finish(struct xbf_dev *dev)
{
	u32 i;
	int err = xbf_connect_read(dev);

	if (err)
		return err;
	for (i = 0; i < dev->nr_queues && !err; i++)
		err = xbf_queue_set_grants(&dev->queues[i], &dev->plan, &xbf_budget);
	xbf_store_identify(dev);
	if (!err)
		err = xbf_disk_create(dev);
	if (err) {
		if (!dev->told)
			xenbus_dev_error(dev->xdev, err, "%s",
					 err == -EAGAIN ?
						 "waiting for the disk before it to be deleted" :
						 "making the disk");
		dev->told = err == -EAGAIN;
		return err;
	}
	dev->was = dev->features;
	xbf_stats_add(dev);
	if (xbf_store_switch(dev, XenbusStateConnected))
		return -EAGAIN;
	xbf_connect_open(dev, "");
	return 0;
}

/**
 * xbf_connect_resize() - the backend says that it is Connected once more
 * @dev: the vbd, live
 */
void xbf_connect_resize(struct xbf_dev *dev)
{
	struct xbf_features now = dev->features;
	char *raw = xbf_store_text(dev, XBF_NODE_SECTORS);
	enum xbf_note note;

	xbf_feature_set(&now, XBF_NODE_SECTORS, raw);
	xbf_features_check(&now);
	note = now.note[XBF_NODE_SECTORS];
	if (xbf_plan_renew(&dev->plan, &dev->features))
		xbf_dev_update(dev);
	if (note != XBF_NOTE_REFUSED)
		xbf_disk_resize(dev, now.val[XBF_NODE_SECTORS]);
	if (note != XBF_NOTE_FINE)
		pr_warn_ratelimited("%s: xenstore node %s/sectors is \"%.40s\", not %s; %s\n",
				    xbf_dev_name(dev), dev->backend_dir, raw ?: "(missing)",
				    xbf_node_rows[XBF_NODE_SECTORS].want,
				    note == XBF_NOTE_REFUSED ? "the capacity stays" :
							       "using whole blocks");
	kfree(raw);
}

/* ---- the way back ---- */

/**
 * xbf_connect_leave() - go to Closed, so that the backend lets go of our pages
 * @dev: the vbd
 */
void xbf_connect_leave(struct xbf_dev *dev)
{
	dev->refused |= dev->offered;
	dev->offered = false;
	xbf_store_switch(dev, XenbusStateClosed);
}

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
	const char *key = xbf_node_rows[XBF_NODE_OWN_STATE].key;
	struct xenbus_device *xdev = dev->xdev;

	if (time_before(jiffies, dev->next_rejoin)) {
		mod_delayed_work(xbf_wq, &dev->look, HZ);
		return;
	}
	dev->next_rejoin = jiffies + HZ;
	/* Never make a node again that the toolstack has removed. */
	if (!xenbus_exists(XBT_NIL, xdev->nodename, key))
		return;
	xdev->state = XenbusStateInitialising;
	xenbus_printf(XBT_NIL, xdev->nodename, key, "%d", XenbusStateInitialising);
}

static bool backend_reaches(const struct xbf_dev *dev, enum xenbus_state state)
{
	u32 tries;

	for (tries = 0; tries < HAND_OVER_TRIES; tries++) {
		if (xenbus_read_driver_state(dev->xdev, dev->backend_dir) == state)
			return true;
		msleep(HAND_OVER_DELAY_MS);
	}
	return false;
}

/**
 * xbf_connect_hand_over() - leave the disk as the toolstack made it
 * @dev: a vbd that was removed; xenbus has gone to Closed for it
 *
 * Drivers other than ours take no disk that is Closed. Waits a bounded time for the
 * backend.
 */
void xbf_connect_hand_over(struct xbf_dev *dev)
{
	u64 online = 0;

	if (!dev->backend_dir || !backend_reaches(dev, XenbusStateClosed))
		return;
	/* Being detached: it must stay Closed. */
	xbf_store_number(dev, XBF_NODE_ONLINE, &online);
	if (!online)
		return;
	xbf_store_withdraw(dev);
	dev->next_rejoin = jiffies;
	xbf_connect_rejoin(dev);
	/* What is still Closed would look to the next driver like a detach. */
	backend_reaches(dev, XenbusStateInitWait);
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
 * then goes to the quarantine: a page that another domain can write to must not
 * be reused.
 */
void xbf_connect_teardown(struct xbf_dev *dev)
{
	u32 i, left, tries;

	xbf_stats_del(dev);
	if (!dev->orphan)
		xbf_connect_leave(dev);
	for (i = 0; i < dev->nr_queues; i++)
		xbf_queue_quiet(&dev->queues[i]);

	left = end_grants(dev);
	for (tries = 0; left && tries < UNMAP_TRIES; tries++) {
		msleep(UNMAP_DELAY_MS);
		left = end_grants(dev);
	}
	for (i = 0; i < dev->nr_queues; i++)
		xbf_quarantine_add(&dev->queues[i]);
	if (left)
		pr_warn("%s: the backend in domain %u still maps %u pages after %u s; they are set aside until it lets go\n",
			xbf_dev_name(dev), dev->backend_id, left,
			UNMAP_TRIES * UNMAP_DELAY_MS / 1000);
	free_queues(dev);
	xbf_store_claim(dev, 0);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * device.c - one vbd. Whatever happens is posted as an event; the disk's
 * worker asks core/life what to do and does it.
 *
 * The worker never waits for I/O. What may wait (adding the disk reads its
 * partition table, deleting it waits for the last request) is the slow work,
 * which reports back by an event.
 */
#include <linux/pci.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include <xen/platform_pci.h>
#include <xen/xen.h>

#include "complete.h"
#include "connect.h"
#include "device.h"
#include "module.h"
#include "recover.h"
#include "store.h"
#include "watch.h"

/* How long remove() waits before it leaves the rest to a work item. */
#define REMOVE_TIMEOUT	(10 * HZ)

static void xbf_dev_free(struct kref *ref)
{
	struct xbf_dev *dev = container_of(ref, struct xbf_dev, ref);

	destroy_workqueue(dev->wq);
	kfree(dev->backend_dir);
	kfree(dev);
	xbf_disks_count(-1);
}

/**
 * xbf_dev_get() - keep the vbd's structure alive
 * @dev: the vbd
 */
void xbf_dev_get(struct xbf_dev *dev)
{
	kref_get(&dev->ref);
}

/**
 * xbf_dev_put() - drop a reference
 * @dev: the vbd
 */
void xbf_dev_put(struct xbf_dev *dev)
{
	kref_put(&dev->ref, xbf_dev_free);
}

/**
 * xbf_dev_post() - tell the worker that something happened
 * @dev: the vbd
 * @event: what; events of the same kind merge. The backend's states are one
 *	   kind, XBF_EV_BACKEND: the latest counts.
 *
 * Any context.
 */
void xbf_dev_post(struct xbf_dev *dev, enum xbf_event event)
{
	set_bit(event, &dev->events);
	queue_work(dev->wq, &dev->work);
}

/* ---- the worker ---- */

/* How long a handshake may take before we say that it does not finish. */
#define PATIENCE	(30 * HZ)
/* How long until something that did not work is tried again. */
#define LOOK_AGAIN	HZ

static void start_slow(struct xbf_dev *dev, enum xbf_chore chore)
{
	set_bit(chore, &dev->chores);
	queue_work(xbf_slow_wq, &dev->slow);
}

/**
 * xbf_dev_update() - the disk can do other things than it could: tell the block layer
 * @dev: the vbd
 *
 * Any context; done by the slow work.
 */
void xbf_dev_update(struct xbf_dev *dev)
{
	start_slow(dev, XBF_CHORE_UPDATE);
}

static void look(struct work_struct *work)
{
	xbf_dev_post(container_of(to_delayed_work(work), struct xbf_dev, look), XBF_EV_BACKEND);
}

static void complain(struct work_struct *work)
{
	struct xbf_dev *dev = container_of(to_delayed_work(work), struct xbf_dev, patience);
	enum xbf_life life = READ_ONCE(dev->life);

	if (xbf_life_waits(life))
		pr_warn("%s: the handshake with the backend in domain %u does not finish: it is in state %d, we are %s%s; waiting on\n",
			xbf_dev_name(dev), READ_ONCE(dev->backend_id), READ_ONCE(dev->peer),
			xbf_life_name(life), xbf_connect_hint(dev));
}

static void publish(struct xbf_dev *dev)
{
	int err = -EBUSY;

	if (xbf_recover_take(dev))
		pr_warn_ratelimited(
			"%s: pages of the last connection are still mapped by its backend; waiting\n",
			xbf_dev_name(dev));
	else
		err = xbf_connect_publish(dev);
	if (err)
		xbf_dev_post(dev, XBF_EV_AGAIN);
}

/* Will what went wrong pass by itself? */
static bool may_pass(int err)
{
	return err == -ENOMEM || err == -EAGAIN;
}

static void connect(struct xbf_dev *dev)
{
	int err = xbf_connect_finish(dev);

	if (err)
		xbf_dev_post(dev, may_pass(err) ? XBF_EV_AGAIN : XBF_EV_FAILED);
	/* If the backend has left again, the first I/O waits for the next. */
	if (dev->disk.gd)
		start_slow(dev, XBF_CHORE_ADD);
}

static void reconnect(struct xbf_dev *dev)
{
	int err;

	/* We were here before, and memory was too short for a disk. */
	if (!dev->disk.gd) {
		connect(dev);
		return;
	}
	err = xbf_recover_resume(dev);
	if (err)
		xbf_dev_post(dev, may_pass(err) ? XBF_EV_AGAIN : XBF_EV_UNFIT);
	else
		start_slow(dev, XBF_CHORE_UPDATE);
}

static void defer_close(struct xbf_dev *dev)
{
	pr_warn("%s: the backend asks to detach the disk, but it is in use; it goes when the last user closes it\n",
		xbf_dev_name(dev));
	/* The words that toolstacks look for. */
	xenbus_dev_error(dev->xdev, -EBUSY, "Device in use; refusing to close");
}

static void knock(struct xbf_dev *dev)
{
	u32 i;

	for (i = 0; i < dev->nr_queues; i++)
		xbf_queue_knock(&dev->queues[i]);
}

static void break_disk(struct xbf_dev *dev)
{
	u32 i;

	for (i = 0; i < dev->nr_queues; i++)
		xbf_queue_shut(&dev->queues[i]);
	xbf_disk_pass_submitters(dev);
	for (i = 0; i < dev->nr_queues; i++)
		xbf_queue_break(&dev->queues[i]);
}

static void tell_broken(struct xbf_dev *dev)
{
	pr_err("%s: the disk is broken; its I/O ends with errors until it is detached\n",
	       xbf_dev_name(dev));
	xenbus_dev_error(dev->xdev, -EIO, "the disk is broken; see the guest's kernel log");
	xbf_store_switch(dev, XenbusStateClosing);
}

static void act(struct xbf_dev *dev, u32 actions)
{
	if (actions & XBF_DO_HOLD)
		xbf_recover_hold(dev);
	/* A backend may go on with what is in the ring until it hears of it. */
	if (actions & XBF_DO_LEAVE)
		xbf_connect_leave(dev);
	if (actions & XBF_DO_TAKE)
		xbf_recover_take(dev);
	if (actions & XBF_DO_REJOIN)
		xbf_connect_rejoin(dev);
	if (actions & XBF_DO_PUBLISH)
		publish(dev);
	if (actions & XBF_DO_CONNECT)
		connect(dev);
	if (actions & XBF_DO_RECONNECT)
		reconnect(dev);
	if (actions & XBF_DO_RESIZE)
		xbf_connect_resize(dev);
	if (actions & XBF_DO_DEFER)
		defer_close(dev);
	if (actions & XBF_DO_BREAK)
		break_disk(dev);
	if (actions & XBF_DO_TELL)
		tell_broken(dev);
	if (actions & XBF_DO_DELETE)
		start_slow(dev, XBF_CHORE_DELETE);
	if (actions & XBF_DO_TEARDOWN)
		xbf_connect_teardown(dev);
	if (actions & XBF_DO_KNOCK)
		knock(dev);
	if (actions & XBF_DO_LOOK)
		xbf_dev_post(dev, XBF_EV_BACKEND);
	if (actions & XBF_DO_LOOK_LATER)
		mod_delayed_work(xbf_wq, &dev->look, LOOK_AGAIN);
}

/* The backend waits for us: to begin, or to begin anew. */
static enum xbf_event read_init_wait(const struct xbf_dev *dev)
{
	enum xenbus_state own = xenbus_read_driver_state(dev->xdev, dev->xdev->nodename);
	bool reset = own == XenbusStateInitialising;

	/* Unknown: our nodes are gone, or xenbus has given us up already. */
	if (own == XenbusStateUnknown || (reset && xbf_store_renewed(dev)))
		return XBF_NR_EVENTS;
	return reset && xbf_life_offers(dev->life) ? XBF_EV_RESET :
						     XBF_EV_BACKEND + XenbusStateInitWait;
}

/* The backend closes: for a while, or for good? */
static enum xbf_event read_closing(struct xbf_dev *dev, enum xenbus_state peer)
{
	u64 online;

	xbf_store_number(dev, XBF_NODE_ONLINE, &online);
	/* What vanishes while we look, for another host say, tells nothing. */
	if (xenbus_read_driver_state(dev->xdev, dev->backend_dir) != peer)
		return XBF_NR_EVENTS;
	if (online)
		return peer == XenbusStateClosing ? XBF_EV_PAUSING : XBF_EV_PAUSED;
	if (peer == XenbusStateClosing && !xbf_close_in_use_now && !xbf_disk_shut(dev))
		return XBF_EV_CLOSING_IN_USE;
	return XBF_EV_BACKEND + peer;
}

/* What the event bit stands for; XBF_NR_EVENTS: nothing we know. */
static enum xbf_event read_event(struct xbf_dev *dev, unsigned int bit)
{
	int peer;

	if (bit != XBF_EV_BACKEND)
		return bit;
	if (xbf_store_find(dev))
		return XBF_EV_MOVED;
	peer = READ_ONCE(dev->peer);
	if (peer < 0 || XBF_EV_BACKEND + peer > XBF_EV_BACKEND_MAX)
		return XBF_NR_EVENTS;
	if (peer == XenbusStateInitWait)
		return read_init_wait(dev);
	if (peer == XenbusStateClosing || peer == XenbusStateClosed)
		return read_closing(dev, peer);
	return XBF_EV_BACKEND + peer;
}

/* Who follows a disk's fate in the log finds every turn that matters there. */
static void report_turn(struct xbf_dev *dev, enum xbf_life before)
{
	/* Also when a removal found it closed already. */
	if (dev->life == XBF_LIFE_CLOSED)
		wake_up_all(&dev->gone);
	if (dev->life == before)
		return;
	pr_debug("%s: %s -> %s\n", xbf_dev_name(dev), xbf_life_name(before),
		 xbf_life_name(dev->life));
	if (dev->life == XBF_LIFE_AWAY && before != XBF_LIFE_RETURNING)
		pr_info("%s: lost the connection to the backend; I/O waits until it is back\n",
			xbf_dev_name(dev));
	if (xbf_life_waits(dev->life))
		mod_delayed_work(xbf_wq, &dev->patience, PATIENCE);
}

static void worker(struct work_struct *work)
{
	struct xbf_dev *dev = container_of(work, struct xbf_dev, work);
	unsigned int noio = memalloc_noio_save();
	unsigned int bit;

	while ((bit = find_first_bit(&dev->events, XBF_NR_EVENTS)) < XBF_NR_EVENTS) {
		enum xbf_life before = dev->life;
		enum xbf_event event;

		clear_bit(bit, &dev->events);
		event = read_event(dev, bit);
		if (event == XBF_NR_EVENTS)
			continue;
		act(dev, xbf_life_step(&dev->life, event));
		report_turn(dev, before);
	}
	memalloc_noio_restore(noio);
}

static void slow(struct work_struct *work)
{
	struct xbf_dev *dev = container_of(work, struct xbf_dev, slow);
	unsigned int noio = memalloc_noio_save();

	if (test_and_clear_bit(XBF_CHORE_DELETE, &dev->chores)) {
		/* The worker has no others for a disk that goes. */
		clear_bit(XBF_CHORE_ADD, &dev->chores);
		clear_bit(XBF_CHORE_UPDATE, &dev->chores);
		xbf_disk_delete(dev);
		xbf_dev_post(dev, XBF_EV_DISK_GONE);
	}
	if (test_and_clear_bit(XBF_CHORE_ADD, &dev->chores) && xbf_disk_announce(dev))
		xbf_dev_post(dev, XBF_EV_FAILED);
	if (test_and_clear_bit(XBF_CHORE_UPDATE, &dev->chores))
		xbf_disk_update(dev);
	memalloc_noio_restore(noio);
}

/* ---- xenbus ---- */

static int read_vdevice(struct xbf_dev *dev)
{
	enum xbf_note note = xbf_store_number(dev, XBF_NODE_VDEV, &dev->vdevice);

	if (note != XBF_NOTE_FINE)
		note = xbf_store_number(dev, XBF_NODE_VDEV_EXT, &dev->vdevice);
	if (note != XBF_NOTE_FINE ||
	    !xbf_vdev_parse(dev->vdevice, xbf_sda_is_xvda, &dev->disk.vdev)) {
		xenbus_dev_error(dev->xdev, -ENODEV, "virtual-device is not %s",
				 xbf_node_rows[XBF_NODE_VDEV].want);
		return -ENODEV;
	}
	xbf_vdev_name(&dev->disk.vdev, dev->disk.name);
	return 0;
}

/* To the kernel PVH guests are HVM ones too, but nothing is emulated for them. */
static bool has_emulated_disks(void)
{
	struct pci_dev *platform;

	if (!xen_hvm_domain())
		return false;
	platform = pci_get_device(PCI_VENDOR_ID_XEN, PCI_DEVICE_ID_XEN_PLATFORM, NULL);
	pci_dev_put(platform);
	return platform;
}

/* HVM guests have an emulated CD drive; a paravirtual twin would confuse. */
static bool is_emulated_cdrom(const struct xbf_dev *dev)
{
	char *type;
	bool cdrom;

	if (!has_emulated_disks())
		return false;
	type = xbf_store_text(dev, XBF_NODE_DEVICE_TYPE);
	cdrom = type && !strcmp(type, "cdrom");
	kfree(type);
	return cdrom;
}

static struct xbf_dev *dev_alloc(struct xenbus_device *xdev)
{
	struct xbf_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev)
		return NULL;
	dev->wq = alloc_ordered_workqueue("xbf/%s", WQ_MEM_RECLAIM, dev_name(&xdev->dev));
	if (!dev->wq) {
		kfree(dev);
		return NULL;
	}
	dev->xdev = xdev;
	dev->life = XBF_LIFE_NEW;
	dev->next_rejoin = jiffies;
	xbf_limit_lift(&dev->limit);
	kref_init(&dev->ref);
	INIT_WORK(&dev->work, worker);
	INIT_WORK(&dev->slow, slow);
	INIT_DELAYED_WORK(&dev->look, look);
	INIT_DELAYED_WORK(&dev->patience, complain);
	INIT_LIST_HEAD(&dev->disk.minors);
	INIT_LIST_HEAD(&dev->watched);
	init_waitqueue_head(&dev->gone);
	xbf_disks_count(1);
	return dev;
}

/* When this returns nothing of ours runs any more that knows the device. */
static void dev_quiet(struct xbf_dev *dev)
{
	cancel_delayed_work_sync(&dev->look);
	cancel_delayed_work_sync(&dev->patience);
	flush_work(&dev->slow);
	flush_work(&dev->work);
}

/*
 * xenbus lets go of a vbd that is gone. Whoever still has it open keeps the
 * structure, and the worker for the event of the last close.
 */
static void dev_release(struct xbf_dev *dev)
{
	dev_quiet(dev);
	xbf_dev_put(dev);
}

/**
 * xbf_dev_probe() - xenbus found a vbd
 * @xdev: the device
 * @id: unused
 *
 * Only makes the structure. The first event is the backend's state, which
 * xenbus reports when it has set its watch.
 *
 * Return: 0 or an error.
 */
int xbf_dev_probe(struct xenbus_device *xdev, const struct xenbus_device_id *id)
{
	struct xbf_dev *dev;
	int err;

	if (!xen_has_pv_disk_devices())
		return -ENODEV;
	dev = dev_alloc(xdev);
	if (!dev)
		return -ENOMEM;
	err = is_emulated_cdrom(dev) ? -ENODEV : read_vdevice(dev);
	if (err) {
		dev_release(dev);
		return err;
	}
	dev_set_drvdata(&xdev->dev, dev);
	queue_delayed_work(xbf_wq, &dev->patience, PATIENCE);
	xbf_watch_add(dev);
	return 0;
}

/**
 * xbf_dev_backend_changed() - a backend wrote its state
 * @xdev: the device
 * @state: what it wrote; it need not be the backend that we are with by now
 *
 * In xenwatch: only looks and posts.
 */
void xbf_dev_backend_changed(struct xenbus_device *xdev, enum xenbus_state state)
{
	xbf_watch_look(dev_get_drvdata(&xdev->dev));
}

/**
 * xbf_dev_resume() - the guest was restored; the old rings lead nowhere
 * @xdev: the device
 *
 * Only posts. What the old backend said last counts no more; the kernel watches
 * the new one when this returns.
 *
 * Return: 0.
 */
int xbf_dev_resume(struct xenbus_device *xdev)
{
	struct xbf_dev *dev = dev_get_drvdata(&xdev->dev);

	if (!dev)
		return 0;
	WRITE_ONCE(dev->peer, XenbusStateUnknown);
	xbf_dev_post(dev, XBF_EV_MOVED);
	return 0;
}

/* xenbus asks whether we are ready without the device's lock: we may be leaving. */
static DEFINE_MUTEX(leaving);

/**
 * xbf_dev_is_ready() - may the boot go on without waiting for this disk?
 * @xdev: the device
 *
 * Return: true once the disk is there, or never will be.
 */
int xbf_dev_is_ready(struct xenbus_device *xdev)
{
	struct xbf_dev *dev;
	bool ready;

	mutex_lock(&leaving);
	dev = dev_get_drvdata(&xdev->dev);
	ready = !dev || READ_ONCE(dev->disk.added) || READ_ONCE(dev->life) >= XBF_LIFE_BROKEN;
	mutex_unlock(&leaving);
	return ready;
}

static bool is_closed(struct xbf_dev *dev)
{
	/* A handshake that began before the removal ends first. */
	return !test_bit(XBF_EV_REMOVE, &dev->events) && READ_ONCE(dev->life) == XBF_LIFE_CLOSED;
}

struct leftover {
	struct delayed_work work;
	struct xbf_dev *dev;
};

/* Finishes a removal that has to wait for the backend to let go of pages. */
static void finish_removal(struct work_struct *work)
{
	struct leftover *rest = container_of(to_delayed_work(work), struct leftover, work);
	struct xbf_dev *dev = rest->dev;

	if (!is_closed(dev)) {
		queue_delayed_work(xbf_slow_wq, &rest->work, LOOK_AGAIN);
		return;
	}
	put_device(&dev->xdev->dev);
	dev_release(dev);
	kfree(rest);
}

static void leave_rest(struct xbf_dev *dev)
{
	struct leftover *rest = kzalloc(sizeof(*rest), GFP_KERNEL | __GFP_NOFAIL);

	pr_warn("%s: not gone after %u s; perhaps the backend in domain %u still maps pages of I/O in flight; removal goes on in the background\n",
		xbf_dev_name(dev), REMOVE_TIMEOUT / HZ, dev->backend_id);
	WRITE_ONCE(dev->orphan, true);
	get_device(&dev->xdev->dev);
	rest->dev = dev;
	INIT_DELAYED_WORK(&rest->work, finish_removal);
	queue_delayed_work(xbf_slow_wq, &rest->work, LOOK_AGAIN);
}

static LIST_HEAD(left);

/*
 * xenbus writes Closed when remove() has returned: what another driver is to take can
 * be handed over no earlier than at the module's end. Until then we write nothing.
 */
static void leave_to_another(struct xbf_dev *dev)
{
	dev_quiet(dev);
	get_device(&dev->xdev->dev);
	mutex_lock(&leaving);
	list_add(&dev->left, &left);
	mutex_unlock(&leaving);
}

/**
 * xbf_dev_hand_over() - leave the disks that were removed to another driver
 *
 * At the module's end, when xenbus knows us no more.
 */
void xbf_dev_hand_over(void)
{
	struct xbf_dev *dev, *next;

	list_for_each_entry_safe(dev, next, &left, left) {
		list_del(&dev->left);
		xbf_connect_hand_over(dev);
		put_device(&dev->xdev->dev);
		dev_release(dev);
	}
}

/**
 * xbf_dev_remove() - the vbd is being unplugged, or the driver unbound
 * @xdev: the device
 *
 * Ends all I/O and waits until the disk is gone; bounded, since the backend
 * may be the one that does not move. xenbus has dropped its watch already.
 */
void xbf_dev_remove(struct xenbus_device *xdev)
{
	struct xbf_dev *dev = dev_get_drvdata(&xdev->dev);

	if (!dev)
		return;
	mutex_lock(&leaving);
	dev_set_drvdata(&xdev->dev, NULL);
	mutex_unlock(&leaving);
	xbf_watch_del(dev);
	xbf_dev_post(dev, XBF_EV_REMOVE);
	if (!wait_event_timeout(dev->gone, is_closed(dev), REMOVE_TIMEOUT))
		leave_rest(dev);
	else if (xbf_hand_over)
		leave_to_another(dev);
	else
		dev_release(dev);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * xenbus.c - the kernel's bus of paravirtual devices: finds frontends in
 * xenstore, binds them to the driver, tells it of the backend's states; and
 * what a suspend does to it.
 *
 * Kernels from about 7.0 on (sim_xenbus_vanished) take a frontend's state of
 * Initialising that they have not written themselves for a device made anew:
 * the old one is unregistered.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "xen-model.h"

#define TYPE		"vbd"
#define CALLBACK_LIMIT	(200 * NSEC_PER_MSEC)
#define REMOVE_LIMIT	(11 * NSEC_PER_SEC)
/* Of one that has gone to Closed: there may be pages to wait for, nothing else. */
#define CLOSED_LIMIT	(6 * NSEC_PER_SEC)
/* As the kernel: how long registering a driver waits for its devices. */
#define CONNECT_LIMIT	(300 * NSEC_PER_SEC)

/**
 * struct bus_device - a device on the bus
 * @bound: to the driver
 * @tried: the driver that is being registered has seen it
 * @locked: being bound or unbound
 * @gone: off the bus
 */
struct bus_device {
	struct bus_device *next;
	struct xenbus_device xdev;
	char nodename[64];
	bool bound, tried, locked, gone;
};

bool sim_xenbus_vanished;

static struct bus_device *devices;
static unsigned int nr_devices;		/* that have not been released */
static struct xenbus_driver *driver;
static struct sim_wait lock_wait;
static struct xenbus_watch device_watch;

#define to_bus_device(xdev_)	container_of(xdev_, struct bus_device, xdev)

const char *xenbus_strstate(enum xenbus_state state)
{
	static const char *const names[] = {
		[XenbusStateUnknown] = "Unknown",
		[XenbusStateInitialising] = "Initialising",
		[XenbusStateInitWait] = "InitWait",
		[XenbusStateInitialised] = "Initialised",
		[XenbusStateConnected] = "Connected",
		[XenbusStateClosing] = "Closing",
		[XenbusStateClosed] = "Closed",
		[XenbusStateReconfiguring] = "Reconfiguring",
		[XenbusStateReconfigured] = "Reconfigured",
	};

	return (unsigned int)state < ARRAY_SIZE(names) ? names[state] : "INVALID";
}

enum xenbus_state xenbus_read_driver_state(const struct xenbus_device *dev, const char *path)
{
	unsigned int state;

	if (dev && dev->vanished)
		return XenbusStateUnknown;
	if (xenbus_scanf(XBT_NIL, path, "state", "%u", &state) != 1)
		return XenbusStateUnknown;
	return state;
}

/* ---- errors and states of a device ---- */

static void report(struct xenbus_device *dev, int err, const char *fmt, va_list args)
{
	char text[160], dir[96];

	vsnprintf(text, sizeof(text), fmt, args);
	snprintf(dir, sizeof(dir), "error/%s", dev->nodename);
	xenbus_printf(XBT_NIL, dir, "error", "%d %s", -err, text);
}

void xenbus_dev_error(struct xenbus_device *dev, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(dev, err, fmt, args);
	va_end(args);
}

void xenbus_dev_fatal(struct xenbus_device *dev, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(dev, err, fmt, args);
	va_end(args);
	xenbus_switch_state(dev, XenbusStateClosing);
}

/*
 * Writes the node only if there is one, in a transaction. A state that was
 * reset behind our back is left alone: the device is not ours any more.
 */
int xenbus_switch_state(struct xenbus_device *dev, enum xenbus_state state)
{
	struct xenbus_transaction t;
	bool reset = false, abort;
	int now, err;

	if (state == dev->state || dev->vanished)
		return 0;
	do {
		err = xenbus_transaction_start(&t);
		if (err)
			return 0;
		abort = xenbus_scanf(t, dev->nodename, "state", "%d", &now) != 1;
		if (!abort && sim_xenbus_vanished && now != dev->state &&
		    now == XenbusStateInitialising)
			abort = reset = true;
		if (!abort)
			abort = xenbus_printf(t, dev->nodename, "state", "%d", state);
		err = xenbus_transaction_end(t, abort);
	} while (err == -EAGAIN && !abort);
	if (!err && !reset)
		dev->state = state;
	return 0;
}

int xenbus_frontend_closed(struct xenbus_device *dev)
{
	xenbus_switch_state(dev, XenbusStateClosed);
	return 0;
}

/* ---- the other end ---- */

static void otherend_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct xenbus_device *dev = container_of(watch, struct xenbus_device, otherend_watch);
	uint64_t since;
	enum xenbus_state state;

	(void)token;
	/* An event of the backend before the last resume. */
	if (!dev->otherend || strncmp(dev->otherend, path, strlen(dev->otherend)))
		return;
	state = xenbus_read_driver_state(dev, dev->otherend);
	since = sim_now();
	driver->otherend_changed(dev, state);
	sim_watch_timed("otherend_changed()", since, CALLBACK_LIMIT);
}

static void forget_otherend(struct xenbus_device *dev)
{
	if (dev->otherend_watch.node) {
		unregister_xenbus_watch(&dev->otherend_watch);
		kfree(dev->otherend_watch.node);
		dev->otherend_watch.node = NULL;
	}
}

static int read_otherend(struct xenbus_device *dev)
{
	int err;

	forget_otherend(dev);
	kfree(dev->otherend);
	dev->otherend = NULL;
	err = xenbus_gather(XBT_NIL, dev->nodename, "backend-id", "%i", &dev->otherend_id,
			    "backend", NULL, &dev->otherend, NULL);
	if (err)
		return err;
	if (*dev->otherend && xenbus_exists(XBT_NIL, dev->otherend, ""))
		return 0;
	kfree(dev->otherend);
	dev->otherend = NULL;
	return -ENOENT;
}

static void watch_otherend(struct xenbus_device *dev)
{
	char *node = kmalloc(strlen(dev->otherend) + sizeof("/state"), GFP_NOIO | __GFP_NOFAIL);

	sprintf(node, "%s/state", dev->otherend);
	dev->otherend_watch.node = node;
	dev->otherend_watch.callback = otherend_changed;
	register_xenbus_watch(&dev->otherend_watch);
}

/* ---- binding and unbinding; the device's lock is held ---- */

static void lock(struct bus_device *dev)
{
	sim_wait_for(&lock_wait, !dev->locked);
	dev->locked = true;
}

static void unlock(struct bus_device *dev)
{
	dev->locked = false;
	sim_wake(&lock_wait);
}

static void bind(struct bus_device *dev)
{
	uint64_t since;
	int err;

	if (!driver || dev->bound || dev->gone)
		return;
	err = read_otherend(&dev->xdev);
	if (!err) {
		since = sim_now();
		err = driver->probe(&dev->xdev, driver->ids);
		sim_watch_timed("probe()", since, CALLBACK_LIMIT);
	}
	if (err) {
		xenbus_dev_error(&dev->xdev, err, "xenbus_dev_probe on %s", dev->nodename);
		kfree(dev->xdev.otherend);
		dev->xdev.otherend = NULL;
		return;
	}
	dev->bound = true;
	watch_otherend(&dev->xdev);
}

static void unbind(struct bus_device *dev, struct xenbus_driver *drv)
{
	struct xenbus_device *xdev = &dev->xdev;
	uint64_t limit = xdev->state == XenbusStateClosed ? CLOSED_LIMIT : REMOVE_LIMIT;
	uint64_t since = sim_now();

	if (!dev->bound)
		return;
	forget_otherend(xdev);
	drv->remove(xdev);
	sim_watch_timed("remove()", since, limit);
	kfree(xdev->otherend);
	xdev->otherend = NULL;
	if (!drv->allow_rebind ||
	    xenbus_read_driver_state(xdev, xdev->nodename) == XenbusStateClosing)
		xenbus_switch_state(xdev, XenbusStateClosed);
	dev->bound = false;
}

/* ---- devices come and go, in xenwatch ---- */

static void release_device(struct device *device)
{
	struct xenbus_device *xdev = to_xenbus_device(device);

	kfree(to_bus_device(xdev));
	nr_devices--;
}

static struct bus_device *find_device(const char *nodename)
{
	struct bus_device *dev;

	for (dev = devices; dev; dev = dev->next)
		if (!strcmp(dev->nodename, nodename))
			return dev;
	return NULL;
}

static void unregister_device(struct bus_device *dev)
{
	struct bus_device **link = &devices;

	sim_note("xenbus: %s goes away", dev->nodename);
	lock(dev);
	unbind(dev, driver);
	dev->gone = true;
	while (*link != dev)
		link = &(*link)->next;
	*link = dev->next;
	unlock(dev);
	put_device(&dev->xdev.dev);
}

static void probe_node(const char *nodename)
{
	struct bus_device *dev, **link = &devices;

	/* Not a new one: it is going away, or another kernel's. */
	if (xenbus_read_driver_state(NULL, nodename) != XenbusStateInitialising)
		return;
	sim_note("xenbus: %s is new", nodename);
	dev = kzalloc(sizeof(*dev), GFP_KERNEL | __GFP_NOFAIL);
	snprintf(dev->nodename, sizeof(dev->nodename), "%s", nodename);
	dev->xdev.nodename = dev->nodename;
	dev->xdev.devicetype = TYPE;
	dev->xdev.state = XenbusStateInitialising;
	dev->xdev.dev.name = dev->nodename + strlen("device/");
	dev->xdev.dev.refs = 1;
	dev->xdev.dev.release = release_device;
	nr_devices++;
	while (*link)
		link = &(*link)->next;
	*link = dev;
	lock(dev);
	bind(dev);
	unlock(dev);
}

/* Was the frontend reset, so that another device of this name is to be probed? */
static bool was_reset(struct bus_device *dev)
{
	struct xenbus_device *xdev = &dev->xdev;
	enum xenbus_state state = xenbus_read_driver_state(xdev, xdev->nodename);
	unsigned int backend =
		xenbus_read_unsigned(xdev->nodename, "backend-id", xdev->otherend_id);

	return state == XenbusStateInitialising &&
	       (state != xdev->state || (xdev->otherend && (int)backend != xdev->otherend_id));
}

static void device_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	static const char below[] = "device/" TYPE "/";
	char nodename[64];
	struct bus_device *dev;

	(void)watch;
	(void)token;
	if (strncmp(path, below, strlen(below)))
		return;
	snprintf(nodename, sizeof(nodename), "%.*s",
		 (int)(strlen(below) + strcspn(path + strlen(below), "/")), path);
	dev = find_device(nodename);
	if (!xenbus_exists(XBT_NIL, path, "")) {
		if (dev && !strcmp(path, nodename)) {
			dev->xdev.vanished = sim_xenbus_vanished;
			unregister_device(dev);
		}
		return;
	}
	if (dev && sim_xenbus_vanished && was_reset(dev)) {
		sim_note("xenbus: %s was reset", nodename);
		dev->xdev.vanished = true;
		unregister_device(dev);
		dev = NULL;
	}
	if (!dev)
		probe_node(nodename);
}

/* ---- the driver ---- */

static bool is_connecting(const struct bus_device *dev)
{
	struct xenbus_device *xdev = (struct xenbus_device *)&dev->xdev;

	return dev->bound && (xdev->state < XenbusStateConnected ||
			      (xdev->state == XenbusStateConnected && driver->is_ready &&
			       !driver->is_ready(xdev)));
}

/* As in the kernel: a reference is held on each device, its lock is not. */
static bool anybody_connects(void)
{
	struct bus_device *dev = devices, *next;
	bool connects = false;

	while (dev && !connects) {
		get_device(&dev->xdev.dev);
		connects = is_connecting(dev);
		next = dev->gone ? devices : dev->next;
		put_device(&dev->xdev.dev);
		dev = next;
	}
	return connects;
}

static struct bus_device *next_to_try(void)
{
	struct bus_device *dev = devices;

	while (dev && dev->tried)
		dev = dev->next;
	return dev;
}

int xenbus_register_frontend(struct xenbus_driver *drv)
{
	uint64_t deadline = sim_now() + CONNECT_LIMIT;
	struct bus_device *dev;

	for (dev = devices; dev; dev = dev->next)
		dev->tried = false;
	driver = drv;
	while ((dev = next_to_try())) {
		dev->tried = true;
		get_device(&dev->xdev.dev);
		lock(dev);
		bind(dev);
		unlock(dev);
		put_device(&dev->xdev.dev);
	}
	while (sim_now() < deadline && anybody_connects())
		msleep(100);
	return 0;
}

static struct bus_device *next_bound(void)
{
	struct bus_device *dev = devices;

	while (dev && !dev->bound)
		dev = dev->next;
	return dev;
}

void xenbus_unregister_driver(struct xenbus_driver *drv)
{
	struct bus_device *dev;

	while ((dev = next_bound())) {
		get_device(&dev->xdev.dev);
		lock(dev);
		unbind(dev, drv);
		unlock(dev);
		put_device(&dev->xdev.dev);
	}
	driver = NULL;
}

/* ---- suspend and resume, in xenwatch as in the kernel ---- */

struct suspend {
	struct sim_wait done;
	bool cancelled, over;
};

static void suspend_devices(void)
{
	struct bus_device *dev;
	uint64_t since;

	for (dev = devices; dev; dev = dev->next) {
		if (!dev->bound || !driver->suspend)
			continue;
		since = sim_now();
		driver->suspend(&dev->xdev);
		sim_watch_timed("suspend()", since, CALLBACK_LIMIT);
	}
}

static void restore_devices(void)
{
	struct bus_device *dev;
	uint64_t since;

	for (dev = devices; dev; dev = dev->next) {
		struct xenbus_device *xdev = &dev->xdev;

		if (!dev->bound)
			continue;
		if (read_otherend(xdev)) {
			sim_note("xenbus: no backend of %s after the restore", dev->nodename);
			continue;
		}
		xdev->state = XenbusStateInitialising;
		if (driver->resume) {
			since = sim_now();
			driver->resume(xdev);
			sim_watch_timed("resume()", since, CALLBACK_LIMIT);
		}
		watch_otherend(xdev);
	}
}

static void do_suspend(void *arg)
{
	struct suspend *suspend = arg;

	if (sim_users_freeze()) {
		suspend_devices();
		sim_store_suspend();
		sim_note("the guest is %s",
			 suspend->cancelled ? "not suspended after all" : "moved to another host");
		if (!suspend->cancelled) {
			/* One moment to the guest: nothing below switches tasks. */
			sim_stop_machine();
			sim_store_quiet(true);
			sim_backends_moved();
			sim_xen_moved();
			sim_life_moved();
			sim_store_quiet(false);
		}
		sim_store_resume(suspend->cancelled);
		if (!suspend->cancelled)
			restore_devices();
		sim_users_thaw();
	} else {
		sim_note("the guest cannot be suspended: its user space does not freeze");
	}
	suspend->over = true;
	sim_wake(&suspend->done);
}

void sim_guest_suspend(bool cancelled)
{
	struct suspend suspend = { .cancelled = cancelled };

	sim_watch_event(do_suspend, &suspend);
	sim_wait_for(&suspend.done, suspend.over);
}

/* ---- the world ---- */

static struct bus_device *find_vdev(uint32_t vdev)
{
	char nodename[64];

	snprintf(nodename, sizeof(nodename), "device/" TYPE "/%u", vdev);
	return find_device(nodename);
}

bool sim_xenbus_knows(uint32_t vdev)
{
	return find_vdev(vdev);
}

bool sim_xenbus_bound(uint32_t vdev)
{
	const struct bus_device *dev = find_vdev(vdev);

	return dev && dev->bound;
}

/* The guest boots: it finds what is there, and from now on what changes. */
static void boot(void *unused)
{
	char nodename[64];
	unsigned int i;

	(void)unused;
	register_xenbus_watch(&device_watch);
	for (i = 0; i < sim_nr_disks(); i++) {
		snprintf(nodename, sizeof(nodename), "device/" TYPE "/%u", sim_vdev(i));
		if (!find_device(nodename))
			probe_node(nodename);
	}
}

void sim_xenbus_reset(void)
{
	devices = NULL;
	nr_devices = 0;
	driver = NULL;
	memset(&lock_wait, 0, sizeof(lock_wait));
	device_watch = (struct xenbus_watch){ .node = "device", .callback = device_changed };
	sim_watch_event(boot, NULL);
}

void sim_xenbus_check_clean(void)
{
	if (nr_devices)
		sim_broken("leak", "%u devices are still on the bus, or somebody holds them",
			   nr_devices);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * watch.c - hears of what is written in xenstore about our disks.
 *
 * xenbus watches the state of the backend that a device had when it was probed or
 * the guest restored. The rest is heard of here: that our node names another
 * backend, that one's state, a capacity that is written without a state.
 *
 * xenstored grants a guest some hundred watches, and all its drivers share them. So
 * no disk has one of its own: there is one on each directory in which those of
 * several stand, ours or their backends'.
 *
 * Unregistering waits for xenwatch, which may wait for the worker of a disk that is
 * removed. So it is done in xenwatch itself, and when all disks are gone.
 */
#include <linux/slab.h>

#include "watch.h"

/* A directory in which our disks stand, or their backends. */
struct place {
	struct xenbus_watch watch;
	struct list_head list;
};

/* Protects the lists, and of each disk where its backend is, and the state last seen. */
static DEFINE_MUTEX(lock);
static LIST_HEAD(places);
static LIST_HEAD(devs);

/* Does @path stand directly in the place? */
static bool stands_in(const struct place *place, const char *path)
{
	size_t len = strlen(place->watch.node);

	return path && !strncmp(path, place->watch.node, len) && strrchr(path, '/') == path + len;
}

static bool is_needed(const struct place *place)
{
	struct xbf_dev *dev;

	list_for_each_entry(dev, &devs, watched)
		if (stands_in(place, dev->xdev->nodename) || stands_in(place, dev->backend_dir))
			return true;
	return false;
}

/* Is it that node of @dir that was written, or did what is above it come or go? */
static bool concerns(const char *path, const char *dir, enum xbf_node node)
{
	const char *key = xbf_node_rows[node].key;
	size_t len = strlen(path), below;

	if (!dir)
		return false;
	if (!strncmp(dir, path, len))
		return !dir[len] || dir[len] == '/';
	below = strlen(dir);
	return !strncmp(path, dir, below) && path[below] == '/' && !strcmp(path + below + 1, key);
}

static bool concerns_disk(const char *path, const struct xbf_dev *dev)
{
	return concerns(path, dev->xdev->nodename, XBF_NODE_BACKEND) ||
	       concerns(path, dev->backend_dir, XBF_NODE_STATE) ||
	       concerns(path, dev->backend_dir, XBF_NODE_SECTORS);
}

static void look(struct xbf_dev *dev)
{
	if (dev->backend_dir)
		WRITE_ONCE(dev->peer, xenbus_read_driver_state(dev->xdev, dev->backend_dir));
	xbf_dev_post(dev, XBF_EV_BACKEND);
}

static void free_place(struct place *place)
{
	unregister_xenbus_watch(&place->watch);
	kfree(place->watch.node);
	kfree(place);
}

/* In xenwatch: only looks and posts. */
static void written(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct place *place, *next;
	struct xbf_dev *dev;

	mutex_lock(&lock);
	list_for_each_entry(dev, &devs, watched)
		if (concerns_disk(path, dev))
			look(dev);
	list_for_each_entry_safe(place, next, &places, list) {
		if (&place->watch == watch || is_needed(place))
			continue;
		list_del(&place->list);
		free_place(place);
	}
	mutex_unlock(&lock);
}

XBF_ADAPT_XENBUS_WATCH(written)

/* Without it we know as much as xenbus tells us: a failure here is no failure. */
static void watch_place_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct place *place;
	int len;

	if (!slash || slash == path)
		return;
	len = slash - path;
	list_for_each_entry(place, &places, list)
		if (stands_in(place, path))
			return;
	place = kzalloc(sizeof(*place), GFP_NOIO);
	if (!place)
		return;
	place->watch.node = kasprintf(GFP_NOIO, "%.*s", len, path);
	place->watch.callback = XBF_XENBUS_WATCH(written);
	if (place->watch.node && !register_xenbus_watch(&place->watch)) {
		list_add(&place->list, &places);
		return;
	}
	pr_warn_ratelimited("xen-blkfront: cannot watch %.*s in xenstore\n", len, path);
	kfree(place->watch.node);
	kfree(place);
}

/**
 * xbf_watch_add() - hear of what is written about a disk
 * @dev: the vbd; %XBF_EV_BACKEND is posted to it from now on
 */
void xbf_watch_add(struct xbf_dev *dev)
{
	mutex_lock(&lock);
	list_add(&dev->watched, &devs);
	watch_place_of(dev->xdev->nodename);
	mutex_unlock(&lock);
}

/**
 * xbf_watch_del() - hear of a disk no more
 * @dev: the vbd; nobody looks at it when this returns
 */
void xbf_watch_del(struct xbf_dev *dev)
{
	mutex_lock(&lock);
	list_del_init(&dev->watched);
	mutex_unlock(&lock);
}

/**
 * xbf_watch_follow() - the disk is with another backend now
 * @dev: the vbd
 * @backend_dir: where that is in xenstore; ours from now on
 * @backend_id: its domain
 *
 * Worker only. Looks at once.
 */
void xbf_watch_follow(struct xbf_dev *dev, char *backend_dir, u16 backend_id)
{
	mutex_lock(&lock);
	kfree(dev->backend_dir);
	dev->backend_dir = backend_dir;
	dev->backend_id = backend_id;
	/* Not of one that is being removed: nobody would let go of it. */
	if (!list_empty(&dev->watched))
		watch_place_of(backend_dir);
	look(dev);
	mutex_unlock(&lock);
}

/**
 * xbf_watch_look() - see in what state the backend is, and tell the worker
 * @dev: the vbd
 *
 * In xenwatch.
 */
void xbf_watch_look(struct xbf_dev *dev)
{
	mutex_lock(&lock);
	look(dev);
	mutex_unlock(&lock);
}

/**
 * xbf_watch_exit() - let go of all watches
 *
 * When there are no disks any more; not in xenwatch.
 */
void xbf_watch_exit(void)
{
	struct place *place, *next;
	LIST_HEAD(rest);

	mutex_lock(&lock);
	list_splice_init(&places, &rest);
	mutex_unlock(&lock);
	list_for_each_entry_safe(place, next, &rest, list)
		free_place(place);
}

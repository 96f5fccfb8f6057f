// SPDX-License-Identifier: GPL-2.0
/*
 * store.c - a vbd's nodes in xenstore (Xen public header blkif.h).
 *
 * Reads them as raw strings for core/node to judge, and writes what core/plan
 * decided to offer. Names and ranges are in the table of core/node.
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include <xen/interface/io/protocols.h>

#include "module.h"
#include "store.h"
#include "watch.h"

/* xenstored answers EAGAIN when others wrote meanwhile; not for ever. */
#define TRANSACTION_TRIES	32

static const char *key_of(enum xbf_node node)
{
	return xbf_node_rows[node].key;
}

static const char *dir_of(const struct xbf_dev *dev, enum xbf_node node)
{
	return xbf_node_rows[node].own ? dev->xdev->nodename : dev->backend_dir;
}

/**
 * xbf_store_text() - read a node
 * @dev: the vbd
 * @node: which one
 *
 * Return: its text, to be freed, or NULL when it is not there.
 */
char *xbf_store_text(const struct xbf_dev *dev, enum xbf_node node)
{
	char *raw = xenbus_read(XBT_NIL, dir_of(dev, node), key_of(node), NULL);

	return IS_ERR(raw) ? NULL : raw;
}

/**
 * xbf_store_number() - read and judge a node
 * @dev: the vbd
 * @node: which one
 * @val: set to what is to be used
 *
 * Return: what became of it.
 */
enum xbf_note xbf_store_number(const struct xbf_dev *dev, enum xbf_node node, u64 *val)
{
	char *raw = xbf_store_text(dev, node);
	enum xbf_note note = xbf_node_judge(node, raw, val);

	kfree(raw);
	return note;
}

/**
 * xbf_store_features() - read some of the nodes that a disk is made from
 * @dev: the vbd; their values and notes are set
 * @from: the first
 * @to: behind the last
 */
void xbf_store_features(struct xbf_dev *dev, enum xbf_node from, enum xbf_node to)
{
	u32 node;

	for (node = from; node < to; node++) {
		char *raw = xbf_store_text(dev, node);

		xbf_feature_set(&dev->features, node, raw);
		kfree(raw);
	}
}

/**
 * xbf_store_report() - tell the admin which nodes were not taken as they stand
 * @dev: the vbd
 * @from: the first node to look at
 * @to: behind the last
 */
void xbf_store_report(const struct xbf_dev *dev, enum xbf_node from, enum xbf_node to)
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
		raw = xbf_store_text(dev, node);
		pr_warn_ratelimited("%s: xenstore node %s/%s is \"%.40s\", not %s; %s\n",
				    xbf_dev_name(dev), dir_of(dev, node), key_of(node),
				    raw ?: "(missing)", xbf_node_rows[node].want, outcome[note]);
		kfree(raw);
	}
}

/**
 * xbf_store_find() - look in our own nodes who and where the backend is
 * @dev: the vbd
 *
 * Worker only. Return: true when it is another one than it was.
 */
bool xbf_store_find(struct xbf_dev *dev)
{
	char *dir = xbf_store_text(dev, XBF_NODE_BACKEND);
	bool first = !dev->backend_dir;
	u64 val;

	if (xbf_node_judge(XBF_NODE_BACKEND, dir, &val) != XBF_NOTE_FINE ||
	    xbf_store_number(dev, XBF_NODE_BACKEND_ID, &val) != XBF_NOTE_FINE ||
	    (!first && val == dev->backend_id && !strcmp(dir, dev->backend_dir))) {
		kfree(dir);
		return false;
	}
	/* What the last one did not take says nothing of this one. */
	dev->offered = false;
	xbf_limit_lift(&dev->limit);
	xbf_watch_follow(dev, dir, val);
	return !first;
}

/**
 * xbf_store_renewed() - do our nodes speak of a device made anew?
 * @dev: the vbd; its state in xenstore is Initialising
 *
 * Return: true if the kernel's xenbus is one that takes us for gone then, and will
 * make another device of what our nodes say.
 */
bool xbf_store_renewed(const struct xbf_dev *dev)
{
	const struct xenbus_device *xdev = dev->xdev;

	return XBF_XENBUS_RENEWS && (xdev->state != XenbusStateInitialising ||
				     READ_ONCE(xdev->otherend_id) != dev->backend_id);
}

/**
 * xbf_store_identify() - learn who the disk is, where its storage says so
 * @dev: the vbd
 *
 * Worker only, before there is a disk.
 */
void xbf_store_identify(struct xbf_dev *dev)
{
	char *serial = xbf_store_text(dev, XBF_NODE_SERIAL);
	char *identifiers = xbf_store_text(dev, XBF_NODE_IDENTIFIERS);
	u64 len;

	if (serial && xbf_node_judge(XBF_NODE_SERIAL, serial, &len) == XBF_NOTE_FINE)
		xbf_vpd_serial(serial, dev->disk.serial);
	if (identifiers && xbf_node_judge(XBF_NODE_IDENTIFIERS, identifiers, &len) == XBF_NOTE_FINE)
		xbf_vpd_identifier(identifiers, dev->disk.identifier);
	kfree(serial);
	kfree(identifiers);
}

/* ---- the offer ---- */

/*
 * xenstored grants a guest a number of nodes, 1000 where nobody has changed it, for all
 * its devices and for what the toolstack makes for them: about ten for each disk. So
 * that many disks find room, the rings of all of them keep to a part of it, and one
 * disk's to a part of what is left: the more disks there are, the smaller their rings.
 */
#define NODES_FOR_RINGS		320
#define SHARE_OF_REST		4

atomic_t xbf_ring_nodes = ATOMIC_INIT(0);

/**
 * xbf_store_room() - how many nodes may the rings of a disk have?
 * @dev: the vbd
 *
 * What it had it may have again, or the rings would shrink with each reconnection. One
 * ring of a page is never too much.
 *
 * Worker only. Return: nodes.
 */
u32 xbf_store_room(const struct xbf_dev *dev)
{
	u32 others = atomic_read(&xbf_ring_nodes) - dev->nodes;
	u32 share = others < NODES_FOR_RINGS ? (NODES_FOR_RINGS - others) / SHARE_OF_REST : 0;

	return max(dev->nodes, share);
}

/**
 * xbf_store_claim() - count the nodes of a disk's rings
 * @dev: the vbd
 * @nodes: that they have from now on; 0: the disk is gone
 *
 * Worker only.
 */
void xbf_store_claim(struct xbf_dev *dev, u32 nodes)
{
	atomic_add((int)(nodes - dev->nodes), &xbf_ring_nodes);
	dev->nodes = nodes;
}

static int write_number(struct xenbus_transaction xbt, const struct xbf_dev *dev,
			enum xbf_node node, u32 val)
{
	return xenbus_printf(xbt, dir_of(dev, node), key_of(node), "%u", val);
}

/* The nodes of one ring, below @dir. */
static int write_ring(struct xenbus_transaction xbt, const char *dir, const struct xbf_queue *q)
{
	char key[16];
	u32 i;
	int err;

	for (i = 0; i < q->nr_pages; i++) {
		scnprintf(key, sizeof(key),
			  key_of(q->nr_pages == 1 ? XBF_NODE_RING_REF : XBF_NODE_RING_REF_N), i);
		err = xenbus_printf(xbt, dir, key, "%u", q->area_refs[i]);
		if (err)
			return err;
	}
	return xenbus_printf(xbt, dir, key_of(XBF_NODE_EVENT_CHANNEL), "%u", q->evtchn);
}

static int write_queues(struct xenbus_transaction xbt, const struct xbf_dev *dev)
{
	const char *own = dev->xdev->nodename;
	char *dir;
	u32 i;
	int err;

	if (dev->plan.nr_rings == 1)
		return write_ring(xbt, own, &dev->queues[0]);

	err = write_number(xbt, dev, XBF_NODE_OWN_QUEUES, dev->plan.nr_rings);
	for (i = 0; i < dev->plan.nr_rings && !err; i++) {
		char name[16];

		scnprintf(name, sizeof(name), key_of(XBF_NODE_QUEUE), i);
		dir = kasprintf(GFP_NOIO, "%s/%s", own, name);
		if (!dir)
			return -ENOMEM;
		err = write_ring(xbt, dir, &dev->queues[i]);
		kfree(dir);
	}
	return err;
}

/* How large the rings are, in both dialects; a backend that knows neither takes one page. */
static int write_ring_size(struct xenbus_transaction xbt, const struct xbf_dev *dev)
{
	u32 order = dev->plan.ring_order;
	int err;

	if (!order)
		return 0;
	err = write_number(xbt, dev, XBF_NODE_OWN_RING_ORDER, order);
	return err ?: write_number(xbt, dev, XBF_NODE_OWN_RING_PAGES, 1u << order);
}

/* What an earlier handshake, or a driver before us, left means something to the backend. */
static void remove_stale(struct xenbus_transaction xbt, const struct xbf_dev *dev)
{
	static const u8 stale[] = {
		XBF_NODE_OWN_RING_ORDER,
		XBF_NODE_OWN_RING_PAGES,
		XBF_NODE_OWN_QUEUES,
		XBF_NODE_LARGE_SECTORS,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(stale); i++)
		xenbus_rm(xbt, dev->xdev->nodename, key_of(stale[i]));
}

/**
 * xbf_store_withdraw() - remove of our offer what another driver would not write over
 * @dev: the vbd; the backend is Closed
 */
void xbf_store_withdraw(const struct xbf_dev *dev)
{
	remove_stale(XBT_NIL, dev);
}

static int write_nodes(struct xenbus_transaction xbt, const struct xbf_dev *dev,
		       enum xenbus_state state)
{
	const char *own = dev->xdev->nodename;
	int err;

	remove_stale(xbt, dev);
	err = write_ring_size(xbt, dev);
	if (!err)
		err = write_queues(xbt, dev);
	if (!err)
		err = xenbus_printf(xbt, own, key_of(XBF_NODE_PROTOCOL), "%s",
				    XEN_IO_PROTO_ABI_NATIVE);
	if (!err)
		err = write_number(xbt, dev, XBF_NODE_OWN_PERSISTENT, dev->params.persistent);
	/*
	 * Not xenbus_switch_state(): newer kernels compare, in xenwatch, the node
	 * with xdev->state, and take Initialising in the one and something else
	 * in the other for a device that was made anew. We are not in xenwatch.
	 * So xdev->state follows when we are Connected: by then xenwatch has
	 * told us of the backend's answer and is past what it had read before.
	 */
	if (!err)
		err = write_number(xbt, dev, XBF_NODE_OWN_STATE, state);
	return err;
}

/*
 * Nodes that the toolstack has removed must not be made again; nor must what was
 * made for one backend be offered to another, on the next host.
 */
static bool is_same_backend(struct xenbus_transaction xbt, const struct xbf_dev *dev)
{
	const char *own = dev->xdev->nodename;
	char *dir = xenbus_read(xbt, own, key_of(XBF_NODE_BACKEND), NULL);
	bool same;

	if (IS_ERR(dir))
		return false;
	same = dev->backend_dir && !strcmp(dir, dev->backend_dir) &&
	       xenbus_exists(xbt, own, key_of(XBF_NODE_OWN_STATE));
	kfree(dir);
	return same;
}

static int write_state(struct xenbus_transaction xbt, const struct xbf_dev *dev,
		       enum xenbus_state state)
{
	const char *own = dev->xdev->nodename;
	int now;

	if (xenbus_scanf(xbt, own, key_of(XBF_NODE_OWN_STATE), "%d", &now) != 1)
		return -ENODEV;
	/* Set back by the toolstack: the backend's answer was not for us. */
	if (now == XenbusStateInitialising &&
	    (state == XenbusStateConnected || xbf_store_renewed(dev)))
		return -ENODEV;
	return write_number(xbt, dev, XBF_NODE_OWN_STATE, state);
}

/* All that @write writes, or nothing, and only to the backend it is meant for. */
static int transact(const struct xbf_dev *dev,
		    int (*write)(struct xenbus_transaction xbt, const struct xbf_dev *dev,
				 enum xenbus_state state),
		    enum xenbus_state state)
{
	struct xenbus_transaction xbt;
	int err, tries;

	for (tries = 0; tries < TRANSACTION_TRIES; tries++) {
		err = xenbus_transaction_start(&xbt);
		if (err)
			return err;
		err = is_same_backend(xbt, dev) ? write(xbt, dev, state) : -ENODEV;
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
 * xbf_store_offer() - write what we offer, and go to Initialised
 * @dev: the vbd; its rings exist
 *
 * Return: 0 or an error.
 */
int xbf_store_offer(const struct xbf_dev *dev)
{
	return transact(dev, write_nodes, XenbusStateInitialised);
}

/**
 * xbf_store_switch() - go to another state than Initialised
 * @dev: the vbd
 * @state: for a backend that is still ours
 *
 * xenbus_switch_state() does not look whether the toolstack has begun anew with our
 * nodes since, for another backend.
 *
 * Return: 0 or an error.
 */
int xbf_store_switch(const struct xbf_dev *dev, enum xenbus_state state)
{
	struct xenbus_device *xdev = dev->xdev;
	int err;

	if (xdev->state == state)
		return 0;
	/* It has gone, or xenbus has given us up. */
	if (xenbus_read_driver_state(xdev, xdev->nodename) == XenbusStateUnknown)
		return -ENODEV;
	err = transact(dev, write_state, state);
	if (!err)
		xdev->state = state;
	return err;
}

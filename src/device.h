/* SPDX-License-Identifier: GPL-2.0 */
/*
 * device.h - one vbd: who owns what.
 */
#ifndef XBF_DEVICE_H
#define XBF_DEVICE_H

#include <linux/completion.h>
#include <linux/dcache.h>
#include <linux/kref.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <xen/xenbus.h>

#include "core/features.h"
#include "core/life.h"
#include "core/plan.h"
#include "disk.h"
#include "queue.h"

/* What the slow work is to do, in this order. */
enum xbf_chore {
	XBF_CHORE_DELETE,
	XBF_CHORE_ADD,		/* show the disk to user space */
	XBF_CHORE_UPDATE,	/* tell the block layer what the disk can do now */
};

/**
 * struct xbf_dev - one vbd
 *
 * Written by anyone:
 * @events: bits of enum xbf_event posted and not yet handled
 * @opens: how many have the disk open, see xbf_disk_shut()
 * @ref: held by xenbus, by every opener, and by a teardown that outlives remove
 * @orphan: remove() has returned; xenbus knows the device no more
 *
 * Protected by a lock of watch.c, but only the worker lets the backend be another:
 * @watched: in its list
 * @backend_dir: the backend's directory in xenstore, as our own node names it.
 *		 xdev->otherend is replaced under us when the guest is restored, and
 *		 stays what it was when the toolstack names another backend
 * @backend_id: the backend's domain, likewise
 * @peer: the backend's state when it was last looked at, in xenwatch
 *
 * Written by the worker (device.c):
 * @life: see core/life.h
 * @features: the backend's nodes
 * @was: as they were when the disk was made, or I/O last began to flow
 * @plan: what was built
 * @limit: of the next offer
 * @offered: an offer stands that the backend has not answered
 * @refused: it closed instead
 * @told: the log knows what a connection waits for
 * @nodes: in xenstore that its rings are counted with, see xbf_store_claim()
 * @large_blocks: it said before connecting that a block has more than 512 bytes
 * @queues: @nr_queues of them; as long as there is a disk it is these
 * @next_rejoin: in jiffies: not earlier
 *
 * Written by anyone:
 * @chores: bits of enum xbf_chore, for the slow work
 *
 * Constant after probe:
 * @xdev: the xenbus device; not to be used once @orphan
 * @wq: ordered; runs @work and nothing else
 * @work: the worker
 * @slow: adds, updates and deletes the disk, and may wait for I/O
 * @look: makes the worker look at the backend's state again
 * @patience: complains of a handshake that does not finish
 * @left: in the list of those that were removed and wait to be handed over
 * @gone: woken when @life becomes CLOSED
 * @params: our side of the negotiation
 * @vdevice: number of the virtual device
 */
struct xbf_dev {
	unsigned long events;
	atomic_t opens;
	struct kref ref;
	bool orphan;

	struct list_head watched;
	char *backend_dir;
	u16 backend_id;
	int peer;

	enum xbf_life life;
	struct xbf_features features;
	struct xbf_features was;
	struct xbf_plan plan;
	struct xbf_limit limit;
	bool offered;
	bool refused;
	bool told;
	bool large_blocks;
	u32 nodes;
	struct xbf_queue *queues;
	u32 nr_queues;
	unsigned long next_rejoin;
	unsigned long chores;
	struct xbf_disk disk;
	struct dentry *debugfs;

	struct xenbus_device *xdev;
	struct workqueue_struct *wq;
	struct work_struct work;
	struct work_struct slow;
	struct delayed_work look;
	struct delayed_work patience;
	wait_queue_head_t gone;
	struct list_head left;
	struct xbf_params params;
	u64 vdevice;
};

int xbf_dev_probe(struct xenbus_device *xdev, const struct xenbus_device_id *id);
void xbf_dev_remove(struct xenbus_device *xdev);
void xbf_dev_hand_over(void);
int xbf_dev_resume(struct xenbus_device *xdev);
void xbf_dev_backend_changed(struct xenbus_device *xdev, enum xenbus_state state);
int xbf_dev_is_ready(struct xenbus_device *xdev);

void xbf_dev_post(struct xbf_dev *dev, enum xbf_event event);
void xbf_dev_update(struct xbf_dev *dev);
void xbf_dev_get(struct xbf_dev *dev);
void xbf_dev_put(struct xbf_dev *dev);

/* How a vbd is called in messages, before and after it has a disk. */
#define xbf_dev_name(dev)	((dev)->disk.name)

#endif /* XBF_DEVICE_H */

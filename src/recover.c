// SPDX-License-Identifier: GPL-2.0
/*
 * recover.c - a disk that lost its backend: the guest was restored or has
 * migrated, or the backend went and came back.
 *
 * hold: the gates are shut and everybody who might have seen them open is past;
 * what the backend answers is still taken. take: the channels are closed, what the
 * backend has not answered is taken back, unprepared, and parked in front of what
 * waits already; grants and rings end. resume: the new connection stands, the queues
 * of the disk, which stay, are spread over its rings, the gates open, and the bottom
 * halves send what is parked, in as many pieces as the new backend needs.
 *
 * All of it runs in the disk's worker and waits for no I/O.
 */
#include "complete.h"
#include "connect.h"
#include "core/replay.h"
#include "module.h"
#include "recover.h"
#include "store.h"

/**
 * xbf_recover_hold() - shut the gates; nothing more is sent
 * @dev: the vbd
 *
 * The channels stay: a backend that starts anew before it hears that we leave finds
 * what our nodes say.
 *
 * Idempotent.
 */
void xbf_recover_hold(struct xbf_dev *dev)
{
	u32 i;

	for (i = 0; i < dev->nr_queues; i++)
		xbf_ring_set_gate(&dev->queues[i].ring, XBF_GATE_HOLD);
	xbf_disk_pass_submitters(dev);
}

/* Takes back what went by one ring; says how much of it has to wait. */
static u32 take_ring(struct xbf_queue *q)
{
	struct xbf_shadow_list out = { NULL, NULL }, ready = { NULL, NULL };
	struct xbf_shadow *sh;
	unsigned long flags;

	q->count.again += xbf_queue_take(q, &out);
	while ((sh = xbf_list_pop(&out))) {
		if (xbf_round_undo(grants_of(q, sh), sh)) {
			sh->status = XBF_ST_OK;
			xbf_list_add(&ready, sh);
		} else {
			xbf_limbo_add(q, sh);
		}
	}
	flags = env_lock(&q->ring.prod_lock);
	xbf_list_join(&ready, &q->ring.parked);
	q->ring.parked = ready;
	env_unlock(&q->ring.prod_lock, flags);
	return xbf_limbo_retry(q);
}

/**
 * xbf_recover_take() - take back requests, grants and rings
 * @dev: a vbd on hold
 *
 * Idempotent: what the backend still maps may be tried again.
 *
 * Return: how many requests and ring pages it still maps. Before that is 0
 * there must be no new connection. Bounce pages are no hindrance: they are set
 * aside in their pool until they are unmapped.
 */
u32 xbf_recover_take(struct xbf_dev *dev)
{
	u32 i, left = 0;

	/* All of them: a queue may take from another one's ring. */
	for (i = 0; i < dev->nr_queues; i++)
		xbf_queue_quiet(&dev->queues[i]);
	for (i = 0; i < dev->nr_queues; i++) {
		struct xbf_queue *q = &dev->queues[i];

		left += take_ring(q);
		left += xbf_queue_end_ring(q);
		xbf_queue_end_pools(q);
	}
	return left;
}

/*
 * Spreads the disk's queues over the rings there are now. Their number stays: the
 * block layer could only change it while no request is under way. What is parked
 * on another ring than it is to go by now, the bottom halves hand on.
 */
static void wire(struct xbf_dev *dev)
{
	u32 i;

	for (i = 0; i < dev->nr_queues; i++) {
		struct xbf_queue *q = &dev->queues[i];
		struct xbf_queue *via = &dev->queues[i % dev->plan.nr_rings];

		WRITE_ONCE(q->via, via);
		q->ring.shadows = NULL;
		q->shadows.next = via->ring.shadows;
		via->ring.shadows = &q->shadows;
	}
}

static void follow_news(struct xbf_dev *dev, u32 news)
{
	if (news & XBF_NEWS_READ_ONLY)
		pr_warn("%s: the disk is read-only from now on: its backend says so\n",
			xbf_dev_name(dev));
	if (news & XBF_NEWS_WRITABLE)
		pr_info("%s: the disk is writable now\n", xbf_dev_name(dev));
	if (news & (XBF_NEWS_READ_ONLY | XBF_NEWS_WRITABLE))
		set_disk_ro(dev->disk.gd, news & XBF_NEWS_READ_ONLY);
	/* It may have been resized since: the disk itself knows best. */
	xbf_disk_resize(dev, dev->features.val[XBF_NODE_SECTORS]);
}

/**
 * xbf_recover_resume() - let the disk go on with the backend it has now
 * @dev: a vbd on hold with rings; the backend is Connected
 *
 * Return: 0; -ENOMEM when memory or grants are short, -EAGAIN when the backend went
 * away again; another error when this is not the disk that it was.
 */
int xbf_recover_resume(struct xbf_dev *dev)
{
	u32 i, news;
	int err;

	err = xbf_connect_read(dev);
	if (err)
		return err;
	news = xbf_replay_news(&dev->was, &dev->features);
	if (news & XBF_NEWS_BLOCK_SIZE) {
		pr_err("%s: sector-size was %llu and is %llu now: that is another disk\n",
		       xbf_dev_name(dev), dev->was.val[XBF_NODE_SECTOR_SIZE],
		       dev->features.val[XBF_NODE_SECTOR_SIZE]);
		return -EINVAL;
	}
	for (i = 0; i < dev->plan.nr_rings; i++)
		if (xbf_queue_set_grants(&dev->queues[i], &dev->plan, &xbf_budget))
			return -ENOMEM;
	if (xbf_store_switch(dev, XenbusStateConnected))
		return -EAGAIN;
	wire(dev);
	follow_news(dev, news);
	xbf_connect_open(dev, "is back: ");
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * quarantine.c - what backends keep mapped of disks that are gone.
 *
 * A page that another domain can see is neither used nor freed. So rings and pools
 * of a disk that could not be taken back outlive it here, are tried again now and
 * then, and are counted: a backend that collects gets no more after a while.
 */
#include <linux/delay.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "device.h"
#include "module.h"
#include "quarantine.h"

#define RETRY_DELAY	(10 * HZ)
/* How long the module waits for backends before it goes. */
#define EXIT_TRIES	100
#define EXIT_DELAY_MS	100

/* Of one queue. */
struct kept {
	struct list_head list;
	u16 domid;
	u32 nr;
	struct xbf_queue q;
};

static void retry(struct work_struct *work);

static DEFINE_MUTEX(lock);
static LIST_HEAD(all);
static DECLARE_DELAYED_WORK(retry_work, retry);

static u32 take_back(struct xbf_queue *q)
{
	return xbf_queue_end_ring(q) + xbf_queue_end_pools(q);
}

/* Tries all; says how many pages are left. */
static u32 take_back_all(void)
{
	struct kept *kept, *next;
	u32 nr = 0;

	mutex_lock(&lock);
	list_for_each_entry_safe(kept, next, &all, list) {
		kept->nr = take_back(&kept->q);
		nr += kept->nr;
		if (kept->nr)
			continue;
		list_del(&kept->list);
		kfree(kept);
	}
	mutex_unlock(&lock);
	return nr;
}

static void retry(struct work_struct *work)
{
	if (take_back_all())
		queue_delayed_work(xbf_wq, &retry_work, RETRY_DELAY);
}

/**
 * xbf_quarantine_add() - take over what the backend will not let go of
 * @q: a quiet queue of a disk that is gone; owns nothing of its ring and pools any more
 *
 * Process context.
 */
void xbf_quarantine_add(struct xbf_queue *q)
{
	u32 nr = take_back(q);
	struct kept *kept;

	if (!nr)
		return;
	/* A few per lost disk; without them its pages would be lost, too. */
	kept = kzalloc(sizeof(*kept), GFP_NOIO | __GFP_NOFAIL);
	kept->domid = q->dev->backend_id;
	kept->nr = nr;
	xbf_queue_move_grants(&kept->q, q);
	mutex_lock(&lock);
	list_add(&kept->list, &all);
	mutex_unlock(&lock);
	queue_delayed_work(xbf_wq, &retry_work, RETRY_DELAY);
}

/**
 * xbf_quarantine_count() - how much does a domain keep?
 * @domid: the domain
 *
 * Process context. Return: pages.
 */
u32 xbf_quarantine_count(u16 domid)
{
	struct kept *kept;
	u32 nr = 0;

	mutex_lock(&lock);
	list_for_each_entry(kept, &all, list)
		if (kept->domid == domid)
			nr += kept->nr;
	mutex_unlock(&lock);
	return nr;
}

/**
 * xbf_quarantine_show() - list what there is
 * @m: where to
 */
void xbf_quarantine_show(struct seq_file *m)
{
	struct kept *kept;

	mutex_lock(&lock);
	list_for_each_entry(kept, &all, list)
		seq_printf(m, "domain %u pages %u\n", kept->domid, kept->nr);
	mutex_unlock(&lock);
}

/**
 * xbf_quarantine_exit() - try for a while before the module goes
 *
 * What is mapped even then is lost: the guest goes on without those pages.
 */
void xbf_quarantine_exit(void)
{
	u32 tries, nr;

	cancel_delayed_work_sync(&retry_work);
	nr = take_back_all();
	for (tries = 0; nr && tries < EXIT_TRIES; tries++) {
		msleep(EXIT_DELAY_MS);
		nr = take_back_all();
	}
	if (nr)
		pr_warn("xen-blkfront: backends still map %u pages of disks that are gone; they are lost until the guest reboots\n",
			nr);
}

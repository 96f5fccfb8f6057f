// SPDX-License-Identifier: GPL-2.0
/*
 * stats.c - debugfs, read-only: xen-blkfront/<disk>/{features,queues}, and of all
 * disks together: xen-blkfront/{grants,quarantine}.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "device.h"
#include "module.h"
#include "quarantine.h"
#include "stats.h"

static struct dentry *root;

static int features_show(struct seq_file *m, void *unused)
{
	static const char *const notes[] = {
		[XBF_NOTE_FINE] = "",
		[XBF_NOTE_CLAMPED] = " (clamped)",
		[XBF_NOTE_IGNORED] = " (bad value ignored)",
		[XBF_NOTE_REFUSED] = " (refused)",
	};
	static const char *const modes[] = {
		[XBF_MODE_DIRECT] = "direct",
		[XBF_MODE_BOUNCE] = "bounce",
		[XBF_MODE_KEPT] = "persistent",
	};
	const struct xbf_dev *dev = m->private;
	const struct xbf_plan *plan = &dev->plan;
	u32 i;

	seq_printf(m, "state: %s\n", xbf_life_name(READ_ONCE(dev->life)));
	seq_printf(m, "backend-domain: %u\n", dev->backend_id);
	seq_printf(m, "queues: %u\n", plan->nr_rings);
	seq_printf(m, "ring-page-order: %u\n", plan->ring_order);
	seq_printf(m, "depth: %u\n", plan->depth);
	seq_printf(m, "grants: %s\n", modes[plan->mode]);
	seq_printf(m, "trusted: %u\n", !plan->scrub);
	seq_printf(m, "indirect-segments: %u\n", plan->max_indirect);
	seq_printf(m, "max-segments: %u\n", plan->max_segs);
	seq_printf(m, "flush: %s\n",
		   xbf_plan_forces(plan)  ? "barrier" :
		   xbf_plan_flushes(plan) ? "flush" :
					    "none");
	seq_printf(m, "discard: %s\n",
		   xbf_plan_erases(plan)   ? "secure" :
		   xbf_plan_discards(plan) ? "yes" :
					     "no");
	for (i = 0; i < XBF_NR_FEATURES; i++)
		seq_printf(m, "node %s: %llu%s\n", xbf_node_rows[i].key, dev->features.val[i],
			   notes[dev->features.note[i]]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(features);

static void show_pool(struct seq_file *m, const char *name, const struct xbf_pool *pool)
{
	seq_printf(m, " %s %u/%u/%u", name, pool->nr - pool->nr_free - pool->nr_quarantine,
		   pool->nr, pool->nr_quarantine);
}

/* Read without locks: a snapshot for people, not for programs that add up. */
static int queues_show(struct seq_file *m, void *unused)
{
	static const char *const gates[] = {
		[XBF_GATE_HOLD] = "hold",
		[XBF_GATE_RUN] = "run",
		[XBF_GATE_DEAD] = "dead",
	};
	const struct xbf_dev *dev = m->private;
	u32 i;

	seq_puts(m, "# grants are in use/all/quarantined\n");
	for (i = 0; i < dev->nr_queues; i++) {
		const struct xbf_queue *q = &dev->queues[i];
		const struct xbf_counters *c = &q->count;

		if (q->via != q) {
			seq_printf(m, "queue %u: goes by the ring of queue %u\n", i,
				   q->via->shadows.queue);
			continue;
		}
		seq_printf(m, "queue %u: gate %s in-flight %u req-prod %u rsp-cons %u", i,
			   gates[q->ring.gate], q->ring.req_prod - q->ring.rsp_cons,
			   q->ring.req_prod, q->ring.rsp_cons);
		seq_printf(m, " requests %llu responses %llu pushes %llu notifies %llu",
			   c->requests, c->responses, c->pushes, c->notifies);
		seq_printf(m, " interrupts %llu late %llu parked %llu limbo %llu again %llu",
			   c->interrupts, c->late, c->parked, c->limbo, c->again);
		show_pool(m, "grants", &q->grants.data);
		show_pool(m, "indirect", &q->grants.indirect);
		show_pool(m, "foreign", &q->foreign.data);
		seq_putc(m, '\n');
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(queues);

/* What all disks share: grants beyond the reserves of their queues. */
static int grants_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "used: %u\n", READ_ONCE(xbf_budget.used));
	seq_printf(m, "budget: %u\n", READ_ONCE(xbf_budget.max));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(grants);

static int quarantine_show(struct seq_file *m, void *unused)
{
	xbf_quarantine_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(quarantine);

/**
 * xbf_stats_init() - make the module's directory
 *
 * Without debugfs everything else works.
 */
void xbf_stats_init(void)
{
	root = debugfs_create_dir("xen-blkfront", NULL);
	debugfs_create_file("grants", 0400, root, NULL, &grants_fops);
	debugfs_create_file("quarantine", 0400, root, NULL, &quarantine_fops);
}

/**
 * xbf_stats_exit() - remove the module's directory
 */
void xbf_stats_exit(void)
{
	debugfs_remove_recursive(root);
}

/**
 * xbf_stats_add() - make a disk's files
 * @dev: the vbd, connected
 */
void xbf_stats_add(struct xbf_dev *dev)
{
	dev->debugfs = debugfs_create_dir(xbf_dev_name(dev), root);
	debugfs_create_file("features", 0400, dev->debugfs, dev, &features_fops);
	debugfs_create_file("queues", 0400, dev->debugfs, dev, &queues_fops);
}

/**
 * xbf_stats_del() - remove a disk's files; nobody reads them any more after
 * @dev: the vbd
 */
void xbf_stats_del(struct xbf_dev *dev)
{
	debugfs_remove_recursive(dev->debugfs);
	dev->debugfs = NULL;
}

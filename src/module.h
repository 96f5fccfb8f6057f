/* SPDX-License-Identifier: GPL-2.0 */
/*
 * module.h - what all disks share.
 */
#ifndef XBF_MODULE_H
#define XBF_MODULE_H

#include <linux/workqueue.h>

#include "core/grant.h"
#include "core/plan.h"

/*
 * When memory is short the kernel runs all work of a queue one after the other. So what
 * may wait for I/O has a queue of its own: I/O may wait for what is in the other one.
 */
extern struct workqueue_struct *xbf_wq;
extern struct workqueue_struct *xbf_slow_wq;
extern struct xbf_budget xbf_budget;
/* Nodes in xenstore that the rings of all disks are counted with. */
extern atomic_t xbf_ring_nodes;
extern bool xbf_sda_is_xvda;
extern bool xbf_close_in_use_now;
extern bool xbf_hand_over;
extern unsigned int xbf_io_timeout_fail;

void xbf_params_get(struct xbf_params *params);
void xbf_disks_count(int delta);

#endif /* XBF_MODULE_H */

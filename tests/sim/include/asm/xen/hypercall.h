/* SPDX-License-Identifier: GPL-2.0 */
/*
 * asm/xen/hypercall.h - the one hypercall that drivers make; see event.c.
 */
#ifndef XBF_SIM_HYPERCALL_H
#define XBF_SIM_HYPERCALL_H

#include <xen/interface/event_channel.h>

int HYPERVISOR_event_channel_op(int op, void *arg);

#endif /* XBF_SIM_HYPERCALL_H */

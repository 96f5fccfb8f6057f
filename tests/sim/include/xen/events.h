/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xen/events.h - the kernel's functions of this name; see event.c.
 */
#ifndef XBF_SIM_EVENTS_H
#define XBF_SIM_EVENTS_H

#include <linux/interrupt.h>
#include <linux/types.h>
#include <xen/interface/event_channel.h>

#define XEN_EOI_FLAG_SPURIOUS	1u

int bind_evtchn_to_irqhandler_lateeoi(evtchn_port_t port, irq_handler_t handler,
				      unsigned long flags, const char *name, void *data);
void unbind_from_irqhandler(unsigned int irq, void *data);
void xen_irq_lateeoi(unsigned int irq, unsigned int flags);
void notify_remote_via_irq(int irq);
int irq_from_evtchn(evtchn_port_t port);

#endif /* XBF_SIM_EVENTS_H */

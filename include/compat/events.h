/* SPDX-License-Identifier: GPL-2.0 */
/*
 * events.h - event channels as interrupts.
 */
#ifndef XBF_COMPAT_EVENTS_H
#define XBF_COMPAT_EVENTS_H

#ifndef XBF_HAVE_LATEEOI
#include <linux/interrupt.h>

#include <xen/events.h>
#include <xen/interface/event_channel.h>

/*
 * Up to 5.9, except for later stable kernels, nothing slows down a backend that
 * sends events without end. Here the driver's own handler says, as on newer
 * kernels, that there was nothing to do, and the channel is masked for a while.
 */
#define XEN_EOI_FLAG_SPURIOUS	1

int xbf_event_bind(evtchn_port_t port, irq_handler_t handler, unsigned long flags, const char *name,
		   void *data);
void xbf_event_unbind(unsigned int irq, void *data);
void xbf_event_handled(unsigned int flags);

#define bind_evtchn_to_irqhandler_lateeoi(port, handler, flags, name, data) \
	xbf_event_bind(port, handler, flags, name, data)
#define unbind_from_irqhandler(irq, data)	xbf_event_unbind(irq, data)
#define xen_irq_lateeoi(irq, flags)		xbf_event_handled(flags)
#endif /* !XBF_HAVE_LATEEOI */

#endif /* XBF_COMPAT_EVENTS_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XBF_SIM_INTERFACE_EVENT_CHANNEL_H
#define XBF_SIM_INTERFACE_EVENT_CHANNEL_H

#include <stdint.h>

typedef uint32_t evtchn_port_t;

#define EVTCHNOP_alloc_unbound	6
#define DOMID_SELF		0x7ff0

struct evtchn_alloc_unbound {
	uint16_t dom, remote_dom;
	evtchn_port_t port;
};

#endif /* XBF_SIM_INTERFACE_EVENT_CHANNEL_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XBF_SIM_INTERFACE_EVENT_CHANNEL_H
#define XBF_SIM_INTERFACE_EVENT_CHANNEL_H

#include <stdint.h>

typedef uint32_t evtchn_port_t;

#endif /* XBF_SIM_INTERFACE_EVENT_CHANNEL_H */

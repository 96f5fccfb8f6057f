/* SPDX-License-Identifier: GPL-2.0 */
/*
 * this-world.h - where kernels differ, each world has the one or the other.
 */
#ifndef XBF_SIM_THIS_WORLD_H
#define XBF_SIM_THIS_WORLD_H

#include <stdbool.h>

extern bool sim_xenbus_vanished;

#undef XBF_XENBUS_RENEWS
#define XBF_XENBUS_RENEWS	sim_xenbus_vanished

#endif /* XBF_SIM_THIS_WORLD_H */

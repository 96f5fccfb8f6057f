/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xen/xen.h - the guest is a PVH one.
 */
#ifndef XBF_SIM_XEN_XEN_H
#define XBF_SIM_XEN_XEN_H

#define xen_domain()		1
#define xen_pv_domain()		0
#define xen_hvm_domain()	1
#define xen_pvh_domain()	1
#define xen_initial_domain()	0

#endif /* XBF_SIM_XEN_XEN_H */

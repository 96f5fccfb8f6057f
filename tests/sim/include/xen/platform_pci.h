/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XBF_SIM_PLATFORM_PCI_H
#define XBF_SIM_PLATFORM_PCI_H

#define xen_has_pv_disk_devices()	true

#endif /* XBF_SIM_PLATFORM_PCI_H */

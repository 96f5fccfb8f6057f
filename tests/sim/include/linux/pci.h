/* SPDX-License-Identifier: GPL-2.0 */
/*
 * linux/pci.h - a PVH guest has none.
 */
#ifndef XBF_SIM_LINUX_PCI_H
#define XBF_SIM_LINUX_PCI_H

#define PCI_VENDOR_ID_XEN		0x5853
#define PCI_DEVICE_ID_XEN_PLATFORM	0x0001

#define pci_get_device(vendor, device, from)	((struct pci_dev *)(from))
#define pci_dev_put(dev)			((void)(dev))

#endif /* XBF_SIM_LINUX_PCI_H */

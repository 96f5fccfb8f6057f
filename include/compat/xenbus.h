/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xenbus.h - drivers and devices on the xenbus.
 */
#ifndef XBF_COMPAT_XENBUS_H
#define XBF_COMPAT_XENBUS_H

#include <xen/xenbus.h>

#ifdef XBF_HAVE_XENBUS_STATE_PATH
/* Up to 6.19 the kernel does not ask for whom the state is read. */
#define xenbus_read_driver_state(dev, path)	xenbus_read_driver_state(path)
#define XBF_XENBUS_RENEWS	false
#else
/* It takes a frontend that was set back for a new device, and unregisters the old one. */
#define XBF_XENBUS_RENEWS	true
#endif

#ifdef XBF_HAVE_XENBUS_REMOVE_RESULT
/* Up to 5.19 */
#define XBF_ADAPT_XENBUS_REMOVE(fn)					\
static int fn##_adapter(struct xenbus_device *dev)			\
{									\
	fn(dev);							\
	return 0;							\
}
#define XBF_SET_XENBUS_REMOVE(fn)	.remove = fn##_adapter,
#else
#define XBF_ADAPT_XENBUS_REMOVE(fn)
#define XBF_SET_XENBUS_REMOVE(fn)	.remove = fn,
#endif

#ifdef XBF_HAVE_XENBUS_WATCH_VECTOR
/* Up to 4.10 */
#define XBF_ADAPT_XENBUS_WATCH(fn)					\
static void fn##_adapter(struct xenbus_watch *watch, const char **vec, unsigned int len) \
{									\
	fn(watch, vec[XS_WATCH_PATH], vec[XS_WATCH_TOKEN]);		\
}
#define XBF_XENBUS_WATCH(fn)		fn##_adapter
#else
#define XBF_ADAPT_XENBUS_WATCH(fn)
#define XBF_XENBUS_WATCH(fn)		fn
#endif

#ifdef XBF_HAVE_XENBUS_DRIVER_NAME
#define XBF_SET_XENBUS_NAME(driver_name)
#else
/* Up to 3.16 */
#define XBF_SET_XENBUS_NAME(driver_name) \
	.driver = { .name = driver_name, .owner = THIS_MODULE },
#endif

#ifndef XBF_HAVE_PV_DISK_DEVICES
#include <xen/platform_pci.h>
#include <xen/xen.h>

/* Up to 3.13. A guest that keeps its emulated disks is not to see them twice. */
static inline bool xen_has_pv_disk_devices(void)
{
	return !xen_hvm_domain() ||
	       (xen_platform_pci_unplug & (XEN_UNPLUG_ALL_IDE_DISKS | XEN_UNPLUG_UNNECESSARY) &&
		!(xen_platform_pci_unplug & XEN_UNPLUG_NEVER));
}
#endif

#endif /* XBF_COMPAT_XENBUS_H */

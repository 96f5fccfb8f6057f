/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xen.h - xenbus, grants and event channels of the kernel that is played. See kernel.h.
 */
#ifndef MODEL_XEN_H
#define MODEL_XEN_H

#include "kernel.h"

/* --- xenbus --------------------------------------------------------------- */

enum xenbus_state {
	XenbusStateUnknown,
	XenbusStateInitWait = 2,
};

struct xenbus_device {
	enum xenbus_state state;
};

struct xenbus_device_id;

struct xenbus_driver {
#ifdef KERNEL_HAS_XENBUS_DRIVER_NAME
	const char *name;
#endif
	int (*probe)(struct xenbus_device *dev, const struct xenbus_device_id *id);
#ifdef KERNEL_HAS_XENBUS_REMOVE_VOID
	void (*remove)(struct xenbus_device *dev);
#else
	int (*remove)(struct xenbus_device *dev);
#endif
	struct device_driver driver;
};

struct xenbus_watch {
#ifdef KERNEL_HAS_XENBUS_WATCH_PATH
	void (*callback)(struct xenbus_watch *watch, const char *path, const char *token);
#else
	void (*callback)(struct xenbus_watch *watch, const char **vec, unsigned int len);
#endif
};

enum {
	XS_WATCH_PATH,
	XS_WATCH_TOKEN,
};

#ifdef KERNEL_HAS_XENBUS_STATE_DEVICE
enum xenbus_state xenbus_read_driver_state(const struct xenbus_device *dev, const char *path);
#else
enum xenbus_state xenbus_read_driver_state(const char *path);
#endif

/* Emulated disks: both kinds of guests, and what a guest asked to be unplugged. */
#define XEN_UNPLUG_ALL_IDE_DISKS	(1 << 0)
#define XEN_UNPLUG_ALL_NICS		(1 << 1)
#define XEN_UNPLUG_UNNECESSARY		(1 << 16)
#define XEN_UNPLUG_NEVER		(1 << 17)
extern int xen_platform_pci_unplug;
extern bool model_is_hvm;
#define xen_hvm_domain()		model_is_hvm
#ifdef KERNEL_HAS_PV_DISK_DEVICES
bool xen_has_pv_disk_devices(void);
#endif

/* --- Grants and frames ---------------------------------------------------- */

typedef u32 grant_ref_t;

#ifdef KERNEL_HAS_GRANT_END_REF_PLAIN
int gnttab_end_foreign_access_ref(grant_ref_t ref);
#else
int gnttab_end_foreign_access_ref(grant_ref_t ref, int readonly);
#endif
#ifdef KERNEL_HAS_GRANT_TRY_END
int gnttab_try_end_foreign_access(grant_ref_t ref);
#endif
int gnttab_query_foreign_access(grant_ref_t ref);
void gnttab_free_grant_reference(grant_ref_t ref);

#ifdef KERNEL_HAS_XEN_PAGE_SIZE
#define XEN_PAGE_SHIFT	12
#define XEN_PAGE_SIZE	(1UL << XEN_PAGE_SHIFT)
#endif

#define page_to_pfn(page)	((page)->pfn)
#define pfn_to_mfn(pfn)		((pfn) + 0x10000)
#define virt_to_phys(addr)	((unsigned long)(addr))
#ifdef KERNEL_HAS_GFN
static inline unsigned long xen_page_to_gfn(struct page *page)
{
	return pfn_to_mfn(page->pfn);
}

#define virt_to_gfn(addr)	pfn_to_mfn(virt_to_phys(addr) >> PAGE_SHIFT)
#endif

enum {
	PG_FOREIGN = 1,
	PG_PRIVATE = 2,
	PG_UPTODATE = 4,
};

#define PagePrivate(page)	(!!((page)->flags & PG_PRIVATE))
#define PageUptodate(page)	(!!((page)->flags & PG_UPTODATE))
#ifdef KERNEL_HAS_PAGE_FOREIGN
static inline int PageForeign(const struct page *page)
{
	return page->flags & PG_FOREIGN;
}
#else
#define XENFEAT_auto_translated_physmap	2
#define FOREIGN_FRAME_BIT		(1UL << 62)
bool xen_feature(int flag);
unsigned long get_phys_to_machine(unsigned long pfn);
#endif

/* --- Event channels ------------------------------------------------------- */

typedef u32 evtchn_port_t;

int bind_evtchn_to_irqhandler(evtchn_port_t port, irq_handler_t handler, unsigned long flags,
			      const char *name, void *data);
void unbind_from_irqhandler(unsigned int irq, void *data);
#ifdef KERNEL_HAS_LATEEOI
#define XEN_EOI_FLAG_SPURIOUS	1
int bind_evtchn_to_irqhandler_lateeoi(evtchn_port_t port, irq_handler_t handler,
				      unsigned long flags, const char *name, void *data);
void xen_irq_lateeoi(unsigned int irq, unsigned int flags);
#endif

#endif /* MODEL_XEN_H */

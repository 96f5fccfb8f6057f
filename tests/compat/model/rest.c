// SPDX-License-Identifier: GPL-2.0
/*
 * rest.c - what the kernel that is played does besides disks: memory, work, files, Xen.
 */
#include <stdarg.h>

#include "model.h"

int model_held;
bool model_no_memory;

/* --- Memory --------------------------------------------------------------- */

void *kzalloc(size_t size, gfp_t flags)
{
	return model_no_memory || !flags ? NULL : calloc(1, size);
}

void *kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kzalloc(n * size, flags);
}

static void *vmalloced;

void *vzalloc(unsigned long size)
{
	vmalloced = calloc(1, size);
	return vmalloced;
}

void kfree(const void *p)
{
	if (p && p == vmalloced)
		abort();
	free((void *)p);
}

void vfree(const void *p)
{
	vmalloced = NULL;
	free((void *)p);
}

bool is_vmalloc_addr(const void *p)
{
	return p == vmalloced;
}

#ifdef KERNEL_HAS_KVFREE
void kvfree(const void *p)
{
	if (is_vmalloc_addr(p))
		vfree(p);
	else
		kfree(p);
}
#endif

#ifdef KERNEL_HAS_KVCALLOC
void *kvcalloc(size_t n, size_t size, gfp_t flags)
{
	return n > SIZE_MAX / size || !flags ? NULL : calloc(n, size);
}
#endif

void *kmap_atomic(struct page *page)
{
	model_held++;
	return page->data;
}

void kunmap_atomic(void *addr)
{
	model_held -= !!addr;
}

#ifdef KERNEL_HAS_MEMCPY_PAGE
void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	memcpy(to, page->data + offset, len);
}

void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	memcpy(page->data + offset, from, len);
}
#endif

/* --- Locks, work, tasklets ------------------------------------------------ */

void spin_lock_irq(spinlock_t *lock)
{
	model_held++;
	lock->held++;
}

void spin_unlock_irq(spinlock_t *lock)
{
	model_held--;
	lock->held--;
}

static struct delayed_work *due;

bool schedule_delayed_work(struct delayed_work *work, unsigned long delay)
{
	work->pending = true;
	work->delay = delay;
	due = work;
	return true;
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	bool was = work->pending;

	work->pending = false;
	due = NULL;
	return was;
}

#ifdef KERNEL_HAS_TASKLET_SETUP
void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *))
{
	t->callback = callback;
	t->func = NULL;
}
#endif

void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data)
{
	t->callback = NULL;
	t->func = func;
	t->data = data;
}

void model_run_tasklet(struct tasklet_struct *t)
{
	if (t->callback)
		t->callback(t);
	else
		t->func(t->data);
}

/* --- Files and objects ---------------------------------------------------- */

int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data)
{
	file->show = show;
	file->data = data;
	return 0;
}

int single_release(struct inode *inode, struct file *file)
{
	(void)inode;
	file->show = NULL;
	return 0;
}

int seq_read(struct file *file)
{
	struct seq_file m = { file->data };

	return file->show(&m, NULL);
}

int seq_lseek(struct file *file)
{
	(void)file;
	return 0;
}

int scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(buf, size, format, args);
	va_end(args);
	return len < (int)size ? len : (int)size - 1;
}

#ifdef KERNEL_HAS_SYSFS_EMIT
int sysfs_emit(char *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(buf, PAGE_SIZE, format, args);
	va_end(args);
	return len;
}
#endif

int kobject_uevent(struct kobject *kobj, int action)
{
	kobj->changes += action == KOBJ_CHANGE;
	return 0;
}

int kobject_uevent_env(struct kobject *kobj, int action, char *env[])
{
	kobj->resizes += action == KOBJ_CHANGE && !strcmp(env[0], "RESIZE=1") && !env[1];
	return 0;
}

int sysfs_create_group(struct kobject *kobj, const struct attribute_group *group)
{
	kobj->groups += !!group->name;
	return group->name ? 0 : -EINVAL;
}

/* --- xenbus --------------------------------------------------------------- */

const char *model_read_path;

#ifdef KERNEL_HAS_XENBUS_STATE_DEVICE
enum xenbus_state xenbus_read_driver_state(const struct xenbus_device *dev, const char *path)
{
	model_read_path = path;
	return dev ? XenbusStateInitWait : XenbusStateUnknown;
}
#else
enum xenbus_state xenbus_read_driver_state(const char *path)
{
	model_read_path = path;
	return XenbusStateInitWait;
}
#endif

bool model_takes_reset_for_new(void)
{
#ifdef KERNEL_HAS_XENBUS_STATE_DEVICE
	return true;
#else
	return false;
#endif
}

void model_remove(const struct xenbus_driver *driver, struct xenbus_device *dev)
{
#ifdef KERNEL_HAS_XENBUS_REMOVE_VOID
	driver->remove(dev);
#else
	if (driver->remove(dev))
		abort();
#endif
}

const char *model_driver_name(const struct xenbus_driver *driver, const char *of_register)
{
	return driver->driver.name ? driver->driver.name : of_register;
}

void model_fire(struct xenbus_watch *watch, const char *path, const char *token)
{
#ifdef KERNEL_HAS_XENBUS_WATCH_PATH
	watch->callback(watch, path, token);
#else
	const char *vec[] = { path, token };

	watch->callback(watch, vec, 2);
#endif
}

int xen_platform_pci_unplug;
bool model_is_hvm;

#ifdef KERNEL_HAS_PV_DISK_DEVICES
bool xen_has_pv_disk_devices(void)
{
	if (!model_is_hvm)
		return true;
	if (xen_platform_pci_unplug & XEN_UNPLUG_NEVER)
		return false;
	return xen_platform_pci_unplug & (XEN_UNPLUG_ALL_IDE_DISKS | XEN_UNPLUG_UNNECESSARY);
}
#endif

/* --- Grants --------------------------------------------------------------- */

bool model_granted, model_mapped;
unsigned int model_complaints;

static int grant_end(void)
{
	model_complaints += model_mapped;
	return !model_mapped;
}

#ifdef KERNEL_HAS_GRANT_END_REF_PLAIN
int gnttab_end_foreign_access_ref(grant_ref_t ref)
{
	return ref && grant_end();
}
#else
int gnttab_end_foreign_access_ref(grant_ref_t ref, int readonly)
{
	return ref && !readonly && grant_end();
}
#endif

#ifdef KERNEL_HAS_GRANT_TRY_END
int gnttab_try_end_foreign_access(grant_ref_t ref)
{
	if (model_mapped)
		return 0;
	gnttab_free_grant_reference(ref);
	return 1;
}
#endif

int gnttab_query_foreign_access(grant_ref_t ref)
{
	return ref && model_mapped;
}

void gnttab_free_grant_reference(grant_ref_t ref)
{
	model_granted = !ref;
}

static unsigned long foreign_pfn;

void model_make_foreign(struct page *page)
{
	page->flags |= PG_FOREIGN | PG_PRIVATE;
	foreign_pfn = page->pfn;
}

void model_make_checked(struct page *page)
{
	page->flags |= PG_FOREIGN | PG_PRIVATE | PG_UPTODATE;
}

#ifndef KERNEL_HAS_PAGE_FOREIGN
bool xen_feature(int flag)
{
	return flag != XENFEAT_auto_translated_physmap;
}

unsigned long get_phys_to_machine(unsigned long pfn)
{
	return pfn_to_mfn(pfn) | (pfn == foreign_pfn ? FOREIGN_FRAME_BIT : 0);
}
#endif

/* --- Event channels ------------------------------------------------------- */

#define CHANNEL_IRQ	7

static irq_handler_t bound;
static void *bound_data;
static int masked;

/* Of kernels that slow down a backend themselves: how long it has sent for nothing. */
static unsigned int spurious;

void enable_irq(unsigned int irq)
{
	masked -= irq == CHANNEL_IRQ;
}

void disable_irq(unsigned int irq)
{
	masked += irq == CHANNEL_IRQ;
}

void disable_irq_nosync(unsigned int irq)
{
	disable_irq(irq);
}

int bind_evtchn_to_irqhandler(evtchn_port_t port, irq_handler_t handler, unsigned long flags,
			      const char *name, void *data)
{
	if (!port)
		return -EINVAL;
	(void)flags, (void)name;
	bound = handler;
	bound_data = data;
	masked = 0;
	return CHANNEL_IRQ;
}

void unbind_from_irqhandler(unsigned int irq, void *data)
{
	if (irq != CHANNEL_IRQ || data != bound_data)
		abort();
	bound = NULL;
}

#ifdef KERNEL_HAS_LATEEOI
int bind_evtchn_to_irqhandler_lateeoi(evtchn_port_t port, irq_handler_t handler,
				      unsigned long flags, const char *name, void *data)
{
	if (model_no_memory)
		return -ENOMEM;
	spurious = 0;
	return bind_evtchn_to_irqhandler(port, handler, flags, name, data);
}

void xen_irq_lateeoi(unsigned int irq, unsigned int flags)
{
	spurious = flags & XEN_EOI_FLAG_SPURIOUS ? spurious + 1 : 0;
	if (spurious > 1)
		disable_irq(irq);
}
#endif

bool model_is_bound(void)
{
	return bound;
}

bool model_event(void)
{
	if (masked)
		return false;
	bound(CHANNEL_IRQ, bound_data);
	return true;
}

void model_wait(void)
{
	if (due) {
		due->pending = false;
		due->work.func(&due->work);
		due = NULL;
	} else if (masked && spurious) {
		enable_irq(CHANNEL_IRQ);
	}
}

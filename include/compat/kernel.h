/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel.h - what belongs neither to disks nor to Xen.
 */
#ifndef XBF_COMPAT_KERNEL_H
#define XBF_COMPAT_KERNEL_H

#include <linux/blkdev.h>

#ifndef XBF_HAVE_SECTOR_SIZE
/* Up to 4.16 each driver has its own. */
#define SECTOR_SHIFT	9
#define SECTOR_SIZE	(1 << SECTOR_SHIFT)
#endif

#ifdef XBF_HAVE_TASKLET_SETUP
#define XBF_ADAPT_TASKLET(fn)
#else
#include <linux/interrupt.h>

/* Up to 5.8 a tasklet gets a number: here its own address. */
#define XBF_ADAPT_TASKLET(fn)						\
static void fn##_adapter(unsigned long tasklet)				\
{									\
	fn((struct tasklet_struct *)tasklet);				\
}
#define tasklet_setup(t, fn)	tasklet_init(t, fn##_adapter, (unsigned long)(t))
#endif

#ifndef XBF_HAVE_SYSFS_EMIT
/* Up to 5.9 */
#define sysfs_emit(buf, ...)	scnprintf(buf, PAGE_SIZE, __VA_ARGS__)
#endif

#ifndef XBF_HAVE_KVCALLOC
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/* Up to 4.17 */
static inline void *kvcalloc(size_t n, size_t size, gfp_t flags)
{
	void *p;

	if (size && n > SIZE_MAX / size)
		return NULL;
	p = kcalloc(n, size, flags | __GFP_NOWARN);
	return p ? p : vzalloc(n * size);
}
#endif

#ifndef XBF_HAVE_MEMCPY_PAGE
#include <linux/highmem.h>

/* Up to 5.11 */
static inline void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len)
{
	char *from = kmap_atomic(page);

	memcpy(to, from + offset, len);
	kunmap_atomic(from);
}

static inline void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len)
{
	char *to = kmap_atomic(page);

	memcpy(to + offset, from, len);
	kunmap_atomic(to);
}
#endif

#ifndef XBF_HAVE_KVFREE
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

/* Up to 3.14 */
static inline void kvfree(const void *p)
{
	if (is_vmalloc_addr(p))
		vfree(p);
	else
		kfree(p);
}
#endif

#ifndef XBF_HAVE_DEVICE_ATTR_RO
#include <linux/device.h>

/* Up to 3.10 */
#define DEVICE_ATTR_RO(name) \
	struct device_attribute dev_attr_##name = __ATTR_RO(name)
#endif

#ifndef XBF_HAVE_DEFINE_SHOW_ATTRIBUTE
#include <linux/module.h>
#include <linux/seq_file.h>

/* Up to 4.15 */
#define DEFINE_SHOW_ATTRIBUTE(name)					\
static int name##_open(struct inode *inode, struct file *file)		\
{									\
	return single_open(file, name##_show, inode->i_private);	\
}									\
static const struct file_operations name##_fops = {			\
	.owner = THIS_MODULE,						\
	.open = name##_open,						\
	.read = seq_read,						\
	.llseek = seq_lseek,						\
	.release = single_release,					\
}
#endif

#ifndef XBF_HAVE_READ_ONCE
/* Up to 3.18 */
#define READ_ONCE(x)		ACCESS_ONCE(x)
#define WRITE_ONCE(x, value)	(ACCESS_ONCE(x) = (value))
#endif

#ifndef XBF_HAVE_LOAD_ACQUIRE
/* Up to 3.13 there are none that go one way only. */
#define smp_load_acquire(p)						\
({									\
	__typeof__(*(p)) value_ = ACCESS_ONCE(*(p));			\
	smp_mb();							\
	value_;								\
})
#define smp_store_release(p, value)					\
do {									\
	smp_mb();							\
	ACCESS_ONCE(*(p)) = (value);					\
} while (0)
#endif

#ifndef XBF_HAVE_VIRT_BARRIERS
/*
 * Up to 4.4. A guest may have one CPU while its backend runs on another. There may
 * be one of the three.
 */
#undef virt_rmb
#define virt_mb()	mb()
#define virt_rmb()	rmb()
#define virt_wmb()	wmb()
#endif

#endif /* XBF_COMPAT_KERNEL_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel.h - what of a kernel belongs neither to disks nor to Xen, as far as
 * include/compat and the probes ask for it.
 *
 * KERNEL_HAS_x is the answer that the kernel to be played gives to the probe x: it
 * declares just that form. model.c says what the functions do.
 */
#ifndef MODEL_KERNEL_H
#define MODEL_KERNEL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef KERNEL_HAS_PROGRAMS_OF_32_BITS
#define CONFIG_COMPAT 1
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int16_t s16;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef s16 __s16;
typedef unsigned int gfp_t;
typedef unsigned int fmode_t;
typedef u64 sector_t;
typedef int irqreturn_t;

#define ENOIOCTLCMD	515
#define PAGE_SHIFT	12
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#define GFP_KERNEL	1u
#define GFP_NOIO	2u
#define __GFP_NOWARN	4u
#define NUMA_NO_NODE	(-1)
#define THIS_MODULE	((struct module *)NULL)
/* The texts of a module's file, in a row. */
#define MODEL_JOIN(a, b)	a##b
#define MODEL_INFO(n, text)								\
	static const char *const MODEL_JOIN(model_text_, n)				\
		__attribute__((used, section("model_info"))) = text
#define MODULE_INFO(tag, info)	MODEL_INFO(__COUNTER__, #tag "=" info)
#define __packed	__attribute__((packed))
#define __maybe_unused	__attribute__((unused))
#define likely(x)	(x)
#define unlikely(x)	(x)
#define pr_warn(...)	printf(__VA_ARGS__)
#define max(a, b)	((a) > (b) ? (a) : (b))
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define container_of(p, type, member)	((type *)((char *)(p) - offsetof(type, member)))

struct module;

#ifdef KERNEL_HAS_SECTOR_SIZE
#define SECTOR_SHIFT	9
#define SECTOR_SIZE	(1 << SECTOR_SHIFT)
#endif

/* --- Errors in pointers --------------------------------------------------- */

#define ERR_PTR(err)	((void *)(long)(err))
#define PTR_ERR(p)	((long)(p))
#define IS_ERR(p)	((unsigned long)(p) >= (unsigned long)-4095)
#define ERR_CAST(p)	((void *)(p))

/* --- Memory --------------------------------------------------------------- */

struct page {
	unsigned long pfn;
	unsigned long flags;
	char data[64];
};

void *kzalloc(size_t size, gfp_t flags);
void *kcalloc(size_t n, size_t size, gfp_t flags);
void *vzalloc(unsigned long size);
void kfree(const void *p);
void vfree(const void *p);
bool is_vmalloc_addr(const void *p);
#ifdef KERNEL_HAS_KVFREE
void kvfree(const void *p);
#endif
#ifdef KERNEL_HAS_KVCALLOC
void *kvcalloc(size_t n, size_t size, gfp_t flags);
#endif

#ifdef KERNEL_HAS_MEMCPY_PAGE
void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len);
void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len);
#endif
void *kmap_atomic(struct page *page);
void kunmap_atomic(void *addr);

/* --- Barriers ------------------------------------------------------------- */

#define mb()		__sync_synchronize()
#define rmb()		__sync_synchronize()
#define wmb()		__sync_synchronize()
#define smp_mb()	__sync_synchronize()
#define ACCESS_ONCE(x)	(*(volatile __typeof__(x) *)&(x))
#ifdef KERNEL_HAS_READ_ONCE
#define READ_ONCE(x)		ACCESS_ONCE(x)
#define WRITE_ONCE(x, value)	(ACCESS_ONCE(x) = (value))
#endif
#ifdef KERNEL_HAS_LOAD_ACQUIRE
#define smp_load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, value)	__atomic_store_n(p, value, __ATOMIC_RELEASE)
#endif
#ifdef KERNEL_HAS_VIRT_BARRIERS
#define virt_mb()	mb()
#define virt_wmb()	wmb()
#endif
/* This one was there before the others, and in another form. */
#define virt_rmb()	rmb()

/* --- Lists and locks ------------------------------------------------------ */

struct list_head {
	struct list_head *next, *prev;
};

#define list_entry(p, type, member)	container_of(p, type, member)
#define LIST_HEAD(name)			struct list_head name = { &name, &name }
#define list_for_each_entry(pos, head, member)					\
	for (pos = list_entry((head)->next, __typeof__(*pos), member);		\
	     &pos->member != (head);						\
	     pos = list_entry(pos->member.next, __typeof__(*pos), member))

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline void list_add(struct list_head *item, struct list_head *head)
{
	item->next = head->next;
	item->prev = head;
	head->next->prev = item;
	head->next = item;
}

static inline void list_del(struct list_head *item)
{
	item->next->prev = item->prev;
	item->prev->next = item->next;
}

typedef struct {
	int held;
} spinlock_t;

#define DEFINE_SPINLOCK(name)	spinlock_t name
void spin_lock_irq(spinlock_t *lock);
void spin_unlock_irq(spinlock_t *lock);
void rcu_read_lock(void);
void rcu_read_unlock(void);
void synchronize_rcu(void);

#define DEFINE_PER_CPU(type, name)	type name
#define this_cpu_read(name)		(name)
#define this_cpu_write(name, value)	((name) = (value))

static inline bool test_bit(unsigned int nr, const unsigned long *bits)
{
	return *bits >> nr & 1;
}

/* --- Work and tasklets ---------------------------------------------------- */

struct work_struct {
	void (*func)(struct work_struct *work);
};

struct delayed_work {
	struct work_struct work;
	bool pending;
	unsigned long delay;
};

#define to_delayed_work(w)		container_of(w, struct delayed_work, work)
#define INIT_DELAYED_WORK(w, fn)	((w)->work.func = (fn))
#define msecs_to_jiffies(ms)		((unsigned long)(ms))
bool schedule_delayed_work(struct delayed_work *work, unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *work);

struct tasklet_struct {
	void (*func)(unsigned long data);
	unsigned long data;
	void (*callback)(struct tasklet_struct *t);
};

#ifdef KERNEL_HAS_TASKLET_SETUP
void tasklet_setup(struct tasklet_struct *t, void (*callback)(struct tasklet_struct *));
#endif
void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long), unsigned long data);

/* --- Interrupts ----------------------------------------------------------- */

typedef irqreturn_t (*irq_handler_t)(int irq, void *data);
#define IRQ_HANDLED	1

void enable_irq(unsigned int irq);
void disable_irq(unsigned int irq);
void disable_irq_nosync(unsigned int irq);

/* --- Files, objects and devices ------------------------------------------- */

struct seq_file {
	void *private;
};

struct inode {
	void *i_private;
};

struct file {
	int (*show)(struct seq_file *m, void *v);
	void *data;
};

struct file_operations {
	struct module *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*read)(struct file *file);
	int (*llseek)(struct file *file);
	int (*release)(struct inode *inode, struct file *file);
};

int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data);
int single_release(struct inode *inode, struct file *file);
int seq_read(struct file *file);
int seq_lseek(struct file *file);
#ifdef KERNEL_HAS_DEFINE_SHOW_ATTRIBUTE
#define DEFINE_SHOW_ATTRIBUTE(name)						\
static int name##_open(struct inode *inode, struct file *file)			\
{										\
	return single_open(file, name##_show, inode->i_private);		\
}										\
static const struct file_operations name##_fops = { .open = name##_open, .read = seq_read }
#endif

int scnprintf(char *buf, size_t size, const char *format, ...);
#ifdef KERNEL_HAS_SYSFS_EMIT
int sysfs_emit(char *buf, const char *format, ...);
#endif

struct kobject {
	unsigned int changes, resizes, groups;
};

struct attribute_group {
	const char *name;
};

struct device {
	struct kobject kobj;
	struct device *parent;
};

struct device_attribute {
	const char *name;
	long (*show)(struct device *dev, struct device_attribute *attr, char *buf);
};

#define __ATTR_RO(name_)	{ .name = #name_, .show = name_##_show }
#ifdef KERNEL_HAS_DEVICE_ATTR_RO
#define DEVICE_ATTR_RO(name)	struct device_attribute dev_attr_##name = __ATTR_RO(name)
#endif

struct device_driver {
	const char *name;
	struct module *owner;
};

#define KOBJ_CHANGE	2
int kobject_uevent(struct kobject *kobj, int action);
int kobject_uevent_env(struct kobject *kobj, int action, char *env[]);
int sysfs_create_group(struct kobject *kobj, const struct attribute_group *group);

#ifdef CONFIG_COMPAT
static inline void *compat_ptr(u32 pointer)
{
	return (void *)(unsigned long)pointer;
}
#endif

#endif /* MODEL_KERNEL_H */

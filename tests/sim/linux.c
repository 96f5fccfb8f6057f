// SPDX-License-Identifier: GPL-2.0
/*
 * linux.c - the rest of what every driver uses: messages, memory, locks,
 * devices, debugfs, parameters.
 *
 * Memory is tracked: freeing what was not allocated, leaving something behind,
 * and sleeping for memory where one may not are broken rules; use after free is
 * AddressSanitizer's to find, or else the poison's.
 */
#include <stdio.h>

#include <linux/device.h>
#include <linux/slab.h>

#include "model.h"
#include "module.h"

uint32_t sim_alloc_fails;
unsigned int sim_nr_cpus = 1, sim_most_cpus = 1;

/* ---- messages and strings ---- */

void linux_printk(const char *level, const char *format, ...)
{
	char text[300];
	va_list args;

	sim_point();
	if (!history_kept())
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text[strcspn(text, "\n")] = 0;
	sim_note("[%s] %s", level, text);
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

int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	char *end;
	unsigned long val = strtoul(s, &end, base);

	if (end == s || (*end && *end != '\n') || val > U32_MAX)
		return -EINVAL;
	*res = val;
	return 0;
}

/* ---- time ---- */

void might_sleep(void)
{
	sim_sleep_check("might sleep");
	sim_point();
}

void msleep(unsigned int ms)
{
	/* Until the tick after the one that is due. */
	sim_sleep((msecs_to_jiffies(ms) + 1) * (NSEC_PER_SEC / HZ));
}

void usleep_range(unsigned long least, unsigned long most)
{
	sim_sleep((least + sim_random(most - least + 1)) * 1000);
}

void schedule_timeout_uninterruptible(long timeout)
{
	sim_sleep(jiffies_to_ns(timeout));
}

long linux_time_left(u64 until)
{
	u64 now = sim_now();

	return now >= until ? 1 : max_t(long, (until - now) / (NSEC_PER_SEC / HZ), 1);
}

/* ---- memory ---- */

#define NR_BUCKETS	4096

struct block {
	void *addr;
	size_t size;
	const char *who;
	struct block *next;
};

static struct block *buckets[NR_BUCKETS];
static size_t nr_blocks;

static struct block **bucket_of(const void *addr)
{
	return &buckets[((uintptr_t)addr >> 4 ^ (uintptr_t)addr >> 16) % NR_BUCKETS];
}

static bool refuses(gfp_t gfp, const char *who)
{
	if (gfp & __GFP_DIRECT_RECLAIM)
		sim_sleep_check(who);
	if (gfp & __GFP_IO && !*sim_task_word())
		sim_waits_for_io(who);
	sim_point();
	if (gfp & __GFP_NOFAIL)
		return false;
	/* Who may wait for memory nearly always gets it. */
	return sim_chance(gfp & __GFP_DIRECT_RECLAIM ? 8 * sim_alloc_fails : sim_alloc_fails);
}

void *linux_alloc(size_t size, size_t align, gfp_t gfp, const char *who)
{
	struct block *block;
	struct block **bucket;

	if (refuses(gfp, who)) {
		sim_note("no memory for %s", who);
		return NULL;
	}
	/* Powers of two are naturally aligned. */
	if (!align && size >= XBF_FRAME_SIZE && is_power_of_2(size))
		align = size;
	block = malloc(sizeof(*block));
	block->addr = align ? aligned_alloc(align, size) : malloc(size);
	block->size = size;
	block->who = who;
	memset(block->addr, gfp & __GFP_ZERO ? 0 : 0x5a, size);
	bucket = bucket_of(block->addr);
	block->next = *bucket;
	*bucket = block;
	nr_blocks++;
	return block->addr;
}

void sim_linux_on_free(void *addr, size_t size)
{
	if (!((uintptr_t)addr % XBF_FRAME_SIZE) && size >= XBF_FRAME_SIZE)
		sim_grant_page_freed(addr, size);
}

void linux_free(const void *p, const char *who)
{
	struct block **link, *block;

	if (!p)
		return;
	sim_point();
	for (link = bucket_of(p); *link && (*link)->addr != p; link = &(*link)->next)
		;
	block = *link;
	if (!block)
		sim_broken("only what was allocated is freed, once", "by %s", who);
	sim_linux_on_free(block->addr, block->size);
	*link = block->next;
	nr_blocks--;
	memset(block->addr, 0xdb, block->size);
	free(block->addr);
	free(block);
}

static void check_blocks(void)
{
	const struct block *block;
	unsigned int i;

	for (i = 0; i < NR_BUCKETS; i++)
		for (block = buckets[i]; block; block = block->next)
			sim_broken("nothing is left behind", "%zu bytes of %s, %zu blocks in all",
				   block->size, block->who, nr_blocks);
}

char *kasprintf(gfp_t gfp, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return kstrdup(text, gfp);
}

char *kstrdup(const char *s, gfp_t gfp)
{
	size_t size = strlen(s) + 1;
	char *copy = kmalloc(size, gfp);

	return copy ? memcpy(copy, s, size) : NULL;
}

/* The task's word: allocations of it start no I/O. */
unsigned int memalloc_noio_save(void)
{
	unsigned int was = *sim_task_word();

	*sim_task_word() = 1;
	return was;
}

void memalloc_noio_restore(unsigned int flags)
{
	*sim_task_word() = flags;
}

/* ---- locks ---- */

/* Locks that nest are dropped with the flags they were taken with. */
unsigned long linux_lock_irqsave(spinlock_t *lock)
{
	sim_lock(lock);
	return (unsigned long)lock->name;
}

void linux_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	if (flags != (unsigned long)lock->name)
		sim_broken("a lock is dropped with the flags it was taken with", "%s", lock->name);
	sim_unlock(lock);
}

void mutex_init(struct mutex *mutex)
{
	*mutex = (struct mutex){ NULL, { NULL } };
}

void mutex_lock(struct mutex *mutex)
{
	might_sleep();
	if (mutex->holder == sim_self())
		sim_broken("a mutex is not taken twice", "%p", __builtin_return_address(0));
	sim_wait_for(&mutex->wait, !mutex->holder);
	mutex->holder = sim_self();
}

bool mutex_trylock(struct mutex *mutex)
{
	sim_point();
	if (mutex->holder)
		return false;
	mutex->holder = sim_self();
	return true;
}

void mutex_unlock(struct mutex *mutex)
{
	if (mutex->holder != sim_self())
		sim_broken("a mutex is dropped by who took it", "%p", __builtin_return_address(0));
	mutex->holder = NULL;
	sim_wake(&mutex->wait);
	sim_point();
}

/* ---- devices ---- */

struct device *get_device(struct device *dev)
{
	sim_point();
	if (!dev->refs)
		sim_broken("nothing is taken that is gone", "get_device(%s)", dev->name);
	dev->refs++;
	return dev;
}

void put_device(struct device *dev)
{
	sim_point();
	if (!dev->refs)
		sim_broken("nothing is dropped twice", "put_device(%s)", dev->name);
	if (!--dev->refs && dev->release)
		dev->release(dev);
}

static struct notifier_block *pm_chain;

int register_pm_notifier(struct notifier_block *nb)
{
	nb->next = pm_chain;
	pm_chain = nb;
	return 0;
}

int unregister_pm_notifier(struct notifier_block *nb)
{
	struct notifier_block **link;

	for (link = &pm_chain; *link; link = &(*link)->next) {
		if (*link != nb)
			continue;
		*link = nb->next;
		return 0;
	}
	return -ENOENT;
}

bool sim_pm_notify(unsigned long event)
{
	struct notifier_block *nb;

	for (nb = pm_chain; nb; nb = nb->next)
		if (nb->notifier_call(nb, event, NULL) & NOTIFY_STOP_MASK)
			return false;
	return true;
}

/* ---- debugfs: somebody may be reading ---- */

struct dentry {
	const struct file_operations *fops;
	void *data;
	struct dentry *parent;
	struct dentry *next;
	unsigned int readers;
	bool gone;
};

static struct dentry *dentries;
static struct sim_wait readers_gone;

struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent,
				   void *data, const struct file_operations *fops)
{
	struct dentry *dentry = kzalloc(sizeof(*dentry), GFP_NOIO);

	(void)name;
	(void)mode;
	if (!dentry)
		return ERR_PTR(-ENOMEM);
	dentry->fops = fops;
	dentry->data = data;
	dentry->parent = parent;
	dentry->next = dentries;
	dentries = dentry;
	return dentry;
}

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	return debugfs_create_file(name, 0, parent, NULL, NULL);
}

void debugfs_remove_recursive(struct dentry *dir)
{
	struct dentry **link = &dentries, *dentry;

	if (IS_ERR_OR_NULL(dir))
		return;
	while ((dentry = *link)) {
		if (dentry != dir && dentry->parent != dir) {
			link = &dentry->next;
			continue;
		}
		dentry->gone = true;
		sim_wait_for(&readers_gone, !dentry->readers);
		/* Others may have come or gone meanwhile. */
		for (link = &dentries; *link != dentry; link = &(*link)->next)
			;
		*link = dentry->next;
		kfree(dentry);
		link = &dentries;
	}
}

void sim_debugfs_read(void)
{
	struct seq_file m;
	struct dentry *dentry;
	unsigned int nr = 0;

	for (dentry = dentries; dentry; dentry = dentry->next)
		nr++;
	nr = nr ? sim_random(nr) : 0;
	for (dentry = dentries; dentry && nr; nr--)
		dentry = dentry->next;
	if (!dentry || !dentry->fops || dentry->gone)
		return;
	dentry->readers++;
	m.private = dentry->data;
	dentry->fops->show(&m, NULL);
	dentry->readers--;
	sim_wake(&readers_gone);
}

void seq_printf(struct seq_file *m, const char *format, ...)
{
	char text[300];
	va_list args;

	(void)m;
	sim_point();
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
}

/* ---- the module ---- */

bool sysfs_streq(const char *a, const char *b)
{
	size_t n = strlen(b);

	return !strncmp(a, b, n) && (!a[n] || !strcmp(a + n, "\n"));
}

extern const struct linux_param __start_linux_params[], __stop_linux_params[];

void sim_param_set(const char *name, unsigned int value)
{
	const struct linux_param *param;

	for (param = __start_linux_params; param < __stop_linux_params; param++) {
		if (strcmp(param->name, name))
			continue;
		if (param->size == sizeof(bool))
			*(bool *)param->value = value;
		else
			*(unsigned int *)param->value = value;
		sim_note("module parameter %s=%u", name, value);
		return;
	}
	sim_broken("parameters exist", "%s", name);
}

int sim_module_load(void)
{
	return linux_module_init();
}

void sim_module_unload(void)
{
	linux_module_exit();
	if (xbf_budget.used)
		sim_broken("nothing is left behind", "%u grants in the driver's budget",
			   xbf_budget.used);
	if (atomic_read(&xbf_ring_nodes))
		sim_broken("nothing is left behind", "%d nodes of rings are counted",
			   atomic_read(&xbf_ring_nodes));
}

void sim_linux_reset(void)
{
	sim_alloc_fails = 0;
}

void sim_linux_check_clean(void)
{
	work_check_clean();
	if (pm_chain)
		sim_broken("nothing is left behind", "a pm notifier");
	if (dentries)
		sim_broken("nothing is left behind", "a debugfs file");
	check_blocks();
}

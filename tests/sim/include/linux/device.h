/* SPDX-License-Identifier: GPL-2.0 */
/*
 * device.h - devices, and what is told of them.
 */
#ifndef SIM_LINUX_DEVICE_H
#define SIM_LINUX_DEVICE_H

#include "wait.h"

struct attribute_group;

/*
 * @name: dev_name()
 * @refs: the device lives while this is not 0; who makes it sets 1
 * @release: called when it became 0
 */
struct device {
	const char *name;
	void *driver_data;
	struct device *parent;
	unsigned int refs;
	void (*release)(struct device *dev);
};

static inline const char *dev_name(const struct device *dev)
{
	return dev->name;
}

static inline void *dev_get_drvdata(const struct device *dev)
{
	sim_point();
	return dev->driver_data;
}

static inline void dev_set_drvdata(struct device *dev, void *data)
{
	sim_point();
	dev->driver_data = data;
}

struct device *get_device(struct device *dev);
void put_device(struct device *dev);

/* ---- notifiers ---- */

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long event, void *data);
	struct notifier_block *next;
};

#define NOTIFY_DONE		 0
#define NOTIFY_OK		 1
#define NOTIFY_BAD		 0x8002
#define notifier_from_errno(err) ((err) ? 0x8000 | (1 - (err)) : NOTIFY_OK)
#define NOTIFY_STOP_MASK	 0x8000

#define PM_HIBERNATION_PREPARE	 1
#define PM_POST_HIBERNATION	 2
#define PM_SUSPEND_PREPARE	 3
#define PM_POST_SUSPEND		 4
#define PM_RESTORE_PREPARE	 5
#define PM_POST_RESTORE		 6

int register_pm_notifier(struct notifier_block *nb);
int unregister_pm_notifier(struct notifier_block *nb);

/* ---- debugfs and its files ---- */

struct dentry;
struct seq_file {
	void *private;
};

struct file_operations {
	int (*show)(struct seq_file *m, void *unused);
};

#define DEFINE_SHOW_ATTRIBUTE(name) \
	static const struct file_operations name##_fops = { .show = name##_show }

void seq_printf(struct seq_file *m, const char *format, ...);
#define seq_puts(m, text)	seq_printf(m, "%s", text)
#define seq_putc(m, c)		seq_printf(m, "%c", c)

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent);
struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent,
				   void *data, const struct file_operations *fops);
void debugfs_remove_recursive(struct dentry *dentry);
#define debugfs_remove(dentry)	debugfs_remove_recursive(dentry)

#endif /* SIM_LINUX_DEVICE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sysfs.h - attributes of devices. Those of a disk are read once, when it is added.
 */
#ifndef SIM_LINUX_SYSFS_H
#define SIM_LINUX_SYSFS_H

#include <stdio.h>

#include "blkdev.h"

struct kobject;

struct attribute {
	const char *name;
	umode_t mode;
};

struct attribute_group {
	umode_t (*is_visible)(struct kobject *kobj, struct attribute *attr, int index);
	struct attribute **attrs;
};

struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf);
};

#define DEVICE_ATTR_RO(name_)						\
	struct device_attribute dev_attr_##name_ = {			\
		.attr = { .name = #name_, .mode = 0444 },		\
		.show = name_##_show,					\
	}

#define kobj_to_dev(kobj)	((struct device *)(kobj))
#define dev_to_disk(dev)	((struct gendisk *)(dev))
#define sysfs_emit(buf, ...)	snprintf(buf, PAGE_SIZE, __VA_ARGS__)

#endif /* SIM_LINUX_SYSFS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * disk.h - the gendisk of a vbd: its name, limits, capacity and file operations.
 */
#ifndef XBF_DISK_H
#define XBF_DISK_H

#include <linux/blk-mq.h>
#include <linux/blkdev.h>

#include "core/vdev.h"
#include "core/vpd.h"

struct xbf_dev;

/* Block device major of all xvd disks (Documentation/admin-guide/devices.txt) */
#define XBF_MAJOR	202

/**
 * struct xbf_disk - what the block layer knows of a vbd
 * @gd: the disk; NULL while there is none
 * @tag_set: tags of all its queues
 * @vdev: its place among the xvd disks
 * @name: of the disk
 * @serial: serial number that the storage gave it; empty: none
 * @identifier: a name that is its own in all the world, likewise
 * @minors: link in the list of minors in use
 * @cached: the block layer flushes the disk's cache; slow work, once the disk is there
 * @added: the disk is visible to user space; slow work only
 */
struct xbf_disk {
	struct gendisk *gd;
	struct blk_mq_tag_set tag_set;
	struct xbf_vdev vdev;
	char name[XBF_NAME_LEN];
	char serial[XBF_VPD_LEN];
	char identifier[XBF_VPD_LEN];
	struct list_head minors;
	bool cached;
	bool added;
};

int xbf_disk_create(struct xbf_dev *dev);
int xbf_disk_announce(struct xbf_dev *dev);
void xbf_disk_update(struct xbf_dev *dev);
void xbf_disk_delete(struct xbf_dev *dev);
bool xbf_disk_shut(struct xbf_dev *dev);
void xbf_disk_pass_submitters(struct xbf_dev *dev);
void xbf_disk_resize(struct xbf_dev *dev, u64 sectors);

#endif /* XBF_DISK_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vdev.h - a virtual device number's place among the xvd disks.
 */
#ifndef XBF_CORE_VDEV_H
#define XBF_CORE_VDEV_H

#include "env.h"

#define XBF_NAME_LEN	32

/**
 * struct xbf_vdev - where a vbd belongs
 * @minor: first minor under major 202
 * @nr_minors: 1 when the number names a partition, otherwise 16 or 256
 * @index: 0 for xvda, 26 for xvdaa
 * @part: partition number when @nr_minors is 1
 */
struct xbf_vdev {
	u32 minor;
	u32 nr_minors;
	u32 index;
	u32 part;
};

bool xbf_vdev_parse(u64 number, bool sda_is_xvda, struct xbf_vdev *vdev);
void xbf_vdev_name(const struct xbf_vdev *vdev, char name[XBF_NAME_LEN]);

#endif /* XBF_CORE_VDEV_H */

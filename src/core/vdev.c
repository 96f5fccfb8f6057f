// SPDX-License-Identifier: GPL-2.0
/*
 * vdev.c - virtual device numbers (Xen's xen-vbd-interface(7)).
 *
 * Bit 28 set: extended, disk in bits 8 up, 256 minors each. Otherwise a Linux
 * device number of old: major 202 is xvd, the IDE and SCSI majors name the
 * emulated disk that a vbd stands in for.
 */
#include "vdev.h"

#define EXTENDED_SHIFT	28
#define EXTENDED_PARTS	256
#define XVD_PARTS	16
#define IDE_MINORS	64
/* EL6's driver put sda behind the four IDE disks. */
#define SDA_OFFSET	4

/* First disk, disks and minors per disk of each legacy major; xvd is one of them. */
static const struct {
	u16 first;
	u16 last;
	u16 disk;
	u16 disks;
	u16 minors;
	bool scsi;
} majors[] = {
	{ 202, 202, 0, 16, XVD_PARTS, false },
	{ 3, 3, 0, 2, IDE_MINORS, false },
	{ 22, 22, 2, 2, IDE_MINORS, false },
	{ 8, 8, 0, 16, XVD_PARTS, true },
	{ 65, 71, 16, 16, XVD_PARTS, true },
	{ 128, 135, 128, 16, XVD_PARTS, true },
};

static void place(struct xbf_vdev *vdev, u32 index, u32 parts, u32 part)
{
	bool whole = !part;

	vdev->index = index;
	vdev->part = part;
	vdev->minor = index * parts + part;
	vdev->nr_minors = whole ? parts : 1;
}

/**
 * xbf_vdev_parse() - find a vbd's place
 * @number: the node virtual-device or virtual-device-ext
 * @sda_is_xvda: sda, the first SCSI disk, is xvda; otherwise it is xvde
 * @vdev: set on success
 *
 * Return: false when the number names no block device that we know.
 */
bool xbf_vdev_parse(u64 number, bool sda_is_xvda, struct xbf_vdev *vdev)
{
	u32 major, minor, i;

	if (number >> EXTENDED_SHIFT > 1)
		return false;
	if (number >> EXTENDED_SHIFT) {
		u32 low = number & ((1u << EXTENDED_SHIFT) - 1);

		/* Minors have 20 bits. */
		if (low >> 20)
			return false;
		place(vdev, low / EXTENDED_PARTS, EXTENDED_PARTS, low % EXTENDED_PARTS);
		return true;
	}
	major = number >> 8;
	minor = number & 0xff;
	for (i = 0; i < sizeof(majors) / sizeof(majors[0]); i++) {
		u32 disk, part;

		if (major < majors[i].first || major > majors[i].last)
			continue;
		disk = minor / majors[i].minors;
		part = minor % majors[i].minors;
		if (disk >= majors[i].disks || part >= XVD_PARTS)
			return false;
		disk += majors[i].disk + (major - majors[i].first) * majors[i].disks;
		if (majors[i].scsi && !sda_is_xvda)
			disk += SDA_OFFSET;
		place(vdev, disk, XVD_PARTS, part);
		return true;
	}
	return false;
}

/**
 * xbf_vdev_name() - a disk's name as in-kernel users expect it
 * @vdev: its place
 * @name: gets xvda .. xvdz, xvdaa .., with a number for a partition
 */
void xbf_vdev_name(const struct xbf_vdev *vdev, char name[XBF_NAME_LEN])
{
	char reversed[XBF_NAME_LEN];
	u32 n = vdev->index + 1;
	u32 len = 0;

	*name++ = 'x';
	*name++ = 'v';
	*name++ = 'd';
	for (; n; n = (n - 1) / 26)
		reversed[len++] = 'a' + (n - 1) % 26;
	while (len)
		*name++ = reversed[--len];
	if (vdev->nr_minors == 1) {
		for (n = vdev->part; n; n /= 10)
			reversed[len++] = '0' + n % 10;
		while (len)
			*name++ = reversed[--len];
	}
	*name = 0;
}

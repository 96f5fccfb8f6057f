/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bdev-ops.h - what is asked of a block device: open, release, ioctl, geometry.
 */
#ifndef XBF_COMPAT_BDEV_OPS_H
#define XBF_COMPAT_BDEV_OPS_H

#include <linux/blkdev.h>
#include <linux/fs.h>
#include <linux/hdreg.h>

#ifndef XBF_HAVE_BLK_MODE_T
/* Up to 6.4 a block device is opened with the modes of a file. */
typedef fmode_t blk_mode_t;

#define BLK_OPEN_READ	FMODE_READ
#define BLK_OPEN_WRITE	FMODE_WRITE
#define BLK_OPEN_EXCL	FMODE_EXCL
#define BLK_OPEN_NDELAY	FMODE_NDELAY
#endif

#ifdef XBF_HAVE_BDEV_OPEN_BDEV
/* Up to 6.4 */
#define XBF_ADAPT_BDEV_OPEN(fn)						\
static int fn##_adapter(struct block_device *bdev, fmode_t mode)	\
{									\
	return fn(bdev->bd_disk, mode);					\
}
#define XBF_SET_BDEV_OPEN(fn)		.open = fn##_adapter,
#else
#define XBF_ADAPT_BDEV_OPEN(fn)
#define XBF_SET_BDEV_OPEN(fn)		.open = fn,
#endif

#ifdef XBF_HAVE_BDEV_RELEASE_MODE
/* Up to 6.4 */
#define XBF_ADAPT_BDEV_RELEASE(fn)					\
static void fn##_adapter(struct gendisk *disk, fmode_t mode)		\
{									\
	fn(disk);							\
}
#define XBF_SET_BDEV_RELEASE(fn)	.release = fn##_adapter,
#else
#define XBF_ADAPT_BDEV_RELEASE(fn)
#define XBF_SET_BDEV_RELEASE(fn)	.release = fn,
#endif

#ifdef XBF_HAVE_BDEV_GETGEO_BDEV
/* Up to 6.17 */
#define XBF_ADAPT_BDEV_GETGEO(fn)					\
static int fn##_adapter(struct block_device *bdev, struct hd_geometry *geo) \
{									\
	return fn(bdev->bd_disk, geo);					\
}
#define XBF_SET_BDEV_GETGEO(fn)		.getgeo = fn##_adapter,
#else
#define XBF_ADAPT_BDEV_GETGEO(fn)
#define XBF_SET_BDEV_GETGEO(fn)		.getgeo = fn,
#endif

/* With blk_mode_t above the same on every kernel. */
#define XBF_ADAPT_BDEV_IOCTL(fn)
#define XBF_SET_BDEV_IOCTL(fn)		.ioctl = fn,

#ifndef XBF_HAVE_COMPAT_PTR_IOCTL
/* Up to 5.4. A 32-bit program's argument is a pointer, or not looked at. */
#ifdef CONFIG_COMPAT
#include <linux/compat.h>

static inline int blkdev_compat_ptr_ioctl(struct block_device *bdev, fmode_t mode, unsigned int cmd,
					  unsigned long arg)
{
	const struct block_device_operations *fops = bdev->bd_disk->fops;

	return fops->ioctl ? fops->ioctl(bdev, mode, cmd, (unsigned long)compat_ptr(arg)) :
			     -ENOIOCTLCMD;
}
#else
#define blkdev_compat_ptr_ioctl	NULL
#endif
#endif

#endif /* XBF_COMPAT_BDEV_OPS_H */

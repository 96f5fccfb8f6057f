/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blk-mq.h - the kernel's own, or ours in its place.
 */
#ifndef XBF_COMPAT_LINUX_BLK_MQ_H
#define XBF_COMPAT_LINUX_BLK_MQ_H

#ifdef XBF_HAVE_BLK_MQ
#include_next <linux/blk-mq.h>
#else
/* Up to 3.12 there is none, up to 3.19 one that no driver can freeze. */
#include <compat/missing/linux/blk-mq.h>
#endif

#endif /* XBF_COMPAT_LINUX_BLK_MQ_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recover.h - a disk that lost its backend and gets it back, or another.
 */
#ifndef XBF_RECOVER_H
#define XBF_RECOVER_H

#include "device.h"

void xbf_recover_hold(struct xbf_dev *dev);
u32 xbf_recover_take(struct xbf_dev *dev);
int xbf_recover_resume(struct xbf_dev *dev);

#endif /* XBF_RECOVER_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * watch.h - our own watches on xenstore.
 */
#ifndef XBF_WATCH_H
#define XBF_WATCH_H

#include "device.h"

void xbf_watch_add(struct xbf_dev *dev);
void xbf_watch_del(struct xbf_dev *dev);
void xbf_watch_follow(struct xbf_dev *dev, char *backend_dir, u16 backend_id);
void xbf_watch_look(struct xbf_dev *dev);
void xbf_watch_exit(void);

#endif /* XBF_WATCH_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * connect.h - the handshake with the backend, by way of xenstore.
 */
#ifndef XBF_CONNECT_H
#define XBF_CONNECT_H

#include "device.h"

const char *xbf_connect_hint(const struct xbf_dev *dev);
int xbf_connect_publish(struct xbf_dev *dev);
int xbf_connect_finish(struct xbf_dev *dev);
int xbf_connect_read(struct xbf_dev *dev);
void xbf_connect_open(struct xbf_dev *dev, const char *how);
void xbf_connect_leave(struct xbf_dev *dev);
void xbf_connect_rejoin(struct xbf_dev *dev);
void xbf_connect_hand_over(struct xbf_dev *dev);
void xbf_connect_resize(struct xbf_dev *dev);
void xbf_connect_teardown(struct xbf_dev *dev);

#endif /* XBF_CONNECT_H */

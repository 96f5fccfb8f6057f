/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store.h - a vbd's nodes in xenstore: read, reported, written.
 */
#ifndef XBF_STORE_H
#define XBF_STORE_H

#include "device.h"

char *xbf_store_text(const struct xbf_dev *dev, enum xbf_node node);
enum xbf_note xbf_store_number(const struct xbf_dev *dev, enum xbf_node node, u64 *val);
void xbf_store_features(struct xbf_dev *dev, enum xbf_node from, enum xbf_node to);
void xbf_store_report(const struct xbf_dev *dev, enum xbf_node from, enum xbf_node to);
bool xbf_store_find(struct xbf_dev *dev);
bool xbf_store_renewed(const struct xbf_dev *dev);
void xbf_store_identify(struct xbf_dev *dev);
u32 xbf_store_room(const struct xbf_dev *dev);
void xbf_store_claim(struct xbf_dev *dev, u32 nodes);
int xbf_store_offer(const struct xbf_dev *dev);
int xbf_store_switch(const struct xbf_dev *dev, enum xenbus_state state);
void xbf_store_withdraw(const struct xbf_dev *dev);

#endif /* XBF_STORE_H */

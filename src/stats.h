/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stats.h - what an admin can see of a disk under debugfs.
 */
#ifndef XBF_STATS_H
#define XBF_STATS_H

struct xbf_dev;

void xbf_stats_init(void);
void xbf_stats_exit(void);
void xbf_stats_add(struct xbf_dev *dev);
void xbf_stats_del(struct xbf_dev *dev);

#endif /* XBF_STATS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * quarantine.h - what backends keep mapped of disks that are gone.
 */
#ifndef XBF_QUARANTINE_H
#define XBF_QUARANTINE_H

#include <linux/types.h>

struct seq_file;
struct xbf_queue;

/* Pages that one domain may keep before it gets no more. */
#define XBF_QUARANTINE_MAX	4096

void xbf_quarantine_add(struct xbf_queue *q);
u32 xbf_quarantine_count(u16 domid);
void xbf_quarantine_show(struct seq_file *m);
void xbf_quarantine_exit(void);

#endif /* XBF_QUARANTINE_H */

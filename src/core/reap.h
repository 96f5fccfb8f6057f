/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reap.h - responses: copied once, checked, matched to their requests.
 */
#ifndef XBF_CORE_REAP_H
#define XBF_CORE_REAP_H

#include "ring.h"

enum xbf_verdict {
	XBF_REAP_FINE,
	XBF_REAP_SHUT,		/* the gate is not open; nothing was looked at */
	XBF_REAP_BAD_PROD,	/* more responses than requests */
	XBF_REAP_BAD_RSP,	/* a response that nothing waits for */
};

/**
 * struct xbf_reaped - what a look at the ring found
 * @done: requests of which every part is answered
 * @nr: responses taken off the ring
 * @verdict: anything but FINE and SHUT breaks the disk
 * @id: BAD_RSP: the offending id
 * @op: BAD_RSP: its operation
 * @prod: BAD_PROD: the offending index
 */
struct xbf_reaped {
	struct xbf_shadow_list done;
	u32 nr;
	enum xbf_verdict verdict;
	u64 id;
	u8 op;
	u32 prod;
};

void xbf_reap(struct xbf_ring *ring, struct xbf_reaped *out);

#endif /* XBF_CORE_REAP_H */

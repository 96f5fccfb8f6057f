/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - the newest kernel's API on every kernel we support.
 *
 * Included before the first line of every source (-include, see src/Kbuild).
 * src/ is written against the newest kernel and knows nothing of others; what
 * a kernel lacks is supplied here, one topic a header. Each shim hangs on the
 * answer of a probe (scripts/probe/probes.c), never on a version number, and
 * says which kernels need it. When those are dropped, delete the shim and its
 * probe; src/ does not change.
 *
 * Where a callback has another signature on some kernels, src/ defines the
 * newest form and names it twice:
 *
 *	static void xbf_timeout(struct request *rq) { ... }
 *	XBF_ADAPT_TIMEOUT(xbf_timeout)
 *	... ops = { XBF_SET_TIMEOUT(xbf_timeout) };
 *
 * XBF_ADAPT_ defines an adapter where one is needed and nothing elsewhere,
 * XBF_SET_ initialises the member, or nothing where the kernel lacks it.
 * Adapters are functions, not casts: kernels built with kCFI check the type of
 * what a pointer leads to.
 */
#ifndef XBF_COMPAT_H
#define XBF_COMPAT_H

#include "generated/xbf-config.h"

#include "compat/kernel.h"
#include "compat/queue-limits.h"
#include "compat/request.h"
#include "compat/rq-list.h"
#include "compat/blk-mq.h"
#include "compat/gendisk.h"
#include "compat/bdev-ops.h"
#include "compat/xenbus.h"
#include "compat/grant.h"
#include "compat/events.h"

#endif /* XBF_COMPAT_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * lacks.c - what the driver goes without on this kernel, said in the module's file: a line
 * `lacks` of modinfo for each, which the doctor shows and scripts/gen-docs puts into
 * docs/kernels.md. Included by src/compat.c. What is not named here is the same everywhere.
 */
#include <linux/module.h>

#ifndef XBF_HAVE_BLK_MQ
/* Up to 3.19: one queue for all CPUs, see request-fn.c; the rings are several. */
MODULE_INFO(lacks, "a queue per ring");
#endif

#ifndef XBF_HAVE_IO_COMP_BATCH
/* Up to 5.15 each request is ended for itself. */
MODULE_INFO(lacks, "batched completion");
#endif

#if !defined(XBF_HAVE_QUEUE_RQS_LIST) && !defined(XBF_HAVE_QUEUE_RQS_POINTER)
/* Up to 5.16 requests come one by one; the backend is still notified once for all of them. */
MODULE_INFO(lacks, "a plug as one list");
#endif

#if !defined(XBF_HAVE_NO_SCHED_BY_DEFAULT) && !defined(XBF_HAVE_ELEVATOR_FEATURES)
/* Up to 5.3 a disk starts with the scheduler of the kernel's choice; any can be chosen. */
MODULE_INFO(lacks, "scheduler none at first");
#endif

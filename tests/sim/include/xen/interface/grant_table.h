/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What blkif.h and ring.h want of the kernel's header of this name, whose other
 * half is the kernel's own grant table.
 */
#ifndef XBF_SIM_INTERFACE_GRANT_TABLE_H
#define XBF_SIM_INTERFACE_GRANT_TABLE_H

#include <stdint.h>

typedef uint32_t grant_ref_t;
typedef uint16_t domid_t;

#endif /* XBF_SIM_INTERFACE_GRANT_TABLE_H */

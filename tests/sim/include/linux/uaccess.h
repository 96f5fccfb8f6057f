/* SPDX-License-Identifier: GPL-2.0 */
/*
 * uaccess.h - memory of programs: all of the simulation is one.
 */
#ifndef SIM_LINUX_UACCESS_H
#define SIM_LINUX_UACCESS_H

#include <string.h>

static inline unsigned long clear_user(void *to, unsigned long size)
{
	memset(to, 0, size);
	return 0;
}

#endif /* SIM_LINUX_UACCESS_H */

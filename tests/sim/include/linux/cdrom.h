/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cdrom.h - what programs ask a CD drive.
 */
#ifndef SIM_LINUX_CDROM_H
#define SIM_LINUX_CDROM_H

#define CDROMMULTISESSION	0x5310
#define CDROM_GET_CAPABILITY	0x5331

struct cdrom_multisession {
	int addr;
	u8 xa_flag;
	u8 addr_format;
};

#endif /* SIM_LINUX_CDROM_H */

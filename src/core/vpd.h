/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vpd.h - who a disk is, from the SCSI pages that XenServer's storage leaves in
 * xenstore.
 */
#ifndef XBF_CORE_VPD_H
#define XBF_CORE_VPD_H

#include "env.h"

/* With the NUL; what does not fit is no name. */
#define XBF_VPD_LEN	128

bool xbf_vpd_serial(char *text, char name[XBF_VPD_LEN]);
bool xbf_vpd_identifier(char *text, char name[XBF_VPD_LEN]);

#endif /* XBF_CORE_VPD_H */

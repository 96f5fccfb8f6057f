/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xen/grant_table.h - the kernel's functions of this name; see xen.c.
 */
#ifndef XBF_SIM_GRANT_TABLE_H
#define XBF_SIM_GRANT_TABLE_H

#include <linux/types.h>
#include <xen/interface/grant_table.h>

#define INVALID_GRANT_REF	((grant_ref_t)-1)

int gnttab_alloc_grant_references(u16 count, grant_ref_t *head);
int gnttab_claim_grant_reference(grant_ref_t *head);
void gnttab_free_grant_references(grant_ref_t head);
void gnttab_free_grant_reference(grant_ref_t ref);
void gnttab_grant_foreign_access_ref(grant_ref_t ref, domid_t domid, unsigned long frame,
				     int readonly);
int gnttab_end_foreign_access_ref(grant_ref_t ref);
int gnttab_try_end_foreign_access(grant_ref_t ref);
unsigned int gnttab_max_grant_frames(void);

#endif /* XBF_SIM_GRANT_TABLE_H */

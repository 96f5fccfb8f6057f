/* SPDX-License-Identifier: GPL-2.0 */
/*
 * grant.h - giving and ending grants.
 */
#ifndef XBF_COMPAT_GRANT_H
#define XBF_COMPAT_GRANT_H

#include <linux/mm.h>
#include <xen/grant_table.h>

#ifndef XBF_HAVE_INVALID_GRANT_REF
/* Up to 5.18 */
#define INVALID_GRANT_REF	((grant_ref_t)-1)
#endif

#ifdef XBF_HAVE_GRANT_END_REF_READONLY
/* Up to 6.0 the kernel wants to be told what it granted; it ignores the answer. */
#define gnttab_end_foreign_access_ref(ref)	gnttab_end_foreign_access_ref(ref, 0)
#endif

#ifdef XBF_HAVE_GRANT_END_ADDRESS
/* Up to 6.0 */
static inline void xbf_grant_end(grant_ref_t ref, struct page *page)
{
	gnttab_end_foreign_access(ref, 0, page ? (unsigned long)page_address(page) : 0);
}

#define gnttab_end_foreign_access(ref, page)	xbf_grant_end(ref, page)
#endif

/*
 * Is the page itself a mapped grant of another domain? Then it cannot be granted
 * on. Every kernel marks such pages like this, but the first mark means other
 * things on pages with contents of their own: those of files and of swap.
 */
static inline bool xbf_page_is_foreign(struct page *page)
{
	return unlikely(PageForeign(page)) && PagePrivate(page) && !PageUptodate(page);
}

#endif /* XBF_COMPAT_GRANT_H */

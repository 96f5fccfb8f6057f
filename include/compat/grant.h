/* SPDX-License-Identifier: GPL-2.0 */
/*
 * grant.h - giving and ending grants.
 */
#ifndef XBF_COMPAT_GRANT_H
#define XBF_COMPAT_GRANT_H

#include <linux/mm.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#ifdef XBF_HAVE_GRANT_END_REF_READONLY
/* Up to 6.0 the kernel wants to be told what it granted; it ignores the answer. */
#define gnttab_end_foreign_access_ref(ref)	gnttab_end_foreign_access_ref(ref, 0)
#endif

#ifndef XBF_HAVE_GRANT_TRY_END
/*
 * Up to 5.16 the kernel complains each time that a grant does not end: ask first.
 * Should it be mapped in between, ending it fails all the same, with a complaint.
 */
static inline int gnttab_try_end_foreign_access(grant_ref_t ref)
{
	if (gnttab_query_foreign_access(ref) || !gnttab_end_foreign_access_ref(ref))
		return 0;
	gnttab_free_grant_reference(ref);
	return 1;
}
#endif

/* --- Frames --------------------------------------------------------------- */

#ifndef XBF_HAVE_XEN_PAGE_SIZE
/* Up to 4.3 only kernels with pages of 4 KiB run on Xen. */
#define XEN_PAGE_SHIFT	PAGE_SHIFT
#define XEN_PAGE_SIZE	PAGE_SIZE
#endif

#ifndef XBF_HAVE_GFN
/* Up to 4.2 */
#define xen_page_to_gfn(page)	pfn_to_mfn(page_to_pfn(page))
#define virt_to_gfn(addr)	pfn_to_mfn(virt_to_phys(addr) >> PAGE_SHIFT)
#endif

#ifndef XBF_HAVE_PAGE_FOREIGN
#include <xen/features.h>
#endif

/*
 * Is the page itself a mapped grant of another domain? Then it cannot be granted
 * on. Kernels mark such pages like this, but the first mark means other
 * things on pages with contents of their own: those of files and of swap.
 */
static inline bool xbf_page_is_foreign(struct page *page)
{
#ifdef XBF_HAVE_PAGE_FOREIGN
	return unlikely(PageForeign(page)) && PagePrivate(page) && !PageUptodate(page);
#else
	/* Up to 3.19 the number of its frame is marked, where it is looked up by page. */
	return !xen_feature(XENFEAT_auto_translated_physmap) &&
	       (get_phys_to_machine(page_to_pfn(page)) & FOREIGN_FRAME_BIT);
#endif
}

#endif /* XBF_COMPAT_GRANT_H */

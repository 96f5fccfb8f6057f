/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xen/page.h - frames. A frame's number is its address here, shifted.
 */
#ifndef XBF_SIM_XEN_PAGE_H
#define XBF_SIM_XEN_PAGE_H

#include <linux/mm.h>

#define XEN_PAGE_SHIFT		12
#define XEN_PAGE_SIZE		(1ul << XEN_PAGE_SHIFT)

#define virt_to_gfn(addr)	((unsigned long)(addr) >> XEN_PAGE_SHIFT)
#define xen_page_to_gfn(page)	virt_to_gfn(page_address(page))

#endif /* XBF_SIM_XEN_PAGE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slab.h - memory, and pages of payload.
 */
#ifndef SIM_LINUX_SLAB_H
#define SIM_LINUX_SLAB_H

#include "kernel.h"

#ifndef SIM_PAGE_SHIFT
#define SIM_PAGE_SHIFT	     12
#endif
#define PAGE_SHIFT	     SIM_PAGE_SHIFT
#define PAGE_SIZE	     (1ul << PAGE_SHIFT)
#define PAGE_MASK	     (~(PAGE_SIZE - 1))

#define __GFP_IO	     0x01u
#define __GFP_FS	     0x02u
#define __GFP_DIRECT_RECLAIM 0x04u
#define __GFP_ZERO	     0x08u
#define __GFP_NOWARN	     0x10u
#define __GFP_NOFAIL	     0x20u
#define __GFP_NORETRY	     0x40u
#define GFP_KERNEL	     (__GFP_IO | __GFP_FS | __GFP_DIRECT_RECLAIM)
#define GFP_NOIO	     __GFP_DIRECT_RECLAIM
#define GFP_NOWAIT	     0u
#define GFP_ATOMIC	     0u

void *linux_alloc(size_t size, size_t align, gfp_t gfp, const char *who);
void linux_free(const void *p, const char *who);

#define kmalloc(size, gfp)	     linux_alloc(size, 0, gfp, __func__)
#define kzalloc(size, gfp)	     linux_alloc(size, 0, (gfp) | __GFP_ZERO, __func__)
#define kcalloc(n, size, gfp)	     kzalloc((n) * (size), gfp)
#define kmalloc_array(n, size, gfp)  kmalloc((n) * (size), gfp)
#define kvzalloc(size, gfp)	     kzalloc(size, gfp)
#define kvcalloc(n, size, gfp)	     kcalloc(n, size, gfp)
#define kvmalloc_array(n, size, gfp) kmalloc_array(n, size, gfp)
#define kfree(p)		     linux_free(p, __func__)
#define kvfree(p)		     linux_free(p, __func__)

#define alloc_pages_exact(size, gfp) linux_alloc(size, PAGE_SIZE, gfp, __func__)
#define free_pages_exact(p, size)    linux_free(p, __func__)
#define __get_free_page(gfp)	 ((unsigned long)linux_alloc(PAGE_SIZE, PAGE_SIZE, gfp, __func__))
#define get_zeroed_page(gfp)	     __get_free_page((gfp) | __GFP_ZERO)
#define free_page(addr)		     linux_free((void *)(addr), __func__)

char *kasprintf(gfp_t gfp, const char *format, ...);
char *kstrdup(const char *s, gfp_t gfp);

unsigned int memalloc_noio_save(void);
void memalloc_noio_restore(unsigned int flags);

/*
 * A page of payload.
 * @addr: its bytes
 * @requests: how many requests that have not ended have bytes of it
 * @foreign: it is a grant of another domain, mapped here
 */
struct page {
	void *addr;
	unsigned int requests;
	bool foreign;
};

#define PageForeign(page)	((page)->foreign)
#define PagePrivate(page)	((page)->foreign)
#define PageUptodate(page)	false

#define page_address(page)	((page)->addr)

/* Payload is touched only while a request has it: block.c. */
void memcpy_from_page(void *to, struct page *page, size_t offset, size_t len);
void memcpy_to_page(struct page *page, size_t offset, const void *from, size_t len);

#endif /* SIM_LINUX_SLAB_H */

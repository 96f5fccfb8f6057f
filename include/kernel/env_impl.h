/* SPDX-License-Identifier: GPL-2.0 */
/*
 * env_impl.h - the kernel's side of src/core/env.h. See there for what each
 * function promises; here it is only mapped to the kernel's own name.
 */
#ifndef XBF_ENV_IMPL_H
#define XBF_ENV_IMPL_H

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include <xen/grant_table.h>
#include <xen/page.h>

#include <asm/barrier.h>

#define env_read8(p)		READ_ONCE(*(p))
#define env_read16(p)		READ_ONCE(*(p))
#define env_read32(p)		READ_ONCE(*(p))
#define env_read64(p)		READ_ONCE(*(p))
#define env_write32(p, v)	WRITE_ONCE(*(p), v)
#define env_mb()		virt_mb()
#define env_rmb()		virt_rmb()
#define env_wmb()		virt_wmb()

#define env_load_acquire(p)	smp_load_acquire(p)
#define env_store_release(p, v)	smp_store_release(p, v)

typedef spinlock_t env_lock_t;
#define env_lock_init(l)	spin_lock_init(l)
#define env_lock(l)						\
({								\
	unsigned long flags_;					\
	spin_lock_irqsave(l, flags_);				\
	flags_;							\
})
#define env_unlock(l, flags)	spin_unlock_irqrestore(l, flags)

static inline unsigned int env_refs_claim(grant_ref_t *refs, unsigned int nr)
{
	grant_ref_t head;
	unsigned int i;

	/* All or one by one: a nearly full table still gives what it has. */
	if (!gnttab_alloc_grant_references(nr, &head)) {
		for (i = 0; i < nr; i++)
			refs[i] = gnttab_claim_grant_reference(&head);
		return nr;
	}
	for (i = 0; i < nr; i++) {
		if (gnttab_alloc_grant_references(1, &head))
			break;
		refs[i] = gnttab_claim_grant_reference(&head);
	}
	return i;
}

static inline void env_ref_release(grant_ref_t ref)
{
	gnttab_free_grant_reference(ref);
}

static inline void env_grant(grant_ref_t ref, u16 domid, unsigned long frame, unsigned int readonly)
{
	gnttab_grant_foreign_access_ref(ref, domid, frame, readonly);
}

static inline bool env_grant_end(grant_ref_t ref)
{
	return gnttab_end_foreign_access_ref(ref);
}

static inline bool env_grant_retry(grant_ref_t ref)
{
	return gnttab_try_end_foreign_access(ref);
}

static inline unsigned long env_page_frame(struct page *page, unsigned int offset)
{
	return xen_page_to_gfn(page) + (offset >> XEN_PAGE_SHIFT);
}

static inline unsigned long env_addr_frame(const void *addr)
{
	return virt_to_gfn((void *)addr);
}

#define env_copy_from_page(to, page, offset, len)	memcpy_from_page(to, page, offset, len)
#define env_copy_to_page(page, offset, from, len)	memcpy_to_page(page, offset, from, len)

static inline gfp_t env_gfp(bool may_sleep)
{
	/* Root disks and swap stand on us: never start I/O to get memory. */
	return may_sleep ? GFP_NOIO : GFP_NOWAIT | __GFP_NOWARN;
}

/* Where a page is several frames, kmalloc() has aligned ones of a frame each. */
static inline void *env_frame_alloc(bool may_sleep)
{
	if (PAGE_SIZE > XEN_PAGE_SIZE)
		return kzalloc(XEN_PAGE_SIZE, env_gfp(may_sleep));
	return (void *)get_zeroed_page(env_gfp(may_sleep));
}

static inline void env_frame_free(void *addr)
{
	if (PAGE_SIZE > XEN_PAGE_SIZE)
		kfree(addr);
	else
		free_page((unsigned long)addr);
}

static inline void *env_alloc(size_t size, bool may_sleep)
{
	return kzalloc(size, env_gfp(may_sleep) | __GFP_NOWARN);
}

static inline void env_free(void *p)
{
	kfree(p);
}

#endif /* XBF_ENV_IMPL_H */

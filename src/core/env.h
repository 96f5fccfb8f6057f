/* SPDX-License-Identifier: GPL-2.0 */
/*
 * env.h - the core's only window to the world.
 *
 * Everything in core/ that touches memory shared with the backend, takes a
 * lock, grants a page or allocates goes through the functions below, so that
 * the very same sources run in the kernel, in the unit tests and under a
 * simulated Xen. env_impl.h is found on the include path: include/kernel/ has
 * the kernel's (inlines that cost nothing), tests/unit/ has user space's.
 *
 * An environment supplies:
 *
 * u8 .. u64, bool, struct page, grant_ref_t, likely(), WARN-free memset()
 *
 * Shared memory, towards the other domain:
 *   u32  env_read32(const u32 *p), u64 env_read64(const u64 *p),
 *   u16  env_read16(const u16 *p), u8 env_read8(const u8 *p)
 *				one load that is neither torn nor repeated
 *   void env_write32(u32 *p, u32 v)	one store, likewise
 *   void env_mb(), env_rmb(), env_wmb()
 *
 * Between our own CPUs:
 *   u32  env_load_acquire(const u32 *p), void env_store_release(u32 *p, u32 v)
 *   env_lock_t, env_lock_init(l), unsigned long env_lock(l),
 *   env_unlock(l, flags)		a spin lock that keeps interrupts off
 *
 * Grants (Xen public header grant_table.h). None of them may sleep:
 *   unsigned int env_refs_claim(grant_ref_t *refs, unsigned int nr)
 *				claim up to @nr references, say how many
 *   void env_ref_release(grant_ref_t ref)	an unused one goes back
 *   void env_grant(ref, domid, frame, readonly)	readonly: anything but 0
 *   bool env_grant_end(ref)	false: the other domain still maps the frame
 *   bool env_grant_retry(ref)	as env_grant_end(), quiet when it fails; when
 *				it succeeds the reference went back as well
 *
 * Pages. A "frame" is what one grant covers, 4 KiB whatever PAGE_SIZE is:
 *   unsigned long env_page_frame(struct page *page, unsigned int offset)
 *   unsigned long env_addr_frame(const void *addr)
 *   void env_copy_from_page(void *to, struct page *page, unsigned int offset,
 *			     unsigned int len)
 *   void env_copy_to_page(struct page *page, unsigned int offset,
 *			   const void *from, unsigned int len)
 *   void *env_frame_alloc(bool may_sleep), void env_frame_free(void *addr)
 *				one zeroed frame; NULL when there is none
 *   void *env_alloc(size_t size, bool may_sleep), void env_free(void *p)
 *				zeroed memory; NULL when there is none
 */
#ifndef XBF_CORE_ENV_H
#define XBF_CORE_ENV_H

#include "env_impl.h"

#define XBF_FRAME_SHIFT		12
#define XBF_FRAME_SIZE		(1u << XBF_FRAME_SHIFT)
/* Every sector number and count of the protocol is in units of 512 bytes. */
#define XBF_SECTOR_SHIFT	9

#endif /* XBF_CORE_ENV_H */

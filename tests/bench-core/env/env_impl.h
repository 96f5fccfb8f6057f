/* SPDX-License-Identifier: GPL-2.0 */
/*
 * env_impl.h - src/core/env.h for counting instructions: what is inline in the
 * kernel is inline here and costs the same, what is a call there is a call to
 * a stub of the same length (stubs.S). Copies of payload cost their call only.
 */
#ifndef XBF_BENCH_ENV_IMPL_H
#define XBF_BENCH_ENV_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <xen/interface/grant_table.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef uint64_t u64;

#define likely(x)		__builtin_expect(!!(x), 1)

/* As large as the kernel's, so that page numbers are computed the same way. */
struct page {
	char bytes[64];
};

#define env_once(p)		(*(const volatile __typeof__(*(p)) *)(p))
#define env_read8(p)		env_once(p)
#define env_read16(p)		env_once(p)
#define env_read32(p)		env_once(p)
#define env_read64(p)		env_once(p)
#define env_write32(p, v)	((void)(*(volatile u32 *)(p) = (v)))

/* x86: a locked instruction, and two that only hold back the compiler. */
#define env_barrier()		__asm__ __volatile__("" : : : "memory")
#define env_mb()		__asm__ __volatile__("lock; addl $0,-4(%%rsp)" : : : "memory", "cc")
#define env_rmb()		env_barrier()
#define env_wmb()		env_barrier()

static inline u32 env_load_acquire(const u32 *p)
{
	u32 v = env_once(p);

	env_barrier();
	return v;
}

static inline void env_store_release(u32 *p, u32 v)
{
	env_barrier();
	env_write32(p, v);
}

/*
 * A lock that nobody holds: its atomic instruction and the branch, and a store.
 * What the kernel does around them (interrupts, preemption, lockdep) depends on
 * its configuration and not on the core.
 */
typedef u32 env_lock_t;

static inline unsigned long env_lock(env_lock_t *lock)
{
	u32 seen = 0;

	__asm__ __volatile__("lock cmpxchg %2, %1\n\tjne ."
			     : "+a"(seen), "+m"(*lock)
			     : "r"(1)
			     : "memory", "cc");
	return 0;
}

static inline void env_unlock(env_lock_t *lock, unsigned long flags)
{
	(void)flags;
	env_barrier();
	env_write32(lock, 0);
}

/* stubs.S */
void env_grant(grant_ref_t ref, u16 domid, unsigned long frame, unsigned int readonly);
bool env_grant_end(grant_ref_t ref);
bool env_grant_retry(grant_ref_t ref);
void bench_copy(void *to, const void *from, size_t len);
void bench_notify(void);

static inline void env_lock_init(env_lock_t *lock)
{
	*lock = 0;
}

static inline unsigned long env_page_frame(struct page *page, unsigned int offset)
{
	return ((unsigned long)page >> 6) + (offset >> 12);
}

static inline unsigned long env_addr_frame(const void *addr)
{
	return (unsigned long)addr >> 12;
}

static inline void env_copy_from_page(void *to, struct page *page, unsigned int offset,
				      unsigned int len)
{
	bench_copy(to, page->bytes + offset, len);
}

static inline void env_copy_to_page(struct page *page, unsigned int offset, const void *from,
				    unsigned int len)
{
	bench_copy(page->bytes + offset, from, len);
}

/* Only used before counting begins. */
static inline unsigned int env_refs_claim(grant_ref_t *refs, unsigned int nr)
{
	static grant_ref_t next = 8;
	unsigned int i;

	for (i = 0; i < nr; i++)
		refs[i] = next++;
	return nr;
}

static inline void env_ref_release(grant_ref_t ref)
{
	(void)ref;
}

static inline void *env_frame_alloc(bool may_sleep)
{
	void *addr = aligned_alloc(4096, 4096);

	(void)may_sleep;
	return addr ? memset(addr, 0, 4096) : NULL;
}

static inline void env_frame_free(void *addr)
{
	free(addr);
}

static inline void *env_alloc(size_t size, bool may_sleep)
{
	(void)may_sleep;
	return calloc(1, size);
}

static inline void env_free(void *p)
{
	free(p);
}

#endif /* XBF_BENCH_ENV_IMPL_H */

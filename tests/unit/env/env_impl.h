/* SPDX-License-Identifier: GPL-2.0 */
/*
 * env_impl.h - user space's side of src/core/env.h: a model of locks, grants
 * and memory that notices when the core breaks a rule, see env.c.
 */
#ifndef XBF_UNIT_ENV_IMPL_H
#define XBF_UNIT_ENV_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <xen/interface/grant_table.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef int16_t s16;
typedef uint32_t u32;
typedef uint64_t u64;

#define likely(x)	__builtin_expect(!!(x), 1)

/* Of a page of payload; run builds the tests that have any for two sizes. */
#ifndef PAGE_SIZE
#define PAGE_SIZE	4096u
#endif

struct page {
	unsigned char *addr;
};

/* Everything the core does to memory that others see, in the order it does it. */
enum model_op {
	MODEL_READ,
	MODEL_WRITE,
	MODEL_MB,
	MODEL_RMB,
	MODEL_WMB,
	MODEL_ACQUIRE,
	MODEL_RELEASE,
	MODEL_LOCK,
	MODEL_UNLOCK,
};

/* After READ and ACQUIRE took the value; before WRITE, RELEASE and LOCK; after UNLOCK. */
typedef void (*model_hook_t)(enum model_op op, const volatile void *addr);

u8 env_read8(const u8 *p);
u16 env_read16(const u16 *p);
u32 env_read32(const u32 *p);
u64 env_read64(const u64 *p);
void env_write32(u32 *p, u32 v);
void env_mb(void);
void env_rmb(void);
void env_wmb(void);
u32 env_load_acquire(const u32 *p);
void env_store_release(u32 *p, u32 v);

typedef struct {
	const char *name;
	unsigned int rank;
	unsigned long flags;
	bool held;
} env_lock_t;

#define env_lock_init(lock)	model_lock_init(lock, #lock)
void model_lock_init(env_lock_t *lock, const char *name);
unsigned long env_lock(env_lock_t *lock);
void env_unlock(env_lock_t *lock, unsigned long flags);

unsigned int env_refs_claim(grant_ref_t *refs, unsigned int nr);
void env_ref_release(grant_ref_t ref);
void env_grant(grant_ref_t ref, u16 domid, unsigned long frame, unsigned int readonly);
bool env_grant_end(grant_ref_t ref);
bool env_grant_retry(grant_ref_t ref);

unsigned long env_page_frame(struct page *page, unsigned int offset);
unsigned long env_addr_frame(const void *addr);
void env_copy_from_page(void *to, struct page *page, unsigned int offset, unsigned int len);
void env_copy_to_page(struct page *page, unsigned int offset, const void *from, unsigned int len);
void *env_frame_alloc(bool may_sleep);
void env_frame_free(void *addr);
void *env_alloc(size_t size, bool may_sleep);
void env_free(void *p);

/* ---- what tests say and ask ---- */

#define MODEL_PLENTY	0x7fffffff

/**
 * struct model - the world as the core finds it
 * @refs_left: references that the kernel still has
 * @frames_left: frames, likewise
 * @allocs_left: other allocations, likewise
 * @claimed: references that the core has now
 * @granted: of these, with standing access
 * @frames: frames it has now
 * @allocs: other allocations
 * @grants: times it granted
 * @ends: times it tried to end a grant
 * @copied: bytes of payload it copied
 * @hook: called with every operation, if set
 */
struct model {
	unsigned int refs_left;
	unsigned int frames_left;
	unsigned int allocs_left;
	unsigned int claimed;
	unsigned int granted;
	unsigned int frames;
	unsigned int allocs;
	unsigned long grants;
	unsigned long ends;
	unsigned long copied;
	model_hook_t hook;
};

extern struct model model;

void model_reset(void);
void model_check_clean(void);
void model_broken(const char *rule, const char *what) __attribute__((noreturn));

/* The other domain's side of the grant table. */
void *model_map(grant_ref_t ref, u16 domid, bool write);
void model_unmap(grant_ref_t ref);
void model_unmap_all(void);
bool model_is_granted(grant_ref_t ref);
bool model_is_readonly(grant_ref_t ref);

#endif /* XBF_UNIT_ENV_IMPL_H */

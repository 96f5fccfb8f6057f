// SPDX-License-Identifier: GPL-2.0
/*
 * env.c - the model behind the core in unit tests.
 *
 * Whatever the core must never do fails the test at once, and so names the
 * culprit: taking locks out of order, granting a reference twice, freeing a
 * frame that another domain may still see, sleeping under a lock, leaving
 * something behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/env.h"

#define MAX_REFS	(1u << 14)
/* Xen's table begins with references that are not the guest's to use. */
#define FIRST_REF	8
#define MAX_LOCKS	8

struct ref {
	unsigned long frame;
	unsigned int mapped;
	u16 domid;
	bool claimed;
	bool granted;
	bool readonly;
};

struct model model;

static struct ref refs[MAX_REFS];
static grant_ref_t last_ref;
static env_lock_t *held[MAX_LOCKS];
static unsigned int nr_held;
static unsigned long irq_flags;

/* A rule was broken: the test fails here, unless it expects just that. */
void model_broken(const char *rule, const char *what)
{
	static char text[200];

	snprintf(text, sizeof(text), "the core broke a rule: %s (%s)", rule, what);
	mock_assert(0, text, "env.c", __LINE__);
	abort();
}

void model_reset(void)
{
	memset(&model, 0, sizeof(model));
	memset(refs, 0, sizeof(refs));
	model.refs_left = MODEL_PLENTY;
	model.frames_left = MODEL_PLENTY;
	model.allocs_left = MODEL_PLENTY;
	last_ref = FIRST_REF - 1;
	nr_held = 0;
	irq_flags = 0;
}

void model_check_clean(void)
{
	assert_int_equal(nr_held, 0);
	assert_int_equal(model.granted, 0);
	assert_int_equal(model.claimed, 0);
	assert_int_equal(model.frames, 0);
	assert_int_equal(model.allocs, 0);
}

static void happens(enum model_op op, const volatile void *addr)
{
	model_hook_t hook = model.hook;

	if (!hook)
		return;
	/* What a hook does is not the core's doing. */
	model.hook = NULL;
	hook(op, addr);
	model.hook = hook;
}

/* ---- memory shared with another domain, or another CPU ---- */

#define DEFINE_READ(type, name)			\
type name(const type *p)			\
{						\
	type v = *(const volatile type *)p;	\
						\
	happens(MODEL_READ, p);			\
	return v;				\
}

DEFINE_READ(u8, env_read8)
DEFINE_READ(u16, env_read16)
DEFINE_READ(u32, env_read32)
DEFINE_READ(u64, env_read64)

void env_write32(u32 *p, u32 v)
{
	happens(MODEL_WRITE, p);
	*(volatile u32 *)p = v;
}

void env_mb(void)
{
	happens(MODEL_MB, NULL);
}

void env_rmb(void)
{
	happens(MODEL_RMB, NULL);
}

void env_wmb(void)
{
	happens(MODEL_WMB, NULL);
}

u32 env_load_acquire(const u32 *p)
{
	u32 v = *(const volatile u32 *)p;

	happens(MODEL_ACQUIRE, p);
	return v;
}

void env_store_release(u32 *p, u32 v)
{
	happens(MODEL_RELEASE, p);
	*(volatile u32 *)p = v;
}

/* ---- locks ---- */

/* The order of src/core: a lock is only taken inside those above it. */
static const char *const lock_order[] = {
	"->cons_lock",
	"->prod_lock",
	"pool->lock",
	"budget->lock",
};

void model_lock_init(env_lock_t *lock, const char *name)
{
	unsigned int i;

	memset(lock, 0, sizeof(*lock));
	lock->name = name;
	for (i = 0; i < sizeof(lock_order) / sizeof(lock_order[0]); i++)
		if (strstr(name, lock_order[i]))
			lock->rank = i + 1;
	if (!lock->rank)
		model_broken("a lock that lock_order[] in env.c does not know", name);
}

unsigned long env_lock(env_lock_t *lock)
{
	happens(MODEL_LOCK, lock);
	if (!lock->name)
		model_broken("a lock is initialised before it is taken", "unknown");
	if (lock->held)
		model_broken("a lock is not taken twice", lock->name);
	if (nr_held && held[nr_held - 1]->rank >= lock->rank)
		model_broken("locks are taken in order", lock->name);
	lock->held = true;
	held[nr_held++] = lock;
	lock->flags = irq_flags++;
	return lock->flags;
}

void env_unlock(env_lock_t *lock, unsigned long flags)
{
	if (!nr_held || held[nr_held - 1] != lock)
		model_broken("the lock taken last is dropped first", lock->name);
	if (flags != lock->flags)
		model_broken("a lock is dropped with the flags it was taken with", lock->name);
	lock->held = false;
	irq_flags--;
	nr_held--;
	happens(MODEL_UNLOCK, lock);
}

/* ---- grants ---- */

static struct ref *ref_of(grant_ref_t ref, const char *what)
{
	if (ref >= MAX_REFS || !refs[ref].claimed)
		model_broken("only claimed references are used", what);
	return &refs[ref];
}

/* Hands out references in turn, so that an old one does not come back at once. */
unsigned int env_refs_claim(grant_ref_t *out, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr && model.refs_left; i++) {
		do {
			last_ref = last_ref + 1 < MAX_REFS ? last_ref + 1 : FIRST_REF;
		} while (refs[last_ref].claimed);
		memset(&refs[last_ref], 0, sizeof(refs[last_ref]));
		refs[last_ref].claimed = true;
		out[i] = last_ref;
		model.refs_left--;
		model.claimed++;
	}
	return i;
}

static void give_back(struct ref *r)
{
	r->claimed = false;
	model.refs_left++;
	model.claimed--;
}

void env_ref_release(grant_ref_t ref)
{
	struct ref *r = ref_of(ref, "release");

	if (r->granted)
		model_broken("a reference is not released while its grant stands", "release");
	give_back(r);
}

void env_grant(grant_ref_t ref, u16 domid, unsigned long frame, unsigned int readonly)
{
	struct ref *r = ref_of(ref, "grant");

	if (r->granted)
		model_broken("a reference is not granted twice", "grant");
	r->granted = true;
	r->domid = domid;
	r->frame = frame;
	r->readonly = readonly;
	model.granted++;
	model.grants++;
}

bool env_grant_end(grant_ref_t ref)
{
	struct ref *r = ref_of(ref, "end");

	model.ends++;
	if (!r->granted)
		model_broken("only a standing grant is ended", "end");
	if (r->mapped)
		return false;
	r->granted = false;
	model.granted--;
	return true;
}

bool env_grant_retry(grant_ref_t ref)
{
	if (!env_grant_end(ref))
		return false;
	give_back(&refs[ref]);
	return true;
}

/* The other domain maps a frame, once more: its address there. */
void *model_map(grant_ref_t ref, u16 domid, bool write)
{
	struct ref *r = &refs[ref];

	assert_true(ref < MAX_REFS && r->granted);
	assert_int_equal(r->domid, domid);
	assert_false(write && r->readonly);
	r->mapped++;
	return (void *)(r->frame << XBF_FRAME_SHIFT);
}

void model_unmap(grant_ref_t ref)
{
	assert_true(ref < MAX_REFS && refs[ref].mapped);
	refs[ref].mapped--;
}

/* The other domain dies: Xen undoes all its mappings. */
void model_unmap_all(void)
{
	u32 i;

	for (i = 0; i < MAX_REFS; i++)
		refs[i].mapped = 0;
}

bool model_is_granted(grant_ref_t ref)
{
	return ref < MAX_REFS && refs[ref].granted;
}

bool model_is_readonly(grant_ref_t ref)
{
	return ref < MAX_REFS && refs[ref].readonly;
}

/* ---- memory ---- */

unsigned long env_page_frame(struct page *page, unsigned int offset)
{
	return env_addr_frame(page->addr + offset);
}

unsigned long env_addr_frame(const void *addr)
{
	return (unsigned long)addr >> XBF_FRAME_SHIFT;
}

void env_copy_from_page(void *to, struct page *page, unsigned int offset, unsigned int len)
{
	memcpy(to, page->addr + offset, len);
	model.copied += len;
}

void env_copy_to_page(struct page *page, unsigned int offset, const void *from, unsigned int len)
{
	memcpy(page->addr + offset, from, len);
	model.copied += len;
}

static bool may_allocate(unsigned int *left, bool may_sleep)
{
	if (may_sleep && nr_held)
		model_broken("nobody sleeps under a lock", held[nr_held - 1]->name);
	if (!*left)
		return false;
	if (*left != MODEL_PLENTY)
		--*left;
	return true;
}

void *env_frame_alloc(bool may_sleep)
{
	void *addr;

	if (!may_allocate(&model.frames_left, may_sleep))
		return NULL;
	addr = aligned_alloc(XBF_FRAME_SIZE, XBF_FRAME_SIZE);
	assert_non_null(addr);
	model.frames++;
	return memset(addr, 0, XBF_FRAME_SIZE);
}

void env_frame_free(void *addr)
{
	u32 i;

	for (i = 0; i < MAX_REFS; i++)
		if (refs[i].granted && refs[i].frame == env_addr_frame(addr))
			model_broken("a frame that another domain may see is never freed", "free");
	model.frames--;
	free(addr);
}

void *env_alloc(size_t size, bool may_sleep)
{
	void *p;

	if (!may_allocate(&model.allocs_left, may_sleep))
		return NULL;
	p = calloc(1, size);
	assert_non_null(p);
	model.allocs++;
	return p;
}

void env_free(void *p)
{
	if (p)
		model.allocs--;
	free(p);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * store.c - xenstore: the tree, transactions, and the guest's calls.
 *
 * As xenstored has it, a transaction fails when anything was written meanwhile.
 * The guest's calls take a little time, so they must not be made where sleeping
 * is forbidden; while the guest is suspended they wait.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/kernel.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#include "store.h"
#include "xen-model.h"

#define PATH		SIM_STORE_PATH
#define MAX_NODES	1024
#define MAX_TXNS	16
#define MAX_LISTENERS	64

struct entry {
	char path[PATH];
	char *value;
};

/* What a transaction wants to change; value NULL: remove. */
struct change {
	struct change *next;
	struct entry entry;
};

struct txn {
	uint32_t id;		/* 0: not in use */
	uint64_t generation;	/* of the store, when it began */
	struct change *changes;	/* latest first */
};

struct listener {
	char path[PATH];
	struct sim_wait *place;
	unsigned int heard;
};

static struct entry nodes[MAX_NODES];	/* in the order in which they were made */
static unsigned int nr_nodes;
static uint64_t generation;
static int quiet;

static struct txn txns[MAX_TXNS];
static uint32_t last_txn;
static struct listener listeners[MAX_LISTENERS];

static struct sim_wait users_wait;
static bool suspended;
static unsigned int nr_users;		/* guest calls under way, and its transactions */

/* ---- the tree ---- */

bool sim_path_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && (!path[len] || path[len] == '/');
}

static struct entry *find(const char *path)
{
	unsigned int i;

	for (i = 0; i < nr_nodes; i++)
		if (!strcmp(nodes[i].path, path))
			return &nodes[i];
	return NULL;
}

static bool exists(const char *path)
{
	unsigned int i;

	for (i = 0; i < nr_nodes; i++)
		if (sim_path_below(nodes[i].path, path))
			return true;
	return false;
}

/* The guest's own directory is where its relative paths begin. */
void sim_path_absolute(char out[PATH], const char *dir, const char *node)
{
	if (!dir)
		sim_broken("nobody uses xdev->otherend while xenbus replaces it", "%s", node);
	snprintf(out, PATH, "%s%s%s%s", *dir == '/' ? "" : SIM_GUEST "/", dir, *node ? "/" : "",
		 node);
}

/* Something at @path was written, or removed with all below. */
static void fire(const char *path, bool removed)
{
	unsigned int i;

	generation++;
	if (quiet)
		return;
	sim_watch_fire(path, removed);
	for (i = 0; i < MAX_LISTENERS; i++)
		if (listeners[i].place && (sim_path_below(path, listeners[i].path) ||
					   (removed && sim_path_below(listeners[i].path, path)))) {
			listeners[i].heard++;
			sim_wake(listeners[i].place);
		}
}

static void set(const char *path, const char *value)
{
	struct entry *entry = find(path);

	if (!entry) {
		if (nr_nodes == MAX_NODES)
			sim_broken("model", "xenstore is full");
		entry = &nodes[nr_nodes++];
		snprintf(entry->path, PATH, "%s", path);
		entry->value = NULL;
	}
	free(entry->value);
	entry->value = strdup(value);
	sim_note("xenstore: %s = \"%s\"", path, value);
	fire(path, false);
}

static void erase(const char *path)
{
	unsigned int i, left = 0;

	for (i = 0; i < nr_nodes; i++) {
		if (sim_path_below(nodes[i].path, path)) {
			free(nodes[i].value);
			continue;
		}
		nodes[left++] = nodes[i];
	}
	if (left == nr_nodes)
		return;
	nr_nodes = left;
	sim_note("xenstore: %s is removed", path);
	fire(path, true);
}

/* ---- dom0 ---- */

const char *sim_store_read(const char *path)
{
	struct entry *entry = find(path);

	return entry ? entry->value : NULL;
}

void sim_store_write(const char *path, const char *format, ...)
{
	char value[PATH];
	va_list args;

	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	set(path, value);
}

void sim_store_remove(const char *path)
{
	erase(path);
}

void sim_store_listen(const char *path, struct sim_wait *place)
{
	unsigned int i;

	for (i = 0; i < MAX_LISTENERS && listeners[i].place; i++)
		;
	if (i == MAX_LISTENERS)
		sim_broken("model", "too many listen to xenstore");
	snprintf(listeners[i].path, PATH, "%s", path);
	listeners[i].place = place;
	listeners[i].heard = 0;
}

void sim_store_unlisten(struct sim_wait *place)
{
	unsigned int i;

	for (i = 0; i < MAX_LISTENERS; i++)
		if (listeners[i].place == place)
			listeners[i].place = NULL;
}

bool sim_store_heard(struct sim_wait *place)
{
	bool heard = false;
	unsigned int i;

	for (i = 0; i < MAX_LISTENERS; i++) {
		if (listeners[i].place != place || !listeners[i].heard)
			continue;
		listeners[i].heard = 0;
		heard = true;
	}
	return heard;
}

void sim_store_quiet(bool on)
{
	quiet += on ? 1 : -1;
}

/* ---- the guest's calls ---- */

/* A call goes to xenstored and comes back; one that belongs to a transaction is never held up. */
void sim_store_enter(struct xenbus_transaction t)
{
	sim_point();
	if (!t.id)
		sim_wait_for(&users_wait, !suspended);
	nr_users++;
	sim_sleep(1000 + sim_random(20000));
}

void sim_store_leave(void)
{
	nr_users--;
	sim_wake(&users_wait);
	sim_point();
}

static struct txn *txn_of(struct xenbus_transaction t)
{
	unsigned int i;

	for (i = 0; i < MAX_TXNS; i++)
		if (txns[i].id == t.id)
			return &txns[i];
	sim_broken("xenstore", "there is no transaction %u", t.id);
}

int xenbus_transaction_start(struct xenbus_transaction *t)
{
	unsigned int i;

	sim_store_enter(XBT_NIL);
	for (i = 0; i < MAX_TXNS && txns[i].id; i++)
		;
	if (i == MAX_TXNS) {
		sim_store_leave();
		return -ENOSPC;
	}
	txns[i] = (struct txn){ .id = ++last_txn, .generation = generation };
	t->id = last_txn;
	/* Stays a user until its end: a suspend waits for it. */
	sim_point();
	return 0;
}

static void drop_changes(struct txn *txn)
{
	while (txn->changes) {
		struct change *change = txn->changes;

		txn->changes = change->next;
		free(change->entry.value);
		free(change);
	}
}

/* Oldest first. */
static void apply(struct change *change)
{
	if (!change)
		return;
	apply(change->next);
	if (change->entry.value)
		set(change->entry.path, change->entry.value);
	else
		erase(change->entry.path);
}

int xenbus_transaction_end(struct xenbus_transaction t, bool abort)
{
	struct txn *txn = txn_of(t);
	int err = 0;

	sim_store_enter(t);
	if (!abort && (txn->generation != generation || sim_chance(8)))
		err = -EAGAIN;
	if (!abort && !err)
		apply(txn->changes);
	drop_changes(txn);
	txn->id = 0;
	nr_users--;
	sim_store_leave();
	return err;
}

/* What a transaction sees of a path; NULL: nothing. */
static const char *look(struct xenbus_transaction t, const char *path)
{
	struct change *change = t.id ? txn_of(t)->changes : NULL;

	for (; change; change = change->next) {
		if (!strcmp(change->entry.path, path))
			return change->entry.value;
		if (!change->entry.value && sim_path_below(path, change->entry.path))
			return NULL;
	}
	return sim_store_read(path);
}

void *xenbus_read(struct xenbus_transaction t, const char *dir, const char *node, unsigned int *len)
{
	char path[PATH], *copy = ERR_PTR(-ENOENT);
	char now[PATH];
	const char *value;

	sim_path_absolute(path, dir, node);
	sim_store_enter(t);
	value = look(t, path);
	if (value) {
		/* Somebody may write it while we wait for memory. */
		snprintf(now, sizeof(now), "%s", value);
		copy = kmalloc(strlen(now) + 1, GFP_NOIO | __GFP_NOFAIL);
		strcpy(copy, now);
		if (len)
			*len = strlen(now);
	}
	sim_store_leave();
	return copy;
}

int xenbus_exists(struct xenbus_transaction t, const char *dir, const char *node)
{
	char path[PATH];
	bool there;

	sim_path_absolute(path, dir, node);
	sim_store_enter(t);
	there = look(t, path) || exists(path);
	sim_store_leave();
	return there;
}

/* A frontend's directory is made by dom0 only; in it the guest may write. */
static bool may_write(const char *path)
{
	static const char devices[] = SIM_GUEST "/device/vbd/";
	size_t len = strlen(devices);
	char dir[PATH];

	if (strncmp(path, devices, len))
		return true;
	snprintf(dir, PATH, "%.*s", (int)(len + strcspn(path + len, "/")), path);
	return exists(dir);
}

static unsigned int most_nodes = UINT_MAX;
static int over_quota;

void sim_store_limit(unsigned int nodes, int err)
{
	most_nodes = nodes;
	over_quota = err;
	sim_note("xenstore: the guest may have %u nodes of vbds", nodes);
}

/* Those in a transaction, too, may only be removed by it. */
static bool is_too_many(struct xenbus_transaction t, const char *path)
{
	struct change *change = t.id ? txn_of(t)->changes : NULL;
	unsigned int i, count = 0;

	if (most_nodes == UINT_MAX || look(t, path))
		return false;
	for (i = 0; i < nr_nodes; i++)
		count += sim_path_below(nodes[i].path, SIM_GUEST "/device/vbd");
	for (; change; change = change->next)
		count += change->entry.value && !exists(change->entry.path);
	return count >= most_nodes;
}

/* @value NULL: remove. */
static int modify(struct xenbus_transaction t, const char *path, const char *value)
{
	struct change *change;
	int err = 0;

	sim_store_enter(t);
	if (!may_write(path)) {
		err = -EACCES;
	} else if (value && is_too_many(t, path)) {
		err = over_quota;
	} else if (t.id) {
		change = calloc(1, sizeof(*change));
		snprintf(change->entry.path, PATH, "%s", path);
		change->entry.value = value ? strdup(value) : NULL;
		change->next = txn_of(t)->changes;
		txn_of(t)->changes = change;
	} else if (value) {
		set(path, value);
	} else {
		erase(path);
	}
	sim_store_leave();
	return err;
}

int xenbus_write(struct xenbus_transaction t, const char *dir, const char *node, const char *string)
{
	char path[PATH];

	sim_path_absolute(path, dir, node);
	return modify(t, path, string);
}

int xenbus_rm(struct xenbus_transaction t, const char *dir, const char *node)
{
	char path[PATH];

	sim_path_absolute(path, dir, node);
	return modify(t, path, NULL);
}

int xenbus_printf(struct xenbus_transaction t, const char *dir, const char *node, const char *fmt,
		  ...)
{
	char value[PATH];
	va_list args;

	va_start(args, fmt);
	vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	return xenbus_write(t, dir, node, value);
}

int xenbus_scanf(struct xenbus_transaction t, const char *dir, const char *node, const char *fmt,
		 ...)
{
	char *value = xenbus_read(t, dir, node, NULL);
	va_list args;
	int nr;

	if (IS_ERR(value))
		return PTR_ERR(value);
	va_start(args, fmt);
	nr = vsscanf(value, fmt, args);
	va_end(args);
	kfree(value);
	return nr ? nr : -ERANGE;
}

int xenbus_gather(struct xenbus_transaction t, const char *dir, ...)
{
	const char *name, *fmt;
	va_list args;
	int err = 0;

	va_start(args, dir);
	while (!err && (name = va_arg(args, const char *))) {
		char *value = xenbus_read(t, dir, name, NULL);
		void *result;

		fmt = va_arg(args, const char *);
		result = va_arg(args, void *);
		if (IS_ERR(value)) {
			err = PTR_ERR(value);
		} else if (!fmt) {
			*(char **)result = value;
		} else {
			if (sscanf(value, fmt, result) != 1)
				err = -EINVAL;
			kfree(value);
		}
	}
	va_end(args);
	return err;
}

unsigned int xenbus_read_unsigned(const char *dir, const char *node, unsigned int fallback)
{
	unsigned int val;

	return xenbus_scanf(XBT_NIL, dir, node, "%u", &val) == 1 ? val : fallback;
}

/* ---- suspend and resume of the guest's xenstore client ---- */

void sim_store_suspend(void)
{
	suspended = true;
	sim_wait_for(&users_wait, !nr_users);
}

void sim_store_resume(bool cancelled)
{
	suspended = false;
	sim_wake(&users_wait);
	/* Another xenstored knows of no watches: they are registered, and fire, again. */
	if (!cancelled)
		sim_watch_fire_all();
}

/* ---- the world ---- */

void sim_store_reset(void)
{
	unsigned int i;

	for (i = 0; i < nr_nodes; i++)
		free(nodes[i].value);
	for (i = 0; i < MAX_TXNS; i++)
		drop_changes(&txns[i]);
	memset(txns, 0, sizeof(txns));
	memset(listeners, 0, sizeof(listeners));
	memset(&users_wait, 0, sizeof(users_wait));
	nr_nodes = 0;
	most_nodes = UINT_MAX;
	generation = 0;
	last_txn = 0;
	nr_users = 0;
	suspended = false;
	quiet = 0;
	sim_watch_reset();
	sim_xenbus_reset();
}

void sim_store_check_clean(void)
{
	unsigned int i;

	for (i = 0; i < MAX_TXNS; i++)
		if (txns[i].id)
			sim_broken("leak", "transaction %u never ended", txns[i].id);
	sim_xenbus_check_clean();
	sim_watch_check_clean();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * xenwatch.c - watches on xenstore, and the one task of the guest that delivers
 * their events, one after another.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xen/xenbus.h>

#include "store.h"
#include "xen-model.h"

#define PATH		SIM_STORE_PATH
/* xenstored grants more, but not to a guest of three disks only. */
#define MAX_WATCHES	16

struct event {
	struct event *next;
	struct xenbus_watch *watch;
	char path[PATH];
	void (*fn)(void *);	/* instead of a watch */
	void *arg;
};

static struct xenbus_watch *watches[MAX_WATCHES];
static struct event *first_event, **last_event;
static struct sim_wait events_wait, mutex_wait;
static struct sim_task *xenwatch_task;
static bool busy;

static void queue_event(struct event *event)
{
	event->next = NULL;
	*last_event = event;
	last_event = &event->next;
	sim_wake(&events_wait);
}

static void queue_watch(struct xenbus_watch *watch, const char *path)
{
	struct event *event = calloc(1, sizeof(*event));

	if (*watch->node != '/')
		path += strlen(SIM_GUEST "/");
	event->watch = watch;
	watch->nr_pending++;
	snprintf(event->path, PATH, "%s", path);
	queue_event(event);
}

/* Something at @path was written, or removed with all below. */
void sim_watch_fire(const char *path, bool removed)
{
	char watched[PATH];
	unsigned int i;

	for (i = 0; i < MAX_WATCHES; i++) {
		if (!watches[i])
			continue;
		sim_path_absolute(watched, watches[i]->node, "");
		if (sim_path_below(path, watched))
			queue_watch(watches[i], path);
		else if (removed && sim_path_below(watched, path))
			queue_watch(watches[i], watched);
	}
}

void sim_watch_fire_all(void)
{
	char path[PATH];
	unsigned int i;

	for (i = 0; i < MAX_WATCHES; i++) {
		if (!watches[i])
			continue;
		sim_path_absolute(path, watches[i]->node, "");
		queue_watch(watches[i], path);
	}
}

int register_xenbus_watch(struct xenbus_watch *watch)
{
	char path[PATH];
	unsigned int i;

	sim_store_enter(XBT_NIL);
	for (i = 0; i < MAX_WATCHES && watches[i]; i++)
		if (watches[i] == watch)
			sim_broken("xenstore", "a watch on %s is registered twice", watch->node);
	if (i == MAX_WATCHES)
		sim_broken("xenstore", "the guest has %u watches already", i);
	watches[i] = watch;
	watch->nr_pending = 0;
	/* A new watch fires once. */
	sim_path_absolute(path, watch->node, "");
	queue_watch(watch, path);
	sim_store_leave();
	return 0;
}

static void forget_events(struct xenbus_watch *watch)
{
	struct event **link = &first_event, *event;

	while ((event = *link)) {
		if (event->watch == watch) {
			*link = event->next;
			free(event);
		} else {
			link = &event->next;
		}
	}
	last_event = link;
	watch->nr_pending = 0;
}

void unregister_xenbus_watch(struct xenbus_watch *watch)
{
	unsigned int i;

	sim_store_enter(XBT_NIL);
	for (i = 0; i < MAX_WATCHES && watches[i] != watch; i++)
		;
	if (i == MAX_WATCHES)
		sim_broken("xenstore", "a watch that is not registered is unregistered");
	watches[i] = NULL;
	forget_events(watch);
	sim_store_leave();
	/* When we return its callback does not run any more. */
	if (sim_self() != xenwatch_task)
		sim_wait_for(&mutex_wait, !busy);
}

void sim_watch_event(void (*fn)(void *), void *arg)
{
	struct event *event = calloc(1, sizeof(*event));

	event->fn = fn;
	event->arg = arg;
	queue_event(event);
}

void sim_watch_timed(const char *what, uint64_t since, uint64_t limit)
{
	uint64_t took = sim_now() - since;

	if (took > limit)
		sim_broken("xenwatch", "%s took %llu ms", what,
			   (unsigned long long)(took / 1000000));
}

static void xenwatch(void *unused)
{
	struct event *event;

	(void)unused;
	for (;;) {
		busy = false;
		sim_wake(&mutex_wait);
		sim_wait_for(&events_wait, first_event);
		busy = true;
		event = first_event;
		first_event = event->next;
		if (!first_event)
			last_event = &first_event;
		if (event->watch) {
			event->watch->nr_pending--;
			event->watch->callback(event->watch, event->path, "");
		} else {
			event->fn(event->arg);
		}
		free(event);
		sim_point();
	}
}

/* ---- the world ---- */

void sim_watch_reset(void)
{
	while (first_event) {
		struct event *event = first_event;

		first_event = event->next;
		free(event);
	}
	last_event = &first_event;
	memset(watches, 0, sizeof(watches));
	memset(&events_wait, 0, sizeof(events_wait));
	memset(&mutex_wait, 0, sizeof(mutex_wait));
	busy = false;
	xenwatch_task = sim_spawn("xenwatch", SIM_XENWATCH, xenwatch, NULL);
}

void sim_watch_check_clean(void)
{
	unsigned int i;

	for (i = 0; i < MAX_WATCHES; i++)
		if (watches[i] && strcmp(watches[i]->node, "device"))
			sim_broken("leak", "the watch on %s is still registered", watches[i]->node);
}

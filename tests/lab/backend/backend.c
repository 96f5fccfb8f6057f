// SPDX-License-Identifier: GPL-2.0
/*
 * backend.c - what comes from nowhere else: lines that take effect, events, time.
 */
#include "backend.h"

#include <xen/io/xenbus.h>

const struct hooks honest = {
	.respond = ring_respond,
	.node = xs_node,
	.state = xs_state,
};

/* ---- what lines ask for ---- */

/* As blkback tells of another size: the node, then the state once more. */
static void resize(struct backend *be, uint64_t sectors)
{
	char text[32];

	if (!store_resize(be, sectors)) {
		say("the store cannot have %llu sectors", (unsigned long long)sectors);
		return;
	}
	snprintf(text, sizeof(text), "%llu", (unsigned long long)sectors);
	be->hooks->node(be, "sectors", text);
	be->hooks->state(be, be->state);
}

/**
 * backend_act() - do at once what a line asks for
 * @be: the backend
 * @act: what it is
 */
void backend_act(struct backend *be, const struct action *act)
{
	switch (act->kind) {
	case ACT_NOTHING:
		break;
	case ACT_NODE:
		be->hooks->node(be, act->key, act->value);
		break;
	case ACT_STATE:
		be->hooks->state(be, act->number);
		break;
	case ACT_RESIZE:
		resize(be, act->number);
		break;
	}
}

/**
 * backend_told() - take a line while running
 * @be: the backend
 * @line: the line
 *
 * Return: NULL, or what is wrong with it.
 */
const char *backend_told(struct backend *be, const char *line)
{
	struct action act;
	const char *bad = profile_line(&be->profile, line, true, &act);

	say("told: %s%s%s", line, bad ? ": " : "", bad ? bad : "");
	if (!bad)
		backend_act(be, &act);
	return bad;
}

static uint64_t requests_of(const struct backend *be, enum op op)
{
	uint64_t all = 0;
	int i;

	if (op != OP_ANY)
		return be->count.requests[op];
	for (i = 0; i < NR_OPS; i++)
		all += be->count.requests[i];
	return all;
}

/**
 * backend_triggers() - do what is to be done by now
 * @be: the backend
 *
 * Return: when the next one is due by time, or NEVER.
 */
uint64_t backend_triggers(struct backend *be)
{
	uint64_t next = NEVER, due;
	unsigned int i;

	if (!be->connected_at)
		return NEVER;
	for (i = 0; i < be->profile.nr_triggers; i++) {
		struct trigger *t = &be->profile.triggers[i];

		if (t->fired)
			continue;
		due = be->connected_at + t->at;
		if (t->timed ? due <= now_ms() : requests_of(be, t->op) >= t->at) {
			t->fired = true;
			backend_told(be, t->line);
		} else if (t->timed && due < next) {
			next = due;
		}
	}
	return next;
}

/* ---- events ---- */

static struct ring *ring_of(struct backend *be, evtchn_port_t port)
{
	uint32_t i;

	for (i = 0; i < be->nr_rings; i++)
		if (be->rings[i].port == port)
			return &be->rings[i];
	return NULL;
}

/**
 * backend_event() - a frontend has sent an event
 * @be: the backend
 *
 * Before the handshake is over it is too early: its end looks into the rings.
 */
void backend_event(struct backend *be)
{
	xenevtchn_port_or_error_t port = xenevtchn_pending(be->evtchn);
	struct ring *ring = port < 0 ? NULL : ring_of(be, port);

	if (!ring)
		return;
	xenevtchn_unmask(be->evtchn, port);
	if (be->state == XenbusStateConnected)
		ring_work(be, ring);
}

/**
 * backend_time() - do what time brings
 * @be: the backend
 *
 * Return: when there is more of it, or NEVER.
 */
uint64_t backend_time(struct backend *be)
{
	uint64_t due, next;
	uint32_t i;

	if (be->next_at <= now_ms()) {
		be->next_at = NEVER;
		be->next(be);
	}
	next = backend_triggers(be);
	if (be->next_at < next)
		next = be->next_at;
	for (i = 0; i < be->nr_rings; i++) {
		due = ring_due(&be->rings[i]);
		if (due <= now_ms()) {
			ring_work(be, &be->rings[i]);
			due = ring_due(&be->rings[i]);
		}
		if (due < next)
			next = due;
	}
	return next;
}

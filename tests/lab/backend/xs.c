// SPDX-License-Identifier: GPL-2.0
/*
 * xs.c - the handshake: nodes, states, and when.
 *
 * Goes by what stands in xenstore whenever anything changes there, not by what changed.
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"

#include <xen/io/xenbus.h>

static char *path_of(const char *dir, const char *key)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	return path;
}

static char *read_node(struct backend *be, const char *dir, const char *key)
{
	return xs_read(be->xs, XBT_NULL, path_of(dir, key), NULL);
}

/* @missing if there is no such node, or no number in it. */
static unsigned int read_number(struct backend *be, const char *dir, const char *key,
				unsigned int missing)
{
	char *text = read_node(be, dir, key), *end;
	unsigned long n = missing;

	if (text && *text >= '0' && *text <= '9') {
		n = strtoul(text, &end, 10);
		if (*end)
			n = missing;
	}
	free(text);
	return n;
}

/* ---- writing ---- */

static const struct {
	const char *key;
	enum op op;
} offers[] = {
	{ "feature-barrier", OP_BARRIER },
	{ "feature-flush-cache", OP_FLUSH },
	{ "feature-discard", OP_DISCARD },
	{ "discard-secure", OP_ERASE },
};

static void note_offer(struct backend *be, const char *key, const char *value)
{
	size_t i;

	for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++)
		if (!strcmp(offers[i].key, key) && !strcmp(value, "1"))
			be->offered[offers[i].op] = true;
}

/**
 * xs_node() - write a node of the backend's directory
 * @be: the backend
 * @key: its name
 * @value: NULL or "" to remove it
 *
 * Return: whether it could be done.
 */
bool xs_node(struct backend *be, const char *key, const char *value)
{
	char *path = path_of(be->dir, key);

	if (!value || !*value)
		return xs_rm(be->xs, XBT_NULL, path);
	note_offer(be, key, value);
	return xs_write(be->xs, XBT_NULL, path, value, strlen(value));
}

/**
 * xs_state() - go to a state
 * @be: the backend
 * @state: its number
 *
 * Return: whether it could be done.
 */
bool xs_state(struct backend *be, unsigned int state)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", state);
	say("state %u", state);
	be->state = state;
	return xs_write(be->xs, XBT_NULL, path_of(be->dir, "state"), text, strlen(text));
}

/* "@sectors", "@info" and "@SETTING" stand for numbers; other values for themselves. */
static void value_of(const struct backend *be, const char *value, char *text, size_t size)
{
	const struct profile *p = &be->profile;
	unsigned int n;

	if (!strcmp(value, "@sectors"))
		snprintf(text, size, "%llu", (unsigned long long)be->limits.sectors);
	else if (!strcmp(value, "@info"))
		snprintf(text, size, "%u",
			 p->cdrom * VDISK_CDROM | p->removable * VDISK_REMOVABLE |
				 p->read_only * VDISK_READONLY);
	else if (*value == '@' && profile_number(p, value + 1, &n))
		snprintf(text, size, "%u", n);
	else
		snprintf(text, size, "%s", value);
}

static void write_nodes(struct backend *be, enum phase phase)
{
	char text[128];
	unsigned int i;

	for (i = 0; i < be->profile.nr_nodes; i++) {
		const struct node *node = &be->profile.nodes[i];

		if (node->phase != phase)
			continue;
		value_of(be, node->value, text, sizeof(text));
		be->hooks->node(be, node->key, text);
	}
}

/* ---- disconnecting ---- */

static void disconnect(struct backend *be)
{
	while (be->nr_rings)
		ring_disconnect(be, &be->rings[--be->nr_rings]);
	be->next_at = NEVER;
}

/* A frontend that asks for what was not offered, or for what cannot be, gets no disk. */
static void refuse(struct backend *be, const char *why)
{
	char path[512];

	say("refusing the frontend: %s", why);
	snprintf(path, sizeof(path), "/local/domain/0/error%s/error",
		 be->dir + strlen("/local/domain/0"));
	xs_write(be->xs, XBT_NULL, path, why, strlen(why));
	disconnect(be);
	be->hooks->state(be, XenbusStateClosing);
}

/* ---- connecting ---- */

/* How many pages a ring has, by the dialect of the profile; 0: that cannot be. */
static uint32_t ring_pages(struct backend *be, bool *numbered)
{
	const char *key = be->profile.dialect == DIALECT_PAGES ? "num-ring-pages" :
								 "ring-page-order";
	unsigned int n = read_number(be, be->front, key, ~0u);

	*numbered = n != ~0u;
	if (!*numbered)
		return 1;
	if (be->profile.dialect == DIALECT_ORDER)
		n = n <= be->profile.ring_order ? 1u << n : 0;
	else if (n & (n - 1) || n > 1u << be->profile.ring_order)
		n = 0;
	return n;
}

/* The nodes of one ring, in the frontend's directory or a queue's below it. */
static const char *connect_ring(struct backend *be, struct ring *ring, const char *dir)
{
	uint32_t refs[1 << MAX_RING_ORDER], nr, i;
	bool numbered;
	unsigned int port;
	char key[24];

	nr = ring_pages(be, &numbered);
	if (!nr)
		return "its ring has more pages than were offered";
	for (i = 0; i < nr; i++) {
		snprintf(key, sizeof(key), "ring-ref%u", i);
		refs[i] = read_number(be, dir, key, 0);
		/* A ring of one page may have either name. */
		if (nr == 1 && (!numbered || !refs[0]))
			refs[0] = read_number(be, dir, "ring-ref", 0);
		if (!refs[i])
			return "the reference of a page of its ring is missing";
	}
	port = read_number(be, dir, "event-channel", 0);
	if (!port)
		return "its event channel is missing";
	be->nr_rings++;
	return ring_connect(be, ring, refs, nr, port) ? NULL : "its ring cannot be had";
}

static const char *connect_rings(struct backend *be)
{
	unsigned int nr = read_number(be, be->front, "multi-queue-num-queues", 1), i;
	const char *bad = NULL;
	char dir[512];

	if (!nr || nr > be->profile.rings)
		return "it wants more queues than were offered, or none";
	/* One queue has no directory of its own. */
	if (nr == 1)
		return connect_ring(be, &be->rings[0], be->front);
	for (i = 0; i < nr && !bad; i++) {
		snprintf(dir, sizeof(dir), "%s/queue-%u", be->front, i);
		bad = connect_ring(be, &be->rings[i], dir);
	}
	return bad;
}

static const char *check_protocol(struct backend *be)
{
	char *protocol = read_node(be, be->front, "protocol");
	bool same = !protocol || !strcmp(protocol, profile_protocol(&be->profile));

	free(protocol);
	return same ? NULL : "it speaks another protocol";
}

static void finish(struct backend *be)
{
	uint32_t i;

	say("%u ring(s) of %u page(s)%s", be->nr_rings, be->rings[0].nr_pages,
	    be->persistent ? ", persistent" : "");
	write_nodes(be, PHASE_CONNECT);
	be->hooks->state(be, XenbusStateConnected);
	if (!be->connected_at)
		be->connected_at = now_ms();
	for (i = 0; i < be->nr_rings; i++)
		ring_work(be, &be->rings[i]);
}

static void connect_front(struct backend *be)
{
	const char *bad = check_protocol(be);

	if (!bad)
		bad = connect_rings(be);
	if (bad) {
		refuse(be, bad);
		return;
	}
	be->persistent = be->profile.grants == GRANTS_PERSISTENT &&
			 read_number(be, be->front, "feature-persistent", 0);
	be->next = finish;
	be->next_at = now_ms() + be->profile.delay_connect;
}

static void offer(struct backend *be)
{
	write_nodes(be, PHASE_OFFER);
	be->hooks->state(be, XenbusStateInitWait);
	xs_look(be);
}

static void offer_later(struct backend *be)
{
	be->next = offer;
	be->next_at = now_ms() + be->profile.delay_offer;
	/* Until it is made, there is nothing else to make. */
	be->state = XenbusStateInitialising;
}

/* ---- the frontend's state, and the toolstack's wishes ---- */

static void close_down(struct backend *be, bool online)
{
	disconnect(be);
	if (be->state != XenbusStateClosed)
		be->hooks->state(be, XenbusStateClosed);
	be->done = !online;
}

static void follow(struct backend *be, unsigned int front, bool online)
{
	switch (front) {
	case XenbusStateInitialising:
		if (be->state == XenbusStateClosed && online)
			offer_later(be);
		else if (be->state == XenbusStateClosing && !online)
			close_down(be, online);
		break;
	case XenbusStateInitialised:
	case XenbusStateConnected:
		if (be->state == XenbusStateInitWait && !be->nr_rings)
			connect_front(be);
		break;
	case XenbusStateClosing:
		be->next_at = NEVER;
		if (be->state != XenbusStateClosing)
			be->hooks->state(be, XenbusStateClosing);
		break;
	case XenbusStateClosed:
		close_down(be, online);
		break;
	}
}

/**
 * xs_look() - something changed in xenstore
 * @be: the backend
 */
void xs_look(struct backend *be)
{
	unsigned int front = read_number(be, be->front, "state", 0);
	unsigned int own = read_number(be, be->dir, "state", 0);
	bool online = read_number(be, be->dir, "online", 0);

	/* The toolstack has taken a directory away, or the guest has ended. */
	if (!front || !own) {
		say("the nodes are gone");
		disconnect(be);
		be->done = true;
		return;
	}
	/* The toolstack asks for the end by writing our state. */
	if (own == XenbusStateClosing && be->state != XenbusStateClosing) {
		say("the toolstack wants it to end");
		be->state = own;
		be->next_at = NEVER;
	}
	follow(be, front, online);
}

/**
 * xs_begin() - find the frontend, and make the first offer
 * @be: the backend; dir and the store's size are known
 *
 * Return: false, with a message, if there is no frontend.
 */
bool xs_begin(struct backend *be)
{
	be->xs = xs_open(0);
	if (!be->xs) {
		say("cannot reach xenstore");
		return false;
	}
	be->front = read_node(be, be->dir, "frontend");
	be->domid = read_number(be, be->dir, "frontend-id", ~0u);
	if (!be->front || be->domid == ~0u) {
		say("%s has no frontend or no frontend-id", be->dir);
		return false;
	}
	if (!xs_watch(be->xs, path_of(be->dir, "state"), "own") ||
	    !xs_watch(be->xs, path_of(be->front, "state"), "front")) {
		say("cannot watch the states");
		return false;
	}
	be->offered[OP_READ] = true;
	be->offered[OP_WRITE] = true;
	offer_later(be);
	return true;
}

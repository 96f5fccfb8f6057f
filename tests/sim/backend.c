// SPDX-License-Identifier: GPL-2.0
/*
 * backend.c - backends as xenstore knows them: what they offer, and how they
 * follow the frontend's states. The states are xen-blkback's.
 *
 * A backend that dies is never used again: its structure stays as it is until
 * the world ends, since its tasks may not have noticed yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xen/interface/io/protocols.h>
#include <xen/interface/io/xenbus.h>

#include "backend.h"

#define MS		1000000ull
#define MAX_BACKENDS	256
#define PATH		128

static struct backend *backends[MAX_BACKENDS];
static unsigned int nr_backends;

/* The vbd's backend, dead or alive: the latest. */
static struct backend *backend_of(uint32_t vdev)
{
	unsigned int i = nr_backends;

	while (i--)
		if (backends[i]->vdev == vdev)
			return backends[i];
	sim_broken("model", "vbd %u never had a backend", vdev);
}

/* ---- xenstore ---- */

static const char *read_node(const char *dir, const char *key)
{
	char path[PATH + 32];

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	return sim_store_read(path);
}

static uint32_t read_number(const char *dir, const char *key, uint32_t fallback)
{
	const char *value = read_node(dir, key);

	return value ? strtoul(value, NULL, 10) : fallback;
}

static void write_number(const struct backend *be, const char *key, uint64_t value)
{
	char path[PATH];

	snprintf(path, PATH, "%s/%s", be->dir, key);
	sim_store_write(path, "%llu", (unsigned long long)value);
}

/* A directory that the toolstack has removed is not made again. */
static void switch_state(struct backend *be, int state)
{
	sim_point();
	if (be->dead || !read_node(be->dir, "state") || be->state == state)
		return;
	be->state = state;
	write_number(be, "state", state);
}

static int front_state(const struct backend *be)
{
	return read_number(be->front, "state", XenbusStateUnknown);
}

bool sim_backend_wanted(const struct backend *be)
{
	const char *named = read_node(be->front, "backend");
	int state = front_state(be);

	return !sim_errors_allowed(be->vdev) && named && !strcmp(named, be->dir) &&
	       (state == XenbusStateInitialised || state == XenbusStateConnected);
}

/* ---- what it offers ---- */

void sim_offer_draw(struct sim_offer *offer, const struct sim_offer *at_most)
{
	static const uint32_t indirect[] = { 0, 0, 12, 16, 32, 64, 256 };

	*offer = (struct sim_offer){
		.ring_order = sim_random(5),
		.ring_refused = sim_chance(6) ? 1 + sim_random(4) : 0,
		.old_rings = sim_chance(4),
		.max_queues = 1 + sim_random(4),
		.max_indirect = indirect[sim_random(sizeof(indirect) / sizeof(indirect[0]))],
		.persistent = sim_chance(2),
		.flush = !sim_chance(3),
		.barrier = sim_chance(3),
		.discard = sim_chance(2),
		.secure = sim_chance(4),
		.sector_size = SIM_SECTOR,
		.sectors = SIM_DISK_SECTORS + (sim_chance(3) ? 8 * (1 + sim_random(64)) : 0),
		.slow = sim_chance(2) ? 1 + sim_random(30) : 0,
		.reorder = !sim_chance(4),
		.forgets_events = sim_chance(8),
		.errors = sim_chance(6) ? 50 : 0,
		.declines = sim_chance(8) ? 5 : 0,
		.hoards = sim_chance(10),
		.keeps_mapped = sim_chance(4),
	};
	if (!at_most)
		return;
	offer->sector_size = at_most->sector_size;
	offer->ring_order = sim_random(at_most->ring_order + 1);
	offer->max_queues = 1 + sim_random(at_most->max_queues);
	if (offer->max_indirect > at_most->max_indirect)
		offer->max_indirect = at_most->max_indirect;
	offer->persistent &= at_most->persistent;
	offer->flush &= at_most->flush;
	offer->discard &= at_most->discard;
	offer->secure &= at_most->secure;
}

/* What the frontend may read before it makes its rings. */
static void offer_rings(const struct backend *be)
{
	if (be->offer.old_rings)
		write_number(be, "max-ring-pages", 1u << be->offer.ring_order);
	else
		write_number(be, "max-ring-page-order", be->offer.ring_order);
	write_number(be, "multi-queue-max-queues", be->offer.max_queues);
}

static void offer_disk(const struct backend *be)
{
	const struct sim_offer *offer = &be->offer;
	char path[PATH];

	/* Page 0x80 with the serial number "abcd". */
	snprintf(path, PATH, "%s/sm-data/scsi/0x12/0x80", be->dir);
	sim_store_write(path, "AIAABGFiY2Q=");

	write_number(be, "sectors", offer->sectors);
	write_number(be, "info", offer->readonly ? VDISK_READONLY : 0);
	write_number(be, "sector-size", offer->sector_size);
	write_number(be, "physical-sector-size", offer->sector_size);
	write_number(be, "feature-flush-cache", offer->flush);
	write_number(be, "feature-barrier", offer->barrier);
	write_number(be, "feature-persistent", offer->persistent);
	write_number(be, "feature-max-indirect-segments", offer->max_indirect);
	write_number(be, "feature-discard", offer->discard);
	write_number(be, "discard-secure", offer->secure);
	write_number(be, "discard-granularity", offer->sector_size);
	write_number(be, "discard-alignment", 0);
	/* What has no flush after all has none when it comes back to the living ring. */
	sim_storage_write_through(be->vdev, be->cacheless || (!offer->flush && !offer->barrier));
}

/* ---- connecting ---- */

/*
 * A guest that moves in the middle of a handshake may publish here what it read
 * there. So a backend that was never connected gives up as xen-blkback does:
 * the frontend has to begin anew.
 */
static void refused(struct backend *be, const char *why)
{
	if (be->proven && sim_backend_wanted(be))
		sim_broken("blkif", "vbd %u cannot be connected: %s", be->vdev, why);
	sim_note("the backend of vbd %u gives up: %s", be->vdev, why);
	switch_state(be, XenbusStateClosing);
}

static unsigned int read_refs(const char *dir, unsigned int order, sim_ref *refs)
{
	unsigned int i, nr = 1u << order;
	char key[24];

	if (!order) {
		refs[0] = read_number(dir, "ring-ref", 0);
		return 1;
	}
	for (i = 0; i < nr; i++) {
		snprintf(key, sizeof(key), "ring-ref%u", i);
		refs[i] = read_number(dir, key, 0);
	}
	return nr;
}

static uint32_t slots_of(unsigned int nr_pages)
{
	uint32_t slots = (nr_pages * SIM_FRAME_SIZE - offsetof(struct blkif_sring, ring)) /
			 sizeof(union blkif_sring_entry);

	while (slots & (slots - 1))
		slots &= slots - 1;
	return slots;
}

static bool connect_ring(struct backend *be, unsigned int index, unsigned int order, bool alone)
{
	struct lane *lane = &be->lanes[index];
	sim_ref refs[16];
	char dir[PATH];
	unsigned int nr;

	snprintf(dir, PATH, alone ? "%s" : "%s/queue-%u", be->front, index);
	nr = read_refs(dir, order, refs);
	*lane = (struct lane){ .be = be, .nr = index, .size = slots_of(nr) };
	lane->port = read_number(dir, "event-channel", 0);
	if (!sim_event_valid(lane->port, be->domid)) {
		refused(be, "no such event channel for it");
		return false;
	}
	lane->ring = sim_ring_attach(refs, nr, be->domid);
	if (!lane->ring) {
		refused(be, "its ring is not granted");
		return false;
	}
	sim_lane_start(lane);
	be->nr_lanes = index + 1;
	return true;
}

static void disconnect(struct backend *be)
{
	unsigned int i;

	for (i = 0; i < be->nr_lanes; i++)
		if (be->lanes[i].here && !be->dead)
			sim_lane_stop(&be->lanes[i]);
	if (!be->dead)
		be->nr_lanes = 0;
}

/* As the backend's own dialect has it. */
static uint32_t read_order(const struct backend *be)
{
	uint32_t pages, order = 0;

	if (!be->offer.old_rings)
		return read_number(be->front, "ring-page-order", 0);
	pages = read_number(be->front, "num-ring-pages", 1);
	while (pages >> (order + 1))
		order++;
	return order;
}

static bool connect_rings(struct backend *be)
{
	uint32_t queues = read_number(be->front, "multi-queue-num-queues", 1);
	uint32_t order = read_order(be);
	const char *protocol = read_node(be->front, "protocol");
	uint32_t i;

	if (!protocol || strcmp(protocol, XEN_IO_PROTO_ABI_NATIVE) ||
	    order > be->offer.ring_order || !queues || queues > be->offer.max_queues) {
		refused(be, "it asks for what was not offered");
		return false;
	}
	/* It offers more than it can map. */
	if (be->offer.ring_refused && order >= be->offer.ring_refused) {
		sim_note("the backend of vbd %u cannot map rings of order %u", be->vdev, order);
		switch_state(be, XenbusStateClosing);
		return false;
	}
	if (queues > sim_most_cpus)
		sim_broken("blkif", "vbd %u: %u queues for %u CPUs", be->vdev, queues,
			   sim_most_cpus);
	be->persistent = be->offer.persistent && read_number(be->front, "feature-persistent", 0);
	be->untrusted = sim_untrusted(be->vdev);
	for (i = 0; i < queues; i++)
		if (!connect_ring(be, i, order, queues == 1))
			return false;
	return true;
}

/* ---- the frontend's states ---- */

static void connect(struct backend *be)
{
	if (be->state == XenbusStateConnected)
		return;
	disconnect(be);
	if (!connect_rings(be)) {
		disconnect(be);
		return;
	}
	sim_point();
	if (be->dead)
		return;
	offer_disk(be);
	be->proven = true;
	switch_state(be, XenbusStateConnected);
}

static void frontend_changed(struct backend *be, int state)
{
	switch (state) {
	case XenbusStateInitialising:
		if (be->state == XenbusStateClosed)
			switch_state(be, XenbusStateInitWait);
		break;
	case XenbusStateInitialised:
	case XenbusStateConnected:
		connect(be);
		break;
	case XenbusStateClosing:
		switch_state(be, XenbusStateClosing);
		break;
	case XenbusStateClosed:
		disconnect(be);
		switch_state(be, XenbusStateClosed);
		if (read_number(be->dir, "online", 0))
			break;
		be->leave = true;
		break;
	case XenbusStateUnknown:
		be->leave = true;
		break;
	default:
		break;
	}
}

static void close_now(struct backend *be)
{
	/* Closed for good is the toolstack's to say. */
	if (read_number(be->dir, "online", 0)) {
		if (sim_chance(2))
			switch_state(be, XenbusStateClosing);
		disconnect(be);
		switch_state(be, XenbusStateClosed);
	}
	be->close = false;
	sim_wake(&be->wait);
}

/* The toolstack may have taken it away, and have made another one since. */
static bool exists(const struct backend *be)
{
	return !be->dead && !be->leave && read_node(be->dir, "state");
}

/* The toolstack writes our state too, when it wants an orderly detach. */
static void follow(void *arg)
{
	struct backend *be = arg;
	int state;

	sim_sleep(sim_random(5 * MS));
	if (exists(be)) {
		offer_rings(be);
		switch_state(be, XenbusStateInitWait);
	}
	while (exists(be)) {
		state = front_state(be);
		if (be->close) {
			close_now(be);
		} else if (sim_store_heard(&be->wait) || state != be->seen) {
			/* Also a state that is written again, as it was. */
			be->seen = state;
			frontend_changed(be, state);
		} else {
			sim_wait(&be->wait);
		}
	}
	disconnect(be);
	sim_store_unlisten(&be->wait);
	be->here = false;
	sim_wake(&be->wait);
}

static void start(struct backend *be)
{
	char path[PATH];

	snprintf(path, PATH, "%s/state", be->front);
	be->state = XenbusStateUnknown;
	be->seen = -1;
	be->leave = false;
	be->here = true;
	sim_store_listen(path, &be->wait);
	sim_spawn("backend", SIM_OUTSIDE, follow, be);
}

/* ---- what befalls it ---- */

void sim_backend_start(uint32_t vdev, uint16_t domid, const struct sim_offer *offer)
{
	struct backend *be = calloc(1, sizeof(*be));
	char path[SIM_PATH];

	if (nr_backends == MAX_BACKENDS)
		sim_broken("model", "a world of more than %u backends", MAX_BACKENDS);
	backends[nr_backends++] = be;
	be->vdev = vdev;
	be->domid = domid;
	be->offer = *offer;
	snprintf(be->front, sizeof(be->front), SIM_GUEST "/device/vbd/%u", vdev);
	snprintf(be->dir, sizeof(be->dir), "%s", sim_back_path(path, vdev, ""));
	start(be);
}

static void die(struct backend *be, bool moved)
{
	unsigned int i;

	if (be->dead)
		return;
	be->dead = true;
	for (i = 0; i < be->nr_lanes; i++)
		sim_lane_leave(&be->lanes[i], moved);
	sim_grant_unmap_all(be->domid);
	sim_store_unlisten(&be->wait);
	sim_wake(&be->wait);
}

void sim_domain_die(uint16_t domid)
{
	unsigned int i;

	for (i = 0; i < nr_backends; i++)
		if (backends[i]->domid == domid)
			die(backends[i], false);
}

void sim_backends_moved(void)
{
	unsigned int i;

	for (i = 0; i < nr_backends; i++)
		die(backends[i], true);
}

void sim_backend_unbind(uint32_t vdev)
{
	struct backend *be = backend_of(vdev);

	be->leave = true;
	sim_wake(&be->wait);
	sim_wait_for(&be->wait, !be->here);
}

void sim_backend_rebind(uint32_t vdev)
{
	struct backend *be = backend_of(vdev);

	if (!be->dead && !be->here)
		start(be);
}

void sim_backend_close(uint32_t vdev)
{
	struct backend *be = backend_of(vdev);

	if (be->dead || !be->here)
		return;
	be->close = true;
	sim_wake(&be->wait);
	/* Or the toolstack's next step would come in the middle. */
	sim_wait_for(&be->wait, !be->close || be->dead || !be->here);
}

void sim_backend_stop_answering(uint32_t vdev, bool stop)
{
	struct backend *be = backend_of(vdev);
	unsigned int i;

	be->stalled = stop;
	for (i = 0; i < be->nr_lanes; i++)
		sim_wake(&be->lanes[i].wait);
}

void sim_backend_resize(uint32_t vdev, uint64_t sectors)
{
	struct backend *be = backend_of(vdev);

	be->offer.sectors = sectors;
	if (be->dead || be->state != XenbusStateConnected)
		return;
	write_number(be, "sectors", sectors);
	write_number(be, "state", be->state);
}

bool sim_backend_connected(uint32_t vdev)
{
	return backend_of(vdev)->state == XenbusStateConnected;
}

void sim_backend_repeat(uint32_t vdev)
{
	backend_of(vdev)->repeats = REPEATS_SOON;
}

bool sim_backend_repeated(uint32_t vdev)
{
	struct backend *be = backend_of(vdev);

	if (be->repeats != HAS_REPEATED)
		be->repeats = REPEATS_NOT;
	return be->repeats == HAS_REPEATED;
}

unsigned int sim_backend_errors(uint32_t vdev)
{
	unsigned int i, nr = 0;

	for (i = 0; i < nr_backends; i++)
		if (backends[i]->vdev == vdev)
			nr += backends[i]->errors;
	return nr;
}

void sim_backend_reset(void)
{
	unsigned int i;

	for (; nr_backends; nr_backends--) {
		struct backend *be = backends[nr_backends - 1];

		for (i = 0; i < SIM_MAX_LANES; i++) {
			free(be->lanes[i].jobs);
			free(be->lanes[i].kept);
		}
		free(be);
	}
}

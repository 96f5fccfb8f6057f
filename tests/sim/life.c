// SPDX-License-Identifier: GPL-2.0
/*
 * life.c - what befalls a world: a list of events, drawn from the seed.
 *
 * The events come one after another, but what they set off goes on: a guest
 * moves while a backend is still coming back. Where an event needs a disk at
 * rest (whoever detaches one that is just connecting gets what he deserves) it
 * waits for that, and for no longer than a fair world needs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xen/interface/io/xenbus.h>

#include "backend.h"
#include "load.h"
#include "model.h"

#define US		1000ull
#define MS		(1000 * US)
#define SEC		(1000 * MS)
#define MAX_EVENTS	64
#define FIRST_VDEV	51712u	/* xvda */
#define POLL		(5 * MS)
#define PATIENCE	(400 * SEC)
/* How long a disk may be out of step after something befell it. */
#define SETTLES		(20 * SEC)

struct life_disk {
	uint32_t vdev;
	char name[8];
	uint16_t domid;		/* its backend's */
	bool plugged, untrusted, errors;
	uint64_t calm_since;	/* SIM_NEVER: something befalls it just now */
	struct sim_offer offer;
};

struct life_event {
	uint8_t kind;
	uint64_t pause;		/* before it */
	struct life_disk *disk;
	uint32_t arg;
};

static struct life_disk disks[SIM_MAX_DISKS];
static unsigned int nr_disks;
static struct life_event events[MAX_EVENTS];
static unsigned int nr_events;
static uint16_t next_domid;
static bool over;

/* To the same backends; to others; or one disk's is of another kind, @mover's. */
enum move { MOVE_SAME, MOVE_LESSER, MOVE_OTHER, MOVE_BLOCK_SIZE, MOVE_READONLY };
static enum move next_move;
static struct life_disk *mover;
static bool moved;

/* ---- the disks ---- */

unsigned int sim_nr_disks(void)
{
	return nr_disks;
}

uint32_t sim_vdev(unsigned int disk)
{
	return disks[disk].vdev;
}

const char *sim_vdev_name(unsigned int disk)
{
	return disks[disk].name;
}

static struct life_disk *disk_of(uint32_t vdev)
{
	unsigned int i;

	for (i = 0; i < nr_disks; i++)
		if (disks[i].vdev == vdev)
			return &disks[i];
	sim_broken("model", "there is no vbd %u", vdev);
}

bool sim_untrusted(uint32_t vdev)
{
	return disk_of(vdev)->untrusted;
}

/*
 * The watchdog hides a request that the driver forgot: half a minute later it looks and
 * finds it. Where nothing happens, nothing is that late.
 */
void sim_life_late(const char *name, uint64_t since)
{
	unsigned int i;

	for (i = 0; i < nr_disks && strcmp(disks[i].name, name); i++)
		;
	if (i == nr_disks || disks[i].errors || disks[i].offer.forgets_events ||
	    disks[i].calm_since == SIM_NEVER || since < disks[i].calm_since + SETTLES)
		return;
	sim_broken("a fair backend implies completion", "%s: a request waits since %.6f s", name,
		   since / 1e9);
}

bool sim_errors_allowed(uint32_t vdev)
{
	return disk_of(vdev)->errors;
}

static void make_vbd(struct life_disk *disk, uint16_t domid)
{
	disk->domid = domid;
	sim_vbd_create(disk->vdev, domid);
	sim_backend_start(disk->vdev, domid, &disk->offer);
}

/* ---- waiting ---- */

static bool is_live(const struct life_disk *disk)
{
	return sim_front_state(disk->vdev) == XenbusStateConnected &&
	       sim_back_state(disk->vdev) == XenbusStateConnected &&
	       sim_backend_connected(disk->vdev) && sim_disk_find(disk->name);
}

static bool is_closed(const struct life_disk *disk)
{
	return sim_front_state(disk->vdev) == XenbusStateClosed &&
	       sim_back_state(disk->vdev) == XenbusStateClosed;
}

static bool is_gone(const struct life_disk *disk)
{
	return !sim_xenbus_knows(disk->vdev);
}

static bool is_deleted(const struct life_disk *disk)
{
	return !sim_disk_find(disk->name);
}

static bool is_bound(const struct life_disk *disk)
{
	return sim_xenbus_bound(disk->vdev);
}

/* The disk has grown, or shrunk, to what its backend says. */
static bool is_sized(const struct life_disk *disk)
{
	struct sim_disk *seen = sim_disk_find(disk->name);
	char path[SIM_PATH];
	const char *node = sim_store_read(sim_back_path(path, disk->vdev, "sectors"));

	return seen && node && sim_disk_capacity(seen) == strtoull(node, NULL, 10);
}

static bool offers(const struct life_disk *disk, const char *feature)
{
	char path[SIM_PATH];
	const char *node = sim_store_read(sim_back_path(path, disk->vdev, feature));

	return node && strtoul(node, NULL, 10);
}

/* The block layer asks for nothing that the backend does not offer. */
static bool is_modest(const struct life_disk *disk)
{
	struct sim_disk *seen = sim_disk_find(disk->name);
	const struct queue_limits *limits = seen ? sim_disk_limits(seen) : NULL;

	if (!limits)
		return false;
	if (limits->features & BLK_FEAT_WRITE_CACHE && !offers(disk, "feature-flush-cache") &&
	    !offers(disk, "feature-barrier"))
		return false;
	return !limits->max_hw_discard_sectors || offers(disk, "feature-discard");
}

/* The disk is read-only if its backend is. */
static bool is_as_writable(const struct life_disk *disk)
{
	struct sim_disk *seen = sim_disk_find(disk->name);

	return is_live(disk) && seen && sim_disk_readonly(seen) == disk->offer.readonly;
}

static bool says_broken(const struct life_disk *disk)
{
	char path[SIM_PATH];
	const char *text = sim_store_read(sim_error_path(path, disk->vdev));

	return text && strstr(text, "broken");
}

static void until(bool (*reached)(const struct life_disk *disk), const struct life_disk *disk,
		  const char *what)
{
	uint64_t deadline = sim_now() + PATIENCE;

	while (!reached(disk)) {
		if (sim_now() > deadline)
			sim_broken("liveness", "%s does not become %s: frontend %d, backend %d",
				   disk->name, what, sim_front_state(disk->vdev),
				   sim_back_state(disk->vdev));
		sim_sleep(POLL);
	}
}

static void plug(struct life_disk *disk)
{
	/* In its place there may be one that could not be deleted yet. */
	if (sim_workers_short)
		until(is_deleted, disk, "deleted");
	disk->plugged = true;
	disk->errors = false;
	disk->calm_since = sim_now();
	make_vbd(disk, next_domid++);
	sim_load_use(disk->vdev, true);
}

static void settle(void)
{
	unsigned int i;

	for (i = 0; i < nr_disks; i++)
		if (disks[i].plugged)
			until(is_live, &disks[i], "live");
}

/* ---- moves ---- */

static void change_kind(struct life_disk *disk)
{
	switch (next_move) {
	case MOVE_BLOCK_SIZE:
		disk->offer.sector_size ^= SIM_SECTOR ^ SIM_BIG_SECTOR;
		disk->errors = true;
		break;
	case MOVE_READONLY:
		disk->offer.readonly = true;
		break;
	default:
		break;
	}
}

/* Called at the moment of the move: the new host's xenstore and backends. */
void sim_life_moved(void)
{
	unsigned int i;

	moved = true;
	sim_store_remove("/local/domain");
	for (i = 0; i < nr_disks; i++) {
		struct life_disk *disk = &disks[i];
		struct sim_offer old = disk->offer;

		if (!disk->plugged)
			continue;
		if (next_move == MOVE_LESSER || next_move == MOVE_OTHER)
			sim_offer_draw(&disk->offer, next_move == MOVE_LESSER ? &old : NULL);
		disk->offer.sector_size = old.sector_size;
		if (disk == mover)
			change_kind(disk);
		make_vbd(disk, next_domid++);
	}
}

static void move(const struct life_event *ev)
{
	(void)ev;
	next_move = MOVE_SAME;
	sim_guest_suspend(false);
}

static void move_to_lesser(const struct life_event *ev)
{
	(void)ev;
	next_move = MOVE_LESSER;
	sim_guest_suspend(false);
}

static void move_to_other(const struct life_event *ev)
{
	(void)ev;
	next_move = MOVE_OTHER;
	sim_guest_suspend(false);
}

static void move_twice(const struct life_event *ev)
{
	next_move = ev->arg % 3;
	sim_guest_suspend(false);
	sim_sleep(sim_random(ev->arg % 2 ? 10 * MS : 200 * US));
	sim_guest_suspend(false);
}

/* False: the guest could not be suspended. */
static bool move_one(struct life_disk *disk, enum move how)
{
	settle();
	next_move = how;
	mover = disk;
	moved = false;
	sim_guest_suspend(false);
	mover = NULL;
	return moved;
}

static void move_to_readonly(const struct life_event *ev)
{
	if (move_one(ev->disk, MOVE_READONLY))
		until(is_as_writable, ev->disk, "read-only");
	ev->disk->offer.readonly = ev->arg % 2;
}

static void suspend_cancelled(const struct life_event *ev)
{
	(void)ev;
	sim_guest_suspend(true);
}

/* ---- backends ---- */

static void rebind(const struct life_event *ev)
{
	sim_backend_unbind(ev->disk->vdev);
	sim_sleep(sim_random(ev->arg % 4 ? 5 * MS : 40 * SEC));
	sim_backend_rebind(ev->disk->vdev);
}

static void close_and_return(const struct life_event *ev)
{
	sim_backend_close(ev->disk->vdev);
}

/* Where kernels take it for a new device they end its I/O, and a fresh disk comes. */
static void expect_fresh(struct life_disk *disk)
{
	if (!disk->errors)
		return;
	sim_load_use(disk->vdev, false);
	until(is_live, disk, "live");
	disk->errors = false;
	sim_load_use(disk->vdev, true);
}

/*
 * The backend dies and another one takes its place, in the same domain or in
 * another, in a directory of the same name or of another: the toolstack resets
 * the frontend.
 */
static void replace_backend(const struct life_event *ev)
{
	struct life_disk *disk = ev->disk;
	struct sim_offer old = disk->offer;

	sim_domain_die(disk->domid);
	sim_sleep(sim_random(ev->arg % 4 ? 5 * MS : 40 * SEC));
	if (ev->arg % 3 == 0)
		sim_offer_draw(&disk->offer, &old);
	disk->errors = sim_xenbus_vanished;
	/* Whose nodes go while the kernel probes it for the first time is not probed again. */
	until(is_bound, disk, "bound");
	make_vbd(disk, ev->arg % 2 ? next_domid++ : disk->domid);
	expect_fresh(disk);
}

/*
 * The toolstack names another domain's backend although the old one lives, and
 * what it has mapped is mapped, until that domain dies; perhaps while the disk is
 * just being connected.
 */
static void hand_over(const struct life_event *ev)
{
	struct life_disk *disk = ev->disk;
	uint16_t old = disk->domid;

	if (ev->arg % 3) {
		sim_backend_close(disk->vdev);
		sim_sleep(sim_random(ev->arg % 3 * MS));
	}
	disk->errors = sim_xenbus_vanished;
	disk->domid = next_domid++;
	sim_vbd_hand_over(disk->vdev, disk->domid);
	sim_backend_start(disk->vdev, disk->domid, &disk->offer);
	sim_sleep(sim_random(ev->arg % 4 ? 5 * MS : 3 * SEC));
	sim_domain_die(old);
	expect_fresh(disk);
}

static void stall(const struct life_event *ev, uint64_t least)
{
	sim_backend_stop_answering(ev->disk->vdev, true);
	sim_sleep(least + sim_random(20) * SEC);
	sim_backend_stop_answering(ev->disk->vdev, false);
}

static void stall_30s(const struct life_event *ev)
{
	stall(ev, 31 * SEC);
}

static void stall_60s(const struct life_event *ev)
{
	stall(ev, 61 * SEC);
}

static void lose_events(const struct life_event *ev)
{
	sim_event_lose(1 + ev->arg % 10);
	sim_sleep(sim_random(50 * MS));
	sim_event_lose(0);
}

/* ---- the toolstack ---- */

static void take_away(struct life_disk *disk)
{
	until(is_closed, disk, "closed");
	sim_vbd_forget(disk->vdev);
	until(is_gone, disk, "gone");
	disk->plugged = false;
}

/* A disk that broke: it says so to the toolstack, which takes it away; a new one comes. */
static void renew_broken(struct life_disk *disk)
{
	char path[SIM_PATH];

	until(says_broken, disk, "broken");
	sim_store_remove(sim_error_path(path, disk->vdev));
	sim_load_use(disk->vdev, false);
	take_away(disk);
	plug(disk);
}

static void move_to_block_size(const struct life_event *ev)
{
	if (move_one(ev->disk, MOVE_BLOCK_SIZE))
		renew_broken(ev->disk);
}

/* An admin who does not want to wait: what is not answered for long breaks the disk. */
static void silent_too_long(const struct life_event *ev)
{
	struct life_disk *disk = ev->disk;

	settle();
	/*
	 * It counts for all disks: what another waited for is answered by then, also
	 * if an event was lost, or two.
	 */
	sim_sleep(65 * SEC);
	sim_param_set("io_timeout_fail", 120);
	disk->errors = true;
	sim_backend_stop_answering(disk->vdev, true);
	sim_sleep((160 + sim_random(20)) * SEC);
	sim_backend_stop_answering(disk->vdev, false);
	sim_param_set("io_timeout_fail", 0);
	if (sim_front_state(disk->vdev) != XenbusStateConnected)
		renew_broken(disk);
	disk->errors = false;
}

/* To a request of this connection or of the one before, when another has its tag. */
static void answer_twice(const struct life_event *ev)
{
	struct life_disk *disk = ev->disk;

	settle();
	if (ev->arg % 2) {
		sim_backend_close(disk->vdev);
		sim_sleep(sim_random(10 * MS));
		settle();
	}
	disk->errors = true;
	sim_backend_repeat(disk->vdev);
	sim_sleep(sim_random(SEC));
	if (sim_backend_repeated(disk->vdev))
		renew_broken(disk);
	disk->errors = false;
}

static void detach_in_use(const struct life_event *ev)
{
	struct life_disk *disk = ev->disk;

	settle();
	sim_vbd_detach(disk->vdev);
	sim_sleep(sim_random(20 * MS));
	sim_load_use(disk->vdev, false);
	take_away(disk);
	plug(disk);
}

static void detach_unused(const struct life_event *ev)
{
	struct life_disk *disk = ev->disk;

	settle();
	sim_load_use(disk->vdev, false);
	sim_vbd_detach(disk->vdev);
	take_away(disk);
	plug(disk);
}

static void destroy(const struct life_event *ev)
{
	struct life_disk *disk = ev->disk;

	disk->errors = true;
	/* Perhaps while the driver just waits for the backend to come back. */
	if (ev->arg % 4 == 0) {
		sim_backend_close(disk->vdev);
		sim_sleep(sim_random(ev->arg % 8 ? 3 * SEC : 100 * US));
		/* An orderly detach was tried first. */
		if (ev->arg % 16 == 0) {
			sim_vbd_detach(disk->vdev);
			sim_sleep(ev->arg % 5 * MS);
		}
	}
	sim_vbd_destroy(disk->vdev);
	sim_load_use(disk->vdev, false);
	until(is_gone, disk, "gone");
	sim_sleep(sim_random(MS));
	plug(disk);
}

static void hot_plug(const struct life_event *ev)
{
	unsigned int i;

	(void)ev;
	for (i = 0; i < nr_disks && disks[i].plugged; i++)
		;
	if (i < nr_disks)
		plug(&disks[i]);
}

static void write_capacity(struct life_disk *disk, uint64_t sectors, bool only_node)
{
	char path[SIM_PATH];

	disk->offer.sectors = sectors;
	if (only_node)
		sim_store_write(sim_back_path(path, disk->vdev, "sectors"), "%llu",
				(unsigned long long)sectors);
	else
		sim_backend_resize(disk->vdev, sectors);
}

static void grow(const struct life_event *ev)
{
	write_capacity(ev->disk, ev->disk->offer.sectors + 8 * (1 + ev->arg % 64), false);
}

static void shrink(const struct life_event *ev)
{
	(void)ev;
	write_capacity(ev->disk, SIM_DISK_SECTORS, false);
}

static void rewrite_sectors(const struct life_event *ev)
{
	settle();
	write_capacity(ev->disk, ev->disk->offer.sectors + 8 * (1 + ev->arg % 64), true);
}

static void write_state(const struct life_disk *disk, int state)
{
	char path[SIM_PATH];

	if (sim_store_read(sim_back_path(path, disk->vdev, "state")))
		sim_store_write(path, "%d", state);
}

static void state_storm(const struct life_event *ev)
{
	unsigned int i;

	for (i = 0; i < 20 + ev->arg % 100; i++) {
		write_state(ev->disk, sim_back_state(ev->disk->vdev));
		sim_sleep(sim_random(MS));
	}
}

/* Only while nobody else writes the state: it is put back as it was. */
static void unknown_states(const struct life_event *ev)
{
	static const int unknown[] = { 7, 8, 9, 42, 1000000 };
	unsigned int i;
	int state;

	settle();
	for (i = 0; i < 5; i++) {
		state = sim_back_state(ev->disk->vdev);
		write_state(ev->disk, unknown[(ev->arg + i) % 5]);
		sim_sleep(sim_random(MS));
		write_state(ev->disk, state);
	}
}

/* ---- the guest ---- */

static void no_memory(const struct life_event *ev)
{
	settle();
	sim_alloc_fails = 1 + ev->arg % 8;
	sim_sleep(sim_random(30 * MS));
	sim_alloc_fails = 0;
}

static void no_grants(const struct life_event *ev)
{
	bool connects = ev->arg % 4 == 0;

	settle();
	sim_grant_limit(ev->arg % 3 ? ev->arg / 4 % 16 : ev->arg / 4 % 500);
	/* Somebody makes rings just then: there may be references for a part of one. */
	if (connects)
		sim_backend_close(ev->disk->vdev);
	sim_sleep(sim_random(connects ? 8 * SEC : 30 * MS));
	sim_grant_limit(UINT32_MAX);
}

/* Somebody connects anew when xenstore has no room, as either xenstored says it. */
static void no_nodes(const struct life_event *ev)
{
	settle();
	sim_store_limit(nr_disks * (6 + ev->arg % 20), ev->arg % 3 ? -ENOSPC : -EINVAL);
	sim_backend_close(ev->disk->vdev);
	sim_sleep(sim_random(8) * SEC);
	sim_store_limit(UINT32_MAX, 0);
}

/* Now and then more come than there have ever been. */
static void change_cpus(const struct life_event *ev)
{
	struct sim_disk *disk;
	unsigned int i;

	sim_nr_cpus = 1 + ev->arg % (ev->arg & 1024 ? 8 : sim_nr_cpus);
	if (sim_nr_cpus > sim_most_cpus)
		sim_most_cpus = sim_nr_cpus;
	sim_note("%u CPUs are online", sim_nr_cpus);
	for (i = 0; i < nr_disks; i++) {
		disk = sim_disk_find(disks[i].name);
		if (disk)
			sim_disk_lose_cpus(disk);
	}
}

static void use_all(bool on)
{
	unsigned int i;

	for (i = 0; i < nr_disks; i++)
		if (disks[i].plugged)
			sim_load_use(disks[i].vdev, on);
}

static void load_again(void)
{
	sim_sleep(sim_random(10 * MS));
	if (sim_module_load())
		sim_broken("life", "the driver cannot be loaded again");
	use_all(true);
}

static void reload(const struct life_event *ev)
{
	(void)ev;
	settle();
	use_all(false);
	sim_module_unload();
	load_again();
}

/* As a toolstack makes a disk: another driver, which knows nothing of us, takes it. */
static void check_untouched(const struct life_disk *disk, bool slow)
{
	static const char *const ours[] = { "ring-page-order", "num-ring-pages",
					    "multi-queue-num-queues" };
	int front = sim_front_state(disk->vdev), back = sim_back_state(disk->vdev);
	char path[SIM_PATH];
	unsigned int i;

	/* A backend took longer than anybody waits for it: the disk stays as it is. */
	if (slow && front == XenbusStateClosed)
		return;
	if (front != XenbusStateInitialising || back != XenbusStateInitWait)
		sim_broken("handed over", "%s: frontend %d, backend %d", disk->name, front, back);
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (sim_store_read(sim_front_path(path, disk->vdev, ours[i])))
			sim_broken("handed over", "%s is still there", path);
}

/* The driver leaves its disks to the kernel's own, and comes back to them. */
static void leave_to_another(const struct life_event *ev)
{
	uint64_t since;
	unsigned int i;

	(void)ev;
	settle();
	use_all(false);
	sim_param_set("hand_over", true);
	since = sim_now();
	sim_module_unload();
	sim_param_set("hand_over", false);
	for (i = 0; i < nr_disks; i++)
		if (disks[i].plugged)
			check_untouched(&disks[i], sim_now() - since > SEC);
	load_again();
}

/* ---- the list ---- */

static const struct {
	const char *name;
	void (*fn)(const struct life_event *ev);
	bool all;		/* befalls all disks */
} kinds[] = {
	{ "move", move, true },
	{ "move to a lesser backend", move_to_lesser, true },
	{ "move to another backend", move_to_other, true },
	{ "move to another sector size", move_to_block_size, true },
	{ "move to a read-only backend", move_to_readonly, true },
	{ "two moves", move_twice, true },
	{ "cancelled suspend", suspend_cancelled, true },
	{ "backend unbound and bound", rebind, false },
	{ "backend closed", close_and_return, false },
	{ "backend replaced", replace_backend, false },
	{ "backend handed over", hand_over, false },
	{ "backend silent for 30 s", stall_30s, false },
	{ "backend silent for 60 s", stall_60s, false },
	{ "backend silent for too long", silent_too_long, false },
	{ "backend answers twice", answer_twice, false },
	{ "lost events", lose_events, true },
	{ "detach in use", detach_in_use, false },
	{ "detach unused", detach_unused, false },
	{ "destroy", destroy, false },
	{ "hot plug", hot_plug, false },
	{ "grow", grow, false },
	{ "shrink", shrink, false },
	{ "sectors rewritten", rewrite_sectors, false },
	{ "storm of states", state_storm, false },
	{ "unknown states", unknown_states, false },
	{ "no memory", no_memory, true },
	{ "no grants", no_grants, true },
	{ "no room in xenstore", no_nodes, true },
	{ "CPUs come and go", change_cpus, true },
	{ "driver reloaded", reload, true },
	{ "disks left to another driver", leave_to_another, true },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static uint64_t happened[NR_KINDS];

static uint64_t draw_pause(void)
{
	static const uint32_t most[] = { 1, 50 * US, MS, 3 * MS, 20 * MS };

	return sim_random(most[sim_random(sizeof(most) / sizeof(most[0]))]);
}

static void draw_disk(unsigned int i)
{
	struct life_disk *disk = &disks[i];

	memset(disk, 0, sizeof(*disk));
	disk->vdev = FIRST_VDEV + 16 * i;
	snprintf(disk->name, sizeof(disk->name), "xvd%c", 'a' + i);
	disk->untrusted = sim_chance(3);
	sim_offer_draw(&disk->offer, NULL);
	if (sim_chance(4))
		disk->offer.sector_size = SIM_BIG_SECTOR;
}

unsigned int sim_life_draw(void)
{
	unsigned int i;

	over = false;
	next_domid = 2;
	sim_xenbus_vanished = sim_chance(2);
	nr_disks = 1 + sim_random(3);
	for (i = 0; i < nr_disks; i++)
		draw_disk(i);
	nr_events = 4 + sim_random(12);
	for (i = 0; i < nr_events; i++)
		events[i] = (struct life_event){
			.kind = sim_random(NR_KINDS),
			.pause = draw_pause(),
			.disk = &disks[sim_random(nr_disks)],
			.arg = sim_random(1 << 16),
		};
	return nr_events;
}

const char *sim_life_name(unsigned int event)
{
	return kinds[events[event].kind].name;
}

uint64_t sim_life_happened(unsigned int kind, const char **name)
{
	*name = kind < NR_KINDS ? kinds[kind].name : NULL;
	return kind < NR_KINDS ? happened[kind] : 0;
}

bool sim_life_over(void)
{
	return over;
}

static void disturb(const struct life_event *ev, uint64_t calm_since)
{
	unsigned int i;

	for (i = 0; i < nr_disks; i++)
		if (kinds[ev->kind].all || &disks[i] == ev->disk)
			disks[i].calm_since = calm_since;
}

static void befall(const struct life_event *ev)
{
	/* What is not plugged yet cannot be hurt. */
	if (!ev->disk->plugged && kinds[ev->kind].fn != hot_plug)
		return;
	sim_note("life: %s (%s)", kinds[ev->kind].name, ev->disk->name);
	disturb(ev, SIM_NEVER);
	kinds[ev->kind].fn(ev);
	disturb(ev, sim_now());
	happened[ev->kind]++;
}

void sim_life_run(void)
{
	unsigned int i, at_first = nr_disks > 1 && sim_chance(2) ? nr_disks - 1 : nr_disks;
	bool early = sim_chance(2);

	sim_storage_reset(0, 0);
	for (i = 0; i < nr_disks; i++)
		sim_storage_reset(disks[i].vdev, SIM_DISK_SECTORS);
	if (early && sim_module_load())
		sim_broken("life", "the driver cannot be loaded");
	for (i = 0; i < at_first; i++)
		plug(&disks[i]);
	if (!early && sim_module_load())
		sim_broken("life", "the driver cannot be loaded");
	for (i = 0; i < nr_events; i++) {
		sim_sleep(events[i].pause);
		if (sim_config.mask >> i & 1)
			befall(&events[i]);
	}
	over = true;
}

void sim_life_finish(void)
{
	unsigned int i;

	settle();
	for (i = 0; i < nr_disks; i++) {
		if (!disks[i].plugged)
			continue;
		until(is_sized, &disks[i], "as large as its backend says");
		until(is_modest, &disks[i], "as modest as its backend");
	}
	use_all(false);
	for (i = 0; i < nr_disks; i++) {
		if (!disks[i].plugged)
			continue;
		sim_vbd_detach(disks[i].vdev);
		take_away(&disks[i]);
	}
	sim_module_unload();
}

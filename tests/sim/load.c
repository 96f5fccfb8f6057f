// SPDX-License-Identifier: GPL-2.0
/*
 * load.c - submitters. Each has a part of a disk to itself and several I/Os in
 * flight there, and knows what every sector of it may hold:
 *
 *	- a write that succeeded is in the backend's cache before it is
 *	  acknowledged, and is what reads return from then on
 *	- one that failed may have happened, then or a little later, or not
 *	- a flush that succeeded has made stable what had been acknowledged when
 *	  it was sent; a write with FUA itself
 *	- I/O fails only when it may: the backend said so, or the disk's life does
 *	- nobody writes to a page beside the bytes that were asked for
 */
#include <stdio.h>

#include "load.h"

#define MAX_SUBMITTERS	16
#define MAX_SLOTS	32
#define CANARY		0xc5

/**
 * struct slot - one I/O of a submitter
 * @area: its pages' bytes
 * @least: flush only: versions that had been acknowledged when it was sent
 * @errors: answers of the backend that had been errors by then
 */
struct slot {
	struct sim_io io;
	struct submitter *owner;
	bool busy;
	u32 version;
	u8 *area;
	struct page *pages;
	struct page **list;
	u32 nr_pages;
	u32 *least;
	unsigned int errors;
	bool may_fail;
};

struct submitter {
	unsigned int nr;
	struct load_disk *target;
	struct sim_disk *disk;
	struct range range;
	struct slot slots[MAX_SLOTS];
	unsigned int depth, in_flight;
	u32 version;
	uint64_t think;
	struct sim_wait wait;
};

/* What load.c knows of a vbd; @users: submitters that have it open. */
struct load_disk {
	u32 vdev;
	const char *name;
	bool on;
	unsigned int users;
};

static struct load_disk targets[MAX_SUBMITTERS];
static struct submitter submitters[MAX_SUBMITTERS];
static unsigned int nr_submitters, nr_running;
static struct sim_wait changed;
static u64 nr_sent, nr_done;
static unsigned int nr_events;
static bool frozen;
static unsigned int nr_in_kernel;

u64 load_done(void)
{
	return nr_done;
}

/* ---- user space may be frozen between system calls ---- */

static void enter_kernel(void)
{
	sim_wait_for(&changed, !frozen);
	nr_in_kernel++;
}

static void leave_kernel(void)
{
	if (!--nr_in_kernel)
		sim_wake(&changed);
}

bool sim_users_freeze(void)
{
	u64 deadline = sim_now() + 20 * NSEC_PER_SEC;

	frozen = true;
	while (nr_in_kernel && sim_now() < deadline)
		sim_wait_until(&changed, deadline);
	if (!nr_in_kernel)
		return true;
	sim_users_thaw();
	return false;
}

bool sim_users_frozen(void)
{
	return frozen;
}

void sim_users_thaw(void)
{
	frozen = false;
	sim_wake(&changed);
}

/* ---- which sectors ---- */

static bool is_write(const struct sim_io *io)
{
	return io->op == SIM_WRITE || io->op == SIM_DISCARD || io->op == SIM_ERASE;
}

/* Reads may share sectors, a write has its own. */
static bool is_free(const struct range *range, u32 first, u32 nr, bool write)
{
	const struct sector *s = &range->sectors[first - range->first];

	for (; nr; nr--, s++)
		if (s->writes || (write && s->reads) || s->reads == U8_MAX)
			return false;
	return true;
}

static void mark(const struct sim_io *io, const struct range *range, bool on)
{
	struct sector *s = &range->sectors[io->sector - range->first];
	u32 i;

	for (i = 0; i < io->nr_sectors; i++, s++) {
		if (is_write(io))
			s->writes = on;
		else
			s->reads += on ? 1 : -1;
	}
}

static u32 draw_size(const struct submitter *sub)
{
	static const u32 most[] = { 8, 8, 16, 16, 64, 128, 512 };

	if (sim_chance(200))
		return 1 + sim_random(sub->range.nr);
	return 1 + sim_random(most[sim_random(ARRAY_SIZE(most))]);
}

static bool choose_sectors(struct submitter *sub, struct sim_io *io)
{
	u32 block = sim_disk_limits(sub->disk)->logical_block_size >> SECTOR_SHIFT;
	const struct range *range = &sub->range;
	u32 at;

	io->nr_sectors = min_t(u32, round_up(draw_size(sub), block), range->nr);
	at = sim_random(range->nr - io->nr_sectors + 1);
	io->sector = range->first + round_down(at, block);
	return is_free(range, io->sector, io->nr_sectors, is_write(io));
}

/* ---- payload ---- */

/* Where what may be another domain's begins: larger requests have pages of both kinds. */
static u32 first_foreign(const struct slot *slot)
{
	return slot->nr_pages / 2;
}

static void need_pages(struct slot *slot, u32 nr)
{
	bool foreign = !sim_random(24);
	u32 i;

	if (slot->nr_pages >= nr)
		return;
	if (slot->area)
		sim_grant_foreign(slot->area + first_foreign(slot) * PAGE_SIZE, 0);
	free(slot->area);
	slot->area = aligned_alloc(PAGE_SIZE, nr * PAGE_SIZE);
	slot->pages = realloc(slot->pages, nr * sizeof(*slot->pages));
	slot->list = realloc(slot->list, nr * sizeof(*slot->list));
	slot->nr_pages = nr;
	for (i = 0; i < nr; i++) {
		slot->pages[i] = (struct page){ slot->area + i * PAGE_SIZE, 0,
						foreign && i >= first_foreign(slot) };
		slot->list[i] = &slot->pages[i];
	}
	if (foreign)
		sim_grant_foreign(slot->area + first_foreign(slot) * PAGE_SIZE,
				  (nr - first_foreign(slot)) * PAGE_SIZE);
}

static u8 *payload(const struct slot *slot, u32 sector)
{
	return slot->area + slot->io.first_offset + sector * SECTOR_SIZE;
}

static u32 bytes_behind(const struct slot *slot)
{
	u32 end = slot->io.first_offset + slot->io.nr_sectors * SECTOR_SIZE;

	return round_up(end, PAGE_SIZE) - end;
}

static u32 dma_alignment(const struct slot *slot)
{
	return sim_disk_limits(slot->owner->disk)->dma_alignment;
}

static void prepare_payload(struct slot *slot)
{
	struct sim_io *io = &slot->io;
	u32 i;

	io->first_offset = sim_chance(4) ? sim_random(8) * SECTOR_SIZE & ~dma_alignment(slot) : 0;
	need_pages(slot, DIV_ROUND_UP(io->first_offset + io->nr_sectors * SECTOR_SIZE, PAGE_SIZE));
	io->pages = slot->list;
	memset(slot->area, CANARY, io->first_offset);
	memset(payload(slot, io->nr_sectors), CANARY, bytes_behind(slot));
	for (i = 0; i < io->nr_sectors; i++)
		if (io->op == SIM_WRITE)
			stamp_write(&slot->owner->range, io->sector + i, slot->version,
				    payload(slot, i));
		else
			stamp_spoil(payload(slot, i));
}

static void check_canaries(const struct slot *slot)
{
	const u8 *p = slot->area;
	u32 i;

	for (i = 0; i < slot->io.first_offset; i++)
		if (p[i] != CANARY)
			sim_broken("nobody writes beside the bytes asked for", "%u before",
				   slot->io.first_offset - i);
	p = payload(slot, slot->io.nr_sectors);
	for (i = 0; i < bytes_behind(slot); i++)
		if (p[i] != CANARY)
			sim_broken("nobody writes beside the bytes asked for", "%u behind", i);
}

/* ---- what became of it ---- */

static void check_status(const struct slot *slot)
{
	const struct sim_io *io = &slot->io;
	u32 vdev = slot->owner->range.vdev;

	if (!io->status || slot->may_fail || sim_errors_allowed(vdev) ||
	    sim_backend_errors(vdev) != slot->errors)
		return;
	/* Refused by the block layer: the disk changed while we chose. */
	if (io->status == -EINVAL)
		return;
	if (io->status == -EOPNOTSUPP && (io->op == SIM_DISCARD || io->op == SIM_ERASE))
		return;
	/* Refused by the backend: that must not look like a discard that may be left out. */
	if (io->status == -EIO && io->op == SIM_ERASE)
		return;
	sim_broken("I/O fails only when it may", "operation %d of %u sectors at %u: error %d",
		   io->op, io->nr_sectors, (u32)io->sector, -io->status);
}

static void read_done(const struct slot *slot)
{
	const struct range *range = &slot->owner->range;
	const struct sim_io *io = &slot->io;
	u32 i;

	for (i = 0; i < io->nr_sectors && !io->status; i++)
		stamp_check(range, io->sector + i,
			    range->sectors[io->sector + i - range->first].least, payload(slot, i),
			    "read");
	check_canaries(slot);
}

static void write_done(const struct slot *slot)
{
	const struct range *range = &slot->owner->range;
	const struct sim_io *io = &slot->io;
	struct sector *s = &range->sectors[io->sector - range->first];
	u32 i;

	for (i = 0; i < io->nr_sectors && !io->status; i++, s++) {
		s->least = slot->version;
		stamp_check_stored(range, io->sector + i, slot->version, false);
		if (!io->fua)
			continue;
		s->stable = slot->version;
		stamp_check_stored(range, io->sector + i, slot->version, true);
	}
	if (io->op == SIM_WRITE)
		check_canaries(slot);
}

static void flush_done(const struct slot *slot)
{
	const struct range *range = &slot->owner->range;
	u32 i;

	for (i = 0; i < range->nr && !slot->io.status; i++) {
		struct sector *s = &range->sectors[i];

		if (slot->least[i] <= s->stable)
			continue;
		s->stable = slot->least[i];
		stamp_check_stored(range, range->first + i, s->stable, true);
	}
}

static void io_done(struct sim_io *io)
{
	struct slot *slot = io->data;
	struct submitter *sub = slot->owner;

	if (!slot->busy)
		sim_broken("each request completes exactly once", "this one again");
	check_status(slot);
	/* Its next owner must not share it with the backend. */
	if (io->pages)
		sim_grant_page_freed(slot->area, slot->nr_pages * PAGE_SIZE);
	if (is_write(io))
		write_done(slot);
	else if (io->op == SIM_READ)
		read_done(slot);
	if (io->op == SIM_FLUSH || io->preflush)
		flush_done(slot);
	if (io->nr_sectors)
		mark(io, &sub->range, false);
	slot->busy = false;
	sub->in_flight--;
	nr_done++;
	sim_wake(&sub->wait);
}

/* ---- sending ---- */

static enum sim_op draw_op(const struct submitter *sub)
{
	const struct queue_limits *lim = sim_disk_limits(sub->disk);
	u32 dice = sim_random(100);

	if (dice < 6)
		return SIM_FLUSH;
	if (dice < 45 || sim_disk_readonly(sub->disk))
		return SIM_READ;
	if (dice < 48 && lim->max_hw_discard_sectors)
		return SIM_DISCARD;
	if (dice < 49 && lim->max_secure_erase_sectors)
		return SIM_ERASE;
	return SIM_WRITE;
}

static void begin_write(struct submitter *sub, struct slot *slot)
{
	struct sim_io *io = &slot->io;
	struct sector *s = &sub->range.sectors[io->sector - sub->range.first];
	u32 i;

	slot->version = ++sub->version;
	for (i = 0; i < io->nr_sectors; i++, s++) {
		s->most = slot->version;
		if (io->op != SIM_WRITE)
			s->zeroes = slot->version;
	}
}

static void begin_flush(struct submitter *sub, struct slot *slot)
{
	u32 i;

	if (!slot->least)
		slot->least = calloc(sub->range.nr, sizeof(*slot->least));
	for (i = 0; i < sub->range.nr; i++)
		slot->least[i] = sub->range.sectors[i].least;
}

/* Makes an I/O in a free slot; false: the sectors it would take are in use. */
static bool prepare(struct submitter *sub, struct slot *slot)
{
	struct sim_io *io = &slot->io;

	memset(io, 0, sizeof(*io));
	io->op = draw_op(sub);
	io->done = io_done;
	io->data = slot;
	if (io->op != SIM_FLUSH && !choose_sectors(sub, io))
		return false;
	if (io->op == SIM_WRITE) {
		io->fua = sim_chance(16);
		io->preflush = sim_chance(32);
	}
	slot->owner = sub;
	if (is_write(io))
		begin_write(sub, slot);
	if (io->op == SIM_FLUSH || io->preflush)
		begin_flush(sub, slot);
	if (io->op == SIM_READ || io->op == SIM_WRITE)
		prepare_payload(slot);
	if (io->nr_sectors)
		mark(io, &sub->range, true);
	slot->errors = sim_backend_errors(sub->range.vdev);
	slot->may_fail = sim_errors_allowed(sub->range.vdev);
	slot->busy = true;
	sub->in_flight++;
	return true;
}

static void send_plug(struct submitter *sub)
{
	struct sim_io *ios[MAX_SLOTS];
	unsigned int i, nr = 0, want = 1 + (sim_chance(2) ? 0 : sim_random(sub->depth));

	for (i = 0; i < sub->depth && nr < want; i++)
		if (!sub->slots[i].busy && prepare(sub, &sub->slots[i]))
			ios[nr++] = &sub->slots[i].io;
	nr_sent += nr;
	if (nr)
		sim_submit(sub->disk, ios, nr);
}

/* ---- a submitter's day ---- */

static void wait_idle(struct submitter *sub)
{
	sim_wait_for(&sub->wait, !sub->in_flight);
}

static void close_disk(struct submitter *sub)
{
	wait_idle(sub);
	enter_kernel();
	sim_disk_close(sub->disk);
	leave_kernel();
	sub->disk = NULL;
	sub->target->users--;
	sim_wake(&changed);
}

static void open_disk(struct submitter *sub)
{
	struct sim_disk *disk;

	enter_kernel();
	sub->target->users++;
	disk = sim_disk_find(sub->target->name);
	if (disk && sim_disk_open(disk))
		sub->disk = disk;
	leave_kernel();
	if (sub->disk)
		return;
	sub->target->users--;
	sim_wake(&changed);
	sim_sleep(NSEC_PER_MSEC * (1 + sim_random(20)));
}

/* So many I/Os may have been sent by now, so that all events meet with some. */
static u64 quota(void)
{
	const char *name = "";
	unsigned int kind;
	u64 happened = 0;

	if (sim_life_over())
		return sim_config.ios;
	for (kind = 0; name; kind++)
		happened += sim_life_happened(kind, &name);
	return sim_config.ios * (happened + 1) / (nr_events + 1);
}

static void rest(struct submitter *sub)
{
	if (nr_sent >= quota())
		sim_sleep(sim_random(500) * NSEC_PER_MSEC);
	else if (sub->think)
		sim_sleep(sim_random(sub->think));
	if (sub->in_flight == sub->depth || sim_chance(16))
		sim_wait_until(&sub->wait, sim_now() + 5 * NSEC_PER_SEC);
}

static void work(struct submitter *sub)
{
	if (!sub->disk) {
		open_disk(sub);
	} else if (sim_disk_dead(sub->disk)) {
		close_disk(sub);
	} else {
		enter_kernel();
		send_plug(sub);
		leave_kernel();
		rest(sub);
	}
}

/* Everything once more, a piece at a time. */
static void read_back(struct submitter *sub)
{
	struct slot *slot = &sub->slots[0];
	struct sim_io *io = &slot->io, *ios[] = { io };
	u32 at, step = 128;

	for (at = 0; at < sub->range.nr && !sim_disk_dead(sub->disk); at += step) {
		memset(io, 0, sizeof(*io));
		io->op = SIM_READ;
		io->done = io_done;
		io->data = slot;
		io->sector = sub->range.first + at;
		io->nr_sectors = min(step, sub->range.nr - at);
		prepare_payload(slot);
		mark(io, &sub->range, true);
		slot->errors = sim_backend_errors(sub->range.vdev);
		slot->may_fail = sim_errors_allowed(sub->range.vdev);
		slot->busy = true;
		sub->in_flight++;
		sim_submit(sub->disk, ios, 1);
		wait_idle(sub);
	}
}

static void check_storage(const struct submitter *sub)
{
	u32 i;

	for (i = 0; i < sub->range.nr; i++)
		stamp_check_stored(&sub->range, sub->range.first + i, sub->range.sectors[i].least,
				   false);
}

static bool is_finished(const struct submitter *sub)
{
	if (!sim_life_over())
		return false;
	return nr_sent >= sim_config.ios || !sub->target->on;
}

static void submitter(void *arg)
{
	struct submitter *sub = arg;

	while (!is_finished(sub)) {
		if (sub->target->on) {
			work(sub);
		} else {
			if (sub->disk)
				close_disk(sub);
			sim_wait_until(&changed, sim_now() + NSEC_PER_SEC);
		}
	}
	if (sub->disk) {
		wait_idle(sub);
		read_back(sub);
		close_disk(sub);
	}
	check_storage(sub);
	nr_running--;
	sim_wake(&changed);
}

static void debugfs_reader(void *arg)
{
	(void)arg;
	while (nr_running) {
		sim_sleep(sim_random(2000) * NSEC_PER_MSEC);
		sim_debugfs_read();
	}
}

/* ---- for life.c and main.c ---- */

static struct load_disk *target_of(u32 vdev)
{
	unsigned int i;

	for (i = 0; targets[i].vdev != vdev; i++)
		;
	return &targets[i];
}

void sim_load_use(uint32_t vdev, bool on)
{
	struct load_disk *target = target_of(vdev);

	target->on = on;
	sim_wake(&changed);
	if (on)
		return;
	sim_wait_for(&changed, !target->users);
}

static void make_submitter(struct load_disk *target, u32 first, u32 nr)
{
	static const u64 thinks[] = { 0, 0, 2000, 20000, 1000000 };
	struct submitter *sub = &submitters[nr_submitters];
	char name[24];

	sub->nr = nr_submitters++;
	sub->target = target;
	sub->depth = 1 + sim_random(MAX_SLOTS);
	sub->think = thinks[sim_random(ARRAY_SIZE(thinks))];
	sub->range = (struct range){ target->vdev, first, nr, calloc(nr, sizeof(struct sector)) };
	nr_running++;
	snprintf(name, sizeof(name), "load-%s-%u", target->name, sub->nr);
	sim_spawn(name, SIM_PROCESS, submitter, sub);
}

/* @events: how many are to befall the world */
void load_start(unsigned int events)
{
	unsigned int disk, i, share;

	nr_events = events;
	for (disk = 0; disk < sim_nr_disks(); disk++) {
		targets[disk] = (struct load_disk){ sim_vdev(disk), sim_vdev_name(disk), false, 0 };
		share = min(1 + sim_random(3), sim_config.submitters);
		for (i = 0; i < share; i++)
			make_submitter(&targets[disk], i * (SIM_DISK_SECTORS / 4),
				       SIM_DISK_SECTORS / 4);
	}
	sim_spawn("debugfs", SIM_PROCESS, debugfs_reader, NULL);
}

void load_finish(void)
{
	sim_wait_for(&changed, !nr_running);
}

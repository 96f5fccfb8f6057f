/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sim.h - the deterministic simulation: what its parts offer one another.
 *
 * The sources of src/ are compiled as they are, against a model of the newest
 * kernel (include/). One world is one guest with its disks, its backends and a
 * toolstack; everything in it runs as coroutines of one process, switched by a
 * seeded scheduler. One seed is one exact run.
 *
 *	sched.c		tasks, locks, virtual time, chance; fiber.c, timers.c
 *	history.c	what happened, for people
 *	linux.c		what every driver uses: memory, locks... work.c: work queues, tasklets
 *	block.c		the block layer: disks, freezing; bio.c, mq.c, flush.c: I/O
 *	xen.c		grant table; shared.c: the rings' memory; event.c: event channels
 *	store.c		xenstore; xenwatch.c: its watches; xenbus.c: the bus, suspend, resume
 *	toolstack.c	makes and removes a vbd's directories
 *	backend.c	backends: correct, slow, reordering, dying, forgetful...
 *			serve.c: their rings; storage.c: what is behind the disks
 *	load.c		submitters that know what every sector must hold
 *	life.c		what befalls a world: the list of events, and who does them
 *	main.c		worlds one after another, replay, shrinking, the summary
 */
#ifndef XBF_SIM_H
#define XBF_SIM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- sched.c ---- */

/**
 * struct sim_config - what a run is told; see main.c for the options
 * @seed: all chance comes from it
 * @ios: requests that submitters send before the world ends
 * @submitters: at most so many per disk
 * @mask: a bit for each life event of the world's list that takes place
 * @trace: print the history as it happens
 */
struct sim_config {
	uint64_t seed;
	unsigned int ios;
	unsigned int submitters;
	uint64_t mask;
	bool trace;
};
extern struct sim_config sim_config;

/* Chance. Every use draws from the world's one generator. */
uint32_t sim_random(uint32_t below);
bool sim_chance(uint32_t one_in);

/* Virtual nanoseconds since the world began. */
uint64_t sim_now(void);

/*
 * A task is a coroutine. SOFTIRQ and IRQ tasks may not sleep: sim_sleep() and
 * sim_wait() in them break a rule. A task that returns is gone.
 */
enum sim_context { SIM_PROCESS, SIM_XENWATCH, SIM_SOFTIRQ, SIM_IRQ, SIM_OUTSIDE };
struct sim_task;
struct sim_task *sim_spawn(const char *name, enum sim_context context, void (*fn)(void *),
			   void *arg);
struct sim_task *sim_self(void);
enum sim_context sim_context(void);

/* Others may run now. Called at every operation of the model. */
void sim_point(void);
/* The host may take a processor away for so long, in nanoseconds. */
#define SIM_MOST_STOLEN	40000000ull
/* Others run, unless there are none. */
void sim_yield(void);
/* Returns when nobody is in an interrupt or holds a spin lock: now all CPUs can be stopped. */
void sim_stop_machine(void);
void sim_sleep(uint64_t ns);

/* Sleeping until somebody wakes the place; spurious wakeups happen. */
struct sim_wait {
	struct sim_waiter *head;
};
void sim_wait(struct sim_wait *place);
bool sim_wait_until(struct sim_wait *place, uint64_t deadline);	/* false: time is up */
void sim_wake(struct sim_wait *place);
#define sim_wait_for(place, condition) do { while (!(condition)) sim_wait(place); } while (0)

/*
 * A call at a virtual time, as a task of its own, in SIM_SOFTIRQ context. @direct: without a
 * task, by the scheduler; it may only wake, spawn and arm then.
 */
struct sim_timer {
	uint64_t at;
	bool armed, direct;
	unsigned int slot;
	void (*fn)(void *arg);
	void *arg;
};
void sim_timer_arm(struct sim_timer *timer, uint64_t at);
bool sim_timer_cancel(struct sim_timer *timer);

/* Sleeping on a condition that is evaluated between the two, at whatever length. */
struct sim_waiter {
	struct sim_task *task;
	struct sim_waiter *next;
	struct sim_wait *place;
	bool woken;
};
void sim_wait_prepare(struct sim_wait *place, struct sim_waiter *waiter);
bool sim_wait_commit(struct sim_waiter *waiter, uint64_t deadline);	/* false: time is up */
void sim_wait_cancel(struct sim_waiter *waiter);
#define SIM_NEVER	UINT64_MAX

/* Who must not wait for I/O in this task from now on; NULL: it may. */
void sim_ban_io(const char *who);
/* Something is about to wait for I/O or a frozen queue: breaks the rule if banned. */
void sim_waits_for_io(const char *what);
/* A word of the running task's own, 0 at first. */
unsigned long *sim_task_word(void);
/* The world gets on: an I/O or a life event ended. Without this for long it is stuck. */
void sim_progress(void);

/* A spin lock: held across switches, never across a sleep; order is checked by rank. */
struct sim_lock {
	const char *name;
	struct sim_task *holder;
};
void sim_lock_init(struct sim_lock *lock, const char *name);
void sim_lock(struct sim_lock *lock);
void sim_unlock(struct sim_lock *lock);
bool sim_is_locked(const struct sim_lock *lock);	/* by the running task */

/* History for people: one line, with time and task, kept and printed when a rule breaks. */
void sim_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A rule is broken: prints the history's end and leaves the world with a verdict. */
void sim_broken(const char *rule, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/* Nothing can run any more although the world has not ended: who waits for what. */
void sim_stuck(void) __attribute__((noreturn));

/* ---- linux.c ---- */

void sim_linux_reset(void);
void sim_linux_check_clean(void);	/* no memory, work, timer or irq is left */
/* Allocations fail while this is not 0: one in so many. */
extern uint32_t sim_alloc_fails;
/* Is this address inside a live allocation? For "no page is freed while mapped". */
void sim_linux_on_free(void *addr, size_t size);	/* calls sim_grant_page_freed() */

/* ---- block.c ---- */

struct sim_disk;		/* a gendisk that is, or was, visible */
struct sim_disk *sim_disk_find(const char *name);	/* NULL: not there (now) */
struct sim_disk *sim_disk_get(struct sim_disk *disk);
void sim_disk_put(struct sim_disk *disk);
uint64_t sim_disk_capacity(const struct sim_disk *disk);
bool sim_disk_readonly(const struct sim_disk *disk);
bool sim_disk_dead(const struct sim_disk *disk);
/* There are fewer CPUs now: waits for the I/O of hardware queues that have none left. */
void sim_disk_lose_cpus(struct sim_disk *disk);
bool sim_disk_open(struct sim_disk *disk);
void sim_disk_close(struct sim_disk *disk);

enum sim_op { SIM_READ, SIM_WRITE, SIM_FLUSH, SIM_DISCARD, SIM_ERASE };

/**
 * struct sim_io - what a submitter asks for, and what became of it
 * @pages: payload; page i is at PAGE_SIZE bytes that the submitter owns
 * @done: called exactly once, in any context but never with a lock held
 * @status: 0, or a negative errno
 */
struct sim_io {
	enum sim_op op;
	bool fua, preflush;
	uint64_t sector;
	uint32_t nr_sectors;
	struct page **pages;
	uint32_t first_offset;
	void (*done)(struct sim_io *io);
	int status;
	void *data;
	uint32_t parts;		/* block.c's: how many have not ended */
};
/* Up to @nr requests in one plug; the task waits for tags. May be sent from PROCESS only. */
void sim_submit(struct sim_disk *disk, struct sim_io **ios, unsigned int nr);
void sim_block_reset(void);
void sim_block_check_clean(void);
/* For block.c's own rules: see the top of block.c. */

/* ---- xen.c ---- */

typedef uint32_t sim_ref;
void sim_xen_reset(void);
void sim_xen_check_clean(void);
/* A page is being freed: no grant of it may stand, nobody may have it mapped. */
void sim_grant_page_freed(void *addr, size_t size);
/* Pages that are grants of another domain, mapped here; @size 0: not any more. */
void sim_grant_foreign(const void *addr, size_t size);
/* Backend's side. map: NULL when the frontend did not grant that. */
void *sim_grant_map(sim_ref ref, uint16_t backend, bool write);
void sim_grant_unmap(sim_ref ref, uint16_t backend);
bool sim_grant_is_readonly(sim_ref ref);
/* Everything that domain has mapped is unmapped: it died, or the guest moved away. */
void sim_grant_unmap_all(uint16_t backend);
/* The guest was restored elsewhere: an empty grant table, no event channels. */
void sim_xen_moved(void);
/* How many references the guest may have, more than it has now; the rest of the world's life. */
void sim_grant_limit(uint32_t more);

/*
 * Shared memory. Each side has a view of its own of every page that is shared
 * for good (rings): stores of one side are seen by the other side only after a
 * barrier of the writer, or earlier, one by one, as chance has it; loads of the
 * frontend see old values until its own barrier, as chance has it. Payload
 * pages are one memory.
 */
struct sim_ring;		/* a ring in the backend's eyes */
/* NULL when a page is not granted to that backend; @nr pages. */
struct sim_ring *sim_ring_attach(const sim_ref *refs, unsigned int nr, uint16_t backend);
void sim_ring_detach(struct sim_ring *ring);	/* unmaps; the view stays */
void sim_ring_free(struct sim_ring *ring);
struct blkif_sring *sim_ring_view(struct sim_ring *ring);	/* the backend's view */
void sim_ring_look(struct sim_ring *ring);	/* before loads of indices: stores trickle in */
void sim_back_wmb(struct sim_ring *ring);
void sim_back_rmb(struct sim_ring *ring);
void sim_back_mb(struct sim_ring *ring);

/* The frontend's loads, stores and barriers, for env_impl.h. */
void sim_front_look(const void *p, size_t size);	/* before every env_read*(p) */
void sim_front_store32(uint32_t *p, uint32_t v);	/* env_write32() */
void sim_front_wmb(void);
void sim_front_rmb(void);
void sim_front_mb(void);

/* Event channels. */
typedef uint32_t sim_port;
void sim_event_send(sim_port port);		/* backend to frontend: runs its interrupt */
void sim_event_listen(sim_port port, struct sim_wait *place);	/* frontend to backend: wakes */
bool sim_event_valid(sim_port port, uint16_t backend);	/* that domain may bind it */
void sim_event_unlisten(sim_port port, const struct sim_wait *place);
unsigned int sim_events_sent(sim_port port);	/* frontend to backend, so far */
void sim_event_lose(uint32_t one_in);		/* from now on one in so many is lost; 0: none */

/* ---- store.c ---- */

void sim_store_reset(void);			/* spawns xenwatch */
void sim_store_check_clean(void);
/* Path-based, as dom0 sees it. Values are strings; NULL: not there. */
/* Nodes that the guest may have below its vbds, and how it is told of more. */
void sim_store_limit(unsigned int nodes, int err);
const char *sim_store_read(const char *path);
void sim_store_write(const char *path, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sim_store_remove(const char *path);	/* and all below */
/* Wakes a place when something at or below the path is written. */
void sim_store_listen(const char *path, struct sim_wait *place);
void sim_store_unlisten(struct sim_wait *place);
bool sim_store_heard(struct sim_wait *place);	/* anything, since it was last asked? */

/* What a toolstack does. A vbd is known by its number, as in xenstore. */
void sim_vbd_create(uint32_t vdev, uint16_t backend);	/* both directories, states 1 */
void sim_vbd_hand_over(uint32_t vdev, uint16_t backend);	/* the old one's stays */
void sim_vbd_detach(uint32_t vdev);		/* orderly: online 0, backend Closing */
void sim_vbd_destroy(uint32_t vdev);		/* both directories vanish at once */
void sim_vbd_forget(uint32_t vdev);		/* after both sides are Closed: clean up */
/* The guest is suspended and wakes up: on a new host (all backends new), or cancelled. */
void sim_guest_suspend(bool cancelled);
bool sim_xenbus_knows(uint32_t vdev);		/* it is on the guest's bus */
bool sim_xenbus_bound(uint32_t vdev);		/* and the driver has it */
extern bool sim_xenbus_vanished;	/* this kernel's xenbus re-probes vanished devices */

/* ---- backend.c ---- */

/* What a backend offers and how it behaves; drawn anew by sim_backend_draw(). */
struct sim_offer {
	uint32_t ring_order, max_queues, max_indirect;
	bool persistent, flush, barrier, discard, secure;
	uint32_t sector_size;
	uint64_t sectors;
	bool readonly;
	uint32_t slow;		/* one request in so many takes long; 0: none */
	bool reorder;
	bool forgets_events;	/* does not send some; the driver must find out */
	uint32_t errors;	/* one answer in so many is an error; 0: none */
	uint32_t ring_refused;	/* rings of this order and more cannot be mapped; 0: all can */
	bool old_rings;		/* speaks the older dialect of ring sizes */
	uint32_t declines;	/* one flush, barrier or discard in so many; 0: none */
	bool hoards;		/* keeps rings and persistent grants for seconds after it closed */
	bool keeps_mapped;	/* unmaps late */
};
void sim_offer_draw(struct sim_offer *offer, const struct sim_offer *at_most);
/* A backend for a vbd that sim_vbd_create() made; serves until stopped. */
void sim_backend_start(uint32_t vdev, uint16_t domid, const struct sim_offer *offer);
void sim_domain_die(uint16_t domid);		/* and its backends; nodes stay */
void sim_backend_unbind(uint32_t vdev);		/* lets go of the ring; state stays */
void sim_backend_rebind(uint32_t vdev);		/* comes back to the living ring */
void sim_backend_stop_answering(uint32_t vdev, bool stop);
void sim_backend_resize(uint32_t vdev, uint64_t sectors);
void sim_backend_reset(void);
bool sim_backend_connected(uint32_t vdev);	/* itself, not just its node */
void sim_backend_close(uint32_t vdev);		/* Closed by itself; comes back when asked */
unsigned int sim_backend_errors(uint32_t vdev);	/* answers that were errors, so far */
void sim_backend_repeat(uint32_t vdev);		/* gives an answer twice as soon as it can */
bool sim_backend_repeated(uint32_t vdev);	/* false: it could not, and will not any more */

/* No backend ever offers fewer sectors, and storage has that many: load keeps to them. */
#define SIM_DISK_SECTORS	4096u

/*
 * The storage behind a vbd, shared by all hosts: what is cached, what is stable.
 * Discarded sectors read as zeroes.
 */
void sim_storage_reset(uint32_t vdev, uint64_t sectors);
const uint8_t *sim_storage_cached(uint32_t vdev, uint64_t sector);
const uint8_t *sim_storage_stable(uint32_t vdev, uint64_t sector);

/* ---- life.c ---- */

/*
 * main.c: sim_life_draw(), then a task for sim_life_run(), which loads the
 * driver, plugs the disks and lets the events befall them. When it has returned
 * and the load is done and checked, sim_life_finish() takes all away again.
 */
unsigned int sim_life_draw(void);		/* how many events, at most 64 */
const char *sim_life_name(unsigned int event);	/* of the drawn list */
void sim_life_run(void);
bool sim_life_over(void);			/* sim_life_run() has returned; load may end */
void sim_life_finish(void);
/* How often; *name NULL: there is no such kind. */
uint64_t sim_life_happened(unsigned int kind, const char **name);

unsigned int sim_nr_disks(void);		/* of the world, plugged or not (yet) */
uint32_t sim_vdev(unsigned int disk);
const char *sim_vdev_name(unsigned int disk);	/* xvda... */
bool sim_untrusted(uint32_t vdev);
/* A request of that disk is late: breaks a rule if nothing has befallen the disk. */
void sim_life_late(const char *name, uint64_t since);
/* May I/O fail now? Never because of moves, rebinds and restarts. */
bool sim_errors_allowed(uint32_t vdev);

/* ---- load.c ---- */

/*
 * On: submitters open the disk once it is there, and use it; if it dies they
 * close it and look for it anew. Off: returns when all of them have closed it.
 */
void sim_load_use(uint32_t vdev, bool on);
/* User space is frozen between two system calls; I/O stays in flight. */
bool sim_users_freeze(void);			/* false: not within 20 s, thawed again */
void sim_users_thaw(void);
bool sim_users_frozen(void);			/* or about to be */

/* ---- linux.c: module_init and module_exit of src/main.c ---- */

/* In a PROCESS task. Parameters are set before. */
void sim_param_set(const char *name, unsigned int value);
int sim_module_load(void);
void sim_module_unload(void);
extern unsigned int sim_nr_cpus, sim_most_cpus;	/* online in the guest: now, ever */
/* Calls the driver's pm notifiers, as hibernation does; false: one refused. */
bool sim_pm_notify(unsigned long event);

#endif /* XBF_SIM_H */

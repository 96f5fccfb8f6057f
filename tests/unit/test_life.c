// SPDX-License-Identifier: GPL-2.0
/*
 * life.c: every cell of the table. What is not listed here is ignored.
 */
#include "core/life.h"
#include "test.h"

#define BACKEND(state)	(XBF_EV_BACKEND + XenbusState##state)
#define GO		XBF_LIFE_CLOSING, XBF_DO_BREAK | XBF_DO_DELETE
#define GIVE_UP		XBF_LIFE_CLOSED, XBF_DO_TEARDOWN
#define BREAK		XBF_LIFE_BROKEN, XBF_DO_BREAK | XBF_DO_TELL
#define LOSE		(XBF_DO_HOLD | XBF_DO_TAKE)

struct cell {
	enum xbf_life life;
	u32 event;
	enum xbf_life next;
	u32 actions;
};

static const struct cell cells[] = {
	/* Nothing is there yet. */
	{ XBF_LIFE_NEW, BACKEND(InitWait), XBF_LIFE_OFFERED, XBF_DO_PUBLISH },
	{ XBF_LIFE_NEW, BACKEND(Closing), GIVE_UP },
	{ XBF_LIFE_NEW, XBF_EV_REMOVE, GIVE_UP },
	/* A backend that served a kernel before us lets go of it, then begins anew. */
	{ XBF_LIFE_NEW, BACKEND(Connected), XBF_LIFE_NEW, XBF_DO_LEAVE },
	{ XBF_LIFE_NEW, XBF_EV_PAUSING, XBF_LIFE_NEW, XBF_DO_LEAVE },
	{ XBF_LIFE_NEW, XBF_EV_PAUSED, XBF_LIFE_NEW, XBF_DO_REJOIN },

	/* Rings are published, there is no disk: whatever goes wrong takes them back. */
	{ XBF_LIFE_OFFERED, BACKEND(Connected), XBF_LIFE_LIVE, XBF_DO_CONNECT },
	{ XBF_LIFE_OFFERED, BACKEND(Closing), GIVE_UP },
	{ XBF_LIFE_OFFERED, BACKEND(Closed), GIVE_UP },
	{ XBF_LIFE_OFFERED, XBF_EV_PAUSING, XBF_LIFE_NEW, LOSE | XBF_DO_LEAVE },
	{ XBF_LIFE_OFFERED, XBF_EV_PAUSED, XBF_LIFE_NEW, LOSE | XBF_DO_LEAVE | XBF_DO_REJOIN },
	{ XBF_LIFE_OFFERED, XBF_EV_AGAIN, XBF_LIFE_NEW, LOSE | XBF_DO_LOOK_LATER },
	{ XBF_LIFE_OFFERED, XBF_EV_REMOVE, GIVE_UP },
	/* Restored elsewhere: the handshake begins once more. */
	{ XBF_LIFE_OFFERED, XBF_EV_MOVED, XBF_LIFE_NEW, LOSE },
	{ XBF_LIFE_OFFERED, XBF_EV_RESET, XBF_LIFE_OFFERED, LOSE | XBF_DO_PUBLISH },

	/* Connected once more: another capacity, or a backend that came back to the living ring. */
	{ XBF_LIFE_LIVE, BACKEND(Connected), XBF_LIFE_LIVE, XBF_DO_RESIZE | XBF_DO_KNOCK },
	{ XBF_LIFE_LIVE, BACKEND(Closing), GO },
	{ XBF_LIFE_LIVE, BACKEND(Closed), GO },
	{ XBF_LIFE_LIVE, XBF_EV_CLOSING_IN_USE, XBF_LIFE_LEAVING, XBF_DO_DEFER },
	{ XBF_LIFE_LIVE, XBF_EV_FAILED, GO },
	{ XBF_LIFE_LIVE, XBF_EV_REMOVE, GO },
	{ XBF_LIFE_LIVE, XBF_EV_VIOLATION, BREAK },
	{ XBF_LIFE_LIVE, XBF_EV_OVERDUE, BREAK },
	/* The connection ends, the disk stays. */
	{ XBF_LIFE_LIVE, XBF_EV_MOVED, XBF_LIFE_AWAY, LOSE },
	{ XBF_LIFE_LIVE, XBF_EV_PAUSING, XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE },
	{ XBF_LIFE_LIVE, XBF_EV_PAUSED, XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE | XBF_DO_REJOIN },
	{ XBF_LIFE_LIVE, XBF_EV_RESET, XBF_LIFE_RETURNING, LOSE | XBF_DO_PUBLISH },
	/* What RECONNECT may find: another disk, or too little memory as yet. */
	{ XBF_LIFE_LIVE, XBF_EV_UNFIT, BREAK },
	{ XBF_LIFE_LIVE, XBF_EV_AGAIN, XBF_LIFE_RETURNING, XBF_DO_LOOK_LATER },

	/* Asked to go while open: I/O goes on until the last close. */
	{ XBF_LIFE_LEAVING, BACKEND(Connected), XBF_LIFE_LIVE, XBF_DO_RESIZE | XBF_DO_KNOCK },
	{ XBF_LIFE_LEAVING, BACKEND(Closed), GO },
	{ XBF_LIFE_LEAVING, BACKEND(Closing), GO },
	{ XBF_LIFE_LEAVING, XBF_EV_LAST_CLOSE, XBF_LIFE_LEAVING, XBF_DO_LOOK },
	{ XBF_LIFE_LEAVING, XBF_EV_FAILED, GO },
	{ XBF_LIFE_LEAVING, XBF_EV_REMOVE, GO },
	{ XBF_LIFE_LEAVING, XBF_EV_VIOLATION, BREAK },
	{ XBF_LIFE_LEAVING, XBF_EV_OVERDUE, BREAK },
	{ XBF_LIFE_LEAVING, XBF_EV_MOVED, XBF_LIFE_AWAY, LOSE },
	{ XBF_LIFE_LEAVING, XBF_EV_PAUSING, XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE },
	{ XBF_LIFE_LEAVING, XBF_EV_PAUSED, XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE | XBF_DO_REJOIN },
	{ XBF_LIFE_LEAVING, XBF_EV_RESET, XBF_LIFE_RETURNING, LOSE | XBF_DO_PUBLISH },

	/* Without a backend: I/O waits. It is led to InitWait, however it comes. */
	{ XBF_LIFE_AWAY, BACKEND(InitWait), XBF_LIFE_RETURNING, XBF_DO_PUBLISH },
	{ XBF_LIFE_AWAY, BACKEND(Connected), XBF_LIFE_AWAY, XBF_DO_LEAVE },
	{ XBF_LIFE_AWAY, XBF_EV_CLOSING_IN_USE, XBF_LIFE_AWAY, XBF_DO_DEFER },
	{ XBF_LIFE_AWAY, XBF_EV_PAUSING, XBF_LIFE_AWAY, XBF_DO_LEAVE },
	{ XBF_LIFE_AWAY, XBF_EV_PAUSED, XBF_LIFE_AWAY, XBF_DO_REJOIN },
	/* It may have been asked to go meanwhile. */
	{ XBF_LIFE_AWAY, XBF_EV_LAST_CLOSE, XBF_LIFE_AWAY, XBF_DO_LOOK },
	/* Or it goes for good. */
	{ XBF_LIFE_AWAY, BACKEND(Closing), GO },
	{ XBF_LIFE_AWAY, BACKEND(Closed), GO },
	{ XBF_LIFE_AWAY, XBF_EV_FAILED, GO },
	{ XBF_LIFE_AWAY, XBF_EV_REMOVE, GO },
	{ XBF_LIFE_AWAY, XBF_EV_OVERDUE, BREAK },

	/* Rings are published anew; I/O waits for Connected. */
	{ XBF_LIFE_RETURNING, BACKEND(Connected), XBF_LIFE_LIVE, XBF_DO_RECONNECT },
	/* This backend is lost as well: wait for the next. */
	{ XBF_LIFE_RETURNING, XBF_EV_MOVED, XBF_LIFE_AWAY, LOSE },
	{ XBF_LIFE_RETURNING, XBF_EV_CLOSING_IN_USE, XBF_LIFE_RETURNING, XBF_DO_DEFER },
	{ XBF_LIFE_RETURNING, XBF_EV_PAUSING, XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE },
	{ XBF_LIFE_RETURNING, XBF_EV_PAUSED, XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE | XBF_DO_REJOIN },
	{ XBF_LIFE_RETURNING, XBF_EV_AGAIN, XBF_LIFE_AWAY, LOSE | XBF_DO_LOOK_LATER },
	{ XBF_LIFE_RETURNING, XBF_EV_RESET, XBF_LIFE_RETURNING, LOSE | XBF_DO_PUBLISH },
	{ XBF_LIFE_RETURNING, XBF_EV_LAST_CLOSE, XBF_LIFE_RETURNING, XBF_DO_LOOK },
	{ XBF_LIFE_RETURNING, BACKEND(Closing), GO },
	{ XBF_LIFE_RETURNING, BACKEND(Closed), GO },
	{ XBF_LIFE_RETURNING, XBF_EV_FAILED, GO },
	{ XBF_LIFE_RETURNING, XBF_EV_REMOVE, GO },
	{ XBF_LIFE_RETURNING, XBF_EV_OVERDUE, BREAK },

	/* All I/O has ended; in use or not, online or not makes no difference any more. */
	{ XBF_LIFE_BROKEN, BACKEND(Closing), GO },
	{ XBF_LIFE_BROKEN, BACKEND(Closed), GO },
	{ XBF_LIFE_BROKEN, XBF_EV_CLOSING_IN_USE, GO },
	{ XBF_LIFE_BROKEN, XBF_EV_PAUSING, GO },
	{ XBF_LIFE_BROKEN, XBF_EV_PAUSED, GO },
	{ XBF_LIFE_BROKEN, XBF_EV_REMOVE, GO },

	{ XBF_LIFE_CLOSING, XBF_EV_DISK_GONE, GIVE_UP },

	/* Only a fresh handshake brings a disk back, never a bare Connected. */
	{ XBF_LIFE_CLOSED, BACKEND(InitWait), XBF_LIFE_OFFERED, XBF_DO_PUBLISH },
};

static const struct cell *listed(enum xbf_life life, u32 event)
{
	u32 i;

	for (i = 0; i < NR_OF(cells); i++)
		if (cells[i].life == life && cells[i].event == event)
			return &cells[i];
	return NULL;
}

static void every_cell_is_as_listed_or_ignored(void **state)
{
	enum xbf_life life, next;
	u32 event, actions, nr = 0;

	(void)state;
	for (life = XBF_LIFE_NEW; life < XBF_NR_LIVES; life++)
		for (event = 0; event < XBF_NR_EVENTS; event++) {
			const struct cell *cell = listed(life, event);

			next = life;
			actions = xbf_life_step(&next, event);
			if (next != (cell ? cell->next : life) ||
			    actions != (cell ? cell->actions : 0))
				fail_msg("%s, event %u: %s, actions %#x", xbf_life_name(life),
					 event, xbf_life_name(next), actions);
			nr += !!cell;
		}
	assert_int_equal(nr, NR_OF(cells));
}

/* The backend's states are the last events, in their own order. */
static void backend_states_are_the_last_events(void **state)
{
	(void)state;
	assert_int_equal(BACKEND(Unknown), XBF_EV_BACKEND);
	assert_int_equal(BACKEND(Connected), XBF_EV_BACKEND + 4);
	assert_int_equal(BACKEND(Reconfigured), XBF_EV_BACKEND_MAX);
	assert_int_equal(XBF_NR_EVENTS, XBF_EV_BACKEND_MAX + 1);
}

/* When several have happened, the lowest is handled first. */
static void what_ends_a_connection_comes_first(void **state)
{
	static const u32 ends[] = { XBF_EV_REMOVE, XBF_EV_VIOLATION, XBF_EV_OVERDUE, XBF_EV_MOVED };
	static const u32 later[] = { XBF_EV_RESET, XBF_EV_PAUSING, XBF_EV_PAUSED,
				     XBF_EV_CLOSING_IN_USE, XBF_EV_BACKEND };
	u32 i, j;

	(void)state;
	assert_int_equal(XBF_EV_REMOVE, 0);
	for (i = 0; i < NR_OF(ends); i++)
		for (j = 0; j < NR_OF(later); j++)
			assert_true(ends[i] < later[j]);
}

static u32 walk(enum xbf_life *life, const u32 *events, u32 nr)
{
	u32 i, actions = 0;

	for (i = 0; i < nr; i++)
		actions |= xbf_life_step(life, events[i]);
	return actions;
}

static void ordinary_life(void **state)
{
	static const u32 events[] = {
		BACKEND(Initialising), BACKEND(InitWait), BACKEND(Initialised), BACKEND(Connected),
		BACKEND(Connected),    BACKEND(Closing),  XBF_EV_DISK_GONE,	BACKEND(Closed),
	};
	enum xbf_life life = XBF_LIFE_NEW;

	(void)state;
	assert_int_equal(walk(&life, events, NR_OF(events)),
			 XBF_DO_PUBLISH | XBF_DO_CONNECT | XBF_DO_RESIZE | XBF_DO_KNOCK |
				 XBF_DO_BREAK | XBF_DO_DELETE | XBF_DO_TEARDOWN);
	assert_int_equal(life, XBF_LIFE_CLOSED);
}

/* Saved here, restored there: the disk stays, its I/O waits in between. */
static void life_with_a_migration(void **state)
{
	static const u32 events[] = {
		BACKEND(InitWait),    BACKEND(Connected), XBF_EV_MOVED,		 BACKEND(InitWait),
		BACKEND(Initialised), BACKEND(Connected), XBF_EV_CLOSING_IN_USE, XBF_EV_MOVED,
		BACKEND(InitWait),    BACKEND(Connected),
	};
	enum xbf_life life = XBF_LIFE_NEW;

	(void)state;
	assert_int_equal(walk(&life, events, NR_OF(events)),
			 LOSE | XBF_DO_PUBLISH | XBF_DO_CONNECT | XBF_DO_RECONNECT | XBF_DO_DEFER);
	assert_int_equal(life, XBF_LIFE_LIVE);
}

/* A backend that closes, stays online and comes again: driver domain restarted. */
static void life_with_a_pause(void **state)
{
	static const u32 events[] = {
		XBF_EV_PAUSING,	   XBF_EV_PAUSED,      BACKEND(InitWait), XBF_EV_AGAIN,
		BACKEND(InitWait), BACKEND(Connected), XBF_EV_AGAIN,	  BACKEND(Connected),
	};
	enum xbf_life life = XBF_LIFE_LIVE;

	(void)state;
	assert_int_equal(walk(&life, events, NR_OF(events)),
			 LOSE | XBF_DO_LEAVE | XBF_DO_REJOIN | XBF_DO_PUBLISH | XBF_DO_RECONNECT |
				 XBF_DO_LOOK_LATER);
	assert_int_equal(life, XBF_LIFE_LIVE);
}

/* blkback bound again to the living ring: it takes up where it was, and is woken. */
static void reattached_backend_is_knocked_at(void **state)
{
	static const u32 events[] = { BACKEND(Initialising), BACKEND(InitWait),
				      BACKEND(Initialised) };
	enum xbf_life life = XBF_LIFE_LIVE;

	(void)state;
	assert_int_equal(walk(&life, events, NR_OF(events)), 0);
	assert_int_equal(xbf_life_step(&life, BACKEND(Connected)), XBF_DO_RESIZE | XBF_DO_KNOCK);
	assert_int_equal(life, XBF_LIFE_LIVE);
}

/* What device.c has built, as the actions say. */
struct built {
	bool rings;
	bool disk;
	bool open;
};

/* Carries out what a step asked for, in the order of the bits; no wrong order passes. */
static void build(struct built *b, u32 actions)
{
	if (actions & XBF_DO_HOLD)
		b->open = false;
	if (actions & XBF_DO_TAKE) {
		assert_false(b->open);
		b->rings = false;
	}
	/* Closed or Initialising, that is for a backend which has none of our rings. */
	if (actions & (XBF_DO_LEAVE | XBF_DO_REJOIN))
		assert_false(b->rings);
	if (actions & XBF_DO_PUBLISH) {
		assert_false(b->rings);
		b->rings = true;
	}
	if (actions & (XBF_DO_CONNECT | XBF_DO_RECONNECT)) {
		assert_true(b->rings && !b->open);
		assert_int_equal(b->disk, !!(actions & XBF_DO_RECONNECT));
		b->disk = true;
		b->open = true;
	}
	if (actions & (XBF_DO_RESIZE | XBF_DO_KNOCK))
		assert_true(b->disk && b->open);
	/* Whoever has it open may wait for I/O that waits for a backend. */
	if (actions & XBF_DO_DEFER)
		assert_true(b->disk);
	if (actions & (XBF_DO_BREAK | XBF_DO_TELL)) {
		assert_true(b->disk);
		b->open = false;
	}
	if (actions & XBF_DO_DELETE) {
		assert_true(b->disk);
		b->disk = false;
	}
	if (actions & XBF_DO_TEARDOWN) {
		assert_false(b->disk);
		b->rings = false;
	}
}

/* Reported once each, in one state only, and never by the other side. */
static bool cannot_be(enum xbf_life life, u32 event, bool connecting)
{
	switch (event) {
	case XBF_EV_DISK_GONE:
		return life != XBF_LIFE_CLOSING;
	case XBF_EV_AGAIN:
	case XBF_EV_UNFIT:
		return life != XBF_LIFE_RETURNING && !connecting;
	default:
		return false;
	}
}

/* Whatever happens in whatever order: no rings twice, no disk without rings. */
static void resources_are_balanced_on_every_path(void **state)
{
	u32 seed, i;

	(void)state;
	for (seed = 1; seed <= 2000; seed++) {
		enum xbf_life life = XBF_LIFE_NEW;
		struct built built = { false, false, false };
		bool connecting = false;
		u32 x = seed * 2654435761u;

		for (i = 0; i < 60; i++) {
			u32 event, actions;

			x = x * 1664525 + 1013904223;
			event = (x >> 16) % XBF_NR_EVENTS;
			if (cannot_be(life, event, connecting))
				continue;
			/* The gate did not open if RECONNECT failed. */
			if (connecting && (event == XBF_EV_AGAIN || event == XBF_EV_UNFIT))
				built.open = false;
			actions = xbf_life_step(&life, event);
			build(&built, actions);
			connecting = actions & XBF_DO_RECONNECT;
			assert_int_equal(built.open,
					 life == XBF_LIFE_LIVE || life == XBF_LIFE_LEAVING);
		}
	}
}

static void unfinished_handshakes_wait_for_the_backend(void **state)
{
	static const bool waits[XBF_NR_LIVES] = {
		[XBF_LIFE_NEW] = true,
		[XBF_LIFE_OFFERED] = true,
		[XBF_LIFE_AWAY] = true,
		[XBF_LIFE_RETURNING] = true,
	};
	enum xbf_life life;

	(void)state;
	for (life = XBF_LIFE_NEW; life < XBF_NR_LIVES; life++)
		assert_int_equal(xbf_life_waits(life), waits[life]);
}

static void rings_are_on_offer(void **state)
{
	static const bool offers[XBF_NR_LIVES] = {
		[XBF_LIFE_OFFERED] = true,
		[XBF_LIFE_LIVE] = true,
		[XBF_LIFE_LEAVING] = true,
		[XBF_LIFE_RETURNING] = true,
	};
	enum xbf_life life;

	(void)state;
	for (life = XBF_LIFE_NEW; life < XBF_NR_LIVES; life++)
		assert_int_equal(xbf_life_offers(life), offers[life]);
}

static void states_have_names(void **state)
{
	enum xbf_life a, b;

	(void)state;
	for (a = 0; a < XBF_NR_LIVES; a++) {
		assert_non_null(xbf_life_name(a));
		for (b = 0; b < a; b++)
			assert_string_not_equal(xbf_life_name(a), xbf_life_name(b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_cell_is_as_listed_or_ignored),
		TEST(backend_states_are_the_last_events),
		TEST(what_ends_a_connection_comes_first),
		TEST(ordinary_life),
		TEST(life_with_a_migration),
		TEST(life_with_a_pause),
		TEST(reattached_backend_is_knocked_at),
		TEST(resources_are_balanced_on_every_path),
		TEST(unfinished_handshakes_wait_for_the_backend),
		TEST(rings_are_on_offer),
		TEST(states_have_names),
	};

	return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}

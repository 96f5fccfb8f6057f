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

	/* Rings are published, there is no disk: whatever goes wrong takes them back. */
	{ XBF_LIFE_OFFERED, BACKEND(Connected), XBF_LIFE_LIVE, XBF_DO_CONNECT },
	{ XBF_LIFE_OFFERED, BACKEND(Closing), GIVE_UP },
	{ XBF_LIFE_OFFERED, BACKEND(Closed), GIVE_UP },
	{ XBF_LIFE_OFFERED, XBF_EV_FAILED, GIVE_UP },
	{ XBF_LIFE_OFFERED, XBF_EV_RESUME, GIVE_UP },
	{ XBF_LIFE_OFFERED, XBF_EV_REMOVE, GIVE_UP },

	/* Connected twice: the capacity is read again, nothing else happens. */
	{ XBF_LIFE_LIVE, BACKEND(Connected), XBF_LIFE_LIVE, XBF_DO_RESIZE },
	{ XBF_LIFE_LIVE, BACKEND(Closing), GO },
	{ XBF_LIFE_LIVE, BACKEND(Closed), GO },
	{ XBF_LIFE_LIVE, XBF_EV_CLOSING_IN_USE, XBF_LIFE_LEAVING, XBF_DO_DEFER },
	{ XBF_LIFE_LIVE, XBF_EV_FAILED, GO },
	{ XBF_LIFE_LIVE, XBF_EV_VIOLATION, BREAK },
	{ XBF_LIFE_LIVE, XBF_EV_RESUME, BREAK },
	{ XBF_LIFE_LIVE, XBF_EV_REMOVE, GO },

	/* Asked to go while open: I/O goes on until the last close. */
	{ XBF_LIFE_LEAVING, BACKEND(Connected), XBF_LIFE_LIVE, XBF_DO_RESIZE },
	{ XBF_LIFE_LEAVING, BACKEND(Closed), GO },
	{ XBF_LIFE_LEAVING, XBF_EV_LAST_CLOSE, GO },
	{ XBF_LIFE_LEAVING, XBF_EV_FAILED, GO },
	{ XBF_LIFE_LEAVING, XBF_EV_VIOLATION, BREAK },
	{ XBF_LIFE_LEAVING, XBF_EV_RESUME, BREAK },
	{ XBF_LIFE_LEAVING, XBF_EV_REMOVE, GO },

	/* All I/O has ended; in use or not makes no difference any more. */
	{ XBF_LIFE_BROKEN, BACKEND(Closing), GO },
	{ XBF_LIFE_BROKEN, BACKEND(Closed), GO },
	{ XBF_LIFE_BROKEN, XBF_EV_CLOSING_IN_USE, GO },
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

/* The events of the backend are its states. */
static void backend_states_are_the_first_events(void **state)
{
	(void)state;
	assert_int_equal(BACKEND(Unknown), 0);
	assert_int_equal(BACKEND(Connected), 4);
	assert_int_equal(XBF_EV_BACKEND_MAX, 8);
	assert_true(XBF_EV_CLOSING_IN_USE > XBF_EV_BACKEND_MAX);
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
			 XBF_DO_PUBLISH | XBF_DO_CONNECT | XBF_DO_RESIZE | XBF_DO_BREAK |
				 XBF_DO_DELETE | XBF_DO_TEARDOWN);
	assert_int_equal(life, XBF_LIFE_CLOSED);
}

/* blkback bound again to the living ring: it takes up where it was. */
static void reattached_backend_changes_nothing(void **state)
{
	static const u32 events[] = { BACKEND(Initialising), BACKEND(InitWait),
				      BACKEND(Initialised) };
	enum xbf_life life = XBF_LIFE_LIVE;

	(void)state;
	assert_int_equal(walk(&life, events, NR_OF(events)), 0);
	assert_int_equal(life, XBF_LIFE_LIVE);
}

/* Whatever happens in whatever order: no rings twice, no disk without rings. */
static void resources_are_balanced_on_every_path(void **state)
{
	u32 seed, i;

	(void)state;
	for (seed = 1; seed <= 2000; seed++) {
		enum xbf_life life = XBF_LIFE_NEW;
		bool rings = false, disk = false;
		u32 x = seed * 2654435761u;

		for (i = 0; i < 60; i++) {
			u32 event, actions;

			x = x * 1664525 + 1013904223;
			event = (x >> 16) % XBF_NR_EVENTS;
			/* It is reported once, for a disk that was deleted. */
			if (event == XBF_EV_DISK_GONE && life != XBF_LIFE_CLOSING)
				continue;
			actions = xbf_life_step(&life, event);
			if (actions & XBF_DO_PUBLISH) {
				assert_false(rings);
				rings = true;
			}
			if (actions & XBF_DO_CONNECT) {
				assert_true(rings && !disk);
				disk = true;
			}
			if (actions & (XBF_DO_RESIZE | XBF_DO_DEFER | XBF_DO_BREAK | XBF_DO_TELL))
				assert_true(disk);
			if (actions & XBF_DO_DELETE) {
				assert_true(disk);
				disk = false;
			}
			if (actions & XBF_DO_TEARDOWN) {
				assert_false(disk);
				rings = false;
			}
		}
	}
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
		TEST(backend_states_are_the_first_events),
		TEST(ordinary_life),
		TEST(reattached_backend_changes_nothing),
		TEST(resources_are_balanced_on_every_path),
		TEST(states_have_names),
	};

	return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * life.c - own state x event -> next state and actions. What is not in the
 * table is ignored.
 */
#include "life.h"

struct turn {
	u8 next;
	u16 actions;
};

#define BACKEND(state)	[XBF_EV_BACKEND + XenbusState##state]
/* Everything goes: end all I/O, delete the disk; TEARDOWN follows DISK_GONE. */
#define GO		{ XBF_LIFE_CLOSING, XBF_DO_BREAK | XBF_DO_DELETE }
/* Nothing was built that could hold I/O. */
#define GIVE_UP		{ XBF_LIFE_CLOSED, XBF_DO_TEARDOWN }
#define BREAK		{ XBF_LIFE_BROKEN, XBF_DO_BREAK | XBF_DO_TELL }
/* The connection is no more: I/O waits, what was out goes out again. */
#define LOSE		XBF_DO_HOLD | XBF_DO_TAKE

static const struct turn turns[XBF_NR_LIVES][XBF_NR_EVENTS] = {
	[XBF_LIFE_NEW] = {
		BACKEND(InitWait)	= { XBF_LIFE_OFFERED, XBF_DO_PUBLISH },
		/* Connected to a kernel that was here before us. */
		BACKEND(Connected)	= { XBF_LIFE_SAME, XBF_DO_LEAVE },
		BACKEND(Closing)	= GIVE_UP,
		[XBF_EV_PAUSING]	= { XBF_LIFE_SAME, XBF_DO_LEAVE },
		[XBF_EV_PAUSED]		= { XBF_LIFE_SAME, XBF_DO_REJOIN },
		[XBF_EV_REMOVE]		= GIVE_UP,
	},
	[XBF_LIFE_OFFERED] = {
		BACKEND(Connected)	= { XBF_LIFE_LIVE, XBF_DO_CONNECT },
		BACKEND(Closing)	= GIVE_UP,
		BACKEND(Closed)		= GIVE_UP,
		/* It did not like what we published, or is being started anew. */
		[XBF_EV_PAUSING]	= { XBF_LIFE_NEW, LOSE | XBF_DO_LEAVE },
		[XBF_EV_PAUSED]		= { XBF_LIFE_NEW, LOSE | XBF_DO_LEAVE | XBF_DO_REJOIN },
		[XBF_EV_RESET]		= { XBF_LIFE_SAME, LOSE | XBF_DO_PUBLISH },
		[XBF_EV_AGAIN]		= { XBF_LIFE_NEW, LOSE | XBF_DO_LOOK_LATER },
		[XBF_EV_MOVED]		= { XBF_LIFE_NEW, LOSE },
		[XBF_EV_REMOVE]		= GIVE_UP,
	},
	[XBF_LIFE_LIVE] = {
		/* New capacity, or a backend that came back to the living ring. */
		BACKEND(Connected)	= { XBF_LIFE_SAME, XBF_DO_RESIZE | XBF_DO_KNOCK },
		BACKEND(Closing)	= GO,
		BACKEND(Closed)		= GO,
		[XBF_EV_CLOSING_IN_USE]	= { XBF_LIFE_LEAVING, XBF_DO_DEFER },
		[XBF_EV_PAUSING]	= { XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE },
		[XBF_EV_PAUSED]		= { XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE | XBF_DO_REJOIN },
		[XBF_EV_RESET]		= { XBF_LIFE_RETURNING, LOSE | XBF_DO_PUBLISH },
		/* Not enough memory or grants for the rings that are published. */
		[XBF_EV_AGAIN]		= { XBF_LIFE_RETURNING, XBF_DO_LOOK_LATER },
		[XBF_EV_FAILED]		= GO,
		[XBF_EV_UNFIT]		= BREAK,
		[XBF_EV_VIOLATION]	= BREAK,
		[XBF_EV_OVERDUE]	= BREAK,
		[XBF_EV_MOVED]		= { XBF_LIFE_AWAY, LOSE },
		[XBF_EV_REMOVE]		= GO,
	},
	[XBF_LIFE_LEAVING] = {
		BACKEND(Connected)	= { XBF_LIFE_LIVE, XBF_DO_RESIZE | XBF_DO_KNOCK },
		BACKEND(Closing)	= GO,
		BACKEND(Closed)		= GO,
		/* Does it still ask? Has somebody opened the disk again? */
		[XBF_EV_LAST_CLOSE]	= { XBF_LIFE_SAME, XBF_DO_LOOK },
		[XBF_EV_PAUSING]	= { XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE },
		[XBF_EV_PAUSED]		= { XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE | XBF_DO_REJOIN },
		[XBF_EV_RESET]		= { XBF_LIFE_RETURNING, LOSE | XBF_DO_PUBLISH },
		[XBF_EV_FAILED]		= GO,
		[XBF_EV_VIOLATION]	= BREAK,
		[XBF_EV_OVERDUE]	= BREAK,
		[XBF_EV_MOVED]		= { XBF_LIFE_AWAY, LOSE },
		[XBF_EV_REMOVE]		= GO,
	},
	[XBF_LIFE_AWAY] = {
		BACKEND(InitWait)	= { XBF_LIFE_RETURNING, XBF_DO_PUBLISH },
		BACKEND(Connected)	= { XBF_LIFE_SAME, XBF_DO_LEAVE },
		BACKEND(Closing)	= GO,
		BACKEND(Closed)		= GO,
		[XBF_EV_CLOSING_IN_USE]	= { XBF_LIFE_SAME, XBF_DO_DEFER },
		[XBF_EV_PAUSING]	= { XBF_LIFE_SAME, XBF_DO_LEAVE },
		[XBF_EV_PAUSED]		= { XBF_LIFE_SAME, XBF_DO_REJOIN },
		/* It may have been asked to go meanwhile. */
		[XBF_EV_LAST_CLOSE]	= { XBF_LIFE_SAME, XBF_DO_LOOK },
		[XBF_EV_FAILED]		= GO,
		[XBF_EV_OVERDUE]	= BREAK,
		[XBF_EV_REMOVE]		= GO,
	},
	[XBF_LIFE_RETURNING] = {
		BACKEND(Connected)	= { XBF_LIFE_LIVE, XBF_DO_RECONNECT },
		BACKEND(Closing)	= GO,
		BACKEND(Closed)		= GO,
		[XBF_EV_CLOSING_IN_USE]	= { XBF_LIFE_SAME, XBF_DO_DEFER },
		[XBF_EV_PAUSING]	= { XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE },
		[XBF_EV_PAUSED]		= { XBF_LIFE_AWAY, LOSE | XBF_DO_LEAVE | XBF_DO_REJOIN },
		[XBF_EV_RESET]		= { XBF_LIFE_SAME, LOSE | XBF_DO_PUBLISH },
		[XBF_EV_AGAIN]		= { XBF_LIFE_AWAY, LOSE | XBF_DO_LOOK_LATER },
		[XBF_EV_LAST_CLOSE]	= { XBF_LIFE_SAME, XBF_DO_LOOK },
		[XBF_EV_FAILED]		= GO,
		[XBF_EV_OVERDUE]	= BREAK,
		[XBF_EV_MOVED]		= { XBF_LIFE_AWAY, LOSE },
		[XBF_EV_REMOVE]		= GO,
	},
	[XBF_LIFE_BROKEN] = {
		BACKEND(Closing)	= GO,
		BACKEND(Closed)		= GO,
		[XBF_EV_CLOSING_IN_USE]	= GO,
		[XBF_EV_PAUSING]	= GO,
		[XBF_EV_PAUSED]		= GO,
		[XBF_EV_REMOVE]		= GO,
	},
	[XBF_LIFE_CLOSING] = {
		[XBF_EV_DISK_GONE]	= GIVE_UP,
	},
	[XBF_LIFE_CLOSED] = {
		BACKEND(InitWait)	= { XBF_LIFE_OFFERED, XBF_DO_PUBLISH },
	},
};

/**
 * xbf_life_step() - the one place that changes a disk's life state
 * @life: the state; written
 * @event: what happened
 *
 * Called by the disk's worker only.
 *
 * Return: actions to carry out, in the order of their bits.
 */
u32 xbf_life_step(enum xbf_life *life, enum xbf_event event)
{
	const struct turn *turn = &turns[*life][event];

	if (turn->next != XBF_LIFE_SAME)
		*life = turn->next;
	return turn->actions;
}

/**
 * xbf_life_waits() - is it the backend's turn to do something?
 * @life: a state
 *
 * Return: true while a handshake is not finished.
 */
bool xbf_life_waits(enum xbf_life life)
{
	return life == XBF_LIFE_NEW || life == XBF_LIFE_OFFERED || life == XBF_LIFE_AWAY ||
	       life == XBF_LIFE_RETURNING;
}

/**
 * xbf_life_offers() - have we published rings, and gone on from Initialising?
 * @life: a state
 *
 * Return: true if they are still on offer, or in use.
 */
bool xbf_life_offers(enum xbf_life life)
{
	return life == XBF_LIFE_OFFERED || life == XBF_LIFE_LIVE || life == XBF_LIFE_LEAVING ||
	       life == XBF_LIFE_RETURNING;
}

/**
 * xbf_life_name() - for messages
 * @life: a state
 *
 * Return: a word.
 */
const char *xbf_life_name(enum xbf_life life)
{
	static const char *const names[XBF_NR_LIVES] = {
		[XBF_LIFE_SAME] = "none",	[XBF_LIFE_NEW] = "new",
		[XBF_LIFE_OFFERED] = "offered", [XBF_LIFE_LIVE] = "live",
		[XBF_LIFE_LEAVING] = "leaving", [XBF_LIFE_AWAY] = "away",
		[XBF_LIFE_RETURNING] = "returning", [XBF_LIFE_BROKEN] = "broken",
		[XBF_LIFE_CLOSING] = "closing", [XBF_LIFE_CLOSED] = "closed",
	};

	return names[life];
}

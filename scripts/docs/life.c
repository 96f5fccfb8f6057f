// SPDX-License-Identifier: GPL-2.0
/*
 * life.c - print the life of a disk as Markdown, from the table the driver has.
 *
 * Compiled by scripts/gen-docs together with src/core/life.c. Every step of every
 * state is tried; what changes nothing and does nothing is not printed.
 */
#include <stdio.h>

#include "core/life.h"

static const char *const events[XBF_NR_EVENTS] = {
	[XBF_EV_REMOVE] = "device removed",
	[XBF_EV_VIOLATION] = "protocol violation",
	[XBF_EV_OVERDUE] = "I/O overdue (io_timeout_fail)",
	[XBF_EV_MOVED] = "restored, or another backend",
	[XBF_EV_UNFIT] = "another disk came back",
	[XBF_EV_FAILED] = "no disk to be made",
	[XBF_EV_AGAIN] = "no memory or grants yet",
	[XBF_EV_DISK_GONE] = "disk deleted",
	[XBF_EV_LAST_CLOSE] = "last close",
	[XBF_EV_RESET] = "InitWait, own state reset",
	[XBF_EV_PAUSING] = "Closing, stays online",
	[XBF_EV_PAUSED] = "Closed, stays online",
	[XBF_EV_CLOSING_IN_USE] = "Closing, disk open",
	[XBF_EV_BACKEND + XenbusStateInitWait] = "InitWait",
	[XBF_EV_BACKEND + XenbusStateConnected] = "Connected",
	[XBF_EV_BACKEND + XenbusStateClosing] = "Closing",
	[XBF_EV_BACKEND + XenbusStateClosed] = "Closed",
};

static const struct {
	u32 bit;
	const char *name;
} actions[] = {
	{ XBF_DO_HOLD, "hold" },
	{ XBF_DO_LEAVE, "leave" },
	{ XBF_DO_TAKE, "take" },
	{ XBF_DO_REJOIN, "rejoin" },
	{ XBF_DO_PUBLISH, "publish" },
	{ XBF_DO_CONNECT, "connect" },
	{ XBF_DO_RECONNECT, "reconnect" },
	{ XBF_DO_RESIZE, "resize" },
	{ XBF_DO_DEFER, "defer" },
	{ XBF_DO_BREAK, "break" },
	{ XBF_DO_TELL, "tell" },
	{ XBF_DO_DELETE, "delete" },
	{ XBF_DO_TEARDOWN, "teardown" },
	{ XBF_DO_KNOCK, "knock" },
	{ XBF_DO_LOOK, "look" },
	{ XBF_DO_LOOK_LATER, "look later" },
};

static void print_actions(u32 set)
{
	const char *comma = "";
	u32 i;

	for (i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (!(set & actions[i].bit))
			continue;
		printf("%s%s", comma, actions[i].name);
		comma = ", ";
	}
}

/* Calls @print for every turn that the table names. */
static void each_turn(void (*print)(enum xbf_life life, u32 event, enum xbf_life next, u32 set))
{
	enum xbf_life life, next;
	u32 event, set;

	for (life = XBF_LIFE_NEW; life < XBF_NR_LIVES; life++) {
		for (event = 0; event < XBF_NR_EVENTS; event++) {
			next = life;
			set = xbf_life_step(&next, event);
			if (next != life || set)
				print(life, event, next, set);
		}
	}
}

static void print_arrow(enum xbf_life life, u32 event, enum xbf_life next, u32 set)
{
	(void)set;
	/* Removal ends every state; a drawing of it would be nothing but that. */
	if (event != XBF_EV_REMOVE && life != next)
		printf("    %s --> %s: %s\n", xbf_life_name(life), xbf_life_name(next),
		       events[event] ? events[event] : "?");
}

static void print_row(enum xbf_life life, u32 event, enum xbf_life next, u32 set)
{
	printf("| %s | %s | %s | ", xbf_life_name(life), events[event] ? events[event] : "?",
	       life == next ? "" : xbf_life_name(next));
	print_actions(set);
	printf(" |\n");
}

int main(void)
{
	printf("```mermaid\nstateDiagram-v2\n    [*] --> new\n");
	each_turn(print_arrow);
	printf("```\n\n| state | event | next | actions |\n|---|---|---|---|\n");
	each_turn(print_row);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * life.h - the life of one disk: its state, an event, what is to be done.
 *
 * One table decides (life.c). device.c posts the events, calls xbf_life_step()
 * from the disk's worker, and carries out the actions it returns.
 */
#ifndef XBF_CORE_LIFE_H
#define XBF_CORE_LIFE_H

#include "env.h"

#include <xen/interface/io/xenbus.h>

enum xbf_life {
	XBF_LIFE_SAME,		/* in the table: stay where you are */
	XBF_LIFE_NEW,		/* waits for the backend's InitWait */
	XBF_LIFE_OFFERED,	/* rings published, waits for Connected */
	XBF_LIFE_LIVE,		/* I/O flows */
	XBF_LIFE_LEAVING,	/* asked to go, but in use: I/O flows */
	XBF_LIFE_AWAY,		/* lost its backend: I/O waits for the next InitWait */
	XBF_LIFE_RETURNING,	/* rings published anew, I/O waits for Connected */
	XBF_LIFE_BROKEN,	/* I/O ends with errors; waits to be removed */
	XBF_LIFE_CLOSING,	/* the disk is being deleted */
	XBF_LIFE_CLOSED,	/* no disk; a fresh handshake may follow */
	XBF_NR_LIVES,
};

/*
 * In the order in which they are handled when several have happened: what ends
 * a connection comes before what a backend says on the next.
 */
enum xbf_event {
	XBF_EV_REMOVE,		/* the device goes away */
	XBF_EV_VIOLATION,	/* the backend broke the protocol */
	XBF_EV_OVERDUE,		/* a request was not answered for io_timeout_fail seconds */
	XBF_EV_MOVED,		/* the guest was restored, or the disk is with another backend */
	XBF_EV_UNFIT,		/* what came back is not the disk that went */
	XBF_EV_FAILED,		/* there is no disk to be made */
	XBF_EV_AGAIN,		/* coming back did not work out: try again later */
	XBF_EV_DISK_GONE,	/* the disk is deleted, no I/O is left */
	XBF_EV_LAST_CLOSE,	/* nobody had the disk open for a moment */
	/* what the backend's state means where its number alone does not tell */
	XBF_EV_RESET,		/* InitWait, and our own state was set back */
	XBF_EV_PAUSING,		/* Closing, but the backend stays online */
	XBF_EV_PAUSED,		/* Closed, likewise */
	XBF_EV_CLOSING_IN_USE,	/* Closing, and the disk is open */
	/* the backend's states, numbered as in Xen's xenbus.h */
	XBF_EV_BACKEND,
	XBF_EV_BACKEND_MAX = XBF_EV_BACKEND + XenbusStateReconfigured,
	XBF_NR_EVENTS,
};

/* Actions, carried out in this order. */
#define XBF_DO_HOLD		(1u << 0)	/* shut the gates, let go of the event channels */
#define XBF_DO_LEAVE		(1u << 1)	/* go to Closed, so that the backend lets go */
#define XBF_DO_TAKE		(1u << 2)	/* take back requests, grants and rings */
#define XBF_DO_REJOIN		(1u << 3)	/* go back to Initialising */
#define XBF_DO_PUBLISH		(1u << 4)	/* read nodes, make rings, publish them */
#define XBF_DO_CONNECT		(1u << 5)	/* read nodes, make the disk, open the gate */
#define XBF_DO_RECONNECT	(1u << 6)	/* the same for the disk there is */
#define XBF_DO_RESIZE		(1u << 7)	/* read the capacity again */
#define XBF_DO_DEFER		(1u << 8)	/* say that the disk is in use */
#define XBF_DO_BREAK		(1u << 9)	/* end all I/O with errors */
#define XBF_DO_TELL		(1u << 10)	/* tell the toolstack: error node, Closing */
#define XBF_DO_DELETE		(1u << 11)	/* delete the disk */
#define XBF_DO_TEARDOWN		(1u << 12)	/* go to Closed, end grants, free rings */
#define XBF_DO_KNOCK		(1u << 13)	/* look at the rings, send every event again */
#define XBF_DO_LOOK		(1u << 14)	/* look at the backend's state again */
#define XBF_DO_LOOK_LATER	(1u << 15)	/* the same, but after a while */

u32 xbf_life_step(enum xbf_life *life, enum xbf_event event);
bool xbf_life_waits(enum xbf_life life);
bool xbf_life_offers(enum xbf_life life);
const char *xbf_life_name(enum xbf_life life);

#endif /* XBF_CORE_LIFE_H */

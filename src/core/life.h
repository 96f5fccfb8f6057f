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
	XBF_LIFE_BROKEN,	/* I/O ends with errors; waits to be removed */
	XBF_LIFE_CLOSING,	/* the disk is being deleted */
	XBF_LIFE_CLOSED,	/* no disk; a fresh handshake may follow */
	XBF_NR_LIVES,
};

/* The backend's states come first, numbered as in Xen's xenbus.h. */
enum xbf_event {
	XBF_EV_BACKEND = 0,
	XBF_EV_BACKEND_MAX = XenbusStateReconfigured,
	XBF_EV_CLOSING_IN_USE,	/* backend Closing, the disk is open */
	XBF_EV_LAST_CLOSE,	/* nobody has the disk open any more */
	XBF_EV_FAILED,		/* an action did not work out */
	XBF_EV_DISK_GONE,	/* the disk is deleted, no I/O is left */
	XBF_EV_VIOLATION,	/* the backend broke the protocol */
	XBF_EV_RESUME,		/* the guest was saved and restored */
	XBF_EV_REMOVE,		/* the device goes away */
	XBF_NR_EVENTS,
};

/* Actions, carried out in this order. */
#define XBF_DO_PUBLISH		(1u << 0)	/* read nodes, make rings, publish them */
#define XBF_DO_CONNECT		(1u << 1)	/* read nodes, make the disk, open the gate */
#define XBF_DO_RESIZE		(1u << 2)	/* read the capacity again */
#define XBF_DO_DEFER		(1u << 3)	/* say that the disk is in use */
#define XBF_DO_BREAK		(1u << 4)	/* end all I/O with errors */
#define XBF_DO_TELL		(1u << 5)	/* tell the toolstack: error node, Closing */
#define XBF_DO_DELETE		(1u << 6)	/* delete the disk */
#define XBF_DO_TEARDOWN		(1u << 7)	/* go to Closed, end grants, free rings */

u32 xbf_life_step(enum xbf_life *life, enum xbf_event event);
const char *xbf_life_name(enum xbf_life life);

#endif /* XBF_CORE_LIFE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * load.h - what a submitter (load.c) knows of its sectors (sectors.c).
 */
#ifndef SIM_LOAD_H
#define SIM_LOAD_H

#include <linux/blkdev.h>

#include "model.h"

/**
 * struct sector - what one sector of 512 bytes may hold
 * @least: version that it holds for sure, or a later one
 * @most: latest version that was sent; above @least when writes have failed
 * @zeroes: version that was a discard, the last of them
 * @stable: version that has to be on stable storage, or a later one
 * @writes, @reads: in flight
 *
 * A disk begins with zeroes, version 0. Versions only grow.
 */
struct sector {
	u32 least, most, zeroes, stable;
	bool writes;
	u8 reads;
};

/**
 * struct range - the sectors of one submitter; nobody else writes to them
 * @vdev: of the disk
 * @first: the first
 * @nr: how many
 * @sectors: what is known of each
 */
struct range {
	u32 vdev;
	u32 first, nr;
	struct sector *sectors;
};

void stamp_write(const struct range *range, u32 sector, u32 version, void *data);
void stamp_spoil(void *data);
/* Breaks a rule when @data is not what the sector may hold. @least: no earlier version */
void stamp_check(const struct range *range, u32 sector, u32 least, const void *data,
		 const char *what);
/* The storage holds this or later, stable or not. */
void stamp_check_stored(const struct range *range, u32 sector, u32 least, bool stable);

/* load.c, for main.c */
void load_start(unsigned int events);
void load_finish(void);		/* waits until all is sent, answered and read back */
u64 load_done(void);		/* I/Os that have ended */

const struct queue_limits *sim_disk_limits(const struct sim_disk *disk);

#endif /* SIM_LOAD_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * storage.c - what is behind the disks: one per vbd, shared by all hosts. A
 * write goes to its cache; what is in the cache becomes stable with a flush.
 */
#include <stdlib.h>
#include <string.h>

#include "backend.h"

struct storage {
	uint32_t vdev;		/* 0: not in use */
	uint64_t sectors;
	bool write_through;
	uint8_t *cached, *stable;
	uint64_t first_dirty, end_dirty;
};

static struct storage storages[SIM_MAX_DISKS];

static struct storage *storage_of(uint32_t vdev)
{
	unsigned int i;

	for (i = 0; i < SIM_MAX_DISKS; i++)
		if (storages[i].vdev == vdev)
			return &storages[i];
	sim_broken("model", "vbd %u has no storage", vdev);
}

/* @vdev 0: all of it is gone. */
void sim_storage_reset(uint32_t vdev, uint64_t sectors)
{
	struct storage *st;
	unsigned int i;

	if (!vdev) {
		for (i = 0; i < SIM_MAX_DISKS; i++)
			storages[i].vdev = 0;
		return;
	}
	st = storage_of(0);
	st->vdev = vdev;
	if (st->sectors != sectors) {
		free(st->cached);
		free(st->stable);
		st->cached = malloc(sectors * SIM_SECTOR);
		st->stable = malloc(sectors * SIM_SECTOR);
		st->sectors = sectors;
	}
	memset(st->cached, 0, sectors * SIM_SECTOR);
	memset(st->stable, 0, sectors * SIM_SECTOR);
	st->write_through = false;
	st->first_dirty = sectors;
	st->end_dirty = 0;
}

const uint8_t *sim_storage_cached(uint32_t vdev, uint64_t sector)
{
	return storage_of(vdev)->cached + sector * SIM_SECTOR;
}

const uint8_t *sim_storage_stable(uint32_t vdev, uint64_t sector)
{
	return storage_of(vdev)->stable + sector * SIM_SECTOR;
}

void sim_storage_flush(uint32_t vdev)
{
	struct storage *st = storage_of(vdev);

	if (st->first_dirty >= st->end_dirty)
		return;
	memcpy(st->stable + st->first_dirty * SIM_SECTOR, st->cached + st->first_dirty * SIM_SECTOR,
	       (st->end_dirty - st->first_dirty) * SIM_SECTOR);
	st->first_dirty = st->sectors;
	st->end_dirty = 0;
}

void sim_storage_write_through(uint32_t vdev, bool on)
{
	storage_of(vdev)->write_through = on;
	if (on)
		sim_storage_flush(vdev);
}

/* @data NULL: zeroes. Beyond the end nothing is kept. */
void sim_storage_write(uint32_t vdev, uint64_t sector, const void *data, uint64_t nr)
{
	struct storage *st = storage_of(vdev);

	if (sector >= st->sectors)
		return;
	if (nr > st->sectors - sector)
		nr = st->sectors - sector;
	if (data)
		memcpy(st->cached + sector * SIM_SECTOR, data, nr * SIM_SECTOR);
	else
		memset(st->cached + sector * SIM_SECTOR, 0, nr * SIM_SECTOR);
	if (sector < st->first_dirty)
		st->first_dirty = sector;
	if (sector + nr > st->end_dirty)
		st->end_dirty = sector + nr;
	if (st->write_through)
		sim_storage_flush(vdev);
}

void sim_storage_read(uint32_t vdev, uint64_t sector, void *data, uint64_t nr)
{
	struct storage *st = storage_of(vdev);
	uint64_t here = sector < st->sectors ? st->sectors - sector : 0;

	if (here > nr)
		here = nr;
	memcpy(data, st->cached + sector * SIM_SECTOR, here * SIM_SECTOR);
	memset((uint8_t *)data + here * SIM_SECTOR, 0, (nr - here) * SIM_SECTOR);
}

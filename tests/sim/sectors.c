// SPDX-License-Identifier: GPL-2.0
/*
 * sectors.c - stamps: every sector that is written says whose it is, which one,
 * and in what version, in all of its bytes.
 */
#include <stdio.h>

#include "load.h"

#define WORDS	(SECTOR_SIZE / sizeof(u64))
#define MAGIC	0x73696d2073746d70ull

static u64 pattern(u64 seed, unsigned int word)
{
	return (seed + word) * 0x9e3779b97f4a7c15ull;
}

static u64 seed_of(u32 vdev, u32 sector, u32 version)
{
	return ((u64)vdev << 32 | sector) * 0xbf58476d1ce4e5b9ull + version;
}

void stamp_write(const struct range *range, u32 sector, u32 version, void *data)
{
	u64 seed = seed_of(range->vdev, sector, version);
	u64 *words = data;
	unsigned int i;

	words[0] = MAGIC;
	words[1] = (u64)range->vdev << 32 | sector;
	words[2] = version;
	for (i = 3; i < WORDS; i++)
		words[i] = pattern(seed, i);
}

/* Whatever was there must not be taken for what is to come. */
void stamp_spoil(void *data)
{
	u64 *words = data;

	words[0] = ~MAGIC;
	words[WORDS / 2] = 0;
	words[WORDS - 1] = ~0ull;
}

static bool is_zero(const u64 *words)
{
	unsigned int i;

	for (i = 0; i < WORDS && !words[i]; i++)
		;
	return i == WORDS;
}

static bool is_whole(const u64 *words, u64 seed)
{
	unsigned int i;

	for (i = 3; i < WORDS && words[i] == pattern(seed, i); i++)
		;
	return i == WORDS;
}

static void __attribute__((noreturn, cold))
wrong(const struct range *range, u32 sector, u32 least, const u64 *words, const char *what)
{
	const struct sector *s = &range->sectors[sector - range->first];
	char found[100];

	if (is_zero(words))
		snprintf(found, sizeof(found), "zeroes");
	else if (words[0] != MAGIC)
		snprintf(found, sizeof(found), "no stamp (%016llx %016llx)",
			 (unsigned long long)words[0], (unsigned long long)words[1]);
	else
		snprintf(found, sizeof(found), "vbd %u sector %u version %u%s",
			 (u32)(words[1] >> 32), (u32)words[1], (u32)words[2],
			 is_whole(words, seed_of(words[1] >> 32, words[1], words[2])) ? "" :
											", torn");
	sim_broken("every sector holds what was written to it",
		   "%s: vbd %u sector %u has %s; expected version %u to %u (zeroes: %u)", what,
		   range->vdev, sector, found, least, s->most, s->zeroes);
}

void stamp_check(const struct range *range, u32 sector, u32 least, const void *data,
		 const char *what)
{
	const struct sector *s = &range->sectors[sector - range->first];
	const u64 *words = data;

	if (words[0] == MAGIC) {
		if (words[1] != ((u64)range->vdev << 32 | sector) || words[2] < least ||
		    words[2] > s->most || !is_whole(words, seed_of(range->vdev, sector, words[2])))
			wrong(range, sector, least, words, what);
	} else if (s->zeroes < least || !is_zero(words)) {
		wrong(range, sector, least, words, what);
	}
}

void stamp_check_stored(const struct range *range, u32 sector, u32 least, bool stable)
{
	if (stable)
		stamp_check(range, sector, least, sim_storage_stable(range->vdev, sector),
			    "on stable storage");
	else
		stamp_check(range, sector, least, sim_storage_cached(range->vdev, sector),
			    "in the backend's cache");
}

// SPDX-License-Identifier: GPL-2.0
/*
 * shrink.c - from a world that broke a rule to a short history of how.
 *
 * Fewer life events, fewer I/Os, fewer submitters, as long as the same rule
 * breaks. Each change makes another world (all chance comes from one
 * generator), so this is a search, not a proof; it ends after a while.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "world.h"

#define MAX_SECONDS	45

static time_t until;
static char rule[sizeof(sim_outcome->rule)];
static unsigned int nr_tried;

static bool breaks(const struct sim_config *config)
{
	if (time(NULL) >= until)
		return false;
	nr_tried++;
	return !world_run(config, false) && !strcmp(sim_outcome->rule, rule);
}

static bool take_if(struct sim_config *best, const struct sim_config *smaller)
{
	if (!breaks(smaller))
		return false;
	*best = *smaller;
	return true;
}

/* Leaves out events, first many at once, then one by one. */
static void fewer_events(struct sim_config *best)
{
	unsigned int chunk, at;

	for (chunk = 32; chunk; chunk /= 2) {
		for (at = 0; at < 64; at += chunk) {
			struct sim_config smaller = *best;

			smaller.mask &= ~(((1ull << chunk) - 1) << at);
			if (smaller.mask != best->mask)
				take_if(best, &smaller);
		}
	}
}

static void fewer_ios(struct sim_config *best)
{
	struct sim_config smaller = *best;

	while (smaller.ios > 1) {
		smaller.ios = smaller.ios * 2 / 3;
		if (!take_if(best, &smaller))
			break;
	}
	smaller = *best;
	for (smaller.submitters = 1; smaller.submitters < best->submitters; smaller.submitters++)
		if (take_if(best, &smaller))
			break;
}

void shrink(const struct sim_config *config, const char *program)
{
	struct sim_config best = *config;
	uint64_t mask;

	strcpy(rule, sim_outcome->rule);
	until = time(NULL) + MAX_SECONDS;
	/* Bits beyond the list mean nothing. */
	if (sim_outcome->nr_events && sim_outcome->nr_events < 64)
		best.mask &= (1ull << sim_outcome->nr_events) - 1;
	do {
		mask = best.mask;
		fewer_ios(&best);
		fewer_events(&best);
	} while (best.mask != mask);
	printf("\nThe smallest world found that breaks it (%u tried):\n", nr_tried);
	printf("    ");
	world_print(program, &best);
	putchar('\n');
	if (world_run(&best, true))
		printf("  but now it did not: the simulation is not deterministic\n");
	else
		printf("  (%s: %s)\n", sim_outcome->rule, sim_outcome->text);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - worlds, one after another, until enough has happened or a rule breaks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <time.h>
#include <unistd.h>

#include "world.h"

struct wanted {
	uint64_t worlds, seconds, ios, events;
	bool twice, shrink;
};

struct totals {
	uint64_t worlds, ios, events, switches, virtual_ns;
	uint64_t happened[SIM_MAX_KINDS];
	time_t began;
};

static void usage(FILE *to)
{
	fputs("usage: sim [OPTION]...\n"
	      "  --seed N        of the first world; the next has N + 1 (default 1)\n"
	      "  --worlds N      so many (default 1 unless one of the next three is given)\n"
	      "  --seconds N     as many as there is time for\n"
	      "  --total-ios N   until so many I/Os have ended\n"
	      "  --total-events N  and so many life events have happened\n"
	      "  --ios N         per world (default 600)\n"
	      "  --submitters N  per disk, at most (default 3)\n"
	      "  --mask M        a bit for each life event that takes place (default: all)\n"
	      "  --trace         print the history of a single world as it happens\n"
	      "  --twice         run each world twice and compare\n"
	      "  --no-shrink     when a rule breaks, only say so\n",
	      to);
}

/* What the options that take a number set. */
struct number {
	const char *name;
	uint64_t *to;
};

static bool set_number(const struct number *numbers, const char *name, const char *value)
{
	char *end;

	for (; numbers->name; numbers++) {
		if (strcmp(numbers->name, name))
			continue;
		*numbers->to = strtoull(value, &end, 0);
		return *value && !*end;
	}
	return false;
}

static bool set_flag(const char *name, struct sim_config *config, struct wanted *wanted)
{
	if (!strcmp(name, "--trace"))
		config->trace = true;
	else if (!strcmp(name, "--twice"))
		wanted->twice = true;
	else if (!strcmp(name, "--no-shrink"))
		wanted->shrink = false;
	else
		return false;
	return true;
}

static void parse(int argc, char **argv, struct sim_config *config, struct wanted *wanted)
{
	uint64_t ios = config->ios, submitters = config->submitters;
	const struct number numbers[] = {
		{ "--seed", &config->seed },
		{ "--worlds", &wanted->worlds },
		{ "--seconds", &wanted->seconds },
		{ "--total-ios", &wanted->ios },
		{ "--total-events", &wanted->events },
		{ "--ios", &ios },
		{ "--submitters", &submitters },
		{ "--mask", &config->mask },
		{ NULL, NULL },
	};
	int i;

	for (i = 1; i < argc; i++) {
		if (set_flag(argv[i], config, wanted))
			continue;
		if (i + 1 < argc && set_number(numbers, argv[i], argv[i + 1])) {
			i++;
			continue;
		}
		usage(strcmp(argv[i], "--help") ? stderr : stdout);
		exit(strcmp(argv[i], "--help") ? 2 : 0);
	}
	config->ios = ios;
	config->submitters = submitters;
	if (!wanted->seconds && !wanted->ios && !wanted->events && !wanted->worlds)
		wanted->worlds = 1;
}

static bool enough(const struct wanted *wanted, const struct totals *totals)
{
	if (wanted->worlds && totals->worlds < wanted->worlds)
		return false;
	if (wanted->seconds && time(NULL) < totals->began + (time_t)wanted->seconds)
		return false;
	return totals->ios >= wanted->ios && totals->events >= wanted->events;
}

static void add(struct totals *totals, const struct sim_outcome *o)
{
	unsigned int kind;

	totals->worlds++;
	totals->ios += o->ios;
	totals->switches += o->switches;
	totals->virtual_ns += o->virtual_ns;
	for (kind = 0; kind < SIM_MAX_KINDS; kind++) {
		totals->happened[kind] += o->happened[kind];
		totals->events += o->happened[kind];
	}
}

static void summary(const struct totals *totals)
{
	const char *name = "";
	unsigned int kind;

	printf("sim: %llu worlds, %llu I/Os, %llu life events, %llu switches, %.0f virtual s in %ld s\n",
	       (unsigned long long)totals->worlds, (unsigned long long)totals->ios,
	       (unsigned long long)totals->events, (unsigned long long)totals->switches,
	       totals->virtual_ns / 1e9, (long)(time(NULL) - totals->began));
	for (kind = 0; sim_life_happened(kind, &name), name; kind++)
		printf("  %8llu  %s\n", (unsigned long long)totals->happened[kind], name);
}

/* Runs a world, perhaps once more; false: a rule broke. */
static bool run(const struct sim_config *config, const struct wanted *wanted)
{
	uint64_t print;

	if (!world_run(config, config->trace))
		return false;
	if (!wanted->twice)
		return true;
	print = sim_outcome->print;
	if (world_run(config, true) && print == sim_outcome->print)
		return true;
	printf("sim: seed %llu: the second run is not like the first\n",
	       (unsigned long long)config->seed);
	exit(1);
}

/* Addresses that are the same each time make reports easier to compare. */
static void fix_addresses(char **argv)
{
	int was = personality(0xffffffff);

	if (was != -1 && !(was & ADDR_NO_RANDOMIZE) && personality(was | ADDR_NO_RANDOMIZE) != -1)
		execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
	struct sim_config config = { .seed = 1, .ios = 600, .submitters = 3, .mask = ~0ull };
	struct wanted wanted = { .shrink = true };
	struct totals totals = { .began = time(NULL) };

	fix_addresses(argv);
	parse(argc, argv, &config, &wanted);
	world_init();
	for (; !enough(&wanted, &totals); config.seed++) {
		if (run(&config, &wanted)) {
			add(&totals, sim_outcome);
			continue;
		}
		printf("sim: seed %llu: %s\n    %s\nReplay it:\n    ",
		       (unsigned long long)config.seed, sim_outcome->rule, sim_outcome->text);
		world_print(argv[0], &config);
		if (wanted.shrink && !config.trace)
			shrink(&config, argv[0]);
		return 1;
	}
	summary(&totals);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * history.c - what happened, in lines for people, and the end of a world that
 * broke a rule.
 *
 * A world is first run without taking notes. Only when a rule breaks it is run
 * once more, from the same seed, and tells its story.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "model.h"

#define MAX_LINES	4000
#define SHOWN_LINES	120

struct line {
	char text[240];
};

struct sim_outcome *sim_outcome;

static struct line *lines;
static unsigned long nr_lines;
static bool tracing;

void history_keep(bool trace)
{
	lines = calloc(MAX_LINES, sizeof(*lines));
	tracing = trace;
}

bool history_kept(void)
{
	return lines;
}

void sim_note(const char *format, ...)
{
	struct line *line;
	va_list args;
	int at;

	if (!lines)
		return;
	line = &lines[nr_lines++ % MAX_LINES];
	at = sched_where(line->text, sizeof(line->text));
	va_start(args, format);
	vsnprintf(line->text + at, sizeof(line->text) - at, format, args);
	va_end(args);
	if (tracing)
		puts(line->text);
}

/* The end of the history, if there is one that nobody has seen. */
void history_print(void)
{
	unsigned long i = nr_lines > SHOWN_LINES ? nr_lines - SHOWN_LINES : 0;

	if (!lines)
		return;
	if (i && !tracing)
		printf("  (%lu lines before: --trace shows them)\n", i);
	for (; i < nr_lines && !tracing; i++)
		printf("  %s\n", lines[i % MAX_LINES].text);
	fflush(stdout);
}

static void leave(const char *rule)
{
	if (lines) {
		history_print();
		printf("  rule broken: %s\n  %s\n", rule, sim_outcome->text);
		sched_report();
		fflush(stdout);
	}
	snprintf(sim_outcome->rule, sizeof(sim_outcome->rule), "%s", rule);
	sim_outcome->broken = true;
	sim_outcome->virtual_ns = sim_now();
	_exit(1);
}

void sim_broken(const char *rule, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(sim_outcome->text, sizeof(sim_outcome->text), format, args);
	va_end(args);
	leave(rule);
	abort();
}

void sim_stuck(void)
{
	sim_broken("a fair backend implies completion",
		   "nothing has moved on for long; who waits for what is listed below");
}

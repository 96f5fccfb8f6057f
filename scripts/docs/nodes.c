// SPDX-License-Identifier: GPL-2.0
/*
 * nodes.c - print the table of xenstore nodes, as Markdown or as a dictionary for
 * libFuzzer, from the table the driver has.
 *
 * Compiled by scripts/gen-docs together with src/core/node.c. What a bad value does
 * is not told from the table but tried.
 */
#include <stdio.h>
#include <string.h>

#include "core/node.h"

static const char *side(const struct xbf_node_row *row)
{
	if (row->written)
		return "ours, written";
	return row->own ? "ours, read" : "backend's";
}

static const char *type(const struct xbf_node_row *row)
{
	static const char *const names[] = {
		[XBF_TYPE_FLAG] = "flag",	 [XBF_TYPE_NUMBER] = "number",
		[XBF_TYPE_POWER] = "power of 2", [XBF_TYPE_EXACT] = "number",
		[XBF_TYPE_TEXT] = "text",
	};

	return names[row->type];
}

#define FATE	32

/* What becomes of one text: "no disk", "ignored", the value that is used, or nothing of note. */
static void fate_of(enum xbf_node node, const char *raw, char fate[FATE])
{
	const struct xbf_node_row *row = &xbf_node_rows[node];
	unsigned long long used;
	enum xbf_note note;
	u64 val;

	note = xbf_node_judge(node, raw, &val);
	used = val;
	fate[0] = 0;
	if (note == XBF_NOTE_REFUSED)
		strcpy(fate, "no disk");
	else if (note == XBF_NOTE_IGNORED && val == row->fallback)
		strcpy(fate, "ignored");
	else if (note != XBF_NOTE_FINE)
		snprintf(fate, FATE, "%llu", used);
}

static void number(char *text, size_t size, u64 n)
{
	snprintf(text, size, "%llu", (unsigned long long)n);
}

/* Prints what becomes of every kind of bad value; kinds of one fate together. */
static void print_bad(enum xbf_node node)
{
	const struct xbf_node_row *row = &xbf_node_rows[node];
	bool power = row->type == XBF_TYPE_POWER, text = row->type == XBF_TYPE_TEXT;
	char below[24], above[24], fate[4][FATE];
	const struct {
		const char *name, *raw;
		bool tried;
	} kinds[] = {
		{ text ? "empty" : "no number", text ? "" : "x", true },
		{ "no power of 2", "1000", power },
		{ "too small", below, row->min && !text },
		{ "too large", above, !text },
	};
	const char *sep = "";
	u32 i, j;

	number(below, sizeof(below), power ? row->min / 2 : row->min - 1);
	number(above, sizeof(above), power ? row->max * 2 : row->max + 1);
	for (i = 0; i < 4; i++) {
		fate[i][0] = 0;
		if (kinds[i].tried)
			fate_of(node, kinds[i].raw, fate[i]);
	}
	for (i = 0; i < 4; i++) {
		if (!fate[i][0])
			continue;
		printf("%s%s", sep, kinds[i].name);
		for (j = i + 1; j < 4; j++) {
			if (strcmp(fate[i], fate[j]))
				continue;
			printf(", %s", kinds[j].name);
			fate[j][0] = 0;
		}
		printf(": %s", fate[i]);
		sep = "; ";
	}
}

static void print_row(enum xbf_node node)
{
	const struct xbf_node_row *row = &xbf_node_rows[node];
	unsigned long long fallback = row->fallback;

	printf("| `%s` | %s | %s | %s | ", row->key, side(row), type(row), row->want);
	if (row->written) {
		printf("| |\n");
		return;
	}
	if (row->required)
		printf("no disk | ");
	else if (row->type == XBF_TYPE_TEXT)
		printf("none | ");
	else if (fallback < row->min)
		printf("derived | ");
	else
		printf("%llu | ", fallback);
	print_bad(node);
	printf(" |\n");
}

static void print_table(void)
{
	enum xbf_node node;

	printf("| node | whose | type | a good value | missing | a bad one |\n|---|---|---|---|---|---|\n");
	for (node = 0; node < XBF_NR_NODES; node++)
		print_row(node);
}

/* Tokens of what a backend may write: names, and the edges of every range. */
static void print_dictionary(void)
{
	static const char *const others[] = {
		"-1",
		"4294967295",
		"4294967296",
		"18446744073709551615",
		"18446744073709551616",
		"0x10",
		"1e3",
		" 1",
		"1\\x0a",
	};
	enum xbf_node node;
	u32 i;

	for (node = 0; node < XBF_NR_NODES; node++) {
		const struct xbf_node_row *row = &xbf_node_rows[node];
		unsigned long long min = row->min, max = row->max;

		if (row->written)
			continue;
		printf("\"%s\"\n", row->key);
		if (row->type == XBF_TYPE_TEXT)
			continue;
		if (min)
			printf("\"%llu\"\n\"%llu\"\n", min - 1, min);
		printf("\"%llu\"\n\"%llu\"\n", max, max + 1);
	}
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		printf("\"%s\"\n", others[i]);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "dictionary"))
		print_dictionary();
	else
		print_table();
	return 0;
}

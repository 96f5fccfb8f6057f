// SPDX-License-Identifier: GPL-2.0
/*
 * profile.c - lines into a profile, each checked whole.
 *
 * The same lines are a profile's, what a trigger does later, and what a running
 * backend is told.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "profile.h"

#include <xen/io/blkif.h>

#define MAX_WORDS 8

static const char *const op_words[] = { "read",		  "write",   "barrier", "flush", "discard",
					"secure-discard", "unknown", "any",	NULL };
static const char *const phase_words[] = { "offer", "connect", "now", "front", NULL };
static const char *const status_words[] = { "ok", "error", "unsupported", NULL };
static const int statuses[] = { BLKIF_RSP_OKAY, BLKIF_RSP_ERROR, BLKIF_RSP_EOPNOTSUPP };
static const char *const yes_words[] = { "no", "yes", NULL };
static const char *const dialect_words[] = { "order", "pages", NULL };
static const char *const protocol_words[] = { "x86_64-abi", "x86_32-abi", "arm-abi", NULL };
static const char *const grant_words[] = { "map", "copy", "persistent", NULL };
static const char *const barrier_words[] = { "flow", "stall", NULL };
static const char *const order_words[] = { "in", "reversed", "random", NULL };

/*
 * A setting is an unsigned int of the profile: one of some words, or a number from
 * @min to @max. What was agreed on in the handshake cannot change while it runs.
 */
static const struct setting {
	const char *word;
	size_t offset;
	const char *const *words;
	unsigned int min, max, fallback;
	bool running;
} settings[] = {
#define NUMBER(word_, field, min_, max_, fallback_, running_)			\
	{ .word = word_, .offset = offsetof(struct profile, field),		\
	  .min = min_, .max = max_, .fallback = fallback_, .running = running_ }
#define CHOICE(word_, field, words_, running_)					\
	{ .word = word_, .offset = offsetof(struct profile, field),		\
	  .words = words_, .running = running_ }
	NUMBER("rings", rings, 1, MAX_RINGS, 1, false),
	NUMBER("ring-order", ring_order, 0, MAX_RING_ORDER, 0, false),
	CHOICE("ring-dialect", dialect, dialect_words, false),
	CHOICE("protocol", protocol, protocol_words, false),
	CHOICE("grants", grants, grant_words, false),
	NUMBER("kept", kept, 0, 65536, 1056, false),
	NUMBER("segments", segments, 0, 4096, 0, false),
	NUMBER("sector-size", sector_size, 512, 4096, 512, false),
	CHOICE("read-only", read_only, yes_words, false),
	CHOICE("cdrom", cdrom, yes_words, false),
	CHOICE("removable", removable, yes_words, false),
	CHOICE("inspect", inspect, yes_words, true),
	CHOICE("barrier", stall, barrier_words, true),
	CHOICE("order", order, order_words, true),
	NUMBER("seed", seed, 1, 0x7fffffff, 1, true),
	NUMBER("delay-offer", delay_offer, 0, 600000, 0, true),
	NUMBER("delay-connect", delay_connect, 0, 600000, 0, true),
	NUMBER("delay-answer", delay_answer, 0, 600000, 0, true),
};
#define NR_SETTINGS (sizeof(settings) / sizeof(settings[0]))

static unsigned int *field_of(const struct profile *p, const struct setting *s)
{
	return (unsigned int *)((char *)p + s->offset);
}

static char said[MAX_LINE + 512];

/* What is wrong; one at a time. */
#define wrong(...) (snprintf(said, sizeof(said), __VA_ARGS__), said)

static bool parse_number(const char *text, unsigned long long *n)
{
	char *end;

	errno = 0;
	*n = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

static int find_word(const char *const *words, const char *word)
{
	int i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], word))
			return i;
	return -1;
}

/* "a, b or c" */
static const char *list_words(const char *const *words)
{
	static char list[256];
	size_t at = 0;
	int i;

	for (i = 0; words[i] && at < sizeof(list); i++)
		at += snprintf(list + at, sizeof(list) - at, "%s%s",
			       !i	    ? "" :
			       words[i + 1] ? ", " :
					      " or ",
			       words[i]);
	return list;
}

static const char *not_one_of(const char *what, const char *found, const char *const *words)
{
	return wrong("%s is '%s', not %s", what, found, list_words(words));
}

/* ---- the kinds of lines; each returns what is wrong, or NULL ---- */

struct words {
	char *word[MAX_WORDS];
	int nr;
	const char *rest_of[MAX_WORDS]; /* from that word to the end of the line */
};

static const char *set(struct profile *p, const struct setting *s, const struct words *w)
{
	unsigned long long n;
	int choice;

	if (w->nr != 2)
		return wrong("%s takes one value, not %d", s->word, w->nr - 1);
	if (s->words) {
		choice = find_word(s->words, w->word[1]);
		if (choice < 0)
			return not_one_of(s->word, w->word[1], s->words);
		*field_of(p, s) = choice;
		return NULL;
	}
	if (!parse_number(w->word[1], &n) || n < s->min || n > s->max)
		return wrong("%s is '%s', not a number from %u to %u", s->word, w->word[1], s->min,
			     s->max);
	*field_of(p, s) = n;
	return NULL;
}

static struct node *find_node(struct profile *p, enum phase phase, const char *key)
{
	unsigned int i;

	for (i = 0; i < p->nr_nodes; i++)
		if (p->nodes[i].phase == phase && !strcmp(p->nodes[i].key, key))
			return &p->nodes[i];
	return NULL;
}

/* node PHASE KEY [VALUE]; the last one of a key counts, and none without a value. */
static const char *line_node(struct profile *p, const struct words *w, struct action *act)
{
	struct node *node;
	int phase;

	if (w->nr < 3)
		return wrong("node takes a time, a key and perhaps a value");
	phase = find_word(phase_words, w->word[1]);
	if (phase < 0)
		return not_one_of("the time of a node", w->word[1], phase_words);
	if (strlen(w->word[2]) >= sizeof(node->key))
		return wrong("the key '%s' is too long", w->word[2]);
	if (w->nr > 3 && strlen(w->rest_of[3]) >= sizeof(node->value))
		return wrong("the value of %s is too long", w->word[2]);
	if (phase == PHASE_NOW) {
		act->kind = ACT_NODE;
		strcpy(act->key, w->word[2]);
		strcpy(act->value, w->nr > 3 ? w->rest_of[3] : "");
		return NULL;
	}
	node = find_node(p, phase, w->word[2]);
	if (w->nr == 3) {
		if (!node)
			return wrong("there is no node %s to leave out", w->word[2]);
		*node = p->nodes[--p->nr_nodes];
		return NULL;
	}
	if (!node) {
		if (p->nr_nodes == MAX_NODES)
			return wrong("more than %d nodes", MAX_NODES);
		node = &p->nodes[p->nr_nodes++];
	}
	node->phase = phase;
	strcpy(node->key, w->word[2]);
	strcpy(node->value, w->rest_of[3]);
	return NULL;
}

/* answer OP STATUS */
static const char *line_answer(struct profile *p, const struct words *w, struct action *act)
{
	int op, status;

	(void)act;
	if (w->nr != 3)
		return wrong("answer takes an operation and a status");
	op = find_word(op_words, w->word[1]);
	if (op < 0 || op >= OP_UNKNOWN)
		return wrong("there is no operation '%s' to answer", w->word[1]);
	status = find_word(status_words, w->word[2]);
	if (status < 0)
		return not_one_of("the answer", w->word[2], status_words);
	p->answer[op] = statuses[status];
	return NULL;
}

static const char *add_trigger(struct profile *p, const struct trigger *t)
{
	struct profile scratch = *p;
	struct action unused;
	const char *bad = profile_line(&scratch, t->line, true, &unused);

	if (bad)
		return bad;
	if (p->nr_triggers == MAX_TRIGGERS)
		return wrong("more than %d lines for later", MAX_TRIGGERS);
	p->triggers[p->nr_triggers++] = *t;
	return NULL;
}

/* at MILLISECONDS LINE */
static const char *line_at(struct profile *p, const struct words *w, struct action *act)
{
	struct trigger t = { .timed = true };
	unsigned long long n;

	(void)act;
	if (w->nr < 3 || !parse_number(w->word[1], &n) || n > 3600000)
		return wrong("at takes milliseconds, up to 3600000, and a line");
	t.at = n;
	strcpy(t.line, w->rest_of[2]);
	return add_trigger(p, &t);
}

/* after COUNT OP LINE */
static const char *line_after(struct profile *p, const struct words *w, struct action *act)
{
	struct trigger t = { .timed = false };
	unsigned long long n;
	int op;

	(void)act;
	if (w->nr < 4 || !parse_number(w->word[1], &n) || n > 1000000000)
		return wrong("after takes a number of requests, an operation and a line");
	op = find_word(op_words, w->word[2]);
	if (op < 0)
		return not_one_of("the operation", w->word[2], op_words);
	t.op = op;
	t.at = n;
	strcpy(t.line, w->rest_of[3]);
	return add_trigger(p, &t);
}

static const char *one_number(const struct words *w, unsigned long long max, struct action *act)
{
	if (w->nr != 2 || !parse_number(w->word[1], &act->number) || act->number > max)
		return wrong("%s takes one number, up to %llu", w->word[0], max);
	return NULL;
}

/* state NUMBER */
static const char *line_state(struct profile *p, const struct words *w, struct action *act)
{
	(void)p;
	act->kind = ACT_STATE;
	return one_number(w, 1000, act);
}

/* resize SECTORS */
static const char *line_resize(struct profile *p, const struct words *w, struct action *act)
{
	(void)p;
	act->kind = ACT_RESIZE;
	return one_number(w, 1ull << 40, act);
}

static const struct {
	const char *word;
	const char *(*line)(struct profile *p, const struct words *w, struct action *act);
	bool running; /* a running backend can be told */
} lines[] = {
	{ "node", line_node, true },
	{ "answer", line_answer, true },
	{ "at", line_at, false },
	{ "after", line_after, false },
	{ "state", line_state, true },
	{ "resize", line_resize, true },
};
#define NR_LINES (sizeof(lines) / sizeof(lines[0]))

static void split(const char *line, char *copy, struct words *w)
{
	char *at = copy;

	strcpy(copy, line);
	w->nr = 0;
	while (*(at += strspn(at, " \t")) && w->nr < MAX_WORDS) {
		w->rest_of[w->nr] = line + (at - copy);
		w->word[w->nr++] = at;
		at += strcspn(at, " \t");
		if (*at)
			*at++ = 0;
	}
}

static const char *take(struct profile *p, const struct words *w, bool running, struct action *act)
{
	const char *word = w->word[0];
	unsigned int i;

	for (i = 0; i < NR_SETTINGS; i++)
		if (!strcmp(settings[i].word, word)) {
			if (running && !settings[i].running)
				return wrong("%s cannot change while the backend runs", word);
			return set(p, &settings[i], w);
		}
	for (i = 0; i < NR_LINES; i++)
		if (!strcmp(lines[i].word, word)) {
			if (running && !lines[i].running)
				return wrong("%s is for profiles only", word);
			return lines[i].line(p, w, act);
		}
	return wrong("there is no word '%s'", word);
}

/**
 * profile_line() - take one line
 * @p: the profile; unchanged if the line is bad
 * @line: without its end; comments and empty lines are fine
 * @running: the backend runs: only what can change then
 * @act: what is to be done at once
 *
 * Return: NULL, or what is wrong with the line (until the next call).
 */
const char *profile_line(struct profile *p, const char *line, bool running, struct action *act)
{
	char copy[MAX_LINE];
	struct words w;
	const char *bad;

	memset(act, 0, sizeof(*act));
	if (strlen(line) >= MAX_LINE)
		return wrong("longer than %d characters", MAX_LINE - 1);
	split(line, copy, &w);
	if (!w.nr || *w.word[0] == '#')
		return NULL;
	bad = take(p, &w, running, act);
	if (!bad && !running && act->kind != ACT_NOTHING)
		return wrong("'%s' is for a backend that runs: say at or after when", line);
	return bad;
}

/* What single lines cannot know. */
static const char *check(const struct profile *p)
{
	if (p->sector_size & (p->sector_size - 1))
		return wrong("sector-size is %u, not 512, 1024, 2048 or 4096", p->sector_size);
	return NULL;
}

/**
 * profile_init() - a backend that says and does nothing unusual
 * @p: the profile
 */
void profile_init(struct profile *p)
{
	unsigned int i;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < NR_SETTINGS; i++)
		*field_of(p, &settings[i]) = settings[i].fallback;
}

/**
 * profile_read() - read all lines of a file
 * @p: the profile
 * @file: open for reading
 * @name: its name, for messages
 * @complaints: where they go, one for each bad line
 *
 * Return: whether all of it was good.
 */
bool profile_read(struct profile *p, FILE *file, const char *name, FILE *complaints)
{
	char line[MAX_LINE + 2];
	struct action unused;
	unsigned int nr = 0;
	const char *bad;
	bool good = true;

	while (fgets(line, sizeof(line), file)) {
		nr++;
		line[strcspn(line, "\n")] = 0;
		bad = profile_line(p, line, false, &unused);
		if (bad) {
			fprintf(complaints, "%s:%u: %s\n", name, nr, bad);
			good = false;
		}
	}
	bad = check(p);
	if (bad)
		fprintf(complaints, "%s: %s\n", name, bad);
	return good && !bad;
}

/**
 * profile_number() - a setting by its word
 * @p: the profile
 * @word: as in a profile's line
 * @value: set if there is such a setting
 *
 * Return: whether there is.
 */
bool profile_number(const struct profile *p, const char *word, unsigned int *value)
{
	unsigned int i;

	for (i = 0; i < NR_SETTINGS; i++)
		if (!strcmp(settings[i].word, word)) {
			*value = *field_of(p, &settings[i]);
			return true;
		}
	return false;
}

/**
 * profile_protocol() - the name of the ring's layout, as in xenstore
 * @p: the profile
 */
const char *profile_protocol(const struct profile *p)
{
	return protocol_words[p->protocol];
}

/**
 * op_name() - the word for an operation
 * @op: the operation
 */
const char *op_name(enum op op)
{
	return op_words[op];
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * profile.h - what a backend says and does, read from lines (README.md has the words).
 */
#ifndef OWN_PROFILE_H
#define OWN_PROFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define MAX_NODES	64
#define MAX_TRIGGERS	32
#define MAX_LINE	256
#define MAX_RINGS	16
#define MAX_RING_ORDER	4

/* What a request asks for; the order of the words in profile.c. */
enum op {
	OP_READ,
	OP_WRITE,
	OP_BARRIER,
	OP_FLUSH,
	OP_DISCARD,
	OP_ERASE,
	OP_UNKNOWN,
	NR_OPS,
	OP_ANY = NR_OPS,
};

/* When a node is written. */
enum phase {
	PHASE_OFFER,	/* before the backend goes to InitWait */
	PHASE_CONNECT,	/* before it goes to Connected */
	PHASE_NOW,	/* at once; not kept */
	PHASE_FRONT,	/* by the toolstack, in the frontend's directory */
};

enum dialect { DIALECT_ORDER, DIALECT_PAGES };
enum grants { GRANTS_MAP, GRANTS_COPY, GRANTS_PERSISTENT };
enum order { ORDER_IN, ORDER_REVERSED, ORDER_RANDOM };

struct node {
	enum phase phase;
	char key[64];
	char value[128];
};

/* A line that takes effect later. */
struct trigger {
	bool timed;		/* @at is in milliseconds since Connected, not in requests */
	bool fired;
	enum op op;
	unsigned int at;
	char line[MAX_LINE];
};

struct profile {
	unsigned int rings;
	unsigned int ring_order;
	unsigned int dialect;
	unsigned int protocol;
	unsigned int grants;
	unsigned int kept;
	unsigned int segments;
	unsigned int sector_size;
	unsigned int read_only;
	unsigned int cdrom;
	unsigned int removable;
	unsigned int inspect;
	unsigned int stall;
	unsigned int order;
	unsigned int seed;
	unsigned int delay_offer;
	unsigned int delay_connect;
	unsigned int delay_answer;
	int answer[NR_OPS];	/* BLKIF_RSP_*; what is not BLKIF_RSP_OKAY is not done either */
	struct node nodes[MAX_NODES];
	unsigned int nr_nodes;
	struct trigger triggers[MAX_TRIGGERS];
	unsigned int nr_triggers;
};

/* What a line asks the running backend to do, other than to remember it. */
struct action {
	enum { ACT_NOTHING, ACT_NODE, ACT_STATE, ACT_RESIZE } kind;
	char key[64];
	char value[128];
	unsigned long long number;
};

void profile_init(struct profile *p);
const char *profile_line(struct profile *p, const char *line, bool running, struct action *act);
bool profile_read(struct profile *p, FILE *file, const char *name, FILE *complaints);
bool profile_number(const struct profile *p, const char *word, unsigned int *value);
const char *profile_protocol(const struct profile *p);
const char *op_name(enum op op);

#endif /* OWN_PROFILE_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * control.c - a line from dom0 for the running backend, and its answer, by a socket.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "backend.h"

static bool address(struct sockaddr_un *at, const char *path)
{
	memset(at, 0, sizeof(*at));
	at->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(at->sun_path))
		return false;
	strcpy(at->sun_path, path);
	return true;
}

/**
 * control_open() - listen
 * @be: the backend
 * @path: the socket's
 *
 * Return: whether it could be done.
 */
bool control_open(struct backend *be, const char *path)
{
	struct sockaddr_un at;

	unlink(path);
	be->control = socket(AF_UNIX, SOCK_STREAM, 0);
	return be->control >= 0 && address(&at, path) &&
	       !bind(be->control, (struct sockaddr *)&at, sizeof(at)) && !listen(be->control, 8);
}

static void tell_counts(const struct backend *be, int fd)
{
	const struct counters *c = &be->count;
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "indirect", c->indirect },
		{ "faults", c->faults },
		{ "not-offered", c->not_offered },
		{ "most-segments", c->most_segments },
		{ "mapped", c->mapped },
		{ "copied", c->copied },
		{ "leaks", c->leaks },
		{ "writable", c->writable },
		{ "flushes", c->flushes },
		{ "stalls", c->stalls },
		{ "answered-ok", c->answers[-BLKIF_RSP_OKAY] },
		{ "answered-error", c->answers[-BLKIF_RSP_ERROR] },
		{ "answered-unsupported", c->answers[-BLKIF_RSP_EOPNOTSUPP] },
		{ "state", be->state },
		{ "rings", be->nr_rings },
		{ "ring-pages", be->rings[0].nr_pages },
		{ "persistent", be->persistent },
	};
	size_t i;

	for (i = 0; i < OP_UNKNOWN; i++)
		dprintf(fd, "%s %llu\n", op_name(i), (unsigned long long)c->requests[i]);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		dprintf(fd, "%s %llu\n", rows[i].name, (unsigned long long)rows[i].value);
}

/* One line; what comes behind it is not read. */
static bool read_line(int fd, char *line, size_t size)
{
	size_t at = 0;

	while (at < size - 1 && read(fd, line + at, 1) == 1 && line[at] != '\n')
		at++;
	line[at] = 0;
	return at;
}

/**
 * control_serve() - somebody has connected: take one line, and answer it
 * @be: the backend
 */
void control_serve(struct backend *be)
{
	int fd = accept(be->control, NULL, NULL);
	char line[MAX_LINE + 1];
	const char *bad;

	if (fd < 0)
		return;
	if (read_line(fd, line, sizeof(line))) {
		if (!strcmp(line, "count")) {
			tell_counts(be, fd);
		} else {
			bad = backend_told(be, line);
			if (bad)
				dprintf(fd, "error: %s\n", bad);
		}
	}
	close(fd);
}

/**
 * control_say() - the other side: say a line to a running backend, print its answer
 * @path: the socket's
 * @line: the line
 *
 * Return: 0, or 1 if it could not be said or was not understood.
 */
int control_say(const char *path, const char *line)
{
	struct sockaddr_un at;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), rc = 0;
	char answer[MAX_LINE + 600];
	FILE *peer;

	if (fd < 0 || !address(&at, path) || connect(fd, (struct sockaddr *)&at, sizeof(at))) {
		perror(path);
		return 1;
	}
	dprintf(fd, "%s\n", line);
	peer = fdopen(fd, "r");
	if (!peer)
		return 1;
	while (fgets(answer, sizeof(answer), peer)) {
		fputs(answer, stdout);
		rc |= !strncmp(answer, "error:", 6);
	}
	fclose(peer);
	return rc;
}

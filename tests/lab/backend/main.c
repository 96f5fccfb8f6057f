// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - the backend of one disk: start it, say a line to it, check a profile.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"

/**
 * now_ms() - the time
 *
 * Return: milliseconds since some moment.
 */
uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

/**
 * say() - write a line to the log
 * @format: as for printf()
 */
void say(const char *format, ...)
{
	uint64_t now = now_ms();
	va_list args;

	printf("%llu.%03llu ", (unsigned long long)(now / 1000), (unsigned long long)(now % 1000));
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

/* ---- waiting ---- */

static void xenstore_spoke(struct backend *be)
{
	char **heard = xs_check_watch(be->xs);

	if (!heard)
		return;
	free(heard);
	xs_look(be);
}

static int timeout_of(uint64_t due)
{
	uint64_t now = now_ms();

	if (due == NEVER)
		return -1;
	if (due <= now)
		return 0;
	return due - now > 60000 ? 60000 : due - now;
}

static void run(struct backend *be)
{
	struct pollfd fds[] = {
		{ .fd = xs_fileno(be->xs), .events = POLLIN },
		{ .fd = xenevtchn_fd(be->evtchn), .events = POLLIN },
		{ .fd = be->control, .events = POLLIN },
	};
	void (*const served[])(struct backend *) = { xenstore_spoke, backend_event, control_serve };
	int i;

	while (!be->done) {
		if (poll(fds, 3, timeout_of(backend_time(be))) < 0 && errno != EINTR)
			break;
		for (i = 0; i < 3 && !be->done; i++)
			if (fds[i].revents)
				served[i](be);
	}
}

/* ---- the program ---- */

static bool read_profile(struct profile *p, const char *name)
{
	FILE *file = fopen(name, "r");
	bool good;

	if (!file) {
		perror(name);
		return false;
	}
	profile_init(p);
	good = profile_read(p, file, name, stderr);
	fclose(file);
	return good;
}

static int serve_disk(const char *profile, const char *dir, const char *store, const char *control)
{
	static struct backend be;

	be.hooks = &honest;
	be.dir = dir;
	be.next_at = NEVER;
	if (!read_profile(&be.profile, profile) || !store_open(&be, store))
		return 1;
	be.gnttab = xengnttab_open(NULL, 0);
	be.evtchn = xenevtchn_open(NULL, 0);
	if (!be.gnttab || !be.evtchn || !control_open(&be, control)) {
		say("cannot start: %s", strerror(errno));
		return 1;
	}
	if (!xs_begin(&be))
		return 1;
	say("serves %s with %s, %llu sectors, to domain %u", store, profile,
	    (unsigned long long)be.limits.sectors, be.domid);
	run(&be);
	say("ended");
	return 0;
}

static int usage(void)
{
	fputs("usage: own-backend serve PROFILE BACKEND-DIR STORE SOCKET\n"
	      "       own-backend say SOCKET LINE\n"
	      "       own-backend check PROFILE\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct profile p;

	if (argc == 6 && !strcmp(argv[1], "serve"))
		return serve_disk(argv[2], argv[3], argv[4], argv[5]);
	if (argc == 4 && !strcmp(argv[1], "say"))
		return control_say(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "check"))
		return !read_profile(&p, argv[2]);
	return usage();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * foreign-pages - disk I/O on pages that are another domain's
 *
 *   foreign-pages offer DOMID FILE           grant pages with the file's bytes to that domain,
 *                                            print their references; on SIGTERM write what the
 *                                            pages hold then to FILE.after
 *   foreign-pages write|read DISK OFFSET DOMID REFERENCE...
 *                                            map them and write them to the disk, or read into
 *                                            them, around the page cache, in one call
 */
#define _GNU_SOURCE /* O_DIRECT */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define MOST 128 /* pages at a time */

/* The interfaces of /dev/xen/gntalloc and /dev/xen/gntdev. */
struct alloc_grants {
	uint16_t domid;
	uint16_t flags;
	uint32_t count;
	uint64_t index;
	uint32_t refs[MOST];
};
struct map_grants {
	uint32_t count;
	uint32_t pad;
	uint64_t index;
	struct {
		uint32_t domid;
		uint32_t ref;
	} refs[MOST];
};
/* Their numbers are those of structures with one reference. */
#define ALLOC_GRANTS _IOC(_IOC_NONE, 'G', 5, 24)
#define ALLOC_WRITABLE 1
#define MAP_GRANTS _IOC(_IOC_NONE, 'G', 0, 24)

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0)
		die(path);
	return fd;
}

static void *map_or_die(int fd, uint64_t index, size_t bytes)
{
	void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, index);

	if (pages == MAP_FAILED)
		die("mmap");
	return pages;
}

static size_t pages_or_die(size_t count)
{
	if (count >= 1 && count <= MOST)
		return count;
	fprintf(stderr, "foreign-pages: 1 to %d pages, not %zu\n", MOST, count);
	exit(1);
}

static void offer(uint16_t domid, const char *file)
{
	struct alloc_grants grants = { .domid = domid, .flags = ALLOC_WRITABLE };
	int fd = open_or_die(file, O_RDONLY), dev = open_or_die("/dev/xen/gntalloc", O_RDWR);
	char after[256];
	sigset_t term;
	size_t bytes;
	void *pages;
	int sig;

	/* What is told to end while it still prints shall not be gone at once. */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);

	grants.count = pages_or_die(lseek(fd, 0, SEEK_END) / PAGE);
	bytes = grants.count * PAGE;
	if (ioctl(dev, ALLOC_GRANTS, &grants))
		die("gntalloc");
	pages = map_or_die(dev, grants.index, bytes);
	if (pread(fd, pages, bytes, 0) != (ssize_t)bytes)
		die(file);
	for (uint32_t i = 0; i < grants.count; i++)
		printf("%u%c", grants.refs[i], i + 1 < grants.count ? ' ' : '\n');
	fflush(stdout);

	sigwait(&term, &sig);
	snprintf(after, sizeof(after), "%s.after", file);
	fd = open_or_die(after, O_WRONLY | O_CREAT | O_TRUNC);
	if (write(fd, pages, bytes) != (ssize_t)bytes)
		die(after);
}

static void transfer(int write, const char *disk, off_t offset, uint32_t domid, char **refs, int nr)
{
	int fd = open_or_die(disk, O_RDWR | O_DIRECT), dev = open_or_die("/dev/xen/gntdev", O_RDWR);
	struct map_grants grants = { .count = pages_or_die(nr) };
	ssize_t done, bytes = (ssize_t)nr * PAGE;
	void *pages;

	for (int i = 0; i < nr; i++) {
		grants.refs[i].domid = domid;
		grants.refs[i].ref = strtoul(refs[i], NULL, 0);
	}
	if (ioctl(dev, MAP_GRANTS, &grants))
		die("gntdev");
	pages = map_or_die(dev, grants.index, bytes);
	done = write ? pwrite(fd, pages, bytes, offset) : pread(fd, pages, bytes, offset);
	if (done < 0)
		die(disk);
	if (done != bytes) {
		fprintf(stderr, "%s: %zd bytes of %zd\n", disk, done, bytes);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "offer")) {
		offer(strtoul(argv[2], NULL, 0), argv[3]);
		return 0;
	}
	if (argc >= 6 && (!strcmp(argv[1], "write") || !strcmp(argv[1], "read"))) {
		transfer(argv[1][0] == 'w', argv[2], strtoull(argv[3], NULL, 0),
			 strtoul(argv[4], NULL, 0), argv + 5, argc - 5);
		return 0;
	}
	fprintf(stderr, "usage: foreign-pages offer DOMID FILE |"
			" write|read DISK OFFSET DOMID REFERENCE...\n");
	return 2;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * deafen DOMID REF req|rsp - have one side of a block ring send no event
 *
 * Each side of a ring says in shared memory from which entry on it wants to be told
 * (req_event the backend, rsp_event the frontend), and the other side looks there before
 * it sends an event. This maps the ring's first page, granted to dom0 for blkback's sake,
 * and puts that far ahead: the next event is not sent, as if it had been lost.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* The interface of /dev/xen/gntdev. */
struct map_grant {
	uint32_t count;
	uint32_t pad;
	uint64_t index;
	uint32_t domid;
	uint32_t ref;
};
#define MAP_GRANT _IOC(_IOC_NONE, 'G', 0, sizeof(struct map_grant))

/* How every shared ring begins. */
struct ring {
	uint32_t req_prod, req_event, rsp_prod, rsp_event;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static volatile struct ring *map_ring(uint32_t domid, uint32_t ref)
{
	struct map_grant op = { .count = 1, .domid = domid, .ref = ref };
	int fd = open("/dev/xen/gntdev", O_RDWR);
	void *page;

	if (fd < 0)
		die("deafen: /dev/xen/gntdev");
	if (ioctl(fd, MAP_GRANT, &op))
		die("deafen: cannot ask for the grant");
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)op.index);
	if (page == MAP_FAILED)
		die("deafen: cannot map the ring");
	return page;
}

int main(int argc, char **argv)
{
	volatile struct ring *ring;

	if (argc != 4) {
		fprintf(stderr, "usage: deafen DOMID REF req|rsp\n");
		return 2;
	}
	ring = map_ring((uint32_t)atoi(argv[1]), (uint32_t)atoi(argv[2]));
	printf("requests %u, event at %u; responses %u, event at %u\n", ring->req_prod,
	       ring->req_event, ring->rsp_prod, ring->rsp_event);
	if (!strcmp(argv[3], "req"))
		ring->req_event = ring->req_prod + (1u << 30);
	else
		ring->rsp_event = ring->rsp_prod + (1u << 30);
	return 0;
}

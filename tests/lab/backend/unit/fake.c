// SPDX-License-Identifier: GPL-2.0
/*
 * fake.c - a grant table, a xenstore, an event channel and a clock.
 *
 * Pages are those of one memory file, so that mapping is mapping: what one side writes
 * the other sees, and a page that was mapped for reading cannot be written.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backend.h"
#include "fake.h"

unsigned int fake_mapped;
unsigned int fake_notified;
int fake_pending;
uint64_t fake_now;

static int memory = -1;
static char *all;
static struct {
	bool granted;
	bool read_only;
} pages[FAKE_PAGES];

#define MAX_ENTRIES 256
static struct {
	char path[256];
	char value[256];
} entries[MAX_ENTRIES];
static int nr_entries;
static char written[16384];

void fake_reset(void)
{
	if (memory < 0) {
		memory = memfd_create("guest", 0);
		if (ftruncate(memory, FAKE_PAGES * FRAME_SIZE))
			abort();
		all = mmap(NULL, FAKE_PAGES * FRAME_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			   memory, 0);
	}
	memset(all, 0, FAKE_PAGES * FRAME_SIZE);
	memset(pages, 0, sizeof(pages));
	nr_entries = 0;
	written[0] = 0;
	fake_mapped = 0;
	fake_notified = 0;
	fake_pending = -1;
	fake_now = 1000000;
}

uint64_t now_ms(void)
{
	return fake_now;
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* ---- grants ---- */

void *fake_grant(uint32_t ref, bool read_only)
{
	pages[ref].granted = true;
	pages[ref].read_only = read_only;
	return all + ref * FRAME_SIZE;
}

static bool may(uint32_t ref, bool write)
{
	return ref < FAKE_PAGES && pages[ref].granted && !(write && pages[ref].read_only);
}

void *xengnttab_map_domain_grant_refs(xengnttab_handle *xgt, uint32_t count, uint32_t domid,
				      uint32_t *refs, int prot)
{
	char *area = mmap(NULL, count * FRAME_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t i;

	(void)xgt;
	(void)domid;
	for (i = 0; i < count; i++) {
		if (!may(refs[i], prot & PROT_WRITE)) {
			munmap(area, count * FRAME_SIZE);
			return NULL;
		}
		mmap(area + i * FRAME_SIZE, FRAME_SIZE, prot, MAP_SHARED | MAP_FIXED, memory,
		     refs[i] * FRAME_SIZE);
	}
	fake_mapped += count;
	return area;
}

void *xengnttab_map_grant_ref(xengnttab_handle *xgt, uint32_t domid, uint32_t ref, int prot)
{
	return xengnttab_map_domain_grant_refs(xgt, 1, domid, &ref, prot);
}

int xengnttab_unmap(xengnttab_handle *xgt, void *start_address, uint32_t count)
{
	(void)xgt;
	fake_mapped -= count;
	return munmap(start_address, count * FRAME_SIZE);
}

int xengnttab_grant_copy(xengnttab_handle *xgt, uint32_t count,
			 xengnttab_grant_copy_segment_t *segs)
{
	uint32_t i;

	(void)xgt;
	for (i = 0; i < count; i++) {
		bool out = segs[i].flags & GNTCOPY_dest_gref;
		union xengnttab_copy_ptr *guest = out ? &segs[i].dest : &segs[i].source;
		uint32_t offset = guest->foreign.offset;
		char *page = all + guest->foreign.ref * FRAME_SIZE;

		segs[i].status = GNTST_bad_gntref;
		if (!may(guest->foreign.ref, out) || offset + segs[i].len > FRAME_SIZE)
			continue;
		segs[i].status = GNTST_okay;
		if (out)
			memcpy(page + offset, segs[i].source.virt, segs[i].len);
		else
			memcpy(segs[i].dest.virt, page + offset, segs[i].len);
	}
	return 0;
}

/* ---- events ---- */

int xenevtchn_notify(xenevtchn_handle *xce, evtchn_port_t port)
{
	(void)xce;
	(void)port;
	fake_notified++;
	return 0;
}

/* The backend's end has the number of the frontend's, and 100 more. */
xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *xce, uint32_t domid,
						     evtchn_port_t remote_port)
{
	(void)xce;
	(void)domid;
	return remote_port + 100;
}

int xenevtchn_unbind(xenevtchn_handle *xce, evtchn_port_t port)
{
	(void)xce;
	(void)port;
	return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *xce)
{
	(void)xce;
	return fake_pending;
}

int xenevtchn_unmask(xenevtchn_handle *xce, evtchn_port_t port)
{
	(void)xce;
	(void)port;
	fake_pending = -1;
	return 0;
}

/* ---- xenstore ---- */

static int find(const char *path)
{
	int i;

	for (i = 0; i < nr_entries; i++)
		if (!strcmp(entries[i].path, path))
			return i;
	return -1;
}

void fake_write(const char *path, const char *value)
{
	int i = find(path);

	if (i < 0) {
		i = nr_entries++;
		if (i == MAX_ENTRIES)
			abort();
		snprintf(entries[i].path, sizeof(entries[i].path), "%s", path);
	}
	snprintf(entries[i].value, sizeof(entries[i].value), "%s", value);
}

const char *fake_read(const char *path)
{
	int i = find(path);

	return i < 0 ? NULL : entries[i].value;
}

const char *fake_log(void)
{
	return written;
}

struct xs_handle *xs_open(unsigned long flags)
{
	(void)flags;
	return (struct xs_handle *)entries;
}

bool xs_watch(struct xs_handle *h, const char *path, const char *token)
{
	(void)h;
	(void)path;
	(void)token;
	return true;
}

void *xs_read(struct xs_handle *h, xs_transaction_t t, const char *path, unsigned int *len)
{
	const char *value = fake_read(path);

	(void)h;
	(void)t;
	(void)len;
	return value ? strdup(value) : NULL;
}

bool xs_write(struct xs_handle *h, xs_transaction_t t, const char *path, const void *data,
	      unsigned int len)
{
	char value[256];
	size_t at = strlen(written);

	(void)h;
	(void)t;
	snprintf(value, sizeof(value), "%.*s", (int)len, (const char *)data);
	snprintf(written + at, sizeof(written) - at, "%s=%s\n", strrchr(path, '/') + 1, value);
	fake_write(path, value);
	return true;
}

bool xs_rm(struct xs_handle *h, xs_transaction_t t, const char *path)
{
	int i = find(path);

	(void)h;
	(void)t;
	if (i >= 0)
		entries[i] = entries[--nr_entries];
	return i >= 0;
}

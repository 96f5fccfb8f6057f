// SPDX-License-Identifier: GPL-2.0
/*
 * front.c - the frontend that the tests play.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "front.h"

struct backend be;
struct blkif_front_ring front;
static char store[] = "/tmp/own-backend-XXXXXX";

int make_store(void **state)
{
	(void)state;
	close(mkstemp(store));
	return 0;
}

int drop_store(void **state)
{
	(void)state;
	return unlink(store);
}

int fresh(void **state)
{
	(void)state;
	fake_reset();
	memset(&be, 0, sizeof(be));
	be.hooks = &honest;
	be.dir = BACK;
	be.next_at = NEVER;
	profile_init(&be.profile);
	assert_int_equal(truncate(store, 0), 0);
	assert_int_equal(truncate(store, SECTORS * 512), 0);
	fake_write(BACK "/frontend", FRONT);
	fake_write(BACK "/frontend-id", "7");
	fake_write(BACK "/online", "1");
	fake_write(BACK "/state", "1");
	fake_write(FRONT "/state", "1");
	return 0;
}

int end(void **state)
{
	(void)state;
	while (be.nr_rings)
		ring_disconnect(&be, &be.rings[--be.nr_rings]);
	assert_int_equal(fake_mapped, 0);
	close(be.store);
	free(be.front);
	free(be.buffer);
	return 0;
}

void line(const char *text)
{
	struct action unused;

	assert_null(profile_line(&be.profile, text, false, &unused));
}

/* ---- the frontend's half of the handshake ---- */

void begin(void)
{
	assert_true(store_open(&be, store));
	assert_true(xs_begin(&be));
	backend_time(&be);
}

void front_state(int state)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", state);
	fake_write(FRONT "/state", text);
	xs_look(&be);
	backend_time(&be);
}

void make_ring(unsigned int nr, const char *key, const char *value)
{
	char path[128], text[16];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		fake_grant(RING + i, false);
		if (nr == 1)
			snprintf(path, sizeof(path), FRONT "/ring-ref");
		else
			snprintf(path, sizeof(path), FRONT "/ring-ref%u", i);
		snprintf(text, sizeof(text), "%u", RING + i);
		fake_write(path, text);
	}
	if (key) {
		snprintf(path, sizeof(path), FRONT "/%s", key);
		fake_write(path, value);
	}
	snprintf(text, sizeof(text), "%u", PORT);
	fake_write(FRONT "/event-channel", text);
	fake_write(FRONT "/protocol", "x86_64-abi");
	SHARED_RING_INIT((struct blkif_sring *)fake_grant(RING, false));
	FRONT_RING_INIT(&front, (struct blkif_sring *)fake_grant(RING, false), nr * FRAME_SIZE);
}

void connect_pages(unsigned int nr, const char *key, const char *value)
{
	begin();
	make_ring(nr, key, value);
	front_state(XenbusStateInitialised);
	assert_int_equal(be.state, XenbusStateConnected);
	front_state(XenbusStateConnected);
}

void connected(void)
{
	connect_pages(1, NULL, NULL);
}

/* ---- requests ---- */

struct blkif_request *slot(void)
{
	return RING_GET_REQUEST(&front, front.req_prod_pvt++);
}

void queue(int op, uint64_t id, uint64_t sector, unsigned int ref, unsigned int nr)
{
	struct blkif_request *req = slot();
	unsigned int i;

	memset(req, 0, sizeof(*req));
	req->operation = op;
	req->id = id;
	req->sector_number = sector;
	req->nr_segments = nr;
	for (i = 0; i < nr; i++)
		req->seg[i] = (struct blkif_request_segment){ ref + i, 0, 7 };
}

void kick(void)
{
	RING_PUSH_REQUESTS(&front);
	fake_pending = PORT + 100;
	backend_event(&be);
}

int answer(uint64_t id)
{
	struct blkif_response *rsp;

	assert_true(front.rsp_cons != front.sring->rsp_prod);
	rsp = RING_GET_RESPONSE(&front, front.rsp_cons++);
	front.sring->rsp_event = front.rsp_cons + 1;
	assert_int_equal(rsp->id, id);
	return rsp->status;
}

void no_answer(void)
{
	assert_true(front.rsp_cons == front.sring->rsp_prod);
}

int ask(int op, uint64_t sector, unsigned int ref, unsigned int nr)
{
	queue(op, 4711, sector, ref, nr);
	kick();
	return answer(4711);
}

void stored(void *to, uint64_t sector, unsigned int bytes)
{
	assert_int_equal(pread(be.store, to, bytes, sector * 512), bytes);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * front.h - a backend, and the frontend that a test plays for it.
 */
#ifndef OWN_FRONT_H
#define OWN_FRONT_H

#include "backend.h"
#include "fake.h"

#include <xen/io/xenbus.h>

/* What Xen's ring.h calls. */
#define mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)

#define BACK	"/local/domain/0/backend/xbf/7/51712"
#define FRONT	"/local/domain/7/device/vbd/51712"
#define SECTORS 2048
#define RING	900 /* references of the ring's pages; data has small ones */
#define PORT	5

extern struct backend be;
extern struct blkif_front_ring front;

/* For cmocka: the store's file, and a backend before its handshake. */
int make_store(void **state);
int drop_store(void **state);
int fresh(void **state);
int end(void **state);

/* A line of the profile; a good one. */
void line(const char *text);

/* The backend begins; the frontend goes to a state; its ring, with a node that says its size. */
void begin(void);
void front_state(int state);
void make_ring(unsigned int nr, const char *key, const char *value);

/* All of that, until both are Connected. */
void connect_pages(unsigned int nr, const char *key, const char *value);
void connected(void);

/* A slot; @nr whole pages at @sector, references from @ref on; what is queued is sent. */
struct blkif_request *slot(void);
void queue(int op, uint64_t id, uint64_t sector, unsigned int ref, unsigned int nr);
void kick(void);

/* The status of the next answer, which must be to that request; or there is none. */
int answer(uint64_t id);
void no_answer(void);

/* queue(), kick() and answer(). */
int ask(int op, uint64_t sector, unsigned int ref, unsigned int nr);

/* What is in the store. */
void stored(void *to, uint64_t sector, unsigned int bytes);

#endif /* OWN_FRONT_H */

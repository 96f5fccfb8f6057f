/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake.h - Xen's libraries as far as the backend calls them, in this process.
 */
#ifndef OWN_FAKE_H
#define OWN_FAKE_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_PAGES 1024

void fake_reset(void);

/* The frontend's page behind a reference, which is granted by this. */
void *fake_grant(uint32_t ref, bool read_only);

/* xenstore: a missing node is NULL. fake_log() is all that was written, in order. */
void fake_write(const char *path, const char *value);
const char *fake_read(const char *path);
const char *fake_log(void);

extern unsigned int fake_mapped;   /* pages mapped now */
extern unsigned int fake_notified; /* events sent to the frontend */
extern int fake_pending;	   /* the port that the frontend has sent an event to */
extern uint64_t fake_now;	   /* the time */

#endif /* OWN_FAKE_H */

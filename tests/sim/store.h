/* SPDX-License-Identifier: GPL-2.0 */
/*
 * store.h - between xenstore (store.c) and its watches (xenwatch.c).
 */
#ifndef XBF_SIM_STORE_H
#define XBF_SIM_STORE_H

#include <stdbool.h>

#include <xen/xenbus.h>

#define SIM_STORE_PATH	192

bool sim_path_below(const char *path, const char *dir);
/* The guest's own directory is where its relative paths begin. */
void sim_path_absolute(char out[SIM_STORE_PATH], const char *dir, const char *node);

/* A call of the guest goes to xenstored, and comes back. */
void sim_store_enter(struct xenbus_transaction t);
void sim_store_leave(void);

void sim_watch_fire(const char *path, bool removed);
void sim_watch_fire_all(void);
void sim_watch_reset(void);
void sim_watch_check_clean(void);

#endif /* XBF_SIM_STORE_H */

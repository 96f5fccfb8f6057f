/* SPDX-License-Identifier: GPL-2.0 */
/*
 * xen-model.h - what the parts of the modelled Xen ask of each other.
 */
#ifndef XBF_SIM_XEN_MODEL_H
#define XBF_SIM_XEN_MODEL_H

#include "sim.h"

#define SIM_FRAME_SHIFT		12
#define SIM_FRAME_SIZE		(1u << SIM_FRAME_SHIFT)
#define SIM_NR_REFS		16384u
#define SIM_GUEST		"/local/domain/1"

/* toolstack.c: paths that it makes, in a buffer of SIM_PATH bytes */
#define SIM_PATH		128
const char *sim_front_path(char *path, uint32_t vdev, const char *key);
const char *sim_back_path(char *path, uint32_t vdev, const char *key);
const char *sim_error_path(char *path, uint32_t vdev);	/* what the driver complains of */
int sim_front_state(uint32_t vdev);
int sim_back_state(uint32_t vdev);

/* event.c */
void sim_events_reset(void);
void sim_events_moved(void);
void sim_events_check_clean(void);
uint64_t sim_event_lost_at(void);	/* when one was lost last; 0: never */

/* shared.c */
void sim_rings_reset(void);
void sim_rings_moved(void);
/* In truth: are there requests not taken, or answers that the frontend waits for? */
bool sim_ring_missed(const struct sim_ring *ring, uint32_t req_cons, uint32_t rsp_prod);
void sim_rings_dropped(uint16_t backend);	/* its mappings are gone */

/* backend.c: the host is left behind; some answers are, too. */
void sim_backends_moved(void);

/* life.c: the new host's toolstack and backends, at the very moment of the move. */
void sim_life_moved(void);

/* store.c: what xenbus.c needs besides the public functions. */
void sim_watch_event(void (*fn)(void *), void *arg);	/* run it in xenwatch */
void sim_watch_timed(const char *what, uint64_t since, uint64_t limit);
void sim_store_suspend(void);
void sim_store_resume(bool cancelled);
/* Changes by dom0 that nobody watches: a new host's xenstore is being filled. */
void sim_store_quiet(bool quiet);

/* xenbus.c */
void sim_xenbus_reset(void);
void sim_xenbus_check_clean(void);

#endif /* XBF_SIM_XEN_MODEL_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * model.h - what the parts of the modelled kernel and the load share.
 */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include "sched.h"

/* sched.c: breaks a rule where one may not sleep. */
void sim_sleep_check(const char *what);
/* Nobody sleeps between +1 and -1. */
void sim_atomic(int delta);
bool sim_holds_locks(void);
/* history.c: are notes taken? */
bool history_kept(void);
/* work.c */
void work_check_clean(void);
/* Memory is too short for more workers than the one that each queue keeps for that case. */
extern bool sim_workers_short;
/* linux.c: reads a file of the driver's debugfs, if there is one. */
void sim_debugfs_read(void);

#endif /* SIM_MODEL_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * world.h - worlds, for main.c and shrink.c.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "sched.h"

void world_init(void);
/* Runs a world; what became of it is in *sim_outcome. False: a rule broke. */
bool world_run(const struct sim_config *config, bool keep_history);
/* The command that runs it. */
void world_print(const char *program, const struct sim_config *config);

/* Finds a smaller world that breaks the same rule, and tells its history. */
void shrink(const struct sim_config *config, const char *program);

#endif /* SIM_WORLD_H */

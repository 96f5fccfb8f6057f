/* SPDX-License-Identifier: GPL-2.0 */
/*
 * env_impl.h - the simulation's side of src/core/env.h: the kernel's own, on
 * the modelled kernel. Only what touches memory shared with the backend is the
 * model's: there the two sides do not see the same, see xen.c.
 */
#ifndef SIM_ENV_IMPL_H
#define SIM_ENV_IMPL_H

#define virt_mb()	sim_front_mb()
#define virt_rmb()	sim_front_rmb()
#define virt_wmb()	sim_front_wmb()

#include "kernel/env_impl.h"

#undef env_read8
#undef env_read16
#undef env_read32
#undef env_read64
#undef env_write32
#define env_read8(p)		sim_env_read(p)
#define env_read16(p)		sim_env_read(p)
#define env_read32(p)		sim_env_read(p)
#define env_read64(p)		sim_env_read(p)
#define env_write32(p, v)	sim_front_store32(p, v)

#define sim_env_read(p)							\
({									\
	sim_front_look(p, sizeof(*(p)));				\
	READ_ONCE(*(p));						\
})

#endif /* SIM_ENV_IMPL_H */

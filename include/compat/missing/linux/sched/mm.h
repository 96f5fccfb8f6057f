/* SPDX-License-Identifier: GPL-2.0 */
/* Up to 4.10 memalloc_noio_save() is declared in sched.h. */
#include <linux/sched.h>

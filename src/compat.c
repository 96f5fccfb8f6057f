// SPDX-License-Identifier: GPL-2.0
/*
 * compat.c - those parts of include/compat that need a place of their own. On the
 * newest kernels there is nothing in here.
 */
#include "compat/events.c"
#include "compat/lacks.c"
#include "compat/request-fn.c"

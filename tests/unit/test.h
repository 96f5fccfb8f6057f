/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test.h - each test begins in a fresh world and must leave it clean.
 */
#ifndef XBF_UNIT_TEST_H
#define XBF_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/env.h"

#define NR_OF(array)	(sizeof(array) / sizeof((array)[0]))

static inline int test_begin(void **state)
{
	(void)state;
	model_reset();
	return 0;
}

static inline int test_end(void **state)
{
	(void)state;
	model_check_clean();
	return 0;
}

#define TEST(function)	cmocka_unit_test_setup_teardown(function, test_begin, test_end)

#endif /* XBF_UNIT_TEST_H */

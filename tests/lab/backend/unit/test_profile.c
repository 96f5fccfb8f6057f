// SPDX-License-Identifier: GPL-2.0
/*
 * What a profile may say, what it means, and what is said of a bad line. The profiles of
 * the lab are named by the caller; all of them must be good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile.h"

#include <xen/io/blkif.h>

static char **files;
static int nr_files;

static struct profile p;
static struct action act;

static int fresh(void **state)
{
	(void)state;
	profile_init(&p);
	return 0;
}

static void good(const char *line)
{
	const char *bad = profile_line(&p, line, false, &act);

	if (bad)
		fail_msg("'%s' is good, but: %s", line, bad);
}

/* A bad line says @why, and changes nothing. */
static void bad(const char *line, bool running, const char *why)
{
	struct profile before = p;
	const char *said = profile_line(&p, line, running, &act);

	assert_non_null(said);
	if (!strstr(said, why))
		fail_msg("of '%s' it is said: %s", line, said);
	assert_memory_equal(&before, &p, sizeof(p));
}

static void test_fallbacks(void **state)
{
	(void)state;
	assert_int_equal(p.rings, 1);
	assert_int_equal(p.ring_order, 0);
	assert_int_equal(p.grants, GRANTS_MAP);
	assert_int_equal(p.kept, 1056);
	assert_int_equal(p.sector_size, 512);
	assert_int_equal(p.order, ORDER_IN);
	assert_string_equal(profile_protocol(&p), "x86_64-abi");
	assert_int_equal(p.answer[OP_FLUSH], BLKIF_RSP_OKAY);
}

static void test_settings(void **state)
{
	unsigned int n;

	(void)state;
	good("");
	good("   # a remark");
	good("rings 4");
	good("  ring-order\t3 ");
	good("grants copy");
	good("barrier stall");
	good("order reversed");
	good("ring-dialect pages");
	good("protocol x86_32-abi");
	assert_int_equal(p.rings, 4);
	assert_int_equal(p.ring_order, 3);
	assert_int_equal(p.grants, GRANTS_COPY);
	assert_true(p.stall);
	assert_int_equal(p.order, ORDER_REVERSED);
	assert_int_equal(p.dialect, DIALECT_PAGES);
	assert_string_equal(profile_protocol(&p), "x86_32-abi");
	assert_true(profile_number(&p, "ring-order", &n));
	assert_int_equal(n, 3);
	assert_false(profile_number(&p, "node", &n));
}

static void test_bad_settings(void **state)
{
	char line[400];

	(void)state;
	bad("ring 4", false, "no word 'ring'");
	bad("rings", false, "takes one value");
	bad("rings 4 5", false, "takes one value");
	bad("rings 0", false, "from 1 to 16");
	bad("rings 17", false, "from 1 to 16");
	bad("rings -1", false, "from 1 to 16");
	bad("rings 4x", false, "from 1 to 16");
	bad("rings 99999999999999999999999", false, "from 1 to 16");
	bad("grants mapped", false, "map, copy or persistent");
	bad("grants copy", true, "cannot change while");
	memset(line, ' ', sizeof(line));
	line[sizeof(line) - 1] = 0;
	bad(line, false, "longer than");
}

static void test_nodes(void **state)
{
	(void)state;
	good("node offer max-ring-page-order @ring-order");
	good("node connect text two words");
	assert_int_equal(p.nr_nodes, 2);
	assert_int_equal(p.nodes[0].phase, PHASE_OFFER);
	assert_string_equal(p.nodes[0].key, "max-ring-page-order");
	assert_string_equal(p.nodes[1].value, "two words");
	good("node offer max-ring-page-order 1");
	assert_int_equal(p.nr_nodes, 2);
	assert_string_equal(p.nodes[0].value, "1");
	good("node offer max-ring-page-order");
	assert_int_equal(p.nr_nodes, 1);
	assert_string_equal(p.nodes[0].key, "text");
}

static void test_bad_nodes(void **state)
{
	char line[200] = "node offer x ";

	(void)state;
	bad("node offer", false, "takes a time, a key");
	bad("node soon x 1", false, "offer, connect, now or front");
	bad("node offer x", false, "no node x");
	bad("node now x 1", false, "say at or after when");
	memset(line + strlen(line), 'v', 150);
	bad(line, false, "too long");
	memset(line, 0, sizeof(line));
	strcpy(line, "node offer ");
	memset(line + strlen(line), 'k', 80);
	bad(line, false, "too long");
}

static void test_too_many(void **state)
{
	char line[64];
	int i;

	(void)state;
	for (i = 0; i < MAX_NODES; i++) {
		snprintf(line, sizeof(line), "node offer key-%d 1", i);
		good(line);
	}
	bad("node offer one-more 1", false, "more than");
	for (i = 0; i < MAX_TRIGGERS; i++)
		good("at 5 delay-answer 1");
	bad("at 5 delay-answer 1", false, "more than");
}

static void test_running(void **state)
{
	(void)state;
	assert_null(profile_line(&p, "node now feature-discard 0", true, &act));
	assert_int_equal(act.kind, ACT_NODE);
	assert_string_equal(act.key, "feature-discard");
	assert_string_equal(act.value, "0");
	assert_null(profile_line(&p, "node now feature-discard", true, &act));
	assert_string_equal(act.value, "");
	assert_null(profile_line(&p, "state 5", true, &act));
	assert_int_equal(act.kind, ACT_STATE);
	assert_int_equal(act.number, 5);
	assert_null(profile_line(&p, "resize 2048", true, &act));
	assert_int_equal(act.kind, ACT_RESIZE);
	assert_int_equal(act.number, 2048);
	assert_null(profile_line(&p, "answer flush unsupported", true, &act));
	assert_int_equal(act.kind, ACT_NOTHING);
	assert_int_equal(p.answer[OP_FLUSH], BLKIF_RSP_EOPNOTSUPP);
	bad("state x", true, "takes one number");
	bad("state 5", false, "say at or after when");
	bad("at 5 order in", true, "for profiles only");
	bad("answer sneeze ok", true, "no operation 'sneeze'");
	bad("answer any ok", true, "no operation 'any'");
	bad("answer flush perhaps", true, "ok, error or unsupported");
	bad("answer flush", true, "takes an operation and a status");
}

static void test_triggers(void **state)
{
	(void)state;
	good("at 100 node now feature-flush-cache 0");
	good("after 3 secure-discard answer secure-discard error");
	assert_int_equal(p.nr_triggers, 2);
	assert_true(p.triggers[0].timed);
	assert_int_equal(p.triggers[0].at, 100);
	assert_string_equal(p.triggers[0].line, "node now feature-flush-cache 0");
	assert_false(p.triggers[1].timed);
	assert_int_equal(p.triggers[1].op, OP_ERASE);
	assert_int_equal(p.answer[OP_ERASE], BLKIF_RSP_OKAY);
	bad("at 100", false, "takes milliseconds");
	bad("at x order in", false, "takes milliseconds");
	bad("after 3 flush", false, "takes a number");
	bad("after 3 sneeze order in", false, "the operation is 'sneeze'");
	bad("after 3 flush rings 2", false, "cannot change while");
	bad("after 3 flush at 5 order in", false, "for profiles only");
}

/* A file: each bad line is told of with its number, and the good ones count. */
static void test_file(void **state)
{
	char text[] = "rings 2\nsneeze\n\nring-order 9\nring-order 1\n", *said;
	size_t size;
	FILE *in = fmemopen(text, strlen(text), "r"), *out = open_memstream(&said, &size);

	(void)state;
	assert_false(profile_read(&p, in, "X", out));
	fclose(in);
	fclose(out);
	assert_string_equal(said, "X:2: there is no word 'sneeze'\n"
				  "X:4: ring-order is '9', not a number from 0 to 4\n");
	free(said);
	assert_int_equal(p.rings, 2);
	assert_int_equal(p.ring_order, 1);
}

static void test_sector_size(void **state)
{
	char text[] = "sector-size 1000\n", *said;
	size_t size;
	FILE *in = fmemopen(text, strlen(text), "r"), *out = open_memstream(&said, &size);

	(void)state;
	assert_false(profile_read(&p, in, "X", out));
	fclose(in);
	fclose(out);
	assert_non_null(strstr(said, "X: sector-size is 1000"));
	free(said);
}

static void test_profiles_of_the_lab(void **state)
{
	int i;

	(void)state;
	assert_true(nr_files > 0);
	for (i = 0; i < nr_files; i++) {
		FILE *file = fopen(files[i], "r");

		assert_non_null(file);
		profile_init(&p);
		assert_true(profile_read(&p, file, files[i], stderr));
		fclose(file);
		assert_true(p.nr_nodes >= 3);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_fallbacks, fresh),
		cmocka_unit_test_setup(test_settings, fresh),
		cmocka_unit_test_setup(test_bad_settings, fresh),
		cmocka_unit_test_setup(test_nodes, fresh),
		cmocka_unit_test_setup(test_bad_nodes, fresh),
		cmocka_unit_test_setup(test_too_many, fresh),
		cmocka_unit_test_setup(test_running, fresh),
		cmocka_unit_test_setup(test_triggers, fresh),
		cmocka_unit_test_setup(test_file, fresh),
		cmocka_unit_test_setup(test_sector_size, fresh),
		cmocka_unit_test_setup(test_profiles_of_the_lab, fresh),
	};

	files = argv + 1;
	nr_files = argc - 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

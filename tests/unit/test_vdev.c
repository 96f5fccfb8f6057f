// SPDX-License-Identifier: GPL-2.0
/*
 * vdev.c: Xen's xen-vbd-interface(7) and the names that guests know.
 */
#include "core/vdev.h"
#include "test.h"

#define EXTENDED(disk, part)	(1u << 28 | (disk) << 8 | (part))
#define XVD(disk, part)		(202u << 8 | (disk) << 4 | (part))

struct row {
	u64 number;
	const char *name;
	u32 minor;
	u32 nr_minors;
};

static void check(const struct row *row, bool sda_is_xvda)
{
	struct xbf_vdev vdev;
	char name[XBF_NAME_LEN];

	if (!xbf_vdev_parse(row->number, sda_is_xvda, &vdev))
		fail_msg("%#llx was refused", (unsigned long long)row->number);
	xbf_vdev_name(&vdev, name);
	assert_string_equal(name, row->name);
	assert_int_equal(vdev.minor, row->minor);
	assert_int_equal(vdev.nr_minors, row->nr_minors);
}

static void check_all(const struct row *rows, u32 nr, bool sda_is_xvda)
{
	u32 i;

	for (i = 0; i < nr; i++)
		check(&rows[i], sda_is_xvda);
}

static void xvd_disks_and_partitions(void **state)
{
	static const struct row rows[] = {
		{ XVD(0, 0), "xvda", 0, 16 },
		{ XVD(1, 0), "xvdb", 16, 16 },
		{ XVD(15, 0), "xvdp", 240, 16 },
		{ XVD(0, 1), "xvda1", 1, 1 },
		{ XVD(3, 15), "xvdd15", 63, 1 },
	};

	(void)state;
	check_all(rows, NR_OF(rows), true);
	check_all(rows, NR_OF(rows), false);
}

static void extended_numbers(void **state)
{
	static const struct row rows[] = {
		{ EXTENDED(0, 0), "xvda", 0, 256 },
		{ EXTENDED(16, 0), "xvdq", 4096, 256 },
		{ EXTENDED(25, 0), "xvdz", 6400, 256 },
		{ EXTENDED(26, 0), "xvdaa", 6656, 256 },
		{ EXTENDED(51, 0), "xvdaz", 13056, 256 },
		{ EXTENDED(52, 0), "xvdba", 13312, 256 },
		{ EXTENDED(701, 0), "xvdzz", 179456, 256 },
		{ EXTENDED(702, 0), "xvdaaa", 179712, 256 },
		{ EXTENDED(4095, 0), "xvdfan", 1048320, 256 },
		{ EXTENDED(26, 7), "xvdaa7", 6663, 1 },
		{ EXTENDED(4095, 255), "xvdfan255", 1048575, 1 },
	};

	(void)state;
	check_all(rows, NR_OF(rows), true);
	check_all(rows, NR_OF(rows), false);
}

static void emulated_ide_disks(void **state)
{
	static const struct row rows[] = {
		{ 3 << 8 | 0, "xvda", 0, 16 },
		{ 3 << 8 | 64, "xvdb", 16, 16 },
		{ 22 << 8 | 0, "xvdc", 32, 16 },
		{ 22 << 8 | 64, "xvdd", 48, 16 },
		{ 3 << 8 | 1, "xvda1", 1, 1 },
		{ 22 << 8 | 64 | 5, "xvdd5", 53, 1 },
	};

	(void)state;
	check_all(rows, NR_OF(rows), true);
	check_all(rows, NR_OF(rows), false);
}

static void emulated_scsi_disks(void **state)
{
	static const struct row as_xvda[] = {
		{ 8 << 8 | 0, "xvda", 0, 16 },
		{ 8 << 8 | 240, "xvdp", 240, 16 },
		{ 8 << 8 | 17, "xvdb1", 17, 1 },
		{ 65 << 8 | 0, "xvdq", 256, 16 },
		{ 71 << 8 | 240, "xvddx", 2032, 16 },
		{ 128 << 8 | 0, "xvddy", 2048, 16 },
		{ 135 << 8 | 240, "xvdiv", 4080, 16 },
	};
	/* Behind the four IDE disks. */
	static const struct row behind[] = {
		{ 8 << 8 | 0, "xvde", 64, 16 },
		{ 8 << 8 | 17, "xvdf1", 81, 1 },
		{ 65 << 8 | 0, "xvdu", 320, 16 },
		{ 128 << 8 | 0, "xvdec", 2112, 16 },
	};

	(void)state;
	check_all(as_xvda, NR_OF(as_xvda), true);
	check_all(behind, NR_OF(behind), false);
}

static void other_numbers_are_refused(void **state)
{
	static const u64 bad[] = {
		0,
		/* majors beside ours */
		1 << 8,
		2 << 8,
		4 << 8,
		7 << 8,
		9 << 8,
		21 << 8,
		23 << 8,
		64 << 8,
		72 << 8,
		127 << 8,
		136 << 8,
		201 << 8,
		203 << 8,
		/* an IDE major has two disks */
		3 << 8 | 128,
		22 << 8 | 192,
		/* sixteen partitions are what an xvd disk has minors for */
		3 << 8 | 16,
		22 << 8 | 64 | 63,
		/* minors have 20 bits, numbers 29 */
		EXTENDED(4096, 0),
		(1u << 29) - 1,
		1u << 29,
		0xffffffff,
		1ull << 32 | XVD(0, 0),
		~0ull,
	};
	struct xbf_vdev vdev;
	u32 i;

	(void)state;
	for (i = 0; i < NR_OF(bad); i++)
		if (xbf_vdev_parse(bad[i], true, &vdev))
			fail_msg("%#llx was taken", (unsigned long long)bad[i]);
}

static void longest_name_fits(void **state)
{
	struct xbf_vdev vdev = { .nr_minors = 1, .index = 0xfffffffe, .part = 0xffffffff };
	char name[XBF_NAME_LEN];

	(void)state;
	memset(name, 'x', sizeof(name));
	xbf_vdev_name(&vdev, name);
	assert_true(strlen(name) < XBF_NAME_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(xvd_disks_and_partitions),	 TEST(extended_numbers),
		TEST(emulated_ide_disks),	 TEST(emulated_scsi_disks),
		TEST(other_numbers_are_refused), TEST(longest_name_fits),
	};

	return cmocka_run_group_tests_name("vdev", tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * vpd.c: names of disks from SCSI pages in base64.
 */
#include "core/vpd.h"
#include "test.h"

static void encode(const u8 *bytes, u32 nr, char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	u32 i;

	for (i = 0; i < nr; i += 3) {
		u32 n = bytes[i] << 16 | (i + 1 < nr ? bytes[i + 1] << 8 : 0) |
			(i + 2 < nr ? bytes[i + 2] : 0);

		*text++ = digits[n >> 18];
		*text++ = digits[n >> 12 & 63];
		*text++ = i + 1 < nr ? digits[n >> 6 & 63] : '=';
		*text++ = i + 2 < nr ? digits[n & 63] : '=';
	}
	*text = 0;
}

/* Bytes of a page whose contents have so many. */
#define HEADER_AND(nr)	(4 + (nr))
#define PAGE(...)	((const u8[]){ __VA_ARGS__ }), sizeof((const u8[]){ __VA_ARGS__ })

/* What a page becomes; "" : nothing. */
static void serial(const u8 *page, u32 nr, const char *expected)
{
	char text[1024], name[XBF_VPD_LEN] = "left";

	encode(page, nr, text);
	assert_int_equal(xbf_vpd_serial(text, name), *expected != 0);
	assert_string_equal(name, expected);
}

static void identifier(const u8 *page, u32 nr, const char *expected)
{
	char text[1024], name[XBF_VPD_LEN] = "left";

	encode(page, nr, text);
	assert_int_equal(xbf_vpd_identifier(text, name), *expected != 0);
	assert_string_equal(name, expected);
}

static void serial_numbers(void **state)
{
	(void)state;
	serial(PAGE(0, 0x80, 0, 4, 'a', 'b', 'c', 'd'), "abcd");
	/* Blanks and NULs around it, none of its own. */
	serial(PAGE(0, 0x80, 0, 8, ' ', 0, 'a', '-', '1', ' ', ' ', 0), "a-1");
	/* What a path cannot have. */
	serial(PAGE(0, 0x80, 0, 6, 'a', '/', '.', ' ', '"', 0xff), "a_.___");
	serial(PAGE(0, 0x80, 0, 3, 'Z', ':', '9'), "Z:9");
	/* It says that it is shorter, or longer, than it is. */
	serial(PAGE(0, 0x80, 0, 2, 'a', 'b', 'c', 'd'), "ab");
	serial(PAGE(0, 0x80, 0xff, 0xff, 'a', 'b', 'c', 'd'), "abcd");
	serial(PAGE(0, 0x80, 0, 0), "");
	serial(PAGE(0, 0x80, 0, 3, ' ', ' ', ' '), "");
	/* Another page, or not even a header. */
	serial(PAGE(0, 0x83, 0, 4, 'a', 'b', 'c', 'd'), "");
	serial(PAGE(0, 0x80, 0), "");
}

static void every_digit_of_base64(void **state)
{
	u8 page[HEADER_AND(64)];
	u32 i;
	char text[256], name[XBF_VPD_LEN];

	(void)state;
	page[0] = 0;
	page[1] = 0x80;
	page[2] = 0;
	page[3] = 64;
	for (i = 0; i < 64; i++)
		page[4 + i] = 'a' + i % 26;
	encode(page, sizeof(page), text);
	assert_true(xbf_vpd_serial(text, name));
	assert_int_equal(strlen(name), 64);
	/* Every value of six bits; as bytes they are no page. */
	strcpy(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	assert_false(xbf_vpd_serial(text, name));
	strcpy(text, "no base64 at all");
	assert_false(xbf_vpd_serial(text, name));
	text[0] = 0;
	assert_false(xbf_vpd_serial(text, name));
}

static void too_long_is_no_name(void **state)
{
	u8 page[HEADER_AND(XBF_VPD_LEN)];

	(void)state;
	memset(page, 'x', sizeof(page));
	page[1] = 0x80;
	page[2] = 0;
	page[3] = XBF_VPD_LEN;
	serial(page, sizeof(page), "");
	page[1] = 0x83;
	/* A designator in hex takes twice the room. */
	page[3] = 68;
	page[4] = 1;
	page[5] = 3;
	page[6] = 0;
	page[7] = 64;
	identifier(page, HEADER_AND(68), "");
}

static void identifiers(void **state)
{
	(void)state;
	identifier(PAGE(0, 0x83, 0, 8, 2, 1, 0, 4, 'X', 'E', 'N', ' '), "t10.XEN");
	identifier(PAGE(0, 0x83, 0, 12, 1, 3, 0, 8, 0x60, 0x0a, 1, 2, 3, 4, 5, 0xff),
		   "naa.600a0102030405ff");
	identifier(PAGE(0, 0x83, 0, 8, 1, 2, 0, 4, 0xde, 0xad, 0xbe, 0xef), "eui.deadbeef");
	identifier(PAGE(0, 0x83, 0, 8, 3, 8, 0, 4, 'i', 'q', 'n', '.'), "iqn.");
}

/* NAA, EUI-64, name, T10: in whichever order they stand. */
static void best_identifier_names_the_disk(void **state)
{
	(void)state;
	identifier(PAGE(0, 0x83, 0, 18, 2, 1, 0, 2, 'A', 'B', 3, 8, 0, 1, 'n', 1, 3, 0, 1, 0x50, 0,
			0),
		   "naa.50");
	identifier(PAGE(0, 0x83, 0, 11, 2, 1, 0, 2, 'A', 'B', 3, 8, 0, 1, 'n'), "n");
	identifier(PAGE(0, 0x83, 0, 11, 1, 2, 0, 2, 1, 2, 3, 8, 0, 1, 'n'), "eui.0102");
	/* Of a port (association 1) or a target: not the disk's. */
	identifier(PAGE(0, 0x83, 0, 11, 1, 0x13, 0, 2, 1, 2, 2, 1, 0, 1, 'n'), "t10.n");
	identifier(PAGE(0, 0x83, 0, 6, 1, 0x23, 0, 2, 1, 2), "");
	/* An empty one is passed over. */
	identifier(PAGE(0, 0x83, 0, 9, 1, 3, 0, 0, 1, 3, 0, 1, 7), "naa.07");
	/* Unknown types only. */
	identifier(PAGE(0, 0x83, 0, 6, 1, 4, 0, 2, 1, 2), "");
}

static void broken_pages_are_not_read_beyond(void **state)
{
	(void)state;
	identifier(PAGE(0, 0x83, 0, 6, 1, 3, 0, 200, 1, 2), "");
	identifier(PAGE(0, 0x83, 0, 3, 1, 3, 0), "");
	identifier(PAGE(0, 0x83, 0, 0), "");
	identifier(PAGE(0, 0x80, 0, 6, 1, 3, 0, 2, 1, 2), "");
	/* The length is of the page, whatever follows it. */
	identifier(PAGE(0, 0x83, 0, 4, 1, 3, 0, 2, 1, 2), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(serial_numbers),
		TEST(every_digit_of_base64),
		TEST(too_long_is_no_name),
		TEST(identifiers),
		TEST(best_identifier_names_the_disk),
		TEST(broken_pages_are_not_read_beyond),
	};

	return cmocka_run_group_tests_name("vpd", tests, NULL, NULL);
}

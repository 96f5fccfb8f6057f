// SPDX-License-Identifier: GPL-2.0
/*
 * vpd.c - vital product data (SCSI Primary Commands): page 0x80, a serial number,
 * and page 0x83, identifiers. In xenstore they are in base64.
 *
 * Names become part of paths: what might not be in one becomes an underscore.
 */
#include "vpd.h"

#define PAGE_SERIAL		0x80
#define PAGE_IDENTIFIERS	0x83
#define HEADER			4

/* Designators of page 0x83 that name a disk for good. */
#define TYPE_T10		1
#define TYPE_EUI64		2
#define TYPE_NAA		3
#define TYPE_NAME		8

static int digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Decodes in place, up to the first character that is none; says how many bytes. */
static u32 decode(char *text)
{
	u8 *out = (u8 *)text;
	u32 bits = 0, held = 0, nr = 0;
	int d;

	for (; (d = digit(*text)) >= 0; text++) {
		bits = bits << 6 | d;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		out[nr++] = bits >> held;
	}
	return nr;
}

/* The contents of a page; NULL when it is not the one that is wanted. */
static const u8 *open_page(char *text, u8 wanted, u32 *len)
{
	const u8 *page = (const u8 *)text;
	u32 nr = decode(text);

	if (nr < HEADER || page[1] != wanted)
		return NULL;
	*len = page[2] << 8 | page[3];
	if (*len > nr - HEADER)
		*len = nr - HEADER;
	return page + HEADER;
}

static bool is_plain(u8 c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == ':';
}

/* Adds text without the blanks around it; false: there is none, or too much. */
static bool add_text(char *name, const u8 *text, u32 len)
{
	char *to = name + strlen(name);

	while (len && (*text == ' ' || !*text)) {
		text++;
		len--;
	}
	while (len && (text[len - 1] == ' ' || !text[len - 1]))
		len--;
	if (!len || len >= XBF_VPD_LEN - (to - name))
		return false;
	for (; len; len--, text++)
		*to++ = is_plain(*text) ? *text : '_';
	*to = 0;
	return true;
}

static bool add_hex(char *name, const u8 *bytes, u32 len)
{
	static const char digits[] = "0123456789abcdef";
	char *to = name + strlen(name);

	if (!len || 2 * len >= XBF_VPD_LEN - (to - name))
		return false;
	for (; len; len--, bytes++) {
		*to++ = digits[*bytes >> 4];
		*to++ = digits[*bytes & 15];
	}
	*to = 0;
	return true;
}

/**
 * xbf_vpd_serial() - the serial number in a page 0x80
 * @text: of the node; overwritten
 * @name: gets it
 *
 * Return: false when there is none; @name is empty then.
 */
bool xbf_vpd_serial(char *text, char name[XBF_VPD_LEN])
{
	u32 len;
	const u8 *page = open_page(text, PAGE_SERIAL, &len);

	name[0] = 0;
	return page && add_text(name, page, len);
}

/* Names a disk by a designator of some type; false: it cannot be done. */
static bool name_by(u8 type, const u8 *bytes, u32 len, char *name)
{
	static const char *const prefix[] = {
		[TYPE_T10] = "t10.",
		[TYPE_EUI64] = "eui.",
		[TYPE_NAA] = "naa.",
		[TYPE_NAME] = "",
	};
	bool good;

	memcpy(name, prefix[type], strlen(prefix[type]) + 1);
	if (type == TYPE_EUI64 || type == TYPE_NAA)
		good = add_hex(name, bytes, len);
	else
		good = add_text(name, bytes, len);
	if (!good)
		name[0] = 0;
	return good;
}

/* The first designator of a type that is the disk's own, not its port's or target's. */
static bool find(const u8 *page, u32 len, u8 type, char *name)
{
	while (len >= HEADER && len - HEADER >= page[3]) {
		u32 size = page[3];

		if (!(page[1] & 0x30) && (page[1] & 0x0f) == type &&
		    name_by(type, page + HEADER, size, name))
			return true;
		page += HEADER + size;
		len -= HEADER + size;
	}
	return false;
}

/**
 * xbf_vpd_identifier() - the best identifier in a page 0x83
 * @text: of the node; overwritten
 * @name: gets it
 *
 * Return: false when there is none; @name is empty then.
 */
bool xbf_vpd_identifier(char *text, char name[XBF_VPD_LEN])
{
	static const u8 best[] = { TYPE_NAA, TYPE_EUI64, TYPE_NAME, TYPE_T10 };
	u32 i, len;
	const u8 *page = open_page(text, PAGE_IDENTIFIERS, &len);

	name[0] = 0;
	if (!page)
		return false;
	for (i = 0; i < sizeof(best); i++)
		if (find(page, len, best[i], name))
			return true;
	return false;
}

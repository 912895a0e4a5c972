/* SPDX-License-Identifier: MIT */
#include "utf8.h"

static int utf8_follows(const unsigned char *at, unsigned count)
{
	while (count--)
		if ((*at++ & 0xc0) != 0x80)
			return 0;
	return 1;
}

RAWBPF__PRIVATE unsigned rawbpf__utf8_decode(const unsigned char *at, size_t left, uint32_t *point)
{
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned count = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 :
			 *at < 0xf5 ? 4 : 0;

	if (count > left || (count > 1 && !utf8_follows(at + 1, count - 1)))
		return 0;
	*point = count > 1 ? *at & (0x7f >> count) : *at;
	for (unsigned i = 1; i < count; i++)
		*point = *point << 6 | (at[i] & 0x3f);
	if (*point < least[count] || *point > 0x10ffff || (*point >> 11) == 0xd800 >> 11)
		return 0;
	return count;
}

struct utf8_range {
	uint32_t first, last;
};

/* Blocks that mostly hold characters of that width, in order: Unicode's own tables are longer. */
static const struct utf8_range utf8_joined[] = {
	{ 0x300, 0x36f }, { 0x483, 0x489 }, { 0x591, 0x5bd }, { 0x610, 0x61a }, { 0x64b, 0x65f },
	{ 0x93c, 0x93c }, { 0x941, 0x948 }, { 0x94d, 0x94d }, { 0xe31, 0xe31 }, { 0xe34, 0xe3a },
	{ 0xe47, 0xe4e }, { 0x1160, 0x11ff }, { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20ff }, { 0x302a, 0x302d }, { 0x3099, 0x309a }, { 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f }, { 0xe0100, 0xe01ef },
};
static const struct utf8_range utf8_wide[] = {
	{ 0x1100, 0x115f }, { 0x231a, 0x231b }, { 0x23e9, 0x23ec }, { 0x2614, 0x2615 },
	{ 0x2648, 0x2653 }, { 0x26bd, 0x26be }, { 0x2705, 0x2705 }, { 0x270a, 0x270b },
	{ 0x2753, 0x2755 }, { 0x2795, 0x2797 }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf },
	{ 0xa960, 0xa97c }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe10, 0xfe19 },
	{ 0xfe30, 0xfe6b }, { 0xff01, 0xff60 }, { 0xffe0, 0xffe6 }, { 0x16fe0, 0x18cff },
	{ 0x1aff0, 0x1b2ff }, { 0x1f191, 0x1f19a }, { 0x1f200, 0x1f265 }, { 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff }, { 0x1f900, 0x1f9ff }, { 0x1fa70, 0x1faff }, { 0x20000, 0x3fffd },
};

static int utf8_is_in(const struct utf8_range *ranges, unsigned count, uint32_t point)
{
	for (unsigned i = 0; i < count && ranges[i].first <= point; i++)
		if (point <= ranges[i].last)
			return 1;
	return 0;
}

RAWBPF__PRIVATE unsigned rawbpf__utf8_columns(uint32_t point)
{
	if (utf8_is_in(utf8_joined, sizeof(utf8_joined) / sizeof(utf8_joined[0]), point))
		return 0;
	return utf8_is_in(utf8_wide, sizeof(utf8_wide) / sizeof(utf8_wide[0]), point) ? 2 : 1;
}

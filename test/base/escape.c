/* SPDX-License-Identifier: MIT */
/* Escaping of hostile text, for a terminal and for JSON. */
#include <rawbpf/escape.h>
#include <stdint.h>
#include <string.h>

#include "../unit.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))
#define BYTES(STRING) STRING, sizeof STRING - 1

static const struct {
	const char *bytes;
	size_t length;
	const char *terminal, *json;
} cases[] = {
	{ BYTES(""), "", "" },
	{ BYTES("do_fchownat ~!'/"), "do_fchownat ~!'/", "do_fchownat ~!'/" },
	{ BYTES("say \"yes\""), "say \"yes\"", "say \\\"yes\\\"" },
	{ BYTES("back\\slash"), "back\\x5cslash", "back\\\\slash" },
	{ BYTES("\\x41"), "\\x5cx41", "\\\\x41" },
	{ BYTES("a\nb\tc\r"), "a\\x0ab\\x09c\\x0d", "a\\u000ab\\u0009c\\u000d" },
	{ BYTES("a\0b"), "a\\x00b", "a\\u0000b" },
	{ BYTES("\033[31mred\033]0;title\007"), "\\x1b[31mred\\x1b]0;title\\x07",
	  "\\u001b[31mred\\u001b]0;title\\u0007" },
	{ BYTES("\x7f"), "\\x7f", "\\u007f" },
	/* C1 controls as characters (U+0085, U+009B), and as single bytes, which are not UTF-8 */
	{ BYTES("\xc2\x85\xc2\x9b"), "\\xc2\\x85\\xc2\\x9b", "\\u0085\\u009b" },
	{ BYTES("\x9b" "31m"), "\\x9b31m", "\\udc9b31m" },
	/* the first and the last character of two, three and four bytes */
	{ BYTES("\xc2\xa0\xdf\xbf"), "\xc2\xa0\xdf\xbf", "\xc2\xa0\xdf\xbf" },
	{ BYTES("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"),
	  "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf",
	  "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf" },
	{ BYTES("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	  "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
	/* overlong forms, surrogates, too large numbers, bytes that UTF-8 never has */
	{ BYTES("\xc0\x80\xc1\xbf"), "\\xc0\\x80\\xc1\\xbf", "\\udcc0\\udc80\\udcc1\\udcbf" },
	{ BYTES("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf", "\\udce0\\udc9f\\udcbf" },
	{ BYTES("\xf0\x8f\xbf\xbf"), "\\xf0\\x8f\\xbf\\xbf", "\\udcf0\\udc8f\\udcbf\\udcbf" },
	{ BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80", "\\udced\\udca0\\udc80" },
	{ BYTES("\xed\xbf\xbf"), "\\xed\\xbf\\xbf", "\\udced\\udcbf\\udcbf" },
	{ BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80", "\\udcf4\\udc90\\udc80\\udc80" },
	{ BYTES("\xf5\xff\xfe"), "\\xf5\\xff\\xfe", "\\udcf5\\udcff\\udcfe" },
	/* a character cut off, with a good one right behind */
	{ BYTES("\xc3"), "\\xc3", "\\udcc3" },
	{ BYTES("\xe2\x82"), "\\xe2\\x82", "\\udce2\\udc82" },
	{ BYTES("\xe2\x82z\xc3\xa9"), "\\xe2\\x82z\xc3\xa9", "\\udce2\\udc82z\xc3\xa9" },
	/*
	 * characters that reorder or hide text: right-to-left override, zero width space, line
	 * separator, BOM
	 */
	{ BYTES("\xe2\x80\xae" "gpj"), "\\xe2\\x80\\xaegpj", "\\u202egpj" },
	{ BYTES("\xe2\x80\x8b\xe2\x80\xa8\xef\xbb\xbf"),
	  "\\xe2\\x80\\x8b\\xe2\\x80\\xa8\\xef\\xbb\\xbf", "\\u200b\\u2028\\ufeff" },
	{ BYTES("\xd8\x9c\xe2\x81\xa6"), "\\xd8\\x9c\\xe2\\x81\\xa6", "\\u061c\\u2066" },
};

START_TEST(test_cases)
{
	for (unsigned i = 0; i < COUNT(cases); i++) {
		char text[128];
		size_t length;

		length = rawbpf_terminal_escape(text, sizeof text, cases[i].bytes, cases[i].length);
		ck_assert_str_eq(text, cases[i].terminal);
		ck_assert_uint_eq(length, strlen(text));
		length = rawbpf_json_escape(text, sizeof text, cases[i].bytes, cases[i].length);
		ck_assert_str_eq(text, cases[i].json);
		ck_assert_uint_eq(length, strlen(text));
	}
}
END_TEST

/*
 * Any room: the text is terminated, no piece is cut, nothing behind is written, the full length
 * returned.
 */
START_TEST(test_truncation)
{
	/* pieces end after these bytes: a, \x0a, a two-byte character, \xff, b */
	static const char bytes[] = "a\n\xc3\xa9\xff" "b", whole[] = "a\\x0a\xc3\xa9\\xffb";
	static const size_t ends[] = { 0, 1, 5, 7, 11, 12 };
	unsigned kept = 0;

	for (size_t size = 0; size < 20; size++) {
		char text[20];

		memset(text, 0x5a, sizeof text);
		ck_assert_uint_eq(rawbpf_terminal_escape(text, size, bytes, sizeof bytes - 1), 12);
		while (kept + 1 < COUNT(ends) && ends[kept + 1] < size)
			kept++;
		if (size) {
			ck_assert_uint_eq(strlen(text), ends[kept]);
			ck_assert_int_eq(memcmp(text, whole, ends[kept]), 0);
		}
		for (size_t i = size; i < sizeof text; i++)
			ck_assert_int_eq(text[i], 0x5a);
	}
	ck_assert_uint_eq(rawbpf_json_escape(NULL, 0, bytes, sizeof bytes - 1), 1 + 6 + 2 + 6 + 1);
}
END_TEST

static size_t unescape_terminal(unsigned char *bytes, const char *text)
{
	size_t count = 0;

	for (; *text; text++) {
		unsigned byte = (unsigned char)*text;

		expect(byte >= ' ' && byte != 0x7f);
		if (byte == '\\') {
			char digits[3] = { text[2], text[3], '\0' };

			expect(text[1] == 'x');
			byte = strtoul(digits, NULL, 16);
			text += 3;
		}
		bytes[count++] = byte;
	}
	return count;
}

static size_t put_utf8(unsigned char *bytes, unsigned point)
{
	if (point < 0x80) {
		bytes[0] = point;
		return 1;
	}
	if (point < 0x800) {
		bytes[0] = 0xc0 | point >> 6;
		bytes[1] = 0x80 | (point & 0x3f);
		return 2;
	}
	bytes[0] = 0xe0 | point >> 12;
	bytes[1] = 0x80 | (point >> 6 & 0x3f);
	bytes[2] = 0x80 | (point & 0x3f);
	return 3;
}

static size_t unescape_json(unsigned char *bytes, const char *text)
{
	size_t count = 0;

	for (; *text; text++) {
		char digits[5] = "";
		unsigned point;

		expect(*text != '"');
		if (*text != '\\') {
			bytes[count++] = *text;
			continue;
		}
		text++;
		if (*text != 'u') {
			expect(*text == '"' || *text == '\\');
			bytes[count++] = *text;
			continue;
		}
		memcpy(digits, text + 1, 4);
		text += 4;
		point = strtoul(digits, NULL, 16);
		if (point >> 8 == 0xdc)
			bytes[count++] = point;
		else
			count += put_utf8(bytes + count, point);
	}
	return count;
}

/*
 * Random bytes that often form characters, by a fixed seed: reading the escape returns all of them.
 */
START_TEST(test_reversible)
{
	static const unsigned char likely[] = {
		'a', '"', '\\', 'x', 0, 27, 0x7f, 0x80, 0x9b, 0xa8, 0xbf, 0xc2, 0xc3, 0xe2, 0xed,
		0xef, 0xf0, 0xf4, 0xff,
	};
	uint32_t random = 1;

	for (unsigned round = 0; round < 100000; round++) {
		unsigned char bytes[8], again[8 * 6];
		char text[8 * 6 + 1];
		size_t i, length = round % (sizeof bytes + 1);

		for (i = 0; i < length; i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = random >> 31 ? random >> 16 : likely[(random >> 16) % COUNT(likely)];
		}
		expect(rawbpf_terminal_escape(text, sizeof text, bytes, length) <= 4 * length);
		expect(unescape_terminal(again, text) == length);
		expect(memcmp(again, bytes, length) == 0);
		expect(rawbpf_json_escape(text, sizeof text, bytes, length) <= 6 * length);
		expect(unescape_json(again, text) == length);
		expect(memcmp(again, bytes, length) == 0);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_cases);
	tcase_add_test(tests, test_truncation);
	tcase_add_test(tests, test_reversible);
}

int main(void)
{
	return unit_run("escape", add_tests);
}

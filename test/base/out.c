/* SPDX-License-Identifier: MIT */
/* Text built in a buffer: its bound, and escapes. */
#include <check.h>
#include <string.h>

#include "../../insn/base/out.h"
#include "../unit.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

/* The buffer's bytes before the test. */
enum { UNTOUCHED = 0x5a };

/* Add text with each of the functions. */
static void add_all(struct rawbpf__out *out)
{
	rawbpf__out_text(out, "p:");
	rawbpf__out_number(out, 42);
	rawbpf__out_text(out, "");
	rawbpf__out_byte(out, ' ');
	rawbpf__out_bytes(out, "0xbe and more", 4);
	rawbpf__out_bytes(out, NULL, 0);
	rawbpf__out_signed(out, -10);
	rawbpf__out_repeat(out, '~', 3);
	rawbpf__out_repeat(out, '~', 0);
	rawbpf__out_hex_byte(out, 0x0f);
	rawbpf__out_hex(out, 0x1f);
	rawbpf__out_right(out, 7, 3);
	rawbpf__out_kernel(out, 6 << 8 | 12);
	rawbpf__out_words(out, "a b", 1);
	rawbpf__out_line(out, "a\n", 2);
	rawbpf__out_name(out, "b\\");
}

/*
 * Any size, also 0: the text is cut to fit and terminated, nothing is written behind, and the full
 * length is known.
 */
START_TEST(test_truncation)
{
	static const char whole[] = "p:42 0xbe-10~~~0f1f  76.12a b\na\\x0ab\\x5c";
	size_t size, length = sizeof whole - 1;

	for (size = 0; size < 2 * sizeof whole; size++) {
		char buffer[2 * sizeof whole + 1];
		size_t kept = size == 0 ? 0 : size - 1 < length ? size - 1 : length;
		size_t used = size == 0 ? 0 : kept + 1, i;
		struct rawbpf__out out;

		memset(buffer, UNTOUCHED, sizeof buffer);
		out = rawbpf__out_begin(buffer, size);
		add_all(&out);
		ck_assert_uint_eq(out.length, length);
		ck_assert_int_eq(memcmp(buffer, whole, kept), 0);
		if (size)
			ck_assert_int_eq(buffer[kept], '\0');
		for (i = used; i < sizeof buffer; i++)
			ck_assert_int_eq(buffer[i], UNTOUCHED);
	}
}
END_TEST

/* The text is terminated before the first piece, and after each one. */
START_TEST(test_terminated)
{
	char buffer[8];
	struct rawbpf__out out;

	memset(buffer, UNTOUCHED, sizeof buffer);
	out = rawbpf__out_begin(buffer, sizeof buffer);
	ck_assert_str_eq(buffer, "");
	rawbpf__out_byte(&out, 'a');
	ck_assert_str_eq(buffer, "a");
	rawbpf__out_text(&out, "bcdefg");
	ck_assert_str_eq(buffer, "abcdefg");
	rawbpf__out_byte(&out, 'h');
	ck_assert_str_eq(buffer, "abcdefg");
	ck_assert_uint_eq(out.length, 8);

	/* neither room nor a buffer */
	out = rawbpf__out_begin(NULL, 0);
	rawbpf__out_text(&out, "abc");
	rawbpf__out_piece(&out, "de", 2);
	ck_assert_uint_eq(out.length, 5);
}
END_TEST

/* A piece that does not fit is left out whole, as are all later ones, also smaller ones. */
START_TEST(test_pieces)
{
	static const char *const kept[] = { "", "", "", "ab", "ab", "ab", "abcde", "abcdef" };

	for (size_t size = 0; size < COUNT(kept); size++) {
		char buffer[16];
		struct rawbpf__out out;

		memset(buffer, UNTOUCHED, sizeof buffer);
		out = rawbpf__out_begin(buffer, size);
		rawbpf__out_piece(&out, "ab", 2);
		rawbpf__out_piece(&out, "cde", 3);
		rawbpf__out_piece(&out, "f", 1);
		ck_assert_uint_eq(out.length, 6);
		if (size)
			ck_assert_str_eq(buffer, kept[size]);
		for (size_t i = size; i < sizeof buffer; i++)
			ck_assert_int_eq(buffer[i], UNTOUCHED);
	}
}
END_TEST

START_TEST(test_names)
{
	static const struct {
		const char *string, *name, *line;
	} cases[] = {
		{ "do_fchownat", "do_fchownat", "do_fchownat" },
		{ " ~!\"'", " ~!\"'", " ~!\"'" },
		{ "a\nb", "a\\x0ab", "a\\x0ab" },
		{ "\033[31mred", "\\x1b[31mred", "\\x1b[31mred" },
		{ "back\\slash", "back\\x5cslash", "back\\slash" },
		{ "a\tb", "a\\x09b", "a\tb" },
		{ "\x1f\x7f\x80\xff", "\\x1f\\x7f\\x80\\xff", "\\x1f\\x7f\\x80\\xff" },
		{ "\xc3\xa9", "\\xc3\\xa9", "\\xc3\\xa9" },
		{ "", "", "" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char buffer[64];
		struct rawbpf__out out = rawbpf__out_begin(buffer, sizeof buffer);

		rawbpf__out_name(&out, cases[i].string);
		ck_assert_str_eq(buffer, cases[i].name);
		ck_assert_uint_eq(out.length, strlen(cases[i].name));
		out = rawbpf__out_begin(buffer, sizeof buffer);
		rawbpf__out_line(&out, cases[i].string, strlen(cases[i].string));
		ck_assert_str_eq(buffer, cases[i].line);
		ck_assert_uint_eq(out.length, strlen(cases[i].line));
	}
}
END_TEST

/* A line may hold a NUL. */
START_TEST(test_bytes)
{
	for (int byte = 0; byte < 256; byte++) {
		int plain = (byte >= 0x20 && byte < 0x7f) || byte == '\t';
		char buffer[8], bytes[] = { byte };
		struct rawbpf__out out = rawbpf__out_begin(buffer, sizeof buffer);

		ck_assert_int_eq(rawbpf__is_plain(byte), plain);
		rawbpf__out_line(&out, bytes, 1);
		ck_assert_uint_eq(out.length, plain ? 1 : 4);
		ck_assert_int_eq(buffer[0], plain ? byte : '\\');
	}
}
END_TEST

START_TEST(test_right)
{
	static const struct {
		unsigned number;
		size_t width;
		const char *text;
	} cases[] = {
		{ 0, 0, "0" }, { 0, 1, "0" }, { 7, 4, "   7" }, { 9999, 4, "9999" }, { 10000, 4, "10000" },
		{ UINT32_MAX, 11, " 4294967295" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char buffer[16];
		struct rawbpf__out out = rawbpf__out_begin(buffer, sizeof buffer);

		rawbpf__out_right(&out, cases[i].number, cases[i].width);
		ck_assert_str_eq(buffer, cases[i].text);
	}
}
END_TEST

/* Lines have at most 80 columns, unless one word is longer. */
START_TEST(test_words)
{
	static const char letters[] = "aaaaaaaaabbbbbbbbbcccccccccdddddddddeeeeeeeeefffffffffggggggggghhhhhhhhhiii";
	char words[128], expected[256], buffer[256];
	struct rawbpf__out out;

	/* 3 columns and 75 letters: a blank and one more letter make 80 */
	for (int more = 1; more <= 2; more++) {
		snprintf(words, sizeof words, "%s %.*s z", letters, more, "yy");
		snprintf(expected, sizeof expected, "%s%s%.*s%sz\n", letters, more == 1 ? " " : "\n   ",
			 more, "yy", more == 1 ? "\n   " : " ");
		out = rawbpf__out_begin(buffer, sizeof buffer);
		rawbpf__out_words(&out, words, 3);
		ck_assert_str_eq(buffer, expected);
	}
	out = rawbpf__out_begin(buffer, sizeof buffer);
	rawbpf__out_words(&out, "", 3);
	ck_assert_str_eq(buffer, "\n");
	out = rawbpf__out_begin(buffer, sizeof buffer);
	rawbpf__out_words(&out, letters, 40);
	ck_assert_uint_eq(out.length, sizeof letters);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_truncation);
	tcase_add_test(tests, test_terminated);
	tcase_add_test(tests, test_pieces);
	tcase_add_test(tests, test_names);
	tcase_add_test(tests, test_bytes);
	tcase_add_test(tests, test_right);
	tcase_add_test(tests, test_words);
}

int main(void)
{
	return unit_run("out", add_tests);
}

/* SPDX-License-Identifier: MIT */
/* The library's private functions on text: no kernel, no privilege. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/sys/text.h"
#include "../unit.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

/* What a buffer holds beyond what was to be written. */
enum { UNTOUCHED = 0x5a };

static void add_piecewise(struct rawbpf__text *text)
{
	rawbpf__text_add(text, "p:");
	rawbpf__text_add_dec(text, 42);
	rawbpf__text_add(text, "");
	rawbpf__text_add(text, " ");
	rawbpf__text_add(text, "0xbeef");
}

/* Cut to any size, also 0: as much as fits, terminated, nothing after it, the whole length. */
START_TEST(test_truncation)
{
	static const char whole[] = "p:42 0xbeef";
	size_t size, length = sizeof whole - 1;

	for (size = 0; size < 2 * sizeof whole; size++) {
		char buffer[2 * sizeof whole + 1];
		struct rawbpf__text text = { .buffer = buffer, .size = size };
		size_t kept = size == 0 ? 0 : size - 1 < length ? size - 1 : length;
		size_t used = size == 0 ? 0 : kept + 1, i;

		memset(buffer, UNTOUCHED, sizeof buffer);
		add_piecewise(&text);
		ck_assert_uint_eq(text.length, length);
		ck_assert_int_eq(memcmp(buffer, whole, kept), 0);
		if (size)
			ck_assert_int_eq(buffer[kept], '\0');
		for (i = used; i < sizeof buffer; i++)
			ck_assert_int_eq(buffer[i], UNTOUCHED);
	}
}
END_TEST

START_TEST(test_numbers_written)
{
	static const struct {
		uint64_t number;
		const char *dec;
	} cases[] = {
		{ 0, "0" },
		{ 9, "9" },
		{ 10, "10" },
		{ 4294967295u, "4294967295" },
		{ 4294967296u, "4294967296" },
		{ 0xfedcba9876543210u, "18364758544493064720" },
		{ UINT64_MAX, "18446744073709551615" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		char dec[32];
		struct rawbpf__text in_dec = { .buffer = dec, .size = sizeof dec };

		rawbpf__text_add_dec(&in_dec, cases[i].number);
		ck_assert_str_eq(dec, cases[i].dec);
		ck_assert_uint_eq(in_dec.length, strlen(dec));
	}
}
END_TEST

START_TEST(test_escaping)
{
	static const struct {
		const char *string, *escaped;
	} cases[] = {
		{ "do_fchownat", "do_fchownat" },
		{ " ~!\"'", " ~!\"'" },
		{ "a\nb", "a\\x0ab" },
		{ "\033[31mred", "\\x1b[31mred" },
		{ "back\\slash", "back\\x5cslash" },
		{ "\x7f\x80\xff", "\\x7f\\x80\\xff" },
		{ "\xc3\xa9", "\\xc3\\xa9" },
		{ "", "" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		char buffer[64] = "";
		struct rawbpf__text text = { .buffer = buffer, .size = sizeof buffer };

		rawbpf__text_add_escaped(&text, cases[i].string);
		ck_assert_str_eq(buffer, cases[i].escaped);
		ck_assert_uint_eq(text.length, strlen(cases[i].escaped));
	}
}
END_TEST

START_TEST(test_numbers_parsed)
{
	static const struct {
		const char *text;
		int found;
		unsigned number;
		const char *rest;
	} cases[] = {
		{ "0", 1, 0, "" },
		{ "007x", 1, 7, "x" },
		{ "4294967295", 1, 4294967295u, "" },
		{ "12-34", 1, 12, "-34" },
		{ "", 0, 99, "" },
		{ "x1", 0, 99, "x1" },
		{ "-1", 0, 99, "-1" },
		{ "+1", 0, 99, "+1" },
		{ " 1", 0, 99, " 1" },
		/* too large for the type: not a number, rather than another one */
		{ "4294967296", 0, 99, "4294967296" },
		{ "42949672950", 0, 99, "42949672950" },
		{ "99999999999999999999999", 0, 99, "99999999999999999999999" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		const char *at = cases[i].text;
		unsigned number = 99;

		ck_assert_msg(rawbpf__number_parse(&at, &number) == cases[i].found, "'%s'",
			      cases[i].text);
		ck_assert_uint_eq(number, cases[i].number);
		ck_assert_str_eq(at, cases[i].rest);
	}
}
END_TEST

START_TEST(test_names)
{
	static const struct {
		const char *name;
		int result;
		char copy[17];
	} cases[] = {
		{ NULL, 0, "" },
		{ "", 0, "" },
		{ "count", 0, "count" },
		{ "fifteen_letters", 0, "fifteen_letters" },
		{ "sixteen__letters", -ENAMETOOLONG, "" },
		{ "seventeen__letters and more", -ENAMETOOLONG, "" },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		char copy[16] = { 0 };

		ck_assert_int_eq(rawbpf__name_copy(copy, cases[i].name), cases[i].result);
		if (cases[i].result == 0)
			ck_assert_int_eq(memcmp(copy, cases[i].copy, sizeof copy), 0);
	}
}
END_TEST

START_TEST(test_prefixes)
{
	ck_assert_uint_eq(rawbpf__length(""), 0);
	ck_assert_uint_eq(rawbpf__length("four"), 4);
	ck_assert_int_eq(rawbpf__starts_with("config:0", "config:"), 1);
	ck_assert_int_eq(rawbpf__starts_with("config:0", ""), 1);
	ck_assert_int_eq(rawbpf__starts_with("config", "config"), 1);
	ck_assert_int_eq(rawbpf__starts_with("conf", "config"), 0);
	ck_assert_int_eq(rawbpf__starts_with("", "c"), 0);
	ck_assert_int_eq(rawbpf__starts_with("config1:0", "config:"), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_truncation);
	tcase_add_test(tests, test_numbers_written);
	tcase_add_test(tests, test_escaping);
	tcase_add_test(tests, test_numbers_parsed);
	tcase_add_test(tests, test_names);
	tcase_add_test(tests, test_prefixes);
}

int main(void)
{
	return unit_run("text", add_tests);
}

/* SPDX-License-Identifier: MIT */
/* Parse numbers from text, and write them. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../../insn/base/number.h"
#include "../../insn/base/out.h"
#include "../../insn/base/put.h"
#include "../unit.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

/* --------------------------------------------------------------------------- characters */

START_TEST(test_classes)
{
	for (int c = 0; c < 256; c++) {
		int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		int blank = c && strchr(" \t\r\v\f", c);

		ck_assert_msg(!rawbpf__is_letter(c) == !letter, "%d", c);
		ck_assert_msg(!rawbpf__is_word(c) == !(letter || (c >= '0' && c <= '9') || c == '_'),
			      "%d", c);
		ck_assert_msg(!rawbpf__is_blank(c) == !blank, "%d", c);
		ck_assert_msg(!rawbpf__is_printable(c) == !(c >= 0x20 && c < 0x7f), "%d", c);
	}
}
END_TEST

/* Letters change case, and no other byte becomes a letter. Tries all 256 bytes. */
START_TEST(test_cases)
{
	static const char lower[] = "abcdefghijklmnopqrstuvwxyz", upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	int byte;

	for (byte = -128; byte < 256; byte++) {
		const char *is_lower = byte ? strchr(lower, byte) : NULL;
		const char *is_upper = byte ? strchr(upper, byte) : NULL;
		char c = (char)byte;

		ck_assert_int_eq(rawbpf__is_lower(c), is_lower != NULL);
		ck_assert_int_eq(rawbpf__is_letter(c), is_lower || is_upper);
		ck_assert_int_eq(rawbpf__is_lower(rawbpf__lower(c)), is_lower || is_upper);
		ck_assert_int_eq(rawbpf__upper(c), is_lower ? upper[is_lower - lower] : c);
		if (is_upper)
			ck_assert_int_eq(rawbpf__lower(c), lower[is_upper - upper]);
	}
}
END_TEST

/* ------------------------------------------------------------------------------- parsed */

START_TEST(test_digits)
{
	for (int c = 0; c < 256; c++) {
		const char *found = c ? strchr("0123456789abcdefABCDEF", c) : NULL;
		int value = found ? (int)strtol((char[2]){ c }, NULL, 16) : -1;

		ck_assert_msg(rawbpf__hex_digit(c) == value, "%d", c);
		ck_assert_msg(rawbpf__is_decimal(c) == (value >= 0 && value < 10), "%d", c);
	}
}
END_TEST

START_TEST(test_parsed)
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
		/* a number too large for its type is no number */
		{ "4294967296", 0, 99, "4294967296" },
		{ "4294967300", 0, 99, "4294967300" },
		{ "42949672950", 0, 99, "42949672950" },
		{ "99999999999999999999999", 0, 99, "99999999999999999999999" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text, *ends[] = { NULL, text + strlen(text) };

		for (size_t j = 0; j < COUNT(ends); j++) {
			const char *at = text;
			unsigned number = 99;

			ck_assert_msg(rawbpf__number_parse(&at, ends[j], &number) ==
				      cases[i].found, "'%s'", text);
			ck_assert_uint_eq(number, cases[i].number);
			ck_assert_str_eq(at, cases[i].rest);
		}
	}
}
END_TEST

START_TEST(test_bases)
{
	static const struct {
		const char *text;
		unsigned base;
		int fits;
		uint64_t number;
		const char *rest;
	} cases[] = {
		{ "", 16, 1, 0, "" },
		{ "x", 16, 1, 0, "x" },
		{ "101102", 2, 1, 22, "2" },
		{ "0778", 8, 1, 077, "8" },
		{ "19a", 10, 1, 19, "a" },
		{ "ffFFffff81000000 T", 16, 1, 0xffffffff81000000, " T" },
		{ "18446744073709551615", 10, 1, UINT64_MAX, "" },
		/* a number that is too large takes all of its digits */
		{ "18446744073709551616;", 10, 0, 0, ";" },
		{ "18446744073709551625;", 10, 0, 0, ";" },
		{ "10000000000000001g", 16, 0, 0, "g" },
		{ "99999999999999999999999999 ", 10, 0, 0, " " },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text, *ends[] = { NULL, text + strlen(text) };

		for (size_t j = 0; j < COUNT(ends); j++) {
			const char *at = text;
			uint64_t number = 99;

			ck_assert_msg(rawbpf__digits_parse(&at, ends[j], cases[i].base, &number) ==
				      cases[i].fits, "'%s'", text);
			if (cases[i].fits)
				ck_assert_uint_eq(number, cases[i].number);
			ck_assert_str_eq(at, cases[i].rest);
		}
	}
}
END_TEST

START_TEST(test_hex_byte)
{
	ck_assert_int_eq(rawbpf__hex_byte("00"), 0);
	ck_assert_int_eq(rawbpf__hex_byte("7fe"), 0x7f);
	ck_assert_int_eq(rawbpf__hex_byte("Fe"), 0xfe);
	ck_assert_int_eq(rawbpf__hex_byte("g0"), -1);
	ck_assert_int_eq(rawbpf__hex_byte("0g"), -1);
	ck_assert_int_eq(rawbpf__hex_byte("1"), -1);
	ck_assert_int_eq(rawbpf__hex_byte(""), -1);
}
END_TEST

/* The parser reads no digit behind the end. */
START_TEST(test_parsed_to_an_end)
{
	static const char text[] = "123456789";
	static const unsigned numbers[] = { 99, 1, 12, 123 };

	for (size_t length = 0; length < COUNT(numbers); length++) {
		const char *at = text;
		unsigned number = 99;

		ck_assert_int_eq(rawbpf__number_parse(&at, text + length, &number), length > 0);
		ck_assert_uint_eq(number, numbers[length]);
		ck_assert_ptr_eq(at, text + length);
	}
}
END_TEST

/* ------------------------------------------------------------------------------ written */

static const uint64_t numbers[] = {
	0, 1, 9, 10, 11, 15, 16, 99, 100, 101, 255, 256, 999, 1000, 65535, 65536, INT32_MAX,
	0x80000000, UINT32_MAX, 0x100000000, 9999999999, 10000000000, INT64_MAX,
	0x8000000000000000, 0xfedcba9876543210, 9999999999999999999u, 10000000000000000000u,
	UINT64_MAX,
};

/* Check a function that puts text: `end` is its result. It may have written into the slack. */
static void assert_put(char *text, char *end, const char *expected)
{
	*end = '\0';
	ck_assert_str_eq(text, expected);
}

static void assert_written(uint64_t number)
{
	char text[64 + RAWBPF__PUT_SLACK], expected[64];
	struct rawbpf__out out = rawbpf__out_begin(text, sizeof text);

	snprintf(expected, sizeof expected, "%" PRIu64, number);
	assert_put(text, rawbpf__put_dec(text, number), expected);
	rawbpf__out_number(&out, number);
	ck_assert_str_eq(text, expected);
	ck_assert_uint_eq(out.length, strlen(expected));

	snprintf(expected, sizeof expected, "%" PRId64, (int64_t)number);
	assert_put(text, rawbpf__put_signed_dec(text, number), expected);
	out = rawbpf__out_begin(text, sizeof text);
	rawbpf__out_signed(&out, number);
	ck_assert_str_eq(text, expected);
	ck_assert_uint_eq(out.length, strlen(expected));

	snprintf(expected, sizeof expected, "%" PRIx64, number);
	assert_put(text, rawbpf__put_hex(text, number), expected);
	out = rawbpf__out_begin(text, sizeof text);
	rawbpf__out_hex(&out, number);
	ck_assert_str_eq(text, expected);
	ck_assert_uint_eq(out.length, strlen(expected));
	snprintf(expected, sizeof expected, "%" PRIx32, (uint32_t)number);
	ck_assert_uint_eq(rawbpf__put_digit_count(number), strlen(expected));
	snprintf(expected, sizeof expected, "%02" PRIx8, (uint8_t)number);
	assert_put(text, rawbpf__put_byte(text, (uint8_t)number), expected);
	snprintf(expected, sizeof expected, "\\x%02" PRIx8, (uint8_t)number);
	assert_put(text, rawbpf__put_escape(text, (uint8_t)number), expected);
}

START_TEST(test_written)
{
	char text[32];

	for (size_t i = 0; i < COUNT(numbers); i++)
		assert_written(numbers[i]);
	assert_put(text, rawbpf__put_dec(text, UINT64_MAX), "18446744073709551615");
	assert_put(text, rawbpf__put_signed_dec(text, INT64_MIN), "-9223372036854775808");
	assert_put(text, rawbpf__put_hex(text, UINT64_MAX), "ffffffffffffffff");
}
END_TEST

START_TEST(test_small)
{
	char text[8], expected[8];

	for (unsigned number = 0; number < 100; number++) {
		snprintf(expected, sizeof expected, "%u", number);
		assert_put(text, rawbpf__put_small(text, number), expected);
	}
}
END_TEST

/* Write the lowest digits, as many as the caller asks for. */
START_TEST(test_digits_written)
{
	static const char all[] = "89abcdef";
	char text[8 + RAWBPF__PUT_SLACK];

	for (unsigned digits = 1; digits <= 8; digits++)
		assert_put(text, rawbpf__put_digits(text, 0x89abcdef, digits), all + 8 - digits);
	assert_put(text, rawbpf__put_digits(text, 0, 8), "00000000");
	assert_put(text, rawbpf__put_digits(text, 0x1234567, 8), "01234567");
}
END_TEST

START_TEST(test_minus)
{
	static const struct {
		int64_t number;
		uint64_t magnitude;
		const char *text;
	} cases[] = {
		{ 0, 0, "" }, { 1, 1, "" }, { -1, 1, "-" }, { INT64_MAX, INT64_MAX, "" },
		{ -INT64_MAX, INT64_MAX, "-" }, { INT64_MIN, (uint64_t)1 << 63, "-" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t number = cases[i].number;
		char text[4];

		assert_put(text, rawbpf__put_minus(text, &number), cases[i].text);
		ck_assert_uint_eq((uint64_t)number, cases[i].magnitude);
	}
}
END_TEST

/* ------------------------------------------------------------------ put: what is no number */

START_TEST(test_strings_put)
{
	static const char shorts[][4] = { "", "a", "ab", "abc" };
	char text[16];

	assert_put(text, rawbpf__put(text, ""), "");
	assert_put(text, rawbpf__put(text, "r10 "), "r10 ");
	for (size_t i = 0; i < COUNT(shorts); i++)
		assert_put(text, rawbpf__put_short(text, shorts[i]), shorts[i]);
	ck_assert_uint_eq(rawbpf__put_word("\x01\x02\x03\x04\x05\x06\x07\x88"),
			  0x8807060504030201);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_classes);
	tcase_add_test(tests, test_cases);
	tcase_add_test(tests, test_digits);
	tcase_add_test(tests, test_bases);
	tcase_add_test(tests, test_hex_byte);
	tcase_add_test(tests, test_parsed);
	tcase_add_test(tests, test_parsed_to_an_end);
	tcase_add_test(tests, test_written);
	tcase_add_test(tests, test_small);
	tcase_add_test(tests, test_digits_written);
	tcase_add_test(tests, test_minus);
	tcase_add_test(tests, test_strings_put);
}

int main(void)
{
	return unit_run("number", add_tests);
}

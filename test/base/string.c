/* SPDX-License-Identifier: MIT */
/* Strings, bytes with a length, lists of strings. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "../../insn/base/string.h"
#include "../unit.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

START_TEST(test_length)
{
	ck_assert_uint_eq(rawbpf__length(""), 0);
	ck_assert_uint_eq(rawbpf__length("f"), 1);
	ck_assert_uint_eq(rawbpf__length("four\0five"), 4);
	ck_assert_uint_eq(rawbpf__length("\xff\x80"), 2);
}
END_TEST

START_TEST(test_equal)
{
	static const struct {
		const char *string, *other;
		int equal;
	} cases[] = {
		{ "", "", 1 },       { "a", "", 0 },     { "", "a", 0 },     { "ab", "ab", 1 },
		{ "ab", "abc", 0 },  { "abc", "ab", 0 }, { "ab", "ac", 0 },  { "ab", "AB", 0 },
		{ "a\0b", "a", 1 }, { "\xff", "\xff", 1 }, { "\x7f", "\xff", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *string = cases[i].string, *other = cases[i].other;

		ck_assert_msg(rawbpf__equal(string, other) == cases[i].equal, "'%s' '%s'", string,
			      other);
		ck_assert_msg(rawbpf__equal_bytes(string, other, strlen(other)) == cases[i].equal,
			      "'%s' '%s'", string, other);
	}
}
END_TEST

START_TEST(test_equal_bytes)
{
	/* the bytes continue, or contain a terminator */
	ck_assert_int_eq(rawbpf__equal_bytes("ab", "abc", 2), 1);
	ck_assert_int_eq(rawbpf__equal_bytes("ab", "abc", 1), 0);
	ck_assert_int_eq(rawbpf__equal_bytes("", "abc", 0), 1);
	ck_assert_int_eq(rawbpf__equal_bytes("a", "abc", 0), 0);
	ck_assert_int_eq(rawbpf__equal_bytes("a", "a\0b", 3), 0);
	ck_assert_int_eq(rawbpf__equal_bytes("a", "a\0", 2), 0);
	ck_assert_int_eq(rawbpf__equal_bytes("", NULL, 0), 1);
}
END_TEST

START_TEST(test_starts_with)
{
	ck_assert_int_eq(rawbpf__starts_with("config:0", "config:"), 1);
	ck_assert_int_eq(rawbpf__starts_with("config:0", ""), 1);
	ck_assert_int_eq(rawbpf__starts_with("", ""), 1);
	ck_assert_int_eq(rawbpf__starts_with("config", "config"), 1);
	ck_assert_int_eq(rawbpf__starts_with("conf", "config"), 0);
	ck_assert_int_eq(rawbpf__starts_with("", "c"), 0);
	ck_assert_int_eq(rawbpf__starts_with("config1:0", "config:"), 0);
	/* only the first byte is readable */
	ck_assert_int_eq(rawbpf__starts_with(&(char){ 'x' }, "config"), 0);
}
END_TEST

START_TEST(test_lists)
{
	/* "" is the third of the strings, and ends the list */
	static const char strings[] = "zero\0one\0\0three\0";

	ck_assert_str_eq(rawbpf__nth(strings, 0), "zero");
	ck_assert_str_eq(rawbpf__nth(strings, 1), "one");
	ck_assert_str_eq(rawbpf__nth(strings, 2), "");
	ck_assert_str_eq(rawbpf__nth(strings, 3), "three");

	ck_assert_int_eq(rawbpf__list_find(strings, "zero", 4), 0);
	ck_assert_int_eq(rawbpf__list_find(strings, "one more", 3), 1);
	ck_assert_int_eq(rawbpf__list_find(strings, "one more", 4), -ENOENT);
	ck_assert_int_eq(rawbpf__list_find(strings, "on", 2), -ENOENT);
	ck_assert_int_eq(rawbpf__list_find(strings, "three", 5), -ENOENT);
	ck_assert_int_eq(rawbpf__list_find(strings, "", 0), -ENOENT);
	ck_assert_int_eq(rawbpf__list_find("", "zero", 4), -ENOENT);
	/* if the list has a string twice, the first one counts */
	ck_assert_int_eq(rawbpf__list_find("a\0b\0b\0", "b", 1), 1);
}
END_TEST

START_TEST(test_file_names)
{
	static const struct {
		const char *name;
		int result;
	} cases[] = {
		{ "vmlinux", 1 }, { "a", 1 }, { "a.b", 1 }, { "a.", 1 }, { "\xff", 1 },
		{ "", 0 }, { ".", 0 }, { "..", 0 }, { ".hidden", 0 }, { "/", 0 }, { "/a", 0 },
		{ "a/", 0 }, { "a/b", 0 },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		ck_assert_msg(rawbpf__is_file_name(cases[i].name) == cases[i].result, "'%s'",
			      cases[i].name);
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

	for (size_t i = 0; i < COUNT(cases); i++) {
		char copy[17] = { [16] = 0x5a };

		ck_assert_int_eq(rawbpf__name_copy(copy, cases[i].name), cases[i].result);
		if (cases[i].result == 0)
			ck_assert_mem_eq(copy, cases[i].copy, 16);
		ck_assert_int_eq(copy[16], 0x5a);
	}
}
END_TEST

START_TEST(test_behind)
{
	static const char text[] = "config:0";
	const char *end = text + 7;

	ck_assert_ptr_eq(rawbpf__behind(text, end, "config:"), end);
	ck_assert_ptr_eq(rawbpf__behind(text, end, ""), text);
	ck_assert_ptr_eq(rawbpf__behind(end, end, ""), end);
	ck_assert_ptr_null(rawbpf__behind(text, end, "config:0"));
	ck_assert_ptr_null(rawbpf__behind(text, end, "confuse"));
	ck_assert_ptr_null(rawbpf__behind(end, end, "0"));
	/* the NUL ends the text */
	ck_assert_ptr_eq(rawbpf__behind(text, NULL, text), end + 1);
	ck_assert_ptr_null(rawbpf__behind(text, NULL, "config:00"));
}
END_TEST

START_TEST(test_found)
{
	static const char text[] = "a:b\0c:";

	ck_assert_ptr_eq(rawbpf__find(text, 'a'), text);
	ck_assert_ptr_eq(rawbpf__find(text, ':'), text + 1);
	ck_assert_ptr_eq(rawbpf__find(text, 'c'), text + 3);
	ck_assert_ptr_eq(rawbpf__find_byte(text, text + 6, ':'), text + 1);
	ck_assert_ptr_eq(rawbpf__find_byte(text + 2, text + 6, ':'), text + 5);
	ck_assert_ptr_eq(rawbpf__find_byte(text + 2, text + 5, ':'), text + 5);
	ck_assert_ptr_eq(rawbpf__find_byte(text, text + 6, '\0'), text + 3);
	ck_assert_ptr_eq(rawbpf__find_byte(text, text, 'a'), text);
}
END_TEST

START_TEST(test_line_after)
{
	static const char text[] = "a\n\nb";

	ck_assert_ptr_eq(rawbpf__line_after(text, NULL), text + 2);
	ck_assert_ptr_eq(rawbpf__line_after(text + 1, NULL), text + 2);
	ck_assert_ptr_eq(rawbpf__line_after(text + 2, NULL), text + 3);
	ck_assert_ptr_eq(rawbpf__line_after(text + 3, NULL), text + 4);
	ck_assert_ptr_eq(rawbpf__line_after(text + 4, NULL), text + 4);
	ck_assert_ptr_eq(rawbpf__line_after(text, text + 4), text + 2);
	ck_assert_ptr_eq(rawbpf__line_after(text, text + 2), text + 2);
	/* The newline behind the end does not belong to the text. */
	ck_assert_ptr_eq(rawbpf__line_after(text, text + 1), text + 1);
	ck_assert_ptr_eq(rawbpf__line_after(text + 1, text + 1), text + 1);
}
END_TEST

START_TEST(test_same_bytes)
{
	ck_assert_int_eq(rawbpf__same_bytes("a\0b", "a\0bc", 3), 1);
	ck_assert_int_eq(rawbpf__same_bytes("a\0b", "a\0c", 3), 0);
	ck_assert_int_eq(rawbpf__same_bytes("ab", "bb", 2), 0);
	ck_assert_int_eq(rawbpf__same_bytes("a", "b", 0), 1);
	ck_assert_int_eq(rawbpf__same_bytes("a", NULL, 0), 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_length);
	tcase_add_test(tests, test_equal);
	tcase_add_test(tests, test_equal_bytes);
	tcase_add_test(tests, test_starts_with);
	tcase_add_test(tests, test_behind);
	tcase_add_test(tests, test_found);
	tcase_add_test(tests, test_line_after);
	tcase_add_test(tests, test_same_bytes);
	tcase_add_test(tests, test_lists);
	tcase_add_test(tests, test_file_names);
	tcase_add_test(tests, test_names);
}

int main(void)
{
	return unit_run("string", add_tests);
}

/* SPDX-License-Identifier: MIT */
#include "../unit.h"

#include "../../insn/base/glob.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *glob, *name;
	int matches;
} globs[] = {
	{ "", "", 1 }, { "", "a", 0 }, { "a", "", 0 }, { "a", "a", 1 }, { "a", "b", 0 },
	{ "a", "ab", 0 }, { "ab", "a", 0 }, { "*", "", 1 }, { "*", "anything", 1 }, { "**", "", 1 },
	{ "?", "", 0 }, { "?", "a", 1 }, { "?", "ab", 0 }, { "*?", "", 0 }, { "*?", "a", 1 },
	{ "?*?", "a", 0 }, { "?*?", "ab", 1 }, { "vfs_*", "vfs_read", 1 }, { "vfs_*", "vfs_", 1 },
	{ "vfs_*", "vfs", 0 }, { "vfs_*", "xvfs_read", 0 }, { "*_read", "vfs_read", 1 },
	{ "*_read", "vfs_readv", 0 }, { "*_read", "_read_read", 1 }, { "a*b*c", "abc", 1 },
	{ "a*b*c", "acb", 0 }, { "a*b*c", "aXbXbXc", 1 }, { "*ab", "aab", 1 }, { "*aab*", "aaab", 1 },
	{ "a?c", "abc", 1 }, { "a?c", "ac", 0 }, { "[a]", "a", 0 }, { "[a]", "[a]", 1 },
	{ "\\*", "*", 0 }, { "\\*", "\\*", 1 }, { "a.b", "axb", 0 }, { "\xff*", "\xff", 1 },
};

START_TEST(test_glob)
{
	const char *name = globs[_i].name;

	ck_assert_msg(rawbpf__glob_matches(globs[_i].glob, name, strlen(name)) == globs[_i].matches,
		      "%s %s", globs[_i].glob, name);
}
END_TEST

/* The name has a length: bytes behind it do not count, and a NUL in it is a byte. */
START_TEST(test_length)
{
	ck_assert_int_eq(rawbpf__glob_matches("ab", "abc", 2), 1);
	ck_assert_int_eq(rawbpf__glob_matches("ab*c", "abc", 2), 0);
	ck_assert_int_eq(rawbpf__glob_matches("a", "a\0b", 3), 0);
	ck_assert_int_eq(rawbpf__glob_matches("a?b", "a\0b", 3), 1);
	ck_assert_int_eq(rawbpf__glob_matches("", "\0", 1), 0);
}
END_TEST

/* Define the meaning of a pattern by recursion, without regard to time. */
static int matches(const char *glob, const char *name)
{
	if (*glob == '*')
		return matches(glob + 1, name) || (*name && matches(glob, name + 1));
	if (!*glob || !*name)
		return !*glob && !*name;
	return (*glob == '?' || *glob == *name) && matches(glob + 1, name + 1);
}

START_TEST(test_all_short_ones)
{
	static const char of_glob[] = "ab?*", of_name[] = "ab";
	char glob[7], name[7];

	for (unsigned g = 0; g < 4096; g++) {
		for (int i = 0; i < 6; i++)
			glob[i] = of_glob[g >> 2 * i & 3];
		glob[g % 7] = glob[6] = '\0';
		for (unsigned n = 0; n < 64; n++) {
			for (int i = 0; i < 6; i++)
				name[i] = of_name[n >> i & 1];
			name[n % 7] = name[6] = '\0';
			ck_assert_msg(rawbpf__glob_matches(glob, name, strlen(name)) ==
				      matches(glob, name), "%s %s", glob, name);
		}
	}
}
END_TEST

/* Backtracking to every star would take longer than the test may. */
START_TEST(test_many_stars)
{
	char *name = malloc(100000);

	memset(name, 'a', 100000);
	ck_assert_int_eq(rawbpf__glob_matches("*a*a*a*a*a*a*a*a*a*a*a*a*b", name, 100000), 0);
	ck_assert_int_eq(rawbpf__glob_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a", name, 100000), 1);
	free(name);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_glob, 0, sizeof globs / sizeof globs[0]);
	tcase_add_test(tests, test_length);
	tcase_add_test(tests, test_all_short_ones);
	tcase_add_test(tests, test_many_stars);
}

int main(void)
{
	return unit_run("glob", add_tests);
}

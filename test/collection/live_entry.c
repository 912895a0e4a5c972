/* SPDX-License-Identifier: MIT */
/* Entry sequences on this kernel. test/vm/entry.c has the kernels with kprobes and fentry. */
#include "../live.h"

#include "entered.h"

START_TEST(test_entry_place)
{
	const char *name = entered_name(_i);
	char problem[256];

	live_mount_tracefs();
	entered_check(_i, problem, sizeof problem);
	if (strcmp(problem, "attach -95") == 0)
		SKIP("%s: this kernel has no such probes", name);
	if (strcmp(problem, "load -1") == 0)
		SKIP("%s: this kernel refuses such programs (EPERM)", name);
	ck_assert_msg(!problem[0], "%s: %s", name, problem);
}
END_TEST

START_TEST(test_entry_family)
{
	char problem[256];

	entered_check_family(problem, sizeof problem);
	ck_assert_str_eq(problem, "");
}
END_TEST

START_TEST(test_entry_execve)
{
	char problem[256];

	entered_check_execve("/bin/true", problem, sizeof problem);
	ck_assert_str_eq(problem, "");
}
END_TEST

/* Of 11 calls, ten are 32-bit ones. */
START_TEST(test_entry_int80)
{
	ck_assert_int_eq(entered_count_compat(NULL), 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_entry_place, 0, (int)entered_count());
	tcase_add_test(tests, test_entry_family);
	tcase_add_test(tests, test_entry_execve);
	tcase_add_test(tests, test_entry_int80);
}

int main(void)
{
	return unit_run("live_entry", add_tests);
}

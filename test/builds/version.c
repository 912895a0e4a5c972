/* SPDX-License-Identifier: MIT */
/* meson.build has the version, and rawbpf.h has it as text and as numbers. All are equal. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include <rawbpf.h>

#include "../unit.h"

#if RAWBPF_VERSION_MAJOR == 0 && RAWBPF_VERSION_MINOR < 1
#error "the numbers cannot be compared"
#endif

START_TEST(test_version)
{
	char numbers[40];

	snprintf(numbers, sizeof numbers, "%d.%d.%d", RAWBPF_VERSION_MAJOR, RAWBPF_VERSION_MINOR,
		 RAWBPF_VERSION_PATCH);
	ck_assert_str_eq(numbers, PROJECT_VERSION);
	ck_assert_str_eq(RAWBPF_VERSION, PROJECT_VERSION);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_version);
}

int main(void)
{
	return unit_run("version", add_tests);
}

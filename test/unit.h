/* SPDX-License-Identifier: MIT */
/* How every suite of the tests is run: one test case, each of its tests in a process of its own. */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <check.h>
#include <stdlib.h>

static inline int unit_run(const char *name, void (*add_tests)(TCase *))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif

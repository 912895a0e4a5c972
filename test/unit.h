/* SPDX-License-Identifier: MIT */
/* Run a test suite: one test case, each of its tests in a process of its own. */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Check that is cheap: Check's own assertions take a microsecond each, also when they hold. */
#define expect(CONDITION) ((CONDITION) ? (void)0 : ck_abort_msg("%s", #CONDITION))

/*
 * These limits end a test that hangs, not a slow one: seconds of a test, and of a wait for
 * something that must come. A wait for something that must not come may be short: a slow machine
 * then only sees less.
 */
enum { UNIT_TIMEOUT = 600, PATIENCE_MS = 60000 };

/* Is this the long mode? Without it, a test that would take over a second takes fewer inputs. */
static inline int unit_long(void)
{
	return getenv("RAWBPF_LONG") != NULL;
}

/* Raise the soft limit to the hard one, or to `most` if that is less. */
static inline void unit_limit(int resource, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max < most ? limit.rlim_max : most;
	setrlimit(resource, &limit);
}

/*
 * Before main(), put the process into the state that tests rely on. nohup leaves SIGHUP ignored.
 * Other parents leave signals blocked, an alarm running, descriptors 0 to 2 closed, a umask,
 * limits. The test's children inherit the new state. test/careless.c does all of that.
 */
__attribute__((constructor)) static inline void unit_usual_process(void)
{
	struct sigaction action;
	sigset_t none;
	FILE *null;
	int number;

	alarm(0);
	for (number = 1; number < NSIG; number++)
		if (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	unit_limit(RLIMIT_CORE, 0);
	unit_limit(RLIMIT_NOFILE, 1024);
	unit_limit(RLIMIT_STACK, 8 << 20);
	unit_limit(RLIMIT_FSIZE, RLIM_INFINITY);
	close(0);
	do
		null = fopen("/dev/null", "r+");
	while (null && fileno(null) <= 2);
	if (null)
		fclose(null);
}

static inline int unit_run(const char *name, void (*add_tests)(TCase *))
{
	Suite *suite = suite_create(name);
	TCase *tests = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, UNIT_TIMEOUT);
	add_tests(tests);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif

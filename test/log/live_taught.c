/* SPDX-License-Identifier: MIT */
/* The pages' claims about the verifier, on this kernel. */
#include "../live.h"
#include "taught.h"

static struct rejected_load load;

START_TEST(test_taught)
{
	const struct taught *claim = &taught[_i];
	struct utsname system;

	uname(&system);
	for (unsigned n = 0; n < TAUGHT_PROGRAMS && claim->programs[n].text; n++) {
		const char *expected = taught_verdict(&claim->programs[n], live_kernel(), system.machine);
		const char *verdict = rejected_verdict(&load, &claim->programs[n]);

		ck_assert_msg(!expected || strcmp(verdict, expected) == 0, "%s\nprogram %u: %s, not %s\n%s",
			      claim->claims[0], n, verdict, expected, load.log);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_taught, 0, (int)taught_count);
}

int main(void)
{
	return live_run("live_taught", add_tests);
}

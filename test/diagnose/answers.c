/* SPDX-License-Identifier: MIT */
/* The answers of bpf(2) on which programs rely, on this kernel. */
#include "../live.h"

#include "answer.h"

START_TEST(test_answer)
{
	const struct answer *answer = &answers[_i];
	int got;

	if (live_kernel() < answer->since || (answer->before && live_kernel() >= answer->before))
		return; /* another row is this kernel's */
	live_mount_bpffs();
	got = answer->ask();
	ck_assert_msg(got == answer->expected, "%s: %d, not %d", answer->question, got,
		      answer->expected);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_answer, 0, (int)answers_count);
}

int main(void)
{
	return live_run("answers", add_tests);
}

/* SPDX-License-Identifier: MIT */
/* Programs have a text in every slot after the verifier's rewriting: see test/form/rewritten.h. */
#include "rewritten.h"
#include "../live.h"

START_TEST(test_loaded)
{
	struct rewritten seen;
	unsigned kernel = live_kernel();

	rawbpf_memlock_raise();
	rewritten_count(&seen, kernel, NULL);
	printf("live_rewritten: %u slots of %u programs\n", seen.slots, seen.programs);
	ck_assert_str_eq(seen.refused, "");
	ck_assert_msg(seen.invalid == 0, "%u, the first of %s", seen.invalid, seen.first);
	ck_assert_uint_gt(seen.programs, 300);
	ck_assert_uint_gt(seen.own, 0);
	if (kernel >= 0x60f) {
		ck_assert_uint_ge(seen.probe, 1);
		ck_assert_uint_ge(seen.arena, 6);
		ck_assert_uint_ge(seen.percpu, 1);
		ck_assert_uint_ge(seen.functions, 2);
		ck_assert_uint_ge(seen.nospec, 1);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_loaded);
}

int main(void)
{
	return live_run("live_rewritten", add_tests);
}

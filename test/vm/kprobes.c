/* SPDX-License-Identifier: MIT */
/* Retprobes with room for many calls, all functions of a name, functions by a pattern. */
#include "parts.h"

#include <errno.h>

/* 40 calls sleep at the same time: a retprobe sees as many return as the kernel has room for. */
START_TEST(maxactive)
{
	struct boot *boot = &boots[_i];
	bool can = has_retprobes(boot);

	ck_assert_int_lt(fact_int(boot, "maxactive.default"), 40);
	ck_assert_fact_int(boot, "maxactive.20", can ? 20 : -EINVAL);
	ck_assert_fact_int(boot, "maxactive.64", can ? 40 : -EINVAL);
	ck_assert_fact_int(boot, "maxactive.tracefs", can ? 40 : -EINVAL);
	ck_assert_fact_int(boot, "maxactive.4096", can ? 40 : -EINVAL);
	ck_assert_fact_int(boot, "maxactive.4097", -EINVAL);
	ck_assert_fact_int(boot, "maxactive.pmu", -EINVAL);
	ck_assert_fact_int(boot, "maxactive.entry", -EINVAL);
}
END_TEST

/* Each function of a name is probed, and the one that is called tells so once. */
START_TEST(several_functions_of_a_name)
{
	struct boot *boot = &boots[_i];
	bool has_multi = has_fprobe(boot);

	if (!fact_int(boot, "several.clock")) /* only on machines with a clock */
		return;
	ck_assert_int_ge(fact_int(boot, "several"), 2);
	ck_assert_fact_int(boot, "several.refused", 0);
	ck_assert_fact_int(boot, "several.each", 1);
	ck_assert_int_eq(fact_int(boot, "several.multi") == 0, has_multi);
	ck_assert_fact_int(boot, "several.multi.seen", has_multi ? 1 : 0);
}
END_TEST

/* Three calls of one function, four of another. Only newer kernels list what probes reach. */
START_TEST(functions_by_a_pattern)
{
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);
	bool has_multi = has_fprobe(boot);
	bool arm64 = is_machine(boot, "arm64") && kernel >= KERNEL(6, 5);

	ck_assert_int_ge(fact_int(boot, "glob"), 2);
	/* arm64 keeps the listed places for ftrace. A kprobe works at a function's beginning. */
	ck_assert_fact_int(boot, "glob.attached", arm64 ? 0 : fact_int(boot, "glob"));
	ck_assert_fact_int(boot, "glob.each", arm64 ? 0 : 7);
	ck_assert_fact_int(boot, "glob.resolved", fact_int(boot, "glob"));
	ck_assert_fact_int(boot, "glob.begin.attached", fact_int(boot, "glob"));
	ck_assert_fact_int(boot, "glob.begin.each", 7);
	ck_assert_fact_int(boot, "glob.multi.seen", has_multi ? 7 : 0);
	ck_assert_fact_int(boot, "glob.none", -ENOENT);
	ck_assert_int_ge(fact_int(boot, "glob.many"), 300);
	ck_assert_int_ge(fact_int(boot, "glob.every"), 30000);
	ck_assert_int_eq(fact_int(boot, "glob.many.multi") == 0, has_multi);
	ck_assert_fact_int(boot, "glob.multi",
			   has_multi ? 0 : kernel >= KERNEL(5, 18) ? -EOPNOTSUPP : -EINVAL);
}
END_TEST

void vm_kprobes_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, functions_by_a_pattern, boot, boot + 1);
	tcase_add_loop_test(kernel, maxactive, boot, boot + 1);
	tcase_add_loop_test(kernel, several_functions_of_a_name, boot, boot + 1);
}

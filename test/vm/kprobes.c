/* SPDX-License-Identifier: MIT */
/* Retprobes with room for many calls, all functions of a name, functions by a pattern. */
#include "parts.h"

#include <errno.h>

/* 40 calls sleep at the same time: a retprobe sees as many return as the kernel has room for. */
START_TEST(maxactive)
{
	struct boot *boot = &boots[_i];

	ck_assert_int_lt(fact_int(boot, "maxactive.default"), 40);
	ck_assert_fact_int(boot, "maxactive.20", 20);
	ck_assert_fact_int(boot, "maxactive.64", 40);
	ck_assert_fact_int(boot, "maxactive.tracefs", 40);
	ck_assert_fact_int(boot, "maxactive.4096", 40);
	ck_assert_fact_int(boot, "maxactive.4097", -EINVAL);
	ck_assert_fact_int(boot, "maxactive.pmu", -EINVAL);
	ck_assert_fact_int(boot, "maxactive.entry", -EINVAL);
}
END_TEST

void vm_kprobes_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, maxactive, boot, boot + 1);
}

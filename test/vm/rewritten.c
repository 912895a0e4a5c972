/* SPDX-License-Identifier: MIT */
/* On each kernel, programs have a text after the verifier's rewriting. */
#include "parts.h"

/*
 * With net.core.bpf_jit_harden 0 and 2. The latter blinds constants with registers of the verifier.
 */
START_TEST(loaded_programs_are_text)
{
	struct boot *boot = &boots[_i];
	static const char *const names[2][8] = {
#define NAMES(HARDEN) \
	{ "rewritten." HARDEN ".first", "rewritten." HARDEN ".invalid", \
	  "rewritten." HARDEN ".dumped_invalid", "rewritten." HARDEN ".refused", \
	  "rewritten." HARDEN ".programs", "rewritten." HARDEN ".dumped", \
	  "rewritten." HARDEN ".slots", "rewritten." HARDEN ".own" }
		NAMES("0"), NAMES("2"),
	};

	int amd64 = is_machine(boot, "amd64");
	/* 5.10 and arm64's 6.1 do not find the variable. */
	const char *refused = amd64 && kernel_of(boot) >= KERNEL(6, 1) ? "none" : "variable: -2";

	if (is_left_out(boot, "rewritten"))
		return;
	for (unsigned harden = 0; harden < 2; harden++) {
		ck_assert_fact_str(boot, names[harden][0], "none");
		ck_assert_fact_int(boot, names[harden][1], 0);
		ck_assert_fact_int(boot, names[harden][2], 0);
		if (amd64 || (is_machine(boot, "arm64") && kernel_of(boot) < KERNEL(6, 2)))
			ck_assert_fact_str(boot, names[harden][3], refused);
		ck_assert_int_ge(fact_int(boot, names[harden][4]), 300);
		ck_assert_int_ge(fact_int(boot, names[harden][5]), 8);
	}
	if (amd64) {
		ck_assert_int_le(3 * fact_int(boot, names[0][7]), fact_int(boot, names[0][6]));
		ck_assert_int_ge(3 * fact_int(boot, names[1][7]), fact_int(boot, names[1][6]));
	}
}
END_TEST

void vm_rewritten_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, loaded_programs_are_text, boot, boot + 1);
}

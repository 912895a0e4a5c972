/* SPDX-License-Identifier: MIT */
/* On other architectures, the machine in user space does what the kernel does. */
#include "parts.h"

/* From 6.12 on, kernels have all instructions. */
START_TEST(machine_and_kernel_agree)
{
	struct boot *boot = &boots[_i];

	if (is_machine(boot, "amd64") || kernel_of(boot) < KERNEL(6, 12) || is_left_out(boot, "machine"))
		return;
	ck_assert_fact_int(boot, "machine.different", 0);
	ck_assert_fact_int(boot, "machine.refused", 0);
	ck_assert_fact_int(boot, "machine.equal", 1000);
}
END_TEST

void vm_machine_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, machine_and_kernel_agree, boot, boot + 1);
}

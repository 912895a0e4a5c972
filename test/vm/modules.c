/* SPDX-License-Identifier: MIT */
/*
 * boot.sh carries modules into the guest, init loads them, and programs use their functions and
 * variables.
 */
#include <errno.h>
#include <string.h>

#include "modules.h"
#include "parts.h"

#define NOT_SUPPORTED 524	/* the kernel's ENOTSUPP */

static bool has_percpu_module(struct boot *boot)
{
	return strcmp(boot->name, GUEST_WITHOUT_PERCPU_MODULE) != 0;
}

START_TEST(modules_are_loaded)
{
	struct boot *boot = &boots[_i];

#define IS_LIVE(NAME) ck_assert_fact_str(boot, "module." #NAME, "Live");
	GUEST_MODULES(IS_LIVE)
	ck_assert_fact_str(boot, "module.drop_monitor", has_percpu_module(boot) ? "Live" : "none");
}
END_TEST

/* 5.10's modules have no BTF, nor has Debian's s390x before 6.12. */
static bool has_btf(struct boot *boot)
{
	return kernel_of(boot) >= (is_machine(boot, "s390x") ? KERNEL(6, 12) : KERNEL(6, 1));
}

/* Debian leaves the JIT off on s390x and riscv64, and without it there are no calls of modules. */
START_TEST(programs_call_a_module)
{
	struct boot *boot = &boots[_i];
	bool jit = is_machine(boot, "amd64") || is_machine(boot, "arm64");

	ck_assert_fact_int(boot, "module.function",
			   !has_btf(boot) ? -ENOENT : jit ? ENOENT : -NOT_SUPPORTED);
}
END_TEST

/* arm64's 6.1 does not report addresses of variables. */
START_TEST(programs_read_a_variable_of_a_module)
{
	struct boot *boot = &boots[_i];
	bool found = !is_machine(boot, "arm64") || kernel_of(boot) >= KERNEL(6, 12);

	ck_assert_fact_int(boot, "module.variable",
			   has_btf(boot) && has_percpu_module(boot) && found ? 0 : -ENOENT);
}
END_TEST

void vm_modules_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, modules_are_loaded, boot, boot + 1);
	tcase_add_loop_test(kernel, programs_call_a_module, boot, boot + 1);
	tcase_add_loop_test(kernel, programs_read_a_variable_of_a_module, boot, boot + 1);
}

/* SPDX-License-Identifier: MIT */
/* A kprobe counts each system call of native programs exactly, or fails with a known reason. */
#include "parts.h"

#include <errno.h>
#include <string.h>

START_TEST(every_system_call)
{
	struct boot *boot = &boots[_i];
	const char *refused = fact_str(boot, "syscalls.refused");
	int refusals = 0;

	for (const char *at = refused; *at; at++)
		refusals += *at == ':';
	ck_assert_fact_str(boot, "syscalls.wrong", "none");
	ck_assert_int_ge(fact_int(boot, "syscalls"), is_machine(boot, "arm64") || is_machine(boot, "riscv64") ? 320 : 380);
	ck_assert_fact_int(boot, "syscalls.counted", fact_int(boot, "syscalls") - refusals);
	ck_assert_int_le(refusals, 60); /* 5.10 lacks the 33 newest calls */
	ck_assert_msg(!strstr(refused, ":-22") == (kernel_of(boot) > KERNEL(5, 10)), "%s", refused);
	if (kernel_of(boot) == KERNEL(5, 10)) /* ftrace leaves out its kernel/events/core.c */
		ck_assert_ptr_nonnull(strstr(refused, "perf_event_open:-22"));
	ck_assert_fact_int(boot, "syscalls.cpus", 2); /* the second CPU is online again */
	ck_assert_fact_str(boot, "syscalls.why", "ENOENT: this kernel has no function 'vserver', and no "
			   "entry function of such a system call; see /proc/kallsyms");
}
END_TEST

/* Functions of 32-bit callers, of no caller at all, and of framebuffers are no system calls. */
START_TEST(no_other_function)
{
	struct boot *boot = &boots[_i];

	ck_assert_int_ge(fact_int(boot, "syscalls.foreign"), 70);
	ck_assert_fact_str(boot, "syscalls.foreign.attached", "none");
	ck_assert_fact_int(boot, "syscalls.fillrect", -ENOENT);
	ck_assert_fact_int(boot, "syscalls.off_notify", -ENOENT);
}
END_TEST

/*
 * rawbpf_tracepoint(3) and rawbpf_kprobe(3): tracepoints and entry functions of single calls see
 * only the machine's native programs. The function behind them and the raw tracepoint see all.
 */
START_TEST(calls_of_32_bit_tasks)
{
	struct boot *boot = &boots[_i];

	if (!is_machine(boot, "amd64"))
		return;
	ck_assert_fact_int(boot, "task32.status", 0);
	ck_assert_fact_int(boot, "task32.tracepoint", 0);
	ck_assert_fact_int(boot, "task32.kprobe.syscall", 0);
	ck_assert_fact_int(boot, "task32.kprobe.symbol", 10);
	ck_assert_fact_int(boot, "task32.kprobe.compat", 10);
	ck_assert_fact_int(boot, "task32.kprobe.compat.return", 10);
	ck_assert_fact_int(boot, "task32.kprobe.compat.tracefs", 10);
	ck_assert_fact_int(boot, "task32.kprobe.compat.own", 3);
	ck_assert_fact_int(boot, "task32.kprobe.compat.renamed", 2);
	ck_assert_fact_int(boot, "task32.kprobe.compat.none", -ENOENT);
	ck_assert_fact_int(boot, "task32.kprobe.compat.symbol", -EINVAL);
	ck_assert_fact_int(boot, "task32.kprobe.compat.empty", -EINVAL);
	ck_assert_fact_int(boot, "task32.kprobe.compat.both", -EINVAL);
	ck_assert_fact_int(boot, "task32.raw_tracepoint", 10);
}
END_TEST

void vm_syscalls_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, calls_of_32_bit_tasks, boot, boot + 1);
	tcase_add_loop_test(kernel, every_system_call, boot, boot + 1);
	tcase_add_loop_test(kernel, no_other_function, boot, boot + 1);
}

/* SPDX-License-Identifier: MIT */
/* rawbpf prog, map, link and btf print on each kernel the objects of test/vm/guest_inspect.c. */
#include "parts.h"

START_TEST(objects_are_shown)
{
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);
	/* Debian's s390x has no BTF before 6.12 */
	bool has_btf = !is_machine(boot, "s390x") || kernel >= KERNEL(6, 12);

	ck_assert_fact_str(boot, "inspect.prog",
			   "     0: (85) call bpf_ktime_get_ns#5|"
			   "     1: (b7) r0 = 0|"
			   "     2: (95) exit|");
	ck_assert_fact_str(boot, "inspect.list", "ID");
	ck_assert_fact_str(boot, "inspect.set", "");
	ck_assert_fact_str(boot, "inspect.dump", "0a 00 00 01");
	ck_assert_fact_str(boot, "inspect.get", "00 50");
	ck_assert_fact_str(boot, "inspect.map",
			   "type        hash|name        numbers|key_size    4|value_size  2|max         5|");
	ck_assert_fact_str(boot, "inspect.btf", has_btf ? "name        vmlinux" :
			   "status 1: rawbpf btf: this kernel has no BTF");
	ck_assert_fact_str(boot, "inspect.type", has_btf ?
			   "  size 16  2 inside|"
			   "        +0  struct list_head * next|"
			   "        +8  struct list_head * prev|" :
			   "status 1: rawbpf btf: this kernel has no BTF|");
}
END_TEST

/*
 * Kernels since 6.6 report what a perf event's link is attached to. Before 5.15 no such link
 * exists.
 */
START_TEST(links_are_shown)
{
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);

	ck_assert_fact_str(boot, "inspect.raw_tracepoint", "attached  raw tracepoint sys_enter");
	ck_assert_fact_str(boot, "inspect.attached", "attached        raw tracepoint sys_enter");
	ck_assert_fact_str(boot, "inspect.kprobe",
			   kernel < KERNEL(5, 15) ? "no link" :
			   kernel < KERNEL(6, 6) ? "attached  perf event" :
			   is_machine(boot, "riscv64") ? "attached  kprobe do_fchownat+0x8" :
						   "attached  kprobe do_fchownat");
	ck_assert_fact_str(boot, "inspect.kept", kernel < KERNEL(5, 15) ? "no link" :
			   "attached  tracepoint sys_enter_fchownat");
	/* needs CONFIG_FPROBE, which Debian's kernels have since 6.12 */
	ck_assert_fact_str(boot, "inspect.kprobe_multi", !has_fprobe(boot) ? "no link" :
			   "functions  do_fchownat do_sys_open");
}
END_TEST

void vm_inspect_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, objects_are_shown, boot, boot + 1);
	tcase_add_loop_test(kernel, links_are_shown, boot, boot + 1);
}

/* SPDX-License-Identifier: MIT */
/*
 * Newer commands, and older kernels' answers to them. Errors that only kernels with trampolines
 * show.
 */
#include "parts.h"

#include <errno.h>
#include <string.h>

enum { NOT_SUPPORTED = -524 }; /* the kernel's own ENOTSUPP */

static bool has_btf(struct boot *boot)
{
	return !is_machine(boot, "s390x") || kernel_of(boot) >= KERNEL(6, 12);
}

/* Debian leaves the JIT off on these. */
static bool has_jit(struct boot *boot)
{
	return !is_machine(boot, "s390x") && !is_machine(boot, "riscv64");
}

START_TEST(streams)
{
	struct boot *boot = &boots[_i];
	bool has = kernel_of(boot) >= KERNEL(6, 17);

	ck_assert_fact_int(boot, "stream.print", 0);
	ck_assert_fact_int(boot, "stream.begin", has ? 4 : -EINVAL);
	ck_assert_fact_int(boot, "stream.rest", has ? 2 : -EINVAL);
	ck_assert_fact_str(boot, "stream.text", has ? "hi 42" : "(empty)");
	ck_assert_fact_int(boot, "stream.end", has ? 0 : -EINVAL);
	ck_assert_fact_int(boot, "stream.stderr", has ? 0 : -EINVAL);
	ck_assert_fact_int(boot, "stream.unknown", has ? -ENOENT : -EINVAL);
}
END_TEST

START_TEST(uprobe_by_name)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "uprobe.found", 1);
	ck_assert_fact_int(boot, "uprobe.place", 1);
	ck_assert_fact_int(boot, "uprobe.attach", 0);
	ck_assert_fact_int(boot, "uprobe.calls", 3);
	ck_assert_fact_int(boot, "uprobe.none", -ESRCH);
}
END_TEST

START_TEST(uprobe_by_descriptor)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "uprobe.by_fd", kernel_of(boot) >= KERNEL(7, 3) ? 0 : -EINVAL);
	ck_assert_fact_int(boot, "uprobe.by_both", -EINVAL);
}
END_TEST

START_TEST(struct_ops_association)
{
	struct boot *boot = &boots[_i];
	bool can = kernel_of(boot) >= KERNEL(7, 0);

	ck_assert_fact_int(boot, "commands", 0);
	ck_assert_fact_int(boot, "assoc.map", is_machine(boot, "s390x") ? -ENOENT : 0);
	ck_assert_fact_int(boot, "assoc", can ? 0 : -EINVAL);
	ck_assert_fact_int(boot, "assoc.again", can ? 0 : -EINVAL);
	ck_assert_fact_int(boot, "assoc.other", can ? -EBUSY : -EINVAL);
	ck_assert_fact_int(boot, "assoc.no_map", -EINVAL);
	ck_assert_fact_int(boot, "struct_ops.not_filled", !has_btf(boot) ? -EBADF :
			   is_machine(boot, "s390x") ? -EOPNOTSUPP : -EINVAL);
}
END_TEST

START_TEST(map_log)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "map_log", -EINVAL);
	ck_assert_fact_str(boot, "map_log.text", kernel_of(boot) >= KERNEL(7, 2) ?
		"btf_vmlinux_value_type_id can only be used with struct_ops maps." : "(empty)");
}
END_TEST

/* Replace a function of a program, put it back, and replace another program's. */
START_TEST(extensions)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "ext.target", has_btf(boot) ? 0 : -EINVAL);
	if (!has_btf(boot))
		return;
	ck_assert_fact_int(boot, "ext.load", has_jit(boot) ? 0 : -EINVAL);
	if (!has_jit(boot))
		return;
	ck_assert_fact_int(boot, "ext.load.wider", -EINVAL);
	ck_assert_fact_int(boot, "ext.load.fewer", -EINVAL);
	ck_assert_fact_int(boot, "ext.before", 10);
	ck_assert_fact_int(boot, "ext.attach", 0);
	ck_assert_fact_int(boot, "ext.replaced", 105);
	ck_assert_fact_int(boot, "ext.after", 10);
	ck_assert_fact_int(boot, "ext.again", kernel_of(boot) >= KERNEL(6, 1) ? -EINVAL : -ENOENT);
	ck_assert_fact_int(boot, "ext.other", 0);
	ck_assert_fact_int(boot, "ext.other_replaced", 105);
	ck_assert_fact_int(boot, "ext.target_not", 10);
}
END_TEST

START_TEST(netkit_errors)
{
	struct boot *boot = &boots[_i];
	bool can = kernel_of(boot) >= KERNEL(6, 7);

	ck_assert_fact_int(boot, "netkit.lo", can ? -ENXIO : -EINVAL);
	ck_assert_fact_int(boot, "netkit.peer", can ? -EACCES : -EINVAL);
	ck_assert_fact_int(boot, "netkit.none", can ? -ENODEV : -EINVAL);
}
END_TEST

START_TEST(tracing_errors)
{
	struct boot *boot = &boots[_i];
	bool can = !is_machine(boot, "arm64") || kernel_of(boot) >= KERNEL(6, 4);
	int twice = kernel_of(boot) >= KERNEL(6, 1) ? -EBUSY : -ENOENT;

	ck_assert_fact_int(boot, "tracing.load", !has_btf(boot) ? -EINVAL :
			   is_machine(boot, "s390x") ? -ENOMEM : 0);
	if (is_machine(boot, "s390x"))
		return;
	ck_assert_fact_int(boot, "tracing.iterator", -EINVAL);
	ck_assert_fact_int(boot, "iter.fentry", -EINVAL);
	ck_assert_fact_int(boot, "tracing.once", can ? 0 : NOT_SUPPORTED);
	ck_assert_fact_int(boot, "tracing.twice", can ? twice : NOT_SUPPORTED);
	ck_assert_fact_int(boot, "tracing.wrong_type", -EINVAL);
}
END_TEST

START_TEST(kprobe_multi_errors)
{
	struct boot *boot = &boots[_i];
	/* Without CONFIG_FPROBE: Debian's 6.1, and riscv64's 6.12. */
	int older = kernel_of(boot) >= KERNEL(5, 18) ? -EOPNOTSUPP : -EINVAL;
	bool can = has_fprobe(boot);

	ck_assert_fact_int(boot, "kprobe_multi.unknown", can ? -ESRCH : older);
	/* the library does not ask the kernel */
	ck_assert_fact_int(boot, "kprobe_multi.none", -EINVAL);
	ck_assert_fact_int(boot, "kprobe_multi.too_many", can ? -E2BIG : older);
	ck_assert_fact_int(boot, "kprobe_multi.no_place", -EINVAL);
}
END_TEST

START_TEST(tracing_multi_errors)
{
	struct boot *boot = &boots[_i];
	bool arm64 = is_machine(boot, "arm64"); /* the kernel reads no ids there */

	if (kernel_of(boot) < KERNEL(7, 2)) {
		ck_assert_fact_int(boot, "tracing_multi.load", -EINVAL);
		return;
	}
	ck_assert_fact_int(boot, "tracing_multi.load", 0);
	ck_assert_fact_int(boot, "tracing_multi.none", -EINVAL);
	ck_assert_fact_int(boot, "tracing_multi.no_function", arm64 ? -EOPNOTSUPP : -EINVAL);
	ck_assert_fact_int(boot, "tracing_multi.twice", arm64 ? -EOPNOTSUPP : -EINVAL);
	ck_assert_fact_int(boot, "tracing_multi.fault", arm64 ? -EOPNOTSUPP : -EFAULT);
	ck_assert_fact_int(boot, "tracing_multi.wrong_type", -EINVAL);
}
END_TEST

void vm_commands_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, streams, boot, boot + 1);
	tcase_add_loop_test(kernel, uprobe_by_name, boot, boot + 1);
	tcase_add_loop_test(kernel, uprobe_by_descriptor, boot, boot + 1);
	tcase_add_loop_test(kernel, struct_ops_association, boot, boot + 1);
	tcase_add_loop_test(kernel, map_log, boot, boot + 1);
	tcase_add_loop_test(kernel, extensions, boot, boot + 1);
	tcase_add_loop_test(kernel, netkit_errors, boot, boot + 1);
	tcase_add_loop_test(kernel, tracing_errors, boot, boot + 1);
	tcase_add_loop_test(kernel, kprobe_multi_errors, boot, boot + 1);
	tcase_add_loop_test(kernel, tracing_multi_errors, boot, boot + 1);
}

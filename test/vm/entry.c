/* SPDX-License-Identifier: MIT */
/* Entry sequences: what the kernel does not have is known, all else has exact values. */
#include "parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Return what a place answers on this kernel. */
static const char *expected_of(struct boot *boot, const char *place)
{
	unsigned kernel = kernel_of(boot);
	bool is_typed = !strcmp(place, "fentry") || !strcmp(place, "fexit") || !strcmp(place, "lsm");

	if (is_machine(boot, "s390x") && kernel < KERNEL(6, 2) && (is_typed || !strcmp(place, "tp_btf")))
		return "load -2"; /* no BTF */
	if (is_machine(boot, "s390x") && is_typed)
		return strcmp(place, "lsm") ? "load -12" : "load -2"; /* no JIT, no LSM programs */
	if (is_machine(boot, "arm64") && kernel < KERNEL(6, 12) && is_typed)
		return "attach -524";
	if (kernel < KERNEL(6, 1) && !strcmp(place, "lsm"))
		return "0 events"; /* not enabled at boot */
	if (!has_retprobes(boot) && strstr(place, "kretprobe"))
		return "attach -22";
	return "as expected";
}

START_TEST(entry_places)
{
	static const char *const places[] = {
		"syscall.tracepoint", "syscall.raw_tp", "syscall.kprobe", "sysret.tracepoint",
		"sysret.raw_tp", "sysret.kretprobe", "kprobe", "kretprobe", "uprobe", "uretprobe", "raw_tp",
		"tp_btf", "fentry", "fexit", "lsm", "family", "execve",
	};
	struct boot *boot = &boots[_i];

	for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
		char name[64];

		snprintf(name, sizeof name, "entry.%s", places[i]);
		ck_assert_fact_str(boot, name, expected_of(boot, places[i]));
	}
}
END_TEST

/* Of eleven calls, ten are 32-bit calls with the same number. Some kernels run no 32-bit program. */
START_TEST(entry_compat)
{
	struct boot *boot = &boots[_i];
	bool runs_task32 = is_machine(boot, "amd64") || is_machine(boot, "arm64") ||
			   (is_machine(boot, "s390x") && kernel_of(boot) < KERNEL(6, 19));

	if (is_machine(boot, "amd64"))
		ck_assert_fact_int(boot, "entry.int80", 1);
	ck_assert_fact_int(boot, "entry.task32", runs_task32 ? 1 : -ECHILD);
}
END_TEST

void vm_entry_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, entry_compat, boot, boot + 1);
	tcase_add_loop_test(kernel, entry_places, boot, boot + 1);
}

/* SPDX-License-Identifier: MIT */
/* rawbpf loads, attaches and reads what programs print: the facts of test/vm/guest_tool.c. */
#include "parts.h"

#include <errno.h>
#include <string.h>

/* Assert that a program counted ten calls while its link was pinned, and none after. */
static void counts(struct boot *boot, const char *name, bool can)
{
	char fact[64];

	snprintf(fact, sizeof fact, "%s.load", name);
	ck_assert_fact_int(boot, fact, 0);
	ck_assert_fact_int(boot, name, can ? 0 : 1);
	if (!can)
		return;
	snprintf(fact, sizeof fact, "%s.count", name);
	ck_assert_fact_int(boot, fact, 10);
	snprintf(fact, sizeof fact, "%s.after", name);
	ck_assert_fact_int(boot, fact, 0);
}

/* Only a bpf link can be pinned: perf events have them since 5.15. */
START_TEST(attaches_by_pinned_links)
{
	struct boot *boot = &boots[_i];
	bool links = kernel_of(boot) >= KERNEL(5, 15);

	counts(boot, "tool.kprobe", links);
	counts(boot, "tool.kretprobe", links && has_retprobes(boot));
	counts(boot, "tool.tracepoint", links);
}
END_TEST

START_TEST(prints_what_programs_print)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "tool.print.load", 0);
	ck_assert_fact_int(boot, "tool.print.run", 0);
	ck_assert_fact_int(boot, "tool.tracelog", 1);
}
END_TEST

START_TEST(shows_programs_of_lsm_cgroup)
{
	struct boot *boot = &boots[_i];
	bool can = !strncmp(fact_str(boot, "link.lsm_cgroup"), "type ", 5);

	if (can)
		ck_assert_fact_int(boot, "tool.lsm_cgroup", 0);
	else
		ck_assert_int_lt(fact_int(boot, "tool.lsm_cgroup"), 0);
	ck_assert_fact_int(boot, "tool.tree", can);
	ck_assert_fact_int(boot, "tool.tree.effective", can);
}
END_TEST

/* Also before tcx: the guest has the modules of filters. */
START_TEST(shows_and_detaches_filters)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "tool.net.attach", 0);
	ck_assert_fact_int(boot, "tool.net.found", 1);
	ck_assert_fact_int(boot, "tool.net.detach", 0);
	ck_assert_fact_int(boot, "tool.net.left", 0);
}
END_TEST

void vm_tool_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, attaches_by_pinned_links, boot, boot + 1);
	tcase_add_loop_test(kernel, prints_what_programs_print, boot, boot + 1);
	tcase_add_loop_test(kernel, shows_programs_of_lsm_cgroup, boot, boot + 1);
	tcase_add_loop_test(kernel, shows_and_detaches_filters, boot, boot + 1);
}

/* SPDX-License-Identifier: MIT */
/* rawbpf loads, attaches and reads what programs print: the facts of test/vm/guest_tool.c. */
#include "parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Assert that a program counted so many calls while its link was pinned, and none after. */
static void counts(struct boot *boot, const char *name, bool can, int calls)
{
	char fact[64];

	snprintf(fact, sizeof fact, "%s.load", name);
	ck_assert_fact_int(boot, fact, 0);
	ck_assert_fact_int(boot, name, can ? 0 : 1);
	if (!can)
		return;
	snprintf(fact, sizeof fact, "%s.count", name);
	ck_assert_fact_int(boot, fact, calls);
	snprintf(fact, sizeof fact, "%s.after", name);
	ck_assert_fact_int(boot, fact, 0);
}

/* Only a bpf link can be pinned: perf events have them since 5.15. */
START_TEST(attaches_by_pinned_links)
{
	struct boot *boot = &boots[_i];
	bool links = kernel_of(boot) >= KERNEL(5, 15);

	counts(boot, "tool.kprobe", links, 10);
	counts(boot, "tool.kretprobe", links && has_retprobes(boot), 10);
	counts(boot, "tool.tracepoint", links, 10);
}
END_TEST

/* The tool loads and attaches what the library does there: "type 2: 10, ...", or "load -2". */
START_TEST(attaches_to_targets_in_btf)
{
	static const char *const kinds[] = { "fentry", "fexit", "fmod_ret", "lsm" };
	struct boot *boot = &boots[_i];

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		char name[64], load[80];
		const char *story;
		int calls, can;

		snprintf(name, sizeof name, "link.%s", kinds[i]);
		story = fact_str(boot, name);
		snprintf(name, sizeof name, "tool.%s", kinds[i]);
		snprintf(load, sizeof load, "%s.load", name);
		can = sscanf(story, "type %*d: %d", &calls) == 1;
		if (strncmp(story, "load", 4) == 0)
			ck_assert_fact_int(boot, load, 1);
		else
			counts(boot, name, can, calls);
	}
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
	tcase_add_loop_test(kernel, attaches_to_targets_in_btf, boot, boot + 1);
	tcase_add_loop_test(kernel, prints_what_programs_print, boot, boot + 1);
	tcase_add_loop_test(kernel, shows_programs_of_lsm_cgroup, boot, boot + 1);
	tcase_add_loop_test(kernel, shows_and_detaches_filters, boot, boot + 1);
}

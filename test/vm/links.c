/* SPDX-License-Identifier: MIT */
/* Every kind of link does on each kernel what test/attach/link_kinds.c expects. */
#include "parts.h"

#include <string.h>

#include "../attach/link_kinds.h"

/* Debian's s390x has no BTF before 6.12, so such a program's target is not found. */
static bool lacks_btf(struct boot *boot, const struct link_kind *kind)
{
	return kind->btf_name && is_machine(boot, "s390x") && kernel_of(boot) < KERNEL(6, 12);
}

/* On arm64, functions can call programs since 6.4. */
static bool lacks_trampoline(struct boot *boot, const struct link_kind *kind)
{
	return kind->trampoline && is_machine(boot, "arm64") && kernel_of(boot) < KERNEL(6, 4);
}

/* Debian's s390x has no JIT, so no trampolines (ENOMEM), and no LSM programs. */
static const char *without_jit(const struct link_kind *kind)
{
	return kind->prog_type == BPF_PROG_TYPE_LSM ? "load -2" : "load -12";
}

/* arm64's ftrace cannot call one program from many functions. */
static bool lacks_multi(struct boot *boot, const struct link_kind *kind)
{
	return kind->link_type == BPF_LINK_TYPE_TRACING_MULTI && is_machine(boot, "arm64");
}

START_TEST(every_kind_of_link)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "links", 0);
	for (unsigned i = 0; i < link_kinds_count; i++) {
		const struct link_kind *kind = &link_kinds[i];
		char name[64], expected[256];

		snprintf(name, sizeof(name), "link.%s", kind->name);
		link_story_expect(expected, sizeof(expected), kind, kernel_of(boot));
		if (lacks_btf(boot, kind))
			strcpy(expected, "load -2");
		else if (lacks_trampoline(boot, kind) && !strncmp(expected, "type", 4))
			strcpy(expected, "attach -524");
		else if (kind->trampoline && is_machine(boot, "s390x") && !strncmp(expected, "type", 4))
			strcpy(expected, without_jit(kind));
		else if (lacks_multi(boot, kind) && !strncmp(expected, "type", 4))
			strcpy(expected, "attach -95");
		else if (!has_fprobe(boot) && kind->link_type == BPF_LINK_TYPE_KPROBE_MULTI &&
			 !strncmp(expected, "type", 4))
			strcpy(expected, "attach -95");
		ck_assert_fact_str(boot, name, expected);
	}
}
END_TEST

START_TEST(killed)
{
	if (is_machine(&boots[_i], "amd64"))
		ck_assert_fact_int(&boots[_i], "links.killed", 0);
}
END_TEST

/* Cgroups without links, pins of links of cgroups, and LSM hooks, with the native tests. */
START_TEST(cgroups)
{
	if (!is_machine(&boots[_i], "amd64"))
		return;
	ck_assert_fact_int(&boots[_i], "links.cgroup", 0);
	ck_assert_fact_int(&boots[_i], "links.cgroup_detach", 0);
}
END_TEST

/* Device filters, with the native tests. Programs of 16,384 rules load. */
START_TEST(device_filters)
{
	if (is_machine(&boots[_i], "amd64"))
		ck_assert_fact_int(&boots[_i], "links.devices", 0);
}
END_TEST

/* Racing replacements, also on kernels before 6.17, which have no revision to compare; and tags. */
START_TEST(replacement)
{
	if (is_machine(&boots[_i], "amd64")) {
		ck_assert_fact_int(&boots[_i], "links.replace", 0);
		ck_assert_fact_int(&boots[_i], "links.tag", 0);
	}
}
END_TEST

/*
 * XDP and tc by netlink, and programs of sockets, with the native tests: tc before tcx, too. Then
 * each of their system calls fails.
 */
START_TEST(netlink)
{
	if (is_machine(&boots[_i], "amd64")) {
		ck_assert_fact_int(&boots[_i], "links.netlink", 0);
		if (!is_left_out(&boots[_i], "links.net_faults"))
			ck_assert_fact_int(&boots[_i], "links.net_faults", 0);
	}
}
END_TEST

/* The code of rawbpf_moving(7), with the native test. Its LSM program runs on 6.1 and newer. */
START_TEST(moving)
{
	if (is_machine(&boots[_i], "amd64"))
		ck_assert_fact_int(&boots[_i], "links.moving", 0);
}
END_TEST

void vm_links_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, every_kind_of_link, boot, boot + 1);
	tcase_add_loop_test(kernel, killed, boot, boot + 1);
	tcase_add_loop_test(kernel, cgroups, boot, boot + 1);
	tcase_add_loop_test(kernel, moving, boot, boot + 1);
	tcase_add_loop_test(kernel, device_filters, boot, boot + 1);
	tcase_add_loop_test(kernel, netlink, boot, boot + 1);
	tcase_add_loop_test(kernel, replacement, boot, boot + 1);
}

/* SPDX-License-Identifier: MIT */
/*
 * Assert what the library does on Debian's kernels.
 *
 * usage: vm SCRIPTS GUESTS [NAME...]
 *
 * SCRIPTS is the folder of boot.sh and of the table `kernels`. GUESTS has a root file system for
 * each architecture: GUESTS/ARCH/init and GUESTS/ARCH/bin/guest. Every NAME is a kernel of the
 * table. The default is the required ones.
 */
#include "left_out.h"
#include "parts.h"
#include "../unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BOOTS_MAX 32
#define BOOTS_MIN 4	/* fewer than these prove little */

struct boot boots[BOOTS_MAX];
static int boot_count;
static int wanted_count;

static const struct {
	const char *arch;
	const char *machine;
} machines[] = {
	{ "amd64", "x86_64" },
	{ "arm64", "aarch64" },
	{ "riscv64", "riscv64" },
	{ "s390x", "s390x" },
};

static const char *machine_of(const char *arch)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (!strcmp(machines[i].arch, arch))
			return machines[i].machine;
	return "?";
}

START_TEST(enough_boots)
{
	ck_assert_int_ge(boots_ran(boots, boot_count), wanted_count);
}
END_TEST

START_TEST(guest_finished)
{
	const char *fault = boot_fault(&boots[_i]);

	if (fault)
		printf("--- the log of %s\n%s--- its end\n", boots[_i].name, boots[_i].log);
	ck_assert_no_fault(fault);
}
END_TEST

unsigned kernel_of(struct boot *boot)
{
	unsigned major = 0, minor = 0;

	ck_assert_int_eq(sscanf(fact_str(boot, "release"), "%u.%u", &major, &minor), 2);
	return KERNEL(major, minor);
}

/* Before 5.15 a perf event cannot be the target of a bpf link. */
static bool has_perf_links(struct boot *boot)
{
	return kernel_of(boot) >= KERNEL(5, 15);
}

bool is_machine(struct boot *boot, const char *arch)
{
	return !strcmp(boot->arch, arch);
}

bool is_left_out(struct boot *boot, const char *what)
{
	return left_out_why(what, fact_str(boot, "machine"), kernel_of(boot)) != NULL;
}

/* Retprobes are of symbol + 0, which riscv64's 6.12 leaves to ftrace; 7.2 has both. */
bool has_retprobes(struct boot *boot)
{
	return !is_machine(boot, "riscv64") || kernel_of(boot) >= KERNEL(7, 0);
}

/* Debian's kernels have CONFIG_FPROBE since 6.12, riscv64's since a later one. */
bool has_fprobe(struct boot *boot)
{
	return kernel_of(boot) >= (is_machine(boot, "riscv64") ? KERNEL(7, 0) : KERNEL(6, 12));
}

START_TEST(machine)
{
	struct boot *boot = &boots[_i];

	ck_assert_ptr_nonnull(strstr(boot->package, fact_str(boot, "release")));
	ck_assert_fact_str(boot, "machine", machine_of(boot->arch));
	ck_assert_fact_int(boot, "cpus", 2); /* with one CPU, the test would sum nothing */
}
END_TEST

/* The guest left out what the table says. A test of anything else that is missing fails. */
START_TEST(left_out)
{
	struct boot *boot = &boots[_i];

	for (int i = 0; i < LEFT_OUT_ROWS; i++) {
		const struct left_out *row = left_out_row(i, fact_str(boot, "machine"), kernel_of(boot));
		char name[64];

		if (!row)
			continue;
		snprintf(name, sizeof(name), "left_out.%s", row->what);
		ck_assert_fact_str(boot, name, row->why);
	}
}
END_TEST

/* The guest makes 1000 calls while the program is attached, and 10 after it is detached. */
START_TEST(kprobes_count_exactly)
{
	static const char *const kinds[] = { "kprobe", "kretprobe" };
	static const char *const methods[] = { "auto", "pmu", "tracefs" };
	static const char *const binds[] = { "auto", "link", "ioctl" };
	static const char *const places[] = { "symbol", "syscall", "address" };
	static const char *const modes[] = { "atomic", "percpu" };
	struct boot *boot = &boots[_i];

	for (int kind = 0; kind < 2; kind++)
		for (int method = 0; method < 3; method++)
			for (int bind = 0; bind < 3; bind++)
				for (int place = 0; place < 3; place++)
					for (int mode = 0; mode < 2; mode++) {
						bool can = (bind != 1 || has_perf_links(boot)) &&
							   (!kind || has_retprobes(boot));
						char name[64];

						snprintf(name, sizeof(name), "%s.%s.%s.%s.%s",
							 kinds[kind], methods[method], binds[bind],
							 places[place], modes[mode]);
						ck_assert_fact_int(boot, name, can ? 1000 : -EINVAL);
					}
	ck_assert_fact_int(boot, "offset.pmu", 1000);
	ck_assert_fact_int(boot, "offset.tracefs", 1000);
	ck_assert_fact_int(boot, "events_left", 0);
	ck_assert_fact_int(boot, "descriptors_left", 0);
}
END_TEST

START_TEST(tracepoints_count_exactly)
{
	struct boot *boot = &boots[_i];
	int by_link = has_perf_links(boot) ? 1000 : -EINVAL;

	ck_assert_fact_int(boot, "tracepoint.link.atomic", by_link);
	ck_assert_fact_int(boot, "tracepoint.link.percpu", by_link);
	ck_assert_fact_int(boot, "tracepoint.ioctl.atomic", 1000);
	ck_assert_fact_int(boot, "tracepoint.ioctl.percpu", 1000);
	ck_assert_fact_int(boot, "tracepoint.auto.atomic", 1000);
	ck_assert_fact_int(boot, "tracepoint.auto.percpu", 1000);
	ck_assert_fact_int(boot, "raw_tp.atomic", 1000);
	ck_assert_fact_int(boot, "raw_tp.percpu", 1000);
}
END_TEST

/* Places that cannot be probed fail with the errno that rawbpf/kprobe.h promises. */
START_TEST(refusals)
{
	struct boot *boot = &boots[_i];
	/* Only if instructions vary in length, the kernel looks for their beginnings. */
	int inside = is_machine(boot, "amd64") || is_machine(boot, "riscv64") ? -EILSEQ : -EINVAL;
	/* Since 6.12 or before, kprobe_events itself looks a symbol up, and fails with EINVAL. */
	int unknown_in_tracefs = kernel_of(boot) >= KERNEL(6, 12) ? -EINVAL : -ENOENT;
	static const char *const names[] = { "newline", "space", "plus", "empty", "two_places",
					     "no_place", "blacklisted" };

	ck_assert_fact_int(boot, "refused.pmu.unknown", -ENOENT);
	ck_assert_fact_int(boot, "refused.pmu.unknown_syscall", -ENOENT);
	ck_assert_fact_int(boot, "refused.tracefs.unknown", unknown_in_tracefs);
	ck_assert_fact_int(boot, "refused.tracefs.unknown_syscall", unknown_in_tracefs);
	ck_assert_fact_int(boot, "refused.pmu.inside", inside);
	ck_assert_fact_int(boot, "refused.tracefs.inside", inside);
	ck_assert_fact_int(boot, "refused.pmu.cookie_without_link", -EOPNOTSUPP);
	ck_assert_fact_int(boot, "refused.tracefs.cookie_without_link", -EOPNOTSUPP);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char name[64];

		snprintf(name, sizeof(name), "refused.pmu.%s", names[i]);
		ck_assert_fact_int(boot, name, -EINVAL);
		snprintf(name, sizeof(name), "refused.tracefs.%s", names[i]);
		ck_assert_fact_int(boot, name, -EINVAL);
	}
	ck_assert_fact_int(boot, "refused.events_left", 0);
}
END_TEST

/*
 * A process with three events is killed, and another one lives. The next attachment removes those
 * three.
 */
START_TEST(left_overs_are_removed)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "leftover.two_living", 4);
	ck_assert_fact_int(boot, "leftover.one_killed", 4);
	ck_assert_fact_int(boot, "leftover.attach", 0);
	ck_assert_fact_int(boot, "leftover.after_attach", 2);
	ck_assert_fact_int(boot, "leftover.count", 1000);
	ck_assert_fact_int(boot, "leftover.detach", 0);
	ck_assert_fact_int(boot, "leftover.after_detach", 1);
	ck_assert_fact_int(boot, "leftover.attach_again", 0);
	ck_assert_fact_int(boot, "leftover.detach_again", 0);
	ck_assert_fact_int(boot, "leftover.at_end", 0);
	ck_assert_fact_int(boot, "foreign.attach", 0);
	ck_assert_fact_int(boot, "foreign.left_alone", 1);
}
END_TEST

START_TEST(links_have_cookies_and_pins)
{
	struct boot *boot = &boots[_i];
	bool can = has_perf_links(boot);

	/* 5.10's verifier does not know the helper. */
	ck_assert_fact_int(boot, "cookie", can ? 0x1234567890 : -EINVAL);
	ck_assert_fact_int(boot, "pin", can ? 0 : -EINVAL);
	ck_assert_fact_int(boot, "pin.count", can ? 10 : 0);
	ck_assert_fact_int(boot, "pin.open", can ? 0 : -ENOENT);
	ck_assert_fact_int(boot, "pin.count_unpinned", can ? 20 : 0);
	ck_assert_fact_int(boot, "pin.count_detached", can ? 20 : 0);
}
END_TEST

/*
 * Of 195 programs, each converted to text and back, each does what RFC 9669 says. A kernel that is
 * too old for one rejects it.
 */
START_TEST(instructions)
{
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);

	ck_assert_fact_int(boot, "insn.through_text", 195);
	ck_assert_fact_int(boot, "insn.wrong", 0);
	ck_assert_int_eq(fact_int(boot, "insn.right") + fact_int(boot, "insn.refused"), 195);
	ck_assert_int_ge(fact_int(boot, "insn.right"), kernel >= KERNEL(6, 15)  ? 195
						      : kernel >= KERNEL(6, 12) ? 187
						      : kernel >= KERNEL(6, 1)	? 164
										: 142);
}
END_TEST

START_TEST(maps_and_programs)
{
	struct boot *boot = &boots[_i];

	ck_assert_fact_int(boot, "iterate.hash", 49995000);
	ck_assert_fact_int(boot, "iterate.percpu_hash", 49995000);
	ck_assert_fact_int(boot, "iterate.percpu_array", 49995000);
	ck_assert_fact_int(boot, "rejected", -EACCES);
	ck_assert_fact_int(boot, "rejected.reason_kept", 1);
	ck_assert_fact_int(boot, "rejected.whole_length", 1);
}
END_TEST

#define ROOT_OR(CAPABILITIES) \
	"; run it as root (for a trusted group: chmod 750, then setcap " CAPABILITIES "+ep)"

START_TEST(privilege)
{
	struct boot *boot = &boots[_i];
	bool counts_memlock = kernel_of(boot) < KERNEL(5, 11);

	ck_assert_fact_int(boot, "memlock.limited", counts_memlock ? -1 : 0);
	ck_assert_fact_int(boot, "memlock.raise", 0);
	ck_assert_fact_int(boot, "memlock.raised", 0);
	ck_assert_fact_str(boot, "memlock.explained", counts_memlock ?
		"EPERM: this kernel counts maps and programs against the limit on "
		"locked memory; raise it (ulimit -l unlimited)" :
		"EPERM: no capability is missing: a security module, a seccomp filter "
		"or the kernel's configuration refuses it");

	ck_assert_fact_int(boot, "nobody.map", -EPERM);
	ck_assert_fact_int(boot, "nobody.load", -EPERM);
	ck_assert_fact_int(boot, "nobody.kprobe", -EACCES);
	ck_assert_fact_int(boot, "nobody.tracefs", -EACCES);
	ck_assert_fact_str(boot, "nobody.map.explained",
		"EPERM: this process lacks CAP_BPF (or CAP_SYS_ADMIN), and "
		"kernel.unprivileged_bpf_disabled is 2" ROOT_OR("cap_bpf"));
	ck_assert_fact_str(boot, "nobody.load.explained",
		"EPERM: this process lacks CAP_BPF and CAP_PERFMON (or "
		"CAP_SYS_ADMIN), and kernel.unprivileged_bpf_disabled is 2" ROOT_OR("cap_bpf,cap_perfmon"));
	ck_assert_fact_str(boot, "nobody.kprobe.explained",
		"EACCES: this process lacks CAP_PERFMON (or CAP_SYS_ADMIN), and "
		"kernel.perf_event_paranoid is 3" ROOT_OR("cap_perfmon"));
}
END_TEST

/* The example, the very file that the build made. */
START_TEST(example)
{
	static const char *const ways[] = {
		"default", "kprobe.atomic", "kprobe.percpu", "tracepoint.atomic",
		"tracepoint.percpu", "raw_tp.atomic", "raw_tp.percpu",
	};
	struct boot *boot = &boots[_i];

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		char name[64];

		snprintf(name, sizeof(name), "example.%s", ways[i]);
		ck_assert_fact_str(boot, name, "fchownat(2) count: 1000");
		snprintf(name, sizeof(name), "example.%s.exit", ways[i]);
		ck_assert_fact_int(boot, name, 0);
		snprintf(name, sizeof(name), "example.%s.stderr", ways[i]);
		ck_assert_fact_str(boot, name, "(empty)");
	}

	/* with nothing mounted on /sys */
	ck_assert_fact_int(boot, "bare.kprobe", -EOPNOTSUPP);
	ck_assert_fact_str(boot, "example.bare", "fchownat(2) count: 1000");
	ck_assert_fact_int(boot, "example.bare.exit", 0);
	ck_assert_fact_str(boot, "example.bare.stderr",
		"fchownat-count: no kprobe, counting by a raw tracepoint instead: EOPNOTSUPP: "
		"sysfs is not mounted; mount it: mount -t sysfs sysfs /sys");
}
END_TEST

/* A minimal program makes the system calls that the job needs, and no other. */
START_TEST(system_calls)
{
	static const char with_link[] =
		"bpf,bpf,openat,read,close,perf_event_open,bpf,close,bpf,exit";
	static const char with_ioctl[] =
		"bpf,bpf,openat,read,close,perf_event_open,bpf,ioctl,bpf,exit";
	struct boot *boot = &boots[_i];
	const char *calls = fact_str(boot, "minimal");

	ck_assert_fact_int(boot, "minimal.exit", 0);
	if (is_machine(boot, "amd64")) /* other architectures also show libc's calls */
		ck_assert_str_eq(calls, has_perf_links(boot) ? with_link : with_ioctl);
}
END_TEST

/* Each kernel is a test case, so that a result names it. */
static Suite *vm_suite(void)
{
	const TTest *const tests[] = {
		guest_finished, machine, left_out, kprobes_count_exactly, tracepoints_count_exactly, refusals,
		left_overs_are_removed, links_have_cookies_and_pins, instructions,
		maps_and_programs, privilege, example, system_calls,
	};
	Suite *suite = suite_create("vm");
	TCase *all = tcase_create("all");

	tcase_add_test(all, enough_boots);
	suite_add_tcase(suite, all);
	for (int i = 0; i < boot_count; i++) {
		TCase *kernel = tcase_create(boots[i].name);

		if (boots[i].skipped)
			continue;
		for (size_t test = 0; test < sizeof(tests) / sizeof(*tests); test++)
			tcase_add_loop_test(kernel, tests[test], i, i + 1);
		vm_attach_add(kernel, i);
		vm_commands_add(kernel, i);
		vm_entry_add(kernel, i);
		vm_errors_add(kernel, i);
		vm_examples_add(kernel, i);
		vm_inspect_add(kernel, i);
		vm_kprobes_add(kernel, i);
		vm_links_add(kernel, i);
		vm_machine_add(kernel, i);
		vm_modules_add(kernel, i);
		vm_perfbuf_add(kernel, i);
		vm_rewritten_add(kernel, i);
		vm_ring_add(kernel, i);
		vm_run_add(kernel, i);
		vm_snoop_add(kernel, i);
		vm_syscalls_add(kernel, i);
		vm_tool_add(kernel, i);
		vm_types_add(kernel, i);
		suite_add_tcase(suite, kernel);
	}
	return suite;
}

int main(int argc, char **argv)
{
	SRunner *runner;
	int failed;

	if (argc < 3) {
		fprintf(stderr, "usage: vm SCRIPTS GUESTS [NAME...]\n");
		return 2;
	}
	boot_count = boots_run(argv[1], argv[2], argv + 3, argc - 3, boots, BOOTS_MAX);
	if (boot_count < 0)
		return 2;
	wanted_count = boot_count < BOOTS_MIN ? boot_count : BOOTS_MIN;

	runner = srunner_create(vm_suite());
	/* No fork: a test records the facts that it asked for. */
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	if (!failed)
		boots_warn_unasked(boots, boot_count);
	boots_print_facts(boots, boot_count);
	boots_free(boots, boot_count);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
/*
 * The explanation of an error depends on the machine: on files and their content. The stand-in has
 * each of these machines, also those that no test can set up.
 */
#include "../sys/stand_in.h"

#include <rawbpf/error.h>

#include "../../lib/attach/syscall_entry.h"

/* The machine's files. A file without a text does not exist. */
static struct {
	const char *path, *text;
} machine[16];

static const char *files(const char *path)
{
	for (unsigned i = 0; i < sizeof machine / sizeof machine[0]; i++)
		if (machine[i].path && strcmp(path, machine[i].path) == 0)
			return machine[i].text;
	return NULL;
}

static void add_file(const char *path, const char *text)
{
	unsigned i = 0;

	while (machine[i].path && strcmp(path, machine[i].path) != 0)
		i++;
	ck_assert_uint_lt(i, sizeof machine / sizeof machine[0]);
	machine[i].path = path;
	machine[i].text = text;
}

static void assert_explained(const struct rawbpf_operation *operation, int error, unsigned type,
			     const char *name, const char *wanted)
{
	char text[512];

	begin(-EINVAL);
	kernel.file = files;
	rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){
		.operation = operation, .error = error, .type = type, .name = name });
	ck_assert_str_eq(text, wanted);
}

static void begin_machine(void)
{
	memset(machine, 0, sizeof machine);
	add_file("/proc/sys/kernel/osrelease", "6.18.0\n");
	add_file("/proc/self", "");
	add_file("/proc/kallsyms",
		 "0000 T do_fchownat\n0000 t hidden\n0000 t twice\t[a]\n0000 t twice\t[b]\n"
		 "0000 T " RAWBPF__SYSCALL_PREFIX "fchownat\n0000 d once\n");
	add_file("/sys/kernel", "");
	add_file("/sys/kernel/tracing/events", "");
	add_file("../available_filter_functions",
		 "do_fchownat\ntwice [a]\n" RAWBPF__SYSCALL_PREFIX "fchownat\n");
	add_file("/sys/bus/event_source/devices/kprobe", "");
	add_file("/sys/bus/event_source/devices/uprobe", "");
}

#define KPROBE RAWBPF_KPROBE_PMU_ATTACH
#define SEVERAL "this kernel has several functions 'twice'; probe each by its address " \
	"(/proc/kallsyms, rawbpf_ksym_find())"
#define UNTRACEABLE " is not a function that can be traced (notrace and inline ones cannot); see " \
	"available_filter_functions in tracefs"
#ifdef __riscv
#define BEGINNING "ftrace has its first 8 bytes (before Linux 7 set the offset to 8, without retprobe), "
#else
#define BEGINNING ""
#endif
#define INSIDE "EINVAL: 'do_fchownat' cannot be probed: kprobes rely on it, " BEGINNING \
	"or the offset is inside an instruction"

START_TEST(test_kprobe_names)
{
	begin_machine();
	assert_explained(KPROBE, -ENOENT, 0, "nothing",
			 "ENOENT: this kernel has no function 'nothing', and no entry function of such "
			 "a system call; see /proc/kallsyms");
	assert_explained(KPROBE, -ENOENT, 0, "do_fchownat",
			 "ENOENT: 'do_fchownat' is a function, not a system call; name it as a symbol");
	if (strcmp(RAWBPF__SYSCALL_PREFIX, "sys_") != 0) /* else there is such a function */
		assert_explained(KPROBE, -ENOENT, 0, "sys_fchownat",
			 "ENOENT: this kernel has no function 'sys_fchownat'; a system call goes into "
			 ".syscall, without a prefix");
	assert_explained(KPROBE, -ENOENT, 0, "x_sys_fchownat",
			 "ENOENT: this kernel has no function 'x_sys_fchownat'; a system call goes into "
			 ".syscall, without a prefix");
	assert_explained(KPROBE, -ENOENT, 0, "sys_getpgid",
			 "ENOENT: this kernel has no function 'sys_getpgid', and no entry function of "
			 "such a system call; see /proc/kallsyms");
	assert_explained(KPROBE, -ENOENT, 0, NULL,
			 "ENOENT: this kernel has no such function or system call");
	assert_explained(KPROBE, -EINVAL, 0, "twice", "EINVAL: " SEVERAL);
	assert_explained(KPROBE, -EADDRNOTAVAIL, 0, "twice", "EADDRNOTAVAIL: " SEVERAL);
	assert_explained(KPROBE, -EINVAL, 0, "hidden", "EINVAL: 'hidden'" UNTRACEABLE);
	assert_explained(KPROBE, -EINVAL, 0, "do_fchownat", INSIDE);
	assert_explained(KPROBE, -EINVAL, BPF_PROG_TYPE_KPROBE, "do_fchownat", INSIDE);
	assert_explained(KPROBE, -EINVAL, BPF_PROG_TYPE_XDP, "do_fchownat",
			 "EINVAL: the program is not of type kprobe");
	assert_explained(KPROBE, -EILSEQ, 0, "f",
			 "EILSEQ: 'f' cannot be probed: the offset is inside an instruction");
	assert_explained(KPROBE, -ERANGE, 0, "f",
			 "ERANGE: 'f' cannot be probed: the offset is inside an instruction");
	/* without tracefs, the traceable functions are unknown */
	add_file("/sys/kernel/tracing/events", NULL);
	assert_explained(KPROBE, -EINVAL, 0, "do_fchownat", INSIDE);
	add_file("/proc/kallsyms", NULL);
	assert_explained(KPROBE, -ENOENT, 0, "f",
			 "ENOENT: this kernel has no such function or system call");
}
END_TEST

START_TEST(test_no_probes)
{
	begin_machine();
	assert_explained(KPROBE, -EOPNOTSUPP, 0, "f", "EOPNOTSUPP: a cookie needs a bpf link");
	assert_explained(RAWBPF_UPROBE_ATTACH, -EOPNOTSUPP, 0, "f",
			 "EOPNOTSUPP: a cookie needs a bpf link");
	add_file("/sys/kernel/tracing/events", NULL);
	assert_explained(KPROBE, -EOPNOTSUPP, 0, "f",
			 "EOPNOTSUPP: tracefs is not mounted; mount it: mount -t tracefs tracefs "
			 "/sys/kernel/tracing");
	add_file("/proc/self/mounts", "a /b tracefs rw 0 0\n");
	assert_explained(KPROBE, -EOPNOTSUPP, 0, "f",
			 "EOPNOTSUPP: tracefs is mounted elsewhere (see /proc/mounts); mount it here "
			 "too: mount -t tracefs tracefs /sys/kernel/tracing");
	add_file("/proc/self/mounts", "tracefs /b ext4 rw 0 0\n");
	assert_explained(KPROBE, -EOPNOTSUPP, 0, "f",
			 "EOPNOTSUPP: tracefs is not mounted; mount it: mount -t tracefs tracefs "
			 "/sys/kernel/tracing");
	add_file("/sys/bus/event_source/devices/kprobe", NULL);
	assert_explained(KPROBE, -EOPNOTSUPP, 0, "f",
			 "EOPNOTSUPP: this kernel has no kprobes (it was built without "
			 "CONFIG_KPROBE_EVENTS)");
	add_file("/sys/bus/event_source/devices/uprobe", NULL);
	assert_explained(RAWBPF_UPROBE_ATTACH, -EOPNOTSUPP, 0, "f",
			 "EOPNOTSUPP: this kernel has no uprobes (it was built without "
			 "CONFIG_UPROBE_EVENTS)");
	add_file("/sys/kernel", NULL);
	assert_explained(KPROBE, -EOPNOTSUPP, 0, "f",
			 "EOPNOTSUPP: sysfs is not mounted; mount it: mount -t sysfs sysfs /sys");
	assert_explained(RAWBPF_UPROBE_ATTACH, -EOPNOTSUPP, 0, "f",
			 "EOPNOTSUPP: sysfs is not mounted; mount it: mount -t sysfs sysfs /sys");
}
END_TEST

START_TEST(test_symbols)
{
	begin_machine();
	assert_explained(RAWBPF_KSYM_FIND, -ENOENT, 0, "f", "ENOENT: this kernel has no symbol 'f'");
	add_file("/proc/kallsyms", NULL);
	assert_explained(RAWBPF_KSYM_FIND, -ENOENT, 0, "f",
			 "ENOENT: this kernel shows no symbols (it was built without CONFIG_KALLSYMS)");
	add_file("/proc/self", NULL);
	assert_explained(RAWBPF_KSYM_FIND, -ENOENT, 0, "f",
			 "ENOENT: procfs is not mounted; mount it: mount -t proc proc /proc");
}
END_TEST

START_TEST(test_kernel_btf)
{
	begin_machine();
	add_file("/sys/kernel/btf/vmlinux", "");
	assert_explained(RAWBPF_BTF_KERNEL_OPEN, -ENOENT, 0, NULL,
			 "ENOENT: the kernel's BTF cannot be found");
	add_file("/sys/kernel/btf/vmlinux", NULL);
	assert_explained(RAWBPF_BTF_KERNEL_OPEN, -ENOENT, 0, NULL,
			 "ENOENT: this kernel has no BTF (/sys/kernel/btf/vmlinux); boot one with "
			 "CONFIG_DEBUG_INFO_BTF");
	assert_explained(RAWBPF_BTF_KERNEL_OPEN, -EINVAL, 0, NULL,
			 "EINVAL: the kernel's BTF is malformed");
	add_file("/sys/kernel", NULL);
	add_file("/proc/sys/kernel/osrelease", "5.10.1\n");
	assert_explained(RAWBPF_BTF_KERNEL_OPEN, -ENOENT, 0, NULL,
			 "ENOENT: sysfs is not mounted, and without it this kernel does not say which "
			 "BTF is its own; mount it: mount -t sysfs sysfs /sys");
	add_file("/proc/sys/kernel/osrelease", "5.11.1\n");
	assert_explained(RAWBPF_BTF_KERNEL_OPEN, -ENOENT, 0, NULL,
			 "ENOENT: this kernel has no BTF (/sys/kernel/btf/vmlinux); boot one with "
			 "CONFIG_DEBUG_INFO_BTF");
	assert_explained(RAWBPF_BTF_KERNEL_OPEN, -EPERM, 0, NULL,
			 "EPERM: sysfs is not mounted, and without it reading the kernel's BTF needs "
			 "CAP_SYS_ADMIN; mount it: mount -t sysfs sysfs /sys");
}
END_TEST

/*
 * For each type and its first kernel: the kernel before it is called too old, and that kernel is
 * not.
 */
START_TEST(test_ages)
{
	static const struct {
		unsigned type;
		const char *before, *since, *words;
	} maps[] = {
		{ 29, "5.10.0\n", "5.11.0\n", "this kernel is Linux 5.10, and this needs Linux 5.11" },
		{ 30, "5.15.0\n", "5.16.0\n", "this kernel is Linux 5.15, and this needs Linux 5.16" },
		{ 31, "6.0.0\n", "6.1.0\n", "this kernel is Linux 6.0, and this needs Linux 6.1" },
		{ 32, "6.1.0\n", "6.2.0\n", "this kernel is Linux 6.1, and this needs Linux 6.2" },
		{ 33, "6.8.0\n", "6.9.0\n", "this kernel is Linux 6.8, and this needs Linux 6.9" },
	};
	static const char other[] =
		"EINVAL: the type rejects these sizes or flags, this kernel lacks it, or the name is not "
		"of [A-Za-z0-9_.]; see rawbpf_map_types(7)";

	begin_machine();
	for (unsigned i = 0; i < sizeof maps / sizeof maps[0]; i++) {
		char wanted[100];

		snprintf(wanted, sizeof wanted, "EINVAL: %s", maps[i].words);
		add_file("/proc/sys/kernel/osrelease", maps[i].before);
		assert_explained(RAWBPF_MAP_CREATE, -EINVAL, maps[i].type, NULL, wanted);
		add_file("/proc/sys/kernel/osrelease", maps[i].since);
		assert_explained(RAWBPF_MAP_CREATE, -EINVAL, maps[i].type, NULL, other);
	}
	add_file("/proc/sys/kernel/osrelease", "5.10.0\n");
	assert_explained(RAWBPF_MAP_CREATE, -EINVAL, 28, NULL, other);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_kprobe_names);
	tcase_add_test(tests, test_no_probes);
	tcase_add_test(tests, test_symbols);
	tcase_add_test(tests, test_kernel_btf);
	tcase_add_test(tests, test_ages);
}

int main(void)
{
	return unit_run("explained", add_tests);
}

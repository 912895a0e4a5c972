/* SPDX-License-Identifier: MIT */
/*
 * Explanations of errors: whole lines, in processes brought into the state that each line explains.
 * The lines may be reworded; then these lines change with them.
 */
#include "../explanation.h"

#include <limits.h>
#include <sys/resource.h>

/* ------------------------------------------------------ explanations for any process */

START_TEST(test_sentences)
{
	static const struct explanation lines[] = {
		{ ERROR(RAWBPF_MAP_CREATE, -E2BIG, 0, NULL),
		  "E2BIG: the map is larger than its type allows" },
		{ ERROR(RAWBPF_MAP_CREATE, -EINVAL, 0, NULL),
		  "EINVAL: the type rejects these sizes or flags, this kernel lacks it, or the name "
		  "is not of [A-Za-z0-9_.]; see rawbpf_map_types(7)" },
		{ ERROR(RAWBPF_MAP_CREATE, -ENOTSUPP, 0, NULL),
		  "ENOTSUPP: this kernel, or its JIT on this machine, cannot do it" },
		{ ERROR(RAWBPF_MAP_CREATE, -ENAMETOOLONG, 0, NULL),
		  "ENAMETOOLONG: the name is longer than the kernel accepts" },
		{ ERROR(RAWBPF_MAP_CREATE, -ENOMEM, 0, NULL),
		  "ENOMEM: the kernel has no memory for it, or a memory cgroup's limit is reached" },
		{ ERROR(RAWBPF_MAP_CREATE, -EMFILE, 0, NULL),
		  "EMFILE: this process may open no more descriptors; raise ulimit -n" },
		{ ERROR(RAWBPF_PROG_LOAD, -EACCES, 0, NULL),
		  "EACCES: the verifier rejected the program; its log says why" },
		{ ERROR(RAWBPF_PROG_LOAD, -EINVAL, 0, NULL),
		  "EINVAL: this kernel lacks the type or attach type, the name is not of "
		  "[A-Za-z0-9_.], or the verifier's log says why" },
		{ ERROR(RAWBPF_PROG_LOAD, -EBADF, 0, NULL),
		  "EBADF: an instruction names a descriptor that is not open" },
		{ ERROR(RAWBPF_PROG_LOAD, -E2BIG, 0, NULL),
		  "E2BIG: the program has no instructions or too many, or is too complex to verify" },
		{ ERROR(RAWBPF_PROG_LOAD, -EAGAIN, 0, NULL),
		  "EAGAIN: signals kept interrupting the verifier; try again" },
		{ ERROR(RAWBPF_TRACEPOINT_ATTACH, -EEXIST, 0, "x"),
		  "EEXIST: the program is attached to 'x' already" },
		{ ERROR(RAWBPF_KPROBE_ATTACH, -ENOENT, 0, NULL),
		  "ENOENT: this kernel has no such function or system call" },
		{ ERROR(RAWBPF_KPROBE_ATTACH, -ENOENT, 0, "a\nb\033[31m\\\xff@"),
		  "ENOENT: this kernel has no function 'a\\x0ab\\x1b[31m\\x5c\\xff@', and no entry "
		  "function of such a system call; see /proc/kallsyms" },
		{ ERROR(RAWBPF_TRACEPOINT_ATTACH, -ENOENT, 0, "sys_enter_x"),
		  "ENOENT: this kernel has no tracepoint 'sys_enter_x'; see "
		  "/sys/kernel/tracing/available_events" },
		{ ERROR(RAWBPF_RAW_TRACEPOINT_ATTACH, -ENOENT, 0, "x"),
		  "ENOENT: this kernel has no raw tracepoint 'x'" },
		{ ERROR(RAWBPF_TRACEPOINT_ATTACH, -EBADF, 0, NULL), "EBADF: a descriptor is not open" },
		{ ERROR(NULL, -ESRCH, 0, NULL), "ESRCH" },
		{ ERROR(NULL, -ENOSYS, 0, NULL),
		  "ENOSYS: this kernel has no such call, or a seccomp filter hides it" },
		{ ERROR(NULL, -ENOMEM, 0, NULL),
		  "ENOMEM: the kernel has no memory for it, or a memory cgroup's limit is reached" },
		{ ERROR(RAWBPF_CGROUP_ATTACH, -EBADF, BPF_PROG_TYPE_CGROUP_DEVICE, "/tmp\n"),
		  "EBADF: '/tmp\\x0a' is not a cgroup v2 directory; /proc/mounts shows where "
		  "cgroup2 is mounted" },
		{ ERROR(RAWBPF_CGROUP_ATTACH, -ENOENT, 0, "/c"),
		  "ENOENT: the cgroup '/c' was removed, or the program to replace is not attached to it" },
		{ ERROR(RAWBPF_CGROUP_ATTACH, -EINVAL, 0, "/c"),
		  "EINVAL: '/c' has the program already, its type does not fit this hook, or this "
		  "kernel was built without CONFIG_CGROUP_BPF" },
		{ ERROR(RAWBPF_CGROUP_ATTACH, -E2BIG, 0, "/c"),
		  "E2BIG: '/c' already has the maximum number of programs" },
		{ ERROR(RAWBPF_CGROUP_ATTACH, -ESTALE, 0, "/c"),
		  "ESTALE: the programs of '/c' changed meanwhile; try again" },
		{ ERROR(RAWBPF_PROG_DETACH, -ENOENT, BPF_PROG_TYPE_CGROUP_DEVICE, "/c"),
		  "ENOENT: the program is not attached to '/c', is attached by a link, or '/c' was "
		  "removed" },
		{ ERROR(RAWBPF_PROG_DETACH, -EBADF, BPF_PROG_TYPE_CGROUP_DEVICE, "/c"),
		  "EBADF: '/c' is not a cgroup v2 directory; /proc/mounts shows where cgroup2 is "
		  "mounted" },
		{ ERROR(RAWBPF_PROG_QUERY, -ENOENT, BPF_PROG_TYPE_CGROUP_DEVICE, "/c"), "ENOENT: the cgroup '/c' was removed" },
		{ ERROR(RAWBPF_PROG_QUERY, -EINVAL, BPF_PROG_TYPE_CGROUP_DEVICE, "/c"),
		  "EINVAL: this kernel was built without CONFIG_CGROUP_BPF" },
		{ ERROR(RAWBPF_OBJ_ID_OPEN, -ENOENT, 0, NULL), "ENOENT: the object no longer "
							       "exists" },
		{ ERROR(RAWBPF_TRACEPOINT_ATTACH, -4095, 0, NULL), "error 4095" },
		{ ERROR(RAWBPF_MAP_CREATE, -1000000, 0, NULL), "error 1000000" },
		{ ERROR(RAWBPF_MAP_CREATE, INT_MIN, 0, NULL), "error 2147483648" },
		{ ERROR(RAWBPF_MAP_CREATE, INT_MAX, 0, NULL), "error 2147483647" },
	};

	ASSERT_LINES(lines);
}
END_TEST

/* The functions keep snprintf(3)'s promise, for every size. */
START_TEST(test_truncation)
{
	static const char line[] = "ENOENT: this kernel has no raw tracepoint 'x'";
	static const struct rawbpf_error error = ERROR(RAWBPF_RAW_TRACEPOINT_ATTACH, -ENOENT, 0, "x");
	size_t size;

	ck_assert_uint_eq(rawbpf_error_explain(NULL, 0, &error), sizeof line - 1);
	for (size = 0; size <= sizeof line + 1; size++) {
		char text[sizeof line + 2];
		size_t kept = size < sizeof line ? size : sizeof line;

		memset(text, 'x', sizeof text);
		ck_assert_uint_eq(rawbpf_error_explain(text, size, &error), sizeof line - 1);
		if (size) {
			ck_assert_int_eq(memcmp(text, line, kept - 1), 0);
			ck_assert_int_eq(text[kept - 1], '\0');
		}
		ck_assert_int_eq(text[kept], 'x');
	}
}
END_TEST

/* ------------------------------------------------------------------------ privilege */

/* If root fails and nothing else is in the way, something outside of our view denies it. */
START_TEST(test_root)
{
	static const struct explanation lines[] = {
		{ ERROR(RAWBPF_MAP_CREATE, -EPERM, BPF_MAP_TYPE_HASH, NULL),
		  "EPERM: no capability is missing: a security module, a seccomp "
		  "filter or the kernel's configuration refuses it" },
		{ ERROR(RAWBPF_TRACEPOINT_ATTACH, -EACCES, 0, NULL),
		  "EACCES: tracefs cannot be read (run it as root), or the program reads past "
		  "the record's end" },
		{ ERROR(RAWBPF_KPROBE_ATTACH, -EACCES, 0, NULL),
		  "EACCES: tracefs cannot be read or written; run it as root" },
		{ ERROR(RAWBPF_CGROUP_ATTACH, -EPERM, BPF_PROG_TYPE_CGROUP_SKB, "/c"),
		  "EPERM: '/c' or a cgroup above has a program that excludes others (attached "
		  "without BPF_F_ALLOW_MULTI)" },
		{ ERROR(NULL, -EPERM, 0, NULL),
		  "EPERM: no capability is missing: a security module, a seccomp "
		  "filter or the kernel's configuration refuses it" },
	};

	if (access("/sys/kernel/security/lockdown", F_OK) == 0) {
		live_private_mounts();
		live_fake_file("/sys/kernel/security/lockdown", "[none] integrity\n");
	}
	ASSERT_LINES(lines);
	/* a seccomp filter looks like that */
	ck_assert_int_eq(live_forbid(SYS_bpf, EPERM), 0);
	ck_assert_int_eq(live_array(1), -EPERM);
	assert_line(&lines[0]);
}
END_TEST

START_TEST(test_nobody)
{
	static const struct explanation lines[] = {
		{ ERROR(RAWBPF_MAP_CREATE, -EPERM, BPF_MAP_TYPE_HASH, NULL),
		  "EPERM: this process lacks CAP_BPF (or CAP_SYS_ADMIN), and "
		  "kernel.unprivileged_bpf_disabled is 2" ROOT_OR("cap_bpf") },
		{ ERROR(RAWBPF_MAP_CREATE, -EPERM, BPF_MAP_TYPE_SOCKMAP, NULL),
		  "EPERM: this process lacks CAP_BPF and CAP_NET_ADMIN (or "
		  "CAP_SYS_ADMIN), and kernel.unprivileged_bpf_disabled is 2" ROOT_OR("cap_bpf,cap_net_admin") },
		{ ERROR(RAWBPF_PROG_LOAD, -EPERM, BPF_PROG_TYPE_KPROBE, NULL),
		  "EPERM: this process lacks CAP_BPF and CAP_PERFMON (or "
		  "CAP_SYS_ADMIN), and kernel.unprivileged_bpf_disabled is 2" ROOT_OR("cap_bpf,cap_perfmon") },
		{ ERROR(RAWBPF_PROG_LOAD, -EPERM, BPF_PROG_TYPE_XDP, NULL),
		  "EPERM: this process lacks CAP_BPF and CAP_NET_ADMIN (or "
		  "CAP_SYS_ADMIN), and kernel.unprivileged_bpf_disabled is 2" ROOT_OR("cap_bpf,cap_net_admin") },
		{ ERROR(RAWBPF_TRACEPOINT_ATTACH, -EACCES, 0, NULL),
		  "EACCES: this process lacks CAP_PERFMON (or CAP_SYS_ADMIN), and "
		  "kernel.perf_event_paranoid is 3" ROOT_OR("cap_perfmon") },
		{ ERROR(RAWBPF_CGROUP_ATTACH, -EPERM, BPF_PROG_TYPE_CGROUP_SKB, "/c"),
		  "EPERM: this process lacks CAP_NET_ADMIN (or CAP_SYS_ADMIN)" ROOT_OR("cap_net_admin") },
		{ ERROR(RAWBPF_CGROUP_ATTACH, -EPERM, BPF_PROG_TYPE_CGROUP_DEVICE, "/c"),
		  "EPERM: '/c' or a cgroup above has a program that excludes others (attached "
		  "without BPF_F_ALLOW_MULTI)" },
		{ ERROR(RAWBPF_PROG_QUERY, -EPERM, BPF_PROG_TYPE_CGROUP_DEVICE, "/c"),
		  "EPERM: this process lacks CAP_NET_ADMIN (or CAP_SYS_ADMIN)" ROOT_OR("cap_net_admin") },
		{ ERROR(RAWBPF_OBJ_ID_OPEN, -EPERM, 0, NULL),
		  "EPERM: this process lacks CAP_SYS_ADMIN" ROOT_OR("cap_sys_admin") },
		{ ERROR(RAWBPF_BTF_MODULE_OPEN, -EPERM, 0, "no_module"),
		  "EPERM: this process lacks CAP_SYS_ADMIN" ROOT_OR("cap_sys_admin") },
		/* no lack of privilege: the verifier rejects it */
		{ ERROR(RAWBPF_PROG_LOAD, -EACCES, BPF_PROG_TYPE_SOCKET_FILTER, NULL),
		  "EACCES: the verifier rejected the program; its log says why" },
	};

	live_private_mounts();
	live_fake_file(BPF_DISABLED, "2\n");
	live_fake_file(PARANOID, "3\n");
	live_be_nobody();
	ASSERT_LINES(lines);
}
END_TEST

/* Settings that forbid nothing are not blamed. One of them may be negative. */
START_TEST(test_lax_settings)
{
	static const struct explanation lines[] = {
		{ ERROR(RAWBPF_MAP_CREATE, -EPERM, BPF_MAP_TYPE_HASH, NULL),
		  "EPERM: this process lacks CAP_BPF (or CAP_SYS_ADMIN)" ROOT_OR("cap_bpf") },
		{ ERROR(RAWBPF_KPROBE_ATTACH, -EACCES, 0, NULL),
		  "EACCES: this process lacks CAP_PERFMON (or CAP_SYS_ADMIN)" ROOT_OR("cap_perfmon") },
	};

	live_private_mounts();
	live_fake_file(BPF_DISABLED, "0\n");
	live_fake_file(PARANOID, "-1\n");
	live_be_nobody();
	ASSERT_LINES(lines);
}
END_TEST

/* setcap(8) with only the missing capability would drop this one. */
START_TEST(test_only_cap_bpf)
{
	static const struct explanation lines[] = {
		{ ERROR(RAWBPF_PROG_LOAD, -EPERM, BPF_PROG_TYPE_KPROBE, NULL),
		  "EPERM: this process lacks CAP_PERFMON (or CAP_SYS_ADMIN)" ROOT_OR("cap_bpf,cap_perfmon") },
		{ ERROR(RAWBPF_PROG_LOAD, -EPERM, BPF_PROG_TYPE_SCHED_CLS, NULL),
		  "EPERM: this process lacks CAP_NET_ADMIN (or CAP_SYS_ADMIN)" ROOT_OR("cap_bpf,cap_net_admin") },
		{ ERROR(RAWBPF_MAP_CREATE, -EPERM, BPF_MAP_TYPE_DEVMAP, NULL),
		  "EPERM: this process lacks CAP_NET_ADMIN (or CAP_SYS_ADMIN)" ROOT_OR("cap_bpf,cap_net_admin") },
		{ ERROR(RAWBPF_MAP_CREATE, -EPERM, BPF_MAP_TYPE_HASH, NULL),
		  "EPERM: no capability is missing: a security module, a seccomp "
		  "filter or the kernel's configuration refuses it" },
	};

	live_private_mounts();
	if (access("/sys/kernel/security/lockdown", F_OK) == 0)
		live_fake_file("/sys/kernel/security/lockdown", "[none] integrity\n");
	live_be_nobody_but(BIT(BPF));
	ck_assert_int_eq(live_prog(BPF_PROG_TYPE_KPROBE, 0), -EPERM);
	ck_assert_int_eq(live_prog(BPF_PROG_TYPE_SCHED_CLS, 0), -EPERM);
	ASSERT_LINES(lines);
}
END_TEST

START_TEST(test_user_namespace)
{
	static const struct explanation line = {
		ERROR(RAWBPF_MAP_CREATE, -EPERM, BPF_MAP_TYPE_HASH, NULL),
		"EPERM: this process has its capabilities only in a user namespace, and bpf(2) "
		"checks the initial one; run it as root outside",
	};

	/* An operation that needs no capability failed for another reason. */
	static const struct explanation frozen = {
		ERROR(RAWBPF_MAP_FREEZE, -EPERM, 0, NULL),
		"EPERM: the map is frozen already, or its descriptor is read-only",
	}, elsewhere = {
		ERROR(RAWBPF_OBJ_PIN, -EPERM, 0, "/no-bpffs-here"),
		"EPERM: '/no-bpffs-here' is not on a bpffs; mount one (mount -t bpf bpf "
		"/sys/fs/bpf) and pin there",
	};
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
		.flags = BPF_F_RDONLY });

	ck_assert_int_ge(map, 0);
	live_private_mounts();
	/* before 5.19 every process may do this */
	live_fake_file("/proc/sys/kernel/osrelease", "6.1.0\n");
	if (unshare(CLONE_NEWUSER) != 0)
		SKIP("no user namespaces: %m");
	ck_assert_int_eq(live_array(1), -EPERM);
	assert_line(&line);
	ck_assert_int_eq(rawbpf_map_freeze(map), -EPERM);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/no-bpffs-here"), -EPERM);
	assert_line(&frozen);
	assert_line(&elsewhere);
	close(map);
}
END_TEST

static void set_effective(uint64_t set, uint64_t permitted)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
		{ .effective = (uint32_t)set, .permitted = (uint32_t)permitted },
		{ .effective = set >> 32, .permitted = permitted >> 32 },
	};

	ck_assert_int_eq(syscall(SYS_capset, &header, data), 0);
}

/* Return the capabilities that the explanation calls missing. */
static uint64_t named(const struct rawbpf_operation *operation, unsigned type)
{
	char text[512];
	const char *end;

	rawbpf_error_explain(text, sizeof text, &(struct rawbpf_error){
		.operation = operation, .error = -EPERM, .type = type });
	end = strstr(text, " (or ");
	if (!strstr(text, "lacks") || !end)
		return 0;
	text[end - text] = '\0';
	return (strstr(text, "CAP_BPF") ? BIT(BPF) : 0) |
	       (strstr(text, "CAP_PERFMON") ? BIT(PERFMON) : 0) |
	       (strstr(text, "CAP_NET_ADMIN") ? BIT(CAP_NET_ADMIN) : 0);
}

/*
 * Check on this kernel: with the named capabilities the attempt works, and without any one of them
 * it fails.
 */
static void assert_named_is_needed(const struct rawbpf_operation *operation, unsigned type,
				   int (*attempt)(unsigned), int refused_to_root)
{
	const uint64_t all = BIT(BPF) | BIT(PERFMON) | BIT(CAP_NET_ADMIN);
	uint64_t needed;
	int bit, result;

	set_effective(0, all);
	needed = named(operation, type);
	ck_assert_uint_ne(needed, 0);
	set_effective(needed, all);
	result = attempt(type);
	ck_assert_msg(result != -EPERM || refused_to_root, "type %u: more is needed", type);
	if (result >= 0)
		close(result);
	ck_assert_uint_eq(named(operation, type), 0);
	for (bit = 0; bit < 64; bit++) {
		if (!(needed & BIT(bit)))
			continue;
		set_effective(needed & ~BIT(bit), all);
		result = attempt(type);
		ck_assert_msg(result == -EPERM, "type %u: works without capability %d", type, bit);
		ck_assert_uint_eq(named(operation, type), BIT(bit));
	}
}

static int try_prog(unsigned type)
{
	return live_prog(type, 0);
}

static int try_map(unsigned type)
{
	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = type, .key_size = 4, .value_size = 4, .max_entries = 1 });
}

START_TEST(test_capabilities)
{
	static const unsigned maps[] = {
		BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PROG_ARRAY,
		BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_PERF_EVENT_ARRAY, BPF_MAP_TYPE_LRU_HASH,
		BPF_MAP_TYPE_CPUMAP, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, BPF_MAP_TYPE_DEVMAP,
		BPF_MAP_TYPE_DEVMAP_HASH, BPF_MAP_TYPE_SOCKMAP, BPF_MAP_TYPE_SOCKHASH,
		BPF_MAP_TYPE_XSKMAP,
	};
	enum { PROGS = 33 };
	int refused[PROGS];
	unsigned i, type;

	if (live_kernel() < 0x606)
		SKIP("what each type needs was not settled before 6.6");
	/* Some kernels reject some types even for root. */
	for (type = BPF_PROG_TYPE_SOCKET_FILTER; type < PROGS; type++) {
		int prog = try_prog(type);

		refused[type] = prog == -EPERM;
		if (prog >= 0)
			close(prog);
	}
	live_private_mounts();
	live_fake_file(BPF_DISABLED, "2\n");
	live_be_nobody_but(BIT(BPF) | BIT(PERFMON) | BIT(CAP_NET_ADMIN));
	for (type = BPF_PROG_TYPE_SOCKET_FILTER; type < PROGS; type++)
		assert_named_is_needed(RAWBPF_PROG_LOAD, type, try_prog, refused[type]);
	for (i = 0; i < RAWBPF_COUNT(maps); i++)
		assert_named_is_needed(RAWBPF_MAP_CREATE, maps[i], try_map, 0);
}
END_TEST

/* ----------------------------------------------------------------------- the kernel */

START_TEST(test_no_bpf)
{
	static const struct explanation line = {
		ERROR(RAWBPF_MAP_CREATE, -ENOSYS, BPF_MAP_TYPE_HASH, NULL),
		"ENOSYS: this kernel has no bpf(2) (it was built without "
		"CONFIG_BPF_SYSCALL), or a seccomp filter hides it",
	};

	ck_assert_int_eq(live_forbid(SYS_bpf, ENOSYS), 0);
	ck_assert_int_eq(live_array(1), -ENOSYS);
	assert_line(&line);
}
END_TEST

START_TEST(test_no_perf)
{
	static const struct explanation lines[] = {
		{ ERROR(RAWBPF_TRACEPOINT_ATTACH, -ENOSYS, 0, "x"),
		  "ENOSYS: this kernel has no perf_event_open(2) (it was built without "
		  "CONFIG_PERF_EVENTS), or a seccomp filter hides it" },
		{ ERROR(RAWBPF_KPROBE_ATTACH, -ENOSYS, 0, "x"),
		  "ENOSYS: this kernel has no perf_event_open(2) (it was built without "
		  "CONFIG_PERF_EVENTS), or a seccomp filter hides it" },
		{ ERROR(RAWBPF_RAW_TRACEPOINT_ATTACH, -ENOSYS, 0, "x"),
		  "ENOSYS: this kernel has no bpf(2) (it was built without "
		  "CONFIG_BPF_SYSCALL), or a seccomp filter hides it" },
	};

	ASSERT_LINES(lines);
}
END_TEST

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
}

/* From the outside in: each layer that kprobes need is missing once. */
START_TEST(test_no_kprobes)
{
	static const struct explanation no_kprobes = {
		ERROR(RAWBPF_KPROBE_ATTACH, -EOPNOTSUPP, 0, "x"),
		"EOPNOTSUPP: this kernel has no kprobes (it was built without "
		"CONFIG_KPROBE_EVENTS)",
	}, no_links = {
		ERROR(RAWBPF_KPROBE_ATTACH, -EOPNOTSUPP, 0, "x"),
		"EOPNOTSUPP: a cookie needs a bpf link",
	}, no_sysfs = {
		ERROR(RAWBPF_KPROBE_ATTACH, -EOPNOTSUPP, 0, "x"),
		"EOPNOTSUPP: sysfs is not mounted; mount it: mount -t sysfs sysfs /sys",
	}, no_sysfs_for_tracefs = {
		ERROR(RAWBPF_TRACEPOINT_ATTACH, -EOPNOTSUPP, 0, "x"),
		"EOPNOTSUPP: sysfs is not mounted; mount it: mount -t sysfs sysfs /sys",
	};

	live_mount_tracefs();
	live_hide_directory("/sys/bus");
	assert_line(&no_kprobes);
	ck_assert_int_eq(mkdir("/sys/bus/event_source", 0755), 0);
	ck_assert_int_eq(mkdir("/sys/bus/event_source/devices", 0755), 0);
	ck_assert_int_eq(mkdir("/sys/bus/event_source/devices/kprobe", 0755), 0);
	assert_line(&no_links);
	live_hide_directory("/sys");
	assert_line(&no_sysfs);
	assert_line(&no_sysfs_for_tracefs);
}
END_TEST

START_TEST(test_kprobes_are_off)
{
	struct rawbpf_error error;
	char text[256];
	int has;

	live_private_mounts();
	live_hide_directory("/sys/kernel/debug");
	ck_assert_int_eq(mkdir("/sys/kernel/debug/kprobes", 0755), 0);
	write_text("/sys/kernel/debug/kprobes/enabled", "0\n");
	ck_assert_int_eq(rawbpf_probe_attach_has(&has, RAWBPF_PROBE_KPROBE, NULL, &error), 0);
	ck_assert_int_eq(has, 0);
	rawbpf_error_explain(text, sizeof text, &error);
	ck_assert_str_eq(text, "EOPNOTSUPP: kprobes are switched off; switch them on: "
			       "echo 1 > /sys/kernel/debug/kprobes/enabled");
	write_text("/sys/kernel/debug/kprobes/enabled", "1\n");
	if (rawbpf_probe_attach_has(&has, RAWBPF_PROBE_KPROBE, NULL, &error) < 0 || !has) {
		rawbpf_error_explain(text, sizeof text, &error);
		ck_assert_ptr_null(strstr(text, "switched off"));
	}
}
END_TEST

START_TEST(test_lockdown)
{
	static const struct {
		const char *modes;
		int locked;
	} cases[] = {
		{ "[none] integrity confidentiality\n", 0 },
		{ "none [integrity] confidentiality\n", 1 },
		{ "none integrity [confidentiality]\n", 1 },
		{ "", 0 },
		{ "nonsense\n", 0 },
	};
	static const struct explanation locked = {
		ERROR(RAWBPF_KPROBE_ATTACH, -EPERM, 0, "x"),
		"EPERM: kernel lockdown is on (/sys/kernel/security/lockdown); "
		"boot without lockdown= and secure boot",
	}, not_locked = {
		ERROR(RAWBPF_KPROBE_ATTACH, -EPERM, 0, "x"),
		"EPERM: no capability is missing: a security module, a seccomp "
		"filter or the kernel's configuration refuses it",
	};

	live_private_mounts();
	live_hide_directory("/sys/kernel/security");
	close(open("/sys/kernel/security/lockdown", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	live_fake_file("/sys/kernel/security/lockdown", cases[_i].modes);
	assert_line(cases[_i].locked ? &locked : &not_locked);
}
END_TEST

/* Up to 5.10, RLIMIT_MEMLOCK limits the memory of maps. Later it is never the cause. */
START_TEST(test_memory_limit)
{
	static const struct {
		const char *release;
		int counts;
	} cases[] = {
		{ "4.19.0-27-amd64\n", 1 },
		{ "5.10.0-39-amd64\n", 1 },
		{ "5.11.0\n", 0 },
		{ "6.1.0\n", 0 },
		{ "10.0.0\n", 0 },
		{ "Linux\n", 0 },
	};
	static const struct explanation limit = {
		ERROR(RAWBPF_MAP_CREATE, -EPERM, BPF_MAP_TYPE_HASH, NULL),
		"EPERM: this kernel counts maps and programs against the limit on "
		"locked memory; raise it (ulimit -l unlimited)",
	}, other = {
		ERROR(RAWBPF_MAP_CREATE, -EPERM, BPF_MAP_TYPE_HASH, NULL),
		"EPERM: no capability is missing: a security module, a seccomp "
		"filter or the kernel's configuration refuses it",
	};
	const struct rlimit small = { 65536, 65536 };

	live_private_mounts();
	if (access("/sys/kernel/security/lockdown", F_OK) == 0)
		live_fake_file("/sys/kernel/security/lockdown", "[none] integrity\n");
	live_fake_file("/proc/sys/kernel/osrelease", cases[_i].release);
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &small), 0);
	assert_line(cases[_i].counts ? &limit : &other);
}
END_TEST

/* ----------------------------------------------------------------- the limit itself */

START_TEST(test_memlock_raise)
{
	struct rlimit limit = { 4096, 65536 };

	/* A process that may not raise the hard limit raises the soft limit up to it. */
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	live_be_nobody();
	ck_assert_int_eq(rawbpf_memlock_raise(), -EPERM);
	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 65536);
	ck_assert_uint_eq(limit.rlim_max, 65536);
	ck_assert_int_eq(rawbpf_memlock_raise(), -EPERM);
}
END_TEST

START_TEST(test_memlock_unlimited)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	if (limit.rlim_max != RLIM_INFINITY && rawbpf_memlock_raise() == -EPERM)
		SKIP("the limit on locked memory is not ours to raise");
	limit.rlim_cur = 4096;
	limit.rlim_max = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
	live_be_nobody();
	ck_assert_int_eq(rawbpf_memlock_raise(), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, RLIM_INFINITY);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_sentences);
	tcase_add_test(tests, test_truncation);
	tcase_add_test(tests, test_root);
	tcase_add_test(tests, test_nobody);
	tcase_add_test(tests, test_lax_settings);
	tcase_add_test(tests, test_only_cap_bpf);
	tcase_add_test(tests, test_user_namespace);
	tcase_add_test(tests, test_capabilities);
	tcase_add_test(tests, test_no_bpf);
	tcase_add_test(tests, test_no_perf);
	tcase_add_test(tests, test_no_kprobes);
	tcase_add_test(tests, test_kprobes_are_off);
	tcase_add_loop_test(tests, test_lockdown, 0, 5);
	tcase_add_loop_test(tests, test_memory_limit, 0, 6);
	tcase_add_test(tests, test_memlock_raise);
	tcase_add_test(tests, test_memlock_unlimited);
}

int main(void)
{
	return live_run("error", add_tests);
}

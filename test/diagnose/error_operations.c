/* SPDX-License-Identifier: MIT */
/* Explanations of each operation, of old kernels, and of missing mounts; explanations as lines. */
#include "../explanation.h"

/* -------------------------------------------------- explanations of each operation */

static const struct operation_case {
	const char *name;
	const struct rawbpf_operation *operation;
	int error;         /* an errno that has a sentence */
	const char *line;
} operation_cases[] = {
#define CASE(NAME, ERRNO, LINE) { #NAME, RAWBPF_##NAME, ERRNO, LINE }
	CASE(MAP_UPDATE, -E2BIG, "E2BIG: the map is full, or has no such index; create it with a "
				  "larger max_entries"),
	CASE(MAP_FREEZE, -EBUSY, "EBUSY: the map is frozen already, or mapped for writing; close "
				 "its writable views first"),
	CASE(MAP_PERCPU_LOOKUP, -ENOSPC, "ENOSPC: the buffer is smaller than the layout's lookup_size"),
	CASE(MAP_LAYOUT_INFO, -EINVAL, "EINVAL: the descriptor is not a map's"),
	CASE(MAP_VIEW_OPEN, -EPERM, "EPERM: the map is frozen; open the view read-only"),
	CASE(PROG_RUN, -ENOTSUPP, "ENOTSUPP: programs of this type cannot be run by a call, only "
				  "attached"),
	CASE(PROG_ATTACH, -EBUSY, "EBUSY: a link holds a program there; detach or revoke the link"),
	CASE(PROG_DETACH, -EBUSY, "EBUSY: a link holds the program; detach or revoke the link"),
	CASE(PROG_DETACH, -EINVAL, "EINVAL: the program's type does not fit this hook, a link holds the "
				   "flow dissector, or this kernel was built without the hook"),
	CASE(PROG_QUERY, -ENOSPC, "ENOSPC: more programs are attached than the arrays have room "
				  "for"),
	CASE(PROG_MAP_BIND, -EBADF, "EBADF: the program or the map is not open"),
	CASE(PROG_STREAM_READ, -ENOENT, "ENOENT: a program has streams 1 and 2, and no others"),
	CASE(PROG_STATS_OPEN, -EINVAL, "EINVAL: this kernel has no such statistics"),
	CASE(BTF_LOAD, -E2BIG, "E2BIG: the BTF is larger than 16 MB"),
	CASE(BTF_KERNEL_OPEN, -EINVAL, "EINVAL: the kernel's BTF is malformed"),
	CASE(BTF_FD_OPEN, -ENOENT, "ENOENT: the kernel holds no BTF of that name; before 5.11 it "
				   "shows no names"),
	CASE(BTF_OPEN, -EINVAL, "EINVAL: the descriptor is not of BTF, or a module's BTF lacks the "
				"kernel's as its base"),
	CASE(BTF_MODULE_OPEN, -EINVAL, "EINVAL: the BTF of '/x' does not fit the kernel's"),
	CASE(STRUCT_OPS_BTF_LOAD, -ENOENT, "ENOENT: this kernel has no struct_ops '/x'"),
	CASE(PROG_STRUCT_OPS_BIND, -EBUSY, "EBUSY: the program is bound to another map"),
	CASE(KPROBE_MULTI_ATTACH, -EOPNOTSUPP, "EOPNOTSUPP: this kernel was built without "
					       "CONFIG_FPROBE"),
	CASE(UPROBE_ATTACH, -ENOENT, "ENOENT: the file '/x' does not exist"),
	CASE(UPROBE_MULTI_ATTACH, -EBADF, "EBADF: '/x' is not a file"),
	CASE(PERF_EVENT_ATTACH, -EEXIST, "EEXIST: the event has a program already"),
	CASE(TRACING_ATTACH, -ENOENT, "ENOENT: this kernel has no '/x' to trace"),
	CASE(ITER_ATTACH, -ESRCH, "ESRCH: the process does not exist"),
	CASE(ITER_CREATE, -EINVAL, "EINVAL: the link is not an iterator's"),
	CASE(TRACING_MULTI_ATTACH, -EFAULT, "EFAULT: an array is outside this process's memory"),
	CASE(STRUCT_OPS_ATTACH, -EEXIST, "EEXIST: operations of that name are registered already"),
	CASE(XDP_ATTACH, -EEXIST, "EEXIST: '/x' runs a program in the other mode; detach its link, "
				  "or without a link: ip link set dev /x xdpdrv off, or xdpgeneric "
				  "off"),
	CASE(XDP_NETLINK_ATTACH, -EBUSY, "EBUSY: '/x' has a program already; detach or replace it"),
	CASE(XDP_NETLINK_DETACH, -ENOENT, "ENOENT: the program does not run on '/x' in this mode"),
	CASE(XDP_QUERY, -ENODEV, "ENODEV: the device '/x' does not exist"),
	CASE(TC_ATTACH, -EBUSY, "EBUSY: '/x' has an ingress qdisc, which has no egress, in place of "
				"clsact"),
	CASE(TC_ACTION_ATTACH, -EEXIST, "EEXIST: the priority has a filter of this handle already"),
	CASE(TC_DETACH, -ENOENT, "ENOENT: no BPF filter of this hook of '/x' runs the program there"),
	CASE(TC_QUERY, -ENOSPC, "ENOSPC: more filters are attached than the array has room for"),
	CASE(SOCKET_ATTACH, -EINVAL, "EINVAL: the program is not of type socket_filter"),
	CASE(SOCKET_DETACH, -ENOENT, "ENOENT: the socket has no filter"),
	CASE(REUSEPORT_DETACH, -ENOENT, "ENOENT: the group of the socket has no program"),
	CASE(TCX_ATTACH, -ENODEV, "ENODEV: the device '/x' does not exist"),
	CASE(NETKIT_ATTACH, -ENXIO, "ENXIO: '/x' is not a netkit device"),
	CASE(NETFILTER_ATTACH, -EPROTO, "EPROTO: netfilter has no such hook"),
	CASE(NETNS_ATTACH, -EBADF, "EBADF: '/x' is not open"),
	CASE(SOCKMAP_ATTACH, -EBUSY, "EBUSY: the map has such a program already"),
	CASE(LINK_UPDATE, -ENOLINK, "ENOLINK: the link's target no longer exists"),
	CASE(LINK_DETACH, -EBUSY, "EBUSY: the program is detached, but its event in tracefs is still in use"),
	CASE(LINK_REVOKE, -EOPNOTSUPP, "EOPNOTSUPP: links of this kind cannot be revoked; close "
				       "their descriptors and remove their pins"),
	CASE(OBJ_PIN_AT, -EPERM, "EPERM: the directory is not on a bpffs, or the name contains a "
				 "dot"),
	CASE(OBJ_OPEN_AT, -EBADF, "EBADF: the directory is not open"),
	CASE(OBJ_PIN, -EEXIST, "EEXIST: '/x' exists already; remove it, or choose another name"),
	CASE(OBJ_OPEN, -ENOENT, "ENOENT: no object is pinned at '/x'"),
	CASE(OBJ_INFO, -EBADF, "EBADF: the descriptor is not open"),
	CASE(OBJ_ID_NEXT, -ENOENT, "ENOENT: no object has a higher id"),
	CASE(TASK_FD_INFO, -ENOENT, "ENOENT: the process does not exist"),
	CASE(RING_OPEN, -EINVAL, "EINVAL: the map is not a ring buffer"),
	CASE(USER_RING_OPEN, -EINVAL, "EINVAL: the map is not a user ring buffer"),
	CASE(USER_RING_RESERVE, -ENOSPC, "ENOSPC: the ring is full; try again after a program has "
					 "drained it"),
	CASE(LOOP_ADD, -EEXIST, "EEXIST: the source is in the loop already"),
	CASE(PERFBUF_READ, -EBADF, "EBADF: the buffer is closed"),
	CASE(MEMLOCK_RAISE, -EPERM, "EPERM: raising the hard limit on locked memory needs "
				    "CAP_SYS_RESOURCE; the soft limit now equals it"),
	CASE(CPU_COUNT, -ENOENT, "ENOENT: /sys/devices/system/cpu/possible is missing; mount sysfs: "
				"mount -t sysfs sysfs /sys"),
	CASE(PERF_EVENTS_OPEN, -E2BIG, "E2BIG: a CPU is online that the array has no room for; see "
				       "rawbpf_cpu_count()"),
	CASE(TOKEN_OPEN, -ENOENT, "ENOENT: '/x' does not exist"),
	CASE(TOKEN_OPEN, -ENOTDIR, "ENOTDIR: '/x' is not a directory"),
	CASE(KPROBE_FIND, -ENOENT, "ENOENT: this kernel has no function whose name matches '/x'; see "
				   "available_filter_functions in tracefs"),
	CASE(KSYM_FIND, -ENOENT, "ENOENT: this kernel has no symbol '/x'"),
	CASE(PERFBUF_OPEN, -ENODEV, "ENODEV: no CPU could be given a buffer"),
	CASE(TOKEN_CREATE, -ENOENT, "ENOENT: this bpffs delegates nothing; mount it with its "
				    "delegate_ options"),
};

START_TEST(test_operation)
{
	const struct operation_case *of = &operation_cases[_i];
	const struct explanation expected = { ERROR(of->operation, of->error, 0, "/x"), of->line };

	assert_line(&expected);
}
END_TEST

static const struct {
	const char *name;
	const struct rawbpf_operation *operation;
} operations[] = {
#define OPERATION(NAME) { #NAME, RAWBPF_##NAME },
	RAWBPF_OPERATIONS(OPERATION)
};

/* For some errno, each operation explains more than an unknown function would. */
START_TEST(test_every_operation)
{
	unsigned more = 0;
	int error;

	for (error = 1; error < 525; error++) {
		struct rawbpf_error of = { .operation = operations[_i].operation, .error = -error };
		char known[512], unknown[512];

		rawbpf_error_explain(known, sizeof known, &of);
		of.operation = NULL;
		rawbpf_error_explain(unknown, sizeof unknown, &of);
		more += strcmp(known, unknown) != 0;
	}
	ck_assert_msg(more > 0, "%s has nothing to say", operations[_i].name);
}
END_TEST

/* For a terminal, cause and remedy are sentences on lines of their own. */
START_TEST(test_lines)
{
	static const struct explanation texts[] = {
		{ { RAWBPF_PROG_LOAD, -EPERM, BPF_PROG_TYPE_KPROBE, NULL, 1 },
		  "EPERM\n"
		  "   This process lacks CAP_BPF and CAP_PERFMON (or CAP_SYS_ADMIN), and "
		  "kernel.unprivileged_bpf_disabled is 2.\n"
		  "   Run it as root (for a trusted group: chmod 750, then setcap "
		  "cap_bpf,cap_perfmon+ep)." },
		{ { RAWBPF_OBJ_PIN, -EEXIST, 0, "a; b", 1 },
		  "EEXIST\n"
		  "   'a; b' exists already.\n"
		  "   Remove it, or choose another name." },
		{ { RAWBPF_OBJ_PIN, -EMSGSIZE, 0, "x", 1 }, "error 90" },
		{ { RAWBPF_OBJ_PIN, -ERANGE, 0, "x", 1 }, "ERANGE" },
	};

	live_private_mounts();
	live_fake_file(BPF_DISABLED, "2\n");
	live_be_nobody();
	ASSERT_LINES(texts);
}
END_TEST

/* A kernel that is too old fails with EINVAL, as for many other reasons. */
START_TEST(test_age)
{
	static const struct {
		const char *release;
		struct explanation expected;
	} cases[] = {
		{ "5.10.0-39-amd64\n", { ERROR(RAWBPF_TCX_ATTACH, -EINVAL, 0, "eth0"),
		  "EINVAL: this kernel is Linux 5.10, and this needs Linux 6.6" } },
		{ "6.6.1\n", { ERROR(RAWBPF_TCX_ATTACH, -EINVAL, 0, "eth0"),
		  "EINVAL: the program is not of type sched_cls, or this kernel was built without "
		  "CONFIG_NET_XGRESS" } },
		{ "5.10.0\n", { ERROR(RAWBPF_TCX_ATTACH, -ENODEV, 0, "eth0"),
		  "ENODEV: the device 'eth0' does not exist" } },
		{ "5.15.0\n", { ERROR(RAWBPF_MAP_CREATE, -EINVAL, BPF_MAP_TYPE_ARENA, NULL),
		  "EINVAL: this kernel is Linux 5.15, and this needs Linux 6.9" } },
		{ "5.15.0\n", { ERROR(RAWBPF_MAP_CREATE, -EINVAL, BPF_MAP_TYPE_HASH, NULL),
		  "EINVAL: the type rejects these sizes or flags, this kernel lacks it, or the name "
		  "is not of [A-Za-z0-9_.]; see rawbpf_map_types(7)" } },
		{ "6.1.0\n", { ERROR(RAWBPF_PROG_LOAD, -EINVAL, BPF_PROG_TYPE_NETFILTER, NULL),
		  "EINVAL: this kernel is Linux 6.1, and this needs Linux 6.4" } },
		{ "nonsense\n", { ERROR(RAWBPF_PROG_STREAM_READ, -EINVAL, 0, NULL),
		  "EINVAL: the descriptor is not a program's" } },
	};

	live_private_mounts();
	live_fake_file("/proc/sys/kernel/osrelease", cases[_i].release);
	assert_line(&cases[_i].expected);
}
END_TEST

START_TEST(test_no_bpffs)
{
	static const struct explanation elsewhere = {
		ERROR(RAWBPF_OBJ_PIN, -EPERM, 0, "/no-bpffs-here"),
		"EPERM: '/no-bpffs-here' is not on a bpffs; mount one (mount -t bpf bpf "
		"/sys/fs/bpf) and pin there",
	}, here = {
		ERROR(RAWBPF_OBJ_PIN, -EPERM, 0, "map"),
		"EPERM: 'map' is not on a bpffs; mount one (mount -t bpf bpf /sys/fs/bpf) and pin "
		"there",
	}, dot = {
		ERROR(RAWBPF_OBJ_PIN, -EPERM, 0, "/sys/fs/bpf/map.1"),
		"EPERM: names in a bpffs cannot contain a dot",
	};
	int map = live_array(1);

	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(map, "/no-bpffs-here"), -EPERM);
	assert_line(&elsewhere);
	assert_line(&here);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/map.1"), -EPERM);
	assert_line(&dot);
	close(map);
}
END_TEST

/* sysfs has the directory, and rejects new entries with ENOENT. */
START_TEST(test_unmounted_bpffs)
{
	static const struct explanation unmounted = {
		ERROR(RAWBPF_OBJ_PIN, -ENOENT, 0, "/sys/fs/bpf/map"),
		"ENOENT: '/sys/fs/bpf/map' is not on a bpffs; mount one (mount -t bpf bpf "
		"/sys/fs/bpf) and pin there",
	}, no_directory = {
		ERROR(RAWBPF_OBJ_PIN, -ENOENT, 0, "/no/such/map"),
		"ENOENT: the directory of '/no/such/map' does not exist",
	}, no_way = {
		ERROR(RAWBPF_OBJ_PIN, -ENOTDIR, 0, "/proc/self/status/map"),
		"ENOTDIR: a part of the path '/proc/self/status/map' is not a directory",
	};
	int map = live_array(1);

	live_private_mounts();
	while (umount2("/sys/fs/bpf", MNT_DETACH) == 0)
		;
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/map"), -ENOENT);
	assert_line(&unmounted);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/no/such/map"), -ENOENT);
	assert_line(&no_directory);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/proc/self/status/map"), -ENOTDIR);
	assert_line(&no_way);
	close(map);
}
END_TEST

/*
 * If the kernel has all that the kind needs, the errno means that it takes no cookie.
 */
START_TEST(test_cookie)
{
	static const struct explanation texts[] = {
		{ ERROR(RAWBPF_UPROBE_ATTACH, -EOPNOTSUPP, 0, "/x"),
		  "EOPNOTSUPP: a cookie needs a bpf link" },
		{ ERROR(RAWBPF_TRACEPOINT_ATTACH, -EOPNOTSUPP, 0, "x"),
		  "EOPNOTSUPP: a cookie needs a bpf link" },
	};

	live_mount_tracefs();
	if (access("/sys/bus/event_source/devices/uprobe", F_OK) != 0)
		SKIP("this kernel has no uprobes");
	for (unsigned i = 0; i < RAWBPF_COUNT(texts); i++)
		assert_line(&texts[i]);
}
END_TEST

START_TEST(test_no_uprobes)
{
	static const struct explanation no_uprobes = {
		ERROR(RAWBPF_UPROBE_ATTACH, -EOPNOTSUPP, 0, "x"),
		"EOPNOTSUPP: this kernel has no uprobes (it was built without CONFIG_UPROBE_EVENTS)",
	}, no_sysfs = {
		ERROR(RAWBPF_UPROBE_ATTACH, -EOPNOTSUPP, 0, "x"),
		"EOPNOTSUPP: sysfs is not mounted; mount it: mount -t sysfs sysfs /sys",
	}, no_btf = {
		ERROR(RAWBPF_BTF_KERNEL_OPEN, -ENOENT, 0, NULL),
		"ENOENT: this kernel has no BTF (/sys/kernel/btf/vmlinux); boot one with "
		"CONFIG_DEBUG_INFO_BTF",
	}, btf_hidden = {
		ERROR(RAWBPF_BTF_KERNEL_OPEN, -EPERM, 0, NULL),
		"EPERM: sysfs is not mounted, and without it reading the kernel's BTF needs "
		"CAP_SYS_ADMIN; mount it: mount -t sysfs sysfs /sys",
	};

	live_private_mounts();
	live_hide_directory("/sys/bus");
	assert_line(&no_uprobes);
	live_hide_directory("/sys/kernel");
	assert_line(&no_btf);
	live_hide_directory("/sys");
	assert_line(&no_sysfs);
	assert_line(&btf_hidden);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_operation, 0, RAWBPF_COUNT(operation_cases));
	tcase_add_loop_test(tests, test_every_operation, 0, RAWBPF_COUNT(operations));
	tcase_add_test(tests, test_lines);
	tcase_add_loop_test(tests, test_age, 0, 7);
	tcase_add_test(tests, test_no_bpffs);
	tcase_add_test(tests, test_unmounted_bpffs);
	tcase_add_test(tests, test_cookie);
	tcase_add_test(tests, test_no_uprobes);
}

int main(void)
{
	return live_run("error_operations", add_tests);
}

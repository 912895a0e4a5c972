/* SPDX-License-Identifier: MIT */
/*
 * Causes that share an errno. Each test provokes one on this kernel, and then its nearest
 * neighbour, whose sentence must differ. test/vm/guest_causes.c has the causes that need kprobes.
 */
#include "../attach/link_kinds.h"
#include "../explanation.h"

#include <linux/if_link.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/resource.h>

#define ASSERT_TOLD(OPERATION, TYPE, NAME, RESULT, LINE)                                           \
	do {                                                                                       \
		const struct explanation expected = { ERROR(OPERATION, RESULT, TYPE, NAME), LINE }; \
                                                                                                   \
		assert_line(&expected);                                                            \
	} while (0)

/* ------------------------------------------------------------------------------ tracefs */

static int attach_tracepoint(void)
{
	struct rawbpf_link link;
	int prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	int err = rawbpf_tracepoint_attach(&link, prog, &(struct rawbpf_tracepoint_spec){
		.group = "syscalls", .name = "sys_enter_getpid" });

	rawbpf_link_detach(&link);
	close(prog);
	return err;
}

static void unmount_tracefs(void)
{
	live_private_mounts();
	while (umount2("/sys/kernel/tracing", MNT_DETACH) == 0)
		;
	while (umount2("/sys/kernel/debug/tracing", MNT_DETACH) == 0)
		;
	while (umount2("/sys/kernel/debug", MNT_DETACH) == 0)
		;
}

#define MOUNT_TRACEFS ": mount -t tracefs tracefs /sys/kernel/tracing"

START_TEST(test_tracefs)
{
	char elsewhere[] = "/tmp/tracefs-XXXXXX";
	int err;

	unmount_tracefs();
	err = attach_tracepoint();
	ck_assert_int_eq(err, -EOPNOTSUPP);
	ASSERT_TOLD(RAWBPF_TRACEPOINT_ATTACH, 0, "x", err,
		    "EOPNOTSUPP: tracefs is not mounted; mount it" MOUNT_TRACEFS);
	/* Another file system, mounted from a device with that name. */
	ck_assert_ptr_nonnull(mkdtemp(elsewhere));
	ck_assert_int_eq(mount("tracefs", elsewhere, "tmpfs", 0, NULL), 0);
	ASSERT_TOLD(RAWBPF_TRACEPOINT_ATTACH, 0, "x", err,
		    "EOPNOTSUPP: tracefs is not mounted; mount it" MOUNT_TRACEFS);
	ck_assert_int_eq(umount(elsewhere), 0);
	ck_assert_int_eq(mount("none", elsewhere, "tracefs", 0, NULL), 0);
	err = attach_tracepoint();
	ck_assert_int_eq(err, -EOPNOTSUPP);
	ASSERT_TOLD(RAWBPF_TRACEPOINT_ATTACH, 0, "x", err,
		    "EOPNOTSUPP: tracefs is mounted elsewhere (see /proc/mounts); mount it here too"
		    MOUNT_TRACEFS);
	ck_assert_int_eq(umount(elsewhere), 0);
	rmdir(elsewhere);
	/* Following the advice helps. */
	ck_assert_int_eq(mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL), 0);
	ck_assert_int_eq(attach_tracepoint(), 0);
}
END_TEST

/* ------------------------------------------------------------------------- perf buffers */

static int ignore(void *context, const void *data, size_t size)
{
	(void)context, (void)data, (void)size;
	return 0;
}

static int open_perfbuf(int map, int overwrite)
{
	struct rawbpf_perfbuf perfbuf;
	int err = rawbpf_perfbuf_open(&perfbuf, map, ignore, NULL, &(struct rawbpf_perfbuf_spec){
		.size = 4096, .overwrite = overwrite });

	rawbpf_perfbuf_close(&perfbuf);
	return err;
}

static int events_map(unsigned entries)
{
	return live_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, entries);
}

#define FROZEN "EPERM: the map is frozen or read-only, or this user's locked memory is used up; " \
	       "raise ulimit -l or kernel.perf_event_mlock_kb"

START_TEST(test_perfbuf_frozen)
{
	int map = events_map(64), err;

	ck_assert_int_eq(rawbpf_map_freeze(map), 0);
	err = open_perfbuf(map, 0);
	ck_assert_int_eq(err, -EPERM);
	ASSERT_TOLD(RAWBPF_PERFBUF_OPEN, 0, NULL, err, FROZEN);
	close(map);
}
END_TEST

#define REFUSED ": perf_event_open(2) is refused: a security module or a seccomp filter does not let " \
		"this process open events"

START_TEST(test_perfbuf_refused)
{
	int map = events_map(64), error = _i ? EPERM : EACCES, err;

	ck_assert_int_eq(live_forbid(SYS_perf_event_open, error), 0);
	err = open_perfbuf(map, 0);
	ck_assert_int_eq(err, -error);
	ASSERT_TOLD(RAWBPF_PERFBUF_OPEN, 0, NULL, err, _i ? "EPERM" REFUSED : "EACCES" REFUSED);
	close(map);
}
END_TEST

START_TEST(test_perfbuf_hidden)
{
	int map = events_map(64), err;

	ck_assert_int_eq(live_forbid(SYS_perf_event_open, ENOSYS), 0);
	err = open_perfbuf(map, 0);
	ck_assert_int_eq(err, -ENOSYS);
	ASSERT_TOLD(RAWBPF_PERFBUF_OPEN, 0, NULL, err,
		    "ENOSYS: this kernel has no perf_event_open(2) (it was built without "
		    "CONFIG_PERF_EVENTS), or a seccomp filter hides it");
	close(map);
}
END_TEST

START_TEST(test_perfbuf_membarrier)
{
	int map = events_map(64), err;

	ck_assert_int_eq(live_forbid(SYS_membarrier, ENOSYS), 0);
	err = open_perfbuf(map, 1);
	ck_assert_int_eq(err, -ENOSYS);
	ASSERT_TOLD(RAWBPF_PERFBUF_OPEN, 0, NULL, err,
		    "ENOSYS: keeping the newest records needs membarrier(2); this kernel has none, "
		    "or a seccomp filter hides it");
	close(map);
}
END_TEST

START_TEST(test_perfbuf_places)
{
	int map = events_map(1), err = open_perfbuf(map, 0);

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP("one CPU");
	ck_assert_int_eq(err, -E2BIG);
	ASSERT_TOLD(RAWBPF_PERFBUF_OPEN, 0, NULL, err,
		    "E2BIG: the map has no entry for one of the CPUs; create it with max_entries = "
		    "rawbpf_cpu_count()");
	close(map);
	map = events_map(rawbpf_cpu_count());
	ck_assert_int_eq(open_perfbuf(map, 0), 0);
	close(map);
}
END_TEST

/* ---------------------------------------------------------------------------------- XDP */

#define END_XDP "; detach its link, or without a link: " \
		"ip link set dev veth0 xdpdrv off, or xdpgeneric off"
#define SAME_MODE "EBUSY: 'veth0' runs a program in this mode" END_XDP
#define OTHER_MODE "EEXIST: 'veth0' runs a program in the other mode" END_XDP

static int xdp_attach(struct rawbpf_link *link, int prog, unsigned mode)
{
	return rawbpf_xdp_attach(link, prog, if_nametoindex("veth0"), mode);
}

static void assert_xdp(int prog, unsigned mode, int error, const char *line)
{
	struct rawbpf_link link;
	int err = xdp_attach(&link, prog, mode);

	ck_assert_int_eq(err, error);
	if (err < 0)
		ASSERT_TOLD(RAWBPF_XDP_ATTACH, 0, "veth0", err, line);
	rawbpf_link_detach(&link);
}

static void veth_create(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	if (link_kinds_device("veth") < 0)
		SKIP("this kernel has no veth devices");
}

/* A link holds the device in one mode. When it ends, as the advice says, both modes are free. */
START_TEST(test_xdp_beside_link)
{
	static const unsigned modes[] = { XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE };
	struct rawbpf_link link;
	int prog = live_prog(BPF_PROG_TYPE_XDP, 2);

	veth_create();
	ck_assert_int_eq(xdp_attach(&link, prog, modes[_i]), 0);
	assert_xdp(prog, modes[_i], -EBUSY, SAME_MODE);
	assert_xdp(prog, modes[!_i], -EEXIST, OTHER_MODE);
	rawbpf_link_detach(&link);
	assert_xdp(prog, modes[_i], 0, NULL);
	assert_xdp(prog, modes[!_i], 0, NULL);
	close(prog);
}
END_TEST

/* A program that ip(8) attached without a link: ip(8) detaches it. */
START_TEST(test_xdp_beside_netlink)
{
	static const struct {
		const char *on, *off;
		unsigned same, other;
	} modes[] = {
		{ "xdpdrv", "ip link set dev veth0 xdpdrv off", XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE },
		{ "xdpgeneric", "ip link set dev veth0 xdpgeneric off", XDP_FLAGS_SKB_MODE,
		  XDP_FLAGS_DRV_MODE },
	};
	int prog = live_prog(BPF_PROG_TYPE_XDP, 2);
	char command[128];

	if (system("ip -V >/dev/null 2>&1") != 0)
		SKIP("there is no ip(8)");
	veth_create();
	live_private_mounts();
	ck_assert_int_eq(mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL), 0);
	ck_assert_int_eq(rawbpf_obj_pin(prog, "/sys/fs/bpf/pass"), 0);
	snprintf(command, sizeof command, "ip link set dev veth0 %s pinned /sys/fs/bpf/pass",
		 modes[_i].on);
	ck_assert_int_eq(system(command), 0);
	assert_xdp(prog, modes[_i].same, -EBUSY, SAME_MODE);
	assert_xdp(prog, modes[_i].other, -EEXIST, OTHER_MODE);
	ck_assert_int_eq(system(modes[_i].off), 0);
	assert_xdp(prog, modes[_i].same, 0, NULL);
	close(prog);
}
END_TEST

/* ------------------------------------------------------------ errors of each kind of link */

static int view_of(unsigned flags, int freeze, int writable)
{
	struct rawbpf_map_view view;
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
		.flags = flags }), err;

	if (freeze)
		ck_assert_int_eq(rawbpf_map_freeze(map), 0);
	err = rawbpf_map_view_open(&view, map, writable);
	rawbpf_map_view_close(&view);
	close(map);
	return err;
}

static int view_not_mmapable(void) { return view_of(0, 0, 0); }
static int view_frozen(void) { return view_of(BPF_F_MMAPABLE, 1, 1); }

static int raw_link(int (*use)(struct rawbpf_link *link))
{
	struct rawbpf_link link;
	int prog = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	int err = rawbpf_raw_tracepoint_attach(&link, prog,
					       &(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter" });

	ck_assert_int_eq(err, 0);
	err = use(&link);
	rawbpf_link_detach(&link);
	close(prog);
	return err;
}

static int create_iter(struct rawbpf_link *link) { return rawbpf_iter_create(link); }
static int iter_of_tracepoint(void) { return raw_link(create_iter); }
static int revoke_tracepoint(void) { return raw_link(rawbpf_link_revoke); }

static int user_ring_of_array(void)
{
	struct rawbpf_user_ring ring;
	int map = live_array(1), err = rawbpf_user_ring_open(&ring, map);

	close(map);
	return err;
}

static int no_symbol(void)
{
	uint64_t address;

	return rawbpf_ksym_find(&address, 1, "no_such_symbol");
}

static int find_function(const char *name)
{
	uint64_t offset;

	return rawbpf_uprobe_find(&offset, 1, "/proc/self/exe", name);
}

static int find_none(void) { return find_function("no_such_function"); }
static int find_elsewhere(void) { return find_function("close"); }
static int find_variable(void) { return find_function("refusals"); }
static int find_in_text(void) { return rawbpf_uprobe_find(NULL, 0, "/proc/self/status", "x"); }
static int find_in_folder(void) { return rawbpf_uprobe_find(NULL, 0, "/proc/self", "x"); }

static int no_module(void)
{
	struct rawbpf_btf btf;

	return rawbpf_btf_module_open(&btf, "no_such_module", NULL);
}

static int layout_of_prog(void)
{
	struct rawbpf_map_layout layout;
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	int err = rawbpf_map_layout_info(&layout, prog);

	close(prog);
	return err;
}

static int pin_at_tmp(void)
{
	int map = live_array(1), directory = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int err = rawbpf_obj_pin_at(map, directory, "causes");

	close(directory);
	close(map);
	return err;
}

static int add_twice(void)
{
	struct rawbpf_loop loop;
	struct rawbpf_perfbuf perfbuf;
	int map = events_map(rawbpf_cpu_count()), err;

	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	ck_assert_int_eq(rawbpf_perfbuf_open(&perfbuf, map, ignore, NULL, NULL), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &perfbuf.source), 0);
	err = rawbpf_loop_add(&loop, &perfbuf.source);
	rawbpf_perfbuf_close(&perfbuf);
	rawbpf_loop_close(&loop);
	close(map);
	return err;
}

static int raise_memlock(void)
{
	const struct rlimit small = { 65536, 65536 };

	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &small), 0);
	live_be_nobody();
	return rawbpf_memlock_raise();
}

static int count_without_sysfs(void)
{
	live_private_mounts();
	live_hide_directory("/sys");
	return rawbpf_cpu_count();
}

static const struct {
	int (*provoke)(void);
	const struct rawbpf_operation *operation;
	const char *name;
	int error;
	const char *line;
} refusals[] = {
	{ view_not_mmapable, RAWBPF_MAP_VIEW_OPEN, NULL, -EINVAL,
	  "EINVAL: the map is not an array, was created without BPF_F_MMAPABLE, or its descriptor is "
	  "read-only" },
	{ view_frozen, RAWBPF_MAP_VIEW_OPEN, NULL, -EPERM,
	  "EPERM: the map is frozen; open the view read-only" },
	{ iter_of_tracepoint, RAWBPF_ITER_CREATE, NULL, -EINVAL, "EINVAL: the link is not an "
								 "iterator's" },
	{ revoke_tracepoint, RAWBPF_LINK_REVOKE, NULL, -EOPNOTSUPP,
	  "EOPNOTSUPP: links of this kind cannot be revoked; close their descriptors and remove "
	  "their pins" },
	{ user_ring_of_array, RAWBPF_USER_RING_OPEN, NULL, -EINVAL,
	  "EINVAL: the map is not a user ring buffer" },
	{ no_symbol, RAWBPF_KSYM_FIND, "no_such_symbol", -ENOENT,
	  "ENOENT: this kernel has no symbol 'no_such_symbol'" },
	{ find_none, RAWBPF_UPROBE_FIND, "no_such_function", -ESRCH,
	  "ESRCH: the file has no symbol 'no_such_function' (it may be a version that is not the "
	  "default, or be in a separate debug file); see nm -D and nm" },
	{ find_elsewhere, RAWBPF_UPROBE_FIND, "close", -ENOLINK,
	  "ENOLINK: another file defines 'close'; attach there, or to this file's PLT stub for it" },
	{ find_variable, RAWBPF_UPROBE_FIND, "refusals", -ENXIO,
	  "ENXIO: 'refusals' is not code" },
	{ find_in_text, RAWBPF_UPROBE_FIND, "x", -ENOEXEC, "ENOEXEC: the file is not an ELF file" },
	{ find_in_folder, RAWBPF_UPROBE_FIND, "x", -EISDIR,
	  "EISDIR: the path is not that of a regular file" },
	{ no_module, RAWBPF_BTF_MODULE_OPEN, "no_such_module", -ENOENT,
	  "ENOENT: the module 'no_such_module' is not loaded, or has no BTF; see /sys/kernel/btf" },
	{ layout_of_prog, RAWBPF_MAP_LAYOUT_INFO, NULL, -EINVAL, "EINVAL: the descriptor is not a map's" },
	{ pin_at_tmp, RAWBPF_OBJ_PIN_AT, "causes", -EPERM,
	  "EPERM: the directory is not on a bpffs, or the name contains a dot" },
	{ add_twice, RAWBPF_LOOP_ADD, NULL, -EEXIST, "EEXIST: the source is in the loop already" },
	{ raise_memlock, RAWBPF_MEMLOCK_RAISE, NULL, -EPERM,
	  "EPERM: raising the hard limit on locked memory needs CAP_SYS_RESOURCE; the soft limit "
	  "now equals it" },
	{ count_without_sysfs, RAWBPF_CPU_COUNT, NULL, -ENOENT,
	  "ENOENT: /sys/devices/system/cpu/possible is missing; mount sysfs: mount -t sysfs sysfs /sys" },
};

START_TEST(test_refusal)
{
	int err = refusals[_i].provoke();

	if (refusals[_i].provoke == no_symbol && err == -EPERM)
		SKIP("addresses are hidden"); /* kernel.kptr_restrict = 2 */
	ck_assert_int_eq(err, refusals[_i].error);
	ASSERT_TOLD(refusals[_i].operation, 0, refusals[_i].name, err, refusals[_i].line);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_tracefs);
	tcase_add_test(tests, test_perfbuf_frozen);
	tcase_add_loop_test(tests, test_perfbuf_refused, 0, 2);
	tcase_add_test(tests, test_perfbuf_hidden);
	tcase_add_test(tests, test_perfbuf_membarrier);
	tcase_add_test(tests, test_perfbuf_places);
	tcase_add_loop_test(tests, test_refusal, 0, RAWBPF_COUNT(refusals));
	tcase_add_loop_test(tests, test_xdp_beside_link, 0, 2);
	tcase_add_loop_test(tests, test_xdp_beside_netlink, 0, 2);
}

int main(void)
{
	return live_run("causes", add_tests);
}

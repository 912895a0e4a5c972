/* SPDX-License-Identifier: MIT */
/* The kernel's information about a link, for each kind that this kernel has. */
#include "../attach/cgroups.h"
#include "objects.h"

#include <linux/netfilter.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <rawbpf/btf.h>
#include <rawbpf/info.h>
#include <rawbpf/net.h>
#include <rawbpf/tracing.h>
#include <rawbpf/uprobe.h>

/* Load a program for one way to attach, and return its id. */
static int load(unsigned type, unsigned attach_type, unsigned btf_id, int result)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, result), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .license = "GPL", .insns = insns, .insn_count = 2,
		.expected_attach_type = attach_type, .attach_btf_id = btf_id });

	ck_assert_msg(prog > 2, "loading: %d", prog);
	return prog;
}

/* Check the fields of every link. Then close the program and the link. */
static void assert_common(struct rawbpf_link *link, int prog, const struct rawbpf_link_info *info,
			  unsigned type)
{
	ck_assert_uint_eq(info->type, type);
	ck_assert_uint_ne(info->id, 0);
	ck_assert_uint_eq(info->prog_id, prog ? live_prog_id(prog) : 0);
	ck_assert_int_eq(rawbpf_link_detach(link), 0);
	if (prog)
		close(prog);
}

/* Is this kernel older than the one that reports the field? */
static int is_older(unsigned kernel)
{
	return live_kernel() < kernel;
}

START_TEST(test_raw_tracepoint)
{
	char name[32], start[4];
	struct rawbpf_link_info info = { .name = { name, sizeof name, 0 }, .pf = 77 };
	struct rawbpf_link link;
	int prog = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);

	ck_assert_int_eq(rawbpf_raw_tracepoint_attach(&link, prog,
		&(struct rawbpf_raw_tracepoint_spec){ .name = "sys_enter",
						      .cookie = is_older(0x60f) ? 0 : 99 }), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_str_eq(name, "sys_enter");
	ck_assert_uint_eq(info.name.count, 10);
	ck_assert_uint_eq(info.cookie, is_older(0x60f) ? 0 : 99);
	ck_assert_uint_eq(info.pf, 0);
	/* a cut name is no error, and the other fields are complete */
	info = (struct rawbpf_link_info){ .name = { start, sizeof start, 0 } };
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_str_eq(start, "sys");
	ck_assert_uint_eq(info.name.count, 10);
	/* without a buffer, the name's length */
	info = (struct rawbpf_link_info){ .type = 0 };
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.name.count, 10);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_RAW_TRACEPOINT);
}
END_TEST

static unsigned kernel_btf_id(unsigned kind, const char *name)
{
	struct rawbpf_btf kernel;
	int id;

	if (rawbpf_btf_kernel_open(&kernel) < 0)
		return 0;
	id = rawbpf_btf_type_find(&kernel, kind, name);
	rawbpf_btf_close(&kernel);
	return id < 0 ? 0 : id;
}

START_TEST(test_tracing)
{
	unsigned btf_id = kernel_btf_id(BTF_KIND_TYPEDEF, "btf_trace_sys_enter");
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;
	int prog;

	if (!btf_id)
		SKIP("this kernel has no BTF");
	prog = load(BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, btf_id, 0);
	ck_assert_int_eq(rawbpf_tracing_attach(&link, prog,
		&(struct rawbpf_tracing_spec){ .cookie = 0 }), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	/* tp_btf links are raw tracepoints, before 6.10 and after; only the program differs */
	assert_common(&link, prog, &info, BPF_LINK_TYPE_RAW_TRACEPOINT);
}
END_TEST

START_TEST(test_iter)
{
	unsigned task = kernel_btf_id(BTF_KIND_FUNC, "bpf_iter_task");
	unsigned element = kernel_btf_id(BTF_KIND_FUNC, "bpf_iter_bpf_map_elem");
	char name[32];
	struct rawbpf_link_info info = { .name = { name, sizeof name, 0 } };
	struct rawbpf_map_info map_info = { .type = 0 };
	struct rawbpf_link link;
	int prog, map;

	if (!task)
		SKIP("this kernel has no BTF");
	prog = load(BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, task, 0);
	ck_assert_int_eq(rawbpf_iter_attach(&link, prog, &(struct rawbpf_iter_spec){
		.pid = is_older(0x601) ? 0 : getpid() }), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_str_eq(name, "task");
	ck_assert_uint_eq(info.name.count, 5);
	ck_assert_uint_eq(info.pid, is_older(0x601) ? 0 : getpid());
	ck_assert_uint_eq(info.cgroup_id, 0);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_ITER);

	map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	ck_assert_int_eq(rawbpf_map_info(&map_info, map), 0);
	prog = load(BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, element, 0);
	ck_assert_int_eq(rawbpf_iter_attach(&link, prog, &(struct rawbpf_iter_spec){ .map = map }), 0);
	info.name.data = NULL;
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.name.count, sizeof "bpf_map_elem");
	ck_assert_uint_eq(info.map_id, map_info.id);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_ITER);
	close(map);
}
END_TEST

START_TEST(test_cgroup)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;
	struct stat status;
	int prog = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1);
	int cgroup = open(cgroups_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_eq(fstat(cgroup, &status), 0);
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, prog, cgroup, BPF_CGROUP_DEVICE, NULL), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.cgroup_id, status.st_ino);
	ck_assert_uint_eq(info.attach_type, BPF_CGROUP_DEVICE);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_CGROUP);
	close(cgroup);
}
END_TEST

/* Enter a network namespace, whose loopback device has index 1. */
static void own_network(void)
{
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	ck_assert_uint_eq(if_nametoindex("lo"), 1);
}

START_TEST(test_netns)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;
	struct stat status;
	int prog = load(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 0, 1), netns;

	own_network();
	netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(fstat(netns, &status), 0);
	ck_assert_int_eq(rawbpf_netns_attach(&link, prog, netns, BPF_SK_LOOKUP), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.netns_ino, status.st_ino);
	ck_assert_uint_eq(info.attach_type, BPF_SK_LOOKUP);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_NETNS);
	close(netns);
}
END_TEST

START_TEST(test_devices)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;
	int err, prog = load(BPF_PROG_TYPE_XDP, 0, 0, 2);

	own_network();
	ck_assert_int_eq(rawbpf_xdp_attach(&link, prog, 1, 0), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.ifindex, 1);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_XDP);

	prog = live_prog(BPF_PROG_TYPE_SCHED_CLS, -1);
	err = rawbpf_tcx_attach(&link, prog, 1, BPF_TCX_EGRESS, NULL);
	if (err == -EINVAL && is_older(0x606)) {
		close(prog);
		SKIP("tcx came with 6.6");
	}
	ck_assert_int_eq(err, 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.ifindex, 1);
	ck_assert_uint_eq(info.attach_type, BPF_TCX_EGRESS);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_TCX);
}
END_TEST

START_TEST(test_netfilter)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;
	int prog;

	if (is_older(0x604))
		SKIP("netfilter programs came with 6.4");
	own_network();
	prog = load(BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER, 0, NF_ACCEPT);
	ck_assert_int_eq(rawbpf_netfilter_attach(&link, prog, NFPROTO_IPV4, NF_INET_LOCAL_OUT,
		&(struct rawbpf_netfilter_spec){ .priority = -5 }), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.pf, NFPROTO_IPV4);
	ck_assert_uint_eq(info.hooknum, NF_INET_LOCAL_OUT);
	ck_assert_int_eq(info.priority, -5);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_NETFILTER);
}
END_TEST

START_TEST(test_sockmap)
{
	struct rawbpf_map_info map_info = { .type = 0 };
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link;
	int prog, map;

	if (is_older(0x60a))
		SKIP("links of sockmaps came with 6.10");
	prog = load(BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, 0, 1);
	map = objects_map("socks", BPF_MAP_TYPE_SOCKMAP, 4, 4, 2);
	ck_assert_int_eq(rawbpf_map_info(&map_info, map), 0);
	ck_assert_int_eq(rawbpf_sockmap_attach(&link, prog, map, BPF_SK_MSG_VERDICT), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.map_id, map_info.id);
	ck_assert_uint_eq(info.attach_type, BPF_SK_MSG_VERDICT);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_SOCKMAP);
	close(map);
}
END_TEST

/* ---------------------------------------------------------------------- perf events */

START_TEST(test_tracepoint)
{
	char name[32];
	struct rawbpf_link_info info = { .name = { name, sizeof name, 0 } };
	struct rawbpf_link link;
	int prog;

	if (is_older(0x50f))
		SKIP("links of perf events came with 5.15");
	live_mount_tracefs();
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	ck_assert_int_eq(rawbpf_tracepoint_attach(&link, prog, &(struct rawbpf_tracepoint_spec){
		.group = "syscalls", .name = "sys_enter_getppid", .cookie = 77 }), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_str_eq(name, is_older(0x606) ? "" : "sys_enter_getppid");
	ck_assert_uint_eq(info.perf_type, is_older(0x606) ? 0 : BPF_PERF_EVENT_TRACEPOINT);
	if (!is_older(0x606))
		ck_assert_uint_eq(info.name.count, sizeof "sys_enter_getppid");
	ck_assert_uint_eq(info.cookie, is_older(0x609) ? 0 : 77);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_PERF_EVENT);
}
END_TEST

/* This function's file and offset are known to the test. */
__attribute__((noinline)) static void probed(void)
{
	__asm__ volatile("");
}

static unsigned long offset_of(const void *function)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long begin, end, offset, at = (unsigned long)function;
	char line[512];

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof line, maps))
		if (sscanf(line, "%lx-%lx %*s %lx", &begin, &end, &offset) == 3 && at >= begin &&
		    at < end)
			break;
	fclose(maps);
	return at - begin + offset;
}

START_TEST(test_uprobe)
{
	char name[4096], self[4096] = "";
	struct rawbpf_link_info info = { .name = { name, sizeof name, 0 } };
	unsigned long offset = offset_of(probed);
	struct rawbpf_link link;
	int prog;

	if (is_older(0x606))
		SKIP("what a perf event is of is told since 6.6");
	ck_assert_int_gt(readlink("/proc/self/exe", self, sizeof self - 1), 0);
	prog = live_prog(BPF_PROG_TYPE_KPROBE, 0);
	ck_assert_int_eq(rawbpf_uprobe_attach(&link, prog, &(struct rawbpf_uprobe_spec){
		.path = "/proc/self/exe", .offset = offset, .retprobe = 1, .pid = getpid(),
		.cookie = 5 }), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.perf_type, BPF_PERF_EVENT_URETPROBE);
	/* the path as the caller wrote it */
	ck_assert_str_eq(name, "/proc/self/exe");
	ck_assert_uint_eq(info.offset, offset);
	ck_assert_uint_eq(info.cookie, is_older(0x609) ? 0 : 5);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_PERF_EVENT);
}
END_TEST

START_TEST(test_uprobe_multi)
{
	const uint64_t offsets[] = { offset_of(probed), offset_of(offset_of) }, cookies[] = { 8, 9 };
	uint64_t told[2] = { 0 }, told_cookies[2] = { 0 }, one[2] = { 0 };
	char name[4096], self[4096] = "", start[8];
	struct rawbpf_link_info info = {
		.name = { name, sizeof name, 0 },
		.addresses = { told, 2, 0 },
		.cookies = { told_cookies, 2, 0 },
	};
	struct rawbpf_link link;
	int prog;

	if (is_older(0x608))
		SKIP("what a uprobe_multi link is of is told since 6.8");
	ck_assert_int_gt(readlink("/proc/self/exe", self, sizeof self - 1), 0);
	prog = load(BPF_PROG_TYPE_KPROBE, BPF_TRACE_UPROBE_MULTI, 0, 0);
	ck_assert_int_eq(rawbpf_uprobe_multi_attach(&link, prog, &(struct rawbpf_uprobe_multi_spec){
		.path = "/proc/self/exe", .offsets = offsets, .cookies = cookies, .count = 2,
		.pid = getpid() }), 0);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_str_eq(name, self);
	ck_assert_uint_eq(info.name.count, strlen(self) + 1);
	ck_assert_uint_eq(info.addresses.count, 2);
	ck_assert_uint_eq(info.cookies.count, 2);
	ck_assert_int_eq(memcmp(told, offsets, sizeof told), 0);
	ck_assert_int_eq(memcmp(told_cookies, cookies, sizeof told_cookies), 0);
	ck_assert_uint_eq(info.pid, getpid());
	/* an array that is too short gets what fits; a path that does not fit is an error */
	info = (struct rawbpf_link_info){ .addresses = { one, 1, 0 } };
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.addresses.count, 2);
	ck_assert_uint_eq(one[0], offsets[0]);
	ck_assert_uint_eq(one[1], 0);
	info = (struct rawbpf_link_info){ .name = { start, sizeof start, 0 } };
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), -ENAMETOOLONG);
	info.name.data = NULL;
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_UPROBE_MULTI);
}
END_TEST

START_TEST(test_event)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_PAGE_FAULTS,
		.sample_period = 1000000000, .disabled = 1,
	};
	struct {
		uint32_t prog, target, type, flags;
	} create = { .type = BPF_PERF_EVENT };
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_link link = { 0 };
	int prog, event;

	if (is_older(0x606))
		SKIP("what a perf event is of is told since 6.6");
	prog = live_prog(BPF_PROG_TYPE_PERF_EVENT, 0);
	event = syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	ck_assert_int_ge(event, 0);
	create.prog = prog;
	create.target = event;
	link.fd = objects_bpf(BPF_LINK_CREATE, &create, sizeof create);
	ck_assert_int_gt(link.fd, 2);
	close(event);
	ck_assert_int_eq(rawbpf_link_info(&info, link.fd), 0);
	ck_assert_uint_eq(info.perf_type, BPF_PERF_EVENT_EVENT);
	ck_assert_uint_eq(info.event_type, PERF_TYPE_SOFTWARE);
	ck_assert_uint_eq(info.event_config, PERF_COUNT_SW_PAGE_FAULTS);
	assert_common(&link, prog, &info, BPF_LINK_TYPE_PERF_EVENT);
}
END_TEST

static void add_tests(TCase *tests)
{
	char path[2048];

	live_watch_fds(tests);
	tcase_add_test(tests, test_raw_tracepoint);
	tcase_add_test(tests, test_tracing);
	tcase_add_test(tests, test_iter);
	tcase_add_test(tests, test_netns);
	tcase_add_test(tests, test_devices);
	tcase_add_test(tests, test_netfilter);
	tcase_add_test(tests, test_sockmap);
	tcase_add_test(tests, test_tracepoint);
	tcase_add_test(tests, test_uprobe);
	tcase_add_test(tests, test_uprobe_multi);
	tcase_add_test(tests, test_event);
	if (!cgroups_find(path, sizeof path)) {
		printf("skip: test_cgroup: no cgroup v2 is mounted\n");
		return;
	}
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_test(tests, test_cgroup);
}

int main(void)
{
	return live_run("info_link", add_tests);
}

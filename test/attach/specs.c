/* SPDX-License-Identifier: MIT */
/*
 * In every function that takes a spec, NULL means all defaults. If the spec names the target, NULL
 * fails with -EINVAL, as does a missing or empty target. The link is inert then.
 */
#include "../live.h"

#include <linux/perf_event.h>

static int prog;

#define ATTACH(NAME, SPEC) static int NAME(struct rawbpf_link *link) { return SPEC; }
#define WITH(TYPE, ...) (&(const struct rawbpf_##TYPE##_spec){ __VA_ARGS__ })

static const char *const symbols[] = { "vfs_read" };
static const uint64_t numbers[] = { 1 };
static const uint32_t ids[] = { 1 };

ATTACH(kprobe_null, rawbpf_kprobe_attach(link, prog, NULL))
ATTACH(kprobe_none, rawbpf_kprobe_attach(link, prog, WITH(kprobe, 0)))
ATTACH(kprobe_symbol, rawbpf_kprobe_attach(link, prog, WITH(kprobe, .symbol = "")))
ATTACH(kprobe_syscall, rawbpf_kprobe_attach(link, prog, WITH(kprobe, .syscall = "")))
ATTACH(kprobe_two, rawbpf_kprobe_attach(link, prog, WITH(kprobe, .symbol = "a", .address = 1)))
ATTACH(kprobe_tracefs, rawbpf_kprobe_attach(link, prog, WITH(kprobe, .symbol = "",
	.method = RAWBPF_KPROBE_TRACEFS)))
ATTACH(kprobe_room, rawbpf_kprobe_attach(link, prog, WITH(kprobe, .symbol = "a", .maxactive = 1)))
ATTACH(kprobe_room_pmu, rawbpf_kprobe_attach(link, prog, WITH(kprobe, .symbol = "a", .retprobe = 1,
	.maxactive = 1, .method = RAWBPF_KPROBE_PMU)))
ATTACH(kprobe_compat, rawbpf_kprobe_attach(link, prog, WITH(kprobe, .symbol = "a", .compat = 1)))
ATTACH(kprobe_compat_none, rawbpf_kprobe_attach(link, prog, WITH(kprobe, .syscall = "", .compat = 1)))
ATTACH(kprobe_compat_two, rawbpf_kprobe_attach(link, prog, WITH(kprobe, .syscall = "read",
	.address = 1, .compat = 1)))
ATTACH(pmu_room, rawbpf_kprobe_pmu_attach(link, prog, WITH(kprobe, .symbol = "a", .retprobe = 1,
	.maxactive = 1)))
ATTACH(pmu_compat, rawbpf_kprobe_pmu_attach(link, prog, WITH(kprobe, .syscall = "read", .compat = 1)))
ATTACH(pmu_null, rawbpf_kprobe_pmu_attach(link, prog, NULL))
ATTACH(pmu_symbol, rawbpf_kprobe_pmu_attach(link, prog, WITH(kprobe, .symbol = "")))
ATTACH(kmulti_null, rawbpf_kprobe_multi_attach(link, prog, NULL))
ATTACH(kmulti_none, rawbpf_kprobe_multi_attach(link, prog, WITH(kprobe_multi, .count = 1)))
ATTACH(kmulti_count, rawbpf_kprobe_multi_attach(link, prog, WITH(kprobe_multi,
	.symbols = symbols)))
ATTACH(kmulti_both, rawbpf_kprobe_multi_attach(link, prog, WITH(kprobe_multi,
	.symbols = symbols, .addresses = numbers, .count = 1)))
ATTACH(uprobe_null, rawbpf_uprobe_attach(link, prog, NULL))
ATTACH(uprobe_none, rawbpf_uprobe_attach(link, prog, WITH(uprobe, .offset = 8)))
ATTACH(uprobe_path, rawbpf_uprobe_attach(link, prog, WITH(uprobe, .path = "")))
ATTACH(umulti_null, rawbpf_uprobe_multi_attach(link, prog, NULL))
ATTACH(umulti_none, rawbpf_uprobe_multi_attach(link, prog, WITH(uprobe_multi,
	.offsets = numbers, .count = 1)))
ATTACH(umulti_path, rawbpf_uprobe_multi_attach(link, prog, WITH(uprobe_multi,
	.path = "", .offsets = numbers, .count = 1)))
ATTACH(umulti_both, rawbpf_uprobe_multi_attach(link, prog, WITH(uprobe_multi,
	.path = "/proc/self/exe", .path_fd = 3, .offsets = numbers, .count = 1)))
ATTACH(umulti_count, rawbpf_uprobe_multi_attach(link, prog, WITH(uprobe_multi,
	.path = "/proc/self/exe", .offsets = numbers)))
ATTACH(tracepoint_null, rawbpf_tracepoint_attach(link, prog, NULL))
ATTACH(tracepoint_none, rawbpf_tracepoint_attach(link, prog, WITH(tracepoint, .group = "sched")))
ATTACH(tracepoint_name, rawbpf_tracepoint_attach(link, prog, WITH(tracepoint,
	.group = "sched", .name = "")))
ATTACH(tracepoint_group, rawbpf_tracepoint_attach(link, prog, WITH(tracepoint,
	.group = "", .name = "sched_switch")))
ATTACH(raw_null, rawbpf_raw_tracepoint_attach(link, prog, NULL))
ATTACH(raw_none, rawbpf_raw_tracepoint_attach(link, prog, WITH(raw_tracepoint, .cookie = 1)))
ATTACH(raw_name, rawbpf_raw_tracepoint_attach(link, prog, WITH(raw_tracepoint, .name = "")))
ATTACH(tmulti_null, rawbpf_tracing_multi_attach(link, prog, 0, NULL))
ATTACH(tmulti_none, rawbpf_tracing_multi_attach(link, prog, 0, WITH(tracing_multi, .count = 1)))
ATTACH(tmulti_count, rawbpf_tracing_multi_attach(link, prog, 0, WITH(tracing_multi,
	.btf_ids = ids)))

static const struct {
	const char *name;
	int (*attach)(struct rawbpf_link *link);
} targetless[] = {
#define CASE(NAME) { #NAME, NAME }
	CASE(kprobe_null), CASE(kprobe_none), CASE(kprobe_symbol), CASE(kprobe_syscall),
	CASE(kprobe_room), CASE(kprobe_room_pmu), CASE(kprobe_compat), CASE(kprobe_compat_none),
	CASE(kprobe_compat_two), CASE(pmu_room), CASE(pmu_compat),
	CASE(kprobe_two), CASE(kprobe_tracefs), CASE(pmu_null), CASE(pmu_symbol),
	CASE(kmulti_null), CASE(kmulti_none), CASE(kmulti_count), CASE(kmulti_both),
	CASE(uprobe_null), CASE(uprobe_none), CASE(uprobe_path),
	CASE(umulti_null), CASE(umulti_none), CASE(umulti_path), CASE(umulti_both),
	CASE(umulti_count),
	CASE(tracepoint_null), CASE(tracepoint_none), CASE(tracepoint_name),
	CASE(tracepoint_group),
	CASE(raw_null), CASE(raw_none), CASE(raw_name),
	CASE(tmulti_null), CASE(tmulti_none), CASE(tmulti_count),
};

START_TEST(test_no_target)
{
	struct rawbpf_link link = { .fd = 12345, .tracefs_event = 1 };

	prog = live_prog(BPF_PROG_TYPE_KPROBE, 0);
	ck_assert_int_gt(prog, 2);
	ck_assert_msg(targetless[_i].attach(&link) == -EINVAL, "%s", targetless[_i].name);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_uint_eq(link.tracefs_event, 0);
	close(prog);
}
END_TEST

/* ---------------------------------------------------------------------------- all defaults */

/* A zero spec and NULL must have the same result, whatever this kernel supports. */
#define ASSERT_SAME(TYPE, CALL) \
	do { \
		const struct rawbpf_##TYPE zero = { 0 }, *spec = &zero; \
		struct rawbpf_link link = { .fd = 12345 }; \
		int with_zero = CALL, with_null; \
                                         \
		rawbpf_link_detach(&link); \
		link.fd = 12345; \
		spec = NULL; \
		with_null = CALL; \
		ck_assert_msg(with_null == with_zero, "%s: %d %d", #CALL, with_null, with_zero); \
		ck_assert_int_eq(link.fd != 0, with_null == 0); \
		rawbpf_link_detach(&link); \
	} while (0)

static int clock_event(void)
{
	struct perf_event_attr attr = {
		.size = sizeof attr, .type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK, .sample_period = 1000000 };

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

START_TEST(test_defaults)
{
	int filter = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	int classifier = live_prog(BPF_PROG_TYPE_SCHED_CLS, 0);
	int sampler = live_prog(BPF_PROG_TYPE_PERF_EVENT, 0), event = clock_event();
	struct rawbpf_link link = { 0 };

	ck_assert_int_gt(event, 2);
	ck_assert_int_eq(rawbpf_perf_event_attach(&link, sampler, event, NULL), 0);
	rawbpf_link_detach(&link);
	ASSERT_SAME(perf_event_spec, rawbpf_perf_event_attach(&link, sampler, event, spec));
	ASSERT_SAME(perf_event_spec, rawbpf_perf_event_attach(&link, filter, event, spec));
	ASSERT_SAME(tracing_spec, rawbpf_tracing_attach(&link, filter, spec));
	ASSERT_SAME(iter_spec, rawbpf_iter_attach(&link, filter, spec));
	ASSERT_SAME(netfilter_spec, rawbpf_netfilter_attach(&link, filter, 2, 1, spec));
	ASSERT_SAME(anchor, rawbpf_tcx_attach(&link, classifier, 9999, BPF_TCX_INGRESS, spec));
	ASSERT_SAME(anchor, rawbpf_netkit_attach(&link, classifier, 9999, BPF_NETKIT_PRIMARY, spec));
	ASSERT_SAME(anchor, rawbpf_cgroup_attach(&link, filter, -1, BPF_CGROUP_DEVICE, spec));
	close(event);
	close(sampler);
	close(classifier);
	close(filter);
}
END_TEST

/* NULL creates no object. A log without a size, or a size without a log, is an error. */
START_TEST(test_objects)
{
	char log[64] = "untouched";

	ck_assert_int_eq(rawbpf_map_create(NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_load(NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_btf_load(NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_obj_id_open(RAWBPF_OBJ_MAP, 0x7ffffffe, NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_prog_attach(-1, -1, BPF_CGROUP_DEVICE, NULL), -EBADF);
	ck_assert_int_eq(rawbpf_prog_detach(-1, -1, BPF_CGROUP_DEVICE, NULL), -EBADF);
	ck_assert_int_eq(rawbpf_map_create(WITH(map, .log_size = 64)), -EINVAL);
	ck_assert_int_lt(rawbpf_prog_load(WITH(prog, .log_size = 64)), 0);
	ck_assert_int_lt(rawbpf_btf_load(WITH(btf, .log_size = 64)), 0);
	ck_assert_int_eq(rawbpf_map_create(WITH(map, .log = log)), -EINVAL);
	ck_assert_int_lt(rawbpf_prog_load(WITH(prog, .log = log)), 0);
	ck_assert_int_lt(rawbpf_btf_load(WITH(btf, .log = log)), 0);
	ck_assert_str_eq(log, "untouched");
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_no_target, 0, RAWBPF_COUNT(targetless));
	tcase_add_test(tests, test_defaults);
	tcase_add_test(tests, test_objects);
}

int main(void)
{
	return live_run("specs", add_tests);
}

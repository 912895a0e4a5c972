/* SPDX-License-Identifier: MIT */
/*
 * Finds which ways to attach this kernel has. It attaches where no code runs, or to an impossible
 * target.
 */
#include <linux/if_link.h>
#include <rawbpf/cgroup.h>
#include <rawbpf/insn.h>
#include <rawbpf/kprobe.h>
#include <rawbpf/map.h>
#include <rawbpf/net.h>
#include <rawbpf/probe.h>
#include <rawbpf/prog.h>
#include <rawbpf/recipe.h>
#include <rawbpf/tracepoint.h>
#include <rawbpf/tracing.h>
#include <rawbpf/uprobe.h>

#include "error.h"
#include "../attach/kprobe.h"
#include "../attach/perf.h"
#include "probe.h"

/* The kernel has these (5.5; 5.7; 5.1) for its own tests of bpf(2), and calls them only there. */
#define QUIET_FUNCTION "bpf_fentry_test1"
#define QUIET_HOOK "bpf_modify_return_test"
#define QUIET_TRACEPOINT "bpf_test_finish"

enum { NO_FD = -1, LOOPBACK = 1, NO_DEVICE = 0x7ffffffe };

static int probe_kprobe(struct rawbpf_link *link, int prog)
{
	return rawbpf_kprobe_attach(link, prog, &(struct rawbpf_kprobe_spec){
		.symbol = QUIET_FUNCTION, .offset = RAWBPF__SYSCALL_ENTRY_OFFSET });
}

static int probe_kprobe_multi(struct rawbpf_link *link, int prog)
{
	const char *const symbol = QUIET_FUNCTION;

	return rawbpf_kprobe_multi_attach(link, prog, &(struct rawbpf_kprobe_multi_spec){
		.symbols = &symbol, .count = 1 });
}

static int probe_tracepoint(struct rawbpf_link *link, int prog)
{
	return rawbpf_tracepoint_attach(link, prog, &(struct rawbpf_tracepoint_spec){
		.group = "bpf_test_run", .name = QUIET_TRACEPOINT });
}

static int probe_raw_tracepoint(struct rawbpf_link *link, int prog)
{
	return rawbpf_raw_tracepoint_attach(link, prog, &(struct rawbpf_raw_tracepoint_spec){
		.name = QUIET_TRACEPOINT });
}

static int probe_tracing(struct rawbpf_link *link, int prog)
{
	return rawbpf_tracing_attach(link, prog, NULL);
}

/* Attach to the beginning of this program's file, which has no instruction there. */
static int probe_uprobe(struct rawbpf_link *link, int prog)
{
	return rawbpf_uprobe_attach(link, prog, &(struct rawbpf_uprobe_spec){
		.path = "/proc/self/exe" });
}

static int probe_uprobe_multi(struct rawbpf_link *link, int prog)
{
	const uint64_t start = 0;

	return rawbpf_uprobe_multi_attach(link, prog, &(struct rawbpf_uprobe_multi_spec){
		.path = "/proc/self/exe", .offsets = &start, .count = 1 });
}

/* Attach to a clock that would expire after a year. */
static int probe_perf_event(struct rawbpf_link *link, int prog)
{
	const struct perf_event_attr clock = {
		.type = PERF_TYPE_SOFTWARE, .size = PERF_ATTR_SIZE_VER1,
		.config = PERF_COUNT_SW_CPU_CLOCK, .sample_period = (uint64_t)1 << 55 };
	int event = rawbpf__perf_event_open(&clock, 0, -1);

	if (event < 0)
		return event;
	link->fd = event;
	return rawbpf__perf_attach(link, prog, RAWBPF_BIND_AUTO, 0);
}

static int probe_iter(struct rawbpf_link *link, int prog)
{
	return rawbpf_iter_attach(link, prog, NULL);
}

/*
 * Attach to the loopback device, which has no driver that could run it. A kernel with XDP returns
 * -EOPNOTSUPP.
 */
static int probe_xdp(struct rawbpf_link *link, int prog)
{
	return rawbpf_xdp_attach(link, prog, LOOPBACK, XDP_FLAGS_DRV_MODE);
}

static int probe_tcx(struct rawbpf_link *link, int prog)
{
	return rawbpf_tcx_attach(link, prog, NO_DEVICE, BPF_TCX_INGRESS, NULL);
}

static int probe_netkit(struct rawbpf_link *link, int prog)
{
	return rawbpf_netkit_attach(link, prog, NO_DEVICE, BPF_NETKIT_PRIMARY, NULL);
}

static int probe_netfilter(struct rawbpf_link *link, int prog)
{
	return rawbpf_netfilter_attach(link, prog, 0, 0, NULL);
}

static int probe_netns(struct rawbpf_link *link, int prog)
{
	return rawbpf_netns_attach(link, prog, NO_FD, BPF_SK_LOOKUP);
}

static int probe_cgroup(struct rawbpf_link *link, int prog)
{
	return rawbpf_cgroup_attach(link, prog, NO_FD, BPF_CGROUP_DEVICE, NULL);
}

static int probe_sockmap(struct rawbpf_link *link, int prog)
{
	(void)link;
	return rawbpf_prog_attach(prog, NO_FD, BPF_SK_MSG_VERDICT, NULL);
}

/*
 * Try to create a struct_ops map, then attach none. A process that may not create such a map cannot
 * attach one. No process can create this one: its value type is impossible.
 */
static int probe_struct_ops(struct rawbpf_link *link, int prog)
{
	const int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_STRUCT_OPS, .key_size = 4, .value_size = 4, .max_entries = 1,
		.btf_vmlinux_value_type_id = 1 });

	(void)prog;
	if (map >= 0)
		rawbpf__close(map);
	return map == -EPERM ? map : rawbpf_struct_ops_attach(link, NO_FD);
}

static const struct attach_probe {
	char name[16];
	unsigned type;          /* program type; 0: no program */
	unsigned attach_type;   /* attach type of the load */
	const char *target;     /* replaces the recipe's */
	int (*attach)(struct rawbpf_link *link, int prog);
	int refusal;            /* errno of a kernel that has it and gets no target; 0: it attaches */
	const struct rawbpf_operation *operation;
	const char *asked;      /* the target's name, in explanations */
} attach_probes[] = {
	[RAWBPF_PROBE_KPROBE] = { "kprobe", BPF_PROG_TYPE_KPROBE, 0, NULL,
		probe_kprobe, 0, RAWBPF_KPROBE_ATTACH, QUIET_FUNCTION },
	[RAWBPF_PROBE_KPROBE_MULTI] = { "kprobe_multi", BPF_PROG_TYPE_KPROBE,
		BPF_TRACE_KPROBE_MULTI, NULL, probe_kprobe_multi, 0,
		RAWBPF_KPROBE_MULTI_ATTACH, QUIET_FUNCTION },
	[RAWBPF_PROBE_TRACEPOINT] = { "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0, NULL,
		probe_tracepoint, 0, RAWBPF_TRACEPOINT_ATTACH, QUIET_TRACEPOINT },
	[RAWBPF_PROBE_RAW_TRACEPOINT] = { "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, NULL,
		probe_raw_tracepoint, 0, RAWBPF_RAW_TRACEPOINT_ATTACH, QUIET_TRACEPOINT },
	[RAWBPF_PROBE_TP_BTF] = { "tp_btf", BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP,
		"btf_trace_" QUIET_TRACEPOINT, probe_tracing, 0, RAWBPF_TRACING_ATTACH,
		QUIET_TRACEPOINT },
	[RAWBPF_PROBE_FENTRY] = { "fentry", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, NULL,
		probe_tracing, 0, RAWBPF_TRACING_ATTACH, QUIET_FUNCTION },
	[RAWBPF_PROBE_FMOD_RET] = { "fmod_ret", BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN,
		QUIET_HOOK, probe_tracing, 0, RAWBPF_TRACING_ATTACH, QUIET_HOOK },
	[RAWBPF_PROBE_LSM] = { "lsm", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_quota_on",
		probe_tracing, 0, RAWBPF_TRACING_ATTACH, "quota_on" },
	[RAWBPF_PROBE_UPROBE] = { "uprobe", BPF_PROG_TYPE_KPROBE, 0, NULL,
		probe_uprobe, 0, RAWBPF_UPROBE_ATTACH, "/proc/self/exe" },
	[RAWBPF_PROBE_UPROBE_MULTI] = { "uprobe_multi", BPF_PROG_TYPE_KPROBE,
		BPF_TRACE_UPROBE_MULTI, NULL, probe_uprobe_multi, 0,
		RAWBPF_UPROBE_MULTI_ATTACH, "/proc/self/exe" },
	[RAWBPF_PROBE_PERF_EVENT] = { "perf_event", BPF_PROG_TYPE_PERF_EVENT, 0, NULL,
		probe_perf_event, 0, RAWBPF_PERF_EVENT_ATTACH, "cpu-clock" },
	[RAWBPF_PROBE_ITER] = { "iter", BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, NULL,
		probe_iter, 0, RAWBPF_ITER_ATTACH, "task" },
	[RAWBPF_PROBE_XDP] = { "xdp", BPF_PROG_TYPE_XDP, 0, NULL,
		probe_xdp, -EOPNOTSUPP, RAWBPF_XDP_ATTACH, NULL },
	[RAWBPF_PROBE_TCX] = { "tcx", BPF_PROG_TYPE_SCHED_CLS, 0, NULL,
		probe_tcx, -ENODEV, RAWBPF_TCX_ATTACH, NULL },
	[RAWBPF_PROBE_NETKIT] = { "netkit", BPF_PROG_TYPE_SCHED_CLS, 0, NULL,
		probe_netkit, -ENODEV, RAWBPF_NETKIT_ATTACH, NULL },
	[RAWBPF_PROBE_NETFILTER] = { "netfilter", BPF_PROG_TYPE_NETFILTER, BPF_NETFILTER, NULL,
		probe_netfilter, -EAFNOSUPPORT, RAWBPF_NETFILTER_ATTACH, NULL },
	[RAWBPF_PROBE_NETNS] = { "netns", BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, NULL,
		probe_netns, -EBADF, RAWBPF_NETNS_ATTACH, NULL },
	[RAWBPF_PROBE_CGROUP] = { "cgroup", BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, NULL,
		probe_cgroup, -EBADF, RAWBPF_CGROUP_ATTACH, NULL },
	[RAWBPF_PROBE_SOCKMAP] = { "sockmap", BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, NULL,
		probe_sockmap, -EBADF, RAWBPF_SOCKMAP_ATTACH, NULL },
	[RAWBPF_PROBE_STRUCT_OPS] = { "struct_ops", 0, 0, NULL,
		probe_struct_ops, -EBADF, RAWBPF_STRUCT_OPS_ATTACH, NULL },
};

const char *rawbpf_probe_attach_name(enum rawbpf_probe_attach way)
{
	return (unsigned)way < RAWBPF_PROBE_ATTACH_COUNT ? attach_probes[way].name : NULL;
}

/* Reasons that the kernel does not return, or for which it has no distinct errno. */
static const struct rawbpf_failures failures_of_kprobes_off = {
	.sentences = "EOPNOTSUPP: kprobes are switched off; switch them on: "
		     "echo 1 > /sys/kernel/debug/kprobes/enabled\0",
};
static const struct rawbpf_operation kprobes_off = { &failures_of_kprobes_off };

static const struct rawbpf_failures failures_of_no_jit = {
	.sentences = "ENOMEM: this kernel has no JIT (it was built without CONFIG_BPF_JIT), which "
		     "such programs need\0",
};
static const struct rawbpf_operation no_jit = { &failures_of_no_jit };

static const struct rawbpf_failures failures_of_no_target = {
	.sentences = "ENOENT: this kernel has no such function, type or hook\0",
};
static const struct rawbpf_operation no_target = { &failures_of_no_target };

/* Choose the explanation of a failed load. Programs that a trampoline calls need a JIT. */
static const struct rawbpf_operation *refused_by(int err, unsigned type)
{
	if (err == -ENOENT)
		return &no_target;
	if (err == -ENOMEM && (type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_LSM) &&
	    rawbpf__exists("/proc/sys/net/core") &&
	    !rawbpf__exists("/proc/sys/net/core/bpf_jit_enable"))
		return &no_jit;
	return RAWBPF_PROG_LOAD;
}

/* Choose the recipe of that type and attach type, or of the type alone if the attach type has none. */
static struct rawbpf_prog_recipe recipe_of(const struct attach_probe *probe)
{
	struct rawbpf_prog_recipe of_type = { .type = probe->type };
	const struct rawbpf_prog_recipe *recipe;
	unsigned n;

	for (n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++) {
		if (recipe->type != probe->type)
			continue;
		of_type = *recipe;
		if (recipe->expected_attach_type == probe->attach_type)
			break;
	}
	of_type.expected_attach_type = probe->attach_type;
	if (probe->target)
		of_type.target = probe->target;
	return of_type;
}

static int load_for(const struct attach_probe *probe, const struct rawbpf_btf *kernel)
{
	const struct rawbpf_prog_recipe recipe = recipe_of(probe);

	return rawbpf_prog_recipe_load(&recipe, kernel, NULL, 0);
}

/* Fill in `error`. Returns 0 if `err` shows that the kernel lacks it, else `err`. */
static int answer(int err, const struct rawbpf_operation *operation,
		  const struct attach_probe *probe, struct rawbpf_error *error)
{
	int has;

	if (error)
		*error = (struct rawbpf_error){ .operation = operation, .error = err,
						.type = probe->type, .name = probe->asked };
	return rawbpf__probe_has(&has, err);
}

int rawbpf_probe_attach_has(int *has, enum rawbpf_probe_attach way,
			    const struct rawbpf_btf *kernel, struct rawbpf_error *error)
{
	const struct attach_probe *probe;
	struct rawbpf_link link = { 0 };
	int err, prog = 0;

	*has = 0;
	if ((unsigned)way >= RAWBPF_PROBE_ATTACH_COUNT)
		return -EINVAL;
	probe = &attach_probes[way];
	if (way == RAWBPF_PROBE_KPROBE && rawbpf__kprobes_are_off())
		return answer(-EOPNOTSUPP, &kprobes_off, probe, error);
	if (probe->type)
		prog = load_for(probe, kernel);
	if (prog < 0)
		return answer(prog, refused_by(prog, probe->type), probe, error);
	err = probe->attach(&link, prog);
	rawbpf_link_detach(&link);
	if (prog)
		rawbpf__close(prog);
	/* The kernel attached it, and would never call it. */
	if (err >= 0 && way == RAWBPF_PROBE_LSM && rawbpf__lsm_refusal())
		return answer(-EOPNOTSUPP, rawbpf__lsm_refusal(), probe, error);
	*has = err >= 0 || err == probe->refusal;
	return *has ? 0 : answer(err, probe->operation, probe, error);
}

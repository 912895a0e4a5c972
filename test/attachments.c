/* SPDX-License-Identifier: MIT */
#include "attachments.h"

#include <linux/btf.h>
#include <linux/netfilter.h>

#include "cgroups.h"

#define TRACEPOINT_GROUP "sched"
#define TRACEPOINT_NAME "sched_process_exit"

enum { LOOPBACK = 1 }; /* the one device of a new network namespace */

static int cgroup, netns, sockmap;

/* Where this function is in the file of this program: a place for uprobes. */
__attribute__((noinline)) static void probed(void)
{
	__asm__ volatile("");
}

static uint64_t probed_offset(void)
{
	unsigned long start, end, offset, address = (unsigned long)probed;
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "re");

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof line, maps)) {
		if (sscanf(line, "%lx-%lx %*s %lx", &start, &end, &offset) == 3 &&
		    address >= start && address < end) {
			fclose(maps);
			return address - start + offset;
		}
	}
	ck_abort_msg("no mapping of this program");
}

static int attach_raw_tracepoint(struct rawbpf_link *link, int prog)
{
	return rawbpf_raw_tracepoint_attach(link, prog, &(struct rawbpf_raw_tracepoint_spec){
		.name = TRACEPOINT_NAME });
}

static int attach_tracepoint(struct rawbpf_link *link, int prog)
{
	return rawbpf_tracepoint_attach(link, prog, &(struct rawbpf_tracepoint_spec){
		.group = TRACEPOINT_GROUP, .name = TRACEPOINT_NAME });
}

static int attach_tracepoint_by_ioctl(struct rawbpf_link *link, int prog)
{
	return rawbpf_tracepoint_attach(link, prog, &(struct rawbpf_tracepoint_spec){
		.group = TRACEPOINT_GROUP, .name = TRACEPOINT_NAME, .bind = RAWBPF_BIND_IOCTL });
}

static int attach_kprobe(struct rawbpf_link *link, int prog)
{
	return rawbpf_kprobe_attach(link, prog, &(struct rawbpf_kprobe_spec){
		.symbol = "do_fchownat" });
}

static int attach_kprobe_multi(struct rawbpf_link *link, int prog)
{
	const char *const symbols[] = { "do_fchownat" };

	return rawbpf_kprobe_multi_attach(link, prog, &(struct rawbpf_kprobe_multi_spec){
		.symbols = symbols, .count = 1 });
}

static int attach_uprobe(struct rawbpf_link *link, int prog)
{
	return rawbpf_uprobe_attach(link, prog, &(struct rawbpf_uprobe_spec){
		.path = "/proc/self/exe", .offset = probed_offset(), .pid = getpid() });
}

static int attach_uprobe_multi(struct rawbpf_link *link, int prog)
{
	const uint64_t offset = probed_offset();

	return rawbpf_uprobe_multi_attach(link, prog, &(struct rawbpf_uprobe_multi_spec){
		.path = "/proc/self/exe", .offsets = &offset, .count = 1, .pid = getpid() });
}

static int attach_tracing(struct rawbpf_link *link, int prog)
{
	return rawbpf_tracing_attach(link, prog, &(struct rawbpf_tracing_spec){ 0 });
}

static int attach_iter(struct rawbpf_link *link, int prog)
{
	return rawbpf_iter_attach(link, prog, &(struct rawbpf_iter_spec){ 0 });
}

static int attach_cgroup_device(struct rawbpf_link *link, int prog)
{
	return rawbpf_cgroup_attach(link, cgroup, prog, BPF_CGROUP_DEVICE);
}

static int attach_cgroup_skb(struct rawbpf_link *link, int prog)
{
	return rawbpf_cgroup_attach(link, cgroup, prog, BPF_CGROUP_INET_EGRESS);
}

static int attach_xdp(struct rawbpf_link *link, int prog)
{
	return rawbpf_xdp_attach(link, LOOPBACK, prog, 0);
}

static int attach_tcx(struct rawbpf_link *link, int prog)
{
	return rawbpf_tcx_attach(link, LOOPBACK, prog, BPF_TCX_INGRESS, NULL);
}

static int attach_flow_dissector(struct rawbpf_link *link, int prog)
{
	return rawbpf_netns_attach(link, netns, prog, BPF_FLOW_DISSECTOR);
}

static int attach_sk_lookup(struct rawbpf_link *link, int prog)
{
	return rawbpf_netns_attach(link, netns, prog, BPF_SK_LOOKUP);
}

static int attach_netfilter(struct rawbpf_link *link, int prog)
{
	return rawbpf_netfilter_attach(link, prog, NFPROTO_IPV4, NF_INET_LOCAL_IN,
				       &(struct rawbpf_netfilter_spec){ .priority = 1 });
}

static int attach_sockmap(struct rawbpf_link *link, int prog)
{
	return rawbpf_sockmap_attach(link, sockmap, prog, BPF_SK_MSG_VERDICT);
}

const struct attachment attachments[] = {
	{ .name = "raw_tracepoint", .attach = attach_raw_tracepoint,
	  .type = BPF_PROG_TYPE_RAW_TRACEPOINT },
	{ .name = "tracepoint", .attach = attach_tracepoint, .type = BPF_PROG_TYPE_TRACEPOINT },
	{ .name = "tracepoint_ioctl", .attach = attach_tracepoint_by_ioctl,
	  .type = BPF_PROG_TYPE_TRACEPOINT },
	{ .name = "kprobe", .attach = attach_kprobe, .type = BPF_PROG_TYPE_KPROBE },
	{ .name = "kprobe_multi", .attach = attach_kprobe_multi, .since = 0x512,
	  .type = BPF_PROG_TYPE_KPROBE, .expected_attach_type = BPF_TRACE_KPROBE_MULTI },
	{ .name = "uprobe", .attach = attach_uprobe, .type = BPF_PROG_TYPE_KPROBE },
	{ .name = "uprobe_multi", .attach = attach_uprobe_multi, .since = 0x606,
	  .type = BPF_PROG_TYPE_KPROBE, .expected_attach_type = BPF_TRACE_UPROBE_MULTI },
	{ .name = "tp_btf", .attach = attach_tracing, .btf_name = "btf_trace_" TRACEPOINT_NAME,
	  .type = BPF_PROG_TYPE_TRACING, .expected_attach_type = BPF_TRACE_RAW_TP },
	{ .name = "fentry", .attach = attach_tracing, .btf_name = "do_fchownat",
	  .type = BPF_PROG_TYPE_TRACING, .expected_attach_type = BPF_TRACE_FENTRY },
	{ .name = "lsm", .attach = attach_tracing, .btf_name = "bpf_lsm_file_open",
	  .type = BPF_PROG_TYPE_LSM, .expected_attach_type = BPF_LSM_MAC },
	{ .name = "iter", .attach = attach_iter, .btf_name = "bpf_iter_task",
	  .type = BPF_PROG_TYPE_TRACING, .expected_attach_type = BPF_TRACE_ITER },
	{ .name = "cgroup_device", .attach = attach_cgroup_device, .result = 1,
	  .type = BPF_PROG_TYPE_CGROUP_DEVICE, .expected_attach_type = BPF_CGROUP_DEVICE },
	{ .name = "cgroup_skb", .attach = attach_cgroup_skb, .result = 1,
	  .type = BPF_PROG_TYPE_CGROUP_SKB, .expected_attach_type = BPF_CGROUP_INET_EGRESS },
	{ .name = "xdp", .attach = attach_xdp, .result = XDP_PASS, .is_alone = 1,
	  .type = BPF_PROG_TYPE_XDP, .expected_attach_type = BPF_XDP },
	{ .name = "tcx", .attach = attach_tcx, .result = -1 /* TCX_NEXT */, .since = 0x606,
	  .type = BPF_PROG_TYPE_SCHED_CLS, .expected_attach_type = BPF_TCX_INGRESS },
	{ .name = "flow_dissector", .attach = attach_flow_dissector, .is_alone = 1,
	  .type = BPF_PROG_TYPE_FLOW_DISSECTOR, .expected_attach_type = BPF_FLOW_DISSECTOR },
	{ .name = "sk_lookup", .attach = attach_sk_lookup, .result = SK_PASS,
	  .type = BPF_PROG_TYPE_SK_LOOKUP, .expected_attach_type = BPF_SK_LOOKUP },
	{ .name = "netfilter", .attach = attach_netfilter, .result = NF_ACCEPT, .is_alone = 1,
	  .since = 0x604, .type = BPF_PROG_TYPE_NETFILTER, .expected_attach_type = BPF_NETFILTER },
	{ .name = "sockmap", .attach = attach_sockmap, .result = SK_PASS, .is_alone = 1,
	  .since = 0x60a, .type = BPF_PROG_TYPE_SK_MSG, .expected_attach_type = BPF_SK_MSG_VERDICT },
};
const unsigned attachment_count = RAWBPF_COUNT(attachments);

void attachments_begin(TCase *tests)
{
	char path[2048];

	if (cgroups_find(path, sizeof path))
		tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
}

/* The first program on a tracepoint, and the last, wait for a grace period: these hold it. */
static void hold_tracepoint(void)
{
	static struct rawbpf_link raw, classic;
	int prog = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);

	attach_raw_tracepoint(&raw, prog);
	close(prog);
	prog = live_prog(BPF_PROG_TYPE_TRACEPOINT, 0);
	attach_tracepoint(&classic, prog);
	close(prog);
}

static void prepare_once(void)
{
	if (cgroup)
		return;
	live_mount_tracefs();
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	cgroup = *cgroups_path ? cgroups_open(cgroups_make("")) : -EOPNOTSUPP;
	netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	sockmap = live_map(BPF_MAP_TYPE_SOCKMAP, 4, 4, 1);
	hold_tracepoint();
}

/* The kernel's type behind each kind's btf_name, or a negative errno; 0: not looked up yet. */
static int btf_ids[RAWBPF_COUNT(attachments)];

static int find_btf_id(const struct attachment *kind)
{
	struct rawbpf_btf btf;
	int id = rawbpf_btf_kernel_open(&btf);

	if (id < 0)
		return id;
	id = rawbpf_btf_find(&btf, kind->expected_attach_type == BPF_TRACE_RAW_TP
					   ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC, kind->btf_name);
	rawbpf_btf_close(&btf);
	return id;
}

int attachment_load(const struct attachment *kind)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, kind->result), BPF_EXIT_INSN() };
	int btf_id = btf_ids[kind - attachments];

	return btf_id < 0 ? btf_id : rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "attachment",
		.type = kind->type,
		.expected_attach_type = kind->expected_attach_type,
		.attach_btf_id = btf_id,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
	});
}

/* What kernels answer that do not have this kind; here fentry and LSM programs are refused. */
static int is_missing(const struct attachment *kind, int error)
{
	int is_btf = kind->btf_name && (error == -EPERM || error == -ENOTSUPP);

	return error == -EOPNOTSUPP || error == -ENOENT || is_btf ||
	       (error == -EINVAL && live_kernel() < kind->since);
}

int attachments_prepare(const struct attachment *kind)
{
	struct rawbpf_link link = { 0 };
	int err, prog;

	prepare_once();
	if (kind->btf_name && !btf_ids[kind - attachments])
		btf_ids[kind - attachments] = find_btf_id(kind);
	prog = attachment_load(kind);
	err = prog < 0 ? prog : kind->attach(&link, prog);
	if (prog >= 0)
		close(prog);
	rawbpf_link_detach(&link);
	ck_assert_msg(err == 0 || is_missing(kind, err), "%s: %d", kind->name, err);
	return err == 0;
}

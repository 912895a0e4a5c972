/* SPDX-License-Identifier: MIT */
#include "attachments.h"

#include "cgroups.h"

#define TRACEPOINT_GROUP "sched"
#define TRACEPOINT_NAME "sched_process_exit"

static int cgroup;

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

static int attach_cgroup(struct rawbpf_link *link, int prog)
{
	return rawbpf_cgroup_attach(link, cgroup, prog, BPF_CGROUP_DEVICE);
}

const struct attachment attachments[] = {
	{ "raw_tracepoint", BPF_PROG_TYPE_RAW_TRACEPOINT, 0, 0, attach_raw_tracepoint, 0 },
	{ "tracepoint", BPF_PROG_TYPE_TRACEPOINT, 0, 0, attach_tracepoint, 0 },
	{ "tracepoint_ioctl", BPF_PROG_TYPE_TRACEPOINT, 0, 0, attach_tracepoint_by_ioctl, 0 },
	{ "kprobe", BPF_PROG_TYPE_KPROBE, 0, 0, attach_kprobe, 0 },
	{ "cgroup_device", BPF_PROG_TYPE_CGROUP_DEVICE, 0, 1, attach_cgroup, 0 },
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
	cgroup = *cgroups_path ? cgroups_open(cgroups_make("")) : -ENOENT;
	hold_tracepoint();
}

int attachments_prepare(const struct attachment *kind)
{
	struct rawbpf_link link;
	int err, prog;

	prepare_once();
	prog = attachment_load(kind);
	err = kind->attach(&link, prog);
	close(prog);
	rawbpf_link_detach(&link);
	if (err == -EOPNOTSUPP || err == -ENOENT)
		return 0;
	ck_assert_int_eq(err, 0);
	return 1;
}

int attachment_load(const struct attachment *kind)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, kind->result), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "attachment",
		.type = kind->type,
		.expected_attach_type = kind->expected_attach_type,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
	});

	ck_assert_int_gt(prog, 2);
	return prog;
}

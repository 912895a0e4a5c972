/* SPDX-License-Identifier: MIT */
/*
 * A program that stays on a cgroup after this process: attach, recognise, replace and detach it.
 * Root. Linux 5.10.
 */
#include "api.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { DEVICE = BPF_CGROUP_DEVICE };

static char path[4096];

static void remove_cgroup(void)
{
	rmdir(path);
}

static int load(const struct bpf_insn *insns)
{
	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "my_filter", .type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = insns, .insn_count = 2 }));
}

int main(int argc, char **argv)
{
	const struct bpf_insn allow[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	const struct bpf_insn deny[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	unsigned id = 0;
	struct rawbpf_prog_query query = { .prog_ids = &id, .capacity = 1 };
	struct bpf_prog_info info;
	int cgroup, prog;

	check_arguments(argc, argv, 0, 1, "prog_attach [CGROUP2] (default: /sys/fs/cgroup)");
	snprintf(path, sizeof path, "%s/rawbpf-example", argc > 1 ? argv[1] : "/sys/fs/cgroup");
	must_libc(path, mkdir(path, 0755));
	atexit(remove_cgroup);
	cgroup = must_libc(path, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	must(RAWBPF_PROG_ATTACH, rawbpf_prog_attach(load(allow), cgroup, DEVICE,
		&(struct rawbpf_prog_attach_spec){ .flags = BPF_F_ALLOW_MULTI }));

	/* Later, in another process: is the right program attached? */
	must(RAWBPF_PROG_QUERY, rawbpf_prog_query(&query, cgroup, DEVICE));
	prog = must(RAWBPF_OBJ_ID_OPEN, rawbpf_obj_id_open(RAWBPF_OBJ_PROG, id, NULL));
	memset(&info, 0, sizeof info);
	must(RAWBPF_OBJ_INFO, rawbpf_obj_info(prog, &info, sizeof info));
	printf("allows: %s\n", rawbpf_prog_tag_compare(allow, 2, info.tag) ? "yes" : "no");
	printf("denies: %s\n", rawbpf_prog_tag_compare(deny, 2, info.tag) ? "yes" : "no");

	/* No: replace the program of the same name, without a gap in between. */
	prog = load(deny);
	printf("replaced: %d\n", must(RAWBPF_PROG_REPLACE, rawbpf_prog_replace(prog, cgroup, DEVICE, NULL)));
	must(RAWBPF_PROG_DETACH, rawbpf_prog_detach(prog, cgroup, DEVICE, NULL));
	must(RAWBPF_PROG_QUERY, rawbpf_prog_query(&query, cgroup, DEVICE));
	printf("left: %u\n", query.count);
	return done();
}

/* SPDX-License-Identifier: MIT */
/*
 * Attach a program to a cgroup without a link: it stays when its loader ends. Find it again, see
 * that it is the one that we would load, and detach it. Root. Linux 5.10.
 */
#include "api.h"

#include <fcntl.h>
#include <sys/stat.h>

static char path[4096];

static void remove_cgroup(void)
{
	rmdir(path);
}

int main(int argc, char **argv)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	unsigned ids[64];
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = RAWBPF_COUNT(ids) };
	struct rawbpf_prog_info info = { .type = 0 };
	const unsigned hook = BPF_CGROUP_INET_SOCK_CREATE;
	int cgroup, prog;

	check_arguments(argc, argv, 0, 1, "prog [CGROUP2] (default: /sys/fs/cgroup)");
	snprintf(path, sizeof path, "%s/rawbpf-example", argc > 1 ? argv[1] : "/sys/fs/cgroup");
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "all_sockets", .type = BPF_PROG_TYPE_CGROUP_SOCK,
		.expected_attach_type = hook, .insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
	must_libc(path, mkdir(path, 0755));
	atexit(remove_cgroup);
	cgroup = must_libc(path, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	must(RAWBPF_PROG_ATTACH,
	     rawbpf_prog_attach(prog, cgroup, hook, &(struct rawbpf_prog_attach_spec){
		.flags = BPF_F_ALLOW_MULTI })); /* beside other programs */
	close(prog); /* as after our exit */

	must(RAWBPF_PROG_QUERY, rawbpf_prog_query(&query, cgroup, hook));
	prog = must(RAWBPF_OBJ_ID_OPEN, rawbpf_obj_id_open(RAWBPF_OBJ_PROG, ids[0], NULL));
	must(RAWBPF_PROG_INFO, rawbpf_prog_info(&info, prog));
	printf("%u program: %s, %s\n", query.count, info.name,
	       rawbpf_prog_tag_compare(insns, RAWBPF_COUNT(insns), info.tag) ? "ours" : "another");
	must(RAWBPF_PROG_DETACH, rawbpf_prog_detach(prog, cgroup, hook, NULL));
	must(RAWBPF_PROG_QUERY, rawbpf_prog_query(&query, cgroup, hook));
	printf("%u programs\n", query.count);
	close(prog);
	close(cgroup);
	return done();
}

/* SPDX-License-Identifier: MIT */
/* Name a program's struct_ops, for kernel functions that it calls. Root. Linux 7.0. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "prog_struct_ops");

	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	struct rawbpf_map_spec spec = { .name = "control", .flags = BPF_F_LINK };
	struct rawbpf_struct_ops_btf ops;
	struct rawbpf_btf kernel;
	int map, prog;

	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	must(RAWBPF_STRUCT_OPS_BTF_LOAD,
	     rawbpf_struct_ops_btf_load(&spec, &ops, &kernel, "tcp_congestion_ops"));
	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&spec));
	close(spec.btf);
	rawbpf_btf_close(&kernel);
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "timer", .type = BPF_PROG_TYPE_SYSCALL, .flags = BPF_F_SLEEPABLE,
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_PROG_STRUCT_OPS_BIND, rawbpf_prog_struct_ops_bind(prog, map));
	printf("bound\n");
	close(prog);
	close(map);
	return done();
}

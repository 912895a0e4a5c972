/* SPDX-License-Identifier: MIT */
/* A list in an arena: this process makes it, a program follows its pointers. Root. Linux 6.9. */
#include "api.h"

struct node {
	uint64_t value;
	struct node *next;
};

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "map_arena");

	const uint64_t address = 1ull << 44; /* in every process that maps the arena */
	struct rawbpf_prog_run run = { 0 };
	struct rawbpf_map_view view;
	struct node *nodes;
	int map, prog;

	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "list", .type = BPF_MAP_TYPE_ARENA, .flags = BPF_F_MMAPABLE,
		.max_entries = 1, .map_extra = address })); /* a page */
	must(RAWBPF_MAP_ARENA_OPEN, rawbpf_map_arena_open(&view, map, NULL));
	nodes = view.data;
	nodes[0] = (struct node){ 30, &nodes[2] };
	nodes[2] = (struct node){ 10, &nodes[1] };
	nodes[1] = (struct node){ 2, NULL };

	const struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(BPF_REG_1, map), /* the program uses this arena */
		BPF_LD_IMM64(BPF_REG_2, address),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_MOV64_IMM(BPF_REG_3, 8), /* nodes at most */
		/* next: */
		RAWBPF_ADDR_SPACE_CAST(BPF_REG_4, BPF_REG_2, 0, 1),
		BPF_LDX_MEM(BPF_DW, BPF_REG_5, BPF_REG_4, offsetof(struct node, value)),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_5),
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_4, offsetof(struct node, next)),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_2, 0, 2),
		BPF_ALU64_IMM(BPF_SUB, BPF_REG_3, 1),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_3, 0, -7),
		BPF_EXIT_INSN(),
	};
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "sum", .type = BPF_PROG_TYPE_SYSCALL, .flags = BPF_F_SLEEPABLE, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	printf("the nodes' sum: %u\n", run.retval);
	rawbpf_map_view_close(&view);
	close(prog);
	close(map);
	return done();
}

/* SPDX-License-Identifier: MIT */
/* Share an array with a program as memory, read and written without calls. CAP_BPF. Linux 5.6. */
#include "api.h"

struct shared {
	uint64_t step; /* this process sets it, and the program reads it */
	uint64_t total;
};

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "map_view");

	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64, .repeat = 10 };
	struct rawbpf_map_view view;
	struct shared *shared;
	int map, prog;

	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "shared", .type = BPF_MAP_TYPE_ARRAY, .flags = BPF_F_MMAPABLE,
		.key_size = 4, .value_size = sizeof *shared, .max_entries = 1 }));
	must(RAWBPF_MAP_VIEW_OPEN, rawbpf_map_view_open(&view, map, 1));
	shared = view.data; /* element i is at view.data + i * view.stride */
	shared->step = 7;

	const struct bpf_insn insns[] = {
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, offsetof(struct shared, step)),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, offsetof(struct shared, total)),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "add_step", .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	printf("10 runs with step 7: %llu\n",
	       (unsigned long long)__atomic_load_n(&shared->total, __ATOMIC_RELAXED));
	__atomic_store_n(&shared->step, 100, __ATOMIC_RELAXED);
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));
	printf("10 more with step 100: %llu\n",
	       (unsigned long long)__atomic_load_n(&shared->total, __ATOMIC_RELAXED));
	rawbpf_map_view_close(&view);
	close(prog);
	close(map);
	return done();
}

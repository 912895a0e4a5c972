/* SPDX-License-Identifier: MIT */
/* Count without a lock: one counter per CPU. A reader adds them up. CAP_BPF. Linux 5.10. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "map_percpu");

	struct rawbpf_prog_run run = { .data_in = (char[64]){ 0 }, .data_size_in = 64, .repeat = 100 };
	const uint32_t key = 0;
	struct rawbpf_map_layout layout;
	uint64_t *values, sum = 0;
	int map, prog;

	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "count", .type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = sizeof key,
		.value_size = sizeof *values, .max_entries = 1 }));
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem), /* this CPU's value */
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 3),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	prog = must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "count_up", .type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) }));
	must(RAWBPF_PROG_RUN, rawbpf_prog_run(prog, &run));

	must(RAWBPF_MAP_LAYOUT_INFO, rawbpf_map_layout_info(&layout, map));
	values = malloc(layout.lookup_size);
	must(RAWBPF_MAP_PERCPU_LOOKUP,
	     rawbpf_map_percpu_lookup(map, &layout, &key, values, values ? layout.lookup_size : 0));
	for (unsigned cpu = 0; cpu < layout.cpus; cpu++)
		sum += values[cpu];
	printf("100 runs: %llu\n", (unsigned long long)sum);
	free(values);
	close(prog);
	close(map);
	return done();
}

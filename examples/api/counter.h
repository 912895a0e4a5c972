/* SPDX-License-Identifier: MIT */
/* A program that counts its runs, for examples of attaching. Copy it with them. */
#ifndef EXAMPLES_COUNTER_H
#define EXAMPLES_COUNTER_H

#include "api.h"

/* Create a map with one number. */
static inline int counter_create(void)
{
	return must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "calls", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = 1 }));
}

static inline unsigned long long counter_read(int map)
{
	uint64_t count;

	must(RAWBPF_MAP_LOOKUP, rawbpf_map_lookup(map, &(uint32_t){ 0 }, &count, 0));
	return count;
}

/* Load a program that adds 1 to the map's number if this process runs it. */
static inline int counter_load(int map, unsigned type, unsigned attach_type)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(BPF_FUNC_get_current_pid_tgid),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_0, 32),
		BPF_JMP32_IMM(BPF_JNE, BPF_REG_0, getpid(), 4), /* outside PID namespaces */
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	const struct rawbpf_prog_spec spec = {
		.type = type, .expected_attach_type = attach_type,
		.license = "GPL", .insns = insns, .insn_count = RAWBPF_COUNT(insns) };

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&spec));
}

#endif

/* SPDX-License-Identifier: MIT */
/* Give a program in user space a map, and read what it counted. No privilege. */
#include "api.h"

#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "vm_map");

	/* counts[port]++: the port comes from a queue. Map 0 of the machine is counts, 1 the queue. */
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(BPF_REG_1, 1), BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4), BPF_EMIT_CALL(BPF_FUNC_map_pop_elem),
		BPF_LD_MAP_FD(BPF_REG_1, 0), BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4), BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2), BPF_MOV64_IMM(BPF_REG_1, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0), BPF_EXIT_INSN(),
	};
	static uint64_t stack[RAWBPF_VM_STACK / 8], memory[200], queue_memory[8];
	struct rawbpf_vm_map queue = { .name = "ports", .type = BPF_MAP_TYPE_QUEUE, .value_size = 4,
		.max_entries = 5, .memory = queue_memory, .memory_size = sizeof queue_memory };
	struct rawbpf_vm_map counts = { .name = "counts", .type = BPF_MAP_TYPE_HASH, .key_size = 4,
		.value_size = 8, .max_entries = 10, .memory = memory, .memory_size = sizeof memory };
	const uint32_t ports[] = { 80, 443, 80, 22, 80 };
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
	struct rawbpf_vm_map *maps[] = { &counts, &queue };
	struct rawbpf_vm_region *regions[2 * RAWBPF_COUNT(maps)];
	struct rawbpf_vm_world world = { .time = 0 };
	struct rawbpf_vm_helpers helpers;
	static struct rawbpf_vm vm;
	uint64_t count = 0;
	uint32_t port;
	int err;

	if (rawbpf_vm_map_size(&counts) > sizeof memory || rawbpf_vm_map_open(&counts) < 0 ||
	    rawbpf_vm_map_open(&queue) < 0)
		return API_FAILED;
	rawbpf_vm_helpers_get(&helpers, &world);
	for (unsigned i = 0; i < RAWBPF_COUNT(ports); i++) {
		rawbpf_vm_map_update(&counts, &ports[i], &count, BPF_ANY);
		rawbpf_vm_map_push(&queue, &ports[i], BPF_ANY);
	}
	rawbpf_vm_map_pop(&queue, &port); /* one 80 less */
	rawbpf_vm_map_delete(&counts, &ports[1]);
	for (unsigned i = 1; i < RAWBPF_COUNT(ports); i++)
		if (rawbpf_vm_open(&vm, &(struct rawbpf_vm_spec){
			.prog = &prog, .stack = stack, .stack_size = sizeof stack, .helpers = &helpers,
			.maps = maps, .map_count = RAWBPF_COUNT(maps), .regions = regions,
			.region_max = RAWBPF_COUNT(regions) }) < 0 ||
		    rawbpf_vm_run(&vm, 1000) != RAWBPF_VM_ENDED)
			return API_FAILED;
	for (err = rawbpf_vm_map_next(&counts, NULL, &port); !err;
	     err = rawbpf_vm_map_next(&counts, &port, &port))
		if (rawbpf_vm_map_lookup(&counts, &port, &count) == 0)
			printf("port %u: %llu\n", port, (unsigned long long)count);
	return done();
}

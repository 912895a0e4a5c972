/* SPDX-License-Identifier: MIT */
/* Read the records that a program in user space writes to a ring buffer. No privilege. */
#include "api.h"

#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

static uint64_t memory[1600], stack[RAWBPF_VM_STACK / 8];

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "vm_ring");

	const struct bpf_insn insns[] = { /* output the time, which the caller sets */
		BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_0, -8),
		BPF_LD_MAP_FD(BPF_REG_1, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -8),
		BPF_MOV64_IMM(BPF_REG_3, 8),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_EMIT_CALL(BPF_FUNC_ringbuf_output),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_vm_map ring = {
		.name = "ring", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 4096,
		.memory = memory, .memory_size = sizeof memory };
	struct rawbpf_vm_map *maps[] = { &ring };
	struct rawbpf_vm_region *regions[2];
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
	struct rawbpf_vm_world world = { .time = 1000 };
	struct rawbpf_vm_ring_info info;
	struct rawbpf_vm_helpers helpers;
	static struct rawbpf_vm vm;
	const void *record;
	void *own;
	size_t size;

	rawbpf_vm_helpers_get(&helpers, &world);
	if (rawbpf_vm_map_open(&ring) < 0 ||
	    rawbpf_vm_open(&vm, &(struct rawbpf_vm_spec){
		.prog = &prog, .stack = stack, .stack_size = sizeof stack, .helpers = &helpers,
		.maps = maps, .map_count = 1, .regions = regions, .region_max = 2 }) < 0 ||
	    rawbpf_vm_run(&vm, 1000) != RAWBPF_VM_ENDED)
		return API_FAILED;
	/* A helper of the caller writes records like this. */
	if (rawbpf_vm_ring_reserve(&ring, 8, &own) < 0 || !own)
		return API_FAILED;
	memcpy(own, &(uint64_t){ 2000 }, 8);
	rawbpf_vm_ring_submit(&ring, own, 0);
	rawbpf_vm_ring_info(&ring, &info);
	printf("%llu bytes in the ring\n", (unsigned long long)(info.producer - info.consumer));
	while (rawbpf_vm_ring_next(&ring, &record, &size) == 0)
		printf("%zu bytes: %llu\n", size, (unsigned long long)*(const uint64_t *)record);
	return done();
}

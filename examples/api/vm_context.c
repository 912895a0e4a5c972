/* SPDX-License-Identifier: MIT */
/* Run an XDP program in user space: it drops short packets and cuts others. No privilege. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "vm_context");

	/* Drop a packet of fewer than 18 bytes; cut the first 4 bytes off all others. */
	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 0),	/* data */
		BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_1, 4),	/* data_end */
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, 18),
		BPF_MOV64_IMM(BPF_REG_0, XDP_DROP),
		BPF_JMP_REG(BPF_JGT, BPF_REG_2, BPF_REG_3, 3),
		BPF_MOV64_IMM(BPF_REG_2, 4),
		BPF_EMIT_CALL(BPF_FUNC_xdp_adjust_head),
		BPF_MOV64_IMM(BPF_REG_0, XDP_PASS),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
	static unsigned char packet[20] = { [4] = 0xaa, [12] = 8 }, memory[RAWBPF_VM_HEADROOM + 20];
	static uint64_t stack[RAWBPF_VM_STACK / 8];
	static struct rawbpf_vm_context context;
	static struct rawbpf_vm vm;

	for (size_t size = 16; size <= 20; size += 4) {
		struct rawbpf_vm_region *regions[RAWBPF_VM_CONTEXT_REGIONS];
		struct rawbpf_vm_spec spec = { .prog = &prog, .stack = stack, .stack_size = sizeof stack,
			.regions = regions, .region_max = RAWBPF_COUNT(regions) };

		if (rawbpf_vm_context_open(&context, &(struct rawbpf_vm_context_spec){
			.prog_type = BPF_PROG_TYPE_XDP, .packet = packet, .packet_size = size,
			.memory = memory, .memory_size = sizeof memory }) < 0 ||
		    rawbpf_vm_context_set(&context, "ingress_ifindex", 0, 1) < 0 ||
		    rawbpf_vm_context_bind(&context, &spec) < 0 || rawbpf_vm_open(&vm, &spec) < 0 ||
		    rawbpf_vm_run(&vm, 100) != RAWBPF_VM_ENDED)
			return API_FAILED;
		printf("%zu bytes: %s, %zu bytes from 0x%02x on\n", size,
		       vm.r[0] == XDP_PASS ? "pass" : "drop", context.size, context.bytes[0]);
	}
	return done();
}

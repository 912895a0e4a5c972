/* SPDX-License-Identifier: MIT */
/* Run a program in user space: on a packet, step by step, and into a trap. No privilege. */
#include "api.h"

/* Print each instruction before it runs. */
static int show(struct rawbpf_vm *vm, void *context)
{
	const struct bpf_insn *insn = &vm->prog->insns[vm->pc];
	char text[64];

	(void)context;
	rawbpf_insn_format(text, sizeof text, insn, vm->prog->insn_count - vm->pc, RAWBPF_LLVM, NULL, NULL);
	printf("%u: %-28s r0 = %llu\n", vm->pc, text, (unsigned long long)vm->r[0]);
	return 0;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "vm");

	const struct bpf_insn insns[] = {
		BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_1, 9), /* the protocol */
		BPF_ALU64_IMM(BPF_MUL, BPF_REG_0, 2),
		BPF_LDX_MEM(BPF_B, BPF_REG_2, BPF_REG_1, 20),
		BPF_EXIT_INSN(),
	};
	static uint64_t stack[RAWBPF_VM_STACK / 8];
	static unsigned char header[24] = { 0x45, [9] = 17 };
	struct rawbpf_vm_region packet = {
		.name = "packet", .bytes = header, .size = 20, .rights = RAWBPF_VM_READ };
	struct rawbpf_vm_region *regions[4] = { &packet };
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
	static struct rawbpf_vm vm;
	unsigned wrong;

	if (rawbpf_vm_prog_check(&prog, &wrong) < 0 ||
	    rawbpf_vm_open(&vm, &(struct rawbpf_vm_spec){
		.prog = &prog, .stack = stack, .stack_size = sizeof stack,
		.regions = regions, .region_count = 1, .region_max = RAWBPF_COUNT(regions),
		.hook = show, .check = rawbpf_vm_unset_check }) < 0)
		return API_FAILED;
	vm.r[1] = packet.address;
	vm.unset &= ~(1u << 1); /* r1 has a value, for rawbpf_vm_unset_check() */
	if (rawbpf_vm_run(&vm, 1000) == -EFAULT) {
		char text[200];

		rawbpf_vm_trap_explain(text, sizeof text, &vm);
		printf("%s\n", text);
	}

	/* With a longer packet, go on at the same instruction. */
	struct rawbpf_vm_region longer = packet;
	longer.size = sizeof header;
	rawbpf_vm_region_update(&vm, &packet, &longer);
	vm.trap.kind = RAWBPF_VM_NO_TRAP;
	if (rawbpf_vm_run(&vm, 1000) == RAWBPF_VM_ENDED)
		printf("r0 = %llu after %llu instructions\n", (unsigned long long)vm.r[0],
		       (unsigned long long)vm.executed);
	return done();
}

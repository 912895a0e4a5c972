/* SPDX-License-Identifier: MIT */
/* Run a program in user space, and go back to the instruction that wrote a byte. No privilege. */
#include "api.h"

#include <rawbpf/vm_undo.h>

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "vm_undo");

	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_1, 3),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8), /* the loop */
		BPF_ALU64_IMM(BPF_SUB, BPF_REG_1, 1),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_1, 0, -3),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8),
		BPF_EXIT_INSN(),
	};
	static uint64_t stack[RAWBPF_VM_STACK / 8];
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
	static struct rawbpf_vm vm;
	struct rawbpf_vm_undo_spec spec = { .areas = NULL }; /* no helper changes anything */
	struct rawbpf_vm_undo undo;
	unsigned char *end = (unsigned char *)stack + sizeof stack, old[8];
	uint64_t step;

	if (rawbpf_vm_open(&vm, &(struct rawbpf_vm_spec){
		.prog = &prog, .stack = stack, .stack_size = sizeof stack }) < 0)
		return API_FAILED;
	spec.memory_size = rawbpf_vm_undo_size(&vm, &spec) + 10000;
	spec.memory = malloc(spec.memory_size);
	if (rawbpf_vm_undo_open(&undo, &vm, &spec) < 0)
		return API_FAILED;
	while (rawbpf_vm_undo_step(&undo) == RAWBPF_VM_PAUSED)
		continue;
	printf("step %llu: r0 = %llu\n", (unsigned long long)vm.executed, (unsigned long long)vm.r[0]);

	struct rawbpf_vm_change change = { .bytes = NULL };
	rawbpf_vm_undo_seek(&undo, 2);
	while (rawbpf_vm_undo_next(&change, &undo))
		if (change.bytes == end - 8)
			printf("step 2 wrote %zu bytes of the stack\n", change.size);
	rawbpf_vm_undo_seek(&undo, 12);

	while (rawbpf_vm_undo_find(&step, &undo, end - 8, 8) == 0) {
		rawbpf_vm_undo_seek(&undo, step);
		rawbpf_vm_undo_read(old, &undo, end - 8, 8);
		printf("step %llu wrote %u over %u\n", (unsigned long long)step, end[-8], old[0]);
		rawbpf_vm_undo_seek(&undo, step - 1);
	}
	free(spec.memory);
	return done();
}

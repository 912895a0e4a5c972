/* SPDX-License-Identifier: MIT */
/* Give programs in user space a helper, a handle and memory that comes and goes. No privilege. */
#include "api.h"

enum { HELPER_LENGTH = 1000, HELPER_OPEN };

static const char file_kind; /* its address stands for the kind */
static char file[] = "a file of the caller";
static struct rawbpf_vm_region text = { .name = "text", .rights = RAWBPF_VM_READ };

/* The length of the text that r1 points to, at most r2. */
static int length(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	const char *bytes = rawbpf_vm_memory_get(vm, call->args[0], call->args[1], RAWBPF_VM_READ);

	(void)context;
	if (!bytes)
		return -EFAULT;
	call->value = strnlen(bytes, call->args[1]);
	return RAWBPF_VM_NUMBER;
}

/* The contents of the file whose handle is in r1. */
static int contents(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	(void)context;
	call->bytes = rawbpf_vm_handle_get(vm, call->args[0], &file_kind);
	call->size = text.size;
	if (!call->bytes)
		return rawbpf_vm_map_get(vm, call->args[0]) ? -EISDIR : -EFAULT;
	return RAWBPF_VM_POINTER;
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "vm_helper");

	static const struct rawbpf_vm_helper helpers[] = {
		{ HELPER_LENGTH, 0, length }, { HELPER_OPEN, 0, contents } };
	const struct rawbpf_vm_helpers table = { helpers, RAWBPF_COUNT(helpers), NULL, NULL };
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(HELPER_OPEN), BPF_MOV64_REG(BPF_REG_1, BPF_REG_0),
		BPF_MOV64_IMM(BPF_REG_2, 20), BPF_EMIT_CALL(HELPER_LENGTH), BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = RAWBPF_COUNT(insns) };
	struct rawbpf_vm_region handle = { .name = "file", .size = 1, .kind = &file_kind, .object = file };
	struct rawbpf_vm_region *regions[8];
	static uint64_t stack[RAWBPF_VM_STACK / 8];
	static struct rawbpf_vm vm;

	if (rawbpf_vm_open(&vm, &(struct rawbpf_vm_spec){
		.prog = &prog, .stack = stack, .stack_size = sizeof stack, .context = &handle,
		.regions = regions, .region_max = RAWBPF_COUNT(regions), .helpers = &table }) < 0)
		return API_FAILED;
	text.bytes = (unsigned char *)file;
	text.size = sizeof file;
	if (rawbpf_vm_region_add(&vm, &text) == 0 && rawbpf_vm_run(&vm, 100) == RAWBPF_VM_ENDED)
		printf("%s: %llu bytes\n", rawbpf_vm_region_find(&vm, text.address)->name, (unsigned long long)vm.r[0]);
	rawbpf_vm_region_delete(&vm, &text);
	return done();
}

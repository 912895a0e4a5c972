/* SPDX-License-Identifier: MIT */
/*
 * Three loops in the machine and in uBPF's interpreter, in one run: arithmetic, the stack, a helper
 * that looks up a hash table of C. Both count instructions and check bounds. vm.sh builds it.
 */
#include <rawbpf/insn.h>
#include <rawbpf/vm.h>
#include <ubpf.h>

#include "bench.h"

enum { ROUNDS = 1000000, RUNS = 15, LOOK = 1, KEYS = 64, SLOTS = 1024 };

static const struct bpf_insn arithmetic[] = {
	BPF_MOV64_IMM(BPF_REG_0, 1), BPF_MOV64_IMM(BPF_REG_2, ROUNDS), BPF_MOV64_IMM(BPF_REG_3, 7),
	BPF_ALU64_IMM(BPF_MUL, BPF_REG_0, 31), BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_2),
	BPF_MOV64_REG(BPF_REG_4, BPF_REG_0), BPF_ALU64_IMM(BPF_RSH, BPF_REG_4, 7),
	BPF_ALU64_REG(BPF_XOR, BPF_REG_0, BPF_REG_4), BPF_ALU32_IMM(BPF_ADD, BPF_REG_3, 5),
	BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_3),
	BPF_ALU64_IMM(BPF_SUB, BPF_REG_2, 1), BPF_JMP_IMM(BPF_JNE, BPF_REG_2, 0, -9),
	BPF_EXIT_INSN(),
};
static const struct bpf_insn stack_loop[] = {
	BPF_MOV64_IMM(BPF_REG_0, 1), BPF_MOV64_IMM(BPF_REG_2, ROUNDS),
	BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_2, -8), BPF_STX_MEM(BPF_W, BPF_REG_10, BPF_REG_0, -16),
	BPF_LDX_MEM(BPF_DW, BPF_REG_4, BPF_REG_10, -8), BPF_LDX_MEM(BPF_W, BPF_REG_5, BPF_REG_10, -16),
	BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_4), BPF_ALU64_REG(BPF_XOR, BPF_REG_0, BPF_REG_5),
	BPF_ALU64_IMM(BPF_SUB, BPF_REG_2, 1), BPF_JMP_IMM(BPF_JNE, BPF_REG_2, 0, -8),
	BPF_EXIT_INSN(),
};
static const struct bpf_insn helper_loop[] = {
	BPF_MOV64_IMM(BPF_REG_7, 0), BPF_MOV64_IMM(BPF_REG_6, ROUNDS),
	BPF_MOV64_REG(BPF_REG_1, BPF_REG_6), BPF_ALU64_IMM(BPF_AND, BPF_REG_1, KEYS - 1),
	BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1), BPF_EMIT_CALL(LOOK),
	BPF_ALU64_REG(BPF_ADD, BPF_REG_7, BPF_REG_0),
	BPF_ALU64_IMM(BPF_SUB, BPF_REG_6, 1), BPF_JMP_IMM(BPF_JNE, BPF_REG_6, 0, -7),
	BPF_MOV64_REG(BPF_REG_0, BPF_REG_7), BPF_EXIT_INSN(),
};

/* The hash table of both sides. Key 0 is a free slot. */
static struct { uint64_t key, value; } table[SLOTS];

static unsigned slot_of(uint64_t key)
{
	unsigned slot = (unsigned)(key * UINT64_C(0x9e3779b97f4a7c15) >> 54);

	while (table[slot].key && table[slot].key != key)
		slot = (slot + 1) % SLOTS;
	return slot;
}

static uint64_t ubpf_look(uint64_t key, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	(void)b, (void)c, (void)d, (void)e;
	return table[slot_of(key)].value;
}

static int our_look(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	(void)vm, (void)context;
	call->value = table[slot_of(call->args[0])].value;
	return RAWBPF_VM_NUMBER;
}

static struct ubpf_vm *open_ubpf(const struct bpf_insn *insns, unsigned count)
{
	struct ubpf_vm *vm = ubpf_create();
	char *why = NULL;

	ubpf_register(vm, LOOK, "look", as_external_function_t((void *)ubpf_look));
	ubpf_toggle_bounds_check(vm, true);
	ubpf_set_instruction_limit(vm, 1 << 30, NULL);
	if (ubpf_load(vm, insns, count * sizeof(*insns), &why) < 0)
		fail(why, 0);
	return vm;
}

static void open_ours(struct rawbpf_vm *vm, struct rawbpf_vm_prog *prog)
{
	static uint64_t stack[RAWBPF_VM_FRAMES * RAWBPF_VM_STACK / 8];
	static const struct rawbpf_vm_helper helpers[] = { { LOOK, 0, our_look } };
	static const struct rawbpf_vm_helpers tables = { helpers, 1, NULL, NULL };
	int err = rawbpf_vm_open(vm, &(struct rawbpf_vm_spec){ .prog = prog, .stack = stack,
		.stack_size = sizeof(stack), .helpers = &tables });

	if (err)
		fail("rawbpf_vm_open", err);
}

/* Run both in turn, so that both see the same machine, and print the ratio of their least times. */
static void contest(const char *name, const struct bpf_insn *insns, unsigned count)
{
	static struct rawbpf_vm ours;
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = count };
	struct ubpf_vm *theirs = open_ubpf(insns, count);
	double our_least = 1e9, their_least = 1e9;
	int i;

	for (i = 0; i < RUNS; i++) {
		uint64_t result;
		double begin = clock_seconds(CLOCK_PROCESS_CPUTIME_ID), middle, end;

		if (ubpf_exec(theirs, NULL, 0, &result) < 0)
			fail("ubpf_exec", -1);
		middle = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
		open_ours(&ours, &prog);
		if (rawbpf_vm_run(&ours, 1 << 30) != RAWBPF_VM_ENDED || ours.r[0] != result)
			fail("another result", (long)ours.r[0]);
		end = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
		their_least = middle - begin < their_least ? middle - begin : their_least;
		our_least = end - middle < our_least ? end - middle : our_least;
	}
	printf("%-20s %8.2f ns an instruction, uBPF %8.2f, %28.2f times as quick\n", name,
	       our_least / ours.executed * 1e9, their_least / ours.executed * 1e9,
	       their_least / our_least);
	ubpf_destroy(theirs);
}

int main(void)
{
	uint64_t key;

	for (key = 1; key <= KEYS; key++) {
		unsigned slot = slot_of(key);

		table[slot].key = key;
		table[slot].value = 3 * key;
	}
	contest("arithmetic", arithmetic, RAWBPF_COUNT(arithmetic));
	contest("stack", stack_loop, RAWBPF_COUNT(stack_loop));
	contest("hash table", helper_loop, RAWBPF_COUNT(helper_loop));
	return 0;
}

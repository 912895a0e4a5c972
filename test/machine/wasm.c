/* SPDX-License-Identifier: MIT */
/* The values of facts.h in WebAssembly, without a libc. wasm.sh compiles it, and Node.js runs it. */
#include "facts.h"

#include <rawbpf/vm.h>

/* The compiler calls these. */
void *memset(void *bytes, int value, size_t size);
void *memcpy(void *to, const void *from, size_t size);

void *memset(void *bytes, int value, size_t size)
{
	volatile unsigned char *at = bytes;

	while (size--)
		*at++ = (unsigned char)value;
	return bytes;
}

void *memcpy(void *to, const void *from, size_t size)
{
	volatile unsigned char *at = to;
	const unsigned char *source = from;

	while (size--)
		*at++ = *source++;
	return to;
}

static struct rawbpf_vm vm;
static uint64_t stack[RAWBPF_VM_FRAMES * RAWBPF_VM_STACK / 8];

/* Open a machine for a program. */
static int machine(struct rawbpf_vm_prog *prog, const struct bpf_insn *insns, unsigned count)
{
	*prog = (struct rawbpf_vm_prog){ .insns = insns, .insn_count = count };
	return rawbpf_vm_open(&vm, &(struct rawbpf_vm_spec){ .prog = prog, .stack = stack,
		.stack_size = sizeof(stack), .order = RAWBPF_LITTLE_ENDIAN });
}

static int fact_holds(unsigned i)
{
	const struct bpf_insn insns[] = { facts[i].insn, BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog;

	if (machine(&prog, insns, RAWBPF_COUNT(insns)))
		return 0;
	vm.r[0] = facts[i].dst;
	vm.r[1] = facts[i].src;
	return rawbpf_vm_run(&vm, 2) == RAWBPF_VM_ENDED && vm.r[0] == facts[i].result;
}

static int jump_holds(unsigned i)
{
	const struct bpf_insn insns[] = { jumps[i].insn, BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog;

	if (machine(&prog, insns, RAWBPF_COUNT(insns)))
		return 0;
	vm.r[1] = jumps[i].dst;
	vm.r[2] = jumps[i].src;
	return rawbpf_vm_run(&vm, 3) == RAWBPF_VM_ENDED && vm.r[0] == !jumps[i].jumps;
}

static int atomic_holds(unsigned i)
{
	const struct bpf_insn insns[] = { BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_2, -8),
		atomics[i].insn, BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_10, -8), BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog;

	if (machine(&prog, insns, RAWBPF_COUNT(insns)))
		return 0;
	vm.r[0] = atomics[i].r0;
	vm.r[1] = atomics[i].r1;
	vm.r[2] = A;
	return rawbpf_vm_run(&vm, 4) == RAWBPF_VM_ENDED && vm.r[0] == atomics[i].r0_after &&
	       vm.r[1] == atomics[i].r1_after && vm.r[2] == atomics[i].memory;
}

/* A load past the packet's end, to see that traps have 64-bit addresses here, too. */
static int trap_holds(void)
{
	const struct bpf_insn insns[] = { BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 8), BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog;

	if (machine(&prog, insns, RAWBPF_COUNT(insns)))
		return 0;
	vm.r[1] = UINT64_MAX - 8;
	return rawbpf_vm_run(&vm, 2) == -14 && vm.trap.kind == RAWBPF_VM_TRAP_ACCESS &&
	       vm.trap.address == UINT64_MAX && vm.trap.insn == 0;
}

/* How many values there are, and whether number `i` of them is right. */
__attribute__((export_name("count"))) unsigned count(void);
__attribute__((export_name("holds"))) int holds(unsigned i);

unsigned count(void)
{
	return RAWBPF_COUNT(facts) + RAWBPF_COUNT(jumps) + RAWBPF_COUNT(atomics) + 1;
}

int holds(unsigned i)
{
	if (i < RAWBPF_COUNT(facts))
		return fact_holds(i);
	i -= RAWBPF_COUNT(facts);
	if (i < RAWBPF_COUNT(jumps))
		return jump_holds(i);
	i -= RAWBPF_COUNT(jumps);
	return i < RAWBPF_COUNT(atomics) ? atomic_holds(i) : trap_holds();
}

/* SPDX-License-Identifier: MIT */
/*
 * Registers without a value. A verifier rejects a program that reads one; this check follows the
 * registers while the program runs, and stops it at the instruction that does.
 */
#include "machine.h"

enum {
	VM_R0 = 1 << 0,
	VM_R1 = 1 << 1,
	VM_CALLERS = 0x3e,	/* r1 to r5: calls take their values */
	VM_CALLEES = 0x3c0,	/* r6 to r9: calls keep them */
	VM_ALL = VM_R0 | VM_CALLERS | VM_CALLEES,
	VM_R6 = 1 << 6
};

static unsigned vm_dst(const struct bpf_insn *insn)
{
	return 1u << insn->dst_reg;
}

static unsigned vm_src(const struct bpf_insn *insn)
{
	return 1u << insn->src_reg;
}

static int vm_is_atomic(const struct bpf_insn *insn)
{
	return BPF_CLASS(insn->code) == BPF_STX && BPF_MODE(insn->code) == BPF_ATOMIC;
}

/* Return the operands of arithmetic, and of a comparison. */
static unsigned vm_operands(const struct bpf_insn *insn)
{
	return vm_dst(insn) | (BPF_SRC(insn->code) == BPF_X ? vm_src(insn) : 0);
}

static unsigned vm_jump_reads(const struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	switch (BPF_OP(insn->code)) {
	case BPF_EXIT: /* the result of a function that returns to the program is the program's */
		return !vm->depth || vm->frames[vm->depth].callback ? VM_R0 : 0;
	case BPF_JA:
	case BPF_CALL:
		return BPF_SRC(insn->code) == BPF_X ? vm_dst(insn) : 0;
	case 0xe0: /* BPF_JCOND: may_goto */
		return 0;
	default:
		return vm_operands(insn);
	}
}

/* Return the registers that an instruction reads. What a helper reads is not known. */
static unsigned vm_reads(const struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		if (BPF_OP(insn->code) == BPF_END || BPF_OP(insn->code) == BPF_NEG)
			return vm_dst(insn);
		if (BPF_OP(insn->code) == BPF_MOV)
			return BPF_SRC(insn->code) == BPF_X ? vm_src(insn) : 0;
		return vm_operands(insn);
	case BPF_JMP:
	case BPF_JMP32:
		return vm_jump_reads(vm, insn);
	case BPF_LDX:
		return vm_src(insn);
	case BPF_ST:
		return vm_dst(insn);
	case BPF_STX:
		if (vm_is_atomic(insn) && insn->imm == BPF_LOAD_ACQ)
			return vm_src(insn);
		return vm_dst(insn) | vm_src(insn) |
		       (vm_is_atomic(insn) && insn->imm == BPF_CMPXCHG ? VM_R0 : 0);
	default: /* BPF_LD */
		if (BPF_MODE(insn->code) == BPF_IMM)
			return 0;
		return VM_R6 | (BPF_MODE(insn->code) == BPF_IND ? vm_src(insn) : 0);
	}
}

/* Return the registers to which an instruction gives a value. Calls are not among them. */
static unsigned vm_writes(const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_JMP:
	case BPF_JMP32:
	case BPF_ST:
		return 0;
	case BPF_STX:
		if (!vm_is_atomic(insn))
			return 0;
		if (insn->imm == BPF_LOAD_ACQ)
			return vm_dst(insn);
		if (insn->imm == BPF_CMPXCHG)
			return VM_R0;
		return insn->imm & BPF_FETCH ? vm_src(insn) : 0;
	default:
		return vm_dst(insn);
	}
}

/* Follow what has happened since the last instruction: a tail call, or a callback that begins. */
static void vm_unset_arrive(struct rawbpf_vm *vm)
{
	if (vm->unset_tail_calls != vm->tail_calls) {
		vm->unset = VM_ALL & ~VM_R1;
	} else if (vm->depth > vm->unset_depth) {
		vm->frames[vm->depth].unset = vm->unset;
		vm->unset = VM_R0 | VM_CALLEES;
	}
	vm->unset_tail_calls = vm->tail_calls;
	vm->unset_depth = vm->depth;
}

/* Follow a call, an exit or a packet load, before it runs. */
static void vm_unset_leave(struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	unsigned kept;

	if (BPF_CLASS(insn->code) == BPF_LD || (BPF_OP(insn->code) == BPF_CALL &&
						BPF_SRC(insn->code) == BPF_K &&
						insn->src_reg != BPF_PSEUDO_CALL)) {
		vm->unset = (vm->unset | VM_CALLERS) & ~VM_R0;
	} else if (BPF_OP(insn->code) == BPF_CALL) {
		if (vm->depth + 1 >= vm->spec.frames)
			return; /* it traps */
		vm->unset_depth = vm->depth + 1;
		vm->frames[vm->depth + 1].unset = vm->unset;
		vm->unset = (vm->unset & VM_CALLERS) | VM_R0 | VM_CALLEES;
	} else if (vm->depth) {
		kept = vm->frames[vm->depth].unset;
		vm->unset_depth = vm->depth - 1;
		vm->unset = vm->frames[vm->depth].callback ? kept :
			    (kept & VM_CALLEES) | VM_CALLERS | (vm->unset & VM_R0);
	}
}

int rawbpf_vm_unset_check(struct rawbpf_vm *vm)
{
	const struct bpf_insn *insn = &vm->prog->insns[vm->pc];
	unsigned class = BPF_CLASS(insn->code), wrong;

	vm_unset_arrive(vm);
	wrong = vm_reads(vm, insn) & vm->unset;
	if (wrong)
		return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_UNSET, (unsigned)__builtin_ctz(wrong));
	if ((class == BPF_LD && BPF_MODE(insn->code) != BPF_IMM) ||
	    (class == BPF_JMP && (BPF_OP(insn->code) == BPF_CALL || BPF_OP(insn->code) == BPF_EXIT)))
		vm_unset_leave(vm, insn);
	else
		vm->unset &= ~vm_writes(insn);
	return 0;
}

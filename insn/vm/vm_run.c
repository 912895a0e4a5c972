/* SPDX-License-Identifier: MIT */
/*
 * The interpreter's loop. form.def gives the cases: the shape of each opcode's first row selects the
 * code. So a new instruction does not compile without its RUN_ below.
 */
#include "vm_arithmetic.h"
#include "vm_memory.h"

#define DST r[insn->dst_reg]
#define SRC r[insn->src_reg]
#define IMM ((uint64_t)(int64_t)insn->imm)

/* Arithmetic. Rows that share an opcode differ in off: 1 is signed division, 8 and more a width. */
#define RUN_ALU64_K(CODE)	DST = vm_alu64(CODE, DST, IMM)
#define RUN_ALU64_X(CODE) \
	DST = BPF_OP(CODE) == BPF_DIV || BPF_OP(CODE) == BPF_MOD ? \
	      vm_divide64(CODE, insn->off, DST, SRC) : vm_alu64(CODE, DST, SRC)
#define RUN_SHIFT64_K		RUN_ALU64_K
#define RUN_DIV64_K(CODE)	DST = vm_divide64(CODE, insn->off, DST, IMM)
#define RUN_MOV64_K(CODE)	DST = IMM
#define RUN_MOV64_X(CODE)	DST = insn->off < 8 ? SRC : vm_extend(SRC, (unsigned)insn->off)
#define RUN_NEG64(CODE)		DST = 0 - DST
#define RUN_ALU32_K(CODE)	DST = vm_alu32(CODE, DST, IMM)
#define RUN_ALU32_X(CODE) \
	DST = BPF_OP(CODE) == BPF_DIV || BPF_OP(CODE) == BPF_MOD ? \
	      vm_divide32(CODE, insn->off, (uint32_t)DST, (uint32_t)SRC) : vm_alu32(CODE, DST, SRC)
#define RUN_SHIFT32_K		RUN_ALU32_K
#define RUN_DIV32_K(CODE)	DST = vm_divide32(CODE, insn->off, (uint32_t)DST, (uint32_t)IMM)
#define RUN_MOV32_K(CODE)	DST = (uint32_t)IMM
#define RUN_MOV32_X(CODE) \
	DST = (uint32_t)(insn->off < 8 ? SRC : vm_extend(SRC, (unsigned)insn->off))
#define RUN_NEG32(CODE)		DST = (uint32_t)(0 - DST)
#define RUN_END(CODE) \
	DST = ((CODE) == (BPF_ALU | BPF_END | BPF_TO_BE)) == big ? \
	      vm_low(DST, (unsigned)insn->imm) : vm_reverse(DST, (unsigned)insn->imm)
#define RUN_BSWAP(CODE)		DST = vm_reverse(DST, (unsigned)insn->imm)

/* Jumps. */
#define JUMP(OFFSET) \
	do { \
		target = pc + 1 + (uint64_t)(int64_t)(OFFSET); \
		goto jump; \
	} while (0)
#define RUN_JMP64_K(CODE)	if (vm_compare64(CODE, DST, IMM)) JUMP(insn->off)
#define RUN_JMP64_X(CODE)	if (vm_compare64(CODE, DST, SRC)) JUMP(insn->off)
#define RUN_JMP32_K(CODE)	if (vm_compare32(CODE, DST, IMM)) JUMP(insn->off)
#define RUN_JMP32_X(CODE)	if (vm_compare32(CODE, DST, SRC)) JUMP(insn->off)
#define RUN_JA(CODE)		JUMP(insn->off)
#define RUN_JA32(CODE)		JUMP(insn->imm)
#define RUN_MAY_GOTO(CODE) \
	if (vm->frames[vm->depth].may_goto) \
		vm->frames[vm->depth].may_goto--; \
	else \
		JUMP(insn->off)

/* What leaves the straight line. */
#define RUN_GOTOX(CODE)		OTHER(vm_goto(vm))
#define RUN_CALL(CODE)		OTHER(rawbpf__vm_call(vm))
#define RUN_CALLX(CODE)		OTHER(rawbpf__vm_call(vm))
#define RUN_EXIT(CODE)		OTHER(rawbpf__vm_exit(vm))
#define RUN_ABS(CODE)		OTHER(vm_packet_or_exit(vm))
#define RUN_IND(CODE)		OTHER(vm_packet_or_exit(vm))
#define OTHER(CALL) \
	do { \
		vm->pc = (unsigned)pc; \
		result = CALL; \
		goto other; \
	} while (0)

/* Memory. */
#define TOUCH(WRITE, BASE, CODE) \
	do { \
		vm->pc = (unsigned)pc; \
		bytes = vm_touch(vm, WRITE, insn->BASE, r[insn->BASE] + (uint64_t)(int64_t)insn->off, \
				 vm_size(CODE)); \
		if (__builtin_expect(!bytes, 0)) \
			goto fault; \
	} while (0)
#define RUN_LDX64		RUN_LDX32
#define RUN_LDX32(CODE)		TOUCH(0, src_reg, CODE); DST = vm_read(bytes, CODE, swap)
#define RUN_LDXSX(CODE) \
	TOUCH(0, src_reg, CODE); \
	DST = vm_extend(vm_read(bytes, CODE, swap), 8 * vm_size(CODE))
#define RUN_STX64		RUN_STX32
#define RUN_STX32(CODE)		TOUCH(1, dst_reg, CODE); vm_write(bytes, CODE, SRC, swap)
#define RUN_ST(CODE)		TOUCH(1, dst_reg, CODE); vm_write(bytes, CODE, IMM, swap)
#define RUN_NOSPEC(CODE)	(void)0
#define RUN_LOCK32(CODE) \
	vm->pc = (unsigned)pc; \
	if (rawbpf__vm_atomic(vm)) \
		goto fault
#define RUN_LOCK64		RUN_LOCK32
#define RUN_LOAD_ACQ32		RUN_LOCK32
#define RUN_LD64(CODE) \
	vm->pc = (unsigned)pc; \
	if (rawbpf__vm_load64(vm)) \
		goto fault; \
	pc++

static int vm_goto(struct rawbpf_vm *vm)
{
	int slot = rawbpf__vm_code(vm, vm->r[vm->prog->insns[vm->pc].dst_reg]);

	if (slot < 0)
		return slot;
	vm->pc = (unsigned)slot;
	return 0;
}

/* A load from outside of the packet returns 0 from the function. */
static int vm_packet_or_exit(struct rawbpf_vm *vm)
{
	if (!rawbpf__vm_packet(vm)) {
		vm->r[0] = 0;
		return rawbpf__vm_exit(vm);
	}
	vm->pc++;
	return 0;
}

/* The verifier marks accesses that may fault: a load gives 0 then, and a store does nothing. */
static int vm_may_fault(const struct bpf_insn *insn)
{
	unsigned mode = BPF_MODE(insn->code);

	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
		return mode != BPF_MEM && mode != 0x80;
	case BPF_ST:
	case BPF_STX:
		return mode == 0xa0;
	}
	return 0;
}

/* Run up to `budget` instructions from vm->pc on. Results as rawbpf_vm_run(). */
static int vm_loop(struct rawbpf_vm *vm, uint64_t budget)
{
	const struct bpf_insn *insns = vm->prog->insns, *insn;
	const int swap = vm->swap, big = swap != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	uint64_t count = vm->prog->insn_count, pc = vm->pc, target;
	uint64_t left = budget, *r = vm->r;
	unsigned char *bytes;
	int result = 0;

	for (; left; left--) {
		if (pc >= count)
			goto end;
		insn = &insns[pc];
		switch (insn->code) {
#define FORM(CODE, SHAPE, ...) \
		case CODE: \
			RUN_##SHAPE(CODE); \
			break;
#include "../form/form.def"
		}
		pc++;
		continue;
jump:
		if (target >= count || !insns[target].code)
			goto wrong_target;
		pc = target;
		continue;
other:
		insns = vm->prog->insns;
		count = vm->prog->insn_count;
		pc = vm->pc;
		if (!result)
			continue;
		left -= result == VM_ENDED;
		goto stop;
fault:
		if (!vm_may_fault(insn)) {
			result = -EFAULT;
			goto stop;
		}
		vm->trap.kind = RAWBPF_VM_NO_TRAP;
		if (BPF_CLASS(insn->code) == BPF_LDX)
			DST = 0;
		pc++;
	}
	goto stop;
end:
	vm->pc = (unsigned)pc;
	result = rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_END, VM_CODE + 8 * pc);
	goto stop;
wrong_target:
	vm->pc = (unsigned)pc;
	result = rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_TARGET, VM_CODE + 8 * target);
stop:
	vm->pc = (unsigned)pc;
	vm->executed += budget - left;
	return result < 0 ? result : result ? RAWBPF_VM_ENDED : RAWBPF_VM_PAUSED;
}

int rawbpf_vm_run(struct rawbpf_vm *vm, uint64_t budget)
{
	int result = RAWBPF_VM_PAUSED;

	if (vm->trap.kind)
		return -EFAULT;
	if (vm->ended)
		return RAWBPF_VM_ENDED;
	if (!vm->spec.hook)
		return vm_loop(vm, budget);
	for (; budget && result == RAWBPF_VM_PAUSED; budget--) {
		if (vm->spec.hook(vm, vm->spec.hook_context))
			return RAWBPF_VM_PAUSED;
		result = vm_loop(vm, 1);
	}
	return result;
}

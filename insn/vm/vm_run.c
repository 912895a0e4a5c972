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
		target = (uint64_t)(insn - insns) + 1 + (uint64_t)(int64_t)(OFFSET); \
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

/*
 * HERE() goes on at `insn`, NEXT() behind it. Where speed counts, each instruction has the jump to
 * the next one behind it, since processors predict each jump by itself, and each opcode has code of
 * its own. Where size counts, there is one such jump. WebAssembly has no jumps to addresses: a
 * switch selects the code there.
 */
#ifdef __wasm__
#define VM_SWITCH
#endif
/* With sanitizers the code of all instructions takes more than the 32 KB that a short can span. */
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer)
#define VM_LONG
#endif
#endif
#if defined(VM_LONG) || defined(__SANITIZE_ADDRESS__)
#define VM_DISTANCE int
#else
#define VM_DISTANCE short
#endif
#if defined(__OPTIMIZE_SIZE__) || defined(VM_SWITCH)
#define VM_READ		rawbpf__vm_read
#define VM_WRITE	rawbpf__vm_write
#define HERE()	goto here
#define NEXT()	goto next
#else
#define VM_THREADED
#undef VM_DISTANCE
#define VM_DISTANCE int
#define VM_READ		vm_read
#define VM_WRITE	vm_write
#define HERE() \
	do { \
		if (__builtin_expect(insn == end, 0)) \
			goto stop; \
		goto *(&&stop + codes[insn->code]); \
	} while (0)
#define NEXT() \
	do { \
		insn++; \
		HERE(); \
	} while (0)
#endif

/* Memory. The opcode has the size, and whether a load extends the sign. */
#define TOUCH(WRITE, CODE) \
	do { \
		bytes = vm_touch(vm, insn, WRITE, CODE); \
		if (__builtin_expect(!bytes, 0)) \
			goto fault; \
	} while (0)
#define LOAD(CODE) \
	TOUCH(0, CODE); \
	DST = VM_READ(bytes, CODE, swap); \
	if (vm_is_signed(CODE)) \
		DST = vm_extend(DST, 8 * rawbpf__access_size(CODE))
#define STORE(CODE) \
	TOUCH(1, CODE); \
	VM_WRITE(bytes, CODE, BPF_CLASS(CODE) == BPF_ST ? IMM : SRC, swap)

/* What a function does: it may leave the straight line, or trap. */
#define CALL(FUNCTION) \
	result = FUNCTION(vm, insn); \
	if (result != VM_STRAIGHT) \
		goto other

#ifdef VM_THREADED
#define RUN_LDX64(CODE)		LOAD(CODE)
#define RUN_STX64(CODE)		STORE(CODE)
#else
#define RUN_LDX64(CODE)		goto load
#define RUN_STX64(CODE)		goto store
#endif
#define RUN_LDX32		RUN_LDX64
#define RUN_LDXSX		RUN_LDX64
#define RUN_STX32		RUN_STX64
#define RUN_ST			RUN_STX64
#define RUN_NOSPEC(CODE)	(void)0
#define RUN_CALL(CODE)		CALL(rawbpf__vm_call)
#define RUN_CALLX(CODE)		CALL(rawbpf__vm_call)
#define RUN_GOTOX(CODE)		CALL(rawbpf__vm_goto)
#define RUN_EXIT(CODE)		CALL(rawbpf__vm_exit)
#define RUN_ABS(CODE)		goto packet
#define RUN_IND(CODE)		goto packet
#define RUN_LOCK32(CODE)	goto atomic
#define RUN_LOCK64(CODE)	goto atomic
#define RUN_LOAD_ACQ32(CODE)	goto atomic
#define RUN_LD64(CODE) \
	CALL(rawbpf__vm_load64); \
	insn++; /* two slots are one instruction */ \
	begin++; \
	SPAN()

/*
 * Instructions run in straight lines from `begin` to `end`, where the budget or the program ends. So
 * one comparison checks both.
 */
#define SPAN() \
	(end = begin + (left < count - (uint64_t)(begin - insns) ? \
			left : count - (uint64_t)(begin - insns)))

/* Modes 2, 4 and 6 are BPF_MEMSX, and its marked kinds. */
static inline int vm_is_signed(unsigned code)
{
	return !(code & 0x20);
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

/* Run up to `budget` instructions (> 0) from vm->pc on, where one begins. Results as the next. */
static int vm_loop(struct rawbpf_vm *vm, uint64_t budget)
{
	const struct bpf_insn *insns = vm->prog->insns, *insn = insns + vm->pc;
	const struct bpf_insn *begin = insn, *end;
	const int swap = vm->swap, big = swap != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	uint64_t count = vm->prog->insn_count, left = budget, target, *r = vm->r;
	unsigned char *bytes;
	int result = VM_STRAIGHT;
#ifndef VM_SWITCH
	static const VM_DISTANCE codes[256] = {
#define FORM(CODE, ...) [CODE] = &&run_##CODE - &&stop,
#include "../form/form.def"
	};
#endif

	SPAN();
	goto here;
next:
	insn++;
here:
	if (insn == end)
		goto stop;
#ifndef VM_SWITCH
	goto *(&&stop + codes[insn->code]);
#else
	switch (insn->code) {
#define FORM(CODE, ...) \
	case CODE: \
		goto run_##CODE;
#include "../form/form.def"
	default:
		goto stop;
	}
#endif
#define FORM(CODE, SHAPE, ...) \
run_##CODE: \
	RUN_##SHAPE(CODE); \
	NEXT();
#include "../form/form.def"
packet:
	CALL(rawbpf__vm_packet);
	NEXT();
atomic:
	CALL(rawbpf__vm_atomic);
	NEXT();
#ifndef VM_THREADED
load:
	LOAD(insn->code);
	NEXT();
store:
	STORE(insn->code);
	NEXT();
#endif
jump:
	if (target >= count || !insns[target].code)
		goto wrong_target;
	left -= (uint64_t)(insn - begin) + 1;
	insn = begin = insns + target;
	SPAN();
	HERE();
other:
	left -= (uint64_t)(insn - begin) + (result >= 0);
	insns = vm->prog->insns;
	count = vm->prog->insn_count;
	insn = begin = insns + vm->pc;
	SPAN();
	if (result != VM_MOVED)
		goto stop;
	result = VM_STRAIGHT;
	HERE();
fault:
	if (!vm_may_fault(insn)) {
		result = -EFAULT;
		goto stop;
	}
	vm->trap.kind = RAWBPF_VM_NO_TRAP;
	if (BPF_CLASS(insn->code) == BPF_LDX)
		DST = 0;
	goto next;
wrong_target:
	vm->pc = (unsigned)(insn - insns);
	result = rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_TARGET, VM_CODE + 8 * target);
stop:
	left -= (uint64_t)(insn - begin);
	vm->pc = (unsigned)(insn - insns);
	vm->executed += budget - left;
	if (result == VM_STRAIGHT && left)
		result = rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_END, VM_CODE + 8 * count);
	return result == VM_ENDED ? RAWBPF_VM_ENDED : result ? result : RAWBPF_VM_PAUSED;
}

/* Trap unless an instruction begins at vm->pc, which the caller may have set. */
static int vm_begins(struct rawbpf_vm *vm)
{
	if (vm->pc < vm->prog->insn_count && vm->prog->insns[vm->pc].code)
		return 0;
	return rawbpf__vm_trap(vm, vm->pc == vm->prog->insn_count ? RAWBPF_VM_TRAP_END :
			       RAWBPF_VM_TRAP_TARGET, VM_CODE + 8 * (uint64_t)vm->pc);
}

int rawbpf_vm_run(struct rawbpf_vm *vm, uint64_t budget)
{
	int result = RAWBPF_VM_PAUSED;

	if (vm->trap.kind)
		return -EFAULT;
	if (vm->ended)
		return RAWBPF_VM_ENDED;
	rawbpf__vm_helpers_forget(vm);
	while (budget && result == RAWBPF_VM_PAUSED) {
		uint64_t part = vm->spec.hook || vm->spec.check ? 1 : budget;

		if (vm_begins(vm))
			return -EFAULT;
		if (vm->spec.hook && vm->spec.hook(vm, vm->spec.hook_context))
			return RAWBPF_VM_PAUSED;
		if (vm->spec.check && vm->spec.check(vm))
			return -EFAULT;
		result = vm_loop(vm, part);
		budget -= part;
	}
	return result;
}

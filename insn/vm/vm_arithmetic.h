/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic and comparisons, as functions of the opcode. The interpreter calls them with constant
 * opcodes, so that each becomes a few machine instructions. No operand is undefined in C.
 */
#ifndef RAWBPF_INSN_VM_ARITHMETIC_H
#define RAWBPF_INSN_VM_ARITHMETIC_H

#include "machine.h"

/* A division by 0 gives 0, a remainder by 0 the dividend. The least number / -1 is itself. */
static inline uint64_t vm_divide64(unsigned code, int is_signed, uint64_t a, uint64_t b)
{
	int remainder = BPF_OP(code) == BPF_MOD;

	if (!b)
		return remainder ? a : 0;
	if (!is_signed)
		return remainder ? a % b : a / b;
	if (b == UINT64_MAX)
		return remainder ? 0 : 0 - a;
	return (uint64_t)(remainder ? (int64_t)a % (int64_t)b : (int64_t)a / (int64_t)b);
}

static inline uint32_t vm_divide32(unsigned code, int is_signed, uint32_t a, uint32_t b)
{
	if (is_signed)
		return (uint32_t)vm_divide64(code, 1, (uint64_t)(int32_t)a, (uint64_t)(int32_t)b);
	return (uint32_t)vm_divide64(code, 0, a, b);
}

static inline uint64_t vm_shift_right_signed(uint64_t a, unsigned count)
{
	return (uint64_t)((int64_t)a >> count);	/* arithmetic in all compilers */
}

static inline __attribute__((always_inline)) uint64_t vm_alu64(unsigned code, uint64_t a, uint64_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_OR:
		return a | b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return a << (b & 63);
	case BPF_RSH:
		return a >> (b & 63);
	default: /* BPF_ARSH */
		return vm_shift_right_signed(a, b & 63);
	}
}

/* Only the low halves count, and the upper half of the result is 0. */
static inline __attribute__((always_inline)) uint64_t vm_alu32(unsigned code, uint64_t a, uint64_t b)
{
	switch (BPF_OP(code)) {
	case BPF_LSH:
		return (uint32_t)a << (b & 31);
	case BPF_RSH:
		return (uint32_t)a >> (b & 31);
	case BPF_ARSH:
		return (uint32_t)vm_shift_right_signed((uint64_t)(int64_t)(int32_t)a, b & 31);
	default:
		return (uint32_t)vm_alu64(code, a, b);
	}
}

static inline __attribute__((always_inline)) int vm_compare64(unsigned code, uint64_t a, uint64_t b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JSET:
		return (a & b) != 0;
	case BPF_JNE:
		return a != b;
	case BPF_JSGT:
		return (int64_t)a > (int64_t)b;
	case BPF_JSGE:
		return (int64_t)a >= (int64_t)b;
	case BPF_JLT:
		return a < b;
	case BPF_JLE:
		return a <= b;
	case BPF_JSLT:
		return (int64_t)a < (int64_t)b;
	default: /* BPF_JSLE */
		return (int64_t)a <= (int64_t)b;
	}
}

/* Sign extension keeps the order of unsigned numbers, too. */
static inline __attribute__((always_inline)) int vm_compare32(unsigned code, uint64_t a, uint64_t b)
{
	return vm_compare64(code, (uint64_t)(int64_t)(int32_t)a, (uint64_t)(int64_t)(int32_t)b);
}

/* Return the low `bits` of a number, sign-extended. */
static inline uint64_t vm_extend(uint64_t value, unsigned bits)
{
	return vm_shift_right_signed(value << (64 - bits), 64 - bits);
}

/* Return the low `bits` of a number with their bytes reversed. */
static inline uint64_t vm_reverse(uint64_t value, unsigned bits)
{
	return __builtin_bswap64(value) >> (64 - bits);
}

static inline uint64_t vm_low(uint64_t value, unsigned bits)
{
	return value & UINT64_MAX >> (64 - bits);
}

#endif

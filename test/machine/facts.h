/* SPDX-License-Identifier: MIT */
/*
 * Values that interpreters get wrong, as Linux 5.10, 6.1 and 6.18 give them on x86_64, arm64 and
 * s390x. The kernels' test runs gave them all. facts.c runs them here, wasm.c in WebAssembly.
 */
#ifndef TEST_MACHINE_FACTS_H
#define TEST_MACHINE_FACTS_H

#include <rawbpf/insn.h>
#include <stdint.h>

#define A UINT64_C(0x1122334455667788)
#define B UINT64_C(0x1122334480000000)
#define M UINT64_C(0x8000000000000000)
#define N(X) ((uint64_t)INT64_C(X))

#define SHIFT(CLASS, OP) RAWBPF_INSN(CLASS | OP | BPF_X, 0, 1, 0, 0)

/* r0 before, r1 before, the instruction (BPF_EXIT follows), r0 after. */
static const struct {
	uint64_t dst, src;
	struct bpf_insn insn;
	uint64_t result;
} facts[] = {
	/* Signed division: the least number by -1 is itself. Results are truncated. */
	{ M, N(-1), BPF_ALU64_REG_OFF(BPF_DIV, 0, 1, 1), M },
	{ M, 0, BPF_ALU64_IMM_OFF(BPF_DIV, 0, -1, 1), M },
	{ B, N(-1), BPF_ALU32_REG_OFF(BPF_DIV, 0, 1, 1), 0x80000000 },
	{ B, 0, BPF_ALU32_IMM_OFF(BPF_DIV, 0, -1, 1), 0x80000000 },
	{ M, N(-1), BPF_ALU64_REG_OFF(BPF_MOD, 0, 1, 1), 0 },
	{ M, 0, BPF_ALU64_IMM_OFF(BPF_MOD, 0, -1, 1), 0 },
	{ B, N(-1), BPF_ALU32_REG_OFF(BPF_MOD, 0, 1, 1), 0 },
	{ B, 0, BPF_ALU32_IMM_OFF(BPF_MOD, 0, -1, 1), 0 },
	{ N(-7), 3, BPF_ALU64_REG_OFF(BPF_MOD, 0, 1, 1), N(-1) },
	{ 7, N(-3), BPF_ALU64_REG_OFF(BPF_MOD, 0, 1, 1), 1 },
	{ N(-7), 2, BPF_ALU64_REG_OFF(BPF_DIV, 0, 1, 1), N(-3) },
	{ 13, N(-3), BPF_ALU64_REG_OFF(BPF_DIV, 0, 1, 1), N(-4) },
	{ N(-7), 3, BPF_ALU32_REG_OFF(BPF_MOD, 0, 1, 1), 0xffffffff },
	{ 7, N(-3), BPF_ALU32_REG_OFF(BPF_MOD, 0, 1, 1), 1 },
	{ N(-7), 2, BPF_ALU32_REG_OFF(BPF_DIV, 0, 1, 1), 0xfffffffd },
	{ 13, N(-3), BPF_ALU32_REG_OFF(BPF_DIV, 0, 1, 1), 0xfffffffc },
	/* Division by 0: 0, and the dividend remains. 32 bits clear the upper half. */
	{ A, 0, BPF_ALU64_REG(BPF_DIV, 0, 1), 0 },
	{ A, 0, BPF_ALU64_REG(BPF_MOD, 0, 1), A },
	{ A, 0, BPF_ALU64_REG_OFF(BPF_DIV, 0, 1, 1), 0 },
	{ A, 0, BPF_ALU64_REG_OFF(BPF_MOD, 0, 1, 1), A },
	{ A, 0, BPF_ALU32_REG(BPF_DIV, 0, 1), 0 },
	{ A, 0, BPF_ALU32_REG(BPF_MOD, 0, 1), 0x55667788 },
	{ A, 0, BPF_ALU32_REG_OFF(BPF_MOD, 0, 1, 1), 0x55667788 },
	{ A, UINT64_C(0x100000000), BPF_ALU32_REG(BPF_MOD, 0, 1), 0x55667788 },
	{ A, UINT64_C(0x100000000), BPF_ALU32_REG(BPF_DIV, 0, 1), 0 },
	{ N(-1), 0, BPF_ALU64_IMM(BPF_DIV, 0, -2), 1 },
	/* Shifts by more than the width. */
	{ 1, 64, SHIFT(BPF_ALU64, BPF_LSH), 1 },
	{ 1, 65, SHIFT(BPF_ALU64, BPF_LSH), 2 },
	{ 1, N(-1), SHIFT(BPF_ALU64, BPF_LSH), M },
	{ A, 32, SHIFT(BPF_ALU, BPF_LSH), 0x55667788 },
	{ A, 33, SHIFT(BPF_ALU, BPF_LSH), 0xaaccef10 },
	{ B, 33, SHIFT(BPF_ALU, BPF_ARSH), 0xc0000000 },
	{ B, 0, BPF_ALU32_IMM(BPF_ARSH, 0, 0), 0x80000000 },
	{ B, 0, SHIFT(BPF_ALU, BPF_ARSH), 0x80000000 },
	{ M, 64, SHIFT(BPF_ALU64, BPF_RSH), M },
	{ M, 127, SHIFT(BPF_ALU64, BPF_ARSH), N(-1) },
	/* 32 bits that change nothing in the lower half. */
	{ A, 0, BPF_ALU32_IMM(BPF_ADD, 0, 0), 0x55667788 },
	{ A, 0, BPF_MOV32_REG(0, 0), 0x55667788 },
	{ A, 0, BPF_ALU32_IMM(BPF_LSH, 0, 0), 0x55667788 },
	{ A, 0, BPF_ALU32_IMM(BPF_MUL, 0, 1), 0x55667788 },
	/* Immediates. */
	{ A, 0, BPF_MOV32_IMM(0, -1), 0xffffffff },
	{ A, 0, BPF_MOV64_IMM(0, -1), N(-1) },
	{ 0, 0, BPF_ALU32_IMM(BPF_OR, 0, INT32_MIN), 0x80000000 },
	{ 0, 0, BPF_ALU64_IMM(BPF_OR, 0, INT32_MIN), UINT64_C(0xffffffff80000000) },
	/* Sign extension, within one register too. */
	{ 0x80, 0, BPF_MOVSX32_REG(0, 0, 8), 0xffffff80 },
	{ 0x80, 0, BPF_MOVSX64_REG(0, 0, 8), UINT64_C(0xffffffffffffff80) },
	{ 0x8000, 0, BPF_MOVSX32_REG(0, 0, 16), 0xffff8000 },
	{ 0x8000, 0, BPF_MOVSX64_REG(0, 0, 16), UINT64_C(0xffffffffffff8000) },
	{ 0, B, BPF_MOVSX64_REG(0, 1, 32), UINT64_C(0xffffffff80000000) },
	{ 0, A, BPF_MOVSX32_REG(0, 1, 8), 0xffffff88 },
	/* Byte order. */
	{ A, 0, BPF_BSWAP(0, 16), 0x8877 },
	{ A, 0, BPF_BSWAP(0, 32), 0x88776655 },
	{ A, 0, BPF_BSWAP(0, 64), UINT64_C(0x8877665544332211) },
	{ A, 0, BPF_ALU32_IMM(BPF_NEG, 0, 0), 0xaa998878 },
	{ A, 0, BPF_ALU64_IMM(BPF_NEG, 0, 0), 0 - A },
};

/* r1 before, r2 before, the jump over "r0 = 1", whether it jumps. */
static const struct {
	uint64_t dst, src;
	struct bpf_insn insn;
	int jumps;
} jumps[] = {
	{ 0xffffffff, 0, BPF_JMP32_IMM(BPF_JSLT, 1, 1, 1), 1 },
	{ 0xffffffff, 0, BPF_JMP_IMM(BPF_JSLT, 1, 1, 1), 0 },
	{ 0xffffffff, 0, BPF_JMP_IMM(BPF_JEQ, 1, -1, 1), 0 },
	{ 0xffffffff, 0, BPF_JMP32_IMM(BPF_JEQ, 1, -1, 1), 1 },
	{ N(-1), 0, BPF_JMP_IMM(BPF_JGT, 1, -2, 1), 1 },
	{ UINT64_C(0x100000000), 0, BPF_JMP_IMM(BPF_JSET, 1, INT32_MIN, 1), 1 },
	{ UINT64_C(0x100000000), 0, BPF_JMP32_IMM(BPF_JSET, 1, -1, 1), 0 },
	{ A, 0x55667788, BPF_JMP32_REG(BPF_JEQ, 1, 2, 1), 1 },
	{ A, 0x55667788, BPF_JMP_REG(BPF_JNE, 1, 2, 1), 1 },
	{ 5, 5, BPF_JMP_REG(BPF_JGE, 1, 2, 1), 1 },
	{ 5, 5, BPF_JMP_REG(BPF_JLE, 1, 2, 1), 1 },
	{ 5, 5, BPF_JMP_REG(BPF_JLT, 1, 2, 1), 0 },
	{ 5, 5, BPF_JMP_REG(BPF_JSGE, 1, 2, 1), 1 },
	{ 5, 5, BPF_JMP_REG(BPF_JSGT, 1, 2, 1), 0 },
	{ N(-1), 1, BPF_JMP_REG(BPF_JSLE, 1, 2, 1), 1 },
	{ N(-1), 1, BPF_JMP_REG(BPF_JLE, 1, 2, 1), 0 },
	{ UINT64_C(0x180000000), 1, BPF_JMP32_REG(BPF_JSLT, 1, 2, 1), 1 },
	{ UINT64_C(0x180000000), 1, BPF_JMP32_REG(BPF_JLT, 1, 2, 1), 0 },
	{ 0, 0, BPF_JMP_A(1), 1 },
	{ 0, 0, BPF_JMP32_A(1), 1 },
	{ 0, 0, RAWBPF_MAY_GOTO(1), 0 },
};

/*
 * The atomic, r0 and r1 before; memory, r0 and r1 after. Memory, in little-endian order at r10 - 8,
 * holds A before.
 */
static const struct {
	struct bpf_insn insn;
	uint64_t r0, r1;
	uint64_t memory, r0_after, r1_after;
} atomics[] = {
	{ BPF_ATOMIC_OP(BPF_W, BPF_ADD, 10, 1, -8), 0, N(-1),
	  UINT64_C(0x1122334455667787), 0, N(-1) },
	{ BPF_ATOMIC_OP(BPF_W, BPF_ADD | BPF_FETCH, 10, 1, -8), 0, N(-1),
	  UINT64_C(0x1122334455667787), 0, 0x55667788 },
	{ BPF_ATOMIC_OP(BPF_W, BPF_AND, 10, 1, -8), 0, UINT64_C(0xffffffff0000ffff),
	  UINT64_C(0x1122334400007788), 0, UINT64_C(0xffffffff0000ffff) },
	{ BPF_ATOMIC_OP(BPF_W, BPF_CMPXCHG, 10, 1, -8), UINT64_C(0xdeadbeef55667788), 7,
	  UINT64_C(0x1122334400000007), 0x55667788, 7 },
	{ BPF_ATOMIC_OP(BPF_W, BPF_CMPXCHG, 10, 1, -8), UINT64_C(0xdeadbeef55667789), B,
	  A, 0x55667788, B },
	{ BPF_ATOMIC_OP(BPF_W, BPF_XCHG, 10, 1, -8), 3, UINT64_C(0xffffffff00000009),
	  UINT64_C(0x1122334400000009), 3, 0x55667788 },
	{ BPF_ATOMIC_OP(BPF_W, BPF_XOR | BPF_FETCH, 10, 1, -8), 3, N(-1),
	  UINT64_C(0x11223344aa998877), 3, 0x55667788 },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_ADD, 10, 1, -8), 0, N(-1), A - 1, 0, N(-1) },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_OR | BPF_FETCH, 10, 1, -8), 0, M, A | M, 0, A },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_XCHG, 10, 1, -8), 5, B, B, 5, A },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_CMPXCHG, 10, 1, -8), A, B, B, A, B },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_CMPXCHG, 10, 1, -8), A - 1, B, A, A, B },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_LOAD_ACQ, 0, 10, -8), 0, B, A, A, B },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_STORE_REL, 10, 1, -8), 0, B, B, 0, B },
	{ BPF_ATOMIC_OP(BPF_H, BPF_STORE_REL, 10, 1, -8), 0, 0xabcd1234,
	  UINT64_C(0x1122334455661234), 0, 0xabcd1234 },
	{ BPF_ATOMIC_OP(BPF_B, BPF_LOAD_ACQ, 0, 10, -8), N(-1), 0, A, 0x88, 0 },
};

#endif

/* SPDX-License-Identifier: MIT */
/*
 * See insn_programs.h. Two rules for the programs:
 *
 * - Results have 64 bits, and a test run returns 32. FOLD_EXIT folds the upper half into the lower
 *   one, so that a wrong half shows. FOLD does the same for the expected constant.
 * - The verifier follows constants in privileged programs, and removes branches that they decide.
 *   Jumps add the packet's mark to their operands, so that the JIT's branches run. The mark is
 *   always 0, which the verifier does not know.
 *
 * Some instructions are missing because they need more than one map: kernel functions and variables
 * (BTF ids), BPF_PSEUDO_FUNC (BTF of the program), gotox (a jump table), address-space casts (an
 * arena). A signed division of the smallest number by -1 is missing, too: kernels 6.6 to 6.11 may
 * trap.
 *
 * Debian's kernels run these by JIT on amd64 and arm64, and in the interpreter on s390x. Some JITs
 * lack load_acquire, store_release (6.15 on amd64 and arm64, elsewhere later) or instructions of
 * 6.6. Then the kernel rejects the program, or interprets it if it was built to.
 */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

#include "insn_programs.h"

#define KERNEL INSN_PROGRAM_KERNEL
#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };

#define FOLD(V)	((__u32)(__u64)(V) + 3 * (__u32)((__u64)(V) >> 32))
#define FOLD_EXIT \
	BPF_MOV64_REG(R1, R0), \
	BPF_ALU64_IMM(BPF_RSH, R1, 32), \
	BPF_ALU64_IMM(BPF_MUL, R1, 3), \
	BPF_ALU64_REG(BPF_ADD, R0, R1), \
	BPF_EXIT_INSN()

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LE_BE(LITTLE, BIG)	(BIG)
#else
#define LE_BE(LITTLE, BIG)	(LITTLE)
#endif

/* insn_programs_get() counts the instructions. */
#define PROGRAM(NAME, SINCE, EXPECTED, ...) \
	{ .name = NAME, .kernel = SINCE, .expected = EXPECTED, .insns = { __VA_ARGS__ } }

/* r7 = 0, which the verifier does not know */
#define HIDDEN_ZERO	BPF_LDX_MEM(BPF_W, R7, R1, offsetof(struct __sk_buff, mark))

/*
 * Arithmetic: a OP b, always on these operands, by register and with an immediate. 32-bit
 * operations must ignore the upper halves, and clear the result's.
 */
#define A	0xfedcba9896543210
#define B	0x0000000b00000053	/* a shift of 19, in both widths */

#define ALU64(NAME, SINCE, OP, OFF, AB, IMM, A_IMM) \
	PROGRAM("r0 " NAME " r1", SINCE, FOLD(AB), \
		BPF_LD_IMM64(R0, A), BPF_LD_IMM64(R1, B), \
		BPF_ALU64_REG_OFF(OP, R0, R1, OFF), FOLD_EXIT), \
	PROGRAM("r0 " NAME " " #IMM, SINCE, FOLD(A_IMM), \
		BPF_LD_IMM64(R0, A), \
		BPF_ALU64_IMM_OFF(OP, R0, IMM, OFF), FOLD_EXIT)
#define ALU32(NAME, SINCE, OP, OFF, AB, IMM, A_IMM) \
	PROGRAM("w0 " NAME " w1", SINCE, FOLD(AB), \
		BPF_LD_IMM64(R0, A), BPF_LD_IMM64(R1, B), \
		BPF_ALU32_REG_OFF(OP, R0, R1, OFF), FOLD_EXIT), \
	PROGRAM("w0 " NAME " " #IMM, SINCE, FOLD(A_IMM), \
		BPF_LD_IMM64(R0, A), \
		BPF_ALU32_IMM_OFF(OP, R0, IMM, OFF), FOLD_EXIT)

/* One instruction on r0 = IN. */
#define UNARY(NAME, SINCE, IN, OUT, INSN) \
	PROGRAM(NAME, SINCE, FOLD(OUT), BPF_LD_IMM64(R0, IN), INSN, FOLD_EXIT)

/* Memory: the 8 bytes at r10 - 8 are 0, and r1 is 0x8182838485868788. Write there, then read. */
#define MEMORY(NAME, SINCE, OUT, WRITE, READ) \
	PROGRAM(NAME, SINCE, FOLD(OUT), \
		BPF_ST_MEM(BPF_DW, R10, -8, 0), BPF_LD_IMM64(R1, 0x8182838485868788), \
		WRITE, READ, FOLD_EXIT)

/*
 * Atomics: on memory M with src S and r0 = R0_IN; the result is memory + 5 * src + 25 * r0. The
 * 32-bit ones must not change the 4 bytes above, 0x77777777. Their S and R0_IN have upper halves
 * that do not count.
 */
#define M64	0x0000000f80000003
#define S	0x0000002100000006
#define M32	0x80000003

#define ATOMIC_SUM(MEM, SRC, R0_OUT)	FOLD((__u64)(MEM) + 5 * (__u64)(SRC) + 25 * (__u64)(R0_OUT))
#define ATOMIC_SUM_EXIT \
	BPF_ALU64_IMM(BPF_MUL, R2, 5), \
	BPF_ALU64_REG(BPF_ADD, R1, R2), \
	BPF_ALU64_IMM(BPF_MUL, R0, 25), \
	BPF_ALU64_REG(BPF_ADD, R0, R1), \
	FOLD_EXIT
#define ATOMIC64(NAME, SINCE, OP, R0_IN, MEM, SRC, R0_OUT) \
	PROGRAM(NAME, SINCE, ATOMIC_SUM(MEM, SRC, R0_OUT), \
		BPF_LD_IMM64(R1, M64), BPF_STX_MEM(BPF_DW, R10, R1, -8), \
		BPF_LD_IMM64(R2, S), BPF_LD_IMM64(R0, R0_IN), \
		BPF_ATOMIC_OP(BPF_DW, OP, R10, R2, -8), \
		BPF_LDX_MEM(BPF_DW, R1, R10, -8), \
		ATOMIC_SUM_EXIT)
#define ATOMIC32(NAME, SINCE, OP, R0_IN, MEM, SRC, R0_OUT) \
	PROGRAM(NAME, SINCE, ATOMIC_SUM(0x7777777700000000 | (MEM), SRC, R0_OUT), \
		BPF_ST_MEM(BPF_W, R10, -8, (int)M32), BPF_ST_MEM(BPF_W, R10, -4, 0x77777777), \
		BPF_LD_IMM64(R2, S), BPF_LD_IMM64(R0, R0_IN), \
		BPF_ATOMIC_OP(BPF_W, OP, R10, R2, -8), \
		BPF_LDX_MEM(BPF_W, R1, R10, -8), \
		BPF_LDX_MEM(BPF_W, R3, R10, -4), \
		BPF_ALU64_IMM(BPF_LSH, R3, 32), \
		BPF_ALU64_REG(BPF_OR, R1, R3), \
		ATOMIC_SUM_EXIT)

/*
 * Conditional jumps: each pair of operands that jumps sets one bit of r0.
 *
 *	bit		1	2	4	8	16, immediates only
 *	64 bits		1, 2	2, 2	-1, 1	2, 1	0xffffffff, -1: not equal
 *	32 bits		1, 2	2, 2	-1, 1	2, 1	0xffffffff, -1: equal
 *
 * The operands of 32-bit jumps have upper halves that would change the answers.
 */
#define IF_REG(JMP, OP, X, Y, BIT) \
	BPF_LD_IMM64(R1, X), BPF_ALU64_REG(BPF_ADD, R1, R7), \
	BPF_LD_IMM64(R2, Y), BPF_ALU64_REG(BPF_ADD, R2, R7), \
	JMP(OP, R1, R2, 1), BPF_JMP_A(1), BPF_ALU64_IMM(BPF_OR, R0, BIT)
#define IF_IMM(JMP, OP, X, IMM, BIT) \
	BPF_LD_IMM64(R1, X), BPF_ALU64_REG(BPF_ADD, R1, R7), \
	JMP(OP, R1, IMM, 1), BPF_JMP_A(1), BPF_ALU64_IMM(BPF_OR, R0, BIT)

#define JUMPS(NAME, SINCE, OP, REG, IMM, IMM32) \
	PROGRAM("if r1 " NAME " r2", SINCE, REG, \
		HIDDEN_ZERO, BPF_MOV64_IMM(R0, 0), \
		IF_REG(BPF_JMP_REG, OP, 1, 2, 1), \
		IF_REG(BPF_JMP_REG, OP, 2, 2, 2), \
		IF_REG(BPF_JMP_REG, OP, -1, 1, 4), \
		IF_REG(BPF_JMP_REG, OP, 2, 1, 8), \
		BPF_EXIT_INSN()), \
	PROGRAM("if r1 " NAME " imm", SINCE, IMM, \
		HIDDEN_ZERO, BPF_MOV64_IMM(R0, 0), \
		IF_IMM(BPF_JMP_IMM, OP, 1, 2, 1), \
		IF_IMM(BPF_JMP_IMM, OP, 2, 2, 2), \
		IF_IMM(BPF_JMP_IMM, OP, -1, 1, 4), \
		IF_IMM(BPF_JMP_IMM, OP, 2, 1, 8), \
		IF_IMM(BPF_JMP_IMM, OP, 0xffffffff, -1, 16), \
		BPF_EXIT_INSN()), \
	PROGRAM("if w1 " NAME " w2", KERNEL(5, 1), REG, \
		HIDDEN_ZERO, BPF_MOV64_IMM(R0, 0), \
		IF_REG(BPF_JMP32_REG, OP, 0x900000001, 2, 1), \
		IF_REG(BPF_JMP32_REG, OP, 0x900000002, 2, 2), \
		IF_REG(BPF_JMP32_REG, OP, 0x0ffffffff, 0x900000001, 4), \
		IF_REG(BPF_JMP32_REG, OP, 2, 0x900000001, 8), \
		BPF_EXIT_INSN()), \
	PROGRAM("if w1 " NAME " imm", KERNEL(5, 1), IMM32, \
		HIDDEN_ZERO, BPF_MOV64_IMM(R0, 0), \
		IF_IMM(BPF_JMP32_IMM, OP, 0x900000001, 2, 1), \
		IF_IMM(BPF_JMP32_IMM, OP, 0x900000002, 2, 2), \
		IF_IMM(BPF_JMP32_IMM, OP, 0x0ffffffff, 1, 4), \
		IF_IMM(BPF_JMP32_IMM, OP, 0x8000000900000002, 1, 8), \
		IF_IMM(BPF_JMP32_IMM, OP, 0x0ffffffff, -1, 16), \
		BPF_EXIT_INSN())

static const struct insn_program programs[] = {
	/* arithmetic              a OP b                               a OP immediate */
	ALU64("+=", KERNEL(3, 18), BPF_ADD, 0, 0xfedcbaa396543263, -1000, 0xfedcba9896542e28),
	ALU64("-=", KERNEL(3, 18), BPF_SUB, 0, 0xfedcba8d965431bd, -1000, 0xfedcba98965435f8),
	ALU64("*=", KERNEL(3, 18), BPF_MUL, 0, 0x172ea628bd4c3b30, -1000, 0x71c71bf4c71c7180),
	ALU64("/=", KERNEL(3, 18), BPF_DIV, 0, 0x00000000172b56c7, 1000, 0x00413ea68d765b2f),
	ALU64("%=", KERNEL(3, 18), BPF_MOD, 0, 0x0000000413470f8b, 1000, 0x0000000000000278),
	ALU64("|=", KERNEL(3, 18), BPF_OR, 0, 0xfedcba9b96543253, -1000, 0xfffffffffffffe18),
	ALU64("&=", KERNEL(3, 18), BPF_AND, 0, 0x0000000800000010, -1000, 0xfedcba9896543010),
	ALU64("^=", KERNEL(3, 18), BPF_XOR, 0, 0xfedcba9396543243, -1000, 0x0123456769abce08),
	ALU64("<<=", KERNEL(3, 18), BPF_LSH, 0, 0xd4c4b2a190800000, 35, 0xb2a1908000000000),
	ALU64(">>=", KERNEL(3, 18), BPF_RSH, 0, 0x00001fdb975312ca, 35, 0x000000001fdb9753),
	ALU64("s>>=", KERNEL(3, 18), BPF_ARSH, 0, 0xffffffdb975312ca, 35, 0xffffffffffdb9753),
	ALU64("=", KERNEL(3, 18), BPF_MOV, 0, B, -1000, 0xfffffffffffffc18),
	ALU64("s/=", KERNEL(6, 6), BPF_DIV, 1, 0xffffffffffe58554, -1000, 0x00004a90be504cbf),
	ALU64("s%=", KERNEL(6, 6), BPF_MOD, 1, 0xfffffffc9ee9f7d4, -1000, 0xfffffffffffffc28),
	ALU32("+=", KERNEL(3, 18), BPF_ADD, 0, 0x96543263, -1000, 0x96542e28),
	ALU32("-=", KERNEL(3, 18), BPF_SUB, 0, 0x965431bd, -1000, 0x965435f8),
	ALU32("*=", KERNEL(3, 18), BPF_MUL, 0, 0xbd4c3b30, -1000, 0xc71c7180),
	ALU32("/=", KERNEL(3, 18), BPF_DIV, 0, 0x01cfaa3d, 1000, 0x00267bf4),
	ALU32("%=", KERNEL(3, 18), BPF_MOD, 0, 0x00000049, 1000, 0x000000f0),
	ALU32("|=", KERNEL(3, 18), BPF_OR, 0, 0x96543253, -1000, 0xfffffe18),
	ALU32("&=", KERNEL(3, 18), BPF_AND, 0, 0x00000010, -1000, 0x96543010),
	ALU32("^=", KERNEL(3, 18), BPF_XOR, 0, 0x96543243, -1000, 0x69abce08),
	ALU32("<<=", KERNEL(3, 18), BPF_LSH, 0, 0x90800000, 17, 0x64200000),
	ALU32(">>=", KERNEL(3, 18), BPF_RSH, 0, 0x000012ca, 17, 0x00004b2a),
	ALU32("s>>=", KERNEL(3, 18), BPF_ARSH, 0, 0xfffff2ca, 17, 0xffffcb2a),
	ALU32("=", KERNEL(3, 18), BPF_MOV, 0, 0x00000053, -1000, 0xfffffc18),
	ALU32("s/=", KERNEL(6, 6), BPF_DIV, 1, 0xfeba131c, -1000, 0x001b0d43),
	ALU32("s%=", KERNEL(6, 6), BPF_MOD, 1, 0xfffffffc, -1000, 0xffffffc8),

	UNARY("r0 = -r0", KERNEL(3, 18), A, 0x0123456769abcdf0, BPF_ALU64_IMM(BPF_NEG, R0, 0)),
	UNARY("w0 = -w0", KERNEL(3, 18), A, 0x69abcdf0, BPF_ALU32_IMM(BPF_NEG, R0, 0)),

	/* divisors: unsigned, a negative one is huge; 0 gives 0, or the dividend */
	UNARY("r0 /= -1000", KERNEL(3, 18), A, 0, BPF_ALU64_IMM(BPF_DIV, R0, -1000)),
	UNARY("r0 %= -1000", KERNEL(3, 18), A, A, BPF_ALU64_IMM(BPF_MOD, R0, -1000)),
	UNARY("w0 %= -1000", KERNEL(3, 18), A, 0x96543210, BPF_ALU32_IMM(BPF_MOD, R0, -1000)),
	PROGRAM("r0 /= 0", KERNEL(3, 18), FOLD(0), HIDDEN_ZERO,
		BPF_LD_IMM64(R0, A), BPF_ALU64_REG(BPF_DIV, R0, R7), FOLD_EXIT),
	PROGRAM("r0 %= 0", KERNEL(3, 18), FOLD(A), HIDDEN_ZERO,
		BPF_LD_IMM64(R0, A), BPF_ALU64_REG(BPF_MOD, R0, R7), FOLD_EXIT),
	PROGRAM("w0 /= 0", KERNEL(3, 18), FOLD(0), HIDDEN_ZERO,
		BPF_LD_IMM64(R0, A), BPF_ALU32_REG(BPF_DIV, R0, R7), FOLD_EXIT),
	PROGRAM("w0 %= 0", KERNEL(3, 18), FOLD(0x96543210), HIDDEN_ZERO,
		BPF_LD_IMM64(R0, A), BPF_ALU32_REG(BPF_MOD, R0, R7), FOLD_EXIT),
	PROGRAM("r0 s/= 0", KERNEL(6, 6), FOLD(0), HIDDEN_ZERO,
		BPF_LD_IMM64(R0, A), BPF_ALU64_REG_OFF(BPF_DIV, R0, R7, 1), FOLD_EXIT),
	PROGRAM("r0 s%= 0", KERNEL(6, 6), FOLD(A), HIDDEN_ZERO,
		BPF_LD_IMM64(R0, A), BPF_ALU64_REG_OFF(BPF_MOD, R0, R7, 1), FOLD_EXIT),

	/* moves with sign extension */
	UNARY("r0 = (s8)r0", KERNEL(6, 6), 0x80018081, 0xffffffffffffff81,
	      BPF_MOVSX64_REG(R0, R0, 8)),
	UNARY("r0 = (s16)r0", KERNEL(6, 6), 0x80018081, 0xffffffffffff8081,
	      BPF_MOVSX64_REG(R0, R0, 16)),
	UNARY("r0 = (s32)r0", KERNEL(6, 6), 0x80018081, 0xffffffff80018081,
	      BPF_MOVSX64_REG(R0, R0, 32)),
	UNARY("w0 = (s8)w0", KERNEL(6, 6), 0x80018081, 0xffffff81, BPF_MOVSX32_REG(R0, R0, 8)),
	UNARY("w0 = (s16)w0", KERNEL(6, 6), 0x80018081, 0xffff8081, BPF_MOVSX32_REG(R0, R0, 16)),

	/* byte order: the bytes above the width are cleared */
	UNARY("r0 = le16 r0", KERNEL(3, 18), 0x1122334455667788, LE_BE(0x7788, 0x8877),
	      BPF_ENDIAN(BPF_TO_LE, R0, 16)),
	UNARY("r0 = le32 r0", KERNEL(3, 18), 0x1122334455667788, LE_BE(0x55667788, 0x88776655),
	      BPF_ENDIAN(BPF_TO_LE, R0, 32)),
	UNARY("r0 = le64 r0", KERNEL(3, 18), 0x1122334455667788,
	      LE_BE(0x1122334455667788, 0x8877665544332211), BPF_ENDIAN(BPF_TO_LE, R0, 64)),
	UNARY("r0 = be16 r0", KERNEL(3, 18), 0x1122334455667788, LE_BE(0x8877, 0x7788),
	      BPF_ENDIAN(BPF_TO_BE, R0, 16)),
	UNARY("r0 = be32 r0", KERNEL(3, 18), 0x1122334455667788, LE_BE(0x88776655, 0x55667788),
	      BPF_ENDIAN(BPF_TO_BE, R0, 32)),
	UNARY("r0 = be64 r0", KERNEL(3, 18), 0x1122334455667788,
	      LE_BE(0x8877665544332211, 0x1122334455667788), BPF_ENDIAN(BPF_TO_BE, R0, 64)),
	UNARY("r0 = bswap16 r0", KERNEL(6, 6), 0x1122334455667788, 0x8877, BPF_BSWAP(R0, 16)),
	UNARY("r0 = bswap32 r0", KERNEL(6, 6), 0x1122334455667788, 0x88776655, BPF_BSWAP(R0, 32)),
	UNARY("r0 = bswap64 r0", KERNEL(6, 6), 0x1122334455667788, 0x8877665544332211,
	      BPF_BSWAP(R0, 64)),

	/* 64-bit constants, and the moves of 32-bit ones */
	PROGRAM("r0 = 0xffffffff80000000 ll", KERNEL(3, 18), FOLD(0xffffffff80000000),
		BPF_LD_IMM64(R0, 0xffffffff80000000), FOLD_EXIT),
	PROGRAM("r0 = 0x80000000 ll", KERNEL(3, 18), FOLD(0x80000000),
		BPF_LD_IMM64(R0, 0x80000000), FOLD_EXIT),
	PROGRAM("r0 = 0x123456789abcdef0 ll", KERNEL(3, 18), FOLD(0x123456789abcdef0),
		BPF_LD_IMM64(R0, 0x123456789abcdef0), FOLD_EXIT),
	PROGRAM("r0 = 0x80000000", KERNEL(3, 18), FOLD(0xffffffff80000000),
		BPF_MOV64_IMM(R0, (int)0x80000000), FOLD_EXIT),
	PROGRAM("w0 = 0x80000000", KERNEL(3, 18), FOLD(0x80000000),
		BPF_MOV32_IMM(R0, (int)0x80000000), FOLD_EXIT),

	/* memory */
	MEMORY("u8 store, load", KERNEL(3, 18), 0x88,
	       BPF_STX_MEM(BPF_B, R10, R1, -8), BPF_LDX_MEM(BPF_B, R0, R10, -8)),
	MEMORY("u16 store, load", KERNEL(3, 18), 0x8788,
	       BPF_STX_MEM(BPF_H, R10, R1, -8), BPF_LDX_MEM(BPF_H, R0, R10, -8)),
	MEMORY("u32 store, load", KERNEL(3, 18), 0x85868788,
	       BPF_STX_MEM(BPF_W, R10, R1, -8), BPF_LDX_MEM(BPF_W, R0, R10, -8)),
	MEMORY("u64 store, load", KERNEL(3, 18), 0x8182838485868788,
	       BPF_STX_MEM(BPF_DW, R10, R1, -8), BPF_LDX_MEM(BPF_DW, R0, R10, -8)),
	MEMORY("u8 store imm", KERNEL(3, 18), 0x87,
	       BPF_ST_MEM(BPF_B, R10, -8, -0x79), BPF_LDX_MEM(BPF_B, R0, R10, -8)),
	MEMORY("u16 store imm", KERNEL(3, 18), 0x8687,
	       BPF_ST_MEM(BPF_H, R10, -8, -0x7979), BPF_LDX_MEM(BPF_H, R0, R10, -8)),
	MEMORY("u32 store imm", KERNEL(3, 18), 0x84858687,
	       BPF_ST_MEM(BPF_W, R10, -8, -0x7b7a7979), BPF_LDX_MEM(BPF_W, R0, R10, -8)),
	MEMORY("u64 store imm, sign-extended", KERNEL(3, 18), 0xffffffff84858687,
	       BPF_ST_MEM(BPF_DW, R10, -8, -0x7b7a7979), BPF_LDX_MEM(BPF_DW, R0, R10, -8)),
	MEMORY("s8 load", KERNEL(6, 6), 0xffffffffffffff88,
	       BPF_STX_MEM(BPF_B, R10, R1, -8), BPF_LDX_MEMSX(BPF_B, R0, R10, -8)),
	MEMORY("s16 load", KERNEL(6, 6), 0xffffffffffff8788,
	       BPF_STX_MEM(BPF_H, R10, R1, -8), BPF_LDX_MEMSX(BPF_H, R0, R10, -8)),
	MEMORY("s32 load", KERNEL(6, 6), 0xffffffff85868788,
	       BPF_STX_MEM(BPF_W, R10, R1, -8), BPF_LDX_MEMSX(BPF_W, R0, R10, -8)),
	MEMORY("a store writes no more than its size", KERNEL(3, 18),
	       LE_BE(0x0000000085868788, 0x8586878800000000),
	       BPF_STX_MEM(BPF_W, R10, R1, -8), BPF_LDX_MEM(BPF_DW, R0, R10, -8)),
	MEMORY("bytes of a word in host order", KERNEL(3, 18), LE_BE(0x8586, 0x8384),
	       BPF_STX_MEM(BPF_DW, R10, R1, -8), BPF_LDX_MEM(BPF_H, R0, R10, -6)),
	/* 64 less the 14 of the Ethernet header */
	PROGRAM("context load: skb->len", KERNEL(3, 18), 50,
		BPF_LDX_MEM(BPF_W, R0, R1, offsetof(struct __sk_buff, len)), BPF_EXIT_INSN()),

	/* atomics: name, kernel, operation, r0; then memory, src, r0 */
	ATOMIC64("lock u64 +=", KERNEL(3, 18), BPF_ADD, 1, 0x0000003080000009, S, 1),
	ATOMIC64("lock u64 |=", KERNEL(5, 12), BPF_OR, 1, 0x0000002f80000007, S, 1),
	ATOMIC64("lock u64 &=", KERNEL(5, 12), BPF_AND, 1, 0x0000000100000002, S, 1),
	ATOMIC64("lock u64 ^=", KERNEL(5, 12), BPF_XOR, 1, 0x0000002e80000005, S, 1),
	ATOMIC64("u64 fetch_add", KERNEL(5, 12), BPF_ADD | BPF_FETCH, 1,
		 0x0000003080000009, M64, 1),
	ATOMIC64("u64 fetch_or", KERNEL(5, 12), BPF_OR | BPF_FETCH, 1, 0x0000002f80000007, M64, 1),
	ATOMIC64("u64 fetch_and", KERNEL(5, 12), BPF_AND | BPF_FETCH, 1,
		 0x0000000100000002, M64, 1),
	ATOMIC64("u64 fetch_xor", KERNEL(5, 12), BPF_XOR | BPF_FETCH, 1,
		 0x0000002e80000005, M64, 1),
	ATOMIC64("u64 xchg", KERNEL(5, 12), BPF_XCHG, 1, S, M64, 1),
	ATOMIC64("u64 cmpxchg, equal", KERNEL(5, 12), BPF_CMPXCHG, M64, S, S, M64),
	ATOMIC64("u64 cmpxchg, not equal", KERNEL(5, 12), BPF_CMPXCHG, 0x0000001080000003,
		 M64, S, M64),
	ATOMIC32("lock u32 +=", KERNEL(3, 18), BPF_ADD, 1, 0x80000009, S, 1),
	ATOMIC32("lock u32 |=", KERNEL(5, 12), BPF_OR, 1, 0x80000007, S, 1),
	ATOMIC32("lock u32 &=", KERNEL(5, 12), BPF_AND, 1, 0x00000002, S, 1),
	ATOMIC32("lock u32 ^=", KERNEL(5, 12), BPF_XOR, 1, 0x80000005, S, 1),
	ATOMIC32("u32 fetch_add", KERNEL(5, 12), BPF_ADD | BPF_FETCH, 1, 0x80000009, M32, 1),
	ATOMIC32("u32 fetch_or", KERNEL(5, 12), BPF_OR | BPF_FETCH, 1, 0x80000007, M32, 1),
	ATOMIC32("u32 fetch_and", KERNEL(5, 12), BPF_AND | BPF_FETCH, 1, 0x00000002, M32, 1),
	ATOMIC32("u32 fetch_xor", KERNEL(5, 12), BPF_XOR | BPF_FETCH, 1, 0x80000005, M32, 1),
	ATOMIC32("u32 xchg", KERNEL(5, 12), BPF_XCHG, 1, 0x00000006, M32, 1),
	ATOMIC32("u32 cmpxchg, equal", KERNEL(5, 12), BPF_CMPXCHG, 0x0000005580000003,
		 0x00000006, S, M32),
	ATOMIC32("u32 cmpxchg, not equal", KERNEL(5, 12), BPF_CMPXCHG, 0x0000005580000002,
		 M32, S, M32),

	MEMORY("u8 load_acquire", KERNEL(6, 15), 0x88, BPF_STX_MEM(BPF_B, R10, R1, -8),
	       BPF_ATOMIC_OP(BPF_B, BPF_LOAD_ACQ, R0, R10, -8)),
	MEMORY("u16 load_acquire", KERNEL(6, 15), 0x8788, BPF_STX_MEM(BPF_H, R10, R1, -8),
	       BPF_ATOMIC_OP(BPF_H, BPF_LOAD_ACQ, R0, R10, -8)),
	MEMORY("u32 load_acquire", KERNEL(6, 15), 0x85868788, BPF_STX_MEM(BPF_W, R10, R1, -8),
	       BPF_ATOMIC_OP(BPF_W, BPF_LOAD_ACQ, R0, R10, -8)),
	MEMORY("u64 load_acquire", KERNEL(6, 15), 0x8182838485868788,
	       BPF_STX_MEM(BPF_DW, R10, R1, -8),
	       BPF_ATOMIC_OP(BPF_DW, BPF_LOAD_ACQ, R0, R10, -8)),
	MEMORY("u8 store_release", KERNEL(6, 15), 0x88,
	       BPF_ATOMIC_OP(BPF_B, BPF_STORE_REL, R10, R1, -8), BPF_LDX_MEM(BPF_B, R0, R10, -8)),
	MEMORY("u16 store_release", KERNEL(6, 15), 0x8788,
	       BPF_ATOMIC_OP(BPF_H, BPF_STORE_REL, R10, R1, -8), BPF_LDX_MEM(BPF_H, R0, R10, -8)),
	MEMORY("u32 store_release", KERNEL(6, 15), 0x85868788,
	       BPF_ATOMIC_OP(BPF_W, BPF_STORE_REL, R10, R1, -8), BPF_LDX_MEM(BPF_W, R0, R10, -8)),
	MEMORY("u64 store_release", KERNEL(6, 15), 0x8182838485868788,
	       BPF_ATOMIC_OP(BPF_DW, BPF_STORE_REL, R10, R1, -8),
	       BPF_LDX_MEM(BPF_DW, R0, R10, -8)),

	/* conditional jumps         register, imm, 32-bit imm; 32-bit register as register */
	JUMPS("==", KERNEL(3, 18), BPF_JEQ, 2, 2, 18),
	JUMPS("!=", KERNEL(3, 18), BPF_JNE, 13, 29, 13),
	JUMPS(">", KERNEL(3, 18), BPF_JGT, 12, 12, 12),
	JUMPS(">=", KERNEL(3, 18), BPF_JGE, 14, 14, 30),
	JUMPS("<", KERNEL(4, 14), BPF_JLT, 1, 17, 1),
	JUMPS("<=", KERNEL(4, 14), BPF_JLE, 3, 19, 19),
	JUMPS("s>", KERNEL(3, 18), BPF_JSGT, 8, 24, 8),
	JUMPS("s>=", KERNEL(3, 18), BPF_JSGE, 10, 26, 26),
	JUMPS("s<", KERNEL(4, 14), BPF_JSLT, 5, 5, 5),
	JUMPS("s<=", KERNEL(4, 14), BPF_JSLE, 7, 7, 23),
	JUMPS("&", KERNEL(3, 18), BPF_JSET, 6, 22, 22),

	/* other jumps: forward over two, then back */
	PROGRAM("goto", KERNEL(3, 18), 7,
		BPF_MOV64_IMM(R0, 1),
		BPF_JMP_A(2),
		BPF_ALU64_IMM(BPF_ADD, R0, 4),
		BPF_EXIT_INSN(),
		BPF_ALU64_IMM(BPF_ADD, R0, 2),
		BPF_JMP_A(-4)),
	{
		.name = "gotol", .kernel = KERNEL(6, 6), .expected = 7,
		.backport = KERNEL(6, 1),	/* Debian's 6.1.176 loads it, on amd64 and s390x */
		.insns = {
			BPF_MOV64_IMM(R0, 1),
			BPF_JMP32_A(2),
			BPF_ALU64_IMM(BPF_ADD, R0, 4),
			BPF_EXIT_INSN(),
			BPF_ALU64_IMM(BPF_ADD, R0, 2),
			BPF_JMP32_A(-4),
		},
	},
	PROGRAM("a 64-bit constant is two slots to a jump", KERNEL(3, 18), 1,
		HIDDEN_ZERO,
		BPF_MOV64_IMM(R0, 1),
		BPF_JMP_IMM(BPF_JEQ, R7, 0, 2),
		BPF_LD_IMM64(R0, 2),
		BPF_EXIT_INSN()),
	PROGRAM("loop", KERNEL(5, 3), 55,
		BPF_MOV64_IMM(R0, 0),
		BPF_MOV64_IMM(R1, 10),
		BPF_ALU64_REG(BPF_ADD, R0, R1),
		BPF_ALU64_IMM(BPF_SUB, R1, 1),
		BPF_JMP_IMM(BPF_JNE, R1, 0, -3),
		BPF_EXIT_INSN()),
	PROGRAM("may_goto", KERNEL(6, 9), 10,
		BPF_MOV64_IMM(R0, 0),
		RAWBPF_MAY_GOTO(2),
		BPF_ALU64_IMM(BPF_ADD, R0, 1),
		BPF_JMP_IMM(BPF_JLT, R0, 10, -3),
		BPF_EXIT_INSN()),

	/* calls */
	PROGRAM("helper call: r6 to r9 survive", KERNEL(4, 1), 15,
		BPF_MOV64_IMM(R6, 1), BPF_MOV64_IMM(R7, 2),
		BPF_MOV64_IMM(R8, 4), BPF_MOV64_IMM(R9, 7),
		BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns),
		BPF_JMP_IMM(BPF_JEQ, R0, 0, 1),
		BPF_ALU64_IMM(BPF_ADD, R9, 1),
		BPF_MOV64_IMM(R0, 0),
		BPF_ALU64_REG(BPF_ADD, R0, R6), BPF_ALU64_REG(BPF_ADD, R0, R7),
		BPF_ALU64_REG(BPF_ADD, R0, R8), BPF_ALU64_REG(BPF_ADD, R0, R9),
		BPF_EXIT_INSN()),
	PROGRAM("program-local call: own stack, own r6", KERNEL(4, 16), 1742,
		BPF_MOV64_IMM(R6, 1000),
		BPF_ST_MEM(BPF_DW, R10, -8, 700),
		BPF_MOV64_IMM(R1, 6), BPF_MOV64_IMM(R2, 7),
		BPF_CALL_REL(4),
		BPF_LDX_MEM(BPF_DW, R1, R10, -8),
		BPF_ALU64_REG(BPF_ADD, R0, R1),
		BPF_ALU64_REG(BPF_ADD, R0, R6),
		BPF_EXIT_INSN(),
		BPF_MOV64_IMM(R6, 0),
		BPF_ST_MEM(BPF_DW, R10, -8, 0),
		BPF_MOV64_REG(R0, R1),
		BPF_ALU64_REG(BPF_MUL, R0, R2),
		BPF_EXIT_INSN()),

	/* packet bytes: a socket filter's packet begins after the 14 of the Ethernet header */
	PROGRAM("packet u8", KERNEL(3, 18), 0x0e,
		BPF_MOV64_REG(R6, R1), BPF_LD_ABS(BPF_B, 0), BPF_EXIT_INSN()),
	PROGRAM("packet u16", KERNEL(3, 18), 0x0f10,
		BPF_MOV64_REG(R6, R1), BPF_LD_ABS(BPF_H, 1), BPF_EXIT_INSN()),
	PROGRAM("packet u32", KERNEL(3, 18), 0x3c3d3e3f,
		BPF_MOV64_REG(R6, R1), BPF_LD_ABS(BPF_W, 46), BPF_EXIT_INSN()),
	PROGRAM("packet u8, link-layer header", KERNEL(3, 18), 0x05,
		BPF_MOV64_REG(R6, R1), BPF_LD_ABS(BPF_B, -0x200000 + 5), BPF_EXIT_INSN()),
	PROGRAM("packet u8, indirect", KERNEL(3, 18), 0x13,
		BPF_MOV64_REG(R6, R1), BPF_MOV64_IMM(R7, 2),
		BPF_LD_IND(BPF_B, R7, 3), BPF_EXIT_INSN()),
	PROGRAM("packet u16, indirect", KERNEL(3, 18), 0x1314,
		BPF_MOV64_REG(R6, R1), BPF_MOV64_IMM(R7, 2),
		BPF_LD_IND(BPF_H, R7, 3), BPF_EXIT_INSN()),
	PROGRAM("packet u32, indirect", KERNEL(3, 18), 0x13141516,
		BPF_MOV64_REG(R6, R1), BPF_MOV64_IMM(R7, 9),
		BPF_LD_IND(BPF_W, R7, -4), BPF_EXIT_INSN()),
	PROGRAM("past the packet the program ends with 0", KERNEL(3, 18), 0,
		BPF_MOV64_REG(R6, R1), BPF_LD_ABS(BPF_W, 47), BPF_MOV64_IMM(R0, 1),
		BPF_EXIT_INSN()),

	/* maps: -1 stands for the caller's descriptor */
	PROGRAM("map by descriptor", KERNEL(3, 18), FOLD(INSN_PROGRAMS_MAP_VALUE),
		BPF_ST_MEM(BPF_W, R10, -4, 0),
		BPF_MOV64_REG(R2, R10), BPF_ALU64_IMM(BPF_ADD, R2, -4),
		BPF_LD_MAP_FD(R1, -1),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JNE, R0, 0, 1),
		BPF_EXIT_INSN(),
		BPF_LDX_MEM(BPF_DW, R0, R0, 0),
		FOLD_EXIT),
	PROGRAM("map by descriptor, missing key", KERNEL(3, 18), 5,
		BPF_ST_MEM(BPF_W, R10, -4, 1),
		BPF_MOV64_REG(R2, R10), BPF_ALU64_IMM(BPF_ADD, R2, -4),
		BPF_LD_IMM64_RAW(R1, BPF_PSEUDO_MAP_FD, 0xffffffff),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, R0, 0, 1),
		BPF_MOV64_IMM(R0, 1),
		BPF_ALU64_IMM(BPF_ADD, R0, 5),
		BPF_EXIT_INSN()),
	PROGRAM("map value by descriptor", KERNEL(5, 2), FOLD(INSN_PROGRAMS_MAP_VALUE),
		BPF_LD_MAP_VALUE(R1, -1, 0), BPF_LDX_MEM(BPF_DW, R0, R1, 0), FOLD_EXIT),
	PROGRAM("map value by descriptor, at 4", KERNEL(5, 2), LE_BE(0x11223344, 0x55667788),
		BPF_LD_IMM64_RAW_FULL(R1, BPF_PSEUDO_MAP_VALUE, 0, 0, -1, 4),
		BPF_LDX_MEM(BPF_W, R0, R1, 0), BPF_EXIT_INSN()),
	{
		.name = "map by index", .kernel = KERNEL(5, 14), .fd_array = 1,
		.expected = FOLD(INSN_PROGRAMS_MAP_VALUE),
		.insns = {
			BPF_ST_MEM(BPF_W, R10, -4, 0),
			BPF_MOV64_REG(R2, R10), BPF_ALU64_IMM(BPF_ADD, R2, -4),
			RAWBPF_LD_MAP_IDX(R1, 0),
			BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
			BPF_JMP_IMM(BPF_JNE, R0, 0, 1),
			BPF_EXIT_INSN(),
			BPF_LDX_MEM(BPF_DW, R0, R0, 0),
			FOLD_EXIT,
		},
	},
	{
		.name = "map value by index, at 4", .kernel = KERNEL(5, 14), .fd_array = 1,
		.expected = LE_BE(0x11223344, 0x55667788),
		.insns = {
			RAWBPF_LD_MAP_IDX_VALUE(R1, 0, 4),
			BPF_LDX_MEM(BPF_W, R0, R1, 0),
			BPF_EXIT_INSN(),
		},
	},
};

int insn_programs_get(struct insn_program *out, unsigned index, int map_fd)
{
	if (index >= COUNT(programs))
		return 0;
	*out = programs[index];

	/* Count the slots: no program ends with a slot of opcode 0. */
	out->count = COUNT(out->insns);
	while (out->count > 0 && out->insns[out->count - 1].code == 0)
		out->count--;

	for (unsigned i = 0; i < out->count; i++) {
		struct bpf_insn *insn = &out->insns[i];

		if (insn->code == (BPF_LD | BPF_DW | BPF_IMM) &&
		    (insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE))
			insn->imm = map_fd;
	}
	return 1;
}

int insn_programs_map(void)
{
	const unsigned key = 0;
	const uint64_t value = INSN_PROGRAMS_MAP_VALUE;
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "insn_programs",
		.type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof key,
		.value_size = sizeof value,
		.max_entries = 1,
	});
	int err = map < 0 ? map : rawbpf_map_update(map, &key, &value, 0);

	return err < 0 ? err : map;
}

int insn_program_run(const struct insn_program *program, int map_fd, unsigned *retval)
{
	unsigned char packet[64];
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };
	int err, prog;

	for (unsigned i = 0; i < sizeof packet; i++)
		packet[i] = i;
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		.license = "GPL",
		.insns = program->insns,
		.insn_count = program->count,
		.fd_array = program->fd_array ? &map_fd : NULL,
	});
	if (prog < 0)
		return prog;
	err = rawbpf_prog_run(prog, &run);
	close(prog);
	*retval = run.retval;
	return err;
}

int insn_program_through_text(struct insn_program *program, enum rawbpf_dialect dialect)
{
	struct bpf_insn insns[sizeof program->insns / sizeof program->insns[0]];
	char lines[sizeof program->insns / sizeof program->insns[0] * 128];
	char scratch[65536];
	struct rawbpf_text text = {
		.text = lines,
		.insns = insns,
		.max = sizeof insns / sizeof insns[0],
		.scratch = scratch,
		.scratch_size = sizeof scratch,
	};
	int same;

	for (unsigned i = 0, slots; i < program->count; i += slots) {
		text.length += rawbpf_insn_format(lines + text.length, sizeof lines - text.length,
						  program->insns + i, program->count - i, dialect,
						  NULL, &slots);
		lines[text.length++] = '\n';
	}
	same = rawbpf_text_parse(&text) == (int)program->count &&
	       memcmp(insns, program->insns, program->count * sizeof insns[0]) == 0;
	memcpy(program->insns, insns, program->count * sizeof insns[0]);
	return same;
}

enum insn_verdict insn_program_judge(const struct insn_program *program, unsigned kernel, int err,
				     unsigned retval)
{
	int old = kernel < program->kernel;

	if (err < 0)
		return old ? INSN_REFUSED : INSN_WRONG;
	if (old && kernel != program->backport)
		return INSN_WRONG;
	return retval == program->expected ? INSN_RIGHT : INSN_WRONG;
}

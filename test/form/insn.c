/* SPDX-License-Identifier: MIT */
/*
 * The instruction macros make exactly the bytes that RFC 9669 and the kernel require, on machines
 * of either byte order.
 *
 * The table below has the expected bytes as numbers, not as the kernel's names for them. The test
 * assembles them byte by byte, without struct bpf_insn.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <check.h>

#include <rawbpf/insn.h>

#include "../unit.h"

#define BIG_ENDIAN_HOST (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

struct row {
	unsigned char code, dst, src;
	short off;
	int imm;
	int next_imm;			/* imm of the second slot; its other fields are 0 */
	unsigned slots;

	const char *text;
	struct bpf_insn made[3];	/* END closes it, which shows the number of slots */
};

#define END 0xee
#define MADE(...) #__VA_ARGS__, { __VA_ARGS__, { .code = END } }
#define ROW(CODE, DST, SRC, OFF, IMM, ...) { CODE, DST, SRC, OFF, IMM, 0, 1, MADE(__VA_ARGS__) }
#define WIDE(DST, SRC, IMM, NEXT, ...) { 0x18, DST, SRC, 0, IMM, NEXT, 2, MADE(__VA_ARGS__) }

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };

/*
 * opcode, dst, src, off, imm. File scope and const show that the macros are constant expressions.
 */
static const struct row rows[] = {
	/* arithmetic, 64 bits */
	ROW(0x0f,  0,  3, 0, 0,		BPF_ALU64_REG(BPF_ADD, R0, R3)),
	ROW(0x07, 10,  0, 0, 1,		BPF_ALU64_IMM(BPF_ADD, R10, 1)),
	ROW(0x1f,  1,  4, 0, 0,		BPF_ALU64_REG(BPF_SUB, R1, R4)),
	ROW(0x17,  9,  0, 0, -1,	BPF_ALU64_IMM(BPF_SUB, R9, -1)),
	ROW(0x2f,  2,  5, 0, 0,		BPF_ALU64_REG(BPF_MUL, R2, R5)),
	ROW(0x27,  8,  0, 0, INT_MAX,	BPF_ALU64_IMM(BPF_MUL, R8, INT_MAX)),
	ROW(0x3f,  3,  6, 0, 0,		BPF_ALU64_REG(BPF_DIV, R3, R6)),
	ROW(0x37,  7,  0, 0, INT_MIN,	BPF_ALU64_IMM(BPF_DIV, R7, INT_MIN)),
	ROW(0x4f,  4,  7, 0, 0,		BPF_ALU64_REG(BPF_OR, R4, R7)),
	ROW(0x47,  6,  0, 0, 0x7f,	BPF_ALU64_IMM(BPF_OR, R6, 0x7f)),
	ROW(0x5f,  5,  8, 0, 0,		BPF_ALU64_REG(BPF_AND, R5, R8)),
	ROW(0x57,  5,  0, 0, -0x80,	BPF_ALU64_IMM(BPF_AND, R5, -0x80)),
	ROW(0x6f,  6,  9, 0, 0,		BPF_ALU64_REG(BPF_LSH, R6, R9)),
	ROW(0x67,  4,  0, 0, 63,	BPF_ALU64_IMM(BPF_LSH, R4, 63)),
	ROW(0x7f,  7, 10, 0, 0,		BPF_ALU64_REG(BPF_RSH, R7, R10)),
	ROW(0x77,  3,  0, 0, 63,	BPF_ALU64_IMM(BPF_RSH, R3, 63)),
	ROW(0x9f,  8,  0, 0, 0,		BPF_ALU64_REG(BPF_MOD, R8, R0)),
	ROW(0x97,  2,  0, 0, 0x1000,	BPF_ALU64_IMM(BPF_MOD, R2, 0x1000)),
	ROW(0xaf,  9,  1, 0, 0,		BPF_ALU64_REG(BPF_XOR, R9, R1)),
	ROW(0xa7,  1,  0, 0, -4,	BPF_ALU64_IMM(BPF_XOR, R1, -4)),
	ROW(0xbf, 10,  2, 0, 0,		BPF_ALU64_REG(BPF_MOV, R10, R2)),
	ROW(0xb7,  0,  0, 0, 7,		BPF_ALU64_IMM(BPF_MOV, R0, 7)),
	ROW(0xcf,  0,  3, 0, 0,		BPF_ALU64_REG(BPF_ARSH, R0, R3)),
	ROW(0xc7, 10,  0, 0, 63,	BPF_ALU64_IMM(BPF_ARSH, R10, 63)),
	ROW(0x87,  6,  0, 0, 0,		BPF_ALU64_IMM(BPF_NEG, R6, 0)),
	ROW(0x3f,  1,  2, 1, 0,		BPF_ALU64_REG_OFF(BPF_DIV, R1, R2, 1)),
	ROW(0x37,  1,  0, 1, -3,	BPF_ALU64_IMM_OFF(BPF_DIV, R1, -3, 1)),
	ROW(0x9f,  1,  2, 1, 0,		BPF_ALU64_REG_OFF(BPF_MOD, R1, R2, 1)),
	ROW(0x97,  1,  0, 1, -3,	BPF_ALU64_IMM_OFF(BPF_MOD, R1, -3, 1)),
	ROW(0xbf,  3,  4, 8, 0,		BPF_ALU64_REG_OFF(BPF_MOV, R3, R4, 8)),

	/* arithmetic, 32 bits */
	ROW(0x0c,  0,  3, 0, 0,		BPF_ALU32_REG(BPF_ADD, R0, R3)),
	ROW(0x04, 10,  0, 0, INT_MIN,	BPF_ALU32_IMM(BPF_ADD, R10, INT_MIN)),
	ROW(0x1c,  1,  4, 0, 0,		BPF_ALU32_REG(BPF_SUB, R1, R4)),
	ROW(0x14,  9,  0, 0, 0x7f,	BPF_ALU32_IMM(BPF_SUB, R9, 0x7f)),
	ROW(0x2c,  2,  5, 0, 0,		BPF_ALU32_REG(BPF_MUL, R2, R5)),
	ROW(0x24,  8,  0, 0, -0x80,	BPF_ALU32_IMM(BPF_MUL, R8, -0x80)),
	ROW(0x3c,  3,  6, 0, 0,		BPF_ALU32_REG(BPF_DIV, R3, R6)),
	ROW(0x34,  7,  0, 0, 63,	BPF_ALU32_IMM(BPF_DIV, R7, 63)),
	ROW(0x4c,  4,  7, 0, 0,		BPF_ALU32_REG(BPF_OR, R4, R7)),
	ROW(0x44,  6,  0, 0, 31,	BPF_ALU32_IMM(BPF_OR, R6, 31)),
	ROW(0x5c,  5,  8, 0, 0,		BPF_ALU32_REG(BPF_AND, R5, R8)),
	ROW(0x54,  5,  0, 0, 0x1000,	BPF_ALU32_IMM(BPF_AND, R5, 0x1000)),
	ROW(0x6c,  6,  9, 0, 0,		BPF_ALU32_REG(BPF_LSH, R6, R9)),
	ROW(0x64,  4,  0, 0, 31,	BPF_ALU32_IMM(BPF_LSH, R4, 31)),
	ROW(0x7c,  7, 10, 0, 0,		BPF_ALU32_REG(BPF_RSH, R7, R10)),
	ROW(0x74,  3,  0, 0, 31,	BPF_ALU32_IMM(BPF_RSH, R3, 31)),
	ROW(0x9c,  8,  0, 0, 0,		BPF_ALU32_REG(BPF_MOD, R8, R0)),
	ROW(0x94,  2,  0, 0, 1,		BPF_ALU32_IMM(BPF_MOD, R2, 1)),
	ROW(0xac,  9,  1, 0, 0,		BPF_ALU32_REG(BPF_XOR, R9, R1)),
	ROW(0xa4,  1,  0, 0, -1,	BPF_ALU32_IMM(BPF_XOR, R1, -1)),
	ROW(0xbc, 10,  2, 0, 0,		BPF_ALU32_REG(BPF_MOV, R10, R2)),
	ROW(0xb4,  0,  0, 0, INT_MAX,	BPF_ALU32_IMM(BPF_MOV, R0, INT_MAX)),
	ROW(0xcc,  0,  3, 0, 0,		BPF_ALU32_REG(BPF_ARSH, R0, R3)),
	ROW(0xc4, 10,  0, 0, 31,	BPF_ALU32_IMM(BPF_ARSH, R10, 31)),
	ROW(0x84,  6,  0, 0, 0,		BPF_ALU32_IMM(BPF_NEG, R6, 0)),
	ROW(0x3c,  1,  2, 1, 0,		BPF_ALU32_REG_OFF(BPF_DIV, R1, R2, 1)),
	ROW(0x34,  1,  0, 1, -3,	BPF_ALU32_IMM_OFF(BPF_DIV, R1, -3, 1)),
	ROW(0x9c,  1,  2, 1, 0,		BPF_ALU32_REG_OFF(BPF_MOD, R1, R2, 1)),
	ROW(0x94,  1,  0, 1, -3,	BPF_ALU32_IMM_OFF(BPF_MOD, R1, -3, 1)),
	ROW(0xbc,  3,  4, 8, 0,		BPF_ALU32_REG_OFF(BPF_MOV, R3, R4, 8)),

	/* moves */
	ROW(0xbf,  1, 10, 0, 0,		BPF_MOV64_REG(R1, R10)),
	ROW(0xbc, 10,  1, 0, 0,		BPF_MOV32_REG(R10, R1)),
	ROW(0xb7,  0,  0, 0, 0,		BPF_MOV64_IMM(R0, 0)),
	ROW(0xb7,  0,  0, 0, -1,	BPF_MOV64_IMM(R0, -1)),
	ROW(0xb7,  0,  0, 0, INT_MIN,	BPF_MOV64_IMM(R0, INT_MIN)),
	ROW(0xb7,  0,  0, 0, INT_MAX,	BPF_MOV64_IMM(R0, INT_MAX)),
	ROW(0xb7,  0,  0, 0, 0x12345678, BPF_MOV64_IMM(R0, 0x12345678)),
	ROW(0xb7,  0,  0, 0, INT_MIN,	BPF_MOV64_IMM(R0, 0x80000000)),
	ROW(0xb4,  9,  0, 0, -2,	BPF_MOV32_IMM(R9, -2)),
	ROW(0xb4,  9,  0, 0, -1,	BPF_MOV32_IMM(R9, 0xffffffff)),
	ROW(0xbf,  5,  6, 8, 0,		BPF_MOVSX64_REG(R5, R6, 8)),
	ROW(0xbf,  5,  6, 16, 0,	BPF_MOVSX64_REG(R5, R6, 16)),
	ROW(0xbf,  5,  6, 32, 0,	BPF_MOVSX64_REG(R5, R6, 32)),
	ROW(0xbc,  6,  5, 8, 0,		BPF_MOVSX32_REG(R6, R5, 8)),
	ROW(0xbc,  6,  5, 16, 0,	BPF_MOVSX32_REG(R6, R5, 16)),
	ROW(0xbf,  7,  8, 0, 0,		BPF_MOV64_RAW(BPF_X, R7, R8, 0)),
	ROW(0xb7,  7,  0, 0, -9,	BPF_MOV64_RAW(BPF_K, R7, 0, -9)),
	ROW(0xbc,  7,  8, 0, 0,		BPF_MOV32_RAW(BPF_X, R7, R8, 0)),
	ROW(0xb4,  7,  0, 0, -9,	BPF_MOV32_RAW(BPF_K, R7, 0, -9)),

	/* byte order */
	ROW(0xd4,  2,  0, 0, 16,	BPF_ENDIAN(BPF_TO_LE, R2, 16)),
	ROW(0xd4,  2,  0, 0, 32,	BPF_ENDIAN(BPF_TO_LE, R2, 32)),
	ROW(0xd4,  2,  0, 0, 64,	BPF_ENDIAN(BPF_TO_LE, R2, 64)),
	ROW(0xdc,  2,  0, 0, 16,	BPF_ENDIAN(BPF_TO_BE, R2, 16)),
	ROW(0xdc,  2,  0, 0, 32,	BPF_ENDIAN(BPF_TO_BE, R2, 32)),
	ROW(0xdc,  2,  0, 0, 64,	BPF_ENDIAN(BPF_TO_BE, R2, 64)),
	ROW(0xd4,  2,  0, 0, 16,	BPF_ENDIAN(BPF_FROM_LE, R2, 16)),
	ROW(0xd4,  2,  0, 0, 32,	BPF_ENDIAN(BPF_FROM_LE, R2, 32)),
	ROW(0xd4,  2,  0, 0, 64,	BPF_ENDIAN(BPF_FROM_LE, R2, 64)),
	ROW(0xdc,  2,  0, 0, 16,	BPF_ENDIAN(BPF_FROM_BE, R2, 16)),
	ROW(0xdc,  2,  0, 0, 32,	BPF_ENDIAN(BPF_FROM_BE, R2, 32)),
	ROW(0xdc,  2,  0, 0, 64,	BPF_ENDIAN(BPF_FROM_BE, R2, 64)),
	ROW(0xd7,  3,  0, 0, 16,	BPF_BSWAP(R3, 16)),
	ROW(0xd7,  3,  0, 0, 32,	BPF_BSWAP(R3, 32)),
	ROW(0xd7,  3,  0, 0, 64,	BPF_BSWAP(R3, 64)),

	/* memory */
	ROW(0x71,  1, 10, -1, 0,	BPF_LDX_MEM(BPF_B, R1, R10, -1)),
	ROW(0x69,  1, 10, 0x7fff, 0,	BPF_LDX_MEM(BPF_H, R1, R10, 0x7fff)),
	ROW(0x61,  1, 10, -0x8000, 0,	BPF_LDX_MEM(BPF_W, R1, R10, -0x8000)),
	ROW(0x79,  1, 10, 256, 0,	BPF_LDX_MEM(BPF_DW, R1, R10, 256)),
	ROW(0x91,  2,  9, -1, 0,	BPF_LDX_MEMSX(BPF_B, R2, R9, -1)),
	ROW(0x89,  2,  9, 0x7fff, 0,	BPF_LDX_MEMSX(BPF_H, R2, R9, 0x7fff)),
	ROW(0x81,  2,  9, -0x8000, 0,	BPF_LDX_MEMSX(BPF_W, R2, R9, -0x8000)),
	ROW(0x73, 10,  1, -1, 0,	BPF_STX_MEM(BPF_B, R10, R1, -1)),
	ROW(0x6b, 10,  1, 0x7fff, 0,	BPF_STX_MEM(BPF_H, R10, R1, 0x7fff)),
	ROW(0x63, 10,  1, -0x8000, 0,	BPF_STX_MEM(BPF_W, R10, R1, -0x8000)),
	ROW(0x7b, 10,  1, 256, 0,	BPF_STX_MEM(BPF_DW, R10, R1, 256)),
	ROW(0x72, 10,  0, -1, -1,	BPF_ST_MEM(BPF_B, R10, -1, -1)),
	ROW(0x6a, 10,  0, 0x7fff, INT_MIN, BPF_ST_MEM(BPF_H, R10, 0x7fff, INT_MIN)),
	ROW(0x62, 10,  0, -0x8000, INT_MAX, BPF_ST_MEM(BPF_W, R10, -0x8000, INT_MAX)),
	ROW(0x7a, 10,  0, 256, 0x01020304, BPF_ST_MEM(BPF_DW, R10, 256, 0x01020304)),

	/* atomics, BPF_W */
	ROW(0xc3, 10,  1, -8, 0x00,	BPF_ATOMIC_OP(BPF_W, BPF_ADD, R10, R1, -8)),
	ROW(0xc3,  2,  3, 16, 0x01,	BPF_ATOMIC_OP(BPF_W, BPF_ADD | BPF_FETCH, R2, R3, 16)),
	ROW(0xc3, 10,  1, -8, 0x40,	BPF_ATOMIC_OP(BPF_W, BPF_OR, R10, R1, -8)),
	ROW(0xc3,  2,  3, 16, 0x41,	BPF_ATOMIC_OP(BPF_W, BPF_OR | BPF_FETCH, R2, R3, 16)),
	ROW(0xc3, 10,  1, -8, 0x50,	BPF_ATOMIC_OP(BPF_W, BPF_AND, R10, R1, -8)),
	ROW(0xc3,  2,  3, 16, 0x51,	BPF_ATOMIC_OP(BPF_W, BPF_AND | BPF_FETCH, R2, R3, 16)),
	ROW(0xc3, 10,  1, -8, 0xa0,	BPF_ATOMIC_OP(BPF_W, BPF_XOR, R10, R1, -8)),
	ROW(0xc3,  2,  3, 16, 0xa1,	BPF_ATOMIC_OP(BPF_W, BPF_XOR | BPF_FETCH, R2, R3, 16)),
	ROW(0xc3,  1,  2, 0, 0xe1,	BPF_ATOMIC_OP(BPF_W, BPF_XCHG, R1, R2, 0)),
	ROW(0xc3,  1,  2, -0x8000, 0xf1, BPF_ATOMIC_OP(BPF_W, BPF_CMPXCHG, R1, R2, -0x8000)),
	ROW(0xc3,  4,  5, 0x7fff, 0,	BPF_STX_XADD(BPF_W, R4, R5, 0x7fff)),

	/* atomics, BPF_DW */
	ROW(0xdb, 10,  1, -8, 0x00,	BPF_ATOMIC_OP(BPF_DW, BPF_ADD, R10, R1, -8)),
	ROW(0xdb,  2,  3, 16, 0x01,	BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, R2, R3, 16)),
	ROW(0xdb, 10,  1, -8, 0x40,	BPF_ATOMIC_OP(BPF_DW, BPF_OR, R10, R1, -8)),
	ROW(0xdb,  2,  3, 16, 0x41,	BPF_ATOMIC_OP(BPF_DW, BPF_OR | BPF_FETCH, R2, R3, 16)),
	ROW(0xdb, 10,  1, -8, 0x50,	BPF_ATOMIC_OP(BPF_DW, BPF_AND, R10, R1, -8)),
	ROW(0xdb,  2,  3, 16, 0x51,	BPF_ATOMIC_OP(BPF_DW, BPF_AND | BPF_FETCH, R2, R3, 16)),
	ROW(0xdb, 10,  1, -8, 0xa0,	BPF_ATOMIC_OP(BPF_DW, BPF_XOR, R10, R1, -8)),
	ROW(0xdb,  2,  3, 16, 0xa1,	BPF_ATOMIC_OP(BPF_DW, BPF_XOR | BPF_FETCH, R2, R3, 16)),
	ROW(0xdb,  1,  2, 0, 0xe1,	BPF_ATOMIC_OP(BPF_DW, BPF_XCHG, R1, R2, 0)),
	ROW(0xdb,  1,  2, -0x8000, 0xf1, BPF_ATOMIC_OP(BPF_DW, BPF_CMPXCHG, R1, R2, -0x8000)),
	ROW(0xdb,  4,  5, 0x7fff, 0,	BPF_STX_XADD(BPF_DW, R4, R5, 0x7fff)),

	/* atomic loads and stores */
	ROW(0xd3,  1,  2, 4, 0x100,	BPF_ATOMIC_OP(BPF_B, BPF_LOAD_ACQ, R1, R2, 4)),
	ROW(0xd3,  1,  2, -4, 0x110,	BPF_ATOMIC_OP(BPF_B, BPF_STORE_REL, R1, R2, -4)),
	ROW(0xcb,  1,  2, 4, 0x100,	BPF_ATOMIC_OP(BPF_H, BPF_LOAD_ACQ, R1, R2, 4)),
	ROW(0xcb,  1,  2, -4, 0x110,	BPF_ATOMIC_OP(BPF_H, BPF_STORE_REL, R1, R2, -4)),
	ROW(0xc3,  1,  2, 4, 0x100,	BPF_ATOMIC_OP(BPF_W, BPF_LOAD_ACQ, R1, R2, 4)),
	ROW(0xc3,  1,  2, -4, 0x110,	BPF_ATOMIC_OP(BPF_W, BPF_STORE_REL, R1, R2, -4)),
	ROW(0xdb,  1,  2, 4, 0x100,	BPF_ATOMIC_OP(BPF_DW, BPF_LOAD_ACQ, R1, R2, 4)),
	ROW(0xdb,  1,  2, -4, 0x110,	BPF_ATOMIC_OP(BPF_DW, BPF_STORE_REL, R1, R2, -4)),

	/* jumps, 64 bits */
	ROW(0x1d,  0, 10, 1, 0,		BPF_JMP_REG(BPF_JEQ, R0, R10, 1)),
	ROW(0x15, 10,  0, 1, 1,		BPF_JMP_IMM(BPF_JEQ, R10, 1, 1)),
	ROW(0x2d,  1,  9, -1, 0,	BPF_JMP_REG(BPF_JGT, R1, R9, -1)),
	ROW(0x25,  9,  0, -1, -1,	BPF_JMP_IMM(BPF_JGT, R9, -1, -1)),
	ROW(0x3d,  2,  8, 0x7fff, 0,	BPF_JMP_REG(BPF_JGE, R2, R8, 0x7fff)),
	ROW(0x35,  8,  0, 0x7fff, INT_MAX, BPF_JMP_IMM(BPF_JGE, R8, INT_MAX, 0x7fff)),
	ROW(0x4d,  3,  7, -0x8000, 0,	BPF_JMP_REG(BPF_JSET, R3, R7, -0x8000)),
	ROW(0x45,  7,  0, -0x8000, INT_MIN, BPF_JMP_IMM(BPF_JSET, R7, INT_MIN, -0x8000)),
	ROW(0x5d,  4,  6, 0, 0,		BPF_JMP_REG(BPF_JNE, R4, R6, 0)),
	ROW(0x55,  6,  0, 0, 0x7f,	BPF_JMP_IMM(BPF_JNE, R6, 0x7f, 0)),
	ROW(0x6d,  5,  5, -2, 0,	BPF_JMP_REG(BPF_JSGT, R5, R5, -2)),
	ROW(0x65,  5,  0, -2, -0x80,	BPF_JMP_IMM(BPF_JSGT, R5, -0x80, -2)),
	ROW(0x7d,  6,  4, 1, 0,		BPF_JMP_REG(BPF_JSGE, R6, R4, 1)),
	ROW(0x75,  4,  0, 1, 63,	BPF_JMP_IMM(BPF_JSGE, R4, 63, 1)),
	ROW(0xad,  7,  3, -1, 0,	BPF_JMP_REG(BPF_JLT, R7, R3, -1)),
	ROW(0xa5,  3,  0, -1, 31,	BPF_JMP_IMM(BPF_JLT, R3, 31, -1)),
	ROW(0xbd,  8,  2, 0x7fff, 0,	BPF_JMP_REG(BPF_JLE, R8, R2, 0x7fff)),
	ROW(0xb5,  2,  0, 0x7fff, 0x1000, BPF_JMP_IMM(BPF_JLE, R2, 0x1000, 0x7fff)),
	ROW(0xcd,  9,  1, -0x8000, 0,	BPF_JMP_REG(BPF_JSLT, R9, R1, -0x8000)),
	ROW(0xc5,  1,  0, -0x8000, -4,	BPF_JMP_IMM(BPF_JSLT, R1, -4, -0x8000)),
	ROW(0xdd, 10,  0, 0, 0,		BPF_JMP_REG(BPF_JSLE, R10, R0, 0)),
	ROW(0xd5,  0,  0, 0, 7,		BPF_JMP_IMM(BPF_JSLE, R0, 7, 0)),

	/* jumps, 32 bits */
	ROW(0x1e,  0, 10, 1, 0,		BPF_JMP32_REG(BPF_JEQ, R0, R10, 1)),
	ROW(0x16, 10,  0, 1, 1,		BPF_JMP32_IMM(BPF_JEQ, R10, 1, 1)),
	ROW(0x2e,  1,  9, -1, 0,	BPF_JMP32_REG(BPF_JGT, R1, R9, -1)),
	ROW(0x26,  9,  0, -1, -1,	BPF_JMP32_IMM(BPF_JGT, R9, -1, -1)),
	ROW(0x3e,  2,  8, 0x7fff, 0,	BPF_JMP32_REG(BPF_JGE, R2, R8, 0x7fff)),
	ROW(0x36,  8,  0, 0x7fff, INT_MAX, BPF_JMP32_IMM(BPF_JGE, R8, INT_MAX, 0x7fff)),
	ROW(0x4e,  3,  7, -0x8000, 0,	BPF_JMP32_REG(BPF_JSET, R3, R7, -0x8000)),
	ROW(0x46,  7,  0, -0x8000, INT_MIN, BPF_JMP32_IMM(BPF_JSET, R7, INT_MIN, -0x8000)),
	ROW(0x5e,  4,  6, 0, 0,		BPF_JMP32_REG(BPF_JNE, R4, R6, 0)),
	ROW(0x56,  6,  0, 0, 0x7f,	BPF_JMP32_IMM(BPF_JNE, R6, 0x7f, 0)),
	ROW(0x6e,  5,  5, -2, 0,	BPF_JMP32_REG(BPF_JSGT, R5, R5, -2)),
	ROW(0x66,  5,  0, -2, -0x80,	BPF_JMP32_IMM(BPF_JSGT, R5, -0x80, -2)),
	ROW(0x7e,  6,  4, 1, 0,		BPF_JMP32_REG(BPF_JSGE, R6, R4, 1)),
	ROW(0x76,  4,  0, 1, 63,	BPF_JMP32_IMM(BPF_JSGE, R4, 63, 1)),
	ROW(0xae,  7,  3, -1, 0,	BPF_JMP32_REG(BPF_JLT, R7, R3, -1)),
	ROW(0xa6,  3,  0, -1, 31,	BPF_JMP32_IMM(BPF_JLT, R3, 31, -1)),
	ROW(0xbe,  8,  2, 0x7fff, 0,	BPF_JMP32_REG(BPF_JLE, R8, R2, 0x7fff)),
	ROW(0xb6,  2,  0, 0x7fff, 0x1000, BPF_JMP32_IMM(BPF_JLE, R2, 0x1000, 0x7fff)),
	ROW(0xce,  9,  1, -0x8000, 0,	BPF_JMP32_REG(BPF_JSLT, R9, R1, -0x8000)),
	ROW(0xc6,  1,  0, -0x8000, -4,	BPF_JMP32_IMM(BPF_JSLT, R1, -4, -0x8000)),
	ROW(0xde, 10,  0, 0, 0,		BPF_JMP32_REG(BPF_JSLE, R10, R0, 0)),
	ROW(0xd6,  0,  0, 0, 7,		BPF_JMP32_IMM(BPF_JSLE, R0, 7, 0)),

	/* jumps without a register, calls, exit */
	ROW(0x05,  0,  0, 0, 0,		BPF_JMP_A(0)),
	ROW(0x05,  0,  0, 0x7fff, 0,	BPF_JMP_A(0x7fff)),
	ROW(0x05,  0,  0, -0x8000, 0,	BPF_JMP_A(-0x8000)),
	ROW(0x06,  0,  0, 0, 0,		BPF_JMP32_A(0)),
	ROW(0x06,  0,  0, 0, INT_MAX,	BPF_JMP32_A(INT_MAX)),
	ROW(0x06,  0,  0, 0, INT_MIN,	BPF_JMP32_A(INT_MIN)),
	ROW(0xe5,  0,  0, -3, 0,	RAWBPF_MAY_GOTO(-3)),
	ROW(0x0d,  4,  0, 0, 0,		RAWBPF_GOTOX(R4)),
	ROW(0x85,  0,  0, 0, 1,		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem)),
	ROW(0x85,  0,  0, 0, 5,		BPF_EMIT_CALL(5)),
	ROW(0x85,  0,  1, 0, -7,	BPF_CALL_REL(-7)),
	ROW(0x85,  0,  2, 1, 123456,	BPF_CALL_KFUNC(1, 123456)),
	ROW(0x8d,  3,  0, 0, 0,		RAWBPF_CALLX(R3)),
	ROW(0x95,  0,  0, 0, 0,		BPF_EXIT_INSN()),

	/* packet bytes */
	ROW(0x30,  0,  0, 0, -0x100000,	BPF_LD_ABS(BPF_B, -0x100000)),
	ROW(0x50,  0,  7, 0, 14,	BPF_LD_IND(BPF_B, R7, 14)),
	ROW(0x28,  0,  0, 0, -0x100000,	BPF_LD_ABS(BPF_H, -0x100000)),
	ROW(0x48,  0,  7, 0, 14,	BPF_LD_IND(BPF_H, R7, 14)),
	ROW(0x20,  0,  0, 0, -0x100000,	BPF_LD_ABS(BPF_W, -0x100000)),
	ROW(0x40,  0,  7, 0, 14,	BPF_LD_IND(BPF_W, R7, 14)),

	/* arenas, the kernel's own, raw */
	ROW(0xbf,  1,  2, 1, 1,		RAWBPF_ADDR_SPACE_CAST(R1, R2, 0, 1)),
	ROW(0xbf,  1,  2, 1, 0x10000,	RAWBPF_ADDR_SPACE_CAST(R1, R2, 1, 0)),
	ROW(0xbc,  8,  8, 0, 1,		BPF_ZEXT_REG(R8)),
	ROW(0xbf,  1,  2, -1, 0,	BPF_MOV64_PERCPU_REG(R1, R2)),
	ROW(0xc2,  0,  0, 0, 0,		BPF_ST_NOSPEC()),
	ROW(0xff, 15, 14, -0x8000, INT_MIN, BPF_RAW_INSN(0xff, 15, 14, -0x8000, INT_MIN)),

	/* two slots: the last number is the second immediate */
	WIDE(1, 0, 0, 0,		BPF_LD_IMM64(R1, 0)),
	WIDE(1, 0, 1, 0,		BPF_LD_IMM64(R1, 1)),
	WIDE(1, 0, -1, -1,		BPF_LD_IMM64(R1, -1)),
	WIDE(1, 0, INT_MIN, -1,		BPF_LD_IMM64(R1, 0xffffffff80000000)),
	WIDE(1, 0, INT_MIN, 0,		BPF_LD_IMM64(R1, 0x80000000)),
	WIDE(1, 0, 0, 1,		BPF_LD_IMM64(R1, 0x100000000)),
	WIDE(1, 0, 0x55667788, 0x11223344, BPF_LD_IMM64(R1, 0x1122334455667788)),
	WIDE(1, 0, -1, INT_MAX,		BPF_LD_IMM64(R1, 0x7fffffffffffffff)),
	WIDE(1, 0, 0, INT_MIN,		BPF_LD_IMM64(R1, 0x8000000000000000)),
	WIDE(1, 0, INT_MIN, -1,		BPF_LD_IMM64(R1, INT_MIN)),
	WIDE(2, 3, 1, 2,		BPF_LD_IMM64_RAW(R2, 3, 0x200000001)),
	WIDE(2, 4, -5, 6,		BPF_LD_IMM64_RAW_FULL(R2, 4, 0, 0, -5, 6)),
	WIDE(1, 1, 7, 0,		BPF_LD_MAP_FD(R1, 7)),
	WIDE(1, 1, -1, 0,		BPF_LD_MAP_FD(R1, -1)),
	WIDE(1, 2, 7, 4096,		BPF_LD_MAP_VALUE(R1, 7, 4096)),
	WIDE(3, 3, 31337, 9,		RAWBPF_LD_BTF_ID(R3, 31337, 9)),
	WIDE(2, 4, -12, 0,		RAWBPF_LD_FUNC(R2, -12)),
	WIDE(9, 5, 2, 0,		RAWBPF_LD_MAP_IDX(R9, 2)),
	WIDE(9, 6, 2, 8,		RAWBPF_LD_MAP_IDX_VALUE(R9, 2, 8)),
};

/* Write one slot's 8 bytes in the host's order. */
static void put(unsigned char *byte, unsigned code, unsigned dst, unsigned src, short off, int imm)
{
	unsigned u = (unsigned)imm, o = (unsigned short)off;

	byte[0] = (unsigned char)code;
	if (BIG_ENDIAN_HOST) {
		byte[1] = (unsigned char)(dst << 4 | src);
		byte[2] = (unsigned char)(o >> 8);
		byte[3] = (unsigned char)o;
		byte[4] = (unsigned char)(u >> 24);
		byte[5] = (unsigned char)(u >> 16);
		byte[6] = (unsigned char)(u >> 8);
		byte[7] = (unsigned char)u;
	} else {
		byte[1] = (unsigned char)(src << 4 | dst);
		byte[2] = (unsigned char)o;
		byte[3] = (unsigned char)(o >> 8);
		byte[4] = (unsigned char)u;
		byte[5] = (unsigned char)(u >> 8);
		byte[6] = (unsigned char)(u >> 16);
		byte[7] = (unsigned char)(u >> 24);
	}
}

static void print(char *out, size_t size, const unsigned char *byte, unsigned count)
{
	size_t used = 0;

	for (unsigned i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%02x", i ? " " : "", byte[i]);
}

START_TEST(row_has_its_bytes)
{
	const struct row *row = &rows[_i];
	unsigned char want[16] = { 0 }, got[16];
	char want_text[64], got_text[64];

	put(want, row->code, row->dst, row->src, row->off, row->imm);
	put(want + 8, 0, 0, 0, 0, row->next_imm);
	memcpy(got, row->made, sizeof(got));
	print(want_text, sizeof(want_text), want, row->slots * 8);
	print(got_text, sizeof(got_text), got, row->slots * 8);

	ck_assert_msg(row->made[row->slots].code == END, "%s: not %u slots", row->text, row->slots);
	ck_assert_msg(memcmp(want, got, row->slots * 8) == 0,
		      "%s makes\n   %s\nand not\n   %s", row->text, got_text, want_text);
}
END_TEST

/*
 * Whole programs with literal bytes in both orders, because the test must not trust put(). The
 * first instruction is RFC 9669's example, section 3.1.
 */
static const struct bpf_insn literal[] = {
	BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 0x11223344),
	BPF_STX_MEM(BPF_W, BPF_REG_10, BPF_REG_1, -4),
	BPF_LD_IMM64(BPF_REG_9, 0x1122334455667788),
	BPF_LD_MAP_FD(BPF_REG_1, 3),
	BPF_JMP_IMM(BPF_JNE, BPF_REG_0, -2, 0x0102),
	BPF_ATOMIC_OP(BPF_DW, BPF_LOAD_ACQ, BPF_REG_2, BPF_REG_3, 8),
	BPF_EXIT_INSN(),
};
static const unsigned char literal_bytes[] = {
#if BIG_ENDIAN_HOST
	0x07, 0x10, 0x00, 0x00, 0x11, 0x22, 0x33, 0x44,
	0x63, 0xa1, 0xff, 0xfc, 0x00, 0x00, 0x00, 0x00,
	0x18, 0x90, 0x00, 0x00, 0x55, 0x66, 0x77, 0x88,
	0x00, 0x00, 0x00, 0x00, 0x11, 0x22, 0x33, 0x44,
	0x18, 0x11, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x55, 0x00, 0x01, 0x02, 0xff, 0xff, 0xff, 0xfe,
	0xdb, 0x23, 0x00, 0x08, 0x00, 0x00, 0x01, 0x00,
	0x95, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
#else
	0x07, 0x01, 0x00, 0x00, 0x44, 0x33, 0x22, 0x11,
	0x63, 0x1a, 0xfc, 0xff, 0x00, 0x00, 0x00, 0x00,
	0x18, 0x09, 0x00, 0x00, 0x88, 0x77, 0x66, 0x55,
	0x00, 0x00, 0x00, 0x00, 0x44, 0x33, 0x22, 0x11,
	0x18, 0x11, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x55, 0x00, 0x02, 0x01, 0xfe, 0xff, 0xff, 0xff,
	0xdb, 0x32, 0x08, 0x00, 0x00, 0x01, 0x00, 0x00,
	0x95, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
#endif
};

START_TEST(a_program_is_its_literal_bytes)
{
	ck_assert_uint_eq(sizeof(struct bpf_insn), 8);
	ck_assert_uint_eq(RAWBPF_COUNT(literal), 9);
	ck_assert_uint_eq(sizeof(literal), sizeof(literal_bytes));
	ck_assert_mem_eq(literal, literal_bytes, sizeof(literal));
}
END_TEST

static int add(int *sum, int value)
{
	*sum += value;
	return value & 7;
}

/* Arguments may be expressions: of any precedence, known at run time, evaluated once. */
START_TEST(arguments_are_expressions)
{
	volatile int fd = 7, yes = 1;
	unsigned dst = BPF_REG_1, src = BPF_REG_2;
	unsigned long long constant = 0x0000000500000006;
	int calls = 0;
	struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(dst, fd),
		BPF_LD_IMM64(dst | 2, yes ? constant : 0),
		BPF_ALU64_IMM(BPF_ADD, dst + 1, yes ? -1 : 1),
		BPF_STX_MEM(yes ? BPF_B : BPF_W, yes ? src : dst, yes ? dst : src, yes ? -8 : 8),
		BPF_JMP_IMM(yes ? BPF_JEQ : BPF_JNE, BPF_REG_0, 1 << 4 | 1, fd - 9),
		RAWBPF_ADDR_SPACE_CAST(dst, src, yes ? 1 : 0, yes ? 0 : 1),
	};
	struct bpf_insn one;

	ck_assert_uint_eq(RAWBPF_COUNT(insns), 8);
	ck_assert_int_eq(insns[0].imm, 7);
	ck_assert_int_eq(insns[2].dst_reg, 3);
	ck_assert_int_eq(insns[2].imm, 6);
	ck_assert_int_eq(insns[3].imm, 5);
	ck_assert_int_eq(insns[4].imm, -1);
	ck_assert_int_eq(insns[5].code, 0x73);
	ck_assert_int_eq(insns[5].dst_reg, 2);
	ck_assert_int_eq(insns[5].src_reg, 1);
	ck_assert_int_eq(insns[5].off, -8);
	ck_assert_int_eq(insns[6].code, 0x15);
	ck_assert_int_eq(insns[6].imm, 0x11);
	ck_assert_int_eq(insns[6].off, -2);
	ck_assert_int_eq(insns[7].imm, 0x10000);

	one = BPF_LDX_MEM(BPF_DW, add(&calls, 1), add(&calls, 2), add(&calls, 4));
	ck_assert_int_eq(one.code, 0x79);
	ck_assert_int_eq(calls, 7);
	one = BPF_ST_MEM(BPF_DW, BPF_REG_10, add(&calls, 8), add(&calls, 16));
	ck_assert_int_eq(one.code, 0x7a);
	ck_assert_int_eq(calls, 31);
}
END_TEST

/* Constants of newer headers: a value other than theirs would be worse than no constant. */
START_TEST(constants_are_the_kernels)
{
	ck_assert_int_eq(BPF_ATOMIC, 0xc0);
	ck_assert_int_eq(BPF_MEMSX, 0x80);
	ck_assert_int_eq(BPF_FETCH, 0x01);
	ck_assert_int_eq(BPF_XCHG, 0xe1);
	ck_assert_int_eq(BPF_CMPXCHG, 0xf1);
	ck_assert_int_eq(BPF_LOAD_ACQ, 0x100);
	ck_assert_int_eq(BPF_STORE_REL, 0x110);
	ck_assert_int_eq(BPF_JCOND, 0xe0);
	ck_assert_int_eq(BPF_PSEUDO_MAP_FD, 1);
	ck_assert_int_eq(BPF_PSEUDO_MAP_VALUE, 2);
	ck_assert_int_eq(BPF_PSEUDO_BTF_ID, 3);
	ck_assert_int_eq(BPF_PSEUDO_FUNC, 4);
	ck_assert_int_eq(BPF_PSEUDO_MAP_IDX, 5);
	ck_assert_int_eq(BPF_PSEUDO_MAP_IDX_VALUE, 6);
	ck_assert_int_eq(BPF_PSEUDO_CALL, 1);
	ck_assert_int_eq(BPF_PSEUDO_KFUNC_CALL, 2);
	ck_assert_int_eq(BPF_ADDR_PERCPU, -1);
	ck_assert_int_eq(BPF_NOSPEC, 0xc0);
}
END_TEST

START_TEST(registers_have_the_kernels_names)
{
	ck_assert_int_eq(BPF_REG_FP, 10);
	ck_assert_int_eq(BPF_REG_CTX, 6);
	ck_assert_int_eq(BPF_REG_ARG1, 1);
	ck_assert_int_eq(BPF_REG_ARG2, 2);
	ck_assert_int_eq(BPF_REG_ARG3, 3);
	ck_assert_int_eq(BPF_REG_ARG4, 4);
	ck_assert_int_eq(BPF_REG_ARG5, 5);
	ck_assert_int_eq(MAX_BPF_STACK, 512);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, row_has_its_bytes, 0, (int)RAWBPF_COUNT(rows));
	tcase_add_test(tests, a_program_is_its_literal_bytes);
	tcase_add_test(tests, arguments_are_expressions);
	tcase_add_test(tests, constants_are_the_kernels);
	tcase_add_test(tests, registers_have_the_kernels_names);
}

int main(void)
{
	return unit_run("insn", add_tests);
}

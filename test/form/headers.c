/* SPDX-License-Identifier: MIT */
/*
 * rawbpf/insn.h beside the headers of others. test/form/insn_headers.sh compiles this as C and as
 * C++, once for each value of HEADERS, with all warnings as errors.
 */
#ifndef HEADERS
#define HEADERS 0
#endif

#if HEADERS == 0	/* alone, and twice */

#include <rawbpf/insn.h>

#elif HEADERS == 1	/* after the kernel's: eBPF, and classic BPF, which has the same names */

#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <linux/bpf.h>

#elif HEADERS == 2	/* after a linux/bpf.h as it was in 5.10 */

#include <linux/bpf.h>
#undef BPF_ATOMIC
#undef BPF_MEMSX
#undef BPF_FETCH
#undef BPF_XCHG
#undef BPF_CMPXCHG
#undef BPF_LOAD_ACQ
#undef BPF_STORE_REL
#undef BPF_JCOND
#undef BPF_PSEUDO_FUNC
#undef BPF_PSEUDO_MAP_IDX
#undef BPF_PSEUDO_MAP_IDX_VALUE
#undef BPF_PSEUDO_KFUNC_CALL

#elif HEADERS == 3	/* after libbpf's headers, if they are installed */

#if __has_include(<bpf/libbpf.h>)
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#endif

#elif HEADERS == 4	/* before all of those */

#include <rawbpf/insn.h>
#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <linux/bpf.h>
#if __has_include(<bpf/libbpf.h>)
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#endif

#elif HEADERS == 5	/* after a program's own copies of some macros, which stay */

#include <linux/bpf.h>
#define BPF_MOV64_IMM(DST, IMM)		"their BPF_MOV64_IMM"
#define BPF_LD_IMM64_RAW_FULL(...)	"their BPF_LD_IMM64_RAW_FULL"
#define BPF_EXIT_INSN()			"their BPF_EXIT_INSN"

#else
#error HEADERS is 0 to 5
#endif

#include <rawbpf/insn.h>

#ifdef __cplusplus
#define CHECK(CONDITION) static_assert(CONDITION, #CONDITION)
#else
#define CHECK(CONDITION) _Static_assert(CONDITION, #CONDITION)
#endif

CHECK(sizeof(struct bpf_insn) == 8);
CHECK(BPF_ATOMIC == 0xc0);
CHECK(BPF_MEMSX == 0x80);
CHECK(BPF_FETCH == 1);
CHECK(BPF_XCHG == 0xe1);
CHECK(BPF_CMPXCHG == 0xf1);
CHECK(BPF_LOAD_ACQ == 0x100);
CHECK(BPF_STORE_REL == 0x110);
CHECK(BPF_JCOND == 0xe0);
CHECK(BPF_PSEUDO_FUNC == 4);
CHECK(BPF_PSEUDO_MAP_IDX == 5);
CHECK(BPF_PSEUDO_MAP_IDX_VALUE == 6);
CHECK(BPF_PSEUDO_KFUNC_CALL == 2);

#if HEADERS == 5

const char *theirs[] = { BPF_MOV64_IMM(0, 0), BPF_LD_MAP_FD(1, 2), BPF_EXIT_INSN() };
CHECK(RAWBPF_COUNT(theirs) == 3);

#else

/* Use every macro once, at file scope. */
extern const struct bpf_insn every[];
const struct bpf_insn every[] = {
	BPF_RAW_INSN(0x95, 0, 0, 0, 0),
	BPF_ALU64_REG(BPF_ADD, BPF_REG_1, BPF_REG_2),
	BPF_ALU32_REG(BPF_SUB, BPF_REG_1, BPF_REG_2),
	BPF_ALU64_IMM(BPF_MUL, BPF_REG_1, -1),
	BPF_ALU32_IMM(BPF_ARSH, BPF_REG_1, 31),
	BPF_ALU64_REG_OFF(BPF_DIV, BPF_REG_1, BPF_REG_2, 1),
	BPF_ALU32_REG_OFF(BPF_MOD, BPF_REG_1, BPF_REG_2, 1),
	BPF_ALU64_IMM_OFF(BPF_DIV, BPF_REG_1, -3, 1),
	BPF_ALU32_IMM_OFF(BPF_MOD, BPF_REG_1, -3, 1),
	BPF_MOV64_REG(BPF_REG_1, BPF_REG_10),
	BPF_MOV32_REG(BPF_REG_1, BPF_REG_1),
	BPF_MOV64_IMM(BPF_REG_0, -1),
	BPF_MOV32_IMM(BPF_REG_0, 0x7fffffff),
	BPF_MOVSX64_REG(BPF_REG_1, BPF_REG_2, 32),
	BPF_MOVSX32_REG(BPF_REG_1, BPF_REG_2, 8),
	BPF_MOV64_RAW(BPF_X, BPF_REG_1, BPF_REG_2, 0),
	BPF_MOV32_RAW(BPF_K, BPF_REG_1, 0, 5),
	BPF_ENDIAN(BPF_TO_BE, BPF_REG_1, 16),
	BPF_BSWAP(BPF_REG_1, 64),
	BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 4),
	BPF_LDX_MEMSX(BPF_B, BPF_REG_1, BPF_REG_2, 4),
	BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8),
	BPF_ST_MEM(BPF_H, BPF_REG_10, -2, 7),
	BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_10, BPF_REG_1, -8),
	BPF_ATOMIC_OP(BPF_B, BPF_LOAD_ACQ, BPF_REG_1, BPF_REG_2, 0),
	BPF_STX_XADD(BPF_W, BPF_REG_10, BPF_REG_1, -8),
	BPF_LD_IMM64(BPF_REG_1, 0xffffffff80000000),
	BPF_LD_IMM64_RAW(BPF_REG_1, BPF_PSEUDO_MAP_FD, 3),
	BPF_LD_IMM64_RAW_FULL(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, 0, 0, 3, 8),
	BPF_LD_MAP_FD(BPF_REG_1, 3),
	BPF_LD_MAP_VALUE(BPF_REG_1, 3, 8),
	RAWBPF_LD_MAP_IDX(BPF_REG_1, 0),
	RAWBPF_LD_MAP_IDX_VALUE(BPF_REG_1, 0, 8),
	RAWBPF_LD_BTF_ID(BPF_REG_1, 1234, 0),
	RAWBPF_LD_FUNC(BPF_REG_1, 9),
	BPF_JMP_REG(BPF_JEQ, BPF_REG_1, BPF_REG_2, 1),
	BPF_JMP_IMM(BPF_JSLE, BPF_REG_1, -5, -1),
	BPF_JMP32_REG(BPF_JSET, BPF_REG_1, BPF_REG_2, 1),
	BPF_JMP32_IMM(BPF_JLT, BPF_REG_1, 5, 1),
	BPF_JMP_A(-32768),
	BPF_JMP32_A(1 << 20),
	RAWBPF_MAY_GOTO(2),
	RAWBPF_GOTOX(BPF_REG_1),
	BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
	BPF_CALL_REL(4),
	BPF_CALL_KFUNC(0, 1234),
	RAWBPF_CALLX(BPF_REG_1),
	BPF_EXIT_INSN(),
	BPF_LD_ABS(BPF_H, 12),
	BPF_LD_IND(BPF_B, BPF_REG_7, 14),
	RAWBPF_ADDR_SPACE_CAST(BPF_REG_1, BPF_REG_2, 0, 1),
	BPF_ZEXT_REG(BPF_REG_1),
	BPF_MOV64_PERCPU_REG(BPF_REG_1, BPF_REG_2),
	BPF_ST_NOSPEC(),
};
CHECK(RAWBPF_COUNT(every) == 54 + 9);

/* Use run-time values in every position. */
void run_time(struct bpf_insn *out, int fd, unsigned reg, int off, long imm);

void run_time(struct bpf_insn *out, int fd, unsigned reg, int off, long imm)
{
	const struct bpf_insn insns[] = {
		BPF_LD_MAP_FD(reg, fd),
		BPF_LD_IMM64(reg, imm),
	};

	out[0] = insns[0];
	out[1] = insns[RAWBPF_COUNT(insns) - 1];
	out[2] = BPF_ST_MEM(BPF_DW, reg, off, imm);
	out[3] = BPF_JMP_IMM(BPF_JEQ, reg, imm, off);
	out[4] = BPF_JMP32_A(imm);
	out[5] = BPF_EMIT_CALL(imm);
}

#endif

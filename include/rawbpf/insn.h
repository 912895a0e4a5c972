/* SPDX-License-Identifier: MIT */
/*
 * eBPF instructions, written by hand.
 *
 * A program is an array of struct bpf_insn. Each macro below makes one element of such an array;
 * the few that load 64-bit constants make two. So this is a program:
 *
 *	static const struct bpf_insn two[] = {
 *		BPF_MOV64_IMM(BPF_REG_0, 2),
 *		BPF_EXIT_INSN(),
 *	};
 *
 * The BPF_* names, their arguments and the bytes that they make are the Linux kernel's own.
 * RAWBPF_* names are this library's, where the kernel has no such macro. Include kernel or libbpf
 * headers that define some of these macros first: existing definitions stay.
 *
 * ONE INSTRUCTION is 8 bytes, a "slot":
 *
 *	byte        0        1          2    3     4    5    6    7
 *	        | opcode | registers |   offset  |     immediate     |
 *	            u8     2 x 4 bit      s16             s32
 *
 * Offset and immediate are in the byte order of the machine that runs the program. The two register
 * numbers exchange their places with it:
 *
 *	r1 += 0x11223344       opcode  regs  offset   immediate
 *	little-endian            07     01   00 00   44 33 22 11   regs = src << 4 | dst
 *	big-endian               07     10   00 00   11 22 33 44   regs = dst << 4 | src
 *
 * The macros are right on both: struct bpf_insn uses the compiler's bit-fields.
 *
 * THE OPCODE holds its class in the low three bits; the rest depends on the class:
 *
 *	7   6   5   4   3   2   1   0
 *	| operation     | S |  class  |   ALU 4, JMP 5, JMP32 6, ALU64 7
 *	| mode      | size  |  class  |   LD 0, LDX 1, ST 2, STX 3
 *
 *	S      BPF_K 00: operand is the immediate     BPF_X 08: operand is register src
 *	size   BPF_W 00: 4 bytes   BPF_H 08: 2   BPF_B 10: 1   BPF_DW 18: 8
 *	mode   BPF_IMM 00   BPF_ABS 20   BPF_IND 40   BPF_MEM 60   BPF_MEMSX 80   BPF_ATOMIC c0
 *
 * ELEVEN REGISTERS of 64 bits:
 *
 *	r0         result of a call, and of the program at its exit
 *	r1..r5     arguments of a call, uninitialised after it; r1 = the context at the start
 *	r6..r9     survive calls
 *	r10        frame pointer, read-only: the stack is the 512 bytes below it
 *
 * OFFSETS OF JUMPS count slots, from the slot after the jump: 0 goes to the next
 * instruction, -1 loops on itself. An instruction of two slots counts as two.
 *
 * The diagrams below give the bytes in little-endian order of fields, with the
 * opcode in hexadecimal:    opcode | src dst | off | imm
 * A field that the macro leaves empty is zero, which the verifier requires.
 * "3.4" in square brackets is a section of RFC 9669. A kernel version is named if it is newer than
 * 3.18, the first kernel with bpf(2). Older kernels do not load the program.
 */
#ifndef RAWBPF_INSN_H
#define RAWBPF_INSN_H

#include <rawbpf/uapi.h>
#include <stdint.h>

/*
 * The kernel's other names for registers: the frame pointer, the context, and the arguments of a
 * call. The kernel's own headers for programs define them too.
 */
#ifndef BPF_REG_FP
#define BPF_REG_FP		BPF_REG_10	/* the frame pointer, read-only */
#endif
#ifndef BPF_REG_CTX
#define BPF_REG_CTX		BPF_REG_6	/* the context, of packet loads: BPF_LD_ABS */
#endif
#ifndef BPF_REG_ARG1
#define BPF_REG_ARG1		BPF_REG_1	/* argument 1 of a call; the context at the start */
#endif
#ifndef BPF_REG_ARG2
#define BPF_REG_ARG2		BPF_REG_2
#endif
#ifndef BPF_REG_ARG3
#define BPF_REG_ARG3		BPF_REG_3
#endif
#ifndef BPF_REG_ARG4
#define BPF_REG_ARG4		BPF_REG_4
#endif
#ifndef BPF_REG_ARG5
#define BPF_REG_ARG5		BPF_REG_5
#endif
#ifndef MAX_BPF_STACK
#define MAX_BPF_STACK		512		/* bytes of stack, below BPF_REG_FP */
#endif

/*
 * The one place that makes an instruction.
 *
 * In C the caller's values are not cast, so that the compiler warns about a constant that does not
 * fit: register 16, offset 70000, a 33-bit immediate. In C++ a variable would be a narrowing error
 * even if it fits; there all values are cast, and truncated.
 */
#ifdef __cplusplus
#define RAWBPF_INSN(CODE, DST, SRC, OFF, IMM) \
	(bpf_insn{ (uint8_t)(CODE), (uint8_t)((DST) & 15), (uint8_t)((SRC) & 15), \
		   (int16_t)(OFF), (int32_t)(IMM) })
#else
#define RAWBPF_INSN(CODE, DST, SRC, OFF, IMM) \
	((struct bpf_insn){ .code = (CODE), .dst_reg = (DST), .src_reg = (SRC), \
			    .off = (OFF), .imm = (IMM) })
#endif

/*
 * Count the elements of an array, for insn_count: slots, not instructions. (For a pointer the
 * result is wrong; -Wall warns, -Wsizeof-pointer-div.)
 */
#define RAWBPF_COUNT(ARRAY)	((unsigned)(sizeof(ARRAY) / sizeof((ARRAY)[0])))

/*
 * Any instruction, field by field, for encodings that have no name here.
 *   CODE | SRC DST | OFF | IMM
 */
#ifndef BPF_RAW_INSN
#define BPF_RAW_INSN(CODE, DST, SRC, OFF, IMM)	RAWBPF_INSN(CODE, DST, SRC, OFF, IMM)
#endif

/* ------------------------------------------------------------------ arithmetic [4.1] */

/*
 * dst = dst OP src.                                                       (one slot)
 *   OP+0f | src dst | off:0 | imm:0          64 bits, class ALU64
 *   OP+0c | src dst | off:0 | imm:0          32 bits, class ALU
 * dst = dst OP imm.
 *   OP+07 | src:0 dst | off:0 | imm          64 bits: imm is sign-extended first
 *   OP+04 | src:0 dst | off:0 | imm          32 bits
 *
 *	BPF_ADD 00  dst + src           BPF_LSH  60  dst << src
 *	BPF_SUB 10  dst - src           BPF_RSH  70  dst >> src, zeros come in
 *	BPF_MUL 20  dst * src           BPF_ARSH c0  dst >> src, copies of the sign come in
 *	BPF_DIV 30  dst / src           BPF_NEG  80  -dst: _IMM form, imm 0
 *	BPF_MOD 90  dst % src           BPF_MOV  b0  src: see below
 *	BPF_OR  40  dst | src
 *	BPF_AND 50  dst & src
 *	BPF_XOR a0  dst ^ src
 *
 * - A 32-bit operation reads the low halves and clears the upper half of dst.
 * - BPF_ALU64_IMM(BPF_AND, r, 0xffffffff) does nothing: imm is -1. To keep the low half
 *   write BPF_MOV32_REG(r, r).
 * - No operation traps. Overflow wraps; x / 0 is 0; x % 0 is x (its low half, if 32 bits).
 *   The verifier rejects a constant zero divisor.
 * - A shift by a register uses its low 6 bits (5, if 32 bits).
 *   The verifier rejects a constant shift of 64 (32) or more.
 * - Only ADD and SUB keep a pointer a pointer, and only in 64 bits. The verifier rejects SUB on a
 *   pointer into the stack: add a negative number.
 */
#ifndef BPF_ALU64_REG
#define BPF_ALU64_REG(OP, DST, SRC)		BPF_ALU64_REG_OFF(OP, DST, SRC, 0)
#endif
#ifndef BPF_ALU32_REG
#define BPF_ALU32_REG(OP, DST, SRC)		BPF_ALU32_REG_OFF(OP, DST, SRC, 0)
#endif
#ifndef BPF_ALU64_IMM
#define BPF_ALU64_IMM(OP, DST, IMM)		BPF_ALU64_IMM_OFF(OP, DST, IMM, 0)
#endif
#ifndef BPF_ALU32_IMM
#define BPF_ALU32_IMM(OP, DST, IMM)		BPF_ALU32_IMM_OFF(OP, DST, IMM, 0)
#endif

/*
 * The same with an offset, which selects a variant of the operation.
 *   OP+0f | src dst | off | imm:0            and 0c, 07, 04 as above
 *
 *	BPF_DIV, off 1	signed division, rounded towards 0          Linux 6.6
 *	BPF_MOD, off 1	its remainder, with the sign of dst         Linux 6.6
 *	BPF_MOV, off 8, 16, 32: BPF_MOVSX64_REG, BPF_MOVSX32_REG
 *
 * Without OFF division is unsigned, also by a negative imm: BPF_ALU64_IMM(BPF_DIV, r, -2) divides
 * by 0xfffffffffffffffe. The smallest number divided by -1, signed, is itself, with remainder 0.
 */
#ifndef BPF_ALU64_REG_OFF
#define BPF_ALU64_REG_OFF(OP, DST, SRC, OFF) \
	RAWBPF_INSN(BPF_ALU64 | BPF_OP(OP) | BPF_X, DST, SRC, OFF, 0)
#endif
#ifndef BPF_ALU32_REG_OFF
#define BPF_ALU32_REG_OFF(OP, DST, SRC, OFF) \
	RAWBPF_INSN(BPF_ALU | BPF_OP(OP) | BPF_X, DST, SRC, OFF, 0)
#endif
#ifndef BPF_ALU64_IMM_OFF
#define BPF_ALU64_IMM_OFF(OP, DST, IMM, OFF) \
	RAWBPF_INSN(BPF_ALU64 | BPF_OP(OP) | BPF_K, DST, 0, OFF, IMM)
#endif
#ifndef BPF_ALU32_IMM_OFF
#define BPF_ALU32_IMM_OFF(OP, DST, IMM, OFF) \
	RAWBPF_INSN(BPF_ALU | BPF_OP(OP) | BPF_K, DST, 0, OFF, IMM)
#endif

/*
 * dst = src, all 64 bits. The only copy that keeps a pointer.             (one slot)
 *   bf | src dst | off:0 | imm:0
 */
#ifndef BPF_MOV64_REG
#define BPF_MOV64_REG(DST, SRC)		RAWBPF_INSN(BPF_ALU64 | BPF_MOV | BPF_X, DST, SRC, 0, 0)
#endif

/*
 * dst = (u32)src: the low half, the upper half zero. With DST == SRC it zero-extends a
 * register.                                                               (one slot)
 *   bc | src dst | off:0 | imm:0
 */
#ifndef BPF_MOV32_REG
#define BPF_MOV32_REG(DST, SRC)		RAWBPF_INSN(BPF_ALU | BPF_MOV | BPF_X, DST, SRC, 0, 0)
#endif

/*
 * dst = imm, sign-extended to 64 bits.                                    (one slot)
 *   b7 | src:0 dst | off:0 | imm
 * 0x80000000 becomes 0xffffffff80000000. For a full 64-bit constant use BPF_LD_IMM64,
 * which takes two slots.
 */
#ifndef BPF_MOV64_IMM
#define BPF_MOV64_IMM(DST, IMM)		RAWBPF_INSN(BPF_ALU64 | BPF_MOV | BPF_K, DST, 0, 0, IMM)
#endif

/*
 * dst = (u32)imm: the upper half zero. One slot for every u32.            (one slot)
 *   b4 | src:0 dst | off:0 | imm
 */
#ifndef BPF_MOV32_IMM
#define BPF_MOV32_IMM(DST, IMM)		RAWBPF_INSN(BPF_ALU | BPF_MOV | BPF_K, DST, 0, 0, IMM)
#endif

/*
 * dst = (s8)src, (s16)src or (s32)src, sign-extended: OFF is the width 8, 16 or 32.
 *   bf | src dst | off: width | imm:0        to 64 bits               Linux 6.6
 *   bc | src dst | off: width | imm:0        to 32 bits, the upper half zero; 8 and 16 only
 * Before 6.6: shift left by 64 - width, then BPF_ARSH right by the same.
 */
#ifndef BPF_MOVSX64_REG
#define BPF_MOVSX64_REG(DST, SRC, OFF)	RAWBPF_INSN(BPF_ALU64 | BPF_MOV | BPF_X, DST, SRC, OFF, 0)
#endif
#ifndef BPF_MOVSX32_REG
#define BPF_MOVSX32_REG(DST, SRC, OFF)	RAWBPF_INSN(BPF_ALU | BPF_MOV | BPF_X, DST, SRC, OFF, 0)
#endif

/*
 * A move of either kind: TYPE is BPF_X (dst = src, IMM 0) or BPF_K (dst = imm, SRC 0).
 *   b7 or bf | src dst | off:0 | imm         64 bits                      (one slot)
 *   b4 or bc | src dst | off:0 | imm         32 bits
 */
#ifndef BPF_MOV64_RAW
#define BPF_MOV64_RAW(TYPE, DST, SRC, IMM) \
	RAWBPF_INSN(BPF_ALU64 | BPF_MOV | BPF_SRC(TYPE), DST, SRC, 0, IMM)
#endif
#ifndef BPF_MOV32_RAW
#define BPF_MOV32_RAW(TYPE, DST, SRC, IMM) \
	RAWBPF_INSN(BPF_ALU | BPF_MOV | BPF_SRC(TYPE), DST, SRC, 0, IMM)
#endif

/* ------------------------------------------------------------------ byte order [4.2] */

/*
 * dst = the low LEN bits of dst, from host order to the order TYPE (or back: the operation is
 * the same); the bits above LEN become zero. LEN is 16, 32 or 64.         (one slot)
 *   d4 | src:0 dst | off:0 | imm: LEN        BPF_TO_LE, BPF_FROM_LE
 *   dc | src:0 dst | off:0 | imm: LEN        BPF_TO_BE, BPF_FROM_BE: ntohs() and friends
 * On a machine of that order it only truncates.
 */
#ifndef BPF_ENDIAN
#define BPF_ENDIAN(TYPE, DST, LEN) \
	RAWBPF_INSN(BPF_ALU | BPF_END | BPF_SRC(TYPE), DST, 0, 0, LEN)
#endif

/*
 * dst = the low LEN bits of dst, bytes reversed on any machine.           (one slot)
 *   d7 | src:0 dst | off:0 | imm: LEN                                     Linux 6.6
 */
#ifndef BPF_BSWAP
#define BPF_BSWAP(DST, LEN)		RAWBPF_INSN(BPF_ALU64 | BPF_END, DST, 0, 0, LEN)
#endif

/* ---------------------------------------------------------------------- memory [5.1] */

/*
 * SIZE is BPF_B, BPF_H, BPF_W or BPF_DW. OFF counts bytes, -32768 to 32767. The opcodes are
 * given for B, H, W, DW. The verifier checks each access:
 * - Stack slots must be written before they are read; since 6.3 only without CAP_PERFMON.
 * - A looked-up value must be tested against NULL first; since about 6.14 not that of an array
 *   under a constant key within bounds.
 * - An access must be aligned where the pointer's kind requires it.
 */

/*
 * dst = *(size *)(src + OFF), zero-extended to 64 bits.                   (one slot)
 *   71 69 61 79 | src dst | off | imm:0
 */
#ifndef BPF_LDX_MEM
#define BPF_LDX_MEM(SIZE, DST, SRC, OFF) \
	RAWBPF_INSN(BPF_LDX | BPF_SIZE(SIZE) | BPF_MEM, DST, SRC, OFF, 0)
#endif

/*
 * dst = *(signed size *)(src + OFF), sign-extended to 64 bits. No BPF_DW. (one slot)  [5.2]
 *   91 89 81 | src dst | off | imm:0                                      Linux 6.6
 */
#ifndef BPF_LDX_MEMSX
#define BPF_LDX_MEMSX(SIZE, DST, SRC, OFF) \
	RAWBPF_INSN(BPF_LDX | BPF_SIZE(SIZE) | BPF_MEMSX, DST, SRC, OFF, 0)
#endif

/*
 * *(size *)(dst + OFF) = src, its low bytes.                              (one slot)
 *   73 6b 63 7b | src dst | off | imm:0
 * Note that DST, the address, comes first.
 */
#ifndef BPF_STX_MEM
#define BPF_STX_MEM(SIZE, DST, SRC, OFF) \
	RAWBPF_INSN(BPF_STX | BPF_SIZE(SIZE) | BPF_MEM, DST, SRC, OFF, 0)
#endif

/*
 * *(size *)(dst + OFF) = IMM. For BPF_DW sign-extended, else its low bytes. (one slot)
 *   72 6a 62 7a | src:0 dst | off | imm
 * Note the order: OFF comes before IMM here, and behind it in BPF_JMP_IMM.
 */
#ifndef BPF_ST_MEM
#define BPF_ST_MEM(SIZE, DST, OFF, IMM) \
	RAWBPF_INSN(BPF_ST | BPF_SIZE(SIZE) | BPF_MEM, DST, 0, OFF, IMM)
#endif

/* --------------------------------------------------------------------- atomics [5.3] */

/*
 * An indivisible operation on memory. SIZE is BPF_W or BPF_DW.
 *   c3 db | src dst | off | imm: OP          W, DW                        (one slot)
 * With p = (size *)(dst + OFF):
 *
 *	BPF_ADD, _OR, _AND, _XOR  00 40 50 a0	*p OP= src; ADD since 3.18, the others 5.12
 *	  ... | BPF_FETCH         01 41 51 a1	src = old *p, *p OP= src            5.12
 *	BPF_XCHG                  e1		src = old *p, *p = src              5.12
 *	BPF_CMPXCHG               f1		if (*p == r0) *p = src; r0 = old *p 5.12
 *	BPF_LOAD_ACQ              100		dst = *(size *)(src + OFF)          6.15
 *	BPF_STORE_REL             110		*(size *)(dst + OFF) = src          6.15
 *
 * - The kernel has no atomic subtraction: negate, then add.
 * - SRC receives the old value (CMPXCHG: r0), zero-extended for BPF_W.
 * - Operations that return the old value also order all memory accesses around them (a full
 *   barrier; CMPXCHG if it stores). Operations without BPF_FETCH order nothing else.
 * - The last two also accept BPF_H (cb) and BPF_B (d3). In BPF_LOAD_ACQ, DST and SRC are exchanged:
 *   SRC is the address, as in BPF_LDX_MEM.
 * - The address must be aligned to its size.
 */
#ifndef BPF_ATOMIC_OP
#define BPF_ATOMIC_OP(SIZE, OP, DST, SRC, OFF) \
	RAWBPF_INSN(BPF_STX | BPF_SIZE(SIZE) | BPF_ATOMIC, DST, SRC, OFF, OP)
#endif

/*
 * *(size *)(dst + OFF) += src, atomically: BPF_ATOMIC_OP(SIZE, BPF_ADD, ...) under its name
 * from before 5.12. The same bytes.                                       (one slot)
 *   c3 db | src dst | off | imm:0
 */
#ifndef BPF_STX_XADD
#define BPF_STX_XADD(SIZE, DST, SRC, OFF)	BPF_ATOMIC_OP(SIZE, BPF_ADD, DST, SRC, OFF)
#endif

/* ----------------------------------------- 64-bit constants, maps, functions [3.2, 5.4] */

/*
 * dst = IMM, all 64 bits.                                                 (TWO slots)
 *   18 | src:0 dst | off:0 | imm: low half
 *   00 | 0         | 0     | imm: high half
 *
 * - The macro expands to two array elements with a comma between them. It fits in an initialiser,
 *   but not in an assignment or as one argument of a function.
 * - A jump over it counts 2 slots. The verifier rejects a jump to its second half.
 * - IMM is evaluated twice: it must have no side effects. A negative int is sign-extended.
 */
#ifndef BPF_LD_IMM64
#define BPF_LD_IMM64(DST, IMM)			BPF_LD_IMM64_RAW(DST, 0, IMM)
#endif

/*
 * The same with SRC, which makes IMM a reference. The kernel replaces it by an address when it
 * loads the program.                                                      (TWO slots)
 *   18 | SRC dst | off:0 | imm: low half
 *   00 | 0       | 0     | imm: high half
 */
#ifndef BPF_LD_IMM64_RAW
#define BPF_LD_IMM64_RAW(DST, SRC, IMM) \
	BPF_LD_IMM64_RAW_FULL(DST, SRC, 0, 0, \
			      (int32_t)(uint32_t)(IMM), (int32_t)(uint32_t)((uint64_t)(IMM) >> 32))
#endif

/*
 * The same with every field given. No kernel takes other offsets than 0.  (TWO slots)
 *   18 | SRC dst | OFF1 | IMM1
 *   00 | 0       | OFF2 | IMM2
 */
#ifndef BPF_LD_IMM64_RAW_FULL
#define BPF_LD_IMM64_RAW_FULL(DST, SRC, OFF1, OFF2, IMM1, IMM2) \
	RAWBPF_INSN(BPF_LD | BPF_DW | BPF_IMM, DST, SRC, OFF1, IMM1), \
	RAWBPF_INSN(0, 0, 0, OFF2, IMM2)
#endif

/*
 * dst = the map of the file descriptor MAP_FD, as an argument for a helper.
 *   18 | src:1 dst | off:0 | imm: MAP_FD                                  (TWO slots)
 *   00 | 0         | 0     | imm:0
 * The descriptor is needed only while the process loads the program, which holds the map.
 */
#ifndef BPF_LD_MAP_FD
#define BPF_LD_MAP_FD(DST, MAP_FD) \
	BPF_LD_IMM64_RAW_FULL(DST, BPF_PSEUDO_MAP_FD, 0, 0, MAP_FD, 0)
#endif

/*
 * dst = the address of byte VALUE_OFF in the value of an array map with one entry.
 * The program does not need a lookup or a NULL test.                      (TWO slots)
 *   18 | src:2 dst | off:0 | imm: MAP_FD                                  Linux 5.2
 *   00 | 0         | 0     | imm: VALUE_OFF
 */
#ifndef BPF_LD_MAP_VALUE
#define BPF_LD_MAP_VALUE(DST, MAP_FD, VALUE_OFF) \
	BPF_LD_IMM64_RAW_FULL(DST, BPF_PSEUDO_MAP_VALUE, 0, 0, MAP_FD, VALUE_OFF)
#endif

/*
 * As the two above, but with the map's index in fd_array, the array of descriptors of
 * BPF_PROG_LOAD: the instructions stay constant.                          (TWO slots)
 *   18 | src:5 dst | off:0 | imm: INDEX      the map                      Linux 5.14
 *   18 | src:6 dst | off:0 | imm: INDEX      its value
 *   00 | 0         | 0     | imm:0, VALUE_OFF
 */
#define RAWBPF_LD_MAP_IDX(DST, INDEX) \
	BPF_LD_IMM64_RAW_FULL(DST, BPF_PSEUDO_MAP_IDX, 0, 0, INDEX, 0)
#define RAWBPF_LD_MAP_IDX_VALUE(DST, INDEX, VALUE_OFF) \
	BPF_LD_IMM64_RAW_FULL(DST, BPF_PSEUDO_MAP_IDX_VALUE, 0, 0, INDEX, VALUE_OFF)

/*
 * dst = the address of a kernel variable, by the id of its BTF_KIND_VAR.  (TWO slots)
 *   18 | src:3 dst | off:0 | imm: ID                                      Linux 5.10
 *   00 | 0         | 0     | imm: BTF_FD
 * BTF_FD is the module's BTF, or 0 for the kernel itself.
 */
#define RAWBPF_LD_BTF_ID(DST, ID, BTF_FD) \
	BPF_LD_IMM64_RAW_FULL(DST, BPF_PSEUDO_BTF_ID, 0, 0, ID, BTF_FD)

/*
 * dst = a function of this program, for helpers that call back (bpf_loop, timers).
 *   18 | src:4 dst | off:0 | imm: OFF                                     (TWO slots)
 *   00 | 0         | 0     | imm:0                                        Linux 5.13
 * OFF counts from the slot after the first, this instruction's own second half: the next
 * instruction is at 1, not 0. The program needs BTF function information.
 */
#define RAWBPF_LD_FUNC(DST, OFF) \
	BPF_LD_IMM64_RAW_FULL(DST, BPF_PSEUDO_FUNC, 0, 0, OFF, 0)

/* ----------------------------------------------------------------------- jumps [4.3] */

/*
 * if (dst OP src) skip OFF slots; else continue.                          (one slot)
 *   OP+0d | src dst | off | imm:0            64 bits, class JMP
 *   OP+0e | src dst | off | imm:0            low halves, class JMP32      Linux 5.1
 * if (dst OP imm)
 *   OP+05 | src:0 dst | off | imm            64 bits: imm is sign-extended first
 *   OP+06 | src:0 dst | off | imm            low half                     Linux 5.1
 *
 *	        unsigned        signed            BPF_JEQ  10  ==
 *	>       BPF_JGT  20     BPF_JSGT 60       BPF_JNE  50  !=
 *	>=      BPF_JGE  30     BPF_JSGE 70       BPF_JSET 40  dst & src is not 0
 *	<       BPF_JLT  a0     BPF_JSLT c0       (JLT, JLE, JSLT, JSLE: Linux 4.14)
 *	<=      BPF_JLE  b0     BPF_JSLE d0
 *
 * - Note the sign extension: BPF_JMP_IMM(BPF_JEQ, r, 0xffffffff, ...) is true for
 *   0xffffffffffffffff and false for 0xffffffff. BPF_JMP32_IMM compares with 0xffffffff.
 * - A helper's negative error is in all 64 bits: use BPF_JSLT, not BPF_JLT, against 0.
 * - Backward jumps load since 5.3, if the verifier sees the loop end.
 */
#ifndef BPF_JMP_REG
#define BPF_JMP_REG(OP, DST, SRC, OFF) \
	RAWBPF_INSN(BPF_JMP | BPF_OP(OP) | BPF_X, DST, SRC, OFF, 0)
#endif
#ifndef BPF_JMP_IMM
#define BPF_JMP_IMM(OP, DST, IMM, OFF) \
	RAWBPF_INSN(BPF_JMP | BPF_OP(OP) | BPF_K, DST, 0, OFF, IMM)
#endif
#ifndef BPF_JMP32_REG
#define BPF_JMP32_REG(OP, DST, SRC, OFF) \
	RAWBPF_INSN(BPF_JMP32 | BPF_OP(OP) | BPF_X, DST, SRC, OFF, 0)
#endif
#ifndef BPF_JMP32_IMM
#define BPF_JMP32_IMM(OP, DST, IMM, OFF) \
	RAWBPF_INSN(BPF_JMP32 | BPF_OP(OP) | BPF_K, DST, 0, OFF, IMM)
#endif

/*
 * Skip OFF slots, always.                                                 (one slot)
 *   05 | src:0 dst:0 | off | imm:0
 */
#ifndef BPF_JMP_A
#define BPF_JMP_A(OFF)			RAWBPF_INSN(BPF_JMP | BPF_JA, 0, 0, OFF, 0)
#endif

/*
 * The same with 32 bits of offset, in imm ("gotol").                      (one slot)
 *   06 | src:0 dst:0 | off:0 | imm: OFF                                   Linux 6.6, late 6.1.y
 */
#ifndef BPF_JMP32_A
#define BPF_JMP32_A(IMM)		RAWBPF_INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, IMM)
#endif

/*
 * Continue, until the loop's iteration budget is used up; then skip OFF slots.
 *   e5 | src:0 dst:0 | off | imm:0                                        Linux 6.9
 * The verifier then accepts a loop whose end it does not see. The kernel defines the budget
 * (8 million iterations, or 250 ms). Each function that has one uses 8 or 16 bytes of stack.
 * src 0 is the kernel's BPF_MAY_GOTO.
 */
#define RAWBPF_MAY_GOTO(OFF)		RAWBPF_INSN(BPF_JMP | BPF_JCOND, 0, 0, OFF, 0)

/*
 * Jump to the instruction whose address is in dst, loaded from a BPF_MAP_TYPE_INSN_ARRAY
 * ("gotox").                                                              (one slot)
 *   0d | src:0 dst | off:0 | imm:0                                        Linux 6.19
 */
#define RAWBPF_GOTOX(DST)		RAWBPF_INSN(BPF_JMP | BPF_JA | BPF_X, DST, 0, 0, 0)

/* -------------------------------------------------------- calls, exit [4.3, 4.3.1, 4.3.2] */

/*
 * r0 = helper FUNC(r1, r2, r3, r4, r5); FUNC is BPF_FUNC_map_lookup_elem and the like.
 *   85 | src:0 dst:0 | off:0 | imm: FUNC                                  (one slot)
 * Afterwards r1 to r5 are uninitialised, even if the helper does not take them; r6 to r9 and the
 * stack are unchanged. The program type and the kernel determine which helpers exist.
 */
#ifndef BPF_EMIT_CALL
#define BPF_EMIT_CALL(FUNC)		RAWBPF_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, FUNC)
#endif

/*
 * r0 = function of this program(r1, ..., r5), at the slot TGT after the next. (one slot)
 *   85 | src:1 dst:0 | off:0 | imm: TGT                                   Linux 4.16
 * TGT counts like a jump's offset. The callee has a stack frame of its own, at its own r10.
 * Registers as with a helper. At most 8 frames nest, the program's own among them; 16 on Linux 7.3.
 * The frames of a chain share 512 bytes. On x86_64 the programs of kprobes and tracepoints have 512
 * bytes for each frame, from Linux 6.13 on.
 * No jump leads from one function into another; each ends with an exit or a jump.
 */
#ifndef BPF_CALL_REL
#define BPF_CALL_REL(TGT)		RAWBPF_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, TGT)
#endif

/*
 * r0 = kernel function(r1, ..., r5), by the id of its BTF_KIND_FUNC.      (one slot)
 *   85 | src:2 dst:0 | off: OFF | imm: IMM                                Linux 5.13
 * IMM is the id. OFF is 0 for the kernel's own BTF, else the index of a module's BTF descriptor in
 * fd_array (5.16). Registers as with a helper.
 */
#ifndef BPF_CALL_KFUNC
#define BPF_CALL_KFUNC(OFF, IMM) \
	RAWBPF_INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, OFF, IMM)
#endif

/*
 * Call the function whose address is in dst ("callx").                    (one slot)
 *   8d | src:0 dst | off:0 | imm:0
 * LLVM knows it; no kernel up to 7.3 loads it.
 */
#define RAWBPF_CALLX(DST)		RAWBPF_INSN(BPF_JMP | BPF_CALL | BPF_X, DST, 0, 0, 0)

/*
 * Return r0: to the caller, or as the program's result, which the program type gives a meaning.
 *   95 | src:0 dst:0 | off:0 | imm:0                                      (one slot)
 */
#ifndef BPF_EXIT_INSN
#define BPF_EXIT_INSN()			RAWBPF_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#endif

/* --------------------------------------------------------------- packet bytes [5.5] */

/*
 * r0 = *(size *)packet[IMM], or packet[src + IMM], converted from network to host order.
 *   30 28 20 | src:0 dst:0 | off:0 | imm     BPF_LD_ABS; B, H, W          (one slot)
 *   50 48 40 | src   dst:0 | off:0 | imm     BPF_LD_IND
 * Left over from classic BPF, for socket filters and tc programs; r6 must hold their context.
 * Like a call, they make r1 to r5 uninitialised. A load past the end of the packet *ends the
 * program*, which returns 0.
 * A negative IMM reaches headers: linux/filter.h, SKF_NET_OFF and SKF_LL_OFF.
 */
#ifndef BPF_LD_ABS
#define BPF_LD_ABS(SIZE, IMM)		RAWBPF_INSN(BPF_LD | BPF_SIZE(SIZE) | BPF_ABS, 0, 0, 0, IMM)
#endif
#ifndef BPF_LD_IND
#define BPF_LD_IND(SIZE, SRC, IMM) \
	RAWBPF_INSN(BPF_LD | BPF_SIZE(SIZE) | BPF_IND, 0, SRC, 0, IMM)
#endif

/* -------------------------------------------------------------- arenas (Linux only) */

/*
 * dst = src, an arena pointer, moved from address space SRC_AS to DST_AS. (one slot)
 *   bf | src dst | off:1 | imm: DST_AS << 16 | SRC_AS                     Linux 6.9
 * Space 1 is the arena as user space sees it, 0 the kernel's: (0, 1) before a program
 * dereferences, (1, 0) before it stores the pointer for others. No others exist.
 */
#define RAWBPF_ADDR_SPACE_CAST(DST, SRC, DST_AS, SRC_AS) \
	RAWBPF_INSN(BPF_ALU64 | BPF_MOV | BPF_X, DST, SRC, 1, (DST_AS) << 16 | (SRC_AS))

/* ------------------------------------------------------------ inside the kernel only */

/*
 * The verifier writes these into programs after its check. Dumps of loaded programs have them;
 * they are refused in programs to load.                                   (one slot each)
 *
 *   bc | dst dst | off:0 | imm:1     BPF_ZEXT_REG: zero-extend; yours is BPF_MOV32_REG(r, r)
 *   bf | src dst | off:-1 | imm:0    BPF_MOV64_PERCPU_REG: dst = this CPU's copy of src  6.10
 *   c2 | src:0 dst:0 | off:0 | imm:0 BPF_ST_NOSPEC: stop speculation                    5.14
 */
#ifndef BPF_ZEXT_REG
#define BPF_ZEXT_REG(DST)		RAWBPF_INSN(BPF_ALU | BPF_MOV | BPF_X, DST, DST, 0, 1)
#endif
#ifndef BPF_MOV64_PERCPU_REG
#define BPF_MOV64_PERCPU_REG(DST, SRC) \
	RAWBPF_INSN(BPF_ALU64 | BPF_MOV | BPF_X, DST, SRC, BPF_ADDR_PERCPU, 0)
#endif
#ifndef BPF_ST_NOSPEC
#define BPF_ST_NOSPEC()			RAWBPF_INSN(BPF_ST | BPF_NOSPEC, 0, 0, 0, 0)
#endif

#endif

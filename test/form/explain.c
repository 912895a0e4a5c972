/* SPDX-License-Identifier: MIT */
/* Instructions explained: some pages exactly, and the promises that all pages keep. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/form.h>
#include <rawbpf/insn.h>

#include "forms.h"
#include "../unit.h"

static const char *explain(const struct bpf_insn *insns, enum rawbpf_byte_order order)
{
	static char text[4096];
	size_t length = rawbpf_insn_explain(text, sizeof(text), insns, 2, order, 0, NULL);

	ck_assert_uint_eq(length, strlen(text));
	return text;
}

START_TEST(test_page)
{
	static const struct bpf_insn insns[2] = { BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4) };

	ck_assert_str_eq(explain(insns, RAWBPF_LITTLE_ENDIAN),
		"  07 02 00 00 fc ff ff ff    r2 += -4\n"
		"\n"
		"  07           0000 . ...  ADD             operation\n"
		"               .... 0 ...  K               operand: the immediate\n"
		"               .... . 111  ALU64           class: arithmetic, 64 bits\n"
		"  02           0000 ....   src 0           unused\n"
		"               .... 0010   dst 2           r2\n"
		"  00 00                    off 0           unused\n"
		"  fc ff ff ff              imm -4          0xfffffffc, sign-extended to 64 bits\n"
		"\n"
		"  does     Add -4 to r2.\n"
		"  as C     r2 = r2 + -4\n"
		"  macro    BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4)\n"
		"  group    base64, RFC 9669 section 4.1\n"
		"  since    Linux 3.18\n");
}
END_TEST

/* In the other byte order, fields turn around and the two registers change places. */
START_TEST(test_big_endian)
{
	static const struct bpf_insn insns[2] = { BPF_LDX_MEM(BPF_H, BPF_REG_1, BPF_REG_10, -2) };

	ck_assert_str_eq(explain(insns, RAWBPF_BIG_ENDIAN),
		"  69 1a ff fe 00 00 00 00    w1 = *(u16 *)(r10 - 2)\n"
		"\n"
		"  69           011 .. ...  MEM             mode: memory\n"
		"               ... 01 ...  H               size: 2 bytes\n"
		"               ... .. 001  LDX             class: load from memory\n"
		"  1a           0001 ....   dst 1           r1\n"
		"               .... 1010   src 10          r10\n"
		"  ff fe                    off -2          0xfffe, bytes from the address\n"
		"  00 00 00 00              imm 0           unused\n"
		"\n"
		"  does     Load the 2 bytes at r10 - 2 into r1. The bits above become 0.\n"
		"  as C     r1 = *(u16 *)(r10 - 2)\n"
		"  macro    BPF_LDX_MEM(BPF_H, BPF_REG_1, BPF_REG_10, -2)\n"
		"  group    base32, RFC 9669 section 5.1\n"
		"  since    Linux 3.18\n");
}
END_TEST

START_TEST(test_two_slots)
{
	static const struct bpf_insn insns[2] = { BPF_LD_IMM64(BPF_REG_1, 0x1122334455667788) };
	const char *text = explain(insns, RAWBPF_LITTLE_ENDIAN);
	char small[16];
	unsigned slots = 0;

	ck_assert_ptr_nonnull(strstr(text, "  18 01 00 00 88 77 66 55    r1 = 0x1122334455667788 ll\n"
					   "  00 00 00 00 44 33 22 11\n\n"));
	ck_assert_ptr_nonnull(strstr(text, "0x55667788, the low half\n"));
	ck_assert_ptr_nonnull(strstr(text, "0x11223344, the high half\n"));
	rawbpf_insn_explain(small, sizeof(small), insns, 2, RAWBPF_HOST_ORDER, 0, &slots);
	ck_assert_uint_eq(slots, 2);
	rawbpf_insn_explain(small, sizeof(small), insns, 1, RAWBPF_HOST_ORDER, 0, &slots);
	ck_assert_uint_eq(slots, 1);
}
END_TEST

/* Single lines about easily misread instructions. */
START_TEST(test_lines)
{
	static const struct {
		struct bpf_insn insns[2];
		const char *line;
	} pages[] = {
		/* If only one operand were signed, C would divide unsigned. So both are cast. */
		{ { BPF_ALU64_REG_OFF(BPF_DIV, BPF_REG_1, BPF_REG_2, 1) },
		  "as C     r1 = (s64)r2 == -1 ? -r1 : (s64)r2 ? (s64)r1 / (s64)r2 : 0" },
		{ { BPF_ALU64_REG_OFF(BPF_MOD, BPF_REG_1, BPF_REG_2, 1) },
		  "as C     r1 = (s64)r2 == -1 ? 0 : (s64)r2 ? (s64)r1 % (s64)r2 : r1" },
		{ { BPF_ALU64_IMM_OFF(BPF_DIV, BPF_REG_1, -1, 1) }, "as C     r1 = -r1" },
		{ { BPF_ALU64_REG(BPF_DIV, BPF_REG_1, BPF_REG_2) }, "as C     r1 = r2 ? r1 / r2 : 0" },
		{ { BPF_ALU32_REG(BPF_DIV, BPF_REG_1, BPF_REG_2) },
		  "does     Divide r1 by r2, unsigned, in 32 bits. If the lower half of r2 is 0,\n"
		  "           the result is 0. The upper half of r1 becomes 0." },
		{ { BPF_ALU64_REG(BPF_MOD, BPF_REG_1, BPF_REG_2) },
		  "does     Set r1 to the remainder of its division by r2, unsigned. If r2 is 0,\n"
		  "           r1 keeps its value." },
		{ { BPF_JMP_REG(BPF_JSLT, BPF_REG_1, BPF_REG_2, 1) },
		  "as C     if ((s64)r1 < (s64)r2) goto +1" },
		{ { BPF_JMP_IMM(BPF_JGT, BPF_REG_1, -2, 1) },
		  "as C     if (r1 > 0xfffffffffffffffe) goto +1" },
		{ { BPF_JMP32_IMM(BPF_JSET, BPF_REG_1, -2, 1) },
		  "as C     if ((u32)r1 & (u32)0xfffffffe) goto +1" },
		{ { BPF_JMP_IMM(BPF_JSGT, BPF_REG_1, -2, 1) },
		  "as C     if ((s64)r1 > (s64)-2) goto +1" },
		{ { BPF_ALU64_IMM(BPF_OR, BPF_REG_1, -4) },
		  "does     Set those bits of r1 that are set in 0xfffffffffffffffc." },
		{ { BPF_RAW_INSN(0x41, 1, 2, 8, 0) },
		  "41           010 .. ...  PROBE_MEMSX     mode: memory, may fault" },
		{ { BPF_RAW_INSN(0x41, 1, 2, 8, 0) },
		  "does     Load the 4 bytes at r2 + 8 into r1, sign-extended to 64 bits. If the\n"
		  "           access faults, the register becomes 0. Only the verifier writes this." },
		{ { BPF_RAW_INSN(0xbb, 1, 2, 8, 0) },
		  "bb           101 .. ...  PROBE_MEM32     mode: memory, may fault" },
		{ { BPF_RAW_INSN(0xfb, 1, 2, 8, 0) }, "invalid  no kernel loads this instruction" },
		{ { BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, -6) },
		  "does     If r1 equals 0, jump 6 slots back, counted from the next one." },
		{ { BPF_JMP_A(-1) },
		  "does     Always jump 1 slot back, counted from the next one: to itself." },
		{ { BPF_JMP_A(1) }, "does     Always jump 1 slot forward, counted from the next one." },
		{ { BPF_ATOMIC_OP(BPF_W, BPF_XOR | BPF_FETCH, BPF_REG_1, BPF_REG_2, 8) },
		  "imm 161         0xa0 XOR | 0x01 FETCH" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 8) },
		  "as C     atomic_add((u64 *)(r1 + 8), r2)" },
		{ { BPF_ATOMIC_OP(BPF_W, BPF_CMPXCHG, BPF_REG_1, BPF_REG_2, 8) },
		  "does     Atomically compare the 4 bytes at r1 + 8 with the lower half of r0;\n"
		  "           if they are equal, store the lower half of r2 there. In both cases r0\n"
		  "           becomes the old value, zero-extended." },
		{ { BPF_ST_MEM(BPF_B, BPF_REG_1, 0, 300) },
		  "does     Store 300 (0x2c, its low 8 bits) to the byte at r1 + 0." },
		{ { BPF_MOVSX64_REG(BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bits to copy, sign-extended" },
		{ { BPF_LD_ABS(BPF_B, 9) },
		  "r6 must hold the context; r1 to r5 are lost." },
		{ { BPF_LD_ABS(BPF_B, 9) }, " Deprecated: " },
		{ { BPF_MOV64_IMM(BPF_REG_10, 5) },
		  "invalid  r10 is the frame pointer, which is read-only\n" },
		{ { BPF_RAW_INSN(0xaf, 11, 11, 0, 0) },
		  "dst 11          only in loaded programs\n" },
	};

	for (unsigned i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const char *page = explain(pages[i].insns, RAWBPF_HOST_ORDER);

		ck_assert_msg(strstr(page, pages[i].line) != NULL, "no '%s' in:\n%s", pages[i].line,
			      page);
	}
}
END_TEST

/* The notes about an instruction's numbers, for each meaning of a number. */
START_TEST(test_notes)
{
	static const struct {
		struct bpf_insn insns[2];
		const char *off, *imm;
	} pages[] = {
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bytes from the address", "imm 0           0x00 ADD" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_OR, BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bytes from the address", "imm 64          0x40 OR" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_AND, BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bytes from the address", "imm 80          0x50 AND" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_XOR, BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bytes from the address", "imm 160         0xa0 XOR" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bytes from the address", "imm 1           0x00 ADD | 0x01 FETCH" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_XCHG, BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bytes from the address", "imm 225         0xe0 XCHG | 0x01 FETCH" },
		{ { BPF_ATOMIC_OP(BPF_W, BPF_CMPXCHG, BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bytes from the address", "imm 241         0xf0 CMPXCHG | 0x01 FETCH" },
		{ { BPF_ATOMIC_OP(BPF_B, BPF_LOAD_ACQ, BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bytes from the address", "imm 256         0x100, LOAD_ACQ" },
		{ { BPF_ATOMIC_OP(BPF_H, BPF_STORE_REL, BPF_REG_1, BPF_REG_2, 8) },
		  "off 8           bytes from the address", "imm 272         0x110, STORE_REL" },
		{ { BPF_LD_MAP_FD(BPF_REG_1, 5) },
		  "off 0           unused", "imm 5           which one" },
		{ { BPF_LD_MAP_VALUE(BPF_REG_1, 5, 8) },
		  "off 0           unused", "imm 5           which one" },
		{ { BPF_EMIT_CALL(1) }, "off 0           unused", "imm 1           which function" },
		{ { BPF_CALL_REL(5) },
		  "off 0           unused", "imm 5           slots, from the next one" },
		{ { BPF_CALL_KFUNC(0, 7) }, "off 0           unused", "imm 7           which function" },
		{ { RAWBPF_LD_FUNC(BPF_REG_1, 5) },
		  "off 0           unused", "imm 5           which one" },
		{ { RAWBPF_LD_BTF_ID(BPF_REG_1, 7, 0) },
		  "off 0           unused", "imm 7           which one" },
		{ { RAWBPF_LD_MAP_IDX(BPF_REG_1, 2) },
		  "off 0           unused", "imm 2           which one" },
		{ { BPF_MOV64_PERCPU_REG(BPF_REG_1, BPF_REG_2) },
		  "off -1          0xffff, per-CPU address", "imm 0           unused" },
		{ { RAWBPF_ADDR_SPACE_CAST(BPF_REG_1, BPF_REG_2, 0, 1) },
		  "off 1           cast of an address space", "imm 1           spaces: to << 16 | from" },
		{ { BPF_BSWAP(BPF_REG_1, 16) }, "off 0           unused", "imm 16          bits" },
		{ { BPF_ENDIAN(BPF_TO_LE, BPF_REG_1, 32) },
		  "off 0           unused", "imm 32          bits" },
		{ { BPF_MOVSX64_REG(BPF_REG_1, BPF_REG_2, 32) },
		  "off 32          bits to copy, sign-extended", "imm 0           unused" },
		{ { BPF_ALU64_REG_OFF(BPF_MOD, BPF_REG_1, BPF_REG_2, 1) },
		  "off 1           1: signed", "imm 0           unused" },
		{ { BPF_JMP32_A(7) },
		  "off 0           unused", "imm 7           slots, from the next one" },
		{ { BPF_EXIT_INSN() }, "off 0           unused", "imm 0           unused" },
		{ { BPF_LD_ABS(BPF_H, 12) },
		  "off 0           unused", "imm 12          bytes into the packet" },
		{ { BPF_LD_IND(BPF_W, BPF_REG_3, 1) },
		  "off 0           unused", "imm 1           bytes into the packet" },
	};

	for (unsigned i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const char *page = explain(pages[i].insns, RAWBPF_HOST_ORDER);
		char line[100];

		snprintf(line, sizeof line, "    %s\n", pages[i].off);
		ck_assert_msg(strstr(page, line) != NULL, "no '%s' in:\n%s", line, page);
		snprintf(line, sizeof line, "    %s\n", pages[i].imm);
		ck_assert_msg(strstr(page, line) != NULL, "no '%s' in:\n%s", line, page);
	}
}
END_TEST

/* Every operation, comparison and access, in words and in C. */
START_TEST(test_words)
{
	static const struct {
		struct bpf_insn insns[2];
		const char *lines;
	} pages[] = {
		{ { BPF_ALU64_REG(BPF_SUB, BPF_REG_1, BPF_REG_2) },
		  "  does     Subtract r2 from r1.\n"
		  "  as C     r1 = r1 - r2\n" },
		{ { BPF_ALU64_IMM(BPF_MUL, BPF_REG_1, -3) },
		  "  does     Multiply r1 by -3.\n"
		  "  as C     r1 = r1 * -3\n" },
		{ { BPF_ALU32_REG(BPF_DIV, BPF_REG_1, BPF_REG_2) },
		  "  does     Divide r1 by r2, unsigned, in 32 bits. If the lower half of r2 is 0,\n"
		  "           the result is 0. The upper half of r1 becomes 0.\n"
		  "  as C     r1 = (u32)((u32)r2 ? (u32)r1 / (u32)r2 : 0)\n" },
		{ { BPF_ALU64_REG(BPF_DIV, BPF_REG_1, BPF_REG_2) },
		  "  does     Divide r1 by r2, unsigned. If r2 is 0, the result is 0.\n"
		  "  as C     r1 = r2 ? r1 / r2 : 0\n" },
		{ { BPF_ALU64_IMM(BPF_OR, BPF_REG_1, -1) },
		  "  does     Set those bits of r1 that are set in 0xffffffffffffffff.\n"
		  "  as C     r1 = r1 | 0xffffffffffffffff\n" },
		{ { BPF_ALU32_IMM(BPF_AND, BPF_REG_1, 15) },
		  "  does     Keep those bits of r1 that are set in 15 and clear the others, in 32\n"
		  "           bits. The upper half of r1 becomes 0.\n"
		  "  as C     r1 = (u32)((u32)r1 & (u32)15)\n" },
		{ { BPF_ALU64_REG(BPF_LSH, BPF_REG_1, BPF_REG_2) },
		  "  does     Shift r1 left by r2. Only the low 6 bits of r2 count.\n"
		  "  as C     r1 = r1 << (r2 & 63)\n" },
		{ { BPF_ALU32_REG(BPF_RSH, BPF_REG_1, BPF_REG_2) },
		  "  does     Shift r1 right by r2, with zeros coming in, in 32 bits. Only the low\n"
		  "           5 bits of r2 count. The upper half of r1 becomes 0.\n"
		  "  as C     r1 = (u32)((u32)r1 >> (r2 & 31))\n" },
		{ { BPF_ALU64_IMM(BPF_ARSH, BPF_REG_1, 3) },
		  "  does     Shift r1 right by 3, with copies of its sign coming in.\n"
		  "  as C     r1 = (s64)r1 >> (s64)3\n" },
		{ { BPF_ALU32_REG(BPF_MOD, BPF_REG_1, BPF_REG_2) },
		  "  does     Set r1 to the remainder of its division by r2, unsigned, in 32 bits.\n"
		  "           If the lower half of r2 is 0, the lower half of r1 keeps its value.\n"
		  "           The upper half of r1 becomes 0.\n"
		  "  as C     r1 = (u32)((u32)r2 ? (u32)r1 % (u32)r2 : (u32)r1)\n" },
		{ { BPF_ALU64_REG(BPF_MOD, BPF_REG_1, BPF_REG_2) },
		  "  does     Set r1 to the remainder of its division by r2, unsigned. If r2 is 0,\n"
		  "           r1 keeps its value.\n"
		  "  as C     r1 = r2 ? r1 % r2 : r1\n" },
		{ { BPF_ALU64_REG_OFF(BPF_MOD, BPF_REG_1, BPF_REG_2, 1) },
		  "  does     Set r1 to the remainder of its division by r2, signed, wrapping. If\n"
		  "           r2 is 0, r1 keeps its value.\n"
		  "  as C     r1 = (s64)r2 == -1 ? 0 : (s64)r2 ? (s64)r1 % (s64)r2 : r1\n" },
		{ { BPF_ALU64_REG(BPF_XOR, BPF_REG_1, BPF_REG_2) },
		  "  does     Flip those bits of r1 that are set in r2.\n"
		  "  as C     r1 = r1 ^ r2\n" },
		{ { BPF_JMP_REG(BPF_JEQ, BPF_REG_1, BPF_REG_2, 0) },
		  "  does     If r1 equals r2, continue with the next slot.\n"
		  "  as C     if (r1 == r2) goto +0\n" },
		{ { BPF_JMP_IMM(BPF_JGT, BPF_REG_1, 7, 1) },
		  "  does     If r1 is greater than 7 (unsigned), jump 1 slot forward, counted from\n"
		  "           the next one.\n"
		  "  as C     if (r1 > 7) goto +1\n" },
		{ { BPF_JMP_IMM(BPF_JGE, BPF_REG_1, 7, 2) },
		  "  does     If r1 is at least 7 (unsigned), jump 2 slots forward, counted from\n"
		  "           the next one.\n"
		  "  as C     if (r1 >= 7) goto +2\n" },
		{ { BPF_JMP_IMM(BPF_JSET, BPF_REG_1, 8, -1) },
		  "  does     If r1 has a bit in common with 8, jump 1 slot back, counted from the\n"
		  "           next one: to itself.\n"
		  "  as C     if (r1 & 8) goto -1\n" },
		{ { BPF_JMP32_IMM(BPF_JNE, BPF_REG_1, 7, -2) },
		  "  does     If the lower half of r1 is not 7, jump 2 slots back, counted from the\n"
		  "           next one.\n"
		  "  as C     if ((u32)r1 != (u32)7) goto -2\n" },
		{ { BPF_JMP_IMM(BPF_JSGT, BPF_REG_1, -7, 5) },
		  "  does     If r1 is greater than -7 (signed), jump 5 slots forward, counted from\n"
		  "           the next one.\n"
		  "  as C     if ((s64)r1 > (s64)-7) goto +5\n" },
		{ { BPF_JMP_IMM(BPF_JSGE, BPF_REG_1, -7, 5) },
		  "  does     If r1 is at least -7 (signed), jump 5 slots forward, counted from the\n"
		  "           next one.\n"
		  "  as C     if ((s64)r1 >= (s64)-7) goto +5\n" },
		{ { BPF_JMP_IMM(BPF_JLT, BPF_REG_1, 7, 5) },
		  "  does     If r1 is less than 7 (unsigned), jump 5 slots forward, counted from\n"
		  "           the next one.\n"
		  "  as C     if (r1 < 7) goto +5\n" },
		{ { BPF_JMP_IMM(BPF_JSLT, BPF_REG_1, -7, 5) },
		  "  does     If r1 is less than -7 (signed), jump 5 slots forward, counted from\n"
		  "           the next one.\n"
		  "  as C     if ((s64)r1 < (s64)-7) goto +5\n" },
		{ { BPF_JMP32_IMM(BPF_JLE, BPF_REG_1, 7, 5) },
		  "  does     If the lower half of r1 is at most 7 (unsigned), jump 5 slots\n"
		  "           forward, counted from the next one.\n"
		  "  as C     if ((u32)r1 <= (u32)7) goto +5\n" },
		{ { BPF_JMP32_REG(BPF_JLE, BPF_REG_1, BPF_REG_2, 5) },
		  "  does     If the lower half of r1 is at most that of r2 (unsigned), jump 5\n"
		  "           slots forward, counted from the next one.\n"
		  "  as C     if ((u32)r1 <= (u32)r2) goto +5\n" },
		{ { BPF_JMP_IMM(BPF_JSLE, BPF_REG_1, -7, 5) },
		  "  does     If r1 is at most -7 (signed), jump 5 slots forward, counted from the\n"
		  "           next one.\n"
		  "  as C     if ((s64)r1 <= (s64)-7) goto +5\n" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Atomically add r2 to the 8 bytes at r1 + 8.\n"
		  "  as C     atomic_add((u64 *)(r1 + 8), r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_W, BPF_OR, BPF_REG_1, BPF_REG_2, -8) },
		  "  does     Atomically set the bits of the lower half of r2 in the 4 bytes at r1\n"
		  "           - 8.\n"
		  "  as C     atomic_or((u32 *)(r1 - 8), (u32)r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_AND, BPF_REG_1, BPF_REG_2, 0) },
		  "  does     Atomically keep only the bits of r2 in the 8 bytes at r1 + 0.\n"
		  "  as C     atomic_and((u64 *)(r1 + 0), r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_XOR, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Atomically flip the bits of r2 in the 8 bytes at r1 + 8.\n"
		  "  as C     atomic_xor((u64 *)(r1 + 8), r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Atomically add r2 to the 8 bytes at r1 + 8. r2 becomes the old value.\n"
		  "  as C     r2 = atomic_fetch_add((u64 *)(r1 + 8), r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_W, BPF_OR | BPF_FETCH, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Atomically set the bits of the lower half of r2 in the 4 bytes at r1\n"
		  "           + 8. r2 becomes the old value, zero-extended.\n"
		  "  as C     r2 = atomic_fetch_or((u32 *)(r1 + 8), (u32)r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_AND | BPF_FETCH, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Atomically keep only the bits of r2 in the 8 bytes at r1 + 8. r2\n"
		  "           becomes the old value.\n"
		  "  as C     r2 = atomic_fetch_and((u64 *)(r1 + 8), r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_W, BPF_XOR | BPF_FETCH, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Atomically flip the bits of the lower half of r2 in the 4 bytes at r1\n"
		  "           + 8. r2 becomes the old value, zero-extended.\n"
		  "  as C     r2 = atomic_fetch_xor((u32 *)(r1 + 8), (u32)r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_XCHG, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Atomically store r2 to the 8 bytes at r1 + 8. r2 becomes the old\n"
		  "           value.\n"
		  "  as C     r2 = atomic_xchg((u64 *)(r1 + 8), r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_W, BPF_CMPXCHG, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Atomically compare the 4 bytes at r1 + 8 with the lower half of r0;\n"
		  "           if they are equal, store the lower half of r2 there. In both cases r0\n"
		  "           becomes the old value, zero-extended.\n"
		  "  as C     r0 = atomic_cmpxchg((u32 *)(r1 + 8), (u32)r0, (u32)r2)\n" },
		{ { BPF_ATOMIC_OP(BPF_B, BPF_LOAD_ACQ, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Load the byte at r2 + 8 into r1, zero-extended, before all memory\n"
		  "           accesses that follow.\n"
		  "  as C     r1 = load_acquire((u8 *)(r2 + 8))\n" },
		{ { BPF_ATOMIC_OP(BPF_H, BPF_STORE_REL, BPF_REG_1, BPF_REG_2, 8) },
		  "  does     Store the low 16 bits of r2 to the 2 bytes at r1 + 8, after all\n"
		  "           memory accesses that precede.\n"
		  "  as C     store_release((u16 *)(r1 + 8), r2)\n" },
		{ { BPF_LDX_MEM(BPF_H, BPF_REG_1, BPF_REG_2, 4) },
		  "  does     Load the 2 bytes at r2 + 4 into r1. The bits above become 0.\n"
		  "  as C     r1 = *(u16 *)(r2 + 4)\n" },
		{ { BPF_LDX_MEMSX(BPF_B, BPF_REG_1, BPF_REG_2, 4) },
		  "  does     Load the byte at r2 + 4 into r1, sign-extended to 64 bits.\n"
		  "  as C     r1 = (s64)*(s8 *)(r2 + 4)\n" },
		{ { BPF_ST_MEM(BPF_B, BPF_REG_1, 4, -1) },
		  "  does     Store -1 (0xff, its low 8 bits) to the byte at r1 + 4.\n"
		  "  as C     *(u8 *)(r1 + 4) = -1\n" },
		{ { BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 4) },
		  "  does     Store the low 32 bits of r2 to the 4 bytes at r1 + 4.\n"
		  "  as C     *(u32 *)(r1 + 4) = r2\n" },
	};

	for (unsigned i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const char *page = explain(pages[i].insns, RAWBPF_HOST_ORDER);

		ck_assert_msg(strstr(page, pages[i].lines) != NULL, "no '%s' in:\n%s", pages[i].lines,
			      page);
	}
}
END_TEST

/* Return the luminance of a colour of the 6x6x6 cube, by the formula of WCAG 2. */
static double luminance(unsigned colour)
{
	static const double levels[6] = { 0, 0.1144, 0.2423, 0.4287, 0.6795, 1 };

	ck_assert_uint_ge(colour, 16);
	colour -= 16;
	return 0.2126 * levels[colour / 36] + 0.7152 * levels[colour / 6 % 6] +
	       0.0722 * levels[colour % 6];
}

/* Each field's colour is readable on white and on black. */
/* The conformance group, and the section that defines the instruction. */
START_TEST(test_groups)
{
	static const struct {
		struct bpf_insn insns[2];
		const char *group;
	} pages[] = {
		{ { BPF_ALU64_IMM(BPF_ADD, 1, 2) }, "base64, RFC 9669 section 4.1" },
		{ { BPF_ALU32_REG(BPF_XOR, 1, 2) }, "base32, RFC 9669 section 4.1" },
		{ { BPF_ALU64_IMM(BPF_MUL, 1, 2) }, "divmul64, RFC 9669 section 4.1" },
		{ { BPF_ALU32_IMM(BPF_DIV, 1, 2) }, "divmul32, RFC 9669 section 4.1" },
		{ { BPF_ALU64_REG(BPF_MOD, 1, 2) }, "divmul64, RFC 9669 section 4.1" },
		{ { BPF_ENDIAN(BPF_TO_LE, 1, 16) }, "base32, RFC 9669 section 4.2" },
		{ { BPF_ENDIAN(BPF_TO_BE, 1, 64) }, "base64, RFC 9669 section 4.2" },
		{ { BPF_BSWAP(1, 32) }, "base32, RFC 9669 section 4.2" },
		{ { BPF_MOVSX64_REG(1, 2, 8) }, "base64, RFC 9669 section 4.1" },
		{ { BPF_JMP_A(1) }, "base32, RFC 9669 section 4.3" },
		{ { BPF_JMP_IMM(BPF_JEQ, 1, 2, 3) }, "base64, RFC 9669 section 4.3" },
		{ { BPF_JMP32_REG(BPF_JSLT, 1, 2, 3) }, "base32, RFC 9669 section 4.3" },
		{ { BPF_EXIT_INSN() }, "base32, RFC 9669 section 4.3" },
		{ { BPF_EMIT_CALL(1) }, "base32, RFC 9669 section 4.3.1" },
		{ { BPF_CALL_REL(1) }, "base32, RFC 9669 section 4.3.2" },
		{ { BPF_CALL_KFUNC(0, 1) }, "base32, RFC 9669 section 4.3.1" },
		{ { BPF_LD_MAP_FD(1, 2) }, "base64, RFC 9669 section 5.4.1" },
		{ { BPF_LD_IMM64(1, 2) }, "base64, RFC 9669 section 5.4" },
		{ { RAWBPF_LD_FUNC(1, 2) }, "base64, RFC 9669 section 5.4" },
		{ { BPF_LD_ABS(BPF_W, 4) }, "packet, RFC 9669 section 5.5" },
		{ { BPF_LD_IND(BPF_H, 1, 4) }, "packet, RFC 9669 section 5.5" },
		{ { BPF_LDX_MEM(BPF_W, 1, 2, 4) }, "base32, RFC 9669 section 5.1" },
		{ { BPF_LDX_MEM(BPF_DW, 1, 2, 4) }, "base64, RFC 9669 section 5.1" },
		{ { BPF_LDX_MEMSX(BPF_B, 1, 2, 4) }, "base32, RFC 9669 section 5.2" },
		{ { BPF_ST_MEM(BPF_W, 1, 2, 4) }, "base32, RFC 9669 section 5.1" },
		{ { BPF_ST_MEM(BPF_DW, 1, 2, -4) }, "base64, RFC 9669 section 5.1" },
		{ { BPF_STX_MEM(BPF_B, 1, 2, 4) }, "base32, RFC 9669 section 5.1" },
		{ { BPF_ATOMIC_OP(BPF_W, BPF_ADD, 1, 2, 4) }, "atomic32, RFC 9669 section 5.3" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_CMPXCHG, 1, 2, 4) },
		  "atomic64, RFC 9669 section 5.3" },
		{ { BPF_ATOMIC_OP(BPF_DW, BPF_LOAD_ACQ, 1, 2, 4) }, "not in RFC 9669" },
		{ { RAWBPF_MAY_GOTO(1) }, "not in RFC 9669" },
		{ { BPF_LD_MAP_VALUE(1, 2, 3) }, "base64, RFC 9669 section 5.4.1" },
		{ { RAWBPF_LD_MAP_IDX(1, 2) }, "base64, RFC 9669 section 5.4.1" },
		{ { RAWBPF_CALLX(1) }, "not in RFC 9669" },
		{ { RAWBPF_GOTOX(1) }, "not in RFC 9669" },
		{ { RAWBPF_LD_BTF_ID(1, 2, 3) }, "base64, RFC 9669 section 5.4.2" },
		{ { RAWBPF_LD_MAP_IDX_VALUE(1, 2, 3) },
		  "base64, RFC 9669 section 5.4.1" },
		{ { RAWBPF_ADDR_SPACE_CAST(1, 2, 0, 1) }, "not in RFC 9669" },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(pages); i++) {
		const char *text = explain(pages[i].insns, RAWBPF_LITTLE_ENDIAN);
		char line[80];

		snprintf(line, sizeof line, "\n  group    %s\n", pages[i].group);
		ck_assert_msg(strstr(text, line) != NULL, "%s%s", text, line);
	}
}
END_TEST

/* Each field has its colour in the bytes and in its line; the instruction itself is bold. */
START_TEST(test_colours_of_fields)
{
	static const struct bpf_insn insns[2] = { BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4) };
	static const char wanted[] =
		"  \33[38;5;166m07 \33[38;5;31m0\33[38;5;28m2 \33[38;5;133m00 00 "
		"\33[38;5;69mfc ff ff ff\33[0m    \33[1mr2 += -4\33[0m\n"
		"\n"
		"  \33[38;5;166m07           0000 . ...  ADD             \33[0moperation\n"
		"  \33[38;5;166m             .... 0 ...  K               \33[0moperand: the immediate\n"
		"  \33[38;5;166m             .... . 111  ALU64           \33[0mclass: arithmetic, 64 bits\n"
		"  \33[38;5;31m02           0000 ....   src 0           \33[0munused\n"
		"  \33[38;5;28m             .... 0010   dst 2           \33[0mr2\n"
		"  \33[38;5;133m00 00                    off 0           \33[0munused\n"
		"  \33[38;5;69mfc ff ff ff              imm -4          "
		"\33[0m0xfffffffc, sign-extended to 64 bits\n";
	char text[4096];

	rawbpf_insn_explain(text, sizeof text, insns, 2, RAWBPF_LITTLE_ENDIAN, 1, NULL);
	text[sizeof wanted - 1] = '\0';
	ck_assert_str_eq(text, wanted);
}
END_TEST

START_TEST(test_colours)
{
	static const struct bpf_insn insns[2] = { BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4) };
	char text[4096], *at = text;
	unsigned colour, colours = 0;

	rawbpf_insn_explain(text, sizeof(text), insns, 2, RAWBPF_HOST_ORDER, 1, NULL);
	while ((at = strstr(at, "\33["))) {
		at += 2;
		if (sscanf(at, "38;5;%um", &colour) != 1) {
			ck_assert(*at == '0' || *at == '1');
			continue;
		}
		ck_assert(1.05 / (luminance(colour) + 0.05) >= 3);
		ck_assert((luminance(colour) + 0.05) / 0.05 >= 3);
		colours++;
	}
	ck_assert_uint_ge(colours, 10);
}
END_TEST

/* may_goto compares nothing. */
START_TEST(test_may_goto)
{
	static const struct bpf_insn insns[2] = { RAWBPF_MAY_GOTO(3) };
	const char *text = explain(insns, RAWBPF_HOST_ORDER);

	ck_assert_ptr_nonnull(strstr(text, "JCOND           operation\n"));
	ck_assert_ptr_nonnull(strstr(text, "no operand register\n"));
	ck_assert_ptr_nonnull(strstr(text, "imm 0           unused\n"));
}
END_TEST

/* A helper that no kernel has has no first kernel. */
START_TEST(test_no_helper)
{
	static const struct {
		int helper;
		const char *sentence;
	} calls[] = {
		{ 212, "does     Call the kernel's helper 212. The result is in r0;" },
		{ 0, "does     Call the kernel's helper bpf_unspec. The result is in r0;" },
		{ -1, "does     Call the kernel's helper -1. The result is in r0;" },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(calls); i++) {
		const struct bpf_insn insns[2] = { BPF_EMIT_CALL(calls[i].helper) };
		const char *text = explain(insns, RAWBPF_HOST_ORDER);

		ck_assert_msg(strstr(text, calls[i].sentence) != NULL, "%s", text);
		ck_assert_ptr_null(strstr(text, "since"));
	}
}
END_TEST

/* A page says what is wrong with an instruction, and explains the rest. */
START_TEST(test_invalid)
{
	static const struct bpf_insn unknown[2] = { BPF_RAW_INSN(0xff, 11, 1, 2, 3) };
	static const struct bpf_insn shift[2] = { BPF_ALU64_IMM(BPF_LSH, BPF_REG_1, 64) };
	const char *text = explain(unknown, RAWBPF_LITTLE_ENDIAN);
	char nothing[64];

	ck_assert_ptr_nonnull(strstr(text, "not an instruction\n"));
	ck_assert_ptr_nonnull(strstr(text, "dst 11          not a register\n"));
	ck_assert_ptr_nonnull(strstr(text, "  invalid  no instruction has this opcode\n"));
	text = explain(shift, RAWBPF_LITTLE_ENDIAN);
	ck_assert_ptr_nonnull(strstr(text, "  does     Shift r1 left by 64.\n"));
	ck_assert_ptr_nonnull(strstr(text, "  invalid  a 64-bit shift must be by 0 to 63 bits\n"));
	ck_assert_ptr_null(strstr(text, "since"));
	rawbpf_insn_explain(nothing, sizeof(nothing), unknown, 0, RAWBPF_HOST_ORDER, 0, NULL);
	ck_assert_str_eq(nothing, "  invalid  the instruction is missing\n");
}
END_TEST

static void without_colours(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\33')
			text += strcspn(text, "m");
		else
			*to++ = *text;
	}
	*to = 0;
}

/* Copy the page's text without its line breaks, which stand in place of spaces. */
static void unwrap(char *to, const char *text)
{
	while (*text) {
		*to++ = *text == '\n' ? ' ' : *text;
		text++;
		if (to[-1] == ' ')
			text += strspn(text, " ");
	}
	*to = 0;
}

static void check_page(const struct rawbpf__form *form, const struct bpf_insn *insns,
		       unsigned slots, void *counter)
{
	char text[4096], coloured[4096], macro[256];
	size_t length;

	if (++*(unsigned *)counter % 7)
		return;
	length = rawbpf_insn_explain(text, sizeof(text), insns, slots, RAWBPF_HOST_ORDER, 0, NULL);
	expect(length < 1500 && length == strlen(text));
	expect(text[length - 1] == '\n');
	expect(!strpbrk(text, "%\33") || form->op[0] == '%' || form->op[1] == '%');
	expect(rawbpf_insn_explain(coloured, 100, insns, slots, RAWBPF_HOST_ORDER, 0, NULL) ==
	       length && !strncmp(coloured, text, 99) && !coloured[99]);
	rawbpf_insn_explain(coloured, sizeof(coloured), insns, slots, RAWBPF_HOST_ORDER, 1, NULL);
	without_colours(coloured);
	expect(!strcmp(text, coloured));
	rawbpf_insn_format(macro, sizeof(macro), insns, slots, RAWBPF_C, NULL, NULL);
	unwrap(coloured, text);
	expect(strstr(coloured, macro) != NULL);
	expect(!strstr(text, "  invalid  ") == !rawbpf_insn_check(insns, slots, NULL));
	for (char *line = text; *line; line += strcspn(line, "\n") + 1)
		expect(strcspn(line, "\n") <= 80);
}

START_TEST(test_every_form)
{
	unsigned counter = 0;

	forms_each(check_page, &counter);
}
END_TEST

START_TEST(test_random_bytes)
{
	unsigned long long state = 88172645463325252;
	union { unsigned long long words[2]; struct bpf_insn insns[2]; } any;
	char text[4096];

	for (unsigned i = 0; i < 100000; i++) {
		for (unsigned w = 0; w < 2; w++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			any.words[w] = state;
		}
		expect(rawbpf_insn_explain(text, sizeof(text), any.insns, 1 + i % 2, i % 3, i & 1,
					   NULL) < sizeof(text));
		if (i % 2)
			continue;
		rawbpf_insn_explain(text, sizeof(text), any.insns, 1, RAWBPF_HOST_ORDER, 0, NULL);
		for (char *line = text; *line; line += strcspn(line, "\n") + 1)
			expect(strcspn(line, "\n") <= 80);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_page);
	tcase_add_test(tests, test_big_endian);
	tcase_add_test(tests, test_two_slots);
	tcase_add_test(tests, test_lines);
	tcase_add_test(tests, test_notes);
	tcase_add_test(tests, test_words);
	tcase_add_test(tests, test_groups);
	tcase_add_test(tests, test_colours_of_fields);
	tcase_add_test(tests, test_colours);
	tcase_add_test(tests, test_may_goto);
	tcase_add_test(tests, test_no_helper);
	tcase_add_test(tests, test_invalid);
	tcase_add_test(tests, test_every_form);
	tcase_add_test(tests, test_random_bytes);
}

int main(void)
{
	return unit_run("explain", add_tests);
}

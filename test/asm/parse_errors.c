/* SPDX-License-Identifier: MIT */
/* Errors in a text: each message, and its place. */
#include <check.h>
#include <errno.h>
#include <rawbpf/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

enum { ERRORS = 8 };

static void parse(struct rawbpf_text *parser, const char *text, size_t length,
		  struct rawbpf_text_error *errors, unsigned error_max)
{
	static struct bpf_insn insns[4096];
	static struct rawbpf_text_map maps[4];
	size_t scratch = rawbpf_text_scratch_size(length);

	*parser = (struct rawbpf_text){ .text = text, .length = length, .insns = insns,
					.max = COUNT(insns), .maps = maps, .map_max = COUNT(maps),
					.errors = errors, .error_max = error_max,
					.scratch = malloc(scratch), .scratch_size = scratch };
	memset(errors, 0x5a, error_max * sizeof *errors);
	ck_assert_int_eq(rawbpf_text_parse(parser), -EINVAL);
	free(parser->scratch);
}

static const struct {
	const char *text;
	unsigned line, column, width;
	const char *message;
} cases[] = {
	/* registers */
	{ "r1 = *(u32 *)(5 + 4)", 1, 15, 5, "expected a register r0 to r10, not '5 + 4'" },
	{ "if 5 == r1 goto +1", 1, 4, 1, "expected a register r0 to r10 or w0 to w10, not '5'" },
	{ "w1 = (s8)5", 1, 10, 1, "expected w0 to w10, not '5'" },
	{ "r1 = bswap16 5", 1, 14, 1, "expected a register r0 to r10, not '5'" },
	{ "w1 = atomic_fetch_add((u32 *)(r1 + 0), 5)", 1, 40, 1, "expected w0 to w10, not '5'" },
	{ "r1 += w2", 1, 7, 2, "expected a 64-bit register, r2, not w2" },
	{ "callx 5", 1, 7, 1, "expected a register r0 to r10, not '5'" },
	{ "r1 = addr_space_cast(r1, 5)", 1, 27, 1, "expected ',', not ')'" },
	{ "r1 = *(u32 *) r2", 1, 15, 2, "expected '(' or skb, not 'r2'" },
	{ "*(u32 *)(r1 + r2) = 1", 1, 13, 1, "expected an offset such as + 0" },
	{ "r1 = *(u128 *)(r1 + 0)", 1, 8, 4, "expected s8, u8, s16, s32, u16, u32, ..., not 'u128'" },
	{ "r1 = map[ 5", 1, 11, 1, "expected fd, id or idx, not '5'" },
	{ "*(u8 *)(r1 + 0) = ", 1, 19, 1,
	  "expected a number, a register r0 to r10 or w0 to w10 before the end" },
	{ "r1 = r2 5", 1, 9, 1,
	  "unexpected '5' after the instruction; separate instructions by a new line or ';'" },
	/* of a name, a message has 28 bytes */
	{ "r1 = abcdefghijklmnopqrstuvwxyz01", 1, 6, 28,
	  "no constant 'abcdefghijklmnopqrstuvwxyz01' before this line" },
	{ "r1 = abcdefghijklmnopqrstuvwxyz012", 1, 6, 29,
	  "no constant 'abcdefghijklmnopqrstuvwxy...' before this line" },
	{ ".quad 1f", 1, 7, 2, "'1f' is not a number" },
	{ "r1 = 4 + 99999999999999999999", 1, 10, 20, "99999999999999999999 does not fit 64 bits" },
	{ "r1 = 4 + 1f", 1, 10, 2, "'1f' is not a number" },
	{ "r1 = 4 - FOO", 1, 10, 3, "no constant 'FOO' before this line" },
	{ ".set a, 1f", 1, 9, 2, "'1f' is not a number" },
	{ "goto 1f + 2", 1, 6, 2, "'1f' is not a number" },
	{ "r1 = 9223372036854775807 + 1 ll", 1, 6, 23,
	  "9223372036854775807 + 1 does not fit 64 bits" },
	{ "r1 = 18446744073709551615 + 1 ll", 1, 6, 24,
	  "18446744073709551615 + 1 does not fit 64 bits" },
	{ "r1 = 'xn'", 1, 6, 1, "''' is not a number" },
	{ "r1 = '\\q'", 1, 6, 1, "''' is not a number" },
	{ "r1 = '\\n", 1, 6, 1, "''' is not a number" },
	{ "if r0 == r11 goto +1", 1, 10, 3, "r11 is not a register; programs have r0 to r10" },
	{ "\tw12 = 1", 1, 2, 3, "w12 is not a register; programs have w0 to w10" },
	{ "r1 = r100", 1, 6, 4, "r100 is not a register; programs have r0 to r10" },
	{ "r1 = w2", 1, 6, 2, "expected a 64-bit register, r2, not w2" },
	{ "if w1 == r2 goto +1", 1, 10, 2, "expected a 32-bit register, w2, not r2" },
	{ "r1 = -r2", 1, 7, 2, "expected r1, not r2: both operands are the same register" },
	{ "r2 = le16 r3", 1, 11, 2, "expected r2, not r3: both operands are the same register" },
	{ "r3 = atomic_fetch_add((u64 *)(r1 + 0), r4)", 1, 40, 2,
	  "expected r3, not r4: both operands are the same register" },
	{ "r1 = cmpxchg_64(r1 + 0, r0, r3)", 1, 1, 2,
	  "expected r0, not r1: this instruction accepts no other register" },
	{ "r2 = *(u32 *)skb[4]", 1, 1, 2, "expected r0, not r2: this instruction accepts no other "
					  "register" },

	/* numbers */
	{ "r1 = 0x1ffffffff", 1, 6, 11,
	  "0x1ffffffff does not fit 32 bits; write r1 = NUMBER ll" },
	{ "r1 = 4294967296", 1, 6, 10, "4294967296 does not fit 32 bits; write r1 = NUMBER ll" },
	{ "r1 = -2147483649", 1, 6, 11,
	  "-2147483649 does not fit 32 bits; write r1 = NUMBER ll" },
	{ "r1 = 0xffffffff7fffffff", 1, 6, 18,
	  "0xffffffff7fffffff does not fit 32 bits; write r1 = NUMBER ll" },
	{ "if r1 > 0x1ffffffff goto +0", 1, 9, 11,
	  "0x1ffffffff does not fit 32 bits; write r1 = NUMBER ll" },
	{ "r1 += 0x1ffffffff", 1, 7, 11, "0x1ffffffff does not fit 32 bits; write r1 = NUMBER ll" },
	{ "w1 = 0x1ffffffff", 1, 6, 11, "0x1ffffffff does not fit 32 bits" },
	{ "if w1 > 0x1ffffffff goto +0", 1, 9, 11, "0x1ffffffff does not fit 32 bits" },
	{ "r0 = *(u8 *)skb[0x1ffffffff]", 1, 17, 11, "0x1ffffffff does not fit 32 bits" },
	{ "call 0x1ffffffff", 1, 6, 11, "0x1ffffffff does not fit 32 bits" },
	{ "r1 = map[fd:0x1ffffffff] ll", 1, 13, 11, "0x1ffffffff does not fit 32 bits" },
	{ ".quad 18446744073709551616", 1, 7, 20, "18446744073709551616 does not fit 64 bits" },
	{ ".long 0xg, 1", 1, 7, 3, "'0xg' is not a number" },
	{ "r1 = -9223372036854775809 ll", 1, 7, 19, "9223372036854775809 does not fit 64 bits" },
	{ "r1 = 18446744073709551616 ll", 1, 6, 20, "18446744073709551616 does not fit 64 bits" },
	{ "r1 = 12ab", 1, 6, 4, "'12ab' is not a number" },
	{ "r1 = 0x", 1, 6, 2, "'0x' is not a number" },
	{ "r1 = 08", 1, 6, 2, "'08' is not a number" },
	{ "r1 = 'ab'", 1, 6, 1, "''' is not a number" },
	{ "r1 = *(u32 *)(r2 + 32768)", 1, 18, 7,
	  "+ 32768 is out of range: an offset is -32768 to 32767" },
	{ "*(u8 *)(r2 - 32769) = 0", 1, 12, 7,
	  "- 32769 is out of range: an offset is -32768 to 32767" },
	{ "goto +32768", 1, 6, 6,
	  "+32768 is too far: a jump reaches -32768 to +32767, gotol reaches further" },
	{ "if r1 > 1 goto -32769", 1, 16, 6,
	  "-32769 is too far: a jump reaches -32768 to +32767, gotol reaches further" },
	{ "gotol 2147483648", 1, 7, 10,
	  "2147483648 is too far: expected -2147483648 to +2147483647" },
	{ "r1 = addr_space_cast(r2, 65536, 0)", 1, 26, 5,
	  "65536 is not an address space: expected 0 to 65535" },
	{ "r1 = *(u64 *)(r2 8)", 1, 18, 1, "expected '+' or '-' before 8" },
	{ "r1 = *(u64 *)(r2)", 1, 17, 1, "expected an offset such as + 0" },
	{ "r1 = map[fd:1][4]+8", 1, 16, 1, "expected 0, not 4: this instruction accepts no other "
					   "register" },

	/* words and shapes */
	{ "mv", 1, 1, 2, "'mv' does not begin an instruction" },
	{ "call", 1, 5, 1, "expected a helper, a label or pc+1" },

	/* the instruction syntax of other assemblers */
	{ "mov r1, r2", 1, 1, 3, "'mov' does not begin an instruction; write r1 = 5, r1 += r2, if "
	  "r1 > 5 goto out" },
	{ "add32 w1, 5", 1, 1, 5, "'add32' does not begin an instruction; write r1 = 5, r1 += r2, "
	  "if r1 > 5 goto out" },
	{ "stxdw [r10-8], r1", 1, 1, 5, "'stxdw' does not begin an instruction; write r1 = 5, r1 += "
	  "r2, if r1 > 5 goto out" },
	{ "BPF_MOV64_IMM(BPF_REG_0, 5),", 1, 1, 13, "'BPF_MOV64_IMM' is a C macro; write r1 = 5, r1 "
	  "+= r2, if r1 > 5 goto out" },
	{ "RAWBPF_LD_FUNC(1, 5)", 1, 1, 14, "'RAWBPF_LD_FUNC' is a C macro; write r1 = 5, r1 += r2, "
	  "if r1 > 5 goto out" },
	{ "b7 00 00 00 05 00 00 00", 1, 1, 2,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "07 00 00 00 05 00 00 00 ", 1, 1, 23,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "B700000005000000", 1, 1, 16,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "b70000000500000", 1, 1, 15, "'b70000000500000' does not begin an instruction" },
	{ "b7000000 05000000", 1, 1, 8,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "{0xb7, 0x00, 0, 0, 0x5, 0x00, 0x00, 0x00},", 1, 1, 1,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "exit; 0XB7 0X00 0X00 0X00 0X05 0X00 0X00 0X00; exit", 1, 7, 4,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "\"\\xb7\\x00\\x00\\x00\" \"\\x05\\x00\\x00\\x00\"", 1, 1, 18,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "{ 0x28, 0, 0, 0x0000000c },", 1, 1, 1,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "{ 0xb7, 0, 0, 0, 10, 0, 0, 0 }", 1, 1, 1,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "183,0,0,0,5,0,0,0", 1, 1, 3,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "0xb700000005000000", 1, 1, 18,
	  "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00" },
	{ "{ r1 = 5 }", 1, 1, 1, "unexpected '{'" },
	{ "prog.o: file format elf64-x86-64", 1, 9, 4, "'file' does not begin an instruction" },
	{ "Disassembly of section xdp", 1, 1, 11, "'Disassembly' does not begin an instruction" },
	{ "exit; Disassembly of section xdp:", 1, 7, 11, "'Disassembly' does not begin an instruction" },
	{ ".data\ncounter: .long 5\n.text\nr1 = counter ll\nexit", 4, 6, 7,
	  "'counter' is a label of a skipped section; expected a label" },
	{ ".data\nm: .long 5\n.text\nr1 = map m\nexit", 4, 10, 1,
	  "'m' is a label of a skipped section; expected a map" },
	{ "call f\nexit\n.section x\nf: .long 5", 1, 6, 1,
	  "'f' is a label of a skipped section; expected a label" },
	{ ".data\nn: .long 5\n.text\nr1 = n\nexit", 4, 6, 1,
	  "'n' is a label of a skipped section; expected a number or constant" },
	{ "add 5", 1, 1, 3, "'add' does not begin an instruction" },
	{ "exti", 1, 1, 4, "'exti' does not begin an instruction (did you mean 'exit'?)" },
	{ "lck *(u64 *)(r0 + 0) += r1", 1, 1, 3,
	  "'lck' does not begin an instruction (did you mean 'lock'?)" },
	{ "exit 5", 1, 6, 1,
	  "unexpected '5' after the instruction; separate instructions by a new line or ';'" },
	{ "r1 = 5 6", 1, 8, 1,
	  "unexpected '6' after the instruction; separate instructions by a new line or ';'" },
	{ "r1 = *(u64 *)(r2 + 0", 1, 21, 1, "expected ')' before the end" },
	{ "r1 = *(u64 *)(r2 + 0; exit", 1, 21, 1, "expected ')' before the end" },
	{ "w1 = *(u64 *)(r2 + 0)", 1, 8, 3, "expected u8, u16, u32, __arena or __probe, not 'u64'" },
	{ "if r1 = 5 goto +1", 1, 7, 1,
	  "expected '!=', '<=', '==', '>=', '&', '<', ..., not '='" },
	{ "r1 s 5", 1, 6, 1, "expected '%=', '/=' or '>>=', not '5'" },
	{ "if r1 == 5", 1, 11, 1, "expected goto before the end" },
	{ "goto", 1, 5, 1, "expected a label or an offset such as +1" },
	{ "goto r1", 1, 6, 2, "expected a label or an offset such as +1" },
	{ "call", 1, 5, 1, "expected a helper, a label or pc+1" },
	{ "r1 = map 5", 1, 10, 1, "'5' is not the name of a map" },
	{ "@", 1, 1, 1, "unexpected '@'" },
	{ "r1 = 1 \xff", 1, 8, 1, "unexpected '\\xff'" },
	{ "r1 = 1 /* and", 1, 8, 2, "this comment has no end; expected */" },
	{ "(07) r1 = 5", 1, 1, 4, "this instruction's opcode is b7, not 07" },

	/* names */
	{ "goto abcdf\nabxxf: exit\nabcde: exit\nabcff: exit\nabyyf: exit", 1, 6, 5,
	  "no label 'abcdf' in this program (did you mean 'abcde'?)" },
	{ "goto uot\nout: exit", 1, 6, 3, "no label 'uot' in this program (did you mean 'out'?)" },
	{ "goto nowhere\nout: exit", 1, 6, 7, "no label 'nowhere' in this program" },
	{ "a: exit\n  a: exit", 2, 3, 1, "'a' is a label already, defined on line 1" },
	{ ".set a 1\na: exit", 2, 1, 1, "'a' is a constant already, defined on line 1" },
	{ "r5: exit", 1, 1, 2, "'r5' cannot be a label" },
	{ "call map_lokup_elem", 1, 6, 14,
	  "no helper or label 'map_lokup_elem' in this program (did you mean 'map_lookup_elem'?)" },
	{ "call bpf_ktime_get_sn", 1, 6, 16,
	  "no helper or label 'bpf_ktime_get_sn' in this program (did you mean 'ktime_get_ns'?)" },
	{ "goto map_lookup_elem", 1, 6, 15, "no label 'map_lookup_elem' in this program" },
	{ "r1 = map cuonts\n.map counts hash 4 4 1", 1, 10, 6,
	  "no map 'cuonts' in this program (did you mean 'counts'?)" },
	{ ".set length 4\nr1 = lenght", 2, 6, 6,
	  "no constant 'lenght' before this line (did you mean 'length'?)" },
	{ "a: r1 = a", 1, 9, 1, "'a' is a label; expected a number or constant" },
	{ ".set SKIP 4\ngoto SKIP", 2, 6, 4,
	  "'SKIP' is a constant; expected a label (an offset has a sign)" },
	{ "a: r1 = map a", 1, 13, 1, "'a' is a label; expected a map" },

	/* directives */
	{ ".foo bar", 1, 1, 4, "'.foo' is not a directive; use .map, .set, .byte, .short, .long or "
			       ".quad" },
	{ ".map m hsh 4 4 1", 1, 8, 3,
	  "no map type 'hsh'; expected hash, array, ... or a number (did you mean 'hash'?)" },
	{ ".map sixteen_letters_ hash 4 4 1", 1, 6, 16,
	  "the name of a map has at most 15 characters" },
	{ ".map m hash 4 4", 1, 16, 1, "expected MAX_ENTRIES: "
	  ".map NAME TYPE KEY_SIZE VALUE_SIZE MAX_ENTRIES [FLAGS]" },
	{ ".map m hash 4 4 1 2 3", 1, 21, 1, "unexpected '3' after .map" },
	{ ".map", 1, 5, 1, "expected a name after .map" },
	{ ".set N", 1, 7, 1, "expected a number: .set NAME, VALUE" },
	{ ".set call 5", 1, 6, 4, "'call' is a word of the instructions and cannot name a constant" },
	{ ".set N 5 6", 1, 10, 1, "unexpected '6' after .set" },

	{ ".type kprobe", 1, 13, 1, "expected .type NAME,@function" },
	{ ".type f,@objec", 1, 9, 1, "expected .type NAME,@function" },
	{ ".type f,@objects", 1, 9, 1, "expected .type NAME,@function" },
	{ ".type f,function", 1, 9, 8, "expected .type NAME,@function" },
	{ ".loc 1 2 3 isa", 1, 12, 3, "expected .loc NUMBER LINE COLUMN" },
	{ ".loc 1 2 3 view +", 1, 12, 4, "expected .loc NUMBER LINE COLUMN" },
	{ ".loc 1 2 3 prologue_end 1", 1, 25, 1, "expected .loc NUMBER LINE COLUMN" },
	{ ".file 1 \"a\" md5 x", 1, 13, 3, "expected .file [NUMBER] \"STRING\"" },
	{ ".p2align 3, +", 1, 13, 1, "expected .p2align NUMBER" },
	{ ".p2align x", 1, 10, 1, "expected .p2align NUMBER" },
	{ ".section", 1, 9, 1, "expected a name: .section NAME,\"FLAGS\"" },
	{ ".section ,\"x\"", 1, 10, 1, "expected a name: .section NAME,\"FLAGS\"" },
	{ ".rodata 1", 1, 9, 1, "expected .rodata alone" },
	{ ".bss 1", 1, 6, 1, "expected .bss alone" },
	{ ".p2align 4", 1, 10, 1,
	  "instructions are aligned to 8 bytes; expected .p2align 3 or less" },
	{ ".addrsig_sym 5", 1, 14, 1, "expected .addrsig_sym NAME" },
	{ ".cfi_sections 5", 1, 15, 1, "expected .cfi_sections NAME" },
	{ ".cfi_endproc 1", 1, 14, 1, "expected .cfi_endproc" },
	{ ".type f,@fuction", 1, 9, 1, "expected .type NAME,@function" },
	{ ".type f,@function 1", 1, 19, 1, "expected .type NAME,@function" },
	{ ".globl", 1, 7, 1, "expected .globl NAME" },
	{ ".global 5", 1, 9, 1, "expected .global NAME" },
	{ ".weak r1", 1, 7, 2, "expected .weak NAME" },
	{ ".hidden a b", 1, 11, 1, "expected .hidden NAME" },
	{ ".local 'a'", 1, 8, 3, "expected .local NAME" },
	{ ".size f", 1, 8, 1, "expected .size NAME, END-NAME" },
	{ ".size f, *", 1, 10, 1, "expected .size NAME, END-NAME" },
	{ ".ident x", 1, 8, 1, "expected .ident \"STRING\"" },
	{ ".size f, g", 1, 10, 1, "expected .size NAME, END-NAME" },
	{ ".file +", 1, 7, 1, "expected .file [NUMBER] \"STRING\"" },
	{ ".file", 1, 6, 1, "expected .file [NUMBER] \"STRING\"" },
	{ ".file 5", 1, 8, 1, "expected .file [NUMBER] \"STRING\"" },
	{ ".file a", 1, 7, 1, "expected .file [NUMBER] \"STRING\"" },
	{ ".file \"a\" b", 1, 11, 1, "expected .file [NUMBER] \"STRING\"" },
	{ ".file 1 \"a\" md5", 1, 13, 3, "expected .file [NUMBER] \"STRING\"" },
	{ ".file 1 \"a\" \"b\" \"c\"", 1, 17, 3, "expected .file [NUMBER] \"STRING\"" },
	{ ".loc x", 1, 6, 1, "expected .loc NUMBER LINE COLUMN" },
	{ ".loc 1", 1, 7, 1, "expected .loc NUMBER LINE COLUMN" },
	{ ".loc 1 2 3 kprobe", 1, 12, 6, "expected .loc NUMBER LINE COLUMN" },
	{ ".loc 1 2 3 is_stmt", 1, 12, 7, "expected .loc NUMBER LINE COLUMN" },
	{ ".loc 1 2 3 4", 1, 12, 1, "expected .loc NUMBER LINE COLUMN" },
	{ ".addrsig x", 1, 10, 1, "expected .addrsig" },
	{ ".cfi_startproc 1", 1, 16, 1, "expected .cfi_startproc" },
	{ ".p2align", 1, 9, 1, "expected .p2align NUMBER" },
	{ ".p2align 3 3", 1, 12, 1, "expected .p2align NUMBER" },
	{ ".p2align 4", 1, 10, 1,
	  "instructions are aligned to 8 bytes; expected .p2align 3 or less" },
	{ ".text kprobe", 1, 7, 6, "expected .text alone" },
	{ ".data 1", 1, 7, 1, "expected .data alone" },
	{ ".section", 1, 9, 1, "expected a name: .section NAME,\"FLAGS\"" },
	{ "exit \"text\"", 1, 6, 6, "unexpected '\"text\"'" },
	{ ".ident \"text", 1, 8, 5, "expected .ident \"STRING\"" },

	/* data */
	{ ".byte", 1, 6, 1, "expected a number after .byte" },
	{ ".byte r1", 1, 7, 2, "expected a number after .byte" },
	{ ".quad 1,", 1, 9, 1, "expected a number after .quad" },
	{ ".quad 1 2", 1, 9, 1, "expected ',' or the end, not '2'" },
	{ ".quad x", 1, 7, 1, "no constant 'x' before this line" },
	{ ".byte 1,0,0,0,0,0,0,256", 1, 21, 3, "256 does not fit 8 bits" },
	{ ".short 0,0,0,-32769", 1, 14, 6, "-32769 does not fit 16 bits" },
	{ ".long 0,4294967296", 1, 9, 10, "4294967296 does not fit 32 bits" },
	{ ".byte 1,0,0,0,0,0,0\nexit", 1, 1, 5, "the data end inside a slot: 7 of 8 bytes" },
	{ ".quad 1\n.long 1", 2, 1, 5, "the data end inside a slot: 4 of 8 bytes" },
	{ ".long 1\nx: goto x", 1, 1, 5, "the data end inside a slot: 4 of 8 bytes" },
	{ ".quad 0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", 1, 40, 1,
	  "a line holds at most 16 numbers; begin another line" },

	/* listings */
	{ "5: (95) exit\n7: (95) exit", 2, 1, 1,
	  "the next instruction here is number 6, not 7; jumps would miss their targets" },

	{ "5: bf 12 00 00 00 00 00 00\tr2 = 0x3", 1, 4, 23,
	  "these bytes are 'r2 = r1', not the text of this line" },
	{ "5: b7 02 00 00 04 00 00 00\tr2 = 0x3", 1, 4, 23,
	  "these bytes are 'r2 = 0x4', not the text of this line" },
	{ "\t85 20 00 00 07 00 00 00\tcall pc+7", 1, 2, 23,
	  "these bytes are 'call kfunc[id:7]', not the text of this line" },
	{ "0: 61 12 04 00 00 00 00 00\tw2 = *(u32 *)(r1 + 0x8)", 1, 4, 23,
	  "these bytes are 'w2 = *(u32 *)(r1 + 0x4)', not the text of this line" },
	{ "0: 18 01 00 00 05 00 00 00\tr1 = 0x5 ll", 1, 4, 23,
	  "these bytes are 'invalid 18 01 00 00 05 00 00 00', not the text of this line" },
#define PSEUDO "0: 18 11 00 00 05 00 00 00 00 00 00 00 00 00 00 00\tld_pseudo "
#define NOT_PSEUDO "these bytes are 'r1 = map[fd:5] ll', not the text of this line"
	{ PSEUDO "r2, 0x1, 0x5", 1, 4, 47, NOT_PSEUDO },
	{ PSEUDO "r1, 0x2, 0x5", 1, 4, 47, NOT_PSEUDO },
	{ PSEUDO "r1, 0x1, 0x6", 1, 4, 47, NOT_PSEUDO },
	{ "0: b7 01 00 00 05 00 00 00\tld_pseudo r1, 0x0, 0x5", 1, 4, 23,
	  "these bytes are 'r1 = 0x5', not the text of this line" },
	{ "0: 40 10 00 00 05 00 00 00\tr0 = *(u32 *)skb[r1 + 4]", 1, 4, 23,
	  "these bytes are 'r0 = *(u32 *)skb[r1 + 0x5]', not the text of this line" },
	{ "0: 05 00 07 00 00 00 00 00\tgoto out\nout: exit", 1, 33, 3,
	  "'out' is 0 here; the bytes of this line say 7" },
	{ "0: 85 10 00 00 07 00 00 00\tcall out\nout: exit", 1, 33, 3,
	  "'out' is 0 here; the bytes of this line say 7" },
	{ "0: 85 00 00 00 07 00 00 00\tcall bpf_ktime_get_ns", 1, 33, 16,
	  "'bpf_ktime_get_ns' is 5 here; the bytes of this line say 7" },
	{ "<unknown>", 1, 1, 1, "'<' does not begin an instruction" },

	/* places: tabs are one column, comments have lines */
	{ "\t\t r1 = r11", 1, 9, 3, "r11 is not a register; programs have r0 to r10" },
	{ "exit /* \n\n */ r1", 3, 5, 2,
	  "unexpected 'r1' after the instruction; separate instructions by a new line or ';'" },
	{ "exit; exit\nexit ; r1 = r11\r\n", 2, 13, 3,
	  "r11 is not a register; programs have r0 to r10" },
};

START_TEST(error_has_its_place_and_message)
{
	struct rawbpf_text_error errors[ERRORS];
	struct rawbpf_text parser;
	char text[256];
	size_t length = strlen(cases[_i].text);
	int padding;

	/* The bytes behind the error, up to the text's end, change nothing. */
	memset(text, '\n', sizeof text);
	memcpy(text, cases[_i].text, length);
	for (padding = 0; padding <= 8; padding += padding ? 7 : 1) {
		parse(&parser, text, length + padding, errors, ERRORS);
		ck_assert_str_eq(errors[0].message, cases[_i].message);
		ck_assert_uint_eq(errors[0].line, cases[_i].line);
		ck_assert_uint_eq(errors[0].column, cases[_i].column);
		ck_assert_uint_eq(errors[0].width, cases[_i].width);
		ck_assert_uint_eq(parser.error_count, 1);
	}
}
END_TEST

/*
 * Each statement reports its own error, in the order of the places. The good statements assemble.
 */
static const char many[] = "goto uot\n"
			   "r1 = r11; exti; r2 = 5\n"
			   "if r0 == foo goto out\n"
			   "call nobody /* ( */ # ;\n"
			   "out: w1 = r2; (\n";

START_TEST(errors_are_all_found)
{
	static const unsigned places[][2] = { { 1, 6 }, { 2, 6 }, { 2, 11 }, { 3, 10 }, { 4, 6 },
					      { 5, 11 }, { 5, 15 } };
	struct rawbpf_text_error errors[ERRORS];
	struct rawbpf_text parser;
	unsigned max, i;

	for (max = 0; max <= ERRORS; max++) {
		parse(&parser, many, strlen(many), errors, max);
		ck_assert_uint_eq(parser.error_count, COUNT(places));
		for (i = 0; i < max && i < COUNT(places); i++) {
			ck_assert_uint_eq(errors[i].line, places[i][0]);
			ck_assert_uint_eq(errors[i].column, places[i][1]);
		}
		if (max > COUNT(places))
			ck_assert_int_eq(errors[COUNT(places)].message[0], 0x5a);
	}
}
END_TEST

START_TEST(any_bytes_have_an_answer)
{
	const unsigned size = unit_long() ? 1 << 20 : 1 << 17;
	struct rawbpf_text_error errors[ERRORS];
	struct rawbpf_text parser;
	char *text = malloc(size);
	unsigned i, fill;

	for (fill = 0; fill < 256; fill++) {
		if (strchr(" \t\r\v\f\n;#0", fill))	/* "r1 = 000" is valid */
			continue;
		memset(text, fill, size);
		memcpy(text, "r1 = ", 5);
		if (fill)	/* strchr() finds the 0 at the string's end, too */
			parse(&parser, text, size, errors, ERRORS);
		ck_assert_uint_eq(parser.error_count, fill ? 1 : 0);
	}
	for (i = 0; i < size; i++)
		text[i] = i * 2654435761u >> 13;
	parse(&parser, text, size, errors, ERRORS);
	ck_assert_uint_ge(parser.error_count, size >> 10);
	memset(text, 0, size);
	parse(&parser, text, size, errors, ERRORS);
	ck_assert_str_eq(errors[0].message, "unexpected '\\x00'");
	free(text);
}
END_TEST

START_TEST(no_text_but_errors_are_not_wanted)
{
	struct rawbpf_text_error none[1];
	struct rawbpf_text parser;

	parse(&parser, "exti\ngoto x", 11, none, 0);
	ck_assert_uint_eq(parser.error_count, 2);
}
END_TEST

/* ------------------------------------------------------------------- for a reader */

static void check_format(const char *file, const char *text, size_t length, const char *expected)
{
	struct rawbpf_text_error errors[ERRORS];
	struct rawbpf_text parser;
	char buffer[1024];
	size_t size, needed = strlen(expected);

	parse(&parser, text, length, errors, ERRORS);
	ck_assert_uint_eq(rawbpf_text_error_format(buffer, sizeof buffer, file, text, length, errors),
			  needed);
	ck_assert_str_eq(buffer, expected);
	for (size = 0; size < needed + 2; size++) {
		memset(buffer, 0x5a, sizeof buffer);
		ck_assert_uint_eq(rawbpf_text_error_format(buffer, size, file, text, length, errors),
				  needed);
		if (size)
			ck_assert_uint_eq(strlen(buffer), size <= needed ? size - 1 : needed);
		ck_assert_int_eq(buffer[size], 0x5a);
	}
}

START_TEST(an_error_is_shown_with_its_line)
{
	static const char text[] = "exit\n    if r0 == r11 goto out\nout: exit";
	static const char tabs[] = "\tr1\t= r12";
	static const char bytes[] = "r1 = \x1b[31m # \xc3\xa4";
	static const char nul[] = "r\0001";
	char wide[400], shown[600];

	check_format("drop.s", text, strlen(text),
		     "drop.s:2:14: error: r11 is not a register; programs have r0 to r10\n"
		     "    if r0 == r11 goto out\n"
		     "             ^~~\n");
	check_format(NULL, tabs, strlen(tabs),
		     "1:7: error: r12 is not a register; programs have r0 to r10\n"
		     "\tr1\t= r12\n"
		     "\t  \t  ^~~\n");
	check_format("a\nb", bytes, strlen(bytes),
		     "a\\x0ab:1:6: error: unexpected '\\x1b'\n"
		     "r1 = \\x1b[31m # \\xc3\\xa4\n"
		     "     ^~~~\n");
	check_format("x", nul, 3, "x:1:1: error: 'r' does not begin an instruction\n"
				  "r\\x001\n^\n");

	/* A long line is cut. */
	memset(wide, ' ', sizeof wide);
	memcpy(wide + 300, "exti", 4);
	snprintf(shown, sizeof shown, "x:1:301: error: 'exti' does not begin an instruction "
		 "(did you mean 'exit'?)\n...%100sexti%56s...\n   %100s^~~~\n", "", "", "");
	check_format("x", wide, sizeof wide, shown);
}
END_TEST

/* The place of an error at the text's end, or at a line that the text does not have. */
START_TEST(places_outside_the_text)
{
	struct rawbpf_text_error error = { .line = 7, .column = 9, .width = 3, .message = "x" };
	char buffer[64];

	rawbpf_text_error_format(buffer, sizeof buffer, "f", "one\ntwo", 7, &error);
	ck_assert_str_eq(buffer, "f:7:9: error: x\n");
	error.line = 2;
	rawbpf_text_error_format(buffer, sizeof buffer, "f", "one\ntwo", 7, &error);
	ck_assert_str_eq(buffer, "f:2:9: error: x\ntwo\n   ^\n");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, error_has_its_place_and_message, 0, COUNT(cases));
	tcase_add_test(tests, errors_are_all_found);
	tcase_add_test(tests, any_bytes_have_an_answer);
	tcase_add_test(tests, no_text_but_errors_are_not_wanted);
	tcase_add_test(tests, an_error_is_shown_with_its_line);
	tcase_add_test(tests, places_outside_the_text);
}

int main(void)
{
	return unit_run("parse_errors", add_tests);
}

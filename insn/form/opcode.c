/* SPDX-License-Identifier: MIT */
#include "opcode.h"
#include "../base/string.h"

RAWBPF__PRIVATE const char *rawbpf__operation_name(const struct bpf_insn *insn)
{
	static const char alu[] =
		"ADD\0SUB\0MUL\0DIV\0OR\0AND\0LSH\0RSH\0NEG\0MOD\0XOR\0MOV\0ARSH\0TO_LE\0\0";
	static const char jump[] =
		"JA\0JEQ\0JGT\0JGE\0JSET\0JNE\0JSGT\0JSGE\0CALL\0EXIT\0JLT\0JLE\0JSLT\0JSLE\0"
		"JCOND\0";
	unsigned class = insn->code & 7;

	if (class == BPF_JMP || class == BPF_JMP32)
		return rawbpf__nth(jump, insn->code >> 4);
	if (class == BPF_STX)
		return rawbpf__nth(alu, insn->imm >> 4 & 15);
	if (insn->code == (BPF_ALU | BPF_END | BPF_TO_BE))
		return "TO_BE";
	return rawbpf__nth(alu, insn->code >> 4);
}

RAWBPF__PRIVATE const char *rawbpf__size_name(unsigned code)
{
	return rawbpf__nth("W\0H\0B\0DW", code >> 3 & 3);
}

RAWBPF__PRIVATE const char *rawbpf__class_name(unsigned code)
{
	return rawbpf__nth("LD\0LDX\0ST\0STX\0ALU\0JMP\0JMP32\0ALU64", code & 7);
}

RAWBPF__PRIVATE const char *rawbpf__mode_name(unsigned code)
{
	static const char loads[] = "IMM\0ABS\0IND\0MEM\0MEMSX\0\0\0";
	static const char others[] =
		"\0PROBE_MEM\0PROBE_MEMSX\0MEM\0MEMSX\0PROBE_MEM32\0PROBE_MEM32SX\0PROBE_ATOMIC";
	unsigned class = code & 7, mode = code >> 5 & 7;
	const char *name = rawbpf__nth(class == BPF_LD ? loads : others, mode);

	if (class == BPF_STX && mode == BPF_ATOMIC >> 5)
		name = "ATOMIC";
	else if (class == BPF_ST && mode == BPF_ATOMIC >> 5)
		name = "NOSPEC";
	return *name ? name : NULL;
}

/* SPDX-License-Identifier: MIT */
#include "names.h"

RAWBPF__PRIVATE const char *rawbpf__operation_name(const struct bpf_insn *insn)
{
	static const char alu[16][6] = {
		"ADD", "SUB", "MUL", "DIV", "OR", "AND", "LSH", "RSH",
		"NEG", "MOD", "XOR", "MOV", "ARSH", "TO_LE", "", ""
	};
	static const char jump[16][6] = {
		"JA", "JEQ", "JGT", "JGE", "JSET", "JNE", "JSGT", "JSGE",
		"CALL", "EXIT", "JLT", "JLE", "JSLT", "JSLE", "JCOND", ""
	};
	unsigned class = insn->code & 7;

	if (class == BPF_JMP || class == BPF_JMP32)
		return jump[insn->code >> 4];
	if (class == BPF_STX)
		return alu[insn->imm >> 4 & 15];
	if (insn->code == (BPF_ALU | BPF_END | BPF_TO_BE))
		return "TO_BE";
	return alu[insn->code >> 4];
}

RAWBPF__PRIVATE const char *rawbpf__size_name(unsigned code)
{
	static const char sizes[4][3] = { "W", "H", "B", "DW" };

	return sizes[code >> 3 & 3];
}

RAWBPF__PRIVATE const char *rawbpf__class_name(unsigned code)
{
	static const char classes[8][6] = {
		"LD", "LDX", "ST", "STX", "ALU", "JMP", "JMP32", "ALU64"
	};

	return classes[code & 7];
}

RAWBPF__PRIVATE const char *rawbpf__mode_name(unsigned code)
{
	static const char modes[8][7] = { "IMM", "ABS", "IND", "MEM", "MEMSX", "", "ATOMIC", "" };
	const char *name = modes[code >> 5 & 7];

	return *name ? name : NULL;
}

/* SPDX-License-Identifier: MIT */
/* Lesson 5. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "5. Jumps: offsets count from the next instruction",
		"A jump has an offset: so many slots from the instruction behind the jump. In a\n"
		"text you write a label, a name in front of an instruction, and the assembler\n"
		"counts. A jump back makes a loop, and the verifier must see that it ends. This\n"
		"program adds 1 + 2 + ... + 8.\n");

	static const char text[] =
		"r0 = 0\n"
		"r1 = 8\n"
		"again:\n"
		"r0 += r1\n"
		"r1 -= 1\n"
		"if r1 != 0 goto again\n"
		"exit\n";
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_MOV64_IMM(BPF_REG_1, 8),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1),
		BPF_ALU64_IMM(BPF_SUB, BPF_REG_1, 1),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_1, 0, -3),
		BPF_EXIT_INSN(),
	};

	learn_expect("1 + 2 + ... + 8", learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)), 36);
	return 0;
}

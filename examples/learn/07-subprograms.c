/* SPDX-License-Identifier: MIT */
/*
 * Lesson 7: subprograms. A program may call its own functions. Eight frames may nest, the program's
 * own among them (16 on Linux 7.3). Each has an r10 of its own, and they share the 512 bytes of stack.
 * The functions are part of the same array, behind the main one, and the call's immediate says how
 * far, as a jump's offset does.
 */
#include "learn.h"

int main(void)
{
	static const char text[] =
		"r1 = 6\n"
		"call square\n"
		"r0 += 6\n"
		"exit\n"
		"square:\n"
		"r0 = r1\n"
		"r0 *= r1\n"
		"exit\n";
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_1, 6),
		BPF_CALL_REL(2),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 6),
		BPF_EXIT_INSN(),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_1),
		BPF_ALU64_REG(BPF_MUL, BPF_REG_0, BPF_REG_1),
		BPF_EXIT_INSN(),
	};

	learn_title("7. Subprograms: functions of one's own");
	learn_expect("6 * 6 + 6", learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)), 42);
	return 0;
}

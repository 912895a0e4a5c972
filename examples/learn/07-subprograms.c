/* SPDX-License-Identifier: MIT */
/*
 * Lesson 7: subprograms. A program may call its own functions. Eight frames may nest, including the
 * main function's (16 on Linux 7.3). Each frame has its own r10; together they may use 512 bytes of
 * stack. The functions follow the main function in the same array. The immediate of the call
 * counts slots, as the offset of a jump does.
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

	learn_title("7. Subprograms: the program's own functions");
	learn_expect("6 * 6 + 6", learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)), 42);
	return 0;
}

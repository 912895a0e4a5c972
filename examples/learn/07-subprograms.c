/* SPDX-License-Identifier: MIT */
/* Lesson 7. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "7. Subprograms: the program's own functions",
		"A program may call its own functions. They stand behind the main function, in\n"
		"the same row of instructions. The immediate of the call counts slots, as the\n"
		"offset of a jump does.\n"
		"\n"
		"A function that runs has a frame: a part of the stack. Eight frames may nest,\n"
		"including the main function's (16 on Linux 7.3). Each has its own r10;\n"
		"together they may use 512 bytes of stack.\n");

	static const char text[] =
		"r1 = 6\n"
		"call square              # 2 slots further\n"
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

	learn_expect("6 * 6 + 6", learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)), 42);
	return 0;
}

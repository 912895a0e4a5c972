/* SPDX-License-Identifier: MIT */
/* Lesson 1. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "1. The exit code: r0 at the end",
		"A program is a row of instructions. An instruction takes 8 bytes, one slot; a\n"
		"few take two. A program computes in registers: r0 to r10, of 64 bits each.\n"
		"When it ends, r0 is its result.\n"
		"\n"
		"The bytes of an instruction: the operation, the registers (two halves of a\n"
		"byte), an offset of 2 bytes, and a number of 4 bytes, the immediate. Here it\n"
		"is 42, 2a in hexadecimal.\n"
		"\n"
		"Before the kernel runs a program, a part of it reads the program: the\n"
		"verifier. This part keeps out what could do harm, and rejects one that leaves\n"
		"r0 uninitialised.\n"
		"\n"
		"You need no kernel here: a machine in this process runs the lessons. With -k,\n"
		"and as root, the kernel runs them.\n");

	static const char text[] =
		"r0 = 42\n"
		"exit\n";
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 42),
		BPF_EXIT_INSN(),
	};

	learn_expect("r0", learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)), 42);
	return 0;
}

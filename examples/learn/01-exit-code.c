/* SPDX-License-Identifier: MIT */
/* Lesson 1. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "1. The exit code: r0 at the end",
		"BPF programs are small programs that run inside of the kernel, the core of the\n"
		"operating system: for each packet, or each call of a function, for example.\n"
		"\n"
		"A program is a row of instructions. An instruction takes 8 bytes, one slot; a\n"
		"few take two. A program computes in registers, places for a number of 64 bits\n"
		"each: r0 to r10. When it ends, r0 is its result.\n"
		"\n"
		"The bytes of an instruction, from left to right: which operation it is; two\n"
		"registers, each in half of a byte; an offset of 2 bytes; and a number of 4\n"
		"bytes, the immediate. Here it is 42, 2a in hexadecimal. Numbers begin with\n"
		"their lowest byte (on s390x with their highest).\n"
		"\n"
		"You write an instruction as text, or as a C macro, a word that the C compiler\n"
		"replaces. Each of both makes the bytes beside it. Behind # stands a comment.\n"
		"\n"
		"Before the kernel runs a program, a part of it reads the program: the\n"
		"verifier. This part keeps out what could do harm, and rejects a program that\n"
		"ends before it has stored a number in r0.\n"
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

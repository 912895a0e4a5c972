/* SPDX-License-Identifier: MIT */
/*
 * Lesson 1: the smallest program. When a program ends, r0 holds its result. The verifier, which
 * reads each program before it runs, rejects one that leaves r0 uninitialised.
 */
#include "learn.h"

int main(void)
{
	static const char text[] =
		"r0 = 42\n"
		"exit\n";
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 42),
		BPF_EXIT_INSN(),
	};

	learn_title("1. The exit code: r0 at the end");
	learn_expect("the kernel ran it, r0", learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)),
		     42);
	return 0;
}

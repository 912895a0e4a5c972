/* SPDX-License-Identifier: MIT */
/* Lesson 2. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "2. Registers: 64 bits, and their lower halves",
		"w0 to w10 are the lower halves of r0 to r10. An instruction on w registers\n"
		"sets the upper half to 0. An immediate has 32 bits, so a 64-bit instruction\n"
		"extends it by its sign: -1 sets all 64 bits. (r1 >>= 32 moves the bits of r1\n"
		"32 places to the right.)\n");

	static const char text[] =
		"r1 = -1          # all 64 bits set\n"
		"w2 = -1          # the lower 32, the upper 0\n"
		"r1 -= r2         # 0xffffffff00000000\n"
		"r1 >>= 32\n"
		"r0 = r1\n"
		"exit\n";
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_1, -1),
		BPF_MOV32_IMM(BPF_REG_2, -1),
		BPF_ALU64_REG(BPF_SUB, BPF_REG_1, BPF_REG_2),
		BPF_ALU64_IMM(BPF_RSH, BPF_REG_1, 32),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_1),
		BPF_EXIT_INSN(),
	};

	learn_expect("the upper half of r1 - w2", learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)),
		     0xffffffff);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* Lesson 8. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "8. Atomics: read, change and write in one step",
		"Several CPUs may write the same value at once. An atomic instruction reads,\n"
		"changes and writes it in one step: no other CPU comes in between. With fetch\n"
		"it also returns the old value (Linux 5.12).\n");

	static const char text[] =
		"r1 = 40\n"
		"*(u64 *)(r10 - 8) = r1\n"
		"r1 = 2\n"
		"lock *(u64 *)(r10 - 8) += r1         # 42\n"
		"r2 = 1\n"
		"# now 43, and r2 is what was before, 42:\n"
		"r2 = atomic_fetch_add((u64 *)(r10 - 8), r2)\n"
		"r0 = r2\n"
		"exit\n";
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_1, 40),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8),
		BPF_MOV64_IMM(BPF_REG_1, 2),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_10, BPF_REG_1, -8),
		BPF_MOV64_IMM(BPF_REG_2, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_10, BPF_REG_2, -8),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_2),
		BPF_EXIT_INSN(),
	};

	learn_expect("the value before the second addition",
		     learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)), 42);
	return 0;
}

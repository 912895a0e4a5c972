/* SPDX-License-Identifier: MIT */
/* Lesson 3. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "3. The stack: 512 bytes below r10",
		"A program keeps what has no room in registers on its stack: 512 bytes of\n"
		"memory. r10 points to the stack's end, so all offsets are negative.\n"
		"*(u64 *)(r10 - 8) is the memory at 8 bytes below r10, as C writes it: u64 says\n"
		"that it is a number of 8 bytes, u32 of 4. An instruction with it on the left\n"
		"stores, one with it on the right loads. Addresses must be multiples of the\n"
		"size.\n"
		"\n"
		"Read only bytes that you have written: what others hold is not defined. The\n"
		"verifier rejects a read of these before Linux 6.3, and later if the process\n"
		"that brings the program lacks a privilege, CAP_PERFMON.\n");

	static const char text[] =
		"r1 = 7\n"
		"*(u64 *)(r10 - 8) = r1       # store\n"
		"*(u32 *)(r10 - 16) = 35\n"
		"r0 = *(u64 *)(r10 - 8)       # load\n"
		"w1 = *(u32 *)(r10 - 16)\n"
		"r0 += r1\n"
		"exit\n";
	static const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_1, 7),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -8),
		BPF_ST_MEM(BPF_W, BPF_REG_10, -16, 35),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8),
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_10, -16),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1),
		BPF_EXIT_INSN(),
	};

	learn_expect("7 and 35, stored, loaded and added",
		     learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)), 42);
	return 0;
}

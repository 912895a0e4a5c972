/* SPDX-License-Identifier: MIT */
/* Lesson 6. It explains itself: run it. */
#include "learn.h"

int main(int argc, char **argv)
{
	learn_begin(argc, argv, "6. Helpers: r1 to r5 go in, r0 comes out",
		"r1 to r5 are the arguments of a helper, and have no value after the call. r0\n"
		"is the result. r6 to r9 keep their values.\n"
		"\n"
		"When a program starts, r1 points to its context: a struct that tells it what\n"
		"happened. The context of this program describes a packet, and begins with the\n"
		"packet's length. skb_load_bytes copies bytes of the packet to the stack.\n"
		"\n"
		"This program is a socket filter: it looks at what a process receives from the\n"
		"network. It does not see the first 14 bytes, the header of Ethernet: of the 64\n"
		"bytes 0, 1, 2 ... 63 it gets 50, and the first one is 14.\n");

	static const char text[] =
		"r6 = r1                  # kept over the call\n"
		"r2 = 0                   # from byte 0\n"
		"r3 = r10\n"
		"r3 += -8                 # to the stack\n"
		"r4 = 1                   # one byte\n"
		"call skb_load_bytes      # 0, or < 0: an error\n"
		"w0 = *(u8 *)(r10 - 8)    # that byte\n"
		"w1 = *(u32 *)(r6 + 0)    # the packet's length\n"
		"r0 += r1\n"
		"exit\n";
	static const struct bpf_insn insns[] = {
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_MOV64_IMM(BPF_REG_2, 0),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8),
		BPF_MOV64_IMM(BPF_REG_4, 1),
		BPF_EMIT_CALL(BPF_FUNC_skb_load_bytes),
		BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_10, -8),
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_6, 0),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1),
		BPF_EXIT_INSN(),
	};

	learn_expect("the packet's first byte and its length",
		     learn_run(learn_load(text, insns, RAWBPF_COUNT(insns), NULL)), 14 + 50);
	return 0;
}

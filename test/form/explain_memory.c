/* SPDX-License-Identifier: MIT */
/* The pages of loads, stores and atomic operations, in every size. */
#include <string.h>

#include <rawbpf.h>

#include "../unit.h"

static const struct {
	struct bpf_insn insn;
	const char *words;
} pages[] = {
	{ BPF_LDX_MEM(BPF_B, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Load the byte at r2 + 4 into r1. The bits above become 0.\n"
	  "  as C     r1 = *(u8 *)(r2 + 4)\n" },
	{ BPF_STX_MEM(BPF_B, BPF_REG_1, BPF_REG_2, -4),
	  "  does     Store the low 8 bits of r2 to the byte at r1 - 4.\n"
	  "  as C     *(u8 *)(r1 - 4) = r2\n" },
	{ BPF_ST_MEM(BPF_B, BPF_REG_1, 4, 5),
	  "  does     Store 5 to the byte at r1 + 4.\n"
	  "  as C     *(u8 *)(r1 + 4) = 5\n" },
	{ BPF_ST_MEM(BPF_B, BPF_REG_1, 4, -5),
	  "  does     Store -5 (0xfb, its low 8 bits) to the byte at r1 + 4.\n"
	  "  as C     *(u8 *)(r1 + 4) = -5\n" },
	{ BPF_LDX_MEMSX(BPF_B, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Load the byte at r2 + 4 into r1, sign-extended to 64 bits.\n"
	  "  as C     r1 = (s64)*(s8 *)(r2 + 4)\n" },
	{ BPF_LD_ABS(BPF_B, 4),
	  "  does     Load the byte at byte 4 of the packet into r0, in host order,\n"
	  "           zero-extended. r6 must hold the context; r1 to r5 are lost. A load\n"
	  "           past the packet's end ends the program with 0. Deprecated: read\n"
	  "           through data and data_end, or call bpf_skb_load_bytes.\n"
	  "  as C     r0 = ntoh(*(u8 *)(packet + 4))\n" },
	{ BPF_LD_IND(BPF_B, BPF_REG_1, 4),
	  "  does     Load the byte at byte r1 + 4 of the packet into r0, in host order,\n"
	  "           zero-extended. r6 must hold the context; r1 to r5 are lost. A load\n"
	  "           past the packet's end ends the program with 0. Deprecated: read\n"
	  "           through data and data_end, or call bpf_skb_load_bytes. Only the lower\n"
	  "           half of r1 counts.\n"
	  "  as C     r0 = ntoh(*(u8 *)(packet + (s32)(r1 + 4)))\n" },
	{ BPF_LDX_MEM(BPF_H, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Load the 2 bytes at r2 + 4 into r1. The bits above become 0.\n"
	  "  as C     r1 = *(u16 *)(r2 + 4)\n" },
	{ BPF_STX_MEM(BPF_H, BPF_REG_1, BPF_REG_2, -4),
	  "  does     Store the low 16 bits of r2 to the 2 bytes at r1 - 4.\n"
	  "  as C     *(u16 *)(r1 - 4) = r2\n" },
	{ BPF_ST_MEM(BPF_H, BPF_REG_1, 4, 5),
	  "  does     Store 5 to the 2 bytes at r1 + 4.\n"
	  "  as C     *(u16 *)(r1 + 4) = 5\n" },
	{ BPF_ST_MEM(BPF_H, BPF_REG_1, 4, -5),
	  "  does     Store -5 (0xfffb, its low 16 bits) to the 2 bytes at r1 + 4.\n"
	  "  as C     *(u16 *)(r1 + 4) = -5\n" },
	{ BPF_LDX_MEMSX(BPF_H, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Load the 2 bytes at r2 + 4 into r1, sign-extended to 64 bits.\n"
	  "  as C     r1 = (s64)*(s16 *)(r2 + 4)\n" },
	{ BPF_LD_ABS(BPF_H, 4),
	  "  does     Load the 2 bytes at byte 4 of the packet into r0, in host order,\n"
	  "           zero-extended. r6 must hold the context; r1 to r5 are lost. A load\n"
	  "           past the packet's end ends the program with 0. Deprecated: read\n"
	  "           through data and data_end, or call bpf_skb_load_bytes.\n"
	  "  as C     r0 = ntoh(*(u16 *)(packet + 4))\n" },
	{ BPF_LD_IND(BPF_H, BPF_REG_1, 4),
	  "  does     Load the 2 bytes at byte r1 + 4 of the packet into r0, in host order,\n"
	  "           zero-extended. r6 must hold the context; r1 to r5 are lost. A load\n"
	  "           past the packet's end ends the program with 0. Deprecated: read\n"
	  "           through data and data_end, or call bpf_skb_load_bytes. Only the lower\n"
	  "           half of r1 counts.\n"
	  "  as C     r0 = ntoh(*(u16 *)(packet + (s32)(r1 + 4)))\n" },
	{ BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Load the 4 bytes at r2 + 4 into r1. The bits above become 0.\n"
	  "  as C     r1 = *(u32 *)(r2 + 4)\n" },
	{ BPF_STX_MEM(BPF_W, BPF_REG_1, BPF_REG_2, -4),
	  "  does     Store the low 32 bits of r2 to the 4 bytes at r1 - 4.\n"
	  "  as C     *(u32 *)(r1 - 4) = r2\n" },
	{ BPF_ST_MEM(BPF_W, BPF_REG_1, 4, 5),
	  "  does     Store 5 to the 4 bytes at r1 + 4.\n"
	  "  as C     *(u32 *)(r1 + 4) = 5\n" },
	{ BPF_ST_MEM(BPF_W, BPF_REG_1, 4, -5),
	  "  does     Store -5 to the 4 bytes at r1 + 4.\n"
	  "  as C     *(u32 *)(r1 + 4) = -5\n" },
	{ BPF_LDX_MEMSX(BPF_W, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Load the 4 bytes at r2 + 4 into r1, sign-extended to 64 bits.\n"
	  "  as C     r1 = (s64)*(s32 *)(r2 + 4)\n" },
	{ BPF_LD_ABS(BPF_W, 4),
	  "  does     Load the 4 bytes at byte 4 of the packet into r0, in host order,\n"
	  "           zero-extended. r6 must hold the context; r1 to r5 are lost. A load\n"
	  "           past the packet's end ends the program with 0. Deprecated: read\n"
	  "           through data and data_end, or call bpf_skb_load_bytes.\n"
	  "  as C     r0 = ntoh(*(u32 *)(packet + 4))\n" },
	{ BPF_LD_IND(BPF_W, BPF_REG_1, 4),
	  "  does     Load the 4 bytes at byte r1 + 4 of the packet into r0, in host order,\n"
	  "           zero-extended. r6 must hold the context; r1 to r5 are lost. A load\n"
	  "           past the packet's end ends the program with 0. Deprecated: read\n"
	  "           through data and data_end, or call bpf_skb_load_bytes. Only the lower\n"
	  "           half of r1 counts.\n"
	  "  as C     r0 = ntoh(*(u32 *)(packet + (s32)(r1 + 4)))\n" },
	{ BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Load the 8 bytes at r2 + 4 into r1.\n"
	  "  as C     r1 = *(u64 *)(r2 + 4)\n" },
	{ BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_2, -4),
	  "  does     Store r2 to the 8 bytes at r1 - 4.\n"
	  "  as C     *(u64 *)(r1 - 4) = r2\n" },
	{ BPF_ST_MEM(BPF_DW, BPF_REG_1, 4, 5),
	  "  does     Store 5 to the 8 bytes at r1 + 4.\n"
	  "  as C     *(u64 *)(r1 + 4) = 5\n" },
	{ BPF_ST_MEM(BPF_DW, BPF_REG_1, 4, -5),
	  "  does     Store -5 to the 8 bytes at r1 + 4.\n"
	  "  as C     *(u64 *)(r1 + 4) = -5\n" },
	{ BPF_ST_MEM(BPF_B, BPF_REG_1, 4, 255),
	  "  does     Store 255 to the byte at r1 + 4.\n"
	  "  as C     *(u8 *)(r1 + 4) = 255\n" },
	{ BPF_ST_MEM(BPF_B, BPF_REG_1, 4, 256),
	  "  does     Store 256 (0x0, its low 8 bits) to the byte at r1 + 4.\n"
	  "  as C     *(u8 *)(r1 + 4) = 256\n" },
	{ BPF_ST_MEM(BPF_H, BPF_REG_1, 4, 65535),
	  "  does     Store 65535 to the 2 bytes at r1 + 4.\n"
	  "  as C     *(u16 *)(r1 + 4) = 65535\n" },
	{ BPF_ST_MEM(BPF_H, BPF_REG_1, 4, 65536),
	  "  does     Store 65536 (0x0, its low 16 bits) to the 2 bytes at r1 + 4.\n"
	  "  as C     *(u16 *)(r1 + 4) = 65536\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_ADD, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically add the lower half of r2 to the 4 bytes at r1 + 4.\n"
	  "  as C     atomic_add((u32 *)(r1 + 4), (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically add r2 to the 8 bytes at r1 + 4.\n"
	  "  as C     atomic_add((u64 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_AND, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically keep only the bits of the lower half of r2 in the 4 bytes\n"
	  "           at r1 + 4.\n"
	  "  as C     atomic_and((u32 *)(r1 + 4), (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_AND, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically keep only the bits of r2 in the 8 bytes at r1 + 4.\n"
	  "  as C     atomic_and((u64 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_OR, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically set the bits of the lower half of r2 in the 4 bytes at r1\n"
	  "           + 4.\n"
	  "  as C     atomic_or((u32 *)(r1 + 4), (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_OR, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically set the bits of r2 in the 8 bytes at r1 + 4.\n"
	  "  as C     atomic_or((u64 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_XOR, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically flip the bits of the lower half of r2 in the 4 bytes at r1\n"
	  "           + 4.\n"
	  "  as C     atomic_xor((u32 *)(r1 + 4), (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_XOR, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically flip the bits of r2 in the 8 bytes at r1 + 4.\n"
	  "  as C     atomic_xor((u64 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_XCHG, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically store the lower half of r2 to the 4 bytes at r1 + 4. r2\n"
	  "           becomes the old value, zero-extended.\n"
	  "  as C     r2 = atomic_xchg((u32 *)(r1 + 4), (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_XCHG, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically store r2 to the 8 bytes at r1 + 4. r2 becomes the old\n"
	  "           value.\n"
	  "  as C     r2 = atomic_xchg((u64 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_CMPXCHG, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically compare the 4 bytes at r1 + 4 with the lower half of r0;\n"
	  "           if they are equal, store the lower half of r2 there. In both cases r0\n"
	  "           becomes the old value, zero-extended.\n"
	  "  as C     r0 = atomic_cmpxchg((u32 *)(r1 + 4), (u32)r0, (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_CMPXCHG, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically compare the 8 bytes at r1 + 4 with r0; if they are equal,\n"
	  "           store r2 there. In both cases r0 becomes the old value.\n"
	  "  as C     r0 = atomic_cmpxchg((u64 *)(r1 + 4), r0, r2)\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_ADD | BPF_FETCH, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically add the lower half of r2 to the 4 bytes at r1 + 4. r2\n"
	  "           becomes the old value, zero-extended.\n"
	  "  as C     r2 = atomic_fetch_add((u32 *)(r1 + 4), (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically add r2 to the 8 bytes at r1 + 4. r2 becomes the old value.\n"
	  "  as C     r2 = atomic_fetch_add((u64 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_AND | BPF_FETCH, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically keep only the bits of the lower half of r2 in the 4 bytes\n"
	  "           at r1 + 4. r2 becomes the old value, zero-extended.\n"
	  "  as C     r2 = atomic_fetch_and((u32 *)(r1 + 4), (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_AND | BPF_FETCH, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically keep only the bits of r2 in the 8 bytes at r1 + 4. r2\n"
	  "           becomes the old value.\n"
	  "  as C     r2 = atomic_fetch_and((u64 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_OR | BPF_FETCH, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically set the bits of the lower half of r2 in the 4 bytes at r1\n"
	  "           + 4. r2 becomes the old value, zero-extended.\n"
	  "  as C     r2 = atomic_fetch_or((u32 *)(r1 + 4), (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_OR | BPF_FETCH, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically set the bits of r2 in the 8 bytes at r1 + 4. r2 becomes\n"
	  "           the old value.\n"
	  "  as C     r2 = atomic_fetch_or((u64 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_W, BPF_XOR | BPF_FETCH, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically flip the bits of the lower half of r2 in the 4 bytes at r1\n"
	  "           + 4. r2 becomes the old value, zero-extended.\n"
	  "  as C     r2 = atomic_fetch_xor((u32 *)(r1 + 4), (u32)r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_XOR | BPF_FETCH, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Atomically flip the bits of r2 in the 8 bytes at r1 + 4. r2 becomes\n"
	  "           the old value.\n"
	  "  as C     r2 = atomic_fetch_xor((u64 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_B, BPF_LOAD_ACQ, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Load the byte at r2 + 4 into r1, zero-extended, before all memory\n"
	  "           accesses that follow.\n"
	  "  as C     r1 = load_acquire((u8 *)(r2 + 4))\n" },
	{ BPF_ATOMIC_OP(BPF_B, BPF_STORE_REL, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Store the low 8 bits of r2 to the byte at r1 + 4, after all memory\n"
	  "           accesses that precede.\n"
	  "  as C     store_release((u8 *)(r1 + 4), r2)\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_LOAD_ACQ, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Load the 8 bytes at r2 + 4 into r1, before all memory accesses that\n"
	  "           follow.\n"
	  "  as C     r1 = load_acquire((u64 *)(r2 + 4))\n" },
	{ BPF_ATOMIC_OP(BPF_DW, BPF_STORE_REL, BPF_REG_1, BPF_REG_2, 4),
	  "  does     Store r2 to the 8 bytes at r1 + 4, after all memory accesses that\n"
	  "           precede.\n"
	  "  as C     store_release((u64 *)(r1 + 4), r2)\n" },
};

START_TEST(test_words)
{
	const struct bpf_insn insns[2] = { pages[_i].insn };
	char text[4096];
	const char *does;

	rawbpf_insn_explain(text, sizeof text, insns, 2, RAWBPF_LITTLE_ENDIAN, 0, NULL);
	does = strstr(text, "  does ");
	ck_assert_ptr_nonnull(does);
	ck_assert_msg(strncmp(does, pages[_i].words, strlen(pages[_i].words)) == 0, "%s", does);
	ck_assert_int_eq(strncmp(does + strlen(pages[_i].words), "  macro ", 8), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_words, 0, RAWBPF_COUNT(pages));
}

int main(void)
{
	return unit_run("explain_memory", add_tests);
}

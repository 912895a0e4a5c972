/* SPDX-License-Identifier: MIT */
/*
 * Instructions as text, in three dialects, in examples that a person can read. test/form/llvm.sh
 * and test/form/live_form.c compare every form with LLVM and the kernel.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/insn.h>
#include <rawbpf/form.h>

#include "forms.h"
#include "../unit.h"

enum { UNTOUCHED = 0x5a };

static const struct example {
	struct bpf_insn insns[3];
	const char *llvm, *kernel, *c;	/* c NULL: the macro as written here */
	const char *source;
} examples[] = {
#define EXAMPLE(LLVM, KERNEL, C, ...) { { __VA_ARGS__ }, LLVM, KERNEL, C, #__VA_ARGS__ }
	EXAMPLE("r2 += -0x4", "(07) r2 += -4", NULL,
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4)),
	EXAMPLE("w10 s%= w0", "(9c) w10 s%= w0", NULL,
		BPF_ALU32_REG_OFF(BPF_MOD, BPF_REG_10, BPF_REG_0, 1)),
	EXAMPLE("r1 = (s32)r2", "(bf) r1 = (s32)r2", NULL,
		BPF_MOVSX64_REG(BPF_REG_1, BPF_REG_2, 32)),
	EXAMPLE("w3 = -w3", "(84) w3 = -w3", NULL, BPF_ALU32_IMM(BPF_NEG, BPF_REG_3, 0)),
	EXAMPLE("r1 = be16 r1", "(dc) r1 = be16 r1", "BPF_ENDIAN(BPF_TO_BE, BPF_REG_1, 16)",
		BPF_ENDIAN(BPF_TO_BE, BPF_REG_1, 16)),
	EXAMPLE("r1 = bswap64 r1", "(d7) r1 = bswap64 r1", NULL, BPF_BSWAP(BPF_REG_1, 64)),
	EXAMPLE("w1 = *(u32 *)(r10 - 0x8)", "(61) r1 = *(u32 *)(r10 -8)", NULL,
		BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_10, -8)),
	EXAMPLE("r1 = *(s8 *)(r2 + 0x0)", "(91) r1 = *(s8 *)(r2 +0)", NULL,
		BPF_LDX_MEMSX(BPF_B, BPF_REG_1, BPF_REG_2, 0)),
	EXAMPLE("*(u64 *)(r10 - 0x8000) = -0x80000000", "(7a) *(u64 *)(r10 -32768) = -2147483648",
		NULL, BPF_ST_MEM(BPF_DW, BPF_REG_10, -32768, -2147483648)),
	EXAMPLE("if r0 s> -0x5 goto +0x7", "(65) if r0 s> 0xfffffffb goto pc+7", NULL,
		BPF_JMP_IMM(BPF_JSGT, BPF_REG_0, -5, 7)),
	EXAMPLE("if w1 & w2 goto -0x1", "(4e) if w1 & w2 goto pc-1", NULL,
		BPF_JMP32_REG(BPF_JSET, BPF_REG_1, BPF_REG_2, -1)),
	EXAMPLE("goto +0x0", "(05) goto pc+0", NULL, BPF_JMP_A(0)),
	EXAMPLE("gotol -0x80000000", "(06) gotol pc-2147483648", NULL, BPF_JMP32_A(-2147483648)),
	EXAMPLE("may_goto +0x3", "(e5) may_goto pc+3", NULL, RAWBPF_MAY_GOTO(3)),
	EXAMPLE("gotox r3", "(0d) gotox r3", NULL, RAWBPF_GOTOX(BPF_REG_3)),
	EXAMPLE("call 0x1", "(85) call bpf_map_lookup_elem#1", NULL,
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem)),
	/* The last helper that the oldest headers name, and the next one. */
	EXAMPLE("call 0x9b", "(85) call bpf_redirect_peer#155", NULL,
		BPF_EMIT_CALL(BPF_FUNC_redirect_peer)),
	EXAMPLE("call 0x9c", "(85) call bpf_task_storage_get#156",
		"BPF_EMIT_CALL(156 /* task_storage_get */)", BPF_EMIT_CALL(156)),
	EXAMPLE("call 0xd3", "(85) call bpf_cgrp_storage_delete#211",
		"BPF_EMIT_CALL(211 /* cgrp_storage_delete */)", BPF_EMIT_CALL(211)),
	EXAMPLE("call 0x3e7", "(85) call unknown#999", NULL, BPF_EMIT_CALL(999)),
	EXAMPLE("call pc-0x5", "(85) call pc-5", NULL, BPF_CALL_REL(-5)),
	EXAMPLE("call kfunc[id:1234]", "(85) call kernel-function#1234", NULL,
		BPF_CALL_KFUNC(0, 1234)),
	EXAMPLE("call kfunc[id:1234][idx:2]", "(85) call kernel-function#1234", NULL,
		BPF_CALL_KFUNC(2, 1234)),
	EXAMPLE("exit", "(95) exit", NULL, BPF_EXIT_INSN()),
	EXAMPLE("lock *(u32 *)(r1 + 0x8) ^= w2", "(c3) lock *(u32 *)(r1 +8) ^= r2", NULL,
		BPF_ATOMIC_OP(BPF_W, BPF_XOR, BPF_REG_1, BPF_REG_2, 8)),
	EXAMPLE("r2 = atomic_fetch_add((u64 *)(r1 + 0x8), r2)",
		"(db) r2 = atomic64_fetch_add((u64 *)(r1 +8), r2)", NULL,
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_1, BPF_REG_2, 8)),
	EXAMPLE("w0 = cmpxchg32_32(r1 - 0x4, w0, w2)",
		"(c3) r0 = atomic_cmpxchg((u32 *)(r1 -4), r0, r2)", NULL,
		BPF_ATOMIC_OP(BPF_W, BPF_CMPXCHG, BPF_REG_1, BPF_REG_2, -4)),
	EXAMPLE("store_release((u16 *)(r1 + 0x0), w2)",
		"(cb) store_release((u16 *)(r1 +0), r2)", NULL,
		BPF_ATOMIC_OP(BPF_H, BPF_STORE_REL, BPF_REG_1, BPF_REG_2, 0)),
	EXAMPLE("r1 = 0x1122334455667788 ll", "(18) r1 = 0x1122334455667788", NULL,
		BPF_LD_IMM64(BPF_REG_1, 0x1122334455667788)),
	EXAMPLE("r1 = -0x8000000000000000 ll", "(18) r1 = 0x8000000000000000", NULL,
		BPF_LD_IMM64(BPF_REG_1, 0x8000000000000000)),
	EXAMPLE("r1 = map[fd:5] ll", "(18) r1 = map[fd:5]", NULL, BPF_LD_MAP_FD(BPF_REG_1, 5)),
	EXAMPLE("r1 = map[fd:5][0]+8 ll", "(18) r1 = map[fd:5][0]+8", NULL,
		BPF_LD_MAP_VALUE(BPF_REG_1, 5, 8)),
	EXAMPLE("r1 = map[idx:0] ll", "(18) r1 = map[idx:0]", NULL,
		RAWBPF_LD_MAP_IDX(BPF_REG_1, 0)),
	EXAMPLE("r1 = map[idx:1][0]+4294967295 ll", "(18) r1 = map[idx:1][0]+4294967295", NULL,
		RAWBPF_LD_MAP_IDX_VALUE(BPF_REG_1, 1, -1)),
	EXAMPLE("r1 = var[id:77] ll", "(18) r1 = var[id:77]", NULL,
		RAWBPF_LD_BTF_ID(BPF_REG_1, 77, 0)),
	EXAMPLE("r1 = var[id:77][fd:3] ll", "(18) r1 = var[id:77][fd:3]", NULL,
		RAWBPF_LD_BTF_ID(BPF_REG_1, 77, 3)),
	EXAMPLE("r1 = subprog[+0x5] ll", "(18) r1 = subprog[+5]", NULL,
		RAWBPF_LD_FUNC(BPF_REG_1, 5)),
	EXAMPLE("r0 = *(u16 *)skb[0xc]", "(28) r0 = *(u16 *)skb[12]", NULL,
		BPF_LD_ABS(BPF_H, 12)),
	EXAMPLE("r0 = *(u8 *)skb[r3]", "(50) r0 = *(u8 *)skb[r3 + 0]", NULL,
		BPF_LD_IND(BPF_B, BPF_REG_3, 0)),
	EXAMPLE("r0 = *(u8 *)skb[r3 + -0x2]", "(50) r0 = *(u8 *)skb[r3 + -2]", NULL,
		BPF_LD_IND(BPF_B, BPF_REG_3, -2)),
	EXAMPLE("r1 = addr_space_cast(r2, 0x0, 0x1)", "(bf) r1 = addr_space_cast(r2, 0, 1)", NULL,
		RAWBPF_ADDR_SPACE_CAST(BPF_REG_1, BPF_REG_2, 0, 1)),
	EXAMPLE("r1 = &(void __percpu *)(r2)", "(bf) r1 = &(void __percpu *)(r2)", NULL,
		BPF_MOV64_PERCPU_REG(BPF_REG_1, BPF_REG_2)),
	EXAMPLE("nospec", "(c2) nospec", NULL, BPF_ST_NOSPEC()),
	EXAMPLE("callx r4", "(8d) callx r4", NULL, RAWBPF_CALLX(BPF_REG_4)),
	/* An instruction that no kernel loads has a text, but no macro. */
	EXAMPLE("r1 <<= 0x40", "(67) r1 <<= 64", "BPF_RAW_INSN(0x67, 1, 0, 0, 64)",
		BPF_RAW_INSN(0x67, 1, 0, 0, 64)),
	EXAMPLE("invalid", "invalid", NULL, BPF_RAW_INSN(0xff, 1, 2, -3, 4)),
	EXAMPLE("invalid", "invalid", NULL, BPF_RAW_INSN(0x07, 13, 0, 0, 4)),
	/* Loaded programs contain instructions that only the verifier writes. */
	EXAMPLE("r11 += 0x4", "(07) r11 += 4", NULL, BPF_RAW_INSN(0x07, 11, 0, 0, 4)),
	EXAMPLE("w12 = w6", "(bc) w12 = w6", "BPF_RAW_INSN(0xbc, 12, 6, 0, 0)",
		BPF_RAW_INSN(0xbc, 12, 6, 0, 0)),
	EXAMPLE("if r1 > r11 goto +0x2", "(2d) if r1 > r11 goto pc+2", NULL,
		BPF_RAW_INSN(0x2d, 1, 11, 2, 0)),
	EXAMPLE("w2 = zext(w2)", "(bc) w2 = zext(w2)", "BPF_MOV32_RAW(BPF_X, BPF_REG_2, BPF_REG_2, 1)",
		BPF_ZEXT_REG(BPF_REG_2)),
	EXAMPLE("call subprog[+0x8][1]", "(85) call subprog[pc+8][1]", "BPF_RAW_INSN(0x85, 0, 1, 8, 1)",
		BPF_RAW_INSN(0x85, 0, 1, 8, 1)),
	EXAMPLE("w1 = *(__probe u32 *)(r2 + 0x8)", "(21) r1 = *(__probe u32 *)(r2 +8)",
		"BPF_RAW_INSN(0x21, 1, 2, 8, 0)", BPF_RAW_INSN(0x21, 1, 2, 8, 0)),
	EXAMPLE("r1 = *(__probe u64 *)(r2 + 0x8)", "(39) r1 = *(__probe u64 *)(r2 +8)",
		"BPF_RAW_INSN(0x39, 1, 2, 8, 0)", BPF_RAW_INSN(0x39, 1, 2, 8, 0)),
	EXAMPLE("r1 = *(__probe s8 *)(r2 + 0x8)", "(51) r1 = *(__probe s8 *)(r2 +8)",
		"BPF_RAW_INSN(0x51, 1, 2, 8, 0)", BPF_RAW_INSN(0x51, 1, 2, 8, 0)),
	EXAMPLE("w1 = *(__arena u16 *)(r2 + 0x8)", "(a9) r1 = *(__arena u16 *)(r2 +8)",
		"BPF_RAW_INSN(0xa9, 1, 2, 8, 0)", BPF_RAW_INSN(0xa9, 1, 2, 8, 0)),
	EXAMPLE("*(__arena u8 *)(r1 + 0x8) = 0x7", "(b2) *(__arena u8 *)(r1 +8) = 7",
		"BPF_RAW_INSN(0xb2, 1, 0, 8, 7)", BPF_RAW_INSN(0xb2, 1, 0, 8, 7)),
	EXAMPLE("*(__arena u64 *)(r1 + 0x8) = r11", "(bb) *(__arena u64 *)(r1 +8) = r11",
		"BPF_RAW_INSN(0xbb, 1, 11, 8, 0)", BPF_RAW_INSN(0xbb, 1, 11, 8, 0)),
	EXAMPLE("r1 = *(__arena s32 *)(r2 + 0x8)", "(c1) r1 = *(__arena s32 *)(r2 +8)",
		"BPF_RAW_INSN(0xc1, 1, 2, 8, 0)", BPF_RAW_INSN(0xc1, 1, 2, 8, 0)),
	EXAMPLE("lock *(__arena u32 *)(r1 + 0x8) |= w2", "(e3) lock *(__arena u32 *)(r1 +8) |= r2",
		"BPF_RAW_INSN(0xe3, 1, 2, 8, 64)", BPF_RAW_INSN(0xe3, 1, 2, 8, 64)),
	EXAMPLE("r2 = atomic_fetch_add((__arena u64 *)(r1 + 0x8), r2)",
		"(fb) r2 = atomic64_fetch_add((__arena u64 *)(r1 +8), r2)",
		"BPF_RAW_INSN(0xfb, 1, 2, 8, 1)", BPF_RAW_INSN(0xfb, 1, 2, 8, 1)),
	EXAMPLE("w0 = atomic_cmpxchg((__arena u32 *)(r1 + 0x8), w0, w2)",
		"(e3) w0 = atomic_cmpxchg((__arena u32 *)(r1 +8), w0, w2)",
		"BPF_RAW_INSN(0xe3, 1, 2, 8, 241)", BPF_RAW_INSN(0xe3, 1, 2, 8, 241)),
	EXAMPLE("w1 = load_acquire((__arena u16 *)(r2 + 0x8))",
		"(eb) r1 = load_acquire((__arena u16 *)(r2 +8))",
		"BPF_RAW_INSN(0xeb, 1, 2, 8, 256)", BPF_RAW_INSN(0xeb, 1, 2, 8, 256)),
	EXAMPLE("r2 = subprog[+0x22][3] ll", "(18) r2 = subprog[+34][3]",
		"BPF_LD_IMM64_RAW_FULL(BPF_REG_2, 4, 0, 0, 34, 3)",
		BPF_LD_IMM64_RAW_FULL(2, 4, 0, 0, 34, 3)),
	EXAMPLE("invalid", "invalid", NULL, BPF_RAW_INSN(0x00, 0, 0, 0, 4)),
};

static const char *text_of(const struct example *example, enum rawbpf_dialect dialect)
{
	static char text[256];
	unsigned slots = 0;
	size_t length;

	length = rawbpf_insn_format(text, sizeof(text), example->insns, 2, dialect, NULL, &slots);
	ck_assert_uint_eq(length, strlen(text));
	ck_assert_uint_eq(slots, example->insns[0].code == 0x18 ? 2 : 1);
	return text;
}

START_TEST(test_examples)
{
	const struct example *example = &examples[_i];

	if (!strcmp(example->llvm, "invalid")) {
		const unsigned char *b = (const unsigned char *)example->insns;
		char bytes[64];

		sprintf(bytes, "invalid %02x %02x %02x %02x %02x %02x %02x %02x", b[0], b[1], b[2],
			b[3], b[4], b[5], b[6], b[7]);
		ck_assert_str_eq(text_of(example, RAWBPF_LLVM), bytes);
		ck_assert_str_eq(text_of(example, RAWBPF_KERNEL), bytes);
	} else {
		ck_assert_str_eq(text_of(example, RAWBPF_LLVM), example->llvm);
		ck_assert_str_eq(text_of(example, RAWBPF_KERNEL), example->kernel);
	}
	ck_assert_str_eq(text_of(example, RAWBPF_C), example->c ? example->c : example->source);
}
END_TEST

/*
 * Any size, also 0: the text is cut to fit and terminated, nothing is written behind, and the full
 * length returned.
 */
START_TEST(test_truncation)
{
	const struct example *example = &examples[_i];

	for (int dialect = RAWBPF_LLVM; dialect <= RAWBPF_C; dialect++) {
		const char *whole = text_of(example, dialect);
		size_t length = strlen(whole);

		for (size_t size = 0; size < length + 3; size++) {
			char buffer[256];

			memset(buffer, UNTOUCHED, sizeof(buffer));
			ck_assert_uint_eq(rawbpf_insn_format(buffer, size, example->insns, 2,
							     dialect, NULL, NULL), length);
			if (size) {
				size_t kept = size <= length ? size - 1 : length;

				ck_assert_int_eq(strncmp(buffer, whole, kept), 0);
				ck_assert_int_eq(buffer[kept], 0);
			}
			ck_assert_int_eq(buffer[size], UNTOUCHED);
		}
	}
}
END_TEST

static void labelled(const struct bpf_insn *insns, enum rawbpf_dialect dialect, const char *text)
{
	char buffer[256];

	rawbpf_insn_format(buffer, sizeof(buffer), insns, 2, dialect, "out", NULL);
	ck_assert_str_eq(buffer, text);
}

/* In dialects with labels, an existing label stands for the offset. */
START_TEST(test_labels)
{
	const struct bpf_insn jump[2] = { BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 1, 5) };
	const struct bpf_insn far[2] = { BPF_JMP32_A(5) }, call[2] = { BPF_CALL_REL(5) };
	const struct bpf_insn func[2] = { RAWBPF_LD_FUNC(BPF_REG_2, 5) };
	const struct bpf_insn other[2] = { BPF_MOV64_IMM(BPF_REG_0, 5) };
	char buffer[1024], name[600];

	labelled(jump, RAWBPF_LLVM, "if r0 == 0x1 goto out");
	labelled(jump, RAWBPF_KERNEL, "(15) if r0 == 0x1 goto out");
	labelled(jump, RAWBPF_C, "BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 1, 5)");
	labelled(far, RAWBPF_LLVM, "gotol out");
	labelled(call, RAWBPF_LLVM, "call out");
	labelled(call, RAWBPF_KERNEL, "(85) call out");
	labelled(func, RAWBPF_LLVM, "r2 = subprog[out] ll");
	labelled(other, RAWBPF_LLVM, "r0 = 0x5");
	/* Labels have any length. */
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	ck_assert_uint_eq(rawbpf_insn_format(buffer, sizeof(buffer), far, 1, RAWBPF_LLVM, name,
					     NULL), sizeof("gotol ") - 1 + sizeof(name) - 1);
	ck_assert_uint_eq(rawbpf_insn_format(buffer, 10, far, 1, RAWBPF_LLVM, name, NULL),
			  sizeof("gotol ") - 1 + sizeof(name) - 1);
	ck_assert_str_eq(buffer, "gotol xxx");
}
END_TEST

/* Half of a 64-bit load, and no instruction at all. */
START_TEST(test_too_few)
{
	const struct bpf_insn load[2] = { BPF_LD_IMM64(BPF_REG_1, 1) };
	unsigned slots = 9;
	char text[64];

	ck_assert_uint_gt(rawbpf_insn_format(text, sizeof(text), load, 1, RAWBPF_LLVM, NULL,
					     &slots), 0);
	ck_assert_int_eq(strncmp(text, "invalid ", 8), 0);
	ck_assert_uint_eq(slots, 1);
	rawbpf_insn_format(text, sizeof(text), load, 0, RAWBPF_LLVM, NULL, &slots);
	ck_assert_str_eq(text, "invalid");
	ck_assert_uint_eq(rawbpf_insn_format(NULL, 0, load, 2, RAWBPF_C, NULL, NULL),
			  strlen("BPF_LD_IMM64(BPF_REG_1, 0x1)"));
}
END_TEST

/*
 * Any room: the text is cut to fit and terminated, nothing is written behind, and the full length
 * returned.
 */
START_TEST(test_label_in_any_room)
{
	const struct bpf_insn jump[] = { BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 1, 5) };
	char label[201] = "", whole[256]; /* a label longer than any line without one */
	size_t length;

	memset(label, 'x', sizeof(label) - 1);
	length = (size_t)sprintf(whole, "if r0 == 0x1 goto %s", label);
	for (size_t size = 0; size < 512; size++) {
		size_t kept = size > length ? length : size ? size - 1 : 0;
		char text[520];

		memset(text, 0x5a, sizeof(text));
		ck_assert_uint_eq(rawbpf_insn_format(text, size, jump, 1, RAWBPF_LLVM, label, NULL),
				  length);
		ck_assert_mem_eq(text, whole, kept);
		if (size)
			ck_assert_int_eq(text[kept], 0);
		for (size_t i = size; i < sizeof(text); i++)
			ck_assert_int_eq(text[i], 0x5a);
	}
}
END_TEST

/* Assert that the form's line does not depend on where it is written. */
static void same_in_any_place(const struct rawbpf__form *form, const struct bpf_insn *insns,
			      unsigned slots, void *longest)
{
	(void)form;
	for (int dialect = RAWBPF_LLVM; dialect <= RAWBPF_C; dialect++) {
		char large[256], small[127];
		size_t length;

		length = rawbpf_insn_format(large, sizeof(large), insns, slots, dialect, NULL, NULL);
		expect(rawbpf_insn_format(small, sizeof(small), insns, slots, dialect, NULL,
					  NULL) == length);
		expect(!strcmp(large, small));
		if (length > *(size_t *)longest)
			*(size_t *)longest = length;
	}
}

START_TEST(test_every_form)
{
	size_t longest = 0;

	forms_each(same_in_any_place, &longest);
	ck_assert_uint_lt(longest, 100);
}
END_TEST

/* Text of random bytes. */
START_TEST(test_random_bytes)
{
	unsigned long long state = 88172645463325252;
	union { unsigned long long words[2]; struct bpf_insn insns[2]; } any;
	unsigned valid = 0;

	for (unsigned i = 0; i < 1000000; i++) {
		char text[256];

		for (unsigned w = 0; w < 2; w++) {
			state ^= state << 13;
			state ^= state >> 7;
			state ^= state << 17;
			any.words[w] = state;
		}
		if (i & 1)	/* so that more of them are valid */
			any.words[0] &= 0xff3f00000000777f;
		for (int dialect = RAWBPF_LLVM; dialect <= RAWBPF_C; dialect++) {
			size_t length = rawbpf_insn_format(text, sizeof(text), any.insns, 1 + i % 2,
							   dialect, NULL, NULL);

			expect(length && length < 100 && !text[length]);
		}
		valid += !rawbpf_insn_check(any.insns, 1, NULL);
	}
	ck_assert_uint_gt(valid, 1000);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_examples, 0, FORMS_COUNT(examples));
	tcase_add_loop_test(tests, test_truncation, 0, FORMS_COUNT(examples));
	tcase_add_test(tests, test_labels);
	tcase_add_test(tests, test_label_in_any_room);
	tcase_add_test(tests, test_too_few);
	tcase_add_test(tests, test_every_form);
	tcase_add_test(tests, test_random_bytes);
}

int main(void)
{
	return unit_run("format", add_tests);
}

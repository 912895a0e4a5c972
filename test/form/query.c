/* SPDX-License-Identifier: MIT */
/* Query instructions: is one valid, which kernel has it, what are its bytes in either order. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/insn.h>
#include <rawbpf/form.h>

#include "forms.h"
#include "../unit.h"

#define K(MAJOR, MINOR) ((MAJOR) << 8 | (MINOR))

static const struct {
	struct bpf_insn insns[2];
	const char *reason;
} invalid[] = {
	{ { BPF_RAW_INSN(0xff, 0, 0, 0, 0) }, "no instruction has this opcode" },
	{ { BPF_RAW_INSN(0x00, 0, 0, 0, 5) }, "opcode 0 is only the second half" },
	{ { BPF_ALU64_IMM(BPF_ADD, 11, 5) }, "dst is not a register" },
	{ { BPF_ALU64_REG(BPF_ADD, 0, 15) }, "src is not a register" },
	{ { BPF_RAW_INSN(0x07, 0, 1, 0, 5) }, "src must be 0" },
	{ { BPF_RAW_INSN(0x07, 0, 0, 1, 5) }, "off must be 0" },
	{ { BPF_RAW_INSN(0x0f, 0, 1, 0, 5) }, "imm must be 0" },
	{ { BPF_RAW_INSN(0x95, 1, 0, 0, 0) }, "dst must be 0" },
	{ { BPF_RAW_INSN(0x3f, 1, 2, 2, 0) }, "this instruction has no variant with this off" },
	{ { BPF_MOVSX64_REG(1, 2, 24) }, "this instruction has no variant with this off" },
	{ { BPF_MOVSX32_REG(1, 2, 32) }, "this instruction has no variant with this off" },
	{ { BPF_ENDIAN(BPF_TO_BE, 1, 8) }, "this instruction does not allow this imm" },
	{ { BPF_ATOMIC_OP(BPF_DW, BPF_SUB, 1, 2, 0) }, "this instruction does not allow this imm" },
	{ { BPF_ATOMIC_OP(BPF_B, BPF_ADD, 1, 2, 0) }, "this instruction does not allow this imm" },
	{ { BPF_ALU64_IMM(BPF_DIV, 1, 0) }, "the divisor must not be 0" },
	{ { BPF_ALU32_IMM_OFF(BPF_MOD, 1, 0, 1) }, "the divisor must not be 0" },
	{ { BPF_ALU64_IMM(BPF_LSH, 1, 64) }, "a 64-bit shift must be" },
	{ { BPF_ALU32_IMM(BPF_ARSH, 1, 32) }, "a 32-bit shift must be" },
	{ { BPF_ALU32_IMM(BPF_RSH, 1, -1) }, "a 32-bit shift must be" },
	{ { BPF_RAW_INSN(0x85, 0, 3, 0, 1) }, "this instruction has no kind with this src" },
	{ { BPF_CALL_KFUNC(-1, 1) }, "off is an index" },
	{ { RAWBPF_ADDR_SPACE_CAST(1, 2, 1, 1) }, "imm must be 1 or 0x10000" },
	{ { BPF_LD_IMM64_RAW_FULL(1, 7, 0, 0, 1, 0) }, "this instruction has no kind with this src" },
	{ { BPF_LD_IMM64_RAW_FULL(1, 1, 0, 0, 1, 1) }, "imm of the second half must be 0" },
	{ { BPF_LD_IMM64_RAW_FULL(1, 0, 0, 1, 1, 1) }, "all of a 64-bit load's second half" },
	{ { BPF_LD_IMM64_RAW_FULL(1, 0, 1, 0, 1, 1) }, "off must be 0" },
	{ { BPF_ZEXT_REG(1) }, "no kernel loads" },
	{ { BPF_MOV64_PERCPU_REG(1, 2) }, "no kernel loads" },
	{ { BPF_ST_NOSPEC() }, "no kernel loads" },
	{ { RAWBPF_CALLX(1) }, "no kernel loads" },
};

START_TEST(test_invalid)
{
	const char *reason = NULL;

	ck_assert_int_eq(rawbpf_insn_check(invalid[_i].insns, 2, &reason), -EINVAL);
	ck_assert_msg(reason && !strncmp(reason, invalid[_i].reason, strlen(invalid[_i].reason)),
		      "\"%s\" instead of \"%s\"", reason, invalid[_i].reason);
	ck_assert_int_eq(rawbpf_insn_check(invalid[_i].insns, 2, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_insn_kernel_find(invalid[_i].insns, 2), -EINVAL);
}
END_TEST

START_TEST(test_too_few)
{
	static const struct bpf_insn load[2] = { BPF_LD_IMM64(1, 1) };
	const char *reason = NULL;

	ck_assert_int_eq(rawbpf_insn_check(load, 0, &reason), -EINVAL);
	ck_assert_str_eq(reason, "the instruction is missing");
	ck_assert_int_eq(rawbpf_insn_check(load, 1, &reason), -EINVAL);
	ck_assert_str_eq(reason, "the second half of the 64-bit load is missing");
	ck_assert_int_eq(rawbpf_insn_check(load, 2, &reason), 0);
	ck_assert_int_eq(rawbpf_prog_kernel_find(load, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_kernel_find(load, 1), -EINVAL);
}
END_TEST

static const struct {
	int kernel;
	struct bpf_insn insns[2];
} kernels[] = {
	{ K(3, 18), { BPF_MOV64_IMM(0, 0) } },
	{ K(3, 18), { BPF_STX_XADD(BPF_W, 1, 2, 0) } },
	{ K(3, 19), { BPF_LD_ABS(BPF_W, 0) } },
	{ K(4, 14), { BPF_JMP_IMM(BPF_JLT, 0, 0, 0) } },
	{ K(4, 16), { BPF_CALL_REL(3) } },
	{ K(5, 1), { BPF_JMP32_REG(BPF_JNE, 0, 1, 0) } },
	{ K(5, 2), { BPF_LD_MAP_VALUE(1, 3, 0) } },
	{ K(5, 12), { BPF_ATOMIC_OP(BPF_DW, BPF_XOR, 1, 2, 0) } },
	{ K(5, 12), { BPF_ATOMIC_OP(BPF_DW, BPF_ADD | BPF_FETCH, 1, 2, 0) } },
	{ K(5, 13), { BPF_CALL_KFUNC(0, 1) } },
	{ K(5, 16), { BPF_CALL_KFUNC(1, 1) } },
	{ K(6, 6), { BPF_BSWAP(1, 16) } },
	{ K(6, 9), { RAWBPF_MAY_GOTO(1) } },
	{ K(6, 15), { BPF_ATOMIC_OP(BPF_B, BPF_LOAD_ACQ, 1, 2, 0) } },
	{ K(6, 19), { RAWBPF_GOTOX(1) } },
	{ K(3, 19), { BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem) } },
	{ K(4, 1), { BPF_EMIT_CALL(BPF_FUNC_ktime_get_ns) } },
	{ K(5, 8), { BPF_EMIT_CALL(BPF_FUNC_ringbuf_output) } },
	{ K(3, 18), { BPF_EMIT_CALL(100000) } },
};

START_TEST(test_kernels)
{
	ck_assert_int_eq(rawbpf_insn_kernel_find(kernels[_i].insns, 2), kernels[_i].kernel);
}
END_TEST

/*
 * The newest of a program's instructions decides. Loops are 5.3, more than 4096 instructions 5.2.
 */
START_TEST(test_program_kernel)
{
	static struct bpf_insn program[4097];
	const struct bpf_insn loop[] = {
		BPF_LD_IMM64(BPF_REG_1, 10),
		BPF_ALU64_IMM(BPF_SUB, BPF_REG_1, 1),
		BPF_JMP_IMM(BPF_JNE, BPF_REG_1, 0, -2),
		BPF_EXIT_INSN(),
	};
	struct bpf_insn once[RAWBPF_COUNT(loop)];

	memcpy(once, loop, sizeof(loop));
	ck_assert_int_eq(rawbpf_prog_kernel_find(loop, RAWBPF_COUNT(loop)), K(5, 3));
	once[3].off = 0;
	ck_assert_int_eq(rawbpf_prog_kernel_find(once, RAWBPF_COUNT(loop)), K(3, 18));
	once[2] = BPF_BSWAP(BPF_REG_1, 16);
	ck_assert_int_eq(rawbpf_prog_kernel_find(once, RAWBPF_COUNT(loop)), K(6, 6));
	once[2].imm = 17;
	ck_assert_int_eq(rawbpf_prog_kernel_find(once, RAWBPF_COUNT(loop)), -EINVAL);
	for (unsigned i = 0; i < 4097; i++)
		program[i] = BPF_MOV64_IMM(BPF_REG_0, 0);
	ck_assert_int_eq(rawbpf_prog_kernel_find(program, 4096), K(3, 18));
	ck_assert_int_eq(rawbpf_prog_kernel_find(program, 4097), K(5, 2));
	ck_assert_int_eq(rawbpf_prog_kernel_find(program, 1000001), -EINVAL);
}
END_TEST

START_TEST(test_bytes)
{
	static const unsigned char little[8] = { 0x1f, 0xa3, 0xfe, 0xff, 0x44, 0x33, 0x22, 0x11 };
	static const unsigned char big[8] = { 0x1f, 0x3a, 0xff, 0xfe, 0x11, 0x22, 0x33, 0x44 };
	static const enum rawbpf_byte_order orders[] = { RAWBPF_LITTLE_ENDIAN, RAWBPF_BIG_ENDIAN };
	const struct bpf_insn insn = BPF_RAW_INSN(0x1f, 3, 10, -2, 0x11223344);
	struct bpf_insn read;
	unsigned char bytes[8];

	for (unsigned i = 0; i < 2; i++) {
		const unsigned char *expected = i ? big : little;

		memset(&read, 0, sizeof(read));
		rawbpf_insn_write(bytes, &insn, orders[i]);
		ck_assert_mem_eq(bytes, expected, 8);
		rawbpf_insn_read(&read, expected, orders[i]);
		ck_assert_mem_eq(&read, &insn, sizeof(insn));
	}
	rawbpf_insn_write(bytes, &insn, RAWBPF_HOST_ORDER);
	ck_assert_mem_eq(bytes, &insn, sizeof(insn));
	rawbpf_insn_read(&read, &insn, RAWBPF_HOST_ORDER);
	ck_assert_mem_eq(&read, &insn, sizeof(insn));
	/* Convert in place. */
	memcpy(&read, big, sizeof(read));
	rawbpf_insn_read(&read, &read, RAWBPF_BIG_ENDIAN);
	ck_assert_mem_eq(&read, &insn, sizeof(insn));
}
END_TEST

/* Assert that a form's kernel is its instruction's, except for calls of newer helpers. */
static void agrees(const struct rawbpf__form *form, const struct bpf_insn *insns, unsigned slots,
		   void *context)
{
	const char *reason = NULL;
	int err = rawbpf_insn_check(insns, slots, &reason);
	int kernel = rawbpf_insn_kernel_find(insns, slots);

	(void)context;
	expect(err == 0 || err == -EINVAL);
	expect(!err == !reason);
	expect(err ? kernel == err : kernel >= K(3, 18) && kernel <= K(6, 19));
	if (!form->kernel && rawbpf__form_find(insns, slots) == form)
		expect(err);
}

START_TEST(test_every_form)
{
	forms_each(agrees, NULL);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_invalid, 0, FORMS_COUNT(invalid));
	tcase_add_test(tests, test_too_few);
	tcase_add_loop_test(tests, test_kernels, 0, FORMS_COUNT(kernels));
	tcase_add_test(tests, test_program_kernel);
	tcase_add_test(tests, test_bytes);
	tcase_add_test(tests, test_every_form);
}

int main(void)
{
	return unit_run("query", add_tests);
}

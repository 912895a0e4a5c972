/* SPDX-License-Identifier: MIT */
/* The values of facts.h, and those that need more than one instruction. */
#include "facts.h"
#include "machine.h"

START_TEST(test_fact)
{
	MACHINE(m, NO_SPEC, facts[_i].insn, BPF_EXIT_INSN());
	m.vm.r[0] = facts[_i].dst;
	m.vm.r[1] = facts[_i].src;
	ends(m, facts[_i].result);
	ck_assert_uint_eq(m.vm.r[1], facts[_i].src);
	ck_assert_uint_eq(m.vm.executed, 2);
}
END_TEST

START_TEST(test_jump)
{
	MACHINE(m, NO_SPEC, jumps[_i].insn, BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN());
	m.vm.r[1] = jumps[_i].dst;
	m.vm.r[2] = jumps[_i].src;
	ends(m, !jumps[_i].jumps);
}
END_TEST

/* le and be give the same in a machine of an order, whatever the host's is. */
START_TEST(test_byte_order)
{
	static const struct {
		int width;
		uint64_t same, reversed;
	} widths[] = {
		{ 16, 0x7788, 0x8877 },
		{ 32, 0x55667788, 0x88776655 },
		{ 64, A, UINT64_C(0x8877665544332211) },
	};
	int big = _i % 2, to_big = _i / 2 % 2, width = _i / 4;

	MACHINE(m, SPEC(.order = big ? RAWBPF_BIG_ENDIAN : RAWBPF_LITTLE_ENDIAN),
		BPF_ENDIAN(to_big ? BPF_TO_BE : BPF_TO_LE, 0, widths[width].width),
		BPF_EXIT_INSN());
	m.vm.r[0] = A;
	ends(m, big == to_big ? widths[width].same : widths[width].reversed);
}
END_TEST

START_TEST(test_load_64)
{
	MACHINE(m, NO_SPEC, BPF_LD_IMM64(BPF_REG_0, 0x80000000), BPF_EXIT_INSN());
	ends(m, 0x80000000);
	ck_assert_uint_eq(m.vm.executed, 2);
}
END_TEST

START_TEST(test_memory)
{
	/* A sign-extended load into its own base register. */
	MACHINE(sx, NO_SPEC, BPF_ST_MEM(BPF_W, BPF_REG_10, -8, INT32_MIN),
		BPF_MOV64_REG(BPF_REG_0, BPF_REG_10),
		BPF_LDX_MEMSX(BPF_W, BPF_REG_0, BPF_REG_0, -8), BPF_EXIT_INSN());
	ends(sx, UINT64_C(0xffffffff80000000));
	MACHINE(st, NO_SPEC, BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, -2),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8), BPF_EXIT_INSN());
	ends(st, UINT64_C(0xfffffffffffffffe));
}
END_TEST

START_TEST(test_atomic)
{
	MACHINE(m, SPEC(.order = RAWBPF_LITTLE_ENDIAN),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_2, -8), atomics[_i].insn,
		BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_10, -8), BPF_EXIT_INSN());
	m.vm.r[0] = atomics[_i].r0;
	m.vm.r[1] = atomics[_i].r1;
	m.vm.r[2] = A;
	ends(m, atomics[_i].r0_after);
	ck_assert_uint_eq(m.vm.r[1], atomics[_i].r1_after);
	ck_assert_uint_eq(m.vm.r[2], atomics[_i].memory);
}
END_TEST

START_TEST(test_gotol_backward)
{
	MACHINE(m, NO_SPEC, BPF_JMP_A(2), BPF_MOV64_IMM(BPF_REG_0, 7), BPF_EXIT_INSN(),
		BPF_JMP32_A(-3), BPF_MOV64_IMM(BPF_REG_0, 8), BPF_EXIT_INSN());
	ends(m, 7);
	ck_assert_uint_eq(m.vm.executed, 4);
}
END_TEST

START_TEST(test_packet)
{
	static unsigned char bytes[64];
	const struct rawbpf_vm_packet packet = { bytes, sizeof(bytes), _i ? 14 : 0, 14 };
	unsigned i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	/* Network order on both byte orders. */
	MACHINE(h, SPEC(.packet = &packet), BPF_LD_ABS(BPF_H, 1), BPF_EXIT_INSN());
	ends(h, _i ? 0x0f10 : 0x0102);
	MACHINE(w, SPEC(.packet = &packet), BPF_MOV64_IMM(BPF_REG_1, 4),
		BPF_LD_IND(BPF_W, BPF_REG_1, -2), BPF_EXIT_INSN());
	ends(w, _i ? 0x10111213 : 0x02030405);
	MACHINE(network, SPEC(.packet = &packet), BPF_LD_ABS(BPF_B, -0x100000), BPF_EXIT_INSN());
	ends(network, 14);
	MACHINE(link, SPEC(.packet = &packet), BPF_LD_ABS(BPF_B, -0x200000), BPF_EXIT_INSN());
	ends(link, 0);
	/* The last bytes, and one more: then the program ends with 0. */
	MACHINE(last, SPEC(.packet = &packet), BPF_LD_ABS(BPF_W, _i ? 46 : 60), BPF_EXIT_INSN());
	ends(last, 0x3c3d3e3f);
	MACHINE(past, SPEC(.packet = &packet), BPF_MOV64_IMM(BPF_REG_0, 5),
		BPF_LD_ABS(BPF_W, _i ? 47 : 61), BPF_MOV64_IMM(BPF_REG_0, 6), BPF_EXIT_INSN());
	ends(past, 0);
	ck_assert_uint_eq(past.vm.executed, 2);
}
END_TEST

START_TEST(test_callee)
{
	/* It leaves r6 to r9 of the caller alone, and has a stack of its own. */
	MACHINE(m, NO_SPEC,
		BPF_MOV64_IMM(BPF_REG_6, 6), BPF_MOV64_IMM(BPF_REG_9, 9),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 1),
		BPF_CALL_REL(5),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_10, -8),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_6),
		BPF_ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_9), BPF_EXIT_INSN(),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 100),
		BPF_MOV64_IMM(BPF_REG_6, 60), BPF_MOV64_IMM(BPF_REG_9, 90),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8), BPF_EXIT_INSN());
	ends(m, 100 + 1 + 6 + 9);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_fact, 0, RAWBPF_COUNT(facts));
	tcase_add_loop_test(tests, test_jump, 0, RAWBPF_COUNT(jumps));
	tcase_add_loop_test(tests, test_byte_order, 0, 12);
	tcase_add_test(tests, test_load_64);
	tcase_add_test(tests, test_memory);
	tcase_add_loop_test(tests, test_atomic, 0, RAWBPF_COUNT(atomics));
	tcase_add_test(tests, test_gotol_backward);
	tcase_add_loop_test(tests, test_packet, 0, 2);
	tcase_add_test(tests, test_callee);
}

int main(void)
{
	return unit_run("the machine's facts", add_tests);
}

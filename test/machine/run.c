/* SPDX-License-Identifier: MIT */
/* Running: budgets, the hook, functions, callbacks, tail calls, traps. */
#include "machine.h"

#define CODE UINT64_C(0x60000000)
#define FUNC(DST, OFF) BPF_LD_IMM64_RAW_FULL(DST, BPF_PSEUDO_FUNC, 0, 0, OFF, 0)

/* A loop of 3 instructions, 10 times: 33 instructions with the first and the last. */
#define LOOP \
	BPF_MOV64_IMM(BPF_REG_1, 10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 3), \
	BPF_ALU64_IMM(BPF_SUB, BPF_REG_1, 1), BPF_JMP_IMM(BPF_JNE, BPF_REG_1, 0, -3), \
	BPF_LD_IMM64(BPF_REG_2, 1), BPF_EXIT_INSN()

/* A budget of N runs exactly N instructions, wherever the program is cut. */
START_TEST(test_budget)
{
	unsigned first = (unsigned)_i;

	MACHINE(m, NO_SPEC, LOOP);
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, first),
			 first < 33 ? RAWBPF_VM_PAUSED : RAWBPF_VM_ENDED);
	ck_assert_uint_eq(m.vm.executed, first < 33 ? first : 33);
	ends(m, 30);
	ck_assert_uint_eq(m.vm.executed, 33);
	/* It stays ended. */
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 5), RAWBPF_VM_ENDED);
	ck_assert_uint_eq(m.vm.executed, 33);
}
END_TEST

START_TEST(test_step)
{
	static const unsigned slots[] = { 0, 1, 2, 3, 1, 2, 3, 1, 2, 3 };
	unsigned i;

	MACHINE(m, NO_SPEC, LOOP);
	for (i = 0; i < RAWBPF_COUNT(slots); i++) {
		ck_assert_uint_eq(m.vm.pc, slots[i]);
		ck_assert_int_eq(rawbpf_vm_run(&m.vm, 1), RAWBPF_VM_PAUSED);
	}
	ck_assert_uint_eq(m.vm.executed, i);
}
END_TEST

struct seen {
	unsigned count, stop;
	unsigned slots[64];
};

static int see(struct rawbpf_vm *vm, void *context)
{
	struct seen *seen = context;

	if (seen->count == seen->stop)
		return 1;
	seen->slots[seen->count++] = vm->pc;
	ck_assert_uint_eq(vm->executed + 1, seen->count);
	return 0;
}

START_TEST(test_hook)
{
	struct seen seen = { .stop = 12 };

	MACHINE(m, SPEC(.hook = see, .hook_context = &seen), LOOP);
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 5), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(seen.count, 5);
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 100), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(seen.count, 12);
	ck_assert_uint_eq(m.vm.executed, 12);
	ck_assert_uint_eq(m.vm.pc, 3);
	seen.stop = 64;
	ends(m, 30);
	ck_assert_uint_eq(seen.count, 33);
	ck_assert_uint_eq(seen.slots[31], 4);
	ck_assert_uint_eq(seen.slots[32], 6);
}
END_TEST

/* Invalid instructions are found before the program runs. */
START_TEST(test_invalid)
{
	static const struct {
		struct bpf_insn insns[3];
		unsigned count, wrong;
	} programs[] = {
		{ { BPF_RAW_INSN(0xff, 0, 0, 0, 0), BPF_EXIT_INSN() }, 2, 0 },
		{ { BPF_EXIT_INSN(), BPF_RAW_INSN(0, 0, 0, 0, 0) }, 2, 1 },
		{ { BPF_EXIT_INSN(), BPF_LD_IMM64(BPF_REG_0, 5) }, 2, 1 },
		{ { BPF_EXIT_INSN(), BPF_MOV64_REG(BPF_REG_0, 14) }, 2, 1 },
		{ { BPF_ATOMIC_OP(BPF_W, 0x20, 10, 1, -8), BPF_EXIT_INSN() }, 2, 0 },
		{ { BPF_ALU64_REG_OFF(BPF_DIV, 0, 1, 2), BPF_EXIT_INSN() }, 2, 0 },
	};
	struct machine m;

	ck_assert_int_eq(machine_open(&m, programs[_i].insns, programs[_i].count,
				      NO_SPEC), -EINVAL);
	ck_assert_int_eq(m.vm.trap.kind, RAWBPF_VM_TRAP_INSN);
	ck_assert_uint_eq(m.vm.trap.insn, programs[_i].wrong);
}
END_TEST

START_TEST(test_bad_spec)
{
	static const struct bpf_insn insns[] = { BPF_EXIT_INSN() };
	static unsigned char stack[2 * RAWBPF_VM_STACK];
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = 1 }, none = { .insns = insns };
	struct rawbpf_vm_spec spec = { .prog = &prog, .stack = stack, .stack_size = sizeof(stack) };
	struct rawbpf_vm vm;

	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), 0);
	ck_assert_int_eq(rawbpf_vm_open(&vm, NULL), -EINVAL);
	spec.frames = RAWBPF_VM_FRAMES_MAX + 1;
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), -EINVAL);
	spec.frames = 3; /* the stack has room for 2 */
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), -EINVAL);
	spec.frames = 0;
	spec.stack_size = RAWBPF_VM_STACK - 1;
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), -EINVAL);
	spec.stack = NULL;
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), -EINVAL);
	spec.stack = stack;
	spec.stack_size = sizeof(stack);
	spec.prog = &none;
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), -E2BIG);
}
END_TEST

/* A million instructions are a program, and one more is none. */
START_TEST(test_length)
{
	const unsigned most = 1000000;
	struct bpf_insn *insns = calloc(most + 1, sizeof(*insns));
	struct machine m;
	unsigned i;

	for (i = 0; i < most; i++)
		insns[i] = (struct bpf_insn)BPF_MOV64_IMM(BPF_REG_0, 3);
	insns[most - 1] = insns[most] = (struct bpf_insn)BPF_EXIT_INSN();
	ck_assert_int_eq(machine_open(&m, insns, most + 1, NO_SPEC), -E2BIG);
	ck_assert_int_eq(machine_open(&m, insns, most, NO_SPEC), 0);
	ends(m, 3);
	free(insns);
}
END_TEST

START_TEST(test_end)
{
	MACHINE(m, NO_SPEC, BPF_MOV64_IMM(BPF_REG_0, 1), BPF_MOV64_IMM(BPF_REG_0, 2));
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 2), RAWBPF_VM_PAUSED);
	traps(m, RAWBPF_VM_TRAP_END, 2);
	ck_assert_uint_eq(m.vm.executed, 2);
	/* A trap stays. */
	traps(m, RAWBPF_VM_TRAP_END, 2);
	MACHINE(jump, NO_SPEC, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, -1));
	traps(jump, RAWBPF_VM_TRAP_END, 1);
}
END_TEST

/* A jump by this distance, from slot 1 of 5, whose slots 2 and 3 are a load. */
static const struct {
	int distance, good;
} targets[] = {
	{ -3, 0 }, { -2, 1 }, { 0, 1 }, { 1, 0 }, { 2, 1 }, { 3, 0 }, { 4, 0 }, { INT16_MAX, 0 },
	{ INT16_MIN, 0 },
};

START_TEST(test_target)
{
	const int distance = targets[_i / 4].distance;
	const struct bpf_insn jumps[] = {
		BPF_JMP_A(distance), BPF_JMP32_A(distance), BPF_CALL_REL(distance),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, distance) };

	MACHINE(m, NO_SPEC, BPF_MOV64_IMM(BPF_REG_1, 0), jumps[_i % 4],
		BPF_LD_IMM64(BPF_REG_2, 1), BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 1), RAWBPF_VM_PAUSED);
	if (targets[_i / 4].good) {
		ck_assert_int_eq(rawbpf_vm_run(&m.vm, 1), RAWBPF_VM_PAUSED);
		ck_assert_uint_eq(m.vm.pc, (unsigned)(2 + distance));
	} else {
		traps(m, RAWBPF_VM_TRAP_TARGET, 1);
		ck_assert_uint_eq(m.vm.trap.address, CODE + 8 * (uint64_t)(int64_t)(2 + distance));
		ck_assert_uint_eq(m.vm.executed, 1);
	}
}
END_TEST

/* The far jumps and calls of 32 bits neither overflow nor pass. */
START_TEST(test_far_target)
{
	MACHINE(back, NO_SPEC, BPF_JMP32_A(INT32_MIN), BPF_EXIT_INSN());
	traps(back, RAWBPF_VM_TRAP_TARGET, 0);
	MACHINE(ahead, NO_SPEC, BPF_JMP32_A(INT32_MAX), BPF_EXIT_INSN());
	traps(ahead, RAWBPF_VM_TRAP_TARGET, 0);
	MACHINE(call, NO_SPEC, BPF_CALL_REL(INT32_MIN), BPF_EXIT_INSN());
	traps(call, RAWBPF_VM_TRAP_TARGET, 0);
	MACHINE(itself, NO_SPEC, BPF_JMP32_A(-1), BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_run(&itself.vm, 77), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(itself.vm.executed, 77);
}
END_TEST

/* A caller may set pc: to any instruction, but not elsewhere. */
START_TEST(test_set_pc)
{
	MACHINE(m, NO_SPEC, LOOP);
	m.vm.pc = 4;
	ends(m, 0);
	MACHINE(half, NO_SPEC, LOOP);
	half.vm.pc = 5;
	traps(half, RAWBPF_VM_TRAP_TARGET, 5);
	MACHINE(end, NO_SPEC, LOOP);
	end.vm.pc = 7;
	traps(end, RAWBPF_VM_TRAP_END, 7);
	MACHINE(past, NO_SPEC, LOOP);
	past.vm.pc = UINT32_MAX;
	traps(past, RAWBPF_VM_TRAP_TARGET, UINT32_MAX);
}
END_TEST

/* A function that calls itself until r1 is 0: frames are the program's and r1. */
#define RECURSION \
	BPF_CALL_REL(1), BPF_EXIT_INSN(), BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1), \
	BPF_ALU64_IMM(BPF_SUB, BPF_REG_1, 1), BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 1), \
	BPF_CALL_REL(-4), BPF_EXIT_INSN()

START_TEST(test_frames)
{
	const unsigned frames = _i ? RAWBPF_VM_FRAMES_MAX : RAWBPF_VM_FRAMES;

	MACHINE(m, SPEC(.frames = _i ? frames : 0), RECURSION);
	m.vm.r[1] = frames - 1;
	ends(m, frames - 1);
	MACHINE(deep, SPEC(.frames = frames), RECURSION);
	deep.vm.r[1] = frames;
	traps(deep, RAWBPF_VM_TRAP_FRAMES, 5);
	ck_assert_uint_eq(deep.vm.depth, frames - 1);
	MACHINE(one, SPEC(.frames = 1), RECURSION);
	traps(one, RAWBPF_VM_TRAP_FRAMES, 0);
}
END_TEST

START_TEST(test_callx)
{
	MACHINE(m, NO_SPEC, FUNC(BPF_REG_1, 4), RAWBPF_CALLX(BPF_REG_1),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1), BPF_EXIT_INSN(),
		BPF_MOV64_IMM(BPF_REG_0, 41), BPF_EXIT_INSN());
	ends(m, 42);
	MACHINE(wrong, NO_SPEC, BPF_MOV64_IMM(BPF_REG_1, 16), RAWBPF_CALLX(BPF_REG_1),
		BPF_EXIT_INSN());
	traps(wrong, RAWBPF_VM_TRAP_TARGET, 1);
	ck_assert_uint_eq(wrong.vm.trap.address, 16);
	MACHINE(jump, NO_SPEC, FUNC(BPF_REG_1, 4), BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 8),
		RAWBPF_GOTOX(BPF_REG_1), BPF_EXIT_INSN(), BPF_EXIT_INSN(),
		BPF_MOV64_IMM(BPF_REG_0, 9), BPF_EXIT_INSN());
	ends(jump, 9);
	MACHINE(odd, NO_SPEC, FUNC(BPF_REG_1, 1), BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 4),
		RAWBPF_GOTOX(BPF_REG_1), BPF_EXIT_INSN());
	traps(odd, RAWBPF_VM_TRAP_TARGET, 3);
}
END_TEST

START_TEST(test_may_goto)
{
	/* It jumps once the count is used up: per function. */
	MACHINE(m, SPEC(.may_goto = 5), BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1), RAWBPF_MAY_GOTO(1),
		BPF_JMP_A(-3), BPF_EXIT_INSN());
	ends(m, 6);
	MACHINE(usual, NO_SPEC, BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 1), RAWBPF_MAY_GOTO(1),
		BPF_JMP_A(-3), BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_vm_run(&usual.vm, UINT64_MAX), RAWBPF_VM_ENDED);
	ck_assert_uint_eq(usual.vm.r[0], (1 << 23) + 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_budget, 0, 36);
	tcase_add_test(tests, test_step);
	tcase_add_test(tests, test_hook);
	tcase_add_loop_test(tests, test_invalid, 0, 6);
	tcase_add_test(tests, test_bad_spec);
	tcase_add_test(tests, test_length);
	tcase_add_test(tests, test_end);
	tcase_add_loop_test(tests, test_target, 0, 4 * RAWBPF_COUNT(targets));
	tcase_add_test(tests, test_far_target);
	tcase_add_test(tests, test_set_pc);
	tcase_add_loop_test(tests, test_frames, 0, 2);
	tcase_add_test(tests, test_callx);
	tcase_add_test(tests, test_may_goto);
}

int main(void)
{
	return unit_run("the machine's runs", add_tests);
}

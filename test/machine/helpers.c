/* SPDX-License-Identifier: MIT */
/* Helpers: tables, answers, callbacks, tail calls, handles, maps. */
#include "machine.h"

#define FUNC(DST, OFF) BPF_LD_IMM64_RAW_FULL(DST, BPF_PSEUDO_FUNC, 0, 0, OFF, 0)

enum { SUM = 1, LOOP = 8, FAIL = 9, POINTER = 17, SILENT = 25, TAIL = 26, READ = 33, OBJECT = 34 };

static int sum(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	int *calls = context;
	unsigned i;

	(void)vm;
	if (calls)
		++*calls;
	call->value = 0;
	for (i = 0; i < 5; i++)
		call->value += call->args[i] << 8 * i;
	return RAWBPF_VM_NUMBER;
}

static int other_sum(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	(void)vm;
	(void)context;
	call->value = 1000;
	return RAWBPF_VM_NUMBER;
}

/* Call the function r2 with the round and r3 until it returns not 0, at most r1 times. */
static int loop(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	(void)vm;
	(void)context;
	ck_assert_uint_eq(call->state[0], 10 * call->round);
	call->state[0] += 10;
	if (call->round == call->args[0] || (call->round && call->returned)) {
		call->value = call->round;
		return RAWBPF_VM_NUMBER;
	}
	call->function = call->args[1];
	call->pass[0] = call->round;
	call->pass[1] = call->args[2];
	return RAWBPF_VM_CALLBACK;
}

static int refuse(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	(void)vm;
	(void)context;
	return call->args[0] ? -EDOM : 99;
}

static unsigned char memory[64];

static int pointer(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	(void)vm;
	(void)context;
	call->bytes = call->args[0] < 64 ? memory + call->args[0] : NULL;
	call->size = 8;
	return RAWBPF_VM_POINTER;
}

static int silent(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	(void)vm;
	(void)call;
	(void)context;
	return RAWBPF_VM_SILENT;
}

static struct rawbpf_vm_prog *tail_prog;

static int tail(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	(void)vm;
	(void)context;
	call->prog = tail_prog;
	return RAWBPF_VM_TAIL_CALL;
}

static int read_byte(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	const unsigned char *bytes = rawbpf_vm_memory_get(vm, call->args[0], call->args[1],
							  (unsigned)call->args[2]);

	(void)context;
	if (!bytes)
		return -EFAULT;
	call->value = call->args[1] ? *bytes : 77;
	return RAWBPF_VM_NUMBER;
}

static const char object_kind, other_kind;

static int object(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	void *found = rawbpf_vm_handle_get(vm, call->args[0], &object_kind);

	(void)context;
	if (!found)
		return -EFAULT;
	call->value = *(int *)found;
	return RAWBPF_VM_NUMBER;
}

static const struct rawbpf_vm_helper helpers[] = {
	{ SUM, 0, sum }, { LOOP, 0, loop }, { FAIL, 0, refuse }, { POINTER, 0, pointer },
	{ SILENT, 0, silent }, { TAIL, 0, tail }, { READ, 0, read_byte }, { OBJECT, 0, object },
	{ SUM, 1, other_sum },
};
static const struct rawbpf_vm_helpers table = { helpers, RAWBPF_COUNT(helpers), NULL, NULL };

START_TEST(test_number)
{
	int calls = 0;
	const struct rawbpf_vm_helpers counted = { helpers, RAWBPF_COUNT(helpers), &calls, NULL };

	MACHINE(m, SPEC(.helpers = &counted), BPF_MOV64_IMM(1, 1), BPF_MOV64_IMM(2, 2),
		BPF_MOV64_IMM(3, 3), BPF_MOV64_IMM(4, 4), BPF_MOV64_IMM(5, 5), BPF_EMIT_CALL(SUM),
		BPF_MOV64_REG(6, 0), BPF_EMIT_CALL(LOOP), BPF_EMIT_CALL(SUM), BPF_EXIT_INSN());
	m.vm.pc = 5;
	m.vm.r[1] = m.vm.r[5] = 7;
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 1), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(m.vm.r[0], UINT64_C(0x700000007));
	m.vm.pc = 0;
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 6), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(m.vm.r[0], UINT64_C(0x0504030201));
	ck_assert_int_eq(calls, 2);
}
END_TEST

/* The first table that has a number counts; kfuncs have numbers of their own. */
START_TEST(test_tables)
{
	static const struct rawbpf_vm_helper mine[] = { { SUM, 0, other_sum } };
	const struct rawbpf_vm_helpers first = { mine, 1, NULL, &table };

	MACHINE(m, SPEC(.helpers = &first), BPF_EMIT_CALL(SUM), BPF_EXIT_INSN());
	ends(m, 1000);
	MACHINE(second, SPEC(.helpers = &first), BPF_MOV64_IMM(0, 5), BPF_EMIT_CALL(SILENT),
		BPF_EXIT_INSN());
	ends(second, 5);
	MACHINE(kfunc, SPEC(.helpers = &table), BPF_EMIT_CALL(SUM), BPF_MOV64_REG(6, 0),
		BPF_CALL_KFUNC(0, SUM), BPF_ALU64_REG(BPF_ADD, 0, 6), BPF_EXIT_INSN());
	ends(kfunc, 1000);
	/* 9 and 1 are kept in one place. */
	MACHINE(unknown, SPEC(.helpers = &table), BPF_EMIT_CALL(SUM), BPF_EMIT_CALL(41),
		BPF_EXIT_INSN());
	traps(unknown, RAWBPF_VM_TRAP_HELPER, 1);
	ck_assert_uint_eq(unknown.vm.trap.address, 41);
	MACHINE(none, NO_SPEC, BPF_EMIT_CALL(SUM), BPF_EXIT_INSN());
	traps(none, RAWBPF_VM_TRAP_HELPER, 0);
	/* A table that the caller changes between runs counts from then on. */
	MACHINE(changed, SPEC(.helpers = &table), BPF_EMIT_CALL(SUM), BPF_JMP_A(-2));
	ck_assert_int_eq(rawbpf_vm_run(&changed.vm, 2), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(changed.vm.r[0], 0);
	changed.vm.spec.helpers = &first;
	ck_assert_int_eq(rawbpf_vm_run(&changed.vm, 2), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(changed.vm.r[0], 1000);
}
END_TEST

START_TEST(test_failed)
{
	MACHINE(m, SPEC(.helpers = &table), BPF_MOV64_IMM(1, 1), BPF_EMIT_CALL(FAIL),
		BPF_EXIT_INSN());
	traps(m, RAWBPF_VM_TRAP_FAILED, 1);
	ck_assert_int_eq(m.vm.trap.error, -EDOM);
	ck_assert_uint_eq(m.vm.trap.address, FAIL);
	ck_assert_uint_eq(m.vm.executed, 1);
	/* So does an answer that does not exist. */
	MACHINE(strange, SPEC(.helpers = &table), BPF_EMIT_CALL(FAIL), BPF_EXIT_INSN());
	traps(strange, RAWBPF_VM_TRAP_FAILED, 0);
	ck_assert_int_eq(strange.vm.trap.error, -EINVAL);
}
END_TEST

START_TEST(test_pointer)
{
	struct rawbpf_vm_region spare[1], *regions[1];
	const struct rawbpf_vm_spec spec = { .helpers = &table, .spare = spare, .spare_count = 1,
		.regions = regions, .region_max = 1 };

	memory[0] = 5;
	MACHINE(m, spec, BPF_MOV64_IMM(1, 64), BPF_EMIT_CALL(POINTER), BPF_MOV64_REG(6, 0),
		BPF_MOV64_IMM(1, 0), BPF_EMIT_CALL(POINTER), BPF_MOV64_REG(7, 0),
		BPF_MOV64_IMM(1, 4), BPF_EMIT_CALL(POINTER),
		BPF_ALU64_REG(BPF_SUB, 0, 7), BPF_LDX_MEM(BPF_DW, 8, 7, 0),
		BPF_LDX_MEM(BPF_B, 8, 7, 0), BPF_LDX_MEM(BPF_B, 7, 7, 8), BPF_EXIT_INSN());
	/* One region for both pointers, whose size is the first answer's. */
	traps(m, RAWBPF_VM_TRAP_ACCESS, 11);
	ck_assert_uint_eq(m.vm.r[0], 4);
	ck_assert_uint_eq(m.vm.r[6], 0);
	ck_assert_uint_eq(m.vm.r[8], 5);
	MACHINE(full, spec, BPF_EMIT_CALL(POINTER), BPF_MOV64_IMM(1, 32), BPF_EMIT_CALL(POINTER),
		BPF_EXIT_INSN());
	traps(full, RAWBPF_VM_TRAP_ROOM, 2);
}
END_TEST

START_TEST(test_memory)
{
	MACHINE(m, SPEC(.helpers = &table), BPF_ST_MEM(BPF_DW, 10, -8, 6), BPF_MOV64_REG(1, 10),
		BPF_ALU64_IMM(BPF_SUB, 1, 8), BPF_MOV64_IMM(3, 3), BPF_EMIT_CALL(READ),
		BPF_EXIT_INSN());
	m.vm.r[2] = 8;
	m.vm.spec.order = RAWBPF_HOST_ORDER;
	ck_assert_int_eq(rawbpf_vm_run(&m.vm, 9), RAWBPF_VM_ENDED);
	MACHINE(past, SPEC(.helpers = &table), BPF_MOV64_REG(1, 10), BPF_ALU64_IMM(BPF_SUB, 1, 8),
		BPF_EMIT_CALL(READ), BPF_EXIT_INSN());
	past.vm.r[2] = 9;
	traps(past, RAWBPF_VM_TRAP_ACCESS, 2);
	ck_assert_int_eq(past.vm.trap.error, -EFAULT);
	ck_assert_uint_eq(past.vm.trap.size, 9);
	MACHINE(huge, SPEC(.helpers = &table), BPF_MOV64_REG(1, 10), BPF_ALU64_IMM(BPF_SUB, 1, 8),
		BPF_EMIT_CALL(READ), BPF_EXIT_INSN());
	huge.vm.r[2] = UINT64_MAX;
	traps(huge, RAWBPF_VM_TRAP_ACCESS, 2);
	MACHINE(nothing, SPEC(.helpers = &table), BPF_EMIT_CALL(READ), BPF_EXIT_INSN());
	ends(nothing, 77);
}
END_TEST

START_TEST(test_handle)
{
	static int value = 12;
	struct rawbpf_vm_region handle = { .name = "socket", .size = 1,
		.kind = _i == 1 ? &other_kind : &object_kind, .object = &value }, *regions[1];

	MACHINE(m, SPEC(.helpers = &table, .context = &handle, .regions = regions, .region_max = 1),
		BPF_EMIT_CALL(OBJECT), BPF_EXIT_INSN());
	if (_i == 2)
		m.vm.r[1]++;
	if (_i == 0) {
		ends(m, 12);
	} else {
		traps(m, RAWBPF_VM_TRAP_HANDLE, 0);
		ck_assert_uint_eq(m.vm.trap.address, m.vm.r[1]);
		ck_assert_ptr_eq(m.vm.trap.nearest, &handle);
	}
}
END_TEST

/* Rounds of a callback: its arguments, its results, r6 to r9, instructions, frames, the hook. */
#define CALLBACKS(LIMIT) \
	BPF_MOV64_IMM(6, 66), BPF_MOV64_IMM(1, 10), FUNC(2, 6), BPF_MOV64_IMM(3, 50), \
	BPF_EMIT_CALL(LOOP), BPF_ALU64_REG(BPF_ADD, 0, 6), BPF_EXIT_INSN(), BPF_EXIT_INSN(), \
	/* the callback */ \
	BPF_MOV64_REG(0, 2), BPF_ALU64_REG(BPF_ADD, 0, 1), BPF_MOV64_IMM(6, 1), \
	BPF_MOV64_IMM(1, 0), BPF_JMP_IMM(BPF_JEQ, 0, 50 + (LIMIT), 1), BPF_MOV64_IMM(0, 0), \
	BPF_EXIT_INSN()

START_TEST(test_callback)
{
	MACHINE(m, SPEC(.helpers = &table), CALLBACKS(100));
	ends(m, 10 + 66);
	ck_assert_uint_eq(m.vm.executed, 5 + 10 * 7 + 2);
	ck_assert_uint_eq(m.vm.depth, 0);
	MACHINE(stops, SPEC(.helpers = &table), CALLBACKS(3));
	ends(stops, 4 + 66);
	MACHINE(stepped, SPEC(.helpers = &table), CALLBACKS(3));
	while (rawbpf_vm_run(&stepped.vm, 1) == RAWBPF_VM_PAUSED)
		;
	ck_assert_uint_eq(stepped.vm.r[0], 4 + 66);
	ck_assert_uint_eq(stepped.vm.executed, stops.vm.executed);
	MACHINE(no_frame, SPEC(.helpers = &table, .frames = 1), CALLBACKS(3));
	traps(no_frame, RAWBPF_VM_TRAP_FRAMES, 5);
	MACHINE(no_function, SPEC(.helpers = &table), BPF_MOV64_IMM(1, 10), BPF_MOV64_IMM(2, 5),
		BPF_EMIT_CALL(LOOP), BPF_EXIT_INSN());
	traps(no_function, RAWBPF_VM_TRAP_TARGET, 2);
}
END_TEST

/* A callback that calls a helper that calls back. */
START_TEST(test_nested_callback)
{
	MACHINE(m, SPEC(.helpers = &table),
		BPF_MOV64_IMM(1, 3), FUNC(2, 4), BPF_EMIT_CALL(LOOP), BPF_MOV64_REG(0, 8),
		BPF_EXIT_INSN(),
		/* slot 6 */
		BPF_MOV64_IMM(1, 2), FUNC(2, 6), BPF_EMIT_CALL(LOOP),
		BPF_ALU64_IMM(BPF_SUB, 0, 2), BPF_EXIT_INSN(), BPF_EXIT_INSN(), BPF_EXIT_INSN(),
		/* slot 14 */
		BPF_EMIT_CALL(SUM), BPF_MOV64_IMM(0, 0), BPF_EXIT_INSN());
	m.vm.r[8] = 8;
	ends(m, 8);
	ck_assert_uint_eq(m.vm.executed, 3 + 3 * (5 + 2 * 3) + 2);
}
END_TEST

START_TEST(test_tail_call)
{
	static const struct bpf_insn again[] = {
		BPF_ALU64_IMM(BPF_ADD, 6, 1), BPF_EMIT_CALL(TAIL), BPF_MOV64_REG(0, 6),
		BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog = { .insns = again, .insn_count = RAWBPF_COUNT(again) };

	tail_prog = &prog;
	/* 33 tail calls are made; the next one goes on behind it. */
	MACHINE(m, SPEC(.helpers = &table), BPF_ST_MEM(BPF_DW, 10, -512, 1), BPF_EMIT_CALL(TAIL),
		BPF_EXIT_INSN());
	ends(m, 33);
	ck_assert_uint_eq(m.vm.tail_calls, 33);
	ck_assert_ptr_eq(m.vm.prog, &prog);
	ck_assert_uint_eq(m.vm.frames[0].used, 0);
	/* From a function: the program that it becomes returns to the function's caller. */
	MACHINE(inner, SPEC(.helpers = &table), BPF_CALL_REL(2), BPF_ALU64_IMM(BPF_ADD, 0, 100),
		BPF_EXIT_INSN(), BPF_EMIT_CALL(TAIL), BPF_EXIT_INSN());
	ends(inner, 133);
	ck_assert_ptr_eq(inner.vm.prog, &inner.prog);
}
END_TEST

/* The next program finds zeros in its stack, although the last one used the same bytes. */
START_TEST(test_tail_call_stack)
{
	static const struct bpf_insn reader[] = {
		BPF_LDX_MEM(BPF_DW, 0, 10, -8), BPF_EXIT_INSN() };
	struct rawbpf_vm_prog prog = { .insns = reader, .insn_count = RAWBPF_COUNT(reader) };

	tail_prog = &prog;
	MACHINE(m, SPEC(.helpers = &table), BPF_ST_MEM(BPF_DW, 10, -8, 1),
		BPF_LDX_MEM(BPF_DW, 0, 10, -8), BPF_EMIT_CALL(TAIL), BPF_EXIT_INSN());
	ends(m, 0);
}
END_TEST

START_TEST(test_bad_tail_call)
{
	static const struct bpf_insn invalid[] = { BPF_RAW_INSN(0xff, 0, 0, 0, 0) };
	struct rawbpf_vm_prog prog = { .insns = invalid, .insn_count = 1 };

	tail_prog = _i ? &prog : NULL;
	MACHINE(m, SPEC(.helpers = &table), BPF_EMIT_CALL(TAIL), BPF_EXIT_INSN());
	traps(m, RAWBPF_VM_TRAP_PROG, 0);
}
END_TEST

START_TEST(test_map)
{
	static unsigned char values[32] = { [8] = 3 };
	struct rawbpf_vm_map map = { .name = "counts", .values = {
		.name = "counts", .bytes = values, .size = 32, .element = 8, .stride = 8,
		.rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE } };
	struct rawbpf_vm_map empty = { .name = "queue" }, *const maps[] = { &empty, &map };
	struct rawbpf_vm_region *regions[3];
	const struct rawbpf_vm_spec spec = { .maps = maps, .map_count = 2, .regions = regions,
		.region_max = 3 };

	MACHINE(m, spec, BPF_LD_MAP_FD(1, 1), RAWBPF_LD_MAP_IDX(2, 1), BPF_LD_MAP_VALUE(3, 1, 8),
		RAWBPF_LD_MAP_IDX_VALUE(4, 1, 9), BPF_LDX_MEM(BPF_B, 0, 3, 0), BPF_EXIT_INSN());
	ends(m, 3);
	ck_assert_uint_eq(m.vm.r[1], m.vm.r[2]);
	ck_assert_uint_eq(m.vm.r[4], m.vm.r[3] + 1);
	ck_assert_ptr_eq(rawbpf_vm_map_get(&m.vm, m.vm.r[1]), &map);
	ck_assert_ptr_eq(rawbpf_vm_map_get(&m.vm, m.vm.r[3]), NULL);
	ck_assert_int_eq(m.vm.trap.kind, RAWBPF_VM_TRAP_HANDLE);
	MACHINE(direct, spec, BPF_LD_MAP_FD(1, 1), BPF_LDX_MEM(BPF_B, 0, 1, 0), BPF_EXIT_INSN());
	traps(direct, RAWBPF_VM_TRAP_RIGHTS, 2);
	MACHINE(unknown, spec, BPF_LD_MAP_FD(1, 2), BPF_EXIT_INSN());
	traps(unknown, RAWBPF_VM_TRAP_MAP, 0);
	ck_assert_uint_eq(unknown.vm.trap.address, 2);
	MACHINE(no_values, spec, BPF_LD_MAP_VALUE(3, 0, 0), BPF_EXIT_INSN());
	traps(no_values, RAWBPF_VM_TRAP_MAP, 0);
	MACHINE(past, spec, BPF_LD_MAP_VALUE(3, 1, 32), BPF_EXIT_INSN());
	traps(past, RAWBPF_VM_TRAP_MAP, 0);
	MACHINE(variable, spec, RAWBPF_LD_BTF_ID(1, 99, 0), BPF_EXIT_INSN());
	traps(variable, RAWBPF_VM_TRAP_VARIABLE, 0);
	ck_assert_uint_eq(variable.vm.trap.address, 99);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_number);
	tcase_add_test(tests, test_tables);
	tcase_add_test(tests, test_failed);
	tcase_add_test(tests, test_pointer);
	tcase_add_test(tests, test_memory);
	tcase_add_loop_test(tests, test_handle, 0, 3);
	tcase_add_test(tests, test_callback);
	tcase_add_test(tests, test_nested_callback);
	tcase_add_test(tests, test_tail_call);
	tcase_add_test(tests, test_tail_call_stack);
	tcase_add_loop_test(tests, test_bad_tail_call, 0, 2);
	tcase_add_test(tests, test_map);
}

int main(void)
{
	return unit_run("the machine's helpers", add_tests);
}

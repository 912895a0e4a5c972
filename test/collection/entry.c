/* SPDX-License-Identifier: MIT */
/*
 * Entry sequences run in a machine of each architecture's byte order. The offsets are those of
 * rawbpf_kprobe(3).
 */
#include "../unit.h"

#include <errno.h>
#include <string.h>

#include <rawbpf.h>

#include "../../insn/collection/entry.h"
#include "machine.h"

enum { SLOTS = 4096, CANARY = 0x5a, TASK_STATUS = 16, NUMBER = 257, OTHER = 3 };

static const enum rawbpf_arch archs[] = { RAWBPF_ARCH_X86_64, RAWBPF_ARCH_ARM64,
					  RAWBPF_ARCH_RISCV64, RAWBPF_ARCH_S390X };

/* Offsets, by enum rawbpf_arch. An argument of a function that is not in a register is -1. */
static const struct offsets {
	int function[8], result, stack, stack_argument, call[6], number, number_size;
} offsets[] = {
	[RAWBPF_ARCH_X86_64] = { { 112, 104, 96, 88, 72, 64, -1, -1 }, 80, 152, 8,
				 { 112, 104, 96, 56, 72, 64 }, 120, 4 },
	[RAWBPF_ARCH_ARM64] = { { 0, 8, 16, 24, 32, 40, 48, 56 }, 0, 248, 0,
				{ 272, 8, 16, 24, 32, 40 }, 280, 4 },
	[RAWBPF_ARCH_RISCV64] = { { 80, 88, 96, 104, 112, 120, 128, 136 }, 80, 16, 0,
				  { 280, 88, 96, 104, 112, 120 }, 136, 4 },
	[RAWBPF_ARCH_S390X] = { { 40, 48, 56, 64, 72, -1, -1, -1 }, 40, 144, 160,
				{ 152, 48, 56, 64, 72, 80 }, 162, 2 },
};

static struct machine machine;
static struct bpf_insn insns[SLOTS];

/* ------------------------------------------------------------------ the worlds of the ways */

static bool is_call_way(enum rawbpf__entry_way way)
{
	return way == RAWBPF__ENTRY_SYSCALL_RAW_TP || way == RAWBPF__ENTRY_SYSRET_RAW_TP;
}

static bool is_return(enum rawbpf__entry_way way)
{
	return way == RAWBPF__ENTRY_SYSRET_TRACEPOINT || way == RAWBPF__ENTRY_SYSRET_RAW_TP ||
	       way == RAWBPF__ENTRY_SYSRET_KRETPROBE || way == RAWBPF__ENTRY_KRETPROBE ||
	       way == RAWBPF__ENTRY_URETPROBE;
}

/* Return how many arguments the way has. */
static unsigned arguments_of(enum rawbpf__entry_way way)
{
	if (is_return(way))
		return 0;
	return way <= RAWBPF__ENTRY_SYSCALL_KPROBE ? 6 : 12;
}

static uint64_t word(uint64_t pattern, unsigned i)
{
	return pattern + i * 0x0101010101010101;
}

static void put_mark(enum rawbpf_arch arch, bool is_compat)
{
	switch (arch) {
	case RAWBPF_ARCH_X86_64: /* thread_info.status: TS_COMPAT is 2 */
		machine_put(&machine, MACHINE_TASK + TASK_STATUS, 4, is_compat ? 0x7 : 0x5);
		break;
	case RAWBPF_ARCH_ARM64: /* pstate: the bit of 32-bit modes is 0x10 */
		machine_put(&machine, MACHINE_REGISTERS + 264, 8, is_compat ? 0x60000010 : 0x60000000);
		break;
	case RAWBPF_ARCH_RISCV64: /* status: UXL, bits 32 and 33, is 1 or 2 */
		machine_put(&machine, MACHINE_REGISTERS + 256, 8,
			    is_compat ? 0x100000020 : 0x200000020);
		break;
	default: /* the PSW mask: bits 31 and 32 from the left are EA and BA */
		machine_put(&machine, MACHINE_REGISTERS + 8, 8,
			    is_compat ? 0x0705000080000000 : 0x0705000180000000);
		break;
	}
}

/* Make a system call's registers and context, at its entry or its return. */
static void put_call(enum rawbpf__entry_way way, enum rawbpf_arch arch, int number, uint64_t pattern)
{
	const struct offsets *at = &offsets[arch];

	machine_put(&machine, MACHINE_CONTEXT, 8, MACHINE_REGISTERS);
	machine_put(&machine, MACHINE_CONTEXT + 8, 8,
		    is_return(way) ? word(pattern, 0) : (uint64_t)(int64_t)number);
	for (unsigned i = 0; i < 6; i++)
		machine_put(&machine, MACHINE_REGISTERS + at->call[i], 8, word(pattern, i));
	if (is_return(way))
		machine_put(&machine, MACHINE_REGISTERS + at->number, at->number_size, number);
	put_mark(arch, false);
}

static void put_function(enum rawbpf_arch arch, uint64_t pattern)
{
	const struct offsets *at = &offsets[arch];
	int further = at->stack_argument;

	machine_put(&machine, MACHINE_CONTEXT + at->stack, 8, MACHINE_FUNCTION_STACK);
	for (unsigned i = 0; i < 12; i++)
		if (i < 8 && at->function[i] >= 0) {
			machine_put(&machine, MACHINE_CONTEXT + at->function[i], 8, word(pattern, i));
		} else {
			machine_put(&machine, MACHINE_FUNCTION_STACK + further, 8, word(pattern, i));
			further += 8;
		}
}

/* Argument i is word(pattern, i). The result is word(pattern, 0), of fexit word(pattern, 12). */
static void put_world(enum rawbpf__entry_way way, enum rawbpf_arch arch, uint64_t pattern)
{
	memset(&machine, CANARY, sizeof machine);
	machine.is_big_endian = arch == RAWBPF_ARCH_S390X;
	machine.is_user_stack = way == RAWBPF__ENTRY_UPROBE;
	switch (way) {
	case RAWBPF__ENTRY_SYSCALL_TRACEPOINT:
	case RAWBPF__ENTRY_SYSRET_TRACEPOINT:
		for (unsigned i = 0; i < 6; i++)
			machine_put(&machine, MACHINE_CONTEXT + 16 + 8 * i, 8, word(pattern, i));
		break;
	case RAWBPF__ENTRY_SYSCALL_RAW_TP:
	case RAWBPF__ENTRY_SYSRET_RAW_TP:
		put_call(way, arch, NUMBER, pattern);
		break;
	case RAWBPF__ENTRY_SYSCALL_KPROBE:
		put_call(way, arch, NUMBER, pattern);
		machine_put(&machine, MACHINE_CONTEXT + offsets[arch].function[0], 8, MACHINE_REGISTERS);
		break;
	case RAWBPF__ENTRY_KPROBE:
	case RAWBPF__ENTRY_UPROBE:
		put_function(arch, pattern);
		break;
	case RAWBPF__ENTRY_SYSRET_KRETPROBE:
	case RAWBPF__ENTRY_KRETPROBE:
	case RAWBPF__ENTRY_URETPROBE:
		machine_put(&machine, MACHINE_CONTEXT + offsets[arch].result, 8, word(pattern, 0));
		break;
	default:
		for (unsigned i = 0; i <= 12; i++)
			machine_put(&machine, MACHINE_CONTEXT + 8 * i, 8, word(pattern, i));
		break;
	}
}

static unsigned generate(enum rawbpf__entry_way way, enum rawbpf_arch arch,
			 const struct rawbpf__entry_signature *signatures, unsigned count)
{
	int length = rawbpf__entry(insns, SLOTS, &(struct rawbpf__entry){
		.way = way, .arch = arch, .task_status = TASK_STATUS,
		.signatures = signatures, .signature_count = count });

	ck_assert_int_ge(length, 1);
	ck_assert_int_le(length, SLOTS);
	for (int i = 0; i < length; i++) {
		const char *reason = "";

		ck_assert_msg(rawbpf_insn_check(&insns[i], length - i, &reason) == 0, "%s", reason);
		i += insns[i].code == (BPF_LD | BPF_IMM | BPF_DW);
	}
	return length;
}

/* ------------------------------------------------------------------ values */

static uint64_t low(uint64_t value, unsigned bytes)
{
	return bytes == 8 ? value : value & (((uint64_t)1 << 8 * bytes) - 1);
}

/* Compute the slot's content from the words of rawbpf__entry_value. */
static uint64_t expected(const struct rawbpf__entry_value *value, uint64_t raw)
{
	unsigned from = value->from ? value->from : 8;
	uint64_t sign = (uint64_t)1 << (8 * from - 1);

	raw = low(raw, from);
	if (value->is_signed)
		raw = (raw ^ sign) - sign;
	return low(raw, value->width);
}

/* Check that nothing else on the stack changed. */
static void check_neighbours(enum rawbpf__entry_way way, const struct rawbpf__entry_value *value)
{
	for (int at = -512; at < 0; at++) {
		bool is_slot = at >= value->slot && at < value->slot + value->width;
		bool is_scratch = at >= -8 && is_call_way(way);

		if (!is_slot && !is_scratch)
			expect(machine.memory[MACHINE_STACK_END + at] == CANARY);
	}
}

static void check_value(enum rawbpf__entry_way way, enum rawbpf_arch arch,
			const struct rawbpf__entry_value *value, uint64_t pattern, uint64_t raw)
{
	const int number = NUMBER;
	unsigned count = generate(way, arch, &(struct rawbpf__entry_signature){
		.numbers = &number, .number_count = 1, .values = value, .value_count = 1 }, 1);
	uint64_t got;

	put_world(way, arch, pattern);
	ck_assert_int_eq(machine_run(&machine, insns, count), 1);
	got = machine_get(&machine, MACHINE_STACK_END + value->slot, value->width);
	ck_assert_msg(got == expected(value, raw),
		      "way %d arch %d index %d width %d from %d: %#llx, not %#llx", way, arch, value->index,
		      value->width, value->from, (unsigned long long)got,
		      (unsigned long long)expected(value, raw));
	check_neighbours(way, value);
}

/* Check each width, of each source, with and without sign. */
static void check_widths(enum rawbpf__entry_way way, enum rawbpf_arch arch,
			 struct rawbpf__entry_value value, unsigned nth)
{
	static const uint64_t patterns[] = { 0xf1e2d3c4b5a69788, 0x0112233445566778 };

	for (unsigned width = 1; width <= 8; width *= 2)
		for (unsigned from = 1; from <= 16; from *= 2)
			for (unsigned i = 0; i < 4; i++) {
				value.width = width;
				value.from = from == 16 ? 0 : from;
				value.is_signed = i % 2;
				value.slot = -64 - 8 * (int)width;
				check_value(way, arch, &value, patterns[i / 2],
					    word(patterns[i / 2], nth));
			}
}

START_TEST(test_each_value)
{
	for (unsigned arch = 0; arch < RAWBPF_COUNT(archs); arch++)
		for (unsigned way = 0; way < RAWBPF__ENTRY_WAYS; way++) {
			for (unsigned i = 0; i < arguments_of(way); i++)
				check_widths(way, archs[arch], (struct rawbpf__entry_value){
					.kind = RAWBPF__ENTRY_ARGUMENT, .index = i }, i);
			if (is_return(way))
				check_widths(way, archs[arch], (struct rawbpf__entry_value){
					.kind = RAWBPF__ENTRY_RESULT }, 0);
			if (way == RAWBPF__ENTRY_FEXIT)
				for (unsigned i = 0; i <= 12; i++)
					check_widths(way, archs[arch], (struct rawbpf__entry_value){
						.kind = RAWBPF__ENTRY_RESULT, .index = i }, i);
		}
}
END_TEST

/* Several values at once, side by side, the last one at r10 - 8. */
START_TEST(test_side_by_side)
{
	static const struct rawbpf__entry_value values[] = {
		{ .index = 0, .width = 4, .slot = -24 },
		{ .index = 1, .width = 8, .slot = -32 },
		{ .index = 2, .width = 2, .slot = -20 },
		{ .index = 3, .width = 1, .slot = -18 },
		{ .index = 4, .width = 1, .slot = -17 },
		{ .kind = RAWBPF__ENTRY_CONSTANT, .width = 8, .slot = -16, .constant = -100 },
		{ .index = 5, .width = 8, .slot = -8 },
	};
	const uint64_t pattern = 0xf1e2d3c4b5a69788;
	const int number = NUMBER;

	for (unsigned arch = 0; arch < RAWBPF_COUNT(archs); arch++)
		for (unsigned way = 0; way < RAWBPF__ENTRY_WAYS; way++) {
			if (is_return(way))
				continue;
			unsigned count = generate(way, archs[arch], &(struct rawbpf__entry_signature){
				.numbers = &number, .number_count = 1,
				.values = values, .value_count = RAWBPF_COUNT(values) }, 1);

			put_world(way, archs[arch], pattern);
			ck_assert_int_eq(machine_run(&machine, insns, count), 1);
			for (unsigned i = 0; i < RAWBPF_COUNT(values); i++)
				ck_assert_uint_eq(
					machine_get(&machine, MACHINE_STACK_END + values[i].slot, values[i].width),
					low(values[i].kind ? -100ull : word(pattern, values[i].index),
					    values[i].width));
			expect(machine.memory[MACHINE_STACK_END - 33] == CANARY);
		}
}
END_TEST

START_TEST(test_constants)
{
	static const struct {
		uint8_t width;
		int64_t constant;
		int result; /* the length, or an error */
	} constants[] = {
		{ 1, 0, 2 }, { 1, 255, 2 }, { 1, -128, 2 }, { 1, 256, -EOVERFLOW }, { 1, -129, -EOVERFLOW },
		{ 2, 65535, 2 }, { 2, -32768, 2 }, { 2, 65536, -EOVERFLOW }, { 2, -32769, -EOVERFLOW },
		{ 4, 0xffffffff, 2 }, { 4, -0x80000000LL, 2 }, { 4, 0x100000000, -EOVERFLOW },
		{ 4, -0x80000001LL, -EOVERFLOW }, { 4, -100, 2 },
		{ 8, -100, 2 }, { 8, 0x7fffffff, 2 }, { 8, 0x80000000, 4 }, { 8, -0x80000000LL, 2 },
		{ 8, -0x80000001LL, 4 }, { 8, INT64_MAX, 4 }, { 8, INT64_MIN, 4 },
	};

	for (unsigned arch = 0; arch < RAWBPF_COUNT(archs); arch++)
		for (unsigned i = 0; i < RAWBPF_COUNT(constants); i++) {
			const struct rawbpf__entry_value value = {
				.kind = RAWBPF__ENTRY_CONSTANT, .width = constants[i].width, .slot = -8,
				.constant = constants[i].constant };
			int length = rawbpf__entry(insns, SLOTS, &(struct rawbpf__entry){
				.way = RAWBPF__ENTRY_KPROBE, .arch = archs[arch], .signature_count = 1,
				.signatures = &(struct rawbpf__entry_signature){
					.values = &value, .value_count = 1 } });

			ck_assert_int_eq(length, constants[i].result);
			if (length < 0)
				continue;
			put_world(RAWBPF__ENTRY_KPROBE, archs[arch], 0);
			ck_assert_int_eq(machine_run(&machine, insns, length), 1);
			ck_assert_uint_eq(machine_get(&machine, MACHINE_STACK_END - 8, value.width),
					  low(value.constant, value.width));
		}
}
END_TEST

/* ------------------------------------------------------------------ local objects */

START_TEST(test_objects_are_zeroed)
{
	for (int offset = -24; offset < 0; offset++)
		for (int size = 1; size <= -offset; size++) {
			const struct rawbpf__entry_object object = { offset, size };
			unsigned count = generate(RAWBPF__ENTRY_LSM, RAWBPF_ARCH_ARM64,
				&(struct rawbpf__entry_signature){ .objects = &object, .object_count = 1 }, 1);

			put_world(RAWBPF__ENTRY_LSM, RAWBPF_ARCH_ARM64, 0);
			ck_assert_int_eq(machine_run(&machine, insns, count), 1);
			for (int at = -40; at < 0; at++)
				expect(machine.memory[MACHINE_STACK_END + at] ==
				       (at >= offset && at < offset + size ? 0 : CANARY));
		}
}
END_TEST

/* A field that the place fills is written after its object was zeroed. */
START_TEST(test_zeroed_then_filled)
{
	static const struct rawbpf__entry_object objects[] = { { -32, 24 }, { -8, 8 } };
	static const struct rawbpf__entry_value value = { .index = 1, .width = 4, .slot = -28 };
	const int number = NUMBER;

	for (unsigned arch = 0; arch < RAWBPF_COUNT(archs); arch++)
		for (unsigned way = 0; way < RAWBPF__ENTRY_WAYS; way++) {
			if (is_return(way))
				continue;
			unsigned count = generate(way, archs[arch], &(struct rawbpf__entry_signature){
				.numbers = &number, .number_count = 1, .values = &value, .value_count = 1,
				.objects = objects, .object_count = 2 }, 1);

			put_world(way, archs[arch], 0x1010101010101010);
			ck_assert_int_eq(machine_run(&machine, insns, count), 1);
			ck_assert_uint_eq(machine_get(&machine, MACHINE_STACK_END - 28, 4), 0x11111111);
			ck_assert_uint_eq(machine_get(&machine, MACHINE_STACK_END - 32, 4), 0);
			ck_assert_uint_eq(machine_get(&machine, MACHINE_STACK_END - 24, 8), 0);
			ck_assert_uint_eq(machine_get(&machine, MACHINE_STACK_END - 16, 8), 0);
			ck_assert_uint_eq(machine_get(&machine, MACHINE_STACK_END - 8, 8), 0);
			ck_assert_uint_eq(machine.memory[MACHINE_STACK_END - 33], CANARY);
		}
}
END_TEST

/* ------------------------------------------------------------------ calls by their numbers */

/* openat, openat2; open; creat: three signatures of one body, one constant each that tells. */
static const int family[][2] = { { 257, 437 }, { 2, -1 }, { 85, -1 } };
static const struct rawbpf__entry_value told[] = {
	{ .kind = RAWBPF__ENTRY_CONSTANT, .width = 4, .slot = -4, .constant = 1 },
	{ .kind = RAWBPF__ENTRY_CONSTANT, .width = 4, .slot = -4, .constant = 2 },
	{ .kind = RAWBPF__ENTRY_CONSTANT, .width = 4, .slot = -4, .constant = 3 },
};
static const struct rawbpf__entry_signature signatures[] = {
	{ .numbers = family[0], .number_count = 2, .values = &told[0], .value_count = 1 },
	{ .numbers = family[1], .number_count = 1, .values = &told[1], .value_count = 1 },
	{ .numbers = family[2], .number_count = 1, .values = &told[2], .value_count = 1 },
};

static const enum rawbpf__entry_way call_ways[] = { RAWBPF__ENTRY_SYSCALL_RAW_TP,
						    RAWBPF__ENTRY_SYSRET_RAW_TP };

/* Run a call of the number, and return what the signature told, or 0 for an exit. */
static uint64_t run_call(enum rawbpf__entry_way way, enum rawbpf_arch arch, unsigned count, int number,
			 bool is_compat)
{
	put_world(way, arch, 0);
	put_call(way, arch, number, 0);
	put_mark(arch, is_compat);
	if (!machine_run(&machine, insns, count))
		return 0;
	return machine_get(&machine, MACHINE_STACK_END - 4, 4);
}

START_TEST(test_family)
{
	static const struct {
		int number;
		uint64_t told;
	} calls[] = { { 257, 1 }, { 437, 1 }, { 2, 2 }, { 85, 3 }, { 0, 0 }, { 1, 0 }, { 3, 0 }, { 256, 0 },
		      { 258, 0 }, { 0x7fff, 0 }, { 65535 /* -1 in the registers of s390x */, 0 } };

	for (unsigned arch = 0; arch < RAWBPF_COUNT(archs); arch++)
		for (unsigned way = 0; way < RAWBPF_COUNT(call_ways); way++) {
			unsigned count = generate(call_ways[way], archs[arch], signatures, 3);

			for (unsigned i = 0; i < RAWBPF_COUNT(calls); i++)
				for (int is_compat = 0; is_compat < 2; is_compat++)
					ck_assert_uint_eq(run_call(call_ways[way], archs[arch], count,
								   calls[i].number, is_compat),
							  is_compat ? 0 : calls[i].told);
		}
}
END_TEST

/* Other calls end at once: they are the most frequent ones. */
START_TEST(test_other_calls_are_cheap)
{
	for (unsigned arch = 0; arch < RAWBPF_COUNT(archs); arch++)
		for (unsigned way = 0; way < RAWBPF_COUNT(call_ways); way++) {
			unsigned count = generate(call_ways[way], archs[arch], signatures, 3);

			run_call(call_ways[way], archs[arch], count, OTHER, false);
			/* 4 tests and an exit, behind 2 instructions, or 8 for a number in the registers */
			ck_assert_uint_eq(machine.steps, 4 + 1 + (way == 0 ? 2 : 8));
		}
}
END_TEST

/* The upper half of the number counts at an entry: the kernel compares 64 bits there. */
START_TEST(test_upper_half_of_number)
{
	unsigned count = generate(RAWBPF__ENTRY_SYSCALL_RAW_TP, RAWBPF_ARCH_X86_64, signatures, 3);

	put_world(RAWBPF__ENTRY_SYSCALL_RAW_TP, RAWBPF_ARCH_X86_64, 0);
	machine_put(&machine, MACHINE_CONTEXT + 8, 8, 0x100000101);
	ck_assert_int_eq(machine_run(&machine, insns, count), 0);
}
END_TEST

/* The first signature with a number counts. */
START_TEST(test_number_twice)
{
	static const int twice[] = { 5, 6 };
	const struct rawbpf__entry_signature both[] = {
		{ .numbers = &twice[0], .number_count = 1, .values = &told[0], .value_count = 1 },
		{ .numbers = &twice[0], .number_count = 2, .values = &told[1], .value_count = 1 },
	};
	unsigned count = generate(RAWBPF__ENTRY_SYSCALL_RAW_TP, RAWBPF_ARCH_S390X, both, 2);

	ck_assert_uint_eq(run_call(RAWBPF__ENTRY_SYSCALL_RAW_TP, RAWBPF_ARCH_S390X, count, 5, false), 1);
	ck_assert_uint_eq(run_call(RAWBPF__ENTRY_SYSCALL_RAW_TP, RAWBPF_ARCH_S390X, count, 6, false), 2);
}
END_TEST

/* Without values r1 is the context, whatever the way. */
START_TEST(test_without_values)
{
	static const struct rawbpf__entry_object object = { -16, 16 };

	for (unsigned arch = 0; arch < RAWBPF_COUNT(archs); arch++)
		for (unsigned way = 0; way < RAWBPF__ENTRY_WAYS; way++)
			for (unsigned objects = 0; objects < 2; objects++) {
				const struct rawbpf__entry_signature empty[] = {
					{ .numbers = family[0], .number_count = 2,
					  .objects = &object, .object_count = objects },
					{ .numbers = family[1], .number_count = 1 },
				};
				unsigned calls = is_call_way(way) ? 2 : 1;
				unsigned count = generate(way, archs[arch], empty, calls);

				put_world(way, archs[arch], 0);
				ck_assert_int_eq(machine_run(&machine, insns, count), 1);
				ck_assert_uint_eq(machine.registers[1], MACHINE_CONTEXT);
				if (calls == 1)
					continue;
				put_call(way, archs[arch], 2, 0);
				ck_assert_int_eq(machine_run(&machine, insns, count), 1);
				ck_assert_uint_eq(machine.registers[1], MACHINE_CONTEXT);
			}
}
END_TEST

static void entry_add_tests(TCase *tests)
{
	tcase_add_test(tests, test_each_value);
	tcase_add_test(tests, test_side_by_side);
	tcase_add_test(tests, test_constants);
	tcase_add_test(tests, test_objects_are_zeroed);
	tcase_add_test(tests, test_zeroed_then_filled);
	tcase_add_test(tests, test_family);
	tcase_add_test(tests, test_other_calls_are_cheap);
	tcase_add_test(tests, test_upper_half_of_number);
	tcase_add_test(tests, test_number_twice);
	tcase_add_test(tests, test_without_values);
}

int main(void)
{
	return unit_run("entry", entry_add_tests);
}

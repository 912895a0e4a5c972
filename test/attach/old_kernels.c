/* SPDX-License-Identifier: MIT */
/*
 * The library, and the code of rawbpf_kernels(7), on kernels that reject what 4.18 and 5.4 reject.
 * Each test runs on both.
 */
#include "../old_kernel.h"
#include "cgroups.h"

#include "page_kernels.h"

enum { DEVICE = BPF_CGROUP_DEVICE, PROGRAMS = 64 };

static const unsigned kernels[] = { OLD_4_18, OLD_5_4 };

static int refuses_jump32(void)
{
	return old_kernel.kernel < OLD_5_1;
}

/* The emulated kernel rejects what it should. */
START_TEST(test_refusals)
{
	const struct bpf_insn insns[] = {
		BPF_MOV64_IMM(BPF_REG_0, 0), BPF_JMP32_IMM(BPF_JEQ, BPF_REG_0, 1, 0), BPF_EXIT_INSN() };
	struct rawbpf_map_spec array = { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
					 .max_entries = 1, .flags = BPF_F_MMAPABLE };
	struct rawbpf_link link;
	int prog, map, cgroup;

	cgroup = cgroups_open(cgroups_make(""));
	old_kernel_begin(kernels[_i]);
	ck_assert_int_eq(rawbpf_map_create(&array), -EINVAL);
	array.flags = 0;
	map = rawbpf_map_create(&array);
	ck_assert_int_gt(map, 2);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns, .insn_count = 3 });
	ck_assert_int_eq(prog < 0 ? prog : 0, refuses_jump32() ? -EINVAL : 0);
	prog = live_prog(BPF_PROG_TYPE_CGROUP_DEVICE, 1);
	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_cgroup_attach(&link, prog, cgroup, DEVICE, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_attach(prog, cgroup, DEVICE, &(struct rawbpf_prog_attach_spec){
		.flags = BPF_F_ALLOW_MULTI, .replace = prog }), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_map_bind(prog, map), -EINVAL);
	ck_assert_int_eq(old_kernel.refused, refuses_jump32() ? 5 : 4);
}
END_TEST

/* ------------------------------------------------------------------------- 32-bit jumps */

static const uint32_t operands[] = { 0, 1, 2, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff };

enum { OPERANDS = RAWBPF_COUNT(operands) };

static int decide(unsigned operation, uint32_t a, uint32_t b)
{
	switch (operation) {
	case BPF_JEQ: return a == b;
	case BPF_JNE: return a != b;
	case BPF_JGT: return a > b;
	case BPF_JGE: return a >= b;
	case BPF_JLT: return a < b;
	case BPF_JLE: return a <= b;
	case BPF_JSGT: return (int32_t)a > (int32_t)b;
	case BPF_JSGE: return (int32_t)a >= (int32_t)b;
	case BPF_JSLT: return (int32_t)a < (int32_t)b;
	case BPF_JSLE: return (int32_t)a <= (int32_t)b;
	case BPF_JSET: return (a & b) != 0;
	}
	ck_abort_msg("operation 0x%x", operation);
}

/* Append: r6 <<= 1; r6 |= the jump's decision for a and b, which stand below other upper halves. */
static void add_decision(struct rawbpf_build *b, struct bpf_insn jump, uint32_t left, uint32_t right)
{
	rawbpf_build_emit(b, BPF_ALU64_IMM(BPF_LSH, BPF_REG_6, 1),
			  BPF_LD_IMM64(BPF_REG_1, 0x1234567800000000ULL | left),
			  BPF_LD_IMM64(BPF_REG_2, 0xfedcba9800000000ULL | right));
	/* The verifier must not know the decision, which makes instructions unreachable. */
	rawbpf_build_emit(b, BPF_ALU64_REG(BPF_XOR, BPF_REG_1, BPF_REG_7),
			  BPF_ALU64_REG(BPF_XOR, BPF_REG_2, BPF_REG_7));
	jump32(b, jump, "1f");
	rawbpf_build_jump(b, BPF_JMP_A(0), "2f");
	rawbpf_build_label(b, "1");
	rawbpf_build_emit(b, BPF_ALU64_IMM(BPF_OR, BPF_REG_6, 1));
	rawbpf_build_label(b, "2");
}

static uint32_t run(const struct bpf_insn *insns, int count)
{
	static char log[65536];
	char packet[64] = { 0 };
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .insns = insns, .insn_count = count,
		.log = log, .log_size = sizeof log });

	ck_assert_msg(prog > 2, "%d\n%s", prog, log);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	close(prog);
	return run.retval;
}

/*
 * Compare all decisions of an operation for one left operand, with a register or a constant on the
 * right.
 */
static void compare_decisions(unsigned operation, uint32_t left, unsigned source)
{
	struct rawbpf_build_slot slots[256];
	struct rawbpf_build b = { .slots = slots, .slot_max = RAWBPF_COUNT(slots) };
	struct bpf_insn insns[256];
	uint32_t expected = 0;
	int count;

	/* r7 = skb->mark, 0 here, which the verifier does not know */
	rawbpf_build_emit(&b, BPF_LDX_MEM(BPF_W, BPF_REG_7, BPF_REG_1, offsetof(struct __sk_buff, mark)),
			  BPF_MOV64_IMM(BPF_REG_6, 0));
	for (unsigned i = 0; i < OPERANDS; i++) {
		const struct bpf_insn jump = BPF_RAW_INSN(BPF_JMP32 | operation | source, BPF_REG_1,
							  source == BPF_X ? BPF_REG_2 : 0, 0,
							  source == BPF_X ? 0 : (int)operands[i]);

		add_decision(&b, jump, left, operands[i]);
		expected = expected << 1 | (unsigned)decide(operation, left, operands[i]);
	}
	rawbpf_build_emit(&b, BPF_MOV64_REG(BPF_REG_0, BPF_REG_6), BPF_EXIT_INSN());
	count = rawbpf_build_resolve(&b, insns, RAWBPF_COUNT(insns), NULL);
	ck_assert_int_gt(count, 0);
	ck_assert_uint_le(rawbpf_prog_kernel_find(insns, count), OLD_4_18);
	ck_assert_uint_eq(run(insns, count), expected);
}

START_TEST(test_jump32)
{
	static const unsigned operations[] = { BPF_JEQ, BPF_JNE, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE,
					       BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JSET };

	old_kernel_begin(kernels[_i]);
	for (unsigned n = 0; n < RAWBPF_COUNT(operations); n++)
		for (unsigned i = 0; i < OPERANDS; i++) {
			compare_decisions(operations[n], operands[i], BPF_X);
			compare_decisions(operations[n], operands[i], BPF_K);
		}
	ck_assert_uint_eq(old_kernel.refused, 0);
}
END_TEST

/* A register compared with itself is extended once. */
START_TEST(test_jump32_self)
{
	struct rawbpf_build_slot slots[32];
	struct rawbpf_build b = { .slots = slots, .slot_max = RAWBPF_COUNT(slots) };
	struct bpf_insn insns[32];

	old_kernel_begin(kernels[_i]);
	rawbpf_build_emit(&b, BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_1, offsetof(struct __sk_buff, mark)),
			  BPF_MOV64_IMM(BPF_REG_0, 7));
	jump32(&b, BPF_JMP32_REG(BPF_JEQ, BPF_REG_1, BPF_REG_1, 0), "out");
	rawbpf_build_emit(&b, BPF_MOV64_IMM(BPF_REG_0, 8));
	rawbpf_build_label(&b, "out");
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_build_resolve(&b, insns, 32, NULL), 7);
	ck_assert_uint_eq(run(insns, 7), 7);
}
END_TEST

/* ---------------------------------------------------------------------------- replacing */

static int filter(const char *name)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 1), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = insns, .insn_count = 2 });

	ck_assert_int_gt(prog, 2);
	return prog;
}

/* Assert the ids at the hook, in order. `progs` ends with -1. */
static void assert_attached(const int *progs)
{
	unsigned ids[PROGRAMS], i;
	struct rawbpf_prog_query query = { .prog_ids = ids, .capacity = PROGRAMS };

	ck_assert_int_eq(rawbpf_prog_query(&query, old_kernel.cgroup, DEVICE), 0);
	for (i = 0; progs[i] >= 0; i++) {
		ck_assert_uint_lt(i, query.count);
		ck_assert_uint_eq(ids[i], live_prog_id(progs[i]));
	}
	ck_assert_uint_eq(query.count, i);
	ck_assert_uint_eq(query.revision, 0);
}

#define ASSERT_ATTACHED(...) assert_attached((const int[]){ __VA_ARGS__, -1 })

static void begin_cgroup(unsigned kernel)
{
	old_kernel.cgroup = cgroups_open(cgroups_make(""));
	old_kernel_begin(kernel);
}

static int attach(int prog)
{
	return rawbpf_prog_attach(prog, old_kernel.cgroup, DEVICE,
				  &(struct rawbpf_prog_attach_spec){ .flags = BPF_F_ALLOW_MULTI });
}

/* The function finds the old program, puts the new one beside it, and ends with one. */
START_TEST(test_replace)
{
	int progs[4], other;

	begin_cgroup(kernels[_i]);
	other = filter("other");
	ck_assert_int_eq(attach(other), 0);
	for (unsigned i = 0; i < 4; i++) {
		progs[i] = filter("mine");
		ck_assert_int_eq(rawbpf_prog_replace(progs[i], old_kernel.cgroup, DEVICE, NULL), i > 0);
		ASSERT_ATTACHED(other, progs[i]);
	}
	ck_assert_int_eq(rawbpf_prog_replace(progs[3], old_kernel.cgroup, DEVICE, NULL), 0);
	ck_assert_uint_eq(old_kernel.most, 3);
	/* found by the old program's descriptor */
	ck_assert_int_eq(rawbpf_prog_replace(progs[0], old_kernel.cgroup, DEVICE,
					     &(struct rawbpf_prog_replace_spec){ .old = progs[3] }), 1);
	ASSERT_ATTACHED(other, progs[0]);
}
END_TEST

/* A program that excludes others: at each moment exactly one is attached. */
START_TEST(test_replace_alone)
{
	int progs[3], cgroup;

	begin_cgroup(kernels[_i]);
	cgroup = old_kernel.cgroup;
	for (unsigned i = 0; i < 3; i++) {
		progs[i] = filter("mine");
		ck_assert_int_eq(rawbpf_prog_replace(progs[i], cgroup, DEVICE,
			&(struct rawbpf_prog_replace_spec){ .flags = BPF_F_ALLOW_OVERRIDE }), i > 0);
		ASSERT_ATTACHED(progs[i]);
	}
	ck_assert_uint_eq(old_kernel.least, 1);
	ck_assert_uint_eq(old_kernel.most, 1);
}
END_TEST

/*
 * A killed process left two programs: the next replacement leaves one. A full hook stays as it is.
 */
START_TEST(test_replace_leftover)
{
	int first, second, third, others[PROGRAMS - 1];

	begin_cgroup(kernels[_i]);
	first = filter("mine");
	second = filter("mine");
	third = filter("mine");
	ck_assert_int_eq(attach(first), 0);
	ck_assert_int_eq(attach(second), 0);
	ck_assert_int_eq(rawbpf_prog_replace(third, old_kernel.cgroup, DEVICE, NULL), 1);
	ASSERT_ATTACHED(third);
	ck_assert_uint_eq(old_kernel.least, 1);
	ck_assert_uint_eq(old_kernel.most, 3);
	for (unsigned i = 0; i < PROGRAMS - 1; i++) {
		others[i] = filter("other");
		ck_assert_int_eq(attach(others[i]), 0);
	}
	ck_assert_int_eq(rawbpf_prog_replace(first, old_kernel.cgroup, DEVICE, NULL), -E2BIG);
	ck_assert_int_eq(rawbpf_prog_detach(others[0], old_kernel.cgroup, DEVICE, NULL), 0);
	ck_assert_int_eq(rawbpf_prog_replace(first, old_kernel.cgroup, DEVICE, NULL), 1);
	ck_assert_uint_eq(old_kernel.least, 1);
}
END_TEST

/* A request that every kernel rejects is rejected here, too, and attaches nothing. */
START_TEST(test_replace_invalid)
{
	int mine, wrong = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);

	begin_cgroup(kernels[_i]);
	mine = filter("mine");
	ck_assert_int_eq(attach(mine), 0);
	ck_assert_int_eq(rawbpf_prog_replace(wrong, old_kernel.cgroup, DEVICE,
					     &(struct rawbpf_prog_replace_spec){ .old = mine }), -EINVAL);
	ASSERT_ATTACHED(mine);
	ck_assert_uint_eq(old_kernel.most, 1);
}
END_TEST

/* The function that the page shows. */
START_TEST(test_replace_by_hand)
{
	int first, second;

	begin_cgroup(kernels[_i]);
	first = filter("a");
	second = filter("b");
	ck_assert_int_eq(attach(first), 0);
	ck_assert_int_eq(replace(second, first, old_kernel.cgroup), 0);
	ASSERT_ATTACHED(second);
	ck_assert_int_eq(replace(second, first, old_kernel.cgroup), -EINVAL); /* it is there already */
	ck_assert_uint_eq(old_kernel.least, 1);
	ck_assert_uint_eq(old_kernel.most, 2);
}
END_TEST

/* A filter from rules loads on the old kernel, and replaces the former one. */
START_TEST(test_device_filter)
{
	struct bpf_insn insns[128];
	struct rawbpf_device_rule rules[3];
	uint64_t scratch[64];
	struct rawbpf_device_filter from = { .rules = rules, .scratch = scratch,
					     .scratch_size = sizeof scratch };
	static const char *const texts[] = { "c 1:3 rwm", "b *:7 r", "c 4095:1048575 w" };

	begin_cgroup(kernels[_i]);
	for (unsigned i = 0; i < 3; i++) {
		int count, prog;

		ck_assert_int_eq(rawbpf_device_rule_parse(&rules[i], texts[i], NULL), 0);
		rules[i].allow = 1;
		from.rule_count = i + 1;
		count = rawbpf_device_filter_generate(insns, RAWBPF_COUNT(insns), &from);
		ck_assert_int_gt(count, 0);
		prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){ .name = "devices",
			.type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = insns, .insn_count = count });
		ck_assert_int_gt(prog, 2);
		ck_assert_int_eq(rawbpf_prog_replace(prog, old_kernel.cgroup, DEVICE, NULL), i > 0);
		ASSERT_ATTACHED(prog);
	}
	ck_assert_uint_eq(old_kernel.least, 1);
	ck_assert_uint_eq(old_kernel.refused > 0, 1);
}
END_TEST

/* -------------------------------------------------------------------------------- maps */

/*
 * The page's array is in memory on new kernels, and goes through system calls on old ones: the
 * answers are the same.
 */
START_TEST(test_array)
{
	const struct rawbpf_map_spec spec = { .key_size = 4, .value_size = 12, .max_entries = 3 };
	char value[12], expected[12];
	struct array a;

	if (_i)
		old_kernel_begin(kernels[_i - 1]);
	ck_assert_int_gt(array_open(&a, spec), 2);
	ck_assert_int_eq(a.view.data != NULL, _i == 0);
	for (uint32_t key = 0; key < 3; key++) {
		memset(expected, 'a' + (int)key, sizeof expected);
		ck_assert_int_eq(rawbpf_map_update(a.map, &key, expected, 0), 0);
	}
	for (uint32_t key = 0; key < 3; key++) {
		memset(expected, 'a' + (int)key, sizeof expected);
		ck_assert_int_eq(array_read(&a, key, value, sizeof value), 0);
		ck_assert_mem_eq(value, expected, sizeof value);
	}
	ck_assert_int_eq(array_read(&a, 3, value, sizeof value), -ENOENT);
	rawbpf_map_view_close(&a.view);
	close(a.map);
	ck_assert_int_eq(array_open(&a, (struct rawbpf_map_spec){ .key_size = 3 }), -EINVAL);
	ck_assert_uint_eq(old_kernel.refused, _i ? 2 : 0);
}
END_TEST

/* Without batches, iterators go on one by one. */
START_TEST(test_iterator)
{
	enum { ELEMENTS = 100 };
	const void *key, *value;
	struct rawbpf_map_iter iter;
	uint64_t sum = 0;
	unsigned count = 0;
	int map = live_hash(ELEMENTS), queue = live_map(BPF_MAP_TYPE_QUEUE, 0, 4, 1);

	old_kernel_begin(kernels[_i]);
	for (uint32_t i = 0; i < ELEMENTS; i++)
		ck_assert_int_eq(rawbpf_map_update(map, &i, &(uint64_t){ i * i }, 0), 0);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, map), 0);
	while (rawbpf_map_iter_next(&iter, &key, &value) > 0) {
		count++;
		sum += *(const uint64_t *)value;
	}
	rawbpf_map_iter_close(&iter);
	ck_assert_uint_eq(count, ELEMENTS);
	ck_assert_uint_eq(sum, 328350);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, queue), 0);
	ck_assert_int_lt(rawbpf_map_iter_next(&iter, &key, &value), 0);
	rawbpf_map_iter_close(&iter);
}
END_TEST

static void add_tests(TCase *tests)
{
	enum { KERNELS = RAWBPF_COUNT(kernels) };

	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_loop_test(tests, test_refusals, 0, KERNELS);
	tcase_add_loop_test(tests, test_jump32, 0, KERNELS);
	tcase_add_loop_test(tests, test_jump32_self, 0, KERNELS);
	tcase_add_loop_test(tests, test_replace, 0, KERNELS);
	tcase_add_loop_test(tests, test_replace_alone, 0, KERNELS);
	tcase_add_loop_test(tests, test_replace_leftover, 0, KERNELS);
	tcase_add_loop_test(tests, test_replace_invalid, 0, KERNELS);
	tcase_add_loop_test(tests, test_replace_by_hand, 0, KERNELS);
	tcase_add_loop_test(tests, test_device_filter, 0, KERNELS);
	tcase_add_loop_test(tests, test_array, 0, KERNELS + 1);
	tcase_add_loop_test(tests, test_iterator, 0, KERNELS);
}

int main(void)
{
	return cgroups_run("old_kernels", add_tests);
}

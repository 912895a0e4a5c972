/* SPDX-License-Identifier: MIT */
/* Programs of a collection, resolved: exact instructions by each way, on each architecture. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>

#include "../unit.h"
#include "tables.h"

enum { SLOTS = 512 };

/* A unit that was resolved. */
struct outcome {
	struct bpf_insn insns[SLOTS];
	unsigned lines[SLOTS], maps[SLOTS], functions[SLOTS];
	struct rawbpf_resolved resolved;
	int result;
};

static struct outcome resolve(struct tables *t, struct rawbpf_unit unit,
			      struct rawbpf_collection_env env)
{
	const struct rawbpf_collection *collection = tables_end(t);
	struct rawbpf_collection_index index = { .size = rawbpf_collection_index_size(collection) };
	struct outcome outcome = { .result = 0 };

	index.memory = malloc(index.size);
	env.index = &index;
	outcome.resolved = (struct rawbpf_resolved){
		.insns = outcome.insns, .max = SLOTS, .lines = outcome.lines, .maps = outcome.maps,
		.functions = outcome.functions };
	outcome.result = rawbpf_collection_resolve(&outcome.resolved, collection, &unit, &env);
	free(index.memory);
	return outcome;
}

static void expect_insns(const struct outcome *outcome, const struct bpf_insn *wanted,
			 unsigned count)
{
	ck_assert_msg(outcome->result >= 0, "%d: line %u: %s", outcome->result,
		      outcome->resolved.error.at.line, outcome->resolved.error.at.message);
	for (unsigned i = 0; i < count && i < (unsigned)outcome->result; i++)
		if (memcmp(&outcome->insns[i], &wanted[i], sizeof(*wanted)) != 0) {
			char is[128], want[128];

			rawbpf_insn_format(is, sizeof(is), &outcome->insns[i], outcome->result - i,
					   RAWBPF_LLVM, NULL, NULL);
			rawbpf_insn_format(want, sizeof(want), &wanted[i], count - i, RAWBPF_LLVM, NULL,
					   NULL);
			ck_abort_msg("slot %u is %s, not %s", i, is, want);
		}
	ck_assert_int_eq(outcome->result, (int)count);
	ck_assert_uint_eq(outcome->resolved.count, count);
}

#define expect_program(OUTCOME, ...) \
	expect_insns((OUTCOME), (const struct bpf_insn[]){ __VA_ARGS__ }, \
		     sizeof((const struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn))

static void expect_error(const struct outcome *outcome, int error, unsigned line, const char *message)
{
	ck_assert_int_eq(outcome->result, error);
	ck_assert_str_eq(outcome->resolved.error.at.message, message);
	ck_assert_uint_eq(outcome->resolved.error.at.line, line);
}

/* ---------------------------------------------------------------------------- fchownat */

/* fchownat.bpf: how often fchownat(2) is called. */
static struct tables *fchownat_tables(void)
{
	struct tables *t = tables_begin();

	table_map(t, "count", BPF_MAP_TYPE_ARRAY, "u32", "u64", 1);
	table_prog(t, "counter");
	table_place(t, RAWBPF_WAY_SYSCALL, "fchownat");
	table_line(t, 7, 0);
	table_step(t, RAWBPF_STEP_VALUE, 0, table_number(t, 0));
	table_insn(t, BPF_LD_IMM64(BPF_REG_1, 0));
	table_line(t, 8, 0);
	table_insn(t, BPF_MOV64_IMM(BPF_REG_2, 1));
	table_line(t, 9, 0);
	table_insn(t, BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0));
	table_line(t, 10, 0);
	table_insn(t, BPF_MOV64_IMM(BPF_REG_0, 0));
	table_line(t, 11, 0);
	table_insn(t, BPF_EXIT_INSN());
	return t;
}

#define FCHOWNAT_BODY \
	BPF_LD_MAP_VALUE(BPF_REG_1, 0, 0), \
	BPF_MOV64_IMM(BPF_REG_2, 1), \
	BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0), \
	BPF_MOV64_IMM(BPF_REG_0, 0), \
	BPF_EXIT_INSN()

START_TEST(counter)
{
	struct tables *t = fchownat_tables();
	struct outcome outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_KPROBE },
					 (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_ARM64 });

	expect_program(&outcome, FCHOWNAT_BODY);
	ck_assert_uint_eq(outcome.resolved.type, BPF_PROG_TYPE_KPROBE);
	ck_assert_uint_eq(outcome.resolved.entry_count, 0);
	ck_assert_uint_eq(outcome.lines[0], 7 << 16);
	ck_assert_uint_eq(outcome.lines[2], 8 << 16);
	ck_assert_uint_eq(outcome.maps[0], 1);
	ck_assert_uint_eq(outcome.maps[1], 0);
	outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_TRACEPOINT },
			  (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_S390X });
	expect_program(&outcome, FCHOWNAT_BODY);
	ck_assert_uint_eq(outcome.resolved.type, BPF_PROG_TYPE_TRACEPOINT);
	outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_RAW_TP },
			  (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_X86_64 });
	ck_assert_int_gt(outcome.result, 6);
	ck_assert_uint_eq(outcome.resolved.type, BPF_PROG_TYPE_RAW_TRACEPOINT);
	free(t);
}
END_TEST

/* ------------------------------------------------------------------------ the stack */

/* struct call: head (8 + 4 + 4), s32 dirfd, u32 flags, u64 path, char name[6] with its length */
static void add_call(struct tables *t)
{
	table_struct(t, "head");
	table_field(t, "u64", "time", 0, 0);
	table_field(t, "u32", "pid", 0, 0);
	table_field(t, "u32", "tid", 0, 0);
	table_struct(t, "call");
	table_field(t, "head", "head", 0, 0);
	table_field(t, "s32", "dirfd", 0, 0);
	table_field(t, "u32", "flags", 0, 0);
	table_field(t, "u64", "path", 0, 0);
	table_field(t, "char", "name", 6, RAWBPF_PRESENT_STRING);
}

START_TEST(arguments)
{
	struct tables *t = tables_begin();
	struct outcome outcome;

	add_call(t);
	table_prog(t, "enter");
	table_place(t, RAWBPF_WAY_SYSCALL, "openat");
	table_arg(t, 0, "c.dirfd", NULL, 0);
	table_arg(t, 1, "path", NULL, 0);
	table_arg(t, 2, "flags", "u32", 0);
	table_arg(t, RAWBPF_ARG_VALUE, "c.flags", NULL, table_number(t, 5));
	table_local(t, "c", "call", 0);
	table_line(t, 20, 0);
	table_step(t, RAWBPF_STEP_OFF, table_symbol(t, "path"), 0);
	table_insn(t, BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_10, 0));
	table_step(t, RAWBPF_STEP_OFF, table_symbol(t, "flags"), 0);
	table_insn(t, BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_10, 0));
	table_step(t, RAWBPF_STEP_OFF, table_sum(t, table_symbol(t, "c.head"),
						 table_symbol(t, "head.pid")), 0);
	table_insn(t, BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_10, 0));
	table_step(t, RAWBPF_STEP_OFF, table_symbol(t, "c.name.size"), 0);
	table_insn(t, BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_10, 0));
	table_insn(t, BPF_EXIT_INSN());
	outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_TRACEPOINT },
			  (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_X86_64 });
	/* c has 16 + 4 + 4 + 8 + 4 + 6 bytes, with padding 48: at -48. path at -56, flags at -60. */
	expect_program(&outcome,
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_1),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -48, 0),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -40, 0),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -32, 0),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -24, 0),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -16, 0),
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6, 16),
		BPF_STX_MEM(BPF_W, BPF_REG_10, BPF_REG_1, -32),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6, 24),
		BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -56),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_6, 32),
		BPF_STX_MEM(BPF_W, BPF_REG_10, BPF_REG_1, -60),
		BPF_ST_MEM(BPF_W, BPF_REG_10, -28, 5),
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_10, -56),
		BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_10, -60),
		BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_10, -40),
		BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_10, -16),
		BPF_EXIT_INSN());
	ck_assert_uint_eq(outcome.resolved.stack, 64);
	ck_assert_uint_eq(outcome.resolved.entry_count, 14);
	ck_assert_uint_eq(outcome.lines[0], 11 << 16);
	ck_assert_uint_eq(outcome.lines[14], 20 << 16);
	free(t);
}
END_TEST

/* A program that loads `name` with this width. */
static struct outcome load(const char *name, int add, unsigned size)
{
	struct tables *t = tables_begin();
	struct outcome outcome;
	unsigned place;

	add_call(t);
	table_prog(t, "load");
	table_place(t, RAWBPF_WAY_KPROBE, "vfs_open");
	table_arg(t, 0, "narrow", "s32", 0);
	table_line(t, 20, 3);
	table_local(t, "c", "call", 0);
	table_local(t, "word", NULL, 8);
	table_local(t, "number", "u16", 0);
	place = table_symbol(t, name);
	if (add)
		place = table_sum(t, place, table_number(t, add));
	table_step(t, RAWBPF_STEP_OFF, place, 0);
	table_insn(t, BPF_LDX_MEM(size, BPF_REG_3, BPF_REG_10, 0));
	table_insn(t, BPF_EXIT_INSN());
	outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_KPROBE },
			  (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_X86_64 });
	free(t);
	return outcome;
}

static int load_off(const char *name, int add, unsigned size)
{
	struct outcome outcome = load(name, add, size);

	ck_assert_msg(outcome.result > 0, "%s", outcome.resolved.error.at.message);
	return outcome.insns[outcome.resolved.entry_count].off;
}

START_TEST(widths)
{
	struct outcome outcome;

	ck_assert_int_eq(load_off("c.path", 0, BPF_DW), -24);
	ck_assert_int_eq(load_off("c.path", 4, BPF_W), -20); /* the half that is named */
	ck_assert_int_eq(load_off("c.head", 0, BPF_H), -48);
	ck_assert_int_eq(load_off("c.head", 8, BPF_DW), -40);
	ck_assert_int_eq(load_off("word", 0, BPF_W), -56);
	ck_assert_int_eq(load_off("number", 0, BPF_H), -58);
	ck_assert_int_eq(load_off("narrow", 0, BPF_W), -64);
	outcome = load("c.path", 0, BPF_W);
	expect_error(&outcome, -EINVAL, 20, "the value has 8 bytes: access it as u64 or s64");
	ck_assert_uint_eq(outcome.resolved.error.macro_line, 3);
	outcome = load("c.dirfd", 0, BPF_DW);
	expect_error(&outcome, -EINVAL, 20, "the value has 4 bytes: access it with that width");
	outcome = load("narrow", 0, BPF_DW);
	expect_error(&outcome, -EINVAL, 20, "the value has 4 bytes: access it with that width");
	outcome = load("c.name", 4, BPF_W);
	expect_error(&outcome, -EINVAL, 20, "this is outside of the 6 bytes that are named");
	outcome = load("c.head", -4, BPF_W);
	expect_error(&outcome, -EINVAL, 20, "this is outside of the 16 bytes that are named");
	outcome = load("c.pazh", 0, BPF_DW);
	expect_error(&outcome, -ENOENT, 20, "the struct has no field 'pazh' (did you mean 'path'?)");
	outcome = load("c.path.size", 0, BPF_DW);
	expect_error(&outcome, -EINVAL, 20, "'size' is a member of no struct");
	outcome = load("nothing", 0, BPF_DW);
	expect_error(&outcome, -ENODATA, 20, "the file has no 'nothing', and there is neither BTF "
		     "nor an offsets file of the kernel");
}
END_TEST

static struct outcome stack(unsigned first, unsigned second, int is_other_name)
{
	struct tables *t = tables_begin();
	struct outcome outcome;

	table_prog(t, "stack");
	table_place(t, RAWBPF_WAY_XDP, "");
	table_line(t, 20, 0);
	table_local(t, "word", NULL, first);
	table_line(t, 30, 0);
	table_local(t, is_other_name ? "other" : "word", NULL, second);
	table_insn(t, BPF_EXIT_INSN());
	outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_XDP },
			  (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_X86_64 });
	free(t);
	return outcome;
}

START_TEST(stacks)
{
	struct outcome outcome = stack(8, 8, 0);

	expect_program(&outcome, BPF_EXIT_INSN());
	ck_assert_uint_eq(outcome.resolved.stack, 8); /* one object */
	outcome = stack(4, 2, 1);
	ck_assert_uint_eq(outcome.resolved.stack, 8);
	outcome = stack(3, 512 - 3 - 5, 1);
	ck_assert_uint_eq(outcome.resolved.stack, 512);
	outcome = stack(8, 4, 0);
	expect_error(&outcome, -EINVAL, 30, "'word' has another size in line 20");
	outcome = stack(400, 120, 1);
	expect_error(&outcome, -E2BIG, 10, "the stack has 520 bytes, 512 at most: word 400, other 120");
	outcome = stack(0x10000, 1, 1);
	expect_error(&outcome, -ERANGE, 20, "a .local cannot have the size 65536");
}
END_TEST

/* ------------------------------------------------------------------------- branches */

/* if A { local a; r0 = 1; goto end } else { local b; if B { r0 = 2 } else { r0 = 3 } } end: exit */
static struct outcome branches(int a, int b)
{
	struct tables *t = tables_begin();
	struct outcome outcome;
	unsigned end, never;

	table_set(t, "A", table_number(t, a));
	table_set(t, "B", table_number(t, b));
	table_prog(t, "branches");
	end = table_label(t, "end");
	never = table_label(t, "never");
	table_line(t, 20, 0);
	table_step(t, RAWBPF_STEP_IF, table_symbol(t, "A"), 0);
	table_line(t, 21, 0);
	table_local(t, "a", NULL, 16);
	table_insn(t, BPF_MOV64_IMM(BPF_REG_0, 1));
	if (a == 2)
		table_step(t, RAWBPF_STEP_JUMP, never, 0);
	else
		table_step(t, RAWBPF_STEP_JUMP, end, 0);
	table_insn(t, BPF_JMP_A(0));
	table_step(t, RAWBPF_STEP_ELSE, 0, 0);
	table_local(t, "b", NULL, 8);
	table_step(t, RAWBPF_STEP_LABEL, never, 0);
	table_step(t, RAWBPF_STEP_IF, table_symbol(t, "B"), 0);
	table_insn(t, BPF_MOV64_IMM(BPF_REG_0, 2));
	table_step(t, RAWBPF_STEP_ELSE, 0, 0);
	table_insn(t, BPF_MOV64_IMM(BPF_REG_0, 3));
	table_step(t, RAWBPF_STEP_ENDIF, 0, 0);
	table_step(t, RAWBPF_STEP_ENDIF, 0, 0);
	table_insn(t, BPF_MOV64_IMM(BPF_REG_1, 4));
	table_step(t, RAWBPF_STEP_LABEL, end, 0);
	table_insn(t, BPF_EXIT_INSN());
	outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 0, RAWBPF_WAY_NONE },
			  (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_X86_64 });
	free(t);
	return outcome;
}

START_TEST(conditions)
{
	struct outcome outcome = branches(1, 0);

	expect_program(&outcome, BPF_MOV64_IMM(BPF_REG_0, 1), BPF_JMP_A(1), BPF_MOV64_IMM(BPF_REG_1, 4),
		       BPF_EXIT_INSN());
	ck_assert_uint_eq(outcome.resolved.stack, 16);
	outcome = branches(0, 1);
	expect_program(&outcome, BPF_MOV64_IMM(BPF_REG_0, 2), BPF_MOV64_IMM(BPF_REG_1, 4),
		       BPF_EXIT_INSN());
	ck_assert_uint_eq(outcome.resolved.stack, 8);
	outcome = branches(0, 0);
	expect_program(&outcome, BPF_MOV64_IMM(BPF_REG_0, 3), BPF_MOV64_IMM(BPF_REG_1, 4),
		       BPF_EXIT_INSN());
	outcome = branches(2, 0);
	expect_error(&outcome, -EINVAL, 21, "the label 'never' is in a branch that .if leaves out");
}
END_TEST

/* ----------------------------------------------------------------------- instructions */

/* Resolve a program of one instruction with a step before it. */
static struct outcome fixed(struct tables *t, unsigned kind, unsigned a, struct bpf_insn insn)
{
	struct outcome outcome;

	table_prog(t, "fixed");
	table_line(t, 20, 0);
	table_step(t, kind, a, 0);
	table_insn(t, insn);
	table_insn(t, BPF_EXIT_INSN());
	outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 0, RAWBPF_WAY_NONE },
			  (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_X86_64 });
	free(t);
	return outcome;
}

static struct outcome immediate(int64_t number, struct bpf_insn insn)
{
	struct tables *t = tables_begin();

	return fixed(t, RAWBPF_STEP_IMM, table_number(t, number), insn);
}

static void expect_immediate(int64_t number, struct bpf_insn insn)
{
	struct outcome outcome = immediate(number, insn);

	insn.imm = (int)number;
	expect_program(&outcome, insn, BPF_EXIT_INSN());
}

START_TEST(immediates)
{
	const struct bpf_insn wide = BPF_MOV64_IMM(BPF_REG_1, 0), low = BPF_MOV32_IMM(BPF_REG_1, 0);
	const struct bpf_insn jump = BPF_JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 0);
	const struct bpf_insn jump32 = BPF_JMP32_IMM(BPF_JEQ, BPF_REG_1, 0, 0);
	struct outcome outcome;

	expect_immediate(INT32_MAX, wide);
	expect_immediate(INT32_MIN, wide);
	expect_immediate(INT32_MIN, jump);
	expect_immediate(UINT32_MAX, low);
	expect_immediate(UINT32_MAX, jump32);
	expect_immediate(INT32_MIN, low);
	expect_immediate(255, BPF_ST_MEM(BPF_B, BPF_REG_1, 0, 0));
	expect_immediate(-128, BPF_ST_MEM(BPF_B, BPF_REG_1, 0, 0));
	expect_immediate(65535, BPF_ST_MEM(BPF_H, BPF_REG_1, 0, 0));
	expect_immediate(UINT32_MAX, BPF_ST_MEM(BPF_W, BPF_REG_1, 0, 0));
	outcome = immediate(UINT32_MAX, wide);
	expect_error(&outcome, -ERANGE, 20, "4294967295 would become negative: load it to a register with ll");
	outcome = immediate(0x80000000, jump);
	expect_error(&outcome, -ERANGE, 20, "2147483648 would become negative: load it to a register with ll");
	outcome = immediate(UINT32_MAX, BPF_ST_MEM(BPF_DW, BPF_REG_1, 0, 0));
	ck_assert_int_eq(outcome.result, -ERANGE);
	outcome = immediate(0x100000000, low);
	expect_error(&outcome, -ERANGE, 20, "4294967296 does not fit 32 bits");
	outcome = immediate(256, BPF_ST_MEM(BPF_B, BPF_REG_1, 0, 0));
	expect_error(&outcome, -ERANGE, 20, "256 does not fit 8 bits");
	outcome = immediate(-32769, BPF_ST_MEM(BPF_H, BPF_REG_1, 0, 0));
	expect_error(&outcome, -ERANGE, 20, "-32769 does not fit 16 bits");
}
END_TEST

static struct outcome offset(int64_t number)
{
	struct tables *t = tables_begin();

	return fixed(t, RAWBPF_STEP_OFF, table_number(t, number),
		     BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_1, 0));
}

START_TEST(offsets)
{
	struct outcome outcome = offset(32767);

	expect_program(&outcome, BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_1, 32767), BPF_EXIT_INSN());
	outcome = offset(-32768);
	expect_program(&outcome, BPF_LDX_MEM(BPF_W, BPF_REG_1, BPF_REG_1, -32768), BPF_EXIT_INSN());
	outcome = offset(32768);
	expect_error(&outcome, -ERANGE, 20,
		     "the offset 32768 does not fit 16 bits; add it to the register first");
	outcome = offset(-32769);
	ck_assert_int_eq(outcome.result, -ERANGE);
}
END_TEST

/* A callback, a call, a map, 64 bits, gotol; and two steps at one instruction. */
START_TEST(references)
{
	const int fds[] = { 7, 9 };
	struct tables *t = tables_begin();
	struct outcome outcome;
	unsigned twice, last;

	table_map(t, "first", BPF_MAP_TYPE_HASH, "u32", "u64", 10);
	table_map(t, "second", BPF_MAP_TYPE_ARRAY, "u32", "u64", 1);
	table_prog(t, "references");
	twice = table_label(t, "twice");
	last = table_label(t, "last");
	table_line(t, 20, 0);
	table_step(t, RAWBPF_STEP_MAP, 0, 0);
	table_insn(t, BPF_LD_IMM64(BPF_REG_1, 0));
	table_step(t, RAWBPF_STEP_VALUE, 1, table_number(t, 4));
	table_insn(t, BPF_LD_IMM64(BPF_REG_2, 0));
	table_step(t, RAWBPF_STEP_IMM64, table_number(t, 0x123456789abcdef0), 0);
	table_insn(t, BPF_LD_IMM64(BPF_REG_3, 0));
	table_step(t, RAWBPF_STEP_FUNC, twice, 0);
	table_insn(t, BPF_LD_IMM64(BPF_REG_4, 0));
	table_step(t, RAWBPF_STEP_OFF, table_number(t, -4), 0);
	table_step(t, RAWBPF_STEP_IMM, table_number(t, 12), 0);
	table_insn(t, BPF_ST_MEM(BPF_W, BPF_REG_10, 0, 0));
	table_step(t, RAWBPF_STEP_CALL, twice, 0);
	table_insn(t, BPF_CALL_REL(0));
	table_step(t, RAWBPF_STEP_JUMP, last, 0);
	table_insn(t, BPF_JMP32_A(0));
	table_step(t, RAWBPF_STEP_LABEL, twice, 0);
	table_line(t, 30, 0);
	table_insn(t, BPF_MOV64_IMM(BPF_REG_0, 0));
	table_step(t, RAWBPF_STEP_LABEL, last, 0);
	table_insn(t, BPF_EXIT_INSN());
	outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 0, RAWBPF_WAY_NONE },
			  (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_X86_64, .map_fds = fds });
	expect_program(&outcome,
		BPF_LD_MAP_FD(BPF_REG_1, 7),
		BPF_LD_MAP_VALUE(BPF_REG_2, 9, 4),
		BPF_LD_IMM64(BPF_REG_3, 0x123456789abcdef0),
		RAWBPF_LD_FUNC(BPF_REG_4, 4), /* from its second half */
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 12),
		BPF_CALL_REL(1),
		BPF_JMP32_A(1),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN());
	ck_assert_uint_eq(outcome.maps[0], 1);
	ck_assert_uint_eq(outcome.maps[2], 2);
	ck_assert_str_eq(t->string + outcome.functions[0], "references");
	ck_assert_str_eq(t->string + outcome.functions[11], "twice");
	ck_assert_uint_eq(outcome.functions[12], 0);
	free(t);
}
END_TEST

/* ------------------------------------------------------------- names of two owners */

/* A slot "path", and a local of this name: of the program, or of a macro. */
static struct outcome owners(const char *name, int macro_line)
{
	struct tables *t = tables_begin();
	struct outcome outcome;

	table_prog(t, "owners");
	table_place(t, RAWBPF_WAY_FENTRY, "f");
	table_arg(t, 0, "path", NULL, 0);
	table_line(t, 20, 0);
	table_local(t, "word", NULL, 8);
	table_line(t, 21, macro_line);
	table_local(t, name, NULL, 8);
	table_insn(t, BPF_EXIT_INSN());
	t->place_[0].way = RAWBPF_WAY_KPROBE;
	outcome = resolve(t, (struct rawbpf_unit){ 0, 0, 1, RAWBPF_WAY_KPROBE },
			  (struct rawbpf_collection_env){ .arch = RAWBPF_ARCH_X86_64 });
	free(t);
	return outcome;
}

START_TEST(collisions)
{
	struct outcome outcome = owners("word", 0);

	ck_assert_int_eq(outcome.result, 4);
	ck_assert_uint_eq(outcome.resolved.stack, 16);
	outcome = owners("word", 5);
	expect_error(&outcome, -EINVAL, 21,
		     "'word' is also the name of a slot, or of a macro's .local, in line 20");
	outcome = owners("path", 0);
	expect_error(&outcome, -EINVAL, 11,
		     "'path' is also the name of a slot, or of a macro's .local, in line 21");
}
END_TEST

/* ------------------------------------------------------------------------ expressions */

struct evaluated {
	int result;
	int64_t value;
	char message[116];
};

static struct evaluated evaluate(struct tables *t, unsigned expr)
{
	const struct rawbpf_option options[] = { { "pid", 77, NULL }, { "level", 5, NULL } };
	const struct rawbpf_collection *collection = tables_end(t);
	struct rawbpf_collection_index index = { .size = rawbpf_collection_index_size(collection) };
	struct rawbpf_collection_env env = { .arch = RAWBPF_ARCH_S390X, .options = options,
					     .option_count = 2, .self_pid = 88, .kernel = 6 << 8 | 1,
					     .index = &index };
	struct rawbpf_collection_error error;
	struct evaluated evaluated;
	uint64_t value = 0;

	index.memory = malloc(index.size);
	evaluated.result = rawbpf_collection_expr_evaluate(&value, collection, expr, 9, &env, &error);
	evaluated.value = (int64_t)value;
	memcpy(evaluated.message, error.at.message, sizeof(error.at.message));
	if (evaluated.result < 0)
		ck_assert_uint_eq(error.at.line, 9);
	free(index.memory);
	free(t);
	return evaluated;
}

static void expect_value(struct evaluated evaluated, int64_t value)
{
	ck_assert_msg(evaluated.result == 0, "%s", evaluated.message);
	ck_assert_int_eq(evaluated.value, value);
}

static void expect_wrong(struct evaluated evaluated, int error, const char *message)
{
	ck_assert_int_eq(evaluated.result, error);
	ck_assert_str_eq(evaluated.message, message);
}

static struct evaluated apply(unsigned op, int64_t a, int64_t b)
{
	struct tables *t = tables_begin();
	unsigned left = table_number(t, a), right = table_number(t, b);

	return evaluate(t, table_expr(t, op, left, right));
}

START_TEST(operations)
{
	expect_value(apply(RAWBPF_EXPR_ADD, 3, -5), -2);
	expect_value(apply(RAWBPF_EXPR_SUBTRACT, 3, 5), -2);
	expect_value(apply(RAWBPF_EXPR_MULTIPLY, -3, 5), -15);
	expect_value(apply(RAWBPF_EXPR_DIVIDE, -7, 2), -3);
	expect_value(apply(RAWBPF_EXPR_AND, -1, 0xf0), 0xf0);
	expect_value(apply(RAWBPF_EXPR_OR, 0x40, 0x200), 0x240);
	expect_value(apply(RAWBPF_EXPR_SHIFT_LEFT, 1, 40), 1ll << 40);
	expect_value(apply(RAWBPF_EXPR_SHIFT_RIGHT, -8, 1), -4);
	expect_value(apply(RAWBPF_EXPR_EQUAL, 4, 4), 1);
	expect_value(apply(RAWBPF_EXPR_UNEQUAL, 4, 4), 0);
	expect_value(apply(RAWBPF_EXPR_LESS, -1, 0), 1);
	expect_value(apply(RAWBPF_EXPR_GREATER, -1, 0), 0);
	expect_value(apply(RAWBPF_EXPR_BOTH, 4, 0), 0);
	expect_value(apply(RAWBPF_EXPR_BOTH, 4, 8), 1);
	expect_value(apply(RAWBPF_EXPR_EITHER, 0, 8), 1);
	expect_value(apply(RAWBPF_EXPR_NEGATE, 4, 0), -4);
	expect_value(apply(RAWBPF_EXPR_NOT, 4, 0), 0);
	expect_value(apply(RAWBPF_EXPR_ADD, 0x123456789abcdef, 0), 0x123456789abcdef);
	expect_wrong(apply(RAWBPF_EXPR_DIVIDE, 1, 0), -EDOM, "an expression divides by 0");
	expect_wrong(apply(RAWBPF_EXPR_SHIFT_LEFT, 1, 64), -EDOM,
		     "an expression shifts by 64 bits, not 0 to 63");
	expect_wrong(apply(RAWBPF_EXPR_SHIFT_RIGHT, 1, -1), -EDOM,
		     "an expression shifts by -1 bits, not 0 to 63");
}
END_TEST

/* Evaluate a symbol in a file with some names. */
static struct evaluated named(unsigned op, const char *name)
{
	struct tables *t = tables_begin();

	add_call(t);
	table_set(t, "LENGTH", table_sum(t, table_symbol(t, "call.name"), table_number(t, 1)));
	table_set(t, "ONE", table_symbol(t, "TWO"));
	table_set(t, "TWO", table_symbol(t, "ONE"));
	t->param_[0] = (struct rawbpf_table_param){ .name = table_string(t, "level"),
						    .value = table_number(t, 3) };
	t->param_[1] = (struct rawbpf_table_param){ .name = table_string(t, "depth"),
						    .value = table_number(t, 4) };
	t->param_[2] = (struct rawbpf_table_param){ .name = table_string(t, "libc"),
						    .text = table_string(t, "libc.so.6") };
	t->param_count_ = 3;
	return evaluate(t, table_expr(t, op, 0, table_string(t, name)));
}

static struct evaluated symbol(const char *name)
{
	return named(RAWBPF_EXPR_SYMBOL, name);
}

START_TEST(symbols)
{
	expect_value(symbol("call.path"), 24);
	expect_value(symbol("call.name"), 36);
	expect_value(symbol("call.name.size"), 32);
	expect_value(symbol("call.head.tid"), 12);
	expect_value(symbol("LENGTH"), 37);
	expect_value(symbol("opt.pid"), 77);   /* given */
	expect_value(symbol("opt.uid"), 0);    /* of every collection */
	expect_value(symbol("opt.level"), 5);  /* given for the file's parameter */
	expect_value(symbol("opt.depth"), 4);  /* its default */
	expect_value(symbol("self.pid"), 88);
	expect_value(symbol("std.count"), 1);
	expect_value(symbol("arch"), RAWBPF_ARCH_S390X);
	expect_value(symbol("s390x"), RAWBPF_ARCH_S390X);
	expect_value(symbol("arm64"), RAWBPF_ARCH_ARM64);
	expect_value(symbol("kernel"), 6 << 8 | 1);
	expect_value(symbol("kprobe"), RAWBPF_WAY_KPROBE);
	expect_value(symbol("socket"), RAWBPF_WAY_SOCKET);
	expect_value(symbol("way"), RAWBPF_WAY_NONE);
	expect_value(named(RAWBPF_EXPR_SIZEOF, "call"), 48);
	expect_value(named(RAWBPF_EXPR_SIZEOF, "head"), 16);
	expect_value(named(RAWBPF_EXPR_SIZEOF, "u16"), 2);
	expect_value(named(RAWBPF_EXPR_SIZEOF, "char"), 1);
	expect_value(named(RAWBPF_EXPR_SIZEOF, "call.name"), 6);
	expect_value(named(RAWBPF_EXPR_SIZEOF, "call.name.size"), 4);
	expect_value(named(RAWBPF_EXPR_EXISTS, "call.name"), 1);
	expect_value(named(RAWBPF_EXPR_EXISTS, "call.surname"), 0);
	expect_value(named(RAWBPF_EXPR_EXISTS, "opt.level"), 1);
	expect_value(named(RAWBPF_EXPR_EXISTS, "LENGHT"), 0);
	expect_wrong(symbol("LENGHT"), -ENODATA,
		     "nothing has the name 'LENGHT' (did you mean 'LENGTH'?)");
	expect_wrong(symbol("opt.levl"), -ENOENT,
		     "no .param has the name 'levl' (did you mean 'level'?)");
	expect_wrong(symbol("opt.libc"), -EINVAL, "'opt.libc' is a string, not a number");
	expect_wrong(symbol("ONE"), -ELOOP, "the constant 'ONE' contains itself");
	expect_wrong(named(RAWBPF_EXPR_SIZEOF, "LENGTH2"), -ENODATA,
		     "nothing has the name 'LENGTH2' (did you mean 'LENGTH'?)");
}
END_TEST

/* The right side of && and || may name what is not there. */
START_TEST(shortcuts)
{
	struct tables *t = tables_begin();
	unsigned no = table_number(t, 0), yes = table_number(t, 2), nothing = table_symbol(t, "nothing");

	expect_value(evaluate(t, table_expr(t, RAWBPF_EXPR_BOTH, no, nothing)), 0);
	t = tables_begin();
	no = table_number(t, 0), yes = table_number(t, 2), nothing = table_symbol(t, "nothing");
	expect_value(evaluate(t, table_expr(t, RAWBPF_EXPR_EITHER, yes, nothing)), 1);
	t = tables_begin();
	no = table_number(t, 0), yes = table_number(t, 2), nothing = table_symbol(t, "nothing");
	expect_wrong(evaluate(t, table_expr(t, RAWBPF_EXPR_BOTH, yes, nothing)), -ENODATA,
		     "the file has no 'nothing', and there is neither BTF nor an offsets file of the kernel");
}
END_TEST

START_TEST(depths)
{
	struct tables *t = tables_begin();
	unsigned expr = table_number(t, 1);

	for (unsigned i = 0; i < 63; i++)
		expr = table_expr(t, RAWBPF_EXPR_NEGATE, expr, 0);
	expect_value(evaluate(t, expr), -1);
	t = tables_begin();
	expr = table_number(t, 1);
	for (unsigned i = 0; i < 64; i++)
		expr = table_expr(t, RAWBPF_EXPR_NEGATE, expr, 0);
	expect_wrong(evaluate(t, expr), -ELOOP, "an expression is nested more than 64 deep");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, counter);
	tcase_add_test(tests, arguments);
	tcase_add_test(tests, widths);
	tcase_add_test(tests, stacks);
	tcase_add_test(tests, conditions);
	tcase_add_test(tests, immediates);
	tcase_add_test(tests, offsets);
	tcase_add_test(tests, references);
	tcase_add_test(tests, collisions);
	tcase_add_test(tests, operations);
	tcase_add_test(tests, symbols);
	tcase_add_test(tests, shortcuts);
	tcase_add_test(tests, depths);
}

int main(void)
{
	return unit_run("collection/resolve", add_tests);
}

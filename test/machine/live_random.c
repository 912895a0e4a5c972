/* SPDX-License-Identifier: MIT */
/*
 * Compare the machine with this kernel: each form of an instruction with operands at boundaries, and
 * random programs. All that a program writes must be equal: r0 to r9, its stack, a map.
 *
 * RAWBPF_SEED=NUMBER begins with the program of this seed.
 */
#include "../live.h"
#include "compare.h"

#include <time.h>

/* With sanitizers, the machine takes ten times the time. */
#ifdef __SANITIZE_ADDRESS__
enum { PROGRAMS = 30000 };
#else
enum { PROGRAMS = 300000 };
#endif
enum { SETS = 20, PARTS = 20, PROGRAMS_LONG = 10000000 };

/* Both must run the program, with equal results. */
static void compare_one(struct compare *compare, const struct generated *program)
{
	static char log[4096];
	int result = compare_run(compare, program);

	if (result == 0)
		return;
	if (result > 0)
		compare_explain(compare, program);
	else
		compare_log(compare, program, log, sizeof(log));
	ck_abort_msg("RAWBPF_SEED=%#llx: %s%s", (unsigned long long)compare->seed,
		     result > 0 ? "the results above differ" : "the kernel refuses the program: ",
		     result > 0 ? "" : log);
}

/* ------------------------------------------------------------------------------- each form */

/* Forms that programs of this test cannot have, or have anyway. */
static const struct {
	unsigned shape;
	const char *why;
} others[] = {
	{ RAWBPF__SHAPE_CALL_LOCAL, "random programs have it" },
	{ RAWBPF__SHAPE_EXIT, "each program has it" },
	{ RAWBPF__SHAPE_MAP_IDX_VALUE, "each program has it" },
	{ RAWBPF__SHAPE_MAP_VALUE, "an address" }, { RAWBPF__SHAPE_MAP_FD, "an address" },
	{ RAWBPF__SHAPE_MAP_IDX, "an address" }, { RAWBPF__SHAPE_FUNC, "an address" },
	{ RAWBPF__SHAPE_VAR, "the kernel's" }, { RAWBPF__SHAPE_VAR_MOD, "the kernel's" },
	{ RAWBPF__SHAPE_KFUNC, "the kernel's" }, { RAWBPF__SHAPE_KFUNC_MOD, "the kernel's" },
	{ RAWBPF__SHAPE_CALL, "random programs have it" }, { RAWBPF__SHAPE_CAST, "needs an arena" },
	{ RAWBPF__SHAPE_GOTOX, "needs a table of jumps" },
	{ RAWBPF__SHAPE_ABS, "random programs have it" }, { RAWBPF__SHAPE_IND, "random programs have it" },
	{ RAWBPF__SHAPE_IND_IMM, "random programs have it" },
	{ RAWBPF__SHAPE_SDIV64_K, "before 6.12" }, { RAWBPF__SHAPE_SDIV64_X, "before 6.12" },
	{ RAWBPF__SHAPE_SDIV32_K, "before 6.12" }, { RAWBPF__SHAPE_SDIV32_X, "before 6.12" },
};

static int is_other(const struct rawbpf__form *form, unsigned kernel)
{
	unsigned first = rawbpf__form_kernel(form), i;

	for (i = 0; i < RAWBPF_COUNT(others); i++)
		if (others[i].shape == form->shape)
			return 1;
	return !first || first > kernel;
}

/* Jumps skip an instruction that changes r2. */
static void compare_body(struct compare *compare, enum generated_kind kind, struct bpf_insn insn,
			 int32_t next)
{
	static struct generated program;
	const struct bpf_insn plain[] = { insn };
	const struct bpf_insn constant[] = { insn, { .imm = next } };
	const struct bpf_insn jump[] = { insn, BPF_ALU64_IMM(BPF_XOR, BPF_REG_2, 5) };
	const struct bpf_insn skipped[] = { BPF_JMP_REG(BPF_JGT, BPF_REG_0, BPF_REG_1, 1), insn,
					    BPF_ALU64_IMM(BPF_XOR, BPF_REG_2, 5) };

	if (kind == GENERATED_JUMP)
		generate_around(&program, jump, RAWBPF_COUNT(jump));
	else if (kind == GENERATED_GOTO)
		generate_around(&program, skipped, RAWBPF_COUNT(skipped));
	else if (kind == GENERATED_CONSTANT)
		generate_around(&program, constant, RAWBPF_COUNT(constant));
	else
		generate_around(&program, plain, RAWBPF_COUNT(plain));
	compare_one(compare, &program);
}

/* Run an instruction: a jump by one instruction; an access at each place of the stack's words. */
static unsigned compare_places(struct compare *compare, enum generated_kind kind,
			       struct bpf_insn insn, int32_t next)
{
	int size = (int)generated_size(insn.code), off;

	if (kind == GENERATED_LOAD)
		insn.src_reg = BPF_REG_10;
	else if (kind == GENERATED_STORE)
		insn.dst_reg = BPF_REG_10;
	if (kind != GENERATED_LOAD && kind != GENERATED_STORE) {
		if (kind == GENERATED_JUMP)
			insn.off = 1;
		if (kind == GENERATED_GOTO && insn.code == (BPF_JMP32 | BPF_JA))
			insn.imm = 1;
		else if (kind == GENERATED_GOTO)
			insn.off = 1;
		compare_body(compare, kind, insn, next);
		return 1;
	}
	for (off = -8 * GENERATED_WORDS; off < 0; off += size) {
		insn.off = (int16_t)off;
		compare_body(compare, kind, insn, next);
	}
	return (unsigned)(8 * GENERATED_WORDS / size);
}

/* Run a form on r0 with r1, and on r0 with itself, with each immediate. Return the programs. */
static unsigned compare_form(struct compare *compare, const struct rawbpf__form *form,
			     enum generated_kind kind)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	int free_imm = shape->imm != RAWBPF__FIX && shape->imm != RAWBPF__ZERO, end = 0;
	struct bpf_insn insn = { .code = form->code,
				 .off = shape->off == RAWBPF__FIX ? form->fix : 0 };
	unsigned programs = 0, i, src;

	for (i = 0; !end && (free_imm || i == 0); i++) {
		insn.imm = free_imm ? generated_immediate(i, &end)
				    : shape->imm == RAWBPF__FIX ? form->fix : 0;
		if (end || !rawbpf__rule_holds(shape->imm, insn.imm, form->fix, 1))
			continue;
		for (src = 0; src <= (shape->src == RAWBPF__REG); src++) {
			insn.src_reg = src & 15;
			programs += compare_places(compare, kind, insn,
						   shape->slots == 2 ? ~insn.imm : 0);
		}
	}
	return programs;
}

START_TEST(test_forms)
{
	unsigned row, kernel = live_kernel(), forms = 0, programs = 0;
	const struct rawbpf__form *form;
	struct compare compare = { .seed = 0 };

	compare_open(&compare);
	compare_pairs(&compare);
	for (row = 0; (form = rawbpf__form_at(row)); row++) {
		enum generated_kind kind = generated_kind(form, kernel);

		if (kind == GENERATED_OUT || kind == GENERATED_CALL) {
			ck_assert_msg(is_other(form, kernel), "form %u, %#x, is not compared", row,
				      form->code);
			continue;
		}
		forms++;
		programs += compare_form(&compare, form, kind);
	}
	printf("forms compared: %u of %u, in %u programs, with %u sets of operands each\n", forms, row,
	       programs, compare.sets);
	fflush(stdout);
}
END_TEST

/* ------------------------------------------------------------------------- random programs */

/* The seed of the first program. The next ones count up. */
static uint64_t seed;

static void choose_seed(void)
{
	const char *given = getenv("RAWBPF_SEED");

	seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) << 24;
}

START_TEST(test_random)
{
	const unsigned programs = (unit_long() ? PROGRAMS_LONG : PROGRAMS) / PARTS;
	const uint64_t first = seed + (uint64_t)_i * programs;
	struct compare compare;
	const unsigned kernel = live_kernel();
	static struct generated program;
	unsigned i;

	compare_open(&compare);
	for (i = 0; i < programs; i++) {
		compare.seed = first + i;
		generate(&program, compare.seed, kernel);
		compare_operands(&compare, SETS);
		compare_one(&compare, &program);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	choose_seed();
	printf("random programs: %u, with %u sets of operands each, RAWBPF_SEED=%#llx\n",
	       unit_long() ? PROGRAMS_LONG : PROGRAMS, SETS, (unsigned long long)seed);
	fflush(stdout);
	tcase_add_test(tests, test_forms);
	tcase_add_loop_test(tests, test_random, 0, PARTS);
}

int main(void)
{
	return live_run("live_random", add_tests);
}

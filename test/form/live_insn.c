/* SPDX-License-Identifier: MIT */
/*
 * Every instruction form on this kernel. Programs return what RFC 9669 says, and programs with
 * newer instructions are rejected.
 */
#include "insn_programs.h"
#include "../live.h"

static void assert_runs(struct insn_program *program, int map)
{
	unsigned retval = 0;
	int err;

	err = insn_program_run(program, map, &retval);
	ck_assert_msg(insn_program_judge(program, live_kernel(), err, retval) != INSN_WRONG,
		      "%s: result %d, r0 = %#x, expected %#x", program->name, err, retval,
		      program->expected);
}

START_TEST(test_program)
{
	struct insn_program program;
	int map = insn_programs_map();

	ck_assert_int_gt(map, 2);
	ck_assert(insn_programs_get(&program, _i, map));
	assert_runs(&program, map);
}
END_TEST

/* The same programs, after a detour through text. */
START_TEST(test_through_text)
{
	struct insn_program program;
	int map = insn_programs_map();

	ck_assert_int_gt(map, 2);
	for (int dialect = RAWBPF_LLVM; dialect <= RAWBPF_KERNEL; dialect++) {
		ck_assert(insn_programs_get(&program, _i, map));
		ck_assert_msg(insn_program_through_text(&program, dialect), "%s", program.name);
		assert_runs(&program, map);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	struct insn_program program;
	int count = 0;

	while (insn_programs_get(&program, count, 0))
		count++;
	tcase_add_loop_test(tests, test_program, 0, count);
	tcase_add_loop_test(tests, test_through_text, 0, count);
}

int main(void)
{
	return live_run("live_insn", add_tests);
}

/* SPDX-License-Identifier: MIT */
/*
 * Every instruction form on this kernel: the programs it has the instructions for return what
 * RFC 9669 says, the others are refused.
 */
#include "insn_programs.h"
#include "live.h"

START_TEST(test_program)
{
	struct insn_program program;
	unsigned retval = 0;
	int map = insn_programs_map();
	int err;

	ck_assert_int_gt(map, 2);
	ck_assert(insn_programs_get(&program, _i, map));
	err = insn_program_run(&program, map, &retval);
	ck_assert_msg(insn_program_judge(&program, live_kernel(), err, retval) != INSN_WRONG,
		      "%s: result %d, r0 = %#x, expected %#x", program.name, err, retval,
		      program.expected);
}
END_TEST

static void add_tests(TCase *tests)
{
	struct insn_program program;
	int count = 0;

	while (insn_programs_get(&program, count, 0))
		count++;
	tcase_add_loop_test(tests, test_program, 0, count);
}

int main(void)
{
	return live_run("live_insn", add_tests);
}

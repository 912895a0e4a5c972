/* SPDX-License-Identifier: MIT */
/* Programs that this kernel refuses: each is told its instruction, register and hint. */
#include "../live.h"
#include "rejected.h"

static struct rejected_load load;

START_TEST(test_rejected)
{
	const struct rejected *of = &rejected[_i];
	const struct rawbpf_rejection *r = &load.rejection;
	int prog;

	if (live_kernel() < of->since)
		SKIP("%s: Linux %x has no such program", of->hint, live_kernel());
	prog = rejected_load(&load, of);
	if (of->before && live_kernel() >= of->before) {
		ck_assert_msg(prog >= 0, "%s: %d, %s", of->hint, prog, load.log);
		return;
	}
	ck_assert_msg(prog < 0 && prog != -ENOTRECOVERABLE, "%s: %d", of->hint, prog);
	ck_assert_msg(rawbpf_rejection_parse(&load.rejection) == 0, "%s: %s", of->hint, load.log);
	ck_assert_msg(r->hint && strcmp(r->hint, rejected_hint(of->hint)) == 0, "%s: not for %s",
		      of->hint, load.log);
	ck_assert_msg(of->line == ANY_LINE ||
		      (r->index < 0 ? 0 : load.lines[r->index]) == (unsigned)of->line,
		      "%s: at %d", of->hint, r->index);
	ck_assert_msg(of->reg == ANY_REG || r->reg == of->reg, "%s: r%d", of->hint, r->reg);
}
END_TEST

/* Every row of the hints has its program, but the one for machines whose JIT is off. */
START_TEST(test_every_hint)
{
	static const char *const names[] = {
#define HINT(NAME, PATTERN, SENTENCES) #NAME,
#include "../../insn/log/hint.def"
	};
	unsigned i, j;

	for (i = 0; i < RAWBPF_COUNT(names); i++) {
		if (strcmp(names[i], "jit") == 0)
			continue;
		for (j = 0; j < rejected_count && strcmp(rejected[j].hint, names[i]) != 0; j++)
			;
		ck_assert_msg(j < rejected_count, "no program for %s", names[i]);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_rejected, 0, (int)rejected_count);
	tcase_add_test(tests, test_every_hint);
}

int main(void)
{
	return live_run("live_rejection", add_tests);
}

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

/* What is told of a program besides its hint. */
START_TEST(test_told)
{
	static const struct {
		struct rejected rejected;
		const char *told;
	} cases[] = {
		{ { .hint = "packet_bounds", .type = BPF_PROG_TYPE_SCHED_CLS, .text =
		    "r2 = *(u32 *)(r1 + 76)\nr3 = *(u32 *)(r1 + 80)\nr4 = r2\nr4 += 12\n"
		    "if r4 > r3 goto out\nr0 = *(u32 *)(r2 + 12)\nout: r0 = 0\nexit\n" },
		  "   bytes compared with data_end: 12, bytes that this access needs: 16" },
		/* without a test there is nothing that was compared */
		{ { .hint = "packet_bounds", .type = BPF_PROG_TYPE_SCHED_CLS, .text =
		    "r2 = *(u32 *)(r1 + 76)\nr0 = *(u8 *)(r2 + 0)\nexit\n" },
		  "   bytes compared with data_end: 0, bytes that this access needs: 1" },
		{ { .hint = "reference", .type = BPF_PROG_TYPE_SOCKET_FILTER, .text =
		    ".map m ringbuf 0 0 4096\nr1 = map m\nr2 = 8\nr3 = 0\ncall ringbuf_reserve\n"
		    "r0 = 0\nexit\n" },
		  "   4: call bpf_ringbuf_reserve#131                  text:5" },
		{ { .hint = "helper_argument", .type = BPF_PROG_TYPE_SOCKET_FILTER, .text =
		    "r2 = 1\nr1 = 1\ncall map_lookup_elem\nr0 = 0\nexit\n" },
		  "   r1 must be: struct bpf_map *map" },
		{ { .hint = "loop", .type = BPF_PROG_TYPE_SOCKET_FILTER, .text =
		    "r0 = 0\nagain: if r1 != 0 goto again\nexit\n" },
		  "   1: again: if r1 != 0 goto again                  text:2" },
	};
	char why[4096];

	ck_assert_int_lt(rejected_load(&load, &cases[_i].rejected), 0);
	load.rejection.source = cases[_i].rejected.text;
	rawbpf_rejection_explain(why, sizeof why, &load.rejection);
	ck_assert_msg(strstr(why, cases[_i].told) != NULL, "no '%s' in:\n%s", cases[_i].told, why);
}
END_TEST

/* Every row of the hints has its program, but the one for machines whose JIT is off. */
START_TEST(test_every_hint)
{
	static const char *const names[] = {
#define HINT(NAME, SENTENCES) #NAME,
#define PATTERN(NAME, START)
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
	tcase_add_loop_test(tests, test_told, 0, 5);
	tcase_add_test(tests, test_every_hint);
}

int main(void)
{
	return live_run("live_rejection", add_tests);
}

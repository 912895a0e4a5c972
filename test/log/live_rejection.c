/* SPDX-License-Identifier: MIT */
/*
 * Programs that this kernel rejects: the explanation names the instruction, the register and the
 * hint.
 */
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

/* The parts of an explanation besides its hint. */
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
		/* without a comparison, the explanation must not mention one */
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

/* Similar rejections: the explanation of one must not appear with the other. */
START_TEST(test_untold)
{
	static const struct {
		struct rejected rejected; /* `hint` is the cause */
		const char *untold;       /* a hint, or words, that must not appear */
	} cases[] = {
		/* bytes outside of the stack; uninitialised bytes inside */
		{ { .hint = "stack_bounds", .text = "r0 = *(u8 *)(r10 + 0)\nexit\n" }, "stack_unset" },
		{ { .hint = "stack_bounds", .text = "r0 = *(u64 *)(r10 - 520)\nexit\n" }, "stack_unset" },
		{ { .hint = "stack_unset", .unprivileged = 1, .text =
		    "*(u32 *)(r10 - 8) = 0\nr0 = *(u64 *)(r10 - 8)\nexit\n" }, "stack_bounds" },
		/* NULL on this path; a number that was never a pointer */
		{ { .hint = "number_memory", .text =
		    "r0 = 0\nif r0 != 0 goto out\nr1 = *(u64 *)(r0 + 0)\nout: r0 = 0\nexit\n" }, "null" },
		{ { .hint = "number_memory", .text =
		    "r6 = 5\ncall get_prandom_u32\nr0 = *(u8 *)(r6 + 0)\nexit\n" }, "pointer_lost" },
		/* a small number; a number that may be an address */
		{ { .hint = "number_memory", .text = "r1 = 20\nr0 = *(u64 *)(r1 + 0)\nexit\n" },
		  "probe_read" },
		{ { .hint = "scalar_memory", .text =
		    "r1 = 0xffffffff81000000 ll\nr0 = *(u64 *)(r1 + 0)\nexit\n" }, "number_memory" },
		/* a pointer that leaks; one that is compared */
		{ { .hint = NULL, .unprivileged = 1, .text =
		    "r2 = r10\nif r1 == r2 goto out\nout: r0 = 0\nexit\n" }, "leak" },
		/* a reference that is not released; one that is */
		{ { .hint = "unset_result", .text =
		    ".map m ringbuf 0 0 4096\nr1 = map m\nr2 = 8\nr3 = 0\ncall ringbuf_reserve\n"
		    "if r0 == 0 goto out\nr1 = r0\nr2 = 0\ncall ringbuf_submit\nexit\nout: exit\n" },
		  "ringbuf_reserve" },
		/* r0 without a value at the exit; elsewhere */
		{ { .hint = "unset", .text = "r1 = r0\nr0 = 0\nexit\n" }, "unset_result" },
		{ { .hint = "unset_result", .text = "r1 = 0\nexit\n" }, "unset" },
		/* an argument of a helper; an argument of the program's own function */
		{ { .hint = "unset", .text = "call f\nexit\nf: r0 = r2\nexit\n" }, "must be:" },
		/* a packet access without enough bytes; a map's value */
		{ { .hint = "map_bounds", .text =
		    ".map m hash 4 8 1\n*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = map m\n"
		    "call map_lookup_elem\nif r0 == 0 goto out\nr0 = *(u64 *)(r0 + 8)\nout: r0 = 0\nexit\n" },
		  "bytes compared with data_end" },
		/* an endless loop; one that is too long */
		{ { .hint = "too_complex", .text =
		    "r6 = 0\nl: call get_prandom_u32\nif r0 == 0 goto out\nr6 += 1\ngoto l\nout: r0 = 0\nexit\n" },
		  "loop" },
	};
	struct rejected rejected = cases[_i].rejected;
	const struct rawbpf_rejection *r = &load.rejection;
	const char *untold = rejected_hint(cases[_i].untold);
	char why[4096];

	rejected.type = BPF_PROG_TYPE_SOCKET_FILTER;
	if (rejected_load(&load, &rejected) >= 0)
		ck_abort_msg("not refused: %s", rejected.text);
	load.rejection.source = rejected.text;
	rawbpf_rejection_explain(why, sizeof why, &load.rejection);
	ck_assert_int_eq(rawbpf_rejection_parse(&load.rejection), 0);
	ck_assert_pstr_eq(r->hint, rejected.hint ? rejected_hint(rejected.hint) : NULL);
	ck_assert_pstr_ne(r->hint, untold ? untold : "");
	if (!untold)
		ck_assert_msg(!strstr(why, cases[_i].untold), "%s", why);
}
END_TEST

/* Every hint has a program, except the one for machines without a JIT. */
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
	tcase_add_loop_test(tests, test_untold, 0, 12);
	tcase_add_test(tests, test_every_hint);
}

int main(void)
{
	return live_run("live_rejection", add_tests);
}

/* SPDX-License-Identifier: MIT */
/* Names chosen to be slow, as labels of the assembler and of the builder. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>

#include "../doubling.h"
#include "../unit.h"

/* Kinds of names, for about 40 * n bytes of text. */
enum kind {
	COUNTED,	/* l0, l1, l2: as in real programs */
	SHARED,		/* a long common beginning */
	NESTED,		/* a, aa, aaa: each is the beginning of the next */
	COLLIDING,	/* equal sums of 31^i times byte i, as many hashes of strings are */
	BACKWARD,	/* l0, l1, ..., all referred to before their definition */
	KINDS
};

struct names {
	char *bytes;
	char **all;
	unsigned count;
};

static void name_make(char *name, enum kind kind, unsigned i)
{
	switch (kind) {
	case SHARED:
		sprintf(name, "%064u", i);
		name[0] = 's';
		break;
	case NESTED:
		memset(name, 'a', i + 1);
		name[i + 1] = '\0';
		break;
	case COLLIDING:
		for (unsigned bit = 0; bit < 20; bit++)
			memcpy(name + 2 * bit, i >> bit & 1 ? "Aa" : "BB", 2);
		name[40] = '\0';
		break;
	default:
		sprintf(name, "l%u", i);
	}
}

static struct names names_make(enum kind kind, unsigned n)
{
	struct names names = { .bytes = malloc(96 * n + 65536), .all = malloc(n * sizeof(char *)) };
	char *at = names.bytes, *end = at + 40 * n;

	while (names.count < n && at < end) {
		names.all[names.count] = at;
		name_make(at, kind, names.count++);
		at += strlen(at) + 1;
	}
	return names;
}

static void names_free(struct names *names)
{
	free(names->bytes);
	free(names->all);
}

/* ------------------------------------------------------------------- assembler */

static char *text_make(const struct names *names, enum kind kind)
{
	size_t size = 64;
	char *text, *at;

	for (unsigned i = 0; i < names->count; i++)
		size += 2 * strlen(names->all[i]) + 32;
	text = at = malloc(size);
	for (unsigned i = 0; kind == BACKWARD && i < names->count; i++)
		at += sprintf(at, "gotol %s\n", names->all[names->count - 1 - i]);
	for (unsigned i = 0; i < names->count; i++)
		at += sprintf(at, "%s:\n", names->all[i]);
	for (unsigned i = 0; kind != BACKWARD && i < names->count; i++)
		at += sprintf(at, "gotol %s\n", names->all[i]);
	return text;
}

/* Assemble a text, and return the time. `expected` is the result; 0: any. */
static double assemble(const char *text, unsigned slots, int expected)
{
	size_t length = strlen(text), scratch = rawbpf_text_scratch_size(length);
	struct rawbpf_text_error errors[8];
	struct rawbpf_text parse = { .text = text, .length = length, .max = slots,
				     .insns = calloc(slots, sizeof(struct bpf_insn)),
				     .errors = errors, .error_max = 8,
				     .scratch = calloc(1, scratch), .scratch_size = scratch };
	double start;
	int result;

	memset(parse.insns, 1, slots * sizeof *parse.insns);
	memset(parse.scratch, 1, scratch);
	start = doubling_time();
	result = rawbpf_text_parse(&parse);
	start = doubling_time() - start;
	ck_assert(!expected || result == expected);
	free(parse.insns);
	free(parse.scratch);
	return start;
}

static double assemble_names(unsigned kind, unsigned n)
{
	struct names names = names_make(kind, n);
	char *text = text_make(&names, kind);
	double time = assemble(text, names.count, names.count);

	free(text);
	names_free(&names);
	return time;
}

START_TEST(assembler_takes_time_in_proportion)
{
	assert_doubling(assemble_names, _i, 4000);
}
END_TEST

/*
 * One line of errors. The parser finds some at once, and before them all others at the text's end.
 */
static double assemble_errors(unsigned kind, unsigned n)
{
	char *text = malloc(16 * n + 64), *at = text;
	double time;

	(void)kind;
	for (unsigned i = 0; i < n; i++)
		at += sprintf(at, "goto x%u;", i);
	for (unsigned i = 0; i < 8; i++)
		at += sprintf(at, "@;");
	time = assemble(text, n, -EINVAL);
	free(text);
	return time;
}

START_TEST(errors_take_time_in_proportion)
{
	assert_doubling(assemble_errors, 0, 5000);
}
END_TEST

/* Texts with many repetitions: a beginning, and the repeated part. */
static const char *const repeated[][2] = {
	{ "goto x", "<a" }, { "goto x", "<a>" }, { "goto x", "<a " }, { "goto x", " <a+0x1>" }, { "", "\" \\\" " },
	{ "\"", "\\" }, { "call a", "-b" }, { "r1 = 1", " + 1" }, { "r1 = 1", " + - 1" },
	{ "r1 = ", "-" }, { "r1 = ", "- x" }, { "", "'" }, { "", "/" }, { "", "/*" }, { "", "/* */" },
	{ "", "0: " }, { "", "0: exit\n" }, { "", "(95)" }, { "", "a: " }, { "", "a:\n" }, { "", ";" },
	{ ".byte 0", ",0" }, { "", ".quad 0\n" }, { "", ".quad 0,0\n" }, { ".section x\n", "y:\n" },
	{ "", ".section x\n" }, { "", "<a>:\n" }, { "", "\n <a" }, { "", "00000000 <" },
	{ "", "b7 00 00 00 00 00 00 00 " }, { "", "b7 00 00 00 00 00 00 00 r0 = 0\n" },
	{ "", "18 00 00 00 00 00 00 00 <unknown>\n" }, { "", "R_BPF_1\n" }, { "", "from 1 to 2\n" },
	{ "", ".set a 1\n" }, { "", ".map m hash 4 4 1\n" }, { "r1 = ", "x" }, { "r1 = ", "9" },
	{ "", "r1 = 0x80000000\n" }, { "", "call nobody\n" }, { "", "goto a\n" }, { "#", "#" },
};

static double assemble_repeated(unsigned kind, unsigned n)
{
	const char *begin = repeated[kind][0], *part = repeated[kind][1];
	char *text = malloc(n + 64), *at = text;
	double time;

	at += sprintf(at, "%s", begin);
	while (at < text + n)
		at += sprintf(at, "%s", part);
	time = assemble(text, n, 0);
	free(text);
	return time;
}

START_TEST(any_text_takes_time_in_proportion)
{
	assert_doubling(assemble_repeated, _i, 30000);
}
END_TEST

/* --------------------------------------------------------------------- builder */

static double build(struct rawbpf_build_slot *slots, struct bpf_insn *insns, unsigned kind,
		    const struct names *names)
{
	struct rawbpf_build b = { .slots = slots, .slot_max = 2 * names->count + 1 };
	double start = doubling_time();

	for (unsigned i = 0; kind == BACKWARD && i < names->count; i++)
		rawbpf_build_jump(&b, BPF_JMP32_A(0), names->all[names->count - 1 - i]);
	for (unsigned i = 0; i < names->count; i++)
		rawbpf_build_label(&b, names->all[i]);
	for (unsigned i = 0; kind != BACKWARD && i < names->count; i++)
		rawbpf_build_jump(&b, BPF_JMP32_A(0), names->all[i]);
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_build_resolve(&b, insns, names->count + 1, NULL), names->count + 1);
	return doubling_time() - start;
}

static double build_names(unsigned kind, unsigned n)
{
	struct names names = names_make(kind, n);
	struct rawbpf_build_slot *slots = malloc((2 * names.count + 1) * sizeof *slots);
	struct bpf_insn *insns = malloc((names.count + 1) * sizeof *insns);
	double time;

	memset(slots, 1, (2 * names.count + 1) * sizeof *slots);
	memset(insns, 1, (names.count + 1) * sizeof *insns);
	time = build(slots, insns, kind, &names);
	free(slots);
	free(insns);
	names_free(&names);
	return time;
}

START_TEST(builder_takes_time_in_proportion)
{
	assert_doubling(build_names, _i, 5000);
}
END_TEST

/* Local labels: between each jump and its label are many labels of other names. */
static double build_local(unsigned kind, unsigned n)
{
	struct rawbpf_build_slot *slots = malloc((2 * n + 1) * sizeof *slots);
	struct rawbpf_build b = { .slots = slots, .slot_max = 2 * n + 1 };
	struct bpf_insn *insns = malloc((n + 1) * sizeof *insns);
	char (*names)[10] = malloc(n * sizeof *names), (*jumps)[10] = malloc(n * sizeof *jumps);
	double start;

	memset(slots, 1, (2 * n + 1) * sizeof *slots);
	for (unsigned i = 0; i < n; i++) {
		sprintf(names[i], "%u", i);
		sprintf(jumps[i], "%u%c", i, kind ? 'f' : 'b');
	}
	start = doubling_time();
	for (unsigned i = 0; !kind && i < n; i++)
		rawbpf_build_label(&b, names[i]);
	for (unsigned i = 0; i < n; i++)
		rawbpf_build_jump(&b, BPF_JMP32_A(0), jumps[i]);
	for (unsigned i = 0; kind && i < n; i++)
		rawbpf_build_label(&b, names[i]);
	rawbpf_build_emit(&b, BPF_EXIT_INSN());
	ck_assert_int_eq(rawbpf_build_resolve(&b, insns, n + 1, NULL), n + 1);
	start = doubling_time() - start;
	ck_assert_int_eq(insns[1].imm, kind ? (int)n - 2 : -2);
	free(names);
	free(jumps);
	free(slots);
	free(insns);
	return start;
}

START_TEST(local_labels_take_time_in_proportion)
{
	assert_doubling(build_local, _i, 6000);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, assembler_takes_time_in_proportion, 0, KINDS);
	tcase_add_loop_test(tests, any_text_takes_time_in_proportion, 0, RAWBPF_COUNT(repeated));
	tcase_add_test(tests, errors_take_time_in_proportion);
	tcase_add_loop_test(tests, builder_takes_time_in_proportion, 0, KINDS);
	tcase_add_loop_test(tests, local_labels_take_time_in_proportion, 0, 2);
}

int main(void)
{
	return unit_run("hostile", add_tests);
}

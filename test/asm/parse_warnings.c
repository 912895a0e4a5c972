/* SPDX-License-Identifier: MIT */
/* Warnings of the assembler: each message and its place. Similar texts get no warning. */
#include <check.h>
#include <rawbpf/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

enum { WARNINGS = 4 };

static int parse(struct rawbpf_text *parser, const char *text, struct rawbpf_text_error *warnings,
		 unsigned warning_max)
{
	static struct rawbpf_text_error errors[1];
	static struct bpf_insn insns[64];
	size_t scratch = rawbpf_text_scratch_size(strlen(text));
	int result;

	*parser = (struct rawbpf_text){ .text = text, .length = strlen(text), .insns = insns,
					.max = COUNT(insns), .errors = errors, .error_max = 1,
					.warnings = warnings, .warning_max = warning_max,
					.scratch = malloc(scratch), .scratch_size = scratch };
	result = rawbpf_text_parse(parser);
	free(parser->scratch);
	return result;
}

static const struct {
	const char *text;
	unsigned column, width;
	const char *message;
} warned[] = {
	{ "r0 = 0xffffffff", 6, 10, "0xffffffff is sign-extended to 0xffffffffffffffff; "
	  "w0 = NUMBER clears the upper 32 bits" },
	{ "r10 = 2147483648", 7, 10, "2147483648 is sign-extended to 0xffffffff80000000; "
	  "w10 = NUMBER clears the upper 32 bits" },
	{ "r1 += 0x80000000", 7, 10, "0x80000000 is sign-extended to 0xffffffff80000000; "
	  "use a register set by w1 = NUMBER" },
	{ "r1 &= 0xfffffff0", 7, 10, "0xfffffff0 is sign-extended to 0xfffffffffffffff0; "
	  "use a register set by w1 = NUMBER" },
	{ "r1 s/= 0x80000000", 8, 10, "0x80000000 is sign-extended to 0xffffffff80000000; "
	  "use a register set by w1 = NUMBER" },
	{ "if r1 > 0x80000000 goto +0", 9, 10, "0x80000000 is sign-extended to 0xffffffff80000000; "
	  "use a register set by w1 = NUMBER" },
	{ "*(u64 *)(r1 + 0) = 0xffffffff", 20, 10,
	  "0xffffffff is sign-extended to 0xffffffffffffffff; use a register set by w1 = NUMBER" },
	{ ".set N 0x80000000; r0 = N", 25, 1, "N is sign-extended to 0xffffffff80000000; "
	  "w0 = NUMBER clears the upper 32 bits" },
	{ "*(u8 *)(r1 + 0) = 300", 19, 3, "300 does not fit 8 bits: the store writes 44" },
	{ "*(u8 *)(r1 + 0) = -129", 19, 4, "-129 does not fit 8 bits: the store writes 127" },
	{ "*(u8 *)(r1 + 0) = 0xffffffff", 19, 10,
	  "0xffffffff does not fit 8 bits: the store writes 255" },
	{ "*(u16 *)(r1 + 0) = 65536", 20, 5, "65536 does not fit 16 bits: the store writes 0" },
	{ "\t85 10 00 00 ff ff ff ff\tcall -0x1", 31, 4,
	  "this call targets itself: no linker has filled in its target" },
	{ "call -1", 6, 2, "no helper has the number -1; a call that is not linked yet looks like "
			   "this" },
};

START_TEST(each_is_warned_of)
{
	struct rawbpf_text_error warnings[WARNINGS];
	struct rawbpf_text parser;

	ck_assert_int_eq(parse(&parser, warned[_i].text, warnings, WARNINGS), 1);
	ck_assert_uint_eq(parser.warning_count, 1);
	ck_assert_str_eq(warnings[0].message, warned[_i].message);
	ck_assert_uint_eq(warnings[0].line, 1);
	ck_assert_uint_eq(warnings[0].column, warned[_i].column);
	ck_assert_uint_eq(warnings[0].width, warned[_i].width);
	ck_assert_uint_eq(warnings[0].is_warning, 1);
}
END_TEST

static const char *const silent[] = {
	"r0 = 0x7fffffff", "r0 = -2147483648", "r0 = -1", "r0 = 0xffffffff80000000",
	"r0 = 0xffffffff ll", "w0 = 0xffffffff", "w1 += 0x80000000", "if w1 > 0x80000000 goto +0",
	"*(u32 *)(r1 + 0) = 0xffffffff", "*(u8 *)(r1 + 0) = 255", "*(u8 *)(r1 + 0) = -128",
	"*(u16 *)(r1 + 0) = 65535", "*(u16 *)(r1 + 0) = -32768", "r1 = map[fd:4294967295]",
	".section xdp,\"ax\",@progbits; exit", ".text; exit",
	"call kfunc[id:4294967295]", "call pc-1", "call 1", "call 4000",
	/* The kernel prints -1 and sign-extended numbers like this; the last line is objdump's. */
	"0: (25) if r0 > 0xffffffff goto pc+1", "(72) *(u8 *)(r1 +0) = 300", "(b7) r0 = 4294967295",
	"0: 72 01 00 00 2c 01 00 00\t*(u8 *)(r1 + 0x0) = 0x12c",
};

START_TEST(nothing_else_is)
{
	struct rawbpf_text_error warnings[WARNINGS];
	struct rawbpf_text parser;

	ck_assert_int_gt(parse(&parser, silent[_i], warnings, WARNINGS), 0);
	ck_assert_uint_eq(parser.warning_count, 0);
}
END_TEST

/* The assembler skips a section without instructions, and warns of its name. */
START_TEST(a_skipped_section_is_warned_of)
{
	static const char *const directives[] = {
		".section license,\"aw\",@progbits", ".section .maps", ".section .debug_str,\"MS\",@progbits,1",
		".section .BTF,\"\",@progbits", ".data", ".bss", ".rodata",
	};
	struct rawbpf_text_error warnings[WARNINGS];
	struct rawbpf_text parser;
	char text[256], expected[116], name[32];

	snprintf(text, sizeof text, "exit\n%s\nx:\n.foo 1\nr1 = r11\n.text\nexit\n", directives[_i]);
	ck_assert_int_eq(parse(&parser, text, warnings, WARNINGS), 2);
	ck_assert_uint_eq(parser.warning_count, 1);
	if (sscanf(directives[_i], ".section %31[^,]", name) != 1)
		strcpy(name, directives[_i]);
	snprintf(expected, sizeof expected, "section '%s' has no instructions and is skipped", name);
	ck_assert_str_eq(warnings[0].message, expected);
	ck_assert_uint_eq(warnings[0].line, 2);
	ck_assert_uint_eq(warnings[0].width, strlen(name));
}
END_TEST

/* A compiler enters .data and .bss again and again. A section's name is also a helper's and a label's. */
START_TEST(a_section_is_warned_of_once)
{
	static const char text[] =
		".data\n.text\nr1 = 0\n.section ktime_get_ns,\"aw\"\n.text\ncall ktime_get_ns\n"
		".data\n.section .data,\"aw\"\n.section license\n.text\ncall license\nexit\n"
		".section ktime_get_ns\nlicense: license:\n.section .dat\n.text\nlicense: exit\n.data\n"
		"license:\n";
	static const unsigned lines[] = { 1, 4, 9, 15 };
	struct rawbpf_text_error warnings[WARNINGS];
	struct rawbpf_text parser;

	ck_assert_int_eq(parse(&parser, text, warnings, WARNINGS), 5);
	ck_assert_uint_eq(parser.warning_count, COUNT(lines));
	for (unsigned i = 0; i < COUNT(lines); i++)
		ck_assert_uint_eq(warnings[i].line, lines[i]);
	ck_assert_int_eq(parser.insns[1].src_reg, 0);
	ck_assert_int_eq(parser.insns[1].imm, BPF_FUNC_ktime_get_ns);
	ck_assert_int_eq(parser.insns[2].src_reg, BPF_PSEUDO_CALL);
	ck_assert_int_eq(parser.insns[2].imm, 1);
}
END_TEST

START_TEST(of_many_the_first_are_kept)
{
	static const char text[] = "r0 = 0xffffffff; call -1\nr1 = r11\nr2 = 0x80000000; exit\n";
	struct rawbpf_text_error warnings[WARNINGS];
	struct rawbpf_text parser;

	memset(warnings, 0x5a, sizeof warnings);
	ck_assert_int_lt(parse(&parser, text, warnings, 2), 0);
	ck_assert_uint_eq(parser.error_count, 1);
	ck_assert_uint_eq(parser.warning_count, 3);
	ck_assert_uint_eq(warnings[0].column, 6);
	ck_assert_uint_eq(warnings[1].column, 23);
	ck_assert_int_eq(warnings[2].message[0], 0x5a);
	parse(&parser, text, NULL, 0);
	ck_assert_uint_eq(parser.warning_count, 3);
}
END_TEST

START_TEST(a_warning_is_shown_as_one)
{
	struct rawbpf_text_error warnings[WARNINGS];
	struct rawbpf_text parser;
	char shown[256];

	parse(&parser, "exit; call -1", warnings, WARNINGS);
	rawbpf_text_error_format(shown, sizeof shown, "a.s", parser.text, parser.length, warnings);
	ck_assert_str_eq(shown, "a.s:1:12: warning: no helper has the number -1; a call that is not "
				"linked yet looks like this\n"
				"exit; call -1\n           ^~\n");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, each_is_warned_of, 0, COUNT(warned));
	tcase_add_loop_test(tests, nothing_else_is, 0, COUNT(silent));
	tcase_add_loop_test(tests, a_skipped_section_is_warned_of, 0, 7);
	tcase_add_test(tests, a_section_is_warned_of_once);
	tcase_add_test(tests, of_many_the_first_are_kept);
	tcase_add_test(tests, a_warning_is_shown_as_one);
}

int main(void)
{
	return unit_run("parse_warnings", add_tests);
}

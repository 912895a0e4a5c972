/* SPDX-License-Identifier: MIT */
/*
 * Complaints with the same words and several causes: the hint for each, and the limits at which it
 * changes. The logs are as short as the kernel's shortest.
 */
#include <stdio.h>
#include <string.h>

#include <rawbpf.h>

#include "../unit.h"

#define UNSET_RESULT "r0 is uninitialised at this exit."
#define UNSET "The register is uninitialised here."
#define STACK_UNSET "These bytes of the stack were never written."
#define STACK_BOUNDS "The access is outside the stack,"
#define NULL_HERE "The pointer is NULL on this path,"
#define LOST "A call ended this pointer:"
#define SCALAR "This register holds no pointer"
#define NUMBER "This register holds a small number"

enum { INSNS = 6 };

static const struct rejected {
	const char *hint, *log;
	struct bpf_insn insns[INSNS];
} cases[] = {
	/* the result at an exit, or a register elsewhere */
	{ UNSET_RESULT, "1: (95) exit\nR0 !read_ok\n", { [1] = BPF_EXIT_INSN() } },
	{ UNSET, "0: (bf) r1 = r0\nR0 !read_ok\n", { BPF_MOV64_REG(BPF_REG_1, BPF_REG_0) } },
	{ UNSET, "R0 !read_ok\n", { [5] = BPF_EXIT_INSN() } },

	/* uninitialised bytes of the stack, or bytes outside of it */
	{ STACK_UNSET, "invalid read from stack R10 off=-8 size=8\n", { { 0 } } },
	{ STACK_UNSET, "invalid read from stack R10 off=-512 size=8\n", { { 0 } } },
	{ STACK_UNSET, "invalid read from stack R10 off=-1 size=1\n", { { 0 } } },
	{ STACK_BOUNDS, "invalid read from stack R10 off=-8 size=9\n", { { 0 } } },
	{ STACK_BOUNDS, "invalid read from stack R10 off=-513 size=8\n", { { 0 } } },
	{ STACK_BOUNDS, "invalid read from stack R10 off=0 size=0\n", { { 0 } } },
	{ STACK_BOUNDS, "invalid read from stack R10 off=8 size=8\n", { { 0 } } },
	{ STACK_BOUNDS, "invalid write to stack R10 off=-8 size=8\n", { { 0 } } },
	{ STACK_BOUNDS, "invalid read from stack R10 off=-8\n", { { 0 } } },
	{ STACK_BOUNDS, "invalid read from stack R10 size=8\n", { { 0 } } },
	{ STACK_BOUNDS, "invalid read from stack R10 off=x size=8\n", { { 0 } } },
	{ STACK_BOUNDS, "invalid read from stack R10 off=-2147483648 size=8\n", { { 0 } } },

	/* NULL, behind a test that jumps the wrong way */
#define ZERO "0: (15) if r0 == 0x0 goto pc+1\n2: (79) r1 = *(u64 *)(r0 +0)\n" \
	     "R0 invalid mem access 'scalar'\n"
#define LOAD BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0)
	{ NULL_HERE, ZERO, { BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 1), [2] = LOAD } },
	{ SCALAR, ZERO, { BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 1, 1), [2] = LOAD } },
	{ SCALAR, ZERO, { BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2), [2] = LOAD } },
	{ SCALAR, ZERO, { BPF_JMP_IMM(BPF_JEQ, BPF_REG_2, 0, 1), [2] = LOAD } },
	{ SCALAR, ZERO, { BPF_JMP_IMM(BPF_JGT, BPF_REG_0, 0, 1), [2] = LOAD } },
#define NEXT "0: (15) if r0 == 0x0 goto pc+0\n1: (79) r1 = *(u64 *)(r0 +0)\n" \
	     "R0 invalid mem access 'scalar'\n"
	{ SCALAR, NEXT, { BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 0), LOAD } },
#define UNEQUAL "2: (79) r1 = *(u64 *)(r0 +0)\nR0 invalid mem access 'scalar'\n"
#define NOTHING BPF_MOV64_IMM(BPF_REG_2, 1)
	{ NULL_HERE, UNEQUAL, { BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 2), NOTHING, LOAD } },
	{ NULL_HERE, UNEQUAL, { NOTHING, BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 2), LOAD } },
	{ SCALAR, UNEQUAL, { BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 5, 2), NOTHING, LOAD } },
	{ SCALAR, UNEQUAL, { BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, -1), NOTHING, LOAD } },
	{ SCALAR, UNEQUAL, { BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 0), NOTHING, LOAD } },
	{ SCALAR, UNEQUAL, { BPF_JMP_IMM(BPF_JNE, BPF_REG_3, 0, 2), NOTHING, LOAD } },
	{ SCALAR, UNEQUAL, { NOTHING, NOTHING, LOAD } },
	/* an instruction in between writes the register, or jumps */
	{ SCALAR, UNEQUAL, { BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 2), BPF_MOV64_IMM(BPF_REG_0, 1), LOAD } },
	{ SCALAR, UNEQUAL, { BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 2), BPF_JMP_A(0), LOAD } },
	{ SCALAR, UNEQUAL,
	  { BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 2), BPF_JMP32_IMM(BPF_JEQ, BPF_REG_2, 0, 0), LOAD } },
	/* the program made it a number before the test */
#define LATER "3: (79) r1 = *(u64 *)(r0 +0)\nR0 invalid mem access 'scalar'\n"
	{ SCALAR, LATER,
	  { BPF_MOV64_IMM(BPF_REG_0, 9), BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 2), NOTHING, LOAD } },
	{ SCALAR, LATER,
	  { BPF_MOV32_IMM(BPF_REG_0, 9), BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 2), NOTHING, LOAD } },
	{ NULL_HERE, LATER,
	  { BPF_MOV64_REG(BPF_REG_0, BPF_REG_6), BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 2), NOTHING, LOAD } },
	{ NULL_HERE, LATER,
	  { BPF_MOV64_IMM(BPF_REG_2, 9), BPF_JMP_IMM(BPF_JNE, BPF_REG_0, 0, 2), NOTHING, LOAD } },

	/* a pointer in r6 to r9 until a call ended it */
#define HELD(REG, STATE, NOW) \
	"0: " #REG "=" STATE "\n0: (79) r1 = *(u64 *)(r6 +0)\n" #REG " invalid mem access '" NOW "'\n"
	{ LOST, HELD(R6, "pkt(r=14)", "scalar"), { LOAD } },
	{ LOST, HELD(R9, "sock(ref_obj_id=2)", "scalar"), { LOAD } },
	{ LOST, HELD(R6, "pkt(r=14)", "inv"), { LOAD } },
	{ SCALAR, HELD(R5, "pkt(r=14)", "scalar"), { LOAD } },
	{ SCALAR, HELD(R10, "pkt(r=14)", "scalar"), { LOAD } },
	{ SCALAR, HELD(R6, "scalar()", "scalar"), { LOAD } },
	{ SCALAR, HELD(R6, "scalar", "scalar"), { LOAD } },
	{ SCALAR, HELD(R6, "inv", "inv"), { LOAD } },
	{ SCALAR, HELD(R6, "inv(id=1)", "inv"), { LOAD } },
	/* a small number, as kernels write it; a large one, and bounds of one */
	{ NUMBER, HELD(R6, "7", "scalar"), { LOAD } },
	{ NUMBER, HELD(R1, "P0", "scalar"), { LOAD } },
	{ NUMBER, HELD(R6, "-5", "scalar"), { LOAD } },
	{ NUMBER, HELD(R6, "inv20", "inv"), { LOAD } },
	{ NUMBER, HELD(R6, "invP-20", "inv"), { LOAD } },
	{ NUMBER, HELD(R6, "65535", "scalar"), { LOAD } },
	{ SCALAR, HELD(R6, "65536", "scalar"), { LOAD } },
	{ SCALAR, HELD(R6, "-65536", "scalar"), { LOAD } },
	{ SCALAR, HELD(R6, "0xffffffff81000000", "scalar"), { LOAD } },
	{ SCALAR, HELD(R6, "inv(umax_value=7)", "inv"), { LOAD } },
	{ SCALAR, HELD(R6, "scalar(umax=7)", "scalar"), { LOAD } },
	{ SCALAR, HELD(R6, "P", "scalar"), { LOAD } },
	{ SCALAR, HELD(R6, "invP", "inv"), { LOAD } },
	{ SCALAR, HELD(R6, "pkt(r=14)", "ptr_"), { LOAD } },
	{ SCALAR, "0: (79) r1 = *(u64 *)(r6 +0)\nR6 invalid mem access 'scalar'\n", { LOAD } },
};

START_TEST(test_cause)
{
	struct rawbpf_rejection r = {
		.error = -13, .log = cases[_i].log, .insns = cases[_i].insns, .insn_count = INSNS };
	int is_lost = strcmp(cases[_i].hint, LOST) == 0;

	ck_assert_int_eq(rawbpf_rejection_parse(&r), 0);
	ck_assert_ptr_nonnull(r.hint);
	ck_assert_msg(strncmp(r.hint, cases[_i].hint, strlen(cases[_i].hint)) == 0, "%s%s", r.log, r.hint);
	/* the log's last state of a lost pointer is no longer true */
	if (is_lost)
		ck_assert_uint_eq(r.states[r.reg].length, 0);
}
END_TEST

START_TEST(test_state_stays)
{
	struct rawbpf_rejection r = { .error = -13, .log = HELD(R6, "scalar()", "scalar"),
				      .insns = cases[0].insns, .insn_count = INSNS };

	ck_assert_int_eq(rawbpf_rejection_parse(&r), 0);
	ck_assert_uint_eq(r.states[6].length, strlen("scalar()"));
	/* an unknown complaint has no hint, and no refinement */
	r.log = "0: (95) exit\nsomething new\n";
	ck_assert_int_eq(rawbpf_rejection_parse(&r), 0);
	ck_assert_ptr_null(r.hint);
}
END_TEST

/*
 * The explanation counts a packet access's bytes only for that complaint, and only if the numbers
 * make sense.
 */
START_TEST(test_packet_numbers)
{
	static const struct {
		const char *complaint, *told;
	} lines[] = {
		{ "invalid access to packet, off=12 size=4, R2(id=0,off=12,r=12)", "12, bytes that this access needs: 16" },
		{ "invalid access to packet, off=0 size=65536, R2(id=0,off=0,r=0)", "0, bytes that this access needs: 65536" },
		{ "invalid access to packet, off=65536 size=1, R2(id=0,off=0,r=0)", "0, bytes that this access needs: 65537" },
		{ "invalid access to packet, off=65537 size=1, R2(id=0,off=0,r=0)", NULL },
		{ "invalid access to packet, off=0 size=65537, R2(id=0,off=0,r=0)", NULL },
		{ "invalid access to packet, off=-1 size=4, R2(id=0,off=0,r=0)", NULL },
		{ "invalid access to packet, off=1 size=4, R2(id=0,off=0,r=-1)", NULL },
		{ "invalid access to packet, off=1 R2(id=0,off=0,r=1)", NULL },
		{ "invalid access to packet, size=4 R2(id=0,r=1)", NULL },
		{ "invalid access to packet, off=1 size=4", NULL },
		{ "invalid access to map value, off=12 size=4, R2(id=0,off=12,r=12)", NULL },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(lines); i++) {
		char log[200], text[2048];
		const char *told;

		snprintf(log, sizeof log, "0: (79) r1 = *(u64 *)(r2 +0)\n%s\n", lines[i].complaint);
		rawbpf_rejection_explain(text, sizeof text, &(struct rawbpf_rejection){
			.error = -13, .log = log, .insns = cases[0].insns, .insn_count = INSNS });
		told = strstr(text, "bytes compared with data_end: ");
		ck_assert_msg(!told == !lines[i].told, "%s", text);
		if (told)
			ck_assert_msg(strncmp(told + 30, lines[i].told, strlen(lines[i].told)) == 0, "%s", text);
	}
}
END_TEST

/* An explanation has the first eight of a path's causes. */
START_TEST(test_causes)
{
	char log[4096] = "0: (95) exit\nR0 !read_ok\n\nCausal path:\n", text[8192], *at;
	unsigned i, told = 0;

	for (i = 0; i < 12; i++)
		strcat(log, "  insn 0\n       | ^-- update: a cause\n\n");
	rawbpf_rejection_explain(text, sizeof text, &(struct rawbpf_rejection){
		.error = -13, .log = log, .insns = cases[0].insns, .insn_count = INSNS });
	for (at = text; (at = strstr(at, "^-- update: a cause")); at++)
		told++;
	ck_assert_uint_eq(told, 8);
}
END_TEST

/* Each pattern of a complaint with a hint, with a letter in place of each star. */
START_TEST(test_every_pattern)
{
	static const struct {
		const char *name, *start;
	} patterns[] = {
#define HINT(NAME, SENTENCES)
#define PATTERN(NAME, START) { #NAME, START },
#include "../../insn/log/hint.def"
#undef HINT
#undef PATTERN
	};
	static const struct {
		const char *name, *sentences;
	} hints[] = {
#define HINT(NAME, SENTENCES) { #NAME, SENTENCES },
#define PATTERN(NAME, START)
#include "../../insn/log/hint.def"
	};
	unsigned i, j;

	for (i = 0; i < RAWBPF_COUNT(patterns); i++) {
		struct rawbpf_rejection r = { .error = -13, .insns = cases[0].insns, .insn_count = INSNS };
		char log[256];

		/* at an exit, where r0 has a hint of its own */
		snprintf(log, sizeof log, "1: (95) exit\n" "%s\n", patterns[i].start);
		for (char *at = log; *at; at++)
			if (*at == '*')
				*at = at[-1] == 'R' ? '1' : 'x';
		r.log = log;
		for (j = 0; strcmp(hints[j].name, patterns[i].name) != 0; j++)
			;
		ck_assert_int_eq(rawbpf_rejection_parse(&r), 0);
		ck_assert_msg(r.hint && strcmp(r.hint, hints[j].sentences) == 0, "%s%s", log,
			      r.hint ? r.hint : "no hint");
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_cause, 0, RAWBPF_COUNT(cases));
	tcase_add_test(tests, test_state_stays);
	tcase_add_test(tests, test_packet_numbers);
	tcase_add_test(tests, test_causes);
	tcase_add_test(tests, test_every_pattern);
}

int main(void)
{
	return unit_run("rejection_cause", add_tests);
}

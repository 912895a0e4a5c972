/* SPDX-License-Identifier: MIT */
/* rawbpf conform from outside, as the suite asks it. The first argument is the command's path. */
#include "../command.h"

#define R0_IS_1 "b7 00 00 00 01 00 00 00 "
#define R0_IS_MINUS_1 "b7 00 00 00 ff ff ff ff "
#define LOAD_BYTE_1 "71 10 01 00 00 00 00 00 "
#define LOAD_WORD "61 10 00 00 00 00 00 00 "
#define R0_IS_R2 "bf 20 00 00 00 00 00 00 "
#define LOOP "05 00 ff ff 00 00 00 00 "
#define EXIT "95 00 00 00 00 00 00 00"

static const struct {
	const char *program, *memory; /* memory: NULL is no argument */
	int status;
	const char *out, *err;
} runs[] = {
	{ R0_IS_1 EXIT, NULL, 0, "1\n", "" },
	{ R0_IS_MINUS_1 EXIT, NULL, 0, "ffffffffffffffff\n", "" },
	{ LOAD_BYTE_1 EXIT, "01 fe 03", 0, "fe\n", "" },
	{ R0_IS_R2 EXIT, "01 fe 03 ", 0, "3\n", "" },
	{ R0_IS_R2 EXIT, NULL, 0, "0\n", "" },
	{ "b70000000100000095 00000000000000", "", 0, "1\n", "" },
	{ LOAD_WORD EXIT, "01 fe 03", 1, "",
	  "rawbpf conform: instruction 0 reads 4 bytes at memory+0; memory has 3 bytes\n" },
	{ LOOP EXIT, NULL, 1, "", "rawbpf conform: the program does not end within 10000000 instructions\n" },
	{ "ff 00 00 00 00 00 00 00", NULL, 1, "", "rawbpf conform: instruction 0 is not valid\n" },
	{ "", NULL, 1, "", "rawbpf conform: no instruction, or more than a million\n" },
	{ "b7 00", NULL, 1, "", "rawbpf conform: --program: 2 bytes are not a multiple of 8\n" },
	{ "b7 0", NULL, 1, "", "rawbpf conform: --program: the number of hex digits is odd\n" },
	{ R0_IS_1 EXIT, "0x01", 1, "", "rawbpf conform: the memory is not pairs of hex digits, at most 65536\n" },
	{ R0_IS_1 EXIT, "012", 1, "", "rawbpf conform: the memory is not pairs of hex digits, at most 65536\n" },
};

START_TEST(test_run)
{
	static struct ending end;
	const char *const arguments[] = { "conform", "--program", runs[_i].program, runs[_i].memory, NULL };

	command_run(&end, live_be_nobody, arguments);
	ck_assert_str_eq(end.err, runs[_i].err);
	ck_assert_str_eq(end.out, runs[_i].out);
	ck_assert_int_eq(end.status, runs[_i].status);
}
END_TEST

/* Without --program, standard input has the program. */
static void be_asked(void)
{
	static const char program[] = R0_IS_1 EXIT "\n";
	int ends[2];

	if (pipe(ends) || write(ends[1], program, sizeof(program) - 1) != sizeof(program) - 1)
		_exit(98);
	close(ends[1]);
	dup2(ends[0], 0);
}

START_TEST(test_input)
{
	static struct ending end;

	command_run(&end, be_asked, (const char *const[]){ "conform", "01 02", "--debug", NULL });
	ck_assert_str_eq(end.err, "");
	ck_assert_str_eq(end.out, "1\n");
	ck_assert_int_eq(end.status, 0);
	command_run(&end, NULL, (const char *const[]){ "conform", "01", "02", NULL });
	ck_assert_int_eq(end.status, 2);
	ck_assert_int_eq(strncmp(end.err, "usage: rawbpf conform ", 22), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_run, 0, RAWBPF_COUNT(runs));
	tcase_add_test(tests, test_input);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_conform RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	return live_run("rawbpf_conform", add_tests);
}

/* SPDX-License-Identifier: MIT */
/*
 * Pages of rawbpf fit the terminal: explanations, helps, rejections. A narrow page has the text of
 * the wide one. The first argument is the command's path.
 */
#include "../command.h"

static const char *const pages[][4] = {
	{ "-h" }, { "asm", "-h" }, { "disasm", "-h" }, { "explain", "-h" }, { "run", "-h" }, { "trace", "-h" }, { "conform", "-h" },
	{ "prog", "-h" }, { "map", "-h" }, { "link", "-h" }, { "btf", "-h" }, { "cgroup", "-h" },
	{ "net", "-h" }, { "doctor", "-h" },
	{ "explain", "r1 = 5; r1 = map[fd:5] ll; call tail_call; exit" },
	{ "explain", "lock *(u64 *)(r1 + 8) += r2; r0 = cmpxchg_64(r1 + 8, r0, r2)" },
	{ "explain", "w1 s/= w2; r3 = (s8)r4; if w1 s> -5 goto +1; r0 = *(u16 *)skb[14]" },
	{ "explain", "-x", "85 20 00 00 05 00 00 00 18 52 00 00 03 00 00 00 00 00 00 00 05 00 00 00" },
	{ "explain", "helper", "map_lookup_elem" }, { "explain", "helper", "sk_lookup_tcp" },
	{ "explain", "context", "xdp" }, { "explain", "context", "sched_cls" },
};

static const char *const widths[] = { "COLUMNS=40", "COLUMNS=50", "COLUMNS=60", "COLUMNS=79", NULL };

/* Leave no blanks. A word wider than the terminal is cut, so the words themselves may differ. */
static void collapse(char *text)
{
	char *out = text;

	for (; *text; text++)
		if (!strchr(" \n", *text))
			*out++ = *text;
	*out = '\0';
}

static void assert_fits(const char *text, unsigned width)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		ck_assert_msg(length <= width, "%zu columns, not %u: %.*s", length, width, (int)length, text);
		ck_assert_msg(!length || text[length - 1] != ' ', "a blank ends %.*s", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

START_TEST(test_page)
{
	static struct ending wide, narrow;

	command_variable = "COLUMNS=1000";
	command_run(&wide, NULL, pages[_i]);
	ck_assert_int_eq(wide.status, 0);
	ck_assert_str_eq(wide.err, "");
	collapse(wide.out);
	for (unsigned i = 0; i < RAWBPF_COUNT(widths); i++) {
		command_variable = widths[i];
		command_run(&narrow, NULL, pages[_i]);
		ck_assert_int_eq(narrow.status, 0);
		assert_fits(narrow.out, widths[i] ? atoi(strchr(widths[i], '=') + 1) : 80);
		collapse(narrow.out);
		ck_assert_str_eq(narrow.out, wide.out);
	}
}
END_TEST

/* A second piece begins below the column of its line's last words. */
START_TEST(test_columns)
{
	static struct ending end;

	command_variable = "COLUMNS=44";
	command_run(&end, NULL, ARGS("explain", "helper", "csum_diff"));
	ck_assert_ptr_nonnull(strstr(end.out, "\n  as C     s64 bpf_csum_diff(__be32 *from,\n"
					      "           u32 from_size, __be32 *to, u32\n"
					      "           to_size, __wsum seed)\n"
					      "  license  any\n"));
	command_run(&end, NULL, ARGS("explain", "-h"));
	ck_assert_ptr_nonnull(strstr(end.out, "\n  TEXT             one instruction, or\n"
					      "                   several with ; between:\n"
					      "                   'r2 += -4'\n"));
}
END_TEST

START_TEST(test_rejection)
{
	static const char program[] = "r1 = 20\nr0 = *(u64 *)(r1 + 0)\nexit\n";
	static struct ending end;
	const char *failing = command_text_file(".map m hash 4 8 0\nr0 = 0\nexit\n");
	char path[] = "/tmp/rawbpf-page-XXXXXX";
	int file = mkstemp(path);

	ck_assert_int_eq(write(file, program, sizeof program - 1), sizeof program - 1);
	close(file);
	/* a failure that is no rejection */
	command_run(&end, NULL, ARGS("run", failing));
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.err, "creating map m: EINVAL\n   "));
	assert_fits(end.err, 80);
	command_variable = "COLUMNS=40";
	command_run(&end, NULL, ARGS("run", failing));
	assert_fits(end.err, 40);
	unlink(failing);
	command_run(&end, NULL, ARGS("run", path));
	unlink(path);
	ck_assert_int_eq(end.status, 1);
	assert_fits(end.err, 40);
	collapse(end.err);
	ck_assert_ptr_nonnull(strstr(end.err, "R1invalidmemaccess"));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_page, 0, RAWBPF_COUNT(pages));
	tcase_add_test(tests, test_columns);
	tcase_add_test(tests, test_rejection);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf_page RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	return live_run("rawbpf_page", add_tests);
}

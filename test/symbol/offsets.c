/* SPDX-License-Identifier: MIT */
/* Fields by the text of tracefs, and offsets files: what they say, and what they may not hold. */
#include <errno.h>
#include <string.h>

#include <rawbpf.h>

#include "../guard.h"
#include "../unit.h"

/* ------------------------------------------------------------------------------- formats */

static const char openat_text[] =
	"name: sys_enter_openat\n"
	"ID: 643\n"
	"format:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n"
	"\n"
	"\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
	"\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n"
	"\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	"\n"
	"print fmt: \"dfd: 0x%08lx, field:int printed;\toffset:1;\tsize:1;\"\n";

static const char exec_text[] =
	"\tfield:__data_loc char[] name;\toffset:8;\tsize:4;\tsigned:0;\n"
	"\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;\n"
	"\tfield:__u8 saddr_v6[16];\toffset:28;\tsize:16;\tsigned:0;\n"
	"\tfield:unsigned long args[6];\toffset:48;\tsize:48;\tsigned:0;\n"
	"\tfield:char odd[sizeof(int)];\toffset:96;\tsize:4;\tsigned:0;\n"
	"\tfield:struct three bytes;\toffset:100;\tsize:3;\tsigned:0;\n"
	/* Lines of other forms are no fields. */
	"\tfield:int none\toffset:1;\tsize:1;\n"
	"\tfield:;\toffset:1;\tsize:1;\n"
	"\tfield:int negative;\toffset:-1;\tsize:1;\n"
	"\tfield:int large;\toffset:4294967296;\tsize:1;\n"
	"\tfield:int sizeless;\toffset:1;\n"
	"\tfield:int ended;\toffset:1;\tsize:1";

static const struct {
	const char *name;
	int error;
	unsigned value, size, width;
} fields[] = {
	{ "sys_enter_openat.common_type", 0, 0, 2, 2 },
	{ "sys_enter_openat.__syscall_nr", 0, 8, 4, 4 },
	{ "sys_enter_openat.dfd", 0, 16, 8, 8 },
	{ "sys_enter_openat.filename", 0, 24, 8, 8 },
	{ "sys_enter_openat.filenames", -ENOENT, 0, 0, 0 },
	{ "sys_enter_openat.filenam", -ENOENT, 0, 0, 0 },
	{ "sys_enter_openat.printed", -ENOENT, 0, 0, 0 },
	{ "sys_enter_openat.dfd[0]", -EINVAL, 0, 0, 0 },
	{ "exec.name", 0, 8, 4, 4 },
	{ "exec.comm", 0, 12, 16, 0 },
	{ "exec.comm[15]", 0, 27, 1, 1 },
	{ "exec.comm[16]", -EINVAL, 0, 0, 0 },
	{ "exec.comm[1", -EINVAL, 0, 0, 0 },
	{ "exec.comm[]", -EINVAL, 0, 0, 0 },
	{ "exec.args", 0, 48, 48, 0 },
	{ "exec.args[2]", 0, 64, 8, 8 },
	{ "exec.odd", 0, 96, 4, 0 },
	{ "exec.odd[0]", -EINVAL, 0, 0, 0 },
	{ "exec.bytes", 0, 100, 3, 0 },
	{ "exec.none", -ENOENT, 0, 0, 0 },
	{ "exec.negative", -ENOENT, 0, 0, 0 },
	{ "exec.large", -ENOENT, 0, 0, 0 },
	{ "exec.sizeless", -ENOENT, 0, 0, 0 },
	{ "exec.ended", -ENOENT, 0, 0, 0 },
	{ "exe.name", -ENODATA, 0, 0, 0 },
};

START_TEST(test_formats)
{
	/* The texts end where memory ends, without a NUL. */
	const struct rawbpf_symbol_format formats[] = {
		{ "sys_enter_openat", guard_copy(openat_text, sizeof openat_text - 1, 1),
		  sizeof openat_text - 1 },
		{ "exec", guard_copy(exec_text, sizeof exec_text - 1, 1), sizeof exec_text - 1 } };
	const struct rawbpf_symbols symbols = { .formats = formats, .format_count = 2 };
	char text[200];

	for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		struct rawbpf_symbol symbol;
		int err = rawbpf_symbol_find(&symbol, &symbols, fields[i].name);

		ck_assert_msg(err == fields[i].error, "%s: %d", fields[i].name, err);
		ck_assert_msg(err || (symbol.kind == RAWBPF_SYMBOL_FIELD &&
				      symbol.value == fields[i].value &&
				      symbol.size == fields[i].size &&
				      symbol.width == fields[i].width), "%s: %llu, %u, %u",
			      fields[i].name, (unsigned long long)symbol.value, symbol.size,
			      symbol.width);
	}
	rawbpf_symbol_explain(text, sizeof text, &symbols, 0, "sys_enter_openat.filenme", -ENOENT);
	ck_assert_str_eq(text, "the tracepoint sys_enter_openat has no field 'filenme' (did you mean "
			 "'filename'?)");
}
END_TEST

/* Each beginning of a text is read within its bounds. */
START_TEST(test_cut_formats)
{
	for (size_t size = 0; size < sizeof exec_text; size++) {
		const struct rawbpf_symbol_format format = {
			"exec", guard_copy(exec_text, size, 1), size };
		const struct rawbpf_symbols symbols = { .formats = &format, .format_count = 1 };
		struct rawbpf_symbol symbol;
		int err = rawbpf_symbol_find(&symbol, &symbols, "exec.comm[3]");

		ck_assert_int_eq(err, strstr(exec_text, "comm") + 29 - exec_text <= (long)size ?
				 0 : -ENOENT);
	}
}
END_TEST

/* ------------------------------------------------------------------------- offsets files */

static const char file[] =
	"rawbpf offsets 1\n"
	"kernel 6.1.0-13-s390x\n"
	"arch s390x\n"
	"# a comment\n"
	"\n"
	"member task_struct.tgid 1172 4 4\n"
	"member task_struct.comm 1800 16 0\n"
	"size task_struct 6400\n"
	"enumerator PIDTYPE_TGID 1\n"
	"enumerator MINUS -2\n"
	"enumerator WIDE 18446744073709551615\n"
	"none task_struct.state\n"
	"none NO_SUCH\n"
	"member task_struct.tgid 1 4 4\n";

static struct rawbpf_offsets offsets;

static struct rawbpf_symbols from(const char *text, size_t size)
{
	ck_assert_int_eq(rawbpf_offsets_parse(&offsets, guard_copy(text, size, 1), size), 0);
	return (struct rawbpf_symbols){ .offsets = &offsets };
}

static void check_symbol(const struct rawbpf_symbols *symbols, const char *name, int64_t value,
			 unsigned size, unsigned width)
{
	struct rawbpf_symbol symbol;
	int err = rawbpf_symbol_find(&symbol, symbols, name);

	ck_assert_msg(err == 0, "%s: %d", name, err);
	ck_assert_int_eq((int64_t)symbol.value, value);
	ck_assert_uint_eq(symbol.size, size);
	ck_assert_uint_eq(symbol.width, width);
}

START_TEST(test_offsets)
{
	struct rawbpf_symbols symbols = from(file, sizeof file - 1);
	struct rawbpf_symbol symbol;
	int has;

	ck_assert_str_eq(offsets.release, "6.1.0-13-s390x");
	ck_assert_int_eq(offsets.arch, RAWBPF_ARCH_S390X);
	check_symbol(&symbols, "task_struct.tgid", 1172, 4, 4); /* of two lines the first */
	check_symbol(&symbols, "task_struct.comm", 1800, 16, 0);
	check_symbol(&symbols, "PIDTYPE_TGID", 1, 0, 0);
	check_symbol(&symbols, "MINUS", -2, 0, 0);
	check_symbol(&symbols, "WIDE", -1, 0, 0);
	check_symbol(&symbols, "O_CREAT", 0100, 0, 0);
	check_symbol(&symbols, "xdp_md.data", 0, 4, 4);
	ck_assert_int_eq(rawbpf_symbol_size(&symbols, "task_struct"), 6400);
	ck_assert_int_eq(rawbpf_symbol_size(&symbols, "task_struct.comm"), 16);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &symbols, "task_struct.state"), -ENOENT);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &symbols, "task_struct.pid"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &symbols, "NO_SUCH"), -ENOENT);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &symbols, "OTHER"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_find(&symbol, &symbols, "task_struct"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_size(&symbols, "mm_struct"), -ENODATA);
	ck_assert_int_eq(rawbpf_symbol_has(&has, &symbols, "task_struct.tgid"), 0);
	ck_assert_int_eq(has, 1);
	ck_assert_int_eq(rawbpf_symbol_has(&has, &symbols, "task_struct.state"), 0);
	ck_assert_int_eq(has, 0);
	ck_assert_int_eq(rawbpf_symbol_has(&has, &symbols, "task_struct"), 0);
	ck_assert_int_eq(has, 1);
}
END_TEST

/* Files that are rejected, and the line that is. */
static const struct {
	const char *text;
	unsigned line;
} broken[] = {
	{ "", 1 },
	{ "rawbpf offsets 1", 1 },
	{ "rawbpf offsets 2\n", 1 },
	{ "\177ELF\n", 1 },
	{ "rawbpf offsets 1\nmember a.b 1 2\n", 2 },
	{ "rawbpf offsets 1\nmember a.b 1 2 3\n", 2 },
	{ "rawbpf offsets 1\nmember a.b 1 2 16\n", 2 },
	{ "rawbpf offsets 1\nmember a.b 1 2 4 5\n", 2 },
	{ "rawbpf offsets 1\nmember a.b 4294967296 4 4\n", 2 },
	{ "rawbpf offsets 1\nmember a.b -1 4 4\n", 2 },
	{ "rawbpf offsets 1\nmember a.b 0x10 4 4\n", 2 },
	{ "rawbpf offsets 1\nmember  a.b 1 4 4\n", 2 },
	{ "rawbpf offsets 1\nmember\ta.b 1 4 4\n", 2 },
	{ "rawbpf offsets 1\nmember a.b 1 4 4\r\n", 2 },
	{ "rawbpf offsets 1\n# x\n\nsize a -1\n", 4 },
	{ "rawbpf offsets 1\nsize a 2147483648\n", 2 },
	{ "rawbpf offsets 1\nenumerator A 18446744073709551616\n", 2 },
	{ "rawbpf offsets 1\nenumerator A -9223372036854775809\n", 2 },
	{ "rawbpf offsets 1\nenumerator A -\n", 2 },
	{ "rawbpf offsets 1\nenumerator A\n", 2 },
	{ "rawbpf offsets 1\nnone\n", 2 },
	{ "rawbpf offsets 1\nnone a b\n", 2 },
	{ "rawbpf offsets 1\narch vax\n", 2 },
	{ "rawbpf offsets 1\nkernel\n", 2 },
	{ "rawbpf offsets 1\nkernel 6.1 6.2\n", 2 },
	{ "rawbpf offsets 1\nkernel aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "\n", 2 },
	{ "rawbpf offsets 1\nfield a.b 1 2 4\n", 2 },
	{ "rawbpf offsets 1\nnone \33[31m\n", 2 },
};

START_TEST(test_broken)
{
	const char *text = broken[_i].text;
	size_t size = strlen(text);

	ck_assert_int_eq(rawbpf_offsets_parse(&offsets, guard_copy(text, size, 1), size), -EINVAL);
	ck_assert_uint_eq(offsets.error_line, broken[_i].line);
}
END_TEST

START_TEST(test_limits)
{
	static char large[65537];

	memset(large, '\n', sizeof large);
	memcpy(large, file, sizeof file - 1);
	ck_assert_int_eq(rawbpf_offsets_parse(&offsets, large, sizeof large), -E2BIG);
	from(large, sizeof large - 1);
	/* The longest release that uname(2) gives has 64 bytes. */
	from("rawbpf offsets 1\nkernel aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "aa\n", 17 + 7 + 64 + 1);
	ck_assert_uint_eq(strlen(offsets.release), 64);
	/* The newline of the last line may be missing. */
	struct rawbpf_symbols symbols = from("rawbpf offsets 1\nsize a 1", 25);
	ck_assert_int_eq(rawbpf_symbol_size(&symbols, "a"), 1);
}
END_TEST

/* What is written reads back as the same numbers. */
START_TEST(test_written)
{
	static const char *const names[] = { "task_struct.tgid", "task_struct.comm", "PIDTYPE_TGID",
		"MINUS", "sizeof(task_struct)", "task_struct.state", "NO_SUCH" };
	struct rawbpf_symbols symbols = from(file, sizeof file - 1);
	char text[1000], line[8];
	size_t length;

	symbols.arch = RAWBPF_ARCH_S390X;
	length = rawbpf_offsets_format(text, sizeof text, &symbols, NULL, "6.1.0-13-s390x");
	ck_assert_str_eq(text, "rawbpf offsets 1\nkernel 6.1.0-13-s390x\narch s390x\n");
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		int more = rawbpf_offsets_format(text + length, sizeof text - length, &symbols,
						 names[i], NULL);

		ck_assert_int_eq(rawbpf_offsets_format(line, sizeof line, &symbols, names[i], NULL),
				 more);
		ck_assert_uint_eq(strlen(line), sizeof line - 1);
		length += (size_t)more;
	}
	ck_assert_uint_eq(strlen(text), length);
	ck_assert_str_eq(strstr(text, "member"),
		"member task_struct.tgid 1172 4 4\nmember task_struct.comm 1800 16 0\n"
		"enumerator PIDTYPE_TGID 1\nenumerator MINUS -2\nsize task_struct 6400\n"
		"none task_struct.state\nnone NO_SUCH\n");
	symbols = from(text, length);
	check_symbol(&symbols, "task_struct.tgid", 1172, 4, 4);
	check_symbol(&symbols, "MINUS", -2, 0, 0);
	ck_assert_int_eq(rawbpf_symbol_size(&symbols, "task_struct"), 6400);
}
END_TEST

START_TEST(test_not_written)
{
	static const char *const names[] = { "", "a b", "a\nsize b 1", "\33[31m" };
	const struct rawbpf_symbols symbols = { .kernel = NULL };
	char text[100];

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		ck_assert_int_eq(rawbpf_offsets_format(text, sizeof text, &symbols, names[i], NULL),
				 -EINVAL);
		ck_assert_str_eq(text, "");
	}
	ck_assert_int_eq(rawbpf_offsets_format(text, sizeof text, &symbols, "a.b", NULL), -ENODATA);
	ck_assert_int_eq(rawbpf_offsets_format(text, sizeof text, &symbols, "sizeof(a)", NULL),
			 -ENODATA);
	ck_assert_int_eq(rawbpf_offsets_format(text, sizeof text, &symbols, NULL, "6 1"), -EINVAL);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_formats);
	tcase_add_test(tests, test_cut_formats);
	tcase_add_test(tests, test_offsets);
	tcase_add_loop_test(tests, test_broken, 0, sizeof broken / sizeof broken[0]);
	tcase_add_test(tests, test_limits);
	tcase_add_test(tests, test_written);
	tcase_add_test(tests, test_not_written);
}

int main(void)
{
	return unit_run("offsets", add_tests);
}

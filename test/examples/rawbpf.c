/* SPDX-License-Identifier: MIT */
/*
 * The rawbpf command from outside: its subcommands' output and exit status. The first argument is
 * its path.
 */
#include "../command.h"

#include <fcntl.h>

/* Make a file with this content. It goes with the test's process. */
static const char *file_with(const void *content, size_t size)
{
	static char path[64];
	int file = open("/tmp", O_TMPFILE | O_RDWR, 0600);

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(write(file, content, size), (long)size);
	snprintf(path, sizeof path, "/proc/%d/fd/%d", getpid(), file);
	return path;
}

static const char *text_file(const char *text)
{
	return file_with(text, strlen(text));
}

static void assert_ends(void (*prepare)(void), const char *const *arguments, int status,
			const char *out, const char *err)
{
	static struct ending end;

	command_run(&end, prepare, arguments);
	ck_assert_str_eq(end.out, out);
	ck_assert_str_eq(end.err, err);
	ck_assert_int_eq(end.status, status);
}

static void assert_prints(const char *const *arguments, const char *out)
{
	assert_ends(NULL, arguments, 0, out, "");
}

/* ----------------------------------------------------------------- the command itself */

START_TEST(test_help)
{
	static const char *const members[] = { "asm", "disasm", "explain", "conform", "run", "test", "trace", "show",
					       "step", "install-links", "prog", "map", "link", "btf", "cgroup", "net",
					       "doctor" };
	static struct ending end;

	command_variable = "COLUMNS=200"; /* no line is so long that 80 columns wrap it */
	command_run(&end, live_be_nobody, ARGS("--version"));
	ck_assert_str_eq(end.out, "rawbpf " PROJECT_VERSION "\n");
	ck_assert_int_eq(end.status, 0);
	command_run(&end, live_be_nobody, ARGS("-h"));
	ck_assert_int_le(command_columns(end.out), 80);
	ck_assert_int_eq(end.status, 0);
	for (unsigned i = 0; i < RAWBPF_COUNT(members); i++) {
		char usage[64];

		snprintf(usage, sizeof usage, "rawbpf %s ", members[i]);
		command_run(&end, NULL, ARGS("-h"));
		ck_assert_ptr_nonnull(strstr(end.out, usage));
		command_run(&end, NULL, ARGS(members[i], "--help"));
		ck_assert_ptr_nonnull(strstr(end.out, usage));
		ck_assert_str_eq(end.err, "");
		ck_assert_int_le(command_lines(end.out), 24);
		ck_assert_int_le(command_columns(end.out), 80);
		ck_assert_int_eq(end.status, 0);
	}
	command_variable = NULL;
}
END_TEST

START_TEST(test_usage)
{
	static struct ending end;

	command_run(&end, NULL, ARGS(NULL));
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("assemble"));
	ck_assert_int_eq(strncmp(end.err, "rawbpf: there is no subcommand 'assemble'\n", 42), 0);
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("asm", "-f", "exe"));
	ck_assert_str_eq(end.err, "rawbpf asm: -f wants raw, hex, c, header or elf, not 'exe'\n");
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("disasm", "-d", "gas"));
	ck_assert_str_eq(end.err, "rawbpf disasm: -d wants llvm, kernel or c, not 'gas'\n");
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("run", "--repeat", "0"));
	ck_assert_str_eq(end.err, "rawbpf run: --repeat wants a number, 1 to 1000000000, not '0'\n");
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("disasm", "--nonsense"));
	ck_assert_int_eq(strncmp(end.err, "rawbpf disasm: unrecognized option '--nonsense'\n", 48), 0);
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("disasm", "a", "b"));
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("explain", "helper"));
	ck_assert_int_eq(strncmp(end.err, "usage: rawbpf explain ", 22), 0);
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("explain", "context"));
	ck_assert_int_eq(strncmp(end.err, "usage: rawbpf explain ", 22), 0);
	ck_assert_int_eq(end.status, 2);
	command_run(&end, NULL, ARGS("asm", "/no/such/file"));
	ck_assert_str_eq(end.err, "rawbpf asm: /no/such/file: No such file or directory\n");
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* ----------------------------------------------------------------- asm */

static const char program[] =
	"# a comment\n"
	"r0 = 1\n"
	"again: r0 += 2; if r0 < 10 goto again\n"
	"exit\n";

START_TEST(test_asm)
{
	assert_prints(ARGS("asm", "-f", "hex", "--little-endian", text_file(program)),
		      "b7 00 00 00 01 00 00 00\n"
		      "07 00 00 00 02 00 00 00\n"
		      "a5 00 fe ff 0a 00 00 00\n"
		      "95 00 00 00 00 00 00 00\n");
	assert_prints(ARGS("asm", "-f", "hex", "--big-endian", text_file("r1 = r2\nr3 += -4\n")),
		      "bf 12 00 00 00 00 00 00\n"
		      "07 30 00 00 ff ff ff fc\n");
	assert_prints(ARGS("asm", "-f", "c", text_file(program)),
		      "BPF_MOV64_IMM(BPF_REG_0, 1),\n"
		      "BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 2),\n"
		      "BPF_JMP_IMM(BPF_JLT, BPF_REG_0, 10, -2),\n"
		      "BPF_EXIT_INSN(),\n");
	assert_prints(ARGS("asm", "-f", "c", text_file(".map counts array 4 8 1\n.map m hash 4 4 1\n"
						      "r1 = map m\nr2 = map counts\nr3 = map[fd:2]\n")),
		      "BPF_LD_MAP_FD(BPF_REG_1, m),\n"
		      "BPF_LD_MAP_FD(BPF_REG_2, counts),\n"
		      "BPF_LD_MAP_FD(BPF_REG_3, 2),\n");
	assert_prints(ARGS("asm", "-f", "hex", text_file("")), "");
}
END_TEST

START_TEST(test_asm_errors)
{
	static struct ending end;
	const char *path = text_file("r0 = 1\n\tif r0 == r11 goto out\n\tgoto uot\nout:\nexit\n");
	char expected[1024];

	command_run(&end, NULL, ARGS("asm", path));
	snprintf(expected, sizeof expected,
		 "%s:2:11: error: r11 is not a register; programs have r0 to r10\n"
		 "\tif r0 == r11 goto out\n"
		 "\t         ^~~\n"
		 "%s:3:7: error: no label 'uot' in this program (did you mean 'out'?)\n"
		 "\tgoto uot\n"
		 "\t     ^~~\n", path, path);
	ck_assert_str_eq(end.err, expected);
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(end.status, 1);
	assert_ends(command_full_stdout, ARGS("asm", "-f", "hex", text_file(program)), 1, "",
		    "rawbpf asm: writing: No space left on device\n");
}
END_TEST

START_TEST(test_asm_warnings)
{
	static const char program[] = "r0 = 0xffffffff\nexit\n";
	static const char warning[] =
		"1:6: warning: 0xffffffff is sign-extended to 0xffffffffffffffff; "
		"w0 = NUMBER clears the upper 32 bits\nr0 = 0xffffffff\n     ^~~~~~~~~~\n";
	const char *path = text_file(program);
	char err[512];

	snprintf(err, sizeof err, "%s:%s", path, warning);
	assert_ends(NULL, ARGS("asm", "-f", "hex", "--little-endian", path), 0,
		    "b7 00 00 00 ff ff ff ff\n95 00 00 00 00 00 00 00\n", err);
	snprintf(err, sizeof err, "%s:%srawbpf asm: %s: -Werror treats warnings as errors\n", path,
		 warning, path);
	assert_ends(NULL, ARGS("asm", "-Werror", "-f", "hex", path), 1, "", err);
	snprintf(err, sizeof err, "%s:%srawbpf run: %s: -Werror treats warnings as errors\n", path,
		 warning, path);
	assert_ends(NULL, ARGS("run", "-Werror", path), 1, "", err);
	assert_ends(NULL, ARGS("asm", "-Wall", path), 2, "",
		    "rawbpf asm: -W wants error, as in -Werror, not 'all'\n");
}
END_TEST

START_TEST(test_asm_output)
{
	static const unsigned char expected[8] = { 0x95 };
	unsigned char got[16];
	char path[] = "/tmp/rawbpf-test-XXXXXX";
	int file = mkstemp(path);

	ck_assert_int_ge(file, 0);
	assert_prints(ARGS("asm", "-o", path, text_file("exit")), "");
	ck_assert_int_eq(read(file, got, sizeof got), 8);
	ck_assert_int_eq(memcmp(got, expected, 8), 0);
	unlink(path);
	close(file);
	assert_ends(NULL, ARGS("asm", "-o", "/no/such/file", text_file("exit")), 1, "",
		    "rawbpf asm: /no/such/file: No such file or directory\n");
}
END_TEST

/* ----------------------------------------------------------------- disasm */

static const char hex[] =
	"b7 00 00 00 01 00 00 00\n"
	"0700000002000000\ta5 00 fe ff 0a 00 00 00\n"
	"95 00 00 00 00 00 00 00";

START_TEST(test_disasm)
{
	assert_prints(ARGS("disasm", "-f", "hex", "--little-endian", text_file(hex)),
		      "r0 = 0x1\n"
		      "r0 += 0x2\n"
		      "if r0 < 0xa goto -0x2\n"
		      "exit\n");
	assert_prints(ARGS("disasm", "-f", "hex", "-l", "--little-endian", text_file(hex)),
		      "       0:\tr0 = 0x1\n"
		      "L1:\n"
		      "       1:\tr0 += 0x2\n"
		      "       2:\tif r0 < 0xa goto L1\n"
		      "       3:\texit\n");
	assert_prints(ARGS("disasm", "-f", "hex", "-d", "kernel", "--little-endian", text_file(hex)),
		      "(b7) r0 = 1\n"
		      "(07) r0 += 2\n"
		      "(a5) if r0 < 0xa goto pc-2\n"
		      "(95) exit\n");
	assert_prints(ARGS("disasm", "-f", "hex", "-d", "c", "--little-endian", text_file(hex)),
		      "BPF_MOV64_IMM(BPF_REG_0, 1),\n"
		      "BPF_ALU64_IMM(BPF_ADD, BPF_REG_0, 2),\n"
		      "BPF_JMP_IMM(BPF_JLT, BPF_REG_0, 10, -2),\n"
		      "BPF_EXIT_INSN(),\n");
	assert_prints(ARGS("disasm", "--big-endian", file_with("\xbf\x12\0\0\0\0\0\0", 8)), "r1 = r2\n");
}
END_TEST

/* Lists and strings of other languages: each byte has a prefix, or is a digit alone. */
static const struct {
	const char *text;
	int wrong; /* the offset of what is no byte; -1: none */
} lists[] = {
	{ "{0xb7, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00}", -1 },
	{ "{\n\t0xb7, 0, 0, 0,\n\t0x5, 0, 0, 0,\n};\n", -1 },
	{ "0XB7 0X00 0x0 0X00 0x05 0 0 0", -1 },
	{ "\"\\xb7\\x00\\x00\\x00\"\n\"\\x05\\x00\\x0\\x00\"", -1 },
	{ "[0xb7,0,0,0,5,0,0,0]", -1 },
	{ "{ 0xb7, 0, 0, 0, 10, 0, 0, 0 }", 17 },
	{ "{ 0xb7, 0, 0, 0, a, 0, 0, 0 }", 17 },
	{ "{ 0xb7, 0, 0, 0x00000005 }", 14 },
	{ "0xb700000005000000", 0 },
	{ "0xb7, 0xg", 6 },
	{ "0xb7, 0x", 7 },
	{ "0xb7 r1", 5 },
};

START_TEST(test_disasm_list)
{
	const char *path = text_file(lists[_i].text);
	char err[256];

	snprintf(err, sizeof err, "rawbpf disasm: %s: byte %d: expected a byte such as 0xb7, \\xb7 or "
		 "5\n", path, lists[_i].wrong);
	if (lists[_i].wrong < 0)
		assert_prints(ARGS("disasm", "-f", "hex", path), "r0 = 0x5\n");
	else
		assert_ends(NULL, ARGS("disasm", "-f", "hex", path), 1, "", err);
}
END_TEST

/* A file of another kind than the subcommand reads. */
START_TEST(test_other_files)
{
	static const char elf[16] = "\177ELF\2\1\1";
	static const char *const readers[] = { "asm", "run", "explain" };
	const char *path = file_with(elf, sizeof elf);
	char err[256];

	for (unsigned i = 0; i < RAWBPF_COUNT(readers); i++) {
		snprintf(err, sizeof err, "rawbpf %s: %s is an ELF file; extract the section of "
			 "the program: llvm-objcopy -O binary --only-section=NAME FILE OUT\n",
			 readers[i], path);
		assert_ends(NULL, ARGS(readers[i], path), 1, "", err);
	}
	snprintf(err, sizeof err, "rawbpf btf: %s is an ELF file; extract its BTF: "
		 "llvm-objcopy --dump-section .BTF=OUT FILE /dev/null\n", path);
	assert_ends(NULL, ARGS("btf", "dump", path), 1, "", err);
	path = text_file("b7 00 00 00 05 00 00 00\n");
	snprintf(err, sizeof err, "rawbpf disasm: %s is text, not bytes; -f hex reads hex digits\n",
		 path);
	assert_ends(NULL, ARGS("disasm", path), 1, "", err);
}
END_TEST

/* rawbpf rejects a file without an end before memory is used up. */
START_TEST(test_endless_file)
{
	static const char *const readers[] = { "asm", "disasm", "explain", "run" };

	for (unsigned i = 0; i < RAWBPF_COUNT(readers); i++) {
		char err[64];

		snprintf(err, sizeof err, "rawbpf %s: /dev/zero: File too large\n", readers[i]);
		assert_ends(NULL, ARGS(readers[i], "/dev/zero"), 1, "", err);
	}
}
END_TEST

START_TEST(test_disasm_bad_input)
{
	static struct ending end;

	command_run(&end, NULL, ARGS("disasm", "-f", "hex", text_file("95 0g")));
	ck_assert_ptr_nonnull(strstr(end.err, ": byte 4 is not a hex digit\n"));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, NULL, ARGS("disasm", "-f", "hex", text_file("00000000: 9500")));
	ck_assert_ptr_nonnull(strstr(end.err, ": byte 8 is not a hex digit; xxd -p prints no addresses\n"));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, NULL, ARGS("disasm", "-f", "hex", text_file("95 0")));
	ck_assert_ptr_nonnull(strstr(end.err, ": the number of hex digits is odd\n"));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, NULL, ARGS("disasm", file_with("\x95\0\0\0\0\0\0\0\x95\0\0\0", 12)));
	ck_assert_ptr_nonnull(strstr(end.err, ": 12 bytes are not a multiple of 8\n"));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, NULL, ARGS("disasm", file_with("\xff\xff\xff\xff\xff\xff\xff\xff", 8)));
	ck_assert_ptr_nonnull(strstr(end.out, "invalid"));
	ck_assert_int_eq(end.status, 0);
}
END_TEST

/* asm takes what disasm prints, for bytes that are instructions. */
START_TEST(test_round_trip)
{
	static struct ending text;

	command_run(&text, NULL, ARGS("disasm", "-f", "hex", "-l", "--little-endian", text_file(hex)));
	assert_prints(ARGS("asm", "-f", "hex", "--little-endian", text_file(text.out)),
		      "b7 00 00 00 01 00 00 00\n"
		      "07 00 00 00 02 00 00 00\n"
		      "a5 00 fe ff 0a 00 00 00\n"
		      "95 00 00 00 00 00 00 00\n");
}
END_TEST

/*
 * A jump into the middle of an instruction has no line to go to. gotox jumps to a register's value.
 */
START_TEST(test_no_label)
{
	static const char middle[] = "05 00 01 00 00 00 00 00\n"
				     "18 01 00 00 05 00 00 00\n"
				     "00 00 00 00 00 00 00 00\n"
				     "0d 01 00 00 00 00 00 00\n"
				     "95 00 00 00 00 00 00 00\n";
	static const char expected[] = "       0:\tgoto +0x1\n"
				       "       1:\tr1 = 0x5 ll\n"
				       "       3:\tgotox r1\n"
				       "       4:\texit\n";

	assert_prints(ARGS("disasm", "-f", "hex", "-l", "--little-endian", text_file(middle)), expected);
	assert_prints(ARGS("asm", "-f", "hex", "--little-endian", text_file(expected)), middle);
}
END_TEST

/* ----------------------------------------------------------------- explain */

START_TEST(test_explain)
{
	static const char *const lines[] = {
		"r2 += -4\n", "07 02 00 00 fc ff ff ff", "ALU64", "dst 2",
		"BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4)\n", "base64, RFC 9669", "Linux 3.18\n",
	};
	static struct ending end;
	static char by_text[TEXT];

	command_run(&end, NULL, ARGS("explain", "--little-endian", "r2 += -4"));
	ck_assert_int_eq(end.status, 0);
	for (unsigned i = 0; i < RAWBPF_COUNT(lines); i++)
		ck_assert_msg(strstr(end.out, lines[i]), "no '%s' in:\n%s", lines[i], end.out);
	ck_assert_ptr_null(strchr(end.out, '\033'));
	strcpy(by_text, end.out);
	command_run(&end, NULL, ARGS("explain", "--little-endian", "-x", "07 02 00 00 fc ff ff ff"));
	ck_assert_str_eq(end.out, by_text);
	command_run(&end, NULL, ARGS("explain", "r12 += 1"));
	ck_assert_int_eq(strncmp(end.err, "<argument>:1:1: error: ", 23), 0);
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* Run `rawbpf explain exit` on a terminal, and return its output. */
static const char *on_terminal(const char *terminal, const char *no_colour)
{
	static char text[TEXT];
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status;
	size_t length = 0;
	ssize_t got;
	pid_t child;

	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master) || unlockpt(master), 0);
	child = fork();
	if (child == 0) {
		int slave = open(ptsname(master), O_RDWR | O_NOCTTY);

		dup2(slave, STDOUT_FILENO);
		unsetenv("TERM");
		unsetenv("NO_COLOR");
		if (terminal)
			setenv("TERM", terminal, 1);
		if (no_colour)
			setenv("NO_COLOR", no_colour, 1);
		execl(command_path, "rawbpf", "explain", "exit", NULL);
		_exit(127);
	}
	/* EIO: the other side is closed. */
	while (length < sizeof text - 1 &&
	       ((got = read(master, text + length, sizeof text - 1 - length)) > 0 ||
		(got < 0 && errno == EINTR)))
		length += got > 0 ? got : 0;
	text[length] = 0;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	close(master);
	ck_assert_ptr_nonnull(strstr(text, "BPF_EXIT_INSN()"));
	return text;
}

/* Colours are for terminals that have them, unless NO_COLOR is set. */
START_TEST(test_explain_colours)
{
	ck_assert_ptr_nonnull(strstr(on_terminal("xterm", NULL), "\033[1m"));
	ck_assert_ptr_null(strchr(on_terminal("dumb", NULL), '\033'));
	ck_assert_ptr_null(strchr(on_terminal(NULL, NULL), '\033'));
	ck_assert_ptr_null(strchr(on_terminal("xterm", "1"), '\033'));
}
END_TEST

START_TEST(test_explain_facts)
{
	static struct ending end;

	command_run(&end, NULL, ARGS("explain", "helper", "bpf_map_lookup_elem"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_eq(strncmp(end.out, "  call map_lookup_elem    helper 1\n", 35), 0);
	command_run(&end, NULL, ARGS("explain", "helper", "51"));
	ck_assert_int_eq(strncmp(end.out, "  call redirect_map ", 20), 0);
	command_run(&end, NULL, ARGS("explain", "context", "xdp_md"));
	ck_assert_ptr_nonnull(strstr(end.out, "\n       4     4  read        data_end "));
	command_run(&end, NULL, ARGS("explain", "context", "nothing"));
	ck_assert_str_eq(end.out, "");
	ck_assert_str_eq(end.err, "rawbpf explain: there is no program type or context 'nothing'\n");
	ck_assert_int_eq(end.status, 1);
	command_run(&end, NULL, ARGS("explain", "helper", "nothing"));
	ck_assert_str_eq(end.err, "rawbpf explain: there is no helper 'nothing'\n");
	assert_ends(NULL, ARGS("explain", "helper", "0"), 1, "", "rawbpf explain: there is no helper '0'\n");
	assert_ends(NULL, ARGS("explain", "helper", "99999"), 1, "",
		    "rawbpf explain: there is no helper '99999'\n");
	assert_ends(NULL, ARGS("explain", "helper", "01"), 1, "",
		    "rawbpf explain: there is no helper '01'\n");
	assert_ends(NULL, ARGS("explain", "context", "4294967302"), 1, "",
		    "rawbpf explain: there is no program type or context '4294967302'\n");
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* ----------------------------------------------------------------- run */

/*
 * r0 has 64 bits, of which the kernel returns 32. `r0` is the rest of the line that begins with
 * "r0".
 */
static const struct {
	const char *text, *r0;
} results[] = {
	{ "r0 = 2432902008176640000 ll; exit", "2432902008176640000 (0x21c3677c82b40000)" },
	{ "r0 = -1; exit", "18446744073709551615 (0xffffffffffffffff)" },
	{ "w0 = -1; exit", "4294967295 (0xffffffff)" },
	{ "r0 = 0; exit", "0 (0x0)" },
	/* two exits, a jump back, a function, and the context in r1 */
	{ "r6 = r1; r0 = 1; r7 = 20\n"
	  "again: r0 *= r7; r7 += -1; if r7 != 0 goto again\n"
	  "r7 = *(u32 *)(r6 + 0); if r7 == 50 goto +1; exit; call f; exit\n"
	  "f: r0 = -2; exit", "18446744073709551614 (0xfffffffffffffffe)" },
	/* these cannot be called as a function: eight levels of calls, or skb loads */
	{ "call a; exit; a: call b; exit; b: call c; exit; c: call d; exit; d: call e; exit\n"
	  "e: call f; exit; f: call g; exit; g: r0 = 0x123456789 ll; exit",
	  "591751049 (0x23456789), low 32 bits" },
	{ "r6 = r1; r0 = *(u8 *)skb[0]; r0 = 0x123456789 ll; exit",
	  "591751049 (0x23456789), low 32 bits" },
};

START_TEST(test_r0)
{
	static struct ending end;

	command_run(&end, NULL, ARGS("run", text_file(results[_i].text)));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	end.out[strcspn(end.out, "\n")] = '\0';
	ck_assert_int_eq(strncmp(end.out, "r0    ", 6), 0);
	ck_assert_str_eq(end.out + 6, results[_i].r0);
}
END_TEST

START_TEST(test_run)
{
	static struct ending end;

	command_run(&end, NULL, ARGS("run", text_file("r0 = 42; exit")));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(strncmp(end.out, "r0    42 (0x2a)\ntime  ", 22), 0);
	ck_assert_ptr_nonnull(strstr(end.out, " ns\ndata  64 bytes, unchanged\n"));
	ck_assert_int_eq(end.status, 0);
	/* the packet comes back changed, because XDP may write to it */
	command_run(&end, NULL, ARGS("run", "--type", "xdp", "--repeat", "3", text_file(
		"r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4)\n"
		"r0 = 2; r4 = r2; r4 += 14; if r4 > r3 goto out\n"
		"*(u8 *)(r2 + 13) = 0x7f\n"
		"out: exit\n")));
	ck_assert_str_eq(end.err, "");
	ck_assert_ptr_nonnull(strstr(end.out, "data  64 bytes\n"
					      "  00 00 00 00 00 00 00 00 00 00 00 00 00 7f 00 00\n"));
	ck_assert_int_eq(end.status, 0);
}
END_TEST

START_TEST(test_run_maps)
{
	static struct ending end;

	command_run(&end, NULL, ARGS("run", text_file(
		".map numbers array 4 8 2\n"
		"*(u32 *)(r10 - 4) = 1\n"
		"r1 = map numbers; r2 = r10; r2 += -4\n"
		"call map_lookup_elem\n"
		"if r0 == 0 goto out\n"
		"*(u64 *)(r0 + 0) = 0x11\n"
		"r0 = 0\n"
		"out: exit\n")));
	ck_assert_str_eq(end.err, "");
	ck_assert_ptr_nonnull(strstr(end.out,
		"map numbers\n"
		"  key   00 00 00 00\n"
		"  value 00 00 00 00 00 00 00 00\n"
		"  key   "));
	ck_assert_int_eq(end.status, 0);
}
END_TEST

START_TEST(test_run_rejected)
{
	static struct ending end;
	const char *path = text_file(
		".map numbers hash 4 8 2\n"
		"*(u32 *)(r10 - 4) = 1\n"
		"r1 = map numbers\n"
		"r2 = r10\n"
		"r2 += -4\n"
		"call map_lookup_elem\n"
		"r1 = 1\n"
		"lock *(u64 *)(r0 + 0) += r1\n"
		"exit\n");
	char place[96];

	command_run(&end, NULL, ARGS("run", path));
	ck_assert_int_eq(strncmp(end.err, "rawbpf run: the verifier rejected the program (", 47), 0);
	ck_assert_ptr_nonnull(strstr(end.err, ") at instruction 7\n"));
	snprintf(place, sizeof place, "%s:8\n", path);
	ck_assert_ptr_nonnull(strstr(end.err, place));
	ck_assert_ptr_nonnull(strstr(end.err, "map_value_or_null"));
	ck_assert_ptr_nonnull(strstr(end.err, "   (-v shows the verifier's whole log)\n"));
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(end.status, 1);
}
END_TEST

START_TEST(test_run_empty)
{
	const char *path = text_file("# nothing\n");
	char said[100];

	snprintf(said, sizeof said, "rawbpf run: %s: the text has no instruction\n", path);
	assert_ends(NULL, ARGS("run", path), 1, "", said);
	snprintf(said, sizeof said, "rawbpf step: %s: the text has no instruction\n", path);
	assert_ends(NULL, ARGS("step", path), 1, "", said);
}
END_TEST

START_TEST(test_run_refused)
{
	static struct ending end;

	command_run(&end, live_be_nobody, ARGS("run", "ethertype", "--repeat", "1"));
	ck_assert_int_eq(strncmp(end.out, "r0    2 (0x2)\n", 14), 0);
	ck_assert_int_eq(end.status, 0);
	ck_assert_ptr_nonnull(strstr(end.err, "CAP_BPF"));
	ck_assert_ptr_nonnull(strstr(end.err, "The interpreter runs the program instead."));
	command_run(&end, NULL, ARGS("run", "--type", "kprobe", text_file("exit")));
	ck_assert_ptr_nonnull(strstr(end.err, "--type wants one of socket_filter "));
	ck_assert_int_eq(end.status, 2);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_help);
	tcase_add_test(tests, test_usage);
	tcase_add_test(tests, test_asm);
	tcase_add_test(tests, test_asm_errors);
	tcase_add_test(tests, test_asm_warnings);
	tcase_add_test(tests, test_asm_output);
	tcase_add_test(tests, test_disasm);
	tcase_add_test(tests, test_other_files);
	tcase_add_test(tests, test_endless_file);
	tcase_add_test(tests, test_disasm_bad_input);
	tcase_add_loop_test(tests, test_disasm_list, 0, RAWBPF_COUNT(lists));
	tcase_add_test(tests, test_no_label);
	tcase_add_test(tests, test_round_trip);
	tcase_add_test(tests, test_explain);
	tcase_add_test(tests, test_explain_colours);
	tcase_add_test(tests, test_explain_facts);
	tcase_add_loop_test(tests, test_r0, 0, RAWBPF_COUNT(results));
	tcase_add_test(tests, test_run);
	tcase_add_test(tests, test_run_maps);
	tcase_add_test(tests, test_run_rejected);
	tcase_add_test(tests, test_run_empty);
	tcase_add_test(tests, test_run_refused);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: test_rawbpf RAWBPF\n");
		return 2;
	}
	command_path = argv[1];
	return live_run("rawbpf", add_tests);
}

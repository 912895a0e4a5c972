/* SPDX-License-Identifier: MIT */
/* rawbpf run of texts with .prog, on this kernel: examples/tools, and the tool's own options. */
#include "../command.h"
#include "../schema.h"
#include "ran.h"

static const char *texts;

static const struct {
	const char *name;
	ran_fn *run;
	const char *way;
} runs[] = {
	{ "fchownat by tracepoint", ran_fchownat, "tracepoint" },
	{ "fchownat by raw_tp", ran_fchownat, "raw_tp" },
	{ "fchownat by kprobe", ran_fchownat, "kprobe" },
	{ "chrootsnoop", ran_chrootsnoop, NULL },
	{ "chrootsnoop by tracepoint", ran_chrootsnoop, "tracepoint" },
	{ "chrootsnoop by raw_tp", ran_chrootsnoop, "raw_tp" },
	{ "chrootsnoop by kprobe", ran_chrootsnoop, "kprobe" },
	{ "opensnoop", ran_opensnoop, NULL },
	{ "opensnoop by tracepoint", ran_opensnoop, "tracepoint" },
	{ "opensnoop by raw_tp", ran_opensnoop, "raw_tp" },
	{ "opensnoop by kprobe", ran_opensnoop, "kprobe" },
	{ "ethertype", ran_ethertype, NULL },
	{ "stuck", ran_stuck, NULL },
	{ "exitsnoop", ran_exitsnoop, NULL },
	{ "sigsnoop", ran_sigsnoop, NULL },
	{ "mountsnoop", ran_mountsnoop, NULL },
	{ "mountsnoop by raw_tp", ran_mountsnoop, "raw_tp" },
	{ "modsnoop", ran_modsnoop, NULL },
	{ "capable", ran_capable, NULL },
	{ "profile", ran_profile, NULL },
	{ "execsnoop", ran_execsnoop, NULL },
	{ "biolatency", ran_biolatency, NULL },
	{ "tcpconnect", ran_tcpconnect, NULL },
};

START_TEST(test_tools)
{
	static char problem[8192];
	const struct ran_setup setup = { .tool = command_path, .texts = texts, .has_json = 1, .has_schema = 1,
					 .has_btf = access("/sys/kernel/btf/vmlinux", F_OK) == 0 };

	live_mount_tracefs();
	runs[_i].run(&setup, runs[_i].way, problem, sizeof problem);
	if (strncmp(problem, "no way: ", 8) == 0 && runs[_i].way && strcmp(runs[_i].way, "kprobe") == 0)
		SKIP("%s: this kernel has no kprobes", runs[_i].name);
	if (runs[_i].run == ran_modsnoop && strstr(problem, "module_request"))
		SKIP("modsnoop: this kernel has no modules");
	ck_assert_msg(!problem[0], "%s: %s", runs[_i].name, problem);
}
END_TEST

/* ------------------------------------------------------------------ options and messages */

static struct ending end;

/* Return the path of a text of examples/tools; it stays valid until the next call but one. */
static const char *tool_path(const char *name)
{
	static char paths[2][512];
	static int next;

	next = !next;
	snprintf(paths[next], sizeof paths[next], "%s/%s.bpf", texts, name);
	return paths[next];
}

static void assert_says(const char *const *arguments, int status, const char *said)
{
	command_run(&end, NULL, arguments);
	ck_assert_msg(end.status == status, "status %d: %s", end.status, end.err);
	ck_assert_msg(strstr(status ? end.err : end.out, said) != NULL, "%s%s", end.out, end.err);
}

START_TEST(test_help)
{
	const char *path;

	assert_says(ARGS("run", tool_path("chrootsnoop"), "-h"), 0, "who calls chroot(2), and on what");
	ck_assert_ptr_nonnull(strstr(end.out, "  -p PID"));
	ck_assert_ptr_nonnull(strstr(end.out, "  -u UID"));
	ck_assert_ptr_nonnull(strstr(end.out, "  -x"));
	assert_says(ARGS("run", tool_path("opensnoop"), "--help"), 0, "  -x ");
	assert_says(ARGS("run", tool_path("ethertype"), "-h"), 0, "  -l DEVICE");
	ck_assert_ptr_null(strstr(end.out, "  -p"));
	path = command_text_file(".prog p\n.at none\n\tr0 = 0\n\texit\n");
	assert_says(ARGS("run", path, "-h"), 0, "");
	ck_assert_int_eq(strncmp(end.out, "usage: rawbpf run ", 18), 0);
	unlink(path);
}
END_TEST

START_TEST(test_usage)
{
	assert_says(ARGS("run", tool_path("chrootsnoop"), "-p", "ten"), 2, "-p wants a number, not 'ten'");
	assert_says(ARGS("run", tool_path("chrootsnoop"), "-p", "0"), 2,
		    "-p wants a number from 1 to 4294967295, not '0'");
	assert_says(ARGS("run", tool_path("chrootsnoop"), "-t", "4294967296"), 2, "-t wants a number from 1 ");
	assert_says(ARGS("run", "--check", tool_path("chrootsnoop"), "-u", "0"), 0, "enter at syscall chroot");
	assert_says(ARGS("run", tool_path("chrootsnoop"), "-q"), 2, "invalid option -- 'q'");
	assert_says(ARGS("run", tool_path("chrootsnoop"), "more"), 2, "'more' is one argument too many");
	assert_says(ARGS("run", "--way", "rawtp", tool_path("chrootsnoop")), 2, "not 'rawtp'");
	assert_says(ARGS("run", "/no/such.bpf"), 1, "/no/such.bpf: No such file or directory");
}
END_TEST

START_TEST(test_check)
{
	assert_says(ARGS("run", "--check", "--way", "raw_tp", tool_path("fchownat")), 0,
		    "counter at syscall fchownat: raw_tp, ");
	ck_assert_int_eq(command_lines(end.out), 1);
	ck_assert_str_eq(end.err, "");
	assert_says(ARGS("run", "--check", tool_path("stuck")), 0, "each at iter task event: iter, ");
}
END_TEST

/* The option, its value and the file with the limit; the kernel's limit is below 99999999. */
START_TEST(test_frequency)
{
	static const char *const values[] = { "0", "99999999" };
	char said[300];

	for (unsigned i = 0; i < RAWBPF_COUNT(values); i++) {
		snprintf(said, sizeof said, "rawbpf run: attaching sample at perf (-f): EINVAL: %s times a second is "
			 "not from 1 to the number in /proc/sys/kernel/perf_event_max_sample_rate\n", values[i]);
		command_variable = "COLUMNS=1000";
		command_run(&end, NULL, ARGS("run", tool_path("profile"), "-f", values[i]));
		ck_assert_int_eq(end.status, 1);
		ck_assert_str_eq(end.err, said);
	}
}
END_TEST

/* What the kernel lacks, --check says as an attachment does. */
START_TEST(test_check_missing)
{
	static const struct {
		const char *place, *said;
	} missing[] = {
		{ "syscall nosuch", "this architecture has no system call 'nosuch'" },
		{ "raw_tp nosuch", "attaching p at raw_tp nosuch: ENOENT: this kernel has no raw tracepoint 'nosuch'" },
		{ "tracepoint a:b", "attaching p at tracepoint a:b: " },
		{ "uprobe \"/proc/self/exe\":nosuch", "ESRCH: the file has no symbol" },
		{ "uprobe \"/no/such\":x", "ENOENT: the file does not exist" },
		{ "xdp \"nosuch0\"", "attaching p at xdp nosuch0: ENODEV" },
		{ "cgroup device \"/no/such\"", "attaching p at cgroup device: ENOENT" },
	};
	char text[200];

	for (unsigned i = 0; i < RAWBPF_COUNT(missing); i++) {
		const char *path;

		snprintf(text, sizeof text, ".prog p\n.at %s\n\tr0 = 0\n\texit\n", missing[i].place);
		path = command_text_file(text);
		assert_says(ARGS("run", "--check", path), 1, missing[i].said);
		unlink(path);
	}
}
END_TEST

/* A map that cannot be created, and a directory that is not there, are said with the map's line. */
START_TEST(test_map_lines)
{
	const char *path = command_text_file("# a\n.struct e\n\tu64 x\n.ring r e 3\n.prog p\n.at none\n\tr0 = 0\n\texit\n");
	char said[200];

	snprintf(said, sizeof said, "%s:4:1: error: the bytes of a ring are a power of two and whole pages, "
		 "such as 256k, not 3\n", path);
	assert_says(ARGS("run", "--check", path), 1, said);
	unlink(path);
	path = command_text_file("# a\n.map m hash u32 u64 0\n.prog p\n.at none\n\tr0 = 0\n\texit\n");
	snprintf(said, sizeof said, "rawbpf run: %s:2: map m: EINVAL", path);
	assert_says(ARGS("run", "--check", path), 1, said);
	snprintf(said, sizeof said, "rawbpf run: %s:2: map m: ENOTDIR: a part of the path '/no/such/m'", path);
	assert_says(ARGS("run", "--check", "--maps", "/no/such", path), 1, said);
	unlink(path);
}
END_TEST

/* A constant that names a slot of the stack has another value in each program. */
START_TEST(test_set_of_each_program)
{
	const char *path = command_text_file(".set y x + 1\n.prog p\n.at none\n.local x 8\n\tr0 = y\n\texit\n"
				     ".prog q\n.at none\n.local z 16\n.local x 8\n\tr0 = y\n\texit\n");
	static const char list[] = "/tmp/rawbpf_run_list";

	assert_says(ARGS("asm", "-l", path), 0, "r0 = -0x7\n");
	ck_assert_ptr_nonnull(strstr(end.out, "r0 = -0x17\n"));
	assert_says(ARGS("asm", "-l", "-o", list, path), 0, "");
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(unlink(list), 0);
	unlink(path);
}
END_TEST

START_TEST(test_offsets)
{
	const char *path = command_text_file("rawbpf offsets 1\nmember task_struct.tgid\n");
	char said[600];

	snprintf(said, sizeof said, "%s:2: not a line of an offsets file", path);
	assert_says(ARGS("run", "--check", "--offsets", path, tool_path("chrootsnoop")), 1, said);
	/* also behind the name, and where BTF makes the file needless */
	assert_says(ARGS("run", "--check", tool_path("fchownat"), "--offsets", path), 1, said);
	unlink(path);
	assert_says(ARGS("run", "fchownat", "--offsets", "/no/such"), 1, "rawbpf run: /no/such: No such file or directory\n");
	assert_says(ARGS("run", "--offsets", "/no/such", "fchownat"), 1, "rawbpf run: /no/such: No such file or directory\n");
	assert_says(ARGS("run", "fchownat", "--offsets", "/dev/null"), 1, "/dev/null:1: not a line of an offsets file");
}
END_TEST

START_TEST(test_offsets_of_another_kernel)
{
	const char *path = command_text_file("rawbpf offsets 1\nkernel 5.10.0-of-another\n");
	char said[600];

	assert_says(ARGS("run", "--check", "--offsets", path, tool_path("chrootsnoop")), 0, "leave at sysret chroot");
	snprintf(said, sizeof said, "warning: %s is for Linux 5.10.0-of-another, and this is ", path);
	ck_assert_msg(strncmp(end.err, said, strlen(said)) == 0, "%s", end.err);
	unlink(path);
	path = command_text_file("rawbpf offsets 1\n");
	assert_says(ARGS("run", "--check", "--offsets", path, tool_path("chrootsnoop")), 0, "leave at sysret chroot");
	ck_assert_str_eq(end.err, "");
	unlink(path);
}
END_TEST

START_TEST(test_way_refused)
{
	assert_says(ARGS("run", "--way", "fentry", tool_path("fchownat")), 1,
		    "only the way fentry is allowed");
}
END_TEST

static void no_tracefs(void)
{
	live_private_mounts();
	live_hide_directory("/sys/kernel/tracing");
}

/* A way that fails is told if -v asks for it, or if no other works. */
START_TEST(test_first_way)
{
	const char *path;

	command_run(&end, no_tracefs, ARGS("run", tool_path("chrootsnoop"), "-p", "1", "-d", "0.05"));
	ck_assert_str_eq(end.err, "attached; it ends after 0.05 s, or at Ctrl-C\n0 events, 0 lost\n");
	command_run(&end, no_tracefs, ARGS("run", tool_path("chrootsnoop"), "-v", "-p", "1", "-d", "0.05"));
	ck_assert_msg(strstr(end.err, "by tracepoint: EOPNOTSUPP: tracefs is not mounted"), "%s", end.err);
	ck_assert_ptr_nonnull(strstr(end.err, "\nattached; "));
	path = command_text_file(".prog p\n.at tracepoint a:b\n.or raw_tp sys_enter\n.at raw_tp nosuch\n.or none\n\tr0 = 0\n\texit\n");
	assert_says(ARGS("run", "-d", "0.05", path), 0, "");
	ck_assert_msg(strncmp(end.err, "rawbpf run: attaching p at raw_tp nosuch: ENOENT", 48) == 0, "%s", end.err);
	ck_assert_int_eq(command_lines(end.err), 2);
	unlink(path);
	command_run(&end, no_tracefs, ARGS("run", tool_path("chrootsnoop"), "--way", "tracepoint"));
	ck_assert_msg(strstr(end.err, "by tracepoint: EOPNOTSUPP: tracefs is not mounted"), "%s", end.err);
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* What several places lack is told once, with all of them. */
START_TEST(test_one_reason)
{
	const char *path = command_text_file(".prog p\n.at tracepoint a:b\n\tr0 = 0\n\texit\n"
					     ".prog q\n.at tracepoint e:f\n.or none\n\tr0 = 0\n\texit\n");
	static const char said[] = "rawbpf run: attaching q at tracepoint e:f, p at tracepoint a:b: "
				   "EOPNOTSUPP: tracefs is not mounted; ";

	command_run(&end, no_tracefs, ARGS("run", path, "--check"));
	ck_assert_msg(strncmp(end.err, said, strlen(said)) == 0, "%s", end.err);
	ck_assert_ptr_null(strstr(end.err + 1, "rawbpf run: "));
	unlink(path);
}
END_TEST

/* Mistakes have their place; one that every way meets is printed once. */
START_TEST(test_mistakes)
{
	const char *path = command_text_file(".prog a\n.at syscall getppid\n\tr0 = no_such_name\n\texit\n");
	const char *first;

	assert_says(ARGS("run", path), 1, ":3:7: error: ");
	first = strstr(end.err, "error: ");
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(strstr(first + 1, "error: "));
	assert_says(ARGS("asm", "-l", path), 1, ":3:7: error: ");
	unlink(path);
}
END_TEST

START_TEST(test_unparsed)
{
	const char *path = command_text_file(".prog a\n.at nowhere\n\tr0 = 0\n\texit\n");

	assert_says(ARGS("run", path), 1, ":2:5: error: ");
	unlink(path);
}
END_TEST

START_TEST(test_nobody)
{
	command_run(&end, live_be_nobody, ARGS("run", tool_path("fchownat")));
	ck_assert_int_eq(end.status, 1);
	ck_assert_ptr_nonnull(strstr(end.err, "map count: EPERM"));
	ck_assert_ptr_nonnull(strstr(end.err, "CAP_BPF"));
	ck_assert_str_eq(end.out, "");
}
END_TEST

/* What each statement became needs no privilege. */
START_TEST(test_list)
{
	command_run(&end, live_be_nobody, ARGS("asm", "-l", tool_path("fchownat")));
	ck_assert_int_eq(end.status, 0);
	ck_assert_ptr_nonnull(strstr(end.out, "    8  \tr2 = 1\n\t\t    2: r2 = 0x1\n"));
	assert_says(ARGS("asm", "-l", tool_path("chrootsnoop")), 0, "std:");
}
END_TEST

/* What an option does not say anything about is a mistake. */
START_TEST(test_asm_options)
{
	char *chrootsnoop = strdup(tool_path("chrootsnoop"));

	assert_says(ARGS("asm", "-f", "hex", chrootsnoop), 1, "has .prog: use -f header, -f elf or -l\n");
	assert_says(ARGS("asm", "-f", "elf", "--name", "x", chrootsnoop), 2, "--name is for -f header\n");
	assert_says(ARGS("asm", "-f", "hex", "--arch", "arm64", chrootsnoop), 2, "--arch is for -f header and -f elf\n");
	assert_says(ARGS("asm", "-f", "header", "--big-endian", chrootsnoop), 2, "-f header, which has no byte order\n");
	assert_says(ARGS("asm", "-l", "--big-endian", chrootsnoop), 2, "-l, which has no byte order\n");
	assert_says(ARGS("asm", "-f", "elf", "--arch", "s390x", "--little-endian", chrootsnoop), 2,
		    "--arch has the other byte order");
	assert_says(ARGS("asm", "-f", "elf", "--arch", "s390x", "--big-endian", "-o", "/dev/null", chrootsnoop), 0, "");
	free(chrootsnoop);
}
END_TEST

static void in_tmp(void)
{
	if (chdir("/tmp") < 0)
		_exit(98);
}

/* "-" is standard output, and no file, in each format. A tool's name is its text. */
START_TEST(test_asm_output)
{
	const char *path = command_text_file("exit\n");

	ck_assert_int_ne(access("/tmp/-", F_OK), 0);
	command_run(&end, in_tmp, ARGS("asm", "-f", "hex", "-o", "-", path));
	ck_assert_str_eq(end.out, "95 00 00 00 00 00 00 00\n");
	ck_assert_int_eq(end.status, 0);
	unlink(path);
	command_run(&end, in_tmp, ARGS("asm", "-f", "header", "-o", "-", "opensnoop"));
	ck_assert_ptr_nonnull(strstr(end.out, " opensnoop = {"));
	ck_assert_int_eq(end.status, 0);
	command_run(&end, in_tmp, ARGS("asm", "-f", "elf", "-o", "-", "opensnoop"));
	ck_assert_int_eq(strncmp(end.out, "\177ELF", 4), 0);
	ck_assert_int_eq(end.status, 0);
	command_run(&end, in_tmp, ARGS("asm", "-l", "-o", "-", "opensnoop"));
	ck_assert_ptr_nonnull(strstr(end.out, " at syscall openat by "));
	ck_assert_int_eq(end.status, 0);
	path = command_text_file(".prog p\n.at none\n.if kernel > 5\n\tr0 = 0\n.else\n\tr0 = 1\n.endif\n\texit\n");
	command_run(&end, in_tmp, ARGS("asm", "-Werror", "-f", "header", path));
	ck_assert_ptr_nonnull(strstr(end.err, ": -Werror treats warnings as errors\n"));
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(end.status, 1);
	unlink(path);
	ck_assert_int_ne(access("/tmp/-", F_OK), 0);
}
END_TEST

/* A name that differs from a tool's by one character is a slip, for all that read texts. */
START_TEST(test_near_name)
{
	static const char *const commands[] = { "run", "test", "step", "asm" };
	char said[100];

	for (unsigned i = 0; i < RAWBPF_COUNT(commands); i++) {
		snprintf(said, sizeof said, "rawbpf %s: exitsnop is no file and no tool (did you mean 'exitsnoop'?)\n",
			 commands[i]);
		assert_says(ARGS(commands[i], "exitsnop"), 1, said);
	}
	assert_says(ARGS("run", "exitsnoopp"), 1, "(did you mean 'exitsnoop'?)\n");
	assert_says(ARGS("run", "exitsnoup"), 1, "(did you mean 'exitsnoop'?)\n");
	assert_says(ARGS("run", "exitnsop"), 1, "exitnsop is no file and no tool: `rawbpf show` lists the tools\n");
}
END_TEST

/* A text without .prog runs once, as before, and takes no options of collections. */
START_TEST(test_plain)
{
	const char *path = command_text_file("r0 = 42\nexit\n");

	assert_says(ARGS("run", path, "--type", "xdp"), 0, "r0    42 (0x2a)\n");
	assert_says(ARGS("run", "--check", path), 2, "has no .prog, so it runs once: its options are --type, ");
	assert_says(ARGS("asm", "-l", path), 1, "has no .prog");
	unlink(path);
}
END_TEST

/* After kill -9 no program is left. */
START_TEST(test_killed)
{
	struct process process = command_start(NULL, ARGS("run", "--way", "raw_tp", tool_path("fchownat")));
	char said[TEXT] = "", path[64], line[128];
	unsigned id = 0;
	size_t length = 0;

	while (!strstr(said, "attached"))
		ck_assert_int_gt(command_read(process.err, said, &length, 256), 0);
	for (int fd = 3; fd < 64 && !id; fd++) {
		FILE *file;

		snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", process.pid, fd);
		file = fopen(path, "re");
		while (file && fgets(line, sizeof line, file))
			if (sscanf(line, "prog_id: %u", &id) == 1)
				break;
		if (file)
			fclose(file);
	}
	ck_assert_uint_gt(id, 0);
	ck_assert_int_eq(kill(process.pid, SIGKILL), 0);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, -SIGKILL);
	ck_assert(live_is_gone(RAWBPF_OBJ_PROG, id));
}
END_TEST

/* A program that is attached nowhere would be waited for in vain. */
START_TEST(test_nowhere)
{
	assert_says(ARGS("run", tool_path("ethertype")), 1, "ethertype.bpf: nothing is attached: ");
	assert_says(ARGS("run", tool_path("ethertype"), "-l", ""), 1, "nothing is attached");
}
END_TEST

/* Nothing of a text reaches the terminal as it is. */
START_TEST(test_escaped)
{
	const char *path = command_text_file("# a summary \33[31m\n"
				     ".param device \"\" \"-l DEV\33[1mICE: words \33]0;x\7\"\n"
				     ".param file \"/\33[2J\" \"-f FILE: words\"\n"
				     ".map m array u32 u64 1\n.show m \"\33[7m %\" end\n"
				     ".prog a\n.at uprobe \"/\33[2J\":f\n\tr0 = 0\n\texit\n");

	assert_says(ARGS("run", path, "-h"), 0, "a summary \\x1b[31m");
	ck_assert_ptr_nonnull(strstr(end.out, "words \\x1b]0;x"));
	ck_assert_ptr_nonnull(strstr(end.out, "DEV\\x1b[1mICE"));
	ck_assert_ptr_null(strchr(end.out, '\33'));
	assert_says(ARGS("run", "--check", path), 1, "uprobe /\\x1b[2J");
	ck_assert_ptr_null(strchr(end.err, '\33'));
	assert_says(ARGS("run", path), 1, "\\x1b[2J");
	ck_assert_ptr_null(strchr(end.err, '\33'));
	unlink(path);
}
END_TEST

/* The fields of a per-CPU map's value are added up, each by its own width. */
START_TEST(test_percpu)
{
	const char *path = command_text_file(".struct sum\n\tu64 bytes\n\tu32 packets\n\tu32 errors\n"
				     ".map sums percpu_hash u16 sum 4\n.show sums end\n"
				     ".prog a\n.at iter task\n\tr0 = 0\n\texit\n");
	struct { uint64_t bytes; uint32_t packets, errors; } *values;
	uint64_t bytes = 0;
	uint16_t key = 7;
	int cpus = rawbpf_cpu_count(), map;
	char said[100];

	ck_assert_int_ge(cpus, 1);
	values = calloc(cpus, sizeof *values);
	for (int i = 0; i < cpus; i++) {
		values[i].bytes = (1ull << 32) + i;
		values[i].packets = 3;
		values[i].errors = i + 1;
		bytes += values[i].bytes;
	}
	live_mount_bpffs();
	map = rawbpf_map_create(&(struct rawbpf_map_spec){ .name = "sums", .key_size = 2,
		.type = BPF_MAP_TYPE_PERCPU_HASH, .value_size = sizeof *values, .max_entries = 4 });
	ck_assert_int_eq(rawbpf_map_update(map, &key, values, BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/sums"), 0);
	snprintf(said, sizeof said, "  KEY       BYTES  PACKETS   ERRORS\n%5d  %10llu  %7d  %7d\n", 7,
		 (unsigned long long)bytes, 3 * cpus, cpus * (cpus + 1) / 2);
	assert_says(ARGS("run", "--maps", "/sys/fs/bpf", path), 0, said);
	free(values);
	close(map);
	unlink(path);
}
END_TEST

static void close_stdout(void)
{
	close(STDOUT_FILENO);
}

/* Without a standard output, no other file takes its place. */
START_TEST(test_no_stdout)
{
	command_run(&end, close_stdout, ARGS("run", "--check", "--way", "raw_tp", tool_path("fchownat")));
	ck_assert_str_eq(end.err, "rawbpf run: writing: Bad file descriptor\n");
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* A call that only other architectures have is left out; one that none has is a mistake. */
START_TEST(test_foreign_call)
{
	const char *path = command_text_file(".prog a\n.at syscall getppid\n.at syscall riscv_flush_icache\n"
				     "\tr0 = 0\n\texit\n");

	live_mount_tracefs();
	assert_says(ARGS("run", "--check", "--way", "tracepoint", path), 0, "a at syscall getppid: tracepoint, ");
	ck_assert_int_eq(command_lines(end.out), 1);
	unlink(path);
	path = command_text_file(".prog a\n.at syscall getppid\n.at syscall gettppid\n\tr0 = 0\n\texit\n");
	assert_says(ARGS("run", "--way", "tracepoint", path), 1, "gettppid");
	unlink(path);
}
END_TEST

/* Anybody may read the prelude. */
START_TEST(test_show)
{
	size_t length;
	const char *std = rawbpf_collection_std_get(&length);

	command_run(&end, live_be_nobody, ARGS("show", "std"));
	ck_assert_uint_eq(strlen(end.out), length);
	ck_assert_mem_eq(end.out, std, length);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	command_run(&end, NULL, ARGS("show", "stdd"));
	ck_assert_ptr_nonnull(strstr(end.err, "rawbpf show: no tool is called 'stdd'; "));
	ck_assert_int_eq(end.status, 1);
	command_run(&end, command_full_stdout, ARGS("show", "std"));
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* The keys of opensnoop and their types, in its JSON and in the schema that anybody can ask for. */
START_TEST(test_json)
{
	static const struct schema schema[] = {
		{ "", "o" }, { "time", "s" }, { "pid", "n" }, { "tid", "n" }, { "ppid", "n" }, { "uid", "n" },
		{ "comm", "s" }, { "ret", "n" }, { "ret_name", "s" }, { "flags", "n" }, { "flags_name", "s" },
		{ "dirfd", "n" }, { "dirfd_name", "s" }, { "path", "s" }, { "path_errno", "n" }, { NULL, NULL } };

	live_mount_tracefs();
	command_run(&end, NULL, ARGS("run", tool_path("opensnoop"), "-j", "-n", "no-such", "-c", "cat", "--", "cat",
				     "/no-such\33\xff"));
	ck_assert_int_eq(command_lines(end.out), 1);
	schema_check(schema, end.out);
	ck_assert_ptr_nonnull(strstr(end.out, "\"comm\":\"cat\",\"ret\":-2,\"ret_name\":\"ENOENT\",\"flags\":0,"
				     "\"flags_name\":\"O_RDONLY\",\"dirfd\":-100,\"dirfd_name\":\"AT_FDCWD\","
				     "\"path\":\"/no-such\\u001b\\udcff\"}\n"));
	command_run(&end, live_be_nobody, ARGS("run", "--schema", tool_path("opensnoop")));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(command_lines(end.out), 2); /* of records, and of pending calls */
	for (unsigned i = 1; schema[i].place; i++) {
		char key[64];

		snprintf(key, sizeof key, "\"%s\":{\"type\":\"%s\"", schema[i].place,
			 schema[i].types[0] == 's' ? "string" : "integer");
		ck_assert_msg(strstr(end.out, key) != NULL, "%s: %s", key, end.out);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_help);
	tcase_add_test(tests, test_usage);
	tcase_add_test(tests, test_check);
	tcase_add_test(tests, test_frequency);
	tcase_add_test(tests, test_check_missing);
	tcase_add_test(tests, test_map_lines);
	tcase_add_test(tests, test_set_of_each_program);
	tcase_add_test(tests, test_offsets);
	tcase_add_test(tests, test_offsets_of_another_kernel);
	tcase_add_test(tests, test_way_refused);
	tcase_add_test(tests, test_first_way);
	tcase_add_test(tests, test_one_reason);
	tcase_add_test(tests, test_mistakes);
	tcase_add_test(tests, test_unparsed);
	tcase_add_test(tests, test_nobody);
	tcase_add_test(tests, test_list);
	tcase_add_test(tests, test_show);
	tcase_add_test(tests, test_percpu);
	tcase_add_test(tests, test_json);
	tcase_add_test(tests, test_foreign_call);
	tcase_add_test(tests, test_no_stdout);
	tcase_add_test(tests, test_nowhere);
	tcase_add_test(tests, test_escaped);
	tcase_add_test(tests, test_asm_options);
	tcase_add_test(tests, test_asm_output);
	tcase_add_test(tests, test_near_name);
	tcase_add_test(tests, test_plain);
	tcase_add_test(tests, test_killed);
	tcase_add_loop_test(tests, test_tools, 0, RAWBPF_COUNT(runs));
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return EXIT_FAILURE;
	command_path = realpath(argv[1], NULL); /* it also runs elsewhere */
	texts = argv[2];
	return unit_run("rawbpf_run", add_tests);
}

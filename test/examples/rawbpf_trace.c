/* SPDX-License-Identifier: MIT */
/*
 * rawbpf trace: the text that it writes, what this text prints of known calls, and what it says of wrong
 * words. test/vm/run.c has the kprobe.
 */
#include "../command.h"

static struct ending end;

/* Put one blank where there are several. */
static void collapse(char *text)
{
	char *out = text;

	for (; *text; text++)
		if (*text != ' ' || (out > (char *)end.out && out[-1] != ' ' && out[-1] != '\n'))
			*out++ = *text;
	*out = '\0';
}

/* The command is this tool: its own open fails. */
START_TEST(test_syscall)
{
	live_mount_tracefs();
	command_run(&end, NULL, ARGS("trace", "syscall", "openat", "ret < 0", "arg2 == 0x80000", "comm", "string(arg1)",
				     "int(arg0)", "hex(arg2)", "-n", "no-such", "--", command_path, "run", "/no-such"));
	collapse(end.out);
	ck_assert_int_eq(strncmp(end.out, "COMM ARG1 ARG0 ARG2\nrawbpf /no-such -100 ", 41), 0);
	ck_assert_int_eq(command_lines(end.out), 2);
	ck_assert_ptr_nonnull(strstr(end.err, "1 event, 0 lost\n"));
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* Conditions on both sides, each operator: of five calls with arguments 0 to 4, those are left. */
static const struct { const char *condition, *left; } operators[] = {
	{ "arg0 == 3", "3\n" }, { "arg0 != 3", "0\n1\n2\n4\n" }, { "arg0 < 2", "0\n1\n" }, { "arg0 <= 2", "0\n1\n2\n" },
	{ "arg0 > 2", "3\n4\n" }, { "arg0>=4", "4\n" }, { "arg0 & 2", "2\n3\n" }, { "arg0 & O_RDWR", "2\n3\n" },
	{ "ret < 0", "0\n1\n2\n3\n4\n" }, { "ret > -1", "" }, { "int(ret) == -9", "0\n1\n2\n3\n4\n" },
	{ "arg0 > 0xffffffff00000000", "" }, { "took > 0", "0\n1\n2\n3\n4\n" },
};

/* umask(2) and close(2) of closed descriptors need no memory. */
START_TEST(test_operators)
{
	pid_t pid;
	int go[2];
	char id[16], byte, names[8];
	static char said[TEXT];
	size_t length = 0;
	struct process process;

	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(go[0], 100);
		close_range(0, 99, 0);
		if (read(100, &byte, 1) == 1)
			for (int i = 0; i < 5; i++)
				close(i);
		syscall(SYS_exit_group, 0);
	}
	snprintf(id, sizeof id, "%d", pid);
	process = command_start(NULL, ARGS("trace", "syscall", "close", "arg0 < 5", operators[_i].condition, "arg0", "-p", id));
	said[0] = '\0';
	while (!strstr(said, "attached;"))
		ck_assert_msg(command_read(process.err, said, &length, 1) > 0, "%s", said);
	ck_assert_int_eq(write(go[1], "x", 1), 1);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	close(go[0]);
	close(go[1]);
	kill(process.pid, SIGINT);
	command_finish(&process, &end);
	collapse(end.out);
	snprintf(names, sizeof names, "%s", operators[_i].left[0] ? "ARG0\n" : "");
	ck_assert_int_eq(strncmp(end.out, names, strlen(names)), 0);
	ck_assert_str_eq(end.out + strlen(names), operators[_i].left);
	ck_assert_int_eq(end.status, 0);
}
END_TEST

/* Numbers, arrays of char, and strings of any length of a tracepoint. */
START_TEST(test_tracepoint)
{
	live_mount_tracefs();
	command_run(&end, NULL, ARGS("trace", "tracepoint", "sched:sched_process_exec", "filename", "comm", "-n", "/true",
				     "--", "/bin/true"));
	collapse(end.out);
	ck_assert_str_eq(end.out, "FILENAME COMM\n/bin/true true\n");
	ck_assert_int_eq(end.status, 0);
	command_run(&end, NULL, ARGS("trace", "tracepoint", "task:task_rename", "oldcomm", "newcomm", "oom_score_adj",
				     "-n", "rawbpf", "--", "/bin/true"));
	collapse(end.out);
	ck_assert_ptr_nonnull(strstr(end.out, "OLDCOMM NEWCOMM OOM_SCORE_ADJ\nrawbpf true "));
	ck_assert_int_eq(end.status, 0);
}
END_TEST

START_TEST(test_show)
{
	command_run(&end, live_be_nobody, ARGS("trace", "--show", "kprobe", "vfs_fsync", "took > 1000", "pid", "ret"));
	ck_assert_ptr_nonnull(strstr(end.out, ".at     kprobe vfs_fsync\n"));
	ck_assert_ptr_nonnull(strstr(end.out, ".at     kretprobe vfs_fsync -> ret\n"));
	ck_assert_ptr_nonnull(strstr(end.out, "\tif r1 <= 1000 goto done\n"));
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(end.status, 0);
	/* without ret there is no second program and no map */
	command_run(&end, live_be_nobody, ARGS("trace", "--show", "kprobe", "vfs_fsync", "pid"));
	ck_assert_ptr_null(strstr(end.out, "kretprobe"));
	ck_assert_ptr_null(strstr(end.out, ".map"));
}
END_TEST

static const struct { const char *words[4], *said; } wrong[] = {
	{ { "sys", "openat" }, "'sys' is no place; there are kprobe FUNCTION, syscall NAME and tracepoint GROUP:NAME" },
	{ { "syscall", "nosuch" }, "no system call is called 'nosuch'" },
	{ { "syscall" }, "syscall wants a name behind it" },
	{ { "kprobe", "a b" }, "'a b' is no name of a function" },
	{ { "kprobe", "a\n.prog" }, "is no name of a function" },
	{ { "tracepoint", "sched" }, "'sched' is no tracepoint; write GROUP:NAME, as in sched:sched_switch" },
	{ { "tracepoint", "../sched:x" }, "'../sched:x' is no tracepoint" },
	{ { "tracepoint", "sched:no_such" }, "this kernel has no tracepoint sched:no_such" },
	{ { "tracepoint", "sched:sched_switch", "no_such" }, "tracepoint sched:sched_switch has no field 'no_such'" },
	{ { "syscall", "openat", "arg6" }, "'arg6' is no field; there are time, pid, " },
	{ { "syscall", "openat", "pid", "pid" }, "pid is named twice" },
	{ { "syscall", "openat", "arg1", "string(arg1)" }, "arg1 is named twice" },
	{ { "syscall", "openat", "str(arg1)" }, "there is no str(); there are int(), hex(), string() and kstring()" },
	{ { "syscall", "openat", "string(arg1" }, "'string(arg1' lacks a name and a ) behind its (" },
	{ { "syscall", "openat", "string(ret)" }, "string() is for arguments, not for ret" },
	{ { "syscall", "openat", "hex(pid)" }, "hex() is for arguments, not for pid" },
	{ { "syscall", "openat", "arg0 < -1" }, "'arg0 < -1': arg0 is never negative; int(arg0) is " },
	{ { "syscall", "openat", "ret <" }, "'ret <': behind the operator stands one number, or the name of one" },
	{ { "syscall", "openat", "ret < 1 2" }, "'ret < 1 2': behind the operator stands one number" },
	{ { "syscall", "openat", "ret < 1; exit" }, "behind the operator stands one number" },
	{ { "syscall", "openat", "ret = 1" }, "'ret = 1': behind a field stands one of == != < <= > >= &" },
	{ { "syscall", "openat", "pid == 1" }, "'pid == 1': conditions compare arguments, ret, took, " },
	{ { "syscall", "openat", "string(arg1) == 1" }, "conditions compare arguments, ret, took, " },
	{ { "syscall", "openat", "%" }, "'%' is no field and no condition" },
};

START_TEST(test_wrong)
{
	const char *const *words = wrong[_i].words;

	live_mount_tracefs();
	command_run(&end, NULL, ARGS("trace", words[0], words[1], words[2], words[3]));
	ck_assert_msg(strstr(end.err, wrong[_i].said) != NULL, "%s", end.err);
	ck_assert_int_eq(strncmp(end.err, "rawbpf trace: ", 14), 0);
	ck_assert_int_eq(command_lines(end.err), 1 + (strchr(words[1] ? words[1] : "", '\n') != NULL));
	ck_assert_str_eq(end.out, "");
	ck_assert_int_ge(end.status, 1);
	ck_assert_int_le(end.status, 2);
}
END_TEST

static void no_tracefs(void)
{
	live_private_mounts();
	live_hide_directory("/sys/kernel");
}

START_TEST(test_no_tracefs)
{
	command_run(&end, no_tracefs, ARGS("trace", "tracepoint", "sched:sched_switch", "pid"));
	ck_assert_ptr_nonnull(strstr(end.err, "mount -t tracefs tracefs /sys/kernel/tracing"));
	ck_assert_int_eq(end.status, 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_syscall);
	tcase_add_loop_test(tests, test_operators, 0, RAWBPF_COUNT(operators));
	tcase_add_test(tests, test_tracepoint);
	tcase_add_test(tests, test_show);
	tcase_add_loop_test(tests, test_wrong, 0, RAWBPF_COUNT(wrong));
	tcase_add_test(tests, test_no_tracefs);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return EXIT_FAILURE;
	command_path = argv[1];
	return unit_run("rawbpf_trace", add_tests);
}

/* SPDX-License-Identifier: MIT */
/*
 * chrootsnoop from outside: its output, the place of that, and the exit status. The argument is the
 * tool's path.
 */
#include "../command.h"
#include "snooped.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { FLOOD = 100000 };

#define USAGE "usage: chrootsnoop [-j] [-p PID] [-c COMM]\n" \
	      "       [-a kprobe|tracepoint|raw_tp] [-b ring|perf]\n"

static int has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe", F_OK) == 0;
}

static int starts(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* --------------------------------------------------------------------- the command line */

START_TEST(test_help)
{
	struct ending end;

	command_run(&end, live_be_nobody, ARGS("-h"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert(starts(end.out, USAGE));
	ck_assert_int_le(command_lines(end.out), 24);
	ck_assert_int_le(command_columns(end.out), 80);
	command_run(&end, NULL, ARGS("--help"));
	ck_assert(starts(end.out, USAGE));
	command_run(&end, NULL, ARGS("--version"));
	ck_assert_str_eq(end.out, "chrootsnoop " PROJECT_VERSION "\n");
	command_run(&end, command_full_stdout, ARGS("-h"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, "chrootsnoop: writing: No space left on device\n");
}
END_TEST

static const struct {
	const char *arguments[3];
	const char *message;
} bad_usage[] = {
	{ { "-z" }, USAGE },
	{ { "-p" }, USAGE },
	{ { "sh" }, "chrootsnoop: unexpected argument 'sh'\n" USAGE },
	{ { "-p", "0" }, "chrootsnoop: -p wants a process id, 1 to 4194304, not '0'\n" },
	{ { "-p", "-1" }, "chrootsnoop: -p wants a process id, 1 to 4194304, not '-1'\n" },
	{ { "-p", "1x" }, "chrootsnoop: -p wants a process id, 1 to 4194304, not '1x'\n" },
	{ { "-p", "4294967297" }, "chrootsnoop: -p wants a process id, 1 to 4194304, not '4294967297'\n" },
	{ { "-c", "" }, "chrootsnoop: -c wants a name of 1 to 15 bytes, not ''\n" },
	{ { "-c", "0123456789abcdef" },
	  "chrootsnoop: -c wants a name of 1 to 15 bytes, not '0123456789abcdef'\n" },
	{ { "-a", "uprobe" }, "chrootsnoop: -a wants kprobe, tracepoint or raw_tp, not 'uprobe'\n" },
	{ { "--buffer=pipe" }, "chrootsnoop: -b wants ring or perf, not 'pipe'\n" },
};

START_TEST(test_bad_usage)
{
	const char *const *arguments = bad_usage[_i].arguments;
	const char *message = bad_usage[_i].message;
	struct ending end;

	command_run(&end, NULL, ARGS(arguments[0], arguments[1], arguments[2]));
	ck_assert_int_eq(end.status, 2);
	ck_assert_str_eq(end.out, "");
	/* a line of getopt(3) may come first */
	ck_assert_uint_ge(strlen(end.err), strlen(message));
	ck_assert_str_eq(end.err + strlen(end.err) - strlen(message), message);
}
END_TEST

/* ---------------------------------------------------------------------------- failures */

static void bpf_hidden(void)
{
	if (live_forbid(SYS_bpf, ENOSYS) < 0)
		_exit(98);
}

static void perf_forbidden(void)
{
	if (live_forbid(SYS_perf_event_open, EACCES) < 0)
		_exit(98);
}

static void signals_forbidden(void)
{
	if (live_forbid(SYS_signalfd4, EMFILE) < 0)
		_exit(98);
}

static void without_tracefs(void)
{
	live_private_mounts();
	live_hide_directory("/sys/kernel/tracing");
	live_hide_directory("/sys/kernel/debug");
}

static void no_sysfs(void)
{
	live_private_mounts();
	live_hide_directory("/sys");
}

/* stderr says what failed and why. stdout stays empty. The exit status is 1. */
static const struct {
	void (*prepare)(void);
	const char *arguments[5];
	const char *start, *reason;
	int without_kprobes; /* only on a kernel without kprobes */
} failures[] = {
	{ live_be_nobody, { "-j" },
	  "chrootsnoop: creating a map: EPERM\n   This process lacks CAP_BPF", "root", 0 },
	{ bpf_hidden, { "-j" },
	  "chrootsnoop: creating a map: ENOSYS\n   This kernel has no bpf(2)", "seccomp", 0 },
	{ NULL, { "-a", "kprobe" },
	  "chrootsnoop: attaching to a kprobe: EOPNOTSUPP\n", "has no kprobes", 1 },
	{ without_tracefs, { "-a", "tracepoint" },
	  "chrootsnoop: attaching to a tracepoint: EOPNOTSUPP\n   Tracefs is not mounted.\n",
	  "mount -t", 0 },
	{ perf_forbidden, { "-b", "perf" }, "chrootsnoop: opening a buffer: EACCES\n",
	  "Perf_event_open(2) is refused", 0 },
	{ signals_forbidden, { "-j" }, "chrootsnoop: signalfd(2): Too many open files\n", "", 0 },
	{ no_sysfs, { "-b", "perf" },
	  "chrootsnoop: opening a buffer: sysfs is not mounted on /sys\n", "", 0 },
	{ command_no_stdout, { "-a", "raw_tp" }, "chrootsnoop: writing: Bad file descriptor\n", "", 0 },
	{ command_no_stdout, { "-j", "-a", "raw_tp" },
	  "chrootsnoop: writing: Bad file descriptor\n", "", 0 },
	{ command_full_stdout, { "-a", "raw_tp" },
	  "chrootsnoop: writing: No space left on device\n", "", 0 },
};

START_TEST(test_failure)
{
	const char *const *arguments = failures[_i].arguments;
	struct ending end;

	if (failures[_i].without_kprobes && has_kprobes())
		SKIP("this kernel has kprobes");
	command_run(&end, failures[_i].prepare,
		    ARGS("-c", "rawbpf-nobody", arguments[0], arguments[1], arguments[2], arguments[3]));
	ck_assert_msg(end.status == 1, "%d: %s", end.status, end.err);
	ck_assert_str_eq(end.out, "");
	ck_assert_msg(starts(end.err, failures[_i].start), "%s", end.err);
	ck_assert_msg(strstr(end.err, failures[_i].reason), "%s", end.err);
	ck_assert_int_le(command_lines(end.err), 3);
}
END_TEST

/* ------------------------------------------------------------------------ output lines */

static const char *const ways[] = { "raw_tp", "tracepoint", "kprobe", NULL };
static const char *const transports[] = { "ring", "perf", NULL };

/* By each way to attach and by its own choice, through each buffer. */
START_TEST(test_lines)
{
	const char *way = ways[_i / 3], *transport = transports[_i % 3];
	char problem[8192];

	if (way && strcmp(way, "kprobe") == 0 && !has_kprobes())
		SKIP("this kernel has no kprobes");
	live_mount_tracefs();
	snooped_check(&(struct snooped_run){
		.tool = command_path, .way = way, .transport = transport, .tgid = live_tgid },
		problem, sizeof problem);
	ck_assert_str_eq(problem, "");
}
END_TEST

START_TEST(test_flood)
{
	char problem[8192];

	snooped_flood(&(struct snooped_run){ .tool = command_path, .way = "raw_tp",
		.transport = transports[_i] }, FLOOD, problem, sizeof problem);
	ck_assert_str_eq(problem, "");
}
END_TEST

/* ------------------------------------------------------------------------- columns */

/* Read until the text has so many lines. */
static void read_lines(const struct process *process, char *text, int lines)
{
	size_t length = strlen(text);

	while (command_lines(text) < lines)
		ck_assert_int_gt(command_read(process->out, text, &length, 4096), 0);
}

static void end_by(const struct process *process, int signal, struct ending *end)
{
	kill(process->pid, signal);
	command_finish(process, end);
}

/* Mask times and process ids, which differ: 8 and 7 places. */
static void mask(char *text)
{
	char *line;

	for (line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n'))
		memcpy(line + 1, "hh:mm:ss  pid    ", 17);
}

static const char columns[] =
	"TIME      PID     COMM             RET  PATH\n"
	"hh:mm:ss  pid     rawbpf-columns    -2  /no/\\x0a\n"
	"hh:mm:ss  pid     rawbpf-columns   -14  ?\n";

static void call_chroot(void)
{
	syscall(SYS_chroot, "/no/\n");
	syscall(SYS_chroot, 8);
}

/* The tool prints its header once it is attached. */
START_TEST(test_columns)
{
	struct process process;
	struct ending end;
	char text[TEXT] = "";

	process = command_start(NULL, ARGS("-a", "raw_tp", "-c", "rawbpf-columns"));
	read_lines(&process, text, 1);
	call_chroot(); /* this name is not shown */
	prctl(PR_SET_NAME, "rawbpf-columns");
	call_chroot();
	read_lines(&process, text, command_lines(columns));
	end_by(&process, SIGINT, &end);
	ck_assert_str_eq(end.out, "");
	mask(text);
	ck_assert_str_eq(text, columns);
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_eq(command_lines(end.err), 1);
	ck_assert(starts(end.err, "2 events, 0 lost, "));
}
END_TEST

/* -p shows only that process. */
START_TEST(test_other_process)
{
	struct process process;
	struct ending end;
	char text[TEXT] = "", id[16];

	snprintf(id, sizeof id, "%u", live_tgid());
	process = command_start(NULL, ARGS("-a", "raw_tp", "-p", id));
	read_lines(&process, text, 1);
	if (fork() == 0) {
		call_chroot();
		_exit(0);
	}
	wait(NULL);
	end_by(&process, SIGTERM, &end);
	ck_assert_str_eq(end.out, "");
	ck_assert_str_eq(end.err, "0 events, 0 lost\n");
}
END_TEST

/* ---------------------------------------------------------------------------- the end */

START_TEST(test_signal)
{
	static const struct {
		int signal, status;
		const char *account;
	} cases[] = {
		{ SIGINT, 0, "0 events, 0 lost" },
		{ SIGTERM, 0, "0 events, 0 lost" },
		{ SIGHUP, 0, "0 events, 0 lost" },
		{ SIGKILL, -SIGKILL, "" },
	};
	struct process process;
	struct ending end;
	char text[TEXT] = "";

	process = command_start(NULL, ARGS("-a", "raw_tp", "-c", "rawbpf-nobody"));
	read_lines(&process, text, 1);
	end_by(&process, cases[_i].signal, &end);
	ck_assert_int_eq(end.status, cases[_i].status);
	/* the tool does not know the names of calls of others that had begun before */
	ck_assert_msg(starts(end.err, cases[_i].account), "%s", end.err);
}
END_TEST

static void hangup_ignored(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
}

/* A signal that nohup(1) or a shell's & ignores stays ignored. */
START_TEST(test_ignored_signals)
{
	struct process process;
	struct ending end;
	char text[TEXT] = "";

	process = command_start(hangup_ignored, ARGS("-a", "raw_tp", "-c", "rawbpf-nobody"));
	read_lines(&process, text, 1);
	kill(process.pid, SIGHUP);
	kill(process.pid, SIGINT);
	usleep(200 * 1000);
	ck_assert_int_eq(waitpid(process.pid, NULL, WNOHANG), 0);
	end_by(&process, SIGTERM, &end);
	ck_assert_int_eq(end.status, 0);
	ck_assert_msg(starts(end.err, "0 events, 0 lost"), "%s", end.err);
}
END_TEST

/* `chrootsnoop | head -1`, with nothing more to print: it ends silently, by SIGPIPE. */
START_TEST(test_closed_pipe)
{
	struct process process;
	struct ending end;
	char text[TEXT] = "";

	process = command_start(NULL, ARGS("-a", "raw_tp", "-c", "rawbpf-nobody"));
	read_lines(&process, text, 1);
	close(process.out);
	process.out = open("/dev/null", O_RDONLY | O_CLOEXEC);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, -SIGPIPE);
	ck_assert_str_eq(end.err, "");
}
END_TEST

/*
 * No process reads the tool's output. The tool ends all the same, and counts the lines not printed.
 */
START_TEST(test_stalled_reader)
{
	unsigned long long events, lost, unprinted;
	struct process process;
	struct ending end;
	char text[TEXT] = "";
	int calls;

	process = command_start(NULL, ARGS("-a", "raw_tp", "-c", "rawbpf-columns"));
	read_lines(&process, text, 1);
	prctl(PR_SET_NAME, "rawbpf-columns");
	for (calls = 0; calls < 20000; calls++)
		syscall(SYS_chroot, "/no");
	kill(process.pid, SIGTERM);
	waitid(P_PID, process.pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	close(process.out);
	process.out = open("/dev/null", O_RDONLY | O_CLOEXEC);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, 0);
	ck_assert_msg(sscanf(end.err, "%llu events, %llu lost, %llu not printed", &events, &lost,
			     &unprinted) == 3, "%s", end.err);
	ck_assert_uint_eq(events + lost, 20000);
	ck_assert_uint_lt(unprinted, events); /* a pipe's buffer holds some of them */
}
END_TEST

static void print_to_small_pipe(void)
{
	fcntl(1, F_SETPIPE_SZ, 4096);
}

/*
 * The signal arrives before the tool reads a record, and no process reads its output. The time for
 * output ends in the middle of the first read: each record is printed or counted all the same.
 */
START_TEST(test_signal_before_records)
{
	enum { CALLS = 5000 };
	struct process process;
	struct ending end;
	char text[TEXT] = "", account[64];
	int calls, printed;

	process = command_start(print_to_small_pipe, ARGS("-a", "raw_tp", "-c", "rawbpf-columns"));
	read_lines(&process, text, 1);
	kill(process.pid, SIGSTOP);
	prctl(PR_SET_NAME, "rawbpf-columns");
	for (calls = 0; calls < CALLS; calls++)
		syscall(SYS_chroot, "/no");
	kill(process.pid, SIGINT);
	kill(process.pid, SIGCONT);
	waitid(P_PID, process.pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT);
	command_finish(&process, &end);
	printed = command_lines(end.out);
	ck_assert_int_gt(printed, 10);
	snprintf(account, sizeof account, "%d events, 0 lost, %d not printed\n", CALLS, CALLS - printed);
	ck_assert_str_eq(end.err, account);
	ck_assert_int_eq(end.status, 0);
}
END_TEST

/* ------------------------------------------------------------------------ a slow reader */

enum { STEP_MS = 50, STEP_BYTES = 576, STEPS = 40 }; /* 115200 baud, and the steps before Ctrl-C */

static int terminal; /* the other side of the terminal that the tool writes to */

static int open_terminal(void)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(grantpt(fd), 0);
	ck_assert_int_eq(unlockpt(fd), 0);
	return fd;
}

static void print_to_terminal(void)
{
	dup2(open(ptsname(terminal), O_RDWR | O_NOCTTY), 1);
}

static void print_all_to_terminal(void)
{
	print_to_terminal();
	dup2(1, 2);
}

static pid_t start_flood(void)
{
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "rawbpf-columns");
	for (;;)
		syscall(SYS_chroot, "/no");
}

/* Has the process ended? The caller still has to wait for it. */
static int has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	waitid(P_PID, pid, &info, WEXITED | WNOWAIT | WNOHANG);
	return info.si_pid != 0;
}

/* Read the rest, within a text. -1 and EIO is a terminal's end. */
static size_t read_rest(int fd, char *text, size_t length, size_t size)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	long got;

	while (poll(&ready, 1, 0) > 0 && (got = read(fd, text + length, size - 1 - length)) > 0)
		length += got;
	text[length] = '\0';
	return length;
}

/*
 * Ctrl-C on a slow console while another process floods it. The test counts the console's bytes, so
 * it holds on machines of any speed. The tool ends within the bytes that take the console less than
 * a second.
 */
START_TEST(test_slow_reader)
{
	static void (*const prepare[])(void) = { NULL, print_to_terminal, print_all_to_terminal };
	static char text[1 << 20];
	unsigned long long events, lost, unprinted, printed;
	char accounts[4096] = "", *account = accounts;
	struct process process;
	size_t length = 0;
	int fd, step, steps_after = 0, status;
	pid_t child;

	terminal = open_terminal();
	process = command_start(prepare[_i], ARGS("-a", "raw_tp", "-c", "rawbpf-columns"));
	fd = _i ? terminal : process.out;
	child = start_flood();
	for (step = 0; !has_ended(process.pid); step++) {
		if (step == STEPS)
			kill(process.pid, SIGINT);
		steps_after += step > STEPS;
		if (poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 0) > 0)
			length += read(fd, text + length, STEP_BYTES);
		ck_assert_int_lt(step, STEPS + 1000);
		usleep(STEP_MS * 1000);
	}
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	waitpid(process.pid, &status, 0);
	read_rest(fd, text, length, sizeof text);
	read_rest(process.err, accounts, 0, sizeof accounts);
	close(process.out);
	close(process.err);
	close(terminal);

	ck_assert_int_eq(status, 0);
	ck_assert_int_lt(steps_after, 1000 / STEP_MS);
	if (_i == 2) {
		account = strrchr(text, ',');
		while (account > text && account[-1] != '\n')
			account--;
	}
	ck_assert_msg(sscanf(account, "%llu events, %llu lost, %llu not printed", &events, &lost,
			     &unprinted) == 3, "%s", account);
	if (_i == 2)
		*account = '\0';
	if (_i != 1)
		ck_assert_int_eq(text[strlen(text) - 1], '\n');
	printed = command_lines(text) - 1;
	if (_i == 0)
		ck_assert_uint_eq(printed + unprinted, events);
	else /* the terminal drops bytes; the line that this cuts is one of both */
		ck_assert_uint_le(printed + unprinted, events + 1);
}
END_TEST

static int full_pipe;

static void complain_to_full_pipe(void)
{
	dup2(full_pipe, 2);
}

/* Read the signals that a process blocks from /proc. */
static unsigned long long blocked_by(pid_t pid)
{
	unsigned long long blocked = 0;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file))
		sscanf(line, "SigBlk: %llx", &blocked);
	fclose(file);
	return blocked;
}

/* No process reads even the tool's account: the second signal ends it. */
START_TEST(test_second_signal)
{
	char zeros[4096] = { 0 }, text[TEXT] = "";
	struct process process;
	struct ending end;
	int fds[2];

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	while (write(fds[1], zeros, sizeof zeros) > 0)
		;
	fcntl(fds[1], F_SETFL, 0);
	full_pipe = fds[1];
	process = command_start(complain_to_full_pipe, ARGS("-a", "raw_tp", "-c", "rawbpf-nobody"));
	read_lines(&process, text, 1);
	ck_assert_uint_ne(blocked_by(process.pid), 0);
	kill(process.pid, SIGINT);
	while (blocked_by(process.pid))
		usleep(1000);
	end_by(&process, SIGINT, &end);
	ck_assert_int_eq(end.status, -SIGINT);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* timeout(1) and a shell that hangs up send two signals. Two that come together count as one. */
START_TEST(test_two_signals)
{
	struct process process;
	struct ending end;
	char text[TEXT] = "";

	process = command_start(NULL, ARGS("-a", "raw_tp", "-c", "rawbpf-nobody"));
	read_lines(&process, text, 1);
	kill(process.pid, SIGSTOP);
	kill(process.pid, SIGTERM);
	kill(process.pid, SIGHUP);
	end_by(&process, SIGCONT, &end);
	ck_assert_int_eq(end.status, 0);
	ck_assert_msg(starts(end.err, "0 events, 0 lost"), "%s", end.err);
}
END_TEST

/* ---------------------------------------------------------------------- without options */

/*
 * Without a choice it takes the best way of this kernel. If that is not the very best, one line
 * says so.
 */
START_TEST(test_fallback)
{
	static const char line[] = "chrootsnoop: no kprobe, watching by a raw tracepoint instead: EOPNOTSUPP: ";
	struct process process;
	struct ending end;
	char text[TEXT] = "";

	if (has_kprobes())
		SKIP("this kernel has kprobes");
	process = command_start(without_tracefs, ARGS("-c", "rawbpf-nobody"));
	read_lines(&process, text, 1);
	end_by(&process, SIGTERM, &end);
	ck_assert_int_eq(end.status, 0);
	ck_assert_msg(starts(end.err, line), "%s", end.err);
	ck_assert_int_eq(command_lines(end.err), 2);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_help);
	tcase_add_loop_test(tests, test_bad_usage, 0, RAWBPF_COUNT(bad_usage));
	tcase_add_loop_test(tests, test_failure, 0, RAWBPF_COUNT(failures));
	tcase_add_loop_test(tests, test_lines, 0, 4 * 3);
	tcase_add_loop_test(tests, test_flood, 0, 2);
	tcase_add_test(tests, test_columns);
	tcase_add_test(tests, test_other_process);
	tcase_add_test(tests, test_ignored_signals);
	tcase_add_loop_test(tests, test_signal, 0, 4);
	tcase_add_test(tests, test_closed_pipe);
	tcase_add_test(tests, test_stalled_reader);
	tcase_add_test(tests, test_signal_before_records);
	tcase_add_loop_test(tests, test_slow_reader, 0, 3);
	tcase_add_test(tests, test_second_signal);
	tcase_add_test(tests, test_two_signals);
	tcase_add_test(tests, test_fallback);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s CHROOTSNOOP\n", argv[0]);
		return 2;
	}
	command_path = argv[1];
	return live_run("chrootsnoop", add_tests);
}

/* SPDX-License-Identifier: MIT */
/*
 * examples/fchownat-count from outside: its output and exit status. The first argument is its path.
 * It counts the calls of all processes, and others may call fchownat(2) meanwhile. So the tests
 * compare counts by >=.
 */
#include "../command.h"

#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define NAME "fchownat-count"
#define USAGE "usage: " NAME " [-i SECONDS] [-n TIMES]\n" \
	      "       [-a kprobe|tracepoint|raw_tp] [-c atomic|percpu]\n"

enum { CALLS = 1000 };

/* Read the next line, a count. */
static unsigned long long read_count(const struct process *process)
{
	char line[TEXT] = "";
	size_t length = 0;
	unsigned long long count;
	int end = 0;

	while (!strchr(line, '\n'))
		ck_assert_int_gt(command_read(process->out, line, &length, 1), 0);
	ck_assert_int_eq(sscanf(line, "fchownat(2) count: %llu\n%n", &count, &end), 1);
	ck_assert_int_eq(end, length);
	return count;
}

/* ------------------------------------------------------------- states of a process */

static void no_stdin(void)
{
	close(0);
}

static void no_streams(void)
{
	close(0);
	close(1);
	close(2);
}

static void bpf_hidden(void)
{
	if (live_forbid(SYS_bpf, ENOSYS) < 0)
		_exit(98);
}

static void bpf_forbidden(void)
{
	if (live_forbid(SYS_bpf, EPERM) < 0)
		_exit(98);
}

static void perf_hidden(void)
{
	live_mount_tracefs();
	if (live_forbid(SYS_perf_event_open, ENOSYS) < 0)
		_exit(98);
}

static void no_sysfs(void)
{
	live_private_mounts();
	live_hide_directory("/sys");
}

static void with_tracefs(void)
{
	live_mount_tracefs();
}

static void without_tracefs(void)
{
	live_private_mounts();
	live_hide_directory("/sys/kernel/tracing");
	live_hide_directory("/sys/kernel/debug");
}

static void hangup_ignored(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
}

static int has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe", F_OK) == 0;
}

/* --------------------------------------------------------------------- the command line */

START_TEST(test_help)
{
	struct ending end;

	command_run(&end, NULL, ARGS("-h"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_le(command_columns(end.out), 80);
	ck_assert_int_eq(strncmp(end.out, USAGE, strlen(USAGE)), 0);
	ck_assert_ptr_nonnull(strstr(end.out, "--interval"));
	command_run(&end, NULL, ARGS("--help"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_eq(strncmp(end.out, USAGE, strlen(USAGE)), 0);
	command_run(&end, NULL, ARGS("--version"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.out, NAME " " PROJECT_VERSION "\n");
	ck_assert_str_eq(end.err, "");
	/* these need neither privilege nor bpf(2) */
	command_run(&end, live_be_nobody, ARGS("--version"));
	ck_assert_int_eq(end.status, 0);
	command_run(&end, bpf_hidden, ARGS("-h"));
	ck_assert_int_eq(end.status, 0);
}
END_TEST

static const struct {
	const char *arguments[4];
	const char *message;
} bad_usage[] = {
	{ { "-z" }, USAGE },
	{ { "--nothing" }, USAGE },
	{ { "-i" }, USAGE },
	{ { "-n" }, USAGE },
	{ { "5" }, NAME ": unexpected argument '5'\n" USAGE },
	{ { "-n", "1", "--", "-h" }, NAME ": unexpected argument '-h'\n" USAGE },
	{ { "-i", "0" }, NAME ": -i wants seconds, 0.001 to 1000000, not '0'\n" },
	{ { "-i", "" }, NAME ": -i wants seconds, 0.001 to 1000000, not ''\n" },
	{ { "-i", "1s" }, NAME ": -i wants seconds, 0.001 to 1000000, not '1s'\n" },
	{ { "-i", "-1" }, NAME ": -i wants seconds, 0.001 to 1000000, not '-1'\n" },
	{ { "-i", "nan" }, NAME ": -i wants seconds, 0.001 to 1000000, not 'nan'\n" },
	{ { "--interval=inf" }, NAME ": -i wants seconds, 0.001 to 1000000, not 'inf'\n" },
	{ { "-n", "0" }, NAME ": -n wants a number, 1 or more, not '0'\n" },
	{ { "-n", "1.5" }, NAME ": -n wants a number, 1 or more, not '1.5'\n" },
	{ { "--times", "99999999999999999999" },
	  NAME ": -n wants a number, 1 or more, not '99999999999999999999'\n" },
	{ { "-a", "uprobe" }, NAME ": -a wants kprobe, tracepoint or raw_tp, not 'uprobe'\n" },
	{ { "-c", "both" }, NAME ": -c wants atomic or percpu, not 'both'\n" },
};

START_TEST(test_bad_usage)
{
	const char *const *arguments = bad_usage[_i].arguments;
	const char *const message = bad_usage[_i].message;
	const char *const all[] = { arguments[0], arguments[1], arguments[2], arguments[3], NULL };
	struct ending end;
	size_t said;

	command_run(&end, NULL, all);
	ck_assert_int_eq(end.status, 2);
	ck_assert_str_eq(end.out, "");
	/* a line of getopt(3) may come first */
	said = strlen(end.err);
	ck_assert_uint_ge(said, strlen(message));
	ck_assert_str_eq(end.err + said - strlen(message), message);
	ck_assert_int_eq(strncmp(end.err, NAME, strlen(NAME)), 0);
	ck_assert_int_le(command_lines(end.err), 3);
}
END_TEST

/* ---------------------------------------------------------------------------- failures */

/*
 * stderr says what failed and why, in at most three lines. stdout stays empty. The exit status is
 * 1.
 */
static const struct {
	const char *what;
	void (*prepare)(void);
	const char *arguments[ARGUMENTS + 1];
	const char *start, *reason;
	int without_kprobes; /* only on a kernel without kprobes */
} failures[] = {
	{ "as nobody", live_be_nobody, { "-n", "1" },
	  NAME ": creating a map: EPERM\n   This process lacks CAP_BPF", "   Run it as root", 0 },
	{ "no bpf(2)", bpf_hidden, { "-n", "1" },
	  NAME ": creating a map: ENOSYS\n   This kernel has no bpf(2)", "seccomp", 0 },
	{ "forbidden bpf(2)", bpf_forbidden, { "-n", "1" },
	  NAME ": creating a map: EPERM\n", "", 0 },
	{ "no kprobes", NULL, { "-n", "1", "-a", "kprobe" },
	  NAME ": attaching to a kprobe: EOPNOTSUPP\n", "has no kprobes", 1 },
	{ "no tracefs", without_tracefs, { "-n", "1", "-a", "tracepoint" },
	  NAME ": attaching to a tracepoint: EOPNOTSUPP\n   Tracefs is not mounted.\n", "   Mount it: mount -t", 0 },
	{ "no perf events", perf_hidden, { "-n", "1", "-a", "tracepoint" },
	  NAME ": attaching to a tracepoint: ENOSYS\n", "perf_event_open(2)", 0 },
	{ "no sysfs", no_sysfs, { "-n", "1", "-a", "raw_tp", "-c", "percpu" },
	  NAME ": reading the count: ", "sysfs", 0 },
	{ "no stdout", command_no_stdout, { "-n", "1", "-a", "raw_tp" },
	  NAME ": writing the count: Bad file descriptor\n", "", 0 },
	{ "no stdout, for help", command_no_stdout, { "-h" },
	  NAME ": writing: Bad file descriptor\n", "", 0 },
	{ "full stdout", command_full_stdout, { "-n", "1", "-a", "raw_tp" },
	  NAME ": writing the count: No space left on device\n", "", 0 },
	{ "full stdout, for help", command_full_stdout, { "-h" },
	  NAME ": writing: No space left on device\n", "", 0 },
	{ "full stdout, for the version", command_full_stdout, { "--version" },
	  NAME ": writing: No space left on device\n", "", 0 },
};

START_TEST(test_failure)
{
	const char *what = failures[_i].what;
	struct ending end;

	if (failures[_i].without_kprobes && has_kprobes())
		SKIP("this kernel has kprobes");
	command_run(&end, failures[_i].prepare, failures[_i].arguments);
	ck_assert_msg(end.status == 1, "%s: %d, %s", what, end.status, end.err);
	ck_assert_str_eq(end.out, "");
	ck_assert_msg(command_lines(end.err) <= 3, "%s: %s", what, end.err);
	ck_assert_msg(strncmp(end.err, failures[_i].start, strlen(failures[_i].start)) == 0,
		      "%s: %s", what, end.err);
	ck_assert_msg(strstr(end.err, failures[_i].reason), "%s: %s", what, end.err);
}
END_TEST

/* `fchownat-count | head -1` ends silently, by SIGPIPE. */
START_TEST(test_closed_pipe)
{
	struct process process = command_start(NULL, ARGS("-a", "raw_tp", "-i", "0.01"));
	struct ending end;

	read_count(&process);
	close(process.out);
	process.out = open("/dev/null", O_RDONLY | O_CLOEXEC);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, -SIGPIPE);
	ck_assert_str_eq(end.err, "");
}
END_TEST

START_TEST(test_closed_streams)
{
	struct ending end;

	command_run(&end, no_stdin, ARGS("-a", "raw_tp", "-n", "2", "-i", "0.01"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_eq(command_lines(end.out), 2);
	ck_assert_str_eq(end.err, "");
	command_run(&end, no_streams, ARGS("-a", "raw_tp", "-n", "1"));
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* --------------------------------------------------------------------------- counting */

/* Read the ids of a process's descriptors of some kind: "prog_id:" in /proc. */
static unsigned id_of(pid_t pid, const char *field)
{
	char path[64], line[256];
	unsigned id = 0, fd;

	for (fd = 3; fd < 32 && !id; fd++) {
		FILE *file;

		snprintf(path, sizeof path, "/proc/%d/fdinfo/%u", (int)pid, fd);
		file = fopen(path, "re");
		if (!file)
			continue;
		while (fgets(line, sizeof line, file))
			if (strncmp(line, field, strlen(field)) == 0)
				id = strtoul(line + strlen(field), NULL, 10);
		fclose(file);
	}
	return id;
}

/* Make calls that fail, and so change nothing. They count, too. */
static void call(int times)
{
	while (times--)
		syscall(SYS_fchownat, -1, "", -1, -1, 0);
}

static const struct {
	const char *way, *mode;
	void (*prepare)(void);
} ways[] = {
	{ "raw_tp", "atomic", NULL },
	{ "raw_tp", "percpu", NULL },
	{ "tracepoint", "atomic", with_tracefs },
	{ "tracepoint", "percpu", with_tracefs },
	{ "kprobe", "atomic", NULL },
	{ "kprobe", "percpu", NULL },
};

/* Count the calls in the next lines: a busy machine decides which line has them. */
static unsigned long long count_calls(const struct process *process)
{
	unsigned long long first = read_count(process), last = first;
	int i;

	call(CALLS);
	for (i = 0; i < 100 && last - first < CALLS; i++)
		last = read_count(process);
	ck_assert_uint_ge(last - first, CALLS);
	return last;
}

START_TEST(test_count)
{
	struct process process;
	struct ending end;
	unsigned long long before;
	unsigned prog, i;

	if (strcmp(ways[_i].way, "kprobe") == 0 && !has_kprobes())
		SKIP("this kernel has no kprobes");
	process = command_start(ways[_i].prepare,
			ARGS("-a", ways[_i].way, "-c", ways[_i].mode, "-i", "0.05"));
	before = count_calls(&process);
	prog = id_of(process.pid, "prog_id:");
	ck_assert_uint_ne(prog, 0);
	/* it does not count other system calls; other processes make fewer fchownat(2) calls */
	for (i = 0; i < 500 * CALLS; i++)
		syscall(SYS_getppid);
	for (i = 0; i < 3; i++)
		ck_assert_uint_lt(read_count(&process) - before, 500 * CALLS);
	kill(process.pid, SIGTERM);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert(live_is_gone(RAWBPF_OBJ_PROG, prog));
}
END_TEST

/*
 * Without a choice it takes the best way of this kernel. If that is not the very best, one line
 * says so.
 */
START_TEST(test_fallback)
{
	static const struct {
		void (*prepare)(void);
		const char *line;
	} cases[] = {
		{ without_tracefs, NAME ": no kprobe, counting by a raw tracepoint instead: "
				   "EOPNOTSUPP: this kernel has no kprobes" },
		{ with_tracefs, NAME ": no kprobe, counting by a tracepoint instead: "
				"EOPNOTSUPP: this kernel has no kprobes" },
	};
	struct process process;
	struct ending end;

	if (has_kprobes())
		SKIP("this kernel has kprobes");
	process = command_start(cases[_i].prepare, ARGS("-i", "0.05"));
	count_calls(&process);
	kill(process.pid, SIGTERM);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_eq(command_lines(end.err), 1);
	ck_assert_int_eq(strncmp(end.err, cases[_i].line, strlen(cases[_i].line)), 0);
}
END_TEST

/* ---------------------------------------------------------------------------- signals */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* A signal ends it at once, not after its interval of 1000 seconds. It detaches everything. */
START_TEST(test_signal)
{
	static const struct {
		int signal, status;
	} cases[] = { { SIGINT, 0 }, { SIGTERM, 0 }, { SIGHUP, 0 }, { SIGKILL, -SIGKILL } };
	struct process process = command_start(NULL, ARGS("-a", "raw_tp", "-i", "1000"));
	struct ending end;
	unsigned prog, link;
	double begin;

	read_count(&process);
	prog = id_of(process.pid, "prog_id:");
	link = id_of(process.pid, "link_id:");
	ck_assert_uint_ne(prog, 0);
	ck_assert_uint_ne(link, 0);
	begin = now();
	kill(process.pid, cases[_i].signal);
	command_finish(&process, &end);
	ck_assert_msg(now() - begin < 500, "%g seconds", now() - begin);
	ck_assert_int_eq(end.status, cases[_i].status);
	ck_assert_str_eq(end.out, "");
	ck_assert_str_eq(end.err, "");
	ck_assert(live_is_gone(RAWBPF_OBJ_PROG, prog));
	ck_assert(live_is_gone(RAWBPF_OBJ_LINK, link));
}
END_TEST

/* Ctrl-Z and fg do not cut the interval short. */
START_TEST(test_stopped)
{
	struct process process = command_start(NULL, ARGS("-a", "raw_tp", "-i", "1000"));
	struct pollfd out = { .fd = process.out, .events = POLLIN };
	struct ending end;
	int i;

	read_count(&process);
	for (i = 0; i < 10; i++) {
		kill(process.pid, SIGSTOP);
		waitid(P_PID, process.pid, &(siginfo_t){ 0 }, WSTOPPED);
		kill(process.pid, SIGCONT);
		ck_assert_int_eq(poll(&out, 1, 20), 0);
	}
	kill(process.pid, SIGTERM);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.out, "");
}
END_TEST

/* A signal that nohup(1) or a shell's & ignores stays ignored. */
START_TEST(test_ignored_signals)
{
	struct process process = command_start(hangup_ignored, ARGS("-a", "raw_tp", "-i", "0.05"));
	struct ending end;
	int i;

	read_count(&process);
	kill(process.pid, SIGHUP);
	kill(process.pid, SIGINT);
	for (i = 0; i < 4; i++)
		read_count(&process);
	kill(process.pid, SIGTERM);
	command_finish(&process, &end);
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_help);
	tcase_add_loop_test(tests, test_bad_usage, 0, RAWBPF_COUNT(bad_usage));
	tcase_add_loop_test(tests, test_failure, 0, RAWBPF_COUNT(failures));
	tcase_add_test(tests, test_closed_pipe);
	tcase_add_test(tests, test_closed_streams);
	tcase_add_loop_test(tests, test_count, 0, RAWBPF_COUNT(ways));
	tcase_add_loop_test(tests, test_fallback, 0, 2);
	tcase_add_loop_test(tests, test_signal, 0, 4);
	tcase_add_test(tests, test_stopped);
	tcase_add_test(tests, test_ignored_signals);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s EXAMPLES/fchownat-count\n", argv[0]);
		return 2;
	}
	command_path = argv[1];
	return live_run("fchownat_count", add_tests);
}

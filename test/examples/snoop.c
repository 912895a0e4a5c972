/* SPDX-License-Identifier: MIT */
/*
 * The event tools from outside: their output, its place, and the exit status. The arguments are the
 * paths of the four tools, and of a program for them to see executed.
 */
#include "../command.h"
#include "snooped.h"

#include <elf.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { TOOLS = 4, FLOOD = 100000 };

#define USAGE "usage: %s [-j] [-p PID] [-c COMM]\n" \
	      "       [-a kprobe|tracepoint|raw_tp] [-b ring|perf]\n"

static char **paths; /* the tools' paths, in the order of snooped_all */
static const char *program;

static const char *choose_tool(int i)
{
	command_path = paths[i];
	return snooped_all[i].tool;
}

static int has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe", F_OK) == 0;
}

/* Fill the tool's name into a message with %s. */
static const char *say(const char *format, const char *tool)
{
	static char text[2048];

	snprintf(text, sizeof text, format, tool, tool);
	return text;
}

static int starts(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* --------------------------------------------------------------------- the command line */

START_TEST(test_help)
{
	const char *tool = choose_tool(_i);
	struct ending end;

	command_run(&end, live_be_nobody, ARGS("-h"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert(starts(end.out, say(USAGE, tool)));
	ck_assert_int_le(command_lines(end.out), 24);
	ck_assert_int_le(command_columns(end.out), 80);
	command_run(&end, NULL, ARGS("--help"));
	ck_assert(starts(end.out, say(USAGE, tool)));
	command_run(&end, NULL, ARGS("--version"));
	ck_assert_str_eq(end.out, say("%s " PROJECT_VERSION "\n", tool));
	command_run(&end, command_full_stdout, ARGS("-h"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, say("%s: writing: No space left on device\n", tool));
}
END_TEST

static const struct {
	const char *arguments[3];
	const char *message;
} bad_usage[] = {
	{ { "-z" }, USAGE },
	{ { "-p" }, USAGE },
	{ { "sh" }, "%s: unexpected argument 'sh'\n" USAGE },
	{ { "-p", "0" }, "%s: -p wants a process id, 1 to 4194304, not '0'\n" },
	{ { "-p", "-1" }, "%s: -p wants a process id, 1 to 4194304, not '-1'\n" },
	{ { "-p", "1x" }, "%s: -p wants a process id, 1 to 4194304, not '1x'\n" },
	{ { "-p", "4294967297" }, "%s: -p wants a process id, 1 to 4194304, not '4294967297'\n" },
	{ { "-c", "" }, "%s: -c wants a name of 1 to 15 bytes, not ''\n" },
	{ { "-c", "0123456789abcdef" },
	  "%s: -c wants a name of 1 to 15 bytes, not '0123456789abcdef'\n" },
	{ { "-a", "uprobe" }, "%s: -a wants kprobe, tracepoint or raw_tp, not 'uprobe'\n" },
	{ { "--buffer=pipe" }, "%s: -b wants ring or perf, not 'pipe'\n" },
};

START_TEST(test_bad_usage)
{
	const char *const *arguments = bad_usage[_i].arguments;
	const char *message = say(bad_usage[_i].message, choose_tool(_i % TOOLS));
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
	  "%s: creating a map: EPERM\n   This process lacks CAP_BPF", "root", 0 },
	{ bpf_hidden, { "-j" },
	  "%s: creating a map: ENOSYS\n   This kernel has no bpf(2)", "seccomp", 0 },
	{ NULL, { "-a", "kprobe" },
	  "%s: attaching to a kprobe: EOPNOTSUPP\n", "has no kprobes", 1 },
	{ without_tracefs, { "-a", "tracepoint" },
	  "%s: attaching to a tracepoint: EOPNOTSUPP\n   Tracefs is not mounted.\n",
	  "mount -t", 0 },
	{ perf_forbidden, { "-b", "perf" }, "%s: opening a buffer: EACCES\n",
	  "Perf_event_open(2) is refused", 0 },
	{ signals_forbidden, { "-j" }, "%s: signalfd(2): Too many open files\n", "", 0 },
	{ no_sysfs, { "-b", "perf" },
	  "%s: opening a buffer: sysfs is not mounted on /sys\n", "", 0 },
	{ command_no_stdout, { "-a", "raw_tp" }, "%s: writing: Bad file descriptor\n", "", 0 },
	{ command_no_stdout, { "-j", "-a", "raw_tp" },
	  "%s: writing: Bad file descriptor\n", "", 0 },
	{ command_full_stdout, { "-a", "raw_tp" },
	  "%s: writing: No space left on device\n", "", 0 },
};

START_TEST(test_failure)
{
	const char *const *arguments = failures[_i].arguments;
	struct ending end;
	int i;

	if (failures[_i].without_kprobes && has_kprobes())
		SKIP("this kernel has kprobes");
	for (i = 0; i < TOOLS; i++) {
		const char *start = say(failures[_i].start, choose_tool(i));

		command_run(&end, failures[_i].prepare,
			    ARGS("-c", "rawbpf-nobody", arguments[0], arguments[1], arguments[2],
				 arguments[3]));
		ck_assert_msg(end.status == 1, "%d: %s", end.status, end.err);
		ck_assert_str_eq(end.out, "");
		ck_assert_msg(starts(end.err, start), "%s", end.err);
		ck_assert_msg(strstr(end.err, failures[_i].reason), "%s", end.err);
		ck_assert_int_le(command_lines(end.err), 3);
	}
}
END_TEST

/* ------------------------------------------------------------------------ output lines */

static const char *const ways[] = { "raw_tp", "tracepoint", "kprobe", NULL };
static const char *const transports[] = { "ring", "perf", NULL };

/* Every tool, by each way to attach and by its own choice, through each buffer. */
START_TEST(test_lines)
{
	const char *way = ways[_i / 12], *transport = transports[_i / 4 % 3];
	char problem[8192];

	choose_tool(_i % TOOLS);
	if (way && strcmp(way, "kprobe") == 0 && !has_kprobes())
		SKIP("this kernel has no kprobes");
	live_mount_tracefs();
	snooped_check(&snooped_all[_i % TOOLS], &(struct snooped_run){
		.tool = command_path, .way = way, .transport = transport, .program = program,
		.tgid = live_tgid }, problem, sizeof problem);
	ck_assert_str_eq(problem, "");
}
END_TEST

START_TEST(test_flood)
{
	char problem[8192];

	choose_tool(2);
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

/* Mask process ids and times, which differ: 8 and 7 places. */
static void mask(char *text)
{
	char *line;

	for (line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
		memcpy(line + 1, "hh:mm:ss  pid    ", 17);
		if (strstr(line, "127.0.0.1"))
			memcpy(line + 1 + 18 + 20 + 2, "      0", 7);
	}
}

static const char *const columns[TOOLS] = {
	"TIME      PID     COMM             RET  PATH\n"
	"hh:mm:ss  pid     rawbpf-columns    -2  /no/\\x0a\n"
	"hh:mm:ss  pid     rawbpf-columns   -14  ?\n",

	"TIME      PID     COMM             RET  PATH ARGS\n"
	"hh:mm:ss  pid     rawbpf-columns    -2  /no b \\x0a\n"
	"hh:mm:ss  pid     rawbpf-columns   -14  ? ?\n",

	"TIME      PID     COMM             RET       FLAGS  PATH\n"
	"hh:mm:ss  pid     rawbpf-columns    -2    02000002  /no/\\x0a\n"
	"hh:mm:ss  pid     rawbpf-columns   -14           0  ?\n",

	"TIME      PID     COMM             RET       MS  SOURCE                 DESTINATION\n"
	"hh:mm:ss  pid     rawbpf-columns  -111        0  127.0.0.1:4000         127.0.0.1:9\n",
};

/* Connect to port 9, on which no socket listens, in a network namespace of its own. */
static void connect_in_vain(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(4000),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &loopback), 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	address.sin_port = htons(9);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), -1);
	close(fd);
}

static void call_tool(int tool)
{
	char *const argv[] = { "a", "b", "\n", NULL };
	char *const bad = (char *)8;

	switch (tool) {
	case 0:
		syscall(SYS_chroot, "/no/\n");
		syscall(SYS_chroot, bad);
		break;
	case 1:
		syscall(SYS_execve, "/no", argv, argv + 3);
		syscall(SYS_execve, bad, bad, argv + 3);
		break;
	case 2:
		syscall(SYS_openat, AT_FDCWD, "/no/\n", O_RDWR | O_CLOEXEC);
		syscall(SYS_openat, AT_FDCWD, bad, O_RDONLY);
		break;
	default:
		connect_in_vain();
	}
}

/* The tool prints its header once it is attached. */
START_TEST(test_columns)
{
	struct process process;
	struct ending end;
	char text[TEXT] = "";

	choose_tool(_i);
	process = command_start(NULL, ARGS("-a", "raw_tp", "-c", "rawbpf-columns"));
	read_lines(&process, text, 1);
	call_tool(_i); /* this name is not shown */
	prctl(PR_SET_NAME, "rawbpf-columns");
	call_tool(_i);
	read_lines(&process, text, command_lines(columns[_i]));
	end_by(&process, SIGINT, &end);
	ck_assert_str_eq(end.out, "");
	mask(text);
	ck_assert_str_eq(text, columns[_i]);
	ck_assert_int_eq(end.status, 0);
	ck_assert_int_eq(command_lines(end.err), 1);
	ck_assert(starts(end.err, _i == 3 ? "1 event, 0 lost\n" : "2 events, 0 lost, "));
}
END_TEST

/* Each tool by itself: -p shows only that process. */
START_TEST(test_other_process)
{
	struct process process;
	struct ending end;
	char text[TEXT] = "", id[16];

	choose_tool(_i);
	snprintf(id, sizeof id, "%u", live_tgid());
	process = command_start(NULL, ARGS("-a", "raw_tp", "-p", id));
	read_lines(&process, text, 1);
	if (fork() == 0) {
		call_tool(_i);
		_exit(0);
	}
	wait(NULL);
	end_by(&process, SIGTERM, &end);
	ck_assert_str_eq(end.out, "");
	ck_assert_str_eq(end.err, "0 events, 0 lost\n");
}
END_TEST

/* ------------------------------------------------------------------- 32-bit programs */

#ifdef __x86_64__
/* The i386 program exit(0): file header, segment header, code. */
static const struct {
	Elf32_Ehdr file;
	Elf32_Phdr segment;
	unsigned char code[9];
} program_32 = {
	.file = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB,
			       EV_CURRENT },
		  .e_type = ET_EXEC, .e_machine = EM_386, .e_version = EV_CURRENT,
		  .e_entry = 0x10000 + sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr),
		  .e_phoff = sizeof(Elf32_Ehdr), .e_ehsize = sizeof(Elf32_Ehdr),
		  .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1 },
	.segment = { .p_type = PT_LOAD, .p_vaddr = 0x10000, .p_filesz = sizeof program_32,
		     .p_memsz = sizeof program_32, .p_flags = PF_R | PF_X, .p_align = 4096 },
	.code = { 0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80 }, /* eax = 1; ebx = 0; int 0x80 */
};

/*
 * Execute the program in a new process, and return its status. ENOEXEC: the kernel runs no 32-bit
 * programs.
 */
static int execute(const char *path)
{
	char word[] = "x", *const argv[] = { word, word, NULL };
	int status;

	if (fork() == 0) {
		execve(path, argv, argv + 2);
		_exit(errno);
	}
	wait(&status);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A call begins in a 64-bit program and returns into a 32-bit one. */
START_TEST(test_program_32)
{
	char directory[] = "/tmp/rawbpf-snoop.XXXXXX", path[64], expected[128], text[TEXT] = "";
	const char *way = ways[_i];
	struct process process;
	struct ending end;
	int fd, status;

	if (way && strcmp(way, "kprobe") == 0 && !has_kprobes())
		SKIP("this kernel has no kprobes");
	live_mount_tracefs();
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/rawbpf-32", directory);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	ck_assert_int_eq(write(fd, &program_32, sizeof program_32), sizeof program_32);
	close(fd);
	status = execute(path);

	choose_tool(1);
	process = command_start(NULL, way ? ARGS("-c", "rawbpf-32", "-a", way)
					  : ARGS("-c", "rawbpf-32"));
	read_lines(&process, text, 1);
	ck_assert_int_eq(execute(path), status);
	end_by(&process, SIGTERM, &end);
	unlink(path);
	rmdir(directory);
	if (status == ENOEXEC)
		SKIP("this kernel runs no 32-bit programs");
	ck_assert_int_eq(status, 0);
	snprintf(expected, sizeof expected, "rawbpf-32          0  %s x\n", path);
	ck_assert_msg(strstr(end.out, expected), "%s%s", end.out, end.err);
	ck_assert_int_eq(command_lines(end.out), 1);
	ck_assert_msg(starts(end.err, "1 event, 0 lost"), "%s", end.err);
}
END_TEST
#endif

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

	choose_tool(_i % TOOLS);
	process = command_start(NULL, ARGS("-a", "raw_tp", "-c", "rawbpf-nobody"));
	read_lines(&process, text, 1);
	end_by(&process, cases[_i / TOOLS].signal, &end);
	ck_assert_int_eq(end.status, cases[_i / TOOLS].status);
	/* the tool does not know the names of calls of others that had begun before */
	ck_assert_msg(starts(end.err, cases[_i / TOOLS].account), "%s", end.err);
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

	choose_tool(_i);
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

/* `opensnoop | head -1`, with nothing more to print: it ends silently, by SIGPIPE. */
START_TEST(test_closed_pipe)
{
	struct process process;
	struct ending end;
	char text[TEXT] = "";

	choose_tool(_i);
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

	choose_tool(2);
	process = command_start(NULL, ARGS("-a", "raw_tp", "-c", "rawbpf-columns"));
	read_lines(&process, text, 1);
	prctl(PR_SET_NAME, "rawbpf-columns");
	for (calls = 0; calls < 20000; calls++)
		syscall(SYS_openat, AT_FDCWD, "/no", O_RDONLY);
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

	choose_tool(2);
	process = command_start(print_to_small_pipe, ARGS("-a", "raw_tp", "-c", "rawbpf-columns"));
	read_lines(&process, text, 1);
	kill(process.pid, SIGSTOP);
	prctl(PR_SET_NAME, "rawbpf-columns");
	for (calls = 0; calls < CALLS; calls++)
		syscall(SYS_openat, AT_FDCWD, "/no", O_RDONLY);
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
		syscall(SYS_openat, AT_FDCWD, "/no", O_RDONLY);
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

	choose_tool(2);
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
	else /* the terminal drops the bytes that it has not shown */
		ck_assert_uint_le(printed + unprinted, events);
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

	choose_tool(_i);
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

	choose_tool(_i);
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
	static const char *const lines[TOOLS] = {
		"%s: no kprobe, watching by a raw tracepoint instead: EOPNOTSUPP: ",
		"%s: no tracepoint, watching by a raw tracepoint instead: EOPNOTSUPP: ",
		"%s: no tracepoint, watching by a raw tracepoint instead: EOPNOTSUPP: ",
		"%s: no tracepoint, watching by a raw tracepoint instead: EOPNOTSUPP: ",
	};
	struct process process;
	struct ending end;
	char text[TEXT] = "";
	const char *line = say(lines[_i], choose_tool(_i));

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
	tcase_add_loop_test(tests, test_help, 0, TOOLS);
	tcase_add_loop_test(tests, test_bad_usage, 0, RAWBPF_COUNT(bad_usage));
	tcase_add_loop_test(tests, test_failure, 0, RAWBPF_COUNT(failures));
	tcase_add_loop_test(tests, test_lines, 0, 4 * 3 * TOOLS);
	tcase_add_loop_test(tests, test_flood, 0, 2);
	tcase_add_loop_test(tests, test_columns, 0, TOOLS);
	tcase_add_loop_test(tests, test_other_process, 0, TOOLS);
#ifdef __x86_64__
	tcase_add_loop_test(tests, test_program_32, 0, RAWBPF_COUNT(ways));
#endif
	tcase_add_loop_test(tests, test_ignored_signals, 0, TOOLS);
	tcase_add_loop_test(tests, test_signal, 0, 4 * TOOLS);
	tcase_add_loop_test(tests, test_closed_pipe, 0, TOOLS);
	tcase_add_test(tests, test_stalled_reader);
	tcase_add_test(tests, test_signal_before_records);
	tcase_add_loop_test(tests, test_slow_reader, 0, 3);
	tcase_add_loop_test(tests, test_second_signal, 0, TOOLS);
	tcase_add_loop_test(tests, test_two_signals, 0, TOOLS);
	tcase_add_loop_test(tests, test_fallback, 0, TOOLS);
}

int main(int argc, char **argv)
{
	if (argc != TOOLS + 2) {
		fprintf(stderr, "usage: %s CHROOTSNOOP EXECSNOOP OPENSNOOP TCPCONNECT WORKLOAD\n",
			argv[0]);
		return 2;
	}
	paths = argv + 1;
	program = argv[TOOLS + 1];
	return live_run("snoop", add_tests);
}

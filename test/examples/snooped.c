/* SPDX-License-Identifier: MIT */
/* Run chrootsnoop, make calls for it to see, and compare its lines. */
#include "snooped.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMM "snooped"
#define BAD ((char *)8) /* an address where nothing is mapped */

enum { PATH_SIZE = 4096, OUTPUT = 1 << 26, WAIT_MS = 60000 };

/* ----------------------------------------------------------------------------- calls */

/* Return the longest path: 4095 bytes. */
static const char *long_path(void)
{
	static char path[PATH_SIZE];

	memset(path, 'x', sizeof path - 1);
	path[0] = '/';
	return path;
}

/* Make an event with "ready" in its line. */
static void make_ready(void)
{
	syscall(SYS_chroot, "/ready");
}

#ifdef __x86_64__
static sigjmp_buf no_compat;

static void on_fault(int signal)
{
	(void)signal;
	siglongjmp(no_compat, 1);
}

/*
 * Make a call that is chroot only in the numbers of 64-bit programs. A kernel without 32-bit calls
 * faults.
 */
static void call_compat(void)
{
	long result = SYS_chroot;

	signal(SIGSEGV, on_fault);
	if (sigsetjmp(no_compat, 1) == 0)
		__asm__ volatile("int $0x80" : "+a"(result) : "b"(0), "c"(0) : "memory");
	signal(SIGSEGV, SIG_DFL);
}
#else
static void call_compat(void)
{
}
#endif

static void make_calls(void)
{
	syscall(SYS_chroot, "/nonexist/chroot");
	syscall(SYS_chroot, "/");
	syscall(SYS_chroot, BAD);
	syscall(SYS_chroot, "/a\n\x1b[31m\"\\\xff\xc3\xa4");
	syscall(SYS_chroot, "");
	call_compat();
	syscall(SYS_chroot, long_path());
	prctl(PR_SET_NAME, "a\n\x1b\"\xff");
	syscall(SYS_chroot, "/nonexist/comm");
}

#define CHROOT(RET, PATH) "{\"comm\":\"" COMM "\",\"ret\":" #RET ",\"path\":" PATH "}"

/* The lines of the calls, without times and ids. */
static const char *const lines[] = {
	CHROOT(-2, "\"/nonexist/chroot\""),
	CHROOT(0, "\"/\""),
	CHROOT(-14, "null,\"path_errno\":14"),
	CHROOT(-2, "\"/a\\u000a\\u001b[31m\\\"\\\\\\udcff\xc3\xa4\""),
	CHROOT(-2, "\"\""),
	CHROOT(-36, "\"/x{4094}\""),
	"{\"comm\":\"a\\u000a\\u001b\\\"\\udcff\",\"ret\":-2,\"path\":\"/nonexist/comm\"}",
	NULL,
};

/* --------------------------------------------------------------- the child and the tool */

static void close_from(int fd)
{
	for (; fd < 256; fd++)
		close(fd);
}

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
}

/*
 * Be the child: write the id to `out`, make ready events until `in` has a byte, then the real
 * calls. It stays on one CPU, because perf buffers keep no order between CPUs.
 */
static void be_snooped(const struct snooped_run *run, int in, int out)
{
	struct pollfd go = { .fd = 0, .events = POLLIN };
	unsigned id = run->tgid();

	prctl(PR_SET_NAME, COMM);
	run_on(0);
	dup2(in, 0);
	if (write(out, &id, sizeof id) != sizeof id)
		_exit(1);
	close_from(3);
	while (poll(&go, 1, 40) == 0)
		make_ready();
	make_calls();
	_exit(0);
}

struct tool {
	pid_t pid;
	int out, err;
};

static struct tool start_tool(const struct snooped_run *run, const char *filter, const char *value)
{
	const char *argv[12] = { strrchr(run->tool, '/') + 1, "-j", filter, value };
	char *const envp[] = { NULL };
	struct tool tool;
	int out[2], err[2], count = 4;

	if (run->way) {
		argv[count++] = "-a";
		argv[count++] = run->way;
	}
	if (run->transport) {
		argv[count++] = "-b";
		argv[count++] = run->transport;
	}
	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		abort();
	tool.pid = fork();
	if (tool.pid == 0) {
		dup2(out[1], 1);
		dup2(err[1], 2);
		execve(run->tool, (char *const *)argv, envp);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	tool.out = out[0];
	tool.err = err[0];
	return tool;
}

/* Wait until the tool prints something or ends. */
static void wait_ready(const struct tool *tool)
{
	struct pollfd out = { .fd = tool->out, .events = POLLIN };

	poll(&out, 1, WAIT_MS);
}

/* Append the output to `text`, until its end, or until nothing came for timeout_ms. */
static size_t read_more(int fd, char *text, size_t length, size_t size, int timeout_ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	ssize_t got;

	while (length < size - 1 && poll(&ready, 1, timeout_ms) > 0) {
		got = read(fd, text + length, size - 1 - length);
		if (got <= 0)
			break;
		length += got;
	}
	text[length] = '\0';
	return length;
}

static int end_tool(struct tool *tool, char *out, size_t length, char *err, size_t err_size)
{
	int status;

	kill(tool->pid, SIGTERM);
	read_more(tool->out, out, length, OUTPUT, WAIT_MS);
	read_more(tool->err, err, 0, err_size, WAIT_MS);
	close(tool->out);
	close(tool->err);
	waitpid(tool->pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ------------------------------------------------------------------------ comparison */

/* Take `"name":` and its number out of the line. Returns -1 if the line has none. */
static long long take_number(char *line, const char *name)
{
	char member[32], *at, *end;
	long long value;

	snprintf(member, sizeof member, "\"%s\":", name);
	at = strstr(line, member);
	if (!at)
		return -1;
	value = strtoll(at + strlen(member), &end, 10);
	end += *end == ',';
	memmove(at, end, strlen(end) + 1);
	return value;
}

/* Replace a long run of x by "x{40}". */
static void shorten(char *line)
{
	char *from = line, *to = line;

	while (*from) {
		size_t count = strspn(from, "x");

		if (count > 32)
			to += sprintf(to, "x{%zu}", count);
		else
			to = (char *)memmove(to, from, count ? count : 1) + (count ? count : 1);
		from += count ? count : 1;
	}
	*to = '\0';
}

static int compare(unsigned id, char *out, unsigned *count, char *problem, size_t size)
{
	const char *const *expected = lines;
	long long before = (time(NULL) - 3600) * 1000000000LL;
	char *line;

	for (line = strtok(out, "\n"); line; line = strtok(NULL, "\n")) {
		long long at = take_number(line, "time_ns");

		++*count;
		if (take_number(line, "pid") != id || take_number(line, "tid") != id ||
		    at < before)
			return snprintf(problem, size, "another id, or back in time: %s", line);
		before = at;
		if (strstr(line, "/ready"))
			continue;
		shorten(line);
		if (!*expected || strcmp(line, *expected) != 0)
			return snprintf(problem, size, "not expected: %s", line);
		expected++;
	}
	return *expected ? snprintf(problem, size, "missing: %s", *expected) : 0;
}

/*
 * Return the number in a part of the last line of `err`, ", 5 runs missed by the kernel"; 0: no
 * such part.
 */
static unsigned long long part_of(const char *err, const char *words)
{
	const char *part = strstr(err, words);
	unsigned long long number = 0;

	while (part && part > err && *part != ',')
		part--;
	if (part)
		sscanf(part, ", %llu ", &number);
	return number;
}

/*
 * Return the last line of `err` without its missed runs. A raw tracepoint's program runs for every
 * system call of the machine, and Linux 7 lets another thread interrupt it.
 */
static const char *last_line(char *err)
{
	char *end = strrchr(err, '\n'), *missed;

	if (!end)
		return err;
	*end = '\0';
	missed = strstr(err, " missed by the kernel");
	while (missed && *missed != ',')
		missed--;
	if (missed)
		*missed = '\0';
	end = strrchr(err, '\n');
	return end ? end + 1 : err;
}

static char *output(void)
{
	static char *text;

	if (!text)
		text = malloc(OUTPUT);
	return text;
}

void snooped_check(const struct snooped_run *run, char *problem, size_t size)
{
	char err[4096], account[128], id_text[16];
	unsigned id = 0, count = 0;
	int go[2], said[2], status;
	struct tool tool;
	pid_t child;

	problem[0] = '\0';
	if (pipe2(go, O_CLOEXEC) || pipe2(said, O_CLOEXEC))
		abort();
	child = fork();
	if (child == 0) {
		close(go[1]);
		be_snooped(run, go[0], said[1]);
	}
	close(go[0]);
	close(said[1]);
	if (read(said[0], &id, sizeof id) != sizeof id)
		abort();
	close(said[0]);
	snprintf(id_text, sizeof id_text, "%u", id);
	tool = start_tool(run, "-p", id_text);
	wait_ready(&tool);
	close(go[1]);
	waitpid(child, &status, 0);
	status = end_tool(&tool, output(), 0, err, sizeof err);
	if (status != 0) {
		snprintf(problem, size, "exit %d: %s", status, err);
		return;
	}
	if (compare(id, output(), &count, problem, size))
		return;
	snprintf(account, sizeof account, "%u events, 0 lost, 1 unreadable", count);
	if (strcmp(last_line(err), account) != 0)
		snprintf(problem, size, "%s (and not: %s)", last_line(err), account);
}

/* ----------------------------------------------------------------------------- flood */

/* Call chroot(2) on all CPUs at once, `calls` times on each. Wait until all have done so. */
static void flood(unsigned cpus, unsigned calls)
{
	pid_t children[cpus];
	unsigned cpu;

	for (cpu = 0; cpu < cpus; cpu++) {
		children[cpu] = fork();
		if (children[cpu] != 0)
			continue;
		run_on(cpu);
		while (calls--)
			syscall(SYS_chroot, "/flood");
		_exit(0);
	}
	for (cpu = 0; cpu < cpus; cpu++)
		waitpid(children[cpu], NULL, 0);
}

/* Count the lines of the output that contain this. */
static unsigned lines_with(const char *text)
{
	const char *at = output();
	unsigned count = 0;

	while ((at = strstr(at, text))) {
		count++;
		at += strcspn(at, "\n");
	}
	return count;
}

/* Write a name of 16 bytes that no other process on this machine has. */
static const char *own_name(char *name)
{
	snprintf(name, 16, "snooped%u", (unsigned)getpid());
	return name;
}

/* Take the name that the tool filters by, and call chroot(2) until the tool has printed one. */
static void show_ready(const struct tool *tool, const char *name)
{
	struct pollfd out = { .fd = tool->out, .events = POLLIN };

	prctl(PR_SET_NAME, name);
	for (int tries = 0; tries < WAIT_MS / 10 && poll(&out, 1, 10) == 0; tries++)
		syscall(SYS_chroot, "/ready");
}

void snooped_flood(const struct snooped_run *run, unsigned calls, char *problem, size_t size)
{
	unsigned cpus = sysconf(_SC_NPROCESSORS_ONLN), printed = 0, ready = 0;
	unsigned long long events = 0, lost = 0, unprinted, unseen, missed;
	char err[4096], comm[16] = "", name[16];
	struct tool tool = start_tool(run, "-c", own_name(name));
	int status;

	problem[0] = '\0';
	prctl(PR_GET_NAME, comm);
	show_ready(&tool, name);
	flood(cpus, calls / cpus);
	prctl(PR_SET_NAME, comm);
	status = end_tool(&tool, output(), read_more(tool.out, output(), 0, OUTPUT, 1000), err,
			  sizeof err);
	printed = lines_with("\"/flood\"");
	ready = lines_with("\"/ready\"");
	missed = part_of(err, " missed by the kernel");
	unprinted = part_of(err, " not printed");
	sscanf(last_line(err), "%llu events, %llu lost", &events, &lost);
	unseen = calls / cpus * cpus - printed - unprinted - lost;
	if (status != 0 || !lost || events != printed + ready + unprinted || unseen > missed)
		snprintf(problem, size, "exit %d, %u calls, %u of them printed: %s", status,
			 calls / cpus * cpus, printed, err);
}

/* SPDX-License-Identifier: MIT */
#include "snooped.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMM "snooped"
#define BAD ((char *)8) /* an address where nothing is */

enum { PATH_SIZE = 4096, OUTPUT = 1 << 26 };

/* The longest path: 4095 bytes. */
static const char *long_path(void)
{
	static char path[PATH_SIZE];

	memset(path, 'x', sizeof path - 1);
	path[0] = '/';
	return path;
}

/* ----------------------------------------------------------------------- chrootsnoop */

static void ready_chroot(void)
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

/* By the numbers of 32-bit programs this is not chroot; where the kernel has them not, it faults. */
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

static void act_chroot(const struct snooped_run *run)
{
	(void)run;
	syscall(SYS_chroot, "/nonexist/chroot");
	syscall(SYS_chroot, "/");
	syscall(SYS_chroot, BAD);
	syscall(SYS_chroot, "/a\n\x1b[31m\"\\\xff\xc3\xa4");
	syscall(SYS_chroot, "");
	call_compat();
	syscall(SYS_chroot, long_path());
}

static const char *const chroot_lines[] = {
	"{\"comm\":\"snooped\",\"ret\":-2,\"path\":\"/nonexist/chroot\"}",
	"{\"comm\":\"snooped\",\"ret\":0,\"path\":\"/\"}",
	"{\"comm\":\"snooped\",\"ret\":-14,\"path\":null,\"path_errno\":14}",
	"{\"comm\":\"snooped\",\"ret\":-2,\"path\":\"/a\\u000a\\u001b[31m\\\"\\\\\\udcff\xc3\xa4\"}",
	"{\"comm\":\"snooped\",\"ret\":-2,\"path\":\"\"}",
	"{\"comm\":\"snooped\",\"ret\":-36,\"path\":\"/x{4094}\"}",
	NULL,
};

/* ------------------------------------------------------------------------- execsnoop */

static char *const no_environment[] = { NULL };

static void ready_exec(void)
{
	char *const argv[] = { "ready", NULL };

	syscall(SYS_execve, "/ready", argv, no_environment);
}

/*
 * The argument vector and its strings in memory that nobody has looked at yet: pages of a file, into
 * which the kernel alone has written.
 */
static char *const *fresh(const char *path, char *const *argv)
{
	int fd = syscall(SYS_memfd_create, "", 0), i;
	char *memory = mmap(NULL, PATH_SIZE, PROT_READ, MAP_SHARED, fd, 0), *addresses[8] = { NULL };
	off_t at = 512;

	if (write(fd, path, strlen(path) + 1) < 0)
		abort();
	for (i = 0; argv[i]; i++) {
		addresses[i] = memory + at;
		at += pwrite(fd, argv[i], strlen(argv[i]) + 1, at);
	}
	if (pwrite(fd, addresses, sizeof addresses, 256) < 0 || ftruncate(fd, PATH_SIZE) < 0)
		abort();
	close(fd);
	return (char *const *)(memory + 256);
}

static void call_fresh(const char *path, char *const *argv)
{
	char *const *vector = fresh(path, argv);

	syscall(SYS_execve, (const char *)vector - 256, vector, no_environment);
}

static void act_exec(const struct snooped_run *run)
{
	static char long_argument[1500];
	char *const hostile[] = { "a b", "", "c\n\xff", NULL };
	char *const longer[] = { "y", long_argument, "z", NULL };
	char *const arguments[] = { "workload", "0", "0", NULL };
	char *many[70] = { NULL };
	int i;

	memset(long_argument, 'x', sizeof long_argument - 1);
	for (i = 0; i < 69; i++)
		many[i] = "x";
	syscall(SYS_execve, "/nonexist/exec", hostile, no_environment);
	syscall(SYS_execve, "/nonexist/exec", longer, no_environment);
	syscall(SYS_execve, "/nonexist/exec", many, no_environment);
	syscall(SYS_execveat, 77, "nonexist", hostile, no_environment, 0);
	syscall(SYS_execve, BAD, BAD, no_environment);
	call_fresh("/nonexist/fresh", arguments);
	/* By a tracepoint what the new program was given cannot be found again. */
	if (run->way && strcmp(run->way, "tracepoint") != 0)
		call_fresh(run->program, arguments);
	syscall(SYS_execve, run->program, arguments, no_environment);
}

#define EIGHT "\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\""

static const char *const exec_lines[] = {
	"{\"comm\":\"snooped\",\"ret\":-2,\"path\":\"/nonexist/exec\",\"dirfd\":-100,"
		"\"args\":[\"a b\",\"\",\"c\\u000a\\udcff\"],\"args_complete\":true}",
	"{\"comm\":\"snooped\",\"ret\":-2,\"path\":\"/nonexist/exec\",\"dirfd\":-100,"
		"\"args\":[\"y\",\"x{1023}\",\"z\"],\"args_complete\":false}",
	"{\"comm\":\"snooped\",\"ret\":-2,\"path\":\"/nonexist/exec\",\"dirfd\":-100,"
		"\"args\":[" EIGHT "," EIGHT "," EIGHT "," EIGHT "," EIGHT "," EIGHT "," EIGHT ","
		EIGHT "],\"args_complete\":false}",
	"{\"comm\":\"snooped\",\"ret\":-9,\"path\":\"nonexist\",\"dirfd\":77,"
		"\"args\":[\"a b\",\"\",\"c\\u000a\\udcff\"],\"args_complete\":true}",
	"{\"comm\":\"snooped\",\"ret\":-14,\"path\":null,\"path_errno\":14,\"dirfd\":-100,"
		"\"args\":[],\"args_complete\":false}",
	"{\"comm\":\"snooped\",\"ret\":-2,\"path\":\"/nonexist/fresh\",\"dirfd\":-100,"
		"\"args\":[\"workload\",\"0\",\"0\"],\"args_complete\":true}",
	"{\"comm\":\"workload\",\"ret\":0,\"path\":\"PROGRAM\",\"dirfd\":-100,"
		"\"args\":[\"workload\",\"0\",\"0\"],\"args_complete\":true}",
	NULL,
};

/* ------------------------------------------------------------------------- opensnoop */

/* Newer architectures have openat(2) alone, which is the same. */
static int call_open(const char *path, int flags)
{
#ifdef SYS_open
	return syscall(SYS_open, path, flags, 0);
#else
	return syscall(SYS_openat, AT_FDCWD, path, flags, 0);
#endif
}

static int call_creat(const char *path)
{
#ifdef SYS_creat
	return syscall(SYS_creat, path, 0600);
#else
	return syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
#endif
}

static void ready_open(void)
{
	call_open("/ready", O_RDONLY);
}

static void act_open(const struct snooped_run *run)
{
	uint64_t how[3] = { O_CLOEXEC };

	(void)run;
	syscall(SYS_openat, AT_FDCWD, "/proc/self/stat", O_RDONLY | O_CLOEXEC); /* 3 */
	syscall(SYS_openat, 77, "relative", O_RDWR);
	call_open("/nonexist/open", O_WRONLY | O_CREAT | O_EXCL);
	call_creat("/nonexist/creat\n");
	syscall(437, AT_FDCWD, "/proc/self/stat", how, sizeof how); /* openat2: 4 */
	syscall(437, AT_FDCWD, "/nonexist/openat2", BAD, sizeof how);
	syscall(SYS_openat, AT_FDCWD, BAD, O_RDONLY);
	syscall(SYS_openat, AT_FDCWD, long_path(), O_RDONLY);
}

static const char *const open_lines[] = {
	"{\"comm\":\"snooped\",\"ret\":3,\"flags\":524288,\"dirfd\":-100,\"path\":\"/proc/self/stat\"}",
	"{\"comm\":\"snooped\",\"ret\":-9,\"flags\":2,\"dirfd\":77,\"path\":\"relative\"}",
	"{\"comm\":\"snooped\",\"ret\":-2,\"flags\":193,\"dirfd\":-100,\"path\":\"/nonexist/open\"}",
	"{\"comm\":\"snooped\",\"ret\":-2,\"flags\":577,\"dirfd\":-100,"
		"\"path\":\"/nonexist/creat\\u000a\"}",
	"{\"comm\":\"snooped\",\"ret\":4,\"flags\":524288,\"dirfd\":-100,\"path\":\"/proc/self/stat\"}",
	"{\"comm\":\"snooped\",\"ret\":-14,\"flags\":0,\"dirfd\":-100,\"path\":\"/nonexist/openat2\"}",
	"{\"comm\":\"snooped\",\"ret\":-14,\"flags\":0,\"dirfd\":-100,\"path\":null,\"path_errno\":14}",
	"{\"comm\":\"snooped\",\"ret\":-36,\"flags\":0,\"dirfd\":-100,\"path\":\"/x{4094}\"}",
	NULL,
};

/* ------------------------------------------------------------------------ tcpconnect */

enum { LISTENING = 5555, SILENT = 5556, READY = 9 };

/* A network of its own, in which nothing but 127.0.0.1 and ::1 is. */
static void enter_network(void)
{
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	unshare(CLONE_NEWNET);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ioctl(fd, SIOCSIFFLAGS, &loopback);
	close(fd);
}

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static union address address(int family, int port)
{
	union address address;

	memset(&address, 0, sizeof address);
	address.any.sa_family = family;
	if (family == AF_INET6) {
		address.in6.sin6_port = htons(port);
		address.in6.sin6_addr = in6addr_loopback;
	} else {
		address.in.sin_port = htons(port);
		address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	return address;
}

static int bound_socket(int family, int port, int flags)
{
	union address source = address(family, port);
	int fd = socket(family, SOCK_STREAM | flags, 0);

	if (port)
		bind(fd, &source.any, sizeof source);
	return fd;
}

static int call_connect(int family, int from, int to, int flags)
{
	union address destination = address(family, to);
	int fd = bound_socket(family, from, flags);

	connect(fd, &destination.any, sizeof destination);
	return fd;
}

static void ready_connect(void)
{
	close(call_connect(AF_INET, 0, READY, 0));
}

static void act_connect(const struct snooped_run *run)
{
	int in = bound_socket(AF_INET, LISTENING, 0), in6 = bound_socket(AF_INET6, LISTENING, 0);

	(void)run;
	listen(in, 0); /* takes one connection, and then no more */
	listen(in6, 0);
	call_connect(AF_INET, 4001, LISTENING, 0);
	call_connect(AF_INET, 4002, SILENT, 0);
	close(call_connect(AF_INET, 4003, LISTENING, SOCK_NONBLOCK)); /* given up */
	call_connect(AF_INET6, 4004, LISTENING, 0);
	call_connect(AF_INET6, 4005, SILENT, 0);
}

#define CONNECT(CONNECTED, ERRNO, ADDRESS, FROM, TO) \
	"{\"comm\":\"snooped\",\"connected\":" #CONNECTED ",\"errno\":" #ERRNO ",\"source\":\"" \
	ADDRESS "\",\"source_port\":" #FROM ",\"destination\":\"" ADDRESS \
	"\",\"destination_port\":" #TO "}"

static const char *const connect_lines[] = {
	CONNECT(true, 0, "127.0.0.1", 4001, 5555),
	CONNECT(false, 111, "127.0.0.1", 4002, 5556),
	CONNECT(false, 0, "127.0.0.1", 4003, 5555),
	CONNECT(true, 0, "::1", 4004, 5555),
	CONNECT(false, 111, "::1", 4005, 5556),
	NULL,
};

const struct snooped snooped_all[4] = {
	{ "chrootsnoop", ready_chroot, act_chroot, chroot_lines, ", 1 unreadable" },
	{ "execsnoop", ready_exec, act_exec, exec_lines, ", 2 unreadable" },
	{ "opensnoop", ready_open, act_open, open_lines, ", 1 unreadable" },
	{ "tcpconnect", ready_connect, act_connect, connect_lines, "" },
};

/* ------------------------------------------------------------------------- processes */

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
 * The child: says its id on `out`, does things to see until it hears on `in`, then the real ones.
 * It stays on one CPU, since perf buffers keep no order between CPUs.
 */
static void be_snooped(const struct snooped *snooped, const struct snooped_run *run, int in, int out)
{
	struct pollfd go = { .fd = 0, .events = POLLIN };
	unsigned id = run->tgid();

	prctl(PR_SET_NAME, COMM);
	if (snooped->act == act_connect)
		enter_network();
	run_on(0);
	dup2(in, 0);
	if (write(out, &id, sizeof id) != sizeof id)
		_exit(1);
	close_from(3); /* so that the next one opened is 3 */
	while (poll(&go, 1, 10) == 0)
		snooped->ready();
	snooped->act(run);
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

/* Wait up to 20 s for it to print something, or to end. */
static void wait_ready(const struct tool *tool)
{
	struct pollfd out = { .fd = tool->out, .events = POLLIN };

	poll(&out, 1, 20000);
}

/* Add what comes to `text`, until the end, or until nothing came for so long. */
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
	read_more(tool->out, out, length, OUTPUT, 20000);
	read_more(tool->err, err, 0, err_size, 20000);
	close(tool->out);
	close(tool->err);
	waitpid(tool->pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* ------------------------------------------------------------------------ comparison */

/* Take `"name":` and its number out of the line; -1: it is not there. */
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

/* "xxxx...": "x{40}", if there are so many. */
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

static void replace(char *line, const char *what, const char *by)
{
	char *at = strstr(line, what);

	if (!at || strlen(by) > strlen(what))
		return;
	memmove(at + strlen(by), at + strlen(what), strlen(at + strlen(what)) + 1);
	memcpy(at, by, strlen(by));
}

/* Without BTF tcpconnect does not know why a connection failed. */
static const char *expected_line(const char *line)
{
	static char without[512];
	const char *failed = strstr(line, "\"connected\":false,\"errno\":");
	const char *behind = failed ? strstr(failed, ",\"source\"") : NULL;

	if (!failed || access("/sys/kernel/btf/vmlinux", F_OK) == 0)
		return line;
	snprintf(without, sizeof without, "%.*s\"connected\":false,\"errno\":null%s",
		 (int)(failed - line), line, behind);
	return without;
}

static int compare(const struct snooped *snooped, const struct snooped_run *run, unsigned id,
		   char *out, unsigned *count, char *problem, size_t size)
{
	const char *const *expected = snooped->lines;
	long long before = 0;
	char *line;

	for (line = strtok(out, "\n"); line; line = strtok(NULL, "\n")) {
		long long time = take_number(line, "time_ns");

		++*count;
		if (take_number(line, "pid") != id || take_number(line, "tid") != id || time < before)
			return snprintf(problem, size, "another id, or back in time: %s", line);
		before = time;
		if (strstr(line, "/ready") || strstr(line, "\"destination_port\":9}"))
			continue;
		take_number(line, "duration_ns");
		shorten(line);
		replace(line, run->program, "PROGRAM");
		if (!*expected || strcmp(line, expected_line(*expected)) != 0)
			return snprintf(problem, size, "not expected: %s", line);
		expected++;
	}
	return *expected ? snprintf(problem, size, "missing: %s", *expected) : 0;
}

/* The last line of `err`, which is to be about so many events. */
static const char *last_line(char *err)
{
	char *end = strrchr(err, '\n');

	if (!end)
		return err;
	*end = '\0';
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

void snooped_check(const struct snooped *snooped, const struct snooped_run *run, char *problem,
		   size_t size)
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
		be_snooped(snooped, run, go[0], said[1]);
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
	if (compare(snooped, run, id, output(), &count, problem, size))
		return;
	snprintf(account, sizeof account, "%u events, 0 lost%s", count, snooped->account);
	if (status != 0 || strcmp(last_line(err), account) != 0)
		snprintf(problem, size, "exit %d, %s (and not: %s)", status, last_line(err), account);
}

/* ----------------------------------------------------------------------------- flood */

static void flood(int cpu, unsigned calls)
{
	run_on(cpu);
	while (calls--)
		call_open("/flood", O_RDONLY);
	_exit(0);
}

void snooped_flood(const struct snooped_run *run, unsigned calls, char *problem, size_t size)
{
	unsigned cpus = sysconf(_SC_NPROCESSORS_ONLN), cpu, printed = 0, ready = 0;
	unsigned long long events = 0, lost = 0;
	struct tool tool = start_tool(run, "-c", COMM);
	struct pollfd out = { .fd = tool.out, .events = POLLIN };
	char err[4096], *line, comm[16] = "";
	int status;

	problem[0] = '\0';
	prctl(PR_GET_NAME, comm);
	prctl(PR_SET_NAME, COMM);
	for (int tries = 0; tries < 2000 && poll(&out, 1, 10) == 0; tries++)
		ready_open();
	for (cpu = 0; cpu < cpus; cpu++)
		if (fork() == 0)
			flood(cpu, calls / cpus);
	for (cpu = 0; cpu < cpus; cpu++)
		wait(&status);
	prctl(PR_SET_NAME, comm);
	status = end_tool(&tool, output(), read_more(tool.out, output(), 0, OUTPUT, 1000), err,
			  sizeof err);
	for (line = strtok(output(), "\n"); line; line = strtok(NULL, "\n")) {
		printed += strstr(line, "\"/flood\"") != NULL;
		ready += strstr(line, "\"/ready\"") != NULL;
	}
	sscanf(last_line(err), "%llu events, %llu lost", &events, &lost);
	if (status != 0 || !lost || events != printed + ready ||
	    printed + lost != calls / cpus * cpus)
		snprintf(problem, size, "exit %d, %u calls, %u of them printed: %s", status,
			 calls / cpus * cpus, printed, err);
}

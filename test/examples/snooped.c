/* SPDX-License-Identifier: MIT */
/* The calls that each tool sees, and the lines that it prints of them. */
#include "snooped.h"

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BAD ((char *)8) /* an address where nothing is mapped */

enum { PATH_SIZE = 4096 };

/* Return the longest path: 4095 bytes. */
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
	prctl(PR_SET_NAME, "a\n\x1b\"\xff");
	syscall(SYS_chroot, "/nonexist/comm");
}

#define CHROOT(RET, PATH) "{\"comm\":\"snooped\",\"ret\":" #RET ",\"path\":" PATH "}"

static const char *const chroot_lines[] = {
	CHROOT(-2, "\"/nonexist/chroot\""),
	CHROOT(0, "\"/\""),
	CHROOT(-14, "null,\"path_errno\":14"),
	CHROOT(-2, "\"/a\\u000a\\u001b[31m\\\"\\\\\\udcff\xc3\xa4\""),
	CHROOT(-2, "\"\""),
	CHROOT(-36, "\"/x{4094}\""),
	"{\"comm\":\"a\\u000a\\u001b\\\"\\udcff\",\"ret\":-2,\"path\":\"/nonexist/comm\"}",
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
 * Put the argument vector and its strings into memory that this process never touched. The kernel
 * alone has written to this page of a file.
 */
static char *const *fresh(const char *path, char *const *argv)
{
	int fd = syscall(SYS_memfd_create, "", 0), i;
	char *memory = mmap(NULL, PATH_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	char *addresses[8] = { NULL };
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
	/*
	 * Strings on the stack are in memory. A call that fails early makes the kernel read none of
	 * them.
	 */
	char blank[] = "a b", empty[] = "", bytes[] = "c\n\xff", x[] = "x";
	char name[] = "workload", zero[] = "0";
	char program[64], long_argument[1500];
	char *hostile[] = { blank, empty, bytes, NULL };
	char *longer[] = { blank, long_argument, empty, NULL };
	char *arguments[] = { name, zero, zero, NULL };
	char *many[70] = { NULL };
	int i;

	memset(long_argument, 'x', sizeof long_argument);
	long_argument[sizeof long_argument - 1] = '\0';
	for (i = 0; i < 69; i++)
		many[i] = x;
	syscall(SYS_execve, "/nonexist/exec", hostile, no_environment);
	syscall(SYS_execve, "/nonexist/exec", longer, no_environment);
	syscall(SYS_execve, "/nonexist/exec", many, no_environment);
	syscall(SYS_execveat, 77, "nonexist", hostile, no_environment, 0);
	syscall(SYS_execve, BAD, BAD, no_environment);
	call_fresh("/nonexist/fresh", arguments);
	/* At the end of the call, a tracepoint cannot find the new program's arguments again. */
	if (run->way && strcmp(run->way, "tracepoint") != 0)
		call_fresh(run->program, arguments);
	snprintf(program, sizeof program, "%s", run->program);
	syscall(SYS_execve, program, arguments, no_environment);
}

#define EXEC(COMM_AND_RET, PATH, DIRFD, ARGS, COMPLETE) \
	"{\"comm\":" COMM_AND_RET ",\"path\":" PATH ",\"dirfd\":" #DIRFD ",\"args\":[" ARGS "]," \
	"\"args_complete\":" #COMPLETE "}"
#define FAILED(RET) "\"snooped\",\"ret\":" #RET
#define HOSTILE "\"a b\",\"\",\"c\\u000a\\udcff\""
#define EIGHT "\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\",\"x\""
#define SIXTY_FOUR \
	EIGHT "," EIGHT "," EIGHT "," EIGHT "," EIGHT "," EIGHT "," EIGHT "," EIGHT
#define WORKLOAD "\"workload\",\"0\",\"0\""

static const char *const exec_lines[] = {
	EXEC(FAILED(-2), "\"/nonexist/exec\"", -100, HOSTILE, true),
	EXEC(FAILED(-2), "\"/nonexist/exec\"", -100, "\"a b\",\"x{1023}\",\"\"", false),
	EXEC(FAILED(-2), "\"/nonexist/exec\"", -100, SIXTY_FOUR, false),
	EXEC(FAILED(-9), "\"nonexist\"", 77, HOSTILE, true),
	EXEC(FAILED(-14), "null,\"path_errno\":14", -100, "", false),
	EXEC(FAILED(-2), "\"/nonexist/fresh\"", -100, WORKLOAD, true),
	EXEC("\"workload\",\"ret\":0", "\"PROGRAM\"", -100, WORKLOAD, true),
	NULL,
};

/* ------------------------------------------------------------------------- opensnoop */

/* Newer architectures have only openat(2), with the same meaning. */
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
	syscall(SYS_openat, AT_FDCWD, "/proc/self/stat", O_RDONLY | O_CLOEXEC); /* fd 3 */
	syscall(SYS_openat, 77, "relative", O_RDWR);
	call_open("/nonexist/open", O_WRONLY | O_CREAT | O_EXCL);
	call_creat("/nonexist/creat\n");
	syscall(437, AT_FDCWD, "/proc/self/stat", how, sizeof how); /* openat2, fd 4 */
	syscall(437, AT_FDCWD, "/nonexist/openat2", BAD, sizeof how);
	syscall(SYS_openat, AT_FDCWD, BAD, O_RDONLY);
	syscall(SYS_openat, AT_FDCWD, long_path(), O_RDONLY);
}

#define OPEN(RET, FLAGS, DIRFD, PATH) \
	"{\"comm\":\"snooped\",\"ret\":" #RET ",\"flags\":" #FLAGS ",\"dirfd\":" #DIRFD \
	",\"path\":" PATH "}"

static const char *const open_lines[] = {
	OPEN(3, 524288, -100, "\"/proc/self/stat\""),
	OPEN(-9, 2, 77, "\"relative\""),
	OPEN(-2, 193, -100, "\"/nonexist/open\""),
	OPEN(-2, 577, -100, "\"/nonexist/creat\\u000a\""),
	OPEN(4, 524288, -100, "\"/proc/self/stat\""),
	OPEN(-14, 0, -100, "\"/nonexist/openat2\""),
	OPEN(-14, 0, -100, "null,\"path_errno\":14"),
	OPEN(-36, 0, -100, "\"/x{4094}\""),
	NULL,
};

/* ------------------------------------------------------------------------ tcpconnect */

enum { LISTENING = 5555, SILENT = 5556, READY = 9 };

/* Enter a network namespace that has only 127.0.0.1 and ::1. */
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
	listen(in, 0); /* it accepts one connection, and then no more */
	listen(in6, 0);
	call_connect(AF_INET, 4001, LISTENING, 0);
	call_connect(AF_INET, 4002, SILENT, 0);
	close(call_connect(AF_INET, 4003, LISTENING, SOCK_NONBLOCK)); /* the caller gives up */
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
	{ "chrootsnoop", NULL, ready_chroot, act_chroot, chroot_lines, ", 1 unreadable" },
	{ "execsnoop", NULL, ready_exec, act_exec, exec_lines, ", 2 unreadable" },
	{ "opensnoop", NULL, ready_open, act_open, open_lines, ", 1 unreadable" },
	{ "tcpconnect", enter_network, ready_connect, act_connect, connect_lines, "" },
};

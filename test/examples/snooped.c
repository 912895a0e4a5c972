/* SPDX-License-Identifier: MIT */
/* The calls that chrootsnoop sees, and the lines that it prints of them. */
#include "snooped.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
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

static void act_chroot(void)
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

const struct snooped snooped_chrootsnoop = { ready_chroot, act_chroot, chroot_lines, ", 1 unreadable" };

/* SPDX-License-Identifier: MIT */
/*
 * Every other architecture: libc's syscall(2). Its errno becomes a negative result again, and errno
 * keeps its value.
 */
#include <errno.h>
#include <unistd.h>

static inline long rawbpf__arch_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	int saved = errno;
	long result = syscall(number, a, b, c, d, e, f);

	if (result == -1)
		result = -errno;
	errno = saved;
	return result;
}

/* SPDX-License-Identifier: MIT */
/*
 * The kernel's headers define the errors' numbers. Without them the system's C library defines
 * them: a caller on that system compares results with its numbers. Without both, this header
 * defines Linux's numbers.
 */
#ifndef RAWBPF_INSN_ERRNO_H
#define RAWBPF_INSN_ERRNO_H

#if __has_include(<linux/errno.h>) && __has_include(<asm/errno.h>)
#include <linux/errno.h>
#elif __has_include(<errno.h>)
#include <errno.h>
#else
#define EPERM		1
#define ENOENT		2
#define ESRCH		3
#define ENXIO		6
#define E2BIG		7
#define ENOEXEC		8
#define EBADF		9
#define EAGAIN		11
#define ENOMEM		12
#define EACCES		13
#define EFAULT		14
#define EEXIST		17
#define EINVAL		22
#define ENOSPC		28
#define EDOM		33
#define ERANGE		34
#define ENAMETOOLONG	36
#define ELOOP		40
#define ENOMSG		42
#define ENODATA		61
#define ENOLINK		67
#define EOVERFLOW	75
#define EDESTADDRREQ	89
#define EOPNOTSUPP	95
#endif

#endif

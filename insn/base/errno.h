/* SPDX-License-Identifier: MIT */
/*
 * The numbers of errors: the kernel's, else those of the system's C library, which a caller there
 * compares with, else Linux's.
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
#define E2BIG		7
#define EBADF		9
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
#define EOVERFLOW	75
#define EOPNOTSUPP	95
#endif

#endif

/* SPDX-License-Identifier: MIT */
/* The functions through which this architecture's kernel enters system calls of native programs. */
#ifndef RAWBPF_LIB_SYSCALL_ENTRY_H
#define RAWBPF_LIB_SYSCALL_ENTRY_H

#include "../sys/sys.h"

/*
 * The prefix of entry functions' names. Linux 6.6 brought riscv64's wrappers; _BEFORE is the older
 * prefix.
 */
#if defined(__x86_64__)
#define RAWBPF__SYSCALL_PREFIX "__x64_sys_"
#elif defined(__i386__)
#define RAWBPF__SYSCALL_PREFIX "__ia32_sys_"
#elif defined(__aarch64__)
#define RAWBPF__SYSCALL_PREFIX "__arm64_sys_"
#elif defined(__s390x__)
#define RAWBPF__SYSCALL_PREFIX "__s390x_sys_"
#elif defined(__riscv)
#define RAWBPF__SYSCALL_PREFIX "__riscv_sys_"
#define RAWBPF__SYSCALL_PREFIX_BEFORE "sys_"
#else
#define RAWBPF__SYSCALL_PREFIX "sys_"
#endif

/*
 * Find the name of a system call's entry function, without its prefix: "newstat" for "stat". NULL:
 * a native program enters no function by this name. The function returns a name that is in no table
 * unchanged: the call may be newer than the table.
 */
RAWBPF__PRIVATE const char *rawbpf__syscall_entry(const char *name);

/*
 * Write the nth function, from 0, by which 32-bit programs may enter the call: first those that
 * the kernel has for them alone. A name that does not fit is cut. Returns 0 if there are no more.
 */
RAWBPF__PRIVATE int rawbpf__syscall_compat_entry(char *function, size_t size, const char *name,
						 unsigned n);

#endif

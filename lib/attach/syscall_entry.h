/* SPDX-License-Identifier: MIT */
/* Where this architecture's kernel enters system calls of native programs. */
#ifndef RAWBPF_LIB_SYSCALL_ENTRY_H
#define RAWBPF_LIB_SYSCALL_ENTRY_H

#include "../sys/sys.h"

/*
 * Find the name of a system call's entry function, without its prefix: "newstat" for "stat". NULL: a
 * native program enters no function by this name. A name that is in no table is returned as it is:
 * the call may be newer than the table.
 */
RAWBPF__PRIVATE const char *rawbpf__syscall_entry(const char *name);

#endif

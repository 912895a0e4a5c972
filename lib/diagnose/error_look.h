/* SPDX-License-Identifier: MIT */
/* What explaining an error asks the machine. */
#ifndef RAWBPF_LIB_ERROR_LOOK_H
#define RAWBPF_LIB_ERROR_LOOK_H

#include "../sys/sys.h"

#define RAWBPF__KERNEL(major, minor) ((major) << 8 | (minor))

/* This process is not of the machine's first user namespace. */
RAWBPF__PRIVATE int rawbpf__in_user_namespace(void);
/* 5 << 8 | 10; 0: unknown. */
RAWBPF__PRIVATE unsigned rawbpf__kernel(void);
/* Maps and programs are counted against a limit on locked memory. */
RAWBPF__PRIVATE int rawbpf__memlock_is_limited(void);
RAWBPF__PRIVATE int rawbpf__is_locked_down(void);
/* Switched off, so that attached programs are never called. 0 also where nobody can tell. */
RAWBPF__PRIVATE int rawbpf__kprobes_are_off(void);
RAWBPF__PRIVATE int rawbpf__bpf_lsm_is_off(void);
RAWBPF__PRIVATE int rawbpf__exists(const char *path);
/*
 * How many lines of a file have this word as their field number `field`, from 0 on, between blanks;
 * or a negative errno.
 */
RAWBPF__PRIVATE int rawbpf__count_lines(int directory, const char *path, unsigned field,
					const char *word);
/* NULL: it is where this library looks for it, or nobody can tell. */
RAWBPF__PRIVATE const char *rawbpf__why_no_tracefs(void);
RAWBPF__PRIVATE int rawbpf__is_bpffs(const char *path);

#endif

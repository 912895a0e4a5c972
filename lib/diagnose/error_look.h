/* SPDX-License-Identifier: MIT */
/* Questions to the machine, to explain an error. */
#ifndef RAWBPF_LIB_ERROR_LOOK_H
#define RAWBPF_LIB_ERROR_LOOK_H

#include "../sys/sys.h"

struct rawbpf_operation; /* <rawbpf/error.h> */

#define RAWBPF__KERNEL(major, minor) ((major) << 8 | (minor))

/* Check whether this process is outside the machine's first user, or pid, namespace. */
RAWBPF__PRIVATE int rawbpf__in_user_namespace(void);
RAWBPF__PRIVATE int rawbpf__in_pid_namespace(void);
/* Return the kernel's version, such as 5 << 8 | 10; 0: it is unknown. */
RAWBPF__PRIVATE unsigned rawbpf__kernel(void);
/* Check whether the kernel counts maps and programs against a limit on locked memory. */
RAWBPF__PRIVATE int rawbpf__memlock_is_limited(void);
RAWBPF__PRIVATE int rawbpf__is_locked_down(void);
/*
 * Check whether these are switched off: the kernel then never calls attached programs. Returns 0
 * also if the machine does not show it.
 */
RAWBPF__PRIVATE int rawbpf__kprobes_are_off(void);
RAWBPF__PRIVATE int rawbpf__bpf_lsm_is_off(void);
/*
 * Return what explains, with EOPNOTSUPP, that the kernel attaches LSM programs and never calls them.
 * NULL: it calls them, or the machine does not show it.
 */
RAWBPF__PRIVATE const struct rawbpf_operation *rawbpf__lsm_refusal(void);
RAWBPF__PRIVATE int rawbpf__exists(const char *path);
/*
 * Count the lines of a file that have this word as their field number `field`. Blanks separate
 * fields, which count from 0. Returns a negative errno on an error.
 */
RAWBPF__PRIVATE int rawbpf__count_lines(int directory, const char *path, unsigned field,
					const char *word);
/* Return the reason. NULL: tracefs is where this library looks for it, or the reason is unknown. */
RAWBPF__PRIVATE const char *rawbpf__why_no_tracefs(void);
RAWBPF__PRIVATE int rawbpf__is_bpffs(const char *path);

#endif

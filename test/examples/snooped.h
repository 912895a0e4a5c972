/* SPDX-License-Identifier: MIT */
/*
 * The calls that chrootsnoop sees, and the lines that it must print: the same natively and in virtual
 * machines. A child makes the calls. The tool watches only this child and prints JSON lines, which
 * are compared one by one.
 */
#ifndef TEST_SNOOPED_H
#define TEST_SNOOPED_H

#include <stddef.h>

/* The tool's command line. */
struct snooped_run {
	const char *tool;     /* the tool's path */
	const char *way, *transport; /* for -a, -b; NULL: the tool chooses */
	unsigned (*tgid)(void); /* returns the calling process's id as BPF programs see it */
};

/* Run the tool and make the calls. `problem` becomes the first difference, or "". */
void snooped_check(const struct snooped_run *run, char *problem, size_t size);

/*
 * Overload the tool: all CPUs call chroot(2) as fast as they can, `calls` times in all, and its output
 * is not read. Printed, lost and unprinted events together must be all calls. At most as many may be
 * absent as the tool counts as missed by the kernel.
 */
void snooped_flood(const struct snooped_run *run, unsigned calls, char *problem, size_t size);

#endif

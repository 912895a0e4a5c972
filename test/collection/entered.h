/* SPDX-License-Identifier: MIT */
/*
 * Entry sequences on a real kernel. Each place is attached with all its values in slots of each
 * width, and an event with known values is made. The test on this kernel and the virtual machines
 * share this.
 */
#ifndef TEST_ENTERED_H
#define TEST_ENTERED_H

#include <stddef.h>

/* The places, from 0, and their names. */
unsigned entered_count(void);
const char *entered_name(unsigned nth);

/*
 * Check the nth place. `problem` becomes "" if all values were as expected, "load ERRNO" or
 * "attach ERRNO" if the kernel did not let the program in, or the first difference.
 */
void entered_check(unsigned nth, char *problem, size_t size);

/*
 * Check raw tracepoints of system calls: several signatures in one program, calls of other numbers,
 * the return of execve(2) by the program `path`.
 */
void entered_check_family(char *problem, size_t size);
void entered_check_execve(const char *path, char *problem, size_t size);

/*
 * Count what a raw tracepoint takes for native calls, of a process that makes ten 32-bit calls and
 * then one native one. `task` makes them: a program, or NULL for int 0x80 in this one. Returns the
 * count, or a negative errno.
 */
long entered_count_compat(const char *task);

#endif

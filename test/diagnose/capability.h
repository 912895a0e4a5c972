/* SPDX-License-Identifier: MIT */
/* What a process may do that holds some capabilities only: for the native test and the vm's guest. */
#ifndef TEST_CAPABILITY_H
#define TEST_CAPABILITY_H

#include <stdint.h>

enum { CAPABILITY_SETS = 7 };

/* A row of test/diagnose/capabilities.tsv. */
struct capability_row {
	char operation[40];
	unsigned since, before;              /* the kernels it holds for; 0: all */
	char answers[CAPABILITY_SETS][12];   /* "ok", or the name of an errno; "-": not to be asked */
};

/* The sets, as the columns are called: "none", "BPF+PERFMON", ... */
extern const char *const capability_sets[CAPABILITY_SETS];

/* Read the table; the number of rows, or -1. */
int capability_read(const char *path, struct capability_row *rows, int max);

/*
 * As root: make what the operations are about, in mounts of this process's own. What is given is a
 * cgroup of version 2 to use, or -1. 0, or a negative errno.
 */
int capability_begin(int cgroup);

/*
 * Do the operation in a process of its own, as nobody with this set: "ok", the name of an errno, or
 * NULL if there is no such operation. Valid until the next call.
 */
const char *capability_try(const char *operation, int set);

/* Every operation there is, NULL behind the last. */
const char *capability_operation(unsigned n);

#endif

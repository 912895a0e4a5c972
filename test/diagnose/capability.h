/* SPDX-License-Identifier: MIT */
/*
 * The operations of a process that holds only some capabilities, for the native test and the vm's
 * guest.
 */
#ifndef TEST_CAPABILITY_H
#define TEST_CAPABILITY_H

#include <stdint.h>

enum { CAPABILITY_SETS = 7 };

/* A row of test/diagnose/capabilities.tsv. */
struct capability_row {
	char operation[40];
	unsigned since, before;              /* the kernels with these answers; 0: no limit */
	char answers[CAPABILITY_SETS][12];   /* "ok", or the name of an errno; "-": do not try it */
};

/* The sets, named as the table's columns: "none", "BPF+PERFMON", ... */
extern const char *const capability_sets[CAPABILITY_SETS];

/* Read the table. Returns the number of rows, or -1. */
int capability_read(const char *path, struct capability_row *rows, int max);

/*
 * Make the objects of the operations, as root, in a mount namespace of this process. `given` is a
 * cgroup of version 2 to use, or -1. Returns 0 or a negative errno.
 */
int capability_begin(int cgroup);

/*
 * Try the operation in a process of its own, as nobody with this set. Returns "ok" or the name of
 * an errno, valid until the next call. NULL: no operation has this name.
 */
const char *capability_try(const char *operation, int set);

/* Return operation number n, or NULL behind the last. */
const char *capability_operation(unsigned n);

#endif

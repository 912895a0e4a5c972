/* SPDX-License-Identifier: MIT */
/* rawbpf test: run the tests of a text, here and in the kernel; show what they reach. */
#ifndef EXAMPLES_RAWBPF_TEST_H
#define EXAMPLES_RAWBPF_TEST_H

#include "collected.h"

#include <rawbpf/vm_test.h>

/* ----------------------------------------------------------------------- test_kernel.c */

/* A test in the kernel: its maps and programs, from the machine's. */
struct kernel {
	const char *file;     /* the text's name */
	const char *source;   /* the text */
	int *maps, *progs;    /* descriptors of maps; of the units of the program */
	unsigned map_count, prog_count;
	char reason[4096];    /* why it failed; may have several lines */
};

/* Return why the kernel cannot run this test, which passed here, or NULL. */
const char *kernel_refusal(const struct rawbpf_vm_test *test);

/* Return a helper that the program calls, and whose answer the machine makes up; 0: there is none. */
unsigned kernel_own(const struct rawbpf_vm_test *test);

/* Set the reason. Returns FAILED. */
int kernel_fail(struct kernel *kernel, const char *format, ...) __attribute__((format(printf, 2, 3)));
int kernel_explain(struct kernel *kernel, const struct rawbpf_error *error);

/* Create the maps, with the machine's elements, and load the programs. Returns OK or FAILED. */
int kernel_open(struct kernel *kernel, const struct rawbpf_vm_test *test);

void kernel_close(struct kernel *kernel);

/* ---------------------------------------------------------------------- test_compare.c */

/*
 * Run the program once, and compare r0, packet and maps with the machine's. As kernel_open();
 * KERNEL_SKIPS: the kernel's test run does not set such a context; KERNEL_DIFFERS: with a reason.
 */
enum { KERNEL_SKIPS = 2, KERNEL_DIFFERS };
int kernel_run(struct kernel *kernel, struct rawbpf_vm_test *test);

/* --------------------------------------------------------------------- test_coverage.c */

/* Counts of each program of the collection. */
struct coverage {
	struct rawbpf_vm_coverage *progs;
	struct rawbpf_vm_unit *units; /* of each program, as it was loaded last; count 0: never */
};

/* Returns OK, or FAILED after a message. */
int coverage_open(struct coverage *coverage, const struct collection *collection);

/* Keep the instructions and lines of the programs that a test has loaded. */
void coverage_take(struct coverage *coverage, const struct rawbpf_vm_test *test);

/* Print each line of the text with its count, and below it the sides of its jumps. */
void coverage_print(const struct coverage *coverage, const struct collection *collection);

/* Write the same as a file of lcov. Returns OK, or FAILED after a message. */
int coverage_write(const struct coverage *coverage, const struct collection *collection,
		   const char *path);

#endif

/* SPDX-License-Identifier: MIT */
/* Run a generated program in the kernel and in the machine, and compare all that it wrote. */
#ifndef TEST_COMPARE_H
#define TEST_COMPARE_H

#include <rawbpf/vm_map.h>

#include "generate.h"

struct compare {
	int map;               /* the kernel's */
	struct rawbpf_vm_map vm_map;
	struct generated_area *kernels, *ours; /* the value of the kernel's map, and of the machine's */
	uint64_t seed;         /* of the operands */
	unsigned sets;         /* of operands: 1 to GENERATED_SETS */
};

/* Create the maps. The descriptor and the memory stay until the process ends. */
void compare_open(struct compare *compare);

/* Set the operands of `sets` runs in both areas: random ones of compare->seed, or pairs. */
void compare_operands(struct compare *compare, unsigned sets);
void compare_pairs(struct compare *compare);

/*
 * Run the program once for each set. Return 0 if everything is equal, and 1 if not, or if the
 * machine traps. A negative errno: the kernel does not load the program.
 */
int compare_run(struct compare *compare, const struct generated *program);

/* Print what differs: a smaller program that shows it, and the first set of both. */
void compare_explain(struct compare *compare, const struct generated *program);

/* Write why the kernel does not load the program: the end of the verifier's log. */
void compare_log(struct compare *compare, const struct generated *program, char *log, size_t size);

#endif

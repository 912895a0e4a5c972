/* SPDX-License-Identifier: MIT */
/* Use every type of maps for its purpose: the code that this test's files share. */
#ifndef TEST_MAP_TYPES_H
#define TEST_MAP_TYPES_H

#include "../live.h"

/* A type and its test. Each list ends with type 0. */
struct map_use {
	unsigned type;
	const TTest **test;
};

#define USE(TYPE, TEST) { BPF_MAP_TYPE_##TYPE, &TEST }

/* Make a cgroup for all tests of the case, if cgroup v2 is mounted. */
void map_types_begin(TCase *tests);

extern const struct map_use map_uses_values[]; /* values that programs and user space exchange */
/* objects that the kernel acts on, and storage of its objects */
extern const struct map_use map_uses_kernel[];
extern const struct map_use map_uses_net[];    /* maps that steer packets and connections */

/* Skip the test on a kernel older than the type. */
#define NEEDS(TYPE) \
	do { \
		unsigned needs_kernel = rawbpf_map_recipe_get(BPF_MAP_TYPE_##TYPE)->kernel; \
		if (live_kernel() < needs_kernel) \
			SKIP(#TYPE " is of Linux %u.%u", needs_kernel >> 8, needs_kernel & 0xff); \
	} while (0)

/*
 * Assemble and load a program. Its maps, at most four, are called a, b, c and d, and `maps` has
 * their descriptors. `spec` has the program's other fields, or is NULL. If the kernel rejects the
 * program, the test fails with the verifier's log.
 */
int map_types_load(unsigned type, const char *text, const int *maps,
		   const struct rawbpf_prog_spec *spec);

/* Run a program on an empty packet, or without one if its type takes none. Returns r0. */
unsigned map_types_run(int prog, int with_packet);

#endif

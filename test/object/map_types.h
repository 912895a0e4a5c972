/* SPDX-License-Identifier: MIT */
/* Every type of maps, used for what it is for: what the files of this test share. */
#ifndef TEST_MAP_TYPES_H
#define TEST_MAP_TYPES_H

#include "../live.h"

/* Which test uses which type. Each list ends with type 0. */
struct map_use {
	unsigned type;
	const TTest **test;
};

#define USE(TYPE, TEST) { BPF_MAP_TYPE_##TYPE, &TEST }

/* For all tests of the case, where cgroup v2 is mounted: a cgroup of their own. */
void map_types_begin(TCase *tests);

extern const struct map_use map_uses_values[]; /* what programs put into them and take out */
extern const struct map_use map_uses_kernel[]; /* what the kernel acts on, or keeps */
extern const struct map_use map_uses_net[];    /* packets and connections go by them */

/* Leave the test where this kernel is older than the type. */
#define NEEDS(TYPE) \
	do { \
		unsigned needs_kernel = rawbpf_map_recipe_get(BPF_MAP_TYPE_##TYPE)->kernel; \
		if (live_kernel() < needs_kernel) \
			SKIP(#TYPE " is of Linux %u.%u", needs_kernel >> 8, needs_kernel & 0xff); \
	} while (0)

/*
 * Assemble and load a program. Its maps, at most four, are called a, b, c and d, and `maps` has
 * their descriptors. `spec` gives what else the program is to have; NULL: nothing. A program that
 * is refused fails the test, with the verifier's log.
 */
int map_types_load(unsigned type, const char *text, const int *maps,
		   const struct rawbpf_prog_spec *spec);

/* Run a loaded program on an empty packet, or without one if its type sees none: r0. */
unsigned map_types_run(int prog, int with_packet);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The pages' claims about programs that the verifier rejects or accepts, each with programs that
 * show it. For the native test, the vm's guest, and the test of the pages.
 */
#ifndef TEST_TAUGHT_H
#define TEST_TAUGHT_H

#include "rejected.h"

enum { TAUGHT_CLAIMS = 4, TAUGHT_PROGRAMS = 6 };

struct taught {
	/* "FILE: WORDS" as the file has them, with any line breaks; NULL ends the list */
	const char *claims[TAUGHT_CLAIMS];
	/*
	 * As in rejected[]. `hint` may also be the complaint itself, or "accepted". Kernels before
	 * `since` are not judged. Kernels from `before` on accept the program. A row without a text
	 * ends the list.
	 */
	struct rejected programs[TAUGHT_PROGRAMS];
};

extern const struct taught taught[];
extern const unsigned taught_count;

/*
 * Return the verdict that a kernel as 5 << 8 | 10 should give, or NULL if the table does not know.
 */
const char *taught_verdict(const struct rejected *program, unsigned kernel, const char *machine);

#endif

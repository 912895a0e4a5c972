/* SPDX-License-Identifier: MIT */
/*
 * What the pages say that the verifier refuses or accepts, each with programs that show it: for the native
 * test, the vm's guest, and the test of the pages.
 */
#ifndef TEST_TAUGHT_H
#define TEST_TAUGHT_H

#include "rejected.h"

enum { TAUGHT_CLAIMS = 4, TAUGHT_PROGRAMS = 6 };

struct taught {
	/* "FILE: WORDS", as they stand there; where lines end does not count. NULL: no more. */
	const char *claims[TAUGHT_CLAIMS];
	/*
	 * As in rejected[]: `hint` may also be the complaint itself, or "accepted". Before `since` nothing
	 * is said; from `before` on the program is accepted. Without a text: no more.
	 */
	struct rejected programs[TAUGHT_PROGRAMS];
};

extern const struct taught taught[];
extern const unsigned taught_count;

/* What a kernel as 5 << 8 | 10 says of the program; NULL: nothing is known. */
const char *taught_verdict(const struct rejected *program, unsigned kernel, const char *machine);

#endif

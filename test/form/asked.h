/* SPDX-License-Identifier: MIT */
/*
 * Ask this kernel about each helper: does it exist, which types of programs may call it, and does
 * it want the GPL? For the native test and the vm's guest.
 */
#ifndef TEST_ASKED_H
#define TEST_ASKED_H

#include <stdint.h>

enum { ASKED_HELPERS = 212 }; /* one more than the last number */

struct asked {
	uint64_t types;           /* bit N: programs of type N load */
	uint64_t whole;           /* bit N: they load with each attach type that has a recipe */
	struct {
		int is_known;
		uint64_t types;   /* types of programs that may call it */
		int is_gpl;       /* -1: every type that may call it needs the GPL anyway */
	} helpers[ASKED_HELPERS];
};

void asked_fill(struct asked *asked);

/*
 * Compare the kernel's answers about a helper with the table, on a kernel as 5 << 8 | 10. Returns a
 * difference as text, valid until the next call, or NULL.
 */
const char *asked_fault(const struct asked *asked, unsigned helper, unsigned kernel);

#endif

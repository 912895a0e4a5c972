/* SPDX-License-Identifier: MIT */
/*
 * What this kernel says of each helper: does it know the number, which types of programs may call it,
 * does it want the GPL? For the native test and the vm's guest.
 */
#ifndef TEST_ASKED_H
#define TEST_ASKED_H

#include <stdint.h>

enum { ASKED_HELPERS = 212 }; /* the number after the last */

struct asked {
	uint64_t types;           /* bit N: programs of type N load here */
	uint64_t whole;           /* and with each of the attach types that have a recipe */
	struct {
		int is_known;
		uint64_t types;   /* that may call it */
		int is_gpl;       /* -1: all programs that may call it are under the GPL */
	} helpers[ASKED_HELPERS];
};

void asked_fill(struct asked *asked);

/*
 * What the table says otherwise of a helper, on a kernel as 5 << 8 | 10; NULL: nothing. The text is
 * valid until the next call.
 */
const char *asked_fault(const struct asked *asked, unsigned helper, unsigned kernel);

#endif

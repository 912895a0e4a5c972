/* SPDX-License-Identifier: MIT */
/*
 * This tree finds a name among many. The tree's owner supplies the memory of names and nodes.
 *
 * Each name has a number, from 1, and a node of three numbers. The first number is a bit. The
 * others are the names to go to when that bit of the searched name is 0 or 1. Bits count from 1;
 * all bits behind a name's end are 0. The bits grow along a path. A link to a node whose bit does
 * not grow leads to the name itself. The tree has then found the one name that can be equal.
 * (Morrison's PATRICIA.)
 *
 * The tree uses no hash, so names never collide. A look-up takes at most one step for each bit of
 * the name. Usually the number of steps is about the logarithm of the number of names.
 */
#ifndef RAWBPF_INSN_NAMES_H
#define RAWBPF_INSN_NAMES_H

#include "../base/private.h"

enum { RAWBPF__LINKS = 3 };	/* a node: bit, and the names where it is 0 and 1 */

struct rawbpf__names {
	unsigned *root;		/* the owner's; 0 while there are no names */
	unsigned *first;	/* node of name 1 */
	ptrdiff_t stride;	/* from a node to the next name's, in unsigneds */
};

/* Return the number of the only name that can be equal, or 0 if the tree is empty. */
RAWBPF__PRIVATE unsigned rawbpf__names_find(const struct rawbpf__names *names, const char *name,
					    size_t length);

/*
 * Add a name, which differs from `near`. `near` is the name that rawbpf__names_find() found, or
 * NULL.
 */
RAWBPF__PRIVATE void rawbpf__names_add(const struct rawbpf__names *names, unsigned number,
				       const char *name, size_t length, const char *near,
				       size_t near_length);

#endif

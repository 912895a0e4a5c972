/* SPDX-License-Identifier: MIT */
/*
 * A tree that finds a name among many. Names and nodes lie in their owner's memory.
 *
 * Each name has a number, from 1, and a node of three numbers: a bit, and the names to go to
 * when that bit of the searched name is 0 or 1. Bits count from 1; behind a name's end they
 * are 0. Along a path the bits grow. A link to a node whose bit does not grow leads to the name
 * itself: the tree has found the one name that can be equal. (Morrison's PATRICIA.)
 *
 * There is no hash, so no names collide: a look-up takes at most one step for each bit of the
 * name, and usually about as many as the logarithm of the number of names.
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

/* The number of the only name that can be equal to this one; 0: there are no names. */
RAWBPF__PRIVATE unsigned rawbpf__names_find(const struct rawbpf__names *names, const char *name,
					    size_t length);

/* Add a name, which differs from `near`: the one that rawbpf__names_find() told, or NULL. */
RAWBPF__PRIVATE void rawbpf__names_add(const struct rawbpf__names *names, unsigned number,
				       const char *name, size_t length, const char *near,
				       size_t near_length);

#endif

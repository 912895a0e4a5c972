/* SPDX-License-Identifier: MIT */
/*
 * Which instruction a statement is: the one whose pattern the statement's tokens have.
 *
 *	lock *(u64 *)(r1 + 8) += r2    has    lock * ( u64 * ) ( DST +OFF ) += SRC
 *
 * pattern.def has the patterns of all forms, in order. Those that begin alike begin with the same
 * nodes, and those that end alike end with the same nodes. So a pattern is a path along the nodes,
 * and which form it is of its number tells, which is that of the paths before it.
 */
#ifndef RAWBPF_INSN_MATCH_H
#define RAWBPF_INSN_MATCH_H

#include "../form/form.h"
#include "statement.h"

/* What an operand is, and so where it goes. */
enum rawbpf__field {
	RAWBPF__F_NONE,			/* no operand */
	RAWBPF__F_ZERO,			/* literally r0, w0, 0 */
	RAWBPF__F_DST,
	RAWBPF__F_SRC,
	RAWBPF__F_IMM,
	RAWBPF__F_NEXT,			/* imm of the second slot */
	RAWBPF__F_HIGH,			/* of imm */
	RAWBPF__F_LOW,
	RAWBPF__F_OFF,
	RAWBPF__F_JUMP,			/* off, or a label */
	RAWBPF__F_JUMP32,		/* imm, or a label */
	RAWBPF__F_LOCAL,		/* imm: a function's distance, or its label */
	RAWBPF__F_CALL,			/* imm: a helper's number or name, or a label */
	RAWBPF__F_IMM64,
	RAWBPF__F_MAP			/* imm: a map's name */
};

enum { RAWBPF__ELEMENTS = 20 };		/* no pattern has more */

struct rawbpf__element {
	uint16_t code : 11;		/* a token's; of an operand T_R, T_W or T_NUMBER */
	uint16_t field : 4;		/* enum rawbpf__field */
	uint16_t has_sign : 1;		/* of a number: it must have one */
};

/* A way to write a form. */
struct rawbpf__pattern {
	const struct rawbpf__form *form;
	unsigned count;
	struct rawbpf__element elements[RAWBPF__ELEMENTS];
};

/*
 * Find the pattern whose elements the statement's tokens are; 0: there is none. `opcode` is that of
 * the instruction, or -1: unknown.
 */
RAWBPF__PRIVATE int rawbpf__match(struct rawbpf__pattern *pattern,
				  const struct rawbpf__statement *statement, int opcode);

/* What the tokens that match any instruction may be followed by. */
struct rawbpf__expected {
	unsigned matching;		/* how many of the statement's tokens do */
	unsigned count;
	uint16_t codes[128];		/* in order; 0: the statement's end */
};

RAWBPF__PRIVATE void rawbpf__expected_find(struct rawbpf__expected *expected,
					   const struct rawbpf__statement *statement);

#endif

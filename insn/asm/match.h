/* SPDX-License-Identifier: MIT */
/*
 * The matcher finds a statement's instruction: the one whose pattern has the statement's tokens.
 *
 *	lock *(u64 *)(r1 + 8) += r2    has    lock * ( u64 * ) ( DST +OFF ) += SRC
 *
 * pattern.def has the patterns of all forms, in order. Patterns with the same beginning share its
 * nodes. Patterns with the same end share those, too. So a pattern is a path along the nodes. The
 * number of paths before it is its own number, and this number gives its form.
 */
#ifndef RAWBPF_INSN_MATCH_H
#define RAWBPF_INSN_MATCH_H

#include "../form/form.h"
#include "statement.h"

/* The kind of an operand, which decides the field that it goes to. */
enum rawbpf__field {
	RAWBPF__F_NONE,			/* no operand */
	RAWBPF__F_ZERO,			/* literally r0, w0, 0 */
	RAWBPF__F_DST,
	RAWBPF__F_SRC,
	RAWBPF__F_IMM,
	RAWBPF__F_NEXT,			/* imm of the second slot */
	RAWBPF__F_HIGH,			/* the upper half of imm */
	RAWBPF__F_LOW,
	RAWBPF__F_OFF,
	RAWBPF__F_JUMP,			/* off, or a label */
	RAWBPF__F_JUMP32,		/* imm, or a label */
	RAWBPF__F_LOCAL,		/* imm: a function's distance, or its label */
	RAWBPF__F_CALL,			/* imm: a helper's number or name, or a label */
	RAWBPF__F_IMM64,
	RAWBPF__F_MAP			/* imm: a map's name */
};

enum { RAWBPF__ELEMENTS = 20 };		/* no pattern has more elements */

struct rawbpf__element {
	uint16_t code : 11;		/* a token's code; an operand has T_R, T_W or T_NUMBER */
	uint16_t field : 4;		/* enum rawbpf__field */
	uint16_t has_sign : 1;		/* the number must have a sign */
};

/* One notation of a form. */
struct rawbpf__pattern {
	const struct rawbpf__form *form;
	unsigned count;
	struct rawbpf__element elements[RAWBPF__ELEMENTS];
};

/*
 * Find the pattern that the statement's tokens match. Return 0 if none matches. `opcode` is the
 * instruction's, or -1 if unknown.
 */
RAWBPF__PRIVATE int rawbpf__match(struct rawbpf__pattern *pattern,
				  const struct rawbpf__statement *statement, int opcode);

/* The codes that can follow the statement's tokens, as far as these match any instruction. */
struct rawbpf__expected {
	unsigned matching;		/* the number of tokens that match */
	unsigned count;
	uint16_t codes[128];		/* in order; 0: the statement's end */
};

RAWBPF__PRIVATE void rawbpf__expected_find(struct rawbpf__expected *expected,
					   const struct rawbpf__statement *statement);

#endif

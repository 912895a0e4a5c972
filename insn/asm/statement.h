/* SPDX-License-Identifier: MIT */
/*
 * A statement is a row of tokens, in which a sum is one number. The lexer makes the tokens. The
 * table of symbols gives the values of constants in a sum.
 */
#ifndef RAWBPF_INSN_STATEMENT_H
#define RAWBPF_INSN_STATEMENT_H

#include "../symbol/symbol.h"
#include "lex.h"

enum { RAWBPF__TOKENS = 32 };	/* kept of a statement; every instruction has fewer */

struct rawbpf__statement {
	struct rawbpf__token tokens[RAWBPF__TOKENS + 1];	/* T_END stands behind the last */
	unsigned count;						/* without T_END */
	uint8_t is_label;					/* one token and ':' */
	uint8_t is_cut;						/* the statement has more tokens than these */
};

/*
 * Read the statement at the cursor. The cursor moves to the statement's end, or behind a label's
 * ':'.
 */
RAWBPF__PRIVATE void rawbpf__statement_read(struct rawbpf__statement *statement,
					    struct rawbpf__cursor *cursor,
					    struct rawbpf__symbols *symbols);

/* Return 1 for a token that stands for a number. */
static inline int rawbpf__is_operand(const struct rawbpf__token *token)
{
	return token->code == RAWBPF__T_NUMBER || token->code == RAWBPF__T_NAME ||
	       token->code == RAWBPF__T_NUMBERED;
}

/* Turn the name of a constant into its number. Return 0 for any other token. */
RAWBPF__PRIVATE int rawbpf__constant(struct rawbpf__symbols *symbols, struct rawbpf__token *token);

#endif

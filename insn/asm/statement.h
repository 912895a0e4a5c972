/* SPDX-License-Identifier: MIT */
/*
 * A statement: its tokens in a row, in which a sum is one number. The lexer makes the tokens;
 * what constants are worth in a sum, the table of symbols says.
 */
#ifndef RAWBPF_INSN_STATEMENT_H
#define RAWBPF_INSN_STATEMENT_H

#include "../symbol/symbol.h"
#include "lex.h"

enum { RAWBPF__TOKENS = 32 };	/* kept of a statement; no instruction has so many */

struct rawbpf__statement {
	struct rawbpf__token tokens[RAWBPF__TOKENS + 1];	/* T_END is behind the last */
	unsigned count;						/* without that */
	uint8_t is_label;					/* one token and ':' */
	uint8_t is_cut;						/* it has more tokens than these */
};

/* Read the statement at the cursor, which is then at the statement's end, or behind that ':'. */
RAWBPF__PRIVATE void rawbpf__statement_read(struct rawbpf__statement *statement,
					    struct rawbpf__cursor *cursor,
					    struct rawbpf__symbols *symbols);

/* A token that stands for a number. */
static inline int rawbpf__is_operand(const struct rawbpf__token *token)
{
	return token->code == RAWBPF__T_NUMBER || token->code == RAWBPF__T_NAME ||
	       token->code == RAWBPF__T_NUMBERED;
}

/* If the token is the name of a constant, it becomes that number; otherwise 0. */
RAWBPF__PRIVATE int rawbpf__constant(struct rawbpf__symbols *symbols, struct rawbpf__token *token);

#endif

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
 * The numbers, labels and maps of a collection are known later. These functions note where its
 * instructions use them. A text of one program has no such functions.
 */
struct rawbpf__later {
	/*
	 * Read the expression at the cursor as one token. `before` is as for rawbpf__lex(). Return 0
	 * if none begins there, or if it is a single name; the cursor stays.
	 */
	int (*expression)(struct rawbpf__later *later, struct rawbpf__cursor *cursor,
			  unsigned before, struct rawbpf__token *token);
	/* Make a number of a name. */
	void (*symbol)(struct rawbpf__later *later, struct rawbpf__token *name);
	/* Note that the number goes to a field (enum rawbpf__field) of the program's slot. */
	void (*number)(struct rawbpf__later *later, const struct rawbpf__token *number,
		       unsigned field, unsigned slot);
	/* Note that the instruction in this slot names a label, map or helper. */
	void (*name)(struct rawbpf__later *later, const struct rawbpf__token *name, unsigned field,
		     unsigned slot);
};

/*
 * Read the statement at the cursor. The cursor moves to the statement's end, or behind a label's
 * ':'. `later` may be NULL.
 */
RAWBPF__PRIVATE void rawbpf__statement_read(struct rawbpf__statement *statement,
					    struct rawbpf__cursor *cursor,
					    struct rawbpf__symbols *symbols,
					    struct rawbpf__later *later);

/* Return 1 for a token that stands for a number. */
static inline int rawbpf__is_operand(const struct rawbpf__token *token)
{
	return token->code == RAWBPF__T_NUMBER || token->code == RAWBPF__T_NAME ||
	       token->code == RAWBPF__T_NUMBERED;
}

/* Turn the name of a constant into its number. Return 0 for any other token. */
RAWBPF__PRIVATE int rawbpf__constant(struct rawbpf__symbols *symbols, struct rawbpf__token *token);

#endif

/* SPDX-License-Identifier: MIT */
#include "statement.h"

RAWBPF__PRIVATE int rawbpf__constant(struct rawbpf__symbols *symbols, struct rawbpf__token *token)
{
	const struct rawbpf__symbol *symbol =
		rawbpf__symbol_find(symbols, token->start, token->length);

	if (!symbol || symbol->kind != RAWBPF__CONSTANT)
		return 0;
	token->code = RAWBPF__T_NUMBER;
	token->value = symbol->value;
	token->is_huge = symbol->is_huge;
	return 1;
}

/* ------------------------------------------------------------------------ sums */

static int is_sign(const struct rawbpf__token *token)
{
	return token->code == '+' || token->code == '-';
}

static int is_term(const struct rawbpf__token *token)
{
	return token->code == RAWBPF__T_NUMBER || token->code == RAWBPF__T_BAD_NUMBER ||
	       token->code == RAWBPF__T_BIG_NUMBER || token->code == RAWBPF__T_NAME ||
	       token->code >= RAWBPF__T_WORD;
}

static void term_negate(struct rawbpf__token *term)
{
	if (term->is_huge && term->value > 1ull << 63)
		term->code = RAWBPF__T_BIG_NUMBER;
	term->value = -term->value;
	term->is_huge = 0;
}

/*
 * Read one or two signs and a number or the name of a constant. Otherwise return 0; the cursor
 * stays. One sign may be the sum's, as in "r10 + OFF", and one the number's own: "r10 + -8".
 * With more signs, the statement has an error.
 */
static int signed_term(struct rawbpf__cursor *cursor, struct rawbpf__symbols *symbols,
		       struct rawbpf__token *term)
{
	unsigned char c = rawbpf__byte(cursor, rawbpf__after_blanks(cursor, cursor->at));
	struct rawbpf__cursor ahead = *cursor;
	int negative = 0, signs = 0;

	if (c != '+' && c != '-')
		return 0;
	rawbpf__lex(&ahead, RAWBPF__T_NUMBER, term);
	for (; signs < 2 && is_sign(term); signs++) {
		negative ^= term->code == '-';
		rawbpf__lex(&ahead, RAWBPF__T_NUMBER, term);
	}
	if (!signs || !is_term(term))
		return 0;
	if ((term->code == RAWBPF__T_NAME || term->code >= RAWBPF__T_WORD) &&
	    !rawbpf__constant(symbols, term))
		term->code = RAWBPF__T_BAD_NAME;
	if (negative && term->code == RAWBPF__T_NUMBER)
		term_negate(term);
	*cursor = ahead;
	return 1;
}

static void sum_add(struct rawbpf__token *sum, const struct rawbpf__token *term)
{
	int64_t value;

	if (term->code != RAWBPF__T_NUMBER) {
		*sum = *term;
		return;
	}
	if (__builtin_add_overflow((int64_t)sum->value, (int64_t)term->value, &value) ||
	    sum->is_huge || term->is_huge)
		sum->code = RAWBPF__T_BIG_NUMBER;
	sum->value = value;
	sum->length = term->start + term->length - sum->start;
}

/* Add the terms that follow, as "+ 4" or "- NAME", to the sum. */
static void sum_read(struct rawbpf__cursor *cursor, struct rawbpf__symbols *symbols,
		     struct rawbpf__token *sum)
{
	struct rawbpf__token term;

	while (sum->code == RAWBPF__T_NUMBER || sum->code == RAWBPF__T_NAME) {
		if (!signed_term(cursor, symbols, &term))
			return;
		if (sum->code == RAWBPF__T_NAME && !rawbpf__constant(symbols, sum))
			sum->code = RAWBPF__T_BAD_NAME;
		else
			sum_add(sum, &term);
	}
}

/* ------------------------------------------------------------------- statements */

/* Skip objdump's "<label+0x10>" behind the target of a jump or call: it repeats the target. */
static int skip_annotation(const struct rawbpf__statement *statement,
			   const struct rawbpf__token *token, struct rawbpf__cursor *cursor)
{
	const char *at = cursor->at;
	unsigned i = 0;

	if (token->code != '<' || !rawbpf__begins_name(rawbpf__byte(cursor, at)))
		return 0;
	while (i < statement->count && !rawbpf__takes_name(statement->tokens[i].code))
		i++;
	if (i == statement->count)
		return 0;
	for (; rawbpf__byte(cursor, at) != '>'; at++)
		if (rawbpf__byte(cursor, at) == '<' || rawbpf__byte(cursor, at) == '\n')
			return 0;
	cursor->at = at + 1;
	return 1;
}

/*
 * Return 1 if a sum may begin with this name. A label's name or a newly defined one begins none:
 * ".set NAME -4".
 */
static int is_summand(const struct rawbpf__token *name, unsigned before)
{
	return name->code == RAWBPF__T_NAME && before != RAWBPF__T_END &&
	       before != RAWBPF__T_DIRECTIVE && !rawbpf__takes_name(before);
}

/* Read the next token. A sum is one token. */
static void token_read(struct rawbpf__cursor *cursor, struct rawbpf__symbols *symbols,
		       struct rawbpf__later *later, unsigned before, struct rawbpf__token *token)
{
	struct rawbpf__token term;
	struct rawbpf__cursor sign;

	if (later && later->expression(later, cursor, before, token))
		return;
	rawbpf__lex(cursor, before, token);
	if (is_sign(token)) {
		sign = *cursor;
		sign.at = token->start;
		if (!signed_term(&sign, symbols, &term))
			return;
		*cursor = sign;
		if (term.code != RAWBPF__T_NUMBER) {
			*token = term;
			return;
		}
		token->code = RAWBPF__T_NUMBER;
		token->value = term.value;
		token->is_huge = term.is_huge;
		token->length = term.start + term.length - token->start;
		sum_read(cursor, symbols, token);
	} else if (token->code == RAWBPF__T_NUMBER || is_summand(token, before)) {
		sum_read(cursor, symbols, token);
	}
}

RAWBPF__PRIVATE void rawbpf__statement_read(struct rawbpf__statement *statement,
					    struct rawbpf__cursor *cursor,
					    struct rawbpf__symbols *symbols,
					    struct rawbpf__later *later)
{
	struct rawbpf__token *token = statement->tokens;
	unsigned before = RAWBPF__T_END;

	statement->count = statement->is_label = statement->is_cut = 0;
	/* The loop reads the tokens that exceed the array, and drops them. */
	while (token_read(cursor, symbols, later, before, token), token->code != RAWBPF__T_END) {
		if (skip_annotation(statement, token, cursor))
			continue;
		statement->is_label = token->code == ':' && statement->count == 1;
		if (statement->is_label)
			break;
		before = token->code;
		if (statement->count < RAWBPF__TOKENS)
			token = &statement->tokens[++statement->count];
		else
			statement->is_cut = 1;
	}
	token->code = RAWBPF__T_END;
	token->length = 1;
}

/* SPDX-License-Identifier: MIT */
#include "../base/character.h"
#include "../base/number.h"
#include "../base/string.h"
#include "apply.h"
#include "collector.h"

/* ----------------------------------------------------------------------- symbols */

/* Note the struct of the prelude that a symbol such as "head.time" begins with. */
static void symbol_use(struct rawbpf__collector *c, const struct rawbpf__token *token)
{
	const char *end = rawbpf__find_byte(token->start, token->start + token->length, '.');

	rawbpf__is_type(c, rawbpf__name_get(c, token->start, end - token->start));
}

static uint16_t symbol_add(struct rawbpf__collector *c, const struct rawbpf__token *token,
			   unsigned op)
{
	symbol_use(c, token);
	return rawbpf__expr_add(c, op, 0, rawbpf__string(c, token->start, token->length));
}

/* ------------------------------------------------------------------ what is read */

/* Parentheses and signs may stand in each other so often. */
#define EXPR_DEPTH 32

/* An expression that is being read. `token` is the next one; `behind` is the place before it. */
struct expr {
	struct rawbpf__collector *c;
	struct rawbpf__cursor *cursor;
	struct rawbpf__cursor behind;
	struct rawbpf__token token;
	unsigned depth;
	uint8_t expects;	/* MAP[KEY], count(MAP) and registers may stand in it */
};

static void expr_next(struct expr *e)
{
	e->behind = *e->cursor;
	rawbpf__lex(e->cursor, RAWBPF__T_NUMBER, &e->token);
}

static int expr_wrong(struct expr *e, const char *what)
{
	e->c->token = e->token;
	rawbpf__take_wrong(e->c, what);
	return 0;
}

static int expr_take(struct expr *e, char character, const char *what)
{
	if (e->token.code != character)
		return expr_wrong(e, what);
	expr_next(e);
	return 1;
}

static const struct expr_operator {
	uint16_t code;		/* a token's */
	uint8_t is_double;	/* the token stands twice */
	uint8_t level;		/* a higher one binds more tightly */
	uint8_t op;
} expr_operators[] = {
	{ '|', 1, 1, RAWBPF_EXPR_EITHER },
	{ '&', 1, 2, RAWBPF_EXPR_BOTH },
	{ '|', 0, 3, RAWBPF_EXPR_OR },
	{ '&', 0, 4, RAWBPF_EXPR_AND },
	{ '=' | RAWBPF__T_EQUAL, 0, 5, RAWBPF_EXPR_EQUAL },
	{ '!' | RAWBPF__T_EQUAL, 0, 5, RAWBPF_EXPR_UNEQUAL },
	{ '<', 0, 6, RAWBPF_EXPR_LESS },
	{ '>', 0, 6, RAWBPF_EXPR_GREATER },
	{ '<' | RAWBPF__T_TWICE, 0, 7, RAWBPF_EXPR_SHIFT_LEFT },
	{ '>' | RAWBPF__T_TWICE, 0, 7, RAWBPF_EXPR_SHIFT_RIGHT },
	{ '+', 0, 8, RAWBPF_EXPR_ADD },
	{ '-', 0, 8, RAWBPF_EXPR_SUBTRACT },
	{ '*', 0, 9, RAWBPF_EXPR_MULTIPLY },
	{ '/', 0, 9, RAWBPF_EXPR_DIVIDE },
};

/* Return the operator at the next token, or NULL. */
static const struct expr_operator *expr_operator(const struct expr *e)
{
	unsigned i, code = e->token.code;
	int is_double = (code == '&' || code == '|') &&
			rawbpf__byte(e->cursor, e->cursor->at) == code;

	for (i = 0; i < sizeof(expr_operators) / sizeof(expr_operators[0]); i++)
		if (expr_operators[i].code == code && expr_operators[i].is_double == is_double)
			return &expr_operators[i];
	return NULL;
}

/* -------------------------------------------------------------------- operations */

/* Return 1 if the sum or product of two numbers of the text is no number of 64 bits. */
static int exceeds(unsigned op, const struct rawbpf__value *a, const struct rawbpf__value *b)
{
	int64_t value, left = a->number, right = b->number;

	switch (op) {
	case RAWBPF_EXPR_ADD:
		return a->is_huge || b->is_huge || __builtin_add_overflow(left, right, &value);
	case RAWBPF_EXPR_SUBTRACT:
		return a->is_huge || b->is_huge || __builtin_sub_overflow(left, right, &value);
	case RAWBPF_EXPR_MULTIPLY:
		return a->is_huge || b->is_huge || __builtin_mul_overflow(left, right, &value);
	default:
		return 0;
	}
}

static int expr_combine(struct expr *e, const struct rawbpf__token *at, unsigned op,
			struct rawbpf__value *a, const struct rawbpf__value *b)
{
	int64_t value;
	uint16_t left;

	if (a->expr || b->expr) {
		left = rawbpf__expr_number(e->c, a);
		a->expr = rawbpf__expr_add(e->c, op, left, rawbpf__expr_number(e->c, b));
		return 1;
	}
	if (exceeds(op, a, b)) {
		rawbpf__complain(&e->c->text, at, "the result does not fit 64 bits");
		return 0;
	}
	if (rawbpf__expr_apply(&value, op, a->number, b->number) < 0) {
		rawbpf__complain(&e->c->text, at, op == RAWBPF_EXPR_DIVIDE ?
				 "this divides by 0" : "a shift is 0 to 63 bits");
		return 0;
	}
	a->number = value;
	a->is_huge = 0;
	return 1;
}

static int expr_negate(struct expr *e, const struct rawbpf__token *at, unsigned op,
		       struct rawbpf__value *value)
{
	if (value->expr) {
		value->expr = rawbpf__expr_add(e->c, op, value->expr, 0);
		return 1;
	}
	if (op == RAWBPF_EXPR_NEGATE && value->is_huge && value->number > 1ull << 63) {
		rawbpf__complain(&e->c->text, at, "the result does not fit 64 bits");
		return 0;
	}
	value->number = op == RAWBPF_EXPR_NEGATE ? -value->number : !value->number;
	value->is_huge = 0;
	return 1;
}

/* ------------------------------------------------------------------------ terms */

static int expr_read(struct expr *e, unsigned level, struct rawbpf__value *value);

/* Return the number of a map of a test, from 1. `packet` is one, unless the file has such a map. */
static unsigned expr_map(struct expr *e, const struct rawbpf__token *token)
{
	unsigned name = rawbpf__name_get(e->c, token->start, token->length);

	if (rawbpf__token_is(token, "packet") && !rawbpf__name_of(e->c, name, RAWBPF__A_TABLE_MAP))
		return RAWBPF_MAP_PACKET + 1;
	return rawbpf__map_find(e->c, token);
}

/* Read "(NAME)" behind sizeof, exists and count. */
static int expr_argument(struct expr *e, unsigned op, struct rawbpf__value *value)
{
	struct rawbpf__token name;
	unsigned map;

	expr_next(e);
	name = e->token;
	if (!rawbpf__token_is_name(&name))
		return expr_wrong(e, "a name");
	expr_next(e);
	if (!expr_take(e, ')', "')'"))
		return 0;
	if (op != RAWBPF_EXPR_COUNT) {
		value->expr = symbol_add(e->c, &name, op);
		return 1;
	}
	map = expr_map(e, &name);
	value->expr = map ? rawbpf__expr_add(e->c, op, map - 1, 0) : 0;
	return map != 0;
}

/* Read "[KEY]" and ".FIELD" behind the name of a map. */
static int expr_element(struct expr *e, const struct rawbpf__token *name,
			struct rawbpf__value *value)
{
	unsigned map = expr_map(e, name);
	struct rawbpf__value key = { .expr = 0 };

	expr_next(e);
	if (!map || !expr_read(e, 1, &key) || !expr_take(e, ']', "']'"))
		return 0;
	value->expr = rawbpf__expr_add(e->c, RAWBPF_EXPR_ELEMENT, map - 1,
				       rawbpf__expr_number(e->c, &key));
	if (rawbpf__token_is_name(&e->token) && *e->token.start == '.') {
		value->expr = rawbpf__expr_add(e->c, RAWBPF_EXPR_FIELD, value->expr,
					       rawbpf__string(e->c, e->token.start,
							      e->token.length));
		expr_next(e);
	}
	return 1;
}

static int expr_name(struct expr *e, struct rawbpf__value *value)
{
	struct rawbpf__token name = e->token;

	expr_next(e);
	if (e->token.code == '(' && rawbpf__token_is(&name, "sizeof"))
		return expr_argument(e, RAWBPF_EXPR_SIZEOF, value);
	if (e->token.code == '(' && rawbpf__token_is(&name, "exists"))
		return expr_argument(e, RAWBPF_EXPR_EXISTS, value);
	if (e->token.code == '(' && e->expects && rawbpf__token_is(&name, "count"))
		return expr_argument(e, RAWBPF_EXPR_COUNT, value);
	if (e->token.code == '[' && e->expects)
		return expr_element(e, &name, value);
	if (rawbpf__token_is(&name, "kernel"))
		rawbpf__warn(&e->c->text, &name, "distributions add features to old kernels; "
			     "exists(NAME) asks for the feature itself");
	value->expr = symbol_add(e->c, &name, RAWBPF_EXPR_SYMBOL);
	return 1;
}

/* Read "6.12", a number to compare `kernel` with. The lexer takes it for a bad number. */
static int expr_version(struct expr *e, struct rawbpf__value *value)
{
	const char *at = e->token.start, *end = at + e->token.length;
	uint64_t major, minor;

	if (!rawbpf__digits_parse(&at, end, 10, &major) || major > 255 || at == end || *at++ != '.' ||
	    at == end || !rawbpf__is_decimal(*at) || !rawbpf__digits_parse(&at, end, 10, &minor) ||
	    at != end || minor > 255)
		return expr_wrong(e, "a number or a name");
	value->number = major << 8 | minor;
	expr_next(e);
	return 1;
}

static int expr_inner(struct expr *e, struct rawbpf__value *value)
{
	struct rawbpf__token first = e->token;

	switch (first.code) {
	case RAWBPF__T_NUMBER:
		*value = (struct rawbpf__value){ .number = first.value, .is_huge = first.is_huge };
		expr_next(e);
		return 1;
	case RAWBPF__T_BAD_NUMBER:
		return expr_version(e, value);
	case '(':
		expr_next(e);
		return expr_read(e, 1, value) && expr_take(e, ')', "')'");
	case '+':
		expr_next(e);
		return expr_read(e, 10, value);
	case '-':
	case '!':
		expr_next(e);
		return expr_read(e, 10, value) &&
		       expr_negate(e, &first, first.code == '-' ? RAWBPF_EXPR_NEGATE :
								  RAWBPF_EXPR_NOT, value);
	}
	if (first.code == RAWBPF__T_NAME ||
	    (e->expects && (first.code == RAWBPF__T_R || rawbpf__token_is_name(&first))))
		return expr_name(e, value);
	return expr_wrong(e, "a number or a name");
}

/* Read terms as long as operators of this level or a higher one stand between them. */
static int expr_read(struct expr *e, unsigned level, struct rawbpf__value *value)
{
	const struct expr_operator *operator;
	struct rawbpf__value right;
	struct rawbpf__token at;

	if (e->depth == EXPR_DEPTH) {
		rawbpf__complain(&e->c->text, &e->token, "this expression is nested too deeply; "
				 "use .set for a part of it");
		return 0;
	}
	e->depth++;
	*value = (struct rawbpf__value){ .expr = 0 };
	if (!expr_inner(e, value))
		return 0;
	for (operator = expr_operator(e); operator && operator->level >= level;
	     operator = expr_operator(e)) {
		at = e->token;
		expr_next(e);
		if (operator->is_double)
			expr_next(e);
		if (!expr_read(e, operator->level + 1, &right) ||
		    !expr_combine(e, &at, operator->op, value, &right))
			return 0;
	}
	e->depth--;
	return 1;
}

static uint16_t expr_token(struct rawbpf__collector *c, int expects)
{
	struct expr e = { .c = c, .cursor = &c->parser.cursor, .behind = c->parser.cursor,
			  .token = c->token, .expects = expects };
	struct rawbpf__value value;
	int good = expr_read(&e, 1, &value);

	c->token = e.token;
	return good ? rawbpf__expr_number(c, &value) : 0;
}

RAWBPF__PRIVATE uint16_t rawbpf__take_expr(struct rawbpf__collector *c)
{
	return expr_token(c, 0);
}

RAWBPF__PRIVATE int rawbpf__take_number(struct rawbpf__collector *c, uint64_t *number)
{
	struct expr e = { .c = c, .cursor = &c->parser.cursor, .behind = c->parser.cursor,
			  .token = c->token };
	struct rawbpf__token first = c->token;
	struct rawbpf__value value;
	int good = expr_read(&e, 1, &value);

	c->token = e.token;
	*number = value.number;
	if (!good || !value.expr)
		return good;
	rawbpf__complain(&c->text, &first, "expected a number, not a name: data are not linked");
	return 0;
}

RAWBPF__PRIVATE uint16_t rawbpf__take_expect(struct rawbpf__collector *c)
{
	return expr_token(c, 1);
}

RAWBPF__PRIVATE int rawbpf__take_type_or_expr(struct rawbpf__collector *c, uint16_t *type,
					      uint16_t *expr)
{
	unsigned name = rawbpf__token_is_name(&c->token) ?
			rawbpf__name_get(c, c->token.start, c->token.length) : 0;

	if (name && rawbpf__is_type(c, name)) {
		*type = rawbpf__name_string(c, name);
		rawbpf__take(c);
		return 1;
	}
	*expr = rawbpf__take_expr(c);
	return *expr != 0;
}

/* --------------------------------------------------------------- in instructions */

static struct rawbpf__collector *expr_collector(struct rawbpf__later *later)
{
	return (struct rawbpf__collector *)later;	/* its first member */
}

/* Return 1 if a number may follow this token, and not only a sign and a number. */
static int takes_number(unsigned code)
{
	return code == ',' || code == '[' || code == '<' || code == '>' || code == '&' ||
	       code == '=' || (code & RAWBPF__T_EQUAL && code < RAWBPF__T_NUMBER);
}

/* Return 1 if an expression can begin with this token. `next` is the one behind it. */
static int begins(const struct rawbpf__token *token, const struct rawbpf__token *next,
		  unsigned before)
{
	switch (token->code) {
	case RAWBPF__T_NUMBER:
		return 1;
	case RAWBPF__T_NAME:
		return before != RAWBPF__T_DIRECTIVE;
	case '(':
	case '!':
		return takes_number(before) && next->code != RAWBPF__T_R &&
		       next->code != RAWBPF__T_W && next->code != '*' &&
		       next->code < RAWBPF__T_WORD;
	case '+':
	case '-':
		return next->code == RAWBPF__T_NUMBER || next->code == RAWBPF__T_NAME ||
		       next->code == '(' || next->code == '!' || next->code == '-' ||
		       next->code == '+';
	}
	return 0;
}

/* Return 1 if the token is a whole operand: a name alone may be that of a label or map. */
static int is_alone(const struct expr *e, const struct rawbpf__token *next)
{
	struct expr ahead = *e;
	int has_argument = next->code == '(' && (rawbpf__token_is(&e->token, "sizeof") ||
						 rawbpf__token_is(&e->token, "exists"));

	ahead.token = *next;
	return e->token.code == RAWBPF__T_NAME && !has_argument && !expr_operator(&ahead);
}

static int later_expression(struct rawbpf__later *later, struct rawbpf__cursor *cursor,
			    unsigned before, struct rawbpf__token *token)
{
	struct rawbpf__cursor ahead = *cursor;
	struct expr e = { .c = expr_collector(later), .cursor = &ahead };
	struct rawbpf__token next, first;
	struct rawbpf__cursor behind;
	struct rawbpf__value value;

	if (before == RAWBPF__T_END || rawbpf__takes_name(before) || before == RAWBPF__T_pc)
		return 0;
	rawbpf__lex(&ahead, before, &e.token);
	first = e.token;
	behind = ahead;
	rawbpf__lex(&ahead, RAWBPF__T_NUMBER, &next);
	if (!begins(&first, &next, before) || is_alone(&e, &next))
		return 0;
	ahead = behind;
	*token = first;
	token->code = RAWBPF__T_BAD;
	if (expr_read(&e, 1, &value)) {
		token->code = RAWBPF__T_NUMBER;
		token->value = value.expr ? value.expr : value.number;
		token->is_huge = value.is_huge;
		token->is_later = value.expr != 0;
		token->length = e.behind.at - first.start;
	}
	*cursor = e.behind.at ? e.behind : ahead;
	return 1;
}

static void later_symbol(struct rawbpf__later *later, struct rawbpf__token *name)
{
	name->value = symbol_add(expr_collector(later), name, RAWBPF_EXPR_SYMBOL);
	name->code = RAWBPF__T_NUMBER;
	name->is_later = 1;
}

RAWBPF__PRIVATE void rawbpf__expr_begin(struct rawbpf__collector *c)
{
	const struct rawbpf_expr unused = { .op = RAWBPF_EXPR_NUMBER };

	c->later.expression = later_expression;
	c->later.symbol = later_symbol;
	rawbpf__rows_add(c, RAWBPF__TABLE_expr, &unused);
}

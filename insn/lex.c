/* SPDX-License-Identifier: MIT */
#include "parse.h"

#define C(CLASS) RAWBPF__C_##CLASS
static const uint8_t lex_class[256] = {
	['\t'] = C(BLANK), ['\v'] = C(BLANK), ['\f'] = C(BLANK), ['\r'] = C(BLANK),
	[' '] = C(BLANK), ['\n'] = C(NEWLINE), [';'] = C(SEMICOLON), ['#'] = C(HASH),
	['\''] = C(QUOTE),
	['('] = C(BRACKET), [')'] = C(BRACKET), ['['] = C(BRACKET), [']'] = C(BRACKET),
	[','] = C(BRACKET), [':'] = C(BRACKET),
	['+'] = C(OPERATOR), ['-'] = C(OPERATOR), ['*'] = C(OPERATOR), ['/'] = C(OPERATOR),
	['%'] = C(OPERATOR), ['&'] = C(OPERATOR), ['|'] = C(OPERATOR), ['^'] = C(OPERATOR),
	['='] = C(OPERATOR), ['!'] = C(OPERATOR), ['<'] = C(OPERATOR), ['>'] = C(OPERATOR),
	['0' ... '9'] = C(DIGIT),
	['a' ... 'f'] = C(HEX_LETTER), ['A' ... 'F'] = C(HEX_LETTER),
	['g' ... 'z'] = C(LETTER), ['G' ... 'Z'] = C(LETTER),
	['_'] = C(LETTER), ['.'] = C(LETTER), ['$'] = C(LETTER),
};
#undef C

RAWBPF__PRIVATE const uint8_t *rawbpf__classes(void)
{
	return lex_class;
}

RAWBPF__PRIVATE int rawbpf__is_word(unsigned char c)
{
	return lex_class[c] >= RAWBPF__C_DIGIT;
}

RAWBPF__PRIVATE int rawbpf__is_blank(unsigned char c)
{
	return lex_class[c] == RAWBPF__C_BLANK;
}

RAWBPF__PRIVATE int rawbpf__is_digit(unsigned char c)
{
	return lex_class[c] == RAWBPF__C_DIGIT;
}

RAWBPF__PRIVATE int rawbpf__is_hex(unsigned char c)
{
	return lex_class[c] == RAWBPF__C_DIGIT || lex_class[c] == RAWBPF__C_HEX_LETTER;
}

static const unsigned char *skip_blanks(const unsigned char *at, const unsigned char *end)
{
	while (at < end && lex_class[*at] == RAWBPF__C_BLANK)
		at++;
	return at;
}

/* ----------------------------------------------------------------------- words */

RAWBPF__PRIVATE const unsigned char *rawbpf__word_end(const unsigned char *at,
						      const unsigned char *end, uint64_t *key)
{
	uint64_t k = 0, bytes;
	unsigned n;

	do {
		bytes = 0;
		for (n = 0; n < 8 && at < end && lex_class[*at] >= RAWBPF__C_DIGIT; n++)
			bytes |= (uint64_t)*at++ << 8 * n;
		k = k * RAWBPF__KEY_FACTOR ^ bytes;
	} while (n == 8);
	*key = k;
	return at;
}

RAWBPF__PRIVATE unsigned rawbpf__key_slot(uint64_t key, unsigned bits)
{
	return key * 0x9e3779b97f4a7c15 >> (64 - bits);
}

RAWBPF__PRIVATE int rawbpf__word_find(const struct rawbpf__tables *tables, uint64_t key,
				      const unsigned char *text, unsigned length)
{
	unsigned slot = rawbpf__key_slot(key, 8), n, i;
	const struct rawbpf__word *word;

	for (; (n = tables->word_slots[slot % RAWBPF__WORD_SLOTS]); slot++) {
		word = &tables->words[n - 1];
		if (word->key != key || word->length != length)
			continue;
		for (i = 8; i < length && word->text[i] == (char)text[i]; i++)
			;
		if (i >= length)
			return n - 1;
	}
	return -1;
}
_Static_assert(RAWBPF__WORD_SLOTS == 1 << 8, "word_find's slots have 8 bits");

/* r0 to r10, w0 to w10; or what looks like one. Its end; NULL: it is some other word. */
static const unsigned char *lex_register(struct rawbpf__token *token, const unsigned char *at,
					 const unsigned char *end)
{
	unsigned char letter = *at | 0x20;
	const unsigned char *digits = at + 1;

	if (letter != RAWBPF__T_R && letter != RAWBPF__T_W)
		return NULL;
	for (at = digits; at < end && lex_class[*at] == RAWBPF__C_DIGIT; at++)
		;
	if (at == digits || (at < end && lex_class[*at] >= RAWBPF__C_DIGIT))
		return NULL;
	token->code = letter;
	token->value = *digits - '0';
	if (at - digits == 1)
		return at;
	token->value = 10;
	if (at - digits > 2 || digits[0] != '1' || digits[1] != '0')
		token->code = RAWBPF__T_BAD_REGISTER;
	return at;
}

static const unsigned char *lex_term(struct rawbpf__parser *p, struct rawbpf__token *term,
				     const unsigned char *at, int negative);

/* "name#5" or "name#-5", after call; '-' is part of such a name. */
static const unsigned char *lex_call_name(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	const unsigned char *at = token->start, *end = p->end, *name = at, *number;

	while (at < end && (lex_class[*at] >= RAWBPF__C_DIGIT || *at == '-'))
		at++;
	number = at + 1;
	number += end - at > 1 && *number == '-';
	if (end - at < 2 || *at != '#' || number == end || lex_class[*number] != RAWBPF__C_DIGIT)
		return NULL;
	number = lex_term(p, token, number, number - at > 1);
	token->start = name;
	token->length = at - name;
	token->flags |= RAWBPF__NUMBERED;
	return number;
}

/* After goto, call and their like any word is a name, so that a label may be called "exit". */
static int is_named(unsigned before)
{
	return before >= RAWBPF__T_GOTO && before < RAWBPF__T_NAMED;
}

/* But for "pc+1" and "kfunc[...]". */
static int is_no_name(const unsigned char *at, const unsigned char *next, const unsigned char *end)
{
	return next < end && (*next == '[' || (next - at == 2 && at[0] == 'p' && at[1] == 'c' &&
					       (*next == '+' || *next == '-')));
}

/* A word: of the templates, or a name. */
static const unsigned char *lex_word(struct rawbpf__parser *p, struct rawbpf__token *token,
				     unsigned before)
{
	const unsigned char *at = token->start, *end = p->end, *next;
	int word;

	if (before == RAWBPF__T_CALL) {
		next = lex_call_name(p, token);
		if (next)
			return next;
	}
	next = rawbpf__word_end(at, end, &token->value);
	token->length = next - at;
	word = -1;
	if (!is_named(before) || is_no_name(at, next, end))
		word = rawbpf__word_find(p->tables, token->value, at, token->length);
	token->code = word < 0 ? RAWBPF__T_NUMBER : RAWBPF__T_WORD + word;
	token->flags = word < 0 ? RAWBPF__NAME : 0;
	if (before == RAWBPF__T_END && *at == '.')
		token->code = RAWBPF__T_DIRECTIVE;
	return next;
}

/* --------------------------------------------------------------------- numbers */

/* Digits of a base; what else belongs to the word is wrong. Returns their end. */
static const unsigned char *lex_digits(struct rawbpf__token *token, const unsigned char *at,
				       const unsigned char *end, unsigned base)
{
	const unsigned char *first = at;
	uint64_t value = 0;
	int big = 0;

	for (; at < end && rawbpf__is_hex(*at); at++) {
		unsigned digit = (*at & 15) + (*at >> 6) * 9;

		if (digit >= base)
			break;
		/* A number of so many bits may be followed by another digit, or not at all. */
		if (value >> 58)
			big |= __builtin_mul_overflow(value, (uint64_t)base, &value) ||
			       __builtin_add_overflow(value, (uint64_t)digit, &value);
		else
			value = value * base + digit;
	}
	token->value = value;
	if (value >> 63)
		token->flags |= RAWBPF__HUGE;
	if (at == first || (at < end && lex_class[*at] >= RAWBPF__C_DIGIT)) {
		token->code = RAWBPF__T_BAD_NUMBER;
		return rawbpf__word_end(at, end, &value);
	}
	if (big)
		token->code = RAWBPF__T_BIG_NUMBER;
	return at;
}

static const unsigned char *lex_number(struct rawbpf__token *token, const unsigned char *at,
				       const unsigned char *end)
{
	unsigned char letter = *at == '0' && end - at > 1 ? at[1] | 0x20 : 0;

	token->code = RAWBPF__T_NUMBER;
	switch (letter) {
	case 'x':
		return lex_digits(token, at + 2, end, 16);
	case 'b':
		return lex_digits(token, at + 2, end, 2);
	case 'o':
		return lex_digits(token, at + 2, end, 8);
	}
	return lex_digits(token, at, end, rawbpf__is_word(letter) ? 8 : 10);
}

/* 'a', '\n', '\\', '\'', '\0' and their like. */
static const unsigned char *lex_quoted(struct rawbpf__token *token, const unsigned char *at,
				       const unsigned char *end)
{
	static const char escapes[] = "n\nt\tr\r0\0\\\\''";
	unsigned i;

	token->code = RAWBPF__T_NUMBER;
	if (end - at >= 3 && at[1] >= ' ' && at[1] <= '~' && at[1] != '\\' && at[1] != '\'' &&
	    at[2] == '\'') {
		token->value = at[1];
		return at + 3;
	}
	if (end - at >= 4 && at[1] == '\\' && at[3] == '\'')
		for (i = 0; i < sizeof(escapes) - 1; i += 2)
			if (at[2] == escapes[i]) {
				token->value = escapes[i + 1];
				return at + 4;
			}
	token->code = RAWBPF__T_BAD_NUMBER;
	return at + 1;
}

/* Does a number follow one sign or two? Its first byte, and whether to negate it. */
static const unsigned char *lex_signs(const unsigned char *at, const unsigned char *end,
				      int *negative)
{
	struct rawbpf__token token;
	int signs;

	*negative = 0;
	for (signs = 0; signs < 2 && at < end && (*at == '+' || *at == '-'); signs++) {
		*negative ^= *at == '-';
		at = skip_blanks(at + 1, end);
	}
	if (at == end || (lex_class[*at] != RAWBPF__C_QUOTE && lex_class[*at] < RAWBPF__C_DIGIT))
		return NULL;
	return lex_register(&token, at, end) ? NULL : at;
}

/* One term of a sum: a number, a character, or the name of a constant. */
static const unsigned char *lex_term(struct rawbpf__parser *p, struct rawbpf__token *term,
				     const unsigned char *at, int negative)
{
	term->start = at;
	term->flags = 0;
	if (lex_class[*at] == RAWBPF__C_DIGIT) {
		at = lex_number(term, at, p->end);
	} else if (*at == '\'') {
		at = lex_quoted(term, at, p->end);
	} else {
		term->code = RAWBPF__T_NUMBER;
		at = rawbpf__word_end(at, p->end, &term->value);
		term->length = at - term->start;
		if (!rawbpf__symbol_constant(p, term))
			term->code = RAWBPF__T_BAD_NAME;
	}
	term->length = at - term->start;
	if (negative && term->code == RAWBPF__T_NUMBER) {
		if (term->flags && term->value > 1ull << 63)
			term->code = RAWBPF__T_BIG_NUMBER;
		term->value = -term->value;
		term->flags = 0;
	}
	return at;
}

/* What follows a term, "+ 4" or "- NAME", is added to it. */
static const unsigned char *lex_more(struct rawbpf__parser *p, struct rawbpf__token *sum,
				    const unsigned char *at)
{
	const unsigned char *next = skip_blanks(at, p->end);
	struct rawbpf__token term;
	int64_t value;
	int negative;

	for (; next < p->end && (*next == '+' || *next == '-'); next = skip_blanks(at, p->end)) {
		next = lex_signs(next, p->end, &negative);
		if (!next || sum->code != RAWBPF__T_NUMBER)
			break;
		if (sum->flags & RAWBPF__NAME && !rawbpf__symbol_constant(p, sum)) {
			sum->code = RAWBPF__T_BAD_NAME;
			break;
		}
		at = lex_term(p, &term, next, negative);
		if (term.code != RAWBPF__T_NUMBER) {
			*sum = term;
			break;
		}
		sum->length = at - sum->start;
		if (__builtin_add_overflow((int64_t)sum->value, (int64_t)term.value, &value) ||
		    sum->flags || term.flags)
			sum->code = RAWBPF__T_BIG_NUMBER;
		sum->value = value;
	}
	return at;
}

static const unsigned char *lex_sum(struct rawbpf__parser *p, struct rawbpf__token *sum,
				    const unsigned char *at)
{
	const unsigned char *next = skip_blanks(at, p->end);

	return next < p->end && (*next == '+' || *next == '-') ? lex_more(p, sum, at) : at;
}

/* A signed number, or a sum; NULL: there is only an operator. */
static const unsigned char *lex_signed(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	const unsigned char *start = token->start;
	int negative;
	const unsigned char *at = lex_signs(start, p->end, &negative);

	if (!at)
		return NULL;
	at = lex_term(p, token, at, negative);
	if (token->code != RAWBPF__T_NUMBER)
		return at;
	token->start = start;
	token->length = at - start;
	return lex_sum(p, token, at);
}

/* -------------------------------------------------------- operators and comments */

/* The end of a comment at `at`; NULL: it is none. */
static const unsigned char *lex_comment(struct rawbpf__parser *p, struct rawbpf__token *token,
					const unsigned char *at)
{
	const unsigned char *end = p->end;

	if (*at != '#' && (end - at < 2 || (at[1] != '/' && at[1] != '*')))
		return NULL;
	if (*at == '#' || at[1] == '/') {
		while (at < end && *at != '\n')
			at++;
		return at;
	}
	for (at += 2; at < end; at++) {
		p->line += *at == '\n';
		if (*at == '*' && end - at > 1 && at[1] == '/')
			return at + 2;
	}
	token->code = RAWBPF__T_BAD_COMMENT;
	token->length = 2;
	return end;
}

/* objdump writes "<label+0x10>" after a jump's or call's target: it says nothing new. */
static const unsigned char *lex_annotation(const unsigned char *at, const unsigned char *end)
{
	if (end - at < 2 || lex_class[at[1]] < RAWBPF__C_LETTER)
		return NULL;
	while (at < end && *at != '>' && *at != '\n')
		at++;
	return at < end && *at == '>' ? at + 1 : NULL;
}

/* Has a jump or call come before? Then '<' is no comparison. */
static int after_jump(const struct rawbpf__token *tokens, const struct rawbpf__token *end)
{
	for (; tokens < end; tokens++)
		if (is_named(tokens->code))
			return 1;
	return 0;
}

static const unsigned char *lex_operator(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	const unsigned char *at = token->start, *end = p->end, *next = NULL;
	unsigned char c = *at++;
	unsigned char second = at < end ? *at : 0;

	if (second == '=') {
		token->code = c == '|' ? RAWBPF__T_OR_EQUAL : c == '^' ? RAWBPF__T_XOR_EQUAL :
			      c - RAWBPF__T_EQUAL;
		return at + 1;
	}
	if (second == c && (c == '<' || c == '>')) {
		int equal = end - at > 1 && at[1] == '=';

		token->code = (c == '<' ? RAWBPF__T_LEFT : RAWBPF__T_RIGHT) + 2 * equal;
		return at + 1 + equal;
	}
	if (c == '+' || c == '-')
		next = lex_signed(p, token);
	else if (c == '/')
		next = lex_comment(p, token, at - 1);
	else if (c == '<' && token < p->tokens + RAWBPF__TOKENS && after_jump(p->tokens, token))
		next = lex_annotation(at - 1, end);
	if (next)
		return next;
	token->code = c;
	return at;
}

/* One token that is no register. If it is none at all (a comment), its code is T_END. */
static const unsigned char *lex_token(struct rawbpf__parser *p, struct rawbpf__token *token,
				      unsigned class, unsigned before)
{
	const unsigned char *at = token->start;

	if (class >= RAWBPF__C_LETTER) {
		at = lex_word(p, token, before);
		/* No sum is in sight, or it is a name that is defined: ".set NAME -4". */
		if (!(token->flags & RAWBPF__NAME) || before == RAWBPF__T_END ||
		    before == RAWBPF__T_DIRECTIVE || is_named(before))
			return at;
		return lex_sum(p, token, at);
	}
	if (class == RAWBPF__C_OPERATOR)
		return lex_operator(p, token);
	if (class == RAWBPF__C_DIGIT || class == RAWBPF__C_QUOTE)
		return lex_sum(p, token, lex_term(p, token, at, 0));
	if (class == RAWBPF__C_HASH)
		return lex_comment(p, token, at);
	token->code = class == RAWBPF__C_BRACKET ? *at : RAWBPF__T_BAD;
	return at + 1;
}

/* ------------------------------------------------------------------- statements */

static int is_operand(unsigned code)
{
	return code == RAWBPF__T_NUMBER || code == RAWBPF__T_R || code == RAWBPF__T_W;
}

RAWBPF__PRIVATE void rawbpf__lex(struct rawbpf__parser *p)
{
	const unsigned char *at = p->at, *end = p->end, *next;
	struct rawbpf__token *token = p->tokens;
	unsigned before = RAWBPF__T_END, operands = 0, count = 0;

	p->skeleton.part[0] = p->skeleton.part[1] = p->skeleton.part[2] = 0;
	p->hash = 0;
	p->colon = 0;
	for (; at < end; at = next) {
		unsigned class = lex_class[*at];

		next = at + 1;
		if (class == RAWBPF__C_BLANK)
			continue;
		if (class == RAWBPF__C_NEWLINE || class == RAWBPF__C_SEMICOLON)
			break;
		token->start = at;
		token->length = 0;
		token->code = RAWBPF__T_END;
		token->flags = 0;
		next = class == RAWBPF__C_LETTER ? lex_register(token, at, end) : NULL;
		if (!next)
			next = lex_token(p, token, class, before);
		if (token->code == RAWBPF__T_END)
			continue;
		before = token->code;
		if (before == ':' && count == 1) {
			p->colon = 1;
			at = next;
			break;
		}
		if (!token->length)
			token->length = next - at;
		if (count == RAWBPF__TOKENS)
			continue;
		if (is_operand(before) && operands < sizeof(p->operands))
			p->operands[operands++] = count;
		if (count < RAWBPF__SKELETON)
			p->skeleton.code[count] = before;
		p->hash = RAWBPF__HASH(p->hash, before);
		token++;
		count++;
	}
	token->start = at;
	token->length = 1;
	token->code = RAWBPF__T_END;
	token->flags = 0;
	p->token_count = count;
	p->operand_count = operands;
	p->at = at;
}

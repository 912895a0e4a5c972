/* SPDX-License-Identifier: MIT */
#include "parse.h"

enum {
	LEX_OTHER,
	LEX_BLANK,
	LEX_NEWLINE,
	LEX_SEMICOLON,
	LEX_HASH,
	LEX_QUOTE,
	LEX_BRACKET,
	LEX_OPERATOR,
	LEX_DIGIT,	/* from here on what a word may consist of */
	LEX_WORD
};

static const uint8_t lex_class[256] = {
	['\t'] = LEX_BLANK, ['\v'] = LEX_BLANK, ['\f'] = LEX_BLANK, ['\r'] = LEX_BLANK,
	[' '] = LEX_BLANK, ['\n'] = LEX_NEWLINE, [';'] = LEX_SEMICOLON, ['#'] = LEX_HASH,
	['\''] = LEX_QUOTE,
	['('] = LEX_BRACKET, [')'] = LEX_BRACKET, ['['] = LEX_BRACKET, [']'] = LEX_BRACKET,
	[','] = LEX_BRACKET, [':'] = LEX_BRACKET,
	['+'] = LEX_OPERATOR, ['-'] = LEX_OPERATOR, ['*'] = LEX_OPERATOR, ['/'] = LEX_OPERATOR,
	['%'] = LEX_OPERATOR, ['&'] = LEX_OPERATOR, ['|'] = LEX_OPERATOR, ['^'] = LEX_OPERATOR,
	['='] = LEX_OPERATOR, ['!'] = LEX_OPERATOR, ['<'] = LEX_OPERATOR, ['>'] = LEX_OPERATOR,
	['0' ... '9'] = LEX_DIGIT,
	['a' ... 'z'] = LEX_WORD, ['A' ... 'Z'] = LEX_WORD,
	['_'] = LEX_WORD, ['.'] = LEX_WORD, ['$'] = LEX_WORD,
};

RAWBPF__PRIVATE int rawbpf__is_word(unsigned char c)
{
	return lex_class[c] >= LEX_DIGIT;
}

RAWBPF__PRIVATE int rawbpf__is_blank(unsigned char c)
{
	return lex_class[c] == LEX_BLANK;
}

RAWBPF__PRIVATE int rawbpf__is_digit(unsigned char c)
{
	return lex_class[c] == LEX_DIGIT;
}

static const unsigned char *skip_blanks(const unsigned char *at, const unsigned char *end)
{
	while (at < end && lex_class[*at] == LEX_BLANK)
		at++;
	return at;
}

static int lex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Digits of a base; what else belongs to the word is wrong. Returns their end. */
static const unsigned char *lex_digits(struct rawbpf__token *token, const unsigned char *at,
				       const unsigned char *end, int base)
{
	const unsigned char *first = at;
	uint64_t value = 0;
	int digit, big = 0;

	for (; at < end && (digit = lex_digit(*at)) < base; at++) {
		big |= value > (UINT64_MAX - digit) / base;
		value = value * base + digit;
	}
	token->value = value;
	if (at == first || (at < end && rawbpf__is_word(*at))) {
		token->code = RAWBPF__T_BAD_NUMBER;
		while (at < end && rawbpf__is_word(*at))
			at++;
	} else if (big) {
		token->code = RAWBPF__T_BIG_NUMBER;
	}
	return at;
}

static const unsigned char *lex_number(struct rawbpf__token *token, const unsigned char *at,
				       const unsigned char *end)
{
	unsigned char letter = end - at > 1 ? at[1] | 0x20 : 0;

	if (*at != '0' || end - at < 2 || !rawbpf__is_word(at[1]))
		return lex_digits(token, at, end, 10);
	switch (letter) {
	case 'x':
		return lex_digits(token, at + 2, end, 16);
	case 'b':
		return lex_digits(token, at + 2, end, 2);
	case 'o':
		return lex_digits(token, at + 2, end, 8);
	default:
		return lex_digits(token, at + 1, end, 8);
	}
}

/* 'a', '\n', '\\', '\'', '\0' and their like. */
static const unsigned char *lex_quoted(struct rawbpf__token *token, const unsigned char *at,
				       const unsigned char *end)
{
	static const char escapes[] = "n\nt\tr\r0\0\\\\''";
	unsigned i;

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

RAWBPF__PRIVATE uint32_t rawbpf__hash(const unsigned char *word, unsigned length)
{
	uint32_t h = 0;

	while (length--)
		h = (h ^ *word++) * 0x9e3779b1;
	return h ^ h >> 15;
}

/* The end of the word at `at`, and its hash, the same. */
static const unsigned char *lex_word_end(const unsigned char *at, const unsigned char *end,
					 uint32_t *hash)
{
	uint32_t h = 0;

	do
		h = (h ^ *at) * 0x9e3779b1;
	while (++at < end && rawbpf__is_word(*at));
	*hash = h ^ h >> 15;
	return at;
}

/* r0 to r10, w0 to w10; or what looks like one. Its end; NULL: it is some other word. */
static const unsigned char *lex_register(struct rawbpf__token *token, const unsigned char *at,
					 const unsigned char *end)
{
	unsigned char letter = *at | 0x20;
	unsigned number;

	if ((letter != 'r' && letter != 'w') || end - at < 2 || lex_class[at[1]] != LEX_DIGIT)
		return NULL;
	number = at[1] - '0';
	token->code = letter;
	at += 2;
	if (at < end && number == 1 && *at == '0') {
		number = 10;
		at++;
	}
	token->value = number;
	if (at == end || !rawbpf__is_word(*at))
		return at;
	token->code = RAWBPF__T_BAD_REGISTER;
	for (; at < end && rawbpf__is_word(*at); at++)
		if (!rawbpf__is_digit(*at))
			token->code = RAWBPF__T_BAD;
	return token->code == RAWBPF__T_BAD ? NULL : at;
}

RAWBPF__PRIVATE int rawbpf__word_find(const struct rawbpf__tables *tables, uint32_t hash,
				      const unsigned char *text, unsigned length)
{
	const struct rawbpf__word *word;
	unsigned slot = hash, i;

	for (;; slot++) {
		unsigned n = tables->word_slots[slot % RAWBPF__WORD_SLOTS];

		if (!n)
			return -1;
		word = &tables->words[n - 1];
		if (word->hash != hash || word->length != length)
			continue;
		for (i = 0; i < length && word->text[i] == (char)text[i]; i++)
			;
		if (i == length)
			return n - 1;
	}
}

/* "name#5", after call; '-' is part of such a name. */
static const unsigned char *lex_call_name(struct rawbpf__token *token, const unsigned char *at,
					  const unsigned char *end)
{
	struct rawbpf__token number = { .code = RAWBPF__T_NUMBER };
	const unsigned char *name = at;

	while (at < end && (rawbpf__is_word(*at) || *at == '-'))
		at++;
	if (end - at < 2 || *at != '#' || !rawbpf__is_digit(at[1]))
		return NULL;
	token->length = at - name;
	at = lex_number(&number, at + 1, end);
	token->code = number.code;
	token->value = number.value;
	token->numbered = 1;
	return at;
}

/*
 * A word: register, word of the templates, or name. After goto, call and their like all
 * words are names, so that a label may be called "exit"; but for "pc+1" and "kfunc[...]".
 */
static const unsigned char *lex_word(const struct rawbpf__parser *p, struct rawbpf__token *token,
				     unsigned before)
{
	const unsigned char *at = token->start, *end = p->end, *next;
	uint32_t hash;
	int word;

	next = lex_register(token, at, end);
	if (next)
		return next;
	if (before == RAWBPF__T_CALL) {
		next = lex_call_name(token, at, end);
		if (next)
			return next;
	}
	next = lex_word_end(at, end, &hash);
	token->length = next - at;
	token->value = hash;
	word = rawbpf__word_find(p->tables, hash, at, next - at);
	if (before >= RAWBPF__T_GOTO && before < RAWBPF__T_NAMED && word >= 0) {
		if (next == end || (*next != '[' && !(next - at == 2 && *at == 'p' &&
						      (*next == '+' || *next == '-'))))
			word = -1;
	}
	token->code = word < 0 ? RAWBPF__T_NUMBER : RAWBPF__T_WORD + word;
	token->name = word < 0;
	return next;
}

/* Add `more` to a number: sign and magnitude. 0: 64 bits are not enough. */
static int lex_add(struct rawbpf__token *sum, const struct rawbpf__token *more)
{
	if (sum->negative == more->negative)
		return !__builtin_add_overflow(sum->value, more->value, &sum->value);
	if (sum->value >= more->value) {
		sum->value -= more->value;
	} else {
		sum->value = more->value - sum->value;
		sum->negative = more->negative;
	}
	if (!sum->value)
		sum->negative = 0;
	return 1;
}

/* Does a number follow the signs at `at`? Its first byte, and whether to negate it. */
static const unsigned char *lex_signs(const unsigned char *at, const unsigned char *end,
				      uint8_t *negative)
{
	struct rawbpf__token token;

	for (*negative = 0; at < end && (*at == '+' || *at == '-'); at = skip_blanks(at + 1, end))
		*negative ^= *at == '-';
	if (at == end || (lex_class[*at] != LEX_QUOTE && lex_class[*at] < LEX_DIGIT))
		return NULL;
	return lex_register(&token, at, end) ? NULL : at;
}

/* One term of a sum: a number, a character, or the name of a constant. */
static const unsigned char *lex_term(struct rawbpf__parser *p, struct rawbpf__token *term,
				     const unsigned char *at)
{
	const unsigned char *next;
	uint32_t hash;

	term->start = at;
	term->line = p->line;
	term->code = RAWBPF__T_NUMBER;
	if (lex_class[*at] == LEX_DIGIT)
		return lex_number(term, at, p->end);
	if (*at == '\'')
		return lex_quoted(term, at, p->end);
	next = lex_word_end(at, p->end, &hash);
	term->length = next - at;
	term->value = hash;
	term->name = 1;
	if (!rawbpf__symbol_constant(p, term))
		term->code = RAWBPF__T_BAD_NAME;
	return next;
}

/* What follows a term, if it is "+ 4" or "- NAME", is added to it. */
static const unsigned char *lex_sum(struct rawbpf__parser *p, struct rawbpf__token *token,
				    const unsigned char *at)
{
	const unsigned char *next = skip_blanks(at, p->end);
	struct rawbpf__token more;
	uint8_t negative;

	for (; next < p->end && (*next == '+' || *next == '-'); next = skip_blanks(at, p->end)) {
		next = lex_signs(next, p->end, &negative);
		if (!next)
			break;
		if (token->name && !rawbpf__symbol_constant(p, token)) {
			token->code = RAWBPF__T_BAD_NAME;
			break;
		}
		more = (struct rawbpf__token){ .code = 0 };
		token->length = 0;
		at = lex_term(p, &more, next);
		more.negative ^= negative;
		if (more.code != RAWBPF__T_NUMBER) {
			more.length = at - more.start;
			*token = more;
			return at;
		}
		if (!lex_add(token, &more)) {
			token->code = RAWBPF__T_BIG_NUMBER;
			break;
		}
	}
	return at;
}

/* A signed number, or a sum; NULL: there is only an operator. */
static const unsigned char *lex_signed(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	uint8_t negative;
	const unsigned char *at = lex_signs(token->start, p->end, &negative), *start = token->start;

	if (!at)
		return NULL;
	at = lex_term(p, token, at);
	if (token->code != RAWBPF__T_NUMBER) {
		token->length = at - token->start;
		return at;
	}
	token->negative ^= negative;
	token->start = start;
	token->length = 0;
	return lex_sum(p, token, at);
}

static const unsigned char *lex_operator(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	const unsigned char *at = token->start, *end = p->end;
	unsigned char c = *at++;
	int equal;

	if ((c == '<' || c == '>') && at < end && *at == c) {
		equal = at + 1 < end && at[1] == '=';
		token->code = (c == '<' ? RAWBPF__T_LEFT : RAWBPF__T_RIGHT) + 2 * equal;
		return at + 1 + equal;
	}
	equal = at < end && *at == '=';
	if (!equal && (c == '+' || c == '-')) {
		const unsigned char *next = lex_signed(p, token);

		if (next)
			return next;
	}
	token->code = !equal ? c : c == '|' ? RAWBPF__T_OR_EQUAL : c == '^' ? RAWBPF__T_XOR_EQUAL :
		      c - RAWBPF__T_EQUAL;
	return at + equal;
}

static const unsigned char *lex_line_end(const unsigned char *at, const unsigned char *end)
{
	while (at < end && *at != '\n')
		at++;
	return at;
}

/* The end of a comment of either kind at `at`; NULL: it is none; a '/' alone: at + 1. */
static const unsigned char *lex_comment(struct rawbpf__parser *p, struct rawbpf__token *token,
					const unsigned char *at)
{
	const unsigned char *end = p->end;

	if (end - at < 2 || (at[1] != '/' && at[1] != '*'))
		return NULL;
	if (at[1] == '/')
		return lex_line_end(at, end);
	for (at += 2; at < end; at++) {
		if (*at == '\n')
			p->line++;
		if (*at == '*' && end - at > 1 && at[1] == '/')
			return at + 2;
	}
	token->code = RAWBPF__T_BAD_COMMENT;
	token->length = 2;
	return end;
}

/* objdump writes "<label+0x10>" after a jump's or call's target: it says nothing new. */
static const unsigned char *lex_annotation(const struct rawbpf__parser *p,
					   const unsigned char *at)
{
	const unsigned char *end = p->end;

	if (end - at < 2 || lex_class[at[1]] != LEX_WORD)
		return NULL;
	while (at < end && *at != '>' && *at != '\n')
		at++;
	return at < end && *at == '>' ? at + 1 : NULL;
}

/* One token. Returns where to go on; the code stays T_END if there was none (a comment). */
static const unsigned char *lex_token(struct rawbpf__parser *p, struct rawbpf__token *token,
				      unsigned before, int jumps)
{
	const unsigned char *at = token->start, *next;

	switch (lex_class[*at]) {
	case LEX_WORD:
		next = lex_word(p, token, before);
		if (before == RAWBPF__T_END && *at == '.') {
			token->code = RAWBPF__T_DIRECTIVE;
			return next;
		}
		if (token->name && before && !(before >= RAWBPF__T_GOTO && before < RAWBPF__T_NAMED) &&
		    before != RAWBPF__T_DIRECTIVE)
			return lex_sum(p, token, next);
		return next;
	case LEX_DIGIT:
		token->code = RAWBPF__T_NUMBER;
		return lex_sum(p, token, lex_number(token, at, p->end));
	case LEX_QUOTE:
		token->code = RAWBPF__T_NUMBER;
		return lex_sum(p, token, lex_quoted(token, at, p->end));
	case LEX_BRACKET:
		token->code = *at;
		return at + 1;
	case LEX_OPERATOR:
		next = *at == '/' ? lex_comment(p, token, at) :
		       *at == '<' && jumps && before == RAWBPF__T_NUMBER ?
			       lex_annotation(p, at) : NULL;
		return next ? next : lex_operator(p, token);
	case LEX_HASH:
		return lex_line_end(at, p->end);
	default:
		token->code = RAWBPF__T_BAD;
		return at + 1;
	}
}

RAWBPF__PRIVATE void rawbpf__lex(struct rawbpf__parser *p)
{
	const unsigned char *at = p->at, *end = p->end;
	union rawbpf__skeleton *skeleton = &p->skeleton;
	unsigned count = 0, before = RAWBPF__T_END, jumps = 0, shift = 0, part = 0;
	uint64_t codes = 0;

	p->colon = 0;
	skeleton->part[0] = skeleton->part[1] = skeleton->part[2] = 0;
	while (at < end) {
		unsigned class = lex_class[*at];
		struct rawbpf__token *token;

		if (class == LEX_BLANK) {
			at++;
			continue;
		}
		if (class == LEX_NEWLINE || class == LEX_SEMICOLON)
			break;
		token = &p->tokens[count];
		token->start = at;
		token->line = p->line;
		token->length = 0;
		token->code = RAWBPF__T_END;
		token->negative = token->name = token->numbered = 0;
		at = lex_token(p, token, before, jumps);
		if (token->code == RAWBPF__T_END)
			continue;
		if (!token->length)
			token->length = at - token->start;
		before = token->code;
		if (before >= RAWBPF__T_GOTO && before <= RAWBPF__T_CALL)
			jumps = 1;
		if (count >= RAWBPF__TOKENS)
			continue;
		count++;
		if (before == ':' && count == 2) {	/* a label: what follows is a statement */
			count--;
			p->colon = 1;
			break;
		}
		codes |= (uint64_t)before << shift;
		shift += 8;
		if (shift == 64) {
			if (part < RAWBPF__SKELETON / 8)
				skeleton->part[part++] = codes;
			codes = shift = 0;
		}
	}
	if (shift && part < RAWBPF__SKELETON / 8)
		skeleton->part[part] = codes;
	p->tokens[count].start = at;
	p->tokens[count].line = p->line;
	p->tokens[count].length = 1;
	p->tokens[count].code = RAWBPF__T_END;
	p->token_count = count;
	p->at = at;
}

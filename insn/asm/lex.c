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

static const unsigned char *skip_blanks(const unsigned char *at)
{
	while (lex_class[*at] == RAWBPF__C_BLANK)
		at++;
	return at;
}

/* --------------------------------------------------------------- eight bytes at once */

/*
 * Branches that depend on how long a word or number is are those a processor guesses
 * wrong, and each costs as much as a dozen instructions. So both are taken eight bytes
 * at a time, the first in the lowest byte.
 */
#define EACH(BYTE)	(0x0101010101010101 * (uint64_t)(BYTE))

/* Behind the end are zeros. */
static uint64_t load_eight(const unsigned char *at, const unsigned char *end)
{
	uint64_t bytes = 0;

	if (end - at < 8) {
		while (end > at)
			bytes = bytes << 8 | *--end;
		return bytes;
	}
	__builtin_memcpy(&bytes, at, sizeof(bytes));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? bytes : __builtin_bswap64(bytes);
}

/* The high bit of each byte that is not from `first` to `last`, all below 0x80. */
static uint64_t not_between(uint64_t bytes, unsigned char first, unsigned char last)
{
	uint64_t low = bytes & EACH(0x7f);

	return (~(low + EACH(0x80 - first)) | (low + EACH(0x7f - last)) | bytes) & EACH(0x80);
}

/* How many bytes come before the first with a high bit. */
static unsigned count_before(uint64_t high_bits)
{
	return high_bits ? __builtin_ctzll(high_bits) / 8 : 8;
}

/* ----------------------------------------------------------------------- words */

RAWBPF__PRIVATE const unsigned char *rawbpf__word_end(const unsigned char *at,
						      const unsigned char *end, uint64_t *key)
{
	uint64_t k = 0, bytes;
	unsigned n;

	do {
		bytes = load_eight(at, end);
		n = count_before(not_between(bytes | EACH(0x20), 'a', 'z') &
				 not_between(bytes, '0', '9'));
		/* The few that have a '_' or '.' go on one by one. */
		while (n < 8 && rawbpf__is_word(bytes >> 8 * n))
			n++;
		k = k * RAWBPF__FACTOR ^ (n < 8 ? bytes & ((1ull << 8 * n) - 1) : bytes);
		at += n;
	} while (n == 8);
	*key = k;
	return at;
}

RAWBPF__PRIVATE unsigned rawbpf__key_slot(uint64_t key, unsigned bits)
{
	return key * RAWBPF__FACTOR >> (64 - bits);
}

RAWBPF__PRIVATE unsigned rawbpf__word_find(const struct rawbpf__tables *tables, uint64_t key,
					   const unsigned char *text, unsigned length)
{
	unsigned slot = rawbpf__key_slot(key, RAWBPF__WORD_BITS), n, i;
	const struct rawbpf__word *word;

	for (; (n = tables->word_slots[slot % RAWBPF__WORD_SLOTS]); slot++) {
		word = &tables->words[n - RAWBPF__T_WORD];
		if (word->key != key || word->length != length)
			continue;
		for (i = 8; i < length && word->text[i] == (char)text[i]; i++)
			;
		if (i >= length)
			return n;
	}
	return 0;
}

/* r0 to r10, w0 to w10; or what looks like one. Its end; NULL: it is some other word. */
static const unsigned char *lex_register(struct rawbpf__token *token, const unsigned char *at)
{
	unsigned char letter = *at | 0x20;
	const unsigned char *digits = at + 1;

	if ((letter != RAWBPF__T_R && letter != RAWBPF__T_W) || !rawbpf__is_digit(*digits))
		return NULL;
	token->code = letter;
	token->value = *digits - '0';
	if (!rawbpf__is_word(digits[1]))
		return digits + 1;
	for (at = digits; rawbpf__is_digit(*at); at++)
		;
	if (rawbpf__is_word(*at))
		return NULL;
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
	const unsigned char *at = token->start, *name = at, *number;

	while (rawbpf__is_word(*at) || *at == '-')
		at++;
	if (*at != '#')
		return NULL;
	number = at + 1 + (at[1] == '-');
	if (!rawbpf__is_digit(*number))
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
	return before >= RAWBPF__T_WORD && before < RAWBPF__T_NAMED;
}

/* But for "pc+1" and "kfunc[...]". */
static int is_no_name(const unsigned char *at, const unsigned char *next)
{
	return *next == '[' ||
	       (next - at == 2 && at[0] == 'p' && at[1] == 'c' && (*next == '+' || *next == '-'));
}

/* A word: of the templates, or a name. */
static const unsigned char *lex_word(struct rawbpf__parser *p, struct rawbpf__token *token,
				     unsigned before)
{
	const unsigned char *at = token->start, *next;
	unsigned word = 0;

	if (before == RAWBPF__T_call) {
		next = lex_call_name(p, token);
		if (next)
			return next;
	}
	next = rawbpf__word_end(at, p->end, &token->value);
	token->length = next - at;
	if (!is_named(before) || is_no_name(at, next))
		word = rawbpf__word_find(p->tables, token->value, at, token->length);
	token->code = word ? word : RAWBPF__T_NUMBER;
	token->flags = word ? 0 : RAWBPF__NAME;
	if (before == RAWBPF__T_END && *at == '.')
		token->code = RAWBPF__T_DIRECTIVE;
	return next;
}

/* --------------------------------------------------------------------- numbers */

/* Digits of a base; what else belongs to the word is wrong. Returns their end. */
static const unsigned char *lex_digits(struct rawbpf__parser *p, struct rawbpf__token *token,
				       const unsigned char *at, unsigned base)
{
	const unsigned char *first = at;
	uint64_t value = 0;
	int big = 0;

	for (; rawbpf__is_hex(*at); at++) {
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
	if (at == first || rawbpf__is_word(*at)) {
		token->code = RAWBPF__T_BAD_NUMBER;
		return rawbpf__word_end(at, p->end, &value);
	}
	if (big)
		token->code = RAWBPF__T_BIG_NUMBER;
	return at;
}

/* Up to 7 decimal digits at once; NULL: it is another number. */
static const unsigned char *lex_decimal(struct rawbpf__parser *p, struct rawbpf__token *token,
					const unsigned char *at)
{
	uint64_t bytes = load_eight(at, p->end);
	unsigned n = count_before(not_between(bytes, '0', '9'));

	if (n == 8 || rawbpf__is_word(at[n]) || (*at == '0' && n > 1))
		return NULL;
	/* Zeros before them; then pairs, fours, and eight of them. */
	bytes = (bytes & EACH(0x0f)) << 8 * (8 - n);
	bytes = bytes * (1 + (10 << 8)) >> 8 & 0x00ff00ff00ff00ff;
	bytes = bytes * (1 + (100 << 16)) >> 16 & 0x0000ffff0000ffff;
	token->value = bytes * (1 + (10000ull << 32)) >> 32;
	return at + n;
}

static const unsigned char *lex_number(struct rawbpf__parser *p, struct rawbpf__token *token,
				       const unsigned char *at)
{
	const unsigned char *next = lex_decimal(p, token, at);
	unsigned base = 10;

	token->code = RAWBPF__T_NUMBER;
	if (next)
		return next;
	if (*at == '0') {
		unsigned char letter = at[1] | 0x20;

		base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
		if (letter == 'x' || letter == 'b' || letter == 'o')
			at += 2;
	}
	return lex_digits(p, token, at, base);
}

/* 'a', '\n', '\\', '\'', '\0' and their like. */
static const unsigned char *lex_quoted(struct rawbpf__token *token, const unsigned char *at)
{
	static const char escapes[] = "n\nt\tr\r0\0\\\\''";
	unsigned i;

	token->code = RAWBPF__T_NUMBER;
	if (at[1] >= ' ' && at[1] <= '~' && at[1] != '\\' && at[1] != '\'' && at[2] == '\'') {
		token->value = at[1];
		return at + 3;
	}
	for (i = 0; at[1] == '\\' && i < sizeof(escapes) - 1; i += 2)
		if (at[2] == escapes[i] && at[3] == '\'') {
			token->value = escapes[i + 1];
			return at + 4;
		}
	token->code = RAWBPF__T_BAD_NUMBER;
	return at + 1;
}

/* Does a number follow one sign or two? Its first byte, and whether to negate it. */
static const unsigned char *lex_signs(const unsigned char *at, int *negative)
{
	struct rawbpf__token token;
	int signs;

	*negative = 0;
	for (signs = 0; signs < 2 && (*at == '+' || *at == '-'); signs++) {
		*negative ^= *at == '-';
		at = skip_blanks(at + 1);
	}
	if (!rawbpf__is_word(*at) && lex_class[*at] != RAWBPF__C_QUOTE)
		return NULL;
	return lex_register(&token, at) ? NULL : at;
}

/* The name of a constant. */
static const unsigned char *lex_constant(struct rawbpf__parser *p, struct rawbpf__token *term,
					 const unsigned char *at)
{
	const unsigned char *next = rawbpf__word_end(at, p->end, &term->value);

	term->code = RAWBPF__T_NUMBER;
	term->length = next - at;
	if (!rawbpf__symbol_constant(p, term))
		term->code = RAWBPF__T_BAD_NAME;
	return next;
}

/* One term of a sum: a number, a character, or the name of a constant. */
static const unsigned char *lex_term(struct rawbpf__parser *p, struct rawbpf__token *term,
				     const unsigned char *at, int negative)
{
	term->start = at;
	term->flags = 0;
	if (rawbpf__is_digit(*at))
		at = lex_number(p, term, at);
	else if (*at == '\'')
		at = lex_quoted(term, at);
	else
		at = lex_constant(p, term, at);
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
	const unsigned char *next = skip_blanks(at);
	struct rawbpf__token term;
	int64_t value;
	int negative;

	for (; *next == '+' || *next == '-'; next = skip_blanks(at)) {
		next = lex_signs(next, &negative);
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
	const unsigned char *next = at + (*at == ' ');

	if (*next != '+' && *next != '-' && lex_class[*next] != RAWBPF__C_BLANK)
		return at;
	return lex_more(p, sum, at);
}

/* A signed number, or a sum; NULL: there is only an operator. */
static const unsigned char *lex_signed(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	const unsigned char *start = token->start;
	int negative;
	const unsigned char *at = lex_signs(start, &negative);

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
	if (*at != '#' && at[1] != '/' && at[1] != '*')
		return NULL;
	if (*at == '#' || at[1] == '/') {
		while (*at != '\n')
			at++;
		return at;
	}
	for (at += 2; at < p->end - 1; at++) {
		p->line += *at == '\n';
		if (*at == '*' && at[1] == '/')
			return at + 2;
	}
	token->code = RAWBPF__T_BAD_COMMENT;
	token->length = 2;
	return at;
}

/* objdump writes "<label+0x10>" after a jump's or call's target: it says nothing new. */
static const unsigned char *lex_annotation(const unsigned char *at)
{
	if (lex_class[at[1]] < RAWBPF__C_LETTER)
		return NULL;
	while (*at != '>' && *at != '\n')
		at++;
	return *at == '>' ? at + 1 : NULL;
}

/* Has a jump or call come before? Then '<' is no comparison. */
static int after_jump(const struct rawbpf__token *tokens, const struct rawbpf__token *end)
{
	for (; tokens < end; tokens++)
		if (is_named(tokens->code))
			return 1;
	return 0;
}

RAWBPF__PRIVATE const unsigned char *rawbpf__operator_end(const unsigned char *at, unsigned *code)
{
	unsigned char c = *at++;

	*code = c;
	if (*at == '=') {
		*code = c == '|' ? RAWBPF__T_OR_EQUAL : c == '^' ? RAWBPF__T_XOR_EQUAL :
			c - RAWBPF__T_EQUAL;
		return at + 1;
	}
	if (*at == c && (c == '<' || c == '>')) {
		int equal = at[1] == '=';

		*code = (c == '<' ? RAWBPF__T_LEFT : RAWBPF__T_RIGHT) + 2 * equal;
		return at + 1 + equal;
	}
	return at;
}

static const unsigned char *lex_operator(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	const unsigned char *at = token->start, *next = NULL, *end;
	unsigned code;

	end = rawbpf__operator_end(at, &code);
	if (code == '+' || code == '-')
		next = lex_signed(p, token);
	else if (*at == '/')
		next = lex_comment(p, token, at);
	else if (code == '<' && token < p->tokens + RAWBPF__TOKENS && after_jump(p->tokens, token))
		next = lex_annotation(at);
	if (next)
		return next;
	token->code = code;
	return end;
}

/* One token. If it is none at all (a comment), its code stays T_END. */
static const unsigned char *lex_token(struct rawbpf__parser *p, struct rawbpf__token *token,
				      unsigned class, unsigned before)
{
	const unsigned char *at = token->start, *next;

	if (class >= RAWBPF__C_LETTER) {
		next = lex_register(token, at);
		if (next)
			return next;
		next = lex_word(p, token, before);
		/* No sum is in sight, or it is a name that is defined: ".set NAME -4". */
		if (!(token->flags & RAWBPF__NAME) || before == RAWBPF__T_END ||
		    before == RAWBPF__T_DIRECTIVE || is_named(before))
			return next;
		return lex_sum(p, token, next);
	}
	if (class == RAWBPF__C_OPERATOR)
		return lex_operator(p, token);
	if (class == RAWBPF__C_DIGIT || *at == '\'')
		return lex_sum(p, token, lex_term(p, token, at, 0));
	if (*at == '#')
		return lex_comment(p, token, at);
	token->code = class == RAWBPF__C_BRACKET ? *at : RAWBPF__T_BAD;
	return at + 1;
}

/* ------------------------------------------------------------------- statements */

RAWBPF__PRIVATE void rawbpf__lex(struct rawbpf__parser *p)
{
	const unsigned char *at = p->at, *next;
	struct rawbpf__token *token = p->tokens;
	unsigned before = RAWBPF__T_END, count = 0;
	uint64_t codes = 0;

	p->skeleton = (struct rawbpf__skeleton){ { 0, 0, 0, 0 } };
	p->colon = 0;
	for (;; at = next) {
		unsigned class = lex_class[*at];

		next = at + 1;
		if (class == RAWBPF__C_BLANK)
			continue;
		if (*at == '\n' || *at == ';')
			break;
		token->start = at;
		token->length = 0;
		token->flags = 0;
		token->code = RAWBPF__T_END;
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
		codes = codes << 8 | before;
		p->skeleton.part[count / 8] = codes;
		token++;
		count++;
	}
	token->start = at;
	token->length = 1;
	token->code = RAWBPF__T_END;
	token->flags = 0;
	p->token_count = count;
	p->at = at;
}

/* SPDX-License-Identifier: MIT */
#include "lex.h"

#include "../base/string.h"

/* ----------------------------------------------------------------------- words */

/* word_order() gives the order of the words. */
static const struct lex_word {
	uint8_t length;
	char text[19];
} lex_words[] = {
#define WORD(TEXT) { sizeof(#TEXT) - 1, #TEXT },
#include "../form/form.def"
};

/* Compare a text with a word. The result is negative if the text comes first. */
static int word_order(const char *text, unsigned length, const struct lex_word *word)
{
	unsigned i = 0;

	if (length != word->length)
		return length < word->length ? -1 : 1;
	while (i + 1 < length && text[i] == word->text[i])
		i++;
	return text[i] - word->text[i];
}

RAWBPF__PRIVATE unsigned rawbpf__word_code(const char *text, unsigned length)
{
	unsigned low = 0, high = sizeof(lex_words) / sizeof(lex_words[0]);

	while (low < high) {
		unsigned middle = (low + high) / 2;
		int order = word_order(text, length, &lex_words[middle]);

		if (!order)
			return RAWBPF__T_WORD + middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return RAWBPF__T_NAME;
}

RAWBPF__PRIVATE const char *rawbpf__word_text(unsigned code)
{
	return code >= RAWBPF__T_WORD ? lex_words[code - RAWBPF__T_WORD].text : NULL;
}

RAWBPF__PRIVATE int rawbpf__takes_name(unsigned code)
{
	return code == RAWBPF__T_goto || code == RAWBPF__T_gotol || code == RAWBPF__T_may_goto ||
	       code == RAWBPF__T_call || code == RAWBPF__T_map;
}

/* Read r0 to r10, w0 to w10, or a wrong number behind 'r' or 'w'. Return 0 for any other word. */
static int lex_register(struct rawbpf__token *token)
{
	char letter = rawbpf__lower(*token->start);
	unsigned i;

	if ((letter != 'r' && letter != 'w') || token->length == 1)
		return 0;
	for (i = 1; i < token->length; i++)
		if (!rawbpf__is_decimal(token->start[i]))
			return 0;
	token->code = letter == 'r' ? RAWBPF__T_R : RAWBPF__T_W;
	token->value = token->start[1] - '0';
	if (token->length == 2)
		return 1;
	token->value = 10;
	if (token->length > 3 || token->start[1] != '1' || token->start[2] != '0')
		token->code = RAWBPF__T_BAD_REGISTER;
	return 1;
}

/* Return 1 if the word belongs to an instruction even behind "goto": "pc+1", "kfunc[...]". */
static int is_no_name(const struct rawbpf__cursor *cursor, const struct rawbpf__token *token,
		      const char *next)
{
	unsigned char c = rawbpf__byte(cursor, next);

	return c == '[' || (token->length == 2 && token->start[0] == 'p' &&
			    token->start[1] == 'c' && (c == '+' || c == '-'));
}

static const char *lex_number(const struct rawbpf__cursor *cursor, struct rawbpf__token *token,
			      const char *at);

/*
 * Read "name#5" or "name#-5" behind call. Such a name may contain '-'. Return NULL for any other
 * word.
 */
static const char *lex_numbered(const struct rawbpf__cursor *cursor, struct rawbpf__token *token)
{
	const char *at = token->start, *name = at;
	int negative;

	while (rawbpf__is_name(rawbpf__byte(cursor, at)) || rawbpf__byte(cursor, at) == '-')
		at++;
	token->length = at - name;
	if (rawbpf__byte(cursor, at) != '#')
		return NULL;
	negative = rawbpf__byte(cursor, at + 1) == '-';
	at += 1 + negative;
	if (!rawbpf__is_decimal(rawbpf__byte(cursor, at)))
		return NULL;
	at = lex_number(cursor, token, at);
	if (token->code == RAWBPF__T_NUMBER)
		token->code = RAWBPF__T_NUMBERED;
	if (negative) {
		token->value = -token->value;
		token->is_huge = 0;
	}
	return at;
}

static const char *lex_word(const struct rawbpf__cursor *cursor, unsigned before,
			    struct rawbpf__token *token)
{
	const char *next;

	if (before == RAWBPF__T_call) {
		next = lex_numbered(cursor, token);
		if (next)
			return next;
	}
	next = rawbpf__after_word(cursor, token->start);
	token->length = next - token->start;
	if (lex_register(token))
		return next;
	if (before == RAWBPF__T_END && *token->start == '.')
		token->code = RAWBPF__T_DIRECTIVE;
	else if (rawbpf__takes_name(before) && !is_no_name(cursor, token, next))
		token->code = RAWBPF__T_NAME;
	else
		token->code = rawbpf__word_code(token->start, token->length);
	return next;
}

/* --------------------------------------------------------------------- numbers */

/* Read the digits of a base. Any other character of the word makes the number wrong. */
static const char *lex_number(const struct rawbpf__cursor *cursor, struct rawbpf__token *token,
			      const char *at)
{
	const char *first;
	unsigned base = 10;
	int fits;

	if (rawbpf__byte(cursor, at) == '0') {
		char letter = rawbpf__lower(rawbpf__byte(cursor, at + 1));

		base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
		if (letter == 'x' || letter == 'b' || letter == 'o')
			at += 2;
	}
	first = at;
	fits = rawbpf__digits_parse(&at, cursor->end, base, &token->value);
	token->is_huge = token->value > INT64_MAX;
	token->code = fits ? RAWBPF__T_NUMBER : RAWBPF__T_BIG_NUMBER;
	if (at == first || rawbpf__is_name(rawbpf__byte(cursor, at)))
		token->code = RAWBPF__T_BAD_NUMBER;
	return rawbpf__after_word(cursor, at);
}

/* Read 'a', '\n', '\\', '\'', '\0' and similar. */
static const char *lex_quoted(const struct rawbpf__cursor *cursor, struct rawbpf__token *token)
{
	static const unsigned char escapes[][2] = { "n\n", "t\t", "r\r", "0\0", "\\\\", "''" };
	const char *at = token->start + 1;
	unsigned char c = rawbpf__byte(cursor, at);
	unsigned i;

	token->code = RAWBPF__T_NUMBER;
	if (rawbpf__is_printable(c) && c != '\\' && c != '\'' && rawbpf__byte(cursor, at + 1) == '\'') {
		token->value = c;
		return at + 2;
	}
	for (i = 0; c == '\\' && i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (rawbpf__byte(cursor, at + 1) == escapes[i][0] &&
		    rawbpf__byte(cursor, at + 2) == '\'') {
			token->value = escapes[i][1];
			return at + 3;
		}
	token->code = RAWBPF__T_BAD_NUMBER;
	return at;
}

/*
 * Read "...", which may contain \". A string without an end is a bad token up to the end of its
 * line.
 */
static const char *lex_string(const struct rawbpf__cursor *cursor, struct rawbpf__token *token)
{
	const char *at = token->start + 1;

	while (rawbpf__byte(cursor, at) != '"' && rawbpf__byte(cursor, at) != '\n')
		at += rawbpf__byte(cursor, at) == '\\' && rawbpf__byte(cursor, at + 1) != '\n' ? 2 : 1;
	if (rawbpf__byte(cursor, at) != '"') {
		token->code = RAWBPF__T_BAD;
		return at;
	}
	token->code = RAWBPF__T_STRING;
	return at + 1;
}

/* -------------------------------------------------------- operators and comments */

RAWBPF__PRIVATE unsigned rawbpf__lex_operator(const struct rawbpf__cursor *cursor, const char *at,
					      unsigned *code)
{
	unsigned char c = rawbpf__byte(cursor, at);
	unsigned length = 1;

	*code = c;
	if ((c == '<' || c == '>') && rawbpf__byte(cursor, at + 1) == c) {
		*code |= RAWBPF__T_TWICE;
		length++;
	}
	if (rawbpf__byte(cursor, at + length) == '=') {
		*code |= RAWBPF__T_EQUAL;
		length++;
	}
	return length;
}

static const char *lex_operator(const struct rawbpf__cursor *cursor, struct rawbpf__token *token)
{
	unsigned char c = *token->start;
	unsigned code = c, length = 1;

	switch (c) {
	case '(': case ')': case '[': case ']': case ',': case ':':
		break;
	case '+': case '-': case '*': case '/': case '%': case '&': case '|': case '^':
	case '=': case '!': case '<': case '>':
		length = rawbpf__lex_operator(cursor, token->start, &code);
		break;
	default:
		code = RAWBPF__T_BAD;
	}
	token->code = code;
	return token->start + length;
}

/*
 * Move the cursor behind the C comment that begins there. Return 0 if it has no end; the cursor
 * stays.
 */
static int skip_c_comment(struct rawbpf__cursor *cursor)
{
	struct rawbpf__cursor end = *cursor;

	for (end.at += 2; end.at < end.end; end.at++) {
		if (*end.at == '\n')
			rawbpf__next_line(&end);
		if (*end.at == '*' && rawbpf__byte(&end, end.at + 1) == '/') {
			end.at += 2;
			*cursor = end;
			return 1;
		}
	}
	return 0;
}

/* Move to the next token. Return 0 at a comment without an end. */
static int skip_comments(struct rawbpf__cursor *cursor)
{
	for (;;) {
		unsigned char c, next;

		cursor->at = rawbpf__after_blanks(cursor, cursor->at);
		c = rawbpf__byte(cursor, cursor->at);
		next = rawbpf__byte(cursor, cursor->at + 1);
		if (c == '#' || (c == '/' && next == '/'))
			cursor->at = rawbpf__after_line(cursor, cursor->at);
		else if (c != '/' || next != '*')
			return 1;
		else if (!skip_c_comment(cursor))
			return 0;
	}
}

/* ---------------------------------------------------------------------- tokens */

RAWBPF__PRIVATE void rawbpf__token_here(const struct rawbpf__cursor *cursor,
					struct rawbpf__token *token)
{
	token->start = cursor->at;
	token->value = 0;
	token->length = 0;
	token->line = cursor->line;
	token->column = cursor->at - cursor->line_start + 1;
	token->code = RAWBPF__T_END;
	token->is_huge = token->is_later = 0;
}

RAWBPF__PRIVATE void rawbpf__lex(struct rawbpf__cursor *cursor, unsigned before,
				 struct rawbpf__token *token)
{
	int found = skip_comments(cursor);
	const char *at = cursor->at, *next;
	unsigned char c;

	rawbpf__token_here(cursor, token);
	if (!found) {
		token->code = RAWBPF__T_BAD_COMMENT;
		token->length = 2;
		cursor->at = cursor->end;
		return;
	}
	c = rawbpf__byte(cursor, at);
	if (c == '\n' || c == ';')
		next = at;
	else if (rawbpf__begins_name(c))
		next = lex_word(cursor, before, token);
	else if (rawbpf__is_decimal(c))
		next = lex_number(cursor, token, at);
	else if (c == '\'')
		next = lex_quoted(cursor, token);
	else if (c == '"')
		next = lex_string(cursor, token);
	else
		next = lex_operator(cursor, token);
	if (token->code != RAWBPF__T_NUMBERED)
		token->length = next - at;
	cursor->at = next;
}

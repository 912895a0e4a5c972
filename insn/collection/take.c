/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

/* ------------------------------------------------------------------------ tokens */

RAWBPF__PRIVATE void rawbpf__take(struct rawbpf__collector *c)
{
	rawbpf__lex(&c->parser.cursor, RAWBPF__T_NUMBER, &c->token);
}

RAWBPF__PRIVATE int rawbpf__token_is_name(const struct rawbpf__token *token)
{
	return token->code == RAWBPF__T_NAME || token->code >= RAWBPF__T_WORD;
}

RAWBPF__PRIVATE int rawbpf__token_is(const struct rawbpf__token *token, const char *word)
{
	return rawbpf__token_is_name(token) &&
	       rawbpf__equal_bytes(word, token->start, token->length);
}

RAWBPF__PRIVATE int rawbpf__take_char(struct rawbpf__collector *c, char character)
{
	if (c->token.code != character)
		return 0;
	rawbpf__take(c);
	return 1;
}

RAWBPF__PRIVATE int rawbpf__take_word(struct rawbpf__collector *c, const char *word)
{
	if (!rawbpf__token_is(&c->token, word))
		return 0;
	rawbpf__take(c);
	return 1;
}

RAWBPF__PRIVATE void rawbpf__take_wrong(struct rawbpf__collector *c, const char *what)
{
	const struct rawbpf__token *token = &c->token;

	if (token->code == RAWBPF__T_END) {
		rawbpf__complain(&c->text, token, "expected %s before the end", what);
		return;
	}
	if (token->code < RAWBPF__T_BAD || token->code >= RAWBPF__T_WORD ||
		 !rawbpf__complain_bad(&c->parser, token))
		rawbpf__complain(&c->text, token, "expected %s, not '%.*s'", what,
				 RAWBPF__TEXT(token));
}

RAWBPF__PRIVATE unsigned rawbpf__take_name(struct rawbpf__collector *c, const char *what)
{
	unsigned name;

	if (!rawbpf__token_is_name(&c->token)) {
		rawbpf__take_wrong(c, what);
		return 0;
	}
	name = rawbpf__name_get(c, c->token.start, c->token.length);
	rawbpf__take(c);
	return name;
}

static const char *const take_kinds[] = {
	[RAWBPF__A_STRUCT] = "struct",	 [RAWBPF__A_STD_STRUCT] = "struct",
	[RAWBPF__A_FIELD] = "field",	 [RAWBPF__A_TABLE_MAP] = "map",
	[RAWBPF__A_PARAM] = "parameter", [RAWBPF__A_SET] = "constant",
	[RAWBPF__A_PROG] = "program",	 [RAWBPF__A_TABLE_LABEL] = "label",
	[RAWBPF__A_LOCAL] = "local",	 [RAWBPF__A_MACRO] = "macro",
};

RAWBPF__PRIVATE unsigned rawbpf__take_new(struct rawbpf__collector *c, enum rawbpf__space space,
					  unsigned first)
{
	struct rawbpf__token token = c->token;
	unsigned name = rawbpf__take_name(c, "a name");

	if (!name)
		return 0;
	if (rawbpf__name_of(c, name, space) > first) {
		rawbpf__complain(&c->text, &token, "'%.*s' is a %s already", RAWBPF__TEXT(&token),
				 take_kinds[space]);
		return 0;
	}
	return name;
}

RAWBPF__PRIVATE unsigned rawbpf__take_known(struct rawbpf__collector *c, enum rawbpf__space space)
{
	struct rawbpf__token token = c->token;
	struct rawbpf__guess guess;
	unsigned name, index;

	name = rawbpf__take_name(c, space == RAWBPF__A_PROG	 ? "the name of a program" :
				    space == RAWBPF__A_TABLE_MAP ? "the name of a map" :
								   "the name of a struct");
	if (!name)
		return 0;
	index = rawbpf__name_of(c, name, space);
	if (index)
		return index;
	guess = rawbpf__name_guess(c, &token, space, 0);
	rawbpf__complain(&c->text, &token, "no %s '%.*s' before this line" RAWBPF__GUESSED,
			 take_kinds[space], RAWBPF__TEXT(&token), RAWBPF__GUESS(&guess));
	return 0;
}

/*
 * A string's bytes stand in the text as they are; \" and \\ are the only escapes. It is kept with
 * its backslashes removed.
 */
RAWBPF__PRIVATE int rawbpf__take_string(struct rawbpf__collector *c, const char *what,
					uint16_t *string)
{
	const char *at = c->token.start + 1, *end = c->token.start + c->token.length - 1;
	char *copy, *to;

	if (c->token.code != RAWBPF__T_STRING) {
		rawbpf__take_wrong(c, what);
		return 0;
	}
	to = copy = rawbpf__memory_take(c, c->token.length);
	if (!copy)
		return 0;
	while (at < end) {
		at += *at == '\\' && at + 1 < end;
		*to++ = *at++;
	}
	*string = rawbpf__string(c, copy, to - copy);
	rawbpf__take(c);
	return 1;
}

RAWBPF__PRIVATE int rawbpf__take_end(struct rawbpf__collector *c)
{
	if (c->token.code == RAWBPF__T_END && rawbpf__byte(&c->parser.cursor, c->token.start) == '\n')
		return 1;
	if (c->token.code != RAWBPF__T_END) {
		rawbpf__take_wrong(c, "the end of the line");
		return 0;
	}
	rawbpf__complain(&c->text, &c->token, "a directive has a line of its own");
	return 0;
}

RAWBPF__PRIVATE const char *rawbpf__quoted_end(const char *at, const char *end)
{
	const char *close = at + 1;

	if (*at == '\'' && close < end)
		close += 1 + (*close == '\\');
	while (*at == '"' && close < end && *close != '"')
		close += 1 + (*close == '\\');
	return close < end && *close == *at ? close + 1 : at + 1;
}

RAWBPF__PRIVATE const char *rawbpf__code_end(const char *at, const char *end)
{
	while (at < end) {
		if (*at == '#' || (*at == '/' && end - at > 1 && at[1] == '/'))
			return at;
		at = *at == '"' || *at == '\'' ? rawbpf__quoted_end(at, end) : at + 1;
	}
	return end;
}

/* ------------------------------------------------------------------------ errors */

static int error_is_before(const struct rawbpf_text_error *a, const struct rawbpf_text_error *b)
{
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Add an error to a list in the order of places, which keeps the first `max`. */
static void error_hand(struct rawbpf__collector *c, struct rawbpf_text_error *error,
		       struct rawbpf_collection_error *all, unsigned max, unsigned *count)
{
	unsigned n = *count;

	*count += 1;
	error->width += !error->width;	/* the end of a line has no byte to underline */
	if (c->is_std)
		error->line += RAWBPF_LINE_STD;
	if (c->macro_depth) {
		error->line = c->call.line;
		error->column = c->call.column;
		error->width = c->call.length;
	}
	if (n >= max) {
		if (!max || !error_is_before(error, &all[max - 1].at))
			return;
		n = max - 1;
	}
	for (; n && error_is_before(error, &all[n - 1].at); n--)
		all[n] = all[n - 1];
	all[n].at = *error;
	all[n].macro_line = c->macro_line;
}

RAWBPF__PRIVATE void rawbpf__errors_hand(struct rawbpf__collector *c)
{
	struct rawbpf_collection_text *input = c->input;

	if (c->text.error_count && c->text.error_max)
		error_hand(c, &c->error, input->errors, input->error_max, &input->error_count);
	else
		input->error_count += c->text.error_count != 0;
	if (c->text.warning_count && c->text.warning_max)
		error_hand(c, &c->warning, input->warnings, input->warning_max,
			   &input->warning_count);
	else
		input->warning_count += c->text.warning_count != 0;
	c->text.error_count = c->text.warning_count = 0;
	/* Once the list is full, no message needs composing. */
	c->text.error_max = input->error_count < input->error_max;
	c->text.warning_max = input->warning_count < input->warning_max;
}

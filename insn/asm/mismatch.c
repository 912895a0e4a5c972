/* SPDX-License-Identifier: MIT */
#include "../base/out.h"
#include "../base/string.h"
#include "parser.h"

RAWBPF__PRIVATE int rawbpf__complain_bad(struct rawbpf__parser *p,
					 const struct rawbpf__token *token)
{
	const char *letter;

	switch (token->code) {
	case RAWBPF__T_BAD_REGISTER:
		letter = rawbpf__lower(*token->start) == 'w' ? "w" : "r";
		rawbpf__complain(p->text, token, "%.*s is not a register; programs have %s0 to %s10",
				 RAWBPF__TEXT(token), letter, letter);
		return 1;
	case RAWBPF__T_BAD_NUMBER:
		rawbpf__complain(p->text, token, "'%.*s' is not a number", RAWBPF__TEXT(token));
		return 1;
	case RAWBPF__T_BIG_NUMBER:
		rawbpf__complain(p->text, token, "%.*s does not fit 64 bits", RAWBPF__TEXT(token));
		return 1;
	case RAWBPF__T_BAD_NAME:
		rawbpf__constant_missing(p, token);
		return 1;
	case RAWBPF__T_BAD_COMMENT:
		rawbpf__complain(p->text, token, "this comment has no end; expected */");
		return 1;
	case RAWBPF__T_BAD:
	case RAWBPF__T_STRING:
		if (token->code == RAWBPF__T_BAD && *token->start == '"')
			rawbpf__complain(p->text, token, "this string has no '\"' at its end");
		else
			rawbpf__complain(p->text, token, "unexpected '%.*s'", RAWBPF__TEXT(token));
		return 1;
	}
	return 0;
}

static int is_expected(const struct rawbpf__expected *expected, unsigned code)
{
	unsigned i;

	for (i = 0; i < expected->count; i++)
		if (expected->codes[i] == code)
			return 1;
	return 0;
}

/*
 * Count the bytes of a statement: b7 00, b700, 0xb7, \xb7, with commas, brackets and quotes. Return
 * 0 if the statement has something else.
 */
static unsigned bytes_count(const char *at, const char *end)
{
	static const char between[] = ",\\{}[]()\"'", *const behind = between + sizeof(between) - 1;
	unsigned bytes = 0, digits = 0;

	for (; at < end && *at != '\n' && *at != ';'; at++) {
		if (rawbpf__hex_digit(*at) >= 0) {
			digits++;
			bytes += digits == 1 || (digits > 2 && digits % 2 == 0);
			continue;
		}
		if (rawbpf__lower(*at) == 'x')
			bytes -= digits == 1;
		else if (!rawbpf__is_blank(*at) && rawbpf__find_byte(between, behind, *at) == behind)
			return 0;
		digits = 0;
	}
	return bytes;
}

/*
 * Recognise other notations of instructions, and complain with the assembler's own notation.
 * Return 0 for anything else.
 */
static int complain_foreign(struct rawbpf__parser *p, const struct rawbpf__token *token)
{
	unsigned count = p->statement.count;

	if (count > 1 && token[1].code == '(' && token->length > 4 &&
		 (rawbpf__starts_with(token->start, "BPF_") ||
		  rawbpf__starts_with(token->start, "RAWBPF_")))
		rawbpf__complain(p->text, token, "'%.*s' is a C macro; write r1 = 5, r1 += r2, if "
				 "r1 > 5 goto out", RAWBPF__TEXT(token));
	else if (count > 1 && (token[1].code == RAWBPF__T_R || token[1].code == RAWBPF__T_W ||
			       token[1].code == '['))
		rawbpf__complain(p->text, token, "'%.*s' does not begin an instruction; write r1 = "
				 "5, r1 += r2, if r1 > 5 goto out", RAWBPF__TEXT(token));
	else
		return 0;
	return 1;
}

/* Complain about a first token that begins no instruction. */
static void complain_first(struct rawbpf__parser *p, const struct rawbpf__token *token,
			   const struct rawbpf__expected *expected)
{
	struct rawbpf__guess guess = { .name = token->start, .length = token->length };
	unsigned i;

	for (i = 0; i < expected->count; i++)
		if (rawbpf__word_text(expected->codes[i]))
			rawbpf__guess_offer(&guess, rawbpf__word_text(expected->codes[i]),
					    rawbpf__length(rawbpf__word_text(expected->codes[i])));
	if (!guess.best && complain_foreign(p, token))
		return;
	rawbpf__complain(p->text, token, "'%.*s' does not begin an instruction" RAWBPF__GUESSED,
			 RAWBPF__TEXT(token), RAWBPF__GUESS(&guess));
}

/* Append the look of a token of that code. */
static void out_code(struct rawbpf__out *out, unsigned code)
{
	if (rawbpf__word_text(code)) {
		rawbpf__out_text(out, rawbpf__word_text(code));
	} else if (code == RAWBPF__T_R || code == RAWBPF__T_W) {
		rawbpf__out_text(out, code == RAWBPF__T_R ? "a register r0 to r10" : "w0 to w10");
	} else if (code == RAWBPF__T_NUMBER) {
		rawbpf__out_text(out, "a number");
	} else {
		rawbpf__out_byte(out, '\'');
		rawbpf__out_repeat(out, code & 0x7f, code & RAWBPF__T_TWICE ? 2 : 1);
		rawbpf__out_text(out, code & RAWBPF__T_EQUAL ? "='" : "'");
	}
}

/* A message names this many codes: "a number, ')' or ...". */
#define NAMED 6

static void complain_expected(struct rawbpf__parser *p, const struct rawbpf__token *token,
			      const struct rawbpf__expected *expected)
{
	unsigned i, n = expected->count < NAMED ? expected->count : NAMED;
	char names[sizeof(((struct rawbpf_text_error *)0)->message)];
	struct rawbpf__out out = rawbpf__out_begin(names, sizeof(names));

	for (i = 0; i < n; i++) {
		if (i)
			rawbpf__out_text(&out, i + 1 == expected->count ? " or " : ", ");
		out_code(&out, expected->codes[i]);
	}
	if (n < expected->count)
		rawbpf__out_text(&out, ", ...");
	if (token->code == RAWBPF__T_END)
		rawbpf__complain(p->text, token, "expected %s before the end", names);
	else
		rawbpf__complain(p->text, token, "expected %s, not '%.*s'", names,
				 RAWBPF__TEXT(token));
}

static void complain_token(struct rawbpf__parser *p, const struct rawbpf__token *token,
			   const struct rawbpf__expected *expected)
{
	unsigned before = expected->matching ? token[-1].code : RAWBPF__T_END;

	if (before == RAWBPF__T_END)
		complain_first(p, token, expected);
	else if (token->code == RAWBPF__T_W && is_expected(expected, RAWBPF__T_R))
		rawbpf__complain(p->text, token, "expected a 64-bit register, r%lld, not %.*s",
				 (long long)token->value, RAWBPF__TEXT(token));
	else if (token->code == RAWBPF__T_R && is_expected(expected, RAWBPF__T_W))
		rawbpf__complain(p->text, token, "expected a 32-bit register, w%lld, not %.*s",
				 (long long)token->value, RAWBPF__TEXT(token));
	else if (rawbpf__takes_name(before))
		rawbpf__complain(p->text, token, "expected %s",
				 before == RAWBPF__T_map  ? "the name of a map" :
				 before == RAWBPF__T_call ? "a helper, a label or pc+1" :
							    "a label or an offset such as +1");
	else if (before == RAWBPF__T_R && expected->count == 1 &&
		 is_expected(expected, RAWBPF__T_NUMBER))
		rawbpf__complain(p->text, token, "expected an offset such as + 0");
	else if (is_expected(expected, RAWBPF__T_END))
		rawbpf__complain(p->text, token, "unexpected '%.*s' after the instruction; separate "
				 "instructions by a new line or ';'", RAWBPF__TEXT(token));
	else
		complain_expected(p, token, expected);
}

RAWBPF__PRIVATE void rawbpf__mismatch(struct rawbpf__parser *p)
{
	const struct rawbpf__token *token = p->statement.tokens;
	struct rawbpf__expected expected;
	unsigned bytes;

	if (!rawbpf__is_kept(p->text, token)) {
		p->text->error_count++;
		return;
	}
	rawbpf__expected_find(&expected, &p->statement);
	token += expected.matching;
	bytes = expected.matching ? 0 : bytes_count(token->start, p->cursor.end);
	if (bytes >= 8 || (bytes > 1 && token->code != RAWBPF__T_NAME))
		rawbpf__complain(p->text, token, RAWBPF__ARE_BYTES);
	else if (!rawbpf__complain_bad(p, token))
		complain_token(p, token, &expected);
}

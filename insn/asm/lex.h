/* SPDX-License-Identifier: MIT */
/* The lexer turns bytes into tokens. It knows the words of instructions, but no symbols. */
#ifndef RAWBPF_INSN_LEX_H
#define RAWBPF_INSN_LEX_H

#include "cursor.h"

/*
 * The kind of a token. An operator or bracket is its first character. T_TWICE marks a character
 * that stands twice, T_EQUAL a "=" behind it: "<<=" is '<' | T_TWICE | T_EQUAL.
 */
enum rawbpf__token_code {
	RAWBPF__T_END = 0,
	RAWBPF__T_TWICE = 0x80,
	RAWBPF__T_EQUAL = 0x100,
	RAWBPF__T_NUMBER = 0x200,
	RAWBPF__T_NAME,			/* any word except those of instructions */
	RAWBPF__T_NUMBERED,		/* "name#5": the token is the name, its value is 5 */
	RAWBPF__T_R,			/* r0 to r10: the value */
	RAWBPF__T_W,
	RAWBPF__T_DIRECTIVE,
	RAWBPF__T_STRING,		/* "...", on one line */
	RAWBPF__T_BAD,			/* these fit no pattern */
	RAWBPF__T_BAD_REGISTER,
	RAWBPF__T_BAD_NUMBER,
	RAWBPF__T_BIG_NUMBER,
	RAWBPF__T_BAD_NAME,		/* a name in a sum that is no constant */
	RAWBPF__T_BAD_COMMENT,
	RAWBPF__T_WORD = 0x400,		/* this and larger codes: words of instructions */
	RAWBPF__T_BEFORE_WORDS = RAWBPF__T_WORD - 1,
#define WORD(TEXT) RAWBPF__T_##TEXT,
#include "../form/form.def"
	RAWBPF__T_WORDS_END
};

struct rawbpf__token {
	const char *start;
	uint64_t value;
	unsigned length;
	unsigned line, column;		/* from 1, columns in bytes */
	uint16_t code;
	uint8_t is_huge;		/* the value is unsigned, and more than INT64_MAX */
	uint8_t is_later;		/* a number that is known later: the value is its expression */
};

/* Two arguments for %.*s. */
#define RAWBPF__TEXT(TOKEN) (int)(TOKEN)->length, (TOKEN)->start

/*
 * Read the next token of the statement. At the statement's end (a newline, or ';') the token is
 * T_END, and the cursor stays there. `before` is the code of the statement's previous token, or
 * T_END.
 */
RAWBPF__PRIVATE void rawbpf__lex(struct rawbpf__cursor *cursor, unsigned before,
				 struct rawbpf__token *token);

/* Make an empty token at the cursor, without a code. */
RAWBPF__PRIVATE void rawbpf__token_here(const struct rawbpf__cursor *cursor,
					struct rawbpf__token *token);

/* Find the code of the operator at a place. Return the operator's length. */
RAWBPF__PRIVATE unsigned rawbpf__lex_operator(const struct rawbpf__cursor *cursor, const char *at,
					      unsigned *code);

/* Return the code of a word of instructions, or T_NAME. */
RAWBPF__PRIVATE unsigned rawbpf__word_code(const char *text, unsigned length);

/* Return the word of a code, or NULL for a code of no word. */
RAWBPF__PRIVATE const char *rawbpf__word_text(unsigned code);

/* Return 1 for goto, call and similar: a name follows them, so a label may be called "exit". */
RAWBPF__PRIVATE int rawbpf__takes_name(unsigned code);

#endif

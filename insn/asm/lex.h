/* SPDX-License-Identifier: MIT */
/* Bytes to tokens. The lexer knows the words of instructions, and no symbols. */
#ifndef RAWBPF_INSN_LEX_H
#define RAWBPF_INSN_LEX_H

#include "cursor.h"

/*
 * What a token is. An operator or bracket is its first character, with T_TWICE if that stands
 * twice, with T_EQUAL if "=" follows: "<<=" is '<' | T_TWICE | T_EQUAL.
 */
enum rawbpf__token_code {
	RAWBPF__T_END = 0,
	RAWBPF__T_TWICE = 0x80,
	RAWBPF__T_EQUAL = 0x100,
	RAWBPF__T_NUMBER = 0x200,
	RAWBPF__T_NAME,			/* any word but those of instructions */
	RAWBPF__T_NUMBERED,		/* "name#5": token and value are the name's and 5 */
	RAWBPF__T_R,			/* r0 to r10: the value */
	RAWBPF__T_W,
	RAWBPF__T_DIRECTIVE,
	RAWBPF__T_STRING,		/* "...", on one line */
	RAWBPF__T_BAD,			/* these fit nowhere */
	RAWBPF__T_BAD_REGISTER,
	RAWBPF__T_BAD_NUMBER,
	RAWBPF__T_BIG_NUMBER,
	RAWBPF__T_BAD_NAME,		/* of no constant, in a sum */
	RAWBPF__T_BAD_COMMENT,
	RAWBPF__T_WORD = 0x400,		/* and up: a word of instructions */
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
};

/* Two arguments for %.*s. */
#define RAWBPF__TEXT(TOKEN) (int)(TOKEN)->length, (TOKEN)->start

/*
 * The next token of the statement. At the statement's end (a newline, or ';') it is T_END, and
 * the cursor stays there. `before` is the code of the token before it in the statement, or T_END.
 */
RAWBPF__PRIVATE void rawbpf__lex(struct rawbpf__cursor *cursor, unsigned before,
				 struct rawbpf__token *token);

/* Make a token without a code that has no bytes yet: where the cursor is. */
RAWBPF__PRIVATE void rawbpf__token_here(const struct rawbpf__cursor *cursor,
					struct rawbpf__token *token);

/* The code of the operator at a place; how long it is. */
RAWBPF__PRIVATE unsigned rawbpf__lex_operator(const struct rawbpf__cursor *cursor, const char *at,
					      unsigned *code);

/* The code of a word of instructions, or T_NAME. */
RAWBPF__PRIVATE unsigned rawbpf__word_code(const char *text, unsigned length);

/* The word of a code; NULL: the code is none of a word. */
RAWBPF__PRIVATE const char *rawbpf__word_text(unsigned code);

/* goto, call and their like: the word that follows is a name, so a label may be called "exit". */
RAWBPF__PRIVATE int rawbpf__takes_name(unsigned code);

#endif

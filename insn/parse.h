/* SPDX-License-Identifier: MIT */
/*
 * The assembler's parts, and what they share: struct rawbpf__parser.
 *
 *	parse.c		statements: labels, directives, instructions
 *	lex.c		bytes to tokens
 *	match.c		tokens to a form of the table
 *	symbol.c	labels, constants, maps: by name; jumps that wait for a label
 *	complain.c	errors: where, and in words
 *
 * HOW AN INSTRUCTION IS RECOGNISED. Each token has a code of one byte. Those of an
 * instruction, in a row, are its skeleton: all registers rN have the same code, all
 * numbers and names have, each word and operator has its own.
 *
 *	lock *(u64 *)(r0 + 8) += r1    is    lock * ( u64 * ) ( r 0 ) += r
 *
 * A table, made from the templates of all forms when parsing begins, leads from
 * skeletons to forms; the lexer makes templates into skeletons as it does the text.
 */
#ifndef RAWBPF_INSN_PARSE_H
#define RAWBPF_INSN_PARSE_H

#include <rawbpf/text.h>

#include "form.h"

/* Codes of tokens. An operator or bracket of one character is its own code. */
enum {
	RAWBPF__T_END = 0,
	RAWBPF__T_EQUAL = 0x20,		/* "+=" is '+' - T_EQUAL; so for ! % & * / < = > */
	RAWBPF__T_NUMBER = '0',		/* or a name in the place of one */
	RAWBPF__T_R = 'r',
	RAWBPF__T_W = 'w',
	RAWBPF__T_OR_EQUAL = 'A',
	RAWBPF__T_XOR_EQUAL,
	RAWBPF__T_LEFT,			/* << */
	RAWBPF__T_RIGHT,
	RAWBPF__T_LEFT_EQUAL,		/* <<= */
	RAWBPF__T_RIGHT_EQUAL,
	RAWBPF__T_DIRECTIVE,
	RAWBPF__T_BAD,			/* these fit nowhere */
	RAWBPF__T_BAD_REGISTER,
	RAWBPF__T_BAD_NUMBER,
	RAWBPF__T_BIG_NUMBER,
	RAWBPF__T_BAD_NAME,
	RAWBPF__T_BAD_COMMENT,
	RAWBPF__T_WORD = 0x80,		/* and up: a word of the templates; the first ones: */
	RAWBPF__T_GOTO = RAWBPF__T_WORD,
	RAWBPF__T_GOTOL,
	RAWBPF__T_MAY_GOTO,
	RAWBPF__T_CALL,
	RAWBPF__T_MAP,
	RAWBPF__T_NAMED			/* after the ones before this, a word is a name */
};

struct rawbpf__token {
	const unsigned char *start;
	unsigned length;
	unsigned line;
	uint64_t value;		/* of a number its magnitude; of a word its hash; of a register */
	uint8_t code;
	uint8_t negative;
	uint8_t name;		/* a number's: it is a name, nothing is known of it yet */
	uint8_t numbered;	/* a name's: "name#5"; value is 5 */
};

/* What an instruction's operands are. */
enum rawbpf__field {
	RAWBPF__F_ZERO,		/* literally r0, w0, 0 */
	RAWBPF__F_DST,		/* up to here in any kind of register... */
	RAWBPF__F_SRC,
	RAWBPF__F_IMM,		/* ...and from here on numbers */
	RAWBPF__F_NEXT,		/* imm of the second slot */
	RAWBPF__F_IMM64,
	RAWBPF__F_HIGH,		/* of imm */
	RAWBPF__F_LOW,
	RAWBPF__F_INDEX,	/* off, an index */
	RAWBPF__F_OFF,
	RAWBPF__F_JUMP,		/* off, or a label */
	RAWBPF__F_JUMP32,	/* imm, or a label */
	RAWBPF__F_LOCAL,	/* imm: a function's distance, or its label */
	RAWBPF__F_CALL,		/* a helper's number or name, or a label */
	RAWBPF__F_MAP		/* imm: a map's name */
};

#define RAWBPF__SKELETON	24	/* tokens of the longest form, and some */
#define RAWBPF__OPERANDS	6
#define RAWBPF__TOKENS		32	/* kept of a statement; there is none so long */
#define RAWBPF__ROW_MAX		448
#define RAWBPF__ROW_SLOTS	1024
#define RAWBPF__WORD_MAX	96
#define RAWBPF__WORD_SLOTS	256

union rawbpf__skeleton {
	uint64_t part[RAWBPF__SKELETON / 8];
	uint8_t code[RAWBPF__SKELETON];
};

/* A template, ready to be matched. */
struct rawbpf__row {
	union rawbpf__skeleton skeleton;
	struct bpf_insn insn;			/* with the fields that the form fixes */
	uint8_t fields[RAWBPF__OPERANDS];	/* enum rawbpf__field, in order of the text */
	uint8_t slots;
};

/* A word that templates contain. */
struct rawbpf__word {
	uint32_t hash;
	uint8_t length;
	char text[27];
};

struct rawbpf__tables {
	struct rawbpf__row rows[RAWBPF__ROW_MAX];
	struct rawbpf__word words[RAWBPF__WORD_MAX];
	uint16_t row_slots[RAWBPF__ROW_SLOTS];	/* open addressing; row + 1 */
	uint8_t word_slots[RAWBPF__WORD_SLOTS];	/* word + 1 */
	unsigned row_count, word_count;
};

enum rawbpf__symbol_kind { RAWBPF__UNKNOWN, RAWBPF__LABEL, RAWBPF__CONSTANT, RAWBPF__A_MAP };

/* A name. Symbols, jumps and texts are meant by numbers, to be half as large as pointers. */
struct rawbpf__symbol {
	uint32_t name;			/* its first byte in the text, where it was seen first */
	uint32_t hash;
	uint32_t next;			/* symbol of the same bucket, from 1 */
	uint32_t value;			/* of a label its slot, of a map its index */
	uint32_t more;			/* of an unknown the jumps that wait; a constant's high half */
	uint32_t line : 28;		/* of its definition */
	uint32_t kind : 3;		/* enum rawbpf__symbol_kind */
	uint32_t negative : 1;		/* a constant: value and more are its magnitude */
};

/* An instruction that waits for a label or map. */
struct rawbpf__wait {
	uint32_t slot;
	uint32_t name;			/* where in the text it is mentioned */
	uint32_t next;
	uint32_t line : 28;
	uint32_t field : 4;		/* enum rawbpf__field */
};

struct rawbpf__parser {
	const unsigned char *at, *begin, *end;
	unsigned line;
	uint8_t line_begins;		/* nothing but blanks on this line so far */
	uint8_t from_kernel;		/* line began with a number or opcode: ';' ends it */
	uint8_t counting;		/* some line began with a number: */
	uint8_t opcode_known;
	uint8_t opcode;			/* "(07)" before the instruction, */
	const unsigned char *opcode_at;	/* there */
	uint64_t number_base;		/* number of slot 0 */
	const unsigned char *number_at;	/* of this line */
	uint64_t number;
	unsigned number_length;
	struct rawbpf_text *text;
	struct rawbpf__tables *tables;
	unsigned slot;			/* next to write */
	unsigned scratch_short;

	uint32_t *buckets;
	unsigned bucket_bits;
	struct rawbpf__symbol *symbols;	/* grow up... */
	unsigned symbol_count;
	struct rawbpf__wait *waits;	/* ...and these down, from the end; the first is waits[-1] */
	unsigned wait_count;
	unsigned wait_free;		/* a list of those used and done */

	union rawbpf__skeleton skeleton;
	unsigned token_count;		/* without the end */
	uint8_t colon;
	struct rawbpf__token tokens[RAWBPF__TOKENS + 1];
};

/* A message being written into an error. */
struct rawbpf__complaint {
	struct rawbpf_text_error *error;	/* NULL: nobody wants to know */
	unsigned length;
};

/* lex.c */

/*
 * The statement at p->at into p->tokens and p->skeleton; p->at is then its end. One token
 * and a ':' after it are a statement of their own, with p->colon.
 */
RAWBPF__PRIVATE void rawbpf__lex(struct rawbpf__parser *p);
RAWBPF__PRIVATE int rawbpf__is_word(unsigned char c);
RAWBPF__PRIVATE int rawbpf__is_blank(unsigned char c);
RAWBPF__PRIVATE int rawbpf__is_digit(unsigned char c);
RAWBPF__PRIVATE uint32_t rawbpf__hash(const unsigned char *word, unsigned length);
/* Number of a word of the templates, from 0; or -1. */
RAWBPF__PRIVATE int rawbpf__word_find(const struct rawbpf__tables *tables, uint32_t hash,
				      const unsigned char *text, unsigned length);

/* match.c */

RAWBPF__PRIVATE void rawbpf__tables_make(struct rawbpf__tables *tables);
/* The row that has p->skeleton, and the opcode, if that is known; NULL: none. */
RAWBPF__PRIVATE const struct rawbpf__row *rawbpf__match(const struct rawbpf__parser *p);
/* The error that a token is none; 0: it is one. */
RAWBPF__PRIVATE int rawbpf__complain_bad(struct rawbpf__parser *p,
					 const struct rawbpf__token *token);
/* The error that no row has p->skeleton. */
RAWBPF__PRIVATE void rawbpf__mismatch(struct rawbpf__parser *p);

/* symbol.c */

/* Lay out the scratch. 0 or -ENOSPC. */
RAWBPF__PRIVATE int rawbpf__symbols_start(struct rawbpf__parser *p);
/* The symbol of a token's name, made if there is none; NULL: scratch is used up. */
RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol(struct rawbpf__parser *p,
						      const unsigned char *name, unsigned length,
						      uint32_t hash);
/* A label, constant or map is defined; complains if it has been, and returns NULL. */
RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__symbol_define(struct rawbpf__parser *p,
							     const struct rawbpf__token *name,
							     enum rawbpf__symbol_kind kind,
							     uint64_t value, int negative);
/* If the name is a constant's, the token becomes its number; otherwise 0. */
RAWBPF__PRIVATE int rawbpf__symbol_constant(struct rawbpf__parser *p, struct rawbpf__token *token);
/* The instruction at `slot` names a label or map: now or later it gets its value. */
RAWBPF__PRIVATE void rawbpf__symbol_use(struct rawbpf__parser *p, const struct rawbpf__token *name,
					unsigned slot, enum rawbpf__field field);
/* "no label 'uot' in this program (did you mean 'out'?)" */
RAWBPF__PRIVATE void rawbpf__symbol_missing(struct rawbpf__parser *p, struct rawbpf__complaint *c,
					    const struct rawbpf__token *name, unsigned kind);
/* The end: what is still unknown is a helper or an error. */
RAWBPF__PRIVATE void rawbpf__symbols_end(struct rawbpf__parser *p);
RAWBPF__PRIVATE unsigned rawbpf__name_length(const struct rawbpf__parser *p,
					     const unsigned char *name);

/* complain.c */

/* Begin an error at `width` bytes from `start`, which is on `line`. */
RAWBPF__PRIVATE struct rawbpf__complaint rawbpf__complain(struct rawbpf__parser *p, unsigned line,
							   const unsigned char *start,
							   unsigned width);
RAWBPF__PRIVATE struct rawbpf__complaint rawbpf__complain_token(struct rawbpf__parser *p,
								 const struct rawbpf__token *token);
RAWBPF__PRIVATE void rawbpf__say(struct rawbpf__complaint *c, const char *words);
RAWBPF__PRIVATE void rawbpf__say_number(struct rawbpf__complaint *c, uint64_t number);
RAWBPF__PRIVATE void rawbpf__say_hex(struct rawbpf__complaint *c, unsigned number);
/* Text from outside, shortened and escaped. */
RAWBPF__PRIVATE void rawbpf__say_text(struct rawbpf__complaint *c, const unsigned char *text,
				      unsigned length);
RAWBPF__PRIVATE void rawbpf__say_token(struct rawbpf__complaint *c,
				       const struct rawbpf__token *token);

/* Which of several names was meant? Offer all, then take `best`, if any. */
struct rawbpf__guess {
	const unsigned char *name;
	unsigned length;
	unsigned distance;
	const unsigned char *best;
	unsigned best_length;
};
RAWBPF__PRIVATE void rawbpf__guess_offer(struct rawbpf__guess *guess, const void *name,
					 unsigned length);
/* " (did you mean 'x'?)" */
RAWBPF__PRIVATE void rawbpf__say_guess(struct rawbpf__complaint *c,
				       const struct rawbpf__guess *guess);

#endif

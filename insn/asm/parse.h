/* SPDX-License-Identifier: MIT */
/*
 * The assembler's parts, and what they share: struct rawbpf__parser.
 *
 *	parse.c		statements and instructions
 *	directive.c	.map and .set
 *	listing.c	what the kernel and objdump print around instructions
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
 * A table leads from skeletons to forms. It is made from the templates of all forms, but
 * only so far as is needed: until there is a row for the skeleton in question.
 *
 * THE TEXT ENDS IN A NEWLINE; one that does not is copied. So nothing has to look for the end
 * of the text but what a newline does not stop: C's comments, and loads of eight bytes.
 */
#ifndef RAWBPF_INSN_PARSE_H
#define RAWBPF_INSN_PARSE_H

#include <rawbpf/text.h>

#include "../form/form.h"

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
	RAWBPF__T_WORD = 0x80,		/* and up: a word of the templates */
	RAWBPF__T_BEFORE_WORDS = RAWBPF__T_WORD - 1,
#define WORD(TEXT) RAWBPF__T_##TEXT,
#include "../form/form.def"
	RAWBPF__T_WORDS_END,
	RAWBPF__T_NAMED = RAWBPF__T_map + 1	/* after the words before this, a word is a name */
};
_Static_assert(RAWBPF__T_WORDS_END <= 256, "a token's code is a byte");

/* What a byte may be part of. */
enum {
	RAWBPF__C_OTHER,
	RAWBPF__C_NEWLINE,	/* these three are between tokens: */
	RAWBPF__C_SEMICOLON,
	RAWBPF__C_BLANK,
	RAWBPF__C_HASH,
	RAWBPF__C_QUOTE,
	RAWBPF__C_BRACKET,
	RAWBPF__C_OPERATOR,
	RAWBPF__C_DIGIT,	/* from here on what a word may consist of */
	RAWBPF__C_LETTER,
	RAWBPF__C_HEX_LETTER
};

/* What is to be known of a number besides. */
enum {
	RAWBPF__HUGE = 1,		/* the value is unsigned, and more than INT64_MAX */
	RAWBPF__NAME = 2,		/* a name, of which nothing is known yet */
	RAWBPF__NUMBERED = 4		/* "name#5": the value is 5 */
};

struct rawbpf__token {
	const unsigned char *start;
	uint64_t value;			/* of a number, of a register; a word's key */
	uint32_t length;
	uint8_t code;
	uint8_t flags;
};

/* What an instruction's operands are, and where they go: see field_places. */
enum rawbpf__field {
	RAWBPF__F_ZERO,			/* literally r0, w0, 0 */
	RAWBPF__F_DST,
	RAWBPF__F_SRC,
	RAWBPF__F_IMM,
	RAWBPF__F_NEXT,			/* imm of the second slot */
	RAWBPF__F_HIGH,			/* of imm */
	RAWBPF__F_LOW,
	RAWBPF__F_OFF,
	RAWBPF__F_JUMP,			/* off, or a label */
	RAWBPF__F_JUMP32,		/* imm, or a label */
	RAWBPF__F_LOCAL,		/* imm: a function's distance, or its label */
	RAWBPF__F_CALL,			/* imm: a helper's number or name, or a label */
	RAWBPF__F_PLAIN,		/* the ones from here on are not just a range of bits */
	RAWBPF__F_IMM64 = RAWBPF__F_PLAIN,
	RAWBPF__F_DST_AGAIN,
	RAWBPF__F_SRC_AGAIN,
	RAWBPF__F_MAP			/* imm: a map's name */
};

#define RAWBPF__OPERANDS	6
#define RAWBPF__TOKENS		32	/* kept of a statement; no instruction has so many */
#define RAWBPF__ROW_MAX		384
#define RAWBPF__ROW_BITS	10
#define RAWBPF__ROW_SLOTS	(1 << RAWBPF__ROW_BITS)
#define RAWBPF__WORD_BITS	8
#define RAWBPF__WORD_SLOTS	(1 << RAWBPF__WORD_BITS)

#define RAWBPF__FACTOR		0x9e3779b97f4a7c15	/* makes the high bits a hash */

/*
 * The codes of tokens: in part[0] up to the eighth, the last in the lowest byte; in part[1]
 * up to the sixteenth, with as many before the last as there is room for; and so on.
 */
struct rawbpf__skeleton {
	uint64_t part[RAWBPF__TOKENS / 8];
};

/*
 * What statements of a skeleton are. Instructions are put together as numbers: opcode in the
 * lowest byte, then dst and src of 4 bits, off of 16, imm of 32.
 */
struct rawbpf__row {
	struct rawbpf__skeleton skeleton;
	uint64_t insn;				/* with the fields that the form fixes */
	uint8_t slots;
	uint8_t token_count, operand_count;
	struct rawbpf__operand {
		uint8_t token;			/* its number in the statement */
		uint8_t field : 5;		/* enum rawbpf__field */
		uint8_t sign : 1;		/* it must have one */
	} operands[RAWBPF__OPERANDS];		/* in order of the text */
};

/* A way to write a form. First come all that determine it, then the others. */
struct rawbpf__template {
	const struct rawbpf__form *form;
	const char *text;
	unsigned dialect;
	unsigned pass, index;			/* how many we have had */
};

/* A word that templates contain. */
struct rawbpf__word {
	uint64_t key;
	const char *text;
	unsigned length;
};

struct rawbpf__tables {
	struct rawbpf__row rows[RAWBPF__ROW_MAX];
	struct rawbpf__word words[RAWBPF__T_WORDS_END - RAWBPF__T_WORD];
	uint16_t row_slots[RAWBPF__ROW_SLOTS];	/* open addressing; row + 1 */
	uint8_t word_slots[RAWBPF__WORD_SLOTS];	/* a token's code */
	unsigned row_count;
	struct rawbpf__template next;		/* to become a row */
};

#define RAWBPF__OPCODE 0x100	/* an opcode is known */

enum rawbpf__symbol_kind { RAWBPF__UNKNOWN, RAWBPF__LABEL, RAWBPF__CONSTANT, RAWBPF__A_MAP };

/* A name. Symbols, jumps and texts are meant by numbers, to be half as large as pointers. */
struct rawbpf__symbol {
	uint64_t key;
	uint32_t name;			/* its first byte in the text, where it was seen first */
	uint32_t length;
	uint32_t next;			/* symbol of the same bucket, from 1 */
	uint32_t value;			/* of a label its slot, of a map its index */
	uint32_t more;			/* a constant's high half */
					/* of an unknown the last and the first that wait for it */
	uint32_t line : 28;		/* of its definition */
	uint32_t kind : 3;		/* enum rawbpf__symbol_kind */
	uint32_t huge : 1;		/* a constant: RAWBPF__HUGE */
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
	const unsigned char *at, *begin, *end;	/* end[-1] is a newline */
	const unsigned char *statement;		/* where the present one begins, */
	unsigned statement_line;		/* on this line; its first token */
	unsigned insn_line;			/* on this one */
	uint8_t statement_begins_line;
	unsigned line;				/* of `at` */
	uint8_t line_begins;			/* nothing but blanks on this line so far */
	uint8_t from_kernel;			/* line has a number or opcode: ';' ends it */
	uint16_t opcode;			/* RAWBPF__OPCODE and what "(07)" says; or 0, */
	const unsigned char *opcode_at;		/* there */
	const unsigned char *number_at;		/* "12:" before it, or NULL */
	const unsigned char *bytes_at;		/* objdump's column of bytes, or NULL */
	uint64_t number;
	uint64_t number_base;			/* number of slot 0, if... */
	uint8_t numbers_known;

	struct rawbpf_text *text;
	struct rawbpf__tables *tables;
	unsigned slot;				/* next to write */
	unsigned scratch_short;
	const unsigned char *last_error;	/* no error that is kept is behind it */

	uint32_t *buckets;
	unsigned bucket_bits;
	struct rawbpf__symbol *symbols;		/* grow up... */
	unsigned symbol_count;
	struct rawbpf__wait *waits;		/* ...and these down from the end: the first is [-1] */
	unsigned wait_count;
	unsigned wait_free;			/* a list of those used and done */

	uint8_t colon;				/* the statement is one token and ':' */
	unsigned token_count;			/* without the end */
	struct rawbpf__skeleton skeleton;
	struct rawbpf__token tokens[RAWBPF__TOKENS + 1];
};

/* lex.c */

/*
 * The statement at p->at into p->tokens, p->operands and p->skeleton; p->at is then its end.
 * One token and a ':' after it are a statement of their own.
 */
RAWBPF__PRIVATE void rawbpf__lex(struct rawbpf__parser *p);
RAWBPF__PRIVATE int rawbpf__is_word(unsigned char c);
RAWBPF__PRIVATE int rawbpf__is_blank(unsigned char c);
RAWBPF__PRIVATE int rawbpf__is_digit(unsigned char c);
RAWBPF__PRIVATE int rawbpf__is_hex(unsigned char c);
/* The end of the word at `at`; its key is the word itself, up to 7 bytes of it, else a hash. */
RAWBPF__PRIVATE const unsigned char *rawbpf__word_end(const unsigned char *at,
						      const unsigned char *end, uint64_t *key);
/* The code of a word of the templates, or 0. */
RAWBPF__PRIVATE unsigned rawbpf__word_find(const struct rawbpf__tables *tables, uint64_t key,
					   const unsigned char *text, unsigned length);
/* The end of the operator at `at`, and its code. */
RAWBPF__PRIVATE const unsigned char *rawbpf__operator_end(const unsigned char *at, unsigned *code);
/* Where in a table of 1 << bits slots a key belongs. */
RAWBPF__PRIVATE unsigned rawbpf__key_slot(uint64_t key, unsigned bits);

/* match.c */

/* Tables that know the words, and no row. */
RAWBPF__PRIVATE void rawbpf__tables_start(struct rawbpf__tables *tables);
/* What the statement is: of p->skeleton, and p->opcode if that is known; NULL: no instruction. */
RAWBPF__PRIVATE const struct rawbpf__row *rawbpf__match(const struct rawbpf__parser *p);
/* The error that a token is none; 0: it is one. */
RAWBPF__PRIVATE int rawbpf__complain_bad(struct rawbpf__parser *p,
					 const struct rawbpf__token *token);
/* The error that no row has p->skeleton. */
RAWBPF__PRIVATE void rawbpf__mismatch(struct rawbpf__parser *p);

/* symbol.c */

/* Lay out the scratch. 0 or -ENOSPC. */
RAWBPF__PRIVATE int rawbpf__symbols_start(struct rawbpf__parser *p);
/* A label, constant or map is defined; 0: it has been before, which is an error. */
RAWBPF__PRIVATE int rawbpf__symbol_define(struct rawbpf__parser *p,
					  const struct rawbpf__token *name, unsigned kind,
					  uint64_t value, int huge);
/* If the name is a constant's, the token becomes its number; otherwise 0. */
RAWBPF__PRIVATE int rawbpf__symbol_constant(struct rawbpf__parser *p, struct rawbpf__token *token);
/* The instruction at `slot` names a label or map: now or later it gets its value. */
RAWBPF__PRIVATE void rawbpf__symbol_use(struct rawbpf__parser *p, const struct rawbpf__token *name,
					unsigned slot, unsigned field);
/* "no constant 'lenght' before this line (did you mean 'length'?)" */
RAWBPF__PRIVATE void rawbpf__constant_missing(struct rawbpf__parser *p,
					      const struct rawbpf__token *name);
/* The end: what is still unknown is a helper or an error. */
RAWBPF__PRIVATE void rawbpf__symbols_end(struct rawbpf__parser *p);

/* parse.c */

/* A number has to be one: a name becomes its constant's value, or an error, and 0. */
RAWBPF__PRIVATE int rawbpf__is_number(struct rawbpf__parser *p, struct rawbpf__token *token);
RAWBPF__PRIVATE void rawbpf__skip_line(struct rawbpf__parser *p);

/* directive.c */

RAWBPF__PRIVATE int rawbpf__text_equal(const struct rawbpf__token *token, const char *text);
RAWBPF__PRIVATE void rawbpf__directive(struct rawbpf__parser *p);

/* listing.c */

/* What a line begins with before its instruction. 0: the line is none to assemble. */
RAWBPF__PRIVATE int rawbpf__listing(struct rawbpf__parser *p);
/* "12:" has to continue the numbers before. */
RAWBPF__PRIVATE void rawbpf__listing_number(struct rawbpf__parser *p);
/* The source register that objdump's column of bytes has and the text does not tell; or 0. */
RAWBPF__PRIVATE unsigned rawbpf__listing_source(const struct rawbpf__parser *p, uint64_t insn);
/* The verifier's other lines: "processed 9 insns...", "from 3 to 7: ...", "func#0 @0". */
RAWBPF__PRIVATE int rawbpf__is_chatter(const struct rawbpf__parser *p);

/* complain.c */

/* Which of several names was meant? Offer all; `best` is then one, or NULL. */
struct rawbpf__guess {
	const unsigned char *name;
	const unsigned char *best;
	unsigned length, best_length;
	unsigned distance;
};
RAWBPF__PRIVATE void rawbpf__guess_offer(struct rawbpf__guess *guess, const void *name,
					 unsigned length);

/*
 * An error at a token, or at what lies at `start` on `line`. In the message
 *
 *	%s	a string of ours
 *	%t	a token, escaped and not too long
 *	%d	a number, int64_t
 *	%x	two hexadecimal digits of an unsigned
 *	%e	what a token of that code (unsigned) looks like
 *	%g	of a guess: " (did you mean 'x'?)", or nothing
 */
RAWBPF__PRIVATE void rawbpf__complain(struct rawbpf__parser *p, const struct rawbpf__token *token,
				      const char *message, ...);
RAWBPF__PRIVATE void rawbpf__complain_at(struct rawbpf__parser *p, unsigned line,
					 const struct rawbpf__token *token, const char *message,
					 ...);
/* May an error there be among the first? Otherwise nobody will read its message. */
RAWBPF__PRIVATE int rawbpf__is_kept(const struct rawbpf__parser *p, const unsigned char *at);
/* The line of the present statement that `at` is on. */
RAWBPF__PRIVATE unsigned rawbpf__line_of(const struct rawbpf__parser *p, const unsigned char *at);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The parser of collections. It reads a text line by line; insn/asm reads the instructions. Each
 * of its parts calls only those before it:
 *
 *	rows.c		tables that grow in the caller's memory
 *	name.c		names, what they stand for, and strings
 *	take.c		the tokens of a line, one after the other; errors
 *	known.c		expressions as rows; types and maps that names stand for
 *	apply.c		the value of an operation
 *	expr.c		expressions
 *	present.c	how a value is shown
 *	struct.c	.struct and its fields
 *	declare.c	.map, .ring, .show, .param, .set, .license
 *	place.c		.at and .or
 *	test.c		.test and its lines
 *	step.c		what has to be done to instructions before they can be loaded
 *	prog.c		.prog, .local, .if, .else, .endif; a program's end
 *	section.c	sections of data, as compilers write them
 *	code.c		statements
 *	macro.c		.macro, and its calls
 *	line.c		a line: its directive, or its statements
 *	parse.c		the text, after the prelude
 */
#ifndef RAWBPF_INSN_COLLECTOR_H
#define RAWBPF_INSN_COLLECTOR_H

#include <rawbpf/collection.h>

#include "../asm/parser.h"
#include "../symbol/names.h"

/* A name of the text: the key of the tree of names. */
struct rawbpf__name;

/* A macro of the text or of the prelude, or a struct of the prelude that is not used yet. */
struct rawbpf__macro {
	const char *start, *end;	/* the lines between the first and the last one */
	unsigned name;
	unsigned line;			/* of `start` */
	unsigned parameter, parameter_count;
	uint8_t is_std;
	uint8_t is_used;		/* a struct: the collection needs it */
};

struct rawbpf__parameter {
	const char *name, *value;	/* value NULL: a call must give one */
	unsigned length, value_length;
};

/* An instruction that names a label, or a function. The end of the program decides which. */
struct rawbpf__mention {
	unsigned name;
	unsigned step;
	unsigned macro_line;
	struct rawbpf__token token;	/* its place */
	uint8_t field;			/* enum rawbpf__field */
};

/* The place of data: a label of a section. */
struct rawbpf__datum {
	unsigned section, offset;
};

/* The tables of the collection, and those that only the parser needs. */
#define RAWBPF__COLLECTOR_TABLES(X) \
	RAWBPF_TABLES(X) \
	X(name, struct rawbpf__name) \
	X(macro, struct rawbpf__macro) \
	X(parameter, struct rawbpf__parameter) \
	X(mention, struct rawbpf__mention) \
	X(datum, struct rawbpf__datum) \
	X(rodata, uint8_t) \
	X(data, uint8_t) \
	X(bss, uint8_t)

enum rawbpf__table {
#define RAWBPF__TABLE(NAME, TYPE) RAWBPF__TABLE_##NAME,
	RAWBPF__COLLECTOR_TABLES(RAWBPF__TABLE)
#undef RAWBPF__TABLE
	RAWBPF__TABLE_COUNT
};

struct rawbpf__rows {
	void *all;
	unsigned count, max;
};

/* What a name can stand for. Labels and locals belong to a program, fields to a struct. */
enum rawbpf__space {
	RAWBPF__A_STRUCT,
	RAWBPF__A_STD_STRUCT,
	RAWBPF__A_FIELD,
	RAWBPF__A_TABLE_MAP,
	RAWBPF__A_PARAM,
	RAWBPF__A_SET,
	RAWBPF__A_PROG,
	RAWBPF__A_TABLE_LABEL,
	RAWBPF__A_LOCAL,
	RAWBPF__A_MACRO,
	RAWBPF__A_DATUM,
	RAWBPF__SPACES
};

struct rawbpf__name {
	const char *text;
	unsigned length;
	unsigned links[RAWBPF__LINKS];
	uint16_t string;			/* in the collection's strings; 0: not there */
	uint16_t of[RAWBPF__SPACES];		/* an index + 1, or 0 */
};

/* What the lines are part of. */
enum rawbpf__block {
	RAWBPF__BLOCK_NONE,
	RAWBPF__BLOCK_STRUCT,
	RAWBPF__BLOCK_PROG,
	RAWBPF__BLOCK_TEST,
	RAWBPF__BLOCK_MACRO,
	RAWBPF__BLOCK_STD_STRUCT,	/* read later, if the text uses the struct */
	RAWBPF__BLOCK_SKIPPED		/* after an error in its first line */
};

/* The section that a compiler's directive has begun. */
enum rawbpf__section {
	RAWBPF__SECTION_CODE,
	RAWBPF__SECTION_RODATA,
	RAWBPF__SECTION_DATA,
	RAWBPF__SECTION_BSS,
	RAWBPF__SECTION_LICENSE,
	RAWBPF__SECTION_SKIPPED
};

enum {
	RAWBPF__IF_DEPTH = 32,
	RAWBPF__MACRO_DEPTH = 8,
	RAWBPF__MACRO_PARAMETERS = 16,
	RAWBPF__MACRO_LINE = 512,		/* bytes of an expanded line, with a NUL */
	RAWBPF__MACRO_LINES = 65535		/* lines that all macros make */
};

struct rawbpf__collector {
	struct rawbpf__later later;		/* the assembler calls these */
	struct rawbpf__parser parser;		/* the assembler's, and the place in the text */
	struct rawbpf_text text;		/* the assembler's: the program's instructions */
	struct rawbpf__symbol symbol;		/* the assembler has no symbols of its own */
	struct rawbpf_collection_text *input;
	struct rawbpf_text_error error, warning; /* of the statement at hand */
	struct rawbpf__rows tables[RAWBPF__TABLE_COUNT];
	char *at, *end;				/* the memory that is left */
	int failed;				/* -ENOSPC or -E2BIG: the text is not read on */
	unsigned names;				/* the root of the tree of names */
	struct rawbpf__token token;		/* the line's next token, not taken yet */
	struct rawbpf__token directive;		/* the line's first */

	enum rawbpf__block block;
	enum rawbpf__section section;
	uint8_t is_std;				/* the text is the prelude */
	unsigned prog, first_local, first_mention; /* of the program at hand */
	struct rawbpf__token prog_name, macro_name; /* of the block at hand */
	uint8_t tries_place, tries_code;	/* the program has such lines, maybe wrong ones */
	uint8_t has_if;
	struct rawbpf__token jump;		/* its first jump by a number of slots, if it has one */
	unsigned jump_macro_line;
	uint16_t line_said, macro_line_said;	/* of the last RAWBPF_STEP_LINE */
	unsigned if_depth, if_base;		/* if_base: the depth at the start of the macro */
	uint32_t else_bits;			/* bit N: the .if of depth N has its .else */
	struct rawbpf__token ifs[RAWBPF__IF_DEPTH];

	unsigned macro_depth, macro_lines, macro_calls;
	unsigned macro_line;			/* as in the tables; 0: not in a macro */
	struct rawbpf__token call;		/* the user's statement, if in a macro */
	uint16_t license;
};

/* Return row `index` of a table. Adding to the table may move it. */
#define RAWBPF__ROW(C, NAME, TYPE, INDEX) \
	(&((TYPE *)(C)->tables[RAWBPF__TABLE_##NAME].all)[INDEX])
#define RAWBPF__ROWS(C, NAME) ((C)->tables[RAWBPF__TABLE_##NAME].count)

/* rows.c */

/* Lay out the memory. Return 0 if it is too small for empty tables. */
RAWBPF__PRIVATE int rawbpf__rows_begin(struct rawbpf__collector *c, void *memory, size_t size);
/* Make room for `count` more rows. Return 0 if there is none; `failed` then has the reason. */
RAWBPF__PRIVATE int rawbpf__rows_room(struct rawbpf__collector *c, enum rawbpf__table table,
				      unsigned count);
/* Append a row. Return its index. If there is no room, `failed` has the reason, the index is 0. */
RAWBPF__PRIVATE unsigned rawbpf__rows_add(struct rawbpf__collector *c, enum rawbpf__table table,
					  const void *row);
/* Point the collection at its tables. */
RAWBPF__PRIVATE void rawbpf__rows_end(const struct rawbpf__collector *c,
				      struct rawbpf_collection *collection);
/* Return `size` bytes for names, or NULL; `failed` then has the reason. */
RAWBPF__PRIVATE char *rawbpf__memory_take(struct rawbpf__collector *c, size_t size);

/* name.c */

/* Return the number of a name, and add it if it is new. */
RAWBPF__PRIVATE unsigned rawbpf__name_get(struct rawbpf__collector *c, const char *text,
					  unsigned length);
/* Return what a name stands for: an index + 1, or 0. */
RAWBPF__PRIVATE unsigned rawbpf__name_of(const struct rawbpf__collector *c, unsigned name,
					 enum rawbpf__space space);
RAWBPF__PRIVATE void rawbpf__name_is(struct rawbpf__collector *c, unsigned name,
				     enum rawbpf__space space, unsigned index);
/* Return the name as a string of the collection. */
RAWBPF__PRIVATE uint16_t rawbpf__name_string(struct rawbpf__collector *c, unsigned name);
/* Return a text as a string of the collection. Equal texts are one string. */
RAWBPF__PRIVATE uint16_t rawbpf__string(struct rawbpf__collector *c, const char *text,
					unsigned length);
/* Guess which name was meant of those from `first` on that stand for such a thing. */
RAWBPF__PRIVATE struct rawbpf__guess rawbpf__name_guess(struct rawbpf__collector *c,
							const struct rawbpf__token *name,
							enum rawbpf__space space, unsigned first);

/* take.c: each returns 0 after an error that it complained of. */

/* Take the line's next token. */
RAWBPF__PRIVATE void rawbpf__take(struct rawbpf__collector *c);
RAWBPF__PRIVATE int rawbpf__token_is_name(const struct rawbpf__token *token);
RAWBPF__PRIVATE int rawbpf__token_is(const struct rawbpf__token *token, const char *word);
/* Take the token if it is this character, or this word. Return 0 for any other token. */
RAWBPF__PRIVATE int rawbpf__take_char(struct rawbpf__collector *c, char character);
RAWBPF__PRIVATE int rawbpf__take_word(struct rawbpf__collector *c, const char *word);
/* Take a name: "a name", "the map". Return its number. */
RAWBPF__PRIVATE unsigned rawbpf__take_name(struct rawbpf__collector *c, const char *what);
/* Take a name that shall stand for something new. Return its number. */
RAWBPF__PRIVATE unsigned rawbpf__take_new(struct rawbpf__collector *c, enum rawbpf__space space,
					  unsigned first);
/* Take the name of a thing that an earlier line declares. Return its index + 1. */
RAWBPF__PRIVATE unsigned rawbpf__take_known(struct rawbpf__collector *c, enum rawbpf__space space);
/* Take a string in quotes. Return it as one of the collection. */
RAWBPF__PRIVATE int rawbpf__take_string(struct rawbpf__collector *c, const char *what,
					uint16_t *string);
/* Require the end of the line. */
RAWBPF__PRIVATE int rawbpf__take_end(struct rawbpf__collector *c);
/* Return the place behind the quoted text at `at`, or `at` + 1. */
RAWBPF__PRIVATE const char *rawbpf__quoted_end(const char *at, const char *end);
/* Return the place of the comment in the bytes from `at` to `end`, or `end`. */
RAWBPF__PRIVATE const char *rawbpf__code_end(const char *at, const char *end);
/* Complain about the next token: "expected WHAT, not 'x'". */
RAWBPF__PRIVATE void rawbpf__take_wrong(struct rawbpf__collector *c, const char *what);
/* Hand the statement's error and warning to the caller. */
RAWBPF__PRIVATE void rawbpf__errors_hand(struct rawbpf__collector *c);

/* known.c */

/* The value of an expression: a number, or an expression of the tables. */
struct rawbpf__value {
	uint64_t number;
	uint16_t expr;		/* 0: a number */
	uint8_t is_huge;	/* the number is unsigned, and more than INT64_MAX */
};

/* Return the user's line: in a macro, that of the call. */
RAWBPF__PRIVATE unsigned rawbpf__user_line(const struct rawbpf__collector *c);
RAWBPF__PRIVATE uint16_t rawbpf__expr_add(struct rawbpf__collector *c, unsigned op, unsigned a,
					  uint32_t b);
/* Return the value as an expression of the tables. */
RAWBPF__PRIVATE uint16_t rawbpf__expr_number(struct rawbpf__collector *c,
					     const struct rawbpf__value *value);
/* Return 1 if the name is that of a type, and note that it is used. */
RAWBPF__PRIVATE int rawbpf__is_type(struct rawbpf__collector *c, unsigned name);
/*
 * Return the index + 1 of a map. scratch_STRUCT and std_counts are made where they are first
 * named. Complain and return 0 if there is no such map.
 */
RAWBPF__PRIVATE unsigned rawbpf__map_find(struct rawbpf__collector *c,
					  const struct rawbpf__token *name);

/* apply.c: see apply.h */

/* expr.c */

RAWBPF__PRIVATE void rawbpf__expr_begin(struct rawbpf__collector *c);
/* Take an expression. Return 0 after an error. */
RAWBPF__PRIVATE uint16_t rawbpf__take_expr(struct rawbpf__collector *c);
/* Take an expression whose value is known here. Return 0 after an error. */
RAWBPF__PRIVATE int rawbpf__take_number(struct rawbpf__collector *c, uint64_t *number);
/* Take an expression in which MAP[KEY], count(MAP) and registers may stand. */
RAWBPF__PRIVATE uint16_t rawbpf__take_expect(struct rawbpf__collector *c);
/* Take a type, or else an expression. */
RAWBPF__PRIVATE int rawbpf__take_type_or_expr(struct rawbpf__collector *c, uint16_t *type,
					      uint16_t *expr);

/* present.c */

/* Take a presentation, if one comes. Return 0 after an error. */
RAWBPF__PRIVATE int rawbpf__take_present(struct rawbpf__collector *c, uint16_t *present,
					 uint16_t args[2]);

/* Guess which presentation was meant. */
RAWBPF__PRIVATE struct rawbpf__guess rawbpf__present_guess(const struct rawbpf__token *token);

/* struct.c */

RAWBPF__PRIVATE void rawbpf__struct_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__struct_begin(struct rawbpf__collector *c, unsigned name,
					  unsigned line);
RAWBPF__PRIVATE void rawbpf__struct_line(struct rawbpf__collector *c);

/* declare.c */

RAWBPF__PRIVATE void rawbpf__map_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__ring_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__show_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__param_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__set_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__license_directive(struct rawbpf__collector *c);
/* Take the name of a new map or program. */
RAWBPF__PRIVATE unsigned rawbpf__take_object(struct rawbpf__collector *c, enum rawbpf__space space);

/* place.c */

RAWBPF__PRIVATE void rawbpf__at_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__or_directive(struct rawbpf__collector *c);

/* test.c */

RAWBPF__PRIVATE void rawbpf__test_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__test_line(struct rawbpf__collector *c);

/* step.c */

/* Add a step for a slot. A step for a new line precedes it. */
RAWBPF__PRIVATE unsigned rawbpf__step(struct rawbpf__collector *c, unsigned kind, unsigned slot,
				      unsigned a, unsigned b);
/* Add a step if the line differs from that of the last step. */
RAWBPF__PRIVATE void rawbpf__step_line(struct rawbpf__collector *c);
/* Set the functions that the assembler calls. */
RAWBPF__PRIVATE void rawbpf__step_begin(struct rawbpf__collector *c);
/* At a program's end, find its labels and functions. */
RAWBPF__PRIVATE void rawbpf__mentions_end(struct rawbpf__collector *c);

/* prog.c */

RAWBPF__PRIVATE void rawbpf__prog_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__local_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__if_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__else_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__endif_directive(struct rawbpf__collector *c);
/* Complain about each .if above this depth, which has no .endif. */
RAWBPF__PRIVATE void rawbpf__if_end(struct rawbpf__collector *c, unsigned depth);
/* End the program at hand, if there is one. */
RAWBPF__PRIVATE void rawbpf__prog_end(struct rawbpf__collector *c);

/* section.c */

/* Begin the section that the directive names. Return 0 for another directive. */
RAWBPF__PRIVATE int rawbpf__take_section(struct rawbpf__collector *c);
/* Read a directive of data, in a section of data. Return 0 for another directive. */
RAWBPF__PRIVATE int rawbpf__section_data(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__section_label(struct rawbpf__collector *c,
					   const struct rawbpf__token *token);
/* At the text's end, make maps of the sections, and let loads of their labels refer to them. */
RAWBPF__PRIVATE void rawbpf__sections_end(struct rawbpf__collector *c);

/* code.c */

/* Read a statement: an instruction, or data. Return 0 for a directive of something else. */
RAWBPF__PRIVATE int rawbpf__code(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__label(struct rawbpf__collector *c, const struct rawbpf__token *name);

/* macro.c */

RAWBPF__PRIVATE void rawbpf__macro_directive(struct rawbpf__collector *c);
/* Read a line behind .macro, up to .endm. */
RAWBPF__PRIVATE void rawbpf__macro_body(struct rawbpf__collector *c);
/*
 * Note a struct of the prelude. Its fields are read at the end of the text, and only if the text
 * uses it.
 */
RAWBPF__PRIVATE void rawbpf__std_struct_directive(struct rawbpf__collector *c);
RAWBPF__PRIVATE void rawbpf__std_struct_line(struct rawbpf__collector *c);
/* Read the lines of a macro, by `line`, with the arguments at the cursor. */
RAWBPF__PRIVATE void rawbpf__macro_call(struct rawbpf__collector *c, unsigned macro,
					void (*line)(struct rawbpf__collector *c));

/* line.c */

/* Read the line at the cursor. */
RAWBPF__PRIVATE void rawbpf__line(struct rawbpf__collector *c);

#endif

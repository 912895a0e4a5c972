/* SPDX-License-Identifier: MIT */
/*
 * The assembler. Each of its parts calls only those before it:
 *
 *	cursor.h	the place in the text
 *	lex.c		bytes to tokens
 *	complain.c	errors: places and messages
 *	statement.c	tokens of a statement, sums evaluated
 *	match.c		a statement to its instruction, by pattern.def
 *	listing.c	the text of the kernel and objdump around instructions
 *	reference.c	labels, maps and helpers that instructions name
 *	mismatch.c	the error of a statement that is no instruction
 *	emit.c		a slot to the program
 *	bytes.c		objdump's column of bytes, which decides
 *	warning.c	instructions that may contradict the look of their text
 *	instruction.c	operands into the fields of an instruction
 *	data.c		.byte, .short, .long, .quad
 *	compiler.c	sections, and other directives of compilers
 *	directive.c	all directives; .map and .set
 *	parse.c		the text, statement by statement
 */
#ifndef RAWBPF_INSN_PARSER_H
#define RAWBPF_INSN_PARSER_H

#include "complain.h"
#include "listing.h"
#include "match.h"
#include "statement.h"

/* An instruction that names a label, map or helper. The end of the text decides the value. */
struct rawbpf__reference {
	unsigned symbol;		/* the symbol's number */
	unsigned slot;
	unsigned line, column;
	int told;			/* the value in objdump's bytes, if is_told */
	uint8_t is_told;		/* the line has such bytes */
	uint8_t field;			/* enum rawbpf__field */
};

/* Data among instructions, up to a whole slot. */
struct rawbpf__data {
	unsigned char bytes[8];
	unsigned count;
	struct rawbpf__token last;	/* the directive of the last bytes */
};

struct rawbpf__parser {
	struct rawbpf_text *text;
	struct rawbpf__later *later;		/* of a collection; else NULL */
	struct rawbpf__cursor cursor;
	struct rawbpf__statement statement;
	struct rawbpf__listing listing;
	struct rawbpf__symbols symbols;
	struct rawbpf__reference *references;	/* the newest one; references grow down to the symbols */
	unsigned reference_count;
	unsigned slot;				/* next to write */
	struct rawbpf__data data;
	unsigned sections;			/* the root of the tree of skipped sections */
	uint8_t skips_section;			/* the current section has no instructions */
};

/* reference.c */

/*
 * Define a label, constant or map. Return NULL if the name is defined already, or if the scratch
 * is full. A label of a skipped section gives way to any other.
 */
RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__define(struct rawbpf__parser *p,
						      const struct rawbpf__token *name,
						      unsigned kind, uint64_t value);
/* Add a reference to a name. The function fills in its symbol, line and column. */
RAWBPF__PRIVATE void rawbpf__reference(struct rawbpf__parser *p, const struct rawbpf__token *name,
				       const struct rawbpf__reference *reference);
/* Fill in the values of all references, at the end of the text. */
RAWBPF__PRIVATE void rawbpf__references_end(struct rawbpf__parser *p);
/* Complain: "no constant 'lenght' before this line (did you mean 'length'?)". */
RAWBPF__PRIVATE void rawbpf__constant_missing(struct rawbpf__parser *p,
					      const struct rawbpf__token *name);
/*
 * Require a number. A constant's name becomes its number. For any other name, complain and return
 * 0.
 */
RAWBPF__PRIVATE int rawbpf__is_number(struct rawbpf__parser *p, struct rawbpf__token *token);

/* mismatch.c */

#define RAWBPF__ARE_BYTES "these are bytes, not text: rawbpf disasm -f hex reads b7 00 and 0xb7, 0x00"

/* Complain about a bad token. Return 0 if the token is not bad. */
RAWBPF__PRIVATE int rawbpf__complain_bad(struct rawbpf__parser *p,
					 const struct rawbpf__token *token);
/* Complain that no instruction has the statement's tokens. */
RAWBPF__PRIVATE void rawbpf__mismatch(struct rawbpf__parser *p);

/* emit.c */

/* Write the next slot, if the program has room for it. */
RAWBPF__PRIVATE void rawbpf__emit(struct rawbpf__parser *p, const struct bpf_insn *insn);

/* bytes.c */

/* These fields may differ between a column of bytes and the text beside it. */
struct rawbpf__skipped {
	uint8_t off;
	uint8_t imm;		/* src, and imm of the second slot, too */
};

/*
 * Compare an instruction with the line's column of bytes, and replace it by these bytes. If they
 * contradict each other in fields that are not skipped, complain and return 0.
 */
RAWBPF__PRIVATE int rawbpf__bytes_decide(struct rawbpf__parser *p, struct bpf_insn *slots,
					 unsigned count, const struct rawbpf__skipped *skipped);

/*
 * Emit the bytes beside objdump's word for an instruction that it cannot print. Return 0 for any
 * other statement.
 */
RAWBPF__PRIVATE int rawbpf__bytes_alone(struct rawbpf__parser *p);

/* warning.c */

/* Warn about an instruction that does not do what its text seems to say. */
RAWBPF__PRIVATE void rawbpf__warn_instruction(struct rawbpf__parser *p,
					      const struct rawbpf__pattern *pattern,
					      const struct bpf_insn *insn);

/* instruction.c */

/* Assemble the statement, which matches the pattern. */
RAWBPF__PRIVATE void rawbpf__instruction(struct rawbpf__parser *p,
					 const struct rawbpf__pattern *pattern);

/* data.c */

/* Handle a directive of data. Return 0 for any other directive. */
RAWBPF__PRIVATE int rawbpf__data_directive(struct rawbpf__parser *p);
/* End the data before another kind of statement. Complain if they end inside a slot. */
RAWBPF__PRIVATE void rawbpf__data_end(struct rawbpf__parser *p);

/* compiler.c: each returns 0 for any other directive. */

RAWBPF__PRIVATE int rawbpf__section_directive(struct rawbpf__parser *p);
RAWBPF__PRIVATE int rawbpf__compiler_directive(struct rawbpf__parser *p);

/* directive.c */

RAWBPF__PRIVATE void rawbpf__directive(struct rawbpf__parser *p);

#endif

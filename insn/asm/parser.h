/* SPDX-License-Identifier: MIT */
/*
 * The assembler. Its parts, each of which calls only those before it:
 *
 *	cursor.h	where in the text we are
 *	lex.c		bytes to tokens
 *	complain.c	errors: where, and in words
 *	statement.c	tokens of a statement, sums evaluated
 *	match.c		a statement to its instruction, by pattern.def
 *	listing.c	what the kernel and objdump print around instructions
 *	reference.c	labels, maps and helpers that instructions name
 *	mismatch.c	what is wrong with a statement that is no instruction
 *	emit.c		a slot to the program
 *	bytes.c		objdump's column of bytes, which decides
 *	warning.c	instructions that may not do what their text seems to say
 *	instruction.c	operands into the fields of an instruction
 *	data.c		.byte, .short, .long, .quad
 *	compiler.c	sections, and what else compilers write
 *	directive.c	all directives; .map and .set
 *	parse.c		the text, statement by statement
 */
#ifndef RAWBPF_INSN_PARSER_H
#define RAWBPF_INSN_PARSER_H

#include "complain.h"
#include "listing.h"
#include "match.h"
#include "statement.h"

/* An instruction that names a label, map or helper; what it gets is known at the end. */
struct rawbpf__reference {
	unsigned symbol;		/* its number */
	unsigned slot;
	unsigned line, column;
	int told;			/* what objdump's bytes say that it gets, */
	uint8_t is_told;		/* if there are any */
	uint8_t field;			/* enum rawbpf__field */
};

/* Data among instructions, up to a whole slot. */
struct rawbpf__data {
	unsigned char bytes[8];
	unsigned count;
	struct rawbpf__token last;	/* the directive that they are of */
};

struct rawbpf__parser {
	struct rawbpf_text *text;
	struct rawbpf__cursor cursor;
	struct rawbpf__statement statement;
	struct rawbpf__listing listing;
	struct rawbpf__symbols symbols;
	struct rawbpf__reference *references;	/* the newest; they grow down to the symbols */
	unsigned reference_count;
	unsigned slot;				/* next to write */
	struct rawbpf__data data;
	uint8_t skips_section;			/* that has no instructions */
};

/* reference.c */

/* Define a label, constant or map. NULL: it is defined already, or there is no room. */
RAWBPF__PRIVATE struct rawbpf__symbol *rawbpf__define(struct rawbpf__parser *p,
						      const struct rawbpf__token *name,
						      unsigned kind, uint64_t value);
/* Add a reference by this name; its symbol, line and column are found here. */
RAWBPF__PRIVATE void rawbpf__reference(struct rawbpf__parser *p, const struct rawbpf__token *name,
				       const struct rawbpf__reference *reference);
/* The end: fill in what instructions name. */
RAWBPF__PRIVATE void rawbpf__references_end(struct rawbpf__parser *p);
/* "no constant 'lenght' before this line (did you mean 'length'?)" */
RAWBPF__PRIVATE void rawbpf__constant_missing(struct rawbpf__parser *p,
					      const struct rawbpf__token *name);
/* An operand has to be a number: a name becomes its constant's; if it is none, an error, and 0. */
RAWBPF__PRIVATE int rawbpf__is_number(struct rawbpf__parser *p, struct rawbpf__token *token);

/* mismatch.c */

#define RAWBPF__ARE_BYTES "these are bytes, not text: rawbpf disasm -f hex reads them"

/* The error that a token is none; 0: it is one. */
RAWBPF__PRIVATE int rawbpf__complain_bad(struct rawbpf__parser *p,
					 const struct rawbpf__token *token);
/* The error that no instruction has the statement's tokens. */
RAWBPF__PRIVATE void rawbpf__mismatch(struct rawbpf__parser *p);

/* emit.c */

/* Write the next slot, if there is room for it. */
RAWBPF__PRIVATE void rawbpf__emit(struct rawbpf__parser *p, const struct bpf_insn *insn);

/* bytes.c */

/* Fields of an instruction that a column of bytes and the text beside it need not agree on. */
struct rawbpf__skipped {
	uint8_t off;
	uint8_t imm;		/* and src, and imm of the second slot */
};

/*
 * Compare an instruction with the line's column of bytes, which it becomes. If they contradict
 * each other in fields that are not skipped, complain and return 0.
 */
RAWBPF__PRIVATE int rawbpf__bytes_decide(struct rawbpf__parser *p, struct bpf_insn *slots,
					 unsigned count, const struct rawbpf__skipped *skipped);

/* The statement is objdump's word for bytes that it cannot print: emit them. 0: it is another. */
RAWBPF__PRIVATE int rawbpf__bytes_alone(struct rawbpf__parser *p);

/* warning.c */

/* Warn of an instruction that does something else than its text seems to say. */
RAWBPF__PRIVATE void rawbpf__warn_instruction(struct rawbpf__parser *p,
					      const struct rawbpf__pattern *pattern,
					      const struct bpf_insn *insn);

/* instruction.c */

/* Assemble the statement, whose tokens are those of the pattern. */
RAWBPF__PRIVATE void rawbpf__instruction(struct rawbpf__parser *p,
					 const struct rawbpf__pattern *pattern);

/* data.c */

/* 0: it is another directive. */
RAWBPF__PRIVATE int rawbpf__data_directive(struct rawbpf__parser *p);
/* Something else than data follows: they have to end with a slot. */
RAWBPF__PRIVATE void rawbpf__data_end(struct rawbpf__parser *p);

/* compiler.c: 0 for other directives. */

RAWBPF__PRIVATE int rawbpf__section_directive(struct rawbpf__parser *p);
RAWBPF__PRIVATE int rawbpf__compiler_directive(struct rawbpf__parser *p);

/* directive.c */

RAWBPF__PRIVATE void rawbpf__directive(struct rawbpf__parser *p);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Listings have more than the instruction in a line:
 *
 *	  12: (07) r2 += -4		; R2_w=fp-4		the verifier, bpftool
 *	   0:	07 01 00 00 fc ff ff ff	r1 += -0x4		objdump
 *	prog.o:	file format elf64-bpf				objdump
 *	0000000000000010 <loop>:				objdump
 *		0000000000000000:  R_BPF_64_64	counts		objdump -r
 *	0: R1=ctx() R10=fp0					the verifier
 */
#ifndef RAWBPF_INSN_LISTING_H
#define RAWBPF_INSN_LISTING_H

#include "complain.h"

/* The kind of a line's beginning. */
enum rawbpf__line {
	RAWBPF__LINE_STATEMENT,		/* a number, bytes and an opcode may precede it */
	RAWBPF__LINE_LABEL,		/* "<name>:" */
	RAWBPF__LINE_OTHER		/* the line has no statement */
};

struct rawbpf__listing {
	struct rawbpf__token number;	/* "12:" before this statement, or T_END */
	struct rawbpf__token opcode;	/* "(07)" before it, or T_END */
	struct rawbpf__token bytes;	/* objdump's column, or T_END */
	unsigned byte_slots;		/* 1 or 2, in that column */
	uint64_t base;			/* the number of slot 0, if is_numbered */
	uint8_t is_numbered;		/* an earlier line had a number */
	uint8_t order;			/* enum rawbpf_byte_order of the columns of bytes so far */
	uint8_t has_comment;		/* this line has a number or opcode: ';' begins a comment */
};

/* Forget the number, bytes and opcode of the previous statement. */
RAWBPF__PRIVATE void rawbpf__listing_forget(struct rawbpf__listing *listing);

/*
 * Read the parts of the line before its statement, and move the cursor behind them. Move it
 * behind the line or the label if the line is no statement. `label` becomes the label's name.
 */
RAWBPF__PRIVATE enum rawbpf__line rawbpf__listing_read(struct rawbpf__listing *listing,
						       struct rawbpf__cursor *cursor,
						       struct rawbpf__token *label);

/*
 * Complain about a number that does not continue the previous numbers. `slot` is the next slot to
 * write.
 */
RAWBPF__PRIVATE void rawbpf__listing_check(struct rawbpf__listing *listing,
					   struct rawbpf_text *text, unsigned slot);

/*
 * Return 1 if a relocation follows this line. A linker then fills in the instruction's immediate.
 */
RAWBPF__PRIVATE int rawbpf__is_relocated(const struct rawbpf__cursor *cursor);

/* Return 1 for objdump's lines "prog.o:	file format elf64-bpf" and "Disassembly of section xdp:". */
RAWBPF__PRIVATE int rawbpf__is_headline(const struct rawbpf__cursor *cursor, const char *line);

/*
 * Return 1 for the verifier's other lines: "processed 9 insns...", "from 3 to 7: ...", "func#0
 * @0".
 */
RAWBPF__PRIVATE int rawbpf__is_chatter(const struct rawbpf__cursor *cursor, const char *line);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The templates of the table of instructions, as rows of elements that statements are compared
 * with. An element is a token's code; or an operand, which goes to a field.
 *
 *	"lock *(%T *)(%D%O) %o= %S"    is    lock * ( u64 * ) ( DST +OFF ) += SRC
 */
#ifndef RAWBPF_INSN_TEMPLATE_H
#define RAWBPF_INSN_TEMPLATE_H

#include <rawbpf/form.h>

#include "../form/form.h"
#include "lex.h"

/* What an operand is, and so where it goes. */
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
	RAWBPF__F_IMM64,
	RAWBPF__F_MAP			/* imm: a map's name */
};

struct rawbpf__element {
	uint16_t code;			/* of an operand T_R, T_W or T_NUMBER */
	uint8_t field;			/* of an operand: enum rawbpf__field */
	uint8_t is_operand : 1;
	uint8_t has_sign : 1;		/* of a number: it must have one */
};

enum { RAWBPF__ELEMENTS = 20 };		/* no template has more */

/* The elements of a form's template, `text`, as a dialect writes it; how many there are. */
RAWBPF__PRIVATE unsigned rawbpf__template_read(struct rawbpf__element *elements,
					       const struct rawbpf__form *form, const char *text,
					       unsigned dialect);

#endif

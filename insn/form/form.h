/* SPDX-License-Identifier: MIT */
/*
 * The table of instructions, as the rest of insn/ sees it.
 *
 * A FORM is one instruction. It has an opcode and, if several instructions share the opcode, a value
 * that a further field must have (`fix`). Forms share a SHAPE: the fields that they use, and their
 * notations of LLVM, the kernel and C. Shapes may share a MEANING: their effect.
 *
 * THE TEMPLATES. Each character stands for itself, except for these:
 *
 *	%D %d	register dst, as rN and wN
 *	%S %s	register src, as rN and wN
 *	%I	imm, signed
 *	%C	imm, compared: signed for LLVM, unsigned hexadecimal for the kernel
 *	%N	imm, unsigned, always decimal: a descriptor, index or id
 *	%M	imm of the second slot, likewise
 *	%Q	64 bits: imm of both slots
 *	%U %V	high and low half of imm, unsigned: two address spaces
 *	%E	off, signed, always decimal: an index
 *	%O	off, with its sign: an address's displacement
 *	%J	off, a jump's target; %L the same in imm
 *	%R	imm, a call's target, after "pc"; %K the same without "pc"
 *	%H	imm, a helper of the kernel
 *	%Y	the end of a load of 64 bits
 *	%T	the opcode's type: u8, u16, u32, u64, or s8, s16, s32; "__probe " or "__arena "
 *		before it if the verifier has marked that the access may fault
 *	%o %F	the form's operator, and its `fix` in decimal: literal text
 *	%Z %P	C only: BPF_W..., and BPF_ADD, BPF_JEQ...
 *
 *	operand	LLVM			kernel			C
 *	%D %d	r1 w1			r1 w1			BPF_REG_1
 *	%I	0x5 -0x5		5 -5			5 -5
 *	%C	0x5 -0x5		0x5 0xfffffffb		-
 *	%N %M	5 4294967291		5 4294967291		- -5
 *	%Q	0x5 -0x5 (64 bits)	0x5 0xfffffffffffffffb	0x5 0xfffffffffffffffb
 *	%U %V	0x1			1			1
 *	%E	5			5			5
 *	%O	" + 0x8" " - 0x8"	" +8" " -8"		8 -8
 *	%J %L	+0x5 -0x5		pc+5 pc-5		5 -5
 *	%R	pc+0x5 pc-0x5		pc+5 pc-5		5 -5
 *	%K	+0x5 -0x5		+5 -5			5 -5
 *	%H	0x1			bpf_map_lookup_elem#1	BPF_FUNC_map_lookup_elem
 *	%Y	" ll"			""			-
 *
 * A register that stands in a template twice is the same register both times. A kernel template ""
 * is LLVM's. The kernel's whole line begins with the opcode: "(07) r2 += -4".
 *
 * A template that begins with '!' does not determine the form. The functions do not print the '!'.
 * A form of the same text without '!' comes first, unless the line begins with an opcode, as
 * "(18) r1 = 0x5" does. All other forms differ in their literal text, or in the kinds or places of
 * their operands.
 *
 * OUR OWN SYNTAX: LLVM prints nothing for these, or text that does not assemble to the same bytes:
 * subprog[...], subprog[...][...], call subprog[...][...], map[...], var[...], kfunc[...],
 * "call pc+0x5", zext(), skb[rN + imm], gotox, nospec, &(void __percpu *)(rN), __probe, __arena.
 * LLVM 19 prints all calls as "call 0x5". It prints all loads of pseudo values as
 * "ld_pseudo r1, 0x1, 0x5", which its own assembler reads as something else. It omits the immediate
 * of a packet load.
 */
#ifndef RAWBPF_INSN_FORM_H
#define RAWBPF_INSN_FORM_H

#include "../base/private.h"

/* The rule for the value of an instruction's field. */
enum rawbpf__rule {
	RAWBPF__ZERO,		/* 0 */
	RAWBPF__FIX,		/* the form's `fix` */
	RAWBPF__REG,		/* kernels load 0 to 10; the verifier itself writes 11 and 12, too */
	RAWBPF__ANY,
	RAWBPF__NONE,		/* the instruction has one slot, so no such field */

	/* Any value makes this instruction, but kernels load only some values. */
	RAWBPF__NOT0,
	RAWBPF__INDEX,		/* 0 and more */
	RAWBPF__SHIFT32,	/* 0 to 31 */
	RAWBPF__SHIFT64,	/* 0 to 63 */
	RAWBPF__CAST,		/* 1 or 0x10000 */
	RAWBPF__RULES
};

/* Conformance groups of RFC 9669, section 2.4. */
enum rawbpf__group {
	RAWBPF__BASE32,
	RAWBPF__BASE64,
	RAWBPF__ATOMIC32,
	RAWBPF__ATOMIC64,
	RAWBPF__DIVMUL32,
	RAWBPF__DIVMUL64,
	RAWBPF__PACKET,
	RAWBPF__CALLX,		/* like the next group, not in the RFC */
	RAWBPF__LINUX
};

enum rawbpf__meaning {
#define MEANING(NAME, ...) RAWBPF__MEANING_##NAME,
#include "form.def"
	RAWBPF__MEANINGS
};

enum rawbpf__shape_name {
#define SHAPE(NAME, ...) RAWBPF__SHAPE_##NAME,
#include "form.def"
	RAWBPF__SHAPE_COUNT
};

struct rawbpf__shape {
	uint8_t fields;		/* form.c's bits of the fields that must be 0 or `fix` */
	uint8_t fix_shift;	/* the place of `fix` in the word */
	uint8_t dst : 4, src : 4;		/* enum rawbpf__rule */
	uint8_t off : 4, imm : 4;
	uint8_t next : 4;			/* imm of the second slot */
	uint8_t slots : 4;			/* 1 or 2 */
	uint8_t meaning;			/* enum rawbpf__meaning */
	uint16_t text[3];			/* by enum rawbpf_dialect; see rawbpf__form_text() */
};

struct rawbpf__form {
	uint8_t code;
	uint8_t shape;		/* enum rawbpf__shape_name */
	int16_t fix;
	char op[4];		/* %o, terminated */
	uint8_t kernel;		/* 5 << 5 | 12; 0: no kernel. See rawbpf__form_kernel() */
	uint8_t group;		/* enum rawbpf__group */
};

/* Return form `index`, from 0, in the order of opcodes, or NULL behind the last one. */
RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_at(unsigned index);

/* Return the first form of an opcode, or NULL. Further forms of the same `code` follow it. */
RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_first(unsigned code);

/* Return an instruction as one number: opcode, registers, off and imm, from its low end. */
static inline uint64_t rawbpf__form_word(const struct bpf_insn *insn)
{
	uint64_t word;

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		return (uint64_t)(uint32_t)insn->imm << 32 | (uint32_t)(uint16_t)insn->off << 16 |
		       insn->src_reg << 12 | insn->dst_reg << 8 | insn->code;
	__builtin_memcpy(&word, insn, sizeof(word));
	return word;
}

/*
 * Return the form of an instruction, or NULL for an invalid one. The function reads at most
 * `count` slots (> 0).
 */
RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_find(const struct bpf_insn *insns,
							     unsigned count);

RAWBPF__PRIVATE const struct rawbpf__shape *rawbpf__form_shape(const struct rawbpf__form *form);

/* Find a form when `count` may be 0, too. *slots becomes 2 for a 64-bit load, else 1. */
static inline const struct rawbpf__form *rawbpf__form_take(const struct bpf_insn *insns,
							   unsigned count, unsigned *slots)
{
	const struct rawbpf__form *form = count ? rawbpf__form_find(insns, count) : NULL;

	*slots = form && rawbpf__form_shape(form)->slots == 2 ? 2 : 1;
	return form;
}

/* Return the first kernel that loads the form, as 5 << 8 | 12, or 0 if none does. */
RAWBPF__PRIVATE unsigned rawbpf__form_kernel(const struct rawbpf__form *form);

/*
 * Return the form's template in a dialect (enum rawbpf_dialect), including its '!'. The caller
 * may read 7 bytes behind its terminator.
 */
RAWBPF__PRIVATE const char *rawbpf__form_text(const struct rawbpf__form *form, unsigned dialect);

/*
 * Return 1 if a value obeys a rule. With `strict`, a kernel must load the value, too. `fix` is the
 * form's. `value` is sign-extended from its field's width.
 */
RAWBPF__PRIVATE int rawbpf__rule_holds(unsigned rule, int32_t value, int32_t fix, int strict);

/* Return the end of %T, as "u32", padded with zeros to 4 bytes. */
RAWBPF__PRIVATE const char *rawbpf__form_type(unsigned code);

/*
 * Return the beginning of %T. "__probe " marks a load from a kernel pointer that may be bad.
 * "__arena " marks an access to an arena, whose page may be missing. Any other access has "". The
 * verifier alone writes the modes of these two.
 */
RAWBPF__PRIVATE const char *rawbpf__form_qualifier(unsigned code);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The table of instructions, as the rest of insn/ sees it.
 *
 * A FORM is one instruction: an opcode and, where one opcode is several
 * instructions, a value that a further field must have (`fix`). What forms have in
 * common is their SHAPE: which fields they use, and how they are written, three
 * times: as LLVM, as the kernel and as C does. What it MEANS several shapes may share.
 *
 * THE TEMPLATES. All characters stand for themselves but for these:
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
 *	%Y	what ends a load of 64 bits
 *	%T	u8, u16, u32, u64, or s8, s16, s32, as the opcode says; "__probe " or "__arena "
 *		before it where the verifier has marked that the access may fault
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
 * A register that stands in a template twice is the same register both times. A
 * kernel template "" is LLVM's. The kernel's whole line has the opcode before it:
 * "(07) r2 += -4". A template that begins with '!' does not determine the form (the
 * '!' is not printed): another form of the same text, and of no '!', goes first,
 * unless the line begins with an opcode, as "(18) r1 = 0x5" does.
 * But for those, no two forms have the same literal text with the same kinds of
 * operands in the same places.
 *
 * OUR OWN SYNTAX, where LLVM prints nothing or something that does not assemble
 * back to the same bytes: subprog[...], subprog[...][...], call subprog[...][...], map[...],
 * var[...], kfunc[...], "call pc+0x5", zext(), skb[rN + imm], gotox, nospec,
 * &(void __percpu *)(rN), __probe, __arena. LLVM 19 prints all calls as "call 0x5" and
 * all loads of pseudo values as "ld_pseudo r1, 0x1, 0x5", which its own assembler reads
 * as something else, and omits the immediate of a packet load.
 */
#ifndef RAWBPF_INSN_FORM_H
#define RAWBPF_INSN_FORM_H

#include "../base/private.h"

/* What a field of an instruction may hold. */
enum rawbpf__rule {
	RAWBPF__ZERO,		/* 0 */
	RAWBPF__FIX,		/* the form's `fix` */
	RAWBPF__REG,		/* 0 to 10 are loaded; the verifier itself writes 11, 12 too */
	RAWBPF__ANY,
	RAWBPF__NONE,		/* there is no such field: one slot only */

	/* Any value is this instruction, but only some are loaded. */
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
	RAWBPF__CALLX,		/* not in the RFC, as the next */
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
	uint8_t fields;		/* form.c's: which must be 0 or `fix`, */
	uint8_t fix_shift;	/* which goes here */
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
	uint8_t kernel;		/* 5 << 5 | 12; 0: none. See rawbpf__form_kernel() */
	uint8_t group;		/* enum rawbpf__group */
};

/* Form `index`, from 0; NULL: there are no more. In order of opcodes. */
RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_at(unsigned index);

/* The first form of an opcode, or NULL; further ones follow it, while their `code` is the same. */
RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_first(unsigned code);

/* An instruction as one number: opcode, registers, off and imm, from its low end. */
static inline uint64_t rawbpf__form_word(const struct bpf_insn *insn)
{
	uint64_t word;

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		return (uint64_t)(uint32_t)insn->imm << 32 | (uint32_t)(uint16_t)insn->off << 16 |
		       insn->src_reg << 12 | insn->dst_reg << 8 | insn->code;
	__builtin_memcpy(&word, insn, sizeof(word));
	return word;
}

/* The form of an instruction, of which `count` slots (> 0) may be read. NULL: it is none. */
RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_find(const struct bpf_insn *insns,
							     unsigned count);

RAWBPF__PRIVATE const struct rawbpf__shape *rawbpf__form_shape(const struct rawbpf__form *form);

/* The same where `count` may be 0; *slots becomes 2 for a 64-bit load, else 1. */
static inline const struct rawbpf__form *rawbpf__form_take(const struct bpf_insn *insns,
							   unsigned count, unsigned *slots)
{
	const struct rawbpf__form *form = count ? rawbpf__form_find(insns, count) : NULL;

	*slots = form && rawbpf__form_shape(form)->slots == 2 ? 2 : 1;
	return form;
}

/* The kernel that brought it: 5 << 8 | 12; 0: none. */
RAWBPF__PRIVATE unsigned rawbpf__form_kernel(const struct rawbpf__form *form);

/*
 * Its template in a dialect (enum rawbpf_dialect), with '!' where it has one. 7 bytes
 * after its terminator may be read.
 */
RAWBPF__PRIVATE const char *rawbpf__form_text(const struct rawbpf__form *form, unsigned dialect);

/*
 * Does a value keep to a rule? `strict`: would a kernel load it too? `fix` is the
 * form's. The width of `value` is its field's, sign-extended.
 */
RAWBPF__PRIVATE int rawbpf__rule_holds(unsigned rule, int32_t value, int32_t fix, int strict);

/* "u32": what %T ends with, filled up with zeros to 4 bytes. */
RAWBPF__PRIVATE const char *rawbpf__form_type(unsigned code);

/*
 * What %T begins with. "__probe ": a load from a kernel pointer that may be bad, "__arena ": an
 * access to an arena, whose page may be missing; else "". The verifier alone writes those two.
 */
RAWBPF__PRIVATE const char *rawbpf__form_qualifier(unsigned code);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Fill in the words and the C expression of the table. Their language is that of form.h, with these
 * additional letters:
 *
 *	%X	the operand: src or imm, as the opcode selects. An operation on unsigned numbers or
 *		bits has a negative imm in hexadecimal, as wide as the operation
 *	%G %c	the operator in C, and the cast that makes it signed or 32-bit
 *	%q	an arithmetic operation as a C expression
 *	%A %n	an arithmetic operation on dst and the operand; a sentence about it
 *	%a %f	an atomic operation's effect with src, and its name
 *	%t %l %m	of atomic operations on less than 8 bytes: "(u32)", "the lower half of ",
 *		"the low 8 bits of "
 *	%y	", zero-extended" for them
 *	%i	the value that a store of imm stores
 *	%W %g	a jump's comparison of dst; after the operand: signed or unsigned
 *	%j	the jump's target
 *	%h	the helper's name
 *	%B %b	"4 bytes", "32": the size of the memory
 *	%e	"little" or "big"
 *	%r %v %u %z %p	frequent sentences
 *	%x	the 64-bit constant in hexadecimal
 */
#include "words.h"

#include "format.h"
#include "helper.h"
#include "../base/put.h"
#include "../base/string.h"

struct words {
	const struct bpf_insn *insns;
	const struct rawbpf__form *form;
};

struct words_templates {
#define MEANING(NAME, C, WORDS, EXPRESSION) \
	char words_##NAME[sizeof(WORDS)]; \
	char expression_##NAME[sizeof(EXPRESSION)];
#include "form.def"
};

static const struct words_templates words_templates = {
#define MEANING(NAME, C, WORDS, EXPRESSION) \
	WORDS, EXPRESSION,
#include "form.def"
};

/* The places of the templates, by meaning: words, expression. */
static const uint16_t words_places[][2] = {
#define MEANING(NAME, ...) \
	{ offsetof(struct words_templates, words_##NAME), \
	  offsetof(struct words_templates, expression_##NAME) },
#include "form.def"
};

/*
 * The words by operation; those of jumps have no JA. Each list is one string: arrays of pointers
 * need relocations.
 */
static const char words_arithmetic[] =
	"Add %X to %D\0"
	"Subtract %X from %D\0"
	"Multiply %D by %X\0"
	"Divide %D by %X\0"
	"Set those bits of %D that are set in %X\0"
	"Keep those bits of %D that are set in %X and clear the others\0"
	"Shift %D left by %X\0"
	"Shift %D right by %X, with zeros coming in\0"
	"\0"
	"Set %D to the remainder of its division by %X\0"
	"Flip those bits of %D that are set in %X\0"
	"\0"
	"Shift %D right by %X, with copies of its sign coming in";
static const char words_comparisons[] =
	"\0"
	"equals\0"
	"is greater than\0"
	"is at least\0"
	"has a bit in common with\0"
	"is not\0"
	"is greater than\0"
	"is at least\0"
	"\0"
	"\0"
	"is less than\0"
	"is at most\0"
	"is less than\0"
	"is at most";
static const char words_atomics[] =
	"add %l%S to\0"
	"\0"
	"\0"
	"\0"
	"set the bits of %l%S in\0"
	"keep only the bits of %l%S in\0"
	"\0"
	"\0"
	"\0"
	"\0"
	"flip the bits of %l%S in";
static const char words_atomic_names[] = "add\0\0\0\0or\0and\0\0\0\0\0xor";

static char *words_template(char *at, const struct words *words, const char *text);

/* Append a single operand of form.h. */
static char *words_operand(char *at, const struct words *words, char letter)
{
	const char text[16] = { '%', letter };

	return rawbpf__format_plain(at, words->insns, words->form, text);
}

static int words_is_signed(const struct words *words)
{
	return words->form->op[0] == 's';
}

static char *words_cast(char *at, const struct words *words)
{
	unsigned class = words->insns->code & 7;
	int narrow = class == BPF_ALU || class == BPF_JMP32;

	if (words_is_signed(words))
		return rawbpf__put(at, narrow ? "(s32)" : "(s64)");
	return narrow ? rawbpf__put(at, "(u32)") : at;
}

static char *words_operation(char *at, const struct words *words)
{
	unsigned operation = words->insns->code & 0xf0;

	at = words_template(at, words, rawbpf__nth(words_arithmetic, operation >> 4));
	if (operation == BPF_DIV || operation == BPF_MOD)
		at = rawbpf__put(at, words_is_signed(words) ? ", signed, wrapping" : ", unsigned");
	return at;
}

/* Append a sentence about operands that would be invalid as immediates. */
static char *words_operation_note(char *at, const struct words *words)
{
	unsigned operation = words->insns->code & 0xf0;
	int narrow = (words->insns->code & 7) == BPF_ALU;

	if (!(words->insns->code & BPF_X))
		return at;
	if (operation == BPF_DIV)
		return words_template(at, words, narrow ?
				      " If the lower half of %S is 0, the result is 0." :
				      " If %S is 0, the result is 0.");
	if (operation == BPF_MOD)
		return words_template(at, words, narrow ?
				      " If the lower half of %S is 0, the lower half of %D keeps "
				      "its value." :
				      " If %S is 0, %D keeps its value.");
	if (operation == BPF_LSH || operation == BPF_RSH || operation == BPF_ARSH)
		return words_template(at, words, narrow ? " Only the low 5 bits of %S count." :
					" Only the low 6 bits of %S count.");
	return at;
}

static char *words_signedness(char *at, const struct words *words)
{
	unsigned operation = words->insns->code & 0xf0;

	if (operation == BPF_JEQ || operation == BPF_JNE || operation == BPF_JSET)
		return at;
	return rawbpf__put(at, words_is_signed(words) ? " (signed)" : " (unsigned)");
}

static char *words_jump(char *at, const struct words *words)
{
	const struct bpf_insn *insn = words->insns;
	int64_t slots = insn->code == (BPF_JMP32 | BPF_JA) ? insn->imm : insn->off;

	if (slots == 0)
		return rawbpf__put(at, "continue with the next slot");
	at = rawbpf__put_dec(rawbpf__put(at, "jump "), slots > 0 ? slots : -slots);
	at = rawbpf__put(at, slots == 1 || slots == -1 ? " slot " : " slots ");
	at = rawbpf__put(at, slots > 0 ? "forward" : "back");
	at = rawbpf__put(at, ", counted from the next one");
	return slots == -1 ? rawbpf__put(at, ": to itself") : at;
}

static unsigned words_bytes(const struct words *words)
{
	static const unsigned char bytes[] = { 4, 2, 1, 8 };

	return bytes[words->insns->code >> 3 & 3];
}

/* Return 1 if an operation takes its operand as an unsigned number or as bits. */
static int words_is_unsigned(const struct words *words)
{
	unsigned operation = words->insns->code & 0xf0, class = words->insns->code & 7;

	if (words_is_signed(words))
		return 0;
	if (class == BPF_JMP || class == BPF_JMP32)
		return operation != BPF_JEQ && operation != BPF_JNE;
	return operation == BPF_DIV || operation == BPF_MOD || operation == BPF_OR ||
	       operation == BPF_AND || operation == BPF_XOR;
}

/* Append imm as an operand. An operation of 64 bits sign-extends it. */
static char *words_immediate(char *at, const struct words *words)
{
	unsigned class = words->insns->code & 7;
	int64_t imm = words->insns->imm;
	int narrow = class == BPF_ALU || class == BPF_JMP32;

	if (imm >= 0 || !words_is_unsigned(words))
		return words_operand(at, words, 'I');
	return rawbpf__put_hex(rawbpf__put(at, "0x"), narrow ? (uint32_t)imm : (uint64_t)imm);
}

/*
 * Return the template of a C expression that is always defined. In C, division by 0, the least
 * number by -1, and shifts beyond the width are undefined.
 */
static const char *words_expression(const struct words *words)
{
	const struct bpf_insn *insn = words->insns;
	unsigned operation = insn->code & 0xf0;
	int narrow = (insn->code & 7) == BPF_ALU;

	if (operation == BPF_DIV || operation == BPF_MOD) {
		int divides = operation == BPF_DIV;

		if (insn->code & BPF_X) {
			if (words_is_signed(words))
				return divides ? "%c%X == -1 ? -%D : %c%X ? %c%D %G %c%X : 0" :
						 "%c%X == -1 ? 0 : %c%X ? %c%D %G %c%X : %D";
			return divides ? "%c%X ? %c%D %G %c%X : 0" : "%c%X ? %c%D %G %c%X : %c%D";
		}
		if (words_is_signed(words) && insn->imm == -1)
			return divides ? "-%D" : "0";
	} else if ((operation == BPF_LSH || operation == BPF_RSH || operation == BPF_ARSH) &&
		   insn->code & BPF_X) {
		return narrow ? "%c%D %G (%X & 31)" : "%c%D %G (%X & 63)";
	}
	return "%c%D %G %c%X";
}

static char *words_memory(char *at, const struct words *words)
{
	if (words_bytes(words) == 1)
		return rawbpf__put(at, "byte");
	return rawbpf__put(rawbpf__put_dec(at, words_bytes(words)), " bytes");
}

static char *words_helper(char *at, const struct words *words)
{
	const char *name = rawbpf__helper_name(words->insns->imm);

	if (name)
		return rawbpf__put(rawbpf__put(at, "bpf_"), name);
	return rawbpf__put_signed_dec(at, words->insns->imm);
}

/* Append the value that a store of imm leaves in memory. */
static char *words_stored(char *at, const struct words *words)
{
	unsigned bits = 8 * words_bytes(words);
	uint32_t stored = words->insns->imm & ~(bits < 32 ? -1u << bits : 0);
	int64_t imm = words->insns->imm;

	at = words_operand(at, words, 'I');
	if (bits >= 32 || imm == stored)
		return at;
	at = rawbpf__put_hex(rawbpf__put(at, " (0x"), stored);
	at = rawbpf__put_dec(rawbpf__put(at, ", its low "), bits);
	return rawbpf__put(at, " bits)");
}

/*
 * Return the phrase of a letter in all instructions, or in those that are `is_narrow`. Return
 * NULL for any other letter.
 */
static const char *words_phrase(char letter, int is_narrow)
{
	static const char phrases[] =
		"r The result is in r0; r1 to r5 are lost.\0"
		"v Only the verifier writes this.\0"
		"u The upper half of %D becomes 0.\0"
		"z The bits above become 0.\0"
		"p, in host order, zero-extended. r6 must hold the context; r1 to r5 are lost. A load past "
		"the packet's end ends the program with 0. Deprecated: read through data and data_end, or "
		"call bpf_skb_load_bytes.\0";
	static const char narrow[] =
		"t(u32)\0lthe lower half of \0mthe low %b bits of \0y, zero-extended\0";
	const char *phrase;

	for (phrase = phrases; *phrase; phrase = rawbpf__nth(phrase, 1))
		if (*phrase == letter)
			return phrase + 1;
	for (phrase = narrow; *phrase; phrase = rawbpf__nth(phrase, 1))
		if (*phrase == letter)
			return is_narrow ? phrase + 1 : "";
	return NULL;
}

static char *words_letter(char *at, const struct words *words, char letter)
{
	const struct bpf_insn *insns = words->insns;
	const char *phrase;

	switch (letter) {
	case 'X':
		return insns->code & BPF_X ? words_operand(at, words, 'S') : words_immediate(at, words);
	case 'q':
		return words_template(at, words, words_expression(words));
	case 'G':
		return rawbpf__put(at, words->form->op + words_is_signed(words));
	case 'c':
		return words_cast(at, words);
	case 'A':
		return words_operation(at, words);
	case 'n':
		return words_operation_note(at, words);
	case 'a':
		return words_template(at, words,
					rawbpf__nth(words_atomics, insns->imm >> 4 & 15));
	case 'f':
		return rawbpf__put(at, rawbpf__nth(words_atomic_names, insns->imm >> 4 & 15));
	case 'i':
		return words_stored(at, words);
	case 'W':
		return rawbpf__put(at, rawbpf__nth(words_comparisons, insns->code >> 4));
	case 'g':
		return words_signedness(at, words);
	case 'j':
		return words_jump(at, words);
	case 'h':
		return words_helper(at, words);
	case 'B':
		return words_memory(at, words);
	case 'b':
		return rawbpf__put_dec(at, 8 * words_bytes(words));
	case 'e':
		return rawbpf__put(at, words->form->op[0] == 'l' ? "little" : "big");
	case 'x':
		return rawbpf__put_hex(rawbpf__put(at, "0x"),
				       (uint64_t)(uint32_t)insns[1].imm << 32 |
				       (uint32_t)insns[0].imm);
	default:
		phrase = words_phrase(letter, words_bytes(words) < 8);
		return phrase ? words_template(at, words, phrase) : words_operand(at, words, letter);
	}
}

static char *words_template(char *at, const struct words *words, const char *text)
{
	for (; *text; text++) {
		if (*text == '%')
			at = words_letter(at, words, *++text);
		else
			*at++ = *text;
	}
	return at;
}

RAWBPF__PRIVATE char *rawbpf__words(char *at, const struct bpf_insn *insns,
				    const struct rawbpf__form *form, enum rawbpf__words which)
{
	const struct words words = { insns, form };
	const uint16_t *places = words_places[rawbpf__form_shape(form)->meaning];

	return words_template(at, &words, (const char *)&words_templates + places[which]);
}

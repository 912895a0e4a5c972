/* SPDX-License-Identifier: MIT */
/*
 * The words and the C expression of the table, filled in. Their language is that of
 * form.h, with these letters more:
 *
 *	%X	the operand: src or imm, as the opcode says
 *	%G %c	the operator as C has it, and the cast that makes it signed or 32-bit
 *	%A %n	what an arithmetic operation does with dst and the operand; a sentence on it
 *	%a	what an atomic operation does with src
 *	%W %g	how a jump compares dst; after the operand: whether signed
 *	%j	where it goes to
 *	%h	the helper's name
 *	%B %b	"4 bytes", "32": how much memory
 *	%e	"little" or "big"
 *	%r %v %u %z %p	sentences that are often needed
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

/* Where they are, by meaning: words, expression. */
static const uint16_t words_places[][2] = {
#define MEANING(NAME, ...) \
	{ offsetof(struct words_templates, words_##NAME), \
	  offsetof(struct words_templates, expression_##NAME) },
#include "form.def"
};

/* By operation, those of jumps without JA. One string each: arrays of pointers are relocated. */
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
	"add %S to\0"
	"\0"
	"\0"
	"\0"
	"set the bits of %S in\0"
	"keep only the bits of %S in\0"
	"\0"
	"\0"
	"\0"
	"\0"
	"flip the bits of %S in";

static char *words_template(char *at, const struct words *words, const char *text);

/* A single operand of form.h's. */
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

/* What happens with an operand that would be refused as an immediate. */
static char *words_operation_note(char *at, const struct words *words)
{
	unsigned operation = words->insns->code & 0xf0;
	int narrow = (words->insns->code & 7) == BPF_ALU;

	if (!(words->insns->code & BPF_X))
		return at;
	if (operation == BPF_DIV)
		return rawbpf__put(at, " By 0 it is 0.");
	if (operation == BPF_MOD)
		return rawbpf__put(at, " By 0 it stays.");
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

	if (slots == -1)
		return rawbpf__put(at, "stay here");
	if (slots == 0)
		return rawbpf__put(at, "go on");
	at = rawbpf__put(at, slots > 0 ? "skip " : "go back ");
	slots = slots > 0 ? slots : -1 - slots;
	at = rawbpf__put_dec(at, slots);
	return rawbpf__put(at, slots == 1 ? " slot" : " slots");
}

static unsigned words_bytes(const struct words *words)
{
	static const unsigned char bytes[] = { 4, 2, 1, 8 };

	return bytes[words->insns->code >> 3 & 3];
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
	return rawbpf__put_signed_dec(rawbpf__put(at, "helper "), words->insns->imm);
}

static char *words_letter(char *at, const struct words *words, char letter)
{
	const struct bpf_insn *insns = words->insns;

	switch (letter) {
	case 'X':
		return words_operand(at, words, insns->code & BPF_X ? 'S' : 'I');
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
	case 'W':
		return rawbpf__put(at, rawbpf__nth(words_comparisons, insns->code >> 4));
	case 'g':
		return words_signedness(at, words);
	case 'r':
		return rawbpf__put(at, " The result is in r0; r1 to r5 are lost.");
	case 'v':
		return rawbpf__put(at, " Only the verifier writes this.");
	case 'u':
		return words_template(at, words, " The upper half of %D becomes 0.");
	case 'z':
		return rawbpf__put(at, " The bits above become 0.");
	case 'p':
		return rawbpf__put(at, ", in host order. Past its end the program returns 0.");
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
		return words_operand(at, words, letter);
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

/* SPDX-License-Identifier: MIT */
/*
 * Instructions to text: a form's template (form.h tells the language) with the
 * operands of the instruction filled in.
 */
#include <rawbpf/text.h>

#include "form.h"
#include "format.h"
#include "helper.h"
#include "names.h"
#include "put.h"

/* No line is longer, but for a label in it; a test tries the longest. */
enum { FORMAT_LINE = 128 + RAWBPF__PUT_SLACK };

/* The numbers that an instruction has. */
enum format_value {
	VALUE_DST,
	VALUE_SRC,
	VALUE_OFF,
	VALUE_IMM,
	VALUE_UIMM,
	VALUE_NEXT,
	VALUE_UNEXT,
	VALUE_HIGH,
	VALUE_LOW,
	VALUE_QUAD,
	VALUE_FIX
};

enum format_style {
	STYLE_HEX,
	STYLE_UHEX,	/* as if it had no sign */
	STYLE_DEC,
	STYLE_TEXT	/* not a number: by its letter */
};

/* What comes before a magnitude. */
enum format_before {
	BEFORE_NOTHING,
	BEFORE_R,
	BEFORE_W,
	BEFORE_C,
	BEFORE_MINUS,
	BEFORE_PLUS,
	BEFORE_SPACE_PLUS,
	BEFORE_SPACE_MINUS,
	BEFORE_PC_PLUS,
	BEFORE_PC_MINUS,
	BEFORE_0X,
	BEFORE_MINUS_0X,
	BEFORE_PLUS_0X,
	BEFORE_SPACE_PLUS_0X,
	BEFORE_SPACE_MINUS_0X,
	BEFORE_PC_PLUS_0X,
	BEFORE_PC_MINUS_0X
};

static const char format_befores[][9] = {
	"", "r", "w", "BPF_REG_", "-", "+", " +", " -", "pc+", "pc-",
	"0x", "-0x", "+0x", " + 0x", " - 0x", "pc+0x", "pc-0x"
};

/* How an operand of a template looks. */
struct format_operand {
	uint8_t before[2];	/* enum format_before; [1]: of a negative number */
	uint8_t value;		/* enum format_value */
	uint8_t style : 7;	/* enum format_style */
	uint8_t target : 1;	/* a label may stand for it */
};

/* One line of the table: an operand in three dialects. */
enum {
	OPERAND_NONE, OPERAND_D, OPERAND_W, OPERAND_S, OPERAND_X, OPERAND_I, OPERAND_C, OPERAND_N,
	OPERAND_M, OPERAND_Q, OPERAND_U, OPERAND_V, OPERAND_E, OPERAND_O, OPERAND_J, OPERAND_L,
	OPERAND_R, OPERAND_K, OPERAND_H, OPERAND_F, OPERAND_TEXT, OPERANDS
};

/* By the low 6 bits of a letter. */
static const uint8_t format_letters[64] = {
	['D' & 63] = OPERAND_D, ['d' & 63] = OPERAND_W, ['S' & 63] = OPERAND_S,
	['s' & 63] = OPERAND_X, ['I' & 63] = OPERAND_I, ['C' & 63] = OPERAND_C,
	['N' & 63] = OPERAND_N, ['M' & 63] = OPERAND_M, ['Q' & 63] = OPERAND_Q,
	['U' & 63] = OPERAND_U, ['V' & 63] = OPERAND_V, ['E' & 63] = OPERAND_E,
	['O' & 63] = OPERAND_O, ['J' & 63] = OPERAND_J, ['L' & 63] = OPERAND_L,
	['R' & 63] = OPERAND_R, ['K' & 63] = OPERAND_K, ['H' & 63] = OPERAND_H,
	['F' & 63] = OPERAND_F, ['T' & 63] = OPERAND_TEXT, ['o' & 63] = OPERAND_TEXT,
	['Z' & 63] = OPERAND_TEXT, ['P' & 63] = OPERAND_TEXT,
};

#define OPERAND(VALUE, STYLE, PLUS, MINUS, TARGET) \
	{ { BEFORE_##PLUS, BEFORE_##MINUS }, VALUE_##VALUE, STYLE_##STYLE, TARGET }
#define DEC(VALUE) OPERAND(VALUE, DEC, NOTHING, MINUS, 0)
#define HEX(VALUE) OPERAND(VALUE, HEX, 0X, MINUS_0X, 0)
#define UHEX(VALUE) OPERAND(VALUE, UHEX, 0X, NOTHING, 0)
#define REG(VALUE, LETTER) OPERAND(VALUE, HEX, LETTER, NOTHING, 0)
#define TARGET_HEX(VALUE, PLUS, MINUS) OPERAND(VALUE, HEX, PLUS, MINUS, 1)
#define TARGET_DEC(VALUE, PLUS, MINUS) OPERAND(VALUE, DEC, PLUS, MINUS, 1)
#define TEXT OPERAND(IMM, TEXT, NOTHING, NOTHING, 0)

/* LLVM, kernel, C */
static const struct format_operand format_operands[OPERANDS][3] = {
	[OPERAND_D] = { REG(DST, R), REG(DST, R), REG(DST, C) },
	[OPERAND_W] = { REG(DST, W), REG(DST, W), REG(DST, C) },
	[OPERAND_S] = { REG(SRC, R), REG(SRC, R), REG(SRC, C) },
	[OPERAND_X] = { REG(SRC, W), REG(SRC, W), REG(SRC, C) },
	[OPERAND_I] = { HEX(IMM), DEC(IMM), DEC(IMM) },
	[OPERAND_C] = { HEX(IMM), UHEX(UIMM), DEC(IMM) },
	[OPERAND_N] = { DEC(UIMM), DEC(UIMM), DEC(IMM) },
	[OPERAND_M] = { DEC(UNEXT), DEC(UNEXT), DEC(NEXT) },
	[OPERAND_Q] = { HEX(QUAD), UHEX(QUAD), UHEX(QUAD) },
	[OPERAND_U] = { HEX(HIGH), DEC(HIGH), DEC(HIGH) },
	[OPERAND_V] = { HEX(LOW), DEC(LOW), DEC(LOW) },
	[OPERAND_E] = { DEC(OFF), DEC(OFF), DEC(OFF) },
	[OPERAND_O] = {
		OPERAND(OFF, HEX, SPACE_PLUS_0X, SPACE_MINUS_0X, 0),
		OPERAND(OFF, DEC, SPACE_PLUS, SPACE_MINUS, 0),
		DEC(OFF)
	},
	[OPERAND_J] = {
		TARGET_HEX(OFF, PLUS_0X, MINUS_0X), TARGET_DEC(OFF, PC_PLUS, PC_MINUS), DEC(OFF)
	},
	[OPERAND_L] = {
		TARGET_HEX(IMM, PLUS_0X, MINUS_0X), TARGET_DEC(IMM, PC_PLUS, PC_MINUS), DEC(IMM)
	},
	[OPERAND_R] = {
		TARGET_HEX(IMM, PC_PLUS_0X, PC_MINUS_0X), TARGET_DEC(IMM, PC_PLUS, PC_MINUS), DEC(IMM)
	},
	[OPERAND_K] = {
		TARGET_HEX(IMM, PLUS_0X, MINUS_0X), TARGET_DEC(IMM, PLUS, MINUS), DEC(IMM)
	},
	[OPERAND_H] = { HEX(IMM), TEXT, TEXT },
	[OPERAND_F] = { DEC(FIX), DEC(FIX), DEC(FIX) },
	[OPERAND_TEXT] = { TEXT, TEXT, TEXT },
};

#undef OPERAND
#undef DEC
#undef HEX
#undef UHEX
#undef REG
#undef TARGET_HEX
#undef TARGET_DEC
#undef TEXT

/* An instruction on its way to text. */
struct rawbpf__format {
	const struct bpf_insn *insns;
	const struct rawbpf__form *form;
	enum rawbpf_dialect dialect;
	const char *label;	/* or NULL */
	int plain;		/* decimal numbers, whatever the dialect */
	char *hole;		/* where the label belongs, once that is known */
};

/* The last helper that the oldest supported kernel headers name: redirect_peer. */
enum { FORMAT_OLD_HELPERS = 155 };

static char *format_helper(char *at, const struct rawbpf__format *format)
{
	int number = format->insns->imm;
	const char *name = rawbpf__helper_name(number);

	if (format->dialect == RAWBPF_KERNEL) {
		at = rawbpf__put(at, name ? "bpf_" : "unknown");
		at = rawbpf__put(at, name ? name : "");
		*at++ = '#';
		return rawbpf__put_signed_dec(at, number);
	}
	if (name && number <= FORMAT_OLD_HELPERS)
		return rawbpf__put(rawbpf__put(at, "BPF_FUNC_"), name);
	at = rawbpf__put_signed_dec(at, number);
	if (!name)
		return at;
	at = rawbpf__put(rawbpf__put(at, " /* "), name);
	return rawbpf__put(at, " */");
}

static char *format_name(char *at, const char *name)
{
	return rawbpf__put(rawbpf__put(at, "BPF_"), name);
}

/* What is no number. */
static char *format_text(char *at, const struct rawbpf__format *format, char letter)
{
	const struct bpf_insn *insn = format->insns;

	switch (letter) {
	case 'o':
		return rawbpf__put_short(at, format->form->op);
	case 'T':
		return rawbpf__put_short(at, rawbpf__form_type(insn->code));
	case 'H':
		return format_helper(at, format);
	case 'P':
		return format_name(at, rawbpf__operation_name(insn));
	case 'Z':
		return format_name(at, rawbpf__size_name(insn->code));
	default:
		return at;
	}
}

/* To be written as hexadecimal: 0x10 for r10. */
static unsigned format_register(unsigned reg)
{
	return reg > 9 ? 0x10 : reg;
}

/* The numbers that few instructions show. */
static int64_t format_rare_value(const struct rawbpf__format *format, unsigned value)
{
	const struct bpf_insn *insns = format->insns;
	uint32_t imm = insns->imm;

	switch (value) {
	case VALUE_UIMM:
		return imm;
	case VALUE_NEXT:
		return insns[1].imm;
	case VALUE_UNEXT:
		return (uint32_t)insns[1].imm;
	case VALUE_HIGH:
		return imm >> 16;
	case VALUE_LOW:
		return imm & 0xffff;
	case VALUE_QUAD:
		return (uint64_t)(uint32_t)insns[1].imm << 32 | imm;
	default:
		return format->form->fix;
	}
}

static char *format_number(char *at, const struct format_operand *operand, int64_t number,
			   int plain)
{
	int negative = number < 0 && operand->style != STYLE_UHEX;
	/* Only registers do without "0x"; only 64-bit constants are better with it. */
	int decimal = plain && operand->value > VALUE_SRC && operand->value != VALUE_QUAD &&
		      operand->style == STYLE_HEX;

	at = rawbpf__put(at, format_befores[operand->before[negative]]) - 2 * decimal;
	number = negative ? -(uint64_t)number : (uint64_t)number;
	if (operand->style == STYLE_DEC || decimal)
		return rawbpf__put_dec(at, number);
	if (number >> 32)
		return rawbpf__put_hex(at, number);
	return rawbpf__put_digits(at, number, rawbpf__put_digit_count(number));
}

/*
 * How many of the first 8 characters stand for themselves: up to '%' or the end. All are
 * ASCII, so what is less than 1 after a subtraction without carry was 0.
 */
RAWBPF__INLINE unsigned format_literal(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t ends = ((word - ones) | ((word ^ '%' * ones) - ones)) & 0x80 * ones;

	return ends ? __builtin_ctzll(ends) / 8 : 8;
}

/* The characters before the next operand; *text moves to its letter, or becomes NULL. */
RAWBPF__INLINE char *format_literals(char *at, const char **text)
{
	unsigned count;

	do {
		count = format_literal(rawbpf__put_word(*text));
		__builtin_memcpy(at, *text, 8);
		at += count;
		*text += count;
	} while (count == 8);
	*text = **text ? *text + 1 : NULL;
	return at;
}

static char *format_operand(char *at, struct rawbpf__format *format, char letter)
{
	const struct bpf_insn *insn = format->insns;
	const struct format_operand *operand;
	/* By enum format_value. */
	const int values[] = {
		format_register(insn->dst_reg), format_register(insn->src_reg), insn->off, insn->imm
	};

	operand = &format_operands[format_letters[letter & 63]][format->dialect];
	if (operand->style == STYLE_TEXT)
		return format_text(at, format, letter);
	if (operand->target && format->label) {
		format->hole = at;
		return at;
	}
	if (operand->value < VALUE_UIMM)
		return format_number(at, operand, values[operand->value], format->plain);
	return format_number(at, operand, format_rare_value(format, operand->value),
			     format->plain);
}

static char *format_template(char *at, struct rawbpf__format *format, const char *text)
{
	for (;;) {
		at = format_literals(at, &text);
		if (!text)
			return at;
		at = format_operand(at, format, *text++);
	}
}

RAWBPF__INLINE char *format_fast_register(char *at, char kind, unsigned reg)
{
	at[0] = kind;
	return rawbpf__put_small(at + 1, reg);
}

RAWBPF__INLINE char *format_fast_hex(char *at, unsigned number)
{
	at[0] = '0';
	at[1] = 'x';
	return rawbpf__put_digits(at + 2, number, rawbpf__put_digit_count(number));
}

/* The same as format_template() for LLVM's dialect: what million-line dumps are made of. */
static char *format_llvm(char *at, struct rawbpf__format *format, const char *text)
{
	const struct bpf_insn *insn = format->insns;
	int number;

	for (;;) {
		at = format_literals(at, &text);
		if (!text)
			return at;
		switch (*text++) {
		case 'D':
			at = format_fast_register(at, 'r', insn->dst_reg);
			break;
		case 'd':
			at = format_fast_register(at, 'w', insn->dst_reg);
			break;
		case 'S':
			at = format_fast_register(at, 'r', insn->src_reg);
			break;
		case 's':
			at = format_fast_register(at, 'w', insn->src_reg);
			break;
		case 'o':
			at = rawbpf__put_short(at, format->form->op);
			break;
		case 'T':
			at = rawbpf__put_short(at, rawbpf__form_type(insn->code));
			break;
		case 'I':
			number = insn->imm;
			at[0] = '-';
			at += number < 0;
			at = format_fast_hex(at, number < 0 ? -(unsigned)number : (unsigned)number);
			break;
		case 'O':
			number = insn->off;
			at[0] = ' ';
			at[1] = number < 0 ? '-' : '+';
			at[2] = ' ';
			at = format_fast_hex(at + 3, number < 0 ? -number : number);
			break;
		case 'J':
			number = insn->off;
			at[0] = number < 0 ? '-' : '+';
			if (format->label)
				format->hole = at;
			else
				at = format_fast_hex(at + 1, number < 0 ? -number : number);
			break;
		default:
			at = format_operand(at, format, text[-1]);
		}
	}
}

static char *format_form(char *at, struct rawbpf__format *format)
{
	const char *text = rawbpf__form_text(format->form, format->dialect);

	if (format->dialect == RAWBPF_LLVM)
		return format_llvm(at, format, text);
	if (format->dialect == RAWBPF_KERNEL) {
		*at++ = '(';
		at = rawbpf__put_byte(at, format->insns->code);
		*at++ = ')';
		*at++ = ' ';
	}
	if (*text == '!')
		text++;
	return format_template(at, format, text);
}

RAWBPF__PRIVATE char *rawbpf__format_plain(char *at, const struct bpf_insn *insns,
					   const struct rawbpf__form *form, const char *text)
{
	struct rawbpf__format format = { insns, form, RAWBPF_LLVM, NULL, 1, NULL };

	return format_template(at, &format, text);
}

/* Field by field: no macro makes it. */
static char *format_raw(char *at, const struct bpf_insn *insn)
{
	int fields[] = { insn->dst_reg, insn->src_reg, insn->off, insn->imm };

	at = rawbpf__put(at, "BPF_RAW_INSN(0x");
	at = rawbpf__put_byte(at, insn->code);
	for (unsigned i = 0; i < 4; i++)
		at = rawbpf__put_signed_dec(rawbpf__put(at, ", "), fields[i]);
	*at++ = ')';
	return at;
}

/* The bytes as they are in this machine's memory. */
static char *format_invalid(char *at, const struct bpf_insn *insn)
{
	const unsigned char *bytes = (const unsigned char *)insn;

	at = rawbpf__put(at, "invalid");
	for (unsigned i = 0; i < sizeof(*insn); i++) {
		*at++ = ' ';
		at = rawbpf__put_byte(at, bytes[i]);
	}
	return at;
}

/* The macros are for what a kernel could load, and for what has no other values. */
static int format_has_macro(const struct bpf_insn *insn, const struct rawbpf__form *form)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);

	return rawbpf__rule_holds(shape->imm, insn->imm, form->fix, 1) &&
	       rawbpf__rule_holds(shape->off, insn->off, form->fix, 1);
}

/* `size` bytes of the line, the label in its hole, terminated; returns the whole length. */
static size_t format_copy(char *text, size_t size, const char *line, const char *end,
			  const struct rawbpf__format *format)
{
	const char *pieces[] = { line, format->hole ? format->label : "", format->hole };
	const char *ends[] = { format->hole ? format->hole : end, NULL, end };
	size_t length = 0;

	for (unsigned i = 0; i < (format->hole ? 3 : 1); i++)
		for (const char *at = pieces[i]; ends[i] ? at < ends[i] : *at; at++, length++)
			if (length + 1 < size)
				text[length] = *at;
	if (size)
		text[length < size ? length : size - 1] = 0;
	return length;
}

size_t rawbpf_insn_format(char *text, size_t size, const struct bpf_insn *insns, unsigned count,
			  enum rawbpf_dialect dialect, const char *label, unsigned *slots)
{
	struct rawbpf__format format = { insns, NULL, dialect, label, 0, NULL };
	char line[FORMAT_LINE];
	/* What certainly has room is written in its place. */
	char *at = size >= sizeof(line) && !label ? text : line;
	char *start = at;
	unsigned taken = 1;

	if (count)
		format.form = rawbpf__form_find(insns, count);
	if (format.form)
		taken = format.form->slots;
	if (slots)
		*slots = taken;
	if (!count)
		at = rawbpf__put(at, "invalid");
	else if (dialect == RAWBPF_C && (!format.form || !format_has_macro(insns, format.form)))
		at = format_raw(at, insns);
	else if (!format.form)
		at = format_invalid(at, insns);
	else
		at = format_form(at, &format);
	if (start != text)
		return format_copy(text, size, start, at, &format);
	*at = 0;
	return at - start;
}

/* SPDX-License-Identifier: MIT */
/*
 * Format instructions as text: a form's template (form.h explains the language) with the operands
 * of the instruction filled in.
 */
#include <rawbpf/form.h>

#include "form.h"
#include "format.h"
#include "helper.h"
#include "opcode.h"
#include "../base/out.h"
#include "../base/put.h"
#include "../base/string.h"

/* No line is longer, except for its label. A test tries the longest line. */
enum { FORMAT_LINE = 128 + RAWBPF__PUT_SLACK };

enum format_style {
	STYLE_HEX,
	STYLE_UHEX,	/* as if the number had no sign */
	STYLE_DEC
};

/* The text before a magnitude. */
enum format_before {
	BEFORE_NOTHING,
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

/* The formatter copies each text as a whole. */
static const struct {
	char text[8];
	uint8_t length;
} format_befores[] = {
#define BEFORE(TEXT) { TEXT, sizeof(TEXT) - 1 }
	BEFORE(""), BEFORE("-"), BEFORE("+"), BEFORE(" +"), BEFORE(" -"), BEFORE("pc+"),
	BEFORE("pc-"), BEFORE("0x"), BEFORE("-0x"), BEFORE("+0x"), BEFORE(" + 0x"),
	BEFORE(" - 0x"), BEFORE("pc+0x"), BEFORE("pc-0x"),
#undef BEFORE
};

/* The look of an operand's number. */
struct format_look {
	uint8_t before[2];	/* enum format_before; [1] is that of a negative number */
	uint8_t style;		/* enum format_style */
};

/* The operands with their own looks. */
enum format_number {
	NUMBER_I,
	NUMBER_C,
	NUMBER_N,	/* %M, %E, %F too */
	NUMBER_Q,
	NUMBER_U,	/* %V too */
	NUMBER_O,
	NUMBER_J,	/* %L too */
	NUMBER_R,
	NUMBER_K,
	NUMBERS
};

/* The columns are LLVM, kernel, C. */
static const struct format_look format_looks[NUMBERS][3] = {
#define DEC { { BEFORE_NOTHING, BEFORE_MINUS }, STYLE_DEC }
#define HEX { { BEFORE_0X, BEFORE_MINUS_0X }, STYLE_HEX }
#define UHEX { { BEFORE_0X, BEFORE_NOTHING }, STYLE_UHEX }
#define LOOK(STYLE, PLUS, MINUS) { { BEFORE_##PLUS, BEFORE_##MINUS }, STYLE_##STYLE }
	[NUMBER_I] = { HEX, DEC, DEC },
	[NUMBER_C] = { HEX, UHEX, DEC },
	[NUMBER_N] = { DEC, DEC, DEC },
	[NUMBER_Q] = { HEX, UHEX, UHEX },
	[NUMBER_U] = { HEX, DEC, DEC },
	[NUMBER_O] = { LOOK(HEX, SPACE_PLUS_0X, SPACE_MINUS_0X),
		       LOOK(DEC, SPACE_PLUS, SPACE_MINUS), DEC },
	[NUMBER_J] = { LOOK(HEX, PLUS_0X, MINUS_0X), LOOK(DEC, PC_PLUS, PC_MINUS), DEC },
	[NUMBER_R] = { LOOK(HEX, PC_PLUS_0X, PC_MINUS_0X), LOOK(DEC, PC_PLUS, PC_MINUS), DEC },
	[NUMBER_K] = { LOOK(HEX, PLUS_0X, MINUS_0X), LOOK(DEC, PLUS, MINUS), DEC },
#undef DEC
#undef HEX
#undef UHEX
#undef LOOK
};

/* An instruction during its formatting. */
struct rawbpf__format {
	const struct bpf_insn *insns;
	const struct rawbpf__form *form;
	enum rawbpf_dialect dialect;
	const char *label;	/* or NULL */
	int plain;		/* the dialect does not matter: numbers are decimal */
	int in_place;		/* the caller's buffer has room for all, including the label */
	char *hole;		/* otherwise the place of the label, once it is known */
};

static char *format_name(char *at, const char *name)
{
	return rawbpf__put(rawbpf__put(at, "BPF_"), name);
}

/* Append a number. Most numbers have one digit or two. */
static char *format_dec(char *at, uint64_t number)
{
	return number < 100 ? rawbpf__put_small(at, number) : rawbpf__put_dec(at, number);
}

static char *format_number(char *at, const struct rawbpf__format *format, enum format_number which,
			   int64_t number)
{
	const struct format_look *look = &format_looks[which][format->dialect];
	int negative = (number < 0) & (look->style != STYLE_UHEX);
	unsigned before = look->before[negative];

	number = ((uint64_t)number ^ -(uint64_t)negative) + negative;
	__builtin_memcpy(at, format_befores[before].text, 8);
	at += format_befores[before].length;
	if (look->style == STYLE_DEC)
		return format_dec(at, number);
	/* Only 64-bit constants keep "0x". */
	if (format->plain && which != NUMBER_Q)
		return format_dec(at - 2, number);
	if (number >> 32)
		return rawbpf__put_hex(at, number);
	return rawbpf__put_digits(at, number, rawbpf__put_digit_count(number));
}

/* The last helper in the oldest supported kernel headers: redirect_peer. */
enum { FORMAT_OLD_HELPERS = 155 };

static char *format_helper(char *at, const struct rawbpf__format *format)
{
	int number = format->insns->imm;
	const char *name;

	if (format->dialect == RAWBPF_LLVM)
		return format_number(at, format, NUMBER_I, number);
	name = rawbpf__helper_name(number);
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

/* Append a jump's target: the label if the caller has one, except in C. */
static char *format_target(char *at, struct rawbpf__format *format, enum format_number which,
			   int64_t number)
{
	if (!format->label || format->dialect == RAWBPF_C)
		return format_number(at, format, which, number);
	if (format->in_place)
		return rawbpf__put(at, format->label);
	format->hole = at;
	return at;
}

/* Return a number as unsigned, but as an int in C. */
static int64_t format_unsigned(const struct rawbpf__format *format, int number)
{
	return format->dialect == RAWBPF_C ? number : (int64_t)(uint32_t)number;
}

/*
 * Count the characters before '%' or the end, among the first 8. The function subtracts 1 from all
 * bytes at once. All characters are ASCII, so only a byte of 0 gets its high bit. Its borrow reaches
 * only later characters.
 */
RAWBPF__INLINE unsigned format_literal(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t ends = ((word - ones) | ((word ^ '%' * ones) - ones)) & 0x80 * ones;

	return ends ? __builtin_ctzll(ends) / 8 : 8;
}

/* Copy the characters before the next operand. *text moves to its letter, or becomes NULL. */
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

static char *format_register(char *at, const struct rawbpf__format *format, char letter,
			     unsigned number)
{
	at[0] = letter;
	at = format->dialect == RAWBPF_C ? rawbpf__put(at, "BPF_REG_") : at + 1;
	return rawbpf__put_small(at, number);
}

/* Append an operand, by form.h's table. */
static char *format_operand(char *at, struct rawbpf__format *format, char letter)
{
	const struct bpf_insn *insn = format->insns;

	switch (letter) {
	case 'D':
		return format_register(at, format, 'r', insn->dst_reg);
	case 'd':
		return format_register(at, format, 'w', insn->dst_reg);
	case 'S':
		return format_register(at, format, 'r', insn->src_reg);
	case 's':
		return format_register(at, format, 'w', insn->src_reg);
	case 'o':
		return rawbpf__put_short(at, format->form->op);
	case 'T':
		at = rawbpf__put(at, rawbpf__form_qualifier(insn->code));
		return rawbpf__put_short(at, rawbpf__form_type(insn->code));
	case 'I':
		return format_number(at, format, NUMBER_I, insn->imm);
	case 'O':
		return format_number(at, format, NUMBER_O, insn->off);
	case 'J':
		return format_target(at, format, NUMBER_J, insn->off);
	case 'L':
		return format_target(at, format, NUMBER_J, insn->imm);
	case 'R':
		return format_target(at, format, NUMBER_R, insn->imm);
	case 'K':
		return format_target(at, format, NUMBER_K, insn->imm);
	case 'C':
		return format_number(at, format, NUMBER_C, format->dialect == RAWBPF_KERNEL ?
				     (int64_t)(uint32_t)insn->imm : insn->imm);
	case 'N':
		return format_number(at, format, NUMBER_N, format_unsigned(format, insn->imm));
	case 'M':
		return format_number(at, format, NUMBER_N, format_unsigned(format, insn[1].imm));
	case 'Q':
		return format_number(at, format, NUMBER_Q, (uint64_t)(uint32_t)insn[1].imm << 32 |
				     (uint32_t)insn->imm);
	case 'U':
		return format_number(at, format, NUMBER_U, (uint32_t)insn->imm >> 16);
	case 'V':
		return format_number(at, format, NUMBER_U, insn->imm & 0xffff);
	case 'E':
		return format_number(at, format, NUMBER_N, insn->off);
	case 'F':
		return format_number(at, format, NUMBER_N, format->form->fix);
	case 'H':
		return format_helper(at, format);
	case 'Y':
		return format->dialect == RAWBPF_LLVM ? rawbpf__put(at, " ll") : at;
	case 'P':
		return format_name(at, rawbpf__operation_name(insn));
	case 'Z':
		return format_name(at, rawbpf__size_name(insn->code));
	default:
		return at;
	}
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

static char *format_form(char *at, struct rawbpf__format *format)
{
	const char *text = rawbpf__form_text(format->form, format->dialect);

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
	struct rawbpf__format format = { insns, form, RAWBPF_LLVM, NULL, 1, 1, NULL };

	return format_template(at, &format, text);
}

/* Append the instruction field by field, for one that no macro makes. */
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

/* Append the bytes in the order of this machine's memory. */
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

/*
 * Return 1 if a macro can make the instruction. The macros take only values that a kernel could
 * load.
 */
static int format_has_macro(const struct bpf_insn *insn, const struct rawbpf__form *form)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);

	return insn->dst_reg <= BPF_REG_10 && insn->src_reg <= BPF_REG_10 &&
	       !*rawbpf__form_qualifier(insn->code) &&
	       rawbpf__rule_holds(shape->imm, insn->imm, form->fix, 1) &&
	       rawbpf__rule_holds(shape->off, insn->off, form->fix, 1);
}

/*
 * Copy up to `size` bytes of the line, the label in its hole, and terminate them. Return the
 * whole length.
 */
static size_t format_copy(char *text, size_t size, const char *line, const char *end,
			  const struct rawbpf__format *format)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	const char *hole = format->hole ? format->hole : end;

	rawbpf__out_bytes(&out, line, hole - line);
	if (format->hole)
		rawbpf__out_text(&out, format->label);
	rawbpf__out_bytes(&out, hole, end - hole);
	return out.length;
}

size_t rawbpf_insn_format(char *text, size_t size, const struct bpf_insn *insns, unsigned count,
			  enum rawbpf_dialect dialect, const char *label, unsigned *slots)
{
	char line[FORMAT_LINE];
	int in_place = size >= sizeof(line) + (label ? rawbpf__length(label) : 0);
	struct rawbpf__format format = { insns, NULL, dialect, label, 0, in_place, NULL };
	char *start = in_place ? text : line, *at = start;
	unsigned unused;

	format.form = rawbpf__form_take(insns, count, slots ? slots : &unused);
	if (!count)
		at = rawbpf__put(at, "invalid");
	else if (dialect == RAWBPF_C && (!format.form || !format_has_macro(insns, format.form)))
		at = format_raw(at, insns);
	else if (!format.form)
		at = format_invalid(at, insns);
	else
		at = format_form(at, &format);
	if (!in_place)
		return format_copy(text, size, start, at, &format);
	*at = 0;
	return at - start;
}

/* SPDX-License-Identifier: MIT */
#include "template.h"

#include "../base/out.h"

/* In a template that is filled in, stands before an operand's letter. */
#define MARK '\1'

/* What a letter of form.h means in a statement. */
static const struct template_operand {
	uint16_t code;
	uint8_t field;
} template_operands[128] = {
	['D'] = { RAWBPF__T_R, RAWBPF__F_DST },
	['d'] = { RAWBPF__T_W, RAWBPF__F_DST },
	['S'] = { RAWBPF__T_R, RAWBPF__F_SRC },
	['s'] = { RAWBPF__T_W, RAWBPF__F_SRC },
	['I'] = { RAWBPF__T_NUMBER, RAWBPF__F_IMM },
	['C'] = { RAWBPF__T_NUMBER, RAWBPF__F_IMM },
	['N'] = { RAWBPF__T_NUMBER, RAWBPF__F_IMM },
	['M'] = { RAWBPF__T_NUMBER, RAWBPF__F_NEXT },
	['U'] = { RAWBPF__T_NUMBER, RAWBPF__F_HIGH },
	['V'] = { RAWBPF__T_NUMBER, RAWBPF__F_LOW },
	['E'] = { RAWBPF__T_NUMBER, RAWBPF__F_OFF },
	['O'] = { RAWBPF__T_NUMBER, RAWBPF__F_OFF },
	['J'] = { RAWBPF__T_NUMBER, RAWBPF__F_JUMP },
	['L'] = { RAWBPF__T_NUMBER, RAWBPF__F_JUMP32 },
	['K'] = { RAWBPF__T_NUMBER, RAWBPF__F_LOCAL },
	['R'] = { RAWBPF__T_NUMBER, RAWBPF__F_LOCAL },
	['H'] = { RAWBPF__T_NUMBER, RAWBPF__F_CALL },
	['Q'] = { RAWBPF__T_NUMBER, RAWBPF__F_IMM64 },
	['X'] = { RAWBPF__T_NUMBER, RAWBPF__F_MAP },
};

/* ------------------------------------------------------------------- filling in */

/* What stands for "%" and a letter; an operand stays, behind a mark. */
static void fill_in(struct rawbpf__out *out, const struct rawbpf__form *form, unsigned dialect,
		    char letter)
{
	if (letter == 'o')
		rawbpf__out_text(out, form->op);
	else if (letter == 'F')
		rawbpf__out_number(out, form->fix);
	else if (letter == 'T') {
		rawbpf__out_text(out, rawbpf__form_qualifier(form->code));
		rawbpf__out_text(out, rawbpf__form_type(form->code));
	} else if (letter == 'R' || (dialect == RAWBPF_KERNEL && (letter == 'J' || letter == 'L')))
		rawbpf__out_text(out, "pc+");
	else if (letter == 'O')
		rawbpf__out_text(out, "+");
	else if (letter == 'Y' && dialect == RAWBPF_LLVM)
		rawbpf__out_text(out, " ll");
	if (template_operands[(unsigned char)letter].code) {
		rawbpf__out_byte(out, MARK);
		rawbpf__out_byte(out, letter);
	}
}

/* The template with the form's operator, `fix` and type in it. A '!' before it is left out. */
static void fill_in_all(struct rawbpf__out *out, const struct rawbpf__form *form, const char *text,
			unsigned dialect)
{
	for (text += *text == '!'; *text; text++)
		if (*text == '%')
			fill_in(out, form, dialect, *++text);
		else
			rawbpf__out_byte(out, *text);
}

/* --------------------------------------------------------------------- elements */

static const char *skip_spaces(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

/* The operand at `at`: a mark and a letter, or a 0 or r0 that stands for itself. NULL: it is none. */
static const char *template_operand(const char *at, struct rawbpf__element *element)
{
	element->is_operand = 1;
	if (*at == MARK) {
		element->code = template_operands[(unsigned char)at[1]].code;
		element->field = template_operands[(unsigned char)at[1]].field;
		return at + 2;
	}
	element->field = RAWBPF__F_ZERO;
	element->code = *at == 'r' ? RAWBPF__T_R : *at == 'w' ? RAWBPF__T_W : RAWBPF__T_NUMBER;
	at += element->code != RAWBPF__T_NUMBER;
	return *at == '0' ? at + 1 : NULL;
}

/* The element at the cursor, which goes behind it. */
static struct rawbpf__element template_next(struct rawbpf__cursor *cursor)
{
	struct rawbpf__element element = { .code = RAWBPF__T_END };
	const char *at = cursor->at, *next = skip_spaces(at + 1);
	unsigned code;

	/* A sign belongs to the number behind it. */
	element.has_sign = *at == '+' && *next == MARK;
	next = template_operand(element.has_sign ? next : at, &element);
	if (!next) {
		next = rawbpf__after_word(cursor, at);
		element = (struct rawbpf__element){ .code = rawbpf__word_code(at, next - at) };
	}
	if (next == at) {
		next = at + rawbpf__lex_operator(cursor, at, &code);
		element.code = code;
	}
	cursor->at = skip_spaces(next);
	return element;
}

RAWBPF__PRIVATE unsigned rawbpf__template_read(struct rawbpf__element *elements,
					       const struct rawbpf__form *form, const char *text,
					       unsigned dialect)
{
	char line[80];
	struct rawbpf__out out = rawbpf__out_begin(line, sizeof(line));
	struct rawbpf__cursor cursor = { .at = line };
	unsigned count = 0;

	fill_in_all(&out, form, text, dialect);
	cursor.end = line + out.length;
	while (cursor.at < cursor.end && count < RAWBPF__ELEMENTS)
		elements[count++] = template_next(&cursor);
	return count;
}

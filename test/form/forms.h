/* SPDX-License-Identifier: MIT */
/* Generate every form of the table, with all registers and boundary numbers. */
#ifndef TEST_FORMS_H
#define TEST_FORMS_H

#include <limits.h>
#include <string.h>

#include "../../insn/form/form.h"
#include "../unit.h"

typedef void each_insn(const struct rawbpf__form *form, const struct bpf_insn *insns,
		       unsigned slots, void *context);

static const int forms_imms[] = {
	0, 1, -1, 5, -5, 9, 10, 16, 31, 32, 63, 64, 127, -128, 255, 256, 32767, -32768, 65535,
	65536, 99999999, INT_MAX, INT_MIN, INT_MIN + 1, 0x12345678, -0x12345678
};
static const int forms_offs[] = { 0, 1, -1, 7, -8, 15, 16, 255, -256, 4096, 32767, -32768 };

#define FORMS_COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

/*
 * Set `*value` to the `index`-th value that a rule allows for a field. Returns 0 if the rule has no
 * more.
 */
static int forms_value(unsigned rule, int fix, int is_off, unsigned index, int *value)
{
	*value = rule == RAWBPF__FIX ? fix : 0;
	if (rule == RAWBPF__ZERO || rule == RAWBPF__FIX || rule == RAWBPF__NONE)
		return index == 0;
	if (rule == RAWBPF__REG) {
		*value = index;
		return index <= 10;
	}
	if (index >= (is_off ? FORMS_COUNT(forms_offs) : FORMS_COUNT(forms_imms)))
		return 0;
	*value = is_off ? forms_offs[index] : forms_imms[index];
	return 1;
}

static void forms_each_number(const struct rawbpf__form *form, int dst, int src, each_insn *each,
			      void *context)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);
	int off, imm, next;

	for (unsigned o = 0; forms_value(shape->off, form->fix, 1, o, &off); o++)
		for (unsigned i = 0; forms_value(shape->imm, form->fix, 0, i, &imm); i++)
			for (unsigned n = 0; forms_value(shape->next, form->fix, 0, n, &next); n++) {
				struct bpf_insn insns[2] = {
					{ .code = form->code, .dst_reg = dst, .src_reg = src,
					  .off = off, .imm = imm },
					{ .imm = next }
				};

				each(form, insns, shape->slots, context);
			}
}

/* Some values belong to an earlier row of the same opcode: compare rawbpf__form_find(). */
static void forms_each(each_insn *each, void *context)
{
	const struct rawbpf__form *form;
	int dst, src;

	for (unsigned row = 0; (form = rawbpf__form_at(row)); row++) {
		const struct rawbpf__shape *shape = rawbpf__form_shape(form);

		for (unsigned d = 0; forms_value(shape->dst, form->fix, 0, d, &dst); d++)
			for (unsigned s = 0; forms_value(shape->src, form->fix, 0, s, &src); s++)
				forms_each_number(form, dst, src, each, context);
	}
}

#endif

/* SPDX-License-Identifier: MIT */
#include "form.h"

/*
 * All templates in one object, found by their distance from its beginning: pointers
 * would be twice as large, and relocated when a program starts.
 */
struct rawbpf__templates {
#define SHAPE(NAME, DST, SRC, OFF, IMM, NEXT, LLVM, KERNEL, C) \
	char llvm_##NAME[sizeof(LLVM)]; \
	char kernel_##NAME[sizeof(KERNEL)]; \
	char c_##NAME[sizeof(C)];
#include "form.def"
};

static const struct rawbpf__templates rawbpf__templates = {
#define SHAPE(NAME, DST, SRC, OFF, IMM, NEXT, LLVM, KERNEL, C) LLVM, KERNEL, C,
#include "form.def"
};

#define TEMPLATE(FIELD) ((uint16_t)offsetof(struct rawbpf__templates, FIELD))
/* "" as the kernel's is one byte, the terminator. */
#define KERNEL_TEMPLATE(NAME, KERNEL) \
	(sizeof(KERNEL) > 1 ? TEMPLATE(kernel_##NAME) : TEMPLATE(llvm_##NAME))

static const struct rawbpf__shape rawbpf__shapes[] = {
#define SHAPE(NAME, DST, SRC, OFF, IMM, NEXT, LLVM, KERNEL, C) \
	{ RAWBPF__##DST, RAWBPF__##SRC, RAWBPF__##OFF, RAWBPF__##IMM, RAWBPF__##NEXT, \
	  RAWBPF__##NEXT == RAWBPF__NONE ? 1 : 2, \
	  { TEMPLATE(llvm_##NAME), KERNEL_TEMPLATE(NAME, KERNEL), TEMPLATE(c_##NAME) } },
#include "form.def"
};

#undef TEMPLATE
#undef KERNEL_TEMPLATE

#define K(MAJOR, MINOR) ((MAJOR) << 8 | (MINOR))
static const struct rawbpf__form rawbpf__forms[] = {
#define FORM(CODE, SHAPE, OP, FIX, GROUP, KERNEL) \
	{ CODE, RAWBPF__SHAPE_##SHAPE, FIX, OP, KERNEL, RAWBPF__##GROUP },
#define ALSO FORM
#include "form.def"
	{ 0, 0, 0, "", 0, 0 }	/* ends the last opcode's rows: no form has opcode 0 */
};
#undef K

/* Which row is the first of its opcode. */
enum {
#define JOIN(A, B) A##B
#define ROW(LINE) JOIN(rawbpf__row_at_line_, LINE)
#define FORM(CODE, ...) rawbpf__row_##CODE,
#define ALSO(CODE, ...) ROW(__LINE__),
#include "form.def"
	RAWBPF__ROWS
};
#undef ROW
#undef JOIN
_Static_assert(RAWBPF__ROWS < 256, "rows are counted in a byte");

/* By opcode, counted from 1: 0 is no row. */
static const uint8_t rawbpf__first_rows[256] = {
#define FORM(CODE, ...) [CODE] = rawbpf__row_##CODE + 1,
#include "form.def"
};

RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_at(unsigned index)
{
	return index < RAWBPF__ROWS ? &rawbpf__forms[index] : NULL;
}

RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_first(unsigned code)
{
	unsigned row = rawbpf__first_rows[code & 0xff];

	return row ? &rawbpf__forms[row - 1] : NULL;
}

RAWBPF__PRIVATE const struct rawbpf__shape *rawbpf__form_shape(const struct rawbpf__form *form)
{
	return &rawbpf__shapes[form->shape];
}

RAWBPF__PRIVATE const char *rawbpf__form_text(const struct rawbpf__form *form, unsigned dialect)
{
	return (const char *)&rawbpf__templates + rawbpf__shapes[form->shape].text[dialect];
}

RAWBPF__PRIVATE int rawbpf__rule_holds(unsigned rule, int32_t value, int32_t fix, int strict)
{
	switch (rule) {
	case RAWBPF__ZERO:
		return value == 0;
	case RAWBPF__REG:
		return (uint32_t)value <= 10;
	case RAWBPF__FIX:
		return value == fix;
	}
	if (!strict)
		return 1;
	switch (rule) {
	case RAWBPF__NOT0:
		return value != 0;
	case RAWBPF__INDEX:
		return value >= 0;
	case RAWBPF__SHIFT32:
		return (uint32_t)value < 32;
	case RAWBPF__SHIFT64:
		return (uint32_t)value < 64;
	case RAWBPF__CAST:
		return value == 1 || value == 1 << 16;
	default:
		return 1;
	}
}

static int rawbpf__form_fits(const struct rawbpf__form *form, const struct bpf_insn *insns,
			     unsigned count)
{
	const struct rawbpf__shape *shape = &rawbpf__shapes[form->shape];
	int fix = form->fix;

	if (!rawbpf__rule_holds(shape->imm, insns->imm, fix, 0) ||
	    !rawbpf__rule_holds(shape->off, insns->off, fix, 0) ||
	    !rawbpf__rule_holds(shape->src, insns->src_reg, fix, 0) ||
	    !rawbpf__rule_holds(shape->dst, insns->dst_reg, fix, 0))
		return 0;
	if (shape->next == RAWBPF__NONE)
		return 1;
	return count > 1 && !insns[1].code && !insns[1].dst_reg && !insns[1].src_reg &&
	       !insns[1].off && rawbpf__rule_holds(shape->next, insns[1].imm, fix, 0);
}

RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_find(const struct bpf_insn *insns,
							     unsigned count)
{
	const struct rawbpf__form *form = rawbpf__form_first(insns->code);

	if (!form)
		return NULL;
	do {
		if (rawbpf__form_fits(form, insns, count))
			return form;
	} while ((++form)->code == insns->code);
	return NULL;
}

RAWBPF__PRIVATE const char *rawbpf__form_type(unsigned code)
{
	static const char types[8][4] = { "u32", "u16", "u8", "u64", "s32", "s16", "s8", "s64" };

	return types[(code >> 3 & 3) | ((code & 0xe0) == 0x80 ? 4 : 0)];
}

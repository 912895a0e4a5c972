/* SPDX-License-Identifier: MIT */
#include "form.h"

/*
 * One object holds all templates, and their distances from its beginning find them. Pointers
 * would be twice as large, and need relocations when a program starts.
 */
struct rawbpf__templates {
#define MEANING(NAME, C, ...) \
	char c_##NAME[sizeof(C)];
#define SHAPE(NAME, DST, SRC, OFF, IMM, NEXT, MEANS, LLVM, KERNEL) \
	char llvm_##NAME[sizeof(LLVM)]; \
	char kernel_##NAME[sizeof(KERNEL)];
#include "form.def"
	char slack[8];	/* the reader takes 8 bytes at a time */
};

static const struct rawbpf__templates rawbpf__templates = {
#define MEANING(NAME, C, ...) C,
#define SHAPE(NAME, DST, SRC, OFF, IMM, NEXT, MEANS, LLVM, KERNEL) LLVM, KERNEL,
#include "form.def"
	""
};

/*
 * FIELD()s together select a shape's mask from form_masks[]. FIX_SHIFT() is the place of `fix` in
 * the word.
 */
#define FIELD(RULE, BIT) (RAWBPF__##RULE <= RAWBPF__FIX ? (BIT) : 0)
#define FIX_SHIFT(SRC, OFF, IMM) \
	(RAWBPF__##SRC == RAWBPF__FIX ? 12 : RAWBPF__##OFF == RAWBPF__FIX ? 16 : \
	 RAWBPF__##IMM == RAWBPF__FIX ? 32 : 0)

#define TEMPLATE(FIELD) ((uint16_t)offsetof(struct rawbpf__templates, FIELD))
/* The kernel's template "" stands for LLVM's. */
#define KERNEL_TEMPLATE(NAME, KERNEL) \
	(sizeof(KERNEL) > 1 ? TEMPLATE(kernel_##NAME) : TEMPLATE(llvm_##NAME))

static const struct rawbpf__shape rawbpf__shapes[] = {
#define SHAPE(NAME, DST, SRC, OFF, IMM, NEXT, MEANS, LLVM, KERNEL) \
	{ FIELD(DST, 1) | FIELD(SRC, 2) | FIELD(OFF, 4) | FIELD(IMM, 8), FIX_SHIFT(SRC, OFF, IMM), \
	  RAWBPF__##DST, RAWBPF__##SRC, RAWBPF__##OFF, RAWBPF__##IMM, RAWBPF__##NEXT, \
	  RAWBPF__##NEXT == RAWBPF__NONE ? 1 : 2, RAWBPF__MEANING_##MEANS, \
	  { TEMPLATE(llvm_##NAME), KERNEL_TEMPLATE(NAME, KERNEL), TEMPLATE(c_##MEANS) } },
#include "form.def"
};

#undef FIELD
#undef FIX_SHIFT
#undef TEMPLATE
#undef KERNEL_TEMPLATE

#define K(MAJOR, MINOR) ((MAJOR) << 5 | (MINOR))
static const struct rawbpf__form rawbpf__forms[] = {
#define FORM(CODE, SHAPE, OP, FIX, GROUP, KERNEL) \
	{ CODE, RAWBPF__SHAPE_##SHAPE, FIX, OP, KERNEL, RAWBPF__##GROUP },
#define ALSO FORM
#include "form.def"
	{ 0, 0, 0, "", 0, 0 }	/* ends the last opcode's rows: no form has opcode 0 */
};
#undef K

/* Each opcode's name is the number of its first row. */
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

/* The first row of each opcode, counted from 1. 0 stands for no row. */
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

RAWBPF__PRIVATE unsigned rawbpf__form_kernel(const struct rawbpf__form *form)
{
	return (form->kernel >> 5) << 8 | (form->kernel & 31);
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

/* The masks of the fields in `fields`, in the word of rawbpf__form_word(). */
static const uint64_t form_masks[16] = {
#define FOUR(HIGH) HIGH, (HIGH) | 0xf00, (HIGH) | 0xf000, (HIGH) | 0xff00
	FOUR(0), FOUR(0xffff0000), FOUR(0xffffffff00000000), FOUR(0xffffffffffff0000)
#undef FOUR
};

static int form_second_fits(const struct rawbpf__shape *shape, const struct bpf_insn *insns,
			    unsigned count)
{
	return count > 1 && !insns[1].code && !insns[1].dst_reg && !insns[1].src_reg &&
	       !insns[1].off && (shape->next == RAWBPF__ANY || !insns[1].imm);
}

RAWBPF__PRIVATE const struct rawbpf__form *rawbpf__form_find(const struct bpf_insn *insns,
							     unsigned count)
{
	uint64_t word = rawbpf__form_word(insns);
	unsigned row = rawbpf__first_rows[word & 0xff];
	const struct rawbpf__form *form;
	const struct rawbpf__shape *shape;

	/*
	 * Registers 13 to 15 make no instruction. The verifier itself writes a register beyond
	 * r10 (BPF_REG_AX): r11, and r12 on Linux 7.3.
	 */
	if (!row || ((word >> 8 & 15) + 3) >> 4 || ((word >> 12 & 15) + 3) >> 4)
		return NULL;
	form = &rawbpf__forms[row - 1];
	do {
		shape = &rawbpf__shapes[form->shape];
		if (!((word ^ (uint64_t)(uint16_t)form->fix << shape->fix_shift) &
		      form_masks[shape->fields]) &&
		    (shape->slots == 1 || form_second_fits(shape, insns, count)))
			return form;
	} while ((++form)->code == (uint8_t)word);
	return NULL;
}

/* The verifier changes the mode of an access that may fault to one of these. */
enum {
	FORM_PROBE_MEM = 0x20,		/* BPF_LDX: for BPF_MEM */
	FORM_PROBE_MEMSX = 0x40,	/* BPF_LDX: for BPF_MEMSX */
	FORM_PROBE_MEM32 = 0xa0,	/* BPF_LDX, BPF_ST, BPF_STX: for BPF_MEM in an arena */
	FORM_PROBE_MEM32SX = 0xc0,	/* BPF_LDX: for BPF_MEMSX in an arena */
	FORM_PROBE_ATOMIC = 0xe0	/* BPF_STX: for BPF_ATOMIC in an arena */
};

RAWBPF__PRIVATE const char *rawbpf__form_qualifier(unsigned code)
{
	static const char none[] = "", probe[] = "__probe ", arena[] = "__arena ";
	unsigned class = code & 7, mode = code & 0xe0;

	if (class == BPF_LDX && (mode == FORM_PROBE_MEM || mode == FORM_PROBE_MEMSX))
		return probe;
	if ((class == BPF_LDX && mode == FORM_PROBE_MEM32SX) ||
	    (class == BPF_STX && mode == FORM_PROBE_ATOMIC))
		return arena;
	return class - BPF_LDX <= BPF_STX - BPF_LDX && mode == FORM_PROBE_MEM32 ? arena : none;
}

static int form_is_signed(unsigned code)
{
	unsigned mode = code & 0xe0;

	return (code & 7) == BPF_LDX &&
	       (mode == 0x80 || mode == FORM_PROBE_MEMSX || mode == FORM_PROBE_MEM32SX);
}

RAWBPF__PRIVATE const char *rawbpf__form_type(unsigned code)
{
	static const char types[8][4] = { "u32", "u16", "u8", "u64", "s32", "s16", "s8", "s64" };

	return types[(code >> 3 & 3) | (form_is_signed(code) ? 4 : 0)];
}

/* SPDX-License-Identifier: MIT */
/* Place operands in the fields of their instruction. */
#include "../base/string.h"
#include "../form/helper.h"
#include "parser.h"

/* ------------------------------------------------------------------- operands */

/* The range of each field. A huge number fits an immediate if its upper 33 bits are all set. */
static const struct instruction_range {
	int64_t least, most;
} instruction_ranges[] = {
	[RAWBPF__F_ZERO] = { 0, 0 },
	[RAWBPF__F_DST] = { 0, 10 },
	[RAWBPF__F_SRC] = { 0, 10 },
	[RAWBPF__F_IMM] = { INT32_MIN, UINT32_MAX },
	[RAWBPF__F_NEXT] = { INT32_MIN, UINT32_MAX },
	[RAWBPF__F_HIGH] = { 0, 0xffff },
	[RAWBPF__F_LOW] = { 0, 0xffff },
	[RAWBPF__F_OFF] = { INT16_MIN, INT16_MAX },
	[RAWBPF__F_JUMP] = { INT16_MIN, INT16_MAX },
	[RAWBPF__F_JUMP32] = { INT32_MIN, INT32_MAX },
	[RAWBPF__F_LOCAL] = { INT32_MIN, INT32_MAX },
	[RAWBPF__F_CALL] = { INT32_MIN, UINT32_MAX },
	[RAWBPF__F_IMM64] = { INT64_MIN, INT64_MAX },
};

static void complain_range(struct rawbpf__parser *p, const struct rawbpf__token *token,
			   unsigned field)
{
	switch (field) {
	case RAWBPF__F_ZERO:
		rawbpf__complain(p->text, token,
				 "expected %s0, not %.*s: this instruction accepts no other "
				 "register",
				 token->code == RAWBPF__T_R ? "r" :
				 token->code == RAWBPF__T_W ? "w" : "", RAWBPF__TEXT(token));
		break;
	case RAWBPF__F_HIGH:
	case RAWBPF__F_LOW:
		rawbpf__complain(p->text, token, "%.*s is not an address space: expected 0 to 65535",
				 RAWBPF__TEXT(token));
		break;
	case RAWBPF__F_OFF:
		rawbpf__complain(p->text, token,
				 "%.*s is out of range: an offset is -32768 to 32767",
				 RAWBPF__TEXT(token));
		break;
	case RAWBPF__F_JUMP:
		rawbpf__complain(p->text, token, "%.*s is too far: a jump reaches -32768 to +32767, "
				 "gotol reaches further", RAWBPF__TEXT(token));
		break;
	case RAWBPF__F_JUMP32:
	case RAWBPF__F_LOCAL:
		rawbpf__complain(p->text, token,
				 "%.*s is too far: expected -2147483648 to +2147483647",
				 RAWBPF__TEXT(token));
		break;
	default:
		rawbpf__complain(p->text, token, "%.*s does not fit 32 bits%s", RAWBPF__TEXT(token),
				 token - p->statement.tokens > 1 && token[-2].code == RAWBPF__T_R ?
				 "; write r1 = NUMBER ll" : "");
	}
}

/* An instruction has at most two numbers, such as an offset and an immediate. */
#define LATER_MAX 2

/* The instruction that the assembler composes. */
struct instruction {
	struct bpf_insn slots[2];
	unsigned placed;			/* a bit for each register field that has its value */
	const struct rawbpf__token *reference;	/* the name of a label, map or helper */
	unsigned reference_field;		/* the field that the name's value goes to */
	const struct rawbpf__token *later[LATER_MAX];	/* numbers that are known later */
	unsigned later_fields[LATER_MAX];
	unsigned later_count;
};

static void place(struct bpf_insn *slots, unsigned field, uint64_t value)
{
	switch (field) {
	case RAWBPF__F_DST:
		slots[0].dst_reg = value;
		break;
	case RAWBPF__F_SRC:
		slots[0].src_reg = value;
		break;
	case RAWBPF__F_OFF:
	case RAWBPF__F_JUMP:
		slots[0].off = value;
		break;
	case RAWBPF__F_NEXT:
		slots[1].imm = value;
		break;
	case RAWBPF__F_HIGH:
		slots[0].imm |= (int32_t)(value << 16);
		break;
	case RAWBPF__F_LOW:
		slots[0].imm |= (int32_t)value;
		break;
	case RAWBPF__F_IMM64:
		slots[1].imm = value >> 32;
		slots[0].imm = value;
		break;
	default:
		slots[0].imm |= (int32_t)value;	/* F_ZERO has no field */
	}
}

/* Note a number that is known later. Return 0 if the field cannot have such a number. */
static int operand_later(struct rawbpf__parser *p, struct instruction *insn,
			 const struct rawbpf__token *token, unsigned field)
{
	if ((field != RAWBPF__F_OFF && field != RAWBPF__F_IMM && field != RAWBPF__F_IMM64) ||
	    insn->later_count == LATER_MAX) {
		rawbpf__complain(p->text, token, "expected a number, not a name");
		return 0;
	}
	insn->later[insn->later_count] = token;
	insn->later_fields[insn->later_count++] = field;
	return 1;
}

/* Place a number in its field, if it is in range. Return 0 after an error. */
static int operand_place(struct rawbpf__parser *p, struct instruction *insn,
			 const struct rawbpf__token *token, unsigned field)
{
	const struct instruction_range *range = &instruction_ranges[field];
	int64_t value = token->value;

	/* 0xffffffff80000000 is valid: the kernel sign-extends the immediate 0x80000000 to it. */
	int fits = value >= range->least && value <= range->most &&
		   (!token->is_huge || field == RAWBPF__F_IMM64 || range->most == UINT32_MAX);

	if (token->is_later)
		return operand_later(p, insn, token, field);
	if (fits)
		place(insn->slots, field, value);
	else
		complain_range(p, token, field);
	return fits;
}

/* Place a register. If the field has a register already, both must be the same. */
static int operand_register(struct rawbpf__parser *p, struct instruction *insn,
			    const struct rawbpf__token *token, unsigned field)
{
	unsigned before = field == RAWBPF__F_DST ? insn->slots[0].dst_reg : insn->slots[0].src_reg;

	if (!(insn->placed >> field & 1)) {
		insn->placed |= 1u << field;
		return operand_place(p, insn, token, field);
	}
	if (token->value == before)
		return 1;
	rawbpf__complain(p->text, token, "expected %s%lld, not %.*s: both operands are the same "
					 "register",
			 token->code == RAWBPF__T_R ? "r" : "w", (long long)before,
			 RAWBPF__TEXT(token));
	return 0;
}

/*
 * Place a call's target as the kernel prints it: "bpf_map_lookup_elem#1", "bpf_a_kfunc#7185",
 * "unknown#300".
 */
static int operand_numbered(struct rawbpf__parser *p, struct instruction *insn,
			    struct rawbpf__token *token)
{
	int helper = rawbpf__helper_find(token->start, token->length);

	if (helper >= 0)
		token->value = helper;
	else if (!rawbpf__equal_bytes("unknown", token->start, token->length))
		insn->slots[0].src_reg = BPF_PSEUDO_KFUNC_CALL;
	return operand_place(p, insn, token, RAWBPF__F_CALL);
}

/* Return 1 if the field may have the name of a label, map or helper. */
static int is_reference(unsigned field)
{
	return field == RAWBPF__F_JUMP || field == RAWBPF__F_JUMP32 || field == RAWBPF__F_LOCAL ||
	       field == RAWBPF__F_CALL || field == RAWBPF__F_MAP;
}

/* Place a name: that of a constant, or one whose value the end of the text decides. */
static int operand_name(struct rawbpf__parser *p, struct instruction *insn,
			struct rawbpf__token *token, unsigned field)
{
	/*
	 * As in LLVM, "r2 = name ll" loads the address of a function, unless the name is a
	 * constant.
	 */
	int is_function = field == RAWBPF__F_IMM64 && !rawbpf__constant(&p->symbols, token);

	if (is_function) {
		insn->slots[0].src_reg = BPF_PSEUDO_FUNC;
		field = p->later ? RAWBPF__F_IMM64 : RAWBPF__F_LOCAL;
	}
	if (is_function || is_reference(field)) {
		insn->reference = token;
		insn->reference_field = field;
		return 1;
	}
	if (p->later)
		p->later->symbol(p->later, token);
	else if (!rawbpf__is_number(p, token))
		return 0;
	return operand_place(p, insn, token, field);
}

static int operand(struct rawbpf__parser *p, struct instruction *insn, struct rawbpf__token *token,
		   const struct rawbpf__element *element)
{
	unsigned field = element->field;

	if (element->has_sign && *token->start != '+' && *token->start != '-') {
		rawbpf__complain(p->text, token, "expected '+' or '-' before %.*s",
				 RAWBPF__TEXT(token));
		return 0;
	}
	if (field == RAWBPF__F_DST || field == RAWBPF__F_SRC)
		return operand_register(p, insn, token, field);
	if (token->code == RAWBPF__T_NAME)
		return operand_name(p, insn, token, field);
	if (token->code == RAWBPF__T_NUMBERED && field == RAWBPF__F_CALL)
		return operand_numbered(p, insn, token);
	if (field == RAWBPF__F_MAP) {
		rawbpf__complain(p->text, token, "'%.*s' is not the name of a map",
				 RAWBPF__TEXT(token));
		return 0;
	}
	return (token->code != RAWBPF__T_NUMBERED || rawbpf__is_number(p, token)) &&
	       operand_place(p, insn, token, field);
}

/* ------------------------------------------------------------------- instructions */

/* Return the instruction with the fields that its form fixes. */
static struct bpf_insn form_insn(const struct rawbpf__form *form)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);

	return (struct bpf_insn){ .code = form->code,
				  .src_reg = shape->src == RAWBPF__FIX ? form->fix : 0,
				  .off = shape->off == RAWBPF__FIX ? form->fix : 0,
				  .imm = shape->imm == RAWBPF__FIX ? form->fix : 0 };
}

/* Return the fields that labels or linkers fill in. The column of bytes may differ in them. */
static struct rawbpf__skipped skipped_fields(const struct rawbpf__parser *p,
					     const struct instruction *insn)
{
	int is_jump = insn->reference && insn->reference_field == RAWBPF__F_JUMP;

	return (struct rawbpf__skipped){ .off = is_jump,
					 .imm = (insn->reference && !is_jump) ||
						rawbpf__is_relocated(&p->cursor) };
}

/* Record that the instruction in `slot` names something. */
static void refer(struct rawbpf__parser *p, const struct instruction *insn, unsigned slot)
{
	unsigned field = insn->reference_field;
	const struct rawbpf__reference reference = {
		.slot = slot, .field = field,
		.told = field == RAWBPF__F_JUMP ? insn->slots[0].off : insn->slots[0].imm,
		.is_told = p->listing.bytes.code && field != RAWBPF__F_MAP &&
			   !rawbpf__is_relocated(&p->cursor) };

	if (p->later)
		p->later->name(p->later, insn->reference, field, slot);
	else
		rawbpf__reference(p, insn->reference, &reference);
}

RAWBPF__PRIVATE void rawbpf__instruction(struct rawbpf__parser *p,
					 const struct rawbpf__pattern *pattern)
{
	struct instruction insn = { .slots = { form_insn(pattern->form) } };
	unsigned slot = p->slot, slots = rawbpf__form_shape(pattern->form)->slots, i;
	struct rawbpf__skipped skipped;
	int good = 1;

	for (i = 0; good && i < pattern->count; i++)
		if (pattern->elements[i].field)
			good = operand(p, &insn, &p->statement.tokens[i], &pattern->elements[i]);
	if (good && p->listing.bytes.code) {
		skipped = skipped_fields(p, &insn);
		good = rawbpf__bytes_decide(p, insn.slots, slots, &skipped);
	}
	if (good)
		rawbpf__warn_instruction(p, pattern, &insn.slots[0]);
	/* A wrong instruction takes its slots, too: jumps over it keep their distances. */
	for (i = 0; i < slots; i++)
		rawbpf__emit(p, &insn.slots[i]);
	if (good && insn.reference)
		refer(p, &insn, slot);
	for (i = 0; good && i < insn.later_count; i++)
		p->later->number(p->later, insn.later[i], insn.later_fields[i], slot);
}

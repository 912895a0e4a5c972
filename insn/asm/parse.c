/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "../form/helper.h"
#include "parser.h"

/* ------------------------------------------------------------------- operands */

/* From where to where a field goes. A huge number fits an immediate if its sign bits agree. */
static const struct parse_range {
	int64_t least, most;
} parse_ranges[] = {
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
				 "expected %s0, not %.*s: this instruction knows no other",
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
				 "gotol further", RAWBPF__TEXT(token));
		break;
	case RAWBPF__F_JUMP32:
	case RAWBPF__F_LOCAL:
		rawbpf__complain(p->text, token,
				 "%.*s is too far: expected -2147483648 to +2147483647",
				 RAWBPF__TEXT(token));
		break;
	default:
		rawbpf__complain(p->text, token,
				 "%.*s does not fit 32 bits; r1 = NUMBER ll has 64",
				 RAWBPF__TEXT(token));
	}
}

/* An instruction being put together. */
struct parse_insn {
	struct bpf_insn slots[2];
	unsigned placed;			/* a bit for each register field that has its value */
	const struct rawbpf__token *reference;	/* the name of a label, map or helper, */
	unsigned reference_field;		/* that goes there */
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
		slots[0].imm |= (int32_t)value;	/* F_ZERO: nothing */
	}
}

/* A number to its field, if it is in range. */
static int operand_place(struct rawbpf__parser *p, struct parse_insn *insn,
			 const struct rawbpf__token *token, unsigned field)
{
	const struct parse_range *range = &parse_ranges[field];
	int64_t value = token->value;

	/* 0xffffffff80000000 is an immediate that is extended to just that. */
	int fits = value >= range->least && value <= range->most &&
		   (!token->is_huge || field == RAWBPF__F_IMM64 || range->most == UINT32_MAX);

	if (fits)
		place(insn->slots, field, value);
	else
		complain_range(p, token, field);
	return fits;
}

/* A register that has been there before must be the same. */
static int operand_register(struct rawbpf__parser *p, struct parse_insn *insn,
			    const struct rawbpf__token *token, unsigned field)
{
	unsigned before = field == RAWBPF__F_DST ? insn->slots[0].dst_reg : insn->slots[0].src_reg;

	if (!(insn->placed >> field & 1)) {
		insn->placed |= 1u << field;
		return operand_place(p, insn, token, field);
	}
	if (token->value == before)
		return 1;
	rawbpf__complain(p->text, token, "expected %s%lld, not %.*s: it is the same register twice",
			 token->code == RAWBPF__T_R ? "r" : "w", (long long)before,
			 RAWBPF__TEXT(token));
	return 0;
}

/* What the kernel prints: "call bpf_map_lookup_elem#1", "call bpf_a_kfunc#7185", "unknown#300". */
static int operand_numbered(struct rawbpf__parser *p, struct parse_insn *insn,
			    struct rawbpf__token *token)
{
	int helper = rawbpf__helper_find(token->start, token->length);

	if (helper >= 0)
		token->value = helper;
	else if (!rawbpf__equal_bytes("unknown", token->start, token->length))
		insn->slots[0].src_reg = BPF_PSEUDO_KFUNC_CALL;
	return operand_place(p, insn, token, RAWBPF__F_CALL);
}

/* May a label, map or helper be named here? */
static int is_reference(unsigned field)
{
	return field == RAWBPF__F_JUMP || field == RAWBPF__F_JUMP32 || field == RAWBPF__F_LOCAL ||
	       field == RAWBPF__F_CALL || field == RAWBPF__F_MAP;
}

/* A name: of a constant, or of what is filled in at the end. */
static int operand_name(struct rawbpf__parser *p, struct parse_insn *insn,
			struct rawbpf__token *token, unsigned field)
{
	/* "r2 = name ll" is the address of a function, as in LLVM, if it is no constant. */
	if (field == RAWBPF__F_IMM64 && !rawbpf__constant(&p->symbols, token)) {
		insn->slots[0].src_reg = BPF_PSEUDO_FUNC;
		field = RAWBPF__F_LOCAL;
	}
	if (is_reference(field)) {
		insn->reference = token;
		insn->reference_field = field;
		return 1;
	}
	return rawbpf__is_number(p, token) && operand_place(p, insn, token, field);
}

static int operand(struct rawbpf__parser *p, struct parse_insn *insn, struct rawbpf__token *token,
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

/* The instruction with the fields that its form fixes. */
static struct bpf_insn form_insn(const struct rawbpf__form *form)
{
	const struct rawbpf__shape *shape = rawbpf__form_shape(form);

	return (struct bpf_insn){ .code = form->code,
				  .src_reg = shape->src == RAWBPF__FIX ? form->fix : 0,
				  .off = shape->off == RAWBPF__FIX ? form->fix : 0,
				  .imm = shape->imm == RAWBPF__FIX ? form->fix : 0 };
}

/* What the bytes beside an instruction need not say: what labels and linkers will. */
static struct rawbpf__skipped skipped_fields(const struct rawbpf__parser *p,
					     const struct parse_insn *insn)
{
	int is_jump = insn->reference && insn->reference_field == RAWBPF__F_JUMP;

	return (struct rawbpf__skipped){ .off = is_jump,
					 .imm = (insn->reference && !is_jump) ||
						rawbpf__is_relocated(&p->cursor) };
}

static void parse_instruction(struct rawbpf__parser *p, const struct rawbpf__pattern *pattern)
{
	struct parse_insn insn = { .slots = { form_insn(pattern->form) } };
	unsigned slot = p->slot, slots = rawbpf__form_shape(pattern->form)->slots, i;
	struct rawbpf__skipped skipped;
	int good = 1;

	for (i = 0; good && i < pattern->count; i++)
		if (pattern->elements[i].is_operand)
			good = operand(p, &insn, &p->statement.tokens[i], &pattern->elements[i]);
	if (good && p->listing.bytes.code) {
		skipped = skipped_fields(p, &insn);
		good = rawbpf__bytes_decide(p, insn.slots, slots, &skipped);
	}
	if (good)
		rawbpf__warn_instruction(p, pattern, &insn.slots[0]);
	/* A wrong one has its place too, so that no jump over it is called too far. */
	for (i = 0; i < slots; i++)
		rawbpf__emit(p, &insn.slots[i]);
	if (good && insn.reference)
		rawbpf__reference(p, insn.reference, slot, insn.reference_field);
}

/* What objdump prints where the bytes alone say what it is: "<unknown>", "ld_pseudo r1, 0x1, 0x5" */
static int is_known_by_bytes(const struct rawbpf__parser *p)
{
	const struct rawbpf__token *tokens = p->statement.tokens;

	if (!p->listing.bytes.code)
		return 0;
	if (tokens[0].code == '<' && p->statement.count == 3)
		return rawbpf__equal_bytes("unknown", tokens[1].start, tokens[1].length) &&
		       tokens[2].code == '>';
	return rawbpf__equal_bytes("ld_pseudo", tokens[0].start, tokens[0].length);
}

static void parse_bytes(struct rawbpf__parser *p)
{
	unsigned count, i;
	struct bpf_insn slots[2];

	count = rawbpf__bytes_read(&p->listing, slots);
	for (i = 0; i < count; i++)
		rawbpf__emit(p, &slots[i]);
}

/* ------------------------------------------------------------------- statements */

static void parse_label(struct rawbpf__parser *p)
{
	const struct rawbpf__token *name = &p->statement.tokens[0];

	if (name->code == RAWBPF__T_NAME || name->code == RAWBPF__T_DIRECTIVE ||
	    name->code >= RAWBPF__T_WORD)
		rawbpf__define(p, name, RAWBPF__LABEL, p->slot);
	else
		rawbpf__complain(p->text, name, "'%.*s' cannot be a label", RAWBPF__TEXT(name));
}

/* No instruction: of another opcode than the line says, a line of the verifier's, or an error. */
static void parse_mismatch(struct rawbpf__parser *p, const char *line)
{
	const struct rawbpf__token *opcode = &p->listing.opcode;
	const struct rawbpf__pattern *pattern = rawbpf__match(p->index, &p->statement, -1);

	if (pattern && opcode->code)
		rawbpf__complain(p->text, opcode, "this instruction's opcode is %02x, not %02x",
				 (unsigned)pattern->form->code, (unsigned)opcode->value);
	else if (line && rawbpf__is_chatter(&p->cursor, line))
		p->cursor.at = rawbpf__after_line(&p->cursor, p->cursor.at);
	else
		rawbpf__mismatch(p);
}

/* The opcode that the line tells before its text; -1: none. */
static int told_opcode(const struct rawbpf__listing *listing)
{
	const char *bytes = listing->bytes.start;

	if (listing->opcode.code)
		return listing->opcode.value;
	return listing->bytes.code ? rawbpf__hex_digit(bytes[0]) << 4 | rawbpf__hex_digit(bytes[1])
				   : -1;
}

static void parse_statement_insn(struct rawbpf__parser *p, const char *line)
{
	const struct rawbpf__pattern *pattern =
		rawbpf__match(p->index, &p->statement, told_opcode(&p->listing));

	rawbpf__listing_check(&p->listing, p->text, p->slot);
	if (!pattern && p->listing.bytes.code)
		pattern = rawbpf__match(p->index, &p->statement, -1);
	if (pattern)
		parse_instruction(p, pattern);
	else if (is_known_by_bytes(p))
		parse_bytes(p);
	else
		parse_mismatch(p, line);
}

/* One statement, but not what ends it. */
static void parse_statement(struct rawbpf__parser *p, int begins_line)
{
	const struct rawbpf__token *first = p->statement.tokens;
	struct rawbpf__token label;

	rawbpf__listing_forget(&p->listing);
	if (begins_line) {
		switch (rawbpf__listing_read(&p->listing, &p->cursor, &label)) {
		case RAWBPF__LINE_LABEL:
			rawbpf__data_end(p);
			rawbpf__define(p, &label, RAWBPF__LABEL, p->slot);
			return;
		case RAWBPF__LINE_OTHER:
			return;
		case RAWBPF__LINE_STATEMENT:
			break;
		}
	}
	rawbpf__statement_read(&p->statement, &p->cursor, &p->symbols);
	if (first->code == RAWBPF__T_DIRECTIVE && !p->statement.is_label) {
		rawbpf__directive(p);
	} else if (p->skips_section) {
		return;
	} else if (!p->statement.count) {
		if (p->listing.bytes.code)
			rawbpf__complain(p->text, &p->listing.bytes, RAWBPF__ARE_BYTES);
	} else if (p->statement.is_label) {
		rawbpf__data_end(p);
		parse_label(p);
	} else {
		rawbpf__data_end(p);
		parse_statement_insn(p, begins_line ? first->start : NULL);
	}
}

static void parse_all(struct rawbpf__parser *p)
{
	struct rawbpf__cursor *cursor = &p->cursor;
	int begins_line = 1;

	while (cursor->at < cursor->end) {
		unsigned char c = *cursor->at;

		if (c == '\n') {
			rawbpf__next_line(cursor);
			begins_line = 1;
			p->listing.has_comment = 0;
			cursor->at++;
		} else if (c == ';' && (begins_line || p->listing.has_comment)) {
			/* It can separate nothing: the kernel's comment, or a line of C. */
			cursor->at = rawbpf__after_line(cursor, cursor->at);
		} else if (c == ';' || rawbpf__is_blank(c)) {
			cursor->at++;
		} else {
			parse_statement(p, begins_line);
			begins_line = 0;
		}
	}
}

/* --------------------------------------------------------------------- the text */

/* Lines, columns and slots are counted in 32 bits, and bits of names. */
#define LENGTH_MAX ((1u << 28) - 1)

/*
 * The scratch has the index of templates, and what names take. Most for its length takes "abc:",
 * a symbol; there are no more than 3600 names of one or two characters, which take less text.
 */
size_t rawbpf_text_scratch_size(size_t length)
{
	size_t symbols = length / 4 + 3600;

	if (symbols > length / 2 + 1)
		symbols = length / 2 + 1;
	return sizeof(struct rawbpf__index) + symbols * sizeof(struct rawbpf__symbol) +
	       sizeof(struct rawbpf__reference) + 32;
}

/* Lay out the scratch. 0: it is too small. */
static int parse_begin(struct rawbpf__parser *p, struct rawbpf_text *text)
{
	uintptr_t begin = ((uintptr_t)text->scratch + 7) & ~(uintptr_t)7;
	uintptr_t end = ((uintptr_t)text->scratch + text->scratch_size) & ~(uintptr_t)7;
	int has_newline = text->length && text->text[text->length - 1] == '\n';

	if (!text->scratch || end < begin || end - begin < sizeof(*p->index))
		return 0;
	p->text = text;
	p->cursor = (struct rawbpf__cursor){ .begin = text->text, .at = text->text,
					     .line_start = text->text, .line = 1,
					     .end = text->text + text->length - has_newline };
	p->listing = (struct rawbpf__listing){ .is_numbered = 0 };
	p->index = (struct rawbpf__index *)begin;
	p->symbols = (struct rawbpf__symbols){ .all = (struct rawbpf__symbol *)(p->index + 1),
					       .end = (const char *)end };
	p->references = (struct rawbpf__reference *)end;
	p->reference_count = p->slot = 0;
	p->data.count = p->skips_section = 0;
	rawbpf__index_make(p->index);
	return 1;
}

int rawbpf_text_parse(struct rawbpf_text *text)
{
	struct rawbpf__parser p;

	text->count = text->map_count = text->error_count = text->warning_count = 0;
	if (text->length > LENGTH_MAX)
		return -E2BIG;
	if (!parse_begin(&p, text))
		return -ENOSPC;
	parse_all(&p);
	rawbpf__data_end(&p);
	if (!p.symbols.is_full)
		rawbpf__references_end(&p);
	text->count = p.slot;
	if (p.symbols.is_full)
		return -ENOSPC;
	if (text->error_count)
		return -EINVAL;
	return p.slot > text->max || text->map_count > text->map_max ? -ENOSPC : (int)p.slot;
}

/* SPDX-License-Identifier: MIT */
#include "../form/helper.h"
#include "parse.h"
#include "../base/string.h"

/* ------------------------------------------------------------------- operands */

/* Where a field is in an instruction as a number, and from where to where it may go. */
static const struct field_place {
	uint8_t shift;
	uint8_t bits;
	uint8_t next;		/* in the second slot */
	uint8_t message;	/* what to say if it is out of range */
	int32_t least;
	uint64_t range;		/* from the least to the most */
} field_places[RAWBPF__F_PLAIN] = {
	[RAWBPF__F_ZERO] = { 0, 0, 0, 0, 0, 0 },
	[RAWBPF__F_DST] = { 8, 4, 0, 0, 0, 10 },
	[RAWBPF__F_SRC] = { 12, 4, 0, 0, 0, 10 },
	[RAWBPF__F_IMM] = { 32, 32, 0, 1, INT32_MIN, 0x17fffffff },
	[RAWBPF__F_NEXT] = { 32, 32, 1, 1, INT32_MIN, 0x17fffffff },
	[RAWBPF__F_HIGH] = { 48, 16, 0, 2, 0, 0xffff },
	[RAWBPF__F_LOW] = { 32, 16, 0, 2, 0, 0xffff },
	[RAWBPF__F_OFF] = { 16, 16, 0, 3, INT16_MIN, 0xffff },
	[RAWBPF__F_JUMP] = { 16, 16, 0, 4, INT16_MIN, 0xffff },
	[RAWBPF__F_JUMP32] = { 32, 32, 0, 5, INT32_MIN, 0xffffffff },
	[RAWBPF__F_LOCAL] = { 32, 32, 0, 5, INT32_MIN, 0xffffffff },
	[RAWBPF__F_CALL] = { 32, 32, 0, 1, INT32_MIN, 0x17fffffff },
};

/* What a place's `message` means. */
static const char field_messages[] =
	"expected %s0, not %t: this instruction knows no other\0"
	"%t does not fit 32 bits; r1 = NUMBER ll has 64\0"
	"%t is not an address space: expected 0 to 65535\0"
	"%t is out of range: an offset is -32768 to 32767\0"
	"%t is too far: a jump reaches -32768 to +32767, gotol further\0"
	"%t is too far: expected -2147483648 to +2147483647";

RAWBPF__PRIVATE int rawbpf__is_number(struct rawbpf__parser *p, struct rawbpf__token *token)
{
	if (token->flags & RAWBPF__NUMBERED) {
		rawbpf__complain(p, token, "'%t' is not a number", token);
		return 0;
	}
	if (!(token->flags & RAWBPF__NAME) || rawbpf__symbol_constant(p, token))
		return 1;
	rawbpf__constant_missing(p, token);
	return 0;
}

/* An instruction being put together. */
struct parse_insn {
	uint64_t slot[2];
	const struct rawbpf__token *reference;	/* the name of a label or map, */
	unsigned reference_field;		/* that goes there */
};

static void complain_range(struct rawbpf__parser *p, const struct rawbpf__token *token,
			   unsigned field)
{
	const char *message = rawbpf__nth(field_messages, field_places[field].message);

	if (field_places[field].message)
		rawbpf__complain(p, token, message, token);
	else
		rawbpf__complain(p, token, message, token->code == RAWBPF__T_NUMBER ? "" :
				 token->code == RAWBPF__T_R ? "r" : "w", token);
}

/* The same register once more. */
static int operand_again(struct rawbpf__parser *p, const struct parse_insn *insn,
			 const struct rawbpf__token *token, unsigned field)
{
	unsigned before = insn->slot[0] >> (field == RAWBPF__F_DST_AGAIN ? 8 : 12) & 15;

	if (token->value == before)
		return 1;
	rawbpf__complain(p, token, "expected %s%d, not %t: it is the same register twice",
			 token->code == RAWBPF__T_R ? "r" : "w", (int64_t)before, token);
	return 0;
}

/* A number to its place, if it is in range. */
static inline int operand_place(struct parse_insn *insn, const struct rawbpf__token *token,
				unsigned field)
{
	const struct field_place *place = &field_places[field];

	if (token->value - place->least > place->range)
		return 0;
	insn->slot[place->next] |= (token->value & ((1ull << place->bits) - 1)) << place->shift;
	return 1;
}

/* A number, or a name that is a constant's. */
static int operand_number(struct rawbpf__parser *p, struct parse_insn *insn,
			  struct rawbpf__token *token, unsigned field)
{
	if (!rawbpf__is_number(p, token))
		return 0;
	if (field == RAWBPF__F_IMM64) {
		insn->slot[0] |= token->value << 32;
		insn->slot[1] |= token->value >> 32 << 32;
		return 1;
	}
	/* A huge number is in range only as an immediate that sign extension makes so. */
	if ((!token->flags || field_places[field].message == 1) &&
	    operand_place(insn, token, field))
		return 1;
	complain_range(p, token, field);
	return 0;
}

/* What the kernel prints: "call bpf_map_lookup_elem#1", "call bpf_a_kfunc#7185", "unknown#300". */
static int operand_numbered(struct rawbpf__parser *p, struct parse_insn *insn,
			    struct rawbpf__token *token)
{
	int helper = rawbpf__helper_find((const char *)token->start, token->length);

	token->flags &= ~RAWBPF__NUMBERED;
	if (helper >= 0)
		token->value = helper;
	else if (!rawbpf__text_equal(token, "unknown"))
		insn->slot[0] |= BPF_PSEUDO_KFUNC_CALL << 12;
	return operand_number(p, insn, token, RAWBPF__F_CALL);
}

/*
 * A name that is, or may become, a label's or map's: its value is filled in when the
 * instruction is in its place. "r2 = name ll" is the address of a function, as in LLVM.
 */
static int is_reference(struct rawbpf__parser *p, struct parse_insn *insn,
			const struct rawbpf__token *token, unsigned field)
{
	struct rawbpf__token constant = *token;

	if (field == RAWBPF__F_IMM64) {
		if (rawbpf__symbol_constant(p, &constant))
			return 0;
		insn->slot[0] |= BPF_PSEUDO_FUNC << 12;
		field = RAWBPF__F_LOCAL;
	}
	if (field != RAWBPF__F_MAP && (field < RAWBPF__F_JUMP || field > RAWBPF__F_CALL))
		return 0;
	insn->reference = token;
	insn->reference_field = field;
	return 1;
}

static int operand(struct rawbpf__parser *p, struct parse_insn *insn,
		   const struct rawbpf__operand *operand)
{
	struct rawbpf__token *token = &p->tokens[operand->token];
	unsigned field = operand->field;

	if (operand->sign && *token->start != '+' && *token->start != '-') {
		rawbpf__complain(p, token, "expected '+' or '-' before %t", token);
		return 0;
	}
	if (field < RAWBPF__F_PLAIN && !token->flags && operand_place(insn, token, field))
		return 1;
	if (token->flags & RAWBPF__NAME && is_reference(p, insn, token, field))
		return 1;
	if (token->flags & RAWBPF__NUMBERED && field == RAWBPF__F_CALL)
		return operand_numbered(p, insn, token);
	if (field == RAWBPF__F_DST_AGAIN || field == RAWBPF__F_SRC_AGAIN)
		return operand_again(p, insn, token, field);
	if (field == RAWBPF__F_MAP) {
		rawbpf__complain(p, token, "'%t' is not the name of a map", token);
		return 0;
	}
	return operand_number(p, insn, token, field);
}

/* ------------------------------------------------------------------- instructions */

static void emit(struct rawbpf__parser *p, uint64_t insn)
{
	struct rawbpf_text *text = p->text;
	unsigned slot = p->slot++;

	if (slot >= text->max)
		return;
	if (text->lines)
		text->lines[slot] = p->insn_line;
	if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
		__builtin_memcpy(&text->insns[slot], &insn, sizeof(insn));
		return;
	}
	text->insns[slot] = (struct bpf_insn){ .code = insn, .dst_reg = insn >> 8 & 15,
					       .src_reg = insn >> 12 & 15, .off = insn >> 16,
					       .imm = insn >> 32 };
}

static void parse_instruction(struct rawbpf__parser *p)
{
	const struct rawbpf__row *row = rawbpf__match(p);
	struct parse_insn insn = { .reference = NULL };
	unsigned slot = p->slot, i;
	int good = 1;

	if (!row) {
		rawbpf__mismatch(p);
		return;
	}
	insn.slot[0] = row->insn;
	for (i = 0; good && i < row->operand_count; i++)
		good = operand(p, &insn, &row->operands[i]);
	if (p->bytes_at && !insn.reference)
		insn.slot[0] |= (uint64_t)rawbpf__listing_source(p, insn.slot[0]) << 12;
	/* A wrong one has its place too, so that no jump over it is called too far. */
	emit(p, insn.slot[0]);
	if (row->slots > 1)
		emit(p, insn.slot[1]);
	if (good && insn.reference)
		rawbpf__symbol_use(p, insn.reference, slot, insn.reference_field);
}

/* ------------------------------------------------------------------- statements */

RAWBPF__PRIVATE void rawbpf__skip_line(struct rawbpf__parser *p)
{
	while (*p->at != '\n')
		p->at++;
}

static void parse_label(struct rawbpf__parser *p)
{
	const struct rawbpf__token *name = &p->tokens[0];

	if (name->flags & RAWBPF__NAME || name->code >= RAWBPF__T_WORD ||
	    name->code == RAWBPF__T_DIRECTIVE)
		rawbpf__symbol_define(p, name, RAWBPF__LABEL, p->slot, 0);
	else
		rawbpf__complain(p, name, "'%t' cannot be a label", name);
}

/* One statement, but not what ends it. */
static void parse_statement(struct rawbpf__parser *p)
{
	int line_begins = p->line_begins;

	p->statement = p->at;
	p->statement_line = p->line;
	p->statement_begins_line = line_begins;
	p->line_begins = p->opcode = 0;
	p->number_at = p->bytes_at = NULL;
	if (line_begins && (*p->at == '(' || *p->at == '<' || rawbpf__is_hex(*p->at)) &&
	    !rawbpf__listing(p))
		return;
	rawbpf__lex(p);
	if (p->colon) {
		parse_label(p);
	} else if (p->tokens[0].code == RAWBPF__T_DIRECTIVE) {
		rawbpf__directive(p);
	} else if (p->token_count) {
		p->insn_line = rawbpf__line_of(p, p->tokens[0].start);
		if (p->number_at)
			rawbpf__listing_number(p);
		parse_instruction(p);
	}
}

static void parse_all(struct rawbpf__parser *p)
{
	while (p->at < p->end) {
		unsigned char c = *p->at;

		if (c == '\n') {
			p->line++;
			p->line_begins = 1;
			p->from_kernel = 0;
			p->at++;
		} else if (c == ';') {
			/* Where it cannot separate, a comment: the kernel's, or a line of C. */
			if (p->line_begins || p->from_kernel)
				rawbpf__skip_line(p);
			else
				p->at++;
		} else if (rawbpf__is_blank(c)) {
			p->at++;
		} else {
			parse_statement(p);
		}
	}
}

/* Lines and slots are counted in 28 bits. */
#define LENGTH_MAX ((1u << 28) - 1)

int rawbpf_text_parse(struct rawbpf_text *text)
{
	struct rawbpf__parser p;

	text->count = text->map_count = text->error_count = 0;
	if (text->length > LENGTH_MAX)
		return -E2BIG;
	p.text = text;
	p.line = p.line_begins = 1;
	p.from_kernel = p.numbers_known = 0;
	p.slot = p.scratch_short = 0;
	if (rawbpf__symbols_start(&p))
		return -ENOSPC;
	p.at = p.last_error = p.begin;
	rawbpf__tables_start(p.tables);
	parse_all(&p);
	if (!p.scratch_short)
		rawbpf__symbols_end(&p);
	text->count = p.slot;
	if (p.scratch_short)
		return -ENOSPC;
	if (text->error_count)
		return -EINVAL;
	return p.slot > text->max || text->map_count > text->map_max ? -ENOSPC : (int)p.slot;
}

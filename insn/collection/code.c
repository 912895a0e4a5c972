/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "collector.h"

/* ------------------------------------------------------------------------ labels */

RAWBPF__PRIVATE void rawbpf__label(struct rawbpf__collector *c, const struct rawbpf__token *token)
{
	struct rawbpf_table_prog *prog = RAWBPF__ROW(c, prog, struct rawbpf_table_prog, c->prog);
	unsigned name = rawbpf__name_get(c, token->start, token->length);
	uint16_t string;

	if (rawbpf__name_of(c, name, RAWBPF__A_TABLE_LABEL) > prog->label) {
		rawbpf__complain(&c->text, token, "'%.*s' is a label of this program already",
				 RAWBPF__TEXT(token));
		return;
	}
	string = rawbpf__name_string(c, name);
	rawbpf__name_is(c, name, RAWBPF__A_TABLE_LABEL,
			rawbpf__rows_add(c, RAWBPF__TABLE_label, &string));
	rawbpf__step(c, RAWBPF_STEP_LABEL, c->parser.slot,
		     RAWBPF__ROWS(c, label) - 1 - prog->label, 0);
}

/* ----------------------------------------------------- statements of collections */

/* Return 1 for "r1 = r2 + 5", "w1 = w2 - SIZE". */
static int is_sum(const struct rawbpf__statement *statement)
{
	const struct rawbpf__token *tokens = statement->tokens;

	return statement->count == 4 &&
	       (tokens[0].code == RAWBPF__T_R || tokens[0].code == RAWBPF__T_W) &&
	       tokens[1].code == '=' && tokens[2].code == tokens[0].code &&
	       tokens[3].code == RAWBPF__T_NUMBER &&
	       (*tokens[3].start == '+' || *tokens[3].start == '-');
}

/* Assemble a sum: mov, unless both registers are the same, and add. */
static void code_sum(struct rawbpf__collector *c)
{
	const struct rawbpf__token *tokens = c->parser.statement.tokens, *number = &tokens[3];
	unsigned class = tokens[0].code == RAWBPF__T_R ? BPF_ALU64 : BPF_ALU;
	const struct bpf_insn move = { .code = class | BPF_MOV | BPF_X, .dst_reg = tokens[0].value,
				       .src_reg = tokens[2].value };
	struct bpf_insn add = { .code = class | BPF_ADD | BPF_K, .dst_reg = tokens[0].value };
	int64_t value = number->value;

	if (!number->is_later && (number->is_huge || value < INT32_MIN || value > INT32_MAX)) {
		rawbpf__complain(&c->text, number, "%.*s does not fit 32 bits",
				 RAWBPF__TEXT(number));
		return;
	}
	if (move.dst_reg != move.src_reg)
		rawbpf__emit(&c->parser, &move);
	if (number->is_later)
		c->later.number(&c->later, number, RAWBPF__F_IMM, c->parser.slot);
	else
		add.imm = value;
	rawbpf__emit(&c->parser, &add);
}

/* Return 1 for "r1 = &counts[8]". */
static int is_value(const struct rawbpf__statement *statement)
{
	const struct rawbpf__token *tokens = statement->tokens;

	return statement->count == 7 && tokens[0].code == RAWBPF__T_R && tokens[1].code == '=' &&
	       tokens[2].code == '&' && rawbpf__token_is_name(&tokens[3]) &&
	       tokens[4].code == '[' && rawbpf__is_operand(&tokens[5]) && tokens[6].code == ']';
}

/* Assemble the load of a place in a map's first value. */
static void code_value(struct rawbpf__collector *c)
{
	struct rawbpf__token *tokens = c->parser.statement.tokens, *number = &tokens[5];
	const struct bpf_insn insns[2] = { { .code = BPF_LD | BPF_IMM | BPF_DW,
					     .dst_reg = tokens[0].value,
					     .src_reg = BPF_PSEUDO_MAP_VALUE } };
	unsigned map = rawbpf__map_find(c, &tokens[3]);
	struct rawbpf__value value;

	if (number->code == RAWBPF__T_NAME)
		c->later.symbol(&c->later, number);
	value = (struct rawbpf__value){ .number = number->value, .is_huge = number->is_huge,
					.expr = number->is_later ? number->value : 0 };
	if (map)
		rawbpf__step(c, RAWBPF_STEP_VALUE, c->parser.slot, map - 1,
			     rawbpf__expr_number(c, &value));
	rawbpf__emit(&c->parser, &insns[0]);
	rawbpf__emit(&c->parser, &insns[1]);
}

/* -------------------------------------------------------------------- all of them */

/* Complain about a statement that begins with a name, if this is almost that of a macro. */
static int complain_macro(struct rawbpf__collector *c)
{
	const struct rawbpf__token *token = c->parser.statement.tokens;
	struct rawbpf__guess guess;

	if (token->code != RAWBPF__T_NAME)
		return 0;
	guess = rawbpf__name_guess(c, token, RAWBPF__A_MACRO, 0);
	if (guess.best)
		rawbpf__complain(&c->text, token, "no instruction or macro begins with '%.*s'"
				 RAWBPF__GUESSED, RAWBPF__TEXT(token), RAWBPF__GUESS(&guess));
	return guess.best != NULL;
}

/* Note the program's first jump or call by a number of slots. A label leaves the distance 0. */
static void code_jump(struct rawbpf__collector *c, const struct bpf_insn *insn)
{
	unsigned class = BPF_CLASS(insn->code), operation = BPF_OP(insn->code);

	int is_call = insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
	int distance = is_call || insn->code == (BPF_JMP32 | BPF_JA) ? insn->imm : insn->off;

	if ((class != BPF_JMP && class != BPF_JMP32) || (operation == BPF_CALL && !is_call) ||
	    !distance || c->jump.line)
		return;
	c->jump = c->macro_depth ? c->call : c->parser.statement.tokens[0];
	c->jump_macro_line = c->macro_line;
}

static void code_instruction(struct rawbpf__collector *c)
{
	struct rawbpf__pattern pattern;
	unsigned slot = c->parser.slot;

	rawbpf__data_end(&c->parser);
	rawbpf__step_line(c);
	if (is_sum(&c->parser.statement)) {
		code_sum(c);
	} else if (is_value(&c->parser.statement)) {
		code_value(c);
	} else if (rawbpf__match(&pattern, &c->parser.statement, -1)) {
		rawbpf__instruction(&c->parser, &pattern);
		if (c->parser.slot > slot)
			code_jump(c, &c->text.insns[slot]);
	} else if (!complain_macro(c)) {
		rawbpf__mismatch(&c->parser);
	}
}

/* Read a directive of the assembler. Return 0 for another one. */
static int code_directive(struct rawbpf__collector *c)
{
	if (rawbpf__compiler_directive(&c->parser))
		return 1;
	rawbpf__step_line(c);
	return rawbpf__data_directive(&c->parser);
}

/* A statement makes at most this many slots: 16 numbers of .quad. */
#define CODE_SLOTS 32

RAWBPF__PRIVATE int rawbpf__code(struct rawbpf__collector *c)
{
	struct rawbpf__rows *insns = &c->tables[RAWBPF__TABLE_insn];
	unsigned first = RAWBPF__ROW(c, prog, struct rawbpf_table_prog, c->prog)->insn;
	int known = 1;

	if (!rawbpf__rows_room(c, RAWBPF__TABLE_insn, CODE_SLOTS))
		return 1;
	c->text.insns = (struct bpf_insn *)insns->all + first;
	c->text.max = insns->max - first;
	rawbpf__statement_read(&c->parser.statement, &c->parser.cursor, &c->parser.symbols, &c->later);
	if (!c->text.error_count && c->parser.statement.count) {
		if (c->parser.statement.tokens[0].code == RAWBPF__T_DIRECTIVE)
			known = code_directive(c);
		else
			code_instruction(c);
	}
	insns->count = first + c->parser.slot;
	return known;
}

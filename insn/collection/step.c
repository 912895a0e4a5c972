/* SPDX-License-Identifier: MIT */
#include "../base/string.h"
#include "../form/helper.h"
#include "collector.h"

/* A step that is dropped at the program's end. */
#define STEP_NONE 0xff

static unsigned step_add(struct rawbpf__collector *c, unsigned kind, unsigned slot, unsigned a,
			 unsigned b)
{
	const struct rawbpf_step step = { .slot = slot, .kind = kind, .a = a, .b = b };

	return rawbpf__rows_add(c, RAWBPF__TABLE_step, &step);
}

RAWBPF__PRIVATE void rawbpf__step_line(struct rawbpf__collector *c)
{
	unsigned line = rawbpf__user_line(c);

	if (line == c->line_said && c->macro_line == c->macro_line_said)
		return;
	c->line_said = line;
	c->macro_line_said = c->macro_line;
	step_add(c, RAWBPF_STEP_LINE, c->parser.slot, line, c->macro_line);
}

RAWBPF__PRIVATE unsigned rawbpf__step(struct rawbpf__collector *c, unsigned kind, unsigned slot,
				      unsigned a, unsigned b)
{
	rawbpf__step_line(c);
	return step_add(c, kind, slot, a, b);
}

/* ------------------------------------------------------- called by the assembler */

static void step_number(struct rawbpf__later *later, const struct rawbpf__token *number,
			unsigned field, unsigned slot)
{
	unsigned kind = field == RAWBPF__F_OFF ? RAWBPF_STEP_OFF :
			field == RAWBPF__F_IMM ? RAWBPF_STEP_IMM : RAWBPF_STEP_IMM64;

	step_add((struct rawbpf__collector *)later, kind, slot, number->value, 0);
}

/* Note a name that is that of a label or function, for rawbpf__mentions_end(). */
static void mention_add(struct rawbpf__collector *c, const struct rawbpf__token *name,
			unsigned field, unsigned slot, unsigned kind)
{
	struct rawbpf__mention mention = {
		.name = rawbpf__name_get(c, name->start, name->length),
		.step = step_add(c, kind, slot, 0, 0), .macro_line = c->macro_line,
		.token = c->macro_depth ? c->call : *name, .field = field };

	rawbpf__rows_add(c, RAWBPF__TABLE_mention, &mention);
}

static void step_name(struct rawbpf__later *later, const struct rawbpf__token *name, unsigned field,
		      unsigned slot)
{
	struct rawbpf__collector *c = (struct rawbpf__collector *)later;
	unsigned map;

	switch (field) {
	case RAWBPF__F_MAP:
		map = rawbpf__map_find(c, name);
		if (map)
			step_add(c, RAWBPF_STEP_MAP, slot, map - 1, 0);
		break;
	case RAWBPF__F_JUMP:
	case RAWBPF__F_JUMP32:
		mention_add(c, name, field, slot, RAWBPF_STEP_JUMP);
		break;
	case RAWBPF__F_CALL:
		mention_add(c, name, field, slot, RAWBPF_STEP_CALL);
		break;
	default:
		mention_add(c, name, field, slot,
			    c->text.insns[slot].code == (BPF_LD | BPF_IMM | BPF_DW) ?
			    RAWBPF_STEP_FUNC : RAWBPF_STEP_CALL);
	}
}

RAWBPF__PRIVATE void rawbpf__step_begin(struct rawbpf__collector *c)
{
	c->later.number = step_number;
	c->later.name = step_name;
}

/* -------------------------------------------------------------- the program's end */

static const struct rawbpf__name *mention_name(const struct rawbpf__collector *c,
					       const struct rawbpf__mention *mention)
{
	return RAWBPF__ROW(c, name, struct rawbpf__name, mention->name - 1);
}

static void mention_missing(struct rawbpf__collector *c, const struct rawbpf__mention *mention,
			    unsigned first_label)
{
	struct rawbpf__token token = mention->token;
	struct rawbpf__guess guess;

	token.start = mention_name(c, mention)->text;
	token.length = mention_name(c, mention)->length;
	guess = rawbpf__name_guess(c, &token, RAWBPF__A_TABLE_LABEL, first_label);
	rawbpf__complain(&c->text, &token, "no label '%.*s' in this program" RAWBPF__GUESSED,
			 RAWBPF__TEXT(&token), RAWBPF__GUESS(&guess));
	c->error.width = mention->token.length;
	c->macro_line = mention->macro_line;
	rawbpf__errors_hand(c);
	c->macro_line = 0;
}

/* Find the helper of a call, or leave the name to the kernel's functions. */
static void mention_function(struct rawbpf__collector *c, const struct rawbpf__mention *mention,
			     struct rawbpf_step *step, struct bpf_insn *insn)
{
	const struct rawbpf__name *name = mention_name(c, mention);
	int helper = rawbpf__helper_find(name->text, name->length);

	if (helper >= 0) {
		insn->imm = helper;
		step->kind = STEP_NONE;
		return;
	}
	insn->src_reg = BPF_PSEUDO_KFUNC_CALL;
	step->kind = RAWBPF_STEP_KFUNC;
	step->a = rawbpf__name_string(c, mention->name);
}

static void mention_end(struct rawbpf__collector *c, const struct rawbpf__mention *mention)
{
	const struct rawbpf_table_prog *prog = RAWBPF__ROW(c, prog, struct rawbpf_table_prog, c->prog);
	struct rawbpf_step *step = RAWBPF__ROW(c, step, struct rawbpf_step, mention->step);
	struct bpf_insn *insn = RAWBPF__ROW(c, insn, struct bpf_insn, prog->insn + step->slot);
	unsigned label = rawbpf__name_of(c, mention->name, RAWBPF__A_TABLE_LABEL);

	if (label > prog->label) {
		step->a = label - 1 - prog->label;
		if (mention->field == RAWBPF__F_CALL)
			insn->src_reg = BPF_PSEUDO_CALL;
	} else if (mention->field == RAWBPF__F_CALL) {
		mention_function(c, mention, step, insn);
	} else if (mention->field == RAWBPF__F_IMM64) {
		insn->src_reg = 0;
		step->kind = RAWBPF_STEP_IMM64;
		step->a = rawbpf__expr_add(c, RAWBPF_EXPR_SYMBOL, 0,
					   rawbpf__name_string(c, mention->name));
	} else {
		mention_missing(c, mention, prog->label);
	}
}

/* Remove the dropped steps of the program. */
static void steps_compact(struct rawbpf__collector *c)
{
	const struct rawbpf_table_prog *prog = RAWBPF__ROW(c, prog, struct rawbpf_table_prog, c->prog);
	struct rawbpf__rows *rows = &c->tables[RAWBPF__TABLE_step];
	struct rawbpf_step *steps = rows->all;
	unsigned from, to = prog->step;

	for (from = to; from < rows->count; from++)
		if (steps[from].kind != STEP_NONE)
			steps[to++] = steps[from];
	rows->count = to;
}

RAWBPF__PRIVATE void rawbpf__mentions_end(struct rawbpf__collector *c)
{
	unsigned i;

	for (i = c->first_mention; i < RAWBPF__ROWS(c, mention) && !c->failed; i++)
		mention_end(c, RAWBPF__ROW(c, mention, struct rawbpf__mention, i));
	c->tables[RAWBPF__TABLE_mention].count = c->first_mention;
	steps_compact(c);
}

/* SPDX-License-Identifier: MIT */
#include "collector.h"

static struct rawbpf_table_prog *prog_row(struct rawbpf__collector *c)
{
	return RAWBPF__ROW(c, prog, struct rawbpf_table_prog, c->prog);
}

RAWBPF__PRIVATE void rawbpf__prog_directive(struct rawbpf__collector *c)
{
	struct rawbpf_table_prog prog = {
		.place = RAWBPF__ROWS(c, place), .line = rawbpf__user_line(c),
		.label = RAWBPF__ROWS(c, label), .insn = RAWBPF__ROWS(c, insn),
		.step = RAWBPF__ROWS(c, step) };
	unsigned name;

	c->prog_name = c->token;
	name = rawbpf__take_object(c, RAWBPF__A_PROG);
	if (name) {
		prog.name = rawbpf__name_string(c, name);
		prog.is_sleepable = rawbpf__take_word(c, "sleepable");
		rawbpf__take_end(c);
	}
	c->prog = rawbpf__rows_add(c, RAWBPF__TABLE_prog, &prog);
	if (name)
		rawbpf__name_is(c, name, RAWBPF__A_PROG, c->prog);
	c->block = RAWBPF__BLOCK_PROG;
	c->first_local = RAWBPF__ROWS(c, local);
	c->first_mention = RAWBPF__ROWS(c, mention);
	c->parser.slot = 0;
	c->line_said = c->macro_line_said = 0;
	c->if_depth = 0;
	c->tries_place = c->tries_code = !name;
	c->has_if = c->jump.line = 0;
}

/* ------------------------------------------------------------------------ .local */

/* Return 1 if both are the same number, or the same type. */
static int local_is_same(struct rawbpf__collector *c, const struct rawbpf_table_local *a,
			 const struct rawbpf_table_local *b)
{
	const struct rawbpf_expr *exprs = c->tables[RAWBPF__TABLE_expr].all;

	return a->type == b->type && exprs[a->size].op == RAWBPF_EXPR_NUMBER &&
	       exprs[b->size].op == RAWBPF_EXPR_NUMBER && exprs[a->size].b == exprs[b->size].b;
}

RAWBPF__PRIVATE void rawbpf__local_directive(struct rawbpf__collector *c)
{
	struct rawbpf_table_local local = { .name = 0 };
	unsigned name = rawbpf__take_name(c, "a name"), before;

	/* With one operand it is a directive of compilers. */
	if (!name || c->token.code == RAWBPF__T_END)
		return;
	if (!rawbpf__take_type_or_expr(c, &local.type, &local.size) || !rawbpf__take_end(c))
		return;
	local.name = rawbpf__name_string(c, name);
	before = rawbpf__name_of(c, name, RAWBPF__A_LOCAL);
	if (before > c->first_local &&
	    local_is_same(c, &local, RAWBPF__ROW(c, local, struct rawbpf_table_local, before - 1))) {
		rawbpf__step(c, RAWBPF_STEP_LOCAL, c->parser.slot, before - 1, 0);
		return;
	}
	before = rawbpf__rows_add(c, RAWBPF__TABLE_local, &local);
	rawbpf__name_is(c, name, RAWBPF__A_LOCAL, before);
	rawbpf__step(c, RAWBPF_STEP_LOCAL, c->parser.slot, before, 0);
}

/* ------------------------------------------------------------------- conditions */

RAWBPF__PRIVATE void rawbpf__if_directive(struct rawbpf__collector *c)
{
	uint16_t expr;

	if (c->if_depth == RAWBPF__IF_DEPTH) {
		rawbpf__complain(&c->text, &c->directive, "too many .if in each other: at most %lld",
				 (long long)RAWBPF__IF_DEPTH);
		return;
	}
	c->ifs[c->if_depth] = c->directive;
	c->else_bits &= ~(1u << c->if_depth++);
	expr = rawbpf__take_expr(c);
	if (expr)
		rawbpf__take_end(c);
	c->has_if = 1;
	rawbpf__step(c, RAWBPF_STEP_IF, c->parser.slot, expr, 0);
}

/* Require an .if that this macro, or the program outside of macros, has begun. */
static int if_is_open(struct rawbpf__collector *c)
{
	if (c->if_depth > c->if_base)
		return rawbpf__take_end(c);
	rawbpf__complain(&c->text, &c->directive, "%.*s without .if", RAWBPF__TEXT(&c->directive));
	return 0;
}

RAWBPF__PRIVATE void rawbpf__else_directive(struct rawbpf__collector *c)
{
	if (!if_is_open(c))
		return;
	if (c->else_bits >> (c->if_depth - 1) & 1) {
		rawbpf__complain(&c->text, &c->directive, "this .if has an .else already");
		return;
	}
	c->else_bits |= 1u << (c->if_depth - 1);
	rawbpf__step(c, RAWBPF_STEP_ELSE, c->parser.slot, 0, 0);
}

RAWBPF__PRIVATE void rawbpf__endif_directive(struct rawbpf__collector *c)
{
	if (!if_is_open(c))
		return;
	c->if_depth--;
	rawbpf__step(c, RAWBPF_STEP_ENDIF, c->parser.slot, 0, 0);
}

RAWBPF__PRIVATE void rawbpf__if_end(struct rawbpf__collector *c, unsigned depth)
{
	while (c->if_depth > depth) {
		rawbpf__complain(&c->text, &c->ifs[--c->if_depth], "this .if has no .endif");
		rawbpf__errors_hand(c);
	}
}

/* --------------------------------------------------------------------- its end */

/* The resolver drops instructions of an .if, and a number of slots would lead elsewhere. */
static void prog_check_jump(struct rawbpf__collector *c)
{
	if (!c->has_if || !c->jump.line)
		return;
	rawbpf__complain(&c->text, &c->jump, "a program with .if needs labels: over an .if, a number of "
			 "slots would lead elsewhere");
	c->macro_line = c->jump_macro_line;
	rawbpf__errors_hand(c);
	c->macro_line = 0;
}

RAWBPF__PRIVATE void rawbpf__prog_end(struct rawbpf__collector *c)
{
	struct rawbpf_table_prog *prog = prog_row(c);

	if (c->block != RAWBPF__BLOCK_PROG || c->failed)
		return;
	c->block = RAWBPF__BLOCK_NONE;
	rawbpf__if_end(c, 0);
	prog_check_jump(c);
	rawbpf__mentions_end(c);
	prog->place_count = RAWBPF__ROWS(c, place) - prog->place;
	prog->label_count = RAWBPF__ROWS(c, label) - prog->label;
	prog->insn_count = RAWBPF__ROWS(c, insn) - prog->insn;
	prog->step_count = RAWBPF__ROWS(c, step) - prog->step;
	if (!c->tries_code)
		rawbpf__complain(&c->text, &c->prog_name, "this program has no instructions");
	else if (!c->tries_place)
		rawbpf__complain(&c->text, &c->prog_name, "this program has no .at; write .at none if "
				 "the caller attaches it");
	rawbpf__errors_hand(c);
}

/* SPDX-License-Identifier: MIT */
/*
 * Fields of instructions whose value neither a kernel nor an option decides: members of structs of
 * the file, sizes, places in objects on the stack. An object has its place for good if no `.local`
 * in a branch comes before it.
 */
#include "fold.h"

#include "../base/string.h"

enum { FOLD_DEPTH = 64 };

/* --------------------------------------------------------------------- open expressions */

/* Words whose value is known when the program is loaded. */
static const char fold_open_heads[] = "opt\0self\0way\0arch\0kernel\0";

static int fold_is_open(struct rawbpf__fold *f, unsigned expr, unsigned depth);

static int fold_is_open_name(struct rawbpf__fold *f, const char *name, unsigned depth)
{
	size_t length = rawbpf__find(name, '.') - name;
	unsigned set, object = rawbpf__tree_find(&f->r, &f->r.objects, name, length);

	if (object)
		return object > f->known;
	if (rawbpf__list_find(fold_open_heads, name, length) >= 0)
		return 1;
	set = rawbpf__tree_find(&f->r, &f->r.sets, name, rawbpf__length(name));
	return set && fold_is_open(f, f->r.c->sets[set - 1].value, depth + 1);
}

/* Return 1 if a kernel or an option decides the expression. */
static int fold_is_open(struct rawbpf__fold *f, unsigned expr, unsigned depth)
{
	const struct rawbpf_expr *row = &f->r.c->exprs[expr];

	if (depth > FOLD_DEPTH)
		return 1;
	switch (row->op) {
	case RAWBPF_EXPR_NUMBER:
	case RAWBPF_EXPR_WIDE:
		return 0;
	case RAWBPF_EXPR_SYMBOL:
	case RAWBPF_EXPR_SIZEOF:
		return fold_is_open_name(f, rawbpf__resolver_string(&f->r, row->b), depth);
	case RAWBPF_EXPR_NEGATE:
	case RAWBPF_EXPR_NOT:
		return fold_is_open(f, row->a, depth + 1);
	case RAWBPF_EXPR_EXISTS:
	case RAWBPF_EXPR_ELEMENT:
	case RAWBPF_EXPR_COUNT:
		return 1;
	default:
		return fold_is_open(f, row->a, depth + 1) || fold_is_open(f, row->b, depth + 1);
	}
}

/* An option may decide the size of a field: then no struct has its layout yet. */
static int fold_has_open_struct(struct rawbpf__fold *f)
{
	for (unsigned i = 0; i < f->r.c->field_count; i++)
		if (fold_is_open(f, f->r.c->fields[i].count, 0))
			return 1;
	return 0;
}

/* ----------------------------------------------------------------------------- the stack */

static void fold_line(struct rawbpf__fold *f, const struct rawbpf_step *step)
{
	f->r.line = step->a;
	f->r.macro_line = step->b;
}

/* Lay out the objects. Those behind the first one in a branch, and slots, only get their names. */
static int fold_objects(struct rawbpf__fold *f, const struct rawbpf_table_prog *prog)
{
	const struct rawbpf_step *step = &f->r.c->steps[prog->step], *end = step + prog->step_count;
	unsigned depth = 0;
	int err = 0, is_known = 1;

	for (; step < end && !err; step++) {
		depth += step->kind == RAWBPF_STEP_IF;
		depth -= step->kind == RAWBPF_STEP_ENDIF;
		if (step->kind == RAWBPF_STEP_LINE)
			fold_line(f, step);
		if (step->kind != RAWBPF_STEP_LOCAL)
			continue;
		is_known &= !depth && !fold_is_open(f, f->r.c->locals[step->a].size, 0);
		err = rawbpf__local_add(&f->r, step->a);
		if (is_known)
			f->known = f->r.objects.count;
	}
	return err ? err : rawbpf__slots_add(&f->r);
}

/* ------------------------------------------------------------------------------ a program */

RAWBPF__PRIVATE int rawbpf__fold_begin(struct rawbpf__fold *f, const struct rawbpf_collection *c,
				       const struct rawbpf_collection_env *env, unsigned prog,
				       struct rawbpf_collection_error *error)
{
	const struct rawbpf_table_prog *table = &c->progs[prog];
	int err;

	f->unit = (struct rawbpf_unit){ .prog = prog, .place = table->place,
					.place_count = table->place_count };
	f->known = f->depth = 0;
	err = rawbpf__eval_begin(&f->r, c, env, error);
	f->r.unit = &f->unit;
	f->r.objects.count = 0;
	if (err)
		return err;
	/* A mistake in what the stack holds is told when the program is resolved. */
	f->is_off = fold_has_open_struct(f) || fold_objects(f, table);
	return 0;
}

/* Return 1 if the error is a mistake on every kernel. */
static int fold_is_mistake(const struct rawbpf__fold *f, int err)
{
	return !f->depth && (err == -EINVAL || err == -ERANGE || err == -EDOM);
}

RAWBPF__PRIVATE int rawbpf__fold_step(struct rawbpf__fold *f, struct bpf_insn *insns,
				      const struct rawbpf_step *step)
{
	struct rawbpf_resolved resolved = { .insns = insns };
	int err;

	f->depth += step->kind == RAWBPF_STEP_IF;
	f->depth -= step->kind == RAWBPF_STEP_ENDIF;
	if (step->kind == RAWBPF_STEP_LINE)
		fold_line(f, step);
	if (f->is_off || (step->kind != RAWBPF_STEP_OFF && step->kind != RAWBPF_STEP_IMM &&
			  step->kind != RAWBPF_STEP_IMM64) || fold_is_open(f, step->a, 0))
		return 0;
	err = rawbpf__fix(&f->r, &resolved, step, step->slot);
	if (err)
		return fold_is_mistake(f, err) ? err : 0;
	return 1;
}

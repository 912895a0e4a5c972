/* SPDX-License-Identifier: MIT */
#include "resolution.h"

#include "../base/arch.h"
#include "../base/string.h"
#include "apply.h"

enum { EVAL_DEPTH = 64 };

/* ----------------------------------------------------------------- names of the file */

/* The functions below return 0 for a name that they know, 1 for another, or an error. */

static int eval_word(struct rawbpf__resolver *r, const char *name, int64_t *number)
{
	int found;

	if (rawbpf__equal(name, "way")) {
		*number = r->unit ? r->unit->way : RAWBPF_WAY_NONE;
		return 0;
	}
	if (rawbpf__equal(name, "arch")) {
		*number = r->arch;
		return 0;
	}
	if (rawbpf__equal(name, "kernel")) {
		*number = r->env->kernel;
		return 0;
	}
	for (*number = RAWBPF_ARCH_X86_64; *number <= RAWBPF__ARCHS; ++*number)
		if (rawbpf__equal(rawbpf__arch_name(*number), name))
			return 0;
	found = rawbpf_way_find(name);
	*number = found;
	return found < 0;
}

static int eval_one_set(struct rawbpf__resolver *r, unsigned number, struct rawbpf__eval *value)
{
	struct rawbpf__known_set *set = rawbpf__tree_row(&r->sets, number);
	int err = 0;

	if (set->round != r->round) {
		set->round = r->round;
		set->state = RAWBPF__STATE_NONE;
	}
	if (set->state == RAWBPF__STATE_BUSY)
		return rawbpf__resolver_fail(r, -ELOOP, "the constant '@' contains itself",
					     rawbpf__resolver_string(r, set->named.name), 0);
	/* In an object file, each use has to tell a name of the kernel. */
	if (set->state == RAWBPF__STATE_NONE || r->cores) {
		set->state = RAWBPF__STATE_BUSY;
		err = rawbpf__eval(r, r->c->sets[number - 1].value, &set->value);
		set->state = err ? RAWBPF__STATE_NONE : RAWBPF__STATE_DONE;
	}
	*value = set->value;
	return err;
}

/*
 * Evaluate a set. Those before it come first, so a long chain needs no depth. They may name what
 * this kernel lacks; then they fail again where they are used.
 */
static int eval_set(struct rawbpf__resolver *r, unsigned number, struct rawbpf__eval *value)
{
	struct rawbpf__kernel_name kernel = r->kernel;

	while (r->sets_tried + 1 < number)
		eval_one_set(r, ++r->sets_tried, value);
	r->kernel = kernel;
	return eval_one_set(r, number, value);
}

static int eval_option(struct rawbpf__resolver *r, const char *name, struct rawbpf__eval *value)
{
	unsigned param = rawbpf__tree_find(r, &r->params, name, rawbpf__length(name));

	for (unsigned i = 0; i < r->env->option_count; i++)
		if (rawbpf__equal(r->env->options[i].name, name)) {
			value->number = (int64_t)r->env->options[i].value;
			return 0;
		}
	if (!param && rawbpf__list_find(RAWBPF__OWN_OPTIONS, name, rawbpf__length(name)) >= 0)
		return 0; /* it is not given */
	if (!param)
		return rawbpf__resolver_missing(r, &r->params, "no .param has the name '@'", name,
						rawbpf__length(name));
	if (!r->c->params[param - 1].value)
		return rawbpf__resolver_fail(r, -EINVAL, "'opt.@' is a string, not a number", name,
					     0);
	return rawbpf__eval(r, r->c->params[param - 1].value, value);
}

/* Find a name of the program or the file. */
static int eval_own(struct rawbpf__resolver *r, const char *name, struct rawbpf__eval *value)
{
	const char *path = rawbpf__find(name, '.'), *behind = rawbpf__behind(name, NULL, "opt.");
	int err = rawbpf__object_find(r, value, name);
	unsigned number;

	if (err <= 0)
		return err;
	number = rawbpf__tree_find(r, &r->sets, name, rawbpf__length(name));
	if (number)
		return eval_set(r, number, value);
	if (behind)
		return eval_option(r, behind, value);
	if (rawbpf__equal(name, "self.pid")) {
		value->number = r->env->self_pid;
		return 0;
	}
	if (rawbpf__equal(name, "std.count")) { /* lost events are counted */
		value->number = 1;
		return 0;
	}
	number = rawbpf__tree_find(r, &r->structs, name, path - name);
	if (number && *path)
		return rawbpf__member_find(r, value, number, path);
	return eval_word(r, name, &value->number);
}

/* ---------------------------------------------------------------- names of the kernel */

/* Note that the loader of an object file has to fill in what the name stands for. */
static void eval_kernel(struct rawbpf__resolver *r, const char *name, unsigned op)
{
	r->kernel = (struct rawbpf__kernel_name){ .name = name, .op = op };
}

/* Say why nothing has the name. A name of the file that is nearly the same is the likely one. */
static int eval_kernel_error(struct rawbpf__resolver *r, enum rawbpf_symbol_kind kind,
			     const char *name, int err)
{
	int is_path = *rawbpf__find(name, '.') != '\0';

	if (!is_path &&
	    rawbpf__resolver_guess(r, &r->sets, "nothing has the name '@'", name, rawbpf__length(name)))
		return err;
	if (err == -ENODATA)
		return rawbpf__resolver_fail(r, err, "the file has no '@', and there is neither BTF nor an "
					     "offsets file of the kernel", name, 0);
	rawbpf__resolver_fail(r, err, "", name, 0);
	if (r->error)
		rawbpf_symbol_explain(r->error->at.message, sizeof(r->error->at.message), r->env->symbols,
				      kind, name, err);
	return err;
}

static int eval_symbol(struct rawbpf__resolver *r, const char *name, struct rawbpf__eval *value)
{
	struct rawbpf_symbol symbol;
	int err = eval_own(r, name, value);

	if (err <= 0)
		return err;
	err = r->cores ? rawbpf_symbol_find(&symbol, r->cores->fixed, name) : -ENODATA;
	if (err < 0) {
		eval_kernel(r, name, RAWBPF_EXPR_SYMBOL);
		err = r->env->symbols ? rawbpf_symbol_find(&symbol, r->env->symbols, name) : -ENODATA;
	}
	if (err < 0)
		return eval_kernel_error(r, RAWBPF_SYMBOL_VALUE, name, err);
	value->number = (int64_t)symbol.value;
	value->size = symbol.size;
	value->width = symbol.width;
	return 0;
}

static int eval_sizeof(struct rawbpf__resolver *r, const char *name, int64_t *number)
{
	struct rawbpf__eval value = { .number = 0 };
	struct rawbpf__type type;
	int err = rawbpf__type_find(r, &type, name, rawbpf__length(name));

	*number = type.size;
	if (err <= 0)
		return err;
	err = eval_own(r, name, &value);
	*number = value.size;
	if (!err && !value.size)
		return rawbpf__resolver_fail(r, -EINVAL, "'@' is a number and has no size", name, 0);
	if (err <= 0)
		return err;
	err = r->cores ? rawbpf_symbol_size(r->cores->fixed, name) : -ENODATA;
	if (err < 0) {
		eval_kernel(r, name, RAWBPF_EXPR_SIZEOF);
		err = r->env->symbols ? rawbpf_symbol_size(r->env->symbols, name) : -ENODATA;
	}
	*number = err;
	return err < 0 ? eval_kernel_error(r, RAWBPF_SYMBOL_TYPE, name, err) : 0;
}

static int eval_exists(struct rawbpf__resolver *r, const char *name, int64_t *number)
{
	struct rawbpf__eval value = { .number = 0 };
	struct rawbpf_symbol symbol;
	int err = eval_own(r, name, &value), has = 0;

	*number = !err;
	if (err == -ENOENT || !err)
		return 0;
	if (err >= 0 && r->cores)
		err = rawbpf_symbol_has(&has, r->cores->fixed, name);
	*number = has;
	if (err < 0 || has || !r->env->symbols)
		return err < 0 ? err : 0;
	eval_kernel(r, name, RAWBPF_EXPR_EXISTS);
	err = rawbpf_symbol_has(&has, r->env->symbols, name);
	if (!err && !has)
		has = rawbpf_symbol_kfunc_find(&symbol, r->env->symbols, name) >= 0;
	*number = has;
	return err < 0 ? eval_kernel_error(r, RAWBPF_SYMBOL_VALUE, name, err) : 0;
}

/* ------------------------------------------------------------------------ expressions */

/* A sum is a place in what its last name stands for. */
static void eval_place(struct rawbpf__eval *value, const struct rawbpf__eval *a,
		       const struct rawbpf__eval *b, int op)
{
	if (op == RAWBPF_EXPR_ADD && b->size) {
		value->inner = b->inner;
		value->size = b->size;
		value->width = b->width;
		value->is_shifted = b->is_shifted;
	} else if ((op == RAWBPF_EXPR_ADD || op == RAWBPF_EXPR_SUBTRACT) && a->size && !b->size) {
		value->inner = a->inner + (op == RAWBPF_EXPR_ADD ? b->number : -b->number);
		value->size = a->size;
		value->width = a->width;
		value->is_shifted = 1;
	}
}

static int eval_operation(struct rawbpf__resolver *r, const struct rawbpf_expr *expr,
			  struct rawbpf__eval *value)
{
	int is_unary = expr->op == RAWBPF_EXPR_NEGATE || expr->op == RAWBPF_EXPR_NOT;
	struct rawbpf__eval a = { .number = 0 }, b = { .number = 0 };
	int err = rawbpf__eval(r, expr->a, &a);

	if (err)
		return err;
	/* The right side of && and || may name what does not exist. */
	if ((expr->op == RAWBPF_EXPR_BOTH && !a.number) ||
	    (expr->op == RAWBPF_EXPR_EITHER && a.number)) {
		value->number = a.number != 0;
		return 0;
	}
	if (!is_unary)
		err = rawbpf__eval(r, expr->b, &b);
	if (err)
		return err;
	r->kernel.is_part = 1;
	eval_place(value, &a, &b, expr->op);
	err = rawbpf__expr_apply(&value->number, expr->op, a.number, b.number);
	return err ? rawbpf__resolver_fail(r, err, expr->op == RAWBPF_EXPR_DIVIDE ?
					   "an expression divides by 0" :
					   "an expression shifts by # bits, not 0 to 63", "",
					   b.number) : 0;
}

static int eval_expr(struct rawbpf__resolver *r, const struct rawbpf_expr *expr,
		     struct rawbpf__eval *value)
{
	switch (expr->op) {
	case RAWBPF_EXPR_NUMBER:
		value->number = expr->a ? (int64_t)(int32_t)expr->b : (int64_t)expr->b;
		return 0;
	case RAWBPF_EXPR_WIDE:
		value->number = (int64_t)((uint64_t)expr[1].b << 32 | expr->b);
		return 0;
	case RAWBPF_EXPR_SYMBOL:
		return eval_symbol(r, rawbpf__resolver_string(r, expr->b), value);
	case RAWBPF_EXPR_SIZEOF:
		return eval_sizeof(r, rawbpf__resolver_string(r, expr->b), &value->number);
	case RAWBPF_EXPR_EXISTS:
		return eval_exists(r, rawbpf__resolver_string(r, expr->b), &value->number);
	case RAWBPF_EXPR_ELEMENT:
	case RAWBPF_EXPR_COUNT:
	case RAWBPF_EXPR_FIELD:
		return rawbpf__resolver_fail(r, -EINVAL, "only `expect` has elements of maps", "", 0);
	default:
		return eval_operation(r, expr, value);
	}
}

RAWBPF__PRIVATE int rawbpf__eval(struct rawbpf__resolver *r, unsigned expr,
				 struct rawbpf__eval *value)
{
	int err;

	*value = (struct rawbpf__eval){ .number = 0 };
	if (r->depth == EVAL_DEPTH)
		return rawbpf__resolver_fail(r, -ELOOP, "an expression is nested more than # deep",
					     "", EVAL_DEPTH);
	r->depth++;
	err = eval_expr(r, &r->c->exprs[expr], value);
	r->depth--;
	return err;
}

RAWBPF__PRIVATE int rawbpf__eval_begin(struct rawbpf__resolver *r, const struct rawbpf_collection *c,
				       const struct rawbpf_collection_env *env,
				       struct rawbpf_collection_error *error)
{
	int err = rawbpf__resolver_begin(r, c, env, error);

	r->eval = rawbpf__eval;
	return err;
}

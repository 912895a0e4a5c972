/* SPDX-License-Identifier: MIT */
#include "resolution.h"

#include "../base/arch.h"
#include "../base/guess.h"
#include "../base/out.h"
#include "../base/string.h"

/* ------------------------------------------------------------------------- errors */

enum { RESOLVER_SAID = 40 }; /* bytes of a name that a message shows */

static void resolver_say(struct rawbpf__out *out, const char *sentence, const char *name,
		      int64_t number)
{
	for (; *sentence; sentence++) {
		if (*sentence == '#') {
			rawbpf__out_signed(out, number);
		} else if (*sentence == '@') {
			size_t length = rawbpf__length(name);

			rawbpf__out_line(out, name, length > RESOLVER_SAID ? RESOLVER_SAID : length);
			if (length > RESOLVER_SAID)
				rawbpf__out_text(out, "...");
		} else {
			rawbpf__out_byte(out, *sentence);
		}
	}
}

RAWBPF__PRIVATE int rawbpf__resolver_fail(struct rawbpf__resolver *r, int error,
					  const char *sentence, const char *name, int64_t number)
{
	struct rawbpf_collection_error *said = r->error;
	struct rawbpf__out out;

	if (!said)
		return error;
	said->at.line = r->line;
	said->at.column = 0;
	said->at.width = 0;
	said->at.is_warning = 0;
	said->macro_line = r->macro_line;
	said->name = name >= r->c->strings && name < r->c->strings + r->c->string_count && *name ?
		     name : NULL;
	out = rawbpf__out_begin(said->at.message, sizeof(said->at.message));
	resolver_say(&out, sentence, name, number);
	return error;
}

/* -------------------------------------------------------------------- trees of names */

RAWBPF__PRIVATE void *rawbpf__tree_row(const struct rawbpf__tree *tree, unsigned number)
{
	return (char *)tree->rows + (size_t)tree->stride * (number - 1);
}

static struct rawbpf__names resolver_names(const struct rawbpf__tree *tree)
{
	return (struct rawbpf__names){ .root = tree->root, .first = tree->rows->links,
				       .stride = tree->stride / sizeof(unsigned) };
}

/* Return the number of the only row that can have the name, or 0. */
static unsigned resolver_near(const struct rawbpf__tree *tree, const char *name, size_t length)
{
	struct rawbpf__names names = resolver_names(tree);

	return rawbpf__names_find(&names, name, length);
}

static const char *resolver_name(const struct rawbpf__resolver *r, const struct rawbpf__tree *tree,
			      unsigned number)
{
	const struct rawbpf__named *row = rawbpf__tree_row(tree, number);

	return rawbpf__resolver_string(r, row->name);
}

RAWBPF__PRIVATE unsigned rawbpf__tree_find(const struct rawbpf__resolver *r,
					   const struct rawbpf__tree *tree, const char *name,
					   size_t length)
{
	unsigned near = resolver_near(tree, name, length);

	return near && rawbpf__equal_bytes(resolver_name(r, tree, near), name, length) ? near : 0;
}

RAWBPF__PRIVATE int rawbpf__tree_add(const struct rawbpf__resolver *r,
				     const struct rawbpf__tree *tree, unsigned number,
				     unsigned name)
{
	struct rawbpf__named *row = rawbpf__tree_row(tree, number);
	struct rawbpf__names names = resolver_names(tree);
	const char *text = rawbpf__resolver_string(r, name), *near_text = NULL;
	size_t length = rawbpf__length(text);
	unsigned near = resolver_near(tree, text, length);

	row->name = name;
	if (near)
		near_text = resolver_name(r, tree, near);
	if (near && rawbpf__equal(near_text, text))
		return 0;
	rawbpf__names_add(&names, number, text, length, near_text,
			  near ? rawbpf__length(near_text) : 0);
	return 1;
}

RAWBPF__PRIVATE int rawbpf__resolver_guess(struct rawbpf__resolver *r,
					   const struct rawbpf__tree *tree, const char *sentence,
					   const char *name, size_t length)
{
	struct rawbpf__guess guess = { .name = name, .length = length };
	struct rawbpf__out out;

	for (unsigned i = 1; i <= tree->count; i++) {
		const char *known = resolver_name(r, tree, i);

		rawbpf__guess_offer(&guess, known, rawbpf__length(known));
	}
	if (!guess.best || !r->error)
		return 0;
	rawbpf__resolver_fail(r, 0, "", name, 0);
	out = rawbpf__out_begin(r->error->at.message, sizeof(r->error->at.message));
	resolver_say(&out, sentence, name, 0);
	rawbpf__out_text(&out, " (did you mean '");
	rawbpf__out_line(&out, guess.best, guess.best_length);
	rawbpf__out_text(&out, "'?)");
	return 1;
}

RAWBPF__PRIVATE int rawbpf__resolver_missing(struct rawbpf__resolver *r,
					     const struct rawbpf__tree *tree, const char *sentence,
					     const char *name, size_t length)
{
	if (rawbpf__resolver_guess(r, tree, sentence, name, length))
		return -ENOENT;
	return rawbpf__resolver_fail(r, -ENOENT, sentence, name, 0);
}

RAWBPF__PRIVATE int rawbpf__resolver_range(struct rawbpf__resolver *r, unsigned expr, int64_t least,
					   int64_t most, const char *what, int64_t *number)
{
	struct rawbpf__eval value;
	int err;

	r->kernel.name = NULL;
	err = r->eval(r, expr, &value);
	*number = value.number;
	if (!err && r->cores && r->kernel.name)
		return rawbpf__resolver_fail(r, -EOPNOTSUPP, "an object file cannot hold '@', a name of the "
					     "running kernel, as a size", r->kernel.name, 0);
	if (!err && (value.number < least || value.number > most))
		return rawbpf__resolver_fail(r, -ERANGE, "@ cannot have the size #", what,
					     value.number);
	return err;
}

RAWBPF__PRIVATE struct rawbpf__tree rawbpf__fields_of(const struct rawbpf__resolver *r, unsigned of)
{
	const struct rawbpf_table_struct *table = &r->c->structs[of - 1];
	struct rawbpf__laid_struct *laid = rawbpf__tree_row(&r->structs, of);

	return (struct rawbpf__tree){ .root = &laid->fields, .rows = &r->fields[table->field].named,
				      .stride = sizeof(*r->fields), .count = table->field_count };
}

/* ------------------------------------------------------------------------- memory */

/* The index is cut into arrays, or only measured, when `memory` is NULL. */
struct resolver_cut {
	char *memory;
	size_t used;
};

static void *resolver_take(struct resolver_cut *cut, size_t size, size_t count)
{
	void *taken = cut->memory ? cut->memory + cut->used : NULL;

	cut->used += (size * count + 7) / 8 * 8;
	return taken;
}

static struct rawbpf__tree resolver_tree(struct resolver_cut *cut, size_t stride, size_t count)
{
	return (struct rawbpf__tree){ .rows = resolver_take(cut, stride, count),
				      .stride = stride, .count = count };
}

static struct rawbpf__index *resolver_cut(struct rawbpf__resolver *r, struct resolver_cut *cut,
				       const struct rawbpf_collection *c)
{
	struct rawbpf__index *index = resolver_take(cut, sizeof(*index), 1);
	unsigned objects = c->local_count + c->arg_count;

	r->structs = resolver_tree(cut, sizeof(struct rawbpf__laid_struct), c->struct_count);
	r->fields = resolver_take(cut, sizeof(*r->fields), c->field_count);
	r->sets = resolver_tree(cut, sizeof(struct rawbpf__known_set), c->set_count);
	r->params = resolver_tree(cut, sizeof(struct rawbpf__named), c->param_count);
	r->objects = resolver_tree(cut, sizeof(struct rawbpf__object), objects);
	r->labels = resolver_take(cut, sizeof(*r->labels), c->label_count);
	r->is_taken = resolver_take(cut, sizeof(*r->is_taken), c->step_count);
	r->signatures = resolver_take(cut, sizeof(*r->signatures), c->place_count + 1);
	r->values = resolver_take(cut, sizeof(*r->values), c->arg_count);
	r->zeroed = resolver_take(cut, sizeof(*r->zeroed), c->local_count);
	r->numbers = resolver_take(cut, sizeof(*r->numbers), c->place_count);
	return index;
}

size_t rawbpf_collection_index_size(const struct rawbpf_collection *collection)
{
	struct rawbpf__resolver r;
	struct resolver_cut cut = { NULL, 0 };

	resolver_cut(&r, &cut, collection);
	return cut.used;
}

static void resolver_fill(struct rawbpf__resolver *r, struct rawbpf__index *index)
{
	const struct rawbpf_collection *c = r->c;

	*index = (struct rawbpf__index){ 0 };
	for (unsigned i = 0; i < c->struct_count; i++) {
		struct rawbpf__laid_struct *laid = rawbpf__tree_row(&r->structs, i + 1);
		struct rawbpf__tree fields;

		laid->fields = 0;
		laid->state = RAWBPF__STATE_NONE;
		rawbpf__tree_add(r, &r->structs, i + 1, c->structs[i].name);
		fields = rawbpf__fields_of(r, i + 1);
		for (unsigned j = 0; j < fields.count; j++)
			rawbpf__tree_add(r, &fields, j + 1, c->fields[c->structs[i].field + j].name);
	}
	for (unsigned i = 0; i < c->set_count; i++) {
		struct rawbpf__known_set *set = rawbpf__tree_row(&r->sets, i + 1);

		set->state = RAWBPF__STATE_NONE;
		set->round = 0;
		rawbpf__tree_add(r, &r->sets, i + 1, c->sets[i].name);
	}
	for (unsigned i = 0; i < c->param_count; i++)
		rawbpf__tree_add(r, &r->params, i + 1, c->params[i].name);
}

RAWBPF__PRIVATE int rawbpf__resolver_begin(struct rawbpf__resolver *r,
					   const struct rawbpf_collection *c,
					   const struct rawbpf_collection_env *env,
					   struct rawbpf_collection_error *error)
{
	struct rawbpf_collection_index *memory = env->index;
	struct resolver_cut cut = { memory ? memory->memory : NULL, 0 };
	struct rawbpf__index *index;

	*r = (struct rawbpf__resolver){ .c = c, .env = env, .error = error,
					.arch = env->arch ? env->arch : rawbpf__arch_native() };
	if (error)
		*error = (struct rawbpf_collection_error){ .macro_line = 0 };
	index = resolver_cut(r, &cut, c);
	if (!memory || !memory->memory || memory->size < cut.used)
		return rawbpf__resolver_fail(r, -ENOSPC, "the index has # bytes too few", "",
					     (int64_t)(cut.used - (memory ? memory->size : 0)));
	r->structs.root = &index->structs;
	r->sets.root = &index->sets;
	r->params.root = &index->params;
	r->objects.root = &r->object_root;
	if (!memory->filled)
		resolver_fill(r, index);
	memory->filled = 1;
	r->round = ++index->round;
	return 0;
}

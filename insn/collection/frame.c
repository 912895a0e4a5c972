/* SPDX-License-Identifier: MIT */
#include "resolution.h"

#include "../base/out.h"
#include "../base/string.h"

enum {
	FRAME_SIZE = 512,
	FRAME_ALIGN = 8,
	FRAME_OBJECT_MAX = 1 << 20, /* bytes: the sum of all objects fits 64 bits, and an int */
	FRAME_LISTED = 6
};

RAWBPF__PRIVATE int rawbpf__object_find(struct rawbpf__resolver *r, struct rawbpf__eval *value,
					const char *name)
{
	const char *path = rawbpf__find(name, '.');
	unsigned number = rawbpf__tree_find(r, &r->objects, name, path - name);
	const struct rawbpf__object *object;

	if (!number)
		return 1;
	object = rawbpf__tree_row(&r->objects, number);
	value->number = object->offset;
	value->size = object->size;
	value->width = object->width;
	return rawbpf__member_find(r, value, object->of, path);
}

/*
 * Put an object on the stack, below the others. One of the same name, size and owner is the same
 * object. Return its number, or an error.
 */
static int frame_add(struct rawbpf__resolver *r, const struct rawbpf__object *object)
{
	const char *name = rawbpf__resolver_string(r, object->named.name);
	unsigned number = rawbpf__tree_find(r, &r->objects, name, rawbpf__length(name));
	struct rawbpf__object *row;

	if (number) {
		row = rawbpf__tree_row(&r->objects, number);
		if (row->owner != object->owner)
			return rawbpf__resolver_fail(r, -EINVAL, "'@' is also the name of a slot, or of "
						     "a macro's .local, in line #", name, row->line);
		if (row->size == object->size && row->of == object->of)
			return (int)number;
		return rawbpf__resolver_fail(r, -EINVAL, "'@' has another size in line #", name,
					     row->line);
	}
	number = ++r->objects.count;
	row = rawbpf__tree_row(&r->objects, number);
	*row = *object;
	rawbpf__tree_add(r, &r->objects, number, object->named.name);
	r->stack = (r->stack + row->size + row->align - 1) / row->align * row->align;
	row->offset = -(int32_t)r->stack;
	row->line = r->line;
	return (int)number;
}

/* Return the alignment of an object that has only a size: the largest power of 2 in it, up to 8. */
static unsigned frame_align(unsigned size)
{
	unsigned align = size & -size;

	return align < FRAME_ALIGN ? align : FRAME_ALIGN;
}

RAWBPF__PRIVATE int rawbpf__local_add(struct rawbpf__resolver *r, unsigned local)
{
	const struct rawbpf_table_local *table = &r->c->locals[local];
	const char *name = rawbpf__resolver_string(r, table->type);
	struct rawbpf__type type = { .size = 0 };
	int64_t size = 0;
	int err;

	if (table->type)
		err = rawbpf__type_find(r, &type, name, rawbpf__length(name));
	else
		err = rawbpf__resolver_range(r, table->size, 1, FRAME_SIZE, "a .local", &size);
	if (err > 0)
		return rawbpf__resolver_fail(r, -EINVAL, "the file has no type '@'", name, 0);
	if (!err && type.size > FRAME_OBJECT_MAX)
		err = rawbpf__resolver_fail(r, -E2BIG, "'@' has # bytes; the stack has 512", name,
					    type.size);
	if (err)
		return err;
	if (!table->type) {
		type.size = size;
		type.align = frame_align(type.size);
	}
	err = frame_add(r, &(struct rawbpf__object){
		.named.name = table->name, .size = type.size, .align = type.of ? FRAME_ALIGN : type.align,
		.of = type.of, .width = table->type && !type.of ? type.size : 0,
		.is_signed = type.is_signed, .is_zeroed = type.has_padding,
		.owner = r->macro_line ? RAWBPF__OWNER_MACRO : RAWBPF__OWNER_PROGRAM });
	return err < 0 ? err : 0;
}

/* -------------------------------------------------------------------- slots of arguments */

/* The slot is a field of a local: the entry sequence zeroes the others. */
static int frame_mark(struct rawbpf__resolver *r, const char *slot)
{
	const char *path = rawbpf__find(slot, '.');
	unsigned number = rawbpf__tree_find(r, &r->objects, slot, path - slot);
	struct rawbpf__object *object;

	if (!number)
		return rawbpf__resolver_missing(r, &r->objects, "the program has no .local '@'",
						slot, path - slot);
	object = rawbpf__tree_row(&r->objects, number);
	object->is_zeroed = 1;
	return 0;
}

/* An argument without a type, or with a struct of the kernel, has 8 bytes. */
static int frame_slot(struct rawbpf__resolver *r, const struct rawbpf_table_arg *arg)
{
	const char *slot = rawbpf__resolver_string(r, arg->slot);
	const char *name = rawbpf__resolver_string(r, arg->type);
	struct rawbpf__type type = { .size = 0 };
	int err = 0;

	if (*rawbpf__find(slot, '.'))
		return frame_mark(r, slot);
	if (arg->type)
		err = rawbpf__type_find(r, &type, name, rawbpf__length(name));
	if (err < 0)
		return err;
	if (!arg->type || err)
		type = (struct rawbpf__type){ .size = 8, .align = 8 };
	if (type.of)
		return rawbpf__resolver_fail(r, -EINVAL, "an argument cannot be a struct '@' of the file",
					     name, 0);
	err = frame_add(r, &(struct rawbpf__object){
		.named.name = arg->slot, .size = type.size, .align = type.align,
		.width = type.size, .is_signed = type.is_signed, .owner = RAWBPF__OWNER_PLACE });
	return err < 0 ? err : 0;
}

RAWBPF__PRIVATE int rawbpf__slots_add(struct rawbpf__resolver *r)
{
	for (unsigned i = 0; i < r->unit->place_count; i++) {
		const struct rawbpf_table_place *place = &r->c->places[r->unit->place + i];

		r->line = place->line;
		for (unsigned j = 0; j < place->arg_count; j++) {
			int err = frame_slot(r, &r->c->args[place->arg + j]);

			if (err)
				return err;
		}
	}
	return 0;
}

/* ------------------------------------------------------------------------- the whole */

/* List the largest objects: "the stack has 600 of 512 bytes: e 264, c 136, ...". */
static int frame_fail(struct rawbpf__resolver *r)
{
	struct rawbpf__out out;
	uint32_t below = UINT32_MAX;
	int err = rawbpf__resolver_fail(r, -E2BIG, "the stack has # bytes, 512 at most:", "",
					r->stack);

	if (!r->error)
		return err;
	out = rawbpf__out_begin(r->error->at.message, sizeof(r->error->at.message));
	rawbpf__out_text(&out, "the stack has ");
	rawbpf__out_number(&out, r->stack);
	rawbpf__out_text(&out, " bytes, 512 at most:");
	for (unsigned listed = 0; listed < FRAME_LISTED; listed++) {
		const struct rawbpf__object *largest = NULL;

		for (unsigned i = 1; i <= r->objects.count; i++) {
			const struct rawbpf__object *object = rawbpf__tree_row(&r->objects, i);

			if (object->size < below && (!largest || object->size > largest->size))
				largest = object;
		}
		if (!largest)
			break;
		below = largest->size;
		rawbpf__out_text(&out, listed ? ", " : " ");
		rawbpf__out_string(&out, rawbpf__resolver_string(r, largest->named.name));
		rawbpf__out_byte(&out, ' ');
		rawbpf__out_number(&out, largest->size);
	}
	return err;
}

RAWBPF__PRIVATE int rawbpf__frame_end(struct rawbpf__resolver *r)
{
	r->stack = (r->stack + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN;
	if (r->stack > FRAME_SIZE)
		return frame_fail(r);
	r->zeroed_count = 0;
	for (unsigned i = 1; i <= r->objects.count; i++) {
		const struct rawbpf__object *object = rawbpf__tree_row(&r->objects, i);

		if (object->is_zeroed)
			r->zeroed[r->zeroed_count++] = (struct rawbpf__entry_object){
				object->offset, object->size };
	}
	return 0;
}

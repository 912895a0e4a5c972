/* SPDX-License-Identifier: MIT */
#include "resolution.h"

#include "../base/string.h"

enum {
	LAYOUT_SIZE_MAX = 1 << 24, /* bytes of a struct */
	LAYOUT_DEPTH = 64,
	LAYOUT_LENGTH = 4          /* of the s32 before a string */
};

static const char layout_integers[] = "u8\0u16\0u32\0u64\0s8\0s16\0s32\0s64\0char\0";

RAWBPF__PRIVATE int rawbpf__type_find(struct rawbpf__resolver *r, struct rawbpf__type *type,
				      const char *name, size_t length)
{
	int integer = rawbpf__list_find(layout_integers, name, length), err;
	const struct rawbpf__laid_struct *laid;

	*type = (struct rawbpf__type){ .size = 0 };
	if (integer >= 0) {
		type->size = type->align = 1u << integer % 4;
		type->is_signed = integer >= 4 && integer < 8;
		return 0;
	}
	type->of = rawbpf__tree_find(r, &r->structs, name, length);
	if (!type->of)
		return 1;
	err = rawbpf__struct_lay(r, type->of);
	laid = rawbpf__tree_row(&r->structs, type->of);
	type->size = laid->size;
	type->align = laid->align;
	type->has_padding = laid->has_padding;
	return err;
}

/* Describe a field, all but its offset. */
static int layout_field(struct rawbpf__resolver *r, struct rawbpf__laid_field *laid,
			const struct rawbpf_table_field *field, unsigned *align,
			uint32_t *has_padding)
{
	const char *name = rawbpf__resolver_string(r, field->type);
	struct rawbpf__type type;
	int64_t count = 0;
	int err = rawbpf__type_find(r, &type, name, rawbpf__length(name));

	if (err > 0)
		err = rawbpf__resolver_fail(r, -EINVAL, "the file has no type '@'", name, 0);
	if (!err && field->count)
		err = rawbpf__resolver_range(r, field->count, 1, LAYOUT_SIZE_MAX, "an array", &count);
	if (err)
		return err;
	*align = type.align;
	*has_padding |= type.has_padding;
	laid->size = type.size;
	laid->count = count;
	laid->of = type.of;
	laid->is_signed = type.is_signed;
	laid->width = count || type.of ? 0 : type.size;
	laid->has_size = count && (field->present == RAWBPF_PRESENT_STRING ||
				   field->present == RAWBPF_PRESENT_WORDS);
	return 0;
}

/* Return the offset of the next field of this alignment, behind `size` bytes. */
static uint64_t layout_align(uint64_t size, unsigned align)
{
	return (size + align - 1) / align * align;
}

static int layout_fields(struct rawbpf__resolver *r, struct rawbpf__laid_struct *laid,
			 const struct rawbpf_table_struct *table)
{
	uint64_t end = 0, used, at;

	laid->align = 1;
	laid->has_padding = 0;
	for (unsigned i = table->field; i < table->field + (unsigned)table->field_count; i++) {
		struct rawbpf__laid_field *field = &r->fields[i];
		unsigned align;
		int err;

		r->line = r->c->fields[i].line;
		err = layout_field(r, field, &r->c->fields[i], &align, &laid->has_padding);
		if (err)
			return err;
		if (field->has_size && align < LAYOUT_LENGTH)
			align = LAYOUT_LENGTH;
		used = end + (field->has_size ? LAYOUT_LENGTH : 0);
		at = layout_align(used, align);
		laid->has_padding |= at != used;
		end = at + (uint64_t)field->size * (field->count ? field->count : 1);
		if (end > LAYOUT_SIZE_MAX)
			return rawbpf__resolver_fail(r, -EINVAL, "a struct has at most # bytes", "",
						     LAYOUT_SIZE_MAX);
		field->offset = at;
		laid->align = align > laid->align ? align : laid->align;
	}
	laid->size = layout_align(end, laid->align);
	laid->has_padding |= laid->size != end;
	return 0;
}

RAWBPF__PRIVATE int rawbpf__struct_lay(struct rawbpf__resolver *r, unsigned number)
{
	struct rawbpf__laid_struct *laid = rawbpf__tree_row(&r->structs, number);
	unsigned line = r->line, macro_line = r->macro_line;
	int err;

	if (laid->state == RAWBPF__STATE_DONE)
		return 0;
	if (laid->state == RAWBPF__STATE_BUSY)
		return rawbpf__resolver_fail(r, -ELOOP, "the struct '@' contains itself",
					     rawbpf__resolver_string(r, laid->named.name), 0);
	if (r->depth == LAYOUT_DEPTH)
		return rawbpf__resolver_fail(r, -ELOOP, "structs are nested more than # deep", "",
					     LAYOUT_DEPTH);
	laid->state = RAWBPF__STATE_BUSY;
	r->depth++;
	r->macro_line = 0;
	err = layout_fields(r, laid, &r->c->structs[number - 1]);
	r->depth--;
	laid->state = err ? RAWBPF__STATE_NONE : RAWBPF__STATE_DONE;
	if (!err) {
		r->line = line;
		r->macro_line = macro_line;
	}
	return err;
}

/* ------------------------------------------------------------------------ members */

RAWBPF__PRIVATE int rawbpf__member_find(struct rawbpf__resolver *r, struct rawbpf__eval *inside,
					unsigned of, const char *path)
{
	int err;

	while (*path == '.') {
		const char *name = path + 1;
		struct rawbpf__tree fields;
		const struct rawbpf__laid_field *field;
		unsigned number;

		if (!of)
			return rawbpf__resolver_fail(r, -EINVAL, "'@' is a member of no struct",
						     name, 0);
		err = rawbpf__struct_lay(r, of);
		if (err)
			return err;
		path = rawbpf__find(name, '.');
		fields = rawbpf__fields_of(r, of);
		number = rawbpf__tree_find(r, &fields, name, path - name);
		if (!number)
			return rawbpf__resolver_missing(r, &fields, "the struct has no field '@'",
							name, path - name);
		field = rawbpf__tree_row(&fields, number);
		inside->number += field->offset;
		inside->size = field->size * (field->count ? field->count : 1);
		inside->width = field->width;
		of = field->of;
		if (field->has_size && rawbpf__equal(path, ".size")) {
			inside->number -= LAYOUT_LENGTH;
			inside->size = inside->width = LAYOUT_LENGTH;
			return 0;
		}
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* -x and -n: which records are printed. */
#include "collection_run.h"

#include <stdlib.h>
#include <string.h>

enum { NESTED = 8 };

/* A record whose fields are looked at, or with `data` NULL only their kinds. */
struct look {
	const struct collection *collection;
	const struct rawbpf_collection_env *env; /* NULL: no offset is needed */
	const char *data;
	size_t size;
	const char *substring;
	int has_errno, has_string; /* out */
	int is_failed, is_found;   /* out: an errno is negative; a string has the substring */
};

static const struct rawbpf_table_struct *find_struct(const struct collection *collection, const char *name)
{
	const struct rawbpf_collection *tables = &collection->tables;

	for (unsigned i = 0; i < tables->struct_count; i++)
		if (strcmp(tables->strings + tables->structs[i].name, name) == 0)
			return &tables->structs[i];
	return NULL;
}

/* ---------------------------------------------------------------------------- fields */

static int is_negative(const char *data, unsigned size)
{
	int64_t value64;
	int32_t value32;

	memcpy(&value32, data, sizeof value32);
	if (size != sizeof value64)
		return size == sizeof value32 && value32 < 0;
	memcpy(&value64, data, sizeof value64);
	return value64 < 0;
}

/* Does a string have the substring? Its length stands in front; NULs are between words. */
static int has_substring(const struct look *look, const char *data, size_t room, int is_words)
{
	size_t length;
	int32_t said;
	char *copy;
	int found;

	memcpy(&said, data - sizeof said, sizeof said);
	length = said <= 0 ? 0 : (size_t)said - 1 < room ? (size_t)said - 1 : room;
	copy = malloc(length + 1);
	if (!copy)
		return 0;
	for (size_t i = 0; i < length; i++)
		copy[i] = is_words && !data[i] ? ' ' : data[i];
	found = memmem(copy, length, look->substring, strlen(look->substring)) != NULL;
	free(copy);
	return found;
}

/* Look at a field whose place is known. */
static void look_at(struct look *look, const struct rawbpf_table_field *field, size_t offset,
		    const struct rawbpf_resolved_field *place)
{
	size_t size = look->size, most = place->count ? place->count * (size_t)place->size : place->size;
	int is_words = field->present == RAWBPF_PRESENT_WORDS;

	if (offset >= size)
		return;
	if (field->present == RAWBPF_PRESENT_ERRNO && place->size <= size - offset)
		look->is_failed |= is_negative(look->data + offset, place->size);
	if ((is_words || field->present == RAWBPF_PRESENT_STRING) && look->substring && offset >= sizeof(int32_t))
		look->is_found |= has_substring(look, look->data + offset, most < size - offset ? most : size - offset,
						is_words);
}

/* Look at all fields of a struct. */
static void look_into(struct look *look, const char *type, size_t offset, int depth)
{
	const struct rawbpf_collection *tables = &look->collection->tables;
	const struct rawbpf_table_struct *table = find_struct(look->collection, type);
	struct rawbpf_collection_error mistake;

	for (unsigned i = 0; table && depth < NESTED && i < table->field_count; i++) {
		const struct rawbpf_table_field *field = &tables->fields[table->field + i];
		struct rawbpf_resolved_field place = { 0 };

		look->has_errno |= field->present == RAWBPF_PRESENT_ERRNO;
		look->has_string |= field->present == RAWBPF_PRESENT_STRING || field->present == RAWBPF_PRESENT_WORDS;
		if (look->env && rawbpf_collection_field_resolve(&place, tables, table->field + i, look->env, &mistake) < 0)
			continue;
		if (look->data)
			look_at(look, field, offset + place.offset, &place);
		look_into(look, tables->strings + field->type, offset + place.offset, depth + 1);
	}
}

/* --------------------------------------------------------------------------- records */

/* Look at the structs of all records: those of rings and of iterators. */
static struct look look_at_records(const struct collection *collection)
{
	const struct rawbpf_collection *tables = &collection->tables;
	struct look look = { .collection = collection };

	for (unsigned i = 0; i < tables->map_count; i++)
		if (tables->maps[i].type == BPF_MAP_TYPE_RINGBUF)
			look_into(&look, tables->strings + tables->maps[i].value_type, 0, 0);
	for (unsigned i = 0; i < tables->place_count; i++)
		if (tables->places[i].way == RAWBPF_WAY_ITER)
			look_into(&look, tables->strings + tables->places[i].detail, 0, 0);
	return look;
}

int collection_has_errno(const struct collection *collection)
{
	return look_at_records(collection).has_errno;
}

int collection_has_string(const struct collection *collection)
{
	return look_at_records(collection).has_string;
}

int filter_passes(const struct run *run, const char *type, const void *data, size_t size)
{
	const struct collection *collection = run->collection;
	struct look look = { .collection = collection, .env = &run->live.env, .data = data, .size = size,
			     .substring = collection->run.substring };

	if (!collection->is_failed && !look.substring)
		return 1;
	look_into(&look, type, 0, 0);
	return (!collection->is_failed || look.is_failed || !look.has_errno) && (!look.substring || look.is_found);
}

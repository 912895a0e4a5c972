/* SPDX-License-Identifier: MIT */
/* -x and -n: which records are printed, and which calls that hang. */
#include "collection_run.h"
#include "collection_system.h"

#include <stdlib.h>
#include <string.h>

enum { NESTED = 8, USER_STRING = 1024 };

/* A record whose fields are looked at, or with `data` NULL only their kinds. */
struct look {
	const struct collection *collection;
	const struct rawbpf_collection_env *env; /* NULL: no offset is needed */
	const char *data;
	size_t size;
	const char *substring;
	unsigned pid;              /* the process of the record, if its field was seen */
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

/* Does the string at an address in the record's process have the substring? One that cannot be read has not. */
static int has_user_substring(const struct look *look, const char *data)
{
	const struct rawbpf_show_system *system = system_now();
	char bytes[USER_STRING];
	uint64_t address;
	long length;

	memcpy(&address, data, sizeof address);
	length = system->user_string(system->context, bytes, sizeof bytes, look->pid, address);
	return length > 0 && memmem(bytes, length, look->substring, strlen(look->substring));
}

/* Look at a string, of whatever presentation. */
static void look_at_string(struct look *look, const struct rawbpf_table_field *field, size_t offset, size_t most)
{
	size_t left = look->size - offset;
	const char *data = look->data + offset;

	if (field->present == RAWBPF_PRESENT_USER_STRING && left >= sizeof(uint64_t))
		look->is_found |= has_user_substring(look, data);
	else if (field->present != RAWBPF_PRESENT_USER_STRING && offset >= sizeof(int32_t))
		look->is_found |= has_substring(look, data, most < left ? most : left,
						field->present == RAWBPF_PRESENT_WORDS);
}

static int is_string(const struct rawbpf_table_field *field)
{
	return field->present == RAWBPF_PRESENT_STRING || field->present == RAWBPF_PRESENT_WORDS ||
	       field->present == RAWBPF_PRESENT_USER_STRING;
}

/* Look at a field whose place is known. */
static void look_at(struct look *look, const struct rawbpf_table_field *field, size_t offset,
		    const struct rawbpf_resolved_field *place)
{
	size_t size = look->size, most = place->count ? place->count * (size_t)place->size : place->size;

	if (offset >= size)
		return;
	if (field->present == RAWBPF_PRESENT_ERRNO && place->size <= size - offset)
		look->is_failed |= is_negative(look->data + offset, place->size);
	if (field->present == RAWBPF_PRESENT_PID && !look->pid && size - offset >= sizeof look->pid)
		memcpy(&look->pid, look->data + offset, sizeof look->pid);
	if (is_string(field) && look->substring && !look->is_found)
		look_at_string(look, field, offset, most);
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
		look->has_string |= is_string(field);
		if (look->env && rawbpf_collection_field_resolve(&place, tables, table->field + i, look->env, &mistake) < 0)
			continue;
		if (look->data)
			look_at(look, field, offset + place.offset, &place);
		look_into(look, tables->strings + field->type, offset + place.offset, depth + 1);
	}
}

/* --------------------------------------------------------------------------- records */

/* Look for strings in the structs of calls that hang. -x is not about them: they have no result. */
static void look_at_calls(struct look *look)
{
	const struct rawbpf_collection *tables = &look->collection->tables;
	struct look calls = { .collection = look->collection };

	for (unsigned i = 0; i < tables->show_count; i++)
		if (tables->shows[i].is_pending)
			look_into(&calls, tables->strings + tables->maps[tables->shows[i].map].value_type, 0, 0);
	look->has_string |= calls.has_string;
}

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
	look_at_calls(&look);
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

/* Look at a record. */
static struct look look_at_record(const struct collection *collection, const struct rawbpf_live *live,
				  const char *type, const void *data, size_t size)
{
	struct look look = { .collection = collection, .env = &live->env, .data = data, .size = size,
			     .substring = collection->run.substring };

	if (collection->is_failed || look.substring)
		look_into(&look, type, 0, 0);
	return look;
}

int collection_passes(const struct collection *collection, const struct rawbpf_live *live, const char *type,
		      const void *data, size_t size)
{
	struct look look = look_at_record(collection, live, type, data, size);

	return (!collection->is_failed || look.is_failed || !look.has_errno) && (!look.substring || look.is_found);
}

int collection_call_passes(const struct collection *collection, const struct rawbpf_live *live, const char *type,
			   const void *data, size_t size)
{
	struct look look = look_at_record(collection, live, type, data, size);

	return !look.substring || look.is_found;
}

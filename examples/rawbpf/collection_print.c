/* SPDX-License-Identifier: MIT */
/* Print records and values plainly: fields by their names and types. */
#include "collected.h"

#include <ctype.h>
#include <rawbpf/escape.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 128, NESTED = 8, TEXT_COLUMN = 16 };

/* A field that is printed. Fields of structs within stand in their place. */
struct column {
	const char *name;
	const char *type;
	unsigned offset, size, count; /* count 0: no array */
	unsigned present;
};

struct columns {
	struct column list[COLUMNS];
	unsigned count;
};

static const struct rawbpf_table_struct *find_struct(const struct collection *collection,
						     const char *name)
{
	const struct rawbpf_collection *tables = &collection->tables;

	for (unsigned i = 0; i < tables->struct_count; i++)
		if (strcmp(tables->strings + tables->structs[i].name, name) == 0)
			return &tables->structs[i];
	return NULL;
}

static void add_columns(struct columns *columns, const struct collection *collection,
			const struct rawbpf_live *live, const char *type, unsigned offset, int depth)
{
	const struct rawbpf_table_struct *table = find_struct(collection, type);
	struct rawbpf_collection_error mistake;
	struct rawbpf_resolved_field place;

	for (unsigned i = 0; table && depth < NESTED && i < table->field_count; i++) {
		const struct rawbpf_table_field *field = &collection->tables.fields[table->field + i];
		const char *field_type = collection_string(collection, field->type);

		if (field->present == RAWBPF_PRESENT_HIDDEN ||
		    rawbpf_collection_field_resolve(&place, &collection->tables, table->field + i,
						    &live->env, &mistake) < 0)
			continue;
		if (!place.count && find_struct(collection, field_type))
			add_columns(columns, collection, live, field_type, offset + place.offset, depth + 1);
		else if (columns->count < COLUMNS)
			columns->list[columns->count++] = (struct column){
				.name = collection_string(collection, field->name), .type = field_type,
				.offset = offset + place.offset, .size = place.size,
				.count = place.count, .present = field->present };
	}
}

/* ---------------------------------------------------------------------------- values */

/* Return the place of an integer of `size` bytes within one of 8 bytes, in this machine's order. */
static char *low_bytes(uint64_t *value, unsigned size)
{
	return (char *)value + (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : sizeof *value - size);
}

/* Write an integer of 1, 2, 4 or 8 bytes. Return the length. */
static int number_text(char *text, size_t room, const void *data, unsigned size, int is_signed)
{
	uint64_t value = 0;
	int unused = 64 - 8 * (int)size;

	if (size > sizeof value || !size)
		return snprintf(text, room, "?");
	memcpy(low_bytes(&value, size), data, size);
	if (is_signed)
		return snprintf(text, room, "%lld", (long long)((int64_t)(value << unused) >> unused));
	return snprintf(text, room, "%llu", (unsigned long long)value);
}

static int is_text(const struct column *column)
{
	return column->count && strcmp(column->type, "char") == 0;
}

static int has_size(const struct column *column)
{
	return column->present == RAWBPF_PRESENT_STRING || column->present == RAWBPF_PRESENT_WORDS;
}

/* Return the text of an array of char, malloc-ed. `room` bytes of the record are left for it. */
static char *bytes_text(const struct column *column, const char *data, size_t room)
{
	size_t length, max = column->count < room ? column->count : room;
	char *text, *bytes = malloc(max + 1);
	int32_t said;

	if (!bytes)
		return NULL;
	memcpy(bytes, data, max);
	length = strnlen(bytes, max);
	if (has_size(column)) { /* in front of it: the length with its NUL, or a negative errno */
		memcpy(&said, data - sizeof said, sizeof said);
		length = said <= 0 ? 0 : (size_t)said <= max ? (size_t)said - 1 : max;
		if (said < 0) {
			free(bytes);
			return asprintf(&text, "(%s)", strerror(-said)) < 0 ? NULL : text;
		}
		for (size_t i = 0; i < length && column->present == RAWBPF_PRESENT_WORDS; i++)
			bytes[i] = bytes[i] ? bytes[i] : ' ';
	}
	text = malloc(4 * length + 1);
	if (text)
		rawbpf_terminal_escape(text, 4 * length + 1, bytes, length);
	free(bytes);
	return text;
}

/* Return the elements of an array that the record has, "1,2,3", malloc-ed. */
static char *array_text(const struct column *column, const char *data, size_t room)
{
	char *text = malloc(21 * (size_t)column->count + 1);
	size_t at = 0;

	if (!text)
		return NULL;
	text[0] = '\0';
	for (unsigned i = 0; i < column->count && (i + 1) * (size_t)column->size <= room; i++) {
		if (i)
			text[at++] = ',';
		at += number_text(text + at, 21, data + i * column->size, column->size,
				  column->type[0] == 's');
	}
	return text;
}

/* Return a field as text, malloc-ed. */
static char *column_text(const struct column *column, const char *data, size_t size)
{
	size_t room = size > column->offset ? size - column->offset : 0;
	char text[24];

	if (is_text(column))
		return bytes_text(column, data + column->offset, room);
	if (column->count)
		return array_text(column, data + column->offset, room);
	if (room < column->size)
		return strdup("-");
	number_text(text, sizeof text, data + column->offset, column->size, column->type[0] == 's');
	return strdup(text);
}

/* ---------------------------------------------------------------------------- records */

static int column_width(const struct column *column)
{
	static const unsigned char digits[] = { 0, 3, 5, 0, 7, 0, 0, 0, 16 };
	int width = strlen(column->name), least;

	if (is_text(column))
		least = column->count < TEXT_COLUMN ? column->count : TEXT_COLUMN;
	else
		least = column->size <= 8 ? digits[column->size] : 0;
	return width > least ? width : least;
}

static void print_names(const struct columns *columns)
{
	for (unsigned i = 0; i < columns->count; i++) {
		const struct column *column = &columns->list[i];
		char name[64];
		size_t at;

		snprintf(name, sizeof name, "%s", column->name);
		for (at = 0; name[at]; at++)
			name[at] = toupper((unsigned char)name[at]);
		if (i + 1 == columns->count)
			printf("%s\n", name);
		else
			printf(is_text(column) ? "%-*s  " : "%*s  ", column_width(column), name);
	}
}

int collection_print_record(const struct collection *collection, const struct rawbpf_live *live,
			    const char *type, const void *data, size_t size)
{
	static struct columns columns;
	static const char *last;

	if (!last || strcmp(last, type) != 0) {
		columns.count = 0;
		add_columns(&columns, collection, live, type, 0, 0);
		print_names(&columns);
		last = type;
	}
	for (unsigned i = 0; i < columns.count; i++) {
		const struct column *column = &columns.list[i];
		char *text = column_text(column, data, size);

		if (i + 1 == columns.count)
			printf("%s\n", text ? text : "");
		else
			printf(is_text(column) ? "%-*s  " : "%*s  ", column_width(column), text ? text : "");
		free(text);
	}
	return ferror(stdout) ? -1 : 0;
}

void collection_print_value(const struct collection *collection, const struct rawbpf_live *live,
			    const char *type, const void *data, size_t size)
{
	struct columns columns = { .count = 0 };
	char number[24], *text;

	add_columns(&columns, collection, live, type, 0, 0);
	for (unsigned i = 0; i < columns.count; i++) {
		text = column_text(&columns.list[i], data, size);
		printf("%s%s=%s", i ? " " : "", columns.list[i].name, text ? text : "");
		free(text);
	}
	if (!columns.count) {
		number_text(number, sizeof number, data, size, type[0] == 's');
		fputs(number, stdout);
	}
}

/* --------------------------------------------------------------------------- sums */

static void add_number(char *to, const char *value, unsigned size)
{
	uint64_t one = 0, other = 0;

	if (size > sizeof one)
		return;
	memcpy(low_bytes(&one, size), to, size);
	memcpy(low_bytes(&other, size), value, size);
	one += other;
	memcpy(to, low_bytes(&one, size), size);
}

void collection_add_value(const struct collection *collection, const struct rawbpf_live *live,
			  const char *type, void *to, const void *value, size_t size)
{
	struct columns columns = { .count = 0 };

	add_columns(&columns, collection, live, type, 0, 0);
	if (!columns.count)
		columns.list[columns.count++] = (struct column){ .type = type, .size = size };
	for (unsigned i = 0; i < columns.count; i++) {
		const struct column *column = &columns.list[i];
		size_t at = column->offset, count = column->count ? column->count : 1;

		for (; !is_text(column) && count && at + column->size <= size; count--, at += column->size)
			add_number((char *)to + at, (const char *)value + at, column->size);
	}
}

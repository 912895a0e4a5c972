/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <rawbpf/escape.h>

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("rawbpf: out of memory\n", stderr);
	exit(1);
}

void *must_allocate(size_t size)
{
	return must(calloc(1, size ? size : 1));
}

void *must_grow(void *list, size_t count, size_t size)
{
	return must(realloc(list, count * size));
}

static char *must_vprint(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		must(NULL);
	return text;
}

char *must_print(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = must_vprint(format, arguments);
	va_end(arguments);
	return text;
}

FILE *memory_open(char **text, size_t *length)
{
	return must(open_memstream(text, length));
}

void memory_close(FILE *memory)
{
	if (fclose(memory) != 0)
		must(NULL);
}

void text_add(char **text, const char *format, ...)
{
	size_t length = *text ? strlen(*text) : 0;
	va_list arguments;
	char *more;

	va_start(arguments, format);
	more = must_vprint(format, arguments);
	va_end(arguments);
	*text = must_grow(*text, length + strlen(more) + 1, 1);
	strcpy(*text + length, more);
	free(more);
}

char *text_escape(const void *bytes, size_t length)
{
	char *text = must_allocate(4 * length + 1);

	rawbpf_terminal_escape(text, 4 * length + 1, bytes, length);
	return text;
}

char *json_escape(const void *bytes, size_t length)
{
	char *text = must_allocate(6 * length + 3);
	size_t inside = rawbpf_json_escape(text + 1, 6 * length + 1, bytes, length);

	text[0] = text[inside + 1] = '"';
	text[inside + 2] = '\0';
	return text;
}

void record_both(struct record *record, const char *name, char *text, char *json)
{
	if (record->count == FIELDS)
		abort();
	record->fields[record->count++] = (struct field){ .name = name, .text = text, .json = json };
}

void record_number(struct record *record, const char *name, uint64_t number)
{
	record_both(record, name, must_print("%llu", (unsigned long long)number),
		    must_print("%llu", (unsigned long long)number));
	record->fields[record->count - 1].is_number = 1;
}

void record_string(struct record *record, const char *name, const char *string)
{
	size_t length = strlen(string);

	record_both(record, name, length ? text_escape(string, length) : NULL,
		    json_escape(string, length));
}

void record_numbers(struct record *record, const char *name, const void *numbers, unsigned size,
		    unsigned count)
{
	size_t length;
	char *text;
	FILE *out = memory_open(&text, &length);

	for (unsigned i = 0; i < count; i++)
		fprintf(out, "%s%llu", i ? "," : "",
			(unsigned long long)(size == 8 ? ((const uint64_t *)numbers)[i] :
							 ((const uint32_t *)numbers)[i]));
	memory_close(out);
	record_both(record, name, count ? text : NULL, must_print("[%s]", text));
	if (!count)
		free(text);
}

void record_hex(struct record *record, const char *name, const void *bytes, unsigned count)
{
	char *text = must_allocate(2 * count + 1);

	for (unsigned i = 0; i < count; i++)
		sprintf(text + 2 * i, "%02x", ((const unsigned char *)bytes)[i]);
	record_both(record, name, text, must_print("\"%s\"", text));
}

void record_free(struct record *record)
{
	for (unsigned i = 0; i < record->count; i++) {
		free(record->fields[i].text);
		free(record->fields[i].json);
	}
	record->count = 0;
}

static void print_json(const struct record *record)
{
	const char *separator = "{";

	for (unsigned i = 0; i < record->count; i++) {
		const struct field *field = &record->fields[i];

		if (!field->json)
			continue;
		printf("%s\"%s\":%s", separator, field->name, field->json);
		separator = ",";
	}
	puts("}");
}

static void print_lines(const struct record *record)
{
	int width = 0;

	for (unsigned i = 0; i < record->count; i++)
		if (record->fields[i].text && (int)strlen(record->fields[i].name) > width)
			width = strlen(record->fields[i].name);
	for (unsigned i = 0; i < record->count; i++)
		if (record->fields[i].text)
			printf("%-*s  %s\n", width, record->fields[i].name, record->fields[i].text);
}

void record_print(struct record *record, int json)
{
	if (json)
		print_json(record);
	else
		print_lines(record);
	record_free(record);
}

void table_add(struct table *table, struct record *record)
{
	if (table->json) {
		record_print(record, 1);
		return;
	}
	table->rows = must_grow(table->rows, table->count + 1, sizeof *table->rows);
	table->rows[table->count++] = *record;
}

static const struct field *find_field(const struct record *record, const char *name)
{
	static const struct field none = { .text = NULL };

	for (unsigned i = 0; i < record->count; i++)
		if (strcmp(record->fields[i].name, name) == 0)
			return &record->fields[i];
	return &none;
}

static const char *cell_of(const struct field *field)
{
	return field->text ? field->text : "-";
}

/* Columns that a text in UTF-8 takes. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static void print_cell(const char *text, int width, int is_number, int is_last)
{
	int padding = width - width_of(text);

	if (is_number)
		printf("%*s%s", padding, "", text);
	else
		printf("%s%*s", text, is_last ? 0 : padding, "");
	fputs(is_last ? "\n" : "  ", stdout);
}

/* Is all there is of a column numbers? They stand to the right. */
static int is_numeric(const struct table *table, const char *column)
{
	int numbers = 0;

	for (unsigned i = 0; i < table->count; i++) {
		const struct field *field = find_field(&table->rows[i], column);

		if (field->text && !field->is_number)
			return 0;
		numbers += field->is_number;
	}
	return numbers > 0;
}

static void print_heading(const char *column, int width, int numeric, int is_last)
{
	char *heading = must_print("%s", column);

	for (char *c = heading; *c; c++)
		*c = *c == '_' ? ' ' : toupper((unsigned char)*c);
	print_cell(heading, width, numeric, is_last);
	free(heading);
}

void table_print(struct table *table)
{
	unsigned columns = 0;
	int widths[FIELDS], numeric[FIELDS];

	if (table->json)
		return;
	for (; table->columns[columns]; columns++) {
		const char *column = table->columns[columns];

		numeric[columns] = is_numeric(table, column);
		widths[columns] = strlen(column);
		for (unsigned i = 0; i < table->count; i++) {
			int width = width_of(cell_of(find_field(&table->rows[i], column)));

			if (width > widths[columns])
				widths[columns] = width;
		}
	}
	for (unsigned c = 0; c < columns; c++)
		print_heading(table->columns[c], widths[c], numeric[c], c + 1 == columns);
	for (unsigned i = 0; i < table->count; i++) {
		for (unsigned c = 0; c < columns; c++)
			print_cell(cell_of(find_field(&table->rows[i], table->columns[c])),
				   widths[c], numeric[c], c + 1 == columns);
		record_free(&table->rows[i]);
	}
	free(table->rows);
}

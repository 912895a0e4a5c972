/* SPDX-License-Identifier: MIT */
#include "record.h"
#include "tool.h"

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

/* The room is a power of two: with realloc(3) for each element, a list would cost its square. */
void *must_extend(void *list, size_t count, size_t size)
{
	if ((count & (count - 1)) != 0)
		return list;
	return must_grow(list, count ? 2 * count : 1, size);
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

void parts_add(struct parts *parts, char *text, char *json)
{
	if (!parts->count) {
		parts->text_out = memory_open(&parts->text, &parts->text_length);
		parts->json_out = memory_open(&parts->json, &parts->json_length);
	}
	fprintf(parts->text_out, "%s%s", parts->count ? parts->between : "", text);
	fprintf(parts->json_out, "%c%s", parts->count ? ',' : '[', json);
	parts->count++;
	free(text);
	free(json);
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

void record_parts(struct record *record, const char *name, struct parts *parts)
{
	if (parts->count) {
		fputc(']', parts->json_out);
		memory_close(parts->text_out);
		memory_close(parts->json_out);
	}
	record_both(record, name, parts->text, parts->json);
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
	int width = 0, most = (int)tool_width();

	for (unsigned i = 0; i < record->count; i++)
		if (record->fields[i].text && (int)strlen(record->fields[i].name) > width)
			width = strlen(record->fields[i].name);
	for (unsigned i = 0; i < record->count; i++) {
		const char *name = record->fields[i].name, *text = record->fields[i].text;

		while (text) {
			size_t length = text_piece(text, most - width - 2);

			printf("%-*s  %.*s\n", width, name, (int)length, text);
			name = "";
			text = text_next(text, length);
		}
	}
}

void record_print(struct record *record, int json)
{
	if (json)
		print_json(record);
	else
		print_lines(record);
	record_free(record);
}

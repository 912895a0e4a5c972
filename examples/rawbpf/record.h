/* SPDX-License-Identifier: MIT */
/*
 * What is told of one object: fields in order, each as text for a terminal and as JSON. Printed as
 * a line of JSON, as lines of text, or, many together, as a table.
 */
#ifndef EXAMPLES_RAWBPF_RECORD_H
#define EXAMPLES_RAWBPF_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct field {
	const char *name;
	char *text; /* NULL: nothing to be said to people; else escaped */
	char *json; /* NULL: likewise to programs */
	int is_number;
};

enum { FIELDS = 48 };

struct record {
	struct field fields[FIELDS];
	unsigned count;
};

/* Zeroed memory, realloc(3), asprintf(3); but out of memory is the end of the program. */
void *must_allocate(size_t size);
void *must_grow(void *list, size_t count, size_t size);
__attribute__((format(printf, 1, 2))) char *must_print(const char *format, ...);

/* Hostile bytes, escaped; to be freed. With quotes around, for JSON. */
char *text_escape(const void *bytes, size_t length);
char *json_escape(const void *bytes, size_t length);

/* Write to memory that grows: after memory_close(), *text is malloc-ed and *length long. */
FILE *memory_open(char **text, size_t *length);
void memory_close(FILE *memory);

/*
 * A field that is a list. The parts of the text stand behind each other with `between`, which is
 * to be set; those of JSON are elements of an array.
 */
struct parts {
	const char *between;
	char *text, *json;
	size_t text_length, json_length;
	FILE *text_out, *json_out;
	unsigned count;
};

/* Add a part, in both forms malloc-ed, and freed here. */
void parts_add(struct parts *parts, char *text, char *json);

/* Append to a short text that malloc gave, or to NULL: each call goes over all of it. */
__attribute__((format(printf, 2, 3))) void text_add(char **text, const char *format, ...);

/* Add a field; `name` is JSON's as well. */
void record_number(struct record *record, const char *name, uint64_t number);
void record_string(struct record *record, const char *name, const char *string);
/* Numbers of 4 or 8 bytes each. */
void record_numbers(struct record *record, const char *name, const void *numbers, unsigned size,
		    unsigned count);
/* Bytes as hex digits. */
void record_hex(struct record *record, const char *name, const void *bytes, unsigned count);
/* Each in its own form, and malloc-ed: the record's from now on. NULL as in struct field. */
void record_both(struct record *record, const char *name, char *text, char *json);

/* The list, which is no more; of an empty one nothing is said. */
void record_parts(struct record *record, const char *name, struct parts *parts);

void record_free(struct record *record);

/* "name  value" lines, or a line of JSON; the record is freed. */
void record_print(struct record *record, int json);

/* --------------------------------------------------------------------------- table.c */

/*
 * How many bytes of a text go on a line of so many columns: up to a blank, or behind a comma or a
 * slash; if there is none, as many as fit. What follows on the next line, or NULL.
 */
size_t text_piece(const char *text, int width);
const char *text_next(const char *text, size_t length);

/* Many records, of which some fields are columns. */
struct table {
	const char *const *columns;  /* names of fields, the last NULL */
	const char *const *optional; /* those to leave out where the terminal is too narrow, in order */
	int json;                    /* not 0: a line each, at once, with all fields */
	struct record *rows;
	unsigned count;
};

void table_add(struct table *table, struct record *record);
/* The heading and the rows, no wider than the terminal: cells that are longer go on below. */
void table_print(struct table *table);

#endif

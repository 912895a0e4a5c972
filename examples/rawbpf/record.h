/* SPDX-License-Identifier: MIT */
/*
 * The fields of one object, in order, each as text for a terminal and as JSON. They are printed as
 * a line of JSON, as lines of text, or, for many objects, as a table.
 */
#ifndef EXAMPLES_RAWBPF_RECORD_H
#define EXAMPLES_RAWBPF_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct field {
	const char *name;
	char *text; /* NULL: people do not see the field; else escaped */
	char *json; /* NULL: programs do not see it */
	int is_number;
};

enum { FIELDS = 48 };

struct record {
	struct field fields[FIELDS];
	unsigned count;
};

/* These are zeroed memory, realloc(3) and asprintf(3). They end the program if memory runs out. */
void *must_allocate(size_t size);
void *must_grow(void *list, size_t count, size_t size);

/* Make room for one more element than `count`, in a list that only this function grows. */
void *must_extend(void *list, size_t count, size_t size);
__attribute__((format(printf, 1, 2))) char *must_print(const char *format, ...);

/* Return hostile bytes, escaped, to be freed. For JSON they have quotes around. */
char *text_escape(const void *bytes, size_t length);
char *json_escape(const void *bytes, size_t length);

/* Write to growing memory. After memory_close(), *text is malloc-ed and *length long. */
FILE *memory_open(char **text, size_t *length);
void memory_close(FILE *memory);

/*
 * A field that is a list. `between`, which the caller sets, separates the parts of the text. The
 * parts of JSON are elements of an array.
 */
struct parts {
	const char *between;
	char *text, *json;
	size_t text_length, json_length;
	FILE *text_out, *json_out;
	unsigned count;
};

/* Add a part. Both forms are malloc-ed; this frees them. */
void parts_add(struct parts *parts, char *text, char *json);

/* Append to a short malloc-ed text, or to NULL. Each call copies all of it. */
__attribute__((format(printf, 2, 3))) void text_add(char **text, const char *format, ...);

/* Add a field. `name` is also JSON's key. */
void record_number(struct record *record, const char *name, uint64_t number);
void record_string(struct record *record, const char *name, const char *string);
/* Add numbers of 4 or 8 bytes each. */
void record_numbers(struct record *record, const char *name, const void *numbers, unsigned size,
		    unsigned count);
/* Add bytes as hex digits. */
void record_hex(struct record *record, const char *name, const void *bytes, unsigned count);
/* Add two malloc-ed forms, which the record owns from now on. NULL as in struct field. */
void record_both(struct record *record, const char *name, char *text, char *json);

/* Add a list, and free it. An empty one adds no field. */
void record_parts(struct record *record, const char *name, struct parts *parts);

void record_free(struct record *record);

/* Print "name value" lines, or a line of JSON, and free the record. */
void record_print(struct record *record, int json);

/* --------------------------------------------------------------------------- table.c */

/*
 * Return how many bytes of a text fit on a line of so many columns. The line ends at a blank, or
 * behind a comma or slash, or else anywhere. *rest becomes the text of the next line, or NULL.
 */
size_t text_piece(const char *text, int width);
const char *text_next(const char *text, size_t length);

/* A table of many records, in which some fields are columns. */
struct table {
	const char *const *columns;  /* the fields' names, the last NULL */
	const char *const *optional; /* columns to leave out on a narrow terminal, in order */
	/* not 0: print each record at once, as a line with all fields */
	int json;
	struct record *rows;
	unsigned count;
};

void table_add(struct table *table, struct record *record);
/* Print the heading and the rows, no wider than the terminal. Longer cells continue below. */
void table_print(struct table *table);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Show what programs of a collection recorded: a record becomes a line of a table, or an object of
 * JSON, by the presentations of its fields. rawbpf_text(5) lists them.
 *
 *	struct rawbpf_column columns[64];
 *	struct rawbpf_show show = { .columns = columns, .max = 64, .width = 80 };
 *
 *	err = rawbpf_show_resolve(&show, &collection, "event", &live.env, &error);
 *	rawbpf_show_names_format(line, sizeof(line), &show);
 *	rawbpf_show_record_format(line, sizeof(line), &show, &system, record->data, record->size);
 *
 * Records may hold any bytes. Lines are safe on a terminal: rawbpf/escape.h tells which bytes are
 * escaped. In JSON each key has one type, whatever the record holds, and text can be turned back
 * into its bytes.
 *
 * Functions that write text return the length of the whole text, as snprintf(3) does. Records have
 * the byte order of this machine. Pure functions: no kernel, no libc, no memory but the caller's.
 */
#ifndef RAWBPF_SHOW_H
#define RAWBPF_SHOW_H

#include <rawbpf/collection.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RAWBPF_COLUMN_NAME = 48 };

/* A field of a record. Fields of structs within a struct stand in their struct's place. */
struct rawbpf_column {
	char name[RAWBPF_COLUMN_NAME]; /* unique in its table: the key in JSON */
	const char *prefix;            /* of FLAGS and ENUM: what their names begin with, or their type */
	const struct rawbpf_btf *btf;  /* of FLAGS and ENUM: names are enumerators of its type `type`; */
	uint32_t type;                 /* NULL: names are constants of the kernel's headers */
	uint32_t offset;               /* bytes, from the beginning of the record */
	uint32_t size;                 /* bytes of an element */
	uint32_t count;                /* elements; 0: no array */
	uint16_t family, port;         /* of an ADDRESS: columns + 1; 0: without */
	uint16_t width;                /* on a terminal; 0: the table lacks it */
	uint8_t present;               /* enum rawbpf_present, as it suits the type; never NONE for text */
	uint8_t is_signed;
	uint8_t is_named;              /* an ADDRESS shows it: a port */
	uint8_t is_below;              /* it begins another line: those before it fill the terminal */
	uint16_t field;                /* in the collection's fields; RAWBPF_NO_FIELD: none */
};

enum { RAWBPF_NO_FIELD = 0xffff };

/* A table: set the first four and zero the rest. */
struct rawbpf_show {
	struct rawbpf_column *columns; /* room for `max`; they point into the BTF of env->symbols */
	unsigned max;
	unsigned width;                /* of the terminal, in columns; 0: 80 */
	int is_whole;                  /* 1: cut nothing, as for a file; 0: lines fit the terminal */

	unsigned count;                /* out: columns */
	unsigned key_count;            /* out: the first of them, which are a map's key */
	unsigned value_offset;         /* out: bytes from an element's key to its value */
	unsigned pid;                  /* out: the column of the process, + 1; 0: none */
	const char *map;               /* out: the map's name; NULL: a record */
	uint64_t age_ns;               /* for JSON: of a pending call: since it began; */
	int is_pending;                /* 1: the record is one */
};

/* What texts need of the system. Zero: not known. */
struct rawbpf_show_system {
	enum rawbpf_arch arch; /* for the names of numbers; 0: this machine's */
	uint64_t wall_ns;      /* nanoseconds from the kernel's clock, CLOCK_MONOTONIC, to UTC */
	int zone_s;            /* seconds from UTC to the time of day, east is positive */
	uint64_t now_ns;       /* the kernel's clock, for ages */
	void *context;         /* for the functions; they return a length, 0: not known */

	/* Write the function that address `index` of a stack belongs to, "vfs_read+0x1c". */
	size_t (*symbol)(void *context, char *text, size_t size, const uint64_t *stack,
			 unsigned count, unsigned index);
	/* Write the path of a process's directory: any bytes. `fd` is a descriptor, or AT_FDCWD. */
	size_t (*directory)(void *context, char *path, size_t size, unsigned pid, int fd);
	/* Read a string of a process's memory, without its NUL. Return its length or a negative errno. */
	long (*user_string)(void *context, char *bytes, size_t size, unsigned pid, uint64_t address);
};

/*
 * Lay out the table of a struct of the collection. If the names do not fit the width, columns of the
 * prelude's head are left out, in this order: tid, uid, ppid, time. A value that is wider than its
 * column takes the room that those behind it leave; what does not fit then is cut, and ends in "...".
 * Numbers are never cut. JSON has all columns. Return 0, or
 *
 * -ENOENT  the collection has no such struct
 * -ENOSPC  it has more than `max` fields
 * Other errors are those of rawbpf_collection_field_resolve().
 */
int rawbpf_show_resolve(struct rawbpf_show *show, const struct rawbpf_collection *collection,
			const char *type, const struct rawbpf_collection_env *env,
			struct rawbpf_collection_error *error);

/*
 * Lay out the table of a map's elements for a line of `.show`, an index. An element is its key, and
 * value_offset bytes from there its value. A key or value that is no struct is called "key" or
 * "value". Errors as above.
 */
int rawbpf_show_map_resolve(struct rawbpf_show *show, const struct rawbpf_collection *collection,
			    unsigned line, const struct rawbpf_collection_env *env,
			    struct rawbpf_collection_error *error);

/* Write the names of the columns, in capital letters, and a newline. */
size_t rawbpf_show_names_format(char *text, size_t size, const struct rawbpf_show *show);

/*
 * Write a record as a line, with its newline. Each function of a kernel stack has a line below. A
 * field that the record is too short for is a '-'.
 */
size_t rawbpf_show_record_format(char *text, size_t size, const struct rawbpf_show *show,
				 const struct rawbpf_show_system *system, const void *data,
				 size_t data_size);

/* Write a record as "pid=1 comm=x", or of a map's value that is no struct its text only. */
size_t rawbpf_show_value_format(char *text, size_t size, const struct rawbpf_show *show,
				const struct rawbpf_show_system *system, const void *data,
				size_t data_size);

/*
 * Write an element by the STRING of a line of `.show`, with a newline. % is the value; of two, the
 * first is the key. A width and a letter u, d or x may follow.
 */
size_t rawbpf_show_text_format(char *text, size_t size, const struct rawbpf_show *show,
			       const struct rawbpf_show_system *system, const char *string,
			       const void *data, size_t data_size);

/*
 * Write a record as an object of JSON, with a newline. A map's begins with "map", a pending call's
 * with "pending" and "age". A key N can have another one beside it: N_name is the name of a number,
 * N_errno tells why the string N is missing.
 *
 *	number   a number as it is; of PORT in this machine's order; of AGE the age in nanoseconds
 *	string   STRING, TEXT, USER_STRING; BYTES in hexadecimal; ADDRESS without its port; DEV "8:1";
 *	         CLOCK "2026-11-30T10:21:07.000000000Z"
 *	array    of strings: WORDS, KSTACK; of numbers: other arrays
 */
size_t rawbpf_show_json_format(char *text, size_t size, const struct rawbpf_show *show,
			       const struct rawbpf_show_system *system, const void *data,
			       size_t data_size);

/* Write the JSON Schema (2020-12) of these objects, with a newline. `title` is its title. */
size_t rawbpf_show_schema_format(char *text, size_t size, const struct rawbpf_show *show,
				 const char *title);

/* A histogram: element N counts what lies from a step to the next. */
struct rawbpf_bars {
	const char *map;   /* its name */
	const char *title; /* above it; NULL or "": the map's name */
	const char *unit;  /* behind numbers; NULL: none */
	uint64_t step;     /* N counts from N * step; 0: from 2^N, and 0 from 0 */
	unsigned width;    /* of the terminal; 0: 80 */
};

/*
 * Write a histogram: a line for each element from the first to the last that is not 0. The longest
 * bar fills the line.
 */
size_t rawbpf_bars_format(char *text, size_t size, const struct rawbpf_bars *bars,
			  const uint64_t *counts, unsigned count);

/* Write it as one object of JSON: "map", "unit", "buckets" with "from", "to" and "count". */
size_t rawbpf_bars_json_format(char *text, size_t size, const struct rawbpf_bars *bars,
			       const uint64_t *counts, unsigned count);

/* Write the JSON Schema of such an object. */
size_t rawbpf_bars_schema_format(char *text, size_t size, const struct rawbpf_bars *bars);

#ifdef __cplusplus
}
#endif
#endif

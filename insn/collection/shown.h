/* SPDX-License-Identifier: MIT */
/* Fields of records as text and as JSON. Each show_*.c uses those above it only. */
#ifndef RAWBPF_INSN_SHOWN_H
#define RAWBPF_INSN_SHOWN_H

#include <rawbpf/show.h>

#include "../base/out.h"

/* Between columns, and in front of a line that goes on with a record. */
enum { RAWBPF__SHOWN_GAP = 2, RAWBPF__SHOWN_INDENT = 4 };

/* No limit of columns. */
static const size_t rawbpf__endless = (size_t)-1 / 2;

/* A value in a record. */
struct rawbpf__shown {
	const struct rawbpf_show *show;
	const struct rawbpf_show_system *system;
	const unsigned char *data; /* the record */
	size_t size;
};

/* Return the part of the record from the column on, and how many bytes of the column it has. */
static inline const unsigned char *rawbpf__shown_at(const struct rawbpf__shown *shown,
						    const struct rawbpf_column *column, size_t *room)
{
	size_t wanted = (size_t)column->size * (column->count ? column->count : 1);
	size_t left = shown->size > column->offset ? shown->size - column->offset : 0;

	*room = wanted < left ? wanted : left;
	return shown->data + (left ? column->offset : 0);
}

static inline int rawbpf__is_table_column(const struct rawbpf_column *column)
{
	return column->width != 0;
}

/* ---------------------------------------------------------------------- show_cell.c */

/*
 * A part of a line that has at most `limit` columns. A text that needs more ends in "...", at a
 * character's end.
 */
struct rawbpf__cell {
	struct rawbpf__out *out;
	size_t limit;
	size_t columns;                   /* so far */
	size_t safe_length, safe_columns; /* of the longest text that leaves room for "..." */
	int is_cut;
	int is_json;                      /* 1: foreign bytes are escaped for a string of JSON */
};

RAWBPF__PRIVATE struct rawbpf__cell rawbpf__cell_begin(struct rawbpf__out *out, size_t limit);
RAWBPF__PRIVATE void rawbpf__cell_text(struct rawbpf__cell *cell, const char *text);
RAWBPF__PRIVATE void rawbpf__cell_number(struct rawbpf__cell *cell, uint64_t number);
RAWBPF__PRIVATE void rawbpf__cell_signed(struct rawbpf__cell *cell, int64_t number);
RAWBPF__PRIVATE void rawbpf__cell_hex(struct rawbpf__cell *cell, uint64_t number); /* "0x1f" */
RAWBPF__PRIVATE void rawbpf__cell_hex_byte(struct rawbpf__cell *cell, unsigned byte);
/* Append `digits` decimal digits. */
RAWBPF__PRIVATE void rawbpf__cell_digits(struct rawbpf__cell *cell, uint64_t number, unsigned digits);
/* Append foreign bytes, escaped. */
RAWBPF__PRIVATE void rawbpf__cell_bytes(struct rawbpf__cell *cell, const void *bytes, size_t count);
/* Append a foreign string likewise. */
RAWBPF__PRIVATE void rawbpf__cell_string(struct rawbpf__cell *cell, const char *string);

/* Append a string of JSON. */
RAWBPF__PRIVATE void rawbpf__json_bytes(struct rawbpf__out *out, const void *bytes, size_t count);
/* Append the string, or if `beside` is not NULL the string, '_' and `beside`. */
RAWBPF__PRIVATE void rawbpf__json_string(struct rawbpf__out *out, const char *string, const char *beside);

/* ---------------------------------------------------------------------- show_name.c */

/* Return "ENOENT" for 2, "SIGKILL" for 9, "AF_INET" for 2; NULL: the number has no name. */
RAWBPF__PRIVATE const char *rawbpf__name_errno(enum rawbpf_arch arch, uint64_t number);
RAWBPF__PRIVATE const char *rawbpf__name_signal(enum rawbpf_arch arch, uint64_t number);
RAWBPF__PRIVATE const char *rawbpf__name_family(enum rawbpf_arch arch, uint64_t number);
/* Return the name of a column's number. It may hold any byte. */
RAWBPF__PRIVATE const char *rawbpf__name_enum(enum rawbpf_arch arch, const struct rawbpf_column *column,
					      uint64_t number);
/* Append "O_WRONLY|O_CREAT"; bits without a name as one number: "|0x80". */
RAWBPF__PRIVATE void rawbpf__name_flags(struct rawbpf__cell *cell, enum rawbpf_arch arch,
					const struct rawbpf_column *column, uint64_t number);
/*
 * Find the type of the kernel whose enumerators are the names of a column, unless constants begin with
 * its prefix.
 */
RAWBPF__PRIVATE void rawbpf__name_resolve(struct rawbpf_column *column, const struct rawbpf_symbols *symbols);

/* ---------------------------------------------------------------------- show_time.c */

RAWBPF__PRIVATE void rawbpf__time_of_day(struct rawbpf__cell *cell, uint64_t ns, int zone_s); /* "10:21:07" */
RAWBPF__PRIVATE void rawbpf__time_utc(struct rawbpf__cell *cell, uint64_t ns); /* RFC 3339 */
RAWBPF__PRIVATE void rawbpf__time_span(struct rawbpf__cell *cell, uint64_t ns); /* "1.203 s" */

/* ------------------------------------------------------------------- show_address.c */

enum { RAWBPF__AF_INET = 2, RAWBPF__AF_INET6 = 10 };

/*
 * Append an address of `room` bytes. `family` is that of a socket, or 0: by the room. `port` is less
 * than 0 without one.
 */
RAWBPF__PRIVATE void rawbpf__address(struct rawbpf__cell *cell, enum rawbpf_arch arch, unsigned family,
				     const unsigned char *bytes, size_t room, long port);

/* ------------------------------------------------------------------- show_value.c */

enum { RAWBPF__FRAMES = 128, RAWBPF__USER_STRING = 1024 };

/* Read element `index` of a column, sign-extended if it is signed. The record must have it. */
RAWBPF__PRIVATE uint64_t rawbpf__value_load(const struct rawbpf__shown *shown,
					    const struct rawbpf_column *column, unsigned index);
/* Return the number of whole elements that the record has; of no array 0 or 1. */
RAWBPF__PRIVATE unsigned rawbpf__value_count(const struct rawbpf__shown *shown,
					     const struct rawbpf_column *column);
/*
 * Return the bytes of a STRING, WORDS or TEXT, and their number, or the negative errno that the record
 * holds instead. The NUL at the end belongs to WORDS only.
 */
RAWBPF__PRIVATE const unsigned char *rawbpf__value_string(const struct rawbpf__shown *shown,
							  const struct rawbpf_column *column, long *count);
/* Append `before` and the name of a number: of errno, signal, flags, enum, dirfd. Without one, nothing. */
RAWBPF__PRIVATE void rawbpf__value_name(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
					const struct rawbpf_column *column, uint64_t number,
					const char *before);
/* Return the functions of a stack that the record has, at most RAWBPF__FRAMES. */
RAWBPF__PRIVATE unsigned rawbpf__value_depth(const struct rawbpf__shown *shown,
					     const struct rawbpf_column *column);
/* Append function `index` of them. */
RAWBPF__PRIVATE void rawbpf__value_frame(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
					 const struct rawbpf_column *column, unsigned index);
/* Append an address. */
RAWBPF__PRIVATE void rawbpf__value_address(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
					   const struct rawbpf_column *column, int with_port);
/* Convert a number to this machine's order: a port of the network. */
RAWBPF__PRIVATE uint64_t rawbpf__value_port(const struct rawbpf_column *column, uint64_t number);
/* Return how long ago a time was. */
RAWBPF__PRIVATE uint64_t rawbpf__value_age(const struct rawbpf_show_system *system, uint64_t time);
/* Read the string at an address of the record's process. Return its length or a negative errno. */
RAWBPF__PRIVATE long rawbpf__value_user_string(char bytes[RAWBPF__USER_STRING],
					       const struct rawbpf__shown *shown, uint64_t address);
/* Append a column as a person reads it. */
RAWBPF__PRIVATE void rawbpf__value_text(struct rawbpf__cell *cell, const struct rawbpf__shown *shown,
					const struct rawbpf_column *column);

/* ------------------------------------------------------------------- show_look.c */

/* What a table and JSON do with a presentation. */
struct rawbpf__look {
	uint8_t least, most;  /* columns of a terminal; 0: by the type */
	uint8_t is_left;      /* 1: left-aligned */
	uint8_t may_cut;      /* 1: the table cuts what is wider than its column */
	char json;            /* n: a number or an array of them; s: a string; a: an array of strings; 0 */
	const char *beside;   /* of no array of numbers: the second key is NAME_ and this; NULL: none */
};

RAWBPF__PRIVATE const struct rawbpf__look *rawbpf__look_of(const struct rawbpf_column *column);

/* ------------------------------------------------------------------- show_schema.c */

/* Begin a schema up to its properties. */
RAWBPF__PRIVATE void rawbpf__schema_begin(struct rawbpf__out *out, const char *title);

#endif

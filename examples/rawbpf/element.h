/* SPDX-License-Identifier: MIT */
/* Parse and format keys and values of maps. */
#ifndef EXAMPLES_RAWBPF_ELEMENT_H
#define EXAMPLES_RAWBPF_ELEMENT_H

#include "record.h"

#include <rawbpf/btf.h>

#include <stdio.h>

/*
 * Parse bytes: pieces with spaces between, one behind the other.
 *
 *	hex:0a000001          bytes in this order
 *	10 0x10 -1 'a'        a number in this machine's byte order: all bytes that other pieces
 *	                      leave, so at most one piece is such a number
 *	u8:1 u16:1 u32:1 u64:1, be16: be32: be64:    a size and a byte order
 *	"text\x0a"            its bytes; if it is the last piece, zeros behind it
 *	10.0.0.1 fe80::1      4 or 16 bytes
 *
 * Returns NULL, or a sentence about the problem, malloc-ed.
 */
char *element_parse(const char *text, const char *what, void *bytes, size_t size);

/* The type of keys or values, if the map has BTF. */
struct element_type {
	const struct rawbpf_btf *btf; /* NULL: plain bytes */
	unsigned id;
};

/* Return "05 00 00 00 (5)", or by its type "{ .count = 5 }". Malloc-ed. */
char *element_text(const void *bytes, size_t size, const struct element_type *type);

/* Print "NAME": hex digits, and "NAME_number" or "NAME_typed", as keys of a JSON object. */
void element_json(FILE *json, const char *name, const void *bytes, size_t size,
		  const struct element_type *type);

/*
 * Print a value by its type, in C's notation or JSON's. In JSON a type has one form, whatever the
 * data is. An array of char is a string without its trailing zeros, and another array an array. An
 * enumeration is a string, the name or else the number. A bool is true or false. A member behind
 * the value's bytes is null. Nested unions can have more members than the value has bytes: then the
 * text ends in "...".
 */
void typed_add(FILE *out, const struct element_type *type, const void *bytes, size_t size, int json);

#endif

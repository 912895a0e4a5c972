/* SPDX-License-Identifier: MIT */
/* Keys and values of maps as text, both ways. */
#ifndef EXAMPLES_RAWBPF_ELEMENT_H
#define EXAMPLES_RAWBPF_ELEMENT_H

#include "record.h"

#include <rawbpf/btf.h>

#include <stdio.h>

/*
 * Bytes from text: pieces with spaces between, each put after the one before.
 *
 *	hex:0a000001          bytes in this order
 *	10 0x10 -1 'a'        a number in this machine's byte order: all bytes that other pieces
 *	                      leave, so at most one is without
 *	u8:1 u16:1 u32:1 u64:1, be16: be32: be64:    a size and a byte order
 *	"text\x0a"            its bytes; if it is the last, zeros after it
 *	10.0.0.1 fe80::1      4 or 16 bytes
 *
 * Returns NULL, or what is wrong: a sentence, malloc-ed.
 */
char *element_parse(const char *text, const char *what, void *bytes, size_t size);

/* How elements look: types to read them by, or none. */
struct element_type {
	const struct rawbpf_btf *btf; /* NULL: bytes */
	unsigned id;
};

/* "05 00 00 00 (5)", or by its type "{ .count = 5 }". Malloc-ed. */
char *element_text(const void *bytes, size_t size, const struct element_type *type);

/* Print "NAME": hex digits, and "NAME_number" or "NAME_typed", as members of a JSON object. */
void element_json(FILE *json, const char *name, const void *bytes, size_t size,
		  const struct element_type *type);

/*
 * Print a value by its type, in C's notation or JSON's. In JSON a type has one form whatever the
 * data is: an array of char is a string without its trailing zeros, another array an array; an
 * enumeration is a string, the name or else the number; a bool is true or false. What the value has
 * no bytes for is null. Nested unions can stand for more members than there are bytes: the text then
 * ends in "...".
 */
void typed_add(FILE *out, const struct element_type *type, const void *bytes, size_t size, int json);

#endif

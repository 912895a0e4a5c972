/* SPDX-License-Identifier: MIT */
/* Keys and values of maps as text, both ways. */
#ifndef EXAMPLES_RAWBPF_ELEMENT_H
#define EXAMPLES_RAWBPF_ELEMENT_H

#include "record.h"

#include <rawbpf/btf.h>

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

/* Add "NAME": hex digits, and "NAME_number" or "NAME_typed", to a JSON object begun. */
void element_json(char **json, const char *name, const void *bytes, size_t size,
		  const struct element_type *type);

/* A value by its type, in C's notation or JSON's, appended. */
void typed_add(char **text, const struct element_type *type, const void *bytes, size_t size,
	       int json);

#endif

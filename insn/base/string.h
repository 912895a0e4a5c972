/* SPDX-License-Identifier: MIT */
/* Strings: terminated ones, bytes with a length, and lists of strings. */
#ifndef RAWBPF_INSN_STRING_H
#define RAWBPF_INSN_STRING_H

#include "private.h"

RAWBPF__PRIVATE size_t rawbpf__length(const char *string);
RAWBPF__PRIVATE int rawbpf__equal(const char *string, const char *other);
/* Is the string exactly the `length` bytes at `bytes`? */
RAWBPF__PRIVATE int rawbpf__equal_bytes(const char *string, const void *bytes, size_t length);
RAWBPF__PRIVATE int rawbpf__same_bytes(const void *bytes, const void *other, size_t length);
/*
 * What follows `prefix`, if the bytes from `at` to `end` begin with it; else NULL. `end` is NULL for a
 * string. Reads no byte behind the first one that differs.
 */
RAWBPF__PRIVATE const char *rawbpf__behind(const char *at, const char *end, const char *prefix);

static inline int rawbpf__starts_with(const char *string, const char *prefix)
{
	return rawbpf__behind(string, NULL, prefix) != NULL;
}

/* The first such character of the string, or the string's end. */
RAWBPF__PRIVATE const char *rawbpf__find(const char *string, char c);
/* The first such byte from `at` on, or `end`. */
RAWBPF__PRIVATE const char *rawbpf__find_byte(const char *at, const char *end, char byte);
/* Behind the next newline from `at` on, or the end. `end` is NULL for a string. */
RAWBPF__PRIVATE const char *rawbpf__line_after(const char *at, const char *end);

/* The string with that index, of strings one after another. Pointers would be relocated. */
RAWBPF__PRIVATE const char *rawbpf__nth(const char *strings, unsigned index);
/*
 * The index of the one that is the `length` bytes at `bytes`; an empty string ends the list.
 * -ENOENT: none is.
 */
RAWBPF__PRIVATE int rawbpf__list_find(const char *strings, const void *bytes, size_t length);

/* One component of a path: not empty, no '/' in it, and no '.' before it. */
RAWBPF__PRIVATE int rawbpf__is_file_name(const char *name);

/* An object's name for bpf(2), NULL for none: up to 15 bytes over zeros, or -ENAMETOOLONG. */
RAWBPF__PRIVATE int rawbpf__name_copy(char copy[16], const char *name);

#endif

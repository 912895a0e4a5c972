/* SPDX-License-Identifier: MIT */
/* Strings: terminated ones, bytes with a length, and lists of strings. */
#ifndef RAWBPF_INSN_STRING_H
#define RAWBPF_INSN_STRING_H

#include "private.h"

RAWBPF__PRIVATE size_t rawbpf__length(const char *string);
/* Return the length of the string, or `most` for a longer one. */
RAWBPF__PRIVATE size_t rawbpf__length_at_most(const char *string, size_t most);
RAWBPF__PRIVATE int rawbpf__equal(const char *string, const char *other);
/* Return 1 if the string is exactly the `length` bytes at `bytes`. */
RAWBPF__PRIVATE int rawbpf__equal_bytes(const char *string, const void *bytes, size_t length);
RAWBPF__PRIVATE int rawbpf__same_bytes(const void *bytes, const void *other, size_t length);
/*
 * Return the place behind `prefix` if the bytes from `at` to `end` begin with it, else NULL. If
 * `end` is NULL, the bytes are a string. The function reads no byte behind the first one that
 * differs.
 */
RAWBPF__PRIVATE const char *rawbpf__behind(const char *at, const char *end, const char *prefix);

static inline int rawbpf__starts_with(const char *string, const char *prefix)
{
	return rawbpf__behind(string, NULL, prefix) != NULL;
}

/* Return the first `c` in the string, or the string's end. */
RAWBPF__PRIVATE const char *rawbpf__find(const char *string, char c);
/* Return the first `byte` from `at` on, or `end`. */
RAWBPF__PRIVATE const char *rawbpf__find_byte(const char *at, const char *end, char byte);
/*
 * Return the place behind the next newline from `at` on, or the end. If `end` is NULL, the text
 * is a string.
 */
RAWBPF__PRIVATE const char *rawbpf__line_after(const char *at, const char *end);

/*
 * Return the string with that index. The strings follow one another: pointers would need
 * relocations.
 */
RAWBPF__PRIVATE const char *rawbpf__nth(const char *strings, unsigned index);
/*
 * Return the index of the string that equals the `length` bytes at `bytes`. An empty string ends
 * the list. Return -ENOENT if no string equals them.
 */
RAWBPF__PRIVATE int rawbpf__list_find(const char *strings, const void *bytes, size_t length);

/* Return 1 if `name` is one component of a path: not empty, without '/', not beginning with '.'. */
RAWBPF__PRIVATE int rawbpf__is_file_name(const char *name);

/*
 * Copy an object's name for bpf(2): up to 15 bytes, padded with zeros. A NULL name gives zeros
 * only. Return -ENAMETOOLONG for a longer name.
 */
RAWBPF__PRIVATE int rawbpf__name_copy(char copy[16], const char *name);

#endif

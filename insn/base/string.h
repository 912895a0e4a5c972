/* SPDX-License-Identifier: MIT */
/* Strings: terminated ones, bytes with a length, and lists of strings. */
#ifndef RAWBPF_INSN_STRING_H
#define RAWBPF_INSN_STRING_H

#include "private.h"

RAWBPF__PRIVATE size_t rawbpf__length(const char *string);
RAWBPF__PRIVATE int rawbpf__equal(const char *string, const char *other);
/* Is the string exactly the `length` bytes at `bytes`? */
RAWBPF__PRIVATE int rawbpf__equal_bytes(const char *string, const void *bytes, size_t length);
/* Reads no byte of `string` behind the first one that differs: it need not be terminated. */
RAWBPF__PRIVATE int rawbpf__starts_with(const char *string, const char *prefix);

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

/* SPDX-License-Identifier: MIT */
/*
 * Text put together piece by piece in a buffer of the caller's, with
 * snprintf(3)'s promise: always terminated, never over-run, and `length` is
 * what the whole text needs.
 */
#ifndef RAWBPF_LIB_TEXT_H
#define RAWBPF_LIB_TEXT_H

#include "sys.h"

struct rawbpf__text {
	char *buffer;
	size_t size;
	size_t length;
};

RAWBPF__PRIVATE void rawbpf__text_add(struct rawbpf__text *text, const char *string);
/* The same for text from outside: what is not printable ASCII becomes \xNN. */
RAWBPF__PRIVATE void rawbpf__text_add_escaped(struct rawbpf__text *text, const char *string);
RAWBPF__PRIVATE void rawbpf__text_add_dec(struct rawbpf__text *text, uint64_t number);

RAWBPF__PRIVATE size_t rawbpf__length(const char *string);
RAWBPF__PRIVATE int rawbpf__starts_with(const char *string, const char *prefix);

/* An object's name for bpf(2), NULL for none: 15 bytes and a NUL, or -ENAMETOOLONG. */
RAWBPF__PRIVATE int rawbpf__name_copy(char copy[16], const char *name);

/* Parse the decimal number at *at, move past it; 0 if there was none, or one too large. */
RAWBPF__PRIVATE int rawbpf__number_parse(const char **at, unsigned *number);

#endif

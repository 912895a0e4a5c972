/* SPDX-License-Identifier: MIT */
/* Characters of UTF-8, and the columns that a terminal needs for them. */
#ifndef RAWBPF_INSN_UTF8_H
#define RAWBPF_INSN_UTF8_H

#include "private.h"

/*
 * Decode the character at `at` into *point; `left` is at least 1. Return its length, or 0 if the
 * bytes are not UTF-8: overlong forms, surrogates and numbers above U+10FFFF are not.
 */
RAWBPF__PRIVATE unsigned rawbpf__utf8_decode(const unsigned char *at, size_t left, uint32_t *point);

/* Return the columns of a printable character: 0 (it joins the one before), 1 or 2. */
RAWBPF__PRIVATE unsigned rawbpf__utf8_columns(uint32_t point);

#endif

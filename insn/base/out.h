/* SPDX-License-Identifier: MIT */
/*
 * Text put together in a buffer of the caller's, with snprintf(3)'s promise: always
 * terminated, never over-run, and `length` is what all of it needs.
 */
#ifndef RAWBPF_INSN_OUT_H
#define RAWBPF_INSN_OUT_H

#include "private.h"

struct rawbpf__out {
	char *text;
	size_t size, length;
};

/* The empty text, terminated if there is room for a byte. */
RAWBPF__PRIVATE struct rawbpf__out rawbpf__out_begin(char *text, size_t size);

RAWBPF__PRIVATE void rawbpf__out_byte(struct rawbpf__out *out, char byte);
RAWBPF__PRIVATE void rawbpf__out_repeat(struct rawbpf__out *out, char byte, size_t count);
RAWBPF__PRIVATE void rawbpf__out_text(struct rawbpf__out *out, const char *text);
RAWBPF__PRIVATE void rawbpf__out_bytes(struct rawbpf__out *out, const char *bytes, size_t count);
/* All of a piece or nothing; and once a piece is left out, all that follow are. */
RAWBPF__PRIVATE void rawbpf__out_piece(struct rawbpf__out *out, const char *piece, size_t count);

RAWBPF__PRIVATE void rawbpf__out_number(struct rawbpf__out *out, uint64_t number);
RAWBPF__PRIVATE void rawbpf__out_signed(struct rawbpf__out *out, int64_t number);
RAWBPF__PRIVATE void rawbpf__out_hex(struct rawbpf__out *out, uint64_t number);    /* "1f" */
RAWBPF__PRIVATE void rawbpf__out_hex_byte(struct rawbpf__out *out, unsigned byte); /* "0f" */
/* A number in a column of `width`, to its right. */
RAWBPF__PRIVATE void rawbpf__out_right(struct rawbpf__out *out, unsigned number, size_t width);
/* "6.12": 6 << 8 | 12 */
RAWBPF__PRIVATE void rawbpf__out_kernel(struct rawbpf__out *out, unsigned kernel);
/*
 * Words, escaped as in rawbpf__out_line(), in lines of at most 80 columns. The line at hand is `column`
 * wide, the next ones begin with `indent` spaces. Returns the width of the last line.
 */
RAWBPF__PRIVATE size_t rawbpf__out_wrap(struct rawbpf__out *out, const char *words, size_t length,
					size_t indent, size_t column);
/* The same of a string that begins at column `indent`, and a newline. */
RAWBPF__PRIVATE void rawbpf__out_words(struct rawbpf__out *out, const char *words, size_t indent);

/* What a terminal prints as it is: printable ASCII, and tabs. */
RAWBPF__PRIVATE int rawbpf__is_plain(unsigned char byte);
/* A byte of somebody else's line; if it is not plain it becomes \xNN. */
RAWBPF__PRIVATE void rawbpf__out_escaped(struct rawbpf__out *out, unsigned char byte);
RAWBPF__PRIVATE void rawbpf__out_line(struct rawbpf__out *out, const char *bytes, size_t count);
/* The same, of a string. */
RAWBPF__PRIVATE void rawbpf__out_string(struct rawbpf__out *out, const char *string);
/* Somebody else's name: a tab and '\' become \xNN, too, so that two names never look the same. */
RAWBPF__PRIVATE void rawbpf__out_name(struct rawbpf__out *out, const char *name);

#endif

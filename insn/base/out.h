/* SPDX-License-Identifier: MIT */
/*
 * Append text to a buffer of the caller. As with snprintf(3), the text is always terminated and
 * never exceeds the buffer. `length` counts the bytes that the whole text needs.
 */
#ifndef RAWBPF_INSN_OUT_H
#define RAWBPF_INSN_OUT_H

#include "private.h"

struct rawbpf__out {
	char *text;
	size_t size, length;
};

/* Begin an empty text. Terminate it if the buffer has room for a byte. */
RAWBPF__PRIVATE struct rawbpf__out rawbpf__out_begin(char *text, size_t size);

RAWBPF__PRIVATE void rawbpf__out_byte(struct rawbpf__out *out, char byte);
RAWBPF__PRIVATE void rawbpf__out_repeat(struct rawbpf__out *out, char byte, size_t count);
RAWBPF__PRIVATE void rawbpf__out_text(struct rawbpf__out *out, const char *text);
RAWBPF__PRIVATE void rawbpf__out_bytes(struct rawbpf__out *out, const char *bytes, size_t count);
/* Append the whole piece or nothing. After a piece that did not fit, append no later piece. */
RAWBPF__PRIVATE void rawbpf__out_piece(struct rawbpf__out *out, const char *piece, size_t count);

RAWBPF__PRIVATE void rawbpf__out_number(struct rawbpf__out *out, uint64_t number);
RAWBPF__PRIVATE void rawbpf__out_signed(struct rawbpf__out *out, int64_t number);
RAWBPF__PRIVATE void rawbpf__out_hex(struct rawbpf__out *out, uint64_t number);    /* "1f" */
RAWBPF__PRIVATE void rawbpf__out_hex_byte(struct rawbpf__out *out, unsigned byte); /* "0f" */
/* Append a number, right-aligned in `width` columns. */
RAWBPF__PRIVATE void rawbpf__out_right(struct rawbpf__out *out, unsigned number, size_t width);
/* Append a kernel: "6.12" for 6 << 8 | 12. */
RAWBPF__PRIVATE void rawbpf__out_kernel(struct rawbpf__out *out, unsigned kernel);
/*
 * Append words, escaped as in rawbpf__out_line(), in lines of at most 80 columns. The current
 * line is `column` wide. Each further line begins with `indent` spaces. Return the width of the
 * last line.
 */
RAWBPF__PRIVATE size_t rawbpf__out_wrap(struct rawbpf__out *out, const char *words, size_t length,
					size_t indent, size_t column);
/* Append a string in the same way, from column `indent`, and a newline. */
RAWBPF__PRIVATE void rawbpf__out_words(struct rawbpf__out *out, const char *words, size_t indent);

/* Return 1 if a terminal prints the byte unchanged: printable ASCII or a tab. */
RAWBPF__PRIVATE int rawbpf__is_plain(unsigned char byte);
/* Append a byte of a foreign line. A byte that is not plain becomes \xNN. */
RAWBPF__PRIVATE void rawbpf__out_escaped(struct rawbpf__out *out, unsigned char byte);
RAWBPF__PRIVATE void rawbpf__out_line(struct rawbpf__out *out, const char *bytes, size_t count);
/* Append a string in the same way. */
RAWBPF__PRIVATE void rawbpf__out_string(struct rawbpf__out *out, const char *string);
/* Append a foreign name. Tabs and '\' become \xNN, too, so two names never look the same. */
RAWBPF__PRIVATE void rawbpf__out_name(struct rawbpf__out *out, const char *name);

#endif

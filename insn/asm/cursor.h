/* SPDX-License-Identifier: MIT */
/* Where in the text the assembler is, and what bytes may be part of. */
#ifndef RAWBPF_INSN_CURSOR_H
#define RAWBPF_INSN_CURSOR_H

#include "../base/number.h"
#include "../base/string.h"

struct rawbpf__cursor {
	const char *at, *end;		/* of the text, without its last newline */
	const char *line_start;
	unsigned line;			/* of `at`, from 1 */
};

/* The byte at a place of the text. Behind its end it has newlines, as many as are read. */
static inline unsigned char rawbpf__byte(const struct rawbpf__cursor *cursor, const char *at)
{
	return at < cursor->end ? *at : '\n';
}

/* May a name begin with it? */
static inline int rawbpf__begins_name(unsigned char c)
{
	return rawbpf__is_letter(c) || c == '_' || c == '.' || c == '$';
}

static inline int rawbpf__is_name(unsigned char c)
{
	return rawbpf__begins_name(c) || rawbpf__is_decimal(c);
}

static inline const char *rawbpf__after_blanks(const struct rawbpf__cursor *cursor, const char *at)
{
	while (rawbpf__is_blank(rawbpf__byte(cursor, at)))
		at++;
	return at;
}

static inline const char *rawbpf__after_word(const struct rawbpf__cursor *cursor, const char *at)
{
	while (rawbpf__is_name(rawbpf__byte(cursor, at)))
		at++;
	return at;
}

static inline const char *rawbpf__after_line(const struct rawbpf__cursor *cursor, const char *at)
{
	return rawbpf__find_byte(at, cursor->end, '\n');
}

/* The byte at the cursor is a newline: the next line begins behind it. The cursor stays. */
static inline void rawbpf__next_line(struct rawbpf__cursor *cursor)
{
	cursor->line++;
	cursor->line_start = cursor->at + 1;
}

#endif

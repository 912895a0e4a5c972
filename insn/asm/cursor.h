/* SPDX-License-Identifier: MIT */
/*
 * The cursor is the assembler's place in the text. The functions tell which tokens a byte may
 * belong to.
 */
#ifndef RAWBPF_INSN_CURSOR_H
#define RAWBPF_INSN_CURSOR_H

#include "../base/number.h"
#include "../base/string.h"

struct rawbpf__cursor {
	const char *at, *end;		/* the place and end of the text, without its last newline */
	const char *line_start;
	unsigned line;			/* the line of `at`, from 1 */
};

/* Return the byte at a place of the text. Any place behind the text's end has a newline. */
static inline unsigned char rawbpf__byte(const struct rawbpf__cursor *cursor, const char *at)
{
	return at < cursor->end ? *at : '\n';
}

/* Return 1 if a name may begin with the byte. */
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

/*
 * Count a line: the byte at the cursor is a newline. The next line begins behind it. The cursor
 * stays.
 */
static inline void rawbpf__next_line(struct rawbpf__cursor *cursor)
{
	cursor->line++;
	cursor->line_start = cursor->at + 1;
}

#endif

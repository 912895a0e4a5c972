/* SPDX-License-Identifier: MIT */
#include <rawbpf/escape.h>

#include "out.h"
#include "put.h"
#include "utf8.h"

/*
 * Append the escaped form of one character. If `count` is not 0, `at` has `count` bytes of UTF-8.
 * If `count` is 0, `at` has one byte that is not UTF-8.
 */
typedef void rawbpf__escape_one(struct rawbpf__out *out, const unsigned char *at,
				unsigned count, uint32_t point);

/* Return 1 if a terminal shows the character, and 0 if the terminal acts upon it. */
static int escape_is_shown(uint32_t point)
{
	static const struct {
		uint16_t first, last;
	} hidden[] = {
		{ 0, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
	};

	for (unsigned i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (point >= hidden[i].first && point <= hidden[i].last)
			return 0;
	return 1;
}

static void escape_one_for_terminal(struct rawbpf__out *out, const unsigned char *at,
				    unsigned count, uint32_t point)
{
	if (count && point != '\\' && escape_is_shown(point)) {
		rawbpf__out_piece(out, (const char *)at, count);
		return;
	}
	for (unsigned i = 0; i < (count ? count : 1); i++) {
		char piece[4];

		rawbpf__put_escape(piece, at[i]);
		rawbpf__out_piece(out, piece, sizeof(piece));
	}
}

static void escape_one_for_json(struct rawbpf__out *out, const unsigned char *at,
				unsigned count, uint32_t point)
{
	char piece[6] = "\\u";

	if (count && (point == '\\' || point == '"')) {
		piece[1] = point;
		rawbpf__out_piece(out, piece, 2);
		return;
	}
	if (count && escape_is_shown(point)) {
		rawbpf__out_piece(out, (const char *)at, count);
		return;
	}
	if (!count)
		point = 0xdc00 + *at;
	rawbpf__put_byte(rawbpf__put_byte(piece + 2, point >> 8), point);
	rawbpf__out_piece(out, piece, sizeof(piece));
}

static size_t escape_all(char *text, size_t size, const void *bytes, size_t length,
			 rawbpf__escape_one *one)
{
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	const unsigned char *at = bytes, *end = at + length;

	while (at < end) {
		uint32_t point = 0;
		unsigned count = rawbpf__utf8_decode(at, end - at, &point);

		one(&out, at, count, point);
		at += count ? count : 1;
	}
	return out.length;
}

size_t rawbpf_terminal_escape(char *text, size_t size, const void *bytes, size_t length)
{
	return escape_all(text, size, bytes, length, escape_one_for_terminal);
}

size_t rawbpf_json_escape(char *text, size_t size, const void *bytes, size_t length)
{
	return escape_all(text, size, bytes, length, escape_one_for_json);
}

/* SPDX-License-Identifier: MIT */
#include <rawbpf/escape.h>

#include "../base/character.h"
#include "../base/put.h"
#include "../base/string.h"
#include "../base/utf8.h"
#include "shown.h"

enum { CELL_DOTS = 3 };

RAWBPF__PRIVATE struct rawbpf__cell rawbpf__cell_begin(struct rawbpf__out *out, size_t limit)
{
	return (struct rawbpf__cell){ .out = out, .limit = limit, .safe_length = out->length };
}

/* Take back what follows the last safe place, and end the text there. */
static void cell_cut(struct rawbpf__cell *cell)
{
	struct rawbpf__out *out = cell->out;

	out->length = cell->safe_length;
	if (out->length < out->size)
		out->text[out->length] = '\0';
	rawbpf__out_piece(out, "...", CELL_DOTS);
	cell->columns = cell->safe_columns + CELL_DOTS;
	cell->is_cut = 1;
}

/* Append a piece that stands or falls as a whole. */
static void cell_piece(struct rawbpf__cell *cell, const char *piece, size_t count, size_t columns)
{
	if (cell->is_cut)
		return;
	if (cell->columns + columns > cell->limit) {
		cell_cut(cell);
		return;
	}
	rawbpf__out_piece(cell->out, piece, count);
	cell->columns += columns;
	if (cell->columns + CELL_DOTS <= cell->limit) {
		cell->safe_length = cell->out->length;
		cell->safe_columns = cell->columns;
	}
}

RAWBPF__PRIVATE void rawbpf__cell_text(struct rawbpf__cell *cell, const char *text)
{
	for (; *text && !cell->is_cut; text++)
		cell_piece(cell, text, 1, 1);
}

RAWBPF__PRIVATE void rawbpf__cell_number(struct rawbpf__cell *cell, uint64_t number)
{
	char digits[21 + RAWBPF__PUT_SLACK];

	*rawbpf__put_dec(digits, number) = '\0';
	rawbpf__cell_text(cell, digits);
}

RAWBPF__PRIVATE void rawbpf__cell_signed(struct rawbpf__cell *cell, int64_t number)
{
	char digits[21 + RAWBPF__PUT_SLACK];

	*rawbpf__put_signed_dec(digits, number) = '\0';
	rawbpf__cell_text(cell, digits);
}

RAWBPF__PRIVATE void rawbpf__cell_hex(struct rawbpf__cell *cell, uint64_t number)
{
	char digits[17 + RAWBPF__PUT_SLACK];

	rawbpf__cell_text(cell, "0x");
	*rawbpf__put_hex(digits, number) = '\0';
	rawbpf__cell_text(cell, digits);
}

RAWBPF__PRIVATE void rawbpf__cell_hex_byte(struct rawbpf__cell *cell, unsigned byte)
{
	char digits[3];

	*rawbpf__put_byte(digits, byte) = '\0';
	rawbpf__cell_text(cell, digits);
}

RAWBPF__PRIVATE void rawbpf__cell_digits(struct rawbpf__cell *cell, uint64_t number, unsigned digits)
{
	char text[21] = "";

	for (unsigned i = digits; i--; number /= 10)
		text[i] = (char)('0' + number % 10);
	rawbpf__cell_text(cell, text);
}

/* Does this byte look the same in a cell and in JSON? Most do, and each record has many. */
static int cell_is_plain(unsigned char byte)
{
	return rawbpf__is_printable(byte) && byte != '\\' && byte != '"';
}

RAWBPF__PRIVATE void rawbpf__cell_bytes(struct rawbpf__cell *cell, const void *bytes, size_t count)
{
	const unsigned char *at = bytes, *end = at + count;
	char piece[17];

	while (at < end && !cell->is_cut) {
		uint32_t point = 0;
		unsigned length;
		size_t escaped;

		if (cell_is_plain(*at)) {
			cell_piece(cell, (const char *)at++, 1, 1);
			continue;
		}
		length = rawbpf__utf8_decode(at, (size_t)(end - at), &point);
		escaped = (cell->is_json ? rawbpf_json_escape : rawbpf_terminal_escape)(
			piece, sizeof(piece), at, length ? length : 1);
		cell_piece(cell, piece, escaped,
			   escaped == length ? rawbpf__utf8_columns(point) : escaped);
		at += length ? length : 1;
	}
}

RAWBPF__PRIVATE void rawbpf__cell_string(struct rawbpf__cell *cell, const char *string)
{
	rawbpf__cell_bytes(cell, string, rawbpf__length(string));
}

/* -------------------------------------------------------------------- strings of JSON */

static void cell_json(struct rawbpf__out *out, const void *bytes, size_t count)
{
	int fits = out->length < out->size;

	out->length += rawbpf_json_escape(fits ? out->text + out->length : NULL,
					  fits ? out->size - out->length : 0, bytes, count);
}

RAWBPF__PRIVATE void rawbpf__json_bytes(struct rawbpf__out *out, const void *bytes, size_t count)
{
	rawbpf__out_byte(out, '"');
	cell_json(out, bytes, count);
	rawbpf__out_byte(out, '"');
}

RAWBPF__PRIVATE void rawbpf__json_string(struct rawbpf__out *out, const char *string, const char *beside)
{
	rawbpf__out_byte(out, '"');
	cell_json(out, string, rawbpf__length(string));
	if (beside) {
		rawbpf__out_byte(out, '_');
		rawbpf__out_text(out, beside);
	}
	rawbpf__out_byte(out, '"');
}

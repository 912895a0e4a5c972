/* SPDX-License-Identifier: MIT */
#include "character.h"
#include "out.h"
#include "put.h"
#include "string.h"

RAWBPF__PRIVATE struct rawbpf__out rawbpf__out_begin(char *text, size_t size)
{
	if (size)
		text[0] = '\0';
	return (struct rawbpf__out){ .text = text, .size = size };
}

RAWBPF__PRIVATE void rawbpf__out_bytes(struct rawbpf__out *out, const char *bytes, size_t count)
{
	while (count--)
		rawbpf__out_byte(out, *bytes++);
}

RAWBPF__PRIVATE void rawbpf__out_piece(struct rawbpf__out *out, const char *piece, size_t count)
{
	if (out->length + count < out->size)
		rawbpf__out_bytes(out, piece, count);
	else
		out->length += count;
}

RAWBPF__PRIVATE void rawbpf__out_byte(struct rawbpf__out *out, char byte)
{
	if (++out->length < out->size) {
		out->text[out->length - 1] = byte;
		out->text[out->length] = '\0';
	}
}

RAWBPF__PRIVATE void rawbpf__out_text(struct rawbpf__out *out, const char *text)
{
	while (*text)
		rawbpf__out_byte(out, *text++);
}

RAWBPF__PRIVATE void rawbpf__out_repeat(struct rawbpf__out *out, char byte, size_t count)
{
	while (count--)
		rawbpf__out_byte(out, byte);
}

RAWBPF__PRIVATE void rawbpf__out_number(struct rawbpf__out *out, uint64_t number)
{
	char digits[20 + RAWBPF__PUT_SLACK];

	rawbpf__out_bytes(out, digits, rawbpf__put_dec(digits, number) - digits);
}

RAWBPF__PRIVATE void rawbpf__out_signed(struct rawbpf__out *out, int64_t number)
{
	char digits[20 + RAWBPF__PUT_SLACK];

	rawbpf__out_bytes(out, digits, rawbpf__put_signed_dec(digits, number) - digits);
}

RAWBPF__PRIVATE void rawbpf__out_hex(struct rawbpf__out *out, uint64_t number)
{
	char digits[16 + RAWBPF__PUT_SLACK];

	rawbpf__out_bytes(out, digits, rawbpf__put_hex(digits, number) - digits);
}

RAWBPF__PRIVATE void rawbpf__out_hex_byte(struct rawbpf__out *out, unsigned byte)
{
	char digits[2];

	rawbpf__out_bytes(out, digits, rawbpf__put_byte(digits, byte) - digits);
}

RAWBPF__PRIVATE void rawbpf__out_right(struct rawbpf__out *out, unsigned number, size_t width)
{
	char digits[20 + RAWBPF__PUT_SLACK];
	size_t length = rawbpf__put_dec(digits, number) - digits;

	rawbpf__out_repeat(out, ' ', length < width ? width - length : 0);
	rawbpf__out_bytes(out, digits, length);
}

RAWBPF__PRIVATE void rawbpf__out_kernel(struct rawbpf__out *out, unsigned kernel)
{
	rawbpf__out_number(out, kernel >> 8);
	rawbpf__out_byte(out, '.');
	rawbpf__out_number(out, kernel & 255);
}

RAWBPF__PRIVATE int rawbpf__is_plain(unsigned char byte)
{
	return rawbpf__is_printable(byte) || byte == '\t';
}

static void out_escape(struct rawbpf__out *out, unsigned char byte)
{
	char piece[4];

	rawbpf__out_bytes(out, piece, rawbpf__put_escape(piece, byte) - piece);
}

RAWBPF__PRIVATE void rawbpf__out_escaped(struct rawbpf__out *out, unsigned char byte)
{
	if (rawbpf__is_plain(byte))
		rawbpf__out_byte(out, byte);
	else
		out_escape(out, byte);
}

RAWBPF__PRIVATE void rawbpf__out_line(struct rawbpf__out *out, const char *bytes, size_t count)
{
	while (count--)
		rawbpf__out_escaped(out, *bytes++);
}

RAWBPF__PRIVATE void rawbpf__out_string(struct rawbpf__out *out, const char *string)
{
	rawbpf__out_line(out, string, rawbpf__length(string));
}

RAWBPF__PRIVATE void rawbpf__out_name(struct rawbpf__out *out, const char *name)
{
	for (; *name; name++)
		if (rawbpf__is_printable(*name) && *name != '\\')
			rawbpf__out_byte(out, *name);
		else
			out_escape(out, *name);
}

RAWBPF__PRIVATE size_t rawbpf__out_wrap(struct rawbpf__out *out, const char *words, size_t length,
					size_t indent, size_t column)
{
	enum { COLUMNS = 80 };
	const char *end = words + length;

	while (words < end) {
		const char *word = words;

		while (words < end && *words != ' ')
			words++;
		length = (size_t)(words - word);
		words += words < end;
		if (column > indent && column + 1 + length > COLUMNS) {
			rawbpf__out_byte(out, '\n');
			rawbpf__out_repeat(out, ' ', indent);
			column = indent;
		} else if (column != indent) {
			rawbpf__out_byte(out, ' ');
			column++;
		}
		rawbpf__out_line(out, word, length);
		column += length;
	}
	return column;
}

RAWBPF__PRIVATE void rawbpf__out_words(struct rawbpf__out *out, const char *words, size_t indent)
{
	rawbpf__out_wrap(out, words, rawbpf__length(words), indent, indent);
	rawbpf__out_byte(out, '\n');
}

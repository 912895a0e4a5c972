/* SPDX-License-Identifier: MIT */
#include "out.h"
#include "put.h"

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

RAWBPF__PRIVATE void rawbpf__out_hex(struct rawbpf__out *out, unsigned byte)
{
	char digits[2];

	rawbpf__put_byte(digits, byte);
	rawbpf__out_bytes(out, digits, sizeof digits);
}

RAWBPF__PRIVATE int rawbpf__is_plain(unsigned char byte)
{
	return (byte >= ' ' && byte <= '~') || byte == '\t';
}

RAWBPF__PRIVATE void rawbpf__out_escaped(struct rawbpf__out *out, unsigned char byte)
{
	if (rawbpf__is_plain(byte)) {
		rawbpf__out_byte(out, byte);
		return;
	}
	rawbpf__out_text(out, "\\x");
	rawbpf__out_hex(out, byte);
}

RAWBPF__PRIVATE void rawbpf__out_line(struct rawbpf__out *out, const char *bytes, size_t count)
{
	while (count--)
		rawbpf__out_escaped(out, *bytes++);
}

RAWBPF__PRIVATE void rawbpf__out_name(struct rawbpf__out *out, const char *name)
{
	for (; *name; name++)
		if (*name == '\t')
			rawbpf__out_text(out, "\\x09");
		else if (*name == '\\')
			rawbpf__out_text(out, "\\x5c");
		else
			rawbpf__out_escaped(out, *name);
}

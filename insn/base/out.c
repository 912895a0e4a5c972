/* SPDX-License-Identifier: MIT */
#include "out.h"

RAWBPF__PRIVATE void rawbpf__out_byte(struct rawbpf__out *out, char byte)
{
	if (out->length + 1 < out->size) {
		out->text[out->length] = byte;
		out->text[out->length + 1] = '\0';
	}
	out->length++;
}

RAWBPF__PRIVATE void rawbpf__out_text(struct rawbpf__out *out, const char *text)
{
	while (*text)
		rawbpf__out_byte(out, *text++);
}

RAWBPF__PRIVATE void rawbpf__out_number(struct rawbpf__out *out, uint64_t number)
{
	if (number > 9)
		rawbpf__out_number(out, number / 10);
	rawbpf__out_byte(out, '0' + number % 10);
}

RAWBPF__PRIVATE void rawbpf__out_hex(struct rawbpf__out *out, unsigned byte)
{
	rawbpf__out_byte(out, "0123456789abcdef"[byte >> 4 & 15]);
	rawbpf__out_byte(out, "0123456789abcdef"[byte & 15]);
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

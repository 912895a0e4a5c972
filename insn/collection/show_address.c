/* SPDX-License-Identifier: MIT */
/* Addresses of networks: IPv4, and IPv6 as RFC 5952 writes it. */
#include "shown.h"

enum { ADDRESS_WORDS = 8, ADDRESS_V4 = 4, ADDRESS_V6 = 16 };

static void address_v4(struct rawbpf__cell *cell, const unsigned char *bytes)
{
	for (unsigned i = 0; i < ADDRESS_V4; i++) {
		if (i)
			rawbpf__cell_text(cell, ".");
		rawbpf__cell_number(cell, bytes[i]);
	}
}

static unsigned address_word(const unsigned char *bytes, unsigned index)
{
	return (unsigned)bytes[2 * index] << 8 | bytes[2 * index + 1];
}

/* Return the first of the longest runs of zeros, and its length: at least 2, or 0. */
static unsigned address_zeros(const unsigned char *bytes, unsigned *length)
{
	unsigned first = 0, begin = 0;

	*length = 0;
	for (unsigned i = 0; i < ADDRESS_WORDS; i++) {
		if (address_word(bytes, i))
			begin = i + 1;
		else if (i + 1 - begin > *length) {
			*length = i + 1 - begin;
			first = begin;
		}
	}
	if (*length < 2)
		*length = 0;
	return first;
}

static int address_is_mapped(const unsigned char *bytes)
{
	for (unsigned i = 0; i < 5; i++)
		if (address_word(bytes, i))
			return 0;
	return address_word(bytes, 5) == 0xffff;
}

static void address_v6(struct rawbpf__cell *cell, const unsigned char *bytes)
{
	unsigned length, zeros = address_zeros(bytes, &length);

	if (address_is_mapped(bytes)) {
		rawbpf__cell_text(cell, "::ffff:");
		address_v4(cell, bytes + ADDRESS_V6 - ADDRESS_V4);
		return;
	}
	for (unsigned i = 0; i < ADDRESS_WORDS; i++) {
		char digits[5] = "";
		unsigned word = address_word(bytes, i), at = 0;

		if (length && i == zeros) {
			rawbpf__cell_text(cell, "::");
			i += length - 1;
			continue;
		}
		if (i && !(length && i == zeros + length))
			rawbpf__cell_text(cell, ":");
		for (int shift = 12; shift >= 0; shift -= 4)
			if (word >> shift || !shift)
				digits[at++] = "0123456789abcdef"[word >> shift & 15];
		rawbpf__cell_text(cell, digits);
	}
}

RAWBPF__PRIVATE void rawbpf__address(struct rawbpf__cell *cell, enum rawbpf_arch arch, unsigned family,
				     const unsigned char *bytes, size_t room, long port)
{
	int is_v4 = family == RAWBPF__AF_INET || (!family && room < ADDRESS_V6);

	if (family && !is_v4 && family != RAWBPF__AF_INET6) {
		const char *name = rawbpf__name_family(arch, family);

		if (name)
			rawbpf__cell_text(cell, name);
		else
			rawbpf__cell_number(cell, family);
		return;
	}
	if (room < (is_v4 ? ADDRESS_V4 : ADDRESS_V6)) {
		rawbpf__cell_text(cell, "-");
		return;
	}
	if (!is_v4 && !family && address_is_mapped(bytes)) {
		bytes += ADDRESS_V6 - ADDRESS_V4;
		is_v4 = 1;
	}
	if (port >= 0 && !is_v4)
		rawbpf__cell_text(cell, "[");
	if (is_v4)
		address_v4(cell, bytes);
	else
		address_v6(cell, bytes);
	if (port >= 0) {
		rawbpf__cell_text(cell, is_v4 ? ":" : "]:");
		rawbpf__cell_number(cell, (uint64_t)port);
	}
}

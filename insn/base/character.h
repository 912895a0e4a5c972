/* SPDX-License-Identifier: MIT */
/* Classes of characters. */
#ifndef RAWBPF_INSN_CHARACTER_H
#define RAWBPF_INSN_CHARACTER_H

static inline int rawbpf__is_decimal(char c)
{
	return c >= '0' && c <= '9';
}

static inline int rawbpf__is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

/* Return the lower case of a letter. Any other character becomes no letter. */
static inline char rawbpf__lower(char c)
{
	return c | 0x20;
}

static inline char rawbpf__upper(char c)
{
	return rawbpf__is_lower(c) ? c + 'A' - 'a' : c;
}

static inline int rawbpf__is_letter(char c)
{
	return rawbpf__is_lower(rawbpf__lower(c));
}

/* Return 1 if a C name may contain the character. */
static inline int rawbpf__is_word(char c)
{
	return rawbpf__is_letter(c) || rawbpf__is_decimal(c) || c == '_';
}

/* Return 1 for a blank between the words of a line. */
static inline int rawbpf__is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Return 1 for printable ASCII, including the space. */
static inline int rawbpf__is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* Return the value of a hexadecimal digit of either case, or -1 for another character. */
static inline int rawbpf__hex_digit(char c)
{
	char small = rawbpf__lower(c);

	if (rawbpf__is_decimal(c))
		return c - '0';
	return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

#endif

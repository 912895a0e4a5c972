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

/* A letter's lower case. What is no letter becomes none. */
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

/* Part of a name as C has them. */
static inline int rawbpf__is_word(char c)
{
	return rawbpf__is_letter(c) || rawbpf__is_decimal(c) || c == '_';
}

/* Between words of a line. */
static inline int rawbpf__is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Printable ASCII, with the space. */
static inline int rawbpf__is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* The value of a hexadecimal digit of either case; -1: `c` is none. */
static inline int rawbpf__hex_digit(char c)
{
	char small = rawbpf__lower(c);

	if (rawbpf__is_decimal(c))
		return c - '0';
	return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

#endif

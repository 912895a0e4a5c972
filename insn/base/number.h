/* SPDX-License-Identifier: MIT */
/* Numbers out of text. put.h and out.h write them. */
#ifndef RAWBPF_INSN_NUMBER_H
#define RAWBPF_INSN_NUMBER_H

#include "private.h"

static inline int rawbpf__is_decimal(char c)
{
	return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit of either case; -1: `c` is none. */
static inline int rawbpf__hex_digit(char c)
{
	char small = c | 0x20;

	if (rawbpf__is_decimal(c))
		return c - '0';
	return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/*
 * Parse the decimal number at *at and move *at behind it. `end` is the text's end; NULL: a byte
 * that is no digit follows. 0: there is no number, or it is more than UINT_MAX; *at and *number
 * stay.
 */
RAWBPF__PRIVATE int rawbpf__number_parse(const char **at, const char *end, unsigned *number);

#endif

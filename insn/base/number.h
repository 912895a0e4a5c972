/* SPDX-License-Identifier: MIT */
/* Parse numbers in text. put.h and out.h write them. */
#ifndef RAWBPF_INSN_NUMBER_H
#define RAWBPF_INSN_NUMBER_H

#include "character.h"
#include "private.h"

/*
 * Parse the digits at *at, of a base up to 16, and move *at behind them. `end` is the text's end.
 * If `end` is NULL, a byte that is no digit must follow the digits. Without digits *number
 * becomes 0. Return 1, or 0 if the number does not fit 64 bits; *number then has no meaning.
 */
RAWBPF__PRIVATE int rawbpf__digits_parse(const char **at, const char *end, unsigned base,
					 uint64_t *number);

/*
 * Parse a decimal number in the same way. Return 1, or 0 without digits or for a number above
 * UINT_MAX. At 0, *at and *number keep their values.
 */
RAWBPF__PRIVATE int rawbpf__number_parse(const char **at, const char *end, unsigned *number);

/*
 * Return the byte that two hexadecimal digits spell, or -1 if they are not hexadecimal digits. Read
 * no byte behind the first that is none, so `digits` may be a terminated string.
 */
RAWBPF__PRIVATE int rawbpf__hex_byte(const char *digits);

#endif

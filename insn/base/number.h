/* SPDX-License-Identifier: MIT */
/* Numbers out of text. put.h and out.h write them. */
#ifndef RAWBPF_INSN_NUMBER_H
#define RAWBPF_INSN_NUMBER_H

#include "character.h"
#include "private.h"

/*
 * Parse the digits at *at, of a base up to 16, and move *at behind them. `end` is the text's end;
 * NULL: a byte that is no digit follows. Without digits *number is 0. 0: the number does not fit 64
 * bits, and *number is none.
 */
RAWBPF__PRIVATE int rawbpf__digits_parse(const char **at, const char *end, unsigned base,
					 uint64_t *number);

/*
 * The same for a decimal number. 0: there is none, or it is more than UINT_MAX; *at and *number
 * stay.
 */
RAWBPF__PRIVATE int rawbpf__number_parse(const char **at, const char *end, unsigned *number);

/* The byte that two hexadecimal digits are; -1: they are none. */
RAWBPF__PRIVATE int rawbpf__hex_byte(const char *digits);

#endif

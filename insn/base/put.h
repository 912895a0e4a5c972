/* SPDX-License-Identifier: MIT */
/*
 * Append characters to a buffer. The buffer has room for them and for RAWBPF__PUT_SLACK bytes
 * more. A function may overwrite those bytes. Each function returns the place of the next
 * character. No function terminates the text.
 *
 * The inline functions do not branch: they write the most bytes possible, and step back.
 */
#ifndef RAWBPF_INSN_PUT_H
#define RAWBPF_INSN_PUT_H

#include "private.h"

/* The compiler inlines these functions at -Os, too. */
#define RAWBPF__INLINE static inline __attribute__((always_inline))

enum { RAWBPF__PUT_SLACK = 16 };

RAWBPF__PRIVATE char *rawbpf__put(char *at, const char *string);
RAWBPF__PRIVATE char *rawbpf__put_dec(char *at, uint64_t number);
RAWBPF__PRIVATE char *rawbpf__put_hex(char *at, uint64_t number);          /* "1f" */
RAWBPF__PRIVATE char *rawbpf__put_signed_dec(char *at, int64_t number);    /* "-5" */
RAWBPF__PRIVATE char *rawbpf__put_byte(char *at, unsigned byte);           /* "0f" */
RAWBPF__PRIVATE char *rawbpf__put_escape(char *at, unsigned byte);         /* "\x0f" */

/* Append a string of up to 3 characters. Zeros fill `string` up to 4 bytes. */
RAWBPF__INLINE char *rawbpf__put_short(char *at, const char *string)
{
	__builtin_memcpy(at, string, 4);
	return at + (string[0] != 0) + (string[1] != 0) + (string[2] != 0);
}

/* Append a number from 0 to 99. */
RAWBPF__INLINE char *rawbpf__put_small(char *at, unsigned number)
{
	unsigned tens = number * 103 >> 10;

	at[0] = '0' + tens;
	at += tens != 0;
	at[0] = '0' + number - 10 * tens;
	return at + 1;
}

/* Append '-' if *number is negative, and make *number its magnitude. */
RAWBPF__INLINE char *rawbpf__put_minus(char *at, int64_t *number)
{
	int negative = *number < 0;

	at[0] = '-';
	*number = negative ? (int64_t)-(uint64_t)*number : *number;
	return at + negative;
}

/* Load 8 bytes as a little-endian number. */
RAWBPF__INLINE uint64_t rawbpf__put_word(const char *bytes)
{
	uint64_t word;

	__builtin_memcpy(&word, bytes, sizeof(word));
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

RAWBPF__INLINE unsigned rawbpf__put_digit_count(uint32_t number)
{
	return (35 - __builtin_clz(number | 1)) / 4;
}

/* Append 1 to 8 hexadecimal digits, the lowest ones of `number`. */
RAWBPF__INLINE char *rawbpf__put_digits(char *at, uint32_t number, unsigned digits)
{
	uint64_t nibbles = number, letters;

	/* Each nibble moves to its own byte. */
	nibbles = (nibbles << 16 | nibbles) & 0x0000ffff0000ffff;
	nibbles = (nibbles << 8 | nibbles) & 0x00ff00ff00ff00ff;
	nibbles = (nibbles << 4 | nibbles) & 0x0f0f0f0f0f0f0f0f;
	/* Nibbles of 10 and more become letters. */
	letters = (nibbles + 0x0606060606060606) >> 4 & 0x0101010101010101;
	nibbles += 0x3030303030303030 + letters * ('a' - '0' - 10);
	/* The first digit moves to the highest byte. */
	nibbles <<= 64 - 8 * digits;
	if (__BYTE_ORDER__ != __ORDER_BIG_ENDIAN__)
		nibbles = __builtin_bswap64(nibbles);
	__builtin_memcpy(at, &nibbles, sizeof(nibbles));
	return at + digits;
}

#endif

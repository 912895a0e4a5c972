/* SPDX-License-Identifier: MIT */
#include "put.h"

RAWBPF__PRIVATE char *rawbpf__put(char *at, const char *string)
{
	while (*string)
		*at++ = *string++;
	return at;
}

RAWBPF__PRIVATE char *rawbpf__put_dec(char *at, uint64_t number)
{
	char digits[20];
	unsigned count = 0;

	do
		digits[count++] = '0' + number % 10;
	while (number /= 10);
	while (count)
		*at++ = digits[--count];
	return at;
}

RAWBPF__PRIVATE char *rawbpf__put_hex(char *at, uint64_t number)
{
	uint32_t high = number >> 32;
	unsigned digits = rawbpf__put_digit_count(number);

	if (high) {
		at = rawbpf__put_hex(at, high);
		digits = 8;
	}
	return rawbpf__put_digits(at, number, digits);
}

RAWBPF__PRIVATE char *rawbpf__put_signed_dec(char *at, int64_t number)
{
	at = rawbpf__put_minus(at, &number);
	return rawbpf__put_dec(at, number);
}

RAWBPF__PRIVATE char *rawbpf__put_escape(char *at, unsigned byte)
{
	*at++ = '\\';
	*at++ = 'x';
	return rawbpf__put_byte(at, byte);
}

RAWBPF__PRIVATE char *rawbpf__put_byte(char *at, unsigned byte)
{
	*at++ = "0123456789abcdef"[byte >> 4 & 15];
	*at++ = "0123456789abcdef"[byte & 15];
	return at;
}

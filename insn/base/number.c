/* SPDX-License-Identifier: MIT */
#include "number.h"

RAWBPF__PRIVATE int rawbpf__is_decimal(char c)
{
	return c >= '0' && c <= '9';
}

RAWBPF__PRIVATE int rawbpf__hex_digit(char c)
{
	char small = c | 0x20;

	if (rawbpf__is_decimal(c))
		return c - '0';
	return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

RAWBPF__PRIVATE int rawbpf__number_parse(const char **at, const char *end, unsigned *number)
{
	const char *digit = *at;
	unsigned value = 0;

	for (; digit != end && rawbpf__is_decimal(*digit); digit++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *digit - '0', &value))
			return 0;
	if (digit == *at)
		return 0;
	*at = digit;
	*number = value;
	return 1;
}

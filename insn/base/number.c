/* SPDX-License-Identifier: MIT */
#include "number.h"

RAWBPF__PRIVATE int rawbpf__digits_parse(const char **at, const char *end, unsigned base,
					 uint64_t *number)
{
	uint64_t value = 0;
	unsigned digit;
	int fits = 1;

	/*
	 * For another character rawbpf__hex_digit() returns -1, which as unsigned exceeds each
	 * base.
	 */
	for (; *at != end && (digit = rawbpf__hex_digit(**at)) < base; ++*at)
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			fits = 0;
	*number = value;
	return fits;
}

RAWBPF__PRIVATE int rawbpf__number_parse(const char **at, const char *end, unsigned *number)
{
	const char *behind = *at;
	uint64_t value;

	if (!rawbpf__digits_parse(&behind, end, 10, &value) || behind == *at || value >> 32)
		return 0;
	*at = behind;
	*number = value;
	return 1;
}

RAWBPF__PRIVATE int rawbpf__hex_byte(const char *digits)
{
	int high = rawbpf__hex_digit(digits[0]);
	int low = high < 0 ? -1 : rawbpf__hex_digit(digits[1]);

	return low < 0 ? -1 : high << 4 | low;
}

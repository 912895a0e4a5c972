/* SPDX-License-Identifier: MIT */
#include "number.h"

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

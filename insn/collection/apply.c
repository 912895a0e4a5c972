/* SPDX-License-Identifier: MIT */
#include "apply.h"

/* Compute without overflow: numbers wrap around. */
static int64_t apply_wrapping(enum rawbpf_expr_op op, uint64_t a, uint64_t b)
{
	switch (op) {
	case RAWBPF_EXPR_NEGATE:
		return -a;
	case RAWBPF_EXPR_NOT:
		return !a;
	case RAWBPF_EXPR_ADD:
		return a + b;
	case RAWBPF_EXPR_SUBTRACT:
		return a - b;
	case RAWBPF_EXPR_MULTIPLY:
		return a * b;
	case RAWBPF_EXPR_AND:
		return a & b;
	case RAWBPF_EXPR_OR:
		return a | b;
	case RAWBPF_EXPR_SHIFT_LEFT:
		return a << b;
	case RAWBPF_EXPR_EQUAL:
		return a == b;
	case RAWBPF_EXPR_UNEQUAL:
		return a != b;
	case RAWBPF_EXPR_BOTH:
		return a && b;
	default:
		return a || b;
	}
}

/* Shift to the right, and fill with the sign. C leaves this to the compiler. */
static int64_t apply_shift(int64_t a, unsigned bits)
{
	uint64_t sign = a < 0 ? UINT64_MAX : 0;

	return (((uint64_t)a ^ sign) >> bits) ^ sign;
}

RAWBPF__PRIVATE int rawbpf__expr_apply(int64_t *value, enum rawbpf_expr_op op, int64_t a, int64_t b)
{
	switch (op) {
	case RAWBPF_EXPR_DIVIDE:
		if (!b)
			return -EDOM;
		*value = b == -1 ? (int64_t)-(uint64_t)a : a / b;
		return 0;
	case RAWBPF_EXPR_SHIFT_RIGHT:
		if (b < 0 || b > 63)
			return -EDOM;
		*value = apply_shift(a, b);
		return 0;
	case RAWBPF_EXPR_SHIFT_LEFT:
		if (b < 0 || b > 63)
			return -EDOM;
		break;
	case RAWBPF_EXPR_LESS:
		*value = a < b;
		return 0;
	case RAWBPF_EXPR_GREATER:
		*value = a > b;
		return 0;
	default:
		break;
	}
	*value = apply_wrapping(op, a, b);
	return 0;
}

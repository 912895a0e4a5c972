/* SPDX-License-Identifier: MIT */
/* What parser and resolver share: the arithmetic of expressions, signed, of 64 bits, wrapping around. */
#ifndef RAWBPF_INSN_APPLY_H
#define RAWBPF_INSN_APPLY_H

#include <rawbpf/collection_table.h>

#include "../base/private.h"

/* A list: the names of opt.NAME in every file. They are 0 unless the caller gives them a value. */
#define RAWBPF__OWN_OPTIONS "pid\0uid\0uid_set\0tid\0comm_set\0comm0\0comm8\0failed\0"

/*
 * Apply an operation of one number (RAWBPF_EXPR_NEGATE, _NOT: a) or two. Return 0, or -EDOM for a
 * division by 0 and for a shift of less than 0 or more than 63 bits.
 */
RAWBPF__PRIVATE int rawbpf__expr_apply(int64_t *value, enum rawbpf_expr_op op, int64_t a, int64_t b);

#endif

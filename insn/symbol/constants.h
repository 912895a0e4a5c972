/* SPDX-License-Identifier: MIT */
/* Constants of the uapi headers, also by number and prefix: presentations print their names. */
#ifndef RAWBPF_INSN_CONSTANTS_H
#define RAWBPF_INSN_CONSTANTS_H

#include <rawbpf/syscall.h>

#include "../base/private.h"

/* Find the value of a constant. -ENOENT: the table has no such constant. */
RAWBPF__PRIVATE int rawbpf__constant_value(uint64_t *value, enum rawbpf_arch arch,
					   const char *name, size_t length);

/*
 * Return the name and the value of a row, or NULL behind the last. The rows are in the order of
 * the names. So those with one prefix, as "O_", follow one another, from
 * rawbpf__constant_from("O_", 2) on.
 */
RAWBPF__PRIVATE const char *rawbpf__constant_at(int64_t *value, enum rawbpf_arch arch,
						unsigned index);

/* Return the number of the first row that is not less than the name. */
RAWBPF__PRIVATE unsigned rawbpf__constant_from(const char *name, size_t length);

#endif

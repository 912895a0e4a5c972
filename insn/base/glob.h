/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_INSN_GLOB_H
#define RAWBPF_INSN_GLOB_H

#include "private.h"

/*
 * Check whether the `length` bytes at `name` match the whole pattern: `*` stands for any bytes, `?`
 * for one, every other byte for itself. The time is at most the product of the two lengths.
 */
RAWBPF__PRIVATE int rawbpf__glob_matches(const char *glob, const char *name, size_t length);

#endif

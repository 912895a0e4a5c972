/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_INSN_SORT_H
#define RAWBPF_INSN_SORT_H

#include "private.h"

/*
 * Sort the numbers in place, smallest first. Any numbers take at most n log n steps, and no
 * memory.
 */
RAWBPF__PRIVATE void rawbpf__sort(uint64_t *numbers, unsigned count);

#endif

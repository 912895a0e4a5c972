/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_INSN_SORT_H
#define RAWBPF_INSN_SORT_H

#include "private.h"

/* Sort in place, smallest first. Takes n log n steps and no memory, whatever the numbers are. */
RAWBPF__PRIVATE void rawbpf__sort(uint64_t *numbers, unsigned count);

#endif

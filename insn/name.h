/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_INSN_NAME_H
#define RAWBPF_INSN_NAME_H

#include <rawbpf/name.h>

#include "private.h"

/* All names of a kind but helpers, by number, each ended by a NUL, the last by two. */
RAWBPF__PRIVATE const char *rawbpf__name_list(enum rawbpf_name_kind kind);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_INSN_CONSTANT_H
#define RAWBPF_INSN_CONSTANT_H

#include <rawbpf/constant.h>

#include "../base/private.h"

/* By number, each ended by a NUL, the last by two. Who calls this links no other names. */
RAWBPF__PRIVATE const char *rawbpf__name_map_types(void);

#endif

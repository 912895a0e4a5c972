/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_INSN_NAME_H
#define RAWBPF_INSN_NAME_H

#include <rawbpf/name.h>

#include "../base/private.h"

/* By number, each ended by a NUL, the last by two. Who calls this links no other names. */
RAWBPF__PRIVATE const char *rawbpf__name_map_types(void);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_INSN_CONSTANT_H
#define RAWBPF_INSN_CONSTANT_H

#include <rawbpf/constant.h>

#include "../base/private.h"

/*
 * Return the names by number: a NUL ends each name, two NULs end the last one. The caller links
 * no other names.
 */
RAWBPF__PRIVATE const char *rawbpf__name_map_types(void);

#endif

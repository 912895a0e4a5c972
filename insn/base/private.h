/* SPDX-License-Identifier: MIT */
/*
 * Private functions are hidden. They are static when the library is one translation unit. insn/
 * is pure: it includes no header of lib/ and none of a libc.
 */
#ifndef RAWBPF_INSN_PRIVATE_H
#define RAWBPF_INSN_PRIVATE_H

#include <rawbpf/uapi.h>
#include <stddef.h>
#include <stdint.h>

#include "errno.h"

#ifndef RAWBPF__PRIVATE
#define RAWBPF__PRIVATE __attribute__((visibility("hidden")))
#endif

#endif

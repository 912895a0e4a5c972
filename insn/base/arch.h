/* SPDX-License-Identifier: MIT */
/* Architectures: those whose system calls, registers and constants the library knows. */
#ifndef RAWBPF_INSN_ARCH_H
#define RAWBPF_INSN_ARCH_H

#include <rawbpf/syscall.h>

#include "private.h"

enum { RAWBPF__ARCHS = 4 };

/*
 * Return the architecture that the library is built for. RAWBPF_ARCH_NATIVE: it is none of the
 * four.
 */
RAWBPF__PRIVATE enum rawbpf_arch rawbpf__arch_native(void);

/* Return the name of an architecture, "x86_64", or "" for RAWBPF_ARCH_NATIVE and unknown ones. */
RAWBPF__PRIVATE const char *rawbpf__arch_name(enum rawbpf_arch arch);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * rawbpf__arch_syscall(): the machine's own instruction on architectures that have a file here,
 * else libc's syscall(2).
 */
#ifndef RAWBPF_LIB_ARCH_H
#define RAWBPF_LIB_ARCH_H

#if defined(RAWBPF_SYSCALL_LIBC)
#include "libc.h"
#elif defined(__x86_64__) && defined(__LP64__)
#include "x86_64.h"
#elif defined(__aarch64__)
#include "aarch64.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "riscv64.h"
#elif defined(__s390x__)
#include "s390x.h"
#else
#include "libc.h"
#endif

#endif

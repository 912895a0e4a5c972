/* SPDX-License-Identifier: MIT */
#include "arch.h"

#include "string.h"

/* In the order of enum rawbpf_arch. */
static const char arch_names[] = "\0x86_64\0arm64\0riscv64\0s390x\0";

RAWBPF__PRIVATE enum rawbpf_arch rawbpf__arch_native(void)
{
#if defined(__x86_64__)
	return RAWBPF_ARCH_X86_64;
#elif defined(__aarch64__)
	return RAWBPF_ARCH_ARM64;
#elif defined(__riscv) && __riscv_xlen == 64
	return RAWBPF_ARCH_RISCV64;
#elif defined(__s390x__)
	return RAWBPF_ARCH_S390X;
#else
	return RAWBPF_ARCH_NATIVE;
#endif
}

RAWBPF__PRIVATE const char *rawbpf__arch_name(enum rawbpf_arch arch)
{
	return (unsigned)arch <= RAWBPF__ARCHS ? rawbpf__nth(arch_names, arch) : "";
}

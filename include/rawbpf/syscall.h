/* SPDX-License-Identifier: MIT */
/*
 * System calls by name: the number that a raw tracepoint sees, and the kernel's name for the
 * function that the call enters. The table is the library's own; the functions ask no kernel.
 */
#ifndef RAWBPF_SYSCALL_H
#define RAWBPF_SYSCALL_H

#ifdef __cplusplus
extern "C" {
#endif

enum rawbpf_arch {
	RAWBPF_ARCH_NATIVE, /* the one that the library is built for */
	RAWBPF_ARCH_X86_64,
	RAWBPF_ARCH_ARM64,
	RAWBPF_ARCH_RISCV64,
	RAWBPF_ARCH_S390X
};

struct rawbpf_syscall {
	int number;        /* __NR_NAME of <asm/unistd.h> */
	const char *entry; /* "newstat" for stat: its function is __x64_sys_newstat, its tracepoints
	                    * sys_enter_newstat and sys_exit_newstat; NULL: the number has no
	                    * function */
};

/*
 * Fill `call` for the system call `name` ("openat") of native programs, up to Linux 7.3. The
 * running kernel may lack the call, because it is older or built without it.
 *
 * -ENOENT      this architecture has no such call; `name` is NULL
 * -EOPNOTSUPP  RAWBPF_ARCH_NATIVE is not one of the four architectures
 * -EINVAL      `arch` is not an enum rawbpf_arch
 */
int rawbpf_syscall_find(struct rawbpf_syscall *call, enum rawbpf_arch arch, const char *name);

#ifdef __cplusplus
}
#endif
#endif

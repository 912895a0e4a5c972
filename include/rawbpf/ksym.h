/* SPDX-License-Identifier: MIT */
/*
 * Symbols of the running kernel, by /proc/kallsyms: the functions behind the
 * addresses of a stack trace, the address of a function.
 *
 * Each call reads the file once, some hundred thousand lines: tens of
 * milliseconds. So ask for all addresses of a stack, or of many, together.
 */
#ifndef RAWBPF_KSYM_H
#define RAWBPF_KSYM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A function, and a place in it. Names may hold any byte but NUL; longer ones are cut. */
struct rawbpf_ksym {
	uint64_t address; /* in: what to look for */
	uint64_t offset;  /* out: bytes from the function's beginning to there */
	char name[128];   /* out: "" if nothing is known of it */
	char module[64];  /* out: "" in the kernel itself, "bpf" in a program */
};

/*
 * Find the functions that `count` addresses are in, in any order. What is not a
 * function's lies behind one all the same: the kernel does not tell their sizes.
 * Returns how many were found.
 *
 * -EPERM   the kernel hides addresses from this process: kernel.kptr_restrict, or no
 *          CAP_SYSLOG
 * -ENOENT  no /proc, or a kernel without CONFIG_KALLSYMS
 * -ENOMEM                                                                    proc(5)
 */
int rawbpf_ksym_resolve(struct rawbpf_ksym *syms, unsigned count);

/*
 * Find the symbols `name`, functions or variables of the kernel and of modules: their addresses,
 * the first `max` of them, in the order of /proc/kallsyms. Returns how many there are, at least 1:
 * static functions may share a name. Errors as above; -ENOENT: there is none.
 */
int rawbpf_ksym_find(uint64_t *addresses, unsigned max, const char *name);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: MIT */
/*
 * Symbols of the running kernel, from /proc/kallsyms: the functions behind the addresses of a stack
 * trace, and the addresses of a function.
 *
 * Each call reads the file once, some hundred thousand lines, in tens of milliseconds. Therefore
 * ask for all addresses of a stack, or of many stacks, together.
 */
#ifndef RAWBPF_KSYM_H
#define RAWBPF_KSYM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A function, and a place in it. Names may hold any byte but NUL; a longer name is cut. */
struct rawbpf_ksym {
	uint64_t address; /* in: the address to look up */
	uint64_t offset;  /* out: bytes from the function's beginning to there */
	char name[128];   /* out: "" if nothing is known of it */
	char module[64];  /* out: "" in the kernel itself, "bpf" in a program */
};

/*
 * Find the functions that contain `count` addresses, in any order. The kernel does not say how long
 * a function is: an address past the end of one is reported as a place in it. Return the number of
 * addresses found.
 *
 * -EPERM   the kernel hides addresses from this process: kernel.kptr_restrict, or no
 *          CAP_SYSLOG
 * -ENOENT  /proc is not mounted, or the kernel was built without CONFIG_KALLSYMS
 * -ENOMEM                                                                    proc(5)
 */
int rawbpf_ksym_resolve(struct rawbpf_ksym *syms, unsigned count);

/*
 * Store the addresses of the symbols `name`, functions or variables of the kernel and of modules:
 * the first `max` of them, in the order of /proc/kallsyms. Return the number of symbols, at least
 * 1; static functions may share a name. Errors as above; -ENOENT also: no symbol has the name.
 */
int rawbpf_ksym_find(uint64_t *addresses, unsigned max, const char *name);

#ifdef __cplusplus
}
#endif
#endif

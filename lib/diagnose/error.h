/* SPDX-License-Identifier: MIT */
/* What is known of an operation, and what explaining it asks the machine. */
#ifndef RAWBPF_LIB_ERROR_H
#define RAWBPF_LIB_ERROR_H

#include <linux/capability.h>
#include <rawbpf/error.h>

#include "../sys/sys.h"

/* Newer than the capability header of some systems that run newer kernels. */
enum { RAWBPF__CAP_PERFMON = 38, RAWBPF__CAP_BPF = 39 };

#define RAWBPF__BIT(n) ((uint64_t)1 << (n))
#define RAWBPF__KERNEL(major, minor) ((major) << 8 | (minor))

/*
 * Sentences are strings one after the other, the last one empty: the name of an errno, ": ", and
 * what it means, "; ", what to do, with @ for the name of what was asked for. Those of EPERM and
 * EACCES are for the case that no capability is missing. One array for each operation, so that the
 * linker can leave it out with the operation: of string literals it keeps all.
 */
struct rawbpf_operation {
	uint64_t (*capabilities)(unsigned type); /* bits; NULL: none. CAP_SYS_ADMIN holds them all */
	const char *(*look)(const struct rawbpf_error *error); /* at the machine: a sentence, or NULL */
	const char *more_sentences;              /* that several operations share, or NULL */
	unsigned short (*kernel)(unsigned type); /* the first with it; NULL: the oldest supported */
	char asks_perf;                          /* kernel.perf_event_paranoid matters */
	char eacces_is_verifier;                 /* EACCES does not mean privilege */
	char einval_is_denial;                   /* EINVAL does, if one is missing */
	char sentences[];
};

RAWBPF__PRIVATE uint64_t rawbpf__capabilities_of_map(unsigned type);
RAWBPF__PRIVATE uint64_t rawbpf__capabilities_of_prog(unsigned type);
RAWBPF__PRIVATE uint64_t rawbpf__capabilities_of_bpf(unsigned type);
RAWBPF__PRIVATE uint64_t rawbpf__capabilities_of_perf(unsigned type);
RAWBPF__PRIVATE uint64_t rawbpf__capabilities_of_net(unsigned type);
RAWBPF__PRIVATE uint64_t rawbpf__capabilities_of_admin(unsigned type);

/* This process is not of the machine's first user namespace. */
RAWBPF__PRIVATE int rawbpf__in_user_namespace(void);
/* 5 << 8 | 10; 0: unknown. */
RAWBPF__PRIVATE unsigned rawbpf__kernel(void);
/* Maps and programs are counted against a limit on locked memory. */
RAWBPF__PRIVATE int rawbpf__memlock_is_limited(void);
RAWBPF__PRIVATE int rawbpf__is_locked_down(void);
/* Switched off, so that attached programs are never called. 0 also where nobody can tell. */
RAWBPF__PRIVATE int rawbpf__kprobes_are_off(void);
RAWBPF__PRIVATE int rawbpf__bpf_lsm_is_off(void);
RAWBPF__PRIVATE int rawbpf__exists(const char *path);
RAWBPF__PRIVATE int rawbpf__is_bpffs(const char *path);

#endif

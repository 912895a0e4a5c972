/* SPDX-License-Identifier: MIT */
/* What is known of an operation, and what explaining it asks the machine. */
#ifndef RAWBPF_LIB_ERROR_H
#define RAWBPF_LIB_ERROR_H

#include <linux/capability.h>
#include <rawbpf/error.h>

#include "error_look.h"

/* Newer than the capability header of some systems that run newer kernels. */
enum { RAWBPF__CAP_PERFMON = 38, RAWBPF__CAP_BPF = 39 };

#define RAWBPF__BIT(n) ((uint64_t)1 << (n))
#define RAWBPF__NEEDS_BPF RAWBPF__BIT(RAWBPF__CAP_BPF)
#define RAWBPF__NEEDS_PERFMON RAWBPF__BIT(RAWBPF__CAP_PERFMON)
#define RAWBPF__NEEDS_NET RAWBPF__BIT(CAP_NET_ADMIN)
#define RAWBPF__NEEDS_ADMIN RAWBPF__BIT(CAP_SYS_ADMIN)

/*
 * How functions fail. Sentences are strings one after the other, the last one empty: the name of an
 * errno, ": ", and what it means, "; ", what to do, with @ for the name of what was asked for. Those
 * of EPERM and EACCES are for the case that no capability is missing. They are one array with the
 * rest, so that the linker can leave them out: of string literals it keeps all.
 */
struct rawbpf_failures {
	uint64_t capabilities;                   /* bits. CAP_SYS_ADMIN holds them all */
	uint64_t (*capabilities_of)(unsigned type); /* and these, for the type; or NULL */
	unsigned short kernel;                   /* the first with it; 0: the oldest supported */
	unsigned short (*kernel_of)(unsigned type); /* the same for the type, or NULL */
	const char *(*look)(const struct rawbpf_error *error); /* at the machine: a sentence, or NULL */
	const char *more_sentences;              /* that several have, or NULL */
	const struct rawbpf_failures *of_cgroups; /* instead, of programs for cgroups; or NULL */
	char asks_perf;                          /* kernel.perf_event_paranoid matters */
	char eacces_is_verifier;                 /* EACCES does not mean privilege */
	char einval_is_denial;                   /* EINVAL does, if one is missing */
	char sentences[];
};

/* Several functions may fail alike. */
#define RAWBPF__OPERATION(NAME, FAILURES) \
	const struct rawbpf_operation RAWBPF_##NAME[1] = { { &(FAILURES) } }

#endif

/* SPDX-License-Identifier: MIT */
/* The facts about an operation that explain its errors. */
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
 * How functions fail. `sentences` has strings one after the other; the last one is empty. A string
 * is an errno's name, ": ", its meaning, "; ", and the remedy. @ stands for the name that the
 * caller asked for. Sentences of EPERM and EACCES apply if no capability is missing. They are one
 * array with the other fields, so that the linker can leave them out. It keeps all string literals.
 */
struct rawbpf_failures {
	uint64_t capabilities;                   /* bits; CAP_SYS_ADMIN holds them all */
	uint64_t (*capabilities_of)(unsigned type); /* more of them, for the type; or NULL */
	unsigned short kernel;                   /* first with it; 0: the oldest supported */
	unsigned short (*kernel_of)(unsigned type); /* the same for the type, or NULL */
	const char *(*look)(const struct rawbpf_error *error); /* looks at the machine: a sentence, or NULL */
	const char *more_sentences;              /* shared by several, or NULL */
	const struct rawbpf_failures *of_cgroups; /* replaces these, for cgroups' programs; or NULL */
	char asks_perf;                          /* kernel.perf_event_paranoid matters */
	char eacces_is_verifier;                 /* EACCES does not mean privilege */
	char einval_is_denial;                   /* EINVAL does, if a capability is missing */
	char sentences[];
};

/* Several functions may fail alike. */
#define RAWBPF__OPERATION(NAME, FAILURES) \
	const struct rawbpf_operation RAWBPF_##NAME[1] = { { &(FAILURES) } }

#endif

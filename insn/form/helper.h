/* SPDX-License-Identifier: MIT */
/* Names of the kernel's helpers, as in BPF_FUNC_* and the verifier's log, but without "bpf_". */
#ifndef RAWBPF_INSN_HELPER_H
#define RAWBPF_INSN_HELPER_H

#include "../base/private.h"

/* Return a helper's name: "map_lookup_elem" for 1. Return NULL for an unknown number. */
RAWBPF__PRIVATE const char *rawbpf__helper_name(uint32_t number);

/*
 * Return a helper's number: 1 for "map_lookup_elem", of `length` bytes. "bpf_" may precede the
 * name. Return -ENOENT for an unknown name.
 */
RAWBPF__PRIVATE int rawbpf__helper_find(const char *name, size_t length);

/* Return the kernel that brought the helper, as 5 << 8 | 12, or 0 if unknown. */
RAWBPF__PRIVATE unsigned rawbpf__helper_kernel(uint32_t number);

struct rawbpf__helper {
	const char *returns;	/* its C type */
	const char *arguments;	/* "const char *fmt, u32 fmt_size, ...", or "void" */
	uint64_t types;		/* bit N: programs of type N may call it, on Linux 6.18 */
	int gpl;		/* only programs under a GPL-compatible license may call it */
};

/* Fill in `helper`. Return 0, or -ENOENT. */
RAWBPF__PRIVATE int rawbpf__helper_get(struct rawbpf__helper *helper, uint32_t number);
/* Return argument `which`, 1 to 5, of *length bytes, or NULL if the helper has fewer arguments. */
RAWBPF__PRIVATE const char *rawbpf__helper_argument(const struct rawbpf__helper *helper,
						    unsigned which, size_t *length);

#endif

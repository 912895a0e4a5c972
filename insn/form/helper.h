/* SPDX-License-Identifier: MIT */
/* Names of the kernel's helpers, as BPF_FUNC_* and the verifier's log have them, but for "bpf_". */
#ifndef RAWBPF_INSN_HELPER_H
#define RAWBPF_INSN_HELPER_H

#include "../base/private.h"

/* "map_lookup_elem" for 1; NULL: there is no such helper. */
RAWBPF__PRIVATE const char *rawbpf__helper_name(uint32_t number);

/* 1 for "map_lookup_elem", of `length` bytes; "bpf_" before it does no harm. -ENOENT: none. */
RAWBPF__PRIVATE int rawbpf__helper_find(const char *name, size_t length);

/* The kernel that brought it: 5 << 8 | 12. 0: not known. */
RAWBPF__PRIVATE unsigned rawbpf__helper_kernel(uint32_t number);

struct rawbpf__helper {
	const char *returns;	/* its C type */
	const char *arguments;	/* "const char *fmt, u32 fmt_size, ...", or "void" */
	uint64_t types;		/* bit N: programs of type N may call it, on Linux 6.18 */
	int gpl;		/* only under a license that is compatible with the GPL */
};

/* 0, or -ENOENT. */
RAWBPF__PRIVATE int rawbpf__helper_get(struct rawbpf__helper *helper, uint32_t number);
/* Argument 1 to 5, `*length` bytes; NULL: it has fewer. */
RAWBPF__PRIVATE const char *rawbpf__helper_argument(const struct rawbpf__helper *helper,
						    unsigned which, size_t *length);

#endif

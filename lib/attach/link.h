/* SPDX-License-Identifier: MIT */
/* Common to all functions that attach by a bpf link. */
#ifndef RAWBPF_LIB_LINK_H
#define RAWBPF_LIB_LINK_H

#include <rawbpf/link.h>

#include "../sys/sys.h"

/* Check that the caller gave the name of a target: it is neither NULL nor empty. */
RAWBPF__PRIVATE int rawbpf__is_given(const char *name);

/* Make `link` hold the bpf link `fd`. Return a negative errno that `fd` is, and leave `link` inert. */
RAWBPF__PRIVATE int rawbpf__link_set(struct rawbpf_link *link, int fd);

/* Call BPF_LINK_CREATE with one of the structs that begin with a struct rawbpf__link_attr. */
RAWBPF__PRIVATE int rawbpf__link_create(struct rawbpf_link *link, const void *attr, size_t size);

/* Do the same for hooks where several programs have an order. `anchor` may be NULL. */
RAWBPF__PRIVATE int rawbpf__link_create_at(struct rawbpf_link *link, int prog, int target,
					   unsigned attach_type,
					   const struct rawbpf_anchor *anchor);

#endif

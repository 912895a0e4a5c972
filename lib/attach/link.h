/* SPDX-License-Identifier: MIT */
/* What all functions share that attach by a bpf link. */
#ifndef RAWBPF_LIB_LINK_H
#define RAWBPF_LIB_LINK_H

#include <rawbpf/link.h>

#include "../sys/sys.h"

/* A name of what to attach to, which may be NULL or empty: then there is none. */
RAWBPF__PRIVATE int rawbpf__is_given(const char *name);

/* `fd` is a bpf link, or a negative errno, which is returned and leaves `link` inert. */
RAWBPF__PRIVATE int rawbpf__link_set(struct rawbpf_link *link, int fd);

/* BPF_LINK_CREATE with one of the structs that begin with a struct rawbpf__link_attr. */
RAWBPF__PRIVATE int rawbpf__link_create(struct rawbpf_link *link, const void *attr, size_t size);

/* The same for hooks where several programs have an order; `anchor` may be NULL. */
RAWBPF__PRIVATE int rawbpf__link_create_at(struct rawbpf_link *link, int prog, int target,
					   unsigned attach_type,
					   const struct rawbpf_anchor *anchor);

#endif

/* SPDX-License-Identifier: MIT */
/* What the files on BTF share. */
#ifndef RAWBPF_INSN_BTF_H
#define RAWBPF_INSN_BTF_H

#include <rawbpf/btf.h>

#include "../base/private.h"

/* What the kind of a type adds to it. */
RAWBPF__PRIVATE const void *rawbpf__btf_addition(const struct btf_type *type);

/* Is the string at `offset` the `length` bytes at `name`? */
RAWBPF__PRIVATE int rawbpf__btf_names(const struct rawbpf_btf *btf, uint32_t offset,
				      const char *name, size_t length);

#endif

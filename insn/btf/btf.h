/* SPDX-License-Identifier: MIT */
/* Declarations that the files on BTF share. */
#ifndef RAWBPF_INSN_BTF_H
#define RAWBPF_INSN_BTF_H

#include <rawbpf/btf.h>

#include "../base/private.h"

/* Return the data that a type's kind adds to the type. */
RAWBPF__PRIVATE const void *rawbpf__btf_addition(const struct btf_type *type);

/* Return 1 if the string at `offset` is the `length` bytes at `name`. */
RAWBPF__PRIVATE int rawbpf__btf_names(const struct rawbpf_btf *btf, uint32_t offset,
				      const char *name, size_t length);

#endif

/* SPDX-License-Identifier: MIT */
/* The kernel's BTF for those who look for a few names. */
#ifndef RAWBPF_LIB_BTF_H
#define RAWBPF_LIB_BTF_H

#include <rawbpf/btf.h>

#include "../sys/sys.h"

/*
 * Open the kernel's BTF as rawbpf_btf_kernel_open() does, but leave most types unchecked until
 * somebody looks for them. To check all takes longer than to load five programs. The BTF is for one
 * thread. Its first broken type ends it.
 */
RAWBPF__PRIVATE int rawbpf__btf_kernel_open_partly(struct rawbpf_btf *btf);

#endif

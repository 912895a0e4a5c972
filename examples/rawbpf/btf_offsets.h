/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLES_RAWBPF_BTF_OFFSETS_H
#define EXAMPLES_RAWBPF_BTF_OFFSETS_H

#include "tool.h"

/*
 * Print an offsets file with these names, NULL behind the last. `release` is the kernel's, or "".
 * Returns OK, or FAILED after a message.
 */
int btf_offsets_print(const struct rawbpf_btf *btf, const char *release, char **names);

#endif

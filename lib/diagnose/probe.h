/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_LIB_PROBE_H
#define RAWBPF_LIB_PROBE_H

#include "../sys/sys.h"

/* *has becomes 1 for a descriptor, which is closed, else 0. An error that tells nothing is returned. */
RAWBPF__PRIVATE int rawbpf__probe_has(int *has, int fd);

#endif

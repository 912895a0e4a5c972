/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_LIB_PROBE_H
#define RAWBPF_LIB_PROBE_H

#include "../sys/sys.h"

/* Set *has to 1 for a descriptor, and close it; else to 0. Returns 0, or an error that does not answer. */
RAWBPF__PRIVATE int rawbpf__probe_has(int *has, int fd);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_LIB_PROBE_H
#define RAWBPF_LIB_PROBE_H

#include "../sys/sys.h"

/* Close what was made: 1. Else 0 if the kernel does not know it, or the error. */
RAWBPF__PRIVATE int rawbpf__probe_result(int fd);

#endif

/* SPDX-License-Identifier: MIT */
/* CPUs in sysfs: lists of them, as "0-3,8-11" or "0,2", and when each came online. */
#ifndef RAWBPF_LIB_CPU_H
#define RAWBPF_LIB_CPU_H

#include "sys.h"

enum { RAWBPF__CPUS_AT_MOST = 8192 }; /* as many as a kernel can be built for */

/*
 * Read the next range of CPUs at *list, and move past it. A single CPU has first == last. Returns
 * 1, 0 at the end, or -EINVAL if the list has another form.
 */
RAWBPF__PRIVATE int rawbpf__cpu_range_parse(const char **list, unsigned *first, unsigned *last);

/*
 * Return the inode number of the CPU's topology directory, 0 if it does not exist. sysfs makes the
 * directory anew, with another number, each time the CPU comes online. A perf event does not survive
 * its CPU's going, even if the CPU has come back between two looks.
 */
RAWBPF__PRIVATE uint64_t rawbpf__cpu_birth(unsigned number);

#endif

/* SPDX-License-Identifier: MIT */
/* Lists of CPUs in the form of sysfs: "0-3,8-11", "0,2". */
#ifndef RAWBPF_LIB_CPU_H
#define RAWBPF_LIB_CPU_H

#include "sys.h"

/*
 * Read the next range of CPUs at *list, and move past it. A single CPU has first == last. Returns
 * 1, 0 at the end, or -EINVAL if the list has another form.
 */
RAWBPF__PRIVATE int rawbpf__cpu_range_parse(const char **list, unsigned *first, unsigned *last);

#endif

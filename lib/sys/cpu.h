/* SPDX-License-Identifier: MIT */
/* Lists of CPUs as sysfs has them: "0-3,8-11", "0,2". */
#ifndef RAWBPF_LIB_CPU_H
#define RAWBPF_LIB_CPU_H

#include "sys.h"

/*
 * The next range of CPUs at *list, a single one as first == last; moves past it. 1, 0 at the end, or
 * -EINVAL: not in that form.
 */
RAWBPF__PRIVATE int rawbpf__cpu_range_parse(const char **list, unsigned *first, unsigned *last);

#endif

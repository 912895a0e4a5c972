/* SPDX-License-Identifier: MIT */
/* Symbols of /proc/kallsyms, for what attaches to them. */
#ifndef RAWBPF_LIB_KSYM_H
#define RAWBPF_LIB_KSYM_H

#include "../sys/sys.h"

/*
 * Store the addresses of the functions whose names match `glob`: the first `max` of them. Returns
 * their number, or an error of rawbpf_ksym_find().
 */
RAWBPF__PRIVATE int rawbpf__ksym_functions(uint64_t *addresses, unsigned max, const char *glob);

#endif

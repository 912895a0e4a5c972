/* SPDX-License-Identifier: MIT */
/* Detach programs. */
#ifndef RAWBPF_LIB_LIVE_END_H
#define RAWBPF_LIB_LIVE_END_H

#include <rawbpf/live.h>

#include "../sys/sys.h"

/*
 * Detach the programs from number `first` on, in reverse order, and with `is_close` close them.
 * Return the first error.
 */
RAWBPF__PRIVATE int rawbpf__live_programs_end(struct rawbpf_live *live, unsigned first,
					      int is_close);

#endif

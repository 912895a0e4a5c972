/* SPDX-License-Identifier: MIT */
/* Load one program. */
#ifndef RAWBPF_LIB_LIVE_LOAD_H
#define RAWBPF_LIB_LIVE_LOAD_H

#include <rawbpf/live.h>

#include "../sys/sys.h"

/* Resolve and load a program. Return 0, or an error of which `live` has a reason. */
RAWBPF__PRIVATE int rawbpf__live_load(struct rawbpf_live *live,
				      struct rawbpf_live_program *program);

#endif

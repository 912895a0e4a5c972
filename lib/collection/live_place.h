/* SPDX-License-Identifier: MIT */
/* Attach one program, or check its place. */
#ifndef RAWBPF_LIB_LIVE_PLACE_H
#define RAWBPF_LIB_LIVE_PLACE_H

#include <rawbpf/live.h>

#include "../sys/sys.h"

/* Attach a loaded program. Return 0, or an error of which `live` has a reason. */
RAWBPF__PRIVATE int rawbpf__live_place_attach(struct rawbpf_live *live,
					      struct rawbpf_live_program *program);

/* Ask the kernel whether it has the program's place, without attaching the program. Results as above. */
RAWBPF__PRIVATE int rawbpf__live_place_check(struct rawbpf_live *live,
					     const struct rawbpf_live_program *program);

/* Put a loaded program into the prog array that its place names, if it names one. Results as above. */
RAWBPF__PRIVATE int rawbpf__live_tail_fill(struct rawbpf_live *live,
					   const struct rawbpf_live_program *program);

#endif

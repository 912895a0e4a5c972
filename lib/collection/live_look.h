/* SPDX-License-Identifier: MIT */
/* What a collection needs to know of the machine. */
#ifndef RAWBPF_LIB_LIVE_LOOK_H
#define RAWBPF_LIB_LIVE_LOOK_H

#include <rawbpf/live.h>

#include "../sys/sys.h"

/* Fill live->env. */
RAWBPF__PRIVATE void rawbpf__live_look(struct rawbpf_live *live);

/* Read the formats of the file's tracepoints. `memory` has rawbpf__live_formats_size() bytes. */
RAWBPF__PRIVATE size_t rawbpf__live_formats_size(const struct rawbpf_collection *collection);
RAWBPF__PRIVATE void rawbpf__live_formats_read(struct rawbpf_live *live, void *memory);

#endif

/* SPDX-License-Identifier: MIT */
/* The maps and rings of a collection. */
#ifndef RAWBPF_LIB_LIVE_MAP_H
#define RAWBPF_LIB_LIVE_MAP_H

#include <rawbpf/live.h>
#include <rawbpf/ring.h>

#include "../sys/sys.h"

/* A ring that is read. */
struct rawbpf_live_ring {
	struct rawbpf_ring ring;
	struct rawbpf_live *live;
	unsigned map;
};

/* Create the maps, or take those that are pinned, and open the rings. */
RAWBPF__PRIVATE int rawbpf__live_maps_open(struct rawbpf_live *live);

/* Close what it opened. */
RAWBPF__PRIVATE void rawbpf__live_maps_close(struct rawbpf_live *live);

#endif

/* SPDX-License-Identifier: MIT */
/* A ring buffer is memory, wherever it comes from: mmap(2), or a test. */
#ifndef RAWBPF_LIB_RING_H
#define RAWBPF_LIB_RING_H

#include <rawbpf/ring.h>

#include "sys.h"

/*
 * Read on from *consumer. `size`, a power of two, is that of the data, which is in memory twice,
 * one behind the other. -EBADMSG: a position that no consumer left there.
 */
RAWBPF__PRIVATE int rawbpf__ring_begin(struct rawbpf_ring *ring, unsigned long *consumer,
				       const unsigned long *producer, const void *data, size_t size);

#endif

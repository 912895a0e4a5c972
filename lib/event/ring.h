/* SPDX-License-Identifier: MIT */
/* A ring buffer is memory, wherever it comes from: mmap(2), or a test. */
#ifndef RAWBPF_LIB_RING_H
#define RAWBPF_LIB_RING_H

#include <rawbpf/ring.h>

#include "../sys/sys.h"

/* A record is a header, of which the first 4 bytes are its length and two flags, and the payload. */
#define RAWBPF__RING_BUSY ((uint32_t)1 << 31)    /* reserved, not yet submitted */
#define RAWBPF__RING_DISCARD ((uint32_t)1 << 30) /* reserved and given up */
enum { RAWBPF__RING_HEADER_SIZE = 8 };

/* The kernel's two mappings of a ring: the consumer's page; the producer's, and the data twice. */
struct rawbpf__ring_pages {
	unsigned long *consumer;
	unsigned long *producer;
	unsigned char *data;
	size_t size, page;
	int overwrites; /* the oldest records, when there is no more room */
};

/*
 * The position that is ours to write, the consumer's or a user ring's producer's. The kernel's
 * positions are longs of its own, which have 64 bits although ours may have 32. Where the lower half
 * comes first it does no harm to write 64 to a kernel of 32: nobody uses what is behind. The lower
 * half goes first: between the two stores the kernel sees a position that is too low, and refuses,
 * or has nothing to read, for once.
 */
static inline uint64_t rawbpf__ring_own_position(const unsigned long *at)
{
	uint64_t position = *at;

#if !defined(__LP64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	position |= (uint64_t)at[1] << 32;
#endif
	return position;
}

static inline void rawbpf__ring_set_own_position(unsigned long *at, uint64_t position)
{
	__atomic_store_n(at, (unsigned long)position, __ATOMIC_RELEASE);
#if !defined(__LP64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (at[1] != position >> 32)
		__atomic_store_n(at + 1, position >> 32, __ATOMIC_RELEASE);
#endif
}

/*
 * Map the ring of a map that has to be of `type`, -EINVAL if it is not. What is mapped holds the
 * map.
 */
RAWBPF__PRIVATE int rawbpf__ring_map(struct rawbpf__ring_pages *pages, int map, unsigned type,
				     int consumer_protection, int producer_protection);
/* Of a ring that is closed, `page` is 0. */
RAWBPF__PRIVATE void rawbpf__ring_unmap(const unsigned long *consumer, const unsigned long *producer,
					size_t size, size_t page);

/*
 * Read on from where the consumer is. `size`, a power of two, is that of the data, which is in
 * memory twice, one behind the other. `copy` is NULL, or `size` bytes, if records are overwritten
 * while they are read; page 1 has then three numbers: where the producers are, one that is not
 * used, and where the oldest record is. -EBADMSG: a position that nobody left there.
 */
RAWBPF__PRIVATE int rawbpf__ring_begin(struct rawbpf_ring *ring,
				       const struct rawbpf__ring_pages *pages, void *copy);

#endif

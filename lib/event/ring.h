/* SPDX-License-Identifier: MIT */
/* A ring buffer is memory from any source: mmap(2), or a test. */
#ifndef RAWBPF_LIB_RING_H
#define RAWBPF_LIB_RING_H

#include <rawbpf/ring.h>

#include "../sys/sys.h"

/* A record is a header and the payload. The header's first 4 bytes are its length and two flags. */
#define RAWBPF__RING_BUSY ((uint32_t)1 << 31)    /* reserved, not yet submitted */
#define RAWBPF__RING_DISCARD ((uint32_t)1 << 30) /* reserved and given up */
enum { RAWBPF__RING_HEADER_SIZE = 8 };

/* The kernel's two mappings of a ring: the consumer's page; the producer's, and the data twice. */
struct rawbpf__ring_pages {
	unsigned long *consumer;
	unsigned long *producer;
	unsigned char *data;
	size_t size, page;
	int overwrites; /* producers overwrite the oldest records when the ring is full */
};

/*
 * Read and write the position that is ours: the consumer's, or a user ring's producer's. The
 * kernel's positions are its own longs, which may have 64 bits while ours have 32. On a
 * little-endian machine we may write 64 bits to a 32-bit kernel: it does not use the bytes behind.
 * We store the lower half first. Between the two stores the kernel sees a position that is too low.
 * It then rejects a request, or finds nothing to read, once.
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

/* Map the ring of a map of `type`; -EINVAL if the map has another type. The mapping holds the map. */
RAWBPF__PRIVATE int rawbpf__ring_map(struct rawbpf__ring_pages *pages, int map, unsigned type,
				     int consumer_protection, int producer_protection);
/* Unmap a ring. `page` is 0 for a closed ring, which stays as it is. */
RAWBPF__PRIVATE void rawbpf__ring_unmap(const unsigned long *consumer, const unsigned long *producer,
					size_t size, size_t page);

/*
 * Begin to read a ring at the consumer's position. `size` is a power of two. The memory has the
 * data twice, one copy behind the other. `copy` is NULL, or `size` bytes for a ring whose producers
 * overwrite records. Page 1 of such a ring has three numbers: the producers' position, an unused
 * one, the oldest record's position. -EBADMSG: the consumer's or the producers' position is
 * impossible.
 */
RAWBPF__PRIVATE int rawbpf__ring_begin(struct rawbpf_ring *ring,
				       const struct rawbpf__ring_pages *pages, void *copy);

#endif

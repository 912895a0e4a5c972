/* SPDX-License-Identifier: MIT */
/* A ring buffer of our own in memory, laid out like the kernel's, to write anything into. */
#ifndef TEST_RING_FAKE_H
#define TEST_RING_FAKE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../lib/ring.h"

#define FAKE_BUSY 0x80000000u
#define FAKE_DISCARD 0x40000000u

struct fake_ring {
	unsigned long consumer, producer;
	unsigned char *data; /* twice, one behind the other */
	size_t size;
};

/* Empty, with both positions at `position`. */
static inline void fake_ring_open(struct fake_ring *fake, size_t size, unsigned long position)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);
	unsigned char *data = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || ftruncate(fd, size) || data == MAP_FAILED)
		abort();
	for (int half = 0; half < 2; half++)
		if (mmap(data + half * size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			 fd, 0) == MAP_FAILED)
			abort();
	close(fd);
	*fake = (struct fake_ring){ position, position, data, size };
}

static inline void fake_ring_close(struct fake_ring *fake)
{
	munmap(fake->data, 2 * fake->size);
}

static inline int fake_ring_begin(struct rawbpf_ring *ring, struct fake_ring *fake,
				  rawbpf_record_fn *handle, void *context)
{
	*ring = (struct rawbpf_ring){ .handle = handle, .context = context };
	return rawbpf__ring_begin(ring, &fake->consumer, &fake->producer, fake->data, fake->size);
}

static inline uint32_t *fake_ring_header(struct fake_ring *fake, unsigned long position)
{
	return (uint32_t *)(fake->data + (position & (fake->size - 1)));
}

/*
 * Reserve as a program does, for a payload of `size` bytes; 0: no room. All orders are those of the
 * kernel's.
 */
static inline uint32_t *fake_ring_reserve(struct fake_ring *fake, uint32_t size)
{
	unsigned long consumer = __atomic_load_n(&fake->consumer, __ATOMIC_ACQUIRE);
	unsigned long end = fake->producer + ((size + 8 + 7) & ~7ul);
	uint32_t *header = fake_ring_header(fake, fake->producer);

	if (end - consumer > fake->size - 1)
		return NULL;
	__atomic_store_n(header, size | FAKE_BUSY, __ATOMIC_RELAXED);
	__atomic_store_n(&fake->producer, end, __ATOMIC_RELEASE);
	return header;
}

static inline void fake_ring_submit(uint32_t *header, uint32_t flags)
{
	__atomic_exchange_n(header, (*header & ~FAKE_BUSY) | flags, __ATOMIC_SEQ_CST);
}

/* A record all of whose 8-byte words, at least one, are `number`; 0: no room. */
static inline int fake_ring_put(struct fake_ring *fake, uint64_t number, uint32_t size,
				uint32_t flags)
{
	uint32_t *header = fake_ring_reserve(fake, size);

	if (!header)
		return 0;
	for (uint32_t i = 0; i < size / 8; i++)
		memcpy((char *)header + 8 + 8 * i, &number, 8);
	fake_ring_submit(header, flags);
	return 1;
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * A ring buffer in our own memory, laid out like the kernel's, so that tests can write anything
 * into it.
 */
#ifndef TEST_RING_FAKE_H
#define TEST_RING_FAKE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../lib/event/ring.h"

#define FAKE_BUSY 0x80000000u
#define FAKE_DISCARD 0x40000000u

struct fake_ring {
	unsigned long consumer, consumer_high; /* consumer_high: a 64-bit kernel's upper half */
	unsigned long producer, pending, oldest; /* the fields of the producer's page */
	unsigned char *data; /* mapped twice, one copy behind the other */
	size_t size;
	void *copy; /* not NULL: producers overwrite the oldest records */
};

/* Open an empty ring with both positions at `position`. */
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
	*fake = (struct fake_ring){ position, 0, position, position, position, data, size, NULL };
}

static inline void fake_ring_close(struct fake_ring *fake)
{
	munmap(fake->data, 2 * fake->size);
	free(fake->copy);
}

/* Open a ring like one with BPF_F_RB_OVERWRITE. */
static inline void fake_ring_open_overwriting(struct fake_ring *fake, size_t size,
					      unsigned long position)
{
	fake_ring_open(fake, size, position);
	fake->copy = malloc(size);
	if (!fake->copy)
		abort();
}

static inline int fake_ring_begin(struct rawbpf_ring *ring, struct fake_ring *fake,
				  rawbpf_record_fn *handle, void *context)
{
	*ring = (struct rawbpf_ring){ .handle = handle, .context = context };
	return rawbpf__ring_begin(ring, &(struct rawbpf__ring_pages){
		.consumer = &fake->consumer, .producer = &fake->producer, .data = fake->data,
		.size = fake->size }, fake->copy);
}

static inline uint32_t *fake_ring_header(struct fake_ring *fake, unsigned long position)
{
	return (uint32_t *)(fake->data + (position & (fake->size - 1)));
}

/*
 * Drop the oldest records, as the kernel does, until there is room up to `end`. Returns 0 if one is
 * BUSY.
 */
static inline int fake_ring_overwrite(struct fake_ring *fake, unsigned long end)
{
	unsigned long oldest = fake->oldest;

	while (end - oldest > fake->size - 1) {
		uint32_t header = __atomic_load_n(fake_ring_header(fake, oldest), __ATOMIC_RELAXED);

		if (header & FAKE_BUSY)
			return 0;
		oldest += ((header & ~FAKE_DISCARD) + 8 + 7) & ~7ul;
	}
	__atomic_store_n(&fake->oldest, oldest, __ATOMIC_RELAXED);
	/* The kernel has no fence here: it leaves this order to the machine. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return 1;
}

/*
 * Reserve a record with a payload of `size` bytes, as a program does. All memory orders are the
 * kernel's. NULL: no room.
 */
static inline uint32_t *fake_ring_reserve(struct fake_ring *fake, uint32_t size)
{
	unsigned long consumer = __atomic_load_n(&fake->consumer, __ATOMIC_ACQUIRE);
	unsigned long end = fake->producer + ((size + 8 + 7) & ~7ul);
	uint32_t *header = fake_ring_header(fake, fake->producer);

	if (fake->copy ? !fake_ring_overwrite(fake, end) : end - consumer > fake->size - 1)
		return NULL;
	__atomic_store_n(header, size | FAKE_BUSY, __ATOMIC_RELAXED);
	__atomic_store_n(&fake->producer, end, __ATOMIC_RELEASE);
	return header;
}

static inline void fake_ring_submit(uint32_t *header, uint32_t flags)
{
	__atomic_exchange_n(header, (*header & ~FAKE_BUSY) | flags, __ATOMIC_SEQ_CST);
}

/* Write a record whose 8-byte words are all `number`. Returns 0 if there is no room. */
static inline int fake_ring_put(struct fake_ring *fake, uint64_t number, uint32_t size,
				uint32_t flags)
{
	uint32_t *header = fake_ring_reserve(fake, size);

	if (!header)
		return 0;
	for (uint32_t i = 0; i < size / 8; i++) {
		uint64_t *word = (uint64_t *)(header + 2) + i;

		if (fake->copy)
			__atomic_store_n(word, number, __ATOMIC_RELAXED);
		else
			*word = number;
	}
	fake_ring_submit(header, flags);
	return 1;
}

#endif

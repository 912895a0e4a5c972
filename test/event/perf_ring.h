/* SPDX-License-Identifier: MIT */
/* A perf buffer in this process's memory, and a stand-in for the kernel that writes to it. */
#ifndef TEST_PERF_RING_H
#define TEST_PERF_RING_H

#include <stdint.h>
#include <string.h>

#include "../../lib/event/perf_ring.h"

struct fake {
	struct perf_event_mmap_page control;
	unsigned char *data;
	unsigned long size;
};

/* Advance the head. The kernel's position is a long, in a field of 64 bits. */
static inline void fake_advance(struct fake *fake, long bytes)
{
	fake->control.data_head = (unsigned long)fake->control.data_head + (unsigned long)bytes;
}

static inline void fake_bytes(struct fake *fake, unsigned long position, const void *bytes,
			      unsigned long length)
{
	for (unsigned long i = 0; i < length; i++)
		fake->data[(position + i) & (fake->size - 1)] = ((const unsigned char *)bytes)[i];
}

/* Write a whole record, and return its size. */
static inline unsigned long fake_record(struct fake *fake, unsigned long position, unsigned type,
					const void *body, unsigned long length)
{
	const struct perf_event_header header = {
		.type = type, .size = (sizeof header + length + 7) / 8 * 8 };

	fake_bytes(fake, position, &header, sizeof header);
	fake_bytes(fake, position + sizeof header, body, length);
	return header.size;
}

/* Write `length` bytes as bpf_perf_event_output() does: a size, the bytes, padding. */
static inline unsigned long fake_sample(struct fake *fake, unsigned long position,
					const void *bytes, unsigned long length)
{
	const uint32_t padded = (length + 4 + 7) / 8 * 8 - 4;
	const struct perf_event_header header = {
		.type = PERF_RECORD_SAMPLE, .size = sizeof header + sizeof padded + padded };

	fake_bytes(fake, position, &header, sizeof header);
	fake_bytes(fake, position + 8, &padded, sizeof padded);
	fake_bytes(fake, position + 12, bytes, length);
	return header.size;
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: read a ring buffer of any content, lengths, flags and positions. The reader stays
 * inside, ends, and counts the records that it hands over.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/ring.h>

enum { SIZE = 4096 };

/*
 * Two copies, one behind the other, as the kernel maps them; exactly as large, for the sanitizer.
 */
static unsigned char *data;
static unsigned char *copy; /* copy for a ring that overwrites */
static const unsigned char *records; /* the one or the other of both ... */
static size_t records_size;          /* ... and its size */
static struct {
	uint64_t records, stop_at;
} seen;

static void check(const unsigned char *record, size_t size)
{
	static volatile unsigned char sink;

	if (record < records + 8 || record + size > records + records_size || (uintptr_t)record % 8)
		abort();
	if (size)
		sink = record[0] ^ record[size - 1];
	seen.records++;
}

static int handle(void *context, const void *record, size_t size)
{
	(void)context;
	check(record, size);
	return seen.records == seen.stop_at ? -1 : 0;
}

/* Read records by spans. Returns the result of next(). */
static int read_spans(struct rawbpf_ring *ring)
{
	struct rawbpf_span spans[5];
	int count = rawbpf_ring_next(ring, spans, 5);

	for (int s = 0; s < count; s++) {
		if (!spans[s].count || spans[s].stride < spans[s].size + 8)
			abort();
		for (unsigned i = 0; i < spans[s].count; i++)
			check((const unsigned char *)spans[s].data + (size_t)i * spans[s].stride,
			      spans[s].size);
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct {
		unsigned long position;
		uint16_t available, stop_at;
		uint8_t flags;
		uint16_t oldest;
	} start = { 0 };
	enum { BY_SPANS = 1, OVERWRITING = 2 };
	unsigned long consumer[2] = { 0 }, producer[3];
	struct rawbpf_ring ring;
	int result, turns = 0;

	if (size < sizeof start)
		return 0;
	if (!data) {
		data = aligned_alloc(8, 2 * SIZE);
		copy = aligned_alloc(8, SIZE);
	}
	memcpy(&start, input, sizeof start);
	input += sizeof start;
	size -= sizeof start;
	memset(data, 0, 2 * SIZE);
	memcpy(data, input, size < SIZE ? size : SIZE);
	memcpy(data + SIZE, data, SIZE);

	consumer[0] = start.position & ~7ul;
	producer[0] = consumer[0] + start.available % (SIZE + 64);
	producer[2] = consumer[0] + start.oldest - SIZE;
	records = start.flags & OVERWRITING ? copy : data;
	records_size = start.flags & OVERWRITING ? SIZE : 2 * SIZE;
	seen.records = 0;
	seen.stop_at = start.stop_at % 64;
	ring = (struct rawbpf_ring){
		.handle = handle, .consumer = consumer, .producer = producer, .data = records,
		.overwritable = start.flags & OVERWRITING ? data : NULL,
		.copy = start.flags & OVERWRITING ? copy : NULL, .size = SIZE,
		.position = consumer[0], .published = consumer[0], .end = consumer[0],
	};
	do {
		result = start.flags & BY_SPANS ? read_spans(&ring) : rawbpf_ring_read(&ring);
		if (++turns > SIZE)
			abort();
	} while (result > 0 || result == -1);
	if (ring.source.received != seen.records || ring.source.received > SIZE / 8)
		abort();
	if (result != 0 && result != -EBADMSG)
		abort();
	/* Everything before the consumer's position was read, and once. */
	if (!(start.flags & OVERWRITING) &&
	    (consumer[0] - start.position) + 8 < 8 * (ring.source.received + ring.source.discarded))
		abort();
	return 0;
}

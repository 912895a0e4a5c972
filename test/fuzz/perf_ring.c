/* SPDX-License-Identifier: MIT */
/*
 * libFuzzer: read any bytes as a perf buffer. The first 16 are the kernel's position and ours.
 * Forward and backward reads end. The harness touches every byte that they hand over.
 */
#include <stdlib.h>

#define RAWBPF__PRIVATE static
#include "../../lib/event/perf_ring.c"
#include "../event/perf_ring.h"

static volatile unsigned char sum;

static int look(void *context, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	(void)context;
	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	return size && bytes[0] == 's' ? -ECANCELED : 0;
}

static void check(int result, const struct rawbpf_source *source, unsigned long size)
{
	if (result < 0 && result != -EBADMSG && result != -ECANCELED)
		abort();
	if (source->received > size / 8)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
	uint64_t positions[2];
	unsigned long size = 64;
	struct fake fake = { 0 };
	struct rawbpf_source forwards = { 0 }, backwards = { 0 };

	if (length < sizeof positions)
		return 0;
	memcpy(positions, input, sizeof positions);
	input += sizeof positions;
	length -= sizeof positions;
	while (size < length)
		size *= 2;

	/* Each exactly as large as needed, so that the sanitizer sees a byte too far. */
	unsigned char *data = calloc(1, size);
	struct rawbpf__perf_copy *copy = malloc(sizeof *copy + size);
	void *places = malloc(RAWBPF__PERF_PLACES_SIZE(size));
	void *scratch = malloc(RAWBPF__PERF_RECORD_MAX);
	struct rawbpf__perf_ring ring = { &fake.control, data, size, positions[1] & ~7UL };
	const struct rawbpf__perf_reader reader = { &forwards, look, NULL, scratch };
	const struct rawbpf__perf_reader newest = { &backwards, look, NULL, places };

	memcpy(data, input, length);
	fake.control.data_head = positions[0];
	check(rawbpf__perf_ring_read(&ring, &reader), &forwards, size);
	if (ring.position % 8 || fake.control.data_tail != ring.position)
		abort();

	ring.position = positions[1] & ~7UL;
	rawbpf__perf_ring_copy(&ring, copy);
	if (copy->length > size)
		abort();
	check(rawbpf__perf_ring_hand_over(&ring, copy, &newest), &backwards, size);
	free(data);
	free(copy);
	free(places);
	free(scratch);
	return 0;
}

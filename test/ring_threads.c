/* SPDX-License-Identifier: MIT */
/*
 * A producer in one thread, the reader in another, over a ring that both have in memory: for
 * ThreadSanitizer, which knows what C11's orders promise on any machine, not only on this one.
 */
#include <pthread.h>
#include <stdio.h>

#include "ring_fake.h"

enum { SIZE = 4096, RECORDS = 200000 };

static struct fake_ring fake;
static struct rawbpf_ring ring;
static uint64_t sum, count;
static unsigned long refused;

static void *produce(void *argument)
{
	for (uint64_t number = 1; number <= RECORDS; number++)
		while (!fake_ring_put(&fake, number, 8 + number / 1000 % 2 * (number % 4) * 8,
				      number % 7 ? 0 : FAKE_DISCARD))
			refused++;
	return argument;
}

static int add(void *context, const void *data, size_t size)
{
	const uint64_t *words = data;

	(void)context;
	for (size_t i = 0; i < size / 8; i++)
		if (words[i] != words[0])
			return -1;
	sum += words[0];
	count++;
	return 0;
}

/* By spans and by callback, in turns. */
static int read_some(int turn)
{
	struct rawbpf_span spans[4];
	int spans_now;

	if (turn % 2)
		return rawbpf_ring_read(&ring);
	spans_now = rawbpf_ring_next(&ring, spans, 4);
	for (int s = 0; s < spans_now; s++)
		for (unsigned i = 0; i < spans[s].count; i++)
			add(NULL, (const char *)spans[s].data + i * spans[s].stride, spans[s].size);
	return spans_now;
}

int main(void)
{
	const uint64_t sevenths = RECORDS / 7;
	const uint64_t expected = (uint64_t)RECORDS * (RECORDS + 1) / 2 - 7 * sevenths * (sevenths + 1) / 2;
	pthread_t thread;
	int err = 0;

	fake_ring_open(&fake, SIZE, -(unsigned long)SIZE);
	err = fake_ring_begin(&ring, &fake, add, NULL);
	if (err < 0 || pthread_create(&thread, NULL, produce, NULL))
		return 1;
	for (int turn = 0; err >= 0 && count < RECORDS - sevenths; turn++)
		err = read_some(turn);
	if (err < 0)
		return 1;
	pthread_join(thread, NULL);
	printf("%llu records, no room %lu times\n", (unsigned long long)count, refused);
	return sum != expected || ring.source.received != count;
}

/* SPDX-License-Identifier: MIT */
/*
 * One thread produces, and another reads, over a ring in plain memory. ThreadSanitizer checks C11's
 * memory orders, which hold on any machine, not only on this one.
 */
#include <pthread.h>
#include <stdio.h>

#include "ring_fake.h"

enum { SIZE = 4096, RECORDS = 200000 };

static struct fake_ring fake;
static struct rawbpf_ring ring;
static uint64_t sum, count, last;
static int done;
static unsigned long refused;

static void *produce(void *argument)
{
	for (uint64_t number = 1; number <= RECORDS; number++)
		while (!fake_ring_put(&fake, number, 8 + number / 1000 % 2 * (number % 4) * 8,
				      number % 7 ? 0 : FAKE_DISCARD))
			refused++;
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	return argument;
}

static int add(void *context, const void *data, size_t size)
{
	const uint64_t *words = data;

	(void)context;
	for (size_t i = 0; i < size / 8; i++)
		if (words[i] != words[0])
			return -1;
	if (words[0] <= last)
		return -1;
	last = words[0];
	sum += words[0];
	count++;
	return 0;
}

/* Read by spans and by callback, in turns. */
static int read_some(int turn)
{
	struct rawbpf_span spans[4];
	int spans_now;

	if (turn % 2)
		return rawbpf_ring_read(&ring);
	spans_now = rawbpf_ring_next(&ring, spans, 4);
	for (int s = 0; s < spans_now; s++)
		for (unsigned i = 0; i < spans[s].count; i++)
			if (add(NULL, (const char *)spans[s].data + i * spans[s].stride,
				spans[s].size) < 0)
				return -1;
	return spans_now;
}

static int none_is_lost(void)
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
	fake_ring_close(&fake);
	return sum != expected || ring.source.received != count;
}

/*
 * Producers overwrite the oldest records during reads: records are whole, in order, up to the last.
 */
static int none_is_torn(void)
{
	const unsigned long start = -(unsigned long)SIZE;
	pthread_t thread;
	int err, stop = 0;

	sum = count = last = done = 0;
	fake_ring_open_overwriting(&fake, SIZE, start);
	err = fake_ring_begin(&ring, &fake, add, NULL);
	if (err < 0 || pthread_create(&thread, NULL, produce, NULL))
		return 1;
	for (int turn = 0; err >= 0 && !(stop && err == 0); turn++) {
		stop = __atomic_load_n(&done, __ATOMIC_ACQUIRE);
		err = read_some(turn);
	}
	if (err < 0)
		return 1;
	pthread_join(thread, NULL);
	printf("%llu records, %llu bytes overwritten\n", (unsigned long long)count,
	       (unsigned long long)ring.overwritten);
	fake_ring_close(&fake);
	return last != RECORDS || ring.source.received != count || !ring.overwritten;
}

int main(void)
{
	return none_is_lost() || none_is_torn();
}

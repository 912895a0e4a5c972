/* SPDX-License-Identifier: MIT */
/*
 * One thread writes a perf buffer as the kernel does, and another reads it. test/sanitized.sh
 * builds this with ThreadSanitizer, which checks the order of the reader's loads and stores.
 */
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#include "perf_ring.h"
#include "../unit.h"

enum { SIZE = 4096, RECORDS = 200000 };

static unsigned char data[SIZE] __attribute__((aligned(8)));
static struct fake fake = { .data = data, .size = SIZE };
static uint64_t expected, wrong;

static void *produce(void *unused)
{
	_Atomic __u64 *head = (_Atomic __u64 *)&fake.control.data_head;
	_Atomic __u64 *tail = (_Atomic __u64 *)&fake.control.data_tail;
	uint64_t position = 0, body[8];

	for (uint64_t number = 0; number < RECORDS; number++) {
		unsigned length = 8 + number % 8 * 7;

		for (unsigned i = 0; i < 8; i++)
			body[i] = number;
		while (position + 80 - atomic_load_explicit(tail, memory_order_acquire) > SIZE)
			sched_yield();
		position += fake_sample(&fake, position, body, length);
		atomic_store_explicit(head, position, memory_order_release);
	}
	return unused;
}

static int handle(void *context, const void *bytes, size_t size)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof number);
	wrong += number != expected || size != (8 + expected % 8 * 7 + 11) / 8 * 8 - 4;
	expected++;
	return context ? -1 : 0;
}

START_TEST(test_in_order)
{
	static unsigned char scratch[RAWBPF__PERF_RECORD_MAX] __attribute__((aligned(8)));
	struct rawbpf__perf_ring ring = { &fake.control, data, SIZE, 0 };
	struct rawbpf_source source = { 0 };
	const struct rawbpf__perf_reader reader = { &source, handle, NULL, scratch };
	pthread_t producer;

	ck_assert_int_eq(pthread_create(&producer, NULL, produce, NULL), 0);
	while (expected < RECORDS) {
		int count = rawbpf__perf_ring_read(&ring, &reader);

		expect(count >= 0);
		if (count == 0)
			sched_yield();
	}
	ck_assert_int_eq(pthread_join(producer, NULL), 0);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq(source.received, RECORDS);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_in_order);
}

int main(void)
{
	return unit_run("perf_ring_threads", add_tests);
}

/* SPDX-License-Identifier: MIT */
/* Read a ring buffer in plain memory: order, sizes, wrap-around, corruption. */
#include <check.h>
#include <errno.h>

#include "../../lib/event/ring.h"
#include "ring_fake.h"
#include "../unit.h"

enum { PAGE = 4096, MAX = 64 };

static struct fake_ring fake;
static struct rawbpf_ring ring;
static struct rawbpf_span spans[MAX];

/* The records that a callback got. */
static struct {
	uint64_t count, sum, bytes, last;
	uint64_t stop_at; /* stop at this number, and then ... */
	int stop;
} seen;

static int see(void *context, const void *data, size_t size)
{
	uint64_t number = 0;

	ck_assert_ptr_eq(context, &seen);
	ck_assert_uint_eq((uintptr_t)data % 8, 0);
	memcpy(&number, data, size < 8 ? size : 8);
	seen.count++;
	seen.sum += number;
	seen.bytes += size;
	seen.last = number;
	return number == seen.stop_at ? seen.stop : 0;
}

static void begin_at(size_t size, unsigned long position)
{
	memset(&seen, 0, sizeof seen);
	fake_ring_open(&fake, size, position);
	ck_assert_int_eq(fake_ring_begin(&ring, &fake, see, &seen), 0);
}

static void begin(size_t size)
{
	begin_at(size, 0);
}

static void put(uint64_t number, uint32_t size)
{
	ck_assert_int_eq(fake_ring_put(&fake, number, size, 0), 1);
}

static void ledger(uint64_t received, uint64_t discarded)
{
	ck_assert_uint_eq(ring.source.received, received);
	ck_assert_uint_eq(ring.source.discarded, discarded);
	ck_assert_uint_eq(ring.source.lost, 0);
}

START_TEST(test_empty)
{
	begin(PAGE);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(rawbpf_ring_next(&ring, spans, MAX), 0);
		ck_assert_int_eq(rawbpf_ring_read(&ring), 0);
	}
	ledger(0, 0);
	ck_assert_uint_eq(fake.consumer, 0);
}
END_TEST

START_TEST(test_no_room_for_spans)
{
	begin(PAGE);
	put(1, 8);
	ck_assert_int_eq(rawbpf_ring_next(&ring, spans, 0), 0);
	ck_assert_int_eq(rawbpf_ring_next(&ring, spans, 1), 1);
	ledger(1, 0);
}
END_TEST

/* Every size, each several times, by callback and by spans. */
START_TEST(test_sizes)
{
	const uint32_t sizes[] = { 0, 1, 7, 8, 9, 16, 255, 256, 500 };
	uint64_t number = 0;

	begin(PAGE);
	for (unsigned round = 0; round < 50; round++)
		for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			put(++number, sizes[i]);
			put(++number, sizes[i]);
			if (round % 2) {
				seen.count = seen.bytes = 0;
				ck_assert_int_eq(rawbpf_ring_read(&ring), 2);
				ck_assert_uint_eq(seen.count, 2);
				ck_assert_uint_eq(seen.bytes, 2 * sizes[i]);
				continue;
			}
			for (uint64_t got = number - 2; got < number; got += spans->count) {
				ck_assert_int_eq(rawbpf_ring_next(&ring, spans, 1), 1);
				ck_assert_uint_eq(spans->size, sizes[i]);
				ck_assert_uint_eq(spans->stride, (sizes[i] + 15) / 8 * 8);
				if (sizes[i] >= 8)
					ck_assert_uint_eq(*(uint64_t *)spans->data, got + 1);
			}
			ck_assert_int_eq(rawbpf_ring_next(&ring, spans, 1), 0);
		}
	ledger(number, 0);
	ck_assert_uint_eq(fake.consumer, fake.producer);
}
END_TEST

/* A long run of equal records arrives in a few spans, each at most an eighth of the ring. */
START_TEST(test_runs)
{
	enum { SIZE = 1 << 20, EIGHTH = SIZE / 8 };
	uint64_t number = 0, got = 0;
	unsigned spans_used = 0;
	int count;

	begin(SIZE);
	while (fake_ring_put(&fake, number + 1, 16, 0))
		number++;
	ck_assert_uint_eq(number, (SIZE - 1) / 24);
	while ((count = rawbpf_ring_next(&ring, spans, MAX)) > 0) {
		unsigned long handed = 0;

		/* a span gives back the one before, and nothing else */
		ck_assert_uint_eq(fake.consumer, got * 24);
		for (int s = 0; s < count; s++) {
			for (unsigned i = 0; i < spans[s].count; i++)
				ck_assert_uint_eq(*(uint64_t *)((char *)spans[s].data +
								i * spans[s].stride), ++got);
			handed += (unsigned long)spans[s].count * spans[s].stride;
		}
		spans_used += count;
		ck_assert_uint_le(handed, EIGHTH);
	}
	ck_assert_uint_eq(got, number);
	ck_assert_uint_lt(spans_used, 300);
	ck_assert_uint_eq(fake.consumer, fake.producer);
	ledger(number, 0);
}
END_TEST

/* The reader publishes its position at least every eighth of the ring. The callback checks it. */
static unsigned long farthest;

static int watch(void *context, const void *data, size_t size)
{
	const unsigned long at = *(const uint64_t *)data;
	const unsigned long behind = at - __atomic_load_n(&fake.consumer, __ATOMIC_RELAXED);

	(void)context, (void)size;
	if (behind > farthest)
		farthest = behind;
	return 0;
}

START_TEST(test_given_back_early)
{
	enum { SIZE = 64 * 1024 };

	begin(SIZE);
	ring.handle = watch;
	for (uint32_t size = 8; fake_ring_put(&fake, fake.producer, _i ? size : 40, 0);
	     size = size % 248 + 8)
		;
	ck_assert_int_gt(rawbpf_ring_read(&ring), 400);
	ck_assert_uint_le(farthest, SIZE / 8);
	ck_assert_uint_ge(farthest, SIZE / 16);
	ck_assert_uint_eq(fake.consumer, fake.producer);
}
END_TEST

/* A record larger than an eighth has its own span. */
START_TEST(test_large_record)
{
	begin(PAGE);
	put(1, 8);
	put(2, 3000);
	put(3, 8);
	ck_assert_int_eq(rawbpf_ring_next(&ring, spans, MAX), 1);
	ck_assert_uint_eq(spans->size, 8);
	ck_assert_int_eq(rawbpf_ring_next(&ring, spans, MAX), 1);
	ck_assert_uint_eq(spans->size, 3000);
	ck_assert_uint_eq(((uint64_t *)spans->data)[374], 2);
	ck_assert_int_eq(rawbpf_ring_next(&ring, spans, MAX), 1);
	ck_assert_uint_eq(*(uint64_t *)spans->data, 3);
	ck_assert_int_eq(rawbpf_ring_next(&ring, spans, MAX), 0);
	/* a record may take all of the ring but the kernel's reserve */
	put(4, PAGE - 16);
	ck_assert_int_eq(rawbpf_ring_read(&ring), 1);
	ck_assert_uint_eq(seen.bytes, PAGE - 16);
}
END_TEST

/* The reader stops at a reserved record, whatever is behind it, inside a run or not. */
START_TEST(test_busy)
{
	uint32_t *held;

	begin(16 * PAGE);
	for (int i = 1; i <= _i; i++)
		put(i, 8);
	held = fake_ring_reserve(&fake, 8);
	put(1000, 8);
	ck_assert_int_eq(rawbpf_ring_read(&ring), _i);
	ck_assert_int_eq(rawbpf_ring_read(&ring), 0);
	ck_assert_uint_eq(fake.consumer, 16 * (unsigned long)_i);
	memset(held + 2, 0, 8);
	fake_ring_submit(held, 0);
	ck_assert_int_eq(rawbpf_ring_read(&ring), 2);
	ck_assert_uint_eq(seen.last, 1000);
	ledger(_i + 2, 0);
}
END_TEST

/* The reader skips and counts discarded records: alone, in runs, first, last, and all of them. */
START_TEST(test_discard)
{
	uint64_t number, kept = 0, discarded = 0, sum = 0;

	begin(64 * PAGE);
	for (number = 1; number <= 3000; number++) {
		int keep = _i == 0 ? number % 3 != 0 : _i == 1 ? number % 100 < 50 : 0;

		ck_assert_int_eq(fake_ring_put(&fake, number, 8, keep ? 0 : FAKE_DISCARD), 1);
		kept += keep;
		discarded += !keep;
		sum += keep ? number : 0;
	}
	ck_assert_int_eq(rawbpf_ring_read(&ring), kept);
	ck_assert_uint_eq(seen.sum, sum);
	ledger(kept, discarded);
	ck_assert_uint_eq(fake.consumer, fake.producer);
	ck_assert_int_eq(fake_ring_put(&fake, 1, 8, FAKE_DISCARD), 1);
	ck_assert_int_eq(rawbpf_ring_next(&ring, spans, MAX), 0);
	ledger(kept, discarded + 1);
}
END_TEST

/* After a stop, the next read begins with the record behind it. The ledger has both. */
START_TEST(test_stop)
{
	uint64_t sum = 0;
	int stop_at;

	for (stop_at = 1; stop_at <= 200; stop_at++) {
		begin(4 * PAGE);
		seen.stop = -ECANCELED;
		for (int i = 1; i <= 200; i++)
			ck_assert_int_eq(fake_ring_put(&fake, i, _i ? i % 64 / 8 * 8 + 8 : 8,
						       i % 50 ? 0 : FAKE_DISCARD), 1);
		seen.stop_at = stop_at % 50 ? stop_at : stop_at - 1;
		ck_assert_int_eq(rawbpf_ring_read(&ring), -ECANCELED);
		ck_assert_uint_eq(seen.last, seen.stop_at);
		ledger(seen.stop_at - seen.stop_at / 50, seen.stop_at / 50);
		sum = seen.sum;
		ck_assert_uint_eq(sum, seen.stop_at * (seen.stop_at + 1) / 2 -
				       50 * (seen.stop_at / 50) * (seen.stop_at / 50 + 1) / 2);
		seen.stop_at = 0;
		ck_assert_int_eq(rawbpf_ring_read(&ring),
				 196 - (stop_at % 50 ? stop_at : stop_at - 1) + (stop_at - !(stop_at % 50)) / 50);
		ledger(196, 4);
		fake_ring_close(&fake);
	}
}
END_TEST

/* Positions are unsigned long, and wrap to 0 after the largest. */
START_TEST(test_wrap)
{
	uint64_t number = 0, got = 0;

	begin_at(PAGE, -(unsigned long)(8 * PAGE));
	while (number < 4000) {
		for (int i = 0; i < 7; i++) {
			number++;
			put(number, _i ? 8 + number % 5 * 24 : 24);
		}
		if (number % 2) {
			ck_assert_int_eq(rawbpf_ring_read(&ring), 7);
			ck_assert_uint_eq(seen.last, number);
			got += 7;
		} else {
			int count;

			while ((count = rawbpf_ring_next(&ring, spans, MAX)) > 0)
				for (int s = 0; s < count; s++)
					for (unsigned i = 0; i < spans[s].count; i++)
						ck_assert_uint_eq(*(uint64_t *)((char *)spans[s].data +
								i * spans[s].stride), ++got);
			ck_assert_int_eq(count, 0);
		}
	}
	ck_assert_uint_eq(got, number);
	ck_assert_uint_lt(fake.consumer, 1ul << 30); /* it wrapped */
	ledger(number, 0);
}
END_TEST

/* Each corruption ends reading for good. The sound records before it arrive. */
START_TEST(test_corrupt)
{
	begin(PAGE);
	put(1, 8);
	put(2, 8);
	switch (_i) {
	case 0: /* longer than the records there are */
		*fake_ring_header(&fake, 16) = 16;
		break;
	case 1: /* longer than the ring */
		*fake_ring_header(&fake, 16) = 0x3fffffff;
		break;
	case 2: /* the same in a discarded record */
		*fake_ring_header(&fake, 16) = 0x3fffffff | FAKE_DISCARD;
		break;
	case 3: /* the producer's position went back */
		ck_assert_int_eq(rawbpf_ring_read(&ring), 2);
		fake.producer = 16;
		break;
	case 4: /* the position is too far */
		ck_assert_int_eq(rawbpf_ring_read(&ring), 2);
		fake.producer += PAGE + 8;
		break;
	case 5: /* no record can end at the position */
		ck_assert_int_eq(rawbpf_ring_read(&ring), 2);
		fake.producer += 4;
		break;
	}
	if (_i < 3)
		ck_assert_int_eq(rawbpf_ring_read(&ring), 1);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(rawbpf_ring_read(&ring), -EBADMSG);
		ck_assert_int_eq(rawbpf_ring_next(&ring, spans, MAX), -EBADMSG);
	}
	ledger(_i < 3 ? 1 : 2, 0);
}
END_TEST

START_TEST(test_corrupt_at_begin)
{
	fake_ring_open(&fake, PAGE, 0);
	fake.consumer = fake.producer = 4; /* not a multiple of 8 */
	ck_assert_int_eq(fake_ring_begin(&ring, &fake, see, &seen), -EBADMSG);
	fake.consumer = 8;
	fake.producer = 0;
	ck_assert_int_eq(fake_ring_begin(&ring, &fake, see, &seen), -EBADMSG);
	fake.consumer = 0;
	fake.producer = PAGE + 8;
	ck_assert_int_eq(fake_ring_begin(&ring, &fake, see, &seen), -EBADMSG);
	fake.producer = PAGE;
	ck_assert_int_eq(fake_ring_begin(&ring, &fake, see, &seen), 0);
}
END_TEST

START_TEST(test_closed)
{
	struct rawbpf_ring closed = { .source = { .fd = 0 } };

	ck_assert_int_eq(rawbpf_ring_read(&closed), -EBADF);
	ck_assert_int_eq(rawbpf_ring_next(&closed, spans, MAX), -EBADF);
	rawbpf_ring_close(&closed);
	begin(PAGE);
	ring.handle = NULL;
	ck_assert_int_eq(rawbpf_ring_read(&ring), -EINVAL);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_empty);
	tcase_add_test(tests, test_no_room_for_spans);
	tcase_add_test(tests, test_sizes);
	tcase_add_test(tests, test_runs);
	tcase_add_loop_test(tests, test_given_back_early, 0, 2);
	tcase_add_test(tests, test_large_record);
	tcase_add_loop_test(tests, test_busy, 0, 100);
	tcase_add_loop_test(tests, test_discard, 0, 3);
	tcase_add_loop_test(tests, test_stop, 0, 2);
	tcase_add_loop_test(tests, test_wrap, 0, 2);
	tcase_add_loop_test(tests, test_corrupt, 0, 6);
	tcase_add_test(tests, test_corrupt_at_begin);
	tcase_add_test(tests, test_closed);
}

int main(void)
{
	return unit_run("ring", add_tests);
}

/* SPDX-License-Identifier: MIT */
/* The walk over a perf buffer's memory. A stand-in plays the kernel. */
#include <check.h>
#include <limits.h>
#include <stdio.h>

#include "perf_ring.h"
#include "../unit.h"

enum { SIZE = 256, RECORDS_MAX = 1000, BIG = 1 << 20 };

static unsigned char data[BIG] __attribute__((aligned(8)));
static unsigned char scratch[RAWBPF__PERF_RECORD_MAX] __attribute__((aligned(8)));
static struct fake fake;
static struct rawbpf__perf_ring ring;
static struct rawbpf_source source;

/* The records that handle() got: first bytes, sizes. */
static unsigned char firsts[RECORDS_MAX];
static size_t sizes[RECORDS_MAX];
static unsigned count, in_place;
static unsigned stop_at; /* the record that handle() stops at, counted from 1 */
static int stop_with = -ECANCELED;

static int handle(void *context, const void *bytes, size_t size)
{
	const unsigned char *at = bytes;

	ck_assert_ptr_eq(context, &fake);
	ck_assert_uint_lt(count, RECORDS_MAX);
	/* all of its bytes equal the first */
	ck_assert(size == 0 || memcmp(at, at + 1, size - 1) == 0);
	firsts[count] = at[0];
	sizes[count] = size;
	in_place += at >= data && at < data + fake.size;
	return ++count == stop_at ? stop_with : 0;
}

static const struct rawbpf__perf_reader reader = { &source, handle, &fake, scratch };

static void begin(unsigned long size, unsigned long position)
{
	memset(data, 0xee, size);
	fake = (struct fake){ .data = data, .size = size };
	fake.control.data_head = fake.control.data_tail = position;
	ring = (struct rawbpf__perf_ring){ &fake.control, data, size, position };
	source = (struct rawbpf_source){ 0 };
	count = in_place = stop_at = 0;
}

/* Return the size that a record of `length` bytes has when it is handed over. */
static unsigned long padded(unsigned long length)
{
	return (length + 4 + 7) / 8 * 8 - 4;
}

/* Return `length` bytes of `value`, and padding of them, too. */
static const void *bytes_of(unsigned char value, unsigned long length)
{
	static unsigned char bytes[RAWBPF__PERF_RECORD_MAX];

	return memset(bytes, value, padded(length));
}

static void put(unsigned char value, unsigned long length)
{
	fake_advance(&fake, fake_sample(&fake, fake.control.data_head, bytes_of(value, length),
					padded(length)));
}

static int read_ring(void)
{
	return rawbpf__perf_ring_read(&ring, &reader);
}

/* Assert that everything was read, and that the kernel knows it. */
static void check_empty(void)
{
	ck_assert_uint_eq(fake.control.data_tail, fake.control.data_head);
	ck_assert_int_eq(read_ring(), 0);
}

/*
 * Begin at every place in the ring, also past its end, and around the wrap of the positions to 0.
 * The lengths are one for each padded size; in the long mode all.
 */
START_TEST(test_every_place)
{
	const unsigned step = unit_long() ? 1 : 8;
	unsigned long start = _i * 8UL - 2 * SIZE;
	unsigned length, round;

	for (length = (step + 1) / 2; length <= SIZE - 12; length += step) {
		begin(SIZE, start);
		for (round = 0; round < 5; round++) {
			put(round + 1, length);
			ck_assert_int_eq(read_ring(), 1);
			ck_assert_uint_eq(firsts[round], round + 1);
			ck_assert_uint_eq(sizes[round], padded(length));
			check_empty();
		}
		ck_assert_uint_eq(source.received, 5);
	}
}
END_TEST

START_TEST(test_many_at_once)
{
	unsigned i, lap;

	begin(SIZE, 8);
	for (lap = 0; lap < 10; lap++) {
		count = 0;
		for (i = 0; i < 10; i++)
			put(lap + i, 12); /* 24 bytes */
		ck_assert_int_eq(read_ring(), 10);
		for (i = 0; i < 10; i++)
			ck_assert_uint_eq(firsts[i], lap + i);
		check_empty();
	}
	ck_assert_uint_ge(in_place, 100 - 10); /* all records that the end does not cut */
}
END_TEST

START_TEST(test_largest)
{
	begin(BIG, BIG - 1000);
	put(1, 65516);
	put(2, 65516);
	ck_assert_int_eq(read_ring(), 2);
	ck_assert_uint_eq(sizes[0], 65516);
	ck_assert_uint_eq(sizes[1], 65516);
	ck_assert_uint_eq(in_place, 1);
	check_empty();
}
END_TEST

START_TEST(test_lost_and_others)
{
	const uint64_t lost[2] = { 99, 12345678901 };
	uint64_t *head;

	begin(SIZE, 0);
	head = (uint64_t *)&fake.control.data_head;
	put(1, 20);
	*head += fake_record(&fake, *head, PERF_RECORD_LOST, lost, sizeof lost);
	*head += fake_record(&fake, *head, PERF_RECORD_THROTTLE, lost, sizeof lost);
	*head += fake_record(&fake, *head, 999, lost, 0);
	*head += fake_record(&fake, *head, PERF_RECORD_LOST, lost, sizeof lost);
	put(2, 20);
	ck_assert_int_eq(read_ring(), 2);
	ck_assert_uint_eq(source.received, 2);
	ck_assert_uint_eq(source.lost, 2 * lost[1]);
	ck_assert_uint_eq(firsts[1], 2);
	check_empty();
}
END_TEST

/* The read returns any number that handle() stopped with, also that of a corrupt buffer. */
START_TEST(test_stop)
{
	static const int results[] = { -ECANCELED, -EBADMSG, -1, INT_MIN };

	stop_with = results[_i];
	begin(SIZE, 0);
	put(1, 12);
	put(2, 12);
	put(3, 12);
	stop_at = 2;
	ck_assert_int_eq(read_ring(), stop_with);
	ck_assert_uint_eq(source.received, 2);
	ck_assert_uint_eq(fake.control.data_tail, 48); /* the second record is given back, too */
	ck_assert_int_eq(read_ring(), 1);
	ck_assert_uint_eq(firsts[2], 3);
	check_empty();
}
END_TEST

static unsigned long tail_behind;

static int watch_tail(void *context, const void *bytes, size_t size)
{
	unsigned long behind = count++ * 16 - fake.control.data_tail;

	(void)context, (void)bytes, (void)size;
	if (behind > tail_behind)
		tail_behind = behind;
	return 0;
}

/* A full buffer has room again before all its records are handed over. */
START_TEST(test_gives_back_each_eighth)
{
	const struct rawbpf__perf_reader watching = { &source, watch_tail, NULL, scratch };
	unsigned i;

	begin(4096, 0);
	for (i = 0; i < 4096 / 16; i++)
		put(1, 4);
	ck_assert_int_eq(rawbpf__perf_ring_read(&ring, &watching), 256);
	ck_assert_uint_lt(tail_behind, 4096 / 8);
}
END_TEST

static const struct {
	struct perf_event_header header;
	uint32_t data_size;
	int result;
} corrupt[] = {
	{ { .type = PERF_RECORD_SAMPLE, .size = 0 }, 4, -EBADMSG },
	{ { .type = PERF_RECORD_SAMPLE, .size = 7 }, 4, -EBADMSG },
	{ { .type = PERF_RECORD_SAMPLE, .size = 8 }, 4, -EBADMSG },     /* no room for a size */
	{ { .type = PERF_RECORD_SAMPLE, .size = 12 }, 0, -EBADMSG },    /* not a multiple of 8 */
	{ { .type = PERF_RECORD_SAMPLE, .size = 16 }, 5, -EBADMSG },
	{ { .type = PERF_RECORD_SAMPLE, .size = 16 }, UINT32_MAX, -EBADMSG },
	{ { .type = PERF_RECORD_SAMPLE, .size = 16 }, UINT32_MAX - 11, -EBADMSG },
	{ { .type = PERF_RECORD_SAMPLE, .size = 72 }, 4, -EBADMSG },    /* past the head */
	{ { .type = PERF_RECORD_SAMPLE, .size = 65528 }, 4, -EBADMSG },
	{ { .type = PERF_RECORD_SAMPLE, .size = 65535 }, 4, -EBADMSG },
	{ { .type = PERF_RECORD_LOST, .size = 16 }, 0, -EBADMSG },
	{ { .type = 0, .size = 0 }, 0, -EBADMSG },
	{ { .type = 0, .size = 64 }, 0, 0 },
	{ { .type = PERF_RECORD_SAMPLE, .size = 64 }, 52, 1 },
	{ { .type = PERF_RECORD_SAMPLE, .size = 64 }, 0, 1 },
};

static int accept_any(void *context, const void *bytes, size_t size)
{
	(void)context, (void)bytes;
	return size > 52 ? -E2BIG : 0;
}

/* The read rejects an impossible record and all behind it. Later records come again. */
START_TEST(test_corrupt)
{
	const struct rawbpf__perf_reader any = { &source, accept_any, NULL, scratch };

	begin(SIZE, SIZE - 32);
	fake_bytes(&fake, fake.control.data_head, &corrupt[_i].header, 8);
	fake_bytes(&fake, fake.control.data_head + 8, &corrupt[_i].data_size, 4);
	fake_advance(&fake, 64);
	ck_assert_int_eq(rawbpf__perf_ring_read(&ring, &any), corrupt[_i].result);
	ck_assert_uint_eq(source.received, corrupt[_i].result > 0);
	ck_assert_uint_eq(source.lost, 0);
	ck_assert_uint_eq(fake.control.data_tail, fake.control.data_head);
	put(9, 12);
	ck_assert_int_eq(read_ring(), 1);
	ck_assert_uint_eq(firsts[0], 9);
	check_empty();
}
END_TEST

START_TEST(test_corrupt_head)
{
	static const unsigned long heads[] = { SIZE + 8, -8UL, -1UL, 1UL << (sizeof(long) * 5), SIZE + 64 + 1 };
	unsigned i;

	for (i = 0; i < sizeof heads / sizeof *heads; i++) {
		begin(SIZE, 0);
		fake.control.data_head = heads[i];
		ck_assert_int_eq(read_ring(), -EBADMSG);
		ck_assert_uint_eq(fake.control.data_tail, heads[i] & ~7UL);
		ck_assert_int_eq(read_ring(), 0);
	}
	begin(SIZE, 0);
	put(1, 12);
	fake_advance(&fake, 7); /* no record can begin there */
	ck_assert_int_eq(read_ring(), 1);
	ck_assert_uint_eq(fake.control.data_tail, 24);
}
END_TEST

/* ------------------------------------------------------------------------------- backwards */

static void put_backward(unsigned char value, unsigned long length)
{
	fake_advance(&fake, -(long)(12 + padded(length)));
	fake_sample(&fake, fake.control.data_head, bytes_of(value, length), padded(length));
}

static int read_newest(void)
{
	static union {
		struct rawbpf__perf_copy copy;
		unsigned char memory[sizeof(struct rawbpf__perf_copy) + SIZE];
	} room;

	rawbpf__perf_ring_copy(&ring, &room.copy);
	ck_assert_uint_le(room.copy.length, SIZE);
	return rawbpf__perf_ring_hand_over(&ring, &room.copy, &reader);
}

/*
 * However much was overwritten, the remaining records are whole, in order, and end with the newest.
 */
START_TEST(test_newest)
{
	const unsigned step = unit_long() ? 1 : 8;
	unsigned i, kept, written = _i;

	for (unsigned length = (step + 1) / 2; length <= 100; length += step) {
		unsigned long size = 12 + padded(length);

		begin(SIZE, 0);
		for (i = 0; i < written; i++)
			put_backward(i + 1, length);
		kept = SIZE / size < written ? SIZE / size : written;
		ck_assert_int_eq(read_newest(), kept);
		for (i = 0; i < kept; i++) {
			ck_assert_uint_eq(firsts[i], written - kept + i + 1);
			ck_assert_uint_eq(sizes[i], size - 12);
		}
		ck_assert_int_eq(read_newest(), 0); /* each record comes once */
		put_backward(200, 4);
		ck_assert_int_eq(read_newest(), 1);
		ck_assert_uint_eq(firsts[kept], 200);
	}
}
END_TEST

START_TEST(test_newest_stop)
{
	unsigned i;

	stop_with = _i ? -EBADMSG : -ECANCELED;
	begin(SIZE, 0);
	for (i = 0; i < 8; i++)
		put_backward(i + 1, 12);
	stop_at = 3;
	ck_assert_int_eq(read_newest(), stop_with);
	ck_assert_uint_eq(firsts[2], 3);
	put_backward(9, 12);
	ck_assert_int_eq(read_newest(), 6); /* records 4 to 9 */
	for (i = 3; i < 9; i++)
		ck_assert_uint_eq(firsts[i], i + 1);
	ck_assert_uint_eq(source.received, 9);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_every_place, 0, 3 * SIZE / 8);
	tcase_add_test(tests, test_many_at_once);
	tcase_add_test(tests, test_largest);
	tcase_add_test(tests, test_lost_and_others);
	tcase_add_loop_test(tests, test_stop, 0, 4);
	tcase_add_test(tests, test_gives_back_each_eighth);
	tcase_add_loop_test(tests, test_corrupt, 0, sizeof corrupt / sizeof *corrupt);
	tcase_add_test(tests, test_corrupt_head);
	tcase_add_loop_test(tests, test_newest, 0, 60);
	tcase_add_loop_test(tests, test_newest_stop, 0, 2);
}

int main(void)
{
	return unit_run("perf_ring", add_tests);
}

/* SPDX-License-Identifier: MIT */
/* Read a ring buffer whose oldest records are overwritten before, during and after a read. */
#include <check.h>
#include <errno.h>
#include <signal.h>

#include "../../lib/event/ring.h"
#include "ring_fake.h"
#include "../unit.h"

enum { PAGE = 4096, SIZE = 4 * PAGE, RECORD = 64, HOLDS = (SIZE - 1) / RECORD };

static struct fake_ring fake;
static struct rawbpf_ring ring;
static uint64_t made;          /* records so far, numbered from 1 */

/* Check the records handed over: they are whole, and their numbers grow. */
static struct {
	uint64_t count, first, last, bytes;
	uint64_t overwrite_at, stop_at;
} seen;

static void make(unsigned count)
{
	while (count--)
		expect(fake_ring_put(&fake, ++made, RECORD - 8, 0) == 1);
}

static void check_record(const void *data, size_t size)
{
	const uint64_t *words = data;

	for (size_t i = 1; i < size / 8; i++)
		expect(words[i] == words[0]);
	expect(words[0] > seen.last);
	seen.last = words[0];
	if (!seen.count++)
		seen.first = words[0];
	seen.bytes += size + 8;
}

static int see(void *context, const void *data, size_t size)
{
	(void)context;
	check_record(data, size);
	if (seen.last == seen.overwrite_at)
		make(5 * HOLDS);
	return seen.last == seen.stop_at ? -ECANCELED : 0;
}

/* Read the whole ring, by callback or by spans. */
static void read_all(int by_spans)
{
	struct rawbpf_span spans[8];
	int count;

	if (!by_spans)
		ck_assert_int_ge(rawbpf_ring_read(&ring), 0);
	while (by_spans && (count = rawbpf_ring_next(&ring, spans, 8)) != 0) {
		ck_assert_int_gt(count, 0);
		for (int s = 0; s < count; s++)
			for (unsigned i = 0; i < spans[s].count; i++)
				check_record((const char *)spans[s].data + i * spans[s].stride,
					     spans[s].size);
	}
	ck_assert_uint_eq(ring.source.received, seen.count);
	ck_assert_uint_eq(ring.source.lost, 0);
}

static void begin_at(unsigned long position)
{
	memset(&seen, 0, sizeof seen);
	made = 0;
	fake_ring_open_overwriting(&fake, SIZE, position);
	ck_assert_int_eq(fake_ring_begin(&ring, &fake, see, NULL), 0);
}

START_TEST(test_nothing_overwritten)
{
	begin_at(0);
	for (int round = 1; round <= 100; round++) {
		make(HOLDS);
		read_all(_i);
		ck_assert_uint_eq(seen.count, round * (uint64_t)HOLDS);
	}
	ck_assert_uint_eq(ring.overwritten, 0);
	ck_assert_uint_eq(fake.consumer, fake.producer);
}
END_TEST

/*
 * A reader that is laps behind gets the newest records, as many as the ring holds, at any
 * positions.
 */
START_TEST(test_newest)
{
	const unsigned laps[] = { 1, 2, 3, 50 };

	begin_at(-(unsigned long)(2 * SIZE));
	for (unsigned i = 0; i < sizeof laps / sizeof *laps; i++) {
		const uint64_t before = ring.overwritten;

		seen.count = 0;
		ring.source.received = 0;
		make(laps[i] * HOLDS + 7);
		read_all(_i);
		ck_assert_uint_eq(seen.count, HOLDS);
		ck_assert_uint_eq(seen.first, made - HOLDS + 1);
		ck_assert_uint_eq(seen.last, made);
		ck_assert_uint_eq(ring.overwritten - before,
				  ((laps[i] - 1) * HOLDS + 7) * (uint64_t)RECORD);
		ck_assert_uint_eq(fake.consumer, fake.producer);
	}
}
END_TEST

/* Every byte written belongs to a record that was handed over, discarded, or overwritten. */
START_TEST(test_sizes)
{
	uint64_t discarded = 0;

	begin_at(-(unsigned long)(20 * SIZE));
	for (int round = 0; round < 500; round++) {
		for (int i = 0; i < round; i++) {
			const uint32_t size = 8 + made * 7 % 32 * 8;
			const int discard = made % 5 == 0;

			fake_ring_put(&fake, ++made, size, discard ? FAKE_DISCARD : 0);
		}
		read_all(_i);
		ck_assert_int_eq(made == 0 || made % 5 == 1 || seen.last == made, 1);
	}
	discarded = fake.producer + 20 * SIZE - seen.bytes - ring.overwritten;
	ck_assert_uint_ge(discarded, 16 * ring.source.discarded);
	ck_assert_uint_le(discarded, 264 * ring.source.discarded);
	ck_assert_uint_gt(ring.source.discarded, 100);
	ck_assert_uint_gt(ring.overwritten, 100000);
}
END_TEST

/* The reader hands over copies, so overwriting does not change them. */
START_TEST(test_overwritten_while_handling)
{
	begin_at(0);
	make(100);
	seen.overwrite_at = 10;
	ck_assert_int_eq(rawbpf_ring_read(&ring), 100 + HOLDS);
	ck_assert_uint_eq(seen.last, made);
	ck_assert_uint_eq(ring.overwritten, 4 * HOLDS * (uint64_t)RECORD);
}
END_TEST

START_TEST(test_stop)
{
	begin_at(0);
	make(100);
	seen.stop_at = 10;
	ck_assert_int_eq(rawbpf_ring_read(&ring), -ECANCELED);
	ck_assert_uint_eq(ring.source.received, 10);
	ck_assert_uint_eq(fake.consumer, 10 * RECORD);
	ck_assert_int_eq(rawbpf_ring_read(&ring), 90);
	ck_assert_uint_eq(ring.overwritten, 0);
}
END_TEST

/* --------------------------------------------------- overwriting during the reader's copy */

static unsigned char *guarded;
static unsigned made_meanwhile;

/* The reader's copy has reached this page: write records now. */
static void overwrite_now(int signal)
{
	(void)signal;
	mprotect(guarded, PAGE, PROT_READ | PROT_WRITE);
	make(made_meanwhile);
}

/*
 * The reader has copied the first half of a full ring when more records are written. It leaves out
 * all records that they overwrote, copied or not.
 */
START_TEST(test_overtaken)
{
	const unsigned more[] = { 0, 1, 3, HOLDS / 2, HOLDS / 2 + 9, HOLDS - 1, HOLDS, 3 * HOLDS };
	const unsigned overwritten = more[_i] ? more[_i] : 0;

	begin_at(0);
	make(HOLDS);
	guarded = fake.data + SIZE / 2;
	made_meanwhile = more[_i];
	signal(SIGSEGV, overwrite_now);
	signal(SIGBUS, overwrite_now);
	ck_assert_int_eq(mprotect(guarded, PAGE, PROT_NONE), 0);
	read_all(0);
	ck_assert_uint_eq(made, HOLDS + more[_i]);
	ck_assert_uint_eq(seen.last, made);
	ck_assert_uint_eq(seen.first, overwritten + 1);
	ck_assert_uint_eq(seen.count, HOLDS);
	ck_assert_uint_eq(ring.overwritten, overwritten * (uint64_t)RECORD);
}
END_TEST

/* ------------------------------------------------------------------------------ the rest */

/* Producers cannot overwrite a reserved record. Records behind it wait. */
START_TEST(test_busy)
{
	uint32_t *held;

	begin_at(0);
	make(5);
	held = fake_ring_reserve(&fake, RECORD - 8);
	made++;
	make(HOLDS - 6);
	read_all(_i);
	ck_assert_uint_eq(seen.count, 5);
	make(5);
	ck_assert_int_eq(fake_ring_put(&fake, 1, RECORD - 8, 0), 0); /* no room */
	read_all(_i);
	ck_assert_uint_eq(seen.count, 5);
	ck_assert_uint_eq(fake.consumer, 5 * RECORD);
	for (int i = 0; i < RECORD / 8 - 1; i++)
		((uint64_t *)(held + 2))[i] = 6;
	fake_ring_submit(held, 0);
	read_all(_i);
	ck_assert_uint_eq(seen.last, made);
	ck_assert_uint_eq(ring.overwritten, 0);
}
END_TEST

/* Memory that no kernel wrote: the read ends, and stays inside. */
START_TEST(test_corrupt)
{
	begin_at(0);
	make(3);
	switch (_i) {
	case 0:
		fake.oldest = 4;
		break;
	case 1:
		fake.producer += 4;
		break;
	case 2:
		*fake_ring_header(&fake, 0) = 0x3fffffff;
		break;
	case 3: /* the oldest record is in the future */
		fake.oldest = fake.producer + 800;
		break;
	}
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(rawbpf_ring_read(&ring), _i < 3 ? -EBADMSG : 0);
	ck_assert_uint_eq(ring.source.received, 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_nothing_overwritten, 0, 2);
	tcase_add_loop_test(tests, test_newest, 0, 2);
	tcase_add_loop_test(tests, test_sizes, 0, 2);
	tcase_add_test(tests, test_overwritten_while_handling);
	tcase_add_test(tests, test_stop);
	tcase_add_loop_test(tests, test_overtaken, 0, 8);
	tcase_add_loop_test(tests, test_busy, 0, 2);
	tcase_add_loop_test(tests, test_corrupt, 0, 4);
}

int main(void)
{
	return unit_run("ring_overwrite", add_tests);
}

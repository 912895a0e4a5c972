/* SPDX-License-Identifier: MIT */
/* Records from this process to programs, by user ring buffers (Linux 6.1). */
#include "../live.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>

#include "ring_programs.h"

enum { PAGE = 4096 };

static struct rawbpf_user_ring ring;
static int map, sum, prog;

/* Return 0 if this kernel has no user ring buffers. */
static int begin_with(unsigned size, int flags)
{
	map = ring_user_create(size);
	if (map == -EINVAL && live_kernel() < 0x601)
		return 0;
	ck_assert_int_gt(map, 2);
	sum = ring_sum_create();
	prog = ring_drainer_load(map, sum, flags);
	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_user_ring_open(&ring, map), 0);
	return 1;
}

static int begin(int flags)
{
	return begin_with(PAGE, flags);
}

static void end(void)
{
	rawbpf_user_ring_close(&ring);
	rawbpf_user_ring_close(&ring);
	close(prog);
	close(sum);
	close(map);
}

static int drain(void)
{
	char packet[64] = { 0 };
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet };

	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	return run.retval;
}

static void expect_sum(uint64_t count, uint64_t total)
{
	const unsigned key = 0;
	struct ring_sum got;

	ck_assert_int_eq(rawbpf_map_lookup(sum, &key, &got, 0), 0);
	ck_assert_uint_eq(got.count, count);
	ck_assert_uint_eq(got.sum, total);
}

static int reserve(uint64_t number, size_t size, int timeout_ms, void **record)
{
	int err = rawbpf_user_ring_reserve(record, &ring, size, timeout_ms);

	if (err == 0) {
		const uint32_t *header = (const uint32_t *)*record - 2;

		ck_assert_uint_eq((uintptr_t)*record % 8, 0);
		ck_assert_uint_eq(header[0], size | 1u << 31);
		ck_assert_uint_eq(header[1], 0);
		memset(*record, 0xff, size); /* the next lap finds it where headers go */
		memcpy(*record, &number, sizeof number);
	}
	return err;
}

/* Many laps with all sizes. Some records are discarded. */
START_TEST(test_exact_records)
{
	uint64_t count = 0, total = 0;

	if (!begin(0))
		SKIP("user ring buffers are of Linux 6.1");
	for (uint64_t number = 1; number <= 2000; number++) {
		void *record;

		ck_assert_int_eq(reserve(number, 8 + number % 100, 0, &record), 0);
		if (number % 5 == 0) {
			rawbpf_user_ring_discard(&ring, record);
		} else {
			rawbpf_user_ring_submit(&ring, record);
			count++;
			total += number;
		}
		if (number % 7 == 0)
			ck_assert_int_gt(drain(), 0);
	}
	drain();
	ck_assert_int_eq(drain(), 0);
	expect_sum(count, total);
	end();
}
END_TEST

/* A reserved record holds back records submitted after it. */
START_TEST(test_order)
{
	void *first, *second;

	if (!begin(0))
		SKIP("user ring buffers are of Linux 6.1");
	ck_assert_int_eq(reserve(1, 8, 0, &first), 0);
	ck_assert_int_eq(reserve(2, 8, 0, &second), 0);
	rawbpf_user_ring_submit(&ring, second);
	ck_assert_int_eq(drain(), 0);
	rawbpf_user_ring_submit(&ring, first);
	ck_assert_int_eq(drain(), 2);
	expect_sum(2, 3);
	end();
}
END_TEST

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static void nothing(int signal)
{
	(void)signal;
}

static int fill(void)
{
	void *record;
	int count = 0;

	while (reserve(1, 56, 0, &record) == 0) {
		rawbpf_user_ring_submit(&ring, record);
		count++;
	}
	return count;
}

START_TEST(test_full)
{
	const struct sigaction action = { .sa_handler = nothing };
	/* Repeat the signal: the first may come before the wait. */
	const struct itimerval each_50_ms = { .it_value.tv_usec = 50 * 1000,
					       .it_interval.tv_usec = 50 * 1000 };
	const struct itimerval never = { 0 };
	void *record;
	double start;

	if (!begin(0))
		SKIP("user ring buffers are of Linux 6.1");
	ck_assert_int_eq(fill(), PAGE / 64);
	ck_assert_int_eq(reserve(1, 8, 0, &record), -ENOSPC);
	start = seconds();
	ck_assert_int_eq(reserve(1, 8, 100, &record), -ENOSPC);
	ck_assert(seconds() - start >= 0.099 && seconds() - start < PATIENCE_MS / 1000);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each_50_ms, NULL);
	ck_assert_int_eq(reserve(1, 8, -1, &record), -EINTR);
	setitimer(ITIMER_REAL, &never, NULL);
	ck_assert_int_eq(drain(), PAGE / 64);
	/* the whole ring fits, but not more */
	ck_assert_int_eq(rawbpf_user_ring_reserve(&record, &ring, PAGE - 7, 0), -E2BIG);
	ck_assert_int_eq(rawbpf_user_ring_reserve(&record, &ring, SIZE_MAX, -1), -E2BIG);
	ck_assert_int_eq(reserve(5, PAGE - 8, 0, &record), 0);
	rawbpf_user_ring_submit(&ring, record);
	ck_assert_int_eq(drain(), 1);
	expect_sum(PAGE / 64 + 1, PAGE / 64 + 5);
	end();
}
END_TEST

/* A record larger than its dynptrs stops a program's drain for good. */
START_TEST(test_largest)
{
	enum { LARGEST = (1 << 24) - 1 };
	void *record;

	if (!begin_with(2 * (LARGEST + 1), 0))
		SKIP("user ring buffers are of Linux 6.1");
	ck_assert_int_eq(rawbpf_user_ring_reserve(&record, &ring, LARGEST + 1, 0), -E2BIG);
	for (uint64_t number = 1; number <= 2; number++) {
		ck_assert_int_eq(reserve(number, LARGEST, 0, &record), 0);
		rawbpf_user_ring_submit(&ring, record);
		ck_assert_int_eq(drain(), 1);
	}
	expect_sum(2, 3);
	end();
}
END_TEST

static int stop;

static void *drain_until_stopped(void *argument)
{
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		usleep(200);
		drain();
	}
	drain();
	return argument;
}

/* A writer always finds the ring full. It waits, and each drain wakes it. */
START_TEST(test_blocking)
{
	enum { RECORDS = 50000 };
	pthread_t thread;

	if (!begin(0))
		SKIP("user ring buffers are of Linux 6.1");
	ck_assert_int_eq(pthread_create(&thread, NULL, drain_until_stopped, NULL), 0);
	for (uint64_t number = 1; number <= RECORDS; number++) {
		void *record;

		ck_assert_int_eq(reserve(number, 8 + number % 3 * 100, PATIENCE_MS, &record), 0);
		rawbpf_user_ring_submit(&ring, record);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	expect_sum(RECORDS, (uint64_t)RECORDS * (RECORDS + 1) / 2);
	end();
}
END_TEST

START_TEST(test_open_and_close)
{
	int array = live_array(1);
	void *record;

	if (!begin(0))
		SKIP("user ring buffers are of Linux 6.1");
	ck_assert_int_eq(reserve(3, 8, 0, &record), 0);
	rawbpf_user_ring_submit(&ring, record);
	rawbpf_user_ring_close(&ring);
	ck_assert_int_eq(reserve(4, 8, 0, &record), -EBADF);
	ck_assert_int_eq(rawbpf_user_ring_open(&ring, map), 0);
	ck_assert_int_eq(reserve(4, 8, 0, &record), 0);
	rawbpf_user_ring_submit(&ring, record);
	ck_assert_int_eq(drain(), 2);
	expect_sum(2, 7);
	end();
	ck_assert_int_eq(rawbpf_user_ring_open(&ring, array), -EINVAL);
	ck_assert_int_eq(rawbpf_user_ring_open(&ring, -1), -EBADF);
	ck_assert_int_eq(reserve(4, 8, 0, &record), -EBADF);
	close(array);
}
END_TEST

/* A writer that ended cannot submit any more. Programs do not wait for it. */
START_TEST(test_reserved_and_left)
{
	const unsigned order[] = { 4, 3, 1 }; /* bits: the records of three that were submitted */
	void *records[3];

	if (!begin(0))
		SKIP("user ring buffers are of Linux 6.1");
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 3; i++)
			ck_assert_int_eq(reserve(1, 8 + i * 100, 0, &records[i]), 0);
		for (int i = 0; i < 3; i++)
			if (order[round % 3] >> i & 1)
				rawbpf_user_ring_submit(&ring, records[i]);
		rawbpf_user_ring_close(&ring);
		ck_assert_int_eq(rawbpf_user_ring_open(&ring, map), 0);
		ck_assert_int_eq(reserve(1, 8, 0, &records[0]), 0);
		rawbpf_user_ring_submit(&ring, records[0]);
		ck_assert_int_eq(drain(), 1 + __builtin_popcount(order[round % 3]));
	}
	end();
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_exact_records);
	tcase_add_test(tests, test_order);
	tcase_add_test(tests, test_full);
	tcase_add_test(tests, test_largest);
	tcase_add_test(tests, test_blocking);
	tcase_add_test(tests, test_open_and_close);
	tcase_add_test(tests, test_reserved_and_left);
}

int main(void)
{
	return live_run("user_ring", add_tests);
}

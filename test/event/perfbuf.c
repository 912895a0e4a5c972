/* SPDX-License-Identifier: MIT */
/*
 * Perf buffers on the running kernel. Only this process runs the producer: on each CPU in turn, or
 * from a thread on each. So counts are exact whatever else runs.
 */
#include "../live.h"
#include "producer.h"

#include <linux/membarrier.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <time.h>

enum { CPUS_MAX = PRODUCER_CPUS, RECORD = 16, PAGE = 4096 };

static int map, cpus;
static struct producer producer;
static struct rawbpf_perfbuf perfbuf;

/* The records that handle() got, by CPU. */
static struct {
	uint64_t received;
	uint64_t next;     /* the next number of the producer's */
	uint64_t skipped;  /* numbers that did not come */
} seen[CPUS_MAX];
static uint64_t damaged;
static size_t size_expected;
static int stop_after;  /* after so many records; 0: never */

static int handle(void *context, const void *data, size_t size)
{
	const struct producer_record *record;
	static unsigned char copy[PRODUCER_SIZE_MAX];
	size_t i;

	ck_assert_ptr_eq(context, seen);
	ck_assert_uint_eq((uintptr_t)data % 4, 0);
	memcpy(copy, data, size);
	record = (void *)copy;
	if (size != size_expected || record->cpu != perfbuf.cpu || record->cpu >= CPUS_MAX) {
		damaged++;
		return 0;
	}
	for (i = sizeof *record; i < producer.size; i++)
		damaged += copy[i] != PRODUCER_SEED;
	if (record->number < seen[record->cpu].next)
		damaged++;
	seen[record->cpu].skipped += record->number - seen[record->cpu].next;
	seen[record->cpu].next = record->number + 1;
	seen[record->cpu].received++;
	return stop_after && !--stop_after ? -ECANCELED : 0;
}

static void begin(unsigned record_size, struct rawbpf_perfbuf_spec spec)
{
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus > CPUS_MAX)
		cpus = CPUS_MAX;
	map = producer_map();
	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(producer_open(&producer, map, record_size), 0);
	ck_assert_int_eq(rawbpf_perfbuf_open(&perfbuf, map, handle, seen, &spec), 0);
	ck_assert_int_gt(perfbuf.source.fd, 2);
	memset(seen, 0, sizeof seen);
	size_expected = (record_size + 4 + 7) / 8 * 8 - 4;
}

static void end(void)
{
	rawbpf_perfbuf_close(&perfbuf);
	rawbpf_perfbuf_close(&perfbuf);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), -EBADF);
	producer_close(&producer);
	close(map);
}

static void produce(unsigned count)
{
	int cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		ck_assert_int_eq(producer_run(&producer, cpu, count), 0);
}

/* Assert, once all is read, that the produced records are those received and those refused. */
static void check_ledger(uint64_t produced, uint64_t refused)
{
	uint64_t received = 0, all_refused = 0;
	int cpu;

	ck_assert_uint_eq(damaged, 0);
	for (cpu = 0; cpu < cpus; cpu++) {
		struct producer_ledger ledger = producer_ledger(&producer, cpu);

		ck_assert_uint_eq(ledger.produced, produced);
		ck_assert_uint_eq(seen[cpu].received + ledger.refused, produced);
		if (refused != UINT64_MAX)
			ck_assert_uint_eq(ledger.refused, refused);
		if (ledger.refused)
			ck_assert_int_eq(ledger.error, -ENOSPC);
		received += seen[cpu].received;
		all_refused += ledger.refused;
	}
	ck_assert_uint_eq(perfbuf.source.received, received);
	ck_assert_uint_eq(perfbuf.source.discarded, 0);
	ck_assert_uint_le(perfbuf.source.lost, all_refused);
}

START_TEST(test_all_arrive)
{
	begin(RECORD, (struct rawbpf_perfbuf_spec){ 0 });
	produce(1000);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 1000 * cpus);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 0);
	check_ledger(1000, 0);
	end();
}
END_TEST

/* Many laps through a one-page buffer: records of every size cross its end. */
START_TEST(test_wrap)
{
	unsigned round;

	begin(RECORD + _i, (struct rawbpf_perfbuf_spec){ .size = PAGE });
	for (round = 0; round < 1000; round++) {
		produce(3);
		ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 3 * cpus);
	}
	check_ledger(3000, 0);
	end();
}
END_TEST

/*
 * No reader empties a one-page buffer: it refuses further records, and reports their number later.
 */
START_TEST(test_full)
{
	const unsigned fit = PAGE / 32 - 1; /* records of 12 + 20 bytes; the last byte stays free */
	int cpu;

	begin(RECORD, (struct rawbpf_perfbuf_spec){ .size = PAGE });
	produce(1000);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), fit * cpus);
	ck_assert_uint_eq(perfbuf.source.lost, 0);
	check_ledger(1000, 1000 - fit);
	produce(1); /* the next record that finds room reports them */
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), cpus);
	ck_assert_uint_eq(perfbuf.source.lost, (uint64_t)cpus * (1000 - fit));
	for (cpu = 0; cpu < cpus; cpu++)
		ck_assert_uint_eq(seen[cpu].skipped, 1000 - fit);
	check_ledger(1001, 1000 - fit);
	end();
}
END_TEST

/* The helper accepts records that are too long for the kernel's 16-bit sizes. */
START_TEST(test_largest)
{
	begin(65516, (struct rawbpf_perfbuf_spec){ .size = 1 << 20 });
	produce(10);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 10 * cpus);
	check_ledger(10, 0);
	end();
}
END_TEST

START_TEST(test_too_large)
{
	int result;

	begin(65517 + _i, (struct rawbpf_perfbuf_spec){ .size = 1 << 20 });
	produce(3);
	result = rawbpf_perfbuf_read(&perfbuf);
	ck_assert(result == 0 || result == -EBADMSG);
	ck_assert_uint_eq(perfbuf.source.received, 0);
	end();
}
END_TEST

START_TEST(test_stop)
{
	begin(RECORD, (struct rawbpf_perfbuf_spec){ 0 });
	produce(10);
	stop_after = 3;
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), -ECANCELED);
	ck_assert_uint_eq(perfbuf.source.received, 3);
	/* The records left over wake the reader at once. */
	ck_assert_int_eq(poll(&(struct pollfd){ .fd = perfbuf.source.fd, .events = POLLIN }, 1, 50), 1);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 10 * cpus - 3);
	check_ledger(10, 0);
	end();
}
END_TEST

/* A reader that stops at each record sees those of all CPUs in turn. */
START_TEST(test_stop_is_fair)
{
	begin(RECORD, (struct rawbpf_perfbuf_spec){ 0 });
	produce(10);
	for (int turn = 0; turn < 10 * cpus; turn++) {
		stop_after = 1;
		ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), -ECANCELED);
		ck_assert_uint_eq(perfbuf.cpu, turn % cpus);
	}
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 0);
	check_ledger(10, 0);
	end();
}
END_TEST

/* ---------------------------------------------------------------------------------- overload */

static void *produce_at_full_speed(void *cpu)
{
	unsigned round;

	for (round = 0; round < 100; round++)
		ck_assert_int_eq(producer_run(&producer, (uintptr_t)cpu, 10000), 0);
	return NULL;
}

static int handle_slowly(void *context, const void *data, size_t size)
{
	static unsigned calls;

	if (++calls % 4096 == 0)
		usleep(1000);
	return handle(context, data, size);
}

/* A producer on each CPU writes 1 million records at full speed, and the reader is slow. */
START_TEST(test_overload)
{
	pthread_t threads[CPUS_MAX];
	struct pollfd wait = { .events = POLLIN };
	uint64_t produced = 0, end_of_all;
	int cpu;

	begin(RECORD, (struct rawbpf_perfbuf_spec){ .size = PAGE << _i });
	perfbuf.handle = handle_slowly;
	wait.fd = perfbuf.source.fd;
	end_of_all = 1000000ULL * cpus;
	for (cpu = 0; cpu < cpus; cpu++)
		ck_assert_int_eq(pthread_create(&threads[cpu], NULL, produce_at_full_speed,
						(void *)(uintptr_t)cpu), 0);
	while (produced < end_of_all) {
		produced = 0;
		for (cpu = 0; cpu < cpus; cpu++)
			produced += producer_ledger(&producer, cpu).produced;
		poll(&wait, 1, 100);
		ck_assert_int_ge(rawbpf_perfbuf_read(&perfbuf), 0);
	}
	for (cpu = 0; cpu < cpus; cpu++)
		pthread_join(threads[cpu], NULL);
	while (rawbpf_perfbuf_read(&perfbuf) > 0)
		;
	check_ledger(1000000, UINT64_MAX);
	end();
}
END_TEST

/* --------------------------------------------------------------------------------- wake-ups */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Count the wake-ups of an epoll of the user's own in so many milliseconds. Each one reads. */
static unsigned count_wakes(int milliseconds, unsigned flags)
{
	struct epoll_event event = { .events = EPOLLIN | flags };
	int64_t left, deadline;
	unsigned wakes = 0;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	ck_assert_int_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, perfbuf.source.fd, &event), 0);
	deadline = now_ms() + milliseconds;
	while ((left = deadline - now_ms()) > 0) {
		if (epoll_wait(epoll, &event, 1, left) != 1)
			continue;
		wakes++;
		ck_assert_int_ge(rawbpf_perfbuf_read(&perfbuf), 0);
	}
	close(epoll);
	return wakes;
}

START_TEST(test_idle)
{
	static const struct {
		int latency_ms;
		unsigned most;
	} cases[] = { { 0, 11 }, { 500, 3 }, { RAWBPF_EACH_RECORD, 2 } };

	begin(RECORD, (struct rawbpf_perfbuf_spec){ .latency_ms = cases[_i].latency_ms });
	ck_assert_uint_le(count_wakes(1000, 0), cases[_i].most);
	end();
}
END_TEST

/* Wait with level- or edge-triggered epoll until a record comes. Returns the milliseconds. */
static int64_t wait_for_record(unsigned flags)
{
	struct epoll_event event = { .events = EPOLLIN | flags };
	int64_t start;
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	ck_assert_int_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, perfbuf.source.fd, &event), 0);
	count_wakes(150, 0); /* the first tick */
	ck_assert_int_eq(producer_run(&producer, 0, 1), 0);
	start = now_ms();
	do
		ck_assert_int_eq(epoll_wait(epoll, &event, 1, PATIENCE_MS), 1);
	while (rawbpf_perfbuf_read(&perfbuf) == 0);
	close(epoll);
	return now_ms() - start;
}

/*
 * A busy machine may delay one record, but not ten in a row. The perf buffer also reads when it
 * looks for new CPUs. The limits are below that interval.
 */
START_TEST(test_latency)
{
	static const struct {
		int latency_ms, most;
	} cases[] = { { 0, 500 }, { 300, 700 }, { RAWBPF_EACH_RECORD, 500 } };
	int i, tries;

	begin(RECORD, (struct rawbpf_perfbuf_spec){ .latency_ms = cases[_i / 2].latency_ms });
	for (i = 0; i < 3; i++) {
		for (tries = 1; wait_for_record(_i % 2 ? EPOLLET : 0) > cases[_i / 2].most; tries++)
			ck_assert_int_lt(tries, 10);
	}
	end();
}
END_TEST

/* Half a buffer wakes the reader long before the latency is over. */
START_TEST(test_watermark)
{
	struct pollfd wait = { .events = POLLIN };

	begin(RECORD, (struct rawbpf_perfbuf_spec){ .size = PAGE, .latency_ms = 10 * PATIENCE_MS });
	wait.fd = perfbuf.source.fd;
	ck_assert_int_eq(poll(&wait, 1, PATIENCE_MS), 1); /* the first tick */
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 0);
	ck_assert_int_eq(poll(&wait, 1, 200), 0);
	ck_assert_int_eq(producer_run(&producer, 0, 40), 0);
	ck_assert_int_eq(poll(&wait, 1, 200), 0); /* less than half does not */
	ck_assert_int_eq(producer_run(&producer, 0, 40), 0);
	ck_assert_int_eq(poll(&wait, 1, PATIENCE_MS), 1);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 80);
	end();
}
END_TEST

/* -------------------------------------------------------------------------- keeping the newest */

START_TEST(test_newest)
{
	const unsigned fit = PAGE / 32;
	int cpu;

	begin(RECORD, (struct rawbpf_perfbuf_spec){ .size = PAGE, .overwrite = 1 });
	for (cpu = 0; cpu < cpus; cpu++)
		seen[cpu].next = 1000 - fit;
	produce(1000);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), fit * cpus);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 0);
	produce(5);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 5 * cpus);
	ck_assert_uint_eq(damaged, 0);
	for (cpu = 0; cpu < cpus; cpu++) {
		ck_assert_uint_eq(seen[cpu].next, 1005);
		ck_assert_uint_eq(seen[cpu].skipped, 0);
		ck_assert_uint_eq(producer_ledger(&producer, cpu).refused, 0);
	}
	end();
}
END_TEST

/* A loop does not read a buffer that keeps the newest records. */
START_TEST(test_newest_in_a_loop)
{
	struct rawbpf_loop loop;

	begin(RECORD, (struct rawbpf_perfbuf_spec){ .overwrite = 1 });
	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &perfbuf.source), 0);
	produce(7);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 300), 0);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 7 * cpus);
	rawbpf_loop_close(&loop);
	end();
}
END_TEST

static int stop;

static void *produce_until_stopped(void *cpu)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		ck_assert_int_eq(producer_run(&producer, (uintptr_t)cpu, 1000), 0);
	return NULL;
}

/* Interrupt every CPU that runs one of our threads, sometimes in the middle of an output. */
static void *interrupt_until_stopped(void *unused)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
	return unused;
}

/*
 * A producer at full speed overwrites the buffer during reads: the records are whole and in order.
 */
START_TEST(test_newest_under_fire)
{
	struct producer_ledger ledger;
	pthread_t threads[2];
	uintptr_t cpu;

	begin(100, (struct rawbpf_perfbuf_spec){ .size = PAGE, .overwrite = 1 });
	cpu = cpus - 1;
	ck_assert_int_eq(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0), 0);
	ck_assert_int_eq(pthread_create(&threads[0], NULL, produce_until_stopped, (void *)cpu), 0);
	ck_assert_int_eq(pthread_create(&threads[1], NULL, interrupt_until_stopped, NULL), 0);
	for (int i = 0; i < 50; i++) {
		usleep(500);
		ck_assert_int_ge(rawbpf_perfbuf_read(&perfbuf), 0);
	}
	stop = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(producer_run(&producer, cpu, 1), 0);
	ck_assert_int_gt(rawbpf_perfbuf_read(&perfbuf), 0);
	ck_assert_uint_eq(damaged, 0);
	ledger = producer_ledger(&producer, cpu);
	ck_assert_uint_eq(seen[cpu].next, ledger.produced);
	ck_assert_uint_le(seen[cpu].received + ledger.refused, ledger.produced);
	end();
}
END_TEST

/* ---------------------------------------------------------------------------- edge cases */

START_TEST(test_refusals)
{
	static const struct {
		struct rawbpf_perfbuf_spec spec;
		int result;
	} cases[] = {
		{ { .size = 4095 }, -EINVAL },
		{ { .size = 2048 }, -EINVAL },
		{ { .size = 12288 }, -EINVAL },
		{ { .size = 1U << 31 }, -EINVAL },
		{ { .latency_ms = -2 }, -EINVAL },
	};
	int array = live_array(1), fds;
	unsigned i;

	map = producer_map();
	fds = live_fds();
	for (i = 0; i < RAWBPF_COUNT(cases); i++) {
		ck_assert_int_eq(rawbpf_perfbuf_open(&perfbuf, map, handle, NULL,
						     &cases[i].spec), cases[i].result);
		ck_assert_int_eq(perfbuf.source.fd, 0);
		ck_assert_int_eq(live_fds(), fds);
	}
	ck_assert_int_eq(rawbpf_perfbuf_open(&perfbuf, map, NULL, NULL, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_perfbuf_open(&perfbuf, array, handle, NULL, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_perfbuf_open(&perfbuf, 1000, handle, NULL, NULL), -EBADF);
	close(array);
	close(map);
}
END_TEST

START_TEST(test_map_too_small)
{
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP("there is one CPU only");
	map = live_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1);
	ck_assert_int_eq(rawbpf_perfbuf_open(&perfbuf, map, handle, NULL, NULL), -E2BIG);
	close(map);
}
END_TEST

START_TEST(test_unprivileged)
{
	int err;

	map = producer_map();
	live_be_nobody();
	err = rawbpf_perfbuf_open(&perfbuf, map, handle, NULL, NULL);
	ck_assert(err == -EACCES || err == -EPERM); /* before 5.19 bpf(2) itself fails */
	close(map);
}
END_TEST

/* The perf buffer finds the CPUs without sysfs. */
START_TEST(test_without_sysfs)
{
	live_private_mounts();
	live_hide_directory("/sys");
	begin(RECORD, (struct rawbpf_perfbuf_spec){ 0 });
	produce(10);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 10 * cpus);
	check_ledger(10, 0);
	end();
}
END_TEST

/* An open perf buffer holds the map. A closed one leaves it empty. */
START_TEST(test_map_is_kept_and_emptied)
{
	int fds, again;

	begin(RECORD, (struct rawbpf_perfbuf_spec){ 0 });
	again = map;
	map = fcntl(again, F_DUPFD_CLOEXEC, 3);
	close(again);
	produce(10);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 10 * cpus);
	fds = live_fds();
	rawbpf_perfbuf_close(&perfbuf);
	ck_assert_int_lt(live_fds(), fds);
	ck_assert_uint_eq(perfbuf.source.received, 10 * cpus);
	produce(1);
	ck_assert_int_eq(producer_ledger(&producer, 0).refused, 1);
	ck_assert_int_eq(producer_ledger(&producer, 0).error, -ENOENT);
	end();
}
END_TEST

/* A loop, a wait that ticks interrupt, and a callback that stops it. */
START_TEST(test_loop)
{
	struct rawbpf_loop loop;
	int64_t start;

	begin(RECORD, (struct rawbpf_perfbuf_spec){ 0 });
	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &perfbuf.source), 0);
	produce(10);
	ck_assert_int_eq(rawbpf_loop_run(&loop, PATIENCE_MS), 10 * cpus);
	start = now_ms();
	ck_assert_int_eq(rawbpf_loop_run(&loop, 250), 0); /* ticks do not end the wait */
	ck_assert_int_ge(now_ms() - start, 245);
	produce(10);
	stop_after = 1;
	ck_assert_int_eq(rawbpf_loop_run(&loop, PATIENCE_MS), -ECANCELED);
	ck_assert_int_eq(rawbpf_loop_run(&loop, PATIENCE_MS), 10 * cpus - 1);
	rawbpf_loop_close(&loop);
	end();
}
END_TEST

/* A turn re-arms the timer: without records, nothing is ready until it expires once more. */
START_TEST(test_loop_rearms)
{
	struct rawbpf_loop loop;
	struct pollfd ready = { .events = POLLIN };

	begin(RECORD, (struct rawbpf_perfbuf_spec){ .latency_ms = PATIENCE_MS });
	ready.fd = perfbuf.source.fd;
	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	ck_assert_int_eq(rawbpf_loop_add(&loop, &perfbuf.source), 0);
	ck_assert_int_eq(rawbpf_loop_run(&loop, 0), 0);
	ck_assert_int_eq(poll(&ready, 1, 0), 0);
	rawbpf_loop_close(&loop);
	end();
}
END_TEST

static int stop_now(void *context, const void *data, size_t size)
{
	(void)context, (void)data, (void)size;
	return -ECANCELED;
}

/* Both buffers have a record that wakes at once: the one without a turn gets it in the next run. */
START_TEST(test_loop_after_a_stop)
{
	const struct rawbpf_perfbuf_spec spec = { .latency_ms = RAWBPF_EACH_RECORD };
	struct rawbpf_perfbuf perfbufs[2];
	struct producer producers[2];
	struct rawbpf_loop loop;
	int i, maps[2];

	ck_assert_int_eq(rawbpf_loop_open(&loop), 0);
	for (i = 0; i < 2; i++) {
		maps[i] = producer_map();
		ck_assert_int_eq(producer_open(&producers[i], maps[i], RECORD), 0);
		ck_assert_int_eq(rawbpf_perfbuf_open(&perfbufs[i], maps[i], stop_now, NULL,
						     &spec), 0);
		ck_assert_int_eq(rawbpf_loop_add(&loop, &perfbufs[i].source), 0);
	}
	ck_assert_int_eq(rawbpf_loop_run(&loop, 50), 0); /* the first tick */
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(producer_run(&producers[i], 0, 1), 0);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(rawbpf_loop_run(&loop, PATIENCE_MS), -ECANCELED);
	for (i = 0; i < 2; i++) {
		ck_assert_uint_eq(perfbufs[i].source.received, 1);
		rawbpf_perfbuf_close(&perfbufs[i]);
		producer_close(&producers[i]);
		close(maps[i]);
	}
	rawbpf_loop_close(&loop);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_all_arrive);
	tcase_add_loop_test(tests, test_wrap, 0, 24);
	tcase_add_test(tests, test_full);
	tcase_add_test(tests, test_largest);
	tcase_add_loop_test(tests, test_too_large, 0, 20);
	tcase_add_test(tests, test_stop);
	tcase_add_test(tests, test_stop_is_fair);
	tcase_add_loop_test(tests, test_overload, 0, 5);
	tcase_add_loop_test(tests, test_idle, 0, 3);
	tcase_add_loop_test(tests, test_latency, 0, 6);
	tcase_add_test(tests, test_watermark);
	tcase_add_test(tests, test_newest);
	tcase_add_test(tests, test_newest_in_a_loop);
	tcase_add_test(tests, test_newest_under_fire);
	tcase_add_test(tests, test_refusals);
	tcase_add_test(tests, test_map_too_small);
	tcase_add_test(tests, test_unprivileged);
	tcase_add_test(tests, test_without_sysfs);
	tcase_add_test(tests, test_map_is_kept_and_emptied);
	tcase_add_test(tests, test_loop);
	tcase_add_test(tests, test_loop_rearms);
	tcase_add_test(tests, test_loop_after_a_stop);
}

int main(void)
{
	return live_run("perfbuf", add_tests);
}

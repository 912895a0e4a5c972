/* SPDX-License-Identifier: MIT */
/*
 * Perf buffers on the running kernel. The producer is run by this process alone, on each CPU in
 * turn or from a thread each, so that counts are exact whatever else runs.
 */
#include "live.h"
#include "producer.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <time.h>

enum { CPUS_MAX = PRODUCER_CPUS, RECORD = 16, PAGE = 4096 };

static int map, cpus;
static struct producer producer;
static struct rawbpf_perfbuf perfbuf;

/* What handle() saw, by CPU. */
static struct {
	uint64_t received;
	uint64_t next;     /* number, of the producer's */
	uint64_t skipped;  /* numbers */
} seen[CPUS_MAX];
static uint64_t damaged;
static size_t size_expected;
static int stop_after;  /* records; 0: never */

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
	spec.handle = handle;
	spec.context = seen;
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	map = producer_map();
	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(producer_open(&producer, map, record_size), 0);
	ck_assert_int_eq(rawbpf_perfbuf_open(&perfbuf, map, &spec), 0);
	ck_assert_int_gt(perfbuf.source.fd, 2);
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

/* Once all is read: what was output is what was received and what was refused, and no more. */
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

START_TEST(test_every_record)
{
	begin(RECORD, (struct rawbpf_perfbuf_spec){ 0 });
	produce(1000);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 1000 * cpus);
	ck_assert_int_eq(rawbpf_perfbuf_read(&perfbuf), 0);
	check_ledger(1000, 0);
	end();
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_every_record);
}

int main(void)
{
	return live_run("perfbuf", add_tests);
}

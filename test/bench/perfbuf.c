/* SPDX-License-Identifier: MIT */
/*
 * Perf buffers against libbpf's: a program's cost of one output, and the speed of draining a full
 * buffer. Also the losses when the producer is half as fast as its reader.
 *
 * Both sides have buffers of the same size and do the same with each record. They take turns. The
 * bench checks that the results are equal, and compares the medians. Absolute times depend on the
 * machine's load. Compare ratios.
 */
#include "bench.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>

#include "../event/producer.h"

enum { PAGE = 4096, PRODUCER_CPU = 0, READER_CPU = 1, ROUNDS_MAX = 201 };
enum { OURS, LIBBPF, SIDES };

static const char *const names[SIDES] = { "rawbpf", "libbpf" };

/* The work on each record, the same on both sides. */
enum work { FIRST_8_BYTES, ALL_BYTES, TAKE_A_MICROSECOND };

struct side {
	enum work work;
	uint64_t sum, records;
	struct producer producer;
	struct rawbpf_perfbuf ours;
	struct perf_buffer *theirs;
	int map;
	int kind;
	volatile int stop;
};

static double seconds(void)
{
	return clock_seconds(CLOCK_MONOTONIC);
}

/* Read this process's own CPU time. */
static double own_seconds(void)
{
	return clock_seconds(CLOCK_THREAD_CPUTIME_ID);
}

static void use_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set))
		fail("sched_setaffinity", cpu);
}

/*
 * Use a record. One function serves both sides: the place of such a loop in memory changes its
 * speed by a tenth.
 */
static __attribute__((noinline)) void use(struct side *side, const void *data, size_t size)
{
	uint64_t word;

	side->records++;
	if (side->work == ALL_BYTES) {
		uint64_t sum = 0;

		for (size_t at = 0; at + 8 <= size; at += 8) {
			memcpy(&word, (const char *)data + at, 8);
			sum += word;
		}
		side->sum += sum;
		return;
	}
	memcpy(&word, data, 8);
	side->sum += word;
	if (side->work == TAKE_A_MICROSECOND)
		for (double end = seconds() + 1e-6; seconds() < end;)
			;
}

static int on_ours(void *context, const void *data, size_t size)
{
	use(context, data, size);
	return 0;
}

static void on_theirs(void *context, int cpu, void *data, unsigned size)
{
	(void)cpu;
	use(context, data, size);
}

static void on_lost(void *context, int cpu, unsigned long long count)
{
	(void)context, (void)cpu, (void)count;
}

static void side_open(struct side *side, int kind, unsigned pages, unsigned record, enum work work)
{
	int err, map = producer_map();

	*side = (struct side){ .kind = kind, .work = work };
	err = producer_open(&side->producer, map, record);
	if (err < 0)
		fail("loading the producer", err);
	if (kind == OURS) {
		err = rawbpf_perfbuf_open(&side->ours, map, on_ours, side,
					  &(struct rawbpf_perfbuf_spec){ .size = pages * PAGE });
		if (err < 0)
			fail("rawbpf_perfbuf_open", err);
	} else {
		side->theirs = perf_buffer__new(map, pages, on_theirs, on_lost, side, NULL);
		if (!side->theirs)
			fail("perf_buffer__new", -1);
	}
	side->map = map;
}

static void side_close(struct side *side)
{
	if (side->kind == OURS)
		rawbpf_perfbuf_close(&side->ours);
	else
		perf_buffer__free(side->theirs);
	producer_close(&side->producer);
	close(side->map);
}

static void drain(struct side *side)
{
	int got = side->kind == OURS ? rawbpf_perfbuf_read(&side->ours)
				     : perf_buffer__consume(side->theirs);

	if (got < 0)
		fail(names[side->kind], got);
}

static uint64_t refused(const struct side *side)
{
	return producer_ledger(&side->producer, PRODUCER_CPU).refused;
}

static void check_ledger(const struct side *side)
{
	if (side->records + refused(side) !=
	    producer_ledger(&side->producer, PRODUCER_CPU).produced)
		fail("the ledger does not close", side->records);
}

/* ------------------------------------------------------------------------------------ drain */

struct contest {
	const char *name;
	unsigned record;
	enum work work;
};

enum { DRAIN_PAGES = 64, DRAIN_ROUNDS = 31 };

/* Count the records that fill a buffer: each has 12 bytes in front of it, and padding behind. */
static unsigned drain_count(const struct contest *contest)
{
	return (DRAIN_PAGES * PAGE - 1) / ((contest->record + 12 + 7) / 8 * 8);
}

/*
 * Open buffers for both sides, fill and drain them in turns, and return each side's median time per
 * record.
 */
static void open_and_drain(const struct contest *contest, double medians[SIDES])
{
	const unsigned count = drain_count(contest);
	static double times[SIDES][ROUNDS_MAX];
	static struct side sides[SIDES];

	for (int kind = 0; kind < SIDES; kind++)
		side_open(&sides[kind], kind, DRAIN_PAGES, contest->record, contest->work);
	for (int round = 0; round < DRAIN_ROUNDS; round++) {
		for (int turn = 0; turn < SIDES; turn++) {
			int kind = (round + turn) % SIDES;
			double start;

			producer_run(&sides[kind].producer, PRODUCER_CPU, count);
			start = own_seconds();
			drain(&sides[kind]);
			times[kind][round] = own_seconds() - start;
		}
	}
	for (int kind = 0; kind < SIDES; kind++) {
		check_ledger(&sides[kind]);
		if (refused(&sides[kind]) || sides[kind].sum != sides[0].sum)
			fail("results differ", sides[kind].sum);
		side_close(&sides[kind]);
		medians[kind] = median(times[kind], DRAIN_ROUNDS) / count;
	}
}

/*
 * Memory's speed depends on the pages that a buffer gets, so the contest opens its buffers often.
 */
static void contest_drain(const struct contest *contest)
{
	enum { OPENINGS = 15 };
	double times[SIDES][OPENINGS], ratios[OPENINGS], medians[SIDES], ratio;

	for (int opening = 0; opening < OPENINGS; opening++) {
		open_and_drain(contest, medians);
		for (int kind = 0; kind < SIDES; kind++)
			times[kind][opening] = medians[kind];
		ratios[opening] = medians[LIBBPF] / medians[OURS];
	}
	ratio = median(ratios, OPENINGS);
	for (int kind = 0; kind < SIDES; kind++)
		printf("a record of %-52s %8.2f ns\n", names[kind],
		       median(times[kind], OPENINGS) * 1e9);
	printf("drain, %-57s %8.2f times  (%.2f to %.2f; aim: at least 1)\n", contest->name, ratio,
	       ratios[0], ratios[OPENINGS - 1]);
}

/* ------------------------------------------------------------------------- what waits and reads */

static void *read_until_stopped(void *context)
{
	struct side *side = context;

	use_cpu(READER_CPU);
	while (!side->stop) {
		if (side->kind == OURS) {
			struct epoll_event event;

			epoll_wait(side->ours.source.fd, &event, 1, 100);
			drain(side);
		} else {
			perf_buffer__poll(side->theirs, 100);
		}
	}
	drain(side);
	return NULL;
}

static pthread_t reader_start(struct side *side)
{
	pthread_t reader;

	if (pthread_create(&reader, NULL, read_until_stopped, side))
		fail("pthread_create", -1);
	return reader;
}

static void reader_stop(struct side *side, pthread_t reader)
{
	side->stop = 1;
	pthread_join(reader, NULL);
	check_ledger(side);
}

/* ---------------------------------------------------------------------------------- produce */

/* Produce in bursts that fit into the buffer. The reader waits on the other CPU. */
static void contest_produce(void)
{
	enum { PAGES = 16, BURST = 1000, ROUNDS = 201 };
	static double times[SIDES][ROUNDS_MAX];
	static struct side sides[SIDES];
	pthread_t readers[SIDES];

	for (int kind = 0; kind < SIDES; kind++) {
		side_open(&sides[kind], kind, PAGES, 16, FIRST_8_BYTES);
		readers[kind] = reader_start(&sides[kind]);
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (int kind = 0; kind < SIDES; kind++) {
			const volatile uint64_t *read = &sides[kind].records;
			double start;

			while (*read < (uint64_t)round * BURST)
				usleep(1000);
			start = seconds();
			producer_run(&sides[kind].producer, PRODUCER_CPU, BURST);
			times[kind][round] = seconds() - start;
		}
		usleep(5000);
	}
	for (int kind = 0; kind < SIDES; kind++) {
		reader_stop(&sides[kind], readers[kind]);
		if (refused(&sides[kind]))
			fail("a burst was refused", refused(&sides[kind]));
		side_close(&sides[kind]);
	}
	double ours = median(times[OURS], ROUNDS), theirs = median(times[LIBBPF], ROUNDS);

	printf("%-64s %8.3f us\n%-64s %8.3f us\n", "an output, rawbpf's defaults", ours / BURST * 1e6,
	       "an output, libbpf's defaults", theirs / BURST * 1e6);
	printf("%-64s %8.1f times  (aim: at least 15)\n", "producing, with the defaults of each",
	       theirs / ours);
}

/* ------------------------------------------------------------------------------------ losses */

/*
 * The reader takes 1 us for each record. The producer writes groups of 50, one record every 2 us.
 */
static void contest_losses(void)
{
	enum { PAGES = 16, GROUP = 50, GROUPS = 10000, ROUNDS = 3 };
	static double rates[SIDES][ROUNDS_MAX], losses[SIDES][ROUNDS_MAX];

	for (int round = 0; round < ROUNDS; round++) {
		for (int kind = 0; kind < SIDES; kind++) {
			static struct side side;
			pthread_t reader;
			double start, next;

			side_open(&side, kind, PAGES, 16, TAKE_A_MICROSECOND);
			reader = reader_start(&side);
			usleep(10000);
			start = next = seconds();
			for (int group = 0; group < GROUPS; group++) {
				producer_run(&side.producer, PRODUCER_CPU, GROUP);
				for (next += GROUP * 2e-6; seconds() < next;)
					;
			}
			rates[kind][round] = GROUPS * GROUP / (seconds() - start);
			reader_stop(&side, reader);
			losses[kind][round] = 100.0 * refused(&side) / (GROUPS * GROUP);
			side_close(&side);
		}
	}
	for (int kind = 0; kind < SIDES; kind++) {
		printf("lost at half the reader's speed, %-31s %8.3f %%", names[kind],
		       median(losses[kind], ROUNDS));
		printf("  (%.0f records/s of 500000)\n", median(rates[kind], ROUNDS));
	}
}

int main(void)
{
	libbpf_set_print(NULL);
	use_cpu(PRODUCER_CPU);
	contest_drain(&(struct contest){ "16 bytes, the first 8 read", 16, FIRST_8_BYTES });
	contest_drain(&(struct contest){ "256 bytes, all read", 256, ALL_BYTES });
	contest_produce();
	contest_losses();
	return 0;
}

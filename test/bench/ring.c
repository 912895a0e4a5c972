/* SPDX-License-Identifier: MIT */
/*
 * Drain a full ring buffer of 1 MiB: by spans, by callback, and by libbpf's callback.
 *
 * Each side has its own kernel ring, and a program that fills it, untimed, before each drain. The
 * sides take turns. All sides do the same with each record. The bench checks that their results are
 * equal. Absolute times depend on the machine's load. Compare ratios.
 */
#include "bench.h"

#include <bpf/libbpf.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../event/ring_programs.h"

/* Memory's speed depends on the pages that a ring gets, so the contest opens its rings often. */
enum { RING_SIZE = 1 << 20, OPENINGS = 15, ROUNDS = 31 };

/* The result of a drain. It must be equal on all sides. */
struct result {
	uint64_t sum, records;
};

typedef uint64_t use_fn(const void *data, size_t size);

static inline uint64_t first_8_bytes(const void *data, size_t size)
{
	(void)size;
	return *(const uint64_t *)data;
}

/* One function serves all sides: the place of such a loop in memory changes its speed. */
__attribute__((noinline)) static uint64_t all_bytes(const void *data, size_t size)
{
	const uint64_t *words = data;
	uint64_t sum = 0;

	for (size_t i = 0; i < size / 8; i++)
		sum += words[i];
	return sum;
}

/*
 * Generate each use three times, as a program would contain it. The compiler sees the use in the
 * span's loop and in each library's callback.
 */
#define SIDES_OF(USE)                                                                              \
	static int USE##_by_callback(void *context, void *data, size_t size)                       \
	{                                                                                          \
		struct result *result = context;                                                   \
                                                                                                   \
		result->sum += USE(data, size);                                                    \
		result->records++;                                                                 \
		return 0;                                                                          \
	}                                                                                          \
	static void USE##_by_spans(struct rawbpf_ring *ring, struct result *result)                \
	{                                                                                          \
		struct rawbpf_span spans[64];                                                      \
		uint64_t sum = 0, records = 0;                                                     \
		int count;                                                                         \
                                                                                                   \
		while ((count = rawbpf_ring_next(ring, spans, RAWBPF_COUNT(spans))) > 0)           \
			for (int s = 0; s < count; s++) {                                          \
				const char *data = spans[s].data;                                  \
                                                                                                   \
				for (unsigned i = 0; i < spans[s].count; i++, data += spans[s].stride) \
					sum += USE(data, spans[s].size);                           \
				records += spans[s].count;                                         \
			}                                                                          \
		result->sum += sum;                                                                \
		result->records += records;                                                        \
	}

SIDES_OF(first_8_bytes)
SIDES_OF(all_bytes)

enum side { LIBBPF, CALLBACK, SPANS, SIDES };

static struct contestant {
	int map, ledger, prog;
	struct rawbpf_ring ring;
	struct ring_buffer *libbpf;
	struct result result;
	double times[ROUNDS];
} contestants[SIDES];

static double seconds(void)
{
	return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

struct contest {
	const char *name;
	struct ring_producer producer;
	int (*callback)(void *context, void *data, size_t size);
	void (*spans)(struct rawbpf_ring *ring, struct result *result);
	double aim_spans, aim_callback;
};

static void enter(struct contestant *contestant, enum side side, const struct contest *contest)
{
	int err = 0;

	*contestant = (struct contestant){ .map = ring_create(RING_SIZE),
					   .ledger = ring_ledger_create() };
	contestant->prog = ring_producer_load(&contest->producer, contestant->map,
					      contestant->ledger);
	if (contestant->prog < 0)
		fail("loading the producer", contestant->prog);
	if (side == LIBBPF)
		contestant->libbpf = ring_buffer__new(contestant->map, contest->callback,
						      &contestant->result, NULL);
	else
		err = rawbpf_ring_open(&contestant->ring, contestant->map,
				       (rawbpf_record_fn *)contest->callback, &contestant->result);
	if (err < 0 || (side == LIBBPF && !contestant->libbpf))
		fail("opening the ring", err);
}

static void leave(struct contestant *contestant)
{
	if (contestant->libbpf)
		ring_buffer__free(contestant->libbpf);
	rawbpf_ring_close(&contestant->ring);
	close(contestant->prog);
	close(contestant->ledger);
	close(contestant->map);
}

static double drain(struct contestant *contestant, enum side side, const struct contest *contest)
{
	double start;
	int err = ring_produce(contestant->prog, RING_SIZE / 16);

	if (err < 0)
		fail("producing", err);
	start = seconds();
	if (side == LIBBPF)
		err = ring_buffer__consume(contestant->libbpf);
	else if (side == CALLBACK)
		err = rawbpf_ring_read(&contestant->ring);
	else
		contest->spans(&contestant->ring, &contestant->result);
	if (err < 0)
		fail("draining", err);
	return seconds() - start;
}

/*
 * Open rings for all sides, fill and drain them in turns, and return each side's median time per
 * record.
 */
static uint64_t open_and_drain(const struct contest *contest, double medians[SIDES])
{
	uint64_t records;

	for (int side = 0; side < SIDES; side++)
		enter(&contestants[side], side, contest);
	for (int round = -1; round < ROUNDS; round++) /* the first round warms up */
		for (int side = 0; side < SIDES; side++) {
			double time = drain(&contestants[side], side, contest);

			if (round >= 0)
				contestants[side].times[round] = time;
		}
	records = contestants[LIBBPF].result.records / (ROUNDS + 1);
	for (int side = 0; side < SIDES; side++) {
		if (memcmp(&contestants[side].result, &contestants[LIBBPF].result,
			   sizeof(struct result)))
			fail("a result that differs, of side", side);
		medians[side] = median(contestants[side].times, ROUNDS) / records;
		leave(&contestants[side]);
	}
	return records;
}

static void run(const struct contest *contest)
{
	static const char *const names[] = { "libbpf", "callback", "spans" };
	const double aims[] = { 0, contest->aim_callback, contest->aim_spans };
	double times[SIDES][OPENINGS], ratios[SIDES][OPENINGS], medians[SIDES];
	uint64_t records = 0;

	for (int opening = 0; opening < OPENINGS; opening++) {
		records = open_and_drain(contest, medians);
		for (int side = 0; side < SIDES; side++) {
			times[side][opening] = medians[side];
			ratios[side][opening] = medians[LIBBPF] / medians[side];
		}
	}
	printf("%s: %llu records\n", contest->name, (unsigned long long)records);
	for (int side = 0; side < SIDES; side++) {
		const double time = median(times[side], OPENINGS), ratio = median(ratios[side], OPENINGS);

		printf("  %-32s %8.2f ns a record", names[side], time * 1e9);
		if (side != LIBBPF)
			printf("  %8.2f times libbpf's speed (%.2f to %.2f; aim: %g)", ratio,
			       ratios[side][0], ratios[side][OPENINGS - 1], aims[side]);
		printf("\n");
	}
}

/*
 * Measure a reader's losses. It works on each record, and a producer on another CPU keeps to half
 * its speed.
 */
enum { PACED = 400000, BATCH = 100, TRIAL = 2000 };

static double pace; /* seconds per record */
static int produced_all;

static int work_on(void *context, void *data, size_t size)
{
	struct result *result = context;

	(void)size;
	for (volatile int i = 0; i < 300; i++)
		;
	result->sum += *(const uint64_t *)data;
	result->records++;
	return 0;
}

static double wall(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

static void *produce_paced(void *argument)
{
	struct contestant *contestant = argument;
	for (int done = 0; done < PACED; done += BATCH) {
		const double next = wall() + BATCH * pace;

		ring_produce(contestant->prog, BATCH);
		while (wall() < next)
			;
	}
	__atomic_store_n(&produced_all, 1, __ATOMIC_RELEASE);
	return NULL;
}

static uint64_t lost_when_paced(enum side side, const struct contest *contest)
{
	struct contestant *contestant = &contestants[side];
	struct rawbpf_loop loop = { 0 };
	struct ring_ledger ledger;
	pthread_t thread;
	double start;
	int err = 0;

	enter(contestant, side, contest);
	if (side != LIBBPF && (rawbpf_loop_open(&loop) || rawbpf_loop_add(&loop, &contestant->ring.source)))
		fail("opening the loop", side);
	ring_produce(contestant->prog, TRIAL);
	start = wall();
	if (side == LIBBPF)
		ring_buffer__consume(contestant->libbpf);
	else
		rawbpf_ring_read(&contestant->ring);
	pace = 2 * (wall() - start) / TRIAL;
	produced_all = 0;
	if (pthread_create(&thread, NULL, produce_paced, contestant))
		fail("starting a thread", 0);
	while (err >= 0 && (err > 0 || !__atomic_load_n(&produced_all, __ATOMIC_ACQUIRE)))
		err = side == LIBBPF ? ring_buffer__poll(contestant->libbpf, 10)
				     : rawbpf_loop_run(&loop, 10);
	pthread_join(thread, NULL);
	ring_ledger_read(&ledger, contestant->ledger);
	if (err < 0 || ledger.produced != contestant->result.records + ledger.refused)
		fail("a ledger that does not close", err);
	rawbpf_loop_close(&loop);
	leave(contestant);
	return ledger.refused;
}

static void paced(void)
{
	static const struct contest contest = {
		"", { .type = BPF_PROG_TYPE_SOCKET_FILTER, .size = 16 }, work_on, NULL, 0, 0 };

	printf("of %d records, produced at half the speed of reading, lost\n", PACED);
	for (int round = 0; round < 3; round++) {
		uint64_t libbpf = lost_when_paced(LIBBPF, &contest);
		uint64_t rawbpf = lost_when_paced(CALLBACK, &contest);

		printf("  %-62s %8llu, by libbpf %llu\n", "by a callback in rawbpf_loop_run()",
		       (unsigned long long)rawbpf, (unsigned long long)libbpf);
	}
}

#define FIRST first_8_bytes_by_callback, first_8_bytes_by_spans
#define ALL all_bytes_by_callback, all_bytes_by_spans

int main(void)
{
	static const struct contest contests[] = {
		{ "16-byte records, their first 8 bytes",
		  { .type = BPF_PROG_TYPE_SOCKET_FILTER, .size = 16 }, FIRST, 3, 1.5 },
		{ "64-byte records, their first 8 bytes",
		  { .type = BPF_PROG_TYPE_SOCKET_FILTER, .size = 64 }, FIRST, 3, 1.5 },
		{ "records of 8 to 256 bytes, their first 8 bytes",
		  { .type = BPF_PROG_TYPE_SOCKET_FILTER, .varies = 1 }, FIRST, 1, 1 },
		{ "records of 8 to 256 bytes, all of them",
		  { .type = BPF_PROG_TYPE_SOCKET_FILTER, .varies = 1 }, ALL, 1, 1 },
		{ "256-byte records, all of them",
		  { .type = BPF_PROG_TYPE_SOCKET_FILTER, .size = 256 }, ALL, 1, 1 },
	};

	cpu_set_t all, cpu;

	/* Stay on one CPU: the records contain its number. */
	sched_getaffinity(0, sizeof all, &all);
	CPU_ZERO(&cpu);
	CPU_SET(sched_getcpu(), &cpu);
	sched_setaffinity(0, sizeof cpu, &cpu);
	for (unsigned i = 0; i < RAWBPF_COUNT(contests); i++)
		run(&contests[i]);
	sched_setaffinity(0, sizeof all, &all);
	paced();
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Measure map calls and walks against an inline system call and against libbpf, in one run.
 *
 * Each contest runs its sides in turn, ROUNDS times, checks that the results are equal, and
 * compares the medians. Absolute times depend on the machine's load. Compare ratios.
 */
#include "bench.h"

#include <bpf/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rawbpf.h>

enum { ROUNDS = 41, CALLS = 20000, ELEMENTS = 100000, WALK_ROUNDS = 11, SIDES = 3 };

static double seconds(void)
{
	return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

/* One side of a contest: it does its work, and returns a number that must be equal on all sides. */
struct side {
	const char *name;
	uint64_t (*work)(int map);
};

/* Measure the seconds of each side's median round. */
static void contest(const struct side *sides, int count, int rounds, int map, double *medians)
{
	static double times[SIDES][ROUNDS];
	uint64_t expected = sides[0].work(map);

	for (int round = 0; round < rounds; round++) {
		for (int side = 0; side < count; side++) {
			/*
			 * Run each side once untimed. Otherwise a side pays for the caches that the
			 * previous one left.
			 */
			uint64_t result = sides[side].work(map);
			double start = seconds();

			result += sides[side].work(map);
			times[side][round] = seconds() - start;
			if (result != 2 * expected)
				fail(sides[side].name, result);
		}
	}
	for (int side = 0; side < count; side++)
		medians[side] = median(times[side], rounds);
}

/* ------------------------------------------------------------------------- array look-up */

static uint64_t look_up_inline(int map)
{
	uint64_t value, sum = 0;

	for (unsigned i = 0; i < CALLS; i++) {
		union bpf_attr attr;
		unsigned key = 0;

		memset(&attr, 0, 32);
		attr.map_fd = map;
		attr.key = (uintptr_t)&key;
		attr.value = (uintptr_t)&value;
		sum += syscall(__NR_bpf, BPF_MAP_LOOKUP_ELEM, &attr, 32) == 0 ? value : 0;
	}
	return sum;
}

static uint64_t look_up_rawbpf(int map)
{
	uint64_t value, sum = 0;

	for (unsigned i = 0; i < CALLS; i++) {
		unsigned key = 0;

		sum += rawbpf_map_lookup(map, &key, &value, 0) == 0 ? value : 0;
	}
	return sum;
}

static uint64_t look_up_libbpf(int map)
{
	uint64_t value, sum = 0;

	for (unsigned i = 0; i < CALLS; i++) {
		unsigned key = 0;

		sum += bpf_map_lookup_elem(map, &key, &value) == 0 ? value : 0;
	}
	return sum;
}

static void map_call(void)
{
	static const struct side sides[] = { { "inline system call", look_up_inline },
					     { "rawbpf_map_lookup", look_up_rawbpf },
					     { "libbpf's bpf_map_lookup_elem", look_up_libbpf } };
	const unsigned key = 0;
	const uint64_t value = 3;
	double medians[SIDES];
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1 });

	if (map < 0 || rawbpf_map_update(map, &key, &value, 0) < 0)
		fail("creating an array", map);
	contest(sides, SIDES, ROUNDS, map, medians);
	for (int side = 0; side < SIDES; side++)
		printf("%-64s %8.1f ns\n", sides[side].name, medians[side] / CALLS * 1e9);
	printf("%-64s %8.3f times  (aim: at most 1.05)\n", "a map call, to an inline system call",
	       medians[1] / medians[0]);
	printf("%-64s %8.3f times  (aim: at most 1)\n", "a map call, to libbpf's",
	       medians[1] / medians[2]);
	close(map);
}

/* --------------------------------------------------------------------- sum of a hash's values */

static uint64_t walk_key_by_key(int map)
{
	unsigned key, next;
	uint64_t value, sum = 0;
	int err = rawbpf_map_next(map, NULL, &next);

	while (err == 0) {
		key = next;
		if (rawbpf_map_lookup(map, &key, &value, 0) == 0)
			sum += value;
		err = rawbpf_map_next(map, &key, &next);
	}
	return sum;
}

static uint64_t walk_by_iterator(int map)
{
	struct rawbpf_map_iter iter;
	const void *key, *value;
	uint64_t sum = 0;

	if (rawbpf_map_iter_open(&iter, map) < 0)
		return 0;
	while (rawbpf_map_iter_next(&iter, &key, &value) > 0)
		sum += *(const uint64_t *)value;
	rawbpf_map_iter_close(&iter);
	return sum;
}

/* The floor: the kernel's own time for batches. */
static uint64_t walk_by_bare_batches(int map)
{
	enum { CAPACITY = 4096 };
	static unsigned keys[CAPACITY];
	static uint64_t values[CAPACITY];
	unsigned position;
	uint64_t sum = 0;
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof attr);
	attr.batch.out_batch = (uintptr_t)&position;
	attr.batch.keys = (uintptr_t)keys;
	attr.batch.values = (uintptr_t)values;
	attr.batch.map_fd = map;
	do {
		attr.batch.count = CAPACITY;
		err = syscall(__NR_bpf, BPF_MAP_LOOKUP_BATCH, &attr, sizeof attr.batch);
		for (unsigned i = 0; i < attr.batch.count; i++)
			sum += values[i];
		attr.batch.in_batch = (uintptr_t)&position;
	} while (err == 0);
	return sum;
}

static void map_walk(void)
{
	static const struct side sides[] = { { "next key + look-up", walk_key_by_key },
					     { "rawbpf_map_iter_next", walk_by_iterator },
					     { "bare batch system calls", walk_by_bare_batches } };
	double medians[SIDES];
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = ELEMENTS });

	for (unsigned key = 0; key < ELEMENTS; key++) {
		const uint64_t value = key;
		int err = map < 0 ? map : rawbpf_map_update(map, &key, &value, 0);

		if (err < 0)
			fail("filling a hash", err);
	}
	contest(sides, SIDES, WALK_ROUNDS, map, medians);
	for (int side = 0; side < SIDES; side++)
		printf("%-64s %8.1f ns\n", sides[side].name, medians[side] / ELEMENTS * 1e9);
	printf("%-64s %8.1f times  (aim: at least 5)\n", "a hash of 100,000: key by key, to the iterator",
	       medians[0] / medians[1]);
	printf("%-64s %8.3f times\n", "the iterator, to bare batches", medians[1] / medians[2]);
	close(map);
}

int main(void)
{
	map_call();
	map_walk();
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* Access many elements of a map in one system call. */
#include "../live.h"

#include <stdint.h>

static void set(int map, uint32_t key, uint64_t value)
{
	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, BPF_ANY), 0);
}

static uint64_t get(int map, uint32_t key)
{
	uint64_t value;

	ck_assert_int_eq(rawbpf_map_lookup(map, &key, &value, 0), 0);
	return value;
}

enum { ELEMENTS = 1000 };

/* Fill elements 0 .. count - 1 with 3 * key + 1. */
static void fill(int map, unsigned count)
{
	uint32_t *keys = malloc(count * sizeof *keys);
	uint64_t *values = malloc(count * sizeof *values);
	struct rawbpf_map_batch batch = { .keys = keys, .values = values, .capacity = count };
	unsigned i;

	for (i = 0; i < count; i++) {
		keys[i] = i;
		values[i] = 3 * (uint64_t)i + 1;
	}
	ck_assert_int_eq(rawbpf_map_batch_update(map, &batch), 0);
	ck_assert_uint_eq(batch.count, count);
	free(keys);
	free(values);
}

/* Account for the elements of a look-up: each comes once, with the right value. */
static void meet(unsigned char met[ELEMENTS], const struct rawbpf_map_batch *batch)
{
	const uint32_t *keys = batch->keys;
	const uint64_t *values = batch->values;
	unsigned i;

	ck_assert_uint_le(batch->count, batch->capacity);
	for (i = 0; i < batch->count; i++) {
		ck_assert_uint_lt(keys[i], ELEMENTS);
		ck_assert_uint_eq(values[i], 3 * (uint64_t)keys[i] + 1);
		ck_assert_int_eq(met[keys[i]]++, 0);
	}
}

/* Read all elements by batches of `capacity`, and enlarge it when a bucket needs more. */
static void read_batches(int map, int (*lookup)(int, struct rawbpf_map_batch *), unsigned capacity,
			 unsigned *growths)
{
	static uint32_t keys[ELEMENTS], position;
	static uint64_t values[ELEMENTS];
	unsigned char met[ELEMENTS] = { 0 };
	struct rawbpf_map_batch batch = {
		.keys = keys, .values = values, .capacity = capacity, .position = &position };
	unsigned met_count = 0;
	int more = 1;

	*growths = 0;
	while (more) {
		more = lookup(map, &batch);
		if (more == -ENOSPC) {
			ck_assert_uint_eq(batch.count, 0);
			ck_assert_uint_lt(batch.capacity, ELEMENTS);
			batch.capacity++;
			++*growths;
			continue;
		}
		ck_assert(more == 0 || more == 1);
		if (more)
			ck_assert_uint_eq(batch.resume, 1);
		meet(met, &batch);
		met_count += batch.count;
	}
	ck_assert_uint_eq(met_count, ELEMENTS);
}

START_TEST(test_lookup_batch)
{
	int map = live_hash(ELEMENTS);
	unsigned growths;

	fill(map, ELEMENTS);
	read_batches(map, rawbpf_map_batch_lookup, 64, &growths);
	ck_assert_uint_eq(growths, 0);
	read_batches(map, rawbpf_map_batch_lookup, ELEMENTS, &growths);
	ck_assert_uint_eq(growths, 0);
	/* With 1000 elements in 1024 buckets, some bucket holds two. */
	read_batches(map, rawbpf_map_batch_lookup, 1, &growths);
	ck_assert_uint_gt(growths, 0);
	close(map);
}
END_TEST

START_TEST(test_lookup_batch_of_array)
{
	int map = live_array(ELEMENTS);
	unsigned growths;

	fill(map, ELEMENTS);
	read_batches(map, rawbpf_map_batch_lookup, 64, &growths);
	read_batches(map, rawbpf_map_batch_lookup, 1, &growths);
	ck_assert_uint_eq(growths, 0);
	close(map);
}
END_TEST

START_TEST(test_lookup_and_delete_batch)
{
	int map = live_hash(ELEMENTS);
	uint32_t key;
	unsigned growths;

	fill(map, ELEMENTS);
	read_batches(map, rawbpf_map_batch_take, 64, &growths);
	ck_assert_int_eq(rawbpf_map_next(map, NULL, &key), -ENOENT);
	fill(map, ELEMENTS);
	read_batches(map, rawbpf_map_batch_take, 1, &growths);
	ck_assert_uint_gt(growths, 0);
	ck_assert_int_eq(rawbpf_map_next(map, NULL, &key), -ENOENT);
	close(map);
}
END_TEST

START_TEST(test_empty_batch)
{
	int map = live_hash(4);
	uint32_t key, position;
	uint64_t value;
	struct rawbpf_map_batch batch = {
		.keys = &key, .values = &value, .capacity = 1, .position = &position };

	ck_assert_int_eq(rawbpf_map_batch_lookup(map, &batch), 0);
	ck_assert_uint_eq(batch.count, 0);
	/* Capacity 0 is an error, not an endless walk. */
	set(map, 1, 1);
	batch = (struct rawbpf_map_batch){ .keys = &key, .values = &value, .position = &position };
	ck_assert_int_eq(rawbpf_map_batch_lookup(map, &batch), -EINVAL);
	ck_assert_uint_eq(batch.count, 0);
	ck_assert_int_eq(rawbpf_map_batch_take(map, &batch), -EINVAL);
	ck_assert_uint_eq(get(map, 1), 1);
	close(map);
}
END_TEST

/* `count` is the number of elements done, and so the failed one's index. */
START_TEST(test_batch_stops)
{
	uint32_t keys[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint64_t values[10] = { 0 };
	struct rawbpf_map_batch batch = { .keys = keys, .values = values, .capacity = 10 };
	int map = live_hash(10), small = live_hash(6), array = live_array(5);

	/* a hash of six elements rejects a seventh */
	ck_assert_int_eq(rawbpf_map_batch_update(small, &batch), -E2BIG);
	ck_assert_uint_eq(batch.count, 6);
	ck_assert_uint_eq(get(small, 5), 0);
	/* an array of five elements rejects index 5 */
	ck_assert_int_eq(rawbpf_map_batch_update(array, &batch), -E2BIG);
	ck_assert_uint_eq(batch.count, 5);

	ck_assert_int_eq(rawbpf_map_batch_update(map, &batch), 0);
	ck_assert_uint_eq(batch.count, 10);
	ck_assert_int_eq(rawbpf_map_delete(map, &keys[7]), 0);
	ck_assert_int_eq(rawbpf_map_batch_delete(map, &batch), -ENOENT);
	ck_assert_uint_eq(batch.count, 7);
	ck_assert_int_eq(rawbpf_map_batch_delete(map, &batch), -ENOENT);
	ck_assert_uint_eq(batch.count, 0);
	batch.keys = keys + 8;
	batch.capacity = 2;
	ck_assert_int_eq(rawbpf_map_batch_delete(map, &batch), 0);
	ck_assert_uint_eq(batch.count, 2);
	ck_assert_int_eq(rawbpf_map_next(map, NULL, keys), -ENOENT);

	/* an empty batch */
	batch.capacity = 0;
	ck_assert_int_eq(rawbpf_map_batch_update(map, &batch), 0);
	ck_assert_uint_eq(batch.count, 0);
	close(map);
	close(small);
	close(array);
}
END_TEST

START_TEST(test_batch_refused)
{
	uint32_t key = 0, position;
	uint64_t value = 0;
	struct rawbpf_map_batch batch = {
		.keys = &key, .values = &value, .capacity = 1, .position = &position };
	int queue = live_map(BPF_MAP_TYPE_QUEUE, 0, 8, 2);
	int frozen = live_hash(2), array = live_array(1);

	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_batch_lookup(queue, &batch), -ENOTSUPP);
	ck_assert_uint_eq(batch.count, 0);
	ck_assert_uint_eq(batch.resume, 0);
	ck_assert_int_eq(rawbpf_map_batch_take(array, &batch), -ENOTSUPP);
	ck_assert_int_eq(rawbpf_map_batch_update(queue, &batch), -ENOTSUPP);
	ck_assert_int_eq(rawbpf_map_batch_delete(array, &batch), -ENOTSUPP);

	ck_assert_int_eq(rawbpf_map_freeze(frozen), 0);
	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_batch_update(frozen, &batch), -EPERM);
	ck_assert_uint_eq(batch.count, 0);
	ck_assert_int_eq(rawbpf_map_batch_delete(frozen, &batch), -EPERM);

	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_batch_lookup(-1, &batch), -EBADF);
	ck_assert_uint_eq(batch.count, 0);
	batch.elem_flags = 1u << 20;
	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_batch_lookup(array, &batch), -EINVAL);
	ck_assert_uint_eq(batch.count, 0);
	/* The kernel accepts these flags only for single elements. */
	batch.elem_flags = BPF_NOEXIST;
	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_batch_update(array, &batch), -EINVAL);
	ck_assert_uint_eq(batch.count, 0);
	close(queue);
	close(frozen);
	close(array);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_lookup_batch);
	tcase_add_test(tests, test_lookup_batch_of_array);
	tcase_add_test(tests, test_lookup_and_delete_batch);
	tcase_add_test(tests, test_empty_batch);
	tcase_add_test(tests, test_batch_stops);
	tcase_add_test(tests, test_batch_refused);
}

int main(void)
{
	return live_run("map_batch", add_tests);
}

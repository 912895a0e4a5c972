/* SPDX-License-Identifier: MIT */
/* Walk maps of every kind: by batches, key by key, and those without a walk. */
#include "../live.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <sys/socket.h>

/* The elements of a walk. Keys begin with a u32, values with a u64. */
struct walk {
	unsigned count;
	uint64_t key_sum, value_sum;
	int end; /* 0, or the error */
};

static struct walk walk(int map)
{
	struct walk walk = { 0 };
	struct rawbpf_map_iter iter;
	const void *key, *value;

	ck_assert_int_eq(rawbpf_map_iter_open(&iter, map), 0);
	while ((walk.end = rawbpf_map_iter_next(&iter, &key, &value)) > 0) {
		uint32_t k;
		uint64_t v;

		memcpy(&k, key, sizeof k);
		memcpy(&v, value, sizeof v);
		walk.count++;
		walk.key_sum += k;
		walk.value_sum += v;
		ck_assert_uint_lt(walk.count, 1000000);
	}
	/* After its end, a walk stays at the end. */
	if (walk.end == 0)
		ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), 0);
	rawbpf_map_iter_close(&iter);
	rawbpf_map_iter_close(&iter);
	ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), 0);
	return walk;
}

static void expect_walk(struct walk walk, unsigned count, uint64_t key_sum, uint64_t value_sum)
{
	ck_assert_int_eq(walk.end, 0);
	ck_assert_uint_eq(walk.count, count);
	ck_assert_uint_eq(walk.key_sum, key_sum);
	ck_assert_uint_eq(walk.value_sum, value_sum);
}

START_TEST(test_large_hash)
{
	enum { COUNT = 100000 };
	uint32_t *keys = malloc(COUNT * sizeof *keys);
	uint64_t *values = malloc(COUNT * sizeof *values);
	unsigned char *met = calloc(COUNT, 1);
	struct rawbpf_map_batch batch = { .keys = keys, .values = values, .capacity = COUNT };
	int map = live_map(BPF_MAP_TYPE_HASH, 4, 8, COUNT);
	struct rawbpf_map_iter iter;
	const void *key, *value;
	unsigned i;
	int more;

	for (i = 0; i < COUNT; i++) {
		keys[i] = i;
		values[i] = 7 * (uint64_t)i;
	}
	ck_assert_int_eq(rawbpf_map_batch_update(map, &batch), 0);
	expect_walk(walk(map), COUNT, (uint64_t)COUNT * (COUNT - 1) / 2,
		    7 * (uint64_t)COUNT * (COUNT - 1) / 2);

	/* The walk meets each element once, also if the caller deletes the elements that it met. */
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, map), 0);
	while ((more = rawbpf_map_iter_next(&iter, &key, &value)) > 0) {
		uint32_t k = *(const uint32_t *)key;

		ck_assert_uint_lt(k, COUNT);
		ck_assert_int_eq(met[k]++, 0);
		ck_assert_int_eq(rawbpf_map_delete(map, key), 0);
	}
	ck_assert_int_eq(more, 0);
	rawbpf_map_iter_close(&iter);
	ck_assert_ptr_null(memchr(met, 0, COUNT));
	expect_walk(walk(map), 0, 0, 0);
	free(keys);
	free(values);
	free(met);
	close(map);
}
END_TEST

START_TEST(test_array)
{
	int map = live_map(BPF_MAP_TYPE_ARRAY, 4, 8, 10);
	uint32_t key = 3;
	uint64_t value = 100;

	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, BPF_ANY), 0);
	expect_walk(walk(map), 10, 45, 100);
	close(map);
}
END_TEST

START_TEST(test_percpu)
{
	static const unsigned types[] = { BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY };
	enum { COUNT = 500 };
	static uint64_t values[256];
	int map = live_map(types[_i], 4, 8, COUNT);
	struct rawbpf_map_layout layout;
	struct rawbpf_map_iter iter;
	const void *key, *value;
	unsigned char met[COUNT] = { 0 };
	uint32_t i;
	unsigned cpu;
	int more;

	ck_assert_int_eq(rawbpf_map_layout_info(&layout, map), 0);
	ck_assert_uint_le(layout.lookup_size, sizeof values);
	for (i = 0; i < COUNT; i++) {
		for (cpu = 0; cpu < layout.cpus; cpu++)
			values[cpu] = 1000 * (uint64_t)i + cpu;
		ck_assert_int_eq(rawbpf_map_update(map, &i, values, BPF_ANY), 0);
	}
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, map), 0);
	while ((more = rawbpf_map_iter_next(&iter, &key, &value)) > 0) {
		memcpy(&i, key, sizeof i);
		memcpy(values, value, layout.lookup_size);
		ck_assert_uint_lt(i, COUNT);
		ck_assert_int_eq(met[i]++, 0);
		for (cpu = 0; cpu < layout.cpus; cpu++)
			ck_assert_uint_eq(values[cpu], 1000 * (uint64_t)i + cpu);
	}
	ck_assert_int_eq(more, 0);
	ck_assert_ptr_null(memchr(met, 0, COUNT));
	rawbpf_map_iter_close(&iter);
	close(map);
}
END_TEST

START_TEST(test_lpm_trie)
{
	enum { COUNT = 300 };
	int map = live_map(BPF_MAP_TYPE_LPM_TRIE, 8, 8, COUNT);
	uint32_t i;

	expect_walk(walk(map), 0, 0, 0);
	for (i = 0; i < COUNT; i++) {
		struct {
			uint32_t bits;
			uint32_t address;
		} key = { 32, htonl(0x0a000000 + i) };
		uint64_t value = i;

		ck_assert_int_eq(rawbpf_map_update(map, &key, &value, BPF_ANY), 0);
	}
	expect_walk(walk(map), COUNT, 32 * COUNT, COUNT * (COUNT - 1) / 2);
	close(map);
}
END_TEST

START_TEST(test_empty_hash)
{
	int map = live_map(BPF_MAP_TYPE_HASH, 4, 8, 10);

	expect_walk(walk(map), 0, 0, 0);
	close(map);
}
END_TEST

/* Large values leave room for one, and some buckets hold several: the room must grow. */
START_TEST(test_growth)
{
	enum { COUNT = 64, VALUE_SIZE = 100004 };
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_HASH,
		.key_size = 4,
		.value_size = VALUE_SIZE,
		.max_entries = COUNT,
		.flags = BPF_F_NO_PREALLOC,
	});
	uint64_t *value = calloc(1, VALUE_SIZE + 8);
	uint32_t key;

	ck_assert_int_gt(map, 2);
	for (key = 0; key < COUNT; key++) {
		value[0] = 1u << 20 | key;
		ck_assert_int_eq(rawbpf_map_update(map, &key, value, BPF_ANY), 0);
	}
	expect_walk(walk(map), COUNT, COUNT * (COUNT - 1) / 2,
		    COUNT * (1u << 20) + COUNT * (COUNT - 1) / 2);
	free(value);
	close(map);
}
END_TEST

/* Socket maps have no batches. A look-up returns the socket's cookie. */
START_TEST(test_sockets_one_by_one)
{
	enum { COUNT = 20 };
	uint64_t cookies = 0;
	int map, sockets[COUNT];
	uint32_t i;

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_SOCKHASH, .key_size = 4, .value_size = 8, .max_entries = 32 });
	if (map == -EINVAL)
		SKIP("this kernel has no socket maps");
	ck_assert_int_gt(map, 2);
	expect_walk(walk(map), 0, 0, 0);
	for (i = 0; i < COUNT; i++) {
		const struct sockaddr_in any = { .sin_family = AF_INET };
		uint64_t value, cookie;
		socklen_t size = sizeof cookie;

		sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		ck_assert_int_eq(bind(sockets[i], (const struct sockaddr *)&any, sizeof any), 0);
		ck_assert_int_eq(listen(sockets[i], 1), 0);
		value = sockets[i];
		ck_assert_int_eq(rawbpf_map_update(map, &i, &value, BPF_ANY), 0);
		ck_assert_int_eq(getsockopt(sockets[i], SOL_SOCKET, SO_COOKIE, &cookie, &size), 0);
		cookies += cookie;
	}
	expect_walk(walk(map), COUNT, COUNT * (COUNT - 1) / 2, cookies);
	for (i = 0; i < COUNT; i++)
		close(sockets[i]);
	close(map);
}
END_TEST

/* The walk passes over empty slots. */
START_TEST(test_holes)
{
	struct bpf_map_info info;
	struct rawbpf_map_iter iter;
	const void *key, *value;
	int map = live_map(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 10);
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	static const uint32_t full[] = { 2, 7 };
	uint32_t i, id = live_prog_id(prog);

	memset(&info, 0, sizeof info);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(rawbpf_map_update(map, &full[i], &prog, BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, map), 0);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), 1);
		ck_assert_uint_eq(*(const uint32_t *)key, full[i]);
		ck_assert_uint_eq(*(const uint32_t *)value, id);
	}
	ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), 0);
	rawbpf_map_iter_close(&iter);
	close(prog);
	close(map);
}
END_TEST

/* A map without keys cannot be walked. The walk fails once, then ends. */
START_TEST(test_unwalkable)
{
	static const struct {
		unsigned type, value_size, max_entries;
		int error;
	} cases[] = {
		{ BPF_MAP_TYPE_QUEUE, 8, 4, -EINVAL },
		{ BPF_MAP_TYPE_STACK, 8, 4, -EINVAL },
		{ BPF_MAP_TYPE_RINGBUF, 0, 65536, -ENOTSUPP },
		{ BPF_MAP_TYPE_BLOOM_FILTER, 8, 4, -EOPNOTSUPP },
	};
	int map;
	struct rawbpf_map_iter iter;
	const void *key, *value;
	uint64_t one = 1;

	if (cases[_i].type == BPF_MAP_TYPE_BLOOM_FILTER && live_kernel() < 0x510)
		SKIP("bloom filters came with 5.16");
	map = live_map(cases[_i].type, 0, cases[_i].value_size, cases[_i].max_entries);
	if (cases[_i].value_size)
		ck_assert_int_eq(rawbpf_map_update(map, NULL, &one, BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, map), 0);
	ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), cases[_i].error);
	ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), 0);
	rawbpf_map_iter_close(&iter);
	close(map);
}
END_TEST

START_TEST(test_failed_open)
{
	static const struct rawbpf_map_iter closed;
	struct rawbpf_map_iter iter;
	const void *key, *value;

	memset(&iter, 0x5a, sizeof iter);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, -1), -EBADF);
	ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), 0);
	rawbpf_map_iter_close(&iter);
	iter = closed;
	ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), 0);
	rawbpf_map_iter_close(&iter);
}
END_TEST

/* The caller owns the map's descriptor. Closing it during a walk makes the walk fail. */
START_TEST(test_closed_map)
{
	struct rawbpf_map_iter iter;
	const void *key, *value;
	int map = live_map(BPF_MAP_TYPE_ARRAY, 4, 8, 1);

	ck_assert_int_eq(rawbpf_map_iter_open(&iter, map), 0);
	close(map);
	ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), -EBADF);
	ck_assert_int_eq(rawbpf_map_iter_next(&iter, &key, &value), 0);
	rawbpf_map_iter_close(&iter);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_large_hash);
	tcase_add_test(tests, test_array);
	tcase_add_loop_test(tests, test_percpu, 0, 2);
	tcase_add_test(tests, test_lpm_trie);
	tcase_add_test(tests, test_empty_hash);
	tcase_add_test(tests, test_growth);
	tcase_add_test(tests, test_sockets_one_by_one);
	tcase_add_test(tests, test_holes);
	tcase_add_loop_test(tests, test_unwalkable, 0, 4);
	tcase_add_test(tests, test_failed_open);
	tcase_add_test(tests, test_closed_map);
}

int main(void)
{
	return live_run("map_iter", add_tests);
}

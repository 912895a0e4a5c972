/* SPDX-License-Identifier: MIT */
/*
 * Maps: create them, use their elements, freeze them, map them into memory; every errno of
 * rawbpf/map.h.
 */
#include "../live.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

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

/* ---------------------------------------------------------------------- creating */

START_TEST(test_create)
{
	struct bpf_map_info info;
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "fifteen.letters",
		.type = BPF_MAP_TYPE_HASH,
		.key_size = 6,
		.value_size = 10,
		.max_entries = 7,
		.flags = BPF_F_NO_PREALLOC,
	});

	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(fcntl(map, F_GETFD), FD_CLOEXEC);
	memset(&info, 0, sizeof info);
	ck_assert_int_gt(rawbpf_obj_info(map, &info, sizeof info), 0);
	ck_assert_str_eq(info.name, "fifteen.letters");
	ck_assert_uint_eq(info.type, BPF_MAP_TYPE_HASH);
	ck_assert_uint_eq(info.key_size, 6);
	ck_assert_uint_eq(info.value_size, 10);
	ck_assert_uint_eq(info.max_entries, 7);
	ck_assert_uint_eq(info.map_flags, BPF_F_NO_PREALLOC);
	close(map);
}
END_TEST

#define MAP(TYPE, KEY_SIZE, VALUE_SIZE, MAX_ENTRIES) \
	.type = BPF_MAP_TYPE_##TYPE, .key_size = KEY_SIZE, .value_size = VALUE_SIZE, \
	.max_entries = MAX_ENTRIES

static const struct {
	const char *what;
	int error;
	struct rawbpf_map_spec spec;
} refused[] = {
	{ "name of 16 bytes", -ENAMETOOLONG, { MAP(ARRAY, 4, 8, 1), .name = "sixteen__letters" } },
	{ "letter in a name", -EINVAL, { MAP(ARRAY, 4, 8, 1), .name = "a-b" } },
	{ "unknown type", -EINVAL, { .type = 9999, .key_size = 4, .value_size = 8 } },
	{ "type 0", -EINVAL, { MAP(UNSPEC, 4, 8, 1) } },
	{ "array's key size", -EINVAL, { MAP(ARRAY, 8, 8, 1) } },
	{ "queue with keys", -EINVAL, { MAP(QUEUE, 4, 8, 1) } },
	{ "no elements", -EINVAL, { MAP(HASH, 4, 8, 0) } },
	{ "unknown flag", -EINVAL, { MAP(HASH, 4, 8, 1), .flags = 1u << 30 } },
	{ "trie that preallocates", -EINVAL, { MAP(LPM_TRIE, 8, 8, 1) } },
	{ "value of 2 GB", -E2BIG, { MAP(HASH, 4, 1u << 31, 1) } },
	{ "array value of 2 GB", -E2BIG, { MAP(ARRAY, 4, 1u << 31, 1) } },
	{ "no inner map", -EBADF, { MAP(ARRAY_OF_MAPS, 4, 4, 1), .inner_map = -1 } },
};

START_TEST(test_create_refused)
{
	int map = rawbpf_map_create(&refused[_i].spec);

	ck_assert_msg(map == refused[_i].error, "%s: %d", refused[_i].what, map);
}
END_TEST

/*
 * A process lacks one of its standard streams, or all. No call that makes a descriptor returns one
 * of their numbers.
 */
START_TEST(test_standard_streams)
{
	struct rawbpf_link link;
	int saved[3], fds[5], i;

	for (i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
		if (_i == i || _i == 3)
			close(i);
	}
	fds[0] = live_array(1);
	fds[1] = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	fds[2] = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	fds[3] = rawbpf_raw_tracepoint_attach(&link, fds[2], &(struct rawbpf_raw_tracepoint_spec){
		.name = "sys_enter" });
	fds[3] = fds[3] < 0 ? fds[3] : link.fd;
	fds[4] = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, live_prog_id(fds[1]), NULL);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(fcntl(i, F_GETFD), _i == i || _i == 3 ? -1 : 0);
		dup2(saved[i], i);
		close(saved[i]);
	}
	for (i = 0; i < 5; i++) {
		ck_assert_msg(fds[i] > 2, "%d: %d", i, fds[i]);
		ck_assert_int_eq(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
		close(fds[i]);
	}
}
END_TEST

/* -------------------------------------------------------------- element by element */

enum what { LOOKUP, UPDATE, DELETE, NEXT, TAKE };

/* One operation on one element. `value` is the value to set, or the expected one. */
static const struct step {
	enum what what;
	uint32_t key;
	uint64_t value;
	uint64_t flags;
	int result;
} hash_steps[] = {
	/* a hash of two elements */
	{ LOOKUP, 1, 0, 0, -ENOENT },
	{ DELETE, 1, 0, 0, -ENOENT },
	{ NEXT, 1, 0, 0, -ENOENT },
	{ TAKE, 1, 0, 0, -ENOENT },
	{ UPDATE, 1, 10, BPF_EXIST, -ENOENT },
	{ UPDATE, 1, 11, BPF_NOEXIST, 0 },
	{ UPDATE, 1, 12, BPF_NOEXIST, -EEXIST },
	{ LOOKUP, 1, 11, 0, 0 },
	{ UPDATE, 1, 13, BPF_EXIST, 0 },
	{ LOOKUP, 1, 13, 0, 0 },
	{ UPDATE, 1, 14, BPF_ANY, 0 },
	{ UPDATE, 1, 15, 77, -EINVAL },
	{ LOOKUP, 1, 14, 0, 0 },
	{ LOOKUP, 1, 0, 77, -EINVAL },
	{ NEXT, 99, 1, 0, 0 },
	{ NEXT, 1, 0, 0, -ENOENT },
	{ UPDATE, 2, 20, BPF_ANY, 0 },
	{ UPDATE, 3, 30, BPF_ANY, -E2BIG },
	{ UPDATE, 2, 21, BPF_ANY, 0 },
	{ LOOKUP, 3, 0, 0, -ENOENT },
	{ DELETE, 1, 0, 0, 0 },
	{ DELETE, 1, 0, 0, -ENOENT },
	{ UPDATE, 3, 30, BPF_ANY, 0 },
	{ TAKE, 3, 30, 0, 0 },
	{ TAKE, 3, 0, 0, -ENOENT },
	{ LOOKUP, 3, 0, 0, -ENOENT },
	{ LOOKUP, 2, 21, 0, 0 },
}, array_steps[] = {
	/* an array of two elements */
	{ LOOKUP, 0, 0, 0, 0 },
	{ LOOKUP, 1, 0, 0, 0 },
	{ LOOKUP, 2, 0, 0, -ENOENT },
	{ UPDATE, 1, 10, BPF_NOEXIST, -EEXIST },
	{ UPDATE, 1, 11, BPF_EXIST, 0 },
	{ UPDATE, 1, 12, BPF_ANY, 0 },
	{ LOOKUP, 1, 12, 0, 0 },
	{ UPDATE, 2, 20, BPF_ANY, -E2BIG },
	{ DELETE, 1, 0, 0, -EINVAL },
	{ TAKE, 1, 0, 0, -ENOTSUPP },
	{ LOOKUP, 1, 12, 0, 0 },
	{ NEXT, 0, 1, 0, 0 },
	{ NEXT, 1, 0, 0, -ENOENT },
	{ NEXT, 99, 0, 0, 0 },
};

static int take_step(int map, const struct step *step, uint64_t *value)
{
	uint32_t next = 0;
	int result;

	switch (step->what) {
	case LOOKUP:
		return rawbpf_map_lookup(map, &step->key, value, step->flags);
	case UPDATE:
		return rawbpf_map_update(map, &step->key, value, step->flags);
	case DELETE:
		return rawbpf_map_delete(map, &step->key);
	case TAKE:
		return rawbpf_map_take(map, &step->key, value, step->flags);
	default:
		result = rawbpf_map_next(map, &step->key, &next);
		*value = next;
		return result;
	}
}

static void take_steps(int map, const struct step *steps, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		uint64_t value = steps[i].what == UPDATE ? steps[i].value : 99;
		int result;

		if (steps[i].what == TAKE && live_kernel() < 0x50e)
			continue;
		result = take_step(map, &steps[i], &value);
		ck_assert_msg(result == steps[i].result, "step %u: %d", i, result);
		if (result == 0 && steps[i].what != DELETE)
			ck_assert_msg(value == steps[i].value, "step %u: value %llu", i,
				      (unsigned long long)value);
	}
	close(map);
}

START_TEST(test_hash)
{
	take_steps(live_hash(2), hash_steps, RAWBPF_COUNT(hash_steps));
}
END_TEST

START_TEST(test_array)
{
	take_steps(live_map(BPF_MAP_TYPE_ARRAY, 4, 8, 2), array_steps, RAWBPF_COUNT(array_steps));
}
END_TEST

START_TEST(test_next_walks_all)
{
	int map = live_hash(100);
	uint32_t key, seen = 0;
	uint64_t sum = 0;
	int err;

	ck_assert_int_eq(rawbpf_map_next(map, NULL, &key), -ENOENT);
	for (key = 0; key < 100; key++)
		set(map, key, 1);
	err = rawbpf_map_next(map, NULL, &key);
	while (err == 0) {
		seen++;
		sum += key;
		err = rawbpf_map_next(map, &key, &key);
	}
	ck_assert_int_eq(err, -ENOENT);
	ck_assert_uint_eq(seen, 100);
	ck_assert_uint_eq(sum, 99 * 100 / 2);
	close(map);
}
END_TEST

/* A queue returns elements in order, a stack in reverse. */
START_TEST(test_queue_and_stack)
{
	static const struct {
		unsigned type;
		uint64_t first, second;
	} cases[] = {
		{ BPF_MAP_TYPE_QUEUE, 10, 20 },
		{ BPF_MAP_TYPE_STACK, 20, 10 },
	};
	int map = live_map(cases[_i].type, 0, 8, 2);
	uint64_t value = 10;
	uint32_t key = 0;

	ck_assert_int_eq(rawbpf_map_lookup(map, NULL, &value, 0), -ENOENT);
	ck_assert_int_eq(rawbpf_map_take(map, NULL, &value, 0), -ENOENT);
	value = 10;
	ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, BPF_ANY), 0);
	value = 20;
	ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, BPF_ANY), -E2BIG);
	ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, BPF_NOEXIST), -EINVAL);
	ck_assert_int_eq(rawbpf_map_lookup(map, NULL, &value, 0), 0);
	ck_assert_uint_eq(value, cases[_i].first);
	ck_assert_int_eq(rawbpf_map_take(map, NULL, &value, 0), 0);
	ck_assert_uint_eq(value, cases[_i].first);
	ck_assert_int_eq(rawbpf_map_take(map, NULL, &value, 0), 0);
	ck_assert_uint_eq(value, cases[_i].second);
	ck_assert_int_eq(rawbpf_map_take(map, NULL, &value, 0), -ENOENT);
	ck_assert_int_eq(rawbpf_map_take(map, &key, &value, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_map_delete(map, NULL), -EINVAL);
	close(map);
}
END_TEST

START_TEST(test_bad_descriptor)
{
	struct rawbpf_map_layout layout;
	struct rawbpf_map_view view;
	struct rawbpf_map_iter iter;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int map = live_hash(1);
	uint32_t key = 0;
	uint64_t value = 0;

	/* not open */
	ck_assert_int_eq(rawbpf_map_lookup(-1, &key, &value, 0), -EBADF);
	ck_assert_int_eq(rawbpf_map_update(-1, &key, &value, 0), -EBADF);
	ck_assert_int_eq(rawbpf_map_delete(-1, &key), -EBADF);
	ck_assert_int_eq(rawbpf_map_next(-1, NULL, &key), -EBADF);
	ck_assert_int_eq(rawbpf_map_take(-1, &key, &value, 0), -EBADF);
	ck_assert_int_eq(rawbpf_map_freeze(-1), -EBADF);
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, -1), -EBADF);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, -1), -EBADF);
	ck_assert_int_eq(rawbpf_map_view_open(&view, -1, 0), -EBADF);

	/* not a map */
	ck_assert_int_eq(rawbpf_map_lookup(null, &key, &value, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_map_update(null, &key, &value, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_map_next(null, NULL, &key), -EINVAL);
	ck_assert_int_eq(rawbpf_map_freeze(null), -EINVAL);
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, null), -EINVAL);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, null), -EINVAL);
	ck_assert_int_eq(rawbpf_map_view_open(&view, null, 0), -EINVAL);

	/* not readable memory */
	set(map, 0, 1);
	ck_assert_int_eq(rawbpf_map_lookup(map, NULL, &value, 0), -EFAULT);
	ck_assert_int_eq(rawbpf_map_lookup(map, &key, NULL, 0), -EFAULT);
	ck_assert_int_eq(rawbpf_map_update(map, &key, NULL, 0), -EFAULT);
	ck_assert_int_eq(rawbpf_map_delete(map, NULL), -EFAULT);
	ck_assert_int_eq(rawbpf_map_next(map, NULL, NULL), -EFAULT);
	close(map);
	close(null);
}
END_TEST

/*
 * Map functions reject another object's descriptor, although the kernel would describe that object.
 */
START_TEST(test_query_wants_a_map)
{
	struct rawbpf_map_layout layout;
	struct rawbpf_map_iter iter;
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	uint32_t key = 0;

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_map_next(prog, NULL, &key), -EINVAL);
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, prog), -EINVAL);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, prog), -EINVAL);
	rawbpf_map_iter_close(&iter);
	close(prog);
}
END_TEST

START_TEST(test_freeze)
{
	int map = live_hash(2), again;
	uint32_t key = 1;
	uint64_t value = 5;

	set(map, 1, 4);
	ck_assert_int_eq(rawbpf_map_freeze(map), 0);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, BPF_ANY), -EPERM);
	ck_assert_int_eq(rawbpf_map_delete(map, &key), -EPERM);
	ck_assert_uint_eq(get(map, 1), 4);
	again = rawbpf_map_freeze(map);
	if (live_kernel() <= 0x601) /* 5.10 and 6.1 fail with EBUSY, 6.12 and later with EPERM */
		ck_assert_int_eq(again, -EBUSY);
	else if (live_kernel() >= 0x60c)
		ck_assert_int_eq(again, -EPERM);
	else
		ck_assert(again == -EBUSY || again == -EPERM);
	close(map);
}
END_TEST

/* ----------------------------------------------------------------------- mmap */

START_TEST(test_view)
{
	struct rawbpf_map_view view;
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 12,
		.max_entries = 1000,
		.flags = BPF_F_MMAPABLE,
	});
	uint32_t key = 999, value[3] = { 1, 2, 3 }, *element;

	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(rawbpf_map_update(map, &key, value, BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_map_view_open(&view, map, 1), 0);
	ck_assert_uint_eq(view.stride, 16);
	ck_assert_uint_eq(view.size, 16 * 1000);
	element = (uint32_t *)((char *)view.data + 999 * view.stride);
	ck_assert_int_eq(memcmp(element, value, sizeof value), 0);

	element[1] = 77;
	ck_assert_int_eq(rawbpf_map_lookup(map, &key, value, 0), 0);
	ck_assert_uint_eq(value[0], 1);
	ck_assert_uint_eq(value[1], 77);
	value[2] = 78;
	ck_assert_int_eq(rawbpf_map_update(map, &key, value, BPF_ANY), 0);
	ck_assert_uint_eq(element[2], 78);

	/* A map with a writable view cannot be frozen. A frozen one can be read. */
	ck_assert_int_eq(rawbpf_map_freeze(map), -EBUSY);
	rawbpf_map_view_close(&view);
	ck_assert_ptr_null(view.data);
	rawbpf_map_view_close(&view);
	ck_assert_int_eq(rawbpf_map_freeze(map), 0);
	ck_assert_int_eq(rawbpf_map_view_open(&view, map, 1), -EPERM);
	ck_assert_ptr_null(view.data);
	ck_assert_int_eq(rawbpf_map_view_open(&view, map, 0), 0);
	ck_assert_uint_eq(((uint32_t *)((char *)view.data + 999 * view.stride))[2], 78);

	/* The view outlives the descriptor. */
	close(map);
	ck_assert_uint_eq(((uint32_t *)((char *)view.data + 999 * view.stride))[0], 1);
	rawbpf_map_view_close(&view);
}
END_TEST

START_TEST(test_view_refused)
{
	struct rawbpf_map_view view;
	int maps[] = { live_array(1), live_hash(1), live_map(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1),
		       live_map(BPF_MAP_TYPE_QUEUE, 0, 8, 1) };
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(maps); i++) {
		memset(&view, 0x5a, sizeof view);
		ck_assert_int_eq(rawbpf_map_view_open(&view, maps[i], 0), -EINVAL);
		ck_assert_ptr_null(view.data);
		rawbpf_map_view_close(&view);
		close(maps[i]);
	}
}
END_TEST

/* A view gets no more access than the descriptor and the map allow. */
START_TEST(test_view_denied)
{
	static const struct {
		unsigned flags;
		int error, writable_error;
	} cases[] = {
		{ BPF_F_RDONLY, -EINVAL, -EACCES },
		{ BPF_F_WRONLY, -EACCES, -EACCES },
		{ BPF_F_RDONLY_PROG, 0, -EACCES },
		{ BPF_F_WRONLY_PROG, 0, 0 },
	};
	struct rawbpf_map_view view;
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1,
		.flags = BPF_F_MMAPABLE | cases[_i].flags });

	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(rawbpf_map_view_open(&view, map, 0), cases[_i].error);
	rawbpf_map_view_close(&view);
	ck_assert_int_eq(rawbpf_map_view_open(&view, map, 1), cases[_i].writable_error);
	rawbpf_map_view_close(&view);
	close(map);
}
END_TEST

/* An array of descriptors has empty elements, and no element past its end. */
START_TEST(test_array_of_descriptors)
{
	const int null = open("/dev/null", O_RDONLY | O_CLOEXEC), closed = 9999;
	int map = live_map(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2);
	uint32_t key = 0, past = 2;

	ck_assert_int_eq(rawbpf_map_delete(map, &key), -ENOENT);
	ck_assert_int_eq(rawbpf_map_delete(map, &past), -E2BIG);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &closed, BPF_ANY), -EBADF);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &null, BPF_ANY), -EINVAL);
	close(map);
	close(null);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_create);
	tcase_add_loop_test(tests, test_create_refused, 0, RAWBPF_COUNT(refused));
	tcase_add_loop_test(tests, test_standard_streams, 0, 4);
	tcase_add_test(tests, test_hash);
	tcase_add_test(tests, test_array);
	tcase_add_test(tests, test_next_walks_all);
	tcase_add_loop_test(tests, test_queue_and_stack, 0, 2);
	tcase_add_test(tests, test_bad_descriptor);
	tcase_add_test(tests, test_query_wants_a_map);
	tcase_add_test(tests, test_freeze);
	tcase_add_test(tests, test_view);
	tcase_add_test(tests, test_view_refused);
	tcase_add_loop_test(tests, test_view_denied, 0, 4);
	tcase_add_test(tests, test_array_of_descriptors);
}

int main(void)
{
	return live_run("map", add_tests);
}

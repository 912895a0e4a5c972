/* SPDX-License-Identifier: MIT */
/* Maps: every operation and every errno that rawbpf/map.h promises; possible CPUs. */
#include "live.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static int create(unsigned type, unsigned key_size, unsigned value_size, unsigned max_entries)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = type,
		.key_size = key_size,
		.value_size = value_size,
		.max_entries = max_entries,
		.flags = type == BPF_MAP_TYPE_LPM_TRIE ? BPF_F_NO_PREALLOC : 0,
	});

	ck_assert_int_gt(map, 2);
	return map;
}

static int hash(unsigned max_entries)
{
	return create(BPF_MAP_TYPE_HASH, 4, 8, max_entries);
}

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
	ck_assert_int_gt(rawbpf_obj_get_info(map, &info, sizeof info), 0);
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

/* A process without standard streams gets no object as one, of any call that makes a descriptor. */
START_TEST(test_standard_streams)
{
	struct rawbpf_link link;
	int saved[3], fds[5], i;

	for (i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
		close(i);
	}
	fds[0] = live_array(1);
	fds[1] = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	fds[2] = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	fds[3] = rawbpf_raw_tracepoint_attach(&link, fds[2], &(struct rawbpf_raw_tracepoint_spec){
		.name = "sys_enter" });
	fds[3] = fds[3] < 0 ? fds[3] : link.fd;
	fds[4] = rawbpf_obj_id_open(RAWBPF_OBJ_PROG, live_prog_id(fds[1]));
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(fcntl(i, F_GETFD), -1);
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

/* One operation on one element; `value` is what it sets, or what it must return. */
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
		return rawbpf_map_lookup_and_delete(map, &step->key, value, step->flags);
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
	take_steps(hash(2), hash_steps, RAWBPF_COUNT(hash_steps));
}
END_TEST

START_TEST(test_array)
{
	take_steps(create(BPF_MAP_TYPE_ARRAY, 4, 8, 2), array_steps, RAWBPF_COUNT(array_steps));
}
END_TEST

START_TEST(test_next_walks_all)
{
	int map = hash(100);
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

/* Elements come out of a queue in order, of a stack in reverse. */
START_TEST(test_queue_and_stack)
{
	static const struct {
		unsigned type;
		uint64_t first, second;
	} cases[] = {
		{ BPF_MAP_TYPE_QUEUE, 10, 20 },
		{ BPF_MAP_TYPE_STACK, 20, 10 },
	};
	int map = create(cases[_i].type, 0, 8, 2);
	uint64_t value = 10;
	uint32_t key = 0;

	ck_assert_int_eq(rawbpf_map_lookup(map, NULL, &value, 0), -ENOENT);
	ck_assert_int_eq(rawbpf_map_lookup_and_delete(map, NULL, &value, 0), -ENOENT);
	value = 10;
	ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, BPF_ANY), 0);
	value = 20;
	ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, BPF_ANY), -E2BIG);
	ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, BPF_NOEXIST), -EINVAL);
	ck_assert_int_eq(rawbpf_map_lookup(map, NULL, &value, 0), 0);
	ck_assert_uint_eq(value, cases[_i].first);
	ck_assert_int_eq(rawbpf_map_lookup_and_delete(map, NULL, &value, 0), 0);
	ck_assert_uint_eq(value, cases[_i].first);
	ck_assert_int_eq(rawbpf_map_lookup_and_delete(map, NULL, &value, 0), 0);
	ck_assert_uint_eq(value, cases[_i].second);
	ck_assert_int_eq(rawbpf_map_lookup_and_delete(map, NULL, &value, 0), -ENOENT);
	ck_assert_int_eq(rawbpf_map_lookup_and_delete(map, &key, &value, 0), -EINVAL);
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
	int map = hash(1);
	uint32_t key = 0;
	uint64_t value = 0;

	/* not open */
	ck_assert_int_eq(rawbpf_map_lookup(-1, &key, &value, 0), -EBADF);
	ck_assert_int_eq(rawbpf_map_update(-1, &key, &value, 0), -EBADF);
	ck_assert_int_eq(rawbpf_map_delete(-1, &key), -EBADF);
	ck_assert_int_eq(rawbpf_map_next(-1, NULL, &key), -EBADF);
	ck_assert_int_eq(rawbpf_map_lookup_and_delete(-1, &key, &value, 0), -EBADF);
	ck_assert_int_eq(rawbpf_map_freeze(-1), -EBADF);
	ck_assert_int_eq(rawbpf_map_query(-1, &layout), -EBADF);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, -1), -EBADF);
	ck_assert_int_eq(rawbpf_map_view_open(&view, -1, 0), -EBADF);

	/* not a map */
	ck_assert_int_eq(rawbpf_map_lookup(null, &key, &value, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_map_update(null, &key, &value, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_map_next(null, NULL, &key), -EINVAL);
	ck_assert_int_eq(rawbpf_map_freeze(null), -EINVAL);
	ck_assert_int_eq(rawbpf_map_query(null, &layout), -EINVAL);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, null), -EINVAL);
	ck_assert_int_eq(rawbpf_map_view_open(&view, null, 0), -EINVAL);

	/* not our memory */
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

/* Another object's descriptor is not taken for a map's, whatever the kernel would describe. */
START_TEST(test_query_wants_a_map)
{
	struct rawbpf_map_layout layout;
	struct rawbpf_map_iter iter;
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	uint32_t key = 0;

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_map_next(prog, NULL, &key), -EINVAL);
	ck_assert_int_eq(rawbpf_map_query(prog, &layout), -EINVAL);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, prog), -EINVAL);
	rawbpf_map_iter_close(&iter);
	close(prog);
}
END_TEST

START_TEST(test_freeze)
{
	int map = hash(2), again;
	uint32_t key = 1;
	uint64_t value = 5;

	set(map, 1, 4);
	ck_assert_int_eq(rawbpf_map_freeze(map), 0);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, BPF_ANY), -EPERM);
	ck_assert_int_eq(rawbpf_map_delete(map, &key), -EPERM);
	ck_assert_uint_eq(get(map, 1), 4);
	again = rawbpf_map_freeze(map);
	if (live_kernel() <= 0x601) /* 5.10 and 6.1 are known, 6.12 and later are */
		ck_assert_int_eq(again, -EBUSY);
	else if (live_kernel() >= 0x60c)
		ck_assert_int_eq(again, -EPERM);
	else
		ck_assert(again == -EBUSY || again == -EPERM);
	close(map);
}
END_TEST

/* ------------------------------------------------------------- shapes, CPUs */

START_TEST(test_query)
{
	static const struct {
		unsigned type, key_size, value_size, max_entries, flags;
		int percpu;
		unsigned stride;
	} cases[] = {
		{ BPF_MAP_TYPE_HASH, 5, 11, 3, BPF_F_NO_PREALLOC, 0, 11 },
		{ BPF_MAP_TYPE_ARRAY, 4, 12, 2, BPF_F_MMAPABLE, 0, 12 },
		{ BPF_MAP_TYPE_PERCPU_ARRAY, 4, 12, 2, 0, 1, 16 },
		{ BPF_MAP_TYPE_PERCPU_HASH, 3, 8, 9, 0, 1, 8 },
		{ BPF_MAP_TYPE_LRU_HASH, 4, 1, 100, 0, 0, 1 },
		{ BPF_MAP_TYPE_LRU_PERCPU_HASH, 4, 1, 100, 0, 1, 8 },
		{ BPF_MAP_TYPE_LPM_TRIE, 8, 9, 5, BPF_F_NO_PREALLOC, 0, 9 },
		{ BPF_MAP_TYPE_QUEUE, 0, 7, 5, 0, 0, 7 },
		{ BPF_MAP_TYPE_RINGBUF, 0, 0, 65536, 0, 0, 0 },
	};
	unsigned i;

	for (i = 0; i < RAWBPF_COUNT(cases); i++) {
		struct rawbpf_map_layout layout;
		unsigned cpus = cases[i].percpu ? rawbpf_cpu_possible() : 1;
		int map = rawbpf_map_create(&(struct rawbpf_map_spec){
			.type = cases[i].type,
			.key_size = cases[i].key_size,
			.value_size = cases[i].value_size,
			.max_entries = cases[i].max_entries,
			.flags = cases[i].flags,
		});

		ck_assert_int_gt(map, 2);
		ck_assert_int_eq(rawbpf_map_query(map, &layout), 0);
		ck_assert_uint_eq(layout.type, cases[i].type);
		ck_assert_uint_eq(layout.key_size, cases[i].key_size);
		ck_assert_uint_eq(layout.value_size, cases[i].value_size);
		ck_assert_uint_eq(layout.flags, cases[i].flags);
		ck_assert_uint_eq(layout.cpus, cpus);
		ck_assert_uint_eq(layout.lookup_size, cases[i].stride * cpus);
		if (cases[i].type != BPF_MAP_TYPE_LRU_HASH &&
		    cases[i].type != BPF_MAP_TYPE_LRU_PERCPU_HASH) /* rounded up there */
			ck_assert_uint_eq(layout.max_entries, cases[i].max_entries);
		close(map);
	}
}
END_TEST

enum { CPUS = 256 };

START_TEST(test_percpu_values)
{
	static uint64_t values[2 * CPUS], expected[2 * CPUS];
	struct rawbpf_map_layout layout;
	int map = create(BPF_MAP_TYPE_PERCPU_HASH, 4, 12, 1);
	uint32_t key = 3;
	unsigned cpu;

	ck_assert_int_eq(rawbpf_map_query(map, &layout), 0);
	ck_assert_uint_le(layout.lookup_size, sizeof values);
	for (cpu = 0; cpu < layout.cpus; cpu++) {
		expected[2 * cpu] = 0x0101010101010101u * (cpu + 1);
		expected[2 * cpu + 1] = 7 * cpu;
	}
	ck_assert_int_eq(rawbpf_map_update(map, &key, expected, BPF_ANY), 0);

	memset(values, 0x5a, sizeof values);
	ck_assert_int_eq(rawbpf_map_lookup_percpu(map, &layout, &key, values,
						  layout.lookup_size - 1), -ENOSPC);
	ck_assert_int_eq(rawbpf_map_lookup_percpu(map, &layout, &key, values, 0), -ENOSPC);
	for (cpu = 0; cpu < RAWBPF_COUNT(values); cpu++)
		ck_assert_uint_eq(values[cpu], 0x5a5a5a5a5a5a5a5au);

	ck_assert_int_eq(rawbpf_map_lookup_percpu(map, &layout, &key, values,
						  layout.lookup_size), 0);
	ck_assert_int_eq(memcmp(values, expected, layout.lookup_size), 0);
	for (cpu = layout.lookup_size / 8; cpu < RAWBPF_COUNT(values); cpu++)
		ck_assert_uint_eq(values[cpu], 0x5a5a5a5a5a5a5a5au);

	key = 4;
	ck_assert_int_eq(rawbpf_map_lookup_percpu(map, &layout, &key, values, sizeof values),
			 -ENOENT);
	close(map);
}
END_TEST

/* Add 1 to the running CPU's value of element 0. */
static int count_on_this_cpu(int map)
{
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 3),
		BPF_LDX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_0, BPF_REG_1, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	return rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.license = "GPL",
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
	});
}

/* Value n is CPU n's: 10 runs on CPU 0, 11 on CPU 1, ... */
START_TEST(test_percpu_order)
{
	static uint64_t values[CPUS];
	struct rawbpf_map_layout layout;
	int map = create(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1);
	int prog = count_on_this_cpu(map);
	uint32_t key = 0;
	unsigned cpu, online = sysconf(_SC_NPROCESSORS_ONLN);

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_map_query(map, &layout), 0);
	ck_assert_uint_ge(layout.cpus, online);
	for (cpu = 0; cpu < online; cpu++) {
		unsigned runs;

		for (runs = 0; runs < 10 + cpu; runs++) {
			struct rawbpf_prog_run run = { .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu };

			ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
		}
	}
	ck_assert_int_eq(rawbpf_map_lookup_percpu(map, &layout, &key, values, sizeof values), 0);
	for (cpu = 0; cpu < layout.cpus; cpu++)
		ck_assert_uint_eq(values[cpu], cpu < online ? 10 + cpu : 0);
	close(prog);
	close(map);
}
END_TEST

/* Longer than any file of this kind, and a number beyond: must not be cut off and half counted. */
#define FAR_TOO_LONG(TEXT) TEXT TEXT TEXT TEXT TEXT TEXT TEXT TEXT TEXT TEXT
#define TEN_PAIRS FAR_TOO_LONG("0,2,")

static const struct {
	const char *file;
	int cpus;
} possible[] = {
	{ "0\n", 1 },
	{ "0", 1 },
	{ "0-1\n", 2 },
	{ "0-3,8-11\n", 8 },
	{ "0,2\n", 2 },
	{ "0,2-4,7\n", 5 },
	{ "0-8191\n", 8192 },
	{ "", -EINVAL },
	{ "\n", -EINVAL },
	{ "many\n", -EINVAL },
	{ "0-\n", -EINVAL },
	{ "0,\n", -EINVAL },
	{ ",0\n", -EINVAL },
	{ "-1\n", -EINVAL },
	{ "3-1\n", -EINVAL },
	{ "0-3 8\n", -EINVAL },
	{ "0-4294967295\n", -EINVAL },
	{ "0-4294967296\n", -EINVAL },
	{ FAR_TOO_LONG(FAR_TOO_LONG(TEN_PAIRS)) "0\n", -EINVAL },
};

START_TEST(test_cpu_possible)
{
	live_private_mounts();
	live_fake_file("/sys/devices/system/cpu/possible", possible[_i].file);
	ck_assert_int_eq(rawbpf_cpu_possible(), possible[_i].cpus);
}
END_TEST

START_TEST(test_no_sysfs)
{
	struct rawbpf_map_layout layout;
	struct rawbpf_map_iter iter;
	int percpu = create(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1);
	int array = live_array(1);

	live_private_mounts();
	live_hide_directory("/sys");
	ck_assert_int_eq(rawbpf_cpu_possible(), -ENOENT);
	ck_assert_int_eq(rawbpf_map_query(percpu, &layout), -ENOENT);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, percpu), -ENOENT);
	ck_assert_int_eq(rawbpf_map_query(array, &layout), 0);
	close(percpu);
	close(array);
}
END_TEST

/* ------------------------------------------------------------------- batches */

enum { ELEMENTS = 1000 };

/* Elements 0 .. count - 1, with 3 * key + 1 for value. */
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
	ck_assert_int_eq(rawbpf_map_update_batch(map, &batch), 0);
	ck_assert_uint_eq(batch.count, count);
	free(keys);
	free(values);
}

/* Account for what a look-up brought: each element once, its value right. */
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

/* Read all by batches of `capacity`, which grows when a bucket wants it to. */
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
	int map = hash(ELEMENTS);
	unsigned growths;

	fill(map, ELEMENTS);
	read_batches(map, rawbpf_map_lookup_batch, 64, &growths);
	ck_assert_uint_eq(growths, 0);
	read_batches(map, rawbpf_map_lookup_batch, ELEMENTS, &growths);
	ck_assert_uint_eq(growths, 0);
	/* Of 1000 elements in 1024 buckets, some bucket holds two. */
	read_batches(map, rawbpf_map_lookup_batch, 1, &growths);
	ck_assert_uint_gt(growths, 0);
	close(map);
}
END_TEST

START_TEST(test_lookup_batch_of_array)
{
	int map = live_array(ELEMENTS);
	unsigned growths;

	fill(map, ELEMENTS);
	read_batches(map, rawbpf_map_lookup_batch, 64, &growths);
	read_batches(map, rawbpf_map_lookup_batch, 1, &growths);
	ck_assert_uint_eq(growths, 0);
	close(map);
}
END_TEST

START_TEST(test_lookup_and_delete_batch)
{
	int map = hash(ELEMENTS);
	uint32_t key;
	unsigned growths;

	fill(map, ELEMENTS);
	read_batches(map, rawbpf_map_lookup_and_delete_batch, 64, &growths);
	ck_assert_int_eq(rawbpf_map_next(map, NULL, &key), -ENOENT);
	fill(map, ELEMENTS);
	read_batches(map, rawbpf_map_lookup_and_delete_batch, 1, &growths);
	ck_assert_uint_gt(growths, 0);
	ck_assert_int_eq(rawbpf_map_next(map, NULL, &key), -ENOENT);
	close(map);
}
END_TEST

START_TEST(test_empty_batch)
{
	int map = hash(4);
	uint32_t key, position;
	uint64_t value;
	struct rawbpf_map_batch batch = {
		.keys = &key, .values = &value, .capacity = 1, .position = &position };

	ck_assert_int_eq(rawbpf_map_lookup_batch(map, &batch), 0);
	ck_assert_uint_eq(batch.count, 0);
	/* No room at all: an error, not a walk that never ends. */
	set(map, 1, 1);
	batch = (struct rawbpf_map_batch){ .keys = &key, .values = &value, .position = &position };
	ck_assert_int_eq(rawbpf_map_lookup_batch(map, &batch), -EINVAL);
	ck_assert_uint_eq(batch.count, 0);
	ck_assert_int_eq(rawbpf_map_lookup_and_delete_batch(map, &batch), -EINVAL);
	ck_assert_uint_eq(get(map, 1), 1);
	close(map);
}
END_TEST

/* `count` says how many were done, and so which element the error is of. */
START_TEST(test_batch_stops)
{
	uint32_t keys[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	uint64_t values[10] = { 0 };
	struct rawbpf_map_batch batch = { .keys = keys, .values = values, .capacity = 10 };
	int map = hash(10), small = hash(6), array = live_array(5);

	/* a hash of six: the seventh is one too many */
	ck_assert_int_eq(rawbpf_map_update_batch(small, &batch), -E2BIG);
	ck_assert_uint_eq(batch.count, 6);
	ck_assert_uint_eq(get(small, 5), 0);
	/* an array of five: the index past its end */
	ck_assert_int_eq(rawbpf_map_update_batch(array, &batch), -E2BIG);
	ck_assert_uint_eq(batch.count, 5);

	ck_assert_int_eq(rawbpf_map_update_batch(map, &batch), 0);
	ck_assert_uint_eq(batch.count, 10);
	ck_assert_int_eq(rawbpf_map_delete(map, &keys[7]), 0);
	ck_assert_int_eq(rawbpf_map_delete_batch(map, &batch), -ENOENT);
	ck_assert_uint_eq(batch.count, 7);
	ck_assert_int_eq(rawbpf_map_delete_batch(map, &batch), -ENOENT);
	ck_assert_uint_eq(batch.count, 0);
	batch.keys = keys + 8;
	batch.capacity = 2;
	ck_assert_int_eq(rawbpf_map_delete_batch(map, &batch), 0);
	ck_assert_uint_eq(batch.count, 2);
	ck_assert_int_eq(rawbpf_map_next(map, NULL, keys), -ENOENT);

	/* nothing to do */
	batch.capacity = 0;
	ck_assert_int_eq(rawbpf_map_update_batch(map, &batch), 0);
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
	int queue = create(BPF_MAP_TYPE_QUEUE, 0, 8, 2), frozen = hash(2), array = live_array(1);

	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_lookup_batch(queue, &batch), -ENOTSUPP);
	ck_assert_uint_eq(batch.count, 0);
	ck_assert_uint_eq(batch.resume, 0);
	ck_assert_int_eq(rawbpf_map_lookup_and_delete_batch(array, &batch), -ENOTSUPP);
	ck_assert_int_eq(rawbpf_map_update_batch(queue, &batch), -ENOTSUPP);
	ck_assert_int_eq(rawbpf_map_delete_batch(array, &batch), -ENOTSUPP);

	ck_assert_int_eq(rawbpf_map_freeze(frozen), 0);
	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_update_batch(frozen, &batch), -EPERM);
	ck_assert_uint_eq(batch.count, 0);
	ck_assert_int_eq(rawbpf_map_delete_batch(frozen, &batch), -EPERM);

	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_lookup_batch(-1, &batch), -EBADF);
	ck_assert_uint_eq(batch.count, 0);
	batch.elem_flags = 1u << 20;
	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_lookup_batch(array, &batch), -EINVAL);
	ck_assert_uint_eq(batch.count, 0);
	/* The kernel has these flags for single elements alone. */
	batch.elem_flags = BPF_NOEXIST;
	batch.count = 77;
	ck_assert_int_eq(rawbpf_map_update_batch(array, &batch), -EINVAL);
	ck_assert_uint_eq(batch.count, 0);
	close(queue);
	close(frozen);
	close(array);
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

	/* A map that somebody may write to cannot be frozen; a frozen one can be read. */
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
	int maps[] = { live_array(1), hash(1), create(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1),
		       create(BPF_MAP_TYPE_QUEUE, 0, 8, 1) };
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

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_create);
	tcase_add_loop_test(tests, test_create_refused, 0, RAWBPF_COUNT(refused));
	tcase_add_test(tests, test_standard_streams);
	tcase_add_test(tests, test_hash);
	tcase_add_test(tests, test_array);
	tcase_add_test(tests, test_next_walks_all);
	tcase_add_loop_test(tests, test_queue_and_stack, 0, 2);
	tcase_add_test(tests, test_bad_descriptor);
	tcase_add_test(tests, test_query_wants_a_map);
	tcase_add_test(tests, test_freeze);
	tcase_add_test(tests, test_query);
	tcase_add_test(tests, test_percpu_values);
	tcase_add_test(tests, test_percpu_order);
	tcase_add_loop_test(tests, test_cpu_possible, 0, RAWBPF_COUNT(possible));
	tcase_add_test(tests, test_no_sysfs);
	tcase_add_test(tests, test_lookup_batch);
	tcase_add_test(tests, test_lookup_batch_of_array);
	tcase_add_test(tests, test_lookup_and_delete_batch);
	tcase_add_test(tests, test_empty_batch);
	tcase_add_test(tests, test_batch_stops);
	tcase_add_test(tests, test_batch_refused);
	tcase_add_test(tests, test_view);
	tcase_add_test(tests, test_view_refused);
}

int main(void)
{
	return live_run("map", add_tests);
}

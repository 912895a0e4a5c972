/* SPDX-License-Identifier: MIT */
/* Layouts of maps, values of every CPU, and rawbpf_cpu_count(). */
#include "../live.h"

#include <stdint.h>

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
		unsigned cpus = cases[i].percpu ? rawbpf_cpu_count() : 1;
		int map = rawbpf_map_create(&(struct rawbpf_map_spec){
			.type = cases[i].type,
			.key_size = cases[i].key_size,
			.value_size = cases[i].value_size,
			.max_entries = cases[i].max_entries,
			.flags = cases[i].flags,
		});

		ck_assert_int_gt(map, 2);
		ck_assert_int_eq(rawbpf_map_layout_info(&layout, map), 0);
		ck_assert_uint_eq(layout.type, cases[i].type);
		ck_assert_uint_eq(layout.key_size, cases[i].key_size);
		ck_assert_uint_eq(layout.value_size, cases[i].value_size);
		ck_assert_uint_eq(layout.flags, cases[i].flags);
		ck_assert_uint_eq(layout.cpus, cpus);
		ck_assert_uint_eq(layout.lookup_size, cases[i].stride * cpus);
		if (cases[i].type != BPF_MAP_TYPE_LRU_HASH &&
		    cases[i].type != BPF_MAP_TYPE_LRU_PERCPU_HASH) /* rounded up by the kernel */
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
	int map = live_map(BPF_MAP_TYPE_PERCPU_HASH, 4, 12, 1);
	uint32_t key = 3;
	unsigned cpu;

	ck_assert_int_eq(rawbpf_map_layout_info(&layout, map), 0);
	ck_assert_uint_le(layout.lookup_size, sizeof values);
	for (cpu = 0; cpu < layout.cpus; cpu++) {
		expected[2 * cpu] = 0x0101010101010101u * (cpu + 1);
		expected[2 * cpu + 1] = 7 * cpu;
	}
	ck_assert_int_eq(rawbpf_map_update(map, &key, expected, BPF_ANY), 0);

	memset(values, 0x5a, sizeof values);
	ck_assert_int_eq(rawbpf_map_percpu_lookup(map, &layout, &key, values,
						  layout.lookup_size - 1), -ENOSPC);
	ck_assert_int_eq(rawbpf_map_percpu_lookup(map, &layout, &key, values, 0), -ENOSPC);
	for (cpu = 0; cpu < RAWBPF_COUNT(values); cpu++)
		ck_assert_uint_eq(values[cpu], 0x5a5a5a5a5a5a5a5au);

	ck_assert_int_eq(rawbpf_map_percpu_lookup(map, &layout, &key, values,
						  layout.lookup_size), 0);
	ck_assert_int_eq(memcmp(values, expected, layout.lookup_size), 0);
	for (cpu = layout.lookup_size / 8; cpu < RAWBPF_COUNT(values); cpu++)
		ck_assert_uint_eq(values[cpu], 0x5a5a5a5a5a5a5a5au);

	key = 4;
	ck_assert_int_eq(rawbpf_map_percpu_lookup(map, &layout, &key, values, sizeof values),
			 -ENOENT);
	close(map);
}
END_TEST

/* Load a program that adds 1 to the running CPU's value of element 0. */
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

/* Value n belongs to CPU n: 10 runs on CPU 0, 11 on CPU 1, ... */
START_TEST(test_percpu_order)
{
	static uint64_t values[CPUS];
	struct rawbpf_map_layout layout;
	int map = live_map(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1);
	int prog = count_on_this_cpu(map);
	uint32_t key = 0;
	unsigned cpu, online = sysconf(_SC_NPROCESSORS_ONLN);

	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, map), 0);
	ck_assert_uint_ge(layout.cpus, online);
	for (cpu = 0; cpu < online; cpu++) {
		unsigned runs;

		for (runs = 0; runs < 10 + cpu; runs++) {
			struct rawbpf_prog_run run = { .flags = BPF_F_TEST_RUN_ON_CPU, .cpu = cpu };

			ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
		}
	}
	ck_assert_int_eq(rawbpf_map_percpu_lookup(map, &layout, &key, values, sizeof values), 0);
	for (cpu = 0; cpu < layout.cpus; cpu++)
		ck_assert_uint_eq(values[cpu], cpu < online ? 10 + cpu : 0);
	close(prog);
	close(map);
}
END_TEST

/* A list longer than any kernel's, with a number beyond. It must not be cut and half counted. */
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
	ck_assert_int_eq(rawbpf_cpu_count(), possible[_i].cpus);
}
END_TEST

START_TEST(test_no_sysfs)
{
	struct rawbpf_map_layout layout;
	struct rawbpf_map_iter iter;
	int percpu = live_map(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1);
	int array = live_array(1);

	live_private_mounts();
	live_hide_directory("/sys");
	ck_assert_int_eq(rawbpf_cpu_count(), -ENOENT);
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, percpu), -ENOENT);
	ck_assert_int_eq(rawbpf_map_iter_open(&iter, percpu), -ENOENT);
	ck_assert_int_eq(rawbpf_map_layout_info(&layout, array), 0);
	close(percpu);
	close(array);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_query);
	tcase_add_test(tests, test_percpu_values);
	tcase_add_test(tests, test_percpu_order);
	tcase_add_loop_test(tests, test_cpu_possible, 0, RAWBPF_COUNT(possible));
	tcase_add_test(tests, test_no_sysfs);
}

int main(void)
{
	return live_run("map_percpu", add_tests);
}

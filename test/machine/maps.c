/* SPDX-License-Identifier: MIT */
/* The machine's maps, without a kernel: what live_maps.c cannot compare. */
#include "machine.h"

#include <rawbpf/vm_map.h>
#include <stdlib.h>

/* Open a map in memory of exactly its size, so that sanitizers see what is outside. */
static struct rawbpf_vm_map opened(struct rawbpf_vm_map map)
{
	map.memory_size = rawbpf_vm_map_size(&map);
	ck_assert_uint_gt(map.memory_size, 0);
	map.memory = malloc(map.memory_size);
	memset(map.memory, 0xa5, map.memory_size);
	ck_assert_int_eq(rawbpf_vm_map_open(&map), 0);
	return map;
}

#define MAP(TYPE, KEY, VALUE, ENTRIES) (struct rawbpf_vm_map){ .name = #TYPE, \
	.type = BPF_MAP_TYPE_##TYPE, .key_size = KEY, .value_size = VALUE, .max_entries = ENTRIES }

/* What BPF_MAP_CREATE refuses has no size. */
static const struct {
	struct rawbpf_vm_map map;
	int error;
} refused[] = {
	{ MAP(HASH, 0, 8, 1), -EINVAL },
	{ MAP(HASH, 4, 0, 1), -EINVAL },
	{ MAP(HASH, 4, 8, 0), -EINVAL },
	{ MAP(ARRAY, 8, 8, 1), -EINVAL },
	{ MAP(ARRAY, 4, 8, 0), -EINVAL },
	{ MAP(PROG_ARRAY, 4, 8, 1), -EINVAL },
	{ MAP(QUEUE, 4, 8, 1), -EINVAL },
	{ MAP(LPM_TRIE, 8, 8, 1), -EINVAL }, /* without BPF_F_NO_PREALLOC */
	{ MAP(RINGBUF, 0, 0, 5000), -EINVAL },
	{ MAP(RINGBUF, 0, 8, 4096), -EINVAL },
	{ MAP(XSKMAP, 4, 8, 1), -EINVAL },
	{ MAP(DEVMAP, 4, 5, 1), -EINVAL },
	{ MAP(CPUMAP, 4, 12, 1), -EINVAL },
	{ MAP(DEVMAP_HASH, 8, 4, 1), -EINVAL },
	{ MAP(PERF_EVENT_ARRAY, 4, 8, 1), -EINVAL },
	{ MAP(SOCKMAP, 4, 4, 1), -EOPNOTSUPP },
	{ { .type = 12345, .key_size = 4, .value_size = 4, .max_entries = 1 }, -EOPNOTSUPP },
	{ { .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1,
	    .flags = 1u << 31 }, -EINVAL },
};

START_TEST(test_refused)
{
	struct rawbpf_vm_map map = refused[_i].map;

	ck_assert_uint_eq(rawbpf_vm_map_size(&map), 0);
	ck_assert_int_eq(rawbpf_vm_map_open(&map), refused[_i].error);
}
END_TEST

START_TEST(test_room)
{
	struct rawbpf_vm_map map = MAP(HASH, 4, 8, 10);
	uint64_t memory[100];

	map.memory = memory;
	map.memory_size = rawbpf_vm_map_size(&map);
	ck_assert_uint_le(map.memory_size, sizeof(memory) - 1);
	ck_assert_int_eq(rawbpf_vm_map_open(&map), 0);
	map.memory_size--;
	ck_assert_int_eq(rawbpf_vm_map_open(&map), -ENOSPC);
	map.memory_size++;
	map.memory = (char *)memory + 1;
	ck_assert_int_eq(rawbpf_vm_map_open(&map), -ENOSPC);
	map.memory = NULL;
	ck_assert_int_eq(rawbpf_vm_map_open(&map), -ENOSPC);
}
END_TEST

/* A full LRU map drops the element that was used least recently. A look-up is a use. */
START_TEST(test_lru)
{
	struct rawbpf_vm_map map = opened(MAP(LRU_HASH, 4, 4, 3));
	uint32_t key, value;

	for (key = 1; key <= 3; key++)
		ck_assert_int_eq(rawbpf_vm_map_update(&map, &key, &key, BPF_ANY), 0);
	key = 1;
	ck_assert_int_eq(rawbpf_vm_map_lookup(&map, &key, &value), 0);
	key = 4;
	ck_assert_int_eq(rawbpf_vm_map_update(&map, &key, &key, BPF_ANY), 0);
	for (key = 1; key <= 4; key++)
		ck_assert_int_eq(rawbpf_vm_map_lookup(&map, &key, &value), key == 2 ? -ENOENT : 0);
	free(map.memory);
}
END_TEST

/* In a machine of the other byte order, indices and prefixes are in that order. */
START_TEST(test_order)
{
	struct rawbpf_vm_map array = MAP(ARRAY, 4, 1, 2), trie = MAP(LPM_TRIE, 5, 1, 2);
	const unsigned char second[4] = { 0, 0, 0, 1 }, prefix[5] = { 0, 0, 0, 8, 7 },
			    searched[5] = { 0, 0, 0, 8, 7 }, value = 9;
	unsigned char found = 0, next[4];

	array.order = trie.order = RAWBPF_BIG_ENDIAN;
	trie.flags = BPF_F_NO_PREALLOC;
	array = opened(array);
	trie = opened(trie);
	ck_assert_int_eq(rawbpf_vm_map_update(&array, second, &value, BPF_ANY), 0);
	ck_assert_uint_eq(array.values.bytes[8], 9);
	ck_assert_int_eq(rawbpf_vm_map_next(&array, NULL, next), 0);
	ck_assert_int_eq(rawbpf_vm_map_next(&array, next, next), 0);
	ck_assert_mem_eq(next, second, 4);
	ck_assert_int_eq(rawbpf_vm_map_next(&array, next, next), -ENOENT);
	ck_assert_int_eq(rawbpf_vm_map_update(&trie, prefix, &value, BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_vm_map_lookup(&trie, searched, &found), 0);
	ck_assert_uint_eq(found, 9);
	free(array.memory);
	free(trie.memory);
}
END_TEST

START_TEST(test_pointers)
{
	struct rawbpf_vm_map progs = opened(MAP(PROG_ARRAY, 4, 4, 2)),
			     maps = opened(MAP(ARRAY_OF_MAPS, 4, 4, 2)),
			     hash = opened(MAP(HASH_OF_MAPS, 3, 4, 2));
	struct rawbpf_vm_prog prog = { .name = "one" }, *got_prog = &prog;
	struct rawbpf_vm_map *got_map = &progs;
	uint32_t key = 1, far = 2;

	ck_assert_ptr_null(progs.ops->prog(&progs, 1));
	ck_assert_int_eq(rawbpf_vm_map_update(&progs, &key, &got_prog, BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_vm_map_update(&progs, &far, &got_prog, BPF_ANY), -E2BIG);
	ck_assert_int_eq(rawbpf_vm_map_update(&progs, &key, &got_prog, BPF_NOEXIST), -EINVAL);
	ck_assert_ptr_eq(progs.ops->prog(&progs, 1), &prog);
	ck_assert_ptr_null(progs.ops->prog(&progs, 0));
	ck_assert_ptr_null(progs.ops->prog(&progs, 2));
	ck_assert_int_eq(rawbpf_vm_map_delete(&progs, &key), 0);
	ck_assert_int_eq(rawbpf_vm_map_delete(&progs, &key), -ENOENT);
	ck_assert_ptr_null(progs.ops->prog(&progs, 1));
	ck_assert_uint_eq(progs.values.size, 0);

	ck_assert_int_eq(rawbpf_vm_map_update(&maps, &key, &got_map, BPF_ANY), 0);
	ck_assert_ptr_eq(maps.ops->inner(&maps, &key), &progs);
	ck_assert_ptr_null(maps.ops->inner(&maps, &far));
	ck_assert_int_eq(rawbpf_vm_map_update(&hash, "abc", &got_map, BPF_ANY), 0);
	ck_assert_ptr_eq(hash.ops->inner(&hash, "abc"), &progs);
	ck_assert_ptr_null(hash.ops->inner(&hash, "abd"));
	free(progs.memory);
	free(maps.memory);
	free(hash.memory);
}
END_TEST

/* ------------------------------------------------------------------------------- rings */

static void *reserve(struct rawbpf_vm_map *ring, size_t size)
{
	void *record;

	ck_assert_int_eq(rawbpf_vm_ring_reserve(ring, size, &record), 0);
	return record;
}

/* A reader waits for a reserved record, and does not see a discarded one. */
START_TEST(test_ring)
{
	struct rawbpf_vm_map ring = opened(MAP(RINGBUF, 0, 0, 4096));
	char *first = reserve(&ring, 5), *second = reserve(&ring, 8), *third = reserve(&ring, 0);
	struct rawbpf_vm_ring_info info;
	const void *record;
	size_t size;

	strcpy(first, "five");
	memcpy(second, "12345678", 8);
	ck_assert_int_eq(rawbpf_vm_ring_submit(&ring, second, 0), 0);
	ck_assert_int_eq(rawbpf_vm_ring_next(&ring, &record, &size), -ENOENT);
	ck_assert_int_eq(rawbpf_vm_ring_submit(&ring, first + 1, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_vm_ring_submit(&ring, first, 1), 0);
	ck_assert_int_eq(rawbpf_vm_ring_submit(&ring, first, 1), -EINVAL);
	ck_assert_int_eq(rawbpf_vm_ring_submit(&ring, third, 0), 0);
	ck_assert_int_eq(rawbpf_vm_ring_next(&ring, &record, &size), 0);
	ck_assert_uint_eq(size, 8);
	ck_assert_mem_eq(record, "12345678", 8);
	ck_assert_int_eq(rawbpf_vm_ring_next(&ring, &record, &size), 0);
	ck_assert_uint_eq(size, 0);
	rawbpf_vm_ring_info(&ring, &info);
	ck_assert_uint_eq(info.producer, 16 + 16 + 8);
	ck_assert_uint_eq(info.consumer, 16 + 16);
	ck_assert_int_eq(rawbpf_vm_ring_next(&ring, &record, &size), -ENOENT);
	free(ring.memory);
}
END_TEST

/* Records that wrap stay in one piece; the ring takes them until its size is reached. */
START_TEST(test_ring_wraps)
{
	struct rawbpf_vm_map ring = opened(MAP(RINGBUF, 0, 0, 4096));
	unsigned char *record;
	const void *taken;
	unsigned round;
	size_t size;

	ck_assert_ptr_null(reserve(&ring, 4096 - 8)); /* as Linux: one byte stays free */
	ck_assert_ptr_null(reserve(&ring, (size_t)1 << 31));
	for (round = 0; round < 100; round++) {
		record = reserve(&ring, 1000 + round);
		ck_assert_ptr_nonnull(record);
		memset(record, (int)round, 1000 + round);
		ck_assert_int_eq(rawbpf_vm_ring_submit(&ring, record, 0), 0);
		ck_assert_int_eq(rawbpf_vm_ring_next(&ring, &taken, &size), 0);
		ck_assert_uint_eq(size, 1000 + round);
		ck_assert_uint_eq(((const unsigned char *)taken)[size - 1], round);
	}
	while ((record = reserve(&ring, 0)))
		ck_assert_int_eq(rawbpf_vm_ring_submit(&ring, record, 0), 0);
	for (round = 0; rawbpf_vm_ring_next(&ring, &taken, &size) == 0; round++)
		;
	/* The reader still had the last record, of 1112 bytes, and one byte must stay free. */
	ck_assert_uint_eq(round, (4096 - 8 - 1112) / 8);
	free(ring.memory);
}
END_TEST

/* ------------------------------------------------------------------------ in a machine */

/* A program reaches a value up to its size, not the padding behind it. */
START_TEST(test_value)
{
	struct rawbpf_vm_map array = opened(MAP(ARRAY, 4, 6, 2));
	struct rawbpf_vm_map *maps[] = { &array };
	struct rawbpf_vm_region *regions[2];
	struct rawbpf_vm_spec spec = { .maps = maps, .map_count = 1, .regions = regions,
				       .region_max = 2 };

	MACHINE(good, spec,
		BPF_LD_MAP_VALUE(BPF_REG_1, 0, 0),
		BPF_ST_MEM(BPF_B, BPF_REG_1, 5, 0x77),
		BPF_LDX_MEM(BPF_B, BPF_REG_0, BPF_REG_1, 5),
		BPF_EXIT_INSN());
	ends(good, 0x77);
	ck_assert_uint_eq(array.values.bytes[5], 0x77);
	MACHINE(bad, spec,
		BPF_LD_MAP_VALUE(BPF_REG_1, 0, 0),
		BPF_ST_MEM(BPF_B, BPF_REG_1, 6, 0x77),
		BPF_EXIT_INSN());
	traps(bad, RAWBPF_VM_TRAP_ACCESS, 2);
	free(array.memory);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, test_refused, 0, RAWBPF_COUNT(refused));
	tcase_add_test(tests, test_room);
	tcase_add_test(tests, test_lru);
	tcase_add_test(tests, test_order);
	tcase_add_test(tests, test_pointers);
	tcase_add_test(tests, test_ring);
	tcase_add_test(tests, test_ring_wraps);
	tcase_add_test(tests, test_value);
}

int main(void)
{
	return unit_run("the machine's maps", add_tests);
}

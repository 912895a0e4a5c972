/* SPDX-License-Identifier: MIT */
/* Maps of values that programs and user space put in and take out. */
#include "map_types.h"

#include <arpa/inet.h>
#include <sys/mman.h>

enum { LOOKUPS = 3 };

/* ------------------------------------------------------------------- hashes and arrays */

/*
 * The program counts itself at key 5: it looks up, then updates if there was no value, else adds.
 */
static const char counting[] =
	"*(u32 *)(r10 - 4) = 5\n"
	"r2 = r10; r2 += -4\n"
	"r1 = map a\n"
	"call map_lookup_elem\n"
	"if r0 == 0 goto new\n"
	"r1 = 1\n"
	"lock *(u64 *)(r0 + 0) += r1\n"
	"goto out\n"
	"new:\n"
	"*(u64 *)(r10 - 16) = 1\n"
	"r1 = map a\n"
	"r2 = r10; r2 += -4\n"
	"r3 = r10; r3 += -16\n"
	"r4 = 0\n"
	"call map_update_elem\n"
	"out:\n"
	"r0 = 0\n"
	"exit\n";

static uint64_t sum_of(int map, uint32_t key)
{
	struct rawbpf_map_layout layout;
	uint64_t values[256] = { 0 }, sum = 0;

	ck_assert_int_eq(rawbpf_map_layout_info(&layout, map), 0);
	ck_assert_int_eq(rawbpf_map_percpu_lookup(map, &layout, &key, values, sizeof values), 0);
	for (unsigned cpu = 0; cpu < layout.cpus; cpu++)
		sum += values[cpu];
	return sum;
}

static void count_with(unsigned type, unsigned flags)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = type, .key_size = 4, .value_size = 8, .max_entries = 64, .flags = flags });
	int prog;

	ck_assert_int_gt(map, 2);
	prog = map_types_load(BPF_PROG_TYPE_SOCKET_FILTER, counting, &map, NULL);
	for (int i = 0; i < LOOKUPS; i++)
		map_types_run(prog, 1);
	ck_assert_uint_eq(sum_of(map, 5), LOOKUPS);
	close(prog);
	close(map);
}

START_TEST(test_count)
{
	count_with(BPF_MAP_TYPE_HASH, 0);
	count_with(BPF_MAP_TYPE_ARRAY, 0);
	count_with(BPF_MAP_TYPE_PERCPU_HASH, 0);
	count_with(BPF_MAP_TYPE_PERCPU_ARRAY, 0);
	count_with(BPF_MAP_TYPE_LRU_HASH, 0);
	count_with(BPF_MAP_TYPE_LRU_PERCPU_HASH, 0);
}
END_TEST

/* An LRU map takes more elements than it has room for, and drops the least recently used ones. */
START_TEST(test_lru)
{
	enum { ROOM = 128, KEYS = 1000 };
	static const unsigned types[] = { BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH };

	for (unsigned i = 0; i < RAWBPF_COUNT(types); i++) {
		int map = live_map(types[i], 4, 8, ROOM), kept = 0;
		uint64_t values[256] = { 0 };

		for (uint32_t key = 0; key < KEYS; key++)
			ck_assert_int_eq(rawbpf_map_update(map, &key, values, BPF_ANY), 0);
		for (uint32_t key = 0; key < KEYS; key++)
			kept += rawbpf_map_lookup(map, &key, values, 0) == 0;
		ck_assert_int_gt(kept, 0);
		ck_assert_int_le(kept, ROOM);
		ck_assert_int_eq(rawbpf_map_lookup(map, &(uint32_t){ KEYS - 1 }, values, 0), 0);
		close(map);
	}
}
END_TEST

/* The map is created for 16 elements, holds a thousand, and at most max_entries. */
START_TEST(test_rhash)
{
	enum { ELEMENTS = 1000 };
	uint64_t value;
	int map;

	NEEDS(RHASH);
	count_with(BPF_MAP_TYPE_RHASH, BPF_F_NO_PREALLOC);
	map = rawbpf_map_create(&(struct rawbpf_map_spec){ .type = BPF_MAP_TYPE_RHASH,
		.key_size = 4, .value_size = 8, .max_entries = ELEMENTS,
		.flags = BPF_F_NO_PREALLOC, .map_extra = 16 });
	ck_assert_int_gt(map, 2);
	for (uint32_t key = 0; key < ELEMENTS; key++)
		ck_assert_int_eq(rawbpf_map_update(map, &key, &(uint64_t){ key * 3 }, 0), 0);
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ ELEMENTS }, &value, 0), -E2BIG);
	for (uint32_t key = 0; key < ELEMENTS; key++) {
		ck_assert_int_eq(rawbpf_map_lookup(map, &key, &value, 0), 0);
		ck_assert_uint_eq(value, key * 3);
	}
	close(map);
}
END_TEST

/* ---------------------------------------------------------------------- longest prefix match */

struct prefix {
	uint32_t bits;
	unsigned char address[16]; /* or 4 bytes, for IPv4 */
};

static struct prefix prefix(int family, const char *address, unsigned bits)
{
	struct prefix prefix = { .bits = bits };

	ck_assert_int_eq(inet_pton(family, address, prefix.address), 1);
	return prefix;
}

/* Return the value of the longest matching prefix, or 0, which no prefix has. */
static uint64_t match(int trie, int family, const char *address)
{
	struct prefix key = prefix(family, address, family == AF_INET ? 32 : 128);
	uint64_t value = 0;
	int err = rawbpf_map_lookup(trie, &key, &value, 0);

	ck_assert(err == 0 || err == -ENOENT);
	return value;
}

static void add_prefix(int trie, int family, const char *address, unsigned bits, uint64_t value)
{
	struct prefix key = prefix(family, address, bits);

	ck_assert_int_eq(rawbpf_map_update(trie, &key, &value, BPF_NOEXIST), 0);
}

START_TEST(test_longest_prefix)
{
	int v4 = live_map(BPF_MAP_TYPE_LPM_TRIE, 4 + 4, 8, 10);
	int v6 = live_map(BPF_MAP_TYPE_LPM_TRIE, 4 + 16, 8, 10);
	struct prefix gone = prefix(AF_INET, "10.1.2.0", 24);
	int prog;

	add_prefix(v4, AF_INET, "10.0.0.0", 8, 8);
	add_prefix(v4, AF_INET, "10.1.0.0", 16, 16);
	add_prefix(v4, AF_INET, "10.1.2.0", 24, 24);
	add_prefix(v4, AF_INET, "10.1.2.3", 32, 32);
	ck_assert_uint_eq(match(v4, AF_INET, "10.1.2.3"), 32);
	ck_assert_uint_eq(match(v4, AF_INET, "10.1.2.4"), 24);
	ck_assert_uint_eq(match(v4, AF_INET, "10.1.3.3"), 16);
	ck_assert_uint_eq(match(v4, AF_INET, "10.2.2.3"), 8);
	ck_assert_uint_eq(match(v4, AF_INET, "11.1.2.3"), 0);
	ck_assert_int_eq(rawbpf_map_delete(v4, &gone), 0);
	ck_assert_uint_eq(match(v4, AF_INET, "10.1.2.4"), 16);
	add_prefix(v4, AF_INET, "0.0.0.0", 0, 99);
	ck_assert_uint_eq(match(v4, AF_INET, "11.1.2.3"), 99);

	add_prefix(v6, AF_INET6, "2001:db8::", 32, 32);
	add_prefix(v6, AF_INET6, "2001:db8:1::", 48, 48);
	add_prefix(v6, AF_INET6, "2001:db8:1::1", 128, 128);
	ck_assert_uint_eq(match(v6, AF_INET6, "2001:db8:1::1"), 128);
	ck_assert_uint_eq(match(v6, AF_INET6, "2001:db8:1::2"), 48);
	ck_assert_uint_eq(match(v6, AF_INET6, "2001:db8:2::1"), 32);
	ck_assert_uint_eq(match(v6, AF_INET6, "2001:db9::1"), 0);

	/* A program looks up 10.1.2.3, too. */
	prog = map_types_load(BPF_PROG_TYPE_SOCKET_FILTER,
		"*(u32 *)(r10 - 8) = 32\n"
		"*(u8 *)(r10 - 4) = 10; *(u8 *)(r10 - 3) = 1; *(u8 *)(r10 - 2) = 2\n"
		"*(u8 *)(r10 - 1) = 3\n"
		"r1 = map a; r2 = r10; r2 += -8\n"
		"call map_lookup_elem\n"
		"if r0 == 0 goto out\n"
		"r0 = *(u64 *)(r0 + 0)\n"
		"out: exit\n", &v4, NULL);
	ck_assert_uint_eq(map_types_run(prog, 1), 32);
	close(prog);
	close(v4);
	close(v6);
}
END_TEST

/* ------------------------------------------------------------------------------ maps in maps */

static int array_of_one(uint64_t value)
{
	int map = live_array(1);

	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(rawbpf_map_update(map, &(uint32_t){ 0 }, &value, 0), 0);
	return map;
}

/* A program looks through the outer map into the inner one, and sees each exchange at once. */
static void exchange_inner(unsigned type)
{
	int first = array_of_one(11), second = array_of_one(22);
	int outer = rawbpf_map_create(&(struct rawbpf_map_spec){ .type = type, .key_size = 4,
		.value_size = 4, .max_entries = 4, .inner_map = first });
	const uint32_t key = 2;
	struct bpf_map_info info;
	uint32_t id;
	int prog;

	ck_assert_int_gt(outer, 2);
	prog = map_types_load(BPF_PROG_TYPE_SOCKET_FILTER,
		"*(u32 *)(r10 - 4) = 2\n"
		"r1 = map a; r2 = r10; r2 += -4\n"
		"call map_lookup_elem\n"
		"if r0 == 0 goto out\n"
		"*(u32 *)(r10 - 4) = 0\n"
		"r1 = r0; r2 = r10; r2 += -4\n"
		"call map_lookup_elem\n"
		"if r0 == 0 goto out\n"
		"r0 = *(u64 *)(r0 + 0)\n"
		"out: exit\n", &outer, NULL);
	ck_assert_uint_eq(map_types_run(prog, 1), 0);
	ck_assert_int_eq(rawbpf_map_update(outer, &key, &first, 0), 0);
	ck_assert_uint_eq(map_types_run(prog, 1), 11);
	ck_assert_int_eq(rawbpf_map_update(outer, &key, &second, 0), 0);
	ck_assert_uint_eq(map_types_run(prog, 1), 22);

	/* User space stores descriptors and reads ids. The outer map keeps the inner one alive. */
	memset(&info, 0, sizeof info);
	ck_assert_int_gt(rawbpf_obj_info(second, &info, sizeof info), 0);
	close(second);
	ck_assert_int_eq(rawbpf_map_lookup(outer, &key, &id, 0), 0);
	ck_assert_uint_eq(id, info.id);
	ck_assert_uint_eq(map_types_run(prog, 1), 22);
	ck_assert_int_eq(rawbpf_map_delete(outer, &key), 0);
	ck_assert_uint_eq(map_types_run(prog, 1), 0);

	/* an inner map of another kind than the first one */
	second = live_hash(1);
	ck_assert_int_eq(rawbpf_map_update(outer, &key, &second, 0), -EINVAL);
	close(second);
	close(first);
	close(outer);
	close(prog);
}

START_TEST(test_inner_maps)
{
	exchange_inner(BPF_MAP_TYPE_ARRAY_OF_MAPS);
	exchange_inner(BPF_MAP_TYPE_HASH_OF_MAPS);
}
END_TEST

/* ---------------------------------------------------------------- queue, stack, bloom filter */

/* The program pushes 1, 2, 3. User space pops them. */
static void push_and_pop(unsigned type, const uint64_t expected[3])
{
	int map = live_map(type, 0, 8, 3), prog;
	uint64_t value;

	prog = map_types_load(BPF_PROG_TYPE_SOCKET_FILTER,
		"*(u64 *)(r10 - 8) = 0\n"
		"r6 = 3\n"
		"again:\n"
		"r1 = *(u64 *)(r10 - 8); r1 += 1; *(u64 *)(r10 - 8) = r1\n"
		"r1 = map a; r2 = r10; r2 += -8; r3 = 0\n"
		"call map_push_elem\n"
		"r6 += -1\n"
		"if r6 != 0 goto again\n"
		"r1 = map a; r2 = r10; r2 += -8; r3 = 0\n"
		"call map_push_elem\n" /* the map is full */
		"exit\n", &map, NULL);
	ck_assert_int_eq((int)map_types_run(prog, 1), -E2BIG);
	/* a look-up leaves the element */
	ck_assert_int_eq(rawbpf_map_lookup(map, NULL, &value, 0), 0);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(rawbpf_map_take(map, NULL, &value, 0), 0);
		ck_assert_uint_eq(value, expected[i]);
	}
	ck_assert_int_eq(rawbpf_map_take(map, NULL, &value, 0), -ENOENT);
	/* the other way round: BPF_EXIST drops an old element for room */
	for (value = 10; value < 14; value++)
		ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, BPF_EXIST), 0);
	close(prog);
	close(map);
}

START_TEST(test_queue_and_stack)
{
	push_and_pop(BPF_MAP_TYPE_QUEUE, (uint64_t[]){ 1, 2, 3 });
	push_and_pop(BPF_MAP_TYPE_STACK, (uint64_t[]){ 3, 2, 1 });
}
END_TEST

/* The filter finds every added value, and only a few others. */
START_TEST(test_bloom)
{
	enum { VALUES = 100 };
	int map, found = 0;

	NEEDS(BLOOM_FILTER);
	map = live_map(BPF_MAP_TYPE_BLOOM_FILTER, 0, 8, VALUES);
	for (uint64_t value = 0; value < VALUES; value++)
		ck_assert_int_eq(rawbpf_map_update(map, NULL, &value, 0), 0);
	for (uint64_t value = 0; value < VALUES; value++)
		ck_assert_int_eq(rawbpf_map_lookup(map, NULL, &value, 0), 0);
	for (uint64_t value = VALUES; value < 2 * VALUES; value++)
		found += rawbpf_map_lookup(map, NULL, &value, 0) == 0;
	ck_assert_int_lt(found, VALUES / 2);
	close(map);
}
END_TEST

/* ----------------------------------------------------------------------------------- rings */

/* Create, reject, map: rawbpf/ring.h and perfbuf.h have tests of their own. */
START_TEST(test_rings)
{
	static const unsigned types[] = { BPF_MAP_TYPE_RINGBUF, BPF_MAP_TYPE_USER_RINGBUF };
	long page = sysconf(_SC_PAGESIZE);

	for (unsigned i = 0; i < RAWBPF_COUNT(types); i++) {
		struct rawbpf_map_spec spec = { .type = types[i], .max_entries = page };
		int map;

		if (live_kernel() < rawbpf_map_recipe_get(types[i])->kernel)
			continue;
		map = rawbpf_map_create(&spec);
		ck_assert_int_gt(map, 2);
		close(map);
		spec.max_entries = page * 3;
		ck_assert_int_eq(rawbpf_map_create(&spec), -EINVAL);
		spec.max_entries = page / 2;
		ck_assert_int_eq(rawbpf_map_create(&spec), -EINVAL);
	}
}
END_TEST

/* ---------------------------------------------------------------------------------- arena */

/* Both sides write to one page. The program uses user space's address for it. */
START_TEST(test_arena)
{
	size_t size = sysconf(_SC_PAGESIZE);
	volatile uint64_t *page;
	char text[400];
	int map, prog;

	NEEDS(ARENA);
	map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARENA, .max_entries = 1, .flags = BPF_F_MMAPABLE });
	ck_assert_int_gt(map, 2);
	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	ck_assert(page != MAP_FAILED);
	page[0] = 41;
	snprintf(text, sizeof text,
		 "r1 = map a\n" /* the arena */
		 "r2 = %#llx ll\n"
		 "r2 = addr_space_cast(r2, 0, 1)\n"
		 "r3 = *(u64 *)(r2 + 0)\n"
		 "r3 += 1\n"
		 "*(u64 *)(r2 + 8) = r3\n"
		 "r0 = 0\n"
		 "exit\n", (unsigned long long)(uintptr_t)page);
	prog = map_types_load(BPF_PROG_TYPE_SYSCALL, text, &map,
			      &(struct rawbpf_prog_spec){ .flags = BPF_F_SLEEPABLE });
	ck_assert_uint_eq(map_types_run(prog, 0), 0);
	ck_assert_uint_eq(page[1], 42);
	page[0] = 99;
	map_types_run(prog, 0);
	ck_assert_uint_eq(page[1], 100);
	munmap((void *)page, size);
	close(prog);
	close(map);
}
END_TEST

/* ------------------------------------------------------------------------- indirect jumps */

/* A jump table of three targets: the number in the map chooses. */
START_TEST(test_jump_table)
{
	enum { CASES = 3 };
	struct place {
		uint32_t orig_off, xlated_off, jitted_off, unused;
	} place;
	static const uint32_t targets[CASES] = { 12, 14, 16 };
	int map, number;

	NEEDS(INSN_ARRAY);
	number = live_array(1);
	for (uint32_t chosen = 0; chosen < CASES; chosen++) {
		struct bpf_insn insns[] = {
			BPF_LD_IMM64_RAW_FULL(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, 0, 0, number, 0),
			BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_1, 0),
			BPF_JMP_IMM(BPF_JLT, BPF_REG_2, CASES, 2),
			BPF_MOV64_IMM(BPF_REG_0, 99),
			BPF_EXIT_INSN(),
			BPF_ALU64_IMM(BPF_LSH, BPF_REG_2, 3),
			BPF_LD_IMM64_RAW_FULL(BPF_REG_3, BPF_PSEUDO_MAP_VALUE, 0, 0, 0, 0),
			BPF_ALU64_REG(BPF_ADD, BPF_REG_3, BPF_REG_2),
			BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_3, 0),
			RAWBPF_GOTOX(BPF_REG_3),
			BPF_MOV64_IMM(BPF_REG_0, 10),
			BPF_EXIT_INSN(),
			BPF_MOV64_IMM(BPF_REG_0, 20),
			BPF_EXIT_INSN(),
			BPF_MOV64_IMM(BPF_REG_0, 30),
			BPF_EXIT_INSN(),
		};
		static char log[1 << 16];
		int prog;

		map = live_map(BPF_MAP_TYPE_INSN_ARRAY, 4, sizeof place, CASES);
		for (uint32_t i = 0; i < CASES; i++) {
			place = (struct place){ .orig_off = targets[i] };
			ck_assert_int_eq(rawbpf_map_update(map, &i, &place, 0), 0);
		}
		ck_assert_int_eq(rawbpf_map_freeze(map), 0);
		insns[7].imm = map;
		ck_assert_int_eq(rawbpf_map_update(number, &(uint32_t){ 0 },
						   &(uint64_t){ chosen }, 0), 0);
		prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
			.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns,
			.insn_count = RAWBPF_COUNT(insns), .log = log, .log_size = sizeof log });
		ck_assert_msg(prog > 2, "%d\n%s", prog, log);
		ck_assert_uint_eq(map_types_run(prog, 1), (chosen + 1) * 10);
		/* the place of the instructions after loading */
		ck_assert_int_eq(rawbpf_map_lookup(map, &chosen, &place, 0), 0);
		ck_assert_uint_eq(place.orig_off, targets[chosen]);
		ck_assert_uint_gt(place.jitted_off, 0);
		close(prog);
		close(map);
	}
	close(number);
}
END_TEST

const struct map_use map_uses_values[] = {
	USE(HASH, test_count),
	USE(ARRAY, test_count),
	USE(PERCPU_HASH, test_count),
	USE(PERCPU_ARRAY, test_count),
	USE(LRU_HASH, test_lru),
	USE(LRU_PERCPU_HASH, test_lru),
	USE(RHASH, test_rhash),
	USE(LPM_TRIE, test_longest_prefix),
	USE(ARRAY_OF_MAPS, test_inner_maps),
	USE(HASH_OF_MAPS, test_inner_maps),
	USE(QUEUE, test_queue_and_stack),
	USE(STACK, test_queue_and_stack),
	USE(BLOOM_FILTER, test_bloom),
	USE(RINGBUF, test_rings),
	USE(USER_RINGBUF, test_rings),
	USE(ARENA, test_arena),
	USE(INSN_ARRAY, test_jump_table),
	{ 0 }
};

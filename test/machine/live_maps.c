/* SPDX-License-Identifier: MIT */
/*
 * Compare the machine's maps with the kernel's: the same random calls on both, which must give the
 * same errors and values. Keys are few, so that most calls meet others' elements.
 */
#include "../live.h"

#include <rawbpf/vm_map.h>

enum { CALLS = 4000, SIZE_MAX_HERE = 32 };

static const struct {
	const char *name;
	unsigned type, key_size, value_size, max_entries, flags;
	unsigned keys; /* different ones */
} types[] = {
	{ "hash", BPF_MAP_TYPE_HASH, 4, 8, 20, 0, 25 },
	{ "hash of odd sizes", BPF_MAP_TYPE_HASH, 7, 13, 3, BPF_F_NO_PREALLOC, 5 },
	{ "hash of one", BPF_MAP_TYPE_HASH, 1, 1, 1, 0, 2 },
	{ "lru_hash", BPF_MAP_TYPE_LRU_HASH, 4, 8, 1000, 0, 25 },
	{ "array", BPF_MAP_TYPE_ARRAY, 4, 5, 6, 0, 8 },
	{ "lpm_trie", BPF_MAP_TYPE_LPM_TRIE, 6, 4, 30, BPF_F_NO_PREALLOC, 0 },
	{ "queue", BPF_MAP_TYPE_QUEUE, 0, 4, 5, 0, 1 },
	{ "stack", BPF_MAP_TYPE_STACK, 0, 4, 5, 0, 1 },
};

static unsigned next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*state >> 33);
}

static void random_bytes(unsigned char *bytes, unsigned size, uint64_t *state)
{
	while (size--)
		*bytes++ = (unsigned char)next_random(state);
}

/* Few prefixes of two bytes of data, and sometimes a length that is too large. */
static void random_key(int type, unsigned char *key, uint64_t *state)
{
	memset(key, 0, SIZE_MAX_HERE);
	if (types[type].type == BPF_MAP_TYPE_LPM_TRIE) {
		key[__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 3 : 0] = next_random(state) % 18;
		key[4] = next_random(state) & 0xc3;
		key[5] = next_random(state) & 0x81;
	} else if (types[type].key_size == 4) {
		uint32_t number = next_random(state) % types[type].keys;

		memcpy(key, &number, sizeof(number));
	} else if (types[type].key_size) {
		key[0] = next_random(state) % types[type].keys;
	}
}

struct pair {
	int kernel;
	struct rawbpf_vm_map map;
	unsigned char key[SIZE_MAX_HERE], value[SIZE_MAX_HERE], kernels[SIZE_MAX_HERE],
		ours[SIZE_MAX_HERE];
	int has_keys;
};

static const uint64_t flags[] = { BPF_ANY, BPF_ANY, BPF_NOEXIST, BPF_EXIST, 3, 8 };

static void update(struct pair *pair, uint64_t *state)
{
	uint64_t flag = flags[next_random(state) % RAWBPF_COUNT(flags)];
	int kernel = rawbpf_map_update(pair->kernel, pair->has_keys ? pair->key : NULL, pair->value, flag);
	int ours = pair->has_keys ? rawbpf_vm_map_update(&pair->map, pair->key, pair->value, flag)
				  : rawbpf_vm_map_push(&pair->map, pair->value, flag);

	ck_assert_msg(kernel == ours, "%s: update with flags %u: the kernel's %d, ours %d",
		      pair->map.name, (unsigned)flag, kernel, ours);
}

static void look(struct pair *pair)
{
	int kernel, ours;

	memset(pair->kernels, 0, sizeof(pair->kernels));
	memset(pair->ours, 0, sizeof(pair->ours));
	if (pair->has_keys) {
		kernel = rawbpf_map_lookup(pair->kernel, pair->key, pair->kernels, 0);
		ours = rawbpf_vm_map_lookup(&pair->map, pair->key, pair->ours);
	} else {
		kernel = rawbpf_map_take(pair->kernel, NULL, pair->kernels, 0);
		ours = rawbpf_vm_map_pop(&pair->map, pair->ours);
	}
	/* A trie's system call refuses a prefix that is too long; its helper gives NULL. */
	if (kernel == -EINVAL && pair->map.type == BPF_MAP_TYPE_LPM_TRIE)
		kernel = -ENOENT;
	ck_assert_msg(kernel == ours, "%s: look-up: the kernel's %d, ours %d", pair->map.name, kernel,
		      ours);
	if (!kernel)
		ck_assert_mem_eq(pair->kernels, pair->ours, sizeof(pair->ours));
}

static void erase(struct pair *pair)
{
	int kernel = rawbpf_map_delete(pair->kernel, pair->key);
	int ours = rawbpf_vm_map_delete(&pair->map, pair->key);

	ck_assert_msg(kernel == ours, "%s: delete: the kernel's %d, ours %d", pair->map.name, kernel,
		      ours);
}

/* Count both maps' keys by walks. Each key of the kernel's map must be in ours. */
static void walk(struct pair *pair)
{
	unsigned char key[SIZE_MAX_HERE], value[SIZE_MAX_HERE];
	unsigned kernels = 0, ours = 0;
	int err;

	for (err = rawbpf_map_next(pair->kernel, NULL, key); !err; kernels++) {
		ck_assert_int_eq(rawbpf_vm_map_lookup(&pair->map, key, value), 0);
		err = rawbpf_map_next(pair->kernel, key, key);
	}
	ck_assert_int_eq(err, -ENOENT);
	for (err = rawbpf_vm_map_next(&pair->map, NULL, key); !err; ours++)
		err = rawbpf_vm_map_next(&pair->map, key, key);
	ck_assert_int_eq(err, -ENOENT);
	ck_assert_uint_eq(kernels, ours);
}

static void pair_open(struct pair *pair, int type)
{
	memset(pair, 0, sizeof(*pair));
	pair->map = (struct rawbpf_vm_map){
		.name = types[type].name, .type = types[type].type, .key_size = types[type].key_size,
		.value_size = types[type].value_size, .max_entries = types[type].max_entries,
		.flags = types[type].flags };
	pair->map.memory_size = rawbpf_vm_map_size(&pair->map);
	pair->map.memory = malloc(pair->map.memory_size);
	ck_assert_int_eq(rawbpf_vm_map_open(&pair->map), 0);
	pair->kernel = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = types[type].type, .key_size = types[type].key_size,
		.value_size = types[type].value_size, .max_entries = types[type].max_entries,
		.flags = types[type].flags });
	ck_assert_int_gt(pair->kernel, 2);
	pair->has_keys = types[type].key_size != 0;
}

START_TEST(test_same)
{
	uint64_t state = (uint64_t)_i + 1;
	struct pair pair;
	int call;

	pair_open(&pair, _i);
	for (call = 0; call < CALLS; call++) {
		unsigned kind = next_random(&state) % 8;

		random_key(_i, pair.key, &state);
		random_bytes(pair.value, types[_i].value_size, &state);
		if (kind < 4)
			update(&pair, &state);
		else if (kind < 6 || !pair.has_keys)
			look(&pair);
		else
			erase(&pair);
		if (pair.has_keys && call % 100 == 0)
			walk(&pair);
	}
	close(pair.kernel);
	free(pair.map.memory);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_same, 0, RAWBPF_COUNT(types));
}

int main(void)
{
	return live_run("live_maps", add_tests);
}

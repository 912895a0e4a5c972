/* SPDX-License-Identifier: MIT */
/*
 * Hash maps, LRU hash maps and LPM tries.
 *
 * The memory has as many nodes, keys and values as the map has entries. Node N has key N and value
 * N, which so never move. A node is in the list of its bucket, or in the list of free nodes. The
 * nodes in use also form a ring in the order of their use, whose first element is the newest: an LRU
 * map drops the last one.
 *
 * An LPM trie is a hash map whose keys have no bits behind their prefix. A look-up tries each
 * length of a prefix, from that of the searched key down to 0.
 */
#include "../base/string.h"
#include "vm_map.h"

/* Nodes count from 1. Element 0 is the ring's head. */
struct vm_node {
	uint32_t next;          /* in its bucket, or free */
	uint32_t older, newer;  /* in the ring */
	uint32_t hash;
};

/* At the beginning of the map's memory. */
struct vm_hash {
	struct vm_node *nodes;  /* max_entries + 1 */
	uint32_t *buckets;
	unsigned char *keys;
	unsigned char *values;
	uint32_t mask;          /* of buckets */
	uint32_t free;
};

static uint32_t vm_hash_buckets(uint32_t entries)
{
	uint32_t buckets = 1;

	while (buckets < entries && buckets < 1u << 31)
		buckets *= 2;
	return buckets;
}

RAWBPF__PRIVATE void rawbpf__vm_hash_layout(struct rawbpf_vm_map *map,
					    struct rawbpf__vm_parts *parts)
{
	uint32_t buckets = vm_hash_buckets(map->max_entries), i;
	struct vm_hash *hash = rawbpf__vm_part(parts, 1, sizeof(*hash));
	void *nodes = rawbpf__vm_part(parts, (uint64_t)map->max_entries + 1,
				      sizeof(struct vm_node));
	void *heads = rawbpf__vm_part(parts, buckets, sizeof(uint32_t));
	void *keys = rawbpf__vm_part(parts, map->max_entries, map->key_size);
	void *values = rawbpf__vm_part(parts, map->max_entries, rawbpf__vm_stride(map));

	if (!hash)
		return;
	*hash = (struct vm_hash){ .nodes = nodes, .buckets = heads, .keys = keys, .values = values,
				  .mask = buckets - 1, .free = 1 };
	for (i = 1; i < map->max_entries; i++)
		hash->nodes[i].next = i + 1;
	rawbpf__vm_values(map, values, map->max_entries);
}

static unsigned char *vm_hash_key(const struct rawbpf_vm_map *map, uint32_t node)
{
	const struct vm_hash *hash = map->memory;

	return hash->keys + (size_t)(node - 1) * map->key_size;
}

static unsigned char *vm_hash_value(const struct rawbpf_vm_map *map, uint32_t node)
{
	const struct vm_hash *hash = map->memory;

	return hash->values + (size_t)(node - 1) * rawbpf__vm_stride(map);
}

static int vm_hash_is_lru(const struct rawbpf_vm_map *map)
{
	return map->type == BPF_MAP_TYPE_LRU_HASH || map->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* FNV-1a. Keys come from tests, not from enemies. */
static uint32_t vm_hash_of(const unsigned char *key, uint32_t size)
{
	uint32_t hash = 2166136261u, i;

	for (i = 0; i < size; i++)
		hash = (hash ^ key[i]) * 16777619u;
	return hash ^ hash >> 15;
}

/* ------------------------------------------------------------------------ the order of use, and buckets */

static void vm_use_end(struct vm_hash *hash, uint32_t node)
{
	struct vm_node *at = &hash->nodes[node];

	hash->nodes[at->older].newer = at->newer;
	hash->nodes[at->newer].older = at->older;
}

static void vm_use_begin(struct vm_hash *hash, uint32_t node)
{
	struct vm_node *head = &hash->nodes[0], *at = &hash->nodes[node];

	at->newer = 0;
	at->older = head->older;
	hash->nodes[head->older].newer = node;
	head->older = node;
}

static uint32_t vm_hash_find(const struct rawbpf_vm_map *map, const void *key, uint32_t number)
{
	const struct vm_hash *hash = map->memory;
	uint32_t node = hash->buckets[number & hash->mask];

	while (node && (hash->nodes[node].hash != number ||
			!rawbpf__same_bytes(vm_hash_key(map, node), key, map->key_size)))
		node = hash->nodes[node].next;
	return node;
}

static uint32_t vm_hash_search(const struct rawbpf_vm_map *map, const void *key)
{
	return vm_hash_find(map, key, vm_hash_of(key, map->key_size));
}

static void vm_hash_drop(struct vm_hash *hash, uint32_t node)
{
	uint32_t *link = &hash->buckets[hash->nodes[node].hash & hash->mask];

	while (*link != node)
		link = &hash->nodes[*link].next;
	*link = hash->nodes[node].next;
	vm_use_end(hash, node);
	hash->nodes[node].next = hash->free;
	hash->free = node;
}

/* Take a free node, or that of the element which an LRU map drops. Return 0 if there is none. */
static uint32_t vm_hash_take(struct rawbpf_vm_map *map)
{
	struct vm_hash *hash = map->memory;
	uint32_t node;

	if (!hash->free && vm_hash_is_lru(map))
		vm_hash_drop(hash, hash->nodes[0].newer);
	node = hash->free;
	hash->free = node ? hash->nodes[node].next : 0;
	return node;
}

static int vm_hash_insert(struct rawbpf_vm_map *map, const void *key, uint32_t number,
			  uint32_t *inserted)
{
	struct vm_hash *hash = map->memory;
	uint32_t node = vm_hash_take(map), *bucket = &hash->buckets[number & hash->mask];

	if (!node)
		return map->type == BPF_MAP_TYPE_LPM_TRIE ? -ENOSPC : -E2BIG;
	hash->nodes[node].hash = number;
	hash->nodes[node].next = *bucket;
	*bucket = node;
	vm_use_begin(hash, node);
	__builtin_memcpy(vm_hash_key(map, node), key, map->key_size);
	*inserted = node;
	return 0;
}

/* ------------------------------------------------------------------------------ operations */

static int vm_hash_lookup(struct rawbpf_vm_map *map, const void *key, void **value)
{
	struct vm_hash *hash = map->memory;
	uint32_t node = vm_hash_search(map, key);

	*value = node ? vm_hash_value(map, node) : NULL;
	if (node && vm_hash_is_lru(map)) {
		vm_use_end(hash, node);
		vm_use_begin(hash, node);
	}
	return 0;
}

static int vm_hash_update(struct rawbpf_vm_map *map, const void *key, const void *value,
			  uint64_t flags)
{
	uint32_t number = vm_hash_of(key, map->key_size), node = vm_hash_find(map, key, number);
	int err;

	if (flags > BPF_EXIST)
		return -EINVAL;
	if (node && flags == BPF_NOEXIST)
		return -EEXIST;
	if (!node && flags == BPF_EXIST)
		return -ENOENT;
	err = node ? 0 : vm_hash_insert(map, key, number, &node);
	if (!err)
		__builtin_memcpy(vm_hash_value(map, node), value, rawbpf__vm_value_bytes(map));
	return err;
}

static int vm_hash_erase(struct rawbpf_vm_map *map, const void *key)
{
	uint32_t node = vm_hash_search(map, key);

	if (!node)
		return -ENOENT;
	vm_hash_drop(map->memory, node);
	return 0;
}

/* Walk from the newest element to the oldest. */
static int vm_hash_next(struct rawbpf_vm_map *map, const void *key, void *next)
{
	const struct vm_hash *hash = map->memory;
	uint32_t node = key ? vm_hash_search(map, key) : 0;

	node = hash->nodes[node].older;
	if (!node)
		return -ENOENT;
	__builtin_memcpy(next, vm_hash_key(map, node), map->key_size);
	return 0;
}

/* A node is in use if the ring has it. The place of node N is N - 1. */
static int vm_hash_each(struct rawbpf_vm_map *map, uint32_t *place, void **key, void **value)
{
	const struct vm_hash *hash = map->memory;
	uint32_t node;

	for (node = *place + 1; node <= map->max_entries && node; node++)
		if (hash->nodes[hash->nodes[node].newer].older == node) {
			*place = node - 1;
			*key = vm_hash_key(map, node);
			*value = vm_hash_value(map, node);
			return 0;
		}
	return -ENOENT;
}

static struct rawbpf_vm_map *vm_hash_inner(struct rawbpf_vm_map *map, const void *key)
{
	uint32_t node = rawbpf__vm_holds_maps(map) ? vm_hash_search(map, key) : 0;
	struct rawbpf_vm_map *inner = NULL;

	if (node)
		__builtin_memcpy(&inner, vm_hash_value(map, node), sizeof(void *));
	return inner;
}

RAWBPF__PRIVATE const struct rawbpf_vm_map_ops *rawbpf__vm_hash_ops(void)
{
	static const struct rawbpf_vm_map_ops ops = {
		.lookup = vm_hash_lookup, .update = vm_hash_update, .erase = vm_hash_erase,
		.next = vm_hash_next, .each = vm_hash_each, .inner = vm_hash_inner,
	};

	return &ops;
}

/* ------------------------------------------------------------------------------- LPM tries */

enum { VM_LPM_KEY = 260 };

static uint32_t vm_lpm_bits(const struct rawbpf_vm_map *map)
{
	return (map->key_size - 4) * 8;
}

/* Copy a key, with `bits` bits of its data and zeros behind them. */
static void vm_lpm_cut(const struct rawbpf_vm_map *map, unsigned char *cut, const void *key,
		       uint32_t bits)
{
	const unsigned char *bytes = key;
	uint32_t whole = bits / 8;

	__builtin_memset(cut, 0, map->key_size);
	rawbpf__vm_key_set(map, cut, bits);
	__builtin_memcpy(cut + 4, bytes + 4, whole);
	if (bits % 8)
		cut[4 + whole] = (unsigned char)(bytes[4 + whole] & 0xff00 >> bits % 8);
}

/* Return the length of a key's prefix, or -EINVAL. */
static int vm_lpm_prefix(const struct rawbpf_vm_map *map, const void *key)
{
	uint32_t bits = rawbpf__vm_key_number(map, key);

	return bits > vm_lpm_bits(map) ? -EINVAL : (int)bits;
}

static int vm_lpm_lookup(struct rawbpf_vm_map *map, const void *key, void **value)
{
	unsigned char cut[VM_LPM_KEY];
	int bits = vm_lpm_prefix(map, key);

	for (*value = NULL; bits >= 0 && !*value; bits--) {
		vm_lpm_cut(map, cut, key, (uint32_t)bits);
		vm_hash_lookup(map, cut, value);
	}
	return 0;
}

static int vm_lpm_update(struct rawbpf_vm_map *map, const void *key, const void *value,
			 uint64_t flags)
{
	unsigned char cut[VM_LPM_KEY];
	int bits = vm_lpm_prefix(map, key);

	if (bits < 0 || flags > BPF_EXIST)
		return -EINVAL;
	vm_lpm_cut(map, cut, key, (uint32_t)bits);
	return vm_hash_update(map, cut, value, flags);
}

static int vm_lpm_erase(struct rawbpf_vm_map *map, const void *key)
{
	unsigned char cut[VM_LPM_KEY];
	int bits = vm_lpm_prefix(map, key);

	if (bits < 0)
		return bits;
	vm_lpm_cut(map, cut, key, (uint32_t)bits);
	return vm_hash_erase(map, cut);
}

static int vm_lpm_next(struct rawbpf_vm_map *map, const void *key, void *next)
{
	unsigned char cut[VM_LPM_KEY];
	int bits = key ? vm_lpm_prefix(map, key) : -EINVAL;

	if (bits < 0)
		return vm_hash_next(map, NULL, next);
	vm_lpm_cut(map, cut, key, (uint32_t)bits);
	return vm_hash_next(map, cut, next);
}

RAWBPF__PRIVATE const struct rawbpf_vm_map_ops *rawbpf__vm_lpm_ops(void)
{
	static const struct rawbpf_vm_map_ops ops = {
		.lookup = vm_lpm_lookup, .update = vm_lpm_update, .erase = vm_lpm_erase, .next = vm_lpm_next,
	};

	return &ops;
}

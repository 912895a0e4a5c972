/* SPDX-License-Identifier: MIT */
/*
 * Maps of where packets go: to devices, CPUs, sockets. They are an array, or a hash, whose values
 * programs only read. A value whose first 32 bits are 0 is no element.
 */
#include "vm_map.h"

static const struct rawbpf_vm_map_ops *vm_target_base(const struct rawbpf_vm_map *map)
{
	return map->type == BPF_MAP_TYPE_DEVMAP_HASH ? rawbpf__vm_hash_ops() : rawbpf__vm_array_ops();
}

static int vm_target_is_none(const void *value)
{
	uint32_t number;

	__builtin_memcpy(&number, value, sizeof(number));
	return !number;
}

static int vm_target_lookup(struct rawbpf_vm_map *map, const void *key, void **value)
{
	vm_target_base(map)->lookup(map, key, value);
	if (*value && vm_target_is_none(*value))
		*value = NULL;
	return 0;
}

/* As in Linux, each type has its own idea of the flags. */
static int vm_target_update(struct rawbpf_vm_map *map, const void *key, const void *value,
			    uint64_t flags)
{
	const struct rawbpf_vm_map_ops *base = vm_target_base(map);
	void *old;

	if (flags > BPF_EXIST)
		return -EINVAL;
	if (map->type == BPF_MAP_TYPE_DEVMAP_HASH)
		return vm_target_is_none(value) ? -EINVAL :
		       base->update(map, key, value, flags == BPF_EXIST ? BPF_ANY : flags);
	if (map->type != BPF_MAP_TYPE_XSKMAP || rawbpf__vm_key_number(map, key) >= map->max_entries)
		return base->update(map, key, value, flags);
	vm_target_lookup(map, key, &old);
	if (flags == (old ? BPF_NOEXIST : BPF_EXIST))
		return old ? -EEXIST : -ENOENT;
	return base->update(map, key, value, BPF_ANY);
}

static int vm_target_erase(struct rawbpf_vm_map *map, const void *key)
{
	const struct rawbpf_vm_map_ops *base = vm_target_base(map);
	void *old;

	if (map->type == BPF_MAP_TYPE_DEVMAP_HASH)
		return base->erase(map, key);
	base->lookup(map, key, &old);
	if (!old)
		return -EINVAL;
	__builtin_memset(old, 0, map->value_size);
	return 0;
}

static int vm_target_next(struct rawbpf_vm_map *map, const void *key, void *next)
{
	return vm_target_base(map)->next(map, key, next);
}

RAWBPF__PRIVATE const struct rawbpf_vm_map_ops *rawbpf__vm_target_ops(void)
{
	static const struct rawbpf_vm_map_ops ops = {
		.lookup = vm_target_lookup, .update = vm_target_update, .erase = vm_target_erase,
		.next = vm_target_next,
	};

	return &ops;
}

/* SPDX-License-Identifier: MIT */
/* Maps of the machine: the types, their memory, and the caller's operations. */
#include "vm_map.h"

enum { VM_ARRAY, VM_HASH, VM_LPM, VM_QUEUE, VM_RING, VM_TARGET, VM_TARGET_HASH };

/* How the maps of a type are laid out, and their operations. */
static const struct vm_map_kind {
	rawbpf__vm_layout *layout;
	rawbpf__vm_ops *ops;
} vm_map_kinds[] = {
	[VM_ARRAY] = { rawbpf__vm_array_layout, rawbpf__vm_array_ops },
	[VM_HASH] = { rawbpf__vm_hash_layout, rawbpf__vm_hash_ops },
	[VM_LPM] = { rawbpf__vm_hash_layout, rawbpf__vm_lpm_ops },
	[VM_QUEUE] = { rawbpf__vm_queue_layout, rawbpf__vm_queue_ops },
	[VM_RING] = { rawbpf__vm_ring_layout, rawbpf__vm_ring_ops },
	[VM_TARGET] = { rawbpf__vm_array_layout, rawbpf__vm_target_ops },
	[VM_TARGET_HASH] = { rawbpf__vm_hash_layout, rawbpf__vm_target_ops },
};

enum {
	VM_VALUE_MAX = 1 << 22,
	VM_RDONLY_PROG = 1 << 7 | 1 << 8, /* BPF_F_RDONLY_PROG, BPF_F_WRONLY_PROG */
	VM_NO_PREALLOC = 1,
	VM_RDONLY = 1 << 3 | 1 << 4, /* BPF_F_RDONLY, BPF_F_WRONLY */
	VM_ANY = VM_NO_PREALLOC | VM_RDONLY_PROG | VM_RDONLY | 1 << 6,
	VM_QUEUED = VM_ANY & ~VM_NO_PREALLOC
};

/* What BPF_MAP_CREATE wants of a type. */
static const struct vm_map_type {
	uint8_t type;
	uint8_t kind;
	uint8_t key_min;        /* bytes */
	uint8_t needs;          /* flags that it cannot do without */
	uint16_t key_max;
	uint16_t flags;         /* that it knows */
	uint32_t value_max;     /* bytes; 0: it has no values, and value_size is 0 */
} vm_map_types[] = {
	{ BPF_MAP_TYPE_HASH, VM_HASH, 1, 0, 512, VM_ANY, VM_VALUE_MAX },
	{ BPF_MAP_TYPE_ARRAY, VM_ARRAY, 4, 0, 4, VM_ANY | 1 << 10, VM_VALUE_MAX },
	{ BPF_MAP_TYPE_PROG_ARRAY, VM_ARRAY, 4, 0, 4, VM_ANY, 4 },
	{ BPF_MAP_TYPE_PERF_EVENT_ARRAY, VM_RING, 4, 0, 4, VM_RDONLY, 4 },
	{ BPF_MAP_TYPE_PERCPU_HASH, VM_HASH, 1, 0, 512, VM_ANY, VM_VALUE_MAX },
	{ BPF_MAP_TYPE_PERCPU_ARRAY, VM_ARRAY, 4, 0, 4, VM_ANY, VM_VALUE_MAX },
	{ BPF_MAP_TYPE_LRU_HASH, VM_HASH, 1, 0, 512, VM_ANY, VM_VALUE_MAX },
	{ BPF_MAP_TYPE_LRU_PERCPU_HASH, VM_HASH, 1, 0, 512, VM_ANY, VM_VALUE_MAX },
	{ BPF_MAP_TYPE_LPM_TRIE, VM_LPM, 5, VM_NO_PREALLOC, 260, VM_ANY, VM_VALUE_MAX },
	{ BPF_MAP_TYPE_ARRAY_OF_MAPS, VM_ARRAY, 4, 0, 4, VM_ANY, 4 },
	{ BPF_MAP_TYPE_HASH_OF_MAPS, VM_HASH, 1, 0, 512, VM_ANY, 4 },
	{ BPF_MAP_TYPE_DEVMAP, VM_TARGET, 4, 0, 4, VM_RDONLY, 8 },
	{ BPF_MAP_TYPE_CPUMAP, VM_TARGET, 4, 0, 4, 0, 8 },
	{ BPF_MAP_TYPE_XSKMAP, VM_TARGET, 4, 0, 4, VM_RDONLY, 4 },
	{ BPF_MAP_TYPE_DEVMAP_HASH, VM_TARGET_HASH, 4, 0, 4, VM_RDONLY, 8 },
	{ BPF_MAP_TYPE_QUEUE, VM_QUEUE, 0, 0, 0, VM_QUEUED, VM_VALUE_MAX },
	{ BPF_MAP_TYPE_STACK, VM_QUEUE, 0, 0, 0, VM_QUEUED, VM_VALUE_MAX },
	{ BPF_MAP_TYPE_RINGBUF, VM_RING, 0, 0, 0, 1 << 2, 0 },
};

static const struct vm_map_type *vm_map_type(const struct rawbpf_vm_map *map)
{
	unsigned i;

	for (i = 0; i < sizeof(vm_map_types) / sizeof(vm_map_types[0]); i++)
		if (vm_map_types[i].type == map->type)
			return &vm_map_types[i];
	return NULL;
}

static int vm_map_check(const struct vm_map_type *type, const struct rawbpf_vm_map *map)
{
	uint32_t entries = map->max_entries;

	if (!type)
		return -EOPNOTSUPP;
	if (map->flags & ~type->flags || (map->flags & type->needs) != type->needs || !entries ||
	    map->key_size < type->key_min || map->key_size > type->key_max ||
	    map->value_size > type->value_max || !map->value_size != !type->value_max)
		return -EINVAL;
	if (!type->value_max && (entries & (entries - 1) || entries < 4096))
		return -EINVAL;
	return type->value_max <= 8 && map->value_size % 4 ? -EINVAL : 0;
}

/* Return the bytes of the map's memory, or a negative errno. */
static int64_t vm_map_need(const struct rawbpf_vm_map *map, const struct vm_map_type *type)
{
	struct rawbpf__vm_parts parts = { .memory = NULL };
	struct rawbpf_vm_map counted = *map;
	int err = vm_map_check(type, map);

	if (err)
		return err;
	vm_map_kinds[type->kind].layout(&counted, &parts);
	return parts.size > PTRDIFF_MAX ? -E2BIG : (int64_t)parts.size;
}

size_t rawbpf_vm_map_size(const struct rawbpf_vm_map *map)
{
	int64_t need = vm_map_need(map, vm_map_type(map));

	return need < 0 ? 0 : (size_t)need;
}

int rawbpf_vm_map_open(struct rawbpf_vm_map *map)
{
	const struct vm_map_type *type = vm_map_type(map);
	struct rawbpf__vm_parts parts = { .memory = map->memory };
	int64_t need = vm_map_need(map, type);

	if (need < 0)
		return (int)need;
	if (!map->memory || (uintptr_t)map->memory % 8 || map->memory_size < (uint64_t)need)
		return -ENOSPC;
	__builtin_memset(map->memory, 0, (size_t)need);
	map->ops = vm_map_kinds[type->kind].ops();
	map->handle = map->values = (struct rawbpf_vm_region){ .size = 0 };
	vm_map_kinds[type->kind].layout(map, &parts);
	return 0;
}

/* --------------------------------------------------------------------- the caller's operations */

int rawbpf_vm_map_lookup(struct rawbpf_vm_map *map, const void *key, void *value)
{
	void *found = NULL;
	int err = map->ops->lookup ? map->ops->lookup(map, key, &found) : -EOPNOTSUPP;

	if (err)
		return err;
	if (!found)
		return -ENOENT;
	__builtin_memcpy(value, found, rawbpf__vm_value_bytes(map));
	return 0;
}

int rawbpf_vm_map_update(struct rawbpf_vm_map *map, const void *key, const void *value,
			 uint64_t flags)
{
	return map->ops->update ? map->ops->update(map, key, value, flags) : -EOPNOTSUPP;
}

int rawbpf_vm_map_delete(struct rawbpf_vm_map *map, const void *key)
{
	return map->ops->erase ? map->ops->erase(map, key) : -EOPNOTSUPP;
}

int rawbpf_vm_map_next(struct rawbpf_vm_map *map, const void *key, void *next)
{
	return map->ops->next ? map->ops->next(map, key, next) : -EOPNOTSUPP;
}

int rawbpf_vm_map_push(struct rawbpf_vm_map *map, const void *value, uint64_t flags)
{
	return map->ops->push ? map->ops->push(map, value, flags) : -EOPNOTSUPP;
}

int rawbpf_vm_map_pop(struct rawbpf_vm_map *map, void *value)
{
	return map->ops->pop ? map->ops->pop(map, value) : -EOPNOTSUPP;
}

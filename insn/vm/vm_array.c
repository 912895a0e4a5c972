/* SPDX-License-Identifier: MIT */
/* Arrays of values, of programs and of maps. The memory holds the values alone. */
#include "vm_map.h"

RAWBPF__PRIVATE void rawbpf__vm_array_layout(struct rawbpf_vm_map *map,
					     struct rawbpf__vm_parts *parts)
{
	void *values = rawbpf__vm_part(parts, map->max_entries, rawbpf__vm_stride(map));

	if (values)
		rawbpf__vm_values(map, values, map->max_entries);
}

/* Return the value at an index within the array. */
static unsigned char *vm_array_at(const struct rawbpf_vm_map *map, uint32_t index)
{
	return (unsigned char *)map->memory + (size_t)index * rawbpf__vm_stride(map);
}

/* An unset pointer is no element. */
static int vm_array_lookup(struct rawbpf_vm_map *map, const void *key, void **value)
{
	uint32_t index = rawbpf__vm_key_number(map, key);
	void *pointer = NULL;

	*value = index < map->max_entries ? vm_array_at(map, index) : NULL;
	if (*value && rawbpf__vm_holds_pointers(map)) {
		__builtin_memcpy(&pointer, *value, sizeof(pointer));
		*value = pointer ? *value : NULL;
	}
	return 0;
}

static int vm_array_update(struct rawbpf_vm_map *map, const void *key, const void *value,
			   uint64_t flags)
{
	uint32_t index = rawbpf__vm_key_number(map, key);

	if (rawbpf__vm_holds_pointers(map) ? flags != BPF_ANY : flags > BPF_EXIST)
		return -EINVAL;
	if (index >= map->max_entries)
		return -E2BIG;
	if (flags == BPF_NOEXIST)
		return -EEXIST;
	__builtin_memcpy(vm_array_at(map, index), value,
			 rawbpf__vm_value_bytes(map));
	return 0;
}

/* A value cannot be deleted, a pointer can. */
static int vm_array_erase(struct rawbpf_vm_map *map, const void *key)
{
	uint32_t index = rawbpf__vm_key_number(map, key);
	void *pointer = NULL;

	if (!rawbpf__vm_holds_pointers(map))
		return -EINVAL;
	if (index >= map->max_entries)
		return -E2BIG;
	__builtin_memcpy(&pointer, vm_array_at(map, index), sizeof(pointer));
	if (!pointer)
		return -ENOENT;
	__builtin_memset(vm_array_at(map, index), 0, sizeof(pointer));
	return 0;
}

static int vm_array_next(struct rawbpf_vm_map *map, const void *key, void *next)
{
	uint32_t index = key ? rawbpf__vm_key_number(map, key) : UINT32_MAX;

	if (index == map->max_entries - 1)
		return -ENOENT;
	rawbpf__vm_key_set(map, next, index < map->max_entries ? index + 1 : 0);
	return 0;
}

static int vm_array_each(struct rawbpf_vm_map *map, uint32_t *place, void **key, void **value)
{
	if (*place >= map->max_entries)
		return -ENOENT;
	*key = NULL;
	*value = vm_array_at(map, *place);
	return 0;
}

static struct rawbpf_vm_prog *vm_array_prog(struct rawbpf_vm_map *map, uint32_t index)
{
	struct rawbpf_vm_prog *prog = NULL;

	if (rawbpf__vm_holds_progs(map) && index < map->max_entries)
		__builtin_memcpy(&prog, vm_array_at(map, index), sizeof(void *));
	return prog;
}

static struct rawbpf_vm_map *vm_array_inner(struct rawbpf_vm_map *map, const void *key)
{
	struct rawbpf_vm_map *inner = NULL;
	uint32_t index = rawbpf__vm_key_number(map, key);

	if (rawbpf__vm_holds_maps(map) && index < map->max_entries)
		__builtin_memcpy(&inner, vm_array_at(map, index), sizeof(void *));
	return inner;
}

RAWBPF__PRIVATE const struct rawbpf_vm_map_ops *rawbpf__vm_array_ops(void)
{
	static const struct rawbpf_vm_map_ops ops = {
		.lookup = vm_array_lookup, .update = vm_array_update, .erase = vm_array_erase,
		.next = vm_array_next, .each = vm_array_each, .prog = vm_array_prog, .inner = vm_array_inner,
	};

	return &ops;
}

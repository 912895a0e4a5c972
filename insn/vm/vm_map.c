/* SPDX-License-Identifier: MIT */
/* What the types of the machine's maps share. */
#include "vm_map.h"

RAWBPF__PRIVATE void *rawbpf__vm_part(struct rawbpf__vm_parts *parts, uint64_t count, uint64_t size)
{
	unsigned char *part = parts->memory ? parts->memory + (size_t)parts->size : NULL;

	/* Both numbers are below 2^33 and 2^30: maps are checked before. Only the sum may be too large. */
	if (__builtin_add_overflow(parts->size, (count * size + 7) & ~UINT64_C(7), &parts->size))
		parts->size = UINT64_MAX;
	return part;
}

RAWBPF__PRIVATE int rawbpf__vm_holds_progs(const struct rawbpf_vm_map *map)
{
	return map->type == BPF_MAP_TYPE_PROG_ARRAY;
}

RAWBPF__PRIVATE int rawbpf__vm_holds_maps(const struct rawbpf_vm_map *map)
{
	return map->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || map->type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

RAWBPF__PRIVATE int rawbpf__vm_holds_pointers(const struct rawbpf_vm_map *map)
{
	return rawbpf__vm_holds_progs(map) || rawbpf__vm_holds_maps(map);
}

/* Do the values say where packets go? Programs only read them. */
static int vm_holds_targets(const struct rawbpf_vm_map *map)
{
	return map->type < 32 && (1u << BPF_MAP_TYPE_DEVMAP | 1u << BPF_MAP_TYPE_DEVMAP_HASH |
				  1u << BPF_MAP_TYPE_CPUMAP | 1u << BPF_MAP_TYPE_XSKMAP) >>
				 map->type & 1;
}

RAWBPF__PRIVATE size_t rawbpf__vm_value_bytes(const struct rawbpf_vm_map *map)
{
	return rawbpf__vm_holds_pointers(map) ? sizeof(void *) : map->value_size;
}

RAWBPF__PRIVATE uint32_t rawbpf__vm_stride(const struct rawbpf_vm_map *map)
{
	return rawbpf__vm_holds_pointers(map) ? 8 : (map->value_size + 7) & ~7u;
}

static int vm_swaps(const struct rawbpf_vm_map *map)
{
	return map->order != RAWBPF_HOST_ORDER && (map->order == RAWBPF_BIG_ENDIAN) !=
	       (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

RAWBPF__PRIVATE uint32_t rawbpf__vm_key_number(const struct rawbpf_vm_map *map, const void *key)
{
	uint32_t number;

	__builtin_memcpy(&number, key, sizeof(number));
	return vm_swaps(map) ? __builtin_bswap32(number) : number;
}

RAWBPF__PRIVATE void rawbpf__vm_key_set(const struct rawbpf_vm_map *map, void *key, uint32_t number)
{
	number = vm_swaps(map) ? __builtin_bswap32(number) : number;
	__builtin_memcpy(key, &number, sizeof(number));
}

RAWBPF__PRIVATE void rawbpf__vm_values(struct rawbpf_vm_map *map, void *values, uint32_t count)
{
	uint32_t stride = rawbpf__vm_stride(map), rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE;

	if (map->flags & 1 << 7 || vm_holds_targets(map))
		rights = RAWBPF_VM_READ;
	if (map->flags & 1 << 8)
		rights = RAWBPF_VM_WRITE;
	if (rawbpf__vm_holds_pointers(map))
		return;
	map->values.name = map->name;
	map->values.bytes = values;
	map->values.size = (uint64_t)count * stride;
	map->values.element = map->value_size;
	map->values.stride = stride;
	map->values.rights = rights;
}

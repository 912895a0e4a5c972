/* SPDX-License-Identifier: MIT */
/*
 * Maps for the machine of rawbpf/vm.h: the types of the kernel that programs use most, in the
 * caller's memory. They answer as the kernel's do.
 *
 *	struct rawbpf_vm_map counts = { .name = "counts", .type = BPF_MAP_TYPE_HASH,
 *		.key_size = 4, .value_size = 8, .max_entries = 100 };
 *
 *	counts.memory_size = rawbpf_vm_map_size(&counts);
 *	counts.memory = malloc(counts.memory_size);
 *	int err = rawbpf_vm_map_open(&counts);
 *
 * A map may also be the caller's own: it sets `ops` and does not call these functions.
 *
 * The types are hash, array, prog_array, percpu_hash, percpu_array, lru_hash, lru_percpu_hash,
 * lpm_trie, array_of_maps, hash_of_maps, queue, stack, ringbuf, perf_event_array, devmap,
 * devmap_hash, cpumap and xskmap. The machine has one CPU, so a per-CPU value is one value, and a
 * perf_event_array is the buffer of this CPU. A value of the last four whose first 32 bits are 0
 * is no element. Two answers may differ from a kernel's: an LRU map that is full drops
 * exactly the element that was used least recently, and the order of a walk is the map's own.
 */
#ifndef RAWBPF_VM_MAP_H
#define RAWBPF_VM_MAP_H

#include <rawbpf/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RAWBPF_VM_PERF_SIZE	65536	/* bytes of a perf buffer */

/* Return the bytes of memory that the map needs, or 0: a size, or the type, is not valid. */
size_t rawbpf_vm_map_size(const struct rawbpf_vm_map *map);

/*
 * Make the map empty, in map->memory, which must be aligned to 8. Set `ops` and `values`. Keys and
 * values are in map->order, the machine's.
 *
 * -EINVAL  a size or flag is not valid, as for BPF_MAP_CREATE
 * -E2BIG   the sizes are too large for this machine's memory
 * -EOPNOTSUPP  this library has no such type
 * -ENOSPC  memory_size is less than rawbpf_vm_map_size(), or the memory is not aligned
 */
int rawbpf_vm_map_open(struct rawbpf_vm_map *map);

/*
 * The map's operations, for the caller: `key` and `value` have map->key_size and map->value_size
 * bytes. Values of prog_array, array_of_maps and hash_of_maps are pointers: to a struct
 * rawbpf_vm_prog, to a struct rawbpf_vm_map. Each returns 0, or a negative errno of the kernel's
 * call:
 *
 * -ENOENT  no such element; BPF_EXIST, and there is none; a queue or stack is empty
 * -EEXIST  BPF_NOEXIST, and the element exists
 * -E2BIG   the map is full; an index past an array's end
 * -EINVAL  an unknown flag; a prefix longer than the key; delete of an array's element
 * -EOPNOTSUPP  the type has no such operation
 */
int rawbpf_vm_map_lookup(struct rawbpf_vm_map *map, const void *key, void *value);
int rawbpf_vm_map_update(struct rawbpf_vm_map *map, const void *key, const void *value,
			 uint64_t flags);
int rawbpf_vm_map_delete(struct rawbpf_vm_map *map, const void *key);

/* Find the key after `key`, or the first one after NULL or a key that is not there. */
int rawbpf_vm_map_next(struct rawbpf_vm_map *map, const void *key, void *next);

int rawbpf_vm_map_push(struct rawbpf_vm_map *map, const void *value, uint64_t flags);
int rawbpf_vm_map_pop(struct rawbpf_vm_map *map, void *value);

/*
 * Take the oldest record of a ring buffer or perf_event_array: set *record and *size. The record stays valid until the
 * next call. -ENOENT: no record is complete.
 */
int rawbpf_vm_ring_next(struct rawbpf_vm_map *map, const void **record, size_t *size);

/*
 * For helpers: reserve a record of `size` bytes. *record becomes NULL if there is no room.
 * Submit, or discard, a reserved one. -EINVAL: a record without a reservation.
 */
int rawbpf_vm_ring_reserve(struct rawbpf_vm_map *map, uint64_t size, void **record);
int rawbpf_vm_ring_submit(struct rawbpf_vm_map *map, void *record, int discard);

/* The positions of a ring, in bytes since it was opened. */
struct rawbpf_vm_ring_info {
	uint64_t producer, consumer;
};
void rawbpf_vm_ring_info(const struct rawbpf_vm_map *map, struct rawbpf_vm_ring_info *info);

#ifdef __cplusplus
}
#endif
#endif

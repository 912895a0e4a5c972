/* SPDX-License-Identifier: MIT */
/* What the files of the machine's maps share: the parts of a map's memory, and its operations. */
#ifndef RAWBPF_INSN_VM_MAP_H
#define RAWBPF_INSN_VM_MAP_H

#include <rawbpf/vm_map.h>

#include "../base/private.h"

/* The parts of a map's memory, laid out one behind the other, each aligned to 8 bytes. */
struct rawbpf__vm_parts {
	unsigned char *memory;	/* NULL: only count */
	uint64_t size;		/* bytes so far; more than `limit` after an overflow */
	uint64_t limit;
};

/* Return a part of `count` elements of `size` bytes, or NULL while only counting. */
RAWBPF__PRIVATE void *rawbpf__vm_part(struct rawbpf__vm_parts *parts, uint64_t count, uint64_t size);

/*
 * Lay out a map's memory. If parts->memory is not NULL, also make the map empty there, and set
 * map->values.
 */
typedef void rawbpf__vm_layout(struct rawbpf_vm_map *map, struct rawbpf__vm_parts *parts);

RAWBPF__PRIVATE rawbpf__vm_layout rawbpf__vm_array_layout, rawbpf__vm_hash_layout,
	rawbpf__vm_queue_layout, rawbpf__vm_ring_layout;
typedef const struct rawbpf_vm_map_ops *rawbpf__vm_ops(void);
RAWBPF__PRIVATE rawbpf__vm_ops rawbpf__vm_array_ops, rawbpf__vm_hash_ops, rawbpf__vm_lpm_ops,
	rawbpf__vm_queue_ops, rawbpf__vm_ring_ops, rawbpf__vm_target_ops;

/* Return the bytes from a value to the next one. */
RAWBPF__PRIVATE uint32_t rawbpf__vm_stride(const struct rawbpf_vm_map *map);

/* Return the number of 32 bits at the beginning of a key: an index, a length of a prefix. */
RAWBPF__PRIVATE uint32_t rawbpf__vm_key_number(const struct rawbpf_vm_map *map, const void *key);
RAWBPF__PRIVATE void rawbpf__vm_key_set(const struct rawbpf_vm_map *map, void *key, uint32_t number);

/* Make the memory of the values a region of the machine, unless they are pointers. */
RAWBPF__PRIVATE void rawbpf__vm_values(struct rawbpf_vm_map *map, void *values, uint32_t count);

/* Return 1 if the values are pointers to programs, or to maps. */
RAWBPF__PRIVATE int rawbpf__vm_holds_progs(const struct rawbpf_vm_map *map);
RAWBPF__PRIVATE int rawbpf__vm_holds_maps(const struct rawbpf_vm_map *map);
RAWBPF__PRIVATE int rawbpf__vm_holds_pointers(const struct rawbpf_vm_map *map);

/* Set *record and *size to the complete record behind `count` others. -ENOENT: there is none. */
RAWBPF__PRIVATE int rawbpf__vm_ring_peek(const struct rawbpf_vm_map *map, uint64_t count,
					 const void **record, size_t *size);

/* Set *value to what the pop behind `index` others would take. -ENOENT: there is none. */
RAWBPF__PRIVATE int rawbpf__vm_queue_read(const struct rawbpf_vm_map *map, uint64_t index,
					  const void **value);

/* Append a record of two parts to a perf_event_array. -ENOSPC: the buffer is full. */
RAWBPF__PRIVATE int rawbpf__vm_perf_write(struct rawbpf_vm_map *map, const void *one, size_t size,
					  const void *other, size_t other_size);

/* Return the bytes of a value, as the caller of the map's operations sees it. */
RAWBPF__PRIVATE size_t rawbpf__vm_value_bytes(const struct rawbpf_vm_map *map);

#endif

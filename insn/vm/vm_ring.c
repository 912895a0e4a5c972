/* SPDX-License-Identifier: MIT */
/*
 * Ring buffers, and the perf buffer of the machine's CPU. As in the kernel, a record takes 8 bytes and its data, up to a multiple of 8 bytes.
 * Its header is the length, with bit 31 while the record is only reserved, and bit 30 if it was
 * discarded. Headers have an array of their own: programs can write to all of `bytes`. `bytes` has
 * the ring's size twice: a record at the ring's end goes on behind it, so that it is in one piece.
 */
#include "vm_map.h"

#define VM_RING_BUSY		0x80000000u
#define VM_RING_DISCARD		0x40000000u
#define VM_RING_LENGTH		0x3fffffffu

struct vm_ring {
	unsigned char *bytes;
	uint32_t *headers;      /* of the record that begins at 8 times the index */
	uint32_t size;
	uint64_t producer, consumer;
	uint64_t pending;       /* all records before this one are complete */
	uint64_t taken;         /* of the record that the reader has: the consumer moves later */
};

static uint32_t vm_ring_size(const struct rawbpf_vm_map *map)
{
	return map->type == BPF_MAP_TYPE_RINGBUF ? map->max_entries : RAWBPF_VM_PERF_SIZE;
}

static unsigned char *vm_ring_at(const struct rawbpf_vm_map *map, uint64_t position)
{
	const struct vm_ring *ring = map->memory;

	return ring->bytes + (size_t)(position & (ring->size - 1));
}

static uint32_t *vm_ring_header(const struct rawbpf_vm_map *map, uint64_t position)
{
	const struct vm_ring *ring = map->memory;

	return &ring->headers[(size_t)(position & (ring->size - 1)) / 8];
}

static uint64_t vm_ring_step(uint32_t header)
{
	return ((header & VM_RING_LENGTH) + 8 + 7) & ~UINT64_C(7);
}

/* Programs may use the bytes of a record that is reserved. */
static int vm_ring_allows(const struct rawbpf_vm_region *region, uint64_t offset, uint64_t size,
			  unsigned rights)
{
	const struct rawbpf_vm_map *map = region->object;
	const struct vm_ring *ring = map->memory;
	uint64_t position, begin;
	uint32_t header;

	(void)rights;
	for (position = ring->pending; position < ring->producer; position += vm_ring_step(header)) {
		header = *vm_ring_header(map, position);
		begin = (uint64_t)(vm_ring_at(map, position) - ring->bytes) + 8;
		if (header & VM_RING_BUSY && offset >= begin &&
		    offset + size <= begin + (header & VM_RING_LENGTH))
			return 1;
	}
	return 0;
}

RAWBPF__PRIVATE void rawbpf__vm_ring_layout(struct rawbpf_vm_map *map,
					    struct rawbpf__vm_parts *parts)
{
	struct vm_ring *ring = rawbpf__vm_part(parts, 1, sizeof(*ring));
	uint32_t size = vm_ring_size(map);
	void *bytes = rawbpf__vm_part(parts, size, 2);
	void *headers = rawbpf__vm_part(parts, size / 8, sizeof(uint32_t));

	if (!ring)
		return;
	ring->bytes = bytes;
	ring->headers = headers;
	ring->size = size;
	if (map->type != BPF_MAP_TYPE_RINGBUF)
		return; /* programs see no byte of a perf buffer */
	map->values.name = map->name;
	map->values.bytes = bytes;
	map->values.size = (uint64_t)size * 2;
	map->values.rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE;
	map->values.allows = vm_ring_allows;
}

/* Let the consumer pass the record that the reader had. */
static void vm_ring_release(struct vm_ring *ring)
{
	ring->consumer += ring->taken;
	ring->taken = 0;
}

/* Reserve a record. Return it, or NULL: there is no room. */
static void *vm_ring_room(struct rawbpf_vm_map *map, uint64_t size)
{
	struct vm_ring *ring = map->memory;
	uint64_t step;
	void *record;

	if (size > VM_RING_LENGTH)
		return NULL;
	step = vm_ring_step((uint32_t)size);
	if (ring->producer + step - ring->consumer > ring->size - 1)
		return NULL;
	*vm_ring_header(map, ring->producer) = (uint32_t)size | VM_RING_BUSY;
	record = vm_ring_at(map, ring->producer) + 8;
	ring->producer += step;
	return record;
}

int rawbpf_vm_ring_reserve(struct rawbpf_vm_map *map, uint64_t size, void **record)
{
	*record = NULL;
	if (map->type != BPF_MAP_TYPE_RINGBUF)
		return -EINVAL;
	*record = vm_ring_room(map, size);
	return 0;
}

/* Find a reserved record, and let the reader have it, or discard it. */
static int vm_ring_complete(struct rawbpf_vm_map *map, const void *record, int discard)
{
	struct vm_ring *ring = map->memory;
	uint64_t position;
	uint32_t *header;

	for (position = ring->pending; position < ring->producer; position += vm_ring_step(*header)) {
		header = vm_ring_header(map, position);
		if (vm_ring_at(map, position) + 8 == record)
			break;
	}
	if (position == ring->producer || !(*vm_ring_header(map, position) & VM_RING_BUSY))
		return -EINVAL;
	*vm_ring_header(map, position) ^= discard ? VM_RING_BUSY | VM_RING_DISCARD : VM_RING_BUSY;
	while (ring->pending < ring->producer &&
	       !(*vm_ring_header(map, ring->pending) & VM_RING_BUSY))
		ring->pending += vm_ring_step(*vm_ring_header(map, ring->pending));
	return 0;
}

int rawbpf_vm_ring_submit(struct rawbpf_vm_map *map, void *record, int discard)
{
	return map->type == BPF_MAP_TYPE_RINGBUF ? vm_ring_complete(map, record, discard) : -EINVAL;
}

/* With a header of 4 bytes, perf makes the record a multiple of 8 bytes. */
RAWBPF__PRIVATE int rawbpf__vm_perf_write(struct rawbpf_vm_map *map, const void *one, size_t size,
					  const void *other, size_t other_size)
{
	size_t whole = ((size + other_size + 4 + 7) & ~(size_t)7) - 4;
	unsigned char *record = vm_ring_room(map, whole);

	if (!record)
		return -ENOSPC;
	__builtin_memset(record, 0, whole);
	if (size)
		__builtin_memcpy(record, one, size);
	if (other_size)
		__builtin_memcpy(record + size, other, other_size);
	return vm_ring_complete(map, record, 0);
}

int rawbpf_vm_ring_next(struct rawbpf_vm_map *map, const void **record, size_t *size)
{
	struct vm_ring *ring = map->memory;
	uint32_t header;

	if (map->type != BPF_MAP_TYPE_RINGBUF && map->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return -EINVAL;
	for (vm_ring_release(ring); ring->consumer < ring->pending; vm_ring_release(ring)) {
		header = *vm_ring_header(map, ring->consumer);
		ring->taken = vm_ring_step(header);
		if (header & VM_RING_DISCARD)
			continue;
		*record = vm_ring_at(map, ring->consumer) + 8;
		*size = header & VM_RING_LENGTH;
		return 0;
	}
	return -ENOENT;
}

RAWBPF__PRIVATE int rawbpf__vm_ring_peek(const struct rawbpf_vm_map *map, uint64_t count,
					 const void **record, size_t *size)
{
	const struct vm_ring *ring = map->memory;
	uint64_t at = ring->consumer + ring->taken;

	for (; at < ring->pending; at += vm_ring_step(*vm_ring_header(map, at))) {
		uint32_t header = *vm_ring_header(map, at);

		if (header & VM_RING_DISCARD || count--)
			continue;
		*record = vm_ring_at(map, at) + 8;
		*size = header & VM_RING_LENGTH;
		return 0;
	}
	return -ENOENT;
}

void rawbpf_vm_ring_info(const struct rawbpf_vm_map *map, struct rawbpf_vm_ring_info *info)
{
	const struct vm_ring *ring = map->memory;

	*info = (struct rawbpf_vm_ring_info){ .producer = ring->producer,
					      .consumer = ring->consumer };
}

RAWBPF__PRIVATE const struct rawbpf_vm_map_ops *rawbpf__vm_ring_ops(void)
{
	static const struct rawbpf_vm_map_ops ops = { .lookup = NULL };

	return &ops;
}

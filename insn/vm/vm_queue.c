/* SPDX-License-Identifier: MIT */
/* Queues and stacks: values in a circle, of which `count` from `first` on are there. */
#include "vm_map.h"

struct vm_queue {
	unsigned char *values;
	uint32_t first, count;
};

RAWBPF__PRIVATE void rawbpf__vm_queue_layout(struct rawbpf_vm_map *map,
					     struct rawbpf__vm_parts *parts)
{
	struct vm_queue *queue = rawbpf__vm_part(parts, 1, sizeof(*queue));
	void *values = rawbpf__vm_part(parts, map->max_entries, map->value_size);

	if (queue)
		queue->values = values;
}

static unsigned char *vm_queue_at(const struct rawbpf_vm_map *map, uint64_t index)
{
	const struct vm_queue *queue = map->memory;

	return queue->values +
	       (size_t)((queue->first + index) % map->max_entries) * map->value_size;
}

static int vm_queue_push(struct rawbpf_vm_map *map, const void *value, uint64_t flags)
{
	struct vm_queue *queue = map->memory;

	if (flags != BPF_ANY && flags != BPF_EXIST)
		return -EINVAL;
	if (queue->count == map->max_entries) {
		if (flags != BPF_EXIST)
			return -E2BIG;
		queue->first = (uint32_t)(((uint64_t)queue->first + 1) % map->max_entries);
		queue->count--;
	}
	__builtin_memcpy(vm_queue_at(map, queue->count), value, map->value_size);
	queue->count++;
	return 0;
}

/* Copy the value that pop would take. An empty map gives zeros. */
static int vm_queue_peek(struct rawbpf_vm_map *map, void *value)
{
	const struct vm_queue *queue = map->memory;

	if (!queue->count) {
		__builtin_memset(value, 0, map->value_size);
		return -ENOENT;
	}
	__builtin_memcpy(value, vm_queue_at(map, map->type == BPF_MAP_TYPE_STACK ?
					    queue->count - 1 : 0), map->value_size);
	return 0;
}

static int vm_queue_pop(struct rawbpf_vm_map *map, void *value)
{
	struct vm_queue *queue = map->memory;
	int err = vm_queue_peek(map, value);

	if (err)
		return err;
	if (map->type == BPF_MAP_TYPE_QUEUE)
		queue->first = (uint32_t)(((uint64_t)queue->first + 1) % map->max_entries);
	queue->count--;
	return 0;
}

RAWBPF__PRIVATE int rawbpf__vm_queue_read(const struct rawbpf_vm_map *map, uint64_t index,
					  const void **value)
{
	const struct vm_queue *queue = map->memory;

	if (index >= queue->count)
		return -ENOENT;
	*value = vm_queue_at(map, map->type == BPF_MAP_TYPE_STACK ? queue->count - 1 - index : index);
	return 0;
}

RAWBPF__PRIVATE const struct rawbpf_vm_map_ops *rawbpf__vm_queue_ops(void)
{
	static const struct rawbpf_vm_map_ops ops = {
		.push = vm_queue_push, .pop = vm_queue_pop, .peek = vm_queue_peek,
	};

	return &ops;
}

/* SPDX-License-Identifier: MIT */
/* Helpers of ring buffers and perf buffers. */
#include "vm_helper.h"
#include "vm_map.h"

enum { VM_RING_FLAGS = BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP };

RAWBPF__PRIVATE int rawbpf__vm_ring_output(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					   void *context)
{
	struct rawbpf_vm_map *map = rawbpf_vm_map_get(vm, call->args[0]);
	const void *data = map ? rawbpf_vm_memory_get(vm, call->args[1], call->args[2],
						      RAWBPF_VM_READ) : NULL;
	void *record;
	int err;

	(void)context;
	if (!data)
		return -EFAULT;
	if (call->args[3] & ~(uint64_t)VM_RING_FLAGS)
		return vm_number(call, -EINVAL);
	err = rawbpf_vm_ring_reserve(map, call->args[2], &record);
	if (err || !record)
		return vm_number(call, err ? err : -EAGAIN);
	if (call->args[2])
		__builtin_memcpy(record, data, (size_t)call->args[2]);
	return vm_number(call, rawbpf_vm_ring_submit(map, record, 0));
}

RAWBPF__PRIVATE int rawbpf__vm_ring_reserve(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					    void *context)
{
	struct rawbpf_vm_map *map = rawbpf_vm_map_get(vm, call->args[0]);

	(void)context;
	if (!map)
		return -EFAULT;
	call->bytes = NULL;
	if (!call->args[2])
		rawbpf_vm_ring_reserve(map, call->args[1], &call->bytes);
	call->size = call->args[1];
	call->region = &map->values;
	return RAWBPF_VM_POINTER;
}

/* Return the ring whose memory has this address, or NULL. */
static struct rawbpf_vm_map *vm_ring_of(const struct rawbpf_vm *vm, uint64_t address)
{
	const struct rawbpf_vm_region *region = rawbpf_vm_region_find(vm, address);
	unsigned i;

	for (i = 0; region && i < vm->spec.map_count; i++)
		if (&vm->spec.maps[i]->values == region)
			return vm->spec.maps[i];
	return NULL;
}

/* End the reservation in r1. A program that has none there traps. */
static int vm_ring_end(struct rawbpf_vm *vm, const struct rawbpf_vm_call *call, int discard)
{
	struct rawbpf_vm_map *map = vm_ring_of(vm, call->args[0]);
	int err = -EFAULT;

	if (map)
		err = rawbpf_vm_ring_submit(map, map->values.bytes +
					    (size_t)(call->args[0] - map->values.address), discard);
	return err ? err : RAWBPF_VM_SILENT;
}

RAWBPF__PRIVATE int rawbpf__vm_ring_submit(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					   void *context)
{
	(void)context;
	return vm_ring_end(vm, call, 0);
}

RAWBPF__PRIVATE int rawbpf__vm_ring_discard(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					    void *context)
{
	(void)context;
	return vm_ring_end(vm, call, 1);
}

RAWBPF__PRIVATE int rawbpf__vm_ring_query(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					  void *context)
{
	struct rawbpf_vm_map *map = rawbpf_vm_map_get(vm, call->args[0]);
	struct rawbpf_vm_ring_info info;

	(void)context;
	if (!map)
		return -EFAULT;
	if (map->type != BPF_MAP_TYPE_RINGBUF)
		return vm_number(call, -EINVAL);
	rawbpf_vm_ring_info(map, &info);
	switch (call->args[1]) {
	case BPF_RB_AVAIL_DATA:
		return vm_number(call, (int64_t)(info.producer - info.consumer));
	case BPF_RB_RING_SIZE:
		return vm_number(call, map->max_entries);
	case BPF_RB_CONS_POS:
		return vm_number(call, (int64_t)info.consumer);
	case BPF_RB_PROD_POS:
		return vm_number(call, (int64_t)info.producer);
	default:
		return vm_number(call, 0);
	}
}

/*
 * Send r5 bytes at r4 to the perf buffer of a CPU, and packet bytes by the upper half of r3. Each
 * CPU has a buffer, as rawbpf_perfbuf_open() gives it one; only that of this CPU can be used.
 */
RAWBPF__PRIVATE int rawbpf__vm_perf_event_output(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
						 void *context)
{
	const struct rawbpf_vm_world *world = context;
	const struct rawbpf_vm_packet *packet = vm->spec.packet;
	struct rawbpf_vm_map *map = rawbpf_vm_map_get(vm, call->args[1]);
	uint64_t flags = call->args[2], size = call->args[4], index = (uint32_t)flags;
	const void *data = map ? rawbpf_vm_memory_get(vm, call->args[3], size, RAWBPF_VM_READ) : NULL;
	int has_packet = packet && packet->bytes;
	uint32_t rest = (uint32_t)(flags >> 32);

	if (!data)
		return -EFAULT;
	if (map->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY || rest >> (has_packet ? 20 : 0))
		return vm_number(call, -EINVAL);
	if (has_packet && rest > packet->size - packet->data)
		return vm_number(call, -EFAULT);
	if (index == UINT32_MAX) /* BPF_F_CURRENT_CPU */
		index = world->cpu;
	if (index >= map->max_entries)
		return vm_number(call, -E2BIG);
	if (index != world->cpu)
		return vm_number(call, -EOPNOTSUPP);
	return vm_number(call, rawbpf__vm_perf_write(map, data, (size_t)size, has_packet ?
						     packet->bytes + packet->data : NULL, rest));
}

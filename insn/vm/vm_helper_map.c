/* SPDX-License-Identifier: MIT */
/* Helpers of maps. A map without an operation answers -EOPNOTSUPP, or NULL. */
#include "vm_helper.h"
#include "vm_map.h"

/* Return the map in r1, and the memory of its key at r2; or NULL with a trap. */
static struct rawbpf_vm_map *vm_map_and_key(struct rawbpf_vm *vm, const struct rawbpf_vm_call *call,
					    const void **key)
{
	struct rawbpf_vm_map *map = rawbpf_vm_map_get(vm, call->args[0]);

	*key = map ? rawbpf_vm_memory_get(vm, call->args[1], map->key_size, RAWBPF_VM_READ) : NULL;
	return *key ? map : NULL;
}

/* Return the map in r1, and the memory of a value at r2. */
static struct rawbpf_vm_map *vm_map_and_value(struct rawbpf_vm *vm,
					      const struct rawbpf_vm_call *call, unsigned rights,
					      void **value)
{
	struct rawbpf_vm_map *map = rawbpf_vm_map_get(vm, call->args[0]);

	*value = map ? rawbpf_vm_memory_get(vm, call->args[1], map->value_size, rights) : NULL;
	return *value ? map : NULL;
}

RAWBPF__PRIVATE int rawbpf__vm_map_lookup(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					  void *context)
{
	const void *key;
	struct rawbpf_vm_map *map = vm_map_and_key(vm, call, &key), *inner;

	(void)context;
	if (!map)
		return -EFAULT;
	call->bytes = NULL;
	if (rawbpf__vm_holds_maps(map)) {
		inner = map->ops->inner(map, key);
		call->region = inner ? &inner->handle : NULL;
		return RAWBPF_VM_HANDLE;
	}
	if (map->ops->lookup)
		map->ops->lookup(map, key, &call->bytes);
	call->size = map->value_size;
	call->region = map->values.size ? &map->values : NULL;
	return RAWBPF_VM_POINTER;
}

/* The value of a CPU. The machine has one, so all others have none. */
RAWBPF__PRIVATE int rawbpf__vm_map_lookup_cpu(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					      void *context)
{
	int result = rawbpf__vm_map_lookup(vm, call, context);

	if (result == RAWBPF_VM_POINTER && (uint32_t)call->args[2])
		call->bytes = NULL;
	return result;
}

RAWBPF__PRIVATE int rawbpf__vm_map_update(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					  void *context)
{
	const void *key, *value;
	struct rawbpf_vm_map *map = vm_map_and_key(vm, call, &key);

	(void)context;
	if (!map)
		return -EFAULT;
	if (rawbpf__vm_holds_pointers(map))
		return vm_number(call, -EOPNOTSUPP); /* programs have no pointers for it */
	value = rawbpf_vm_memory_get(vm, call->args[2], map->value_size, RAWBPF_VM_READ);
	if (!value)
		return -EFAULT;
	return vm_number(call, rawbpf_vm_map_update(map, key, value, call->args[3]));
}

RAWBPF__PRIVATE int rawbpf__vm_map_delete(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					  void *context)
{
	const void *key;
	struct rawbpf_vm_map *map = vm_map_and_key(vm, call, &key);

	(void)context;
	return map ? vm_number(call, rawbpf_vm_map_delete(map, key)) : -EFAULT;
}

RAWBPF__PRIVATE int rawbpf__vm_map_push(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					void *context)
{
	void *value;
	struct rawbpf_vm_map *map = vm_map_and_value(vm, call, RAWBPF_VM_READ, &value);

	(void)context;
	return map ? vm_number(call, rawbpf_vm_map_push(map, value, call->args[2])) : -EFAULT;
}

RAWBPF__PRIVATE int rawbpf__vm_map_pop(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
				       void *context)
{
	void *value;
	struct rawbpf_vm_map *map = vm_map_and_value(vm, call, RAWBPF_VM_WRITE, &value);

	(void)context;
	return map ? vm_number(call, rawbpf_vm_map_pop(map, value)) : -EFAULT;
}

RAWBPF__PRIVATE int rawbpf__vm_map_peek(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					void *context)
{
	void *value;
	struct rawbpf_vm_map *map = vm_map_and_value(vm, call, RAWBPF_VM_WRITE, &value);

	(void)context;
	if (!map)
		return -EFAULT;
	return vm_number(call, map->ops->peek ? map->ops->peek(map, value) : -EOPNOTSUPP);
}

/* Show a callback the element at a place, whose key has a region of its own meanwhile. */
static int vm_show_element(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
			   struct rawbpf_vm_map *map, void *key, const void *value)
{
	struct rawbpf_vm_region *region = &vm->frames[vm->depth].key;
	int err;

	*region = (struct rawbpf_vm_region){ .name = "key", .size = map->key_size, .bytes = key,
					     .rights = RAWBPF_VM_READ };
	err = rawbpf_vm_region_add(vm, region);
	if (err)
		return err;
	call->function = call->args[1];
	call->pass[0] = call->args[0];
	call->pass[1] = region->address;
	call->pass[2] = map->values.address +
			(uint64_t)((const unsigned char *)value - map->values.bytes);
	call->pass[3] = call->args[2];
	return RAWBPF_VM_CALLBACK;
}

/* Call a function with each element of a map, and with r3. It returns 1 to stop. */
RAWBPF__PRIVATE int rawbpf__vm_for_each(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					void *context)
{
	struct rawbpf_vm_map *map = rawbpf_vm_map_get(vm, call->args[0]);
	uint32_t place = (uint32_t)call->state[0];
	void *key, *value;

	(void)context;
	if (!map)
		return -EFAULT;
	if (call->round)
		rawbpf_vm_region_delete(vm, &vm->frames[vm->depth].key);
	if (call->args[3])
		return vm_number(call, -EINVAL);
	if (!map->ops->each || !map->values.size)
		return -EINVAL; /* verifiers reject it */
	if ((call->round && call->returned) || map->ops->each(map, &place, &key, &value))
		return vm_number(call, call->round);
	call->state[0] = (uint64_t)place + 1;
	if (!key) {
		key = &call->state[1];
		rawbpf__vm_key_set(map, key, place);
	}
	return vm_show_element(vm, call, map, key, value);
}

/* Without a program at the index, the caller goes on. */
RAWBPF__PRIVATE int rawbpf__vm_tail_call(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					 void *context)
{
	struct rawbpf_vm_map *map = rawbpf_vm_map_get(vm, call->args[1]);

	(void)context;
	if (!map)
		return -EFAULT;
	call->prog = map->ops->prog ? map->ops->prog(map, (uint32_t)call->args[2]) : NULL;
	return call->prog ? RAWBPF_VM_TAIL_CALL : RAWBPF_VM_SILENT;
}

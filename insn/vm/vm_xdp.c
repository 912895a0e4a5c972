/* SPDX-License-Identifier: MIT */
/* The helpers of XDP, which move the borders of the packet. */
#include "vm_packet.h"
#include "vm_helper.h"
#include "vm_map.h"

/* The kernel keeps 40 bytes at the beginning of the memory, and 320 at the end of a page. */
enum { VM_XDP_FIRST = 40, VM_XDP_END = 4096 - 320, VM_XDP_METADATA = 255 };

/* Flags of redirect_map, Linux 5.14. */
enum { VM_BROADCAST = 1 << 3, VM_EXCLUDE_INGRESS = 1 << 4 };

/* Return `from` and an argument, which is an int. */
static int64_t vm_offset(uint32_t from, uint64_t argument)
{
	return (int64_t)from + (int32_t)argument;
}

/* Move the beginning by r2. The metadata move with it. */
static int vm_xdp_adjust_head(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *xdp = rawbpf__vm_context_get(vm, call, context);
	uint32_t length;
	int64_t data;
	int err;

	if (!xdp)
		return -EFAULT;
	data = vm_offset(xdp->data, call->args[1]);
	length = xdp->data - xdp->data_meta;
	if (data < (int64_t)VM_XDP_FIRST + length || data + VM_ETHERNET > xdp->data_end)
		return vm_number(call, -EINVAL);
	if (length)
		__builtin_memmove(rawbpf__vm_packet_at(xdp, (uint32_t)data - length),
				  rawbpf__vm_packet_at(xdp, xdp->data_meta), length);
	err = rawbpf__vm_packet_move(vm, xdp, (uint32_t)data - length, (uint32_t)data,
				     xdp->data_end);
	return err ? err : vm_number(call, 0);
}

/* Move the end by r2. New bytes are 0. */
static int vm_xdp_adjust_tail(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *xdp = rawbpf__vm_context_get(vm, call, context);
	uint32_t old, limit;
	int64_t end;
	int err;

	if (!xdp)
		return -EFAULT;
	old = xdp->data_end;
	limit = xdp->spec.memory_size < VM_XDP_END || old > VM_XDP_END ?
		(uint32_t)xdp->spec.memory_size : VM_XDP_END;
	end = vm_offset(old, call->args[1]);
	if (end > limit || end < (int64_t)xdp->data + VM_ETHERNET)
		return vm_number(call, -EINVAL);
	if (end > old)
		__builtin_memset(rawbpf__vm_packet_at(xdp, old), 0, (size_t)end - old);
	err = rawbpf__vm_packet_move(vm, xdp, xdp->data_meta, xdp->data, (uint32_t)end);
	return err ? err : vm_number(call, 0);
}

/* Move the beginning of the metadata, which end at the packet, by r2. */
static int vm_xdp_adjust_meta(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *xdp = rawbpf__vm_context_get(vm, call, context);
	int64_t meta;
	int err;

	if (!xdp)
		return -EFAULT;
	meta = vm_offset(xdp->data_meta, call->args[1]);
	if (meta < VM_XDP_FIRST || meta > xdp->data)
		return vm_number(call, -EINVAL);
	if ((xdp->data - meta) % 4 || xdp->data - meta > VM_XDP_METADATA)
		return vm_number(call, -EACCES);
	err = rawbpf__vm_packet_move(vm, xdp, (uint32_t)meta, xdp->data, xdp->data_end);
	return err ? err : vm_number(call, 0);
}

static int vm_xdp_get_buff_len(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *xdp = rawbpf__vm_context_get(vm, call, context);

	return xdp ? vm_number(call, xdp->data_end - xdp->data) : -EFAULT;
}

/* Copy r4 bytes between the packet, at r2, and r3. `rights` are those that r3 needs. */
static int vm_xdp_copy(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context,
		       unsigned rights)
{
	struct rawbpf_vm_context *xdp = rawbpf__vm_context_get(vm, call, context);
	uint64_t offset = (uint32_t)call->args[1], size = (uint32_t)call->args[3];
	void *bytes = xdp ? rawbpf_vm_memory_get(vm, call->args[2], size, rights) : NULL;
	unsigned char *at;

	if (!bytes)
		return -EFAULT;
	if (offset > 0xffff || size > 0xffff)
		return vm_number(call, -EFAULT);
	if (offset + size > xdp->data_end - xdp->data)
		return vm_number(call, -EINVAL);
	at = rawbpf__vm_packet_at(xdp, xdp->data + (uint32_t)offset);
	if (size && rights == RAWBPF_VM_WRITE)
		__builtin_memmove(bytes, at, (size_t)size);
	else if (size)
		__builtin_memmove(at, bytes, (size_t)size);
	return vm_number(call, 0);
}

static int vm_xdp_load_bytes(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	return vm_xdp_copy(vm, call, context, RAWBPF_VM_WRITE);
}

static int vm_xdp_store_bytes(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	return vm_xdp_copy(vm, call, context, RAWBPF_VM_READ);
}

/* Say where the packet goes instead. */
static int vm_xdp_redirect(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *xdp = context;

	(void)vm;
	if (call->args[1])
		return vm_number(call, XDP_ABORTED);
	xdp->redirect = (uint32_t)call->args[0];
	xdp->redirect_map = NULL;
	return vm_number(call, XDP_REDIRECT);
}

/* Return the flags that redirect_map takes for a map, or -EINVAL: it takes no such map. */
static int vm_xdp_map_flags(const struct rawbpf_vm_map *map)
{
	const int actions = XDP_ABORTED | XDP_DROP | XDP_PASS | XDP_TX;

	switch (map->type) {
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
		return actions | VM_BROADCAST | VM_EXCLUDE_INGRESS;
	case BPF_MAP_TYPE_CPUMAP:
	case BPF_MAP_TYPE_XSKMAP:
		return actions;
	default:
		return -EINVAL;
	}
}

/* Say which element of r1 the packet goes to. Without that, the low bits of r3 are the answer. */
static int vm_xdp_redirect_map(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *xdp = context;
	struct rawbpf_vm_map *map = rawbpf_vm_map_get(vm, call->args[0]);
	uint64_t flags = call->args[2];
	int known = map ? vm_xdp_map_flags(map) : -EFAULT;
	void *target;
	uint32_t key;

	if (known < 0)
		return known; /* verifiers reject other maps */
	if (flags & ~(uint64_t)known)
		return vm_number(call, XDP_ABORTED);
	rawbpf__vm_key_set(map, &key, (uint32_t)call->args[1]);
	map->ops->lookup(map, &key, &target);
	xdp->redirect_map = target || flags & VM_BROADCAST ? map : NULL;
	xdp->redirect = xdp->redirect_map ? (uint32_t)call->args[1] : 0;
	return vm_number(call, xdp->redirect_map ? XDP_REDIRECT : (int64_t)(flags & XDP_TX));
}

static const struct rawbpf_vm_helper vm_xdp_helpers[] = {
	{ BPF_FUNC_redirect, 0, vm_xdp_redirect },
	{ BPF_FUNC_xdp_adjust_head, 0, vm_xdp_adjust_head },
	{ BPF_FUNC_redirect_map, 0, vm_xdp_redirect_map },
	{ BPF_FUNC_xdp_adjust_meta, 0, vm_xdp_adjust_meta },
	{ BPF_FUNC_xdp_adjust_tail, 0, vm_xdp_adjust_tail },
	{ BPF_FUNC_xdp_get_buff_len, 0, vm_xdp_get_buff_len },
	{ BPF_FUNC_xdp_load_bytes, 0, vm_xdp_load_bytes },
	{ BPF_FUNC_xdp_store_bytes, 0, vm_xdp_store_bytes },
};

RAWBPF__PRIVATE const struct rawbpf_vm_helper *rawbpf__vm_xdp_helpers(unsigned *count)
{
	*count = sizeof(vm_xdp_helpers) / sizeof(vm_xdp_helpers[0]);
	return vm_xdp_helpers;
}

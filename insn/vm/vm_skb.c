/* SPDX-License-Identifier: MIT */
/* The helpers of struct __sk_buff: its bytes, its checksums, its length. */
#include "machine.h"
#include "vm_helper.h"
#include "vm_packet.h"

enum {
	VM_SKB_OFFSET_MAX = 0xffff,
	VM_SKB_LENGTH_MAX = 65536,
	VM_ENOTSUPP = 524,		/* the kernel's own */
	VM_ROOM_MAX = 0xfff,		/* bytes that adjust_room inserts at once */
	VM_NO_CSUM_RESET = 1 << 5,	/* BPF_F_ADJ_ROOM_NO_CSUM_RESET, Linux 5.8 */
	VM_IPV4 = 0x0800, VM_IPV6 = 0x86dd
};

/* Return the bytes of the packet from `data` on. */
static unsigned char *vm_skb_data(const struct rawbpf_vm_context *skb)
{
	return rawbpf__vm_packet_at(skb, skb->data);
}

static uint32_t vm_skb_length(const struct rawbpf_vm_context *skb)
{
	return skb->data_end - skb->data;
}

/* ------------------------------------------------------------------------------------- bytes */

/*
 * Copy r4 bytes to r3, from r2 bytes behind `begin`. r2 is at most `limit`. Outside of the packet,
 * r3 becomes zeros.
 */
static int vm_skb_load(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
		       const struct rawbpf_vm_context *skb, uint32_t begin, int64_t limit)
{
	uint32_t offset = (uint32_t)call->args[1], size = (uint32_t)call->args[3];
	void *to = rawbpf_vm_memory_get(vm, call->args[2], size, RAWBPF_VM_WRITE);
	int is_inside = offset <= limit && (uint64_t)begin + offset + size <= skb->data_end;

	if (!to)
		return -EFAULT;
	if (size && is_inside)
		__builtin_memmove(to, rawbpf__vm_packet_at(skb, begin + offset), size);
	else if (size)
		__builtin_memset(to, 0, size);
	return vm_number(call, is_inside ? 0 : -EFAULT);
}

static int vm_skb_load_bytes(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);

	return skb ? vm_skb_load(vm, call, skb, skb->data, INT32_MAX) : -EFAULT;
}

/* The same, from the link layer's header (r5 0) or the network's (r5 1) on. */
static int vm_skb_load_bytes_relative(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
				      void *context)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);
	uint32_t layer = (uint32_t)call->args[4];

	if (!skb)
		return -EFAULT;
	return vm_skb_load(vm, call, skb, layer ? skb->network : skb->data - skb->link,
			   layer > 1 ? -1 : VM_SKB_OFFSET_MAX);
}

/* Copy r4 bytes from r3 into the packet, at r2. */
static int vm_skb_store_bytes(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);
	uint64_t offset = (uint32_t)call->args[1], size = (uint32_t)call->args[3];
	const void *from = skb ? rawbpf_vm_memory_get(vm, call->args[2], size, RAWBPF_VM_READ) : NULL;

	if (!from)
		return -EFAULT;
	if (call->args[4] & ~(uint64_t)(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH))
		return vm_number(call, -EINVAL);
	if (offset > INT32_MAX || offset + size > vm_skb_length(skb))
		return vm_number(call, -EFAULT);
	if (size)
		__builtin_memmove(vm_skb_data(skb) + offset, from, (size_t)size);
	return vm_number(call, 0);
}

/* All bytes are in one piece already. */
static int vm_skb_pull_data(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);

	if (!skb)
		return -EFAULT;
	return vm_number(call, (uint32_t)call->args[1] > vm_skb_length(skb) ? -ENOMEM : 0);
}

/* --------------------------------------------------------------------------------- checksums */

/* Add the halves of a sum, with their carries. */
static uint16_t vm_fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Return the checksum that `old` becomes when r3 is replaced by r4, both of `size` bytes. */
static uint16_t vm_replaced(uint16_t old, const struct rawbpf_vm_call *call, unsigned size)
{
	uint32_t mask = size == 2 ? 0xffff : UINT32_MAX;
	uint32_t from = (uint32_t)call->args[2] & mask, to = (uint32_t)call->args[3] & mask;

	if (!size) /* r4 is a difference */
		return (uint16_t)~vm_fold((uint64_t)to + (uint16_t)~old);
	return (uint16_t)~vm_fold((uint64_t)(uint16_t)~old + (uint16_t)~vm_fold(from) + to);
}

/* Return the checksum at r2 of the packet, or NULL. */
static unsigned char *vm_checksum_at(const struct rawbpf_vm_context *skb,
				     const struct rawbpf_vm_call *call)
{
	uint32_t offset = (uint32_t)call->args[1];

	if (offset > VM_SKB_OFFSET_MAX || offset % 2 || offset + 2 > vm_skb_length(skb))
		return NULL;
	return vm_skb_data(skb) + offset;
}

/* Replace the checksum. With `zero`, one of 0 means that there is none. */
static int vm_csum_replace(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context,
			   uint64_t flags, int zero)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);
	unsigned size = call->args[4] & BPF_F_HDR_FIELD_MASK;
	unsigned char *at;
	uint16_t sum;

	if (!skb)
		return -EFAULT;
	if (call->args[4] & ~flags)
		return vm_number(call, -EINVAL);
	at = vm_checksum_at(skb, call);
	if (!at)
		return vm_number(call, -EFAULT);
	__builtin_memcpy(&sum, at, sizeof(sum));
	if (zero && !(call->args[4] & BPF_F_MARK_ENFORCE) && !sum)
		return vm_number(call, 0);
	if ((size && size != 2 && size != 4) || (!size && call->args[2]))
		return vm_number(call, -EINVAL);
	sum = vm->swap ? __builtin_bswap16(sum) : sum;
	sum = vm_replaced(sum, call, size);
	if (zero && !sum)
		sum = UINT16_MAX;
	sum = vm->swap ? __builtin_bswap16(sum) : sum;
	__builtin_memcpy(at, &sum, sizeof(sum));
	return vm_number(call, 0);
}

static int vm_l3_csum_replace(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	return vm_csum_replace(vm, call, context, BPF_F_HDR_FIELD_MASK, 0);
}

static int vm_l4_csum_replace(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	const uint64_t ipv6 = 1 << 7; /* BPF_F_IPV6, Linux 6.16 */

	return vm_csum_replace(vm, call, context, BPF_F_HDR_FIELD_MASK | BPF_F_PSEUDO_HDR |
			       BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | ipv6,
			       (call->args[4] & BPF_F_MARK_MANGLED_0) != 0);
}

/* ------------------------------------------------------------------------------------ length */

/* Set the length to r2. New bytes are 0. */
static int vm_skb_change_tail(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);
	uint64_t length = (uint32_t)call->args[1], end;
	uint32_t least;
	int err;

	if (!skb)
		return -EFAULT;
	least = skb->network > skb->data ? skb->network - skb->data : 0;
	end = skb->data + length;
	if (call->args[2] || length < least || length > VM_SKB_LENGTH_MAX)
		return vm_number(call, -EINVAL);
	if (end > skb->spec.memory_size)
		return vm_number(call, -ENOMEM);
	if (end > skb->data_end)
		__builtin_memset(rawbpf__vm_packet_at(skb, skb->data_end), 0,
				 (size_t)(end - skb->data_end));
	err = rawbpf__vm_packet_move(vm, skb, skb->data, skb->data, (uint32_t)end);
	return err ? err : vm_number(call, 0);
}

/* Let the packet begin r2 bytes earlier. They are 0. */
static int vm_skb_change_head(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);
	uint32_t room = (uint32_t)call->args[1];
	int err;

	if (!skb)
		return -EFAULT;
	if (call->args[2] || room > VM_SKB_LENGTH_MAX - vm_skb_length(skb))
		return vm_number(call, -EINVAL);
	if (room > skb->data - skb->link)
		return vm_number(call, -ENOMEM);
	if (room)
		__builtin_memset(rawbpf__vm_packet_at(skb, skb->data - room), 0, room);
	err = rawbpf__vm_packet_move(vm, skb, skb->data - room, skb->data - room, skb->data_end);
	return err ? err : vm_number(call, 0);
}

/* Return the bytes of the network's header, or 0: it is no IP. */
static uint32_t vm_ip_length(const struct rawbpf_vm_context *skb)
{
	const unsigned char *type = rawbpf__vm_packet_at(skb, skb->network - 2);
	unsigned protocol = (unsigned)type[0] << 8 | type[1];

	return protocol == VM_IPV4 ? 20 : protocol == VM_IPV6 ? 40 : 0;
}

/* Insert r2 bytes, or remove them, behind the network's header, or behind the link layer's (r3 1). */
static int vm_skb_adjust_room(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);
	const uint64_t flags = BPF_F_ADJ_ROOM_FIXED_GSO | VM_NO_CSUM_RESET;
	int32_t room = (int32_t)call->args[1];
	uint32_t mode = (uint32_t)call->args[2], ip, least, headers, size;
	int err;

	if (!skb)
		return -EFAULT;
	size = room < 0 ? 0 - (uint32_t)room : (uint32_t)room;
	if (call->args[3] & ~flags)
		return vm_number(call, -EINVAL);
	if (size > VM_ROOM_MAX)
		return vm_number(call, -EFAULT);
	ip = vm_ip_length(skb);
	if (!ip || mode > 1)
		return vm_number(call, -VM_ENOTSUPP);
	headers = skb->network - skb->data + (mode ? 0 : ip);
	least = headers + (mode ? ip : 0);
	if (room < 0 && (uint64_t)size + least > vm_skb_length(skb))
		return vm_number(call, -VM_ENOTSUPP);
	if (room > 0 && (size > skb->data || vm_skb_length(skb) < headers))
		return vm_number(call, -ENOMEM);
	err = rawbpf__vm_packet_insert(vm, skb, headers, room);
	return err ? err : vm_number(call, 0);
}

/* Say where the packet goes instead, and what tc does with it then. */
static int vm_skb_redirect(struct rawbpf_vm *vm, struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *skb = context;
	enum { VM_SHOT = 2, VM_REDIRECT = 7 };

	(void)vm;
	if (call->args[1] & ~(uint64_t)BPF_F_INGRESS)
		return vm_number(call, VM_SHOT);
	skb->redirect = (uint32_t)call->args[0];
	return vm_number(call, VM_REDIRECT);
}

static const struct rawbpf_vm_helper vm_skb_helpers[] = {
	{ BPF_FUNC_skb_store_bytes, 0, vm_skb_store_bytes },
	{ BPF_FUNC_l3_csum_replace, 0, vm_l3_csum_replace },
	{ BPF_FUNC_l4_csum_replace, 0, vm_l4_csum_replace },
	{ BPF_FUNC_skb_vlan_push, 0, rawbpf__vm_vlan_push },
	{ BPF_FUNC_skb_vlan_pop, 0, rawbpf__vm_vlan_pop },
	{ BPF_FUNC_redirect, 0, vm_skb_redirect },
	{ BPF_FUNC_skb_load_bytes, 0, vm_skb_load_bytes },
	{ BPF_FUNC_skb_change_tail, 0, vm_skb_change_tail },
	{ BPF_FUNC_skb_pull_data, 0, vm_skb_pull_data },
	{ BPF_FUNC_skb_change_head, 0, vm_skb_change_head },
	{ BPF_FUNC_skb_adjust_room, 0, vm_skb_adjust_room },
	{ BPF_FUNC_skb_load_bytes_relative, 0, vm_skb_load_bytes_relative },
};

RAWBPF__PRIVATE const struct rawbpf_vm_helper *rawbpf__vm_skb_helpers(unsigned *count)
{
	*count = sizeof(vm_skb_helpers) / sizeof(vm_skb_helpers[0]);
	return vm_skb_helpers;
}

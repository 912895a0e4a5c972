/* SPDX-License-Identifier: MIT */
/*
 * VLAN tags. As in Linux, the outermost tag is not among the packet's bytes: it stands in the
 * fields vlan_present, vlan_tci and vlan_proto. Further tags are 4 bytes behind the addresses.
 */
#include "machine.h"
#include "vm_helper.h"
#include "vm_packet.h"

enum {
	VM_VLAN_8021Q = 0x8100, VM_VLAN_8021AD = 0x88a8,
	VM_VLAN_BYTES = 4, VM_ADDRESSES = 12,
	VM_8023_MIN = 0x600, VM_8023 = 1, VM_8022 = 4,	/* lengths instead of a protocol */
	/* Fields of struct __sk_buff. */
	VM_PROTOCOL = 16, VM_PRESENT = 20, VM_TCI = 24, VM_PROTO = 28
};

static int vm_is_little(const struct rawbpf_vm_context *skb)
{
	return skb->spec.order == RAWBPF_HOST_ORDER ? __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
						    : skb->spec.order == RAWBPF_LITTLE_ENDIAN;
}

/* Programs see a protocol's two bytes as a number in their own order. */
static uint32_t vm_protocol(const struct rawbpf_vm_context *skb, uint32_t number)
{
	return vm_is_little(skb) ? __builtin_bswap16((uint16_t)number) : (uint16_t)number;
}

/* Return the field of 16 bits at an offset, which has 4 bytes. */
static uint32_t vm_field(const struct rawbpf_vm_context *skb, unsigned offset)
{
	const unsigned char *low = skb->fields + offset + (vm_is_little(skb) ? 0 : 2);

	return vm_protocol(skb, (uint32_t)low[0] << 8 | low[1]);
}

static void vm_tag_set(struct rawbpf_vm_context *skb, uint32_t present, uint32_t tci, uint32_t proto)
{
	rawbpf__vm_field_write(skb, VM_PRESENT, 4, present);
	rawbpf__vm_field_write(skb, VM_TCI, 4, tci);
	rawbpf__vm_field_write(skb, VM_PROTO, 4, proto);
}

static int vm_is_vlan(const struct rawbpf_vm_context *skb, uint32_t proto)
{
	proto = vm_protocol(skb, proto);
	return proto == VM_VLAN_8021Q || proto == VM_VLAN_8021AD;
}

static void vm_put16(unsigned char *to, uint32_t number)
{
	to[0] = (unsigned char)(number >> 8);
	to[1] = (unsigned char)number;
}

static uint32_t vm_get16(const unsigned char *from)
{
	return (uint32_t)from[0] << 8 | from[1];
}

/* Put the tag of the fields into the packet. */
static int vm_tag_insert(struct rawbpf_vm *vm, struct rawbpf_vm_context *skb)
{
	uint32_t proto = vm_field(skb, VM_PROTO), tci = vm_field(skb, VM_TCI);
	int err = rawbpf__vm_packet_insert(vm, skb, VM_ADDRESSES, VM_VLAN_BYTES);

	if (err)
		return err;
	vm_put16(rawbpf__vm_packet_at(skb, skb->data + VM_ADDRESSES), vm_protocol(skb, proto));
	vm_put16(rawbpf__vm_packet_at(skb, skb->data + VM_ADDRESSES + 2), tci);
	rawbpf__vm_field_write(skb, VM_PROTOCOL, 4, proto);
	return 0;
}

/* Push a tag of protocol r2 with the 16 bits of r3. */
RAWBPF__PRIVATE int rawbpf__vm_vlan_push(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					 void *context)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);
	uint32_t proto;
	int err = 0;

	if (!skb)
		return -EFAULT;
	proto = (uint16_t)call->args[1];
	if (!vm_is_vlan(skb, proto))
		proto = vm_protocol(skb, VM_VLAN_8021Q);
	if (vm_field(skb, VM_PRESENT)) {
		if (skb->data - skb->link < VM_VLAN_BYTES || skb->data_end - skb->data < VM_ADDRESSES)
			return vm_number(call, -ENOMEM);
		err = vm_tag_insert(vm, skb);
	}
	if (err)
		return err;
	vm_tag_set(skb, 1, (uint16_t)call->args[2], proto);
	return vm_number(call, 0);
}

/* Take the first tag out of the packet. What stands behind it is the protocol then. */
static int vm_tag_remove(struct rawbpf_vm *vm, struct rawbpf_vm_context *skb, uint32_t *tci)
{
	const unsigned char *tag = rawbpf__vm_packet_at(skb, skb->data + VM_ADDRESSES);
	uint32_t proto = vm_get16(tag + VM_VLAN_BYTES);
	int err;

	*tci = vm_get16(tag + 2);
	err = rawbpf__vm_packet_insert(vm, skb, VM_ADDRESSES, -VM_VLAN_BYTES);
	if (proto < VM_8023_MIN) {
		tag = rawbpf__vm_packet_at(skb, skb->data + VM_ETHERNET);
		proto = skb->data_end - skb->data >= VM_ETHERNET + 2 && vm_get16(tag) == 0xffff ?
			VM_8023 : VM_8022;
	}
	rawbpf__vm_field_write(skb, VM_PROTOCOL, 4, vm_protocol(skb, proto));
	return err;
}

/* Pop the outermost tag. The next one goes to the fields. */
RAWBPF__PRIVATE int rawbpf__vm_vlan_pop(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					void *context)
{
	struct rawbpf_vm_context *skb = rawbpf__vm_context_get(vm, call, context);
	int in_packet = skb && !vm_field(skb, VM_PRESENT), err = 0;
	uint32_t tci, proto;

	if (!skb)
		return -EFAULT;
	if (!in_packet)
		vm_tag_set(skb, 0, 0, 0);
	for (; in_packet >= 0; in_packet--) {
		proto = vm_field(skb, VM_PROTOCOL);
		if (err || !vm_is_vlan(skb, proto))
			break;
		if (skb->data_end - skb->data < VM_ETHERNET + VM_VLAN_BYTES)
			return vm_number(call, -ENOMEM);
		err = vm_tag_remove(vm, skb, &tci);
		if (!in_packet)
			vm_tag_set(skb, 1, tci, proto);
	}
	return err ? err : vm_number(call, 0);
}

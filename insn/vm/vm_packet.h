/* SPDX-License-Identifier: MIT */
/* What the files of contexts share: the packet in its memory, and the helpers that change it. */
#ifndef RAWBPF_INSN_VM_PACKET_H
#define RAWBPF_INSN_VM_PACKET_H

#include <rawbpf/vm_context.h>

#include "../base/private.h"

/* The address that programs see for the first byte of a context's memory. */
#define VM_PACKET	UINT64_C(0x08000000)

enum { VM_PACKET_MEMORY = 1 << 26, VM_ETHERNET = 14 };

/* Show the packet between data_meta, data and data_end: fields, regions, packet loads. */
RAWBPF__PRIVATE void rawbpf__vm_packet_show(struct rawbpf_vm_context *context);

/*
 * Move the packet's borders, and show them. vm->spec.regions has room, since they had it before.
 * Return 0 or a negative errno.
 */
RAWBPF__PRIVATE int rawbpf__vm_packet_move(struct rawbpf_vm *vm, struct rawbpf_vm_context *context,
					   uint32_t meta, uint32_t data, uint32_t end);

/* Return the byte of the context's memory at an offset, or NULL without memory. */
RAWBPF__PRIVATE unsigned char *rawbpf__vm_packet_at(const struct rawbpf_vm_context *context,
						    uint32_t offset);

/* For helpers: return the context if r1 is its address, or NULL with a trap. */
RAWBPF__PRIVATE struct rawbpf_vm_context *
rawbpf__vm_context_get(struct rawbpf_vm *vm, const struct rawbpf_vm_call *call, void *context);

/* Return 1 if programs of the context's type see a struct __sk_buff. */
RAWBPF__PRIVATE int rawbpf__vm_is_skb(const struct rawbpf_vm_context *context);

/* Return the table of the helpers of XDP programs, and of struct __sk_buff. */
RAWBPF__PRIVATE const struct rawbpf_vm_helper *rawbpf__vm_xdp_helpers(unsigned *count);
RAWBPF__PRIVATE const struct rawbpf_vm_helper *rawbpf__vm_skb_helpers(unsigned *count);

/* Move the first `headers` bytes of a packet, and so its beginning, by `room`. */
RAWBPF__PRIVATE int rawbpf__vm_packet_insert(struct rawbpf_vm *vm, struct rawbpf_vm_context *context,
					     uint32_t headers, int32_t room);

/* vm_vlan.c */
RAWBPF__PRIVATE rawbpf_vm_helper_fn rawbpf__vm_vlan_push, rawbpf__vm_vlan_pop;

/* Write a number of 1, 2, 4 or 8 bytes in the context's byte order. */
RAWBPF__PRIVATE void rawbpf__vm_field_write(struct rawbpf_vm_context *context, unsigned offset,
					    unsigned size, uint64_t value);

#endif

/* SPDX-License-Identifier: MIT */
/* The packet of a context: its borders, and the fields that show them. */
#include "vm_packet.h"
#include "machine.h"
#include "../base/string.h"
#include "../form/context.h"

RAWBPF__PRIVATE void rawbpf__vm_field_write(struct rawbpf_vm_context *context, unsigned offset,
					    unsigned size, uint64_t value)
{
	int little = context->spec.order == RAWBPF_LITTLE_ENDIAN ||
		     (context->spec.order == RAWBPF_HOST_ORDER &&
		      __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
	unsigned i;

	for (i = 0; i < size; i++)
		context->fields[offset + i] =
			(unsigned char)(value >> 8 * (little ? i : size - 1 - i));
}

static uint64_t vm_pointer_value(const struct rawbpf_vm_context *context, unsigned kind)
{
	switch (kind) {
	case RAWBPF__CONTEXT_PACKET:
	case RAWBPF__CONTEXT_MEMORY:
		return VM_PACKET + context->data;
	case RAWBPF__CONTEXT_PACKET_END:
	case RAWBPF__CONTEXT_MEMORY_END:
		return VM_PACKET + context->data_end;
	case RAWBPF__CONTEXT_PACKET_META:
		return VM_PACKET + context->data_meta;
	default:
		return 0; /* NULL */
	}
}

RAWBPF__PRIVATE unsigned char *rawbpf__vm_packet_at(const struct rawbpf_vm_context *context,
						    uint32_t offset)
{
	unsigned char *memory = context->spec.memory;

	return memory ? memory + offset : NULL;
}

/* Set the bytes of a region that has a name and rights. */
static void vm_part_show(const struct rawbpf_vm_context *context, struct rawbpf_vm_region *region,
			 uint32_t begin, uint32_t end)
{
	region->address = VM_PACKET + begin;
	region->size = end - begin;
	region->bytes = rawbpf__vm_packet_at(context, begin);
}

RAWBPF__PRIVATE int rawbpf__vm_is_skb(const struct rawbpf_vm_context *context)
{
	const struct rawbpf__context *row = rawbpf__context_find(context->spec.prog_type);

	return row && rawbpf__equal(rawbpf__context_name(row), "__sk_buff");
}

RAWBPF__PRIVATE void rawbpf__vm_packet_show(struct rawbpf_vm_context *context)
{
	const struct rawbpf__context *row = rawbpf__context_find(context->spec.prog_type);
	uint32_t begin = context->data - context->link;

	context->bytes = rawbpf__vm_packet_at(context, context->data_meta - context->link);
	context->size = context->data_end - context->data_meta + context->link;
	context->loads = (struct rawbpf_vm_packet){
		.bytes = rawbpf__vm_packet_at(context, begin), .size = context->data_end - begin,
		.data = context->link, .network = context->network - begin };
	vm_part_show(context, &context->packet, context->data, context->data_end);
	vm_part_show(context, &context->metadata, context->data_meta, context->data);
	if (!row)
		return;
	if (rawbpf__vm_is_skb(context)) /* its first field is `len` */
		rawbpf__vm_field_write(context, 0, 4, context->data_end - context->data);
	while ((++row)->kind != RAWBPF__CONTEXT_STRUCT)
		if (row->kind != RAWBPF__CONTEXT_NUMBER)
			rawbpf__vm_field_write(context, row->offset, row->size,
					       vm_pointer_value(context, row->kind));
}

RAWBPF__PRIVATE int rawbpf__vm_packet_move(struct rawbpf_vm *vm, struct rawbpf_vm_context *context,
					   uint32_t meta, uint32_t data, uint32_t end)
{
	int err = 0;

	if (context->packet.size)
		rawbpf_vm_region_delete(vm, &context->packet);
	if (context->metadata.size)
		rawbpf_vm_region_delete(vm, &context->metadata);
	context->data_meta = meta;
	context->data = data;
	context->data_end = end;
	rawbpf__vm_packet_show(context);
	if (context->packet.size)
		err = rawbpf_vm_region_add(vm, &context->packet);
	if (!err && context->metadata.size)
		err = rawbpf_vm_region_add(vm, &context->metadata);
	return err;
}

RAWBPF__PRIVATE int rawbpf__vm_packet_insert(struct rawbpf_vm *vm, struct rawbpf_vm_context *context,
					     uint32_t headers, int32_t room)
{
	uint32_t begin = (uint32_t)((int64_t)context->data - room);

	__builtin_memmove(rawbpf__vm_packet_at(context, begin),
			  rawbpf__vm_packet_at(context, context->data), headers);
	if (room > 0)
		__builtin_memset(rawbpf__vm_packet_at(context, begin + headers), 0, (size_t)room);
	context->network = (uint32_t)((int64_t)context->network - room);
	return rawbpf__vm_packet_move(vm, context, begin, begin, context->data_end);
}

RAWBPF__PRIVATE struct rawbpf_vm_context *
rawbpf__vm_context_get(struct rawbpf_vm *vm, const struct rawbpf_vm_call *call, void *context)
{
	struct rawbpf_vm_context *of_vm = context;

	if (call->args[0] == of_vm->region.address)
		return of_vm;
	rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_HANDLE, call->args[0]);
	return NULL;
}

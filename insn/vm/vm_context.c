/* SPDX-License-Identifier: MIT */
/* Contexts: the fields of a program type, who may access them, and the packet they point to. */
#include "vm_packet.h"
#include "machine.h"
#include "../base/arch.h"
#include "../base/string.h"
#include "../form/context.h"

/* ------------------------------------------------------------------------------ what may be done */

/*
 * Mostly a load of a number may read a part of it, and a store writes all of it. These fields, from
 * byte `begin` to before `end`, are different in Linux 6.18.
 */
enum {
	VM_EXACT = 1,		/* loads read all of it */
	VM_AT_BEGIN = 2,	/* loads of a part begin where the field does */
	VM_WIDE = 4,		/* loads may read up to 8 bytes, and stores write 8 */
	VM_PARTS = 8,		/* stores may write a part */
	VM_READ_ONLY = 16,	/* stores may write another element of the field */
	VM_HALVES = 32,		/* loads of a part read 2 bytes */
	VM_PADDED = 64,		/* loads may read 4 bytes */
	VM_PADDING = 128	/* no field, but loads give 0 */
};
static const struct {
	uint8_t type;		/* of programs that see the struct */
	uint8_t begin, end, exception;
} vm_exceptions[] = {
	{ BPF_PROG_TYPE_SOCKET_FILTER, 48, 68, VM_WIDE | VM_PARTS },	/* cb */
	{ BPF_PROG_TYPE_SOCKET_FILTER, 92, 132, VM_EXACT },		/* addresses */
	{ BPF_PROG_TYPE_SOCKET_FILTER, 152, 160, VM_EXACT },		/* tstamp */
	{ BPF_PROG_TYPE_SOCKET_FILTER, 184, 192, VM_EXACT },		/* hwtstamp */
	{ BPF_PROG_TYPE_XDP, 0, 24, VM_EXACT },
	{ BPF_PROG_TYPE_CGROUP_SOCK, 0, 4, VM_EXACT },			/* bound_dev_if */
	{ BPF_PROG_TYPE_CGROUP_SOCK, 4, 16, VM_AT_BEGIN },		/* family, type, protocol */
	{ BPF_PROG_TYPE_CGROUP_SOCK, 16, 24, VM_EXACT },		/* mark, priority */
	{ BPF_PROG_TYPE_CGROUP_SOCK, 44, 48, VM_AT_BEGIN },		/* src_port */
	{ BPF_PROG_TYPE_CGROUP_SOCK, 48, 52, VM_PADDED },		/* dst_port */
	{ BPF_PROG_TYPE_CGROUP_SOCK, 72, 80, VM_AT_BEGIN },		/* state, rx_queue_mapping */
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 0, 4, VM_EXACT },		/* user_family */
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 8, 24, VM_WIDE },		/* user_ip6 */
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 28, 40, VM_EXACT },		/* family, type, protocol */
	{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 44, 60, VM_WIDE },		/* msg_src_ip6 */
	{ BPF_PROG_TYPE_CGROUP_DEVICE, 4, 12, VM_EXACT },	/* major, minor */
	{ BPF_PROG_TYPE_CGROUP_SOCKOPT, 0, 40, VM_EXACT },
	{ BPF_PROG_TYPE_SOCK_OPS, 8, 20, VM_EXACT | VM_READ_ONLY }, /* args behind the first */
	{ BPF_PROG_TYPE_SOCK_OPS, 0, 212, VM_EXACT },
	{ BPF_PROG_TYPE_SOCK_OPS, 212, 216, VM_AT_BEGIN },	/* skb_tcp_flags */
	{ BPF_PROG_TYPE_SOCK_OPS, 216, 224, VM_EXACT },		/* skb_hwtstamp */
	{ BPF_PROG_TYPE_SK_MSG, 0, 72, VM_EXACT },
	{ BPF_PROG_TYPE_SK_REUSEPORT, 20, 24, VM_HALVES },	/* eth_protocol */
	{ BPF_PROG_TYPE_SK_REUSEPORT, 32, 36, VM_EXACT },	/* hash */
	{ BPF_PROG_TYPE_SK_LOOKUP, 36, 38, VM_PADDED },		/* remote_port */
	{ BPF_PROG_TYPE_SK_LOOKUP, 38, 40, VM_PADDING },
};

static int vm_exception(const struct rawbpf__context *context, uint64_t offset)
{
	unsigned i;

	for (i = 0; i < sizeof(vm_exceptions) / sizeof(vm_exceptions[0]); i++)
		if (offset >= vm_exceptions[i].begin && offset < vm_exceptions[i].end &&
		    rawbpf__context_find(vm_exceptions[i].type) == context)
			return vm_exceptions[i].exception;
	return 0;
}

static unsigned vm_field_end(const struct rawbpf__context *row)
{
	return row->offset + (unsigned)row->size * row->count;
}

/* May programs that may access the field do it in this size? */
static int vm_size_allowed(const struct rawbpf__context *row, int exception, uint64_t offset,
			   uint64_t size, unsigned rights)
{
	if (rights & RAWBPF_VM_WRITE && exception & VM_READ_ONLY)
		return 0;
	if (size == row->size)
		return 1;
	if (size > row->size)
		return exception & VM_WIDE || (exception & VM_PADDED && size == 4);
	if (rights & RAWBPF_VM_WRITE)
		return exception & VM_PARTS;
	if (exception & VM_AT_BEGIN)
		return offset == row->offset;
	if (exception & VM_HALVES)
		return size == 2;
	return row->kind == RAWBPF__CONTEXT_NUMBER && !(exception & VM_EXACT);
}

/* Find the field of the struct that has these bytes. */
static int vm_struct_allows(const struct rawbpf__context *context, unsigned type, uint64_t offset,
			    uint64_t size, unsigned rights)
{
	const struct rawbpf__context *row = context;
	int exception = vm_exception(context, offset);

	while ((++row)->kind != RAWBPF__CONTEXT_STRUCT) {
		if (offset < row->offset || offset >= vm_field_end(row))
			continue;
		if ((rights & RAWBPF_VM_WRITE && !(row->writers >> type & 1)) ||
		    (rights & RAWBPF_VM_READ && !(row->readers >> type & 1)))
			return 0;
		return vm_size_allowed(row, exception, offset, size, rights) &&
		       (row->count == 1 || offset + size <= vm_field_end(row));
	}
	return exception & VM_PADDING && !(rights & RAWBPF_VM_WRITE);
}

/* The `allows` of a context's region. All accesses are aligned. */
static int vm_context_allows(const struct rawbpf_vm_region *region, uint64_t offset, uint64_t size,
			     unsigned rights)
{
	const struct rawbpf_vm_context *context = region->object;
	unsigned type = context->spec.prog_type;
	const struct rawbpf__context *row = rawbpf__context_find(type);

	if (size <= 8 && !(size & (size - 1)) && offset % size)
		return 0;
	switch (type) {
	case BPF_PROG_TYPE_SYSCALL:
		return 1;
	case BPF_PROG_TYPE_TRACEPOINT:
		return offset >= 8 && !(rights & RAWBPF_VM_WRITE);
	case BPF_PROG_TYPE_PERF_EVENT:
		if (offset + size <= row[1].offset)
			return !(rights & RAWBPF_VM_WRITE);
		break;
	default:
		if (!row)
			return !(rights & RAWBPF_VM_WRITE);
	}
	return vm_struct_allows(row, type, offset, size, rights);
}

/* -------------------------------------------------------------------------------------- fields */

static const struct rawbpf__registers *vm_context_registers(const struct rawbpf_vm_context *context)
{
	enum rawbpf_arch arch = context->spec.arch;

	if (!arch)
		arch = rawbpf__arch_native();
	return arch ? rawbpf__registers_at((unsigned)arch - RAWBPF_ARCH_X86_64) : NULL;
}

static int vm_has_registers(uint32_t type)
{
	return type == BPF_PROG_TYPE_KPROBE || type == BPF_PROG_TYPE_PERF_EVENT;
}

/* Set a register by its name in `registers` of rawbpf_vm_context_set(). */
static int vm_register_set(struct rawbpf_vm_context *context, const char *name, uint64_t value)
{
	const struct rawbpf__registers *registers = vm_context_registers(context);
	const char *number = rawbpf__behind(name, NULL, "arg");
	int offset = -ENOENT;

	if (!registers)
		return -ENOENT;
	if (number && *number >= '1' && *number - '1' < registers->argument_count && !number[1])
		offset = registers->arguments[*number - '1'];
	else if (rawbpf__equal(name, "result"))
		offset = registers->result;
	else if (rawbpf__equal(name, "stack"))
		offset = registers->stack;
	else if (rawbpf__equal(name, "instruction"))
		offset = registers->instruction;
	if (offset < 0)
		return offset;
	rawbpf__vm_field_write(context, (unsigned)offset, 8, value);
	return 0;
}

int rawbpf_vm_context_set(struct rawbpf_vm_context *context, const char *field, unsigned element,
			  uint64_t value)
{
	const struct rawbpf__context *row = rawbpf__context_find(context->spec.prog_type);

	if (row)
		while ((++row)->kind != RAWBPF__CONTEXT_STRUCT) {
			if (!rawbpf__equal(rawbpf__context_name(row), field))
				continue;
			if (element >= row->count)
				return -ENOENT;
			if (row->kind != RAWBPF__CONTEXT_NUMBER)
				return -EPERM;
			rawbpf__vm_field_write(context, row->offset + element * row->size, row->size,
					       value);
			return 0;
		}
	if (element || !vm_has_registers(context->spec.prog_type))
		return -ENOENT;
	return vm_register_set(context, field, value);
}

/* ------------------------------------------------------------------------------------- opening */

/* Return the bytes of a struct of the table. */
static unsigned vm_struct_size(const struct rawbpf__context *row)
{
	unsigned size = 0;

	while ((++row)->kind != RAWBPF__CONTEXT_STRUCT)
		if (vm_field_end(row) > size)
			size = vm_field_end(row);
	return size;
}

/* Return the bytes of struct pt_regs in kernels, by enum rawbpf_arch. */
static unsigned vm_registers_size(enum rawbpf_arch arch)
{
	static const uint16_t sizes[] = { 0, 168, 336, 288, 200 };

	if (!arch)
		arch = rawbpf__arch_native();
	return (unsigned)arch < sizeof(sizes) / sizeof(sizes[0]) ? sizes[arch] : 0;
}

/* Return the context's bytes, 0: there is none. */
static size_t vm_context_size(const struct rawbpf_vm_context_spec *spec)
{
	const struct rawbpf__context *row = rawbpf__context_find(spec->prog_type);

	switch (spec->prog_type) {
	case BPF_PROG_TYPE_KPROBE:
		return vm_registers_size(spec->arch);
	case BPF_PROG_TYPE_TRACEPOINT:
	case BPF_PROG_TYPE_TRACING:
	case BPF_PROG_TYPE_LSM:
	case BPF_PROG_TYPE_STRUCT_OPS:
	case BPF_PROG_TYPE_SYSCALL:
		return spec->fields_size;
	default:
		return row ? vm_struct_size(row) : 0;
	}
}

/* Return the bytes of the link layer's header that programs do not see, or a negative errno. */
static int vm_context_link(const struct rawbpf_vm_context_spec *spec)
{
	switch (spec->prog_type) {
	case BPF_PROG_TYPE_SOCKET_FILTER:
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_LWT_IN:
	case BPF_PROG_TYPE_LWT_OUT:
	case BPF_PROG_TYPE_LWT_XMIT:
	case BPF_PROG_TYPE_LWT_SEG6LOCAL:
		return spec->packet_size < VM_ETHERNET ? -EINVAL : VM_ETHERNET;
	default:
		return 0;
	}
}

/* Return 1 if programs of the type may write to the packet itself. */
static int vm_packet_writable(uint32_t type)
{
	switch (type) {
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
	case BPF_PROG_TYPE_XDP:
	case BPF_PROG_TYPE_LWT_XMIT:
	case BPF_PROG_TYPE_SK_SKB:
	case BPF_PROG_TYPE_SK_MSG:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
		return 1;
	default:
		return 0;
	}
}

static int vm_context_check(const struct rawbpf_vm_context_spec *spec, size_t size)
{
	size_t memory = spec->packet_size ? RAWBPF_VM_HEADROOM : 0;

	if (!size || spec->fields_size > size || (!spec->fields && spec->fields_size &&
						  rawbpf__context_find(spec->prog_type)))
		return -EINVAL;
	if (size > RAWBPF_VM_CONTEXT_SIZE || spec->memory_size > VM_PACKET_MEMORY)
		return -E2BIG;
	if (spec->packet_size && (!spec->memory || spec->memory_size < memory ||
				  spec->memory_size - memory < spec->packet_size))
		return -ENOSPC;
	return 0;
}

static int vm_field_is_zero(const struct rawbpf_vm_context *context, unsigned offset)
{
	const unsigned char *field = context->fields + offset;

	return !(field[0] | field[1] | field[2] | field[3]);
}

/* Set the fields of struct __sk_buff that a test run of the kernel sets. */
static void vm_skb_begin(struct rawbpf_vm_context *context)
{
	enum { VM_PROTOCOL = 16, VM_IFINDEX = 40, VM_WIRE_LEN = 160, VM_LOOPBACK = 1 };
	int big = context->spec.order == RAWBPF_BIG_ENDIAN ||
		  (context->spec.order == RAWBPF_HOST_ORDER &&
		   __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);

	if (context->size >= VM_ETHERNET)
		rawbpf__vm_field_write(context, VM_PROTOCOL, 4,
				       (uint64_t)context->bytes[12 + !big] << 8 |
				       context->bytes[12 + big]);
	if (vm_field_is_zero(context, VM_IFINDEX))
		rawbpf__vm_field_write(context, VM_IFINDEX, 4, VM_LOOPBACK);
	if (context->spec.fields && vm_field_is_zero(context, VM_WIRE_LEN))
		rawbpf__vm_field_write(context, VM_WIRE_LEN, 4, context->size - context->link);
}

int rawbpf_vm_context_open(struct rawbpf_vm_context *context,
			   const struct rawbpf_vm_context_spec *spec)
{
	size_t size = vm_context_size(spec);
	const struct rawbpf__context *row = rawbpf__context_find(spec->prog_type);
	int err = vm_context_check(spec, size), link = vm_context_link(spec);

	__builtin_memset(context, 0, sizeof(*context));
	if (err || link < 0)
		return err ? err : link;
	context->spec = *spec;
	context->link = (uint32_t)link;
	context->data = context->data_meta = RAWBPF_VM_HEADROOM + context->link;
	context->data_end = RAWBPF_VM_HEADROOM + (uint32_t)spec->packet_size;
	context->network = RAWBPF_VM_HEADROOM + VM_ETHERNET;
	if (spec->packet_size)
		__builtin_memmove((unsigned char *)spec->memory + RAWBPF_VM_HEADROOM, spec->packet,
				  spec->packet_size);
	context->region.name = row ? rawbpf__context_name(row) : "context";
	context->region.size = size;
	context->region.bytes = context->fields;
	context->region.rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE;
	context->region.object = context;
	context->region.allows = vm_context_allows;
	context->packet.name = "packet";
	context->packet.rights = RAWBPF_VM_READ |
				 (vm_packet_writable(spec->prog_type) ? RAWBPF_VM_WRITE : 0);
	context->metadata.name = "metadata";
	context->metadata.rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE;
	if (spec->fields)
		__builtin_memcpy(context->fields, spec->fields, spec->fields_size);
	rawbpf__vm_packet_show(context);
	if (rawbpf__vm_is_skb(context))
		vm_skb_begin(context);
	return 0;
}

/* Return the helpers that only programs of this type have. */
static const struct rawbpf_vm_helper *vm_context_helpers(const struct rawbpf_vm_context *context,
							 unsigned *count)
{
	if (context->spec.prog_type == BPF_PROG_TYPE_XDP)
		return rawbpf__vm_xdp_helpers(count);
	if (rawbpf__vm_is_skb(context))
		return rawbpf__vm_skb_helpers(count);
	*count = 0;
	return NULL;
}

int rawbpf_vm_context_bind(struct rawbpf_vm_context *context, struct rawbpf_vm_spec *spec)
{
	if (spec->region_max - spec->region_count < RAWBPF_VM_CONTEXT_REGIONS)
		return -ENOSPC;
	if (context->packet.size)
		spec->regions[spec->region_count++] = &context->packet;
	if (context->metadata.size)
		spec->regions[spec->region_count++] = &context->metadata;
	spec->context = &context->region;
	spec->packet = &context->loads;
	spec->order = context->spec.order;
	context->helpers = (struct rawbpf_vm_helpers){ .context = context, .next = spec->helpers };
	context->helpers.helpers = vm_context_helpers(context, &context->helpers.count);
	spec->helpers = &context->helpers;
	return 0;
}

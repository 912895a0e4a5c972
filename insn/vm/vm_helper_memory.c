/* SPDX-License-Identifier: MIT */
/* Helpers that read memory that may not be there, and sum it. */
#include "vm_helper.h"

/* Return `size` bytes at an address that may have none: NULL without a trap. */
static const unsigned char *vm_maybe(struct rawbpf_vm *vm, uint64_t address, uint64_t size)
{
	const unsigned char *bytes = rawbpf_vm_memory_get(vm, address, size, RAWBPF_VM_READ);

	if (!bytes)
		vm->trap = (struct rawbpf_vm_trap){ .kind = RAWBPF_VM_NO_TRAP };
	return bytes;
}

/* Copy r2 bytes from r3 to r1. Without them, r1 becomes zeros, and the program sees -EFAULT. */
RAWBPF__PRIVATE int rawbpf__vm_probe_read(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					  void *context)
{
	uint64_t size = (uint32_t)call->args[1];
	void *to = rawbpf_vm_memory_get(vm, call->args[0], size, RAWBPF_VM_WRITE);
	const unsigned char *from;

	(void)context;
	if (!to)
		return -EFAULT;
	from = vm_maybe(vm, call->args[2], size);
	if (size && from)
		__builtin_memmove(to, from, (size_t)size);
	else if (size)
		__builtin_memset(to, 0, (size_t)size);
	return vm_number(call, from ? 0 : -EFAULT);
}

/* Copy a string, of at most r2 bytes with its NUL. The result is that number of bytes. */
RAWBPF__PRIVATE int rawbpf__vm_probe_read_str(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					      void *context)
{
	uint64_t size = (uint32_t)call->args[1], i;
	unsigned char *to = rawbpf_vm_memory_get(vm, call->args[0], size, RAWBPF_VM_WRITE);

	(void)context;
	if (!to)
		return -EFAULT;
	if (!size)
		return vm_number(call, 0);
	for (i = 0; i + 1 < size; i++) {
		const unsigned char *from = vm_maybe(vm, call->args[2] + i, 1);

		if (!from) {
			__builtin_memset(to, 0, (size_t)size);
			return vm_number(call, -EFAULT);
		}
		to[i] = *from;
		if (!*from)
			return vm_number(call, (int64_t)i + 1);
	}
	to[i] = 0;
	return vm_number(call, (int64_t)size);
}

/* Add 32-bit words to a sum, with the carries, as RFC 1071 does. Zeros fill the last word. */
static uint32_t vm_sum_words(const struct rawbpf_vm *vm, const unsigned char *bytes, uint32_t size,
			     uint32_t seed)
{
	uint64_t sum = seed;
	uint32_t i, word;

	for (i = 0; i < size; i += sizeof(word)) {
		word = 0;
		__builtin_memcpy(&word, bytes + i, size - i < sizeof(word) ? size - i : sizeof(word));
		sum += vm->swap ? __builtin_bswap32(word) : word;
	}
	while (sum >> 32)
		sum = (uint32_t)sum + (sum >> 32);
	return (uint32_t)sum;
}

/*
 * Add the sum of `to` (r3) to the seed (r5), and take that of `from` (r1) from it. As Linux does
 * from 6.13 on, give 16 bits, and take any sizes.
 */
RAWBPF__PRIVATE int rawbpf__vm_csum_diff(struct rawbpf_vm *vm, struct rawbpf_vm_call *call,
					 void *context)
{
	uint32_t from_size = (uint32_t)call->args[1], to_size = (uint32_t)call->args[3];
	uint64_t sum = (uint32_t)call->args[4];
	const unsigned char *from, *to;

	(void)context;
	from = rawbpf_vm_memory_get(vm, call->args[0], from_size, RAWBPF_VM_READ);
	to = from ? rawbpf_vm_memory_get(vm, call->args[2], to_size, RAWBPF_VM_READ) : NULL;
	if (!to)
		return -EFAULT;
	if (from_size && !to_size)
		sum = (uint32_t)~vm_sum_words(vm, from, from_size, (uint32_t)~sum);
	else if (to_size)
		sum = vm_sum_words(vm, to, to_size, (uint32_t)sum);
	if (from_size && to_size)
		sum += (uint32_t)~vm_sum_words(vm, from, from_size, 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return vm_number(call, (int64_t)sum);
}

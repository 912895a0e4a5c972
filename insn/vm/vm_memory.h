/* SPDX-License-Identifier: MIT */
/* Access to a program's memory: the quick path, by the window that a register used last. */
#ifndef RAWBPF_INSN_VM_MEMORY_H
#define RAWBPF_INSN_VM_MEMORY_H

#include "../form/opcode.h"
#include "machine.h"

/*
 * Return the bytes that `insn`, of this opcode, loads or writes, or NULL with the trap set. Mostly a
 * register points into one region for long. So each has a window for loads and one for stores, and
 * the rights need no check.
 */
static inline unsigned char *vm_touch(struct rawbpf_vm *vm, const struct bpf_insn *insn,
				      unsigned write, unsigned code)
{
	unsigned base = write ? insn->dst_reg : insn->src_reg, size = rawbpf__access_size(code);
	struct rawbpf_vm_window *window = &vm->windows[write][base];
	uint64_t address = vm->r[base] + (uint64_t)(int64_t)insn->off;
	uint64_t offset = address - window->address;

	/* No sum can overflow here. */
	if (__builtin_expect(offset >= window->size || window->size - offset < size, 0)) {
		vm->pc = (unsigned)(insn - vm->prog->insns);
		if (rawbpf__vm_window(vm, window, address, size,
				      write ? RAWBPF_VM_WRITE : RAWBPF_VM_READ))
			return NULL;
		offset = address - window->address;
	}
	return window->bytes + (size_t)offset;
}

/* Return the low `size` bytes of a number in the other order. */
static inline uint64_t vm_swapped(uint64_t value, unsigned size)
{
	return __builtin_bswap64(value) >> (64 - 8 * size);
}

/* Read a number of the size in `code` (BPF_W...). */
static inline uint64_t vm_read(const unsigned char *bytes, unsigned code, int swap)
{
	uint64_t value;
	uint32_t word;
	uint16_t half;

	switch (code & 0x18) {
	case BPF_B:
		return *bytes;
	case BPF_H:
		__builtin_memcpy(&half, bytes, sizeof(half));
		value = half;
		break;
	case BPF_W:
		__builtin_memcpy(&word, bytes, sizeof(word));
		value = word;
		break;
	default:
		__builtin_memcpy(&value, bytes, sizeof(value));
	}
	return swap ? vm_swapped(value, rawbpf__access_size(code)) : value;
}

/* The same two for where size counts. */
RAWBPF__PRIVATE uint64_t rawbpf__vm_read(const unsigned char *bytes, unsigned code, int swap);
RAWBPF__PRIVATE void rawbpf__vm_write(unsigned char *bytes, unsigned code, uint64_t value, int swap);

static inline void vm_write(unsigned char *bytes, unsigned code, uint64_t value, int swap)
{
	uint32_t word;
	uint16_t half;

	if (swap)
		value = vm_swapped(value, rawbpf__access_size(code));
	word = (uint32_t)value;
	half = (uint16_t)value;
	switch (code & 0x18) {
	case BPF_B:
		*bytes = (unsigned char)value;
		break;
	case BPF_H:
		__builtin_memcpy(bytes, &half, sizeof(half));
		break;
	case BPF_W:
		__builtin_memcpy(bytes, &word, sizeof(word));
		break;
	default:
		__builtin_memcpy(bytes, &value, sizeof(value));
	}
}

#endif

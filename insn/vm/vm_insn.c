/* SPDX-License-Identifier: MIT */
/* The instructions that need more than a line: 64-bit loads, packet loads, atomics. */
#include "vm_memory.h"

/* Return the address of a map, or of a byte of its first value. */
static int vm_load_map(struct rawbpf_vm *vm, const struct bpf_insn *insn, int value, uint64_t *result)
{
	uint32_t index = (uint32_t)insn[0].imm, byte = (uint32_t)insn[1].imm;
	const struct rawbpf_vm_map *map = index < vm->spec.map_count ? vm->spec.maps[index] : NULL;

	if (!map || (value && byte >= map->values.size))
		return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_MAP, index);
	*result = value ? map->values.address + byte : map->handle.address;
	return 0;
}

static int vm_load_variable(struct rawbpf_vm *vm, const struct bpf_insn *insn, uint64_t *result)
{
	const struct rawbpf_vm_variable *variable = vm->spec.variables;
	unsigned i;

	for (i = 0; i < vm->spec.variable_count; i++, variable++)
		if (variable->btf_id == (uint32_t)insn[0].imm &&
		    variable->btf_fd == (uint32_t)insn[1].imm) {
			*result = variable->region ? variable->region->address : 0;
			return 0;
		}
	return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_VARIABLE, (uint32_t)insn->imm);
}

RAWBPF__PRIVATE int rawbpf__vm_load64(struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	uint64_t *result = &vm->r[insn->dst_reg];

	vm->pc = (unsigned)(insn - vm->prog->insns);
	switch (insn->src_reg) {
	case 0:
		*result = (uint64_t)(uint32_t)insn[1].imm << 32 | (uint32_t)insn[0].imm;
		return 0;
	case BPF_PSEUDO_MAP_FD:
	case BPF_PSEUDO_MAP_IDX:
		return vm_load_map(vm, insn, 0, result);
	case BPF_PSEUDO_MAP_VALUE:
	case BPF_PSEUDO_MAP_IDX_VALUE:
		return vm_load_map(vm, insn, 1, result);
	case BPF_PSEUDO_FUNC:
		*result = VM_CODE + 8 * (vm->pc + 1 + (uint64_t)(int64_t)insn->imm);
		return 0;
	default:
		return vm_load_variable(vm, insn, result);
	}
}

RAWBPF__PRIVATE uint64_t rawbpf__vm_read(const unsigned char *bytes, unsigned code, int swap)
{
	return vm_read(bytes, code, swap);
}

RAWBPF__PRIVATE void rawbpf__vm_write(unsigned char *bytes, unsigned code, uint64_t value, int swap)
{
	vm_write(bytes, code, value, swap);
}

/* Kernels take offsets from here for the network's and the link layer's header. */
enum { VM_NETWORK = -0x100000, VM_LINK = -0x200000 };

RAWBPF__PRIVATE int rawbpf__vm_packet(struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	const struct rawbpf_vm_packet *packet = vm->spec.packet;
	int indirect = BPF_MODE(insn->code) == BPF_IND;
	int32_t offset = (int32_t)(insn->imm + (indirect ? (uint32_t)vm->r[insn->src_reg] : 0));
	unsigned size = rawbpf__access_size(insn->code);
	int64_t at = -1;

	if (packet && offset >= 0)
		at = (int64_t)packet->data + offset;
	else if (packet && offset >= VM_NETWORK)
		at = (int64_t)packet->network + offset - VM_NETWORK;
	else if (packet && offset >= VM_LINK)
		at = (int64_t)offset - VM_LINK;
	if (at < 0 || at + size > packet->size) {
		vm->r[0] = 0;
		return rawbpf__vm_exit(vm, insn);
	}
	vm->r[0] = rawbpf__vm_read(packet->bytes + at, insn->code,
				   __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
	return VM_STRAIGHT;
}

/* Return what an atomic instruction writes to memory that holds `old`. */
static uint64_t vm_atomic_new(int32_t operation, uint64_t old, uint64_t src, uint64_t r0)
{
	switch (operation & 0xf0) { /* BPF_FETCH and the mark of BPF_STORE_REL do not matter */
	case BPF_ADD:
		return old + src;
	case BPF_OR:
		return old | src;
	case BPF_AND:
		return old & src;
	case BPF_XOR:
		return old ^ src;
	case BPF_CMPXCHG & 0xf0:
		return old == r0 ? src : old;
	default: /* BPF_XCHG, BPF_STORE_REL */
		return src;
	}
}

RAWBPF__PRIVATE int rawbpf__vm_atomic(struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	int load = insn->imm == BPF_LOAD_ACQ;
	unsigned base = load ? insn->src_reg : insn->dst_reg, size = rawbpf__access_size(insn->code);
	uint64_t address = vm->r[base] + (uint64_t)(int64_t)insn->off;
	uint64_t mask = UINT64_MAX >> (64 - 8 * size), old;
	unsigned char *bytes;

	if (address % size) {
		vm->pc = (unsigned)(insn - vm->prog->insns);
		return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_ALIGN, address);
	}
	bytes = vm_touch(vm, insn, !load, insn->code);
	if (!bytes)
		return -EFAULT;
	old = rawbpf__vm_read(bytes, insn->code, vm->swap);
	if (load) {
		vm->r[insn->dst_reg] = old;
		return 0;
	}
	rawbpf__vm_write(bytes, insn->code, vm_atomic_new(insn->imm, old, vm->r[insn->src_reg] & mask,
							  vm->r[0] & mask), vm->swap);
	if (insn->imm == BPF_CMPXCHG)
		vm->r[0] = old;
	else if (insn->imm & BPF_FETCH)
		vm->r[insn->src_reg] = old;
	return 0;
}

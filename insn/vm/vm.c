/* SPDX-License-Identifier: MIT */
/* Prepare a machine. */
#include "machine.h"

static int vm_open_stack(struct rawbpf_vm *vm)
{
	struct rawbpf_vm_spec *spec = &vm->spec;
	size_t room = spec->stack_size / RAWBPF_VM_STACK;
	unsigned i;

	if (!spec->frames)
		spec->frames = room < RAWBPF_VM_FRAMES ? (unsigned)room : RAWBPF_VM_FRAMES;
	if (!spec->stack_limit)
		spec->stack_limit = RAWBPF_VM_STACK;
	if (!spec->stack || !spec->frames || spec->frames > room ||
	    spec->frames > RAWBPF_VM_FRAMES_MAX)
		return -EINVAL;
	for (i = 0; i < spec->frames; i++) {
		struct rawbpf_vm_region *stack = &vm->frames[i].stack;

		stack->name = "stack";
		stack->address = VM_STACK + VM_STACK_STEP * i + VM_STACK_STEP / 2 - RAWBPF_VM_STACK;
		stack->size = RAWBPF_VM_STACK;
		stack->bytes = (unsigned char *)spec->stack + (size_t)RAWBPF_VM_STACK * i;
		stack->rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE;
	}
	return 0;
}

/* Add the spec's regions, which move to their places in the same array. */
static int vm_open_regions(struct rawbpf_vm *vm)
{
	const struct rawbpf_vm_spec *spec = &vm->spec;
	unsigned i;
	int err = 0;

	if (spec->region_count > spec->region_max)
		return -ENOSPC;
	for (i = 0; i < spec->region_count && !err; i++)
		err = rawbpf_vm_region_add(vm, spec->regions[i]);
	if (!err && spec->context)
		err = rawbpf_vm_region_add(vm, spec->context);
	for (i = 0; i < spec->map_count && !err; i++) {
		struct rawbpf_vm_map *map = spec->maps[i];

		map->handle.name = map->name;
		map->handle.size = 1;
		map->handle.kind = map->values.kind = rawbpf__vm_map_kind();
		map->handle.object = map->values.object = map;
		err = rawbpf_vm_region_add(vm, &map->handle);
		if (!err && map->values.size)
			err = rawbpf_vm_region_add(vm, &map->values);
	}
	return err;
}

int rawbpf_vm_open(struct rawbpf_vm *vm, const struct rawbpf_vm_spec *spec)
{
	unsigned insn = 0;
	int err;

	__builtin_memset(vm, 0, sizeof(*vm));
	if (!spec || !spec->prog)
		return -EINVAL;
	vm->spec = *spec;
	vm->prog = spec->prog;
	vm->next_address = VM_FIRST;
	vm->swap = spec->order != RAWBPF_HOST_ORDER &&
		   (spec->order == RAWBPF_BIG_ENDIAN) !=
		   (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
	if (!vm->spec.may_goto)
		vm->spec.may_goto = VM_MAY_GOTO;
	err = rawbpf_vm_prog_check(vm->prog, &insn);
	if (err == -EINVAL) {
		vm->pc = insn;
		rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_INSN, VM_CODE + 8 * (uint64_t)insn);
	}
	if (!err)
		err = vm_open_stack(vm);
	if (!err)
		err = vm_open_regions(vm);
	if (err)
		return err;
	rawbpf__vm_frame_begin(vm);
	vm->r[1] = spec->context ? spec->context->address : 0;
	vm->unset = spec->context ? 0x3fd : 0x3ff; /* r10 has a value */
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* The machine's memory: regions in ascending order of addresses, and the stacks of frames. */
#include "machine.h"

RAWBPF__PRIVATE const void *rawbpf__vm_map_kind(void)
{
	static const char kind = 0;

	return &kind;
}

RAWBPF__PRIVATE int rawbpf__vm_trap(struct rawbpf_vm *vm, enum rawbpf_vm_trap_kind kind,
				    uint64_t address)
{
	vm->trap = (struct rawbpf_vm_trap){ .kind = kind, .insn = vm->pc, .address = address };
	return -EFAULT;
}

RAWBPF__PRIVATE void rawbpf__vm_windows_clear(struct rawbpf_vm *vm)
{
	unsigned i;

	for (i = 0; i < 16; i++)
		vm->windows[0][i].size = vm->windows[1][i].size = 0;
}

/* Return how many regions begin at `address` or before. */
static unsigned vm_regions_before(const struct rawbpf_vm *vm, uint64_t address)
{
	unsigned begin = 0, end = vm->region_count;

	while (begin < end) {
		unsigned middle = begin + (end - begin) / 2;

		if (vm->spec.regions[middle]->address <= address)
			begin = middle + 1;
		else
			end = middle;
	}
	return begin;
}

/* Return the frame whose stack, or a gap beside it, has this address, or NULL. */
static struct rawbpf_vm_frame *vm_frame_at(struct rawbpf_vm *vm, uint64_t address)
{
	uint64_t frame = (address - VM_STACK) / VM_STACK_STEP;

	return address >= VM_STACK && frame <= vm->depth ? &vm->frames[frame] : NULL;
}

static int vm_holds(const struct rawbpf_vm_region *region, uint64_t address)
{
	return address - region->address < region->size;
}

const struct rawbpf_vm_region *rawbpf_vm_region_find(const struct rawbpf_vm *vm, uint64_t address)
{
	uint64_t frame = (address - VM_STACK) / VM_STACK_STEP;
	unsigned i = vm_regions_before(vm, address);

	if (i && vm_holds(vm->spec.regions[i - 1], address))
		return vm->spec.regions[i - 1];
	if (address < VM_STACK || frame > vm->depth || !vm_holds(&vm->frames[frame].stack, address))
		return NULL;
	return &vm->frames[frame].stack;
}

/* Return how far an address is from a region. */
static uint64_t vm_distance(const struct rawbpf_vm_region *region, uint64_t address)
{
	if (address < region->address)
		return region->address - address;
	return vm_holds(region, address) ? 0 : address - region->address - region->size + 1;
}

static const struct rawbpf_vm_region *vm_closer(const struct rawbpf_vm_region *one,
						const struct rawbpf_vm_region *other,
						uint64_t address)
{
	return vm_distance(other, address) < vm_distance(one, address) ? other : one;
}

static const struct rawbpf_vm_region *vm_nearest(const struct rawbpf_vm *vm, uint64_t address)
{
	unsigned place = vm_regions_before(vm, address), i;
	const struct rawbpf_vm_region *nearest = &vm->frames[0].stack;

	for (i = 1; i <= vm->depth; i++)
		nearest = vm_closer(nearest, &vm->frames[i].stack, address);
	for (i = place ? place - 1 : 0; i <= place && i < vm->region_count; i++)
		nearest = vm_closer(nearest, vm->spec.regions[i], address);
	return nearest;
}

static int vm_refuse(struct rawbpf_vm *vm, enum rawbpf_vm_trap_kind kind, uint64_t address,
		     uint64_t size, unsigned rights)
{
	rawbpf__vm_trap(vm, kind, address);
	vm->trap.size = size;
	vm->trap.rights = rights;
	vm->trap.nearest = vm_nearest(vm, address);
	return -EFAULT;
}

/* Return the bytes of stack of all active functions. */
static unsigned vm_stack_used(const struct rawbpf_vm *vm)
{
	unsigned frame, used = 0;

	for (frame = 0; frame <= vm->depth; frame++)
		used += vm->frames[frame].used;
	return used;
}

/*
 * Kernels count the bytes from the deepest access of a function to its r10, in steps of 16. New
 * bytes of the stack become 0.
 */
static enum rawbpf_vm_trap_kind vm_stack_grow(struct rawbpf_vm *vm, struct rawbpf_vm_frame *frame,
					      uint64_t address)
{
	uint64_t end = frame->stack.address + RAWBPF_VM_STACK;
	unsigned used;

	if (address < frame->stack.address)
		return RAWBPF_VM_TRAP_STACK;
	used = (unsigned)(end - address + 15) & ~15u;
	if (used <= frame->used)
		return RAWBPF_VM_NO_TRAP;
	if (vm_stack_used(vm) + used - frame->used > vm->spec.stack_limit)
		return RAWBPF_VM_TRAP_STACK;
	__builtin_memset(frame->stack.bytes + RAWBPF_VM_STACK - used, 0, used - frame->used);
	frame->used = used;
	return RAWBPF_VM_NO_TRAP;
}

static enum rawbpf_vm_trap_kind vm_stack_window(struct rawbpf_vm *vm,
						struct rawbpf_vm_window *window,
						struct rawbpf_vm_frame *frame, uint64_t address,
						uint64_t size)
{
	uint64_t end = frame->stack.address + RAWBPF_VM_STACK;
	enum rawbpf_vm_trap_kind kind;

	if (address >= end || end - address < size)
		return RAWBPF_VM_TRAP_ACCESS;
	kind = vm_stack_grow(vm, frame, address);
	window->address = end - frame->used;
	window->size = frame->used;
	window->bytes = frame->stack.bytes + RAWBPF_VM_STACK - frame->used;
	return kind;
}

static enum rawbpf_vm_trap_kind vm_region_window(struct rawbpf_vm_window *window,
						 const struct rawbpf_vm_region *region,
						 uint64_t address, uint64_t size, unsigned rights)
{
	uint64_t begin = 0, length = region->size;

	if (!vm_holds(region, address))
		return RAWBPF_VM_TRAP_ACCESS;
	if (region->element) {
		begin = (address - region->address) / region->stride * region->stride;
		if (length - begin > region->element)
			length = begin + region->element;
	}
	window->address = region->address + begin;
	window->size = length - begin;
	if (address - window->address >= window->size ||
	    window->size - (address - window->address) < size)
		return RAWBPF_VM_TRAP_ACCESS;
	if (!region->bytes || (region->rights & rights) != rights)
		return RAWBPF_VM_TRAP_RIGHTS;
	window->bytes = region->bytes + (size_t)begin;
	if (!region->allows)
		return RAWBPF_VM_NO_TRAP;
	window->size = 0; /* the next access asks again */
	return region->allows(region, address - region->address, size, rights) ?
	       RAWBPF_VM_NO_TRAP : RAWBPF_VM_TRAP_RIGHTS;
}

RAWBPF__PRIVATE int rawbpf__vm_window(struct rawbpf_vm *vm, struct rawbpf_vm_window *window,
				      uint64_t address, uint64_t size, unsigned rights)
{
	struct rawbpf_vm_frame *frame = vm_frame_at(vm, address);
	enum rawbpf_vm_trap_kind kind = RAWBPF_VM_TRAP_ACCESS;
	struct rawbpf_vm_window found = { 0 };
	unsigned i;

	if (frame) {
		kind = vm_stack_window(vm, &found, frame, address, size);
	} else {
		i = vm_regions_before(vm, address);
		if (i)
			kind = vm_region_window(&found, vm->spec.regions[i - 1], address, size,
						rights);
	}
	if (kind)
		return vm_refuse(vm, kind, address, size, rights);
	*window = found;
	return 0;
}

void *rawbpf_vm_memory_get(struct rawbpf_vm *vm, uint64_t address, uint64_t size, unsigned rights)
{
	struct rawbpf_vm_window window;

	if (!size)
		return vm;
	if (rawbpf__vm_window(vm, &window, address, size, rights))
		return NULL;
	return window.bytes + (size_t)(address - window.address);
}

void *rawbpf_vm_handle_get(struct rawbpf_vm *vm, uint64_t address, const void *kind)
{
	const struct rawbpf_vm_region *region = rawbpf_vm_region_find(vm, address);

	if (region && !region->rights && region->address == address && region->kind == kind)
		return region->object;
	vm_refuse(vm, RAWBPF_VM_TRAP_HANDLE, address, 0, 0);
	return NULL;
}

struct rawbpf_vm_map *rawbpf_vm_map_get(struct rawbpf_vm *vm, uint64_t address)
{
	return rawbpf_vm_handle_get(vm, address, rawbpf__vm_map_kind());
}

/* Check all but the address of a region. */
static int vm_region_check(const struct rawbpf_vm_region *region)
{
	if (!region->size || (region->rights && !region->bytes))
		return -EINVAL;
	return region->element && region->element > region->stride ? -EINVAL : 0;
}

/* Return the page behind a region and behind an unused page, which finds runs past the end. */
static uint64_t vm_page_behind(uint64_t address, uint64_t size)
{
	return (address + size + 0x1fff) & ~UINT64_C(0xfff);
}

/* Return the first free address for `size` bytes from `address` on, or 0. */
static uint64_t vm_free_from(const struct rawbpf_vm *vm, uint64_t address, uint64_t size)
{
	unsigned i = vm_regions_before(vm, address);
	const struct rawbpf_vm_region *region = i ? vm->spec.regions[i - 1] : NULL;

	if (region && vm_holds(region, address))
		address = vm_page_behind(region->address, region->size);
	for (; address < VM_CODE && size <= VM_CODE - address; i++) {
		region = i < vm->region_count ? vm->spec.regions[i] : NULL;
		if (!region || region->address - address >= size)
			return address;
		address = vm_page_behind(region->address, region->size);
	}
	return 0;
}

/* Choose the address of a new region: an old one only if all are used up. */
static uint64_t vm_free_address(struct rawbpf_vm *vm, uint64_t size)
{
	uint64_t address = vm_free_from(vm, vm->next_address, size);

	if (!address)
		address = vm_free_from(vm, VM_FIRST, size);
	if (address)
		vm->next_address = vm_page_behind(address, size);
	return address;
}

/* Is a part of these bytes in a region, or reserved? */
static int vm_taken(const struct rawbpf_vm *vm, uint64_t address, uint64_t size)
{
	unsigned place = vm_regions_before(vm, address);
	struct rawbpf_vm_region *const *next = vm->spec.regions + place;

	return address - VM_CODE < VM_STACK_END - VM_CODE || VM_CODE - address < size ||
	       (place && vm_holds(next[-1], address)) ||
	       (place < vm->region_count && next[0]->address - address < size);
}

int rawbpf_vm_region_add(struct rawbpf_vm *vm, struct rawbpf_vm_region *region)
{
	struct rawbpf_vm_region **regions = vm->spec.regions;
	unsigned i, place;

	if (vm_region_check(region))
		return -EINVAL;
	if (rawbpf_vm_region_find(vm, region->address) == region)
		return -EEXIST;
	if (vm->region_count >= vm->spec.region_max)
		return -ENOSPC;
	if (!region->address ||
	    (region->chosen && vm_taken(vm, region->address, region->size))) {
		region->address = vm_free_address(vm, region->size);
		region->chosen = 1;
	}
	if (!region->address)
		return -ENOSPC;
	if (region->size > SIZE_MAX || region->size - 1 > UINT64_MAX - region->address)
		return -EINVAL;
	if (vm_taken(vm, region->address, region->size))
		return -EEXIST;
	place = vm_regions_before(vm, region->address);
	for (i = vm->region_count++; i > place; i--)
		regions[i] = regions[i - 1];
	regions[place] = region;
	rawbpf__vm_windows_clear(vm);
	return 0;
}

int rawbpf_vm_region_delete(struct rawbpf_vm *vm, struct rawbpf_vm_region *region)
{
	unsigned i = vm_regions_before(vm, region->address);

	if (!i || vm->spec.regions[i - 1] != region)
		return -ENOENT;
	for (vm->region_count--; i <= vm->region_count; i++)
		vm->spec.regions[i - 1] = vm->spec.regions[i];
	rawbpf__vm_windows_clear(vm);
	return 0;
}

int rawbpf_vm_region_update(struct rawbpf_vm *vm, struct rawbpf_vm_region *region,
			    const struct rawbpf_vm_region *to)
{
	struct rawbpf_vm_region before = *region;
	int err = rawbpf_vm_region_delete(vm, region);

	if (err)
		return err;
	*region = *to;
	region->chosen = 0; /* it does not move by itself */
	err = rawbpf_vm_region_add(vm, region);
	if (err) {
		*region = before;
		rawbpf_vm_region_add(vm, region);
	} else {
		region->chosen = before.chosen && region->address == before.address;
	}
	return err;
}

/* Return the region whose bytes hold a C pointer, or NULL. */
static struct rawbpf_vm_region *vm_region_of(const struct rawbpf_vm *vm, const void *bytes)
{
	unsigned i;

	for (i = 0; i < vm->region_count; i++) {
		struct rawbpf_vm_region *region = vm->spec.regions[i];

		if (region->rights && (uintptr_t)bytes - (uintptr_t)region->bytes < region->size)
			return region;
	}
	return NULL;
}

RAWBPF__PRIVATE int rawbpf__vm_pointer(struct rawbpf_vm *vm, const struct rawbpf_vm_call *call,
				       uint64_t *address)
{
	struct rawbpf_vm_region *region = call->region;

	*address = 0;
	if (!call->bytes)
		return 0;
	if (!region)
		region = vm_region_of(vm, call->bytes);
	if (!region && vm->spare_used < vm->spec.spare_count) {
		region = &vm->spec.spare[vm->spare_used];
		*region = (struct rawbpf_vm_region){
			.name = "helper's memory", .size = call->size, .bytes = call->bytes,
			.rights = RAWBPF_VM_READ | RAWBPF_VM_WRITE };
		if (rawbpf_vm_region_add(vm, region))
			region = NULL;
		else
			vm->spare_used++;
	}
	if (!region)
		return vm_refuse(vm, RAWBPF_VM_TRAP_ROOM, 0, call->size, 0);
	*address = region->address + ((uintptr_t)call->bytes - (uintptr_t)region->bytes);
	return 0;
}

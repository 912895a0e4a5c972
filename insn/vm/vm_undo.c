/* SPDX-License-Identifier: MIT */
/*
 * Go back in time. The state of a machine is a list of areas. Each has a shadow: its bytes as they
 * were before the next step. After a step, what differs from the shadow goes into the ring of
 * records, vm_undo_record.c. Behind the ring, the program runs again from the start.
 */
#include <rawbpf/vm_undo.h>

#include "vm_memory.h"
#include "vm_undo_record.h"

enum {
	UNDO_WORDS = 1024,	/* the smallest ring */
	UNDO_STEP = 8		/* words of a short step */
};

/* ------------------------------------------------------------------------------- areas */

/* Areas, or with `areas` NULL only their number. `bytes` is the sum of their sizes. */
struct undo_list {
	struct rawbpf_vm_area *areas;
	unsigned count;
	size_t bytes;
};

static void undo_add(struct undo_list *list, void *bytes, size_t size)
{
	if (!bytes || !size)
		return;
	if (list->areas)
		list->areas[list->count] = (struct rawbpf_vm_area){ .bytes = bytes, .size = size };
	list->count++;
	list->bytes += undo_whole(size);
}

/* Does an area begin with these bytes, or have them inside? */
static int undo_holds(const void *area, size_t size, const void *bytes)
{
	return (uintptr_t)bytes - (uintptr_t)area < size;
}

/* Add what no area of the caller has inside. */
static void undo_add_new(struct undo_list *list, void *bytes, size_t size,
			 const struct rawbpf_vm_undo_spec *spec)
{
	unsigned i;

	for (i = 0; i < spec->area_count; i++)
		if (undo_holds(spec->areas[i].bytes, spec->areas[i].size, bytes))
			return;
	undo_add(list, bytes, size);
}

/* Add a region, and its bytes unless the memory of a map has them. */
static void undo_add_region(struct undo_list *list, struct rawbpf_vm_region *region,
			    const struct rawbpf_vm_undo_spec *spec)
{
	const struct rawbpf_vm_map *map =
		region->kind == rawbpf__vm_map_kind() ? region->object : NULL;

	undo_add_new(list, region, sizeof(*region), spec);
	if (!map || !undo_holds(map->memory, map->memory_size, region->bytes))
		undo_add_new(list, region->bytes, (size_t)region->size, spec);
}

static void undo_collect(struct undo_list *list, const struct rawbpf_vm *vm,
			 const struct rawbpf_vm_undo_spec *spec)
{
	unsigned i;

	list->count = 0;
	undo_add(list, (void *)(uintptr_t)vm, sizeof(*vm));
	undo_add(list, vm->spec.stack, vm->spec.stack_size);
	undo_add(list, vm->spec.regions, vm->spec.region_max * sizeof(void *));
	undo_add(list, vm->spec.spare, vm->spec.spare_count * sizeof(*vm->spec.spare));
	for (i = 0; i < spec->area_count; i++)
		undo_add(list, spec->areas[i].bytes, spec->areas[i].size);
	for (i = 0; i < vm->spec.map_count; i++)
		undo_add(list, vm->spec.maps[i]->memory, vm->spec.maps[i]->memory_size);
	for (i = 0; i < vm->region_count; i++)
		undo_add_region(list, vm->spec.regions[i], spec);
}

/* ------------------------------------------------------------------------------- opening */

static size_t undo_table_size(unsigned count)
{
	return undo_whole(count * (sizeof(struct rawbpf_vm_area) + 2 * sizeof(void *)));
}

size_t rawbpf_vm_undo_size(const struct rawbpf_vm *vm, const struct rawbpf_vm_undo_spec *spec)
{
	static const struct rawbpf_vm_undo_spec none;
	struct undo_list list = { .areas = NULL };

	undo_collect(&list, vm, spec ? spec : &none);
	return undo_table_size(list.count) + 2 * list.bytes + UNDO_WORDS * sizeof(uint64_t);
}

/* Lay out the memory: the tables of areas, shadows and starts; their bytes; the ring. */
static void undo_lay_out(struct rawbpf_vm_undo *undo, const struct rawbpf_vm_undo_spec *spec,
			 struct undo_list *list)
{
	unsigned char *memory = spec->memory;
	unsigned i;

	undo->area_count = list->count;
	undo->areas = list->areas = spec->memory;
	undo->shadows = (unsigned char **)(undo->areas + list->count);
	undo->starts = undo->shadows + list->count;
	memory += undo_table_size(list->count);
	list->bytes = 0;
	undo_collect(list, undo->vm, spec);
	for (i = 0; i < list->count; i++) {
		const struct rawbpf_vm_area *area = &undo->areas[i];

		undo->shadows[i] = memory;
		undo->starts[i] = memory += undo_whole(area->size);
		memory += undo_whole(area->size);
		__builtin_memcpy(undo->shadows[i], area->bytes, area->size);
		__builtin_memcpy(undo->starts[i], area->bytes, area->size);
	}
	undo->words = (uint64_t *)(void *)memory;
	undo->word_count = (spec->memory_size - (size_t)(memory - (unsigned char *)spec->memory)) / 8;
}

int rawbpf_vm_undo_open(struct rawbpf_vm_undo *undo, struct rawbpf_vm *vm,
			const struct rawbpf_vm_undo_spec *spec)
{
	struct undo_list list = { .areas = NULL };

	__builtin_memset(undo, 0, sizeof(*undo));
	if (!spec || !spec->memory || (uintptr_t)spec->memory % 8)
		return -EINVAL;
	if (spec->memory_size < rawbpf_vm_undo_size(vm, spec))
		return -ENOSPC;
	undo->vm = vm;
	undo->start = undo->oldest = vm->executed;
	undo_collect(&list, vm, spec);
	undo_lay_out(undo, spec, &list);
	return 0;
}

/* ------------------------------------------------------------------------------- steps */

/* What an instruction may change: registers; all of the machine; everything. */
enum undo_reach { UNDO_REGISTERS, UNDO_MACHINE, UNDO_ALL };

struct undo_scope {
	enum undo_reach reach;
	unsigned depth;
	int stack;              /* the frame whose stack it uses, or -1 */
	const unsigned char *target; /* what it stores to, or NULL */
	unsigned size;
};

static enum undo_reach undo_reach(const struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	int leaves = insn->code == (BPF_JMP | BPF_EXIT) ||
		     (BPF_CLASS(insn->code) == BPF_LD && BPF_MODE(insn->code) != BPF_IMM);

	if (leaves) /* a callback returns to its helper */
		return vm->frames[vm->depth].callback && vm->depth ? UNDO_ALL : UNDO_MACHINE;
	if (insn->code == (BPF_JMP | BPF_CALL))
		return insn->src_reg == BPF_PSEUDO_CALL ? UNDO_MACHINE : UNDO_ALL;
	return insn->code == (BPF_JMP | BPF_CALL | BPF_X) ? UNDO_MACHINE : UNDO_REGISTERS;
}

/* Find the memory that a load or store uses. */
static void undo_target(struct undo_scope *scope, const struct rawbpf_vm *vm,
			const struct bpf_insn *insn)
{
	int writes = BPF_CLASS(insn->code) != BPF_LDX &&
		     !(BPF_MODE(insn->code) == BPF_ATOMIC && insn->imm == BPF_LOAD_ACQ);
	uint64_t address = vm->r[writes ? insn->dst_reg : insn->src_reg] +
			   (uint64_t)(int64_t)insn->off;
	const struct rawbpf_vm_region *region = rawbpf_vm_region_find(vm, address);
	unsigned i;

	if (!region || !region->bytes)
		return;
	for (i = 0; i <= vm->depth; i++)
		if (region == &vm->frames[i].stack)
			scope->stack = (int)i;
	if (writes) {
		scope->target = region->bytes + (size_t)(address - region->address);
		scope->size = rawbpf__access_size(insn->code);
	}
}

static struct undo_scope undo_scope(const struct rawbpf_vm *vm)
{
	const struct bpf_insn *insn = &vm->prog->insns[vm->pc];
	struct undo_scope scope = { .depth = vm->depth, .stack = -1 };
	unsigned class;

	if (vm->pc >= vm->prog->insn_count)
		return scope;
	class = BPF_CLASS(insn->code);
	scope.reach = undo_reach(vm, insn);
	if (class == BPF_LDX || class == BPF_ST || class == BPF_STX)
		undo_target(&scope, vm, insn);
	return scope;
}

/* Compare fields of the machine: from the first one to before the other. */
#define UNDO_FIELDS(UNDO, FROM, TO) \
	rawbpf__undo_compare(UNDO, 0, __builtin_offsetof(struct rawbpf_vm, FROM), \
			     __builtin_offsetof(struct rawbpf_vm, TO))

static void undo_compare_frame(struct rawbpf_vm_undo *undo, unsigned frame)
{
	size_t at = __builtin_offsetof(struct rawbpf_vm, frames) +
		    frame * sizeof(struct rawbpf_vm_frame);

	rawbpf__undo_compare(undo, 0, at, at + __builtin_offsetof(struct rawbpf_vm_frame, saved));
}

static void undo_compare_all(struct rawbpf_vm_undo *undo)
{
	unsigned i;

	for (i = 1; i < undo->area_count; i++)
		rawbpf__undo_compare(undo, i, 0, undo->areas[i].size);
}

/* Return the area of a C pointer, or `area_count`. */
static unsigned undo_area_of(struct rawbpf_vm_undo *undo, const void *bytes)
{
	unsigned i = undo->recent, n;

	for (n = 0; n < undo->area_count; n++, i = i + 1 < undo->area_count ? i + 1 : 0)
		if (undo_holds(undo->areas[i].bytes, undo->areas[i].size, bytes))
			return undo->recent = i;
	return undo->area_count;
}

/* Record what a step has changed. Windows, known helpers and the trap are no part of the state. */
static void undo_record(struct rawbpf_vm_undo *undo, const struct undo_scope *scope)
{
	unsigned area = scope->target ? undo_area_of(undo, scope->target) : undo->area_count;
	size_t offset, left;

	if (area < undo->area_count) {
		offset = (size_t)(scope->target - (unsigned char *)undo->areas[area].bytes);
		left = undo->areas[area].size - offset;
		rawbpf__undo_keep(undo, area, offset, left < scope->size ? left : scope->size);
	}
	UNDO_FIELDS(undo, r, trap);
	if (scope->reach == UNDO_REGISTERS)
		undo_compare_frame(undo, scope->depth);
	if (scope->stack >= 0) {
		undo_compare_frame(undo, (unsigned)scope->stack);
		rawbpf__undo_compare(undo, 1, (size_t)scope->stack * RAWBPF_VM_STACK,
				     (size_t)(scope->stack + 1) * RAWBPF_VM_STACK);
	}
	if (scope->reach >= UNDO_MACHINE) {
		UNDO_FIELDS(undo, region_count, windows);
		rawbpf__undo_compare(undo, 0, __builtin_offsetof(struct rawbpf_vm, frames),
				     sizeof(struct rawbpf_vm));
	}
	if (scope->reach == UNDO_ALL)
		undo_compare_all(undo);
}

/* ------------------------------------------------------------------------------- travel */

/* Forget what hangs on the memory of the step that was left. */
static void undo_windows(struct rawbpf_vm_undo *undo)
{
	rawbpf__vm_windows_clear(undo->vm);
	undo->vm->trap = (struct rawbpf_vm_trap){ .kind = RAWBPF_VM_NO_TRAP };
}

/* Go back to the start. Bytes that are equal are not written: they may be constant. */
static void undo_restart(struct rawbpf_vm_undo *undo)
{
	unsigned i;

	for (i = 0; i < undo->area_count; i++) {
		const struct rawbpf_vm_area *area = &undo->areas[i];

		if (rawbpf__undo_same(area->bytes, undo->starts[i], area->size) != area->size)
			__builtin_memcpy(area->bytes, undo->starts[i], area->size);
		__builtin_memcpy(undo->shadows[i], undo->starts[i], area->size);
	}
	undo->begin = undo->end = 0;
	undo->oldest = undo->start;
	undo_windows(undo);
}

int rawbpf_vm_undo_step(struct rawbpf_vm_undo *undo)
{
	struct rawbpf_vm *vm = undo->vm;
	struct rawbpf_vm_trap trap;
	struct undo_scope scope;
	uint64_t before = vm->executed;
	int result;

	if (vm->trap.kind || vm->ended)
		return vm->trap.kind ? -EFAULT : RAWBPF_VM_ENDED;
	scope = undo_scope(vm);
	result = rawbpf_vm_run(vm, 1);
	trap = vm->trap;
	rawbpf__undo_begin(undo);
	undo_record(undo, &scope);
	rawbpf__undo_end(undo);
	if (result != -EFAULT)
		return result;
	if (undo->lost) {
		undo_restart(undo);
		rawbpf_vm_undo_seek(undo, before);
	} else {
		rawbpf__undo_pop(undo);
		undo_windows(undo);
	}
	vm->trap = trap;
	return result;
}

/* Run to a little before `step` without records. */
static void undo_leap(struct rawbpf_vm_undo *undo, uint64_t step)
{
	uint64_t keep = undo->word_count / UNDO_STEP, reached;
	struct rawbpf_vm *vm = undo->vm;
	unsigned i;

	if (step - vm->executed <= keep)
		return;
	rawbpf_vm_run(vm, step - keep - vm->executed);
	reached = vm->executed;
	if (vm->ended || vm->trap.kind) { /* too far: without records, there is no way back */
		undo_restart(undo);
		if (reached - undo->start > keep)
			rawbpf_vm_run(vm, reached - undo->start - keep);
	}
	for (i = 0; i < undo->area_count; i++)
		__builtin_memcpy(undo->shadows[i], undo->areas[i].bytes, undo->areas[i].size);
	undo->begin = undo->end = 0;
	undo->oldest = vm->executed;
}

int rawbpf_vm_undo_seek(struct rawbpf_vm_undo *undo, uint64_t step)
{
	struct rawbpf_vm *vm = undo->vm;
	int result = RAWBPF_VM_PAUSED;

	if (step < undo->start)
		return -ENOENT;
	if (step <= vm->executed)
		undo_windows(undo);
	if (step < undo->oldest)
		undo_restart(undo);
	while (vm->executed > step)
		rawbpf__undo_pop(undo);
	undo_leap(undo, step);
	while (vm->executed < step && result == RAWBPF_VM_PAUSED)
		result = rawbpf_vm_undo_step(undo);
	return result == RAWBPF_VM_PAUSED && vm->ended ? RAWBPF_VM_ENDED : result;
}

int rawbpf_vm_undo_find(uint64_t *step, struct rawbpf_vm_undo *undo, const void *bytes, size_t size)
{
	struct rawbpf_vm *vm = undo->vm;
	struct rawbpf_vm_trap trap = vm->trap;
	uint64_t here = vm->executed, limit = undo->oldest, found = undo->start;

	*step = here;
	if (rawbpf__undo_find(step, undo, bytes, size))
		return 0;
	if (limit == undo->start)
		return -ENOENT;
	undo_restart(undo);
	undo->watched = bytes;
	undo->watched_size = size;
	while (vm->executed < limit) {
		undo->touched = 0;
		rawbpf_vm_undo_step(undo);
		if (undo->touched)
			found = vm->executed;
	}
	undo->watched_size = 0;
	rawbpf_vm_undo_seek(undo, here);
	vm->trap = trap;
	*step = found;
	return found == undo->start ? -ENOENT : 0;
}

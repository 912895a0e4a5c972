/* SPDX-License-Identifier: MIT */
/*
 * Go back in time. The state of a machine is a list of areas. Each has a shadow: its bytes as they
 * were before the next step. After a step, what differs from the shadow goes into the ring of
 * records. A step in it is, in words of 64 bits:
 *
 *	COUNT { BYTES... OFFSET AREA<<32|SIZE } COUNT
 *
 * COUNT is the number of all these words. BYTES are the old ones, up to whole words. So the ring
 * can be read from both ends.
 */
#include <rawbpf/vm_undo.h>

#include "machine.h"
#include "vm_memory.h"

enum {
	UNDO_WORDS = 1024,	/* the smallest ring */
	UNDO_STEP = 8,		/* words of a short step */
	UNDO_RUN = 1 << 20	/* bytes of a record, at most */
};

/* ------------------------------------------------------------------------------- areas */

/* Areas, or with `areas` NULL only their number. `bytes` is the sum of their sizes. */
struct undo_list {
	struct rawbpf_vm_area *areas;
	unsigned count;
	size_t bytes;
};

static size_t undo_whole(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

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

/* Return the area of a C pointer, or `area_count`. */
static unsigned undo_area_of(struct rawbpf_vm_undo *undo, const void *bytes)
{
	unsigned i = undo->recent, n;

	for (n = 0; n < undo->area_count; n++, i = i + 1 < undo->area_count ? i + 1 : 0)
		if (undo_holds(undo->areas[i].bytes, undo->areas[i].size, bytes))
			return undo->recent = i;
	return undo->area_count;
}

/* ------------------------------------------------------------------------------- records */

static uint64_t *undo_word(const struct rawbpf_vm_undo *undo, uint64_t position)
{
	return &undo->words[(size_t)(position % undo->word_count)];
}

/* Append a word to the step that began at undo->open. Old steps make room for it. */
static void undo_push(struct rawbpf_vm_undo *undo, uint64_t word)
{
	while (!undo->lost && undo->end - undo->begin == undo->word_count) {
		if (undo->begin == undo->open) {
			undo->lost = 1;
		} else {
			undo->begin += *undo_word(undo, undo->begin);
			undo->oldest++;
		}
	}
	if (!undo->lost)
		*undo_word(undo, undo->end++) = word;
}

/* Do two pieces of memory share a byte? */
static int undo_overlap(const void *one, size_t size, const void *other, size_t other_size)
{
	return size && other_size &&
	       ((uintptr_t)one - (uintptr_t)other < other_size ||
		(uintptr_t)other - (uintptr_t)one < size);
}

/* Record bytes of an area as they were, and let the shadow follow. */
static void undo_keep(struct rawbpf_vm_undo *undo, unsigned area, size_t offset, size_t size)
{
	unsigned char *bytes = (unsigned char *)undo->areas[area].bytes + offset;
	unsigned char *shadow = undo->shadows[area] + offset;
	size_t i, part;

	if (undo_overlap(bytes, size, undo->watched, undo->watched_size))
		undo->touched = 1;
	for (i = 0; i < size; i += part) {
		uint64_t word = 0;

		part = size - i < sizeof(word) ? size - i : sizeof(word);
		__builtin_memcpy(&word, shadow + i, part);
		undo_push(undo, word);
	}
	undo_push(undo, offset);
	undo_push(undo, (uint64_t)area << 32 | size);
	__builtin_memcpy(shadow, bytes, size);
}

/* Return how many bytes are equal. */
static size_t undo_same(const unsigned char *one, const unsigned char *other, size_t size)
{
	size_t i, j;

	for (i = 0; size - i >= 64; i += 64) {
		uint64_t a[8], b[8], difference = 0;

		__builtin_memcpy(a, one + i, sizeof(a));
		__builtin_memcpy(b, other + i, sizeof(b));
		for (j = 0; j < 8; j++)
			difference |= a[j] ^ b[j];
		if (difference)
			break;
	}
	while (i < size && one[i] == other[i])
		i++;
	return i;
}

/* Return how many bytes differ: up to 8 equal ones, or the end. */
static size_t undo_different(const unsigned char *one, const unsigned char *other, size_t size)
{
	size_t end = 1, i;

	for (i = 1; i < size && i < UNDO_RUN && i - end < 8; i++)
		if (one[i] != other[i])
			end = i + 1;
	return end;
}

/* Record what differs from the shadow, from one offset of an area to another. */
static void undo_compare(struct rawbpf_vm_undo *undo, unsigned area, size_t from, size_t to)
{
	const unsigned char *bytes = undo->areas[area].bytes, *shadow = undo->shadows[area];
	size_t size;

	for (;; from += size) {
		from += undo_same(bytes + from, shadow + from, to - from);
		if (from == to)
			return;
		size = undo_different(bytes + from, shadow + from, to - from);
		undo_keep(undo, area, from, size);
	}
}

static void undo_begin(struct rawbpf_vm_undo *undo)
{
	undo->open = undo->end;
	undo->lost = 0;
	undo_push(undo, 0);
}

/* End the step. One that is larger than the ring leaves no record. */
static void undo_end(struct rawbpf_vm_undo *undo)
{
	undo_push(undo, undo->end - undo->open + 1);
	if (undo->lost) {
		undo->begin = undo->end = 0;
		undo->oldest = undo->vm->executed;
	} else {
		*undo_word(undo, undo->open) = undo->end - undo->open;
	}
}

/* A record, as undo_previous() finds it. */
struct undo_record {
	unsigned area;
	size_t offset, size;
	uint64_t first;         /* the position of its bytes */
};

/* Read the record that ends at `position`. Return where it begins. */
static uint64_t undo_previous(const struct rawbpf_vm_undo *undo, uint64_t position,
			      struct undo_record *record)
{
	uint64_t last = *undo_word(undo, position - 1);

	record->area = (unsigned)(last >> 32);
	record->size = (size_t)(uint32_t)last;
	record->offset = (size_t)*undo_word(undo, position - 2);
	record->first = position - 2 - undo_whole(record->size) / 8;
	return record->first;
}

/* Return byte `index` of a record, and of the same word those up to 8. */
static size_t undo_part(const struct rawbpf_vm_undo *undo, const struct undo_record *record,
			size_t index, unsigned char part[8])
{
	__builtin_memcpy(part, undo_word(undo, record->first + index / 8), 8);
	return record->size - index < 8 ? record->size - index : 8;
}

static void undo_windows(struct rawbpf_vm_undo *undo)
{
	rawbpf__vm_windows_clear(undo->vm);
	undo->vm->trap = (struct rawbpf_vm_trap){ .kind = RAWBPF_VM_NO_TRAP };
}

/* Take the last step back. */
static void undo_pop(struct rawbpf_vm_undo *undo)
{
	uint64_t first = undo->end - *undo_word(undo, undo->end - 1), position = undo->end - 1;
	struct undo_record record;
	unsigned char part[8];
	size_t i, size;

	while (position > first + 1) {
		position = undo_previous(undo, position, &record);
		for (i = 0; i < record.size; i += size) {
			size = undo_part(undo, &record, i, part);
			__builtin_memcpy((unsigned char *)undo->areas[record.area].bytes +
						 record.offset + i,
					 part, size);
			__builtin_memcpy(undo->shadows[record.area] + record.offset + i, part, size);
		}
	}
	undo->end = first;
	undo_windows(undo);
}

/* Does the step that ends at `position` have a record of one of these bytes? */
static int undo_wrote(const struct rawbpf_vm_undo *undo, uint64_t position, const void *bytes,
		      size_t size)
{
	uint64_t first = position - *undo_word(undo, position - 1);
	struct undo_record record;

	for (position--; position > first + 1;) {
		position = undo_previous(undo, position, &record);
		if (undo_overlap((unsigned char *)undo->areas[record.area].bytes + record.offset,
				 record.size, bytes, size))
			return 1;
	}
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
		scope->size = vm_size(insn->code);
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
	undo_compare(UNDO, 0, __builtin_offsetof(struct rawbpf_vm, FROM), \
		     __builtin_offsetof(struct rawbpf_vm, TO))

static void undo_compare_frame(struct rawbpf_vm_undo *undo, unsigned frame)
{
	size_t at = __builtin_offsetof(struct rawbpf_vm, frames) +
		    frame * sizeof(struct rawbpf_vm_frame);

	undo_compare(undo, 0, at, at + __builtin_offsetof(struct rawbpf_vm_frame, saved));
}

static void undo_compare_all(struct rawbpf_vm_undo *undo)
{
	unsigned i;

	for (i = 1; i < undo->area_count; i++)
		undo_compare(undo, i, 0, undo->areas[i].size);
}

/* Record what a step has changed. Windows, known helpers and the trap are no part of the state. */
static void undo_record(struct rawbpf_vm_undo *undo, const struct undo_scope *scope)
{
	unsigned area = scope->target ? undo_area_of(undo, scope->target) : undo->area_count;
	size_t offset, left;

	if (area < undo->area_count) {
		offset = (size_t)(scope->target - (unsigned char *)undo->areas[area].bytes);
		left = undo->areas[area].size - offset;
		undo_keep(undo, area, offset, left < scope->size ? left : scope->size);
	}
	UNDO_FIELDS(undo, r, trap);
	if (scope->reach == UNDO_REGISTERS)
		undo_compare_frame(undo, scope->depth);
	if (scope->stack >= 0) {
		undo_compare_frame(undo, (unsigned)scope->stack);
		undo_compare(undo, 1, (size_t)scope->stack * RAWBPF_VM_STACK,
			     (size_t)(scope->stack + 1) * RAWBPF_VM_STACK);
	}
	if (scope->reach >= UNDO_MACHINE) {
		UNDO_FIELDS(undo, region_count, windows);
		undo_compare(undo, 0, __builtin_offsetof(struct rawbpf_vm, frames),
			     sizeof(struct rawbpf_vm));
	}
	if (scope->reach == UNDO_ALL)
		undo_compare_all(undo);
}

/* Go back to the start. Bytes that are equal are not written: they may be constant. */
static void undo_restart(struct rawbpf_vm_undo *undo)
{
	unsigned i;

	for (i = 0; i < undo->area_count; i++) {
		const struct rawbpf_vm_area *area = &undo->areas[i];

		if (undo_same(area->bytes, undo->starts[i], area->size) != area->size)
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
	undo_begin(undo);
	undo_record(undo, &scope);
	undo_end(undo);
	if (result != -EFAULT)
		return result;
	if (undo->lost) {
		undo_restart(undo);
		rawbpf_vm_undo_seek(undo, before);
	} else {
		undo_pop(undo);
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
		undo_pop(undo);
	undo_leap(undo, step);
	while (vm->executed < step && result == RAWBPF_VM_PAUSED)
		result = rawbpf_vm_undo_step(undo);
	return result == RAWBPF_VM_PAUSED && vm->ended ? RAWBPF_VM_ENDED : result;
}

/* ------------------------------------------------------------------------------- questions */

int rawbpf_vm_undo_find(uint64_t *step, struct rawbpf_vm_undo *undo, const void *bytes, size_t size)
{
	struct rawbpf_vm *vm = undo->vm;
	struct rawbpf_vm_trap trap = vm->trap;
	uint64_t here = vm->executed, limit = undo->oldest, position, found = undo->start;

	*step = here;
	for (position = undo->end; position != undo->begin; --*step) {
		if (undo_wrote(undo, position, bytes, size))
			return 0;
		position -= *undo_word(undo, position - 1);
	}
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

int rawbpf_vm_undo_read(void *old, const struct rawbpf_vm_undo *undo, const void *bytes, size_t size)
{
	uint64_t position = undo->end, first;
	struct undo_record record;
	int wrote = 0;
	size_t i;

	__builtin_memcpy(old, bytes, size);
	if (undo->begin == undo->end)
		return 0;
	first = position - *undo_word(undo, position - 1);
	for (position--; position > first + 1;) {
		const unsigned char *at;

		position = undo_previous(undo, position, &record);
		at = (const unsigned char *)undo->areas[record.area].bytes + record.offset;
		for (i = 0; i < record.size; i++) {
			unsigned char part[8];
			size_t to = (uintptr_t)(at + i) - (uintptr_t)bytes;

			undo_part(undo, &record, i & ~(size_t)7, part);
			if (to < size) {
				((unsigned char *)old)[to] = part[i % 8];
				wrote = 1;
			}
		}
	}
	return wrote;
}

int rawbpf_vm_undo_next(struct rawbpf_vm_change *change, const struct rawbpf_vm_undo *undo)
{
	uint64_t position = change->position, first;
	struct undo_record record;

	if (undo->begin == undo->end)
		return 0;
	if (!position)
		position = undo->end - 1;
	first = undo->end - *undo_word(undo, undo->end - 1);
	if (position <= first + 1)
		return 0;
	change->position = undo_previous(undo, position, &record);
	change->bytes = (unsigned char *)undo->areas[record.area].bytes + record.offset;
	change->size = record.size;
	return 1;
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

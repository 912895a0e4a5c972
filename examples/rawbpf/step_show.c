/* SPDX-License-Identifier: MIT */
/* rawbpf step: words for places, values, changes, and for how the program stands. */
#include "step.h"

#include <inttypes.h>
#include <rawbpf/constant.h>
#include <rawbpf/escape.h>
#include <string.h>

/* Append to a text that may be cut. */
#define APPEND(TEXT, SIZE, ...) \
	snprintf((TEXT) + strlen(TEXT), (SIZE) - strlen(TEXT), __VA_ARGS__)

void step_source(char *text, size_t size, const struct stepper *stepper, unsigned line)
{
	const char *at, *end;
	size_t length = 0;
	char plain[STEP_LINE];

	text[0] = '\0';
	if (!line || line > stepper->line_count)
		return;
	at = stepper->lines[line - 1];
	end = stepper->lines[line];
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	for (; at < end && *at != '\n' && *at != '\r' && length < sizeof plain; at++)
		plain[length++] = *at == '\t' ? ' ' : *at;
	rawbpf_terminal_escape(text, size, plain, length);
}

void step_instruction(char *text, size_t size, const struct stepper *stepper, const struct rawbpf_vm_prog *prog,
		      unsigned slot)
{
	const struct bpf_insn *insn = &prog->insns[slot];
	const char *helper;

	text[0] = '\0';
	if (slot >= prog->insn_count)
		return;
	helper = insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg
		 ? rawbpf_constant_name(RAWBPF_HELPER, (unsigned)insn->imm) : NULL;
	if (helper)
		snprintf(text, size, "call %s", helper);
	else if (insn->code == (BPF_LD | BPF_IMM | BPF_DW) && insn->src_reg == BPF_PSEUDO_MAP_FD &&
		 (unsigned)insn->imm < stepper->vm->spec.map_count)
		snprintf(text, size, "r%u = map %s", insn->dst_reg,
			 collection_shown(step_map(stepper, (unsigned)insn->imm)->name));
	else
		rawbpf_insn_format(text, size, &prog->insns[slot], prog->insn_count - slot, RAWBPF_LLVM, NULL, NULL);
}

/* Return the frame whose stack the region is, or -1. */
static int frame_of(const struct rawbpf_vm *vm, const struct rawbpf_vm_region *region)
{
	for (unsigned i = 0; i <= vm->depth; i++)
		if (region == &vm->frames[i].stack)
			return (int)i;
	return -1;
}

/* Return the map with this handle, or with these values. */
static const struct rawbpf_vm_map *map_of(const struct stepper *stepper, const struct rawbpf_vm_region *region)
{
	for (unsigned i = 0; i < stepper->vm->spec.map_count; i++) {
		const struct rawbpf_vm_map *map = step_map(stepper, i);

		if (region == &map->handle || region == &map->values)
			return map;
	}
	return NULL;
}

/* Write a place that is `offset` bytes behind the beginning of a region. */
static void region_place(char *text, size_t size, const struct stepper *stepper,
			 const struct rawbpf_vm_region *region, uint64_t offset)
{
	const struct rawbpf_vm_map *map = map_of(stepper, region);
	int frame = frame_of(stepper->vm, region);
	char name[64];

	if (frame >= 0 && (unsigned)frame != stepper->vm->depth)
		snprintf(text, size, "frame %d r10%+d", frame, (int)offset - RAWBPF_VM_STACK);
	else if (frame >= 0)
		snprintf(text, size, "r10%+d", (int)offset - RAWBPF_VM_STACK);
	else if (map && region == &map->values)
		step_map_place(text, size, stepper, map, offset);
	else {
		rawbpf_terminal_escape(name, sizeof name, region->name, strlen(region->name));
		snprintf(text, size, map ? "map %s" : "%s+%" PRIu64, name, offset);
	}
}

const struct rawbpf_vm_region *step_packet(const struct stepper *stepper)
{
	const struct rawbpf_vm_region *packet = &stepper->context->packet;

	return packet->bytes && rawbpf_vm_region_find(stepper->vm, packet->address) == packet ? packet : NULL;
}

/* Write an address as its region and offset, "packet+14", "r10-4". Returns 0 if it is in no region. */
static int write_place(char *text, size_t size, const struct stepper *stepper, uint64_t address)
{
	const struct rawbpf_vm_region *region = rawbpf_vm_region_find(stepper->vm, address);
	const struct rawbpf_vm_region *packet = step_packet(stepper);

	if (region) {
		region_place(text, size, stepper, region, address - region->address);
		return 1;
	}
	if (packet && address == packet->address + packet->size) {
		snprintf(text, size, "packet+%" PRIu64 ", its end", packet->size);
		return 1;
	}
	for (unsigned i = 0; i < RAWBPF_VM_FRAMES; i++) {
		region = &stepper->vm->frames[i].stack;
		if (i <= stepper->vm->depth && address == region->address + region->size) {
			region_place(text, size, stepper, region, region->size);
			return 1;
		}
		if (i > stepper->vm->depth && region->address && address - region->address <= region->size) {
			snprintf(text, size, "ended frame %u r10%+d", i, (int)(address - region->address) - RAWBPF_VM_STACK);
			return 1;
		}
	}
	return 0;
}

void step_value(char *text, size_t size, const struct stepper *stepper, uint64_t value)
{
	int64_t number = (int64_t)value;

	if (value < 4096 || !write_place(text, size, stepper, value))
		snprintf(text, size, number > -1000000 && number < 1000000 ? "%" PRId64 : "0x%" PRIx64, number);
}

void step_bytes(char *text, size_t size, const void *bytes, size_t count)
{
	const unsigned char *at = bytes;

	text[0] = '\0';
	for (size_t i = 0; i < count && i < STEP_SHOWN; i++)
		APPEND(text, size, "%s%02x", i ? " " : "", at[i]);
	if (count > STEP_SHOWN)
		APPEND(text, size, " ...");
}

/* ------------------------------------------------------------------------------- changes */

/* Write the place of a C pointer into a region. Returns 0 if no region has it. */
static int pointer_place(char *text, size_t size, const struct stepper *stepper, const unsigned char *bytes)
{
	const struct rawbpf_vm *vm = stepper->vm;
	const struct rawbpf_vm_region *region;

	for (unsigned i = 0; i < vm->region_count + vm->depth + 1; i++) {
		region = i < vm->region_count ? vm->spec.regions[i] : &vm->frames[i - vm->region_count].stack;
		if (region->bytes && (uintptr_t)bytes - (uintptr_t)region->bytes < region->size) {
			region_place(text, size, stepper, region, (uint64_t)(bytes - region->bytes));
			return 1;
		}
	}
	return 0;
}

/* Bytes below r10 that become part of the stack are 0. That they were not is no news. */
static int is_new_stack(const struct stepper *stepper, const unsigned char *bytes)
{
	const struct rawbpf_vm *vm = stepper->vm;
	struct rawbpf_vm_frame was;

	for (unsigned i = 0; i <= vm->depth; i++) {
		const struct rawbpf_vm_frame *frame = &vm->frames[i];
		size_t offset = (size_t)((uintptr_t)bytes - (uintptr_t)frame->stack.bytes);

		if (offset >= RAWBPF_VM_STACK)
			continue;
		rawbpf_vm_undo_read(&was.used, &stepper->undo, &frame->used, sizeof was.used);
		return offset + was.used < RAWBPF_VM_STACK;
	}
	return 0;
}

/* Make a piece of a short value of a map the whole value. */
static void take_value(struct rawbpf_vm_change *piece, const struct stepper *stepper)
{
	const unsigned char *bytes = piece->bytes;

	for (unsigned i = 0; i < stepper->vm->spec.map_count; i++) {
		const struct rawbpf_vm_map *map = step_map(stepper, i);
		uint64_t offset = (uint64_t)((uintptr_t)bytes - (uintptr_t)map->values.bytes);

		if (offset >= map->values.size || !map->values.stride || map->value_size > STEP_SHOWN)
			continue;
		piece->bytes = bytes - offset % map->values.stride;
		piece->size = map->value_size;
		return;
	}
}

/* Add what a step wrote in memory that programs have. */
static unsigned add_memory(struct step_change *change, const struct stepper *stepper,
			   struct rawbpf_vm_change *piece)
{
	size_t size;

	take_value(piece, stepper);
	size = piece->size < STEP_SHOWN ? piece->size : STEP_SHOWN;
	if (!pointer_place(change->place, sizeof change->place, stepper, piece->bytes))
		return 0;
	change->is_register = 0;
	change->bytes = piece->bytes;
	change->size = piece->size;
	rawbpf_vm_undo_read(change->old, &stepper->undo, piece->bytes, size);
	if (is_new_stack(stepper, piece->bytes)) {
		static const unsigned char zeros[STEP_SHOWN];

		memset(change->old, 0, sizeof change->old);
		return piece->size > STEP_SHOWN || memcmp(piece->bytes, zeros, size) != 0;
	}
	return 1;
}

unsigned step_changes(struct step_change changes[STEP_CHANGES], const struct stepper *stepper)
{
	const struct rawbpf_vm *vm = stepper->vm;
	struct rawbpf_vm_change piece = { .bytes = NULL };
	unsigned count = 0;
	uint64_t was[11];

	rawbpf_vm_undo_read(was, &stepper->undo, vm->r, sizeof was);
	for (unsigned i = 0; i < RAWBPF_COUNT(was); i++)
		if (was[i] != vm->r[i])
			changes[count++] = (struct step_change){
				.is_register = 1, .number = i, .value = vm->r[i], .was = was[i] };
	while (count < STEP_CHANGES && rawbpf_vm_undo_next(&piece, &stepper->undo))
		count += add_memory(&changes[count], stepper, &piece);
	return count;
}

void step_changed(char *text, size_t size, const struct stepper *stepper)
{
	struct step_change changes[STEP_CHANGES];
	unsigned count = step_changes(changes, stepper);
	char now[STEP_LINE], was[STEP_LINE];

	text[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		const struct step_change *change = &changes[i];

		APPEND(text, size, "%s", i ? "; " : "");
		if (change->is_register) {
			step_value(now, sizeof now, stepper, change->value);
			step_value(was, sizeof was, stepper, change->was);
			APPEND(text, size, "r%u = %s (was %s)", change->number, now, was);
		} else {
			step_bytes(now, sizeof now, change->bytes, change->size);
			step_bytes(was, sizeof was, change->old, change->size);
			APPEND(text, size, "%s = %s (was %s)", change->place, now, was);
		}
	}
}

void step_state(char *text, size_t size, struct stepper *stepper)
{
	const struct rawbpf_vm *vm = stepper->vm;
	char value[STEP_LINE];

	text[0] = '\0';
	if (vm->trap.kind) {
		snprintf(text, size, "trap: ");
		if (stepper->has_test && !step_test_passes(stepper)) /* it knows its lists of values */
			APPEND(text, size, "%s", stepper->test.reason);
		else
			rawbpf_vm_trap_explain(text + strlen(text), size - strlen(text), vm);
	} else if (vm->ended) {
		step_value(value, sizeof value, stepper, vm->r[0]);
		snprintf(text, size, "the program ended after %" PRIu64 " instructions: r0 = %s", vm->executed, value);
	}
	if (!stepper->has_test || !vm->ended)
		return;
	if (step_test_passes(stepper))
		APPEND(text, size, "; the test passes");
	else
		APPEND(text, size, "; line %u: %s", stepper->test.line, stepper->test.reason);
}

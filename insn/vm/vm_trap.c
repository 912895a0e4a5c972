/* SPDX-License-Identifier: MIT */
/* Say in words why a program trapped. */
#include <rawbpf/constant.h>

#include "machine.h"
#include "../base/out.h"
#include "../form/context.h"

/* Addresses in the first page come from pointers that are NULL. Others near a region mean it. */
enum { VM_NEAR = 4096 };

static const struct bpf_insn *vm_trap_insn(const struct rawbpf_vm *vm)
{
	return vm->trap.insn < vm->prog->insn_count ? &vm->prog->insns[vm->trap.insn] : NULL;
}

/* Return 1 if the instruction calls a helper or a kfunc. */
static int vm_calls_helper(const struct bpf_insn *insn)
{
	return insn && insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg != BPF_PSEUDO_CALL;
}

/* "helper map_lookup_elem", "helper 1000", "the kfunc with BTF id 7" */
static void vm_say_helper(struct rawbpf__out *out, const struct bpf_insn *insn)
{
	const char *name = insn->src_reg ? NULL :
			   rawbpf_constant_name(RAWBPF_HELPER, (unsigned)insn->imm);

	rawbpf__out_text(out, insn->src_reg ? "the kfunc with BTF id " : "helper ");
	if (name)
		rawbpf__out_text(out, name);
	else
		rawbpf__out_number(out, (uint32_t)insn->imm);
}

/* "instruction 5", and the helper that it calls. */
static void vm_say_subject(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	const struct bpf_insn *insn = vm_trap_insn(vm);

	rawbpf__out_text(out, "instruction ");
	rawbpf__out_number(out, vm->trap.insn);
	if (!vm_calls_helper(insn))
		return;
	rawbpf__out_text(out, ": ");
	vm_say_helper(out, insn);
}

static void vm_say_count(struct rawbpf__out *out, uint64_t count, const char *what)
{
	rawbpf__out_number(out, count);
	rawbpf__out_byte(out, ' ');
	rawbpf__out_text(out, what);
	if (count != 1)
		rawbpf__out_byte(out, 's');
}

static void vm_say_hex(struct rawbpf__out *out, uint64_t number)
{
	rawbpf__out_text(out, "0x");
	rawbpf__out_hex(out, number);
}

/* ---------------------------------------------------------------------------------- accesses */

static int vm_is_near(const struct rawbpf_vm_region *region, uint64_t address)
{
	return address >= VM_NEAR && region &&
	       (address < region->address ? region->address - address <= VM_NEAR
					  : address - region->address < region->size + VM_NEAR);
}

/* Return 1 if the region is the stack of a frame, whose addresses count from r10. */
static int vm_is_stack(const struct rawbpf_vm *vm, const struct rawbpf_vm_region *region)
{
	const struct rawbpf_vm_frame *frames = vm->frames;

	return (uintptr_t)region - (uintptr_t)frames < sizeof(vm->frames);
}

static void vm_say_offset(struct rawbpf__out *out, uint64_t from, uint64_t address)
{
	rawbpf__out_byte(out, address < from ? '-' : '+');
	rawbpf__out_number(out, address < from ? from - address : address - from);
}

/* "packet+14", "r10-8", "counts[3]+4", "__sk_buff+8 (mark)", "0x0" */
static void vm_say_place(struct rawbpf__out *out, const struct rawbpf_vm *vm,
			 const struct rawbpf_vm_region *region, uint64_t address)
{
	const struct rawbpf__context *field;
	uint64_t element;

	if (!vm_is_near(region, address)) {
		vm_say_hex(out, address);
	} else if (vm_is_stack(vm, region)) {
		rawbpf__out_text(out, "r10");
		vm_say_offset(out, region->address + region->size, address);
	} else if (region->element && address >= region->address) {
		element = (address - region->address) / region->stride;
		rawbpf__out_name(out, region->name);
		rawbpf__out_byte(out, '[');
		rawbpf__out_number(out, element);
		rawbpf__out_byte(out, ']');
		vm_say_offset(out, region->address + element * region->stride, address);
	} else {
		rawbpf__out_name(out, region->name);
		vm_say_offset(out, region->address, address);
		field = region->allows && !region->kind ? rawbpf__context_at(region->name, address - region->address)
				       : NULL;
		if (!field)
			return;
		rawbpf__out_text(out, " (");
		rawbpf__out_text(out, rawbpf__context_name(field));
		rawbpf__out_byte(out, ')');
	}
}

/* "reads 8 bytes at packet+14; " */
static void vm_say_access(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	static const char *const verbs[] = { "uses ", "reads ", "writes ", "reads and writes " };
	const struct rawbpf_vm_trap *trap = &vm->trap;

	rawbpf__out_text(out, verbs[trap->rights & 3]);
	vm_say_count(out, trap->size, "byte");
	rawbpf__out_text(out, " at ");
	vm_say_place(out, vm, trap->nearest, trap->address);
	rawbpf__out_text(out, "; ");
}

static void vm_explain_access(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	const struct rawbpf_vm_region *near = vm->trap.nearest;

	vm_say_access(out, vm);
	if (vm->trap.address < VM_NEAR) {
		rawbpf__out_text(out, "compare the pointer with 0 first");
	} else if (!vm_is_near(near, vm->trap.address)) {
		rawbpf__out_text(out, "no memory is there");
		if (!near)
			return;
		rawbpf__out_text(out, ", the nearest is ");
		rawbpf__out_name(out, near->name);
		rawbpf__out_text(out, " at ");
		vm_say_hex(out, near->address);
	} else if (near->element) {
		rawbpf__out_text(out, "an element has ");
		vm_say_count(out, near->element, "byte");
	} else {
		rawbpf__out_name(out, vm_is_stack(vm, near) ? "the stack" : near->name);
		rawbpf__out_text(out, " has ");
		vm_say_count(out, near->size, "byte");
	}
}

static void vm_explain_rights(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	const struct rawbpf_vm_region *region = vm->trap.nearest;

	vm_say_access(out, vm);
	if (!region->rights)
		rawbpf__out_text(out, "only helpers can use what is there");
	else if (region->allows && region->kind)
		rawbpf__out_text(out, "no record that is reserved has all of them");
	else if (region->allows)
		rawbpf__out_text(out, "this type of program may not do that");
	else
		rawbpf__out_text(out, region->rights & RAWBPF_VM_READ ? "it is read-only"
								      : "it is write-only");
}

static void vm_explain_stack(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	vm_say_access(out, vm);
	rawbpf__out_text(out, "all active functions together have ");
	vm_say_count(out, vm->spec.stack_limit, "byte");
	rawbpf__out_text(out, " of stack");
}

static void vm_explain_align(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	rawbpf__out_text(out, "is atomic, but ");
	vm_say_place(out, vm, rawbpf_vm_region_find(vm, vm->trap.address), vm->trap.address);
	rawbpf__out_text(out, " is not a multiple of its size");
}

/* -------------------------------------------------------------------------- calls and jumps */

static void vm_explain_target(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	uint64_t address = vm->trap.address;

	rawbpf__out_text(out, "goes to ");
	if (address >= VM_CODE && address % 8 == 0 && address < VM_STACK)
		rawbpf__out_number(out, (address - VM_CODE) / 8);
	else
		vm_say_hex(out, address);
	rawbpf__out_text(out, ", where no instruction begins; the program has ");
	vm_say_count(out, vm->prog->insn_count, "slot");
}

static void vm_explain_helper(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	(void)vm;
	rawbpf__out_text(out, "is not in the machine's tables of helpers");
}

static void vm_explain_failed(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	rawbpf__out_text(out, "fails with errno ");
	rawbpf__out_number(out, (uint64_t)-(int64_t)vm->trap.error);
}

static void vm_explain_handle(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	rawbpf__out_text(out, "gets ");
	vm_say_place(out, vm, rawbpf_vm_region_find(vm, vm->trap.address), vm->trap.address);
	rawbpf__out_text(out, ", which is not the map or context that it needs");
}

static void vm_explain_map(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	const struct bpf_insn *insn = vm_trap_insn(vm);
	uint64_t index = vm->trap.address;

	rawbpf__out_text(out, "loads map ");
	rawbpf__out_number(out, index);
	if (index >= vm->spec.map_count) {
		rawbpf__out_text(out, "; the machine has ");
		vm_say_count(out, vm->spec.map_count, "map");
		return;
	}
	rawbpf__out_text(out, ", byte ");
	rawbpf__out_number(out, insn ? (uint32_t)insn[1].imm : 0);
	rawbpf__out_text(out, "; the values of ");
	rawbpf__out_name(out, vm->spec.maps[index]->name);
	rawbpf__out_text(out, " have ");
	vm_say_count(out, vm->spec.maps[index]->values.size, "byte");
}

static void vm_explain_frames(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	rawbpf__out_text(out, "calls one function too many: ");
	rawbpf__out_number(out, vm->spec.frames);
	rawbpf__out_text(out, " may be active at a time");
}

static void vm_explain_variable(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	rawbpf__out_text(out, "loads the kernel's variable with BTF id ");
	rawbpf__out_number(out, vm->trap.address);
	rawbpf__out_text(out, ", which the machine does not have");
}

static void vm_explain_unset(struct rawbpf__out *out, const struct rawbpf_vm *vm)
{
	rawbpf__out_text(out, "reads r");
	rawbpf__out_number(out, vm->trap.address);
	rawbpf__out_text(out, ", which has no value since the function began, or since the last call");
}

/* Kinds whose text is the same for all programs. */
static const char *vm_trap_text(enum rawbpf_vm_trap_kind kind)
{
	switch (kind) {
	case RAWBPF_VM_TRAP_INSN:
		return "is not valid";
	case RAWBPF_VM_TRAP_END:
		return "is behind the program's last one; end the program with exit";
	case RAWBPF_VM_TRAP_PROG:
		return "goes on with a program that has an invalid instruction";
	case RAWBPF_VM_TRAP_ROOM:
		return "returns memory, for which spec->spare or spec->regions has no room";
	default:
		return "traps";
	}
}

typedef void vm_explain_fn(struct rawbpf__out *out, const struct rawbpf_vm *vm);

size_t rawbpf_vm_trap_explain(char *text, size_t size, const struct rawbpf_vm *vm)
{
	static vm_explain_fn *const explain[] = {
		[RAWBPF_VM_TRAP_TARGET] = vm_explain_target,
		[RAWBPF_VM_TRAP_ACCESS] = vm_explain_access,
		[RAWBPF_VM_TRAP_RIGHTS] = vm_explain_rights,
		[RAWBPF_VM_TRAP_ALIGN] = vm_explain_align,
		[RAWBPF_VM_TRAP_STACK] = vm_explain_stack,
		[RAWBPF_VM_TRAP_FRAMES] = vm_explain_frames,
		[RAWBPF_VM_TRAP_HELPER] = vm_explain_helper,
		[RAWBPF_VM_TRAP_FAILED] = vm_explain_failed,
		[RAWBPF_VM_TRAP_MAP] = vm_explain_map,
		[RAWBPF_VM_TRAP_HANDLE] = vm_explain_handle,
		[RAWBPF_VM_TRAP_VARIABLE] = vm_explain_variable,
		[RAWBPF_VM_TRAP_UNSET] = vm_explain_unset,
	};
	struct rawbpf__out out = rawbpf__out_begin(text, size);
	unsigned kind = vm->trap.kind;

	if (!kind) {
		rawbpf__out_text(&out, "no trap");
		return out.length;
	}
	vm_say_subject(&out, vm);
	rawbpf__out_byte(&out, ' ');
	if (kind < sizeof(explain) / sizeof(explain[0]) && explain[kind])
		explain[kind](&out, vm);
	else
		rawbpf__out_text(&out, vm_trap_text(vm->trap.kind));
	return out.length;
}

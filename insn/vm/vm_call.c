/* SPDX-License-Identifier: MIT */
/* Calls: of the program's functions, of helpers, of functions by helpers; tail calls; the end. */
#include "machine.h"

/* The key of no helper. */
#define VM_UNKNOWN UINT64_MAX

/* Trap at vm->pc unless an instruction begins at `slot`. */
static int vm_target(struct rawbpf_vm *vm, uint64_t slot)
{
	if (slot < vm->prog->insn_count && vm->prog->insns[slot].code)
		return 0;
	return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_TARGET, VM_CODE + 8 * slot);
}

/* Return the slot of the function or instruction at a program's address, or -EFAULT. */
static int vm_code(struct rawbpf_vm *vm, uint64_t address)
{
	uint64_t slot = (address - VM_CODE) / 8;

	if (address % 8 || address < VM_CODE)
		return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_TARGET, address);
	return vm_target(vm, slot) ? -EFAULT : (int)slot;
}

RAWBPF__PRIVATE int rawbpf__vm_goto(struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	int slot;

	vm->pc = (unsigned)(insn - vm->prog->insns);
	slot = vm_code(vm, vm->r[insn->dst_reg]);
	if (slot < 0)
		return slot;
	vm->pc = (unsigned)slot;
	return VM_MOVED;
}

RAWBPF__PRIVATE void rawbpf__vm_frame_begin(struct rawbpf_vm *vm)
{
	struct rawbpf_vm_frame *frame = &vm->frames[vm->depth];

	vm->r[10] = frame->stack.address + RAWBPF_VM_STACK;
	frame->used = 0;
	frame->may_goto = vm->spec.may_goto;
}

/* Enter the function at a slot. It returns to slot `back`. */
static __attribute__((noinline)) int vm_enter(struct rawbpf_vm *vm, uint64_t slot, unsigned back, int callback)
{
	struct rawbpf_vm_frame *frame = &vm->frames[vm->depth + 1];
	unsigned i;

	if (vm_target(vm, slot))
		return -EFAULT;
	if (vm->depth + 1 >= vm->spec.frames)
		return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_FRAMES, vm->spec.frames);
	vm->depth++;
	frame->prog = vm->prog;
	frame->pc = back;
	frame->callback = callback;
	for (i = 0; i < 4; i++)
		frame->saved[i] = vm->r[6 + i];
	rawbpf__vm_frame_begin(vm);
	vm->pc = (unsigned)slot;
	return VM_MOVED;
}

/* Go on with another program, in the same frame. Beyond the limit, the call does nothing. */
static int vm_tail_call(struct rawbpf_vm *vm, struct rawbpf_vm_prog *prog)
{
	if (vm->tail_calls >= VM_TAIL_CALLS)
		return VM_STRAIGHT;
	if (!prog || rawbpf_vm_prog_check(prog, NULL))
		return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_PROG, 0);
	vm->tail_calls++;
	vm->prog = prog;
	vm->pc = 0;
	rawbpf__vm_frame_begin(vm);
	rawbpf__vm_windows_clear(vm);
	return VM_MOVED;
}

static int vm_call_back(struct rawbpf_vm *vm, const struct rawbpf_vm_known *known)
{
	struct rawbpf_vm_call *call = &vm->frames[vm->depth].call;
	int slot = vm_code(vm, call->function), i;

	vm->frames[vm->depth].helper = *known;
	if (slot < 0 || vm_enter(vm, (unsigned)slot, vm->pc, 1) < 0)
		return -EFAULT;
	for (i = 0; i < 5; i++) {
		call->kept[i] = call->args[i];
		vm->r[1 + i] = call->pass[i];
	}
	call->args = call->kept;
	return VM_MOVED;
}

static int vm_failed(struct rawbpf_vm *vm, int error)
{
	if (!vm->trap.kind)
		rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_FAILED, vm->frames[vm->depth].call.number);
	vm->trap.error = error;
	return -EFAULT;
}

/* Do what a helper has answered, other than a number. */
static __attribute__((noinline)) int vm_answer(struct rawbpf_vm *vm,
					       const struct rawbpf_vm_known *known, int answer)
{
	struct rawbpf_vm_call *call = &vm->frames[vm->depth].call;

	switch (answer) {
	case RAWBPF_VM_POINTER:
		return rawbpf__vm_pointer(vm, call, &vm->r[0]) ? -EFAULT : VM_STRAIGHT;
	case RAWBPF_VM_HANDLE:
		vm->r[0] = call->region ? call->region->address : 0;
		return VM_STRAIGHT;
	case RAWBPF_VM_CALLBACK:
		return vm_call_back(vm, known);
	case RAWBPF_VM_TAIL_CALL:
		return vm_tail_call(vm, call->prog);
	case RAWBPF_VM_SILENT:
		return VM_STRAIGHT;
	default:
		return vm_failed(vm, answer < 0 ? answer : -EINVAL);
	}
}

/* Call a helper, or call it again after a callback. */
static inline int vm_ask(struct rawbpf_vm *vm, const struct rawbpf_vm_known *known,
			 struct rawbpf_vm_call *call)
{
	int answer = known->helper->run(vm, call, known->context);

	if (__builtin_expect(answer != RAWBPF_VM_NUMBER, 0))
		return vm_answer(vm, known, answer);
	vm->r[0] = call->value;
	return VM_STRAIGHT;
}

RAWBPF__PRIVATE void rawbpf__vm_helpers_forget(struct rawbpf_vm *vm)
{
	unsigned i;

	for (i = 0; i < 8; i++)
		vm->known[i].key = VM_UNKNOWN;
}

static uint64_t vm_helper_key(uint32_t kfunc, uint32_t number)
{
	return (uint64_t)kfunc << 32 | number;
}

/* Search a table. */
static const struct rawbpf_vm_helper *vm_helper_in(const struct rawbpf_vm_helpers *table,
						   uint64_t key)
{
	unsigned begin = 0, end = table->count;

	while (begin < end) {
		unsigned middle = begin + (end - begin) / 2;
		const struct rawbpf_vm_helper *helper = &table->helpers[middle];
		uint64_t found = vm_helper_key(helper->kfunc, helper->number);

		if (found == key)
			return helper;
		if (found < key)
			begin = middle + 1;
		else
			end = middle;
	}
	return NULL;
}

/* Begin a call of a helper. */
static inline int vm_begin_call(struct rawbpf_vm *vm, const struct rawbpf_vm_known *known)
{
	struct rawbpf_vm_call *call = &vm->frames[vm->depth].call;

	call->args = &vm->r[1];
	call->number = (uint32_t)known->key;
	call->round = 0;
	call->state[0] = call->state[1] = 0;
	call->region = NULL;
	return vm_ask(vm, known, call);
}

/* Find a helper, in the tables' order, remember it by the low 3 bits of its number, and call it. */
static __attribute__((noinline)) int vm_find_and_call(struct rawbpf_vm *vm, uint64_t key)
{
	struct rawbpf_vm_known *known = &vm->known[key % 8];
	const struct rawbpf_vm_helpers *table;

	for (table = vm->spec.helpers; table; table = table->next) {
		known->helper = vm_helper_in(table, key);
		known->context = table->context;
		known->key = key;
		if (known->helper)
			return vm_begin_call(vm, known);
	}
	known->key = VM_UNKNOWN;
	return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_HELPER, (uint32_t)key);
}

/* Call the function in a register, or at a distance. */
static __attribute__((noinline)) int vm_call_function(struct rawbpf_vm *vm,
						      const struct bpf_insn *insn)
{
	int slot;

	if (insn->code != (BPF_JMP | BPF_CALL | BPF_X))
		return vm_enter(vm, (uint64_t)vm->pc + 1 + (int64_t)(insn->off ? insn->off : insn->imm),
				vm->pc + 1, 0);
	slot = vm_code(vm, vm->r[insn->dst_reg]);
	return slot < 0 ? slot : vm_enter(vm, (unsigned)slot, vm->pc + 1, 0);
}

RAWBPF__PRIVATE int rawbpf__vm_call(struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	const struct rawbpf_vm_known *known;
	uint64_t key;

	vm->pc = (unsigned)(insn - vm->prog->insns);
	if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg == BPF_PSEUDO_CALL)
		return vm_call_function(vm, insn);
	key = vm_helper_key(insn->src_reg != 0, (uint32_t)insn->imm);
	known = &vm->known[key % 8];
	return known->key == key ? vm_begin_call(vm, known) : vm_find_and_call(vm, key);
}

RAWBPF__PRIVATE int rawbpf__vm_exit(struct rawbpf_vm *vm, const struct bpf_insn *insn)
{
	struct rawbpf_vm_frame *frame = &vm->frames[vm->depth];
	unsigned i;
	int result;

	vm->pc = (unsigned)(insn - vm->prog->insns);
	if (!vm->depth) {
		vm->ended = 1;
		return VM_ENDED;
	}
	for (i = 0; i < 4; i++)
		vm->r[6 + i] = frame->saved[i];
	vm->prog = frame->prog;
	vm->pc = frame->pc;
	vm->depth--;
	vm->r[10] = vm->frames[vm->depth].stack.address + RAWBPF_VM_STACK;
	rawbpf__vm_windows_clear(vm);	/* some may show the stack that ends here */
	if (!frame->callback)
		return VM_MOVED;
	frame = &vm->frames[vm->depth];
	frame->call.returned = vm->r[0];
	frame->call.round++;
	result = vm_ask(vm, &frame->helper, &frame->call);
	if (result == VM_STRAIGHT) { /* behind the call, not behind the exit */
		vm->pc++;
		result = VM_MOVED;
	}
	return result;
}

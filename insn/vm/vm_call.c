/* SPDX-License-Identifier: MIT */
/* Calls: of the program's functions, of helpers, of functions by helpers; tail calls; the end. */
#include "machine.h"

/* Trap at vm->pc unless an instruction begins at `slot`. */
static int vm_target(struct rawbpf_vm *vm, uint64_t slot)
{
	if (slot < vm->prog->insn_count && vm->prog->insns[slot].code)
		return 0;
	return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_TARGET, VM_CODE + 8 * slot);
}

RAWBPF__PRIVATE int rawbpf__vm_code(struct rawbpf_vm *vm, uint64_t address)
{
	uint64_t slot = (address - VM_CODE) / 8;

	if (address % 8 || address < VM_CODE)
		return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_TARGET, address);
	return vm_target(vm, slot) ? -EFAULT : (int)slot;
}

RAWBPF__PRIVATE void rawbpf__vm_frame_begin(struct rawbpf_vm *vm)
{
	struct rawbpf_vm_frame *frame = &vm->frames[vm->depth];

	vm->r[10] = frame->stack.address + RAWBPF_VM_STACK;
	frame->used = 0;
	frame->may_goto = vm->spec.may_goto;
}

/* Enter the function at a slot. It returns to slot `back`. */
static int vm_enter(struct rawbpf_vm *vm, uint64_t slot, unsigned back, int callback)
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
	return 0;
}

/* Go on with another program, in the same frame. Beyond the limit, the call does nothing. */
static int vm_tail_call(struct rawbpf_vm *vm, struct rawbpf_vm_prog *prog)
{
	if (vm->tail_calls >= VM_TAIL_CALLS) {
		vm->pc++;
		return 0;
	}
	if (!prog || rawbpf_vm_prog_check(prog, NULL))
		return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_PROG, 0);
	vm->tail_calls++;
	vm->prog = prog;
	vm->pc = 0;
	rawbpf__vm_frame_begin(vm);
	rawbpf__vm_windows_clear(vm);
	return 0;
}

static int vm_call_back(struct rawbpf_vm *vm, const struct rawbpf_vm_call *call)
{
	int slot = rawbpf__vm_code(vm, call->function), i;

	if (slot < 0 || vm_enter(vm, slot, vm->pc, 1))
		return -EFAULT;
	for (i = 0; i < 5; i++)
		vm->r[1 + i] = call->pass[i];
	return 0;
}

static int vm_failed(struct rawbpf_vm *vm, int error)
{
	if (!vm->trap.kind)
		rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_FAILED, vm->frames[vm->depth].call.number);
	vm->trap.error = error;
	return -EFAULT;
}

/* Call the helper of this frame, or call it again after a callback, and do what it answers. */
static int vm_ask(struct rawbpf_vm *vm)
{
	struct rawbpf_vm_frame *frame = &vm->frames[vm->depth];
	struct rawbpf_vm_call *call = &frame->call;
	int answer = frame->helper->run(vm, call, frame->helper_context);

	switch (answer) {
	case RAWBPF_VM_NUMBER:
		vm->r[0] = call->value;
		break;
	case RAWBPF_VM_POINTER:
		if (rawbpf__vm_pointer(vm, call, &vm->r[0]))
			return -EFAULT;
		break;
	case RAWBPF_VM_HANDLE:
		vm->r[0] = call->region ? call->region->address : 0;
		break;
	case RAWBPF_VM_CALLBACK:
		return vm_call_back(vm, call);
	case RAWBPF_VM_TAIL_CALL:
		return vm_tail_call(vm, call->prog);
	case RAWBPF_VM_SILENT:
		break;
	default:
		return vm_failed(vm, answer < 0 ? answer : -EINVAL);
	}
	vm->pc++;
	return 0;
}

/* Find a helper, in the tables' order. */
static const struct rawbpf_vm_helper *vm_helper_find(const struct rawbpf_vm_helpers *table,
						     uint32_t kfunc, uint32_t number,
						     void **context)
{
	uint64_t wanted = (uint64_t)kfunc << 32 | number;

	for (; table; table = table->next) {
		unsigned begin = 0, end = table->count;

		while (begin < end) {
			unsigned middle = begin + (end - begin) / 2;
			const struct rawbpf_vm_helper *helper = &table->helpers[middle];
			uint64_t key = (uint64_t)helper->kfunc << 32 | helper->number;

			if (key == wanted) {
				*context = table->context;
				return helper;
			}
			if (key < wanted)
				begin = middle + 1;
			else
				end = middle;
		}
	}
	return NULL;
}

static int vm_call_helper(struct rawbpf_vm *vm, uint32_t kfunc, uint32_t number)
{
	struct rawbpf_vm_frame *frame = &vm->frames[vm->depth];
	struct rawbpf_vm_call *call = &frame->call;
	unsigned i;

	frame->helper = vm_helper_find(vm->spec.helpers, kfunc, number, &frame->helper_context);
	if (!frame->helper)
		return rawbpf__vm_trap(vm, RAWBPF_VM_TRAP_HELPER, number);
	for (i = 0; i < 5; i++)
		call->args[i] = vm->r[1 + i];
	call->number = number;
	call->round = 0;
	call->state[0] = call->state[1] = 0;
	call->region = NULL;
	return vm_ask(vm);
}

RAWBPF__PRIVATE int rawbpf__vm_call(struct rawbpf_vm *vm)
{
	const struct bpf_insn *insn = &vm->prog->insns[vm->pc];
	int slot;

	if (insn->code == (BPF_JMP | BPF_CALL | BPF_X)) {
		slot = rawbpf__vm_code(vm, vm->r[insn->dst_reg]);
		return slot < 0 ? slot : vm_enter(vm, slot, vm->pc + 1, 0);
	}
	if (insn->src_reg == BPF_PSEUDO_CALL)
		return vm_enter(vm, (uint64_t)vm->pc + 1 + (int64_t)(insn->off ? insn->off : insn->imm),
				vm->pc + 1, 0);
	return vm_call_helper(vm, insn->src_reg != 0, (uint32_t)insn->imm);
}

RAWBPF__PRIVATE int rawbpf__vm_exit(struct rawbpf_vm *vm)
{
	struct rawbpf_vm_frame *frame = &vm->frames[vm->depth];
	unsigned i;

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
		return 0;
	frame = &vm->frames[vm->depth];
	frame->call.returned = vm->r[0];
	frame->call.round++;
	return vm_ask(vm);
}

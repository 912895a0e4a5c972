/* SPDX-License-Identifier: MIT */
/* What the files of the machine share: addresses, windows into memory, calls, traps. */
#ifndef RAWBPF_INSN_MACHINE_H
#define RAWBPF_INSN_MACHINE_H

#include <rawbpf/vm.h>

#include "../base/private.h"

/*
 * The addresses of a machine, below 4 GB: a context's fields of 32 bits have room for them.
 * Regions without an address begin at VM_FIRST. Instruction N is at VM_CODE + 8 * N. The stack of
 * frame N ends at VM_STACK + VM_STACK_STEP * N + VM_STACK_STEP / 2: gaps surround it.
 */
#define VM_FIRST	UINT64_C(0x10000000)
#define VM_CODE		UINT64_C(0x60000000)
#define VM_STACK	UINT64_C(0x70000000)
#define VM_STACK_STEP	UINT64_C(0x1000)
#define VM_STACK_END	(VM_STACK + VM_STACK_STEP * RAWBPF_VM_FRAMES_MAX)

/* Kernels stop a program's loops by may_goto after so many rounds, and its tail calls. */
enum { VM_MAY_GOTO = 1 << 23, VM_TAIL_CALLS = 33 };

/* Results of the next functions, beside -EFAULT: how the program goes on. */
enum {
	VM_STRAIGHT,	/* behind the instruction */
	VM_MOVED,	/* at vm->pc of vm->prog */
	VM_ENDED
};

/* Return the kind of the handles of maps. */
RAWBPF__PRIVATE const void *rawbpf__vm_map_kind(void);

/* Set the machine's trap, at vm->pc. Return -EFAULT. */
RAWBPF__PRIVATE int rawbpf__vm_trap(struct rawbpf_vm *vm, enum rawbpf_vm_trap_kind kind,
				    uint64_t address);

/*
 * Set `window` to the memory around `size` bytes (> 0) at `address`, which the program may use with
 * these rights. Return 0, or -EFAULT with the trap set.
 */
RAWBPF__PRIVATE int rawbpf__vm_window(struct rawbpf_vm *vm, struct rawbpf_vm_window *window,
				      uint64_t address, uint64_t size, unsigned rights);

/* Forget all windows, since memory has changed. */
RAWBPF__PRIVATE void rawbpf__vm_windows_clear(struct rawbpf_vm *vm);

/* Set *address to that of a helper's pointer. Return 0, or -EFAULT with the trap set. */
RAWBPF__PRIVATE int rawbpf__vm_pointer(struct rawbpf_vm *vm, const struct rawbpf_vm_call *call,
				       uint64_t *address);

/* Begin frame vm->depth: r10, may_goto, a stack of no bytes. */
RAWBPF__PRIVATE void rawbpf__vm_frame_begin(struct rawbpf_vm *vm);

/*
 * Run an instruction of vm->prog that may leave the straight line: BPF_CALL and callx; BPF_EXIT; a
 * load from the packet, which ends the function if the packet does not have these bytes.
 */
RAWBPF__PRIVATE int rawbpf__vm_call(struct rawbpf_vm *vm, const struct bpf_insn *insn);
RAWBPF__PRIVATE int rawbpf__vm_exit(struct rawbpf_vm *vm, const struct bpf_insn *insn);
RAWBPF__PRIVATE int rawbpf__vm_packet(struct rawbpf_vm *vm, const struct bpf_insn *insn);

/* Go to the instruction whose address gotox has in its register. */
RAWBPF__PRIVATE int rawbpf__vm_goto(struct rawbpf_vm *vm, const struct bpf_insn *insn);

/* Forget which tables helpers are in, since the caller may have changed them. */
RAWBPF__PRIVATE void rawbpf__vm_helpers_forget(struct rawbpf_vm *vm);

/* Load what the two slots at `insn` refer to into their register. Return 0 or -EFAULT. */
RAWBPF__PRIVATE int rawbpf__vm_load64(struct rawbpf_vm *vm, const struct bpf_insn *insn);

/* Run an atomic instruction. Return 0 or -EFAULT. */
RAWBPF__PRIVATE int rawbpf__vm_atomic(struct rawbpf_vm *vm, const struct bpf_insn *insn);

#endif

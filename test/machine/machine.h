/* SPDX-License-Identifier: MIT */
/* A machine with a stack, for tests that run a few instructions. */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include <check.h>
#include <errno.h>
#include <string.h>

#include <rawbpf/insn.h>
#include <rawbpf/vm.h>

#include "../unit.h"

struct machine {
	struct rawbpf_vm vm;
	struct rawbpf_vm_prog prog;
	uint64_t stack[RAWBPF_VM_FRAMES_MAX * RAWBPF_VM_STACK / 8];
};

/* Open a machine for a program. `spec` has what the program needs besides a stack. */
static inline int machine_open(struct machine *machine, const struct bpf_insn *insns,
			       unsigned count, struct rawbpf_vm_spec spec)
{
	machine->prog = (struct rawbpf_vm_prog){ .insns = insns, .insn_count = count };
	spec.prog = &machine->prog;
	spec.stack = machine->stack;
	spec.stack_size = sizeof(machine->stack);
	memset(machine->stack, 0xa5, sizeof(machine->stack));
	return rawbpf_vm_open(&machine->vm, &spec);
}

/* Open a machine for the instructions, which must be valid. */
#define MACHINE(MACHINE, OPTIONS, ...) \
	const struct bpf_insn MACHINE##_insns[] = { __VA_ARGS__ }; \
	struct machine MACHINE; \
	ck_assert_int_eq(machine_open(&MACHINE, MACHINE##_insns, RAWBPF_COUNT(MACHINE##_insns), \
				      OPTIONS), 0)

#define SPEC(...) ((struct rawbpf_vm_spec){ __VA_ARGS__ })
#define NO_SPEC SPEC(.prog = NULL)

#define ends(MACHINE, R0) \
	do { \
		ck_assert_int_eq(rawbpf_vm_run(&(MACHINE).vm, 1000000), RAWBPF_VM_ENDED); \
		ck_assert_uint_eq((MACHINE).vm.r[0], (uint64_t)(R0)); \
	} while (0)

#define traps(MACHINE, KIND, INSN) \
	do { \
		ck_assert_int_eq(rawbpf_vm_run(&(MACHINE).vm, 1000000), -EFAULT); \
		ck_assert_int_eq((MACHINE).vm.trap.kind, KIND); \
		ck_assert_uint_eq((MACHINE).vm.trap.insn, INSN); \
	} while (0)

#endif

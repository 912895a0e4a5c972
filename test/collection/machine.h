/* SPDX-License-Identifier: MIT */
/*
 * A machine of either byte order that runs entry sequences: a few instructions, three helpers, and
 * a memory of its own. Written from RFC 9669.
 */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include <rawbpf/insn.h>

/* Where things lie. The registers are in the context, or behind a pointer in it. */
enum {
	MACHINE_CONTEXT = 0x1000,
	MACHINE_REGISTERS = 0x2000,  /* of the caller of a system call */
	MACHINE_TASK = 0x3000,
	MACHINE_FUNCTION_STACK = 0x4000,
	MACHINE_STACK_END = 0x6000,  /* r10 */
	MACHINE_SIZE = 0x6000
};

struct machine {
	bool is_big_endian;
	bool is_user_stack;          /* MACHINE_FUNCTION_STACK is memory of a process */
	uint8_t memory[MACHINE_SIZE];
	uint64_t registers[11];
	unsigned steps;
};

void machine_put(struct machine *machine, unsigned address, unsigned bytes, uint64_t value);
uint64_t machine_get(const struct machine *machine, unsigned address, unsigned bytes);

/*
 * Run from the first instruction, with r1 the context. Return 1 if the program went on behind its
 * last instruction, 0 if it exited. Everything else is an assertion that fails.
 */
int machine_run(struct machine *machine, const struct bpf_insn *insns, unsigned count);

#endif

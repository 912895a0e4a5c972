/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <check.h>
#include <string.h>

enum { GET_CURRENT_TASK = 35, PROBE_READ_USER = 112, PROBE_READ_KERNEL = 113 };

static unsigned place(const struct machine *machine, unsigned i, unsigned bytes)
{
	return machine->is_big_endian ? bytes - 1 - i : i;
}

void machine_put(struct machine *machine, unsigned address, unsigned bytes, uint64_t value)
{
	ck_assert_uint_le(address + bytes, MACHINE_SIZE);
	for (unsigned i = 0; i < bytes; i++)
		machine->memory[address + place(machine, i, bytes)] = value >> 8 * i;
}

uint64_t machine_get(const struct machine *machine, unsigned address, unsigned bytes)
{
	uint64_t value = 0;

	ck_assert_uint_le(address + bytes, MACHINE_SIZE);
	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)machine->memory[address + place(machine, i, bytes)] << 8 * i;
	return value;
}

static unsigned size_of(unsigned code)
{
	switch (code & 0x18) {
	case BPF_B: return 1;
	case BPF_H: return 2;
	case BPF_W: return 4;
	default: return 8;
	}
}

/* A program may access its context and its stack, at multiples of the size. */
static unsigned access_to(const struct machine *machine, const struct bpf_insn *insn, unsigned base)
{
	uint64_t address = machine->registers[base] + insn->off;
	unsigned bytes = size_of(insn->code);
	bool is_stack = address >= MACHINE_STACK_END - 512 && address + bytes <= MACHINE_STACK_END;
	bool is_context = BPF_CLASS(insn->code) == BPF_LDX && address >= MACHINE_CONTEXT &&
			  address + bytes <= MACHINE_REGISTERS;

	ck_assert_msg(is_stack || is_context, "access to %#llx", (unsigned long long)address);
	ck_assert_uint_eq(address % bytes, 0);
	return address;
}

static void call(struct machine *machine, int helper)
{
	uint64_t *r = machine->registers;
	bool is_user = r[3] >= MACHINE_FUNCTION_STACK && machine->is_user_stack;

	if (helper == GET_CURRENT_TASK) {
		r[0] = MACHINE_TASK;
	} else {
		ck_assert_int_eq(helper, is_user ? PROBE_READ_USER : PROBE_READ_KERNEL);
		ck_assert_uint_ge(r[3], MACHINE_REGISTERS);
		ck_assert_uint_ge(r[1], MACHINE_STACK_END - 512);
		ck_assert_uint_le(r[1] + r[2], MACHINE_STACK_END);
		ck_assert_uint_le(r[3] + r[2], MACHINE_STACK_END - 512);
		memcpy(machine->memory + r[1], machine->memory + r[3], r[2]);
		r[0] = 0;
	}
	for (unsigned lost = 1; lost <= 5; lost++)
		r[lost] = 0xdeaddeaddeaddead;
}

static void compute(uint64_t *dst, unsigned operation, uint64_t operand)
{
	switch (operation) {
	case BPF_MOV: *dst = operand; break;
	case BPF_ADD: *dst += operand; break;
	case BPF_AND: *dst &= operand; break;
	case BPF_LSH: *dst <<= operand; break;
	case BPF_RSH: *dst >>= operand; break;
	case BPF_ARSH: *dst = (int64_t)*dst >> operand; break;
	default: ck_abort_msg("operation %#x", operation);
	}
}

/* Run one instruction. Return how many slots follow it until the next one; -1 at an exit. */
static int step(struct machine *machine, const struct bpf_insn *insn)
{
	uint64_t *dst = &machine->registers[insn->dst_reg], src = machine->registers[insn->src_reg];
	unsigned bytes = size_of(insn->code);
	uint64_t imm = (uint64_t)(int64_t)insn->imm;

	switch (insn->code) {
	case BPF_LD | BPF_IMM | BPF_DW:
		*dst = (uint32_t)insn[0].imm | (uint64_t)(uint32_t)insn[1].imm << 32;
		return 1;
	case BPF_JMP | BPF_JA: return insn->off;
	case BPF_JMP | BPF_JEQ | BPF_K: return *dst == imm ? insn->off : 0;
	case BPF_JMP | BPF_JNE | BPF_K: return *dst != imm ? insn->off : 0;
	case BPF_JMP | BPF_CALL: call(machine, insn->imm); return 0;
	case BPF_JMP | BPF_EXIT: return -1;
	}
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU64: compute(dst, BPF_OP(insn->code), BPF_SRC(insn->code) == BPF_X ? src : imm); break;
	case BPF_LDX: *dst = machine_get(machine, access_to(machine, insn, insn->src_reg), bytes); break;
	case BPF_STX: machine_put(machine, access_to(machine, insn, insn->dst_reg), bytes, src); break;
	case BPF_ST: machine_put(machine, access_to(machine, insn, insn->dst_reg), bytes, imm); break;
	default: ck_abort_msg("opcode %#x", insn->code);
	}
	return 0;
}

int machine_run(struct machine *machine, const struct bpf_insn *insns, unsigned count)
{
	unsigned at = 0;

	for (unsigned i = 0; i < 10; i++)
		machine->registers[i] = 0xdead0000 + i;
	machine->registers[1] = MACHINE_CONTEXT;
	machine->registers[10] = MACHINE_STACK_END;
	for (machine->steps = 0; at < count; machine->steps++) {
		int skip = step(machine, &insns[at]);

		if (skip < 0) {
			ck_assert_uint_eq(machine->registers[0], 0);
			return 0;
		}
		at += 1 + skip;
	}
	ck_assert_uint_eq(at, count);
	ck_assert_uint_eq(machine->registers[6], MACHINE_CONTEXT);
	ck_assert_uint_eq(machine->registers[8], 0xdead0008);
	ck_assert_uint_eq(machine->registers[9], 0xdead0009);
	return 1;
}

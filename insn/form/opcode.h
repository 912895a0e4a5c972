/* SPDX-License-Identifier: MIT */
/* The parts of an opcode: the kernel's names, without "BPF_" before them, and the size. */
#ifndef RAWBPF_INSN_OPCODE_H
#define RAWBPF_INSN_OPCODE_H

#include "../base/private.h"

/*
 * Return the operation of arithmetic, a jump, or an atomic without BPF_FETCH: "ADD", "JSGT",
 * "TO_BE".
 */
RAWBPF__PRIVATE const char *rawbpf__operation_name(const struct bpf_insn *insn);

/* Return the bytes that a load, a store or an atomic accesses. */
static inline unsigned rawbpf__access_size(unsigned code)
{
	return "\4\2\1\10"[code >> 3 & 3];
}

/* Return "W", "H", "B" or "DW". */
RAWBPF__PRIVATE const char *rawbpf__size_name(unsigned code);

/* Return "LD", "LDX", "ST", "STX", "ALU", "JMP", "JMP32" or "ALU64". */
RAWBPF__PRIVATE const char *rawbpf__class_name(unsigned code);

/*
 * Return "IMM", "ABS", "IND", "MEM", "MEMSX", "ATOMIC", "NOSPEC", "PROBE_MEM"..., or NULL for an
 * unknown mode.
 */
RAWBPF__PRIVATE const char *rawbpf__mode_name(unsigned code);

#endif

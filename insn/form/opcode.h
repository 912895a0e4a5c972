/* SPDX-License-Identifier: MIT */
/* The kernel's names for the parts of an opcode, without "BPF_" before them. */
#ifndef RAWBPF_INSN_OPCODE_H
#define RAWBPF_INSN_OPCODE_H

#include "../base/private.h"

/*
 * Return the operation of arithmetic, a jump, or an atomic without BPF_FETCH: "ADD", "JSGT",
 * "TO_BE".
 */
RAWBPF__PRIVATE const char *rawbpf__operation_name(const struct bpf_insn *insn);

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

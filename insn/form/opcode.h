/* SPDX-License-Identifier: MIT */
/* The kernel's names for the parts of an opcode, without "BPF_" before them. */
#ifndef RAWBPF_INSN_OPCODE_H
#define RAWBPF_INSN_OPCODE_H

#include "../base/private.h"

/* "ADD", "JSGT", "TO_BE": of arithmetic, jumps, and atomics without BPF_FETCH. */
RAWBPF__PRIVATE const char *rawbpf__operation_name(const struct bpf_insn *insn);

/* "W", "H", "B", "DW" */
RAWBPF__PRIVATE const char *rawbpf__size_name(unsigned code);

/* "LD", "LDX", "ST", "STX", "ALU", "JMP", "JMP32", "ALU64" */
RAWBPF__PRIVATE const char *rawbpf__class_name(unsigned code);

/* "IMM", "ABS", "IND", "MEM", "MEMSX", "ATOMIC", "NOSPEC", "PROBE_MEM"...; NULL: not one. */
RAWBPF__PRIVATE const char *rawbpf__mode_name(unsigned code);

#endif

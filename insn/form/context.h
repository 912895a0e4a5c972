/* SPDX-License-Identifier: MIT */
/* Contexts: the structs that r1 points to when programs start. */
#ifndef RAWBPF_INSN_CONTEXT_H
#define RAWBPF_INSN_CONTEXT_H

#include "../base/private.h"

/* The kind of a row: the value that a program gets when it loads the field. */
enum rawbpf__context_kind {
	RAWBPF__CONTEXT_NUMBER,
	RAWBPF__CONTEXT_PACKET,
	RAWBPF__CONTEXT_PACKET_END,
	RAWBPF__CONTEXT_PACKET_META,
	RAWBPF__CONTEXT_FLOW_KEYS,
	RAWBPF__CONTEXT_SOCKET,
	RAWBPF__CONTEXT_MEMORY,
	RAWBPF__CONTEXT_MEMORY_END,
	RAWBPF__CONTEXT_STRUCT	/* a row that begins a struct, or ends the table */
};

/* 20 bytes, since the table has 166 rows. */
struct rawbpf__context {
	uint64_t readers;	/* bit N: programs of type N may read the field, or get the struct */
	uint64_t writers;
	uint16_t offset;	/* in bytes */
	uint16_t size : 4;	/* the size of one element */
	uint16_t count : 8;	/* the number of elements; a field with 1 is no array */
	uint16_t kind : 4;	/* enum rawbpf__context_kind */
} __attribute__((packed, aligned(4)));

/* Return the struct that programs of a type get, or NULL without one. Its fields follow it. */
RAWBPF__PRIVATE const struct rawbpf__context *rawbpf__context_find(unsigned prog_type);
/* Return the name of a struct or field: "__sk_buff", "data_end". */
RAWBPF__PRIVATE const char *rawbpf__context_name(const struct rawbpf__context *row);

/*
 * Return the field of a struct by their names, which are not terminated. *has_struct becomes 1 if
 * the table has the struct, else 0.
 */
RAWBPF__PRIVATE const struct rawbpf__context *
rawbpf__context_field(const char *name, size_t length, const char *field, size_t field_length,
		      int *has_struct);

/* Return the field of a struct that has the byte at an offset, or NULL. */
RAWBPF__PRIVATE const struct rawbpf__context *rawbpf__context_at(const char *name, uint64_t offset);

/*
 * Offsets in struct pt_regs, by the columns of context.def. The rows are in the order of enum
 * rawbpf_arch, from RAWBPF_ARCH_X86_64 on. rawbpf__registers_at() returns NULL behind the last one.
 */
struct rawbpf__registers {
	char architecture[8];
	uint16_t arguments[8], argument_count, result, stack, instruction;
	uint16_t stack_argument;
	uint16_t call[6], number, number_size;
	uint16_t compat, compat_mask, compat_value;
};
RAWBPF__PRIVATE const struct rawbpf__registers *rawbpf__registers_at(unsigned index);

#endif

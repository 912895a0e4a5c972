/* SPDX-License-Identifier: MIT */
#include "context.h"
#include "../base/string.h"

/* The size in bytes of the registers at the start of struct bpf_perf_event_data. */
#if defined(__aarch64__)
#define CONTEXT_REGS_SIZE 272
#elif defined(__s390x__)
#define CONTEXT_REGS_SIZE 152
#elif defined(__riscv)
#define CONTEXT_REGS_SIZE 256
#elif defined(__mips__)
#define CONTEXT_REGS_SIZE 304
#elif defined(__loongarch__)
#define CONTEXT_REGS_SIZE 360
#elif defined(__powerpc64__)
#define CONTEXT_REGS_SIZE 352
#elif defined(__powerpc__)
#define CONTEXT_REGS_SIZE 176
#elif defined(__i386__)
#define CONTEXT_REGS_SIZE 68
#elif defined(__arm__)
#define CONTEXT_REGS_SIZE 72
#else
#define CONTEXT_REGS_SIZE 168
#endif

static const struct rawbpf__context context_rows[] = {
#define CONTEXT(NAME, TYPES) { TYPES, 0, 0, 0, 0, RAWBPF__CONTEXT_STRUCT },
#define FIELD(NAME, OFFSET, SIZE, COUNT, READERS, WRITERS, KIND) \
	{ READERS, WRITERS, OFFSET, SIZE, COUNT, RAWBPF__CONTEXT_##KIND },
#include "context.def"
	{ 0, 0, 0, 0, 0, RAWBPF__CONTEXT_STRUCT }
};

static const char context_names[] =
#define CONTEXT(NAME, TYPES) #NAME "\0"
#define FIELD(NAME, ...) #NAME "\0"
#include "context.def"
;

static const struct rawbpf__registers context_registers[] = {
#define CONTEXT_LIST(...) { __VA_ARGS__ }
#define CONTEXT_COUNT(...) sizeof((const uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t)
#define REGISTERS(ARCHITECTURE, ARGUMENTS, RESULT, STACK, INSTRUCTION, STACK_ARGUMENT, CALL, \
		  NUMBER, NUMBER_SIZE, COMPAT, COMPAT_MASK, COMPAT_VALUE) \
	{ #ARCHITECTURE, CONTEXT_LIST ARGUMENTS, CONTEXT_COUNT ARGUMENTS, RESULT, STACK, \
	  INSTRUCTION, STACK_ARGUMENT, CONTEXT_LIST CALL, NUMBER, NUMBER_SIZE, COMPAT, \
	  COMPAT_MASK, COMPAT_VALUE },
#include "context.def"
};

#undef CONTEXT_REGS_SIZE

RAWBPF__PRIVATE const struct rawbpf__context *rawbpf__context_find(unsigned prog_type)
{
	const struct rawbpf__context *row = context_rows;

	if (prog_type > 63)
		return NULL;
	for (; row->readers; row++)
		if (row->kind == RAWBPF__CONTEXT_STRUCT && row->readers >> prog_type & 1)
			return row;
	return NULL;
}

RAWBPF__PRIVATE const char *rawbpf__context_name(const struct rawbpf__context *row)
{
	return rawbpf__nth(context_names, row - context_rows);
}

RAWBPF__PRIVATE const struct rawbpf__context *
rawbpf__context_field(const char *name, size_t length, const char *field, size_t field_length,
		      int *has_struct)
{
	const struct rawbpf__context *row = context_rows;
	const char *word = context_names;
	int is_inside = 0;

	*has_struct = 0;
	for (; row->readers; row++, word = rawbpf__nth(word, 1)) {
		if (row->kind == RAWBPF__CONTEXT_STRUCT) {
			is_inside = rawbpf__equal_bytes(word, name, length);
			*has_struct |= is_inside;
		} else if (is_inside && rawbpf__equal_bytes(word, field, field_length)) {
			return row;
		}
	}
	return NULL;
}

RAWBPF__PRIVATE const struct rawbpf__context *rawbpf__context_at(const char *name, uint64_t offset)
{
	const struct rawbpf__context *row = context_rows;
	const char *word = context_names;
	int is_inside = 0;

	for (; row->readers; row++, word = rawbpf__nth(word, 1)) {
		if (row->kind == RAWBPF__CONTEXT_STRUCT)
			is_inside = rawbpf__equal(word, name);
		else if (is_inside && offset >= row->offset &&
			 offset < row->offset + (unsigned)row->size * row->count)
			return row;
	}
	return NULL;
}

RAWBPF__PRIVATE const struct rawbpf__registers *rawbpf__registers_at(unsigned index)
{
	return index < sizeof(context_registers) / sizeof(context_registers[0]) ?
	       &context_registers[index] : NULL;
}

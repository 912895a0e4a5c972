/* SPDX-License-Identifier: MIT */
/* The packet and the context of a test: as bytes, and by the names of fields and arguments. */
#include "vm_test_value.h"
#include "../base/number.h"
#include "../base/string.h"
#include "../form/context.h"

enum {
	TEST_PACKET = 64,	/* bytes, without a packet line */
	TEST_ROOM = 4096,	/* for a packet to grow */
	TEST_ZEROS = 1 << 16,	/* of one "*N" */
	TEST_EVENT = 16		/* the first argument in the record of a tracepoint of system calls */
};

/* ------------------------------------------------------------------------------- bytes */

RAWBPF__PRIVATE const char *rawbpf__test_word(const char **at, size_t *length)
{
	const char *word;

	while (rawbpf__is_blank(**at))
		++*at;
	word = *at;
	while (**at && !rawbpf__is_blank(**at))
		++*at;
	*length = (size_t)(*at - word);
	return *length ? word : NULL;
}

/* Append the bytes of a word to `to`, unless that is NULL. Return their number, or -1. */
static long test_word_bytes(const char *word, size_t length, unsigned char *to)
{
	uint64_t zeros = 0;
	const char *at = word + 1;

	if (*word == '*') {
		if (!rawbpf__digits_parse(&at, word + length, 10, &zeros) || at != word + length ||
		    length == 1 || zeros > TEST_ZEROS)
			return -1;
		if (to)
			__builtin_memset(to, 0, (size_t)zeros);
		return (long)zeros;
	}
	for (size_t i = 0; i < length; i += 2) {
		int byte = length - i < 2 ? -1 : rawbpf__hex_byte(word + i);

		if (byte < 0)
			return -1;
		if (to)
			to[i / 2] = (unsigned char)byte;
	}
	return (long)(length / 2);
}

/* Read the lines of a kind to `to`, or only count their bytes. Return 0, or 1: a bad word. */
static int test_read(struct rawbpf_vm_test *test, unsigned kind, unsigned char *to, size_t *size)
{
	const struct rawbpf_collection *c = test->spec.load.collection;
	const struct rawbpf_table_test *table = &c->tests[test->spec.test];

	*size = 0;
	for (unsigned i = 0; i < table->count; i++) {
		const struct rawbpf_table_test_line *line = &c->test_lines[table->first + i];
		const char *at = c->strings + line->text, *word;
		size_t length;

		while (line->kind == kind && !line->expr && (word = rawbpf__test_word(&at, &length))) {
			long bytes = test_word_bytes(word, length, to ? to + *size : NULL);

			if (bytes < 0)
				return rawbpf__test_refuse(test, line->line, "expected pairs of "
							   "hexadecimal digits, or *N for N zeros, in",
							   c->strings + line->text);
			*size += (size_t)bytes;
		}
	}
	return 0;
}

/* Take memory behind what the collection uses. */
static unsigned char *test_take(struct rawbpf_vm_test *test, size_t size)
{
	size_t *used = &test->loaded.used;
	unsigned char *taken = (unsigned char *)test->spec.load.memory + *used;

	if (size > test->spec.load.memory_size - *used)
		return NULL;
	*used += (size + 7) / 8 * 8;
	if (*used > test->spec.load.memory_size)
		*used = test->spec.load.memory_size;
	__builtin_memset(taken, 0, size);
	return taken;
}

/* ------------------------------------------------------------------------------- names */

/*
 * Find an argument of the place, or its result, in the context: 8 bytes each. The record of a
 * tracepoint of system calls begins with 16 other bytes.
 */
static int test_argument_find(const struct rawbpf_vm_test *test, const char *name,
			      struct rawbpf_symbol *symbol)
{
	const struct rawbpf_collection *c = test->spec.load.collection;
	const struct rawbpf_unit *unit = &test->loaded.units[0].unit;
	const struct rawbpf_table_place *place = &c->places[unit->place];
	int is_event = unit->way == RAWBPF_WAY_TRACEPOINT;

	if (!unit->place_count || (!is_event && unit->way != RAWBPF_WAY_RAW_TP &&
				   unit->way != RAWBPF_WAY_TP_BTF && unit->way != RAWBPF_WAY_FENTRY &&
				   unit->way != RAWBPF_WAY_FEXIT && unit->way != RAWBPF_WAY_LSM))
		return -ENOENT;
	for (unsigned i = 0; i < place->arg_count; i++) {
		const struct rawbpf_table_arg *arg = &c->args[place->arg + i];
		unsigned index = is_event && arg->index == RAWBPF_ARG_RESULT ? 0 : arg->index;

		if (index >= RAWBPF_ARG_VALUE || !rawbpf__equal(rawbpf__test_string(test, arg->slot), name))
			continue;
		symbol->value = (is_event ? TEST_EVENT : 0) + 8 * index;
		symbol->width = 8;
		return 0;
	}
	return -ENOENT;
}

/* Return why a test cannot set the field STRUCT.FIELD, or NULL. */
static const char *test_field_refusal(const struct rawbpf_vm_test *test, const char *name)
{
	const struct rawbpf__context *row = rawbpf__context_find(test->loaded.units[0].resolved.type);
	const char *dot = rawbpf__find(name, '.'), *end = rawbpf__find(dot, '[');
	int has_struct;

	if (!row || !rawbpf__equal_bytes(rawbpf__context_name(row), name, (size_t)(dot - name)))
		return "the context of this program is of another type than";
	row = rawbpf__context_field(name, (size_t)(dot - name), dot + 1, (size_t)(end - dot - 1),
				    &has_struct);
	return row && row->kind == RAWBPF__CONTEXT_NUMBER ? NULL :
	       "a packet line sets what this points to:";
}

/* Find what a line NAME = VALUE sets. */
static int test_place_find(struct rawbpf_vm_test *test, const struct rawbpf_table_test_line *line,
			   struct rawbpf_symbol *symbol)
{
	const char *name = rawbpf__test_string(test, line->text), *refusal = NULL;

	*symbol = (struct rawbpf_symbol){ .kind = RAWBPF_SYMBOL_FIELD };
	if (test_argument_find(test, name, symbol) &&
	    rawbpf_symbol_find(symbol, test->loaded.env.symbols, name))
		return rawbpf__test_refuse(test, line->line, "neither a field STRUCT.FIELD nor an "
					   "argument of the program's place is", name);
	if (symbol->kind == RAWBPF_SYMBOL_CONTEXT)
		refusal = test_field_refusal(test, name);
	else if (symbol->kind != RAWBPF_SYMBOL_FIELD)
		refusal = "no field of a context is";
	if (refusal)
		return rawbpf__test_refuse(test, line->line, refusal, name);
	if (!symbol->width)
		return rawbpf__test_refuse(test, line->line, "a test sets numbers, and an element of an "
					   "array by [N]; neither is", name);
	if (symbol->value > RAWBPF_VM_CONTEXT_SIZE - symbol->width)
		return rawbpf__test_refuse(test, line->line, "a context has at most 2048 bytes, and has no",
					   name);
	return 0;
}

/* Write the numbers of lines NAME = VALUE to the context, or only let *size have room for them. */
static int test_names(struct rawbpf_vm_test *test, unsigned char *to, size_t *size)
{
	const struct rawbpf_collection *c = test->spec.load.collection;
	const struct rawbpf_table_test *table = &c->tests[test->spec.test];

	for (unsigned i = 0; i < table->count; i++) {
		const struct rawbpf_table_test_line *line = &c->test_lines[table->first + i];
		struct rawbpf_symbol symbol;
		int64_t value;

		if (line->kind != RAWBPF_TEST_CONTEXT || !line->expr)
			continue;
		if (test_place_find(test, line, &symbol) ||
		    rawbpf__test_evaluate(test, line->expr, line->line, &value))
			return 1;
		if (!to && *size < symbol.value + symbol.width)
			*size = (size_t)symbol.value + symbol.width;
		if (to && rawbpf__test_put(to + symbol.value, symbol.width, value))
			return rawbpf__test_refuse(test, line->line, "the number does not fit",
						   rawbpf__test_string(test, line->text));
	}
	return 0;
}

/* -------------------------------------------------------------------- packet, context */

/* Read the bytes of a kind of line, or `otherwise` zeros; in a context, set what has a name. */
static int test_take_bytes(struct rawbpf_vm_test *test, unsigned kind, size_t otherwise,
			   const unsigned char **bytes, size_t *size)
{
	int is_context = kind == RAWBPF_TEST_CONTEXT;
	unsigned char *to;
	size_t given;

	if (test_read(test, kind, NULL, &given))
		return 1;
	*size = given ? given : otherwise;
	if (is_context && test_names(test, NULL, size))
		return 1;
	to = test_take(test, *size);
	*bytes = to;
	if (!to)
		return -ENOSPC;
	test_read(test, kind, to, &given);
	return is_context ? test_names(test, to, size) : 0;
}

static int test_is_of_packets(unsigned type)
{
	switch (type) {
	case BPF_PROG_TYPE_SOCKET_FILTER:
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_SCHED_ACT:
	case BPF_PROG_TYPE_XDP:
	case BPF_PROG_TYPE_CGROUP_SKB:
		return 1;
	default:
		return 0;
	}
}

/* Return the bytes of a context that has no fixed size. */
static size_t test_context_size(unsigned type)
{
	return type == BPF_PROG_TYPE_TRACEPOINT || type == BPF_PROG_TYPE_TRACING ||
	       type == BPF_PROG_TYPE_LSM || type == BPF_PROG_TYPE_SYSCALL ? 256 : 0;
}

RAWBPF__PRIVATE int rawbpf__test_context_open(struct rawbpf_vm_test *test)
{
	const struct rawbpf_table_test *table = &test->spec.load.collection->tests[test->spec.test];
	unsigned type = test->loaded.units[0].resolved.type;
	unsigned char *memory;
	size_t room;
	int err;

	err = test_take_bytes(test, RAWBPF_TEST_PACKET, test_is_of_packets(type) ? TEST_PACKET : 0,
			      &test->packet, &test->packet_size);
	if (!err)
		err = test_take_bytes(test, RAWBPF_TEST_CONTEXT, test_context_size(type),
				      &test->fields, &test->fields_size);
	if (err)
		return err;
	room = RAWBPF_VM_HEADROOM + test->packet_size + TEST_ROOM;
	memory = test_take(test, room);
	if (!memory)
		return -ENOSPC;
	err = rawbpf_vm_context_open(&test->context, &(struct rawbpf_vm_context_spec){
		.prog_type = type, .arch = test->loaded.env.arch,
		.fields = test->fields_size ? test->fields : NULL, .fields_size = test->fields_size,
		.packet = test->packet, .packet_size = test->packet_size,
		.memory = memory, .memory_size = room });
	if (err)
		return rawbpf__test_refuse(test, table->line, test_is_of_packets(type) &&
					   test->packet_size < 14 ?
					   "a packet begins with the 14 bytes of its link layer" :
					   "the context is too long for programs of this type, or they "
					   "have none", NULL);
	return 0;
}

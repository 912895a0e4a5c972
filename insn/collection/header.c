/* SPDX-License-Identifier: MIT */
/* A collection as constants in C. */
#include "../base/arch.h"
#include "../base/character.h"
#include "../base/out.h"
#include "../base/string.h"
#include "reduce.h"

#include <rawbpf/symbol.h>

enum { HEADER_WIDTH = 80 }; /* a line is not longer than this and a row */

struct header {
	struct rawbpf__out out;
	const struct rawbpf_collection_header *spec;
	const struct rawbpf_collection *c;
	size_t line;            /* the length of the text before the current line */
};

static void header_text(struct header *h, const char *text)
{
	rawbpf__out_text(&h->out, text);
}

static void header_name(struct header *h)
{
	rawbpf__out_text(&h->out, h->spec->name);
}

/* ------------------------------------------------------------------------------------ rows */

/* Begin a row: in the current line, if it has room. */
static void header_row_begin(struct header *h)
{
	if (h->out.length - h->line < HEADER_WIDTH) {
		header_text(h, " ");
		return;
	}
	header_text(h, "\n\t");
	h->line = h->out.length;
}

static void header_number(struct header *h, const unsigned char *member, unsigned size)
{
	uint16_t half = 0;
	uint32_t word = 0;

	__builtin_memcpy(&half, member, size == 2 ? 2 : 0);
	__builtin_memcpy(&word, member, size == 4 ? 4 : 0);
	rawbpf__out_number(&h->out, size == 1 ? *member : size == 2 ? half : word);
}

/* Append the members of a row: "1, 2, { 3, 4 }, 5". */
static void header_members(struct header *h, const char *members, const unsigned char *row)
{
	const char *first = members;

	for (; *members; row += rawbpf__member_size(*members++)) {
		if (*members == '-')
			continue;
		header_text(h, members > first ? ", " : "");
		header_number(h, row, *members == 'p' ? 2 : rawbpf__member_size(*members));
		if (*members != 'p')
			continue;
		header_text(h, ", { ");
		header_number(h, row + 2, 2);
		header_text(h, ", ");
		header_number(h, row + 4, 2);
		header_text(h, " }");
	}
}

static void header_insn(struct header *h, const struct bpf_insn *insn)
{
	const int64_t numbers[] = { insn->code, insn->dst_reg, insn->src_reg, insn->off, insn->imm };

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		header_text(h, i ? ", " : "");
		/* As a number, the smallest one of 32 bits would not be an int. */
		if (numbers[i] == INT32_MIN)
			header_text(h, "-2147483647 - 1");
		else
			rawbpf__out_signed(&h->out, numbers[i]);
	}
}

static void header_numbers(struct header *h, uint32_t a, uint32_t b, uint32_t c, int has_fourth, uint32_t d)
{
	rawbpf__out_number(&h->out, a);
	header_text(h, ", ");
	rawbpf__out_number(&h->out, b);
	header_text(h, ", ");
	rawbpf__out_number(&h->out, c);
	if (has_fourth) {
		header_text(h, ", ");
		rawbpf__out_number(&h->out, d);
	}
}

static void header_row(struct header *h, unsigned table, const void *row)
{
	const struct rawbpf_expr *expr = row;
	const struct rawbpf_step *step = row;

	if (table == RAWBPF__REDUCED_expr)
		header_numbers(h, expr->op, expr->a, expr->b, 0, 0);
	else if (table == RAWBPF__REDUCED_step)
		header_numbers(h, step->slot, step->kind, step->a, 1, step->b);
	else if (table == RAWBPF__REDUCED_insn)
		header_insn(h, row);
	else
		header_members(h, rawbpf__table_members(table), row);
}

/* Write each string with its NUL; the literal itself has the last one. */
static void header_strings(struct header *h)
{
	const char *at = h->c->strings, *end = at + h->c->string_count - 1;

	for (header_text(h, "\n\t\""); at < end; at++) {
		unsigned char byte = *at;

		if (!byte) {
			header_text(h, "\\0\"");
			header_row_begin(h);
			header_text(h, "\"");
		} else if (byte == '"' || byte == '\\' || byte == '?' || !rawbpf__is_printable(byte)) {
			const char octal[] = { '\\', '0' + (byte >> 6), '0' + (byte >> 3 & 7), '0' + (byte & 7), 0 };

			header_text(h, octal);
		} else {
			rawbpf__out_byte(&h->out, byte);
		}
	}
	header_text(h, "\"");
}

static void header_rows(struct header *h, unsigned table, const void *rows, size_t size, unsigned count)
{
	const char *members = rawbpf__table_members(table);
	int is_scalar = members && !members[1];

	header_text(h, "\n\t");
	h->line = h->out.length;
	for (unsigned i = 0; i < count; i++) {
		if (i)
			header_row_begin(h);
		header_text(h, is_scalar ? "" : "{ ");
		header_row(h, table, (const char *)rows + i * size);
		header_text(h, is_scalar ? "," : " },");
	}
}

static void header_table(struct header *h, unsigned table, const char *name, const char *type,
			 const void *rows, size_t size, unsigned count)
{
	if (!count)
		return;
	header_text(h, "static const ");
	header_text(h, type);
	header_text(h, " ");
	header_name(h);
	header_text(h, "_");
	header_text(h, name);
	header_text(h, table == RAWBPF__REDUCED_string ? "s[] =" : "s[] = {");
	h->line = h->out.length;
	if (table == RAWBPF__REDUCED_string)
		header_strings(h);
	else
		header_rows(h, table, rows, size, count);
	header_text(h, table == RAWBPF__REDUCED_string ? ";\n\n" : "\n};\n\n");
}

/* ---------------------------------------------------------------------------- the collection */

static void header_pointer(struct header *h, const char *name, unsigned count)
{
	if (!count)
		return;
	header_text(h, "\t.");
	header_text(h, name);
	header_text(h, "s = ");
	header_name(h);
	header_text(h, "_");
	header_text(h, name);
	header_text(h, "s,\n");
}

static void header_count(struct header *h, const char *name, const char *behind, unsigned count)
{
	if (!count)
		return;
	header_text(h, "\t.");
	header_text(h, name);
	header_text(h, behind);
	header_text(h, " = ");
	rawbpf__out_number(&h->out, count);
	header_text(h, ",\n");
}

static void header_collection(struct header *h)
{
	header_text(h, "static const struct rawbpf_collection ");
	header_name(h);
	header_text(h, " = {\n");
#define HEADER_POINTER(NAME, TYPE) header_pointer(h, #NAME, h->c->NAME##_count);
	RAWBPF_TABLES(HEADER_POINTER)
#undef HEADER_POINTER
#define HEADER_COUNT(NAME, TYPE) header_count(h, #NAME, "_count", h->c->NAME##_count);
	RAWBPF_TABLES(HEADER_COUNT)
#undef HEADER_COUNT
	header_count(h, "license", "", h->c->license);
	header_text(h, "};\n");
}

/* Append a text to a comment: without what could end it. */
static void header_comment(struct header *h, const char *text)
{
	for (; *text; text++)
		rawbpf__out_byte(&h->out, rawbpf__is_printable(*text) && *text != '*' && *text != '\\' ? *text : '?');
}

/* Let the compiler refuse a machine that the tables are not for. */
static void header_conditions(struct header *h)
{
	static const char macros[RAWBPF__ARCHS + 1][16] = {
		[RAWBPF_ARCH_X86_64] = "__x86_64__", [RAWBPF_ARCH_ARM64] = "__aarch64__",
		[RAWBPF_ARCH_RISCV64] = "__riscv", [RAWBPF_ARCH_S390X] = "__s390x__" };

	if (h->spec->arch) {
		header_text(h, "#ifndef ");
		header_text(h, macros[h->spec->arch]);
		header_text(h, "\n#error \"these tables are for ");
		header_text(h, rawbpf__arch_name(h->spec->arch));
		header_text(h, "\"\n#endif\n\n");
	}
	if (!h->c->byte_count)
		return;
	header_text(h, "#if __BYTE_ORDER__ != ");
	header_text(h, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? "__ORDER_BIG_ENDIAN__" : "__ORDER_LITTLE_ENDIAN__");
	header_text(h, "\n#error \"the data in these tables have another byte order\"\n#endif\n\n");
}

static void header_begin(struct header *h)
{
	header_text(h, "/* ");
	header_comment(h, h->spec->file ? h->spec->file : h->spec->name);
	if (h->spec->collection->summary) {
		header_text(h, ": ");
		header_comment(h, h->spec->collection->strings + h->spec->collection->summary);
	}
	header_text(h, ". Written by `rawbpf asm -f header`. */\n#ifndef RAWBPF_COLLECTION_");
	header_name(h);
	header_text(h, "\n#define RAWBPF_COLLECTION_");
	header_name(h);
	header_text(h, "\n\n#include <rawbpf/collection_table.h>\n\n");
	header_conditions(h);
}

static int header_is_name(const char *name)
{
	const char *at = name;

	if (!name || !*name || rawbpf__is_decimal(*name))
		return 0;
	while (rawbpf__is_word(*at))
		at++;
	return !*at;
}

int rawbpf_collection_header_format(char *text, size_t size, struct rawbpf_collection_header *header)
{
	size_t index_size = (rawbpf_collection_index_size(header->collection) + 7) / 8 * 8;
	const struct rawbpf_symbols symbols = { .arch = header->arch };
	struct rawbpf_collection_index index = { .memory = header->memory, .size = index_size };
	const struct rawbpf_collection_env env = { .arch = header->arch, .index = &index,
						   .symbols = header->arch ? &symbols : NULL };
	struct header h = { .spec = header, .out = rawbpf__out_begin(text, size) };
	struct rawbpf_collection small;
	int err;

	header->error = (struct rawbpf_collection_error){ .macro_line = 0 };
	if (!header_is_name(header->name) || header->arch > RAWBPF_ARCH_S390X)
		return -EINVAL;
	if (header->memory_size < index_size)
		return -ENOSPC;
	err = rawbpf__reduce(&small, header->collection, &env, (char *)header->memory + index_size,
			     header->memory_size - index_size, &header->error);
	if (err)
		return err;
	h.c = &small;
	header_begin(&h);
#define HEADER_TABLE(NAME, TYPE) \
	header_table(&h, RAWBPF__REDUCED_##NAME, #NAME, #TYPE, small.NAME##s, sizeof(TYPE), small.NAME##_count);
	RAWBPF_TABLES(HEADER_TABLE)
#undef HEADER_TABLE
	header_collection(&h);
	header_text(&h, "\n#endif\n");
	return h.out.length > INT32_MAX ? -E2BIG : (int)h.out.length;
}

/* SPDX-License-Identifier: MIT */
/* Print one type of a BTF as a line of text or JSON, with its members. */
#include "btf_type.h"
#include "record.h"

#include <rawbpf.h>

#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *type_text(const struct rawbpf_btf *btf, unsigned id)
{
	size_t length = rawbpf_btf_type_format(NULL, 0, btf, id);
	char *text = must_allocate(length + 1);

	rawbpf_btf_type_format(text, length + 1, btf, id);
	return text;
}

static int has_size(unsigned kind)
{
	return kind == BTF_KIND_INT || kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION ||
	       kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64 || kind == BTF_KIND_DATASEC ||
	       kind == BTF_KIND_FLOAT;
}

static int refers(unsigned kind)
{
	return kind == BTF_KIND_PTR || kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_CONST || kind == BTF_KIND_RESTRICT || kind == BTF_KIND_FUNC ||
	       kind == BTF_KIND_VAR || kind == BTF_KIND_DECL_TAG || kind == BTF_KIND_TYPE_TAG;
}

static const char *string_of(const struct btf_line *line, unsigned offset)
{
	const char *string = rawbpf_btf_string_get(line->btf, offset);

	return string ? string : "";
}

/* Return "static", "global" or "extern", for functions and variables. */
static const char *linkage_name(unsigned linkage)
{
	static const char *const names[] = { "static", "global", "extern" };

	return linkage < sizeof names / sizeof names[0] ? names[linkage] : "?";
}

static const char *encoding_name(unsigned encoding)
{
	return encoding & BTF_INT_BOOL ? "bool" : encoding & BTF_INT_CHAR ? "char" :
	       encoding & BTF_INT_SIGNED ? "signed" : "unsigned";
}

/* ---------------------------------------------------------------------- inside of a type */

/* A member of a struct, variable of a section, parameter, or name of an enumeration. */
struct inside {
	const char *name;
	unsigned type;
	unsigned bit_offset; /* for members and variables */
	unsigned bits;       /* a bit field's width; 0: no bit field */
	unsigned size;       /* a variable's size in its section */
	int64_t value;       /* an enumerator's value; unsigned if its type is */
};

static void inside_member(struct inside *inside, const struct btf_line *line, unsigned i)
{
	const struct btf_member *member = (const struct btf_member *)(line->type + 1) + i;
	int has_bits = line->type->info >> 31;

	inside->name = string_of(line, member->name_off);
	inside->type = member->type;
	inside->bit_offset = has_bits ? member->offset & 0xffffff : member->offset;
	inside->bits = has_bits ? member->offset >> 24 : 0;
}

static void inside_enum(struct inside *inside, const struct btf_line *line, unsigned i)
{
	const struct btf_enum *value = (const struct btf_enum *)(line->type + 1) + i;

	inside->name = string_of(line, value->name_off);
	inside->value = line->type->info >> 31 ? value->val : (int64_t)(uint32_t)value->val;
}

static void inside_enum64(struct inside *inside, const struct btf_line *line, unsigned i)
{
	const uint32_t *value = (const uint32_t *)(line->type + 1) + 3 * i;

	inside->name = string_of(line, value[0]);
	inside->value = (uint64_t)value[2] << 32 | value[1];
}

static void inside_section(struct inside *inside, const struct btf_line *line, unsigned i)
{
	const struct btf_var_secinfo *var = (const struct btf_var_secinfo *)(line->type + 1) + i;
	const struct btf_type *variable = rawbpf_btf_type_get(line->btf, var->type);

	inside->name = string_of(line, variable ? variable->name_off : 0);
	inside->type = variable ? variable->type : 0;
	inside->bit_offset = 8 * var->offset;
	inside->size = var->size;
}

static void inside_function(struct inside *inside, const struct btf_line *line, unsigned i)
{
	const struct btf_param *param = (const struct btf_param *)(line->type + 1) + i;

	inside->name = string_of(line, param->name_off);
	inside->type = param->type;
}

/* The kinds that have members, `vlen` of them. */
static const struct inside_kind {
	void (*read)(struct inside *inside, const struct btf_line *line, unsigned i);
	int has_place, has_size, has_value, has_type;
} inside_kinds[] = {
	[BTF_KIND_STRUCT] = { .read = inside_member, .has_place = 1, .has_type = 1 },
	[BTF_KIND_UNION] = { .read = inside_member, .has_place = 1, .has_type = 1 },
	[BTF_KIND_ENUM] = { .read = inside_enum, .has_value = 1 },
	[BTF_KIND_ENUM64] = { .read = inside_enum64, .has_value = 1 },
	[BTF_KIND_DATASEC] = { .read = inside_section, .has_place = 1, .has_size = 1, .has_type = 1 },
	[BTF_KIND_FUNC_PROTO] = { .read = inside_function, .has_type = 1 },
};

/* Return NULL if the type has no members. */
static const struct inside_kind *inside_kind(const struct btf_type *type)
{
	unsigned kind = rawbpf_btf_type_kind(type);

	return kind < sizeof inside_kinds / sizeof inside_kinds[0] && inside_kinds[kind].read ?
		       &inside_kinds[kind] : NULL;
}

static void inside_value(FILE *out, const struct btf_line *line, const struct inside *inside)
{
	if (line->type->info >> 31)
		fprintf(out, "%lld", (long long)inside->value);
	else
		fprintf(out, "%llu", (unsigned long long)inside->value);
}

/* Return the member's type in C's notation, for free(). */
static char *inside_type(const struct btf_line *line, const struct inside *inside)
{
	int is_function = rawbpf_btf_type_kind(line->type) == BTF_KIND_FUNC_PROTO;

	return is_function && !inside->type ? must_print("...") : type_text(line->btf, inside->type);
}

static void inside_json(FILE *out, const struct btf_line *line, const struct inside_kind *kind,
			const struct inside *inside)
{
	char *name = json_escape(inside->name, strlen(inside->name));

	fprintf(out, "{\"name\":%s", name);
	if (kind->has_type) {
		char *text = inside_type(line, inside);
		char *quoted = json_escape(text, strlen(text));

		fprintf(out, ",\"type\":%u,\"c\":%s", inside->type, quoted);
		free(quoted);
		free(text);
	}
	if (kind->has_place)
		fprintf(out, ",\"bit_offset\":%u", inside->bit_offset);
	if (kind->has_size)
		fprintf(out, ",\"size\":%u", inside->size);
	else if (kind->has_place)
		fprintf(out, ",\"bits\":%u", inside->bits);
	if (kind->has_value) {
		fprintf(out, ",\"value\":");
		inside_value(out, line, inside);
	}
	putc('}', out);
	free(name);
}

static void inside_text(FILE *out, const struct btf_line *line, const struct inside_kind *kind,
			const struct inside *inside)
{
	char *name = text_escape(inside->name, strlen(inside->name));

	fprintf(out, "\n        ");
	if (kind->has_place)
		fprintf(out, "+%u", inside->bit_offset / 8);
	if (kind->has_place && inside->bit_offset % 8)
		fprintf(out, " bit %u", inside->bit_offset % 8);
	if (kind->has_place)
		fprintf(out, "  ");
	if (kind->has_type) {
		char *text = inside_type(line, inside);

		fprintf(out, *inside->name ? "%s " : "%s", text);
		free(text);
	}
	fputs(name, out);
	if (inside->bits)
		fprintf(out, ":%u", inside->bits);
	if (kind->has_size)
		fprintf(out, "  size %u", inside->size);
	if (kind->has_value) {
		fprintf(out, " = ");
		inside_value(out, line, inside);
	}
	free(name);
}

/* Return all members of a type, for free(), or NULL if its kind has none. */
static char *inside_of(const struct btf_line *line)
{
	const struct inside_kind *kind = inside_kind(line->type);
	size_t length;
	char *text;
	FILE *out;

	if (!kind)
		return NULL;
	out = memory_open(&text, &length);
	for (unsigned i = 0; i < rawbpf_btf_type_vlen(line->type); i++) {
		struct inside inside = { .name = "" };

		kind->read(&inside, line, i);
		if (line->json) {
			fputs(i ? "," : "[", out);
			inside_json(out, line, kind, &inside);
		} else {
			inside_text(out, line, kind, &inside);
		}
	}
	if (line->json)
		fputs(rawbpf_btf_type_vlen(line->type) ? "]" : "[]", out);
	memory_close(out);
	return text;
}

/* ------------------------------------------------------------------------- a type's line */

const char *btf_kind_name(unsigned kind)
{
	const char *name = rawbpf_constant_name(RAWBPF_BTF_KIND, kind);

	return name ? name : "?";
}

/* Record the fields of single kinds, without members. */
static void record_facts(struct record *record, const struct btf_type *type)
{
	const uint32_t *more = (const void *)(type + 1);
	const struct btf_array *array = (const void *)more;

	switch (rawbpf_btf_type_kind(type)) {
	case BTF_KIND_INT:
		record_string(record, "encoding", encoding_name(*more >> 24));
		record_number(record, "bits", *more & 0xff);
		record_number(record, "bit_offset", *more >> 16 & 0xff);
		break;
	case BTF_KIND_ARRAY:
		record_number(record, "type", array->type);
		record_number(record, "index_type", array->index_type);
		record_number(record, "count", array->nelems);
		break;
	case BTF_KIND_FUNC_PROTO:
		record_number(record, "type", type->type); /* the function's result */
		break;
	case BTF_KIND_FUNC:
		record_string(record, "linkage", linkage_name(rawbpf_btf_type_vlen(type)));
		break;
	case BTF_KIND_VAR:
		record_string(record, "linkage", linkage_name(*more));
		break;
	case BTF_KIND_DECL_TAG: /* the index of a member or parameter; -1: the whole type */
		record_both(record, "component", NULL, must_print("%d", (int)*more));
		break;
	}
}

/* Print "signed", "static" and other words that C's notation of the type does not show. */
static void print_words(const struct btf_type *type)
{
	const uint32_t *more = (const void *)(type + 1);

	switch (rawbpf_btf_type_kind(type)) {
	case BTF_KIND_INT:
		printf("  %s", encoding_name(*more >> 24));
		if ((*more & 0xff) != 8 * type->size)
			printf("  %u bits", *more & 0xff);
		break;
	case BTF_KIND_FUNC:
		printf("  %s", linkage_name(rawbpf_btf_type_vlen(type)));
		break;
	case BTF_KIND_VAR:
		printf("  %s", linkage_name(*more));
		break;
	case BTF_KIND_DECL_TAG:
		if (*more != ~0u)
			printf("  component %u", *more);
		break;
	}
}

static void print_text(const struct btf_line *line, const char *name)
{
	unsigned kind = rawbpf_btf_type_kind(line->type);
	char *shown = text_escape(name, strlen(name));
	char *inside = line->members ? inside_of(line) : NULL;

	printf("%6u  %-10s  %s", line->id, btf_kind_name(kind), *shown ? shown : "-");
	if (has_size(kind))
		printf("  size %u", line->type->size);
	print_words(line->type);
	if (kind != BTF_KIND_FUNC_PROTO && inside_kind(line->type) && rawbpf_btf_type_vlen(line->type))
		printf("  %u inside", rawbpf_btf_type_vlen(line->type));
	if (refers(kind) || kind == BTF_KIND_ARRAY || kind == BTF_KIND_FUNC_PROTO) {
		int is_own = kind == BTF_KIND_ARRAY || kind == BTF_KIND_FUNC_PROTO ||
			     kind == BTF_KIND_PTR;
		char *text = type_text(line->btf, is_own ? line->id : line->type->type);

		printf("  %s", text);
		free(text);
	}
	printf("%s\n", inside ? inside : "");
	free(inside);
	free(shown);
}

static void print_json(const struct btf_line *line, const char *name)
{
	unsigned kind = rawbpf_btf_type_kind(line->type);
	struct record record = { .count = 0 };
	char *text = type_text(line->btf, line->id);

	record_number(&record, "id", line->id);
	record_string(&record, "kind", btf_kind_name(kind));
	record_string(&record, "name", name);
	record_both(&record, "c", NULL, json_escape(text, strlen(text)));
	if (has_size(kind))
		record_number(&record, "size", line->type->size);
	if (refers(kind))
		record_number(&record, "type", line->type->type);
	record_facts(&record, line->type);
	record_both(&record, "inside", NULL, inside_of(line));
	record_print(&record, 1);
	free(text);
}

void btf_type_print(const struct btf_line *line, const char *name)
{
	if (line->json)
		print_json(line, name);
	else
		print_text(line, name);
}

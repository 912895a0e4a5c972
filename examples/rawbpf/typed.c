/* SPDX-License-Identifier: MIT */
/* Values by their BTF types: in C's notation, or as JSON. */
#include "element.h"

#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct value {
	const struct rawbpf_btf *btf;
	const unsigned char *bytes;
	size_t size;
	int json;
	int depth;
	size_t *budget; /* members and elements still to print: unions can nest without end */
};

enum {
	DEEPEST = 16,
	MEMBERS_LEAST = 1024, /* the budget is so many, */
	MEMBERS_PER_BYTE = 16, /* and so many for each byte */
};

/* Begin member or element `index`. Returns 0 if the budget is used up, after printing "...". */
static int begin_member(FILE *out, const struct value *value, unsigned index, const char *rest)
{
	if (index)
		fputs(value->json ? "," : ", ", out);
	if (!*value->budget) {
		fputs(value->json ? rest : "...", out);
		return 0;
	}
	--*value->budget;
	return 1;
}

static void add_value(FILE *out, const struct value *value, unsigned id);

/* Read `bits` bits from `bit` on, in this machine's order; at most 64. */
static int read_bits(const struct value *value, unsigned bit, unsigned bits, uint64_t *number)
{
	uint64_t read = 0;

	if (bits > 64 || (bit + (size_t)bits + 7) / 8 > value->size)
		return 0;
	for (unsigned i = 0; i < bits; i++) {
		unsigned at = bit + i;
		int is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
		unsigned one = value->bytes[at / 8] >> (is_big ? 7 - at % 8 : at % 8) & 1;

		read |= (uint64_t)one << (is_big ? bits - 1 - i : i);
	}
	*number = read;
	return 1;
}

static void add_unknown(FILE *out, const struct value *value)
{
	fprintf(out, value->json ? "null" : "?");
}

static void add_number(FILE *out, uint64_t number, unsigned bits, int is_signed)
{
	if (is_signed && bits && bits < 64 && number >> (bits - 1) & 1)
		number |= ~0ull << bits;
	if (is_signed)
		fprintf(out, "%lld", (long long)number);
	else
		fprintf(out, "%llu", (unsigned long long)number);
}

/*
 * Find the name of an enumerator with `bits` bits. Before 6.0, no enumeration said that it is
 * signed.
 */
static const char *enumerator(const struct value *value, const struct btf_type *type,
			      uint64_t number, unsigned bits)
{
	int is_wide = rawbpf_btf_type_kind(type) == BTF_KIND_ENUM64;
	const uint32_t *at = (const uint32_t *)(type + 1);
	uint64_t mask = bits < 64 ? (1ull << bits) - 1 : ~0ull;

	for (unsigned i = 0; i < rawbpf_btf_type_vlen(type); i++, at += is_wide ? 3 : 2) {
		uint64_t wanted = is_wide ? (uint64_t)at[2] << 32 | at[1] : at[1];
		uint64_t with_sign = is_wide ? wanted : (uint64_t)(int64_t)(int32_t)at[1];

		if (wanted == number || (with_sign & mask) == number)
			return rawbpf_btf_string_get(value->btf, at[0]);
	}
	return NULL;
}

/* Print integers, enumerations and pointers, from any bit on. */
static void add_scalar(FILE *out, const struct value *value, const struct btf_type *type,
		       unsigned bit, unsigned bits)
{
	unsigned kind = rawbpf_btf_type_kind(type);
	int encoding = kind == BTF_KIND_INT ? *(const uint32_t *)(type + 1) >> 24 & 15 : 0;
	int is_enum = kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;
	const char *name = NULL;
	uint64_t number;

	if (!read_bits(value, bit, bits, &number)) {
		add_unknown(out, value);
		return;
	}
	if (is_enum)
		name = enumerator(value, type, number, bits);
	if (name) {
		char *shown = value->json ? json_escape(name, strlen(name)) :
					    text_escape(name, strlen(name));

		fputs(shown, out);
		free(shown);
	} else if (kind == BTF_KIND_PTR && !value->json) {
		fprintf(out, "0x%llx", (unsigned long long)number);
	} else if (encoding & BTF_INT_BOOL && (value->json || number < 2)) {
		fputs(number ? "true" : "false", out);
	} else {
		/* names are strings, so numbers are, too */
		const char *quote = is_enum && value->json ? "\"" : "";

		fputs(quote, out);
		add_number(out, number, bits,
			   is_enum ? type->info >> 31 : encoding & BTF_INT_SIGNED);
		fputs(quote, out);
	}
}

static int is_byte(const struct btf_type *type)
{
	return rawbpf_btf_type_kind(type) == BTF_KIND_INT && type->size == 1;
}

/* Is it `char`? Compilers and pahole mark it by its name more often than by its encoding. */
static int is_char(const struct value *value, const struct btf_type *type)
{
	const char *name = rawbpf_btf_string_get(value->btf, type->name_off);

	return is_byte(type) && (*(const uint32_t *)(type + 1) >> 24 & BTF_INT_CHAR ||
				 (name && strcmp(name, "char") == 0));
}

static size_t length_without_zeros(const struct value *value)
{
	size_t length = value->size;

	while (length && !value->bytes[length - 1])
		length--;
	return length;
}

/* Are the bytes text up to a NUL, and zeros from there on? */
static int looks_like_text(const struct value *value)
{
	size_t length = length_without_zeros(value);

	for (size_t i = 0; i < length; i++)
		if (value->bytes[i] < ' ')
			return 0;
	return length > 0;
}

/*
 * Is it a string in JSON? A type has one form, whatever the data is: arrays of char are strings,
 * other bytes arrays.
 */
static int is_string(const struct value *value, const struct btf_type *element)
{
	return value->json ? is_char(value, element) : is_byte(element) && looks_like_text(value);
}

static void add_string(FILE *out, const struct value *value)
{
	size_t length = length_without_zeros(value);
	char *shown = value->json ? json_escape(value->bytes, length) :
				    text_escape(value->bytes, length);

	if (value->json) {
		fputs(shown, out);
	} else {
		putc('"', out);
		for (char *at = shown; *at; at++)
			if (*at == '"')
				fputs("\\x22", out);
			else
				putc(*at, out);
		putc('"', out);
	}
	free(shown);
}

static void add_array(FILE *out, const struct value *value, const struct btf_type *type)
{
	const struct btf_array *array = (const struct btf_array *)(type + 1);
	int element = rawbpf_btf_type_resolve(value->btf, array->type);
	int size = element > 0 ? rawbpf_btf_type_size(value->btf, element) : 0;
	struct value each = *value;

	if (size <= 0) {
		add_unknown(out, value);
		return;
	}
	if (is_string(value, rawbpf_btf_type_get(value->btf, element))) {
		add_string(out, value);
		return;
	}
	fprintf(out, value->json ? "[" : "{ ");
	for (unsigned i = 0; i < array->nelems && (i + 1ull) * size <= value->size; i++) {
		if (!begin_member(out, value, i, "null"))
			break;
		each.bytes = value->bytes + (size_t)i * size;
		each.size = size;
		add_value(out, &each, element);
	}
	fprintf(out, value->json ? "]" : " }");
}

static void add_name(FILE *out, const struct value *value, unsigned offset, unsigned index)
{
	const char *name = rawbpf_btf_string_get(value->btf, offset);
	char *shown, *own = NULL;

	if (!name || !*name)
		name = own = must_print("unnamed_%u", index);
	shown = value->json ? json_escape(name, strlen(name)) : text_escape(name, strlen(name));
	fprintf(out, value->json ? "%s:" : ".%s = ", shown);
	free(shown);
	free(own);
}

static void add_member(FILE *out, const struct value *value, unsigned id, unsigned bit,
		       unsigned bits)
{
	int resolved = rawbpf_btf_type_resolve(value->btf, id);
	int size = resolved > 0 ? rawbpf_btf_type_size(value->btf, resolved) : -1;
	struct value inside = *value;

	if (bits && resolved > 0) {
		add_scalar(out, value, rawbpf_btf_type_get(value->btf, resolved), bit, bits);
		return;
	}
	if (size < 0 || bit % 8 || bit / 8 + (size_t)size > value->size) {
		add_unknown(out, value);
		return;
	}
	inside.bytes = value->bytes + bit / 8;
	inside.size = size;
	add_value(out, &inside, resolved);
}

static void add_struct(FILE *out, const struct value *value, const struct btf_type *type)
{
	const struct btf_member *member = (const struct btf_member *)(type + 1);
	int has_bits = type->info >> 31;

	fprintf(out, value->json ? "{" : "{ ");
	for (unsigned i = 0; i < rawbpf_btf_type_vlen(type); i++) {
		if (!begin_member(out, value, i, "\"...\":null"))
			break;
		add_name(out, value, member[i].name_off, i);
		add_member(out, value, member[i].type,
			   has_bits ? member[i].offset & 0xffffff : member[i].offset,
			   has_bits ? member[i].offset >> 24 : 0);
	}
	fprintf(out, value->json ? "}" : " }");
}

/* Print the variables of a section such as .bss: the value of a map of global data. */
static void add_section(FILE *out, const struct value *value, const struct btf_type *type)
{
	const struct btf_var_secinfo *var = (const struct btf_var_secinfo *)(type + 1);

	fprintf(out, value->json ? "{" : "{ ");
	for (unsigned i = 0; i < rawbpf_btf_type_vlen(type); i++) {
		const struct btf_type *variable = rawbpf_btf_type_get(value->btf, var[i].type);

		if (!begin_member(out, value, i, "\"...\":null"))
			break;
		add_name(out, value, variable ? variable->name_off : 0, i);
		if (variable && var[i].offset < value->size)
			add_member(out, value, variable->type, var[i].offset * 8, 0);
		else
			add_unknown(out, value);
	}
	fprintf(out, value->json ? "}" : " }");
}

static void add_value(FILE *out, const struct value *value, unsigned id)
{
	int resolved = rawbpf_btf_type_resolve(value->btf, id);
	const struct btf_type *type =
		resolved > 0 ? rawbpf_btf_type_get(value->btf, resolved) : NULL;
	struct value deeper = *value;

	if (!type || ++deeper.depth > DEEPEST) {
		add_unknown(out, value);
		return;
	}
	switch (rawbpf_btf_type_kind(type)) {
	case BTF_KIND_INT:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_PTR:
		add_scalar(out, value, type, 0, 8 * value->size);
		break;
	case BTF_KIND_ARRAY:
		add_array(out, &deeper, type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		add_struct(out, &deeper, type);
		break;
	case BTF_KIND_DATASEC:
		add_section(out, &deeper, type);
		break;
	default:
		add_unknown(out, value);
	}
}

void typed_add(FILE *out, const struct element_type *type, const void *bytes, size_t size, int json)
{
	size_t budget = MEMBERS_LEAST + MEMBERS_PER_BYTE * size;
	const struct value value = { .btf = type->btf, .bytes = bytes, .size = size, .json = json,
				     .budget = &budget };

	add_value(out, &value, type->id);
}
